//! The process table: slots that are reused, for pids that are not.

use crate::term::Pid;
use crate::term::ordered::sort_by_key;

use super::process::Process;

/// All live processes.
pub struct Table {
    slots: Vec<Option<Box<Process>>>,
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
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => self.grow()?,
        };
        self.spawned = self.spawned.wrapping_add(1);
        let pid = Pid::new(slot, self.spawned);
        *self.slots.get_mut(slot as usize)? = Some(Box::new(make(pid)));
        self.live += 1;
        Some(pid)
    }

    fn grow(&mut self) -> Option<u32> {
        let slot = u32::try_from(self.slots.len()).ok().filter(|slot| *slot < 1 << crate::term::pid::SLOT_BITS)?;
        self.slots.push(None);
        Some(slot)
    }

    /// Takes a dead process out. The slot stays occupied until [`Table::release`].
    pub(super) fn remove(&mut self, pid: Pid) -> Option<Box<Process>> {
        let slot = self.slots.get_mut(pid.slot as usize)?;
        let process = slot.take_if(|process| process.pid == pid)?;
        self.live -= 1;
        Some(process)
    }

    pub(super) fn release(&mut self, slot: u32) {
        self.free.push(slot);
    }

    /// A process knows its slot, so its number tells whether it is this one.
    #[inline(always)]
    pub(super) fn get(&self, pid: Pid) -> Option<&Process> {
        self.at(pid.slot).filter(|process| process.pid.number() == pid.number())
    }

    #[inline(always)]
    pub(super) fn get_mut(&mut self, pid: Pid) -> Option<&mut Process> {
        self.slots.get_mut(pid.slot as usize)?.as_deref_mut().filter(|process| process.pid.number() == pid.number())
    }

    #[inline]
    pub(super) fn at(&self, slot: u32) -> Option<&Process> {
        self.slots.get(slot as usize)?.as_deref()
    }

    pub(super) fn len(&self) -> usize {
        self.live
    }

    pub(super) fn slots(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn pids(&self) -> Vec<Pid> {
        let mut pids: Vec<Pid> = self.slots.iter().flatten().map(|process| process.pid).collect();
        sort_by_key(&mut pids, |pid| *pid);
        pids
    }
}
