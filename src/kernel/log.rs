//! The event log: a ring bounded in bytes.

use crate::event::{Entry, Event};
use crate::time::Instant;

/// What happened, newest last. Older entries make room when the ring is full.
///
/// Positions are not kept: they follow from those of the lifecycle events, of which every one has
/// its own; a message event has that of the lifecycle event that comes next.
pub struct Log {
    /// From `oldest` on and round.
    ring: Vec<(Instant, Event)>,
    oldest: usize,
    /// How many in the ring are lifecycle events.
    lifecycle: u64,
    next: u64,
    limit: usize,
    dropped: u64,
}

/// What an entry costs in memory.
const ENTRY: usize = size_of::<(Instant, Event)>();

/// Millions of them are written: what is rare does not make the others larger.
const _: () = assert!(ENTRY <= 72);

impl Log {
    pub(super) fn new(limit_bytes: usize) -> Self {
        let limit = (limit_bytes / ENTRY).max(16);
        Log { ring: Vec::new(), oldest: 0, lifecycle: 0, next: 0, limit, dropped: 0 }
    }

    #[inline]
    pub(super) fn push(&mut self, at: Instant, event: Event) -> u64 {
        let seq = self.next;
        if !event.is_message() {
            self.next += 1;
            self.lifecycle += 1;
        }
        if self.ring.len() < self.ring.capacity() {
            self.ring.push((at, event));
        } else {
            self.push_into_full(at, event);
        }
        seq
    }

    #[inline(never)]
    fn push_into_full(&mut self, at: Instant, event: Event) {
        let len = self.ring.len();
        if len < self.limit {
            self.ring.reserve_exact(len.max(64).min(self.limit - len));
            self.ring.push((at, event));
            return;
        }
        let Some(oldest) = self.ring.get_mut(self.oldest) else { return };
        let old = std::mem::replace(oldest, (at, event));
        self.oldest = if self.oldest + 1 == len { 0 } else { self.oldest + 1 };
        self.dropped += 1;
        self.lifecycle -= u64::from(!old.1.is_message());
    }

    /// Takes all entries out, oldest first.
    pub fn drain(&mut self) -> impl Iterator<Item = Entry> + '_ {
        let mut seq = self.next - std::mem::take(&mut self.lifecycle);
        self.ring.rotate_left(std::mem::take(&mut self.oldest));
        self.ring.drain(..).map(move |(at, event)| {
            let entry = Entry { seq, at, event };
            seq += u64::from(!entry.event.is_message());
            entry
        })
    }

    /// The events that are there, oldest first.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        let (newer, older) = self.ring.split_at_checked(self.oldest).unwrap_or_default();
        older.iter().chain(newer).map(|(_, event)| event)
    }

    /// How many entries are there.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ring.len()
    }

    /// Is none there?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ring.is_empty()
    }

    /// The bytes that the ring takes, besides those of its terms.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.ring.capacity() * ENTRY
    }

    /// Entries that were lost to the bound before anybody drained them.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The position that the next lifecycle entry will have.
    #[must_use]
    pub fn next_seq(&self) -> u64 {
        self.next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term::Pid;

    const PID: Pid = Pid::new(1, 1);

    fn full_of(pushed: u64) -> Log {
        let mut log = Log::new(16 * ENTRY);
        for n in 0..pushed {
            let seq = log.push(Instant(n), Event::Suspended { pid: PID, on: true });
            assert_eq!(seq, n);
            log.push(Instant(n), Event::Received { id: n, pid: PID });
        }
        log
    }

    #[test]
    fn the_oldest_make_room_and_positions_stay() {
        for pushed in [1, 8, 9, 100] {
            let mut log = full_of(pushed);
            let kept = pushed.min(8);
            assert_eq!((log.len() as u64, log.dropped()), (2 * kept, 2 * (pushed - kept)));
            let entries: Vec<Entry> = log.drain().collect();
            let positions: Vec<(u64, bool)> =
                entries.iter().map(|entry| (entry.seq, entry.event.is_message())).collect();
            let expected = (pushed - kept..pushed).flat_map(|n| [(n, false), (n + 1, true)]);
            assert_eq!(positions, expected.collect::<Vec<_>>());
            assert!(entries.iter().map(|entry| entry.at).is_sorted());
            assert_eq!(log.push(Instant(0), Event::Suspended { pid: PID, on: false }), pushed);
            assert_eq!(log.drain().map(|entry| entry.seq).collect::<Vec<_>>(), [pushed]);
        }
    }

    #[test]
    fn events_come_oldest_first() {
        let log = full_of(9);
        let ids: Vec<u64> = log
            .events()
            .filter_map(|event| if let Event::Received { id, .. } = event { Some(*id) } else { None })
            .collect();
        assert_eq!(ids, (1..9).collect::<Vec<_>>());
    }
}
