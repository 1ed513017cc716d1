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
pub struct Mailbox {
    /// The oldest message, if none was there when it came.
    first: Option<Message>,
    /// The others. It keeps its room when it is empty.
    rest: Option<Box<Queue>>,
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
        if self.is_empty() {
            self.first = Some(make());
            return weight_of(words);
        }
        if let Some(rest) = self.rest.as_mut().filter(|rest| rest.entries.len() < rest.entries.capacity()) {
            rest.push(make(), words);
            return self.words();
        }
        self.push_behind(make(), words)
    }

    #[inline(never)]
    fn push_behind(&mut self, message: Message, words: u32) -> u64 {
        self.rest.get_or_insert_default().push(message, words);
        self.words()
    }

    /// All messages in the queue, to work on.
    fn as_queue(&mut self) -> &mut Queue {
        let queue = self.rest.get_or_insert_default();
        if let Some(first) = self.first.take() {
            queue.push_first(first);
        }
        queue
    }

    /// The last two messages change places: a planted fault.
    pub(super) fn swap_last(&mut self) {
        let queue = self.as_queue();
        let len = queue.entries.len();
        if len > 1 {
            queue.entries.swap(len - 1, len - 2);
        }
    }

    /// How many messages wait.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.before_rest() + self.rest.as_ref().map_or(0, |rest| rest.len())
    }

    /// Does none wait?
    #[inline(always)]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_none() && self.rest.as_ref().is_none_or(|rest| rest.entries.is_empty())
    }

    /// Words that the waiting messages take.
    #[must_use]
    #[inline]
    pub fn words(&self) -> u64 {
        self.first.as_ref().map_or(0, weight) + self.rest.as_ref().map_or(0, |rest| rest.words)
    }

    /// The position of what is first in `rest`.
    #[inline]
    fn before_rest(&self) -> Position {
        usize::from(self.first.is_some())
    }

    /// The position behind the last message: a receive that starts here sees only what comes.
    #[inline]
    #[must_use]
    pub fn end(&self) -> Position {
        self.before_rest() + self.rest.as_ref().map_or(0, |rest| rest.entries.len())
    }

    /// Takes the first message.
    #[inline(always)]
    pub fn pop(&mut self) -> Option<Message> {
        if self.first.is_some() { self.first.take() } else { self.rest.as_mut()?.pop() }
    }

    /// The number in the log of the first message, if that is a term and waits in its place: most do.
    #[inline(always)]
    pub(super) fn first_term(&self) -> Option<u64> {
        self.first.as_ref().filter(|message| message.shape() == Shape::Term).map(Message::id)
    }

    /// Takes the message that [`Mailbox::first_term`] tells of.
    #[inline(always)]
    pub(super) fn pop_term(&mut self) -> Term {
        let term = self.first.as_mut().map(|message| std::mem::take(&mut message.content));
        // Nothing that needs a drop is left, and the compiler does not see that.
        std::mem::forget(self.first.take());
        term.unwrap_or_default()
    }

    /// The first position at or behind `from` whose message is wanted, with what `want` made of it.
    #[inline]
    pub fn find<T>(&mut self, from: Position, mut want: impl FnMut(&Term) -> Option<T>) -> Option<(Position, T)> {
        if from == 0
            && let Some(found) = self.first.as_mut().and_then(|message| want(message.as_term()))
        {
            return Some((0, found));
        }
        let before = self.before_rest();
        let (at, found) = self.rest.as_mut()?.find(from.saturating_sub(before), |message| want(message.as_term()))?;
        Some((before + at, found))
    }

    /// Takes the first message at or behind `from` that is wanted by those who know messages in
    /// parts, with its position.
    #[inline]
    pub(crate) fn take_wanted(
        &mut self,
        from: Position,
        mut want: impl FnMut(&mut Message) -> bool,
    ) -> Option<(Position, Message)> {
        if from == 0 && self.first.as_mut().is_some_and(&mut want) {
            return Some((0, self.first.take()?));
        }
        let (before, rest) = (self.before_rest(), self.rest.as_mut()?);
        let from = from.saturating_sub(before);
        if from >= rest.entries.len() {
            return None; // nothing has come since
        }
        let (at, message) = rest.take_wanted(from, want)?;
        Some((before + at, message))
    }

    /// Takes the message at a position that [`Mailbox::find`] gave. Positions found before are
    /// void after it.
    #[inline]
    pub fn take(&mut self, at: Position) -> Option<Message> {
        match at.checked_sub(self.before_rest()) {
            Some(at) => self.rest.as_mut()?.take(at),
            None => self.first.take(),
        }
    }

    /// Removes all messages that match; returns how many.
    pub(crate) fn flush(&mut self, unwanted: impl FnMut(&Message) -> bool) -> usize {
        if self.is_empty() { 0 } else { self.as_queue().flush(unwanted) }
    }

    /// Puts messages that arrived meanwhile behind the present ones.
    pub fn append(&mut self, mut later: Mailbox) {
        if !later.is_empty() {
            self.as_queue().append(later.as_queue());
        }
    }

    /// The waiting messages, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = Term> {
        let rest = self.rest.iter().flat_map(|rest| rest.entries.iter().flatten());
        self.first.iter().chain(rest).map(|message| message.clone().into_term())
    }
}

impl Queue {
    #[inline]
    fn push(&mut self, message: Message, words: u32) {
        self.words += weight_of(words);
        self.entries.push_back(Some(message));
    }

    fn push_first(&mut self, message: Message) {
        self.words += weight(&message);
        self.entries.push_front(Some(message));
    }

    #[inline]
    fn len(&self) -> usize {
        self.entries.len() - self.holes
    }

    #[inline(never)]
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
        if from + 1 == self.entries.len() {
            // What is awaited comes last, most of the time.
            let wanted = self.entries.back_mut()?.as_mut().is_some_and(want);
            return if wanted { Some((from, self.take_last()?)) } else { None };
        }
        let (at, ()) = self.find(from, |message| want(message).then_some(()))?;
        Some((at, self.take(at)?))
    }

    #[inline]
    fn take_last(&mut self) -> Option<Message> {
        let message = self.entries.pop_back()??;
        self.words -= weight(&message);
        if self.holes > 0 {
            self.trim();
        }
        Some(message)
    }

    #[inline]
    fn take(&mut self, at: Position) -> Option<Message> {
        if at + 1 == self.entries.len() {
            return self.take_last();
        }
        let message = if at == 0 {
            self.entries.pop_front()??
        } else {
            let message = self.entries.get_mut(at)?.take()?;
            self.holes += 1;
            message
        };
        self.words -= weight(&message);
        let may_stay = if at == 0 { 0 } else { MANY_HOLES };
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
