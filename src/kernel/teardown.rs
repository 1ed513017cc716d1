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
use super::process::NOBODY;
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
    }

    /// Ends a process, and those doomed by its end: in one loop, however it is entered again.
    pub(super) fn doom(&mut self, pid: Pid, reason: ExitReason, cause: Option<u64>) {
        let dying = Dying { pid, reason, cause };
        if self.burying {
            return self.dying.push_back(dying);
        }
        self.burying = true;
        self.bury(dying);
        while let Some(dying) = self.dying.pop_front() {
            self.bury(dying);
        }
        self.burying = false;
    }

    fn bury(&mut self, Dying { pid, reason, cause }: Dying) {
        if !self.table.bury(pid) {
            return;
        }
        if pid == self.running {
            self.running = NOBODY;
        }
        self.buried.push_back(pid.slot());
        self.tables.delete_owned(pid);
        if !self.table.estate(pid.slot()).is_some_and(|estate| estate.leaves_little()) {
            self.settle_the_rest(pid);
        }
        let exit = self.emit(Event::Exited { pid, reason: reason.0.quick_clone(), cause });
        if self.table.estate(pid.slot()).is_some_and(|estate| !estate.monitors.is_empty()) {
            self.end_monitors(pid);
        }
        while let Some(linked) = self.table.estate(pid.slot()).and_then(|estate| estate.links.pop_first()) {
            let reason = if self.planted.is(Fault::ReasonIsLost) { Atom::NORMAL.into() } else { reason.quick_clone() };
            self.transmit(pid, linked, Signal::Exit { from: pid, reason, link: true, cause: Some(exit) });
        }
        if self.table.estate(pid.slot()).is_some_and(|estate| !estate.monitored_by.is_empty()) {
            self.tell_watchers(pid, &reason, exit);
        }
        if let Some(estate) = self.table.estate(pid.slot()) {
            estate.leave();
        }
    }

    /// What few processes leave: a name, timers, others that they had suspended.
    #[inline(never)]
    fn settle_the_rest(&mut self, pid: Pid) {
        let Some(estate) = self.table.estate(pid.slot()) else { return };
        let (name, traced) = (estate.name, estate.traced);
        let (patience, cold) = (estate.patience.take(), estate.cold.take());
        if let Some(name) = name
            && !self.planted.is(Fault::NameIsKept)
        {
            self.release_name(name);
        }
        if traced {
            self.watch(false);
        }
        self.timers.forget(patience);
        if let Some(cold) = cold {
            for (timer, ()) in cold.addressed_timers {
                self.timers.cancel(timer);
            }
            for (suspended, times) in cold.suspending {
                (0..times).for_each(|_| self.resume(suspended));
            }
        }
    }

    /// Whom it has monitored hears no more of it.
    #[inline(never)]
    fn end_monitors(&mut self, pid: Pid) {
        while let Some((mref, watch)) = self.table.estate(pid.slot()).and_then(|estate| estate.monitors.pop_first()) {
            self.transmit(pid, watch.target, Signal::Demonitor { mref });
        }
    }

    /// Who monitors it hears of its end.
    #[inline(never)]
    fn tell_watchers(&mut self, pid: Pid, reason: &ExitReason, exit: u64) {
        while let Some((mref, watcher)) =
            self.table.estate(pid.slot()).and_then(|estate| estate.monitored_by.pop_first())
        {
            let down = || Signal::Down { from: pid, mref, reason: reason.quick_clone(), cause: Some(exit) };
            self.transmit(pid, watcher, down());
            if self.planted.is(Fault::DownTwice) {
                self.transmit(pid, watcher, down());
            }
        }
    }
}
