//! The event log: blocks of entries, bounded in bytes.
//!
//! Lifecycle events are large and few, message events small and many: each kind lies in a row of
//! its own, and two bytes a message event keep the order of all. What a full log forgets it forgets
//! by the block.

use std::collections::VecDeque;
use std::mem::ManuallyDrop;

use crate::event::{Entry, Event};
use crate::term::Pid;
use crate::time::Instant;

use super::message::Message;

/// What happened, newest last. Older entries make room when the log is full.
///
/// Positions are not kept: they follow from those of the lifecycle events, of which every one has
/// its own; a message event has that of the lifecycle event that comes next.
pub struct Log {
    /// The full ones, oldest first.
    blocks: VecDeque<Block>,
    /// The one that is being filled.
    last: Block,
    /// The most entries of a row.
    row_len: usize,
    /// Bytes of the full blocks.
    bytes: usize,
    limit: usize,
    next: u64,
    dropped: u64,
}

/// Entries of a row: so many that a block costs next to nothing, and so few that a full log forgets
/// little at once.
const ROW_LEN: usize = 256;

/// What an entry takes: a lifecycle event, a message that was sent, one that was received. Millions
/// of them are written: what is rare does not make the others larger.
const SIZES: [usize; 3] =
    [size_of::<(Instant, Event)>(), size_of::<Note>() + size_of::<Sent>(), size_of::<Note>() + size_of::<Received>()];
const _: () = assert!(SIZES[0] <= 72 && SIZES[1] <= 66 && SIZES[2] <= 26);

/// The most that a place of each row takes.
const MOST: usize = SIZES[0] + SIZES[1] + SIZES[2];

/// Entries that follow each other. It is full when a row is.
#[derive(Clone, Default)]
struct Block {
    lifecycle: Row,
    /// The order of the message events, and where they stand among the others.
    notes: Vec<Note>,
    sent: Vec<Sent>,
    received: Vec<Received>,
}

/// Lifecycle events. Most own nothing on the heap, and a row of such is emptied in one step.
#[derive(Clone, Default)]
struct Row {
    events: Vec<(Instant, ManuallyDrop<Event>)>,
    /// Does one own something that has to be dropped?
    owns: bool,
}

/// A message event: how many lifecycle events of the block were before it, and which of the two.
#[derive(Clone, Copy)]
struct Note(u16);

/// A message stays in parts until somebody reads it.
#[derive(Clone)]
struct Sent {
    at: Instant,
    from: Pid,
    to: Pid,
    message: Message,
}

#[derive(Clone)]
struct Received {
    at: Instant,
    id: u64,
    pid: Pid,
}

impl Log {
    pub(super) fn new(limit: usize) -> Self {
        // Rows double as they grow: a power of two fills them.
        let row_len = 1 << (limit / (8 * MOST)).clamp(4, ROW_LEN).ilog2();
        let (blocks, last) = Default::default();
        Log { blocks, last, row_len, bytes: 0, limit, next: 0, dropped: 0 }
    }

    /// Writes an event; its position.
    #[cfg(test)]
    fn push(&mut self, at: Instant, event: Event) -> u64 {
        let is_plain = event.is_plain();
        self.push_lifecycle(at, event, is_plain)
    }

    /// Writes a lifecycle event that is [plain](Event::is_plain), or not; its position.
    #[inline(always)]
    pub(super) fn push_lifecycle(&mut self, at: Instant, event: Event, is_plain: bool) -> u64 {
        if self.last.lifecycle.has_room() {
            self.last.lifecycle.push(at, event, is_plain);
        } else {
            self.push_behind_row(at, event, is_plain);
        }
        self.next += 1;
        self.next - 1
    }

    #[inline(never)]
    fn push_behind_row(&mut self, at: Instant, event: Event, is_plain: bool) {
        if self.last.lifecycle.events.len() >= self.row_len {
            self.begin_block();
        }
        self.last.lifecycle.push(at, event, is_plain);
    }

    /// Writes a message event as what it is; its position.
    #[cold]
    #[inline(never)]
    pub(super) fn push_message(&mut self, at: Instant, event: Event) -> u64 {
        match event {
            Event::Sent { id, from, to, message } => {
                let mut message = Message::from(message);
                message.set_id(id);
                self.sent(at, from, to, message);
            }
            Event::Received { id, pid } => self.received(at, id, pid),
            _ => {}
        }
        self.next
    }

    /// Writes that a message was sent, under its id.
    #[inline]
    pub(super) fn sent(&mut self, at: Instant, from: Pid, to: Pid, message: Message) {
        self.note(true);
        self.last.sent.push(Sent { at, from, to, message });
    }

    /// Writes that the message of this id was taken from a mailbox.
    #[inline]
    pub(super) fn received(&mut self, at: Instant, id: u64, pid: Pid) {
        self.note(false);
        self.last.received.push(Received { at, id, pid });
    }

    #[inline(always)]
    fn note(&mut self, sent: bool) {
        if self.last.notes.len() >= self.row_len {
            self.begin_block();
        }
        self.last.notes.push(Note::new(self.last.lifecycle.events.len(), sent));
    }

    /// Begins a block: the oldest one, if it has to make room.
    #[inline(never)]
    fn begin_block(&mut self) {
        self.bytes += self.last.bytes();
        let mut begun = None;
        while self.bytes + self.row_len * MOST > self.limit
            && let Some(mut oldest) = self.blocks.pop_front()
        {
            self.bytes -= oldest.bytes();
            self.dropped += oldest.len() as u64;
            oldest.clear();
            begun = Some(oldest);
        }
        let begun = begun.unwrap_or_else(|| self.last.next());
        self.blocks.push_back(std::mem::replace(&mut self.last, begun));
    }

    fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().chain([&self.last])
    }

    /// Takes all entries out, oldest first.
    pub fn drain(&mut self) -> impl Iterator<Item = Entry> + use<> {
        let there: usize = self.blocks().map(|block| block.lifecycle.events.len()).sum();
        let mut seq = self.next - there as u64;
        self.bytes = 0;
        let next = self.last.next();
        let blocks = std::mem::take(&mut self.blocks).into_iter().chain([std::mem::replace(&mut self.last, next)]);
        blocks.flat_map(Block::into_events).map(move |(at, event)| {
            let entry = Entry { seq, at, event };
            seq += u64::from(!entry.event.is_message());
            entry
        })
    }

    /// The events that are there, oldest first.
    pub fn events(&self) -> impl Iterator<Item = Event> {
        self.blocks().flat_map(|block| block.clone().into_events()).map(|(_, event)| event)
    }

    /// How many entries are there.
    #[must_use]
    pub fn len(&self) -> usize {
        self.blocks().map(Block::len).sum()
    }

    /// Is none there?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes that the blocks take, besides those of their terms.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes + self.last.bytes()
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

impl Block {
    /// An empty one with room for as many of each kind as this one has.
    fn next(&self) -> Block {
        fn like<T>(row: &[T]) -> Vec<T> {
            Vec::with_capacity(if row.is_empty() { 0 } else { row.len().next_power_of_two() })
        }
        let Block { lifecycle, notes, sent, received } = self;
        let lifecycle = Row { events: like(&lifecycle.events), owns: false };
        Block { lifecycle, notes: like(notes), sent: like(sent), received: like(received) }
    }

    fn len(&self) -> usize {
        self.lifecycle.events.len() + self.notes.len()
    }

    fn into_events(self) -> impl Iterator<Item = (Instant, Event)> {
        let mut lifecycle = self.lifecycle.into_events().into_iter();
        let mut notes = self.notes.into_iter().peekable();
        let mut sent = self.sent.into_iter();
        let mut received = self.received.into_iter();
        let mut before = 0;
        std::iter::from_fn(move || match notes.next_if(|note| note.before() == before) {
            Some(note) if note.is_sent() => sent.next().map(Sent::into_event),
            Some(_) => received.next().map(Received::into_event),
            None => {
                before += 1;
                lifecycle.next()
            }
        })
    }

    /// Empties it and keeps its room.
    fn clear(&mut self) {
        self.lifecycle.clear();
        self.notes.clear();
        self.sent.clear();
        self.received.clear();
    }

    fn bytes(&self) -> usize {
        fn room<T>(row: &Vec<T>) -> usize {
            row.capacity() * size_of::<T>()
        }
        room(&self.lifecycle.events) + room(&self.notes) + room(&self.sent) + room(&self.received)
    }
}

impl Row {
    #[inline(always)]
    fn has_room(&self) -> bool {
        self.events.len() < self.events.capacity()
    }

    #[inline(always)]
    fn push(&mut self, at: Instant, event: Event, is_plain: bool) {
        self.owns |= !is_plain;
        self.events.push((at, ManuallyDrop::new(event)));
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.owns) {
            self.events.drain(..).for_each(|(_, event)| drop(ManuallyDrop::into_inner(event)));
        }
        self.events.clear();
    }

    /// In the place where they are.
    fn into_events(mut self) -> Vec<(Instant, Event)> {
        let events = std::mem::take(&mut self.events).into_iter();
        events.map(|(at, event)| (at, ManuallyDrop::into_inner(event))).collect()
    }
}

impl Drop for Row {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Note {
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a row has no more than ROW_LEN entries")]
    fn new(before: usize, sent: bool) -> Self {
        Note((before as u16) << 1 | u16::from(sent))
    }

    fn before(self) -> u16 {
        self.0 >> 1
    }

    fn is_sent(self) -> bool {
        self.0 & 1 == 1
    }
}

impl Sent {
    fn into_event(self) -> (Instant, Event) {
        let Sent { at, from, to, message } = self;
        (at, Event::Sent { id: message.id(), from, to, message: message.into_term() })
    }
}

impl Received {
    fn into_event(self) -> (Instant, Event) {
        let Received { at, id, pid } = self;
        (at, Event::Received { id, pid })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term::Term;

    const PID: Pid = Pid::new(1, 1);

    /// So many times a lifecycle event, and messages around it.
    fn written(log: &mut Log, times: std::ops::Range<u64>) {
        for n in times {
            let (at, mut message) = (Instant(n), Message::cast(Term::Int(n.cast_signed())));
            message.set_id(n + 1);
            log.sent(at, PID, PID, message);
            assert_eq!(log.push(at, Event::Suspended { pid: PID, on: true }), n);
            log.received(at, n + 1, PID);
        }
    }

    fn expected(n: u64) -> [Entry; 3] {
        let entry = |seq, event| Entry { seq, at: Instant(n), event };
        let message = Message::cast(Term::Int(n.cast_signed())).into_term();
        [
            entry(n, Event::Sent { id: n + 1, from: PID, to: PID, message }),
            entry(n, Event::Suspended { pid: PID, on: true }),
            entry(n + 1, Event::Received { id: n + 1, pid: PID }),
        ]
    }

    #[test]
    fn the_oldest_make_room_and_positions_stay() {
        for times in [1, 8, 100, 10_000] {
            let mut log = Log::new(10_000);
            written(&mut log, 0..times);
            assert!(log.bytes() <= 10_000, "{} bytes", log.bytes());
            assert!(log.len() as u64 >= (3 * times).min(100));
            assert_eq!(log.len() as u64 + log.dropped(), 3 * times);
            let expected: Vec<Entry> = (0..times).flat_map(expected).skip(log.dropped() as usize).collect();
            assert!(log.events().eq(expected.iter().map(|entry| entry.event.clone())));
            assert_eq!(log.drain().collect::<Vec<_>>(), expected);
            assert_eq!((log.len(), log.next_seq()), (0, times));
            written(&mut log, times..times + 1);
            assert_eq!(log.drain().collect::<Vec<_>>(), self::expected(times));
        }
    }

    /// A block is used again with the room that it had for other kinds.
    #[test]
    fn a_log_of_changing_kinds_keeps_its_bound() {
        let mut log = Log::new(100_000);
        for n in 0..10_000 {
            match n / 1_000 % 3 {
                0 => log.received(Instant(n), n, PID),
                1 => log.sent(Instant(n), PID, PID, Term::Nil.into()),
                _ => assert!(log.push(Instant(n), Event::Suspended { pid: PID, on: true }) < n),
            }
            assert!(log.bytes() <= 100_000, "{} bytes", log.bytes());
        }
        assert!(log.len() > 400, "{}", log.len());
    }

    #[test]
    fn a_log_without_room_keeps_the_newest() {
        let mut log = Log::new(0);
        written(&mut log, 0..100);
        assert!((1..=16).contains(&log.len()), "{}", log.len());
        assert_eq!(log.drain().last(), expected(99).last().cloned());
    }
}
