//! All that a running process may do: here what concerns the process itself, beside it the rest.

mod code;
mod names;
mod node;
mod others;
mod receiving;
mod time;

use std::cell::RefMut;
use std::rc::Rc;

use crate::event::Mfa;
use crate::exit::ExitReason;
use crate::kernel::Kernel;
use crate::kernel::process::Process;
use crate::limits::Limits;
use crate::term::{Atom, Pid, Ref, Term};
use crate::time::{Duration, Instant};

use super::receive::Tick;
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
        if kernel.lives(self.me) { act(&mut kernel, self.me) } else { T::default() }
    }

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
        kernel.now() + Duration(kernel.limits.ns_per_reduction).times(reductions)
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
        self.with_me(|process| process.group_leader()).flatten()
    }

    /// `group_leader(leader, pid)`
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#group_leader-2>
    pub fn set_group_leader(&self, leader: Pid, pid: Pid) {
        self.act(1, |kernel, _| {
            if let Some(process) = kernel.process_mut(pid) {
                process.set_group_leader(leader);
            }
        });
    }

    /// Ends this process at once with `reason`, without running anything more of it. Inside a
    /// callback return `Err(Raise::exit(reason))` instead, which can be caught.
    pub async fn die(&self, reason: impl Into<ExitReason>) -> std::convert::Infallible {
        self.kernel().exit(self.me, reason.into());
        super::receive::Gone.await
    }
}
