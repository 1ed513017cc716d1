//! All that a running process may do.

use std::cell::RefMut;
use std::future::Future;
use std::rc::Rc;

use crate::event::{Event, Level, Mfa};
use crate::exit::{ExitReason, Raise};
use crate::kernel::mailbox::Position;
use crate::kernel::message::Message;
use crate::kernel::process::Process;
use crate::kernel::signal::LinkOutcome;
use crate::kernel::{Birth, Dest, Kernel};
use crate::limits::Limits;
use crate::term::atom::AtomError;
use crate::term::{Atom, Pid, Ref, Term};
use crate::time::{Duration, Instant};

use super::body::BoxBody;
use super::fault::Fault;
use super::receive::{Match, Next, Receive, Select, Tick};
use super::shared::Shared;

/// A process's hold on its node. Its body owns one; after the process has ended every call on it
/// is without effect.
pub struct Cx {
    pub(super) shared: Rc<Shared>,
    pub(super) me: Pid,
}

/// How a process is spawned.
#[derive(Clone, Copy, Debug)]
pub struct SpawnOptions {
    /// Link it to the spawner.
    pub link: bool,
    /// The function it begins in, for process_info and reports.
    pub initial_call: Mfa,
}

impl Cx {
    pub(super) fn new(shared: Rc<Shared>, me: Pid) -> Self {
        Cx { shared, me }
    }

    /// Another hold on the same process, for code that has to own one.
    #[must_use]
    pub fn same(&self) -> Cx {
        Cx { shared: self.shared.clone(), me: self.me }
    }

    #[inline]
    pub(super) fn kernel(&self) -> RefMut<'_, Kernel> {
        self.shared.kernel.borrow_mut()
    }

    /// The process itself, if it still lives.
    pub(super) fn with_me<T>(&self, act: impl FnOnce(&mut Process) -> T) -> Option<T> {
        self.kernel().process_mut(self.me).map(act)
    }

    /// Runs on the kernel, unless this process has ended.
    #[inline]
    pub(super) fn act<T: Default>(&self, reductions: u32, act: impl FnOnce(&mut Kernel, Pid) -> T) -> T {
        self.shared.charge(reductions);
        let mut kernel = self.kernel();
        if kernel.process(self.me).is_some() { act(&mut kernel, self.me) } else { T::default() }
    }

    // --- itself

    /// `self()`
    #[inline]
    #[must_use]
    pub fn me(&self) -> Pid {
        self.me
    }

    /// Virtual time.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.kernel().now()
    }

    /// `erlang:monotonic_time()` in nanoseconds: [`Cx::now`] and what this turn has taken so far.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#monotonic_time-0>
    #[must_use]
    pub fn monotonic_time(&self) -> Instant {
        let kernel = self.kernel();
        let spent = i64::from(kernel.limits.fuel.max(1)) - self.shared.fuel.get();
        let reductions = u64::try_from(spent).unwrap_or(0);
        kernel.now() + Duration(reductions.saturating_mul(kernel.limits.ns_per_reduction))
    }

    /// The node's bounds.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.kernel().limits.clone()
    }

    /// Spends fuel for work that no primitive sees.
    #[inline]
    pub fn charge(&self, reductions: u32) {
        self.shared.charge(reductions);
    }

    /// A scan of a mailbox costs a reduction for every few messages.
    #[inline]
    pub(super) fn charge_scan(&self, messages: usize) {
        self.shared.charge(1 + u32::try_from(messages / 16).unwrap_or(u32::MAX));
    }

    /// Has the fuel been spent? Then the process queues behind the others.
    #[inline]
    pub(super) fn yields(&self) -> bool {
        self.shared.fuel.get() <= 0 && self.gives_way()
    }

    #[cold]
    #[inline(never)]
    fn gives_way(&self) -> bool {
        self.kernel().requeue(self.me);
        true
    }

    /// Gives way if the fuel is spent. Long work awaits this now and then.
    #[must_use]
    pub fn tick(&self) -> Tick<'_> {
        Tick { cx: self }
    }

    /// `erlang:yield()`: gives way now.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#yield-0>
    #[must_use]
    pub fn yield_now(&self) -> Tick<'_> {
        self.shared.fuel.set(0);
        Tick { cx: self }
    }

    /// `process_flag(trap_exit, on)`; returns the old value.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#process_flag_trap_exit>
    pub fn trap_exits(&self, on: bool) -> bool {
        self.with_me(|process| std::mem::replace(&mut process.trap_exit, on)).unwrap_or_default()
    }

    /// A new reference.
    #[must_use]
    pub fn make_ref(&self) -> Ref {
        self.kernel().make_ref(self.me)
    }

    /// What the size of many things costs: little for each.
    #[inline]
    pub(super) fn charge_many(&self, things: usize) {
        self.shared.charge(u32::try_from(things / 16).unwrap_or(u32::MAX));
    }

    fn charge_dictionary(&self) {
        self.charge_many(self.with_me(|process| process.dictionary().len()).unwrap_or(0));
    }

    /// Reads a key of the process dictionary.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#get-1>
    #[must_use]
    pub fn get(&self, key: &Term) -> Option<Term> {
        self.charge_dictionary();
        self.with_me(|process| process.get(key).cloned()).flatten()
    }

    /// Writes the process dictionary; returns what was there.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#put-2>
    pub fn put(&self, key: Term, value: Term) -> Option<Term> {
        self.charge_dictionary();
        self.act(1, |kernel, me| {
            let limit = kernel.limits.dictionary_words;
            let process = kernel.process_mut(me)?;
            let before = process.put(key, value);
            let words: u64 =
                process.dictionary().iter().map(|(k, v)| u64::from(k.words()) + u64::from(v.words()) + 2).sum();
            if words > limit {
                kernel.exit(me, Atom::KILLED.into());
            }
            before
        })
    }

    /// Erases a key of the process dictionary; returns what was there.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#erase-1>
    pub fn erase(&self, key: &Term) -> Option<Term> {
        self.charge_dictionary();
        self.with_me(|process| process.erase(key)).flatten()
    }

    /// `group_leader()`
    #[must_use]
    pub fn group_leader(&self) -> Option<Pid> {
        self.with_me(|process| process.group_leader).flatten()
    }

    /// `group_leader(leader, pid)`
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#group_leader-2>
    pub fn set_group_leader(&self, leader: Pid, pid: Pid) {
        self.act(1, |kernel, _| {
            if let Some(process) = kernel.process_mut(pid) {
                process.group_leader = Some(leader);
            }
        });
    }

    /// Ends this process at once with `reason`, without running anything more of it. Inside a
    /// callback return `Err(Raise::exit(reason))` instead, which can be caught.
    pub async fn die(&self, reason: impl Into<ExitReason>) -> std::convert::Infallible {
        self.kernel().exit(self.me, reason.into());
        super::receive::Gone.await
    }

    // --- others

    /// Reads something of a live process.
    #[must_use]
    pub fn of<T>(&self, pid: Pid, read: impl FnOnce(&Process) -> T) -> Option<T> {
        self.kernel().process(pid).map(read)
    }

    /// `is_process_alive(pid)`
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#is_process_alive-1>
    #[must_use]
    pub fn is_alive(&self, pid: Pid) -> bool {
        self.kernel().process(pid).is_some()
    }

    /// `processes()`, oldest first.
    #[must_use]
    pub fn processes(&self) -> Vec<Pid> {
        let pids = self.kernel().processes();
        self.charge_many(pids.len());
        pids
    }

    /// Sends a message. Sending to a dead process is no error.
    ///
    /// OTP: <https://www.erlang.org/docs/25/reference_manual/expressions#send>
    ///
    /// # Errors
    /// `badarg` if the destination is a name that nobody has.
    #[inline]
    pub fn send(&self, to: impl Into<Dest>, message: Term) -> Result<(), Raise> {
        self.send_message(to.into(), message.into())
    }

    /// [`Cx::send`] of a message that may be in parts.
    pub(crate) fn send_message(&self, to: Dest, message: Message) -> Result<(), Raise> {
        let words = message.words();
        self.shared.charge(1 + words / 64);
        let mut kernel = self.kernel();
        // Who has ended itself sends nothing any more.
        if kernel.process(self.me).is_none() || kernel.dispatch(self.me, to, message, words) {
            Ok(())
        } else {
            Err(Raise::error(Atom::BADARG))
        }
    }

    /// `exit(to, reason)`: an exit signal.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#exit-2>
    pub fn exit(&self, to: Pid, reason: impl Into<ExitReason>) {
        self.act(1, |kernel, me| kernel.exit_signal(me, to, reason.into()));
    }

    /// `link(to)`
    ///
    /// # Errors
    /// `noproc` if there is no such process and this one does not trap exits.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#link-1>
    pub fn link(&self, to: Pid) -> Result<(), Raise> {
        match self.act(1, |kernel, me| Some(kernel.link(me, to))) {
            Some(LinkOutcome::NoProc) => Err(Raise::error(Atom::NOPROC)),
            _ => Ok(()),
        }
    }

    /// `unlink(to)`
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#unlink-1>
    pub fn unlink(&self, to: Pid) {
        self.act(1, |kernel, me| kernel.unlink(me, to));
    }

    /// `monitor(process, target)`
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#monitor-2>
    pub fn monitor(&self, target: impl Into<Dest>) -> Ref {
        self.shared.charge(1);
        self.kernel().monitor(self.me, target.into(), false)
    }

    /// `monitor(process, target, [{alias, demonitor}])`: the reference is also an alias of this
    /// process until the monitor is gone.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#monitor-3>
    #[inline]
    pub fn monitor_with_alias(&self, target: impl Into<Dest>) -> Ref {
        self.shared.charge(1);
        self.kernel().monitor(self.me, target.into(), true)
    }

    /// `demonitor(mref)`; `false` if it was not active (any more).
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#demonitor-1>
    #[inline]
    pub fn demonitor(&self, mref: Ref) -> bool {
        self.shared.charge(1);
        self.kernel().demonitor(self.me, mref)
    }

    /// `demonitor(mref, [flush, info])`: also takes a `'DOWN'` out that has already come. `true`
    /// if the monitor was active.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#demonitor-2>
    pub fn demonitor_flush(&self, mref: Ref) -> bool {
        self.demonitor(mref) || self.flush_down(mref)
    }

    #[cold]
    fn flush_down(&self, mref: Ref) -> bool {
        self.charge_many(self.with_me(|process| process.mailbox.len()).unwrap_or(0));
        self.with_me(|process| process.mailbox.flush(|message| is_down_of(message, mref)));
        false
    }

    /// `suspend_process(pid)`: it does not run until it is resumed as often, or this process ends.
    ///
    /// # Errors
    /// `badarg` if it is this process or a dead one.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#suspend_process-1>
    pub fn suspend(&self, pid: Pid) -> Result<(), Raise> {
        let me = self.me;
        self.badarg_unless(|kernel| kernel.suspend_by(me, pid))
    }

    /// `resume_process(pid)`
    ///
    /// # Errors
    /// `badarg` if this process has not suspended it.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#resume_process-1>
    pub fn resume(&self, pid: Pid) -> Result<(), Raise> {
        let me = self.me;
        self.badarg_unless(|kernel| kernel.resume_by(me, pid))
    }

    // --- names

    /// `register(name, pid)`
    ///
    /// # Errors
    /// `badarg` if the name is taken, or the process dead or named already.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#register-2>
    pub fn register(&self, name: Atom, pid: Pid) -> Result<(), Raise> {
        self.badarg_unless(|kernel| kernel.register(name, pid))
    }

    /// `unregister(name)`
    ///
    /// # Errors
    /// `badarg` if nobody has the name.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#unregister-1>
    pub fn unregister(&self, name: Atom) -> Result<(), Raise> {
        self.badarg_unless(|kernel| kernel.unregister(name))
    }

    fn badarg_unless(&self, act: impl FnOnce(&mut Kernel) -> bool) -> Result<(), Raise> {
        let done = self.act(1, |kernel, _| Some(act(kernel)));
        if done == Some(false) { Err(Raise::error(Atom::BADARG)) } else { Ok(()) }
    }

    /// `whereis(name)`
    #[inline]
    #[must_use]
    pub fn whereis(&self, name: Atom) -> Option<Pid> {
        self.kernel().whereis(name)
    }

    /// `registered()`, in term order.
    #[must_use]
    pub fn registered(&self) -> Vec<Atom> {
        let names = self.kernel().registered();
        self.charge_many(names.len());
        names
    }

    // --- time

    /// `send_after(delay, to, message)`
    ///
    /// # Errors
    /// `system_limit` when too many timers are pending.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#send_after-3>
    pub fn send_after(&self, delay: Duration, to: impl Into<Dest>, message: Term) -> Result<Ref, Raise> {
        let timer = self.make_ref();
        self.set_timer(timer, delay, to.into(), message)
    }

    /// `start_timer(delay, to, content)`: sends `{timeout, TimerRef, Content}`.
    ///
    /// # Errors
    /// `system_limit` when too many timers are pending.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#start_timer-3>
    pub fn start_timer(&self, delay: Duration, to: impl Into<Dest>, content: Term) -> Result<Ref, Raise> {
        let timer = self.make_ref();
        let message = Term::tuple([Atom::TIMEOUT.into(), timer.into(), content]);
        self.set_timer(timer, delay, to.into(), message)
    }

    fn set_timer(&self, timer: Ref, delay: Duration, to: Dest, message: Term) -> Result<Ref, Raise> {
        let set = self.act(1, |kernel, me| Some(kernel.send_after_as(timer, me, delay, to, message)));
        if set == Some(false) { Err(Raise::error(Atom::SYSTEM_LIMIT)) } else { Ok(timer) }
    }

    /// `cancel_timer(timer)`: the time that was left, `None` for Erlang's `false`.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#cancel_timer-1>
    pub fn cancel_timer(&self, timer: Ref) -> Option<Duration> {
        self.act(1, |kernel, _| kernel.cancel_timer(timer))
    }

    /// `read_timer(timer)`: the time that is left, `None` for Erlang's `false`.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#read_timer-1>
    #[must_use]
    pub fn read_timer(&self, timer: Ref) -> Option<Duration> {
        self.kernel().read_timer(timer)
    }

    /// Waits in place; messages queue meanwhile.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/timer#sleep-1>
    pub async fn sleep(&self, span: Duration) {
        self.receive_within::<()>(Some(span), |_| None).await;
    }

    // --- receiving

    /// The next message, whatever it is.
    #[inline]
    #[must_use]
    pub fn receive(&self) -> Receive<'_> {
        self.shared.charge(1);
        Receive { cx: self }
    }

    /// The next message; `None` if none comes within `timeout` (`None`: no time-out).
    #[inline]
    #[must_use]
    pub fn receive_next(&self, timeout: Option<Duration>) -> Next<'_> {
        self.shared.charge(1);
        Next { cx: self, deadline: self.deadline(timeout) }
    }

    /// A selective receive: what `select` makes of the first message it wants; `None` if none
    /// comes within `timeout`. Messages that it does not want stay, in order.
    #[inline]
    pub fn receive_within<T>(
        &self,
        timeout: Option<Duration>,
        select: impl FnMut(&Term) -> Option<T> + Unpin,
    ) -> impl Future<Output = Option<T>> {
        self.receive_from(0, timeout, select)
    }

    /// A selective receive without time-out.
    pub async fn receive_if<T>(&self, mut select: impl FnMut(&Term) -> Option<T> + Unpin) -> T {
        loop {
            if let Some(selected) = self.receive_within(None, &mut select).await {
                return selected;
            }
        }
    }

    /// The position behind the last message. What answers a reference made now can only come
    /// behind it; no other receive may come between.
    #[inline]
    #[must_use]
    pub fn mark(&self) -> Position {
        self.kernel().process(self.me).map_or(0, |process| process.mailbox.end())
    }

    /// A selective receive that looks only behind a [`Cx::mark`].
    #[inline]
    pub fn receive_from<T, F: FnMut(&Term) -> Option<T> + Unpin>(
        &self,
        position: Position,
        timeout: Option<Duration>,
        select: F,
    ) -> Select<'_, F> {
        self.shared.charge(1);
        Select { cx: self, deadline: self.deadline(timeout), select, position }
    }

    /// [`Cx::receive_from`] for the closures of this library, which touch nothing but the message:
    /// the mailbox stays where it is.
    #[inline]
    pub(crate) fn receive_match<T, F: FnMut(&Term) -> Option<T> + Unpin>(
        &self,
        position: Position,
        timeout: Option<Duration>,
        matches: F,
    ) -> Match<'_, F> {
        self.shared.charge(1);
        Match { cx: self, deadline: self.deadline(timeout), matches, position }
    }

    #[inline]
    fn deadline(&self, timeout: Option<Duration>) -> Option<Instant> {
        timeout.map(|span| self.now() + span)
    }

    // --- code

    /// Spawns a process that runs `body`.
    ///
    /// # Errors
    /// `system_limit` when the process table is full; exit `noproc` if this process has ended.
    ///
    /// OTP: <https://www.erlang.org/docs/25/reference_manual/processes#process-creation>
    pub fn spawn<F, Fut>(&self, options: SpawnOptions, body: F) -> Result<Pid, Raise>
    where
        F: FnOnce(Cx) -> Fut,
        Fut: Future<Output = Result<(), Raise>> + 'static,
    {
        let child = self.bear(options, false)?;
        let pid = child.me;
        self.house(pid, Box::pin(body(child)));
        Ok(pid)
    }

    /// Makes a process that has no body yet; does it know its ancestors?
    pub(crate) fn bear(&self, options: SpawnOptions, ancestors: bool) -> Result<Cx, Raise> {
        self.shared.charge(10);
        let SpawnOptions { link, initial_call } = options;
        let birth = Birth { parent: Some(self.me), link, initial_call };
        let mut kernel = self.kernel();
        let Some(parent) = kernel.process_mut(self.me) else {
            return Err(Raise::exit(Atom::NOPROC)); // it has ended itself
        };
        let (leader, lineage) = (parent.group_leader, if ancestors { parent.lineage() } else { Term::Nil });
        let Some(pid) = kernel.spawn(birth) else { return Err(Raise::error(Atom::SYSTEM_LIMIT)) };
        if let Some(process) = kernel.process_mut(pid) {
            process.group_leader = leader;
            process.ancestors = lineage;
        }
        Ok(Cx::new(self.shared.clone(), pid))
    }

    /// Gives a process its body.
    pub(crate) fn house(&self, pid: Pid, body: BoxBody) {
        self.shared.house(pid, body);
    }

    /// `apply(module, function, args)`
    ///
    /// # Errors
    /// `undef` if there is no such function; whatever the function raises.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#apply-3>
    pub async fn apply(&self, module: Atom, function: Atom, args: Vec<Term>) -> Result<Term, Raise> {
        self.shared.charge(2);
        let arity = args.len();
        match self.shared.module(module).and_then(|loaded| loaded.find(function, arity)) {
            Some(code) => code(self.same(), args).await,
            None => Err(Raise::error(Atom::UNDEF).in_function(module, function, arity)),
        }
    }

    /// Is there such a function?
    #[must_use]
    pub fn exports(&self, module: Atom, function: Atom, arity: usize) -> bool {
        self.shared.module(module).is_some_and(|loaded| loaded.find(function, arity).is_some())
    }

    /// The version of a loaded module.
    #[must_use]
    pub fn module_vsn(&self, module: Atom) -> Option<Term> {
        self.shared.module(module).map(|loaded| loaded.vsn.clone())
    }

    // --- the node

    /// Writes an event to the log; returns its position.
    #[inline]
    pub fn emit(&self, event: Event) -> u64 {
        self.kernel().emit(event)
    }

    /// Stops the node; this process gets no further than its next await.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/init#stop-1>
    pub fn halt(&self, reason: Term) {
        self.shared.fuel.set(0);
        self.kernel().halt(reason);
    }

    /// Replaces the outcome of a live process's next callback.
    pub fn inject(&self, pid: Pid, fault: Fault) {
        self.shared.inject(pid, fault);
    }

    /// Are there faults to be met by anybody?
    #[inline]
    pub(crate) fn has_faults(&self) -> bool {
        !self.shared.faults.borrow().is_empty()
    }

    /// The fault that this callback is to have instead of its own outcome.
    #[inline]
    pub(crate) fn take_fault(&self) -> Option<Fault> {
        let mut faults = self.shared.faults.borrow_mut();
        let at = faults.iter().position(|fault| fault.0 == self.me)?;
        Some(faults.remove(at).1)
    }

    /// The atom of a text that came from outside. A full atom table stops the node, as in OTP.
    ///
    /// # Errors
    /// `system_limit` if the text is longer than an atom may be, or the table is full.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#binary_to_atom-2>
    pub fn binary_to_atom(&self, text: &str) -> Result<Atom, Raise> {
        self.shared.charge(1);
        Atom::try_new(text).map_err(|error| {
            if error == AtomError::TableFull {
                self.halt(Term::string(&error.to_string()));
            }
            Raise::error(Atom::SYSTEM_LIMIT)
        })
    }

    /// Is this fault planted in the node? Never, without the feature `lab`.
    #[inline]
    pub(crate) fn planted(&self, fault: crate::kernel::planted::Fault) -> bool {
        cfg!(feature = "lab") && self.kernel().planted.is(fault)
    }

    /// Are reports of this level logged?
    #[inline]
    #[must_use]
    pub fn logs(&self, level: Level) -> bool {
        self.kernel().log_level.is_some_and(|least| level <= least)
    }

    /// The pids or names of those who brought this process about, the parent first.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/proc_lib#description>
    #[must_use]
    pub fn ancestors(&self) -> Term {
        self.with_me(|process| process.ancestors.clone()).unwrap_or_default()
    }

    /// A value of the host that was installed on this node, by its type.
    #[must_use]
    pub fn installed<T: 'static>(&self) -> Option<Rc<T>> {
        self.shared.installed.borrow().get(&std::any::TypeId::of::<T>())?.clone().downcast().ok()
    }

    /// Makes a table that ends with this process. `false` if the name is taken.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/ets#new-2>
    pub fn table_create(&self, name: Atom) -> bool {
        self.act(1, |kernel, me| kernel.tables.create(name, me))
    }

    /// Sets a row of a shared table; returns what was there.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/ets#insert-2>
    pub fn table_insert(&self, name: Atom, key: Term, value: Term) -> Option<Term> {
        self.act(1, |kernel, _| kernel.tables.insert(name, key, value))
    }

    /// A row of a shared table.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/ets#lookup-2>
    #[must_use]
    pub fn table_lookup(&self, name: Atom, key: &Term) -> Option<Term> {
        self.kernel().tables.lookup(name, key).cloned()
    }

    /// Removes a row of a shared table; returns what was there.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/ets#delete-2>
    pub fn table_delete(&self, name: Atom, key: &Term) -> Option<Term> {
        self.act(1, |kernel, _| kernel.tables.delete(name, key))
    }

    /// All rows of a shared table in key order.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/ets#tab2list-1>
    #[must_use]
    pub fn table_rows(&self, name: Atom) -> Vec<(Term, Term)> {
        let rows = self.kernel().tables.rows(name);
        self.charge_many(rows.len());
        rows
    }
}

fn is_down_of(message: &Term, mref: Ref) -> bool {
    matches!(message.as_tuple(), Some([Term::Atom(Atom::DOWN), Term::Ref(down), ..]) if *down == mref)
}
