//! The end of a process.
//!
//! In OTP's order: its name and timers are gone first, then exit signals go to its links (oldest
//! process first), then `'DOWN'`s to those who monitor it. Deaths that follow from it wait in a
//! queue, so that a long chain of links costs no stack and neighbours die before their neighbours.
//!
//! OTP: <https://www.erlang.org/docs/25/reference_manual/processes#termination>

use crate::event::Event;
use crate::exit::ExitReason;
use crate::term::{Atom, Pid};

use super::Kernel;
use super::planted::Fault;
use super::process::{Estate, NOBODY};
use super::signal::Signal;

/// A process that is about to end.
pub(super) struct Dying {
    pid: Pid,
    reason: ExitReason,
    cause: Option<u64>,
}

impl Kernel {
    /// Ends a process: its body returned, or it asked to. Everything that follows from it has
    /// happened when this returns.
    pub fn exit(&mut self, pid: Pid, reason: ExitReason) {
        self.doom(pid, reason, None);
        self.bury_the_dead();
    }

    /// Puts a process in the queue of those that end.
    pub(super) fn doom(&mut self, pid: Pid, reason: ExitReason, cause: Option<u64>) {
        self.dying.push_back(Dying { pid, reason, cause });
    }

    /// Ends all processes that are doomed, and those doomed by their ends: in one loop, however
    /// it is entered again.
    pub(super) fn bury_the_dead(&mut self) {
        if std::mem::replace(&mut self.burying, true) {
            return;
        }
        while let Some(Dying { pid, reason, cause }) = self.dying.pop_front() {
            if let Some(estate) = self.table.remove(pid) {
                self.bury(pid, estate, reason, cause);
            }
        }
        self.burying = false;
    }

    fn bury(&mut self, pid: Pid, mut estate: Estate, reason: ExitReason, cause: Option<u64>) {
        if pid == self.running {
            self.running = NOBODY;
        }
        self.buried.push_back(pid.slot);
        if let Some(name) = estate.name
            && !self.planted.is(Fault::NameIsKept)
        {
            self.release_name(name);
        }
        self.trace_ended(estate.traced);
        self.tables.delete_owned(pid);
        self.timers.forget(estate.patience);
        if let Some(cold) = estate.cold {
            for (timer, ()) in cold.addressed_timers {
                self.timers.cancel(timer);
            }
            for (suspended, times) in cold.suspending {
                (0..times).for_each(|_| self.resume(suspended));
            }
        }
        let exit = Some(self.emit(Event::Exited { pid, reason: reason.0.clone(), cause }));
        while let Some((mref, watch)) = estate.monitors.pop_first() {
            self.transmit(pid, watch.target, Signal::Demonitor { mref });
        }
        while let Some(linked) = estate.links.pop_first() {
            let reason = if self.planted.is(Fault::ReasonIsLost) { Atom::NORMAL.into() } else { reason.clone() };
            self.transmit(pid, linked, Signal::Exit { from: pid, reason, link: true, cause: exit });
        }
        while let Some((mref, watcher)) = estate.monitored_by.pop_first() {
            let down = |reason| Signal::Down { from: pid, mref, reason, cause: exit };
            self.transmit(pid, watcher, down(reason.clone()));
            if self.planted.is(Fault::DownTwice) {
                self.transmit(pid, watcher, down(reason.clone()));
            }
        }
    }
}
