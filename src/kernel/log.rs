//! The event log: a ring bounded in bytes.

use std::collections::VecDeque;

use crate::event::{Entry, Event};
use crate::time::Instant;

/// What happened, newest last. Older entries make room when the ring is full.
pub struct Log {
    entries: VecDeque<Entry>,
    next: u64,
    limit: usize,
    dropped: u64,
}

impl Log {
    pub(super) fn new(limit_bytes: usize) -> Self {
        let limit = (limit_bytes / size_of::<Entry>()).max(16);
        Log { entries: VecDeque::new(), next: 0, limit, dropped: 0 }
    }

    #[inline]
    pub(super) fn push(&mut self, at: Instant, event: Event) -> u64 {
        let seq = self.next;
        if !event.is_message() {
            self.next += 1;
        }
        if self.entries.len() == self.limit {
            self.entries.pop_front();
            self.dropped += 1;
        } else if self.entries.len() == self.entries.capacity() {
            self.grow();
        }
        self.entries.push_back(Entry { seq, at, event });
        seq
    }

    /// The ring goes through all its room, so that has to keep the bound too.
    #[cold]
    fn grow(&mut self) {
        let len = self.entries.len();
        self.entries.reserve_exact(len.max(64).min(self.limit - len));
    }

    /// Takes all entries out, oldest first.
    pub fn drain(&mut self) -> impl Iterator<Item = Entry> + '_ {
        self.entries.drain(..)
    }

    /// The entries that are there, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// How many entries are there.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Is none there?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
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
