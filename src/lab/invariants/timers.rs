//! Timers: never early, in order of time and then of setting, once, and not after a cancel.

use std::collections::BTreeMap;

use crate::kernel::{Dest, Kernel};
use crate::term::{Atom, Pid, Ref, Term};
use crate::time::{Duration, Instant};

use super::super::simulator::world::World;
use super::Invariants;

/// The timers that are pending, as the model has them.
#[derive(Default)]
pub(super) struct Timers {
    pending: BTreeMap<(Instant, u64), (Ref, Pid)>,
    due: BTreeMap<u64, Instant>,
}

impl Timers {
    fn remove(&mut self, number: u64) -> Option<Instant> {
        let at = self.due.remove(&number)?;
        self.pending.remove(&(at, number));
        Some(at)
    }

    /// Timers addressed to the dead end.
    pub(super) fn ended(&mut self, pid: Pid) {
        let gone: Vec<(Instant, u64)> =
            self.pending.iter().filter(|entry| entry.1.1 == pid).map(|entry| *entry.0).collect();
        for (_, number) in gone {
            self.remove(number);
        }
    }
}

/// The number of a timer's message.
fn number_of(message: &Term) -> Option<u64> {
    match message.as_tuple()? {
        [tag, Term::Int(number)] if tag.is_atom(Atom::new("sim_timer")) => u64::try_from(*number).ok(),
        _ => None,
    }
}

impl Invariants {
    pub(super) fn timer_set(&mut self, number: u64, timer: Ref, at: Instant, to: Pid) {
        self.timers.pending.insert((at, number), (timer, to));
        self.timers.due.insert(number, at);
    }

    pub(super) fn timer_cancelled(&mut self, number: u64, left: Option<Duration>, now: Instant) {
        let expected = self.timers.remove(number).map(|at| at.since(now));
        self.check("I8", left == expected, || format!("a cancelled timer had {left:?} left, not {expected:?}"));
    }

    /// A message is sent: if it is a timer's, it has to be that timer's turn. Says whether it was one.
    pub(super) fn timer_fires(&mut self, kernel: &Kernel, message: &Term) -> bool {
        let Some(number) = number_of(message) else { return false };
        let now = kernel.now();
        let first = self.timers.pending.first_key_value().map(|entry| *entry.0);
        let at = self.timers.remove(number);
        self.check("I8", at.is_some(), || format!("timer {number} fired, but is not pending"));
        let Some(at) = at else { return true };
        self.check("I8", at <= now, || format!("timer {number} of {at:?} fired at {now:?}"));
        self.check("I8", first == Some((at, number)), || format!("timer {number} fired before its elders"));
        true
    }

    pub(super) fn timers_are_in_time(&mut self, kernel: &Kernel) {
        let Some((at, number)) = self.timers.pending.first_key_value().map(|entry| *entry.0) else { return };
        let now = kernel.now();
        self.check("I8", at > now, || format!("timer {number} of {at:?} has not fired at {now:?}"));
    }

    /// The kernel's pending timers are the model's.
    pub(super) fn audit_timers(&mut self, kernel: &Kernel, world: &World) {
        // A dynamic supervisor sets timers of its own.
        let supervisors = world.supervisors.borrow();
        let its_own = |to: &Dest| matches!(to, Dest::Pid(pid) if supervisors.contains_key(pid));
        let theirs: Vec<_> = kernel.timers.addressed().filter(|(_, to)| !its_own(to)).collect();
        let ours: Vec<_> = self.timers.pending.values().map(|(timer, to)| (*timer, Dest::Pid(*to))).collect();
        self.check("I1", ours == theirs, || format!("timers {theirs:?} are pending, {ours:?} should be"));
        let wrong = self.timers.pending.iter().find_map(|((at, number), (timer, _))| {
            let left = kernel.read_timer(*timer);
            (left != Some(at.since(kernel.now()))).then_some((*number, left))
        });
        self.check("I8", wrong.is_none(), || format!("timer and time left: {wrong:?}"));
    }
}
