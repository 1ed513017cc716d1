//! The process table: slots that are reused, for pids that are not.

use std::rc::Rc;

use crate::term::Pid;
use crate::term::ordered::sort_by_key;

use super::Birth;
use super::process::{NOBODY, Origin, Process};

/// Processes of a chunk. Who starts or stops many at once goes through memory in its order.
const CHUNK: usize = 32;

/// All live processes. A slot that is vacant keeps its room: who had many processes may have as
/// many again.
pub struct Table {
    /// They stay where they are when there are more: moving leaves holes that a page never gives
    /// back.
    chunks: Vec<Box<[Process; CHUNK]>>,
    /// Slots that have ever been taken.
    slots: u32,
    free: Vec<u32>,
    live: usize,
    spawned: u32,
    limit: u32,
}

impl Table {
    pub(super) fn new(limit: u32) -> Self {
        Table {
            chunks: Vec::new(),
            slots: 0,
            free: Vec::new(),
            live: 0,
            spawned: 0,
            limit: limit.min(1 << crate::term::pid::SLOT_BITS),
        }
    }

    /// Puts a process into a free slot; `None` when the table is full.
    pub(super) fn insert(&mut self, birth: Birth, origin: Option<Rc<Origin>>) -> Option<Pid> {
        if self.live >= self.limit as usize {
            return None;
        }
        let slot = self.free.pop().or_else(|| self.next_slot())?;
        self.spawned = self.spawned.wrapping_add(1);
        let pid = Pid::new(slot, self.spawned);
        self.place_mut(slot)?.move_in(pid, birth, origin);
        self.live += 1;
        Some(pid)
    }

    fn next_slot(&mut self) -> Option<u32> {
        let slot = self.slots;
        if slot >= 1 << crate::term::pid::SLOT_BITS {
            return None;
        }
        if slot as usize == self.chunks.len() * CHUNK {
            let vacant: Vec<Process> = std::iter::repeat_with(Process::vacant).take(CHUNK).collect();
            self.chunks.push(vacant.try_into().ok()?);
        }
        self.slots += 1;
        Some(slot)
    }

    /// A process has ended: nobody finds it any more. What it leaves is in its place, to
    /// be settled. `false` if it had ended before.
    #[inline]
    pub(super) fn bury(&mut self, pid: Pid) -> bool {
        let Some(process) = self.get_mut(pid) else { return false };
        process.pid = NOBODY;
        self.live -= 1;
        true
    }

    /// What a process that was buried leaves to be settled.
    #[inline(always)]
    pub(super) fn estate(&mut self, slot: u32) -> Option<&mut Process> {
        self.place_mut(slot)
    }

    pub(super) fn release(&mut self, slot: u32) {
        self.free.push(slot);
    }

    #[inline(always)]
    fn place(&self, slot: u32) -> Option<&Process> {
        self.chunks.get(slot as usize / CHUNK)?.get(slot as usize % CHUNK)
    }

    #[inline(always)]
    fn place_mut(&mut self, slot: u32) -> Option<&mut Process> {
        self.chunks.get_mut(slot as usize / CHUNK)?.get_mut(slot as usize % CHUNK)
    }

    #[inline(always)]
    pub(super) fn get(&self, pid: Pid) -> Option<&Process> {
        self.place(pid.slot()).filter(|process| process.pid == pid)
    }

    #[inline(always)]
    pub(super) fn get_mut(&mut self, pid: Pid) -> Option<&mut Process> {
        self.place_mut(pid.slot()).filter(|process| process.pid == pid)
    }

    #[inline]
    pub(super) fn at(&self, slot: u32) -> Option<&Process> {
        self.place(slot).filter(|process| process.pid != NOBODY)
    }

    pub(super) fn len(&self) -> usize {
        self.live
    }

    pub(super) fn slots(&self) -> u32 {
        self.slots
    }

    pub(super) fn pids(&self) -> Vec<Pid> {
        let all = self.chunks.iter().flat_map(|chunk| chunk.iter());
        let mut pids: Vec<Pid> = all.map(|process| process.pid).filter(|pid| *pid != NOBODY).collect();
        sort_by_key(&mut pids, |pid| *pid);
        pids
    }
}
