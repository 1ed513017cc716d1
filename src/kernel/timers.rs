//! Timers and receive time-outs, in order of time and, where times are equal, of setting.
//!
//! A process that calls a server sets a time-out of seconds and takes it back microseconds
//! later, every time. So a process has at most one entry here, never later than its deadline;
//! an entry found to be early is moved, not fired. Setting and taking back costs nothing then.

use std::task::Poll;

use crate::term::quick::QuickMap;
use crate::term::{Ordered, Pid, Ref, Term};
use crate::time::Instant;

use super::Dest;
use super::process::{Patience, Process, Status};
use super::table::Table;

/// What happens at a due time.
pub(super) enum Due {
    /// A process may have waited long enough.
    Wake(Pid),
    /// A message is sent.
    Message { timer: Ref, to: Dest, message: Term, from: Pid },
}

/// Everything that is due some time.
#[derive(Default)]
pub struct Timers {
    due: Ordered<(Instant, u64), Due>,
    set: QuickMap<Ref, (Instant, Dest)>,
}

impl Timers {
    pub(super) fn set(&mut self, timer: Ref, at: Instant, to: Dest, message: Term, from: Pid) {
        self.due.insert((at, timer.0), Due::Message { timer, to, message, from });
        self.set.insert(timer, (at, to));
    }

    pub(super) fn cancel(&mut self, timer: Ref) -> Option<(Instant, Dest)> {
        let (at, to) = self.set.remove(&timer)?;
        self.due.remove(&(at, timer.0));
        Some((at, to))
    }

    pub(super) fn due_at(&self, timer: Ref) -> Option<Instant> {
        self.set.get(&timer).map(|entry| entry.0)
    }

    /// How many timers are pending (receive time-outs do not count).
    #[must_use]
    pub fn pending(&self) -> usize {
        self.set.len()
    }

    /// The pending timers in order of time, with the destinations of their messages.
    pub fn addressed(&self) -> impl Iterator<Item = (Ref, Dest)> {
        self.due.values().filter_map(|due| match due {
            Due::Message { timer, to, .. } => Some((*timer, *to)),
            Due::Wake(_) => None,
        })
    }

    /// The first entry's time, be it stale or not.
    #[inline]
    pub(super) fn first(&self) -> Option<Instant> {
        self.due.first().map(|((at, _), _)| *at)
    }

    /// The running process waits for a signal, or until `deadline`. Ready if that has come. Waits
    /// and references are numbered by one counter.
    #[inline(always)]
    pub(super) fn wait(
        &mut self,
        process: &mut Process,
        deadline: Option<Instant>,
        now: Instant,
        counter: &mut u64,
    ) -> Poll<()> {
        if let Some(at) = deadline {
            if at <= now {
                process.no_deadline();
                return Poll::Ready(());
            }
            self.await_until(process, (at, *counter + 1));
        }
        *counter += 1;
        process.status = Status::Waiting;
        Poll::Pending
    }

    /// The waiting process is to be woken at `deadline`.
    #[inline]
    fn await_until(&mut self, process: &mut Process, deadline: (Instant, u64)) {
        let pid = process.pid;
        // A reference has its slot below its number.
        let deadline = (deadline.0, deadline.1 << crate::term::pid::SLOT_BITS);
        let patience = process.patience.get_or_insert_default();
        patience.deadline = Some(deadline);
        match patience.armed {
            Some(armed) if armed <= deadline => {}
            Some(later) => {
                self.due.remove(&later);
                self.arm(pid, patience, deadline);
            }
            None => self.arm(pid, patience, deadline),
        }
    }

    #[inline(never)]
    fn arm(&mut self, pid: Pid, patience: &mut Patience, at: (Instant, u64)) {
        self.due.insert(at, Due::Wake(pid));
        patience.armed = Some(at);
    }

    /// A process's entry came up: has its deadline passed? If not, the entry is set anew.
    pub(super) fn expired(&mut self, pid: Pid, process: &mut Process, now: Instant) -> bool {
        let Some(patience) = &mut process.patience else { return false };
        patience.armed = None;
        match patience.deadline {
            Some(deadline) if deadline.0 > now => {
                self.arm(pid, patience, deadline);
                false
            }
            other => other.is_some(),
        }
    }

    pub(super) fn forget(&mut self, patience: Option<Box<Patience>>) {
        if let Some(armed) = patience.and_then(|patience| patience.armed) {
            self.due.remove(&armed);
        }
    }

    pub(super) fn pop_due(&mut self, now: Instant) -> Option<Due> {
        self.first().filter(|at| *at <= now)?;
        let ((_, order), due) = self.due.pop_first()?;
        if let Due::Message { .. } = due {
            self.set.remove(&Ref(order));
        }
        Some(due)
    }

    /// The first time at which something will happen. Entries of processes that no longer wait
    /// are dropped, early ones moved.
    pub(super) fn next_due(&mut self, table: &mut Table) -> Option<Instant> {
        loop {
            let (key, due) = self.due.first()?;
            let (key, Due::Wake(pid)) = (*key, due) else { return Some(key.0) };
            let pid = *pid;
            let patience = table.get_mut(pid).and_then(|process| process.patience.as_deref_mut());
            if patience.as_ref().is_some_and(|patience| patience.deadline == Some(key)) {
                return Some(key.0);
            }
            self.due.pop_first();
            if let Some(patience) = patience {
                patience.armed = None;
                if let Some(deadline) = patience.deadline {
                    self.arm(pid, patience, deadline);
                }
            }
        }
    }
}
