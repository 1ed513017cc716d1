//! The machine under everything: process table, signals, mailboxes, links, monitors, timers, names.
//!
//! The kernel is plain data with no futures, no clock and no web. It never runs code of a
//! process; `process::Runtime` does, and asks the kernel who is next. What happens in it happens
//! by one of two ways: a process asks (through `process::Cx`), or time passes.
//!
//! | module | holds |
//! |---|---|
//! | [`table`] | process slots; a pid is never reused |
//! | [`process`] | what the kernel knows of one process |
//! | [`links`] | whom a process is linked to |
//! | [`message`] | messages, the most frequent ones in parts |
//! | [`mailbox`] | the message queue, with removal from the middle |
//! | [`signal`] | what processes send each other, and its arrival |
//! | `alias` | references that a message can be sent to |
//! | `run_queue` | who runs next |
//! | [`transport`] | how signals travel: at once, or in flight per pair (simulator) |
//! | [`teardown`] | what happens when a process ends, in OTP's order |
//! | [`timers`] | due times in order of time, then of setting |
//! | [`ets`] | tables that processes share |
//! | [`log`] | the event log |
//! | [`planted`] | faults that a test of the tests plants |

use std::collections::VecDeque;
use std::rc::Rc;
use std::task::Poll;

mod alias;
mod run_queue;
pub mod ets;
pub mod few;
pub mod links;
pub mod log;
pub mod mailbox;
pub mod message;
pub mod planted;
pub mod process;
pub mod signal;
pub mod table;
pub mod teardown;
pub mod timers;
pub mod transport;

use crate::event::{Event, Level, Mfa};
use crate::limits::Limits;
use crate::term::ordered::sort_by_key;
use crate::term::quick::QuickMap;
use crate::term::{Atom, Pid, Ref, Term};
use crate::time::{Duration, Instant};
use ets::Tables;
use log::Log;
use mailbox::Position;
use message::Message;
use planted::{Fault, Planted};
use process::{NOBODY, Origin, Process, Status};
use run_queue::RunQueue;
use table::Table;
use teardown::Dying;
use timers::{Due, Timers};
use transport::Transport;

/// Most timers that fire before others get their turn.
const FIRED_AT_ONCE: u32 = 1_000;

/// Where a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dest {
    /// A process.
    Pid(Pid),
    /// Whoever has the name when the message is sent (for a timer: when it fires).
    Name(Atom),
    /// The process that made this alias, while the alias is active.
    Alias(Ref),
}

impl From<Pid> for Dest {
    fn from(pid: Pid) -> Self {
        Dest::Pid(pid)
    }
}

impl From<Atom> for Dest {
    fn from(name: Atom) -> Self {
        Dest::Name(name)
    }
}

/// What a new process starts with.
#[derive(Clone, Copy, Debug)]
pub struct Birth {
    /// Who spawns it; nobody for the first process.
    pub parent: Option<Pid>,
    /// Linked to the parent from birth?
    pub link: bool,
    /// The function it begins in, for process_info and reports.
    pub initial_call: Mfa,
}

/// The kernel of one node.
pub struct Kernel {
    /// The bounds that this node keeps.
    pub limits: Limits,
    /// What happened.
    pub log: Log,
    /// The least grave level of reports that are logged; `None`: no reports.
    pub log_level: Option<Level>,
    pub(crate) table: Table,
    run_queue: RunQueue,
    /// Who has, or had, the last turn, unless it has ended.
    running: Pid,
    names: QuickMap<Atom, Pid>,
    pub(crate) timers: Timers,
    transport: Transport,
    dying: VecDeque<Dying>,
    /// Are the dead being buried? Those who die of it wait in `dying`.
    burying: bool,
    /// Slots whose bodies the runtime still has to drop.
    buried: VecDeque<u32>,
    now: Instant,
    counter: u64,
    messages: u64,
    trace_all: bool,
    /// Why messages are looked at as they are sent: traced processes, and one more if all are, and
    /// one if signals stay in flight.
    watched: u32,
    halted: Option<Term>,
    /// Tables that processes share.
    pub(crate) tables: Tables,
    /// The fault that is planted in this node, if any.
    pub(crate) planted: Planted,
}

impl Kernel {
    /// A node with nothing in it, at time zero.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Kernel {
            log: Log::new(limits.log_bytes),
            log_level: Some(Level::Info),
            table: Table::new(limits.processes),
            limits,
            run_queue: RunQueue::default(),
            running: NOBODY,
            names: QuickMap::default(),
            timers: Timers::default(),
            transport: Transport::default(),
            dying: VecDeque::new(),
            burying: false,
            buried: VecDeque::new(),
            now: Instant::BOOT,
            counter: 0,
            messages: 0,
            trace_all: false,
            watched: 0,
            halted: None,
            tables: Tables::default(),
            planted: Planted::default(),
        }
    }

    /// Virtual time.
    #[inline]
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Messages sent since boot.
    #[must_use]
    pub fn messages(&self) -> u64 {
        self.messages
    }

    /// The process, if it is alive.
    #[inline]
    #[must_use]
    pub fn process(&self, pid: Pid) -> Option<&Process> {
        self.table.get(pid)
    }

    /// Is it alive? Who asks is most often the one that runs.
    #[inline(always)]
    pub(crate) fn lives(&self, pid: Pid) -> bool {
        pid == self.running || self.table.get(pid).is_some()
    }

    #[inline]
    pub(crate) fn process_mut(&mut self, pid: Pid) -> Option<&mut Process> {
        self.table.get_mut(pid)
    }

    /// Every live process, oldest first.
    #[must_use]
    pub fn processes(&self) -> Vec<Pid> {
        self.table.pids()
    }

    /// How many slots the process table has: one more than the greatest that a pid has had so far.
    #[must_use]
    pub fn process_slots(&self) -> u32 {
        self.table.slots()
    }

    /// The process in a slot of the table, if one is alive there.
    #[must_use]
    pub fn process_at(&self, slot: u32) -> Option<&Process> {
        self.table.at(slot)
    }

    /// How many processes are alive.
    #[must_use]
    pub fn process_count(&self) -> usize {
        self.table.len()
    }

    /// Makes a process, runnable; its body is the runtime's. `None` when the table is full.
    ///
    /// OTP: <https://www.erlang.org/docs/25/reference_manual/processes#process-creation>
    pub fn spawn(&mut self, birth: Birth) -> Option<Pid> {
        let origin = birth.parent.map(|parent| Rc::new(Origin { parent: Some(parent), ..Origin::default() }));
        self.spawn_child(birth, origin)
    }

    /// [`Kernel::spawn`] of a process that has its origin with others.
    pub(crate) fn spawn_child(&mut self, birth: Birth, origin: Option<Rc<Origin>>) -> Option<Pid> {
        let pid = self.table.insert(birth, origin)?;
        self.run_queue.push(pid);
        let Birth { parent, link, initial_call } = birth;
        self.emit(Event::Spawned { pid, parent, link, initial_call });
        if let (true, Some(parent)) = (link, parent) {
            self.add_link(parent, pid);
        }
        Some(pid)
    }

    /// A new reference, made by `maker`.
    #[inline]
    pub fn make_ref(&mut self, maker: Pid) -> Ref {
        self.counter += 1;
        Ref::new(self.counter, maker.slot())
    }

    /// The reference that [`Kernel::make_ref`] makes next.
    fn next_ref(&self, maker: Pid) -> Ref {
        Ref::new(self.counter + 1, maker.slot())
    }

    /// Writes an event to the log at the present time; returns its position. Inline, for
    /// the caller knows which kind of event it is.
    #[inline(always)]
    pub fn emit(&mut self, event: Event) -> u64 {
        let (is_message, is_plain) = (event.is_message(), event.is_plain());
        self.write(event, is_message, is_plain)
    }

    #[inline]
    pub(crate) fn write(&mut self, event: Event, is_message: bool, is_plain: bool) -> u64 {
        match is_message {
            true => self.log.push_message(self.now, event),
            false => self.log.push_lifecycle(self.now, event, is_plain),
        }
    }

    /// Writes every message of the node to the log from now on, or only those of traced processes.
    pub fn trace_all(&mut self, on: bool) {
        if std::mem::replace(&mut self.trace_all, on) != on {
            self.watch(on);
        }
    }

    /// There is one more reason to look at messages, or one less.
    pub(super) fn watch(&mut self, on: bool) {
        self.watched = if on { self.watched + 1 } else { self.watched.saturating_sub(1) };
    }

    /// Writes the messages to and from a process to the log.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#trace-3>
    pub fn trace(&mut self, pid: Pid, on: bool) {
        if let Some(process) = self.table.get_mut(pid)
            && process.traced != on
        {
            process.traced = on;
            self.watch(on);
        }
    }

    /// Are any messages written to the log?
    #[must_use]
    pub fn is_tracing(&self) -> bool {
        self.watched > u32::from(self.is_slow())
    }

    /// Stops the node: nothing runs any more. What it was stays to be looked at.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/init#stop-1>
    pub fn halt(&mut self, reason: Term) {
        if self.halted.is_none() {
            self.emit(Event::Halted { reason: reason.clone() });
            self.halted = Some(reason);
        }
    }

    /// Why the node has stopped, if it has.
    #[must_use]
    pub fn halted(&self) -> Option<&Term> {
        self.halted.as_ref()
    }

    // --- scheduling

    /// Takes the next process to run off the queue.
    #[inline]
    pub fn next_runnable(&mut self) -> Option<Pid> {
        if self.halted.is_some() {
            return None;
        }
        while let Some(pid) = self.run_queue.pop() {
            if let Some(process) = self.table.get_mut(pid)
                && process.status == Status::Runnable
            {
                process.status = Status::Running;
                self.running = pid;
                return Some(pid);
            }
        }
        None
    }

    /// Can anything run without time passing?
    #[must_use]
    pub fn has_runnable(&self) -> bool {
        self.first_runnable().is_some()
    }

    /// Who runs next.
    #[must_use]
    pub fn first_runnable(&self) -> Option<Pid> {
        let runs = |pid: &Pid| self.table.get(*pid).is_some_and(|process| process.status == Status::Runnable);
        self.run_queue.iter().find(runs)
    }

    /// The running process has spent its fuel: it queues behind the others.
    pub fn requeue(&mut self, pid: Pid) {
        if let Some(process) = self.table.get_mut(pid)
            && process.status == Status::Running
        {
            process.status = if process.suspended == 0 { Status::Runnable } else { Status::Suspended };
            if process.status == Status::Runnable {
                self.run_queue.push(pid);
            }
        }
    }

    /// The running process takes its next message as a term, or waits for one.
    #[inline(always)]
    pub(crate) fn take_term(&mut self, pid: Pid) -> Poll<Term> {
        let Some(process) = self.table.get_mut(pid) else { return Poll::Pending };
        match process.mailbox.first_term() {
            Some(0) => {
                process.no_deadline();
                return Poll::Ready(process.mailbox.pop_term());
            }
            Some(id) => return self.take_noted_term(pid, id),
            None => {}
        }
        if process.mailbox.is_empty() {
            self.counter += 1;
            process.status = Status::Waiting;
            return Poll::Pending;
        }
        self.take_any_term(pid)
    }

    #[cold]
    #[inline(never)]
    fn take_noted_term(&mut self, pid: Pid, id: u64) -> Poll<Term> {
        self.log.received(self.now, id, pid);
        let Some(process) = self.table.get_mut(pid) else { return Poll::Pending };
        process.no_deadline();
        Poll::Ready(process.mailbox.pop_term())
    }

    #[inline(never)]
    fn take_any_term(&mut self, pid: Pid) -> Poll<Term> {
        match self.take_next(pid, None) {
            Poll::Ready(Some(message)) => Poll::Ready(message.into_term()),
            // Without a deadline there is no `None`.
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }

    /// The running process takes its next message, waits for one, or learns that the deadline has
    /// come (`None`).
    #[inline(always)]
    pub(crate) fn take_next(&mut self, pid: Pid, deadline: Option<Instant>) -> Poll<Option<Message>> {
        let Some(process) = self.table.get_mut(pid) else { return Poll::Pending };
        let Some(message) = process.mailbox.pop() else {
            return self.timers.wait(process, deadline, self.now, &mut self.counter).map(|()| None);
        };
        process.no_deadline();
        self.note_received(pid, message.id());
        Poll::Ready(Some(message))
    }

    /// The running process takes the first message at or behind `position` that matches, waits for
    /// one, or learns that the deadline has come (`None`). `charge` is told how many messages it
    /// has looked at.
    #[inline]
    pub(crate) fn take_match(
        &mut self,
        pid: Pid,
        position: &mut Position,
        deadline: Option<Instant>,
        matches: impl FnMut(&mut Message) -> bool,
        charge: impl FnOnce(usize),
    ) -> Poll<Option<Message>> {
        let Some(process) = self.table.get_mut(pid) else { return Poll::Pending };
        let Some((at, message)) = process.mailbox.take_wanted(*position, matches) else {
            let from = std::mem::replace(position, process.mailbox.end());
            charge(position.saturating_sub(from));
            return self.timers.wait(process, deadline, self.now, &mut self.counter).map(|()| None);
        };
        charge(at.saturating_sub(*position));
        process.no_deadline();
        self.note_received(pid, message.id());
        Poll::Ready(Some(message))
    }

    /// Logs that a traced message was taken.
    #[inline(always)]
    pub(crate) fn note_received(&mut self, pid: Pid, id: u64) {
        if id != 0 {
            self.emit_received(pid, id);
        }
    }

    #[cold]
    #[inline(never)]
    fn emit_received(&mut self, pid: Pid, id: u64) {
        self.log.received(self.now, id, pid);
    }

    /// The running process waits for a signal, or until `deadline`. Ready if that has come.
    pub(crate) fn wait(&mut self, pid: Pid, deadline: Option<Instant>) -> Poll<()> {
        let Some(process) = self.table.get_mut(pid) else { return Poll::Pending };
        self.timers.wait(process, deadline, self.now, &mut self.counter)
    }

    /// Makes a waiting process runnable.
    #[inline]
    pub(crate) fn wake(&mut self, pid: Pid) {
        if self.table.get_mut(pid).is_some_and(Process::wakes) {
            self.run_queue.push(pid);
        }
    }

    /// Keeps a process from running until it is resumed as many times.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#suspend_process-1>
    pub fn suspend(&mut self, pid: Pid) {
        if let Some(process) = self.table.get_mut(pid) {
            process.suspended = process.suspended.saturating_add(1);
            if process.status == Status::Runnable {
                process.status = Status::Suspended;
            }
            self.emit(Event::Suspended { pid, on: true });
        }
    }

    /// Undoes one [`Kernel::suspend`].
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#resume_process-1>
    pub fn resume(&mut self, pid: Pid) {
        if let Some(process) = self.table.get_mut(pid) {
            process.suspended = process.suspended.saturating_sub(1);
            if process.suspended == 0 && process.status == Status::Suspended {
                process.status = Status::Runnable;
                self.run_queue.push(pid);
            }
            self.emit(Event::Suspended { pid, on: false });
        }
    }

    /// Is there such a slot as [`Kernel::next_buried`] gives?
    #[inline]
    pub(crate) fn has_buried(&self) -> bool {
        !self.buried.is_empty()
    }

    /// The next slot whose process has ended. It is free from now on, and its body is to go before
    /// anybody runs.
    #[inline]
    pub(crate) fn next_buried(&mut self) -> Option<u32> {
        let slot = self.buried.pop_front()?;
        self.table.release(slot);
        Some(slot)
    }

    /// [`Kernel::suspend`] by a process, whose end would undo it. `false` if it may not: Erlang's
    /// `badarg`.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#suspend_process-1>
    pub fn suspend_by(&mut self, me: Pid, pid: Pid) -> bool {
        let may = me != pid && self.table.get(pid).is_some();
        if let (true, Some(process)) = (may, self.table.get_mut(me)) {
            let suspending = &mut process.cold_mut().suspending;
            let times = suspending.get(pid).map_or(1, |times| times.saturating_add(1));
            suspending.insert(pid, times);
            self.suspend(pid);
        }
        may
    }

    /// Undoes one [`Kernel::suspend_by`]. `false` if there is none: Erlang's `badarg`.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#resume_process-1>
    pub fn resume_by(&mut self, me: Pid, pid: Pid) -> bool {
        let alive = self.table.get(pid).is_some();
        let Some(cold) = self.table.get_mut(me).and_then(|process| process.cold.as_mut()) else { return false };
        let Some(times) = cold.suspending.remove(pid).filter(|_| alive) else { return false };
        if times > 1 {
            cold.suspending.insert(pid, times - 1);
        }
        self.resume(pid);
        true
    }

    // --- time

    /// A process has had its turn: its work counts, and takes time. Does it wait now, or queue for
    /// another; and has anybody died?
    #[inline(always)]
    pub(crate) fn turn_over(&mut self, pid: Pid, reductions: u64, took: Duration) -> (bool, bool) {
        let goes_on = self.table.get_mut(pid).is_some_and(|process| {
            process.reductions += reductions;
            process.status != Status::Running
        });
        self.pass(took);
        (goes_on, !self.buried.is_empty())
    }

    /// Lets time pass while a process runs.
    #[inline]
    pub fn pass(&mut self, span: Duration) {
        self.now = self.now + span;
        if self.timers.first().is_some_and(|due| due <= self.now) {
            self.fire_due();
        }
    }

    /// When the next timer or time-out is due.
    pub fn next_due(&mut self) -> Option<Instant> {
        self.timers.next_due(&mut self.table)
    }

    /// Moves the clock forward to `at`, or leaves it if that is past, and fires what is due. Of
    /// very many timers some stay due: [`Kernel::next_due`] tells.
    pub fn advance_to(&mut self, at: Instant) {
        if at > self.now {
            self.now = at;
        }
        self.fire_due();
    }

    /// Fires what is due, but no more than a slice: what is left stays due.
    fn fire_due(&mut self) {
        for _ in 0..FIRED_AT_ONCE {
            let Some(due) = self.timers.pop_due(self.now) else { return };
            match due {
                Due::Wake(pid) => self.time_out(pid),
                Due::Message { timer, to, message, from } => {
                    self.forget_addressed(timer, to);
                    self.send(from, to, message.into());
                }
            }
        }
    }

    fn time_out(&mut self, pid: Pid) {
        let now = self.now;
        let Some(process) = self.table.get_mut(pid) else { return };
        if self.timers.expired(pid, process, now) {
            self.wake(pid);
        }
    }

    /// Sends `message` to `to` after `delay`. `None` when too many timers are pending.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#send_after-3>
    pub fn send_after(&mut self, from: Pid, delay: Duration, to: Dest, message: Term) -> Option<Ref> {
        let timer = self.make_ref(from);
        self.send_after_as(timer, from, delay, to, message).then_some(timer)
    }

    /// [`Kernel::send_after`] with a reference that was made before.
    pub(crate) fn send_after_as(&mut self, timer: Ref, from: Pid, delay: Duration, to: Dest, message: Term) -> bool {
        if self.timers.pending() >= self.limits.timers as usize {
            return false;
        }
        if let Dest::Pid(to) = to {
            // A timer that would send to the dead ends as it is set.
            let Some(process) = self.table.get_mut(to) else { return true };
            process.cold_mut().addressed_timers.insert(timer, ());
        }
        let early = self.planted.is(Fault::TimerFiresEarly) && self.timers.pending().is_multiple_of(8);
        let delay = if early { Duration(delay.0 / 2) } else { delay };
        self.timers.set(timer, self.now + delay, to, message, from);
        true
    }

    fn forget_addressed(&mut self, timer: Ref, to: Dest) {
        if let Dest::Pid(to) = to
            && let Some(process) = self.table.get_mut(to)
        {
            process.cold_mut().addressed_timers.remove(timer);
        }
    }

    /// Takes a timer back; returns the time that was left, `None` if it has fired or never was.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#cancel_timer-1>
    pub fn cancel_timer(&mut self, timer: Ref) -> Option<Duration> {
        if self.planted.is(Fault::CancelledTimerFires) {
            return self.read_timer(timer);
        }
        let (at, to) = self.timers.cancel(timer)?;
        self.forget_addressed(timer, to);
        Some(at.since(self.now))
    }

    /// The time that is left of a timer.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#read_timer-1>
    #[must_use]
    pub fn read_timer(&self, timer: Ref) -> Option<Duration> {
        self.timers.due_at(timer).map(|at| at.since(self.now))
    }

    // --- names

    /// Who has the name.
    #[inline]
    #[must_use]
    pub fn whereis(&self, name: Atom) -> Option<Pid> {
        self.names.get(&name).copied()
    }

    /// Gives a live process a name. `false` if the name is taken, the process dead or already
    /// named, or the name `undefined`: Erlang's `badarg`.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#register-2>
    pub fn register(&mut self, name: Atom, pid: Pid) -> bool {
        let free = name != Atom::UNDEFINED && !self.names.contains_key(&name);
        let Some(process) = self.table.get_mut(pid).filter(|process| free && process.name.is_none()) else {
            return false;
        };
        process.set_name(Some(name));
        self.names.insert(name, pid);
        self.emit(Event::Registered { pid, name });
        true
    }

    /// Takes a name away. `false` if nobody has it.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#unregister-1>
    pub fn unregister(&mut self, name: Atom) -> bool {
        let Some(pid) = self.names.remove(&name) else { return false };
        if let Some(process) = self.table.get_mut(pid) {
            process.set_name(None);
        }
        self.emit(Event::Unregistered { pid, name });
        true
    }

    /// All registered names, in term order.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#registered-0>
    #[must_use]
    pub fn registered(&self) -> Vec<Atom> {
        let mut names: Vec<Atom> = self.table.pids().into_iter().filter_map(|pid| self.table.get(pid)?.name).collect();
        sort_by_key(&mut names, |name| *name);
        names
    }

    pub(crate) fn release_name(&mut self, name: Atom) {
        self.names.remove(&name);
    }
}
