//! The only poll loop.

use std::any::TypeId;
use std::cell::Ref as CellRef;
use std::future::Future;
use std::rc::Rc;

use crate::event::{Entry, Mfa};
use crate::exit::{ExitReason, Raise};
use crate::kernel::process::Status;
use crate::kernel::{Birth, Dest, Kernel};
use crate::limits::Limits;
use crate::term::{Atom, Pid, Term};
use crate::time::{Duration, Instant};

use super::body::{BoxBody, Turn, ViewState};
use super::code::{Edition, Purge};
use super::cx::Cx;
use super::fault::Fault;
use super::module::Module;
use super::shared::Shared;

/// How far [`Runtime::run`] goes at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Turns of processes.
    pub turns: u64,
    /// Virtual time: nothing that is due later happens.
    pub until: Instant,
}

/// Why [`Runtime::run`] came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing can run and nothing more is due by the time given.
    Idle,
    /// The turns are spent, or the clock has reached the time given with work left.
    Spent,
    /// The node has been halted.
    Halted,
}

/// What [`Runtime::inspect`] tells of a process.
#[derive(Clone, Debug, PartialEq)]
pub struct Info {
    /// Is it running, waiting, ...
    pub status: Status,
    /// Its registered name.
    pub name: Option<Atom>,
    /// The function it began in.
    pub initial_call: Mfa,
    /// Who spawned it.
    pub parent: Option<Pid>,
    /// Its group leader.
    pub group_leader: Option<Pid>,
    /// Does it trap exits?
    pub trap_exit: bool,
    /// Are its own messages written to the log?
    pub traced: bool,
    /// Work done so far.
    pub reductions: u64,
    /// How many messages wait.
    pub message_queue_len: usize,
    /// The first of them, oldest first.
    pub messages: Vec<Term>,
    /// Words that the waiting messages take.
    pub message_queue_words: u64,
    /// Its links, oldest process first.
    pub links: Vec<Pid>,
    /// Processes it monitors.
    pub monitors: Vec<Pid>,
    /// Processes that monitor it.
    pub monitored_by: Vec<Pid>,
    /// Its process dictionary.
    pub dictionary: Vec<(Term, Term)>,
    /// The state of a server between callbacks; `None` while one runs, or for a plain process.
    pub state: Option<Term>,
}

/// A node: its kernel and the bodies of its processes.
///
/// Bodies live here and not in the kernel: they hold the kernel by reference count, and a cycle
/// would keep every dropped node alive.
pub struct Runtime {
    shared: Rc<Shared>,
    /// By slot of the process table.
    bodies: Vec<Option<BoxBody>>,
    /// Bodies of the dead.
    left: Vec<BoxBody>,
    fuel: i64,
    reduction_takes: Duration,
    turns: u64,
    #[cfg(feature = "lab")]
    last_turn: Option<(Pid, u64)>,
}

impl Runtime {
    /// A node without processes.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let fuel = i64::from(limits.fuel.max(1));
        let reduction_takes = Duration(limits.ns_per_reduction);
        let shared = Rc::new(Shared::new(Kernel::new(limits)));
        Runtime {
            shared,
            bodies: Vec::new(),
            left: Vec::new(),
            fuel,
            reduction_takes,
            turns: 0,
            #[cfg(feature = "lab")]
            last_turn: None,
        }
    }

    /// Loads a module, in place of one of that name.
    pub fn load(&mut self, module: Module) {
        self.shared.load(module, None);
        self.settle();
    }

    /// Installs a value of the host for [`Cx::installed`].
    pub fn install<T: 'static>(&mut self, value: Rc<T>) {
        self.shared.installed.borrow_mut().insert(TypeId::of::<T>(), value);
    }

    /// Spawns a process from outside the node.
    ///
    /// # Errors
    /// `system_limit` when the process table is full.
    pub fn spawn<F, Fut>(&mut self, initial_call: Mfa, body: F) -> Result<Pid, Raise>
    where
        F: FnOnce(Cx) -> Fut,
        Fut: Future<Output = Result<(), Raise>> + 'static,
    {
        let birth = Birth { parent: None, link: false, initial_call };
        let pid = self.kernel_mut(|kernel| kernel.spawn(birth));
        let pid = pid.ok_or_else(|| Raise::error(Atom::SYSTEM_LIMIT))?;
        let body = body(Cx::new(self.shared.clone(), pid));
        self.shared.house(pid, Box::pin(body));
        self.settle();
        Ok(pid)
    }

    /// Sends a message from outside the node; the sender is the receiver itself.
    pub fn send(&mut self, to: Pid, message: Term) {
        self.kernel_mut(|kernel| kernel.send(to, Dest::Pid(to), message.into()));
    }

    /// Replaces the outcome of a live process's next callback.
    pub fn inject(&mut self, pid: Pid, fault: Fault) {
        self.shared.inject(pid, fault);
    }

    /// How many injected faults nobody has met yet.
    #[must_use]
    pub fn faults(&self) -> usize {
        self.shared.faults.borrow().len()
    }

    /// Reads the kernel.
    #[must_use]
    pub fn kernel(&self) -> CellRef<'_, Kernel> {
        self.shared.kernel.borrow()
    }

    /// Changes the kernel from outside, between turns.
    pub fn kernel_mut<T>(&mut self, act: impl FnOnce(&mut Kernel) -> T) -> T {
        let result = act(&mut self.shared.kernel.borrow_mut());
        self.settle();
        result
    }

    /// Virtual time.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.kernel().now()
    }

    /// Turns taken since boot: the run's steps.
    #[must_use]
    pub fn turns(&self) -> u64 {
        self.turns
    }

    /// Who had the last turn, and the reductions it took.
    #[cfg(feature = "lab")]
    #[must_use]
    pub fn last_turn(&self) -> Option<(Pid, u64)> {
        self.last_turn
    }

    /// Why the node has stopped, if it has.
    #[must_use]
    pub fn halted(&self) -> Option<Term> {
        self.kernel().halted().cloned()
    }

    /// Takes the log's entries out, oldest first.
    #[must_use]
    pub fn drain_log(&mut self) -> Vec<Entry> {
        self.shared.kernel.borrow_mut().log.drain().collect()
    }

    /// Runs processes and moves the clock from one due time to the next, within `budget`.
    pub fn run(&mut self, budget: Budget) -> Progress {
        for _ in 0..budget.turns {
            if self.kernel().halted().is_some() {
                return Progress::Halted;
            }
            if self.now() > budget.until {
                return Progress::Spent;
            }
            if !self.step() && !self.skip_to_next_due(budget.until) {
                return Progress::Idle;
            }
        }
        Progress::Spent
    }

    /// Runs until nothing can run, without moving the clock but by work done.
    pub fn run_until_idle(&mut self) {
        while self.step() {}
    }

    /// Moves the clock forward by `span`, to each due time in turn, and runs what becomes
    /// runnable at each.
    pub fn advance(&mut self, span: Duration) {
        let until = self.now() + span;
        self.run(Budget { turns: u64::MAX, until });
        if self.kernel().halted().is_none() {
            self.advance_to(until);
        }
    }

    /// Moves an idle node's clock to `at`.
    pub fn advance_to(&mut self, at: Instant) {
        self.kernel_mut(|kernel| kernel.advance_to(at));
    }

    fn skip_to_next_due(&mut self, until: Instant) -> bool {
        self.kernel_mut(|kernel| match kernel.next_due() {
            Some(due) if due <= until => {
                kernel.advance_to(due);
                true
            }
            _ => false,
        })
    }

    /// Gives the next process its turn. `false` if none can run.
    pub fn turn(&mut self) -> bool {
        self.step()
    }

    /// Who has the next turn.
    #[must_use]
    pub fn next_up(&self) -> Option<Pid> {
        self.kernel().first_runnable()
    }

    /// [`Runtime::turn`] for the loops.
    #[inline(always)]
    fn step(&mut self) -> bool {
        let Some(pid) = self.shared.kernel.borrow_mut().next_runnable() else { return self.rest() };
        let Some(Some(body)) = self.bodies.get_mut(pid.slot() as usize) else { return true };
        self.turns += 1;
        self.shared.fuel.set(self.fuel);
        let turn = body.as_mut().resume();
        // Nobody is given fuel in its turn.
        let spent = (self.fuel - self.shared.fuel.get()).cast_unsigned();
        #[cfg(feature = "lab")]
        {
            self.last_turn = Some((pid, spent));
        }
        let took = self.reduction_takes.times(spent);
        let (goes_on, has_buried) = self.shared.kernel.borrow_mut().turn_over(pid, spent, took);
        if goes_on && matches!(turn, Turn::Pending) {
            std::mem::forget(turn); // nothing to drop, which the compiler does not see
            if has_buried || self.shared.unsettled.get() {
                self.settle();
            }
        } else {
            self.change(pid, turn);
            self.settle();
        }
        true
    }

    /// Nothing can run: time for what the dead have left.
    #[cold]
    fn rest(&mut self) -> bool {
        self.left.clear();
        false
    }

    fn put(&mut self, pid: Pid, body: BoxBody) {
        if let Some(place) = self.bodies.get_mut(pid.slot() as usize) {
            *place = Some(body);
        }
    }

    fn take_body(&mut self, slot: u32) -> Option<BoxBody> {
        self.bodies.get_mut(slot as usize)?.take()
    }

    /// The body is another one from now on, or none. A body that is pending has asked to wait or
    /// to be queued; one that has not would never run again, and ends here.
    #[inline(never)]
    fn change(&mut self, pid: Pid, turn: Turn) {
        let reason = match turn {
            Turn::Become(next) => {
                self.shared.kernel.borrow_mut().requeue(pid);
                return self.put(pid, next);
            }
            Turn::Exited(Ok(())) => Atom::NORMAL.into(),
            Turn::Exited(Err(raise)) => raise.into_exit_reason(),
            Turn::Pending => ExitReason(Term::tuple([Term::atom("pending_without_wait"), pid.into()])),
        };
        self.shared.kernel.borrow_mut().exit(pid, reason);
    }

    /// Houses the bodies of new processes and takes those of dead ones away.
    fn settle(&mut self) {
        if self.shared.unsettled.get() {
            self.house_newborn();
            if !self.shared.purges.borrow().is_empty() {
                self.purge();
            }
        }
        if self.shared.kernel.borrow().has_buried() {
            self.clear_out_the_dead();
        }
    }

    /// The bodies of the dead are dropped after the next turns: whoever has waited for their end
    /// goes on first. They are not many, for the next dead push these out.
    fn clear_out_the_dead(&mut self) {
        self.left.clear();
        loop {
            let Some(slot) = self.shared.kernel.borrow_mut().next_buried() else { break };
            if let Some(body) = self.take_body(slot) {
                self.left.push(body);
            }
        }
        self.shared.forget_faults_of_the_dead();
    }

    /// Kills who runs code that has to go. A server between callbacks runs the loop, not its
    /// module: it goes on in the current version when it is called next.
    #[inline(never)]
    fn purge(&mut self) {
        let purges = std::mem::take(&mut *self.shared.purges.borrow_mut());
        for Purge { edition, by, soft, users: counted } in purges {
            let pids = self.kernel().processes();
            let users: Vec<Pid> = pids.into_iter().filter(|pid| self.is_in(*pid, edition)).collect();
            counted.set(users.len());
            if !soft {
                let kill = |pid| {
                    self.shared.kernel.borrow_mut().exit_signal(by.unwrap_or(pid), pid, ExitReason(Atom::KILL.into()))
                };
                users.into_iter().for_each(kill);
            }
        }
    }

    fn is_in(&self, pid: Pid, edition: Edition) -> bool {
        let runs = self.kernel().process(pid).is_some_and(|process| process.edition == edition);
        runs && self.body(pid).is_some_and(|body| body.server().is_none_or(ViewState::is_busy))
    }

    fn body(&self, pid: Pid) -> Option<&BoxBody> {
        self.bodies.get(pid.slot() as usize)?.as_ref()
    }

    fn house_newborn(&mut self) {
        self.shared.unsettled.set(false);
        loop {
            let Some((pid, body)) = self.shared.newborn.borrow_mut().pop() else { return };
            let at = pid.slot() as usize;
            if self.bodies.len() <= at {
                self.bodies.resize_with(at + 1, Option::default);
            }
            self.put(pid, body);
        }
    }

    fn server(&self, pid: Pid) -> Option<&dyn ViewState> {
        self.body(pid).and_then(|body| body.server())
    }

    /// Does the process serve: run callbacks, whose outcome a fault can replace?
    #[must_use]
    pub fn is_server(&self, pid: Pid) -> bool {
        self.server(pid).is_some() && self.kernel().process(pid).is_some()
    }

    /// Does a callback of the process wait for something, half done?
    #[must_use]
    pub fn is_busy(&self, pid: Pid) -> bool {
        self.server(pid).is_some_and(ViewState::is_busy)
    }

    /// What a process is like now, with at most `messages` of its waiting messages. Changes nothing.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#process_info-2>
    #[must_use]
    pub fn inspect(&self, pid: Pid, messages: usize) -> Option<Info> {
        let kernel = self.kernel();
        let process = kernel.process(pid)?;
        Some(Info {
            status: process.status,
            name: process.name,
            initial_call: process.initial_call,
            parent: process.parent(),
            group_leader: process.group_leader(),
            trap_exit: process.trap_exit,
            traced: process.traced,
            reductions: process.reductions,
            message_queue_len: process.mailbox.len(),
            messages: process.mailbox.iter().take(messages).collect(),
            message_queue_words: process.mailbox.words(),
            links: process.links.to_vec(),
            monitors: process.monitors.to_vec().into_iter().map(|entry| entry.1.target).collect(),
            monitored_by: process.monitored_by.to_vec().into_iter().map(|entry| entry.1).collect(),
            dictionary: process.dictionary().to_vec(),
            state: self.server(pid).and_then(ViewState::view),
        })
    }
}

impl Drop for Runtime {
    /// A body may be on its way here, and it holds what holds it.
    fn drop(&mut self) {
        let newborn = std::mem::take(&mut *self.shared.newborn.borrow_mut());
        drop(newborn);
    }
}
