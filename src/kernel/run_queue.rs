//! Who runs next: a ring of pids.

use super::process::NOBODY;
use crate::term::Pid;

/// A queue of processes. Its room is a power of two, so that a place is found by a mask.
#[derive(Default)]
pub(super) struct RunQueue {
    ring: Vec<Pid>,
    /// How many were taken out so far; as a place, where the first one stands.
    taken: usize,
    len: usize,
}

/// Nobody's place.
const VACANT: Pid = NOBODY;

impl RunQueue {
    #[inline]
    fn place(&self, nth: usize) -> usize {
        self.taken.wrapping_add(nth) & self.ring.len().wrapping_sub(1)
    }

    #[inline(always)]
    pub(super) fn push(&mut self, pid: Pid) {
        if self.len == self.ring.len() {
            self.grow();
        }
        let behind = self.place(self.len);
        if let Some(place) = self.ring.get_mut(behind) {
            *place = pid;
            self.len += 1;
        }
    }

    /// Twice the room. The first one stands at the front again.
    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let mut ring: Vec<Pid> = self.iter().collect();
        ring.resize((2 * self.len).max(16), VACANT);
        self.ring = ring;
        self.taken = 0;
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<Pid> {
        self.len = self.len.checked_sub(1)?;
        let first = self.ring.get(self.place(0)).copied();
        self.taken = self.taken.wrapping_add(1);
        first
    }

    /// Those who wait for their turn, the next one first.
    pub(super) fn iter(&self) -> impl Iterator<Item = Pid> {
        (0..self.len).filter_map(|nth| self.ring.get(self.place(nth)).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pid(n: u32) -> Pid {
        Pid::new(n, n)
    }

    #[test]
    fn who_came_first_goes_first() {
        let mut queue = RunQueue::default();
        let (mut pushed, mut popped) = (0, 0);
        for round in 1..60 {
            for _ in 0..round {
                queue.push(pid(pushed));
                pushed += 1;
            }
            for _ in 0..round / 2 {
                assert_eq!(queue.pop(), Some(pid(popped)));
                popped += 1;
            }
            assert!(queue.iter().eq((popped..pushed).map(pid)));
        }
        assert!((popped..pushed).all(|n| queue.pop() == Some(pid(n))));
        assert_eq!(queue.pop(), None);
    }
}
