//! The mailbox: messages in order of arrival, taken from anywhere.
//!
//! A message taken from the middle leaves a hole; holes at the ends vanish at once and the rest
//! when they outnumber the messages, so a removal costs no more than a message for each removal,
//! however long the queue.

use std::collections::VecDeque;

use crate::term::Term;

use super::message::{Message, Shape};

/// Holes up to this number stay where they are.
const MANY_HOLES: usize = 32;

/// Where a scan stands: a position among all messages that are in the queue.
pub type Position = usize;

/// A message queue. The mailboxes of most processes never hold more than one message, which is
/// kept in place.
#[derive(Default)]
pub enum Mailbox {
    /// Nothing waits.
    #[default]
    Empty,
    /// One message waits.
    One(Message),
    /// There was more than one once.
    Queue(Box<Queue>),
}

/// Messages in order of arrival.
#[derive(Default)]
pub struct Queue {
    entries: VecDeque<Option<Message>>,
    holes: usize,
    words: u64,
}

impl Mailbox {
    /// Adds a message of so many words. The words that wait now.
    pub fn push(&mut self, message: Message, words: u32) -> u64 {
        self.push_made(words, || message)
    }

    /// [`Mailbox::push`] of a message that is made where it will be.
    #[inline(always)]
    pub(super) fn push_made(&mut self, words: u32, make: impl FnOnce() -> Message) -> u64 {
        if let Mailbox::Empty = self {
            // Empty needs no drop, and the compiler does not see that.
            std::mem::forget(std::mem::replace(self, Mailbox::One(make())));
            return weight_of(words);
        }
        self.push_behind(make(), words)
    }

    #[inline(never)]
    fn push_behind(&mut self, message: Message, words: u32) -> u64 {
        match self {
            Mailbox::Queue(queue) => queue.push(message, words),
            _ => self.with_queue(|queue| queue.push(message, words)),
        }
    }

    /// Works on it as a queue, which it is from now on.
    fn with_queue<T>(&mut self, act: impl FnOnce(&mut Queue) -> T) -> T {
        let mut queue = std::mem::take(self).into_queue();
        let result = act(&mut queue);
        *self = Mailbox::Queue(queue);
        result
    }

    fn into_queue(self) -> Box<Queue> {
        let mut queue = Box::<Queue>::default();
        match self {
            Mailbox::Empty => {}
            Mailbox::One(message) => {
                let words = message.words();
                queue.push(message, words);
            }
            Mailbox::Queue(queue) => return queue,
        }
        queue
    }

    /// The last two messages change places: a planted fault.
    pub(super) fn swap_last(&mut self) {
        if let Mailbox::Queue(queue) = self {
            let len = queue.entries.len();
            if len > 1 {
                queue.entries.swap(len - 1, len - 2);
            }
        }
    }

    /// How many messages wait.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Mailbox::Empty => 0,
            Mailbox::One(..) => 1,
            Mailbox::Queue(queue) => queue.len(),
        }
    }

    /// Does none wait?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Words that the waiting messages take.
    #[must_use]
    #[inline]
    pub fn words(&self) -> u64 {
        match self {
            Mailbox::Empty => 0,
            Mailbox::One(message) => weight(message),
            Mailbox::Queue(queue) => queue.words,
        }
    }

    /// The position behind the last message: a receive that starts here sees only what comes.
    #[inline]
    #[must_use]
    pub fn end(&self) -> Position {
        match self {
            Mailbox::Empty => 0,
            Mailbox::One(..) => 1,
            Mailbox::Queue(queue) => queue.entries.len(),
        }
    }

    /// Takes the first message.
    #[inline(always)]
    pub fn pop(&mut self) -> Option<Message> {
        match self {
            Mailbox::Empty => None,
            Mailbox::One(..) => self.pop_only(),
            Mailbox::Queue(queue) => queue.pop(),
        }
    }

    /// Takes the first message, with its number in the log, if it is the only one and a term: most
    /// are.
    #[inline(always)]
    pub(super) fn pop_term(&mut self) -> Option<(Term, u64)> {
        match self {
            Mailbox::One(message) if message.shape == Shape::Term => {
                let term = (std::mem::take(&mut message.content), message.id());
                // Nothing that needs a drop is left, and the compiler does not see that.
                std::mem::forget(std::mem::take(self));
                Some(term)
            }
            _ => None,
        }
    }

    #[inline(always)]
    fn pop_only(&mut self) -> Option<Message> {
        if let Mailbox::One(message) = std::mem::take(self) { Some(message) } else { None }
    }

    /// The first position at or behind `from` whose message is wanted, with what `want` made of it.
    #[inline]
    pub fn find<T>(&mut self, from: Position, mut want: impl FnMut(&Term) -> Option<T>) -> Option<(Position, T)> {
        match self {
            Mailbox::Empty => None,
            Mailbox::One(message) if from == 0 => want(message.as_term()).map(|wanted| (0, wanted)),
            Mailbox::One(..) => None,
            Mailbox::Queue(queue) => queue.find(from, |message| want(message.as_term())),
        }
    }

    /// Takes the first message at or behind `from` that is wanted by those who know messages in
    /// parts, with its position.
    #[inline]
    pub(crate) fn take_wanted(
        &mut self,
        from: Position,
        mut want: impl FnMut(&mut Message) -> bool,
    ) -> Option<(Position, Message)> {
        match self {
            Mailbox::Empty => None,
            Mailbox::One(message) => {
                if from > 0 || !want(message) {
                    return None;
                }
                Some((0, self.pop_only()?))
            }
            Mailbox::Queue(queue) => queue.take_wanted(from, want),
        }
    }

    /// Takes the message at a position that [`Mailbox::find`] gave. Positions found before are
    /// void after it.
    #[inline]
    pub fn take(&mut self, at: Position) -> Option<Message> {
        match self {
            Mailbox::Queue(queue) => queue.take(at),
            _ => self.pop(),
        }
    }

    /// Removes all messages that match; returns how many.
    pub(crate) fn flush(&mut self, unwanted: impl FnMut(&Message) -> bool) -> usize {
        if self.is_empty() { 0 } else { self.with_queue(|queue| queue.flush(unwanted)) }
    }

    /// Puts messages that arrived meanwhile behind the present ones.
    pub fn append(&mut self, later: Mailbox) {
        if !later.is_empty() {
            self.with_queue(|queue| queue.append(&mut later.into_queue()));
        }
    }

    /// The waiting messages, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = Term> {
        let (one, queue) = match self {
            Mailbox::Empty => (None, None),
            Mailbox::One(message) => (Some(message), None),
            Mailbox::Queue(queue) => (None, Some(queue.entries.iter().flatten())),
        };
        one.into_iter().chain(queue.into_iter().flatten()).map(|message| message.clone().into_term())
    }
}

impl Queue {
    #[inline]
    fn push(&mut self, message: Message, words: u32) -> u64 {
        self.words += weight_of(words);
        self.entries.push_back(Some(message));
        self.words
    }

    #[inline]
    fn len(&self) -> usize {
        self.entries.len() - self.holes
    }

    #[inline]
    fn pop(&mut self) -> Option<Message> {
        while let Some(place) = self.entries.pop_front() {
            match place {
                Some(message) => {
                    self.words -= weight(&message);
                    return Some(message);
                }
                None => self.holes -= 1,
            }
        }
        None
    }

    #[inline]
    fn find<T>(&mut self, from: Position, mut want: impl FnMut(&mut Message) -> Option<T>) -> Option<(Position, T)> {
        let (front, back) = self.entries.as_mut_slices();
        let wrap = front.len();
        find_in(front, from, &mut want).or_else(|| {
            let (at, found) = find_in(back, from.saturating_sub(wrap), &mut want)?;
            Some((wrap + at, found))
        })
    }

    #[inline(never)]
    fn take_wanted(
        &mut self,
        from: Position,
        mut want: impl FnMut(&mut Message) -> bool,
    ) -> Option<(Position, Message)> {
        let (at, ()) = self.find(from, |message| want(message).then_some(()))?;
        Some((at, self.take(at)?))
    }

    #[inline]
    fn take(&mut self, at: Position) -> Option<Message> {
        let (first, last) = (at == 0, at + 1 == self.entries.len());
        let message = match (first, last) {
            (true, _) => self.entries.pop_front()??,
            (_, true) => self.entries.pop_back()??,
            _ => {
                let message = self.entries.get_mut(at)?.take()?;
                self.holes += 1;
                message
            }
        };
        self.words -= weight(&message);
        let may_stay = if first || last { 0 } else { MANY_HOLES };
        if self.holes > may_stay {
            self.trim();
        }
        Some(message)
    }

    #[inline(never)]
    fn trim(&mut self) {
        while self.entries.pop_front_if(|place| place.is_none()).is_some() {
            self.holes -= 1;
        }
        while self.entries.pop_back_if(|place| place.is_none()).is_some() {
            self.holes -= 1;
        }
        if self.holes > MANY_HOLES && self.holes > self.len() {
            self.entries.retain(Option::is_some);
            self.holes = 0;
        }
    }

    fn flush(&mut self, mut unwanted: impl FnMut(&Message) -> bool) -> usize {
        let before = self.len();
        self.entries.retain(|place| place.as_ref().is_some_and(|message| !unwanted(message)));
        self.holes = 0;
        self.words = self.entries.iter().flatten().map(weight).sum();
        before - self.len()
    }

    fn append(&mut self, later: &mut Queue) {
        self.words += later.words;
        self.holes += later.holes;
        self.entries.append(&mut later.entries);
    }
}

#[inline]
fn find_in<T>(
    places: &mut [Option<Message>],
    from: Position,
    want: &mut impl FnMut(&mut Message) -> Option<T>,
) -> Option<(Position, T)> {
    let places = places.get_mut(from..)?;
    let (at, found) = places.iter_mut().enumerate().find_map(|(at, place)| Some((at, want(place.as_mut()?)?)))?;
    Some((from + at, found))
}

/// A message takes its own word and what is behind it.
#[inline]
fn weight_of(words: u32) -> u64 {
    u64::from(words) + 1
}

#[inline]
fn weight(message: &Message) -> u64 {
    weight_of(message.words())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(numbers: impl IntoIterator<Item = i64>) -> Mailbox {
        let mut mailbox = Mailbox::default();
        for n in numbers {
            mailbox.push(Term::Int(n).into(), 0);
        }
        mailbox
    }

    fn is(n: i64) -> impl FnMut(&Term) -> Option<()> {
        move |term| (term.as_int() == Some(n)).then_some(())
    }

    #[test]
    fn messages_keep_their_order_around_a_removal() {
        let mut mailbox = filled(0..5);
        let (at, ()) = mailbox.find(0, is(2)).unwrap();
        assert_eq!(mailbox.take(at).unwrap().into_term(), Term::Int(2));
        let rest: Vec<_> =
            std::iter::from_fn(|| mailbox.pop()).map(|message| message.into_term().as_int().unwrap()).collect();
        assert_eq!(rest, [0, 1, 3, 4]);
        assert_eq!(mailbox.words(), 0);
    }

    #[test]
    fn a_scan_from_a_position_sees_only_later_messages() {
        let mut mailbox = filled([1, 1]);
        let mark = mailbox.end();
        assert!(mailbox.find(mark, is(1)).is_none());
        mailbox.push(Term::Int(1).into(), 0);
        assert_eq!(mailbox.find(mark, is(1)).unwrap().0, 2);
    }

    #[test]
    fn holes_do_not_outnumber_messages_for_long() {
        let mut mailbox = filled(0..1_000);
        for n in 1..999 {
            let (at, ()) = mailbox.find(0, is(n)).unwrap();
            mailbox.take(at);
        }
        assert_eq!(mailbox.len(), 2);
        assert!(mailbox.end() <= 2 + 34);
    }
}
