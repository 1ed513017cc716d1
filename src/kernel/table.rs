//! The process table: slots that are reused, for pids that are not.

use crate::term::Pid;
use crate::term::ordered::sort_by_key;

use super::process::{Estate, NOBODY, Process};

/// All live processes. A slot that is vacant keeps its room: who had many processes may have as
/// many again.
pub struct Table {
    /// Side by side: who starts or stops many at once goes through memory in its order.
    slots: Vec<Process>,
    free: Vec<u32>,
    live: usize,
    spawned: u32,
    limit: u32,
}

impl Table {
    pub(super) fn new(limit: u32) -> Self {
        Table {
            slots: Vec::new(),
            free: Vec::new(),
            live: 0,
            spawned: 0,
            limit: limit.min(1 << crate::term::pid::SLOT_BITS),
        }
    }

    /// Puts a process into a free slot; `None` when the table is full.
    pub(super) fn insert(&mut self, make: impl FnOnce(Pid) -> Process) -> Option<Pid> {
        if self.live >= self.limit as usize {
            return None;
        }
        let slot = self.free.pop().or_else(|| self.next_slot())?;
        self.spawned = self.spawned.wrapping_add(1);
        let pid = Pid::new(slot, self.spawned);
        match self.slots.get_mut(slot as usize) {
            // A vacant place needs no drop, and the compiler does not see that.
            Some(place) => std::mem::forget(std::mem::replace(place, make(pid))),
            None => self.slots.push(make(pid)),
        }
        self.live += 1;
        Some(pid)
    }

    fn next_slot(&self) -> Option<u32> {
        u32::try_from(self.slots.len()).ok().filter(|slot| *slot < 1 << crate::term::pid::SLOT_BITS)
    }

    /// Takes what a dead process leaves. The slot stays occupied until [`Table::release`].
    pub(super) fn remove(&mut self, pid: Pid) -> Option<Estate> {
        let estate = self.get_mut(pid)?.vacate();
        self.live -= 1;
        Some(estate)
    }

    pub(super) fn release(&mut self, slot: u32) {
        self.free.push(slot);
    }

    /// A process knows its slot, so its number tells whether it is this one.
    #[inline(always)]
    pub(super) fn get(&self, pid: Pid) -> Option<&Process> {
        self.slots.get(pid.slot as usize).filter(|process| process.pid.number() == pid.number())
    }

    #[inline(always)]
    pub(super) fn get_mut(&mut self, pid: Pid) -> Option<&mut Process> {
        self.slots.get_mut(pid.slot as usize).filter(|process| process.pid.number() == pid.number())
    }

    #[inline]
    pub(super) fn at(&self, slot: u32) -> Option<&Process> {
        self.slots.get(slot as usize).filter(|process| process.pid != NOBODY)
    }

    pub(super) fn len(&self) -> usize {
        self.live
    }

    pub(super) fn slots(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn pids(&self) -> Vec<Pid> {
        let mut pids: Vec<Pid> = self.slots.iter().map(|process| process.pid).filter(|pid| *pid != NOBODY).collect();
        sort_by_key(&mut pids, |pid| *pid);
        pids
    }
}
