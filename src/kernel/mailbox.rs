//! The mailbox: messages in order of arrival, taken from anywhere.
//!
//! A message taken from the middle leaves a hole; holes at the ends vanish at once and the rest
//! when they outnumber the messages, so a removal costs no more than a message for each removal,
//! however long the queue.

use std::collections::VecDeque;

use crate::term::Term;

/// Where a scan stands: a position among all messages that are in the queue.
pub type Position = usize;

/// A message with the number it has in the log, 0 if it was sent untraced.
#[derive(Clone, Debug)]
struct Message {
    term: Term,
    id: u64,
}

/// A message queue.
#[derive(Default)]
pub struct Mailbox {
    queue: VecDeque<Option<Message>>,
    holes: usize,
    words: u64,
}

impl Mailbox {
    /// Adds a message; `id` is its number in the log, 0 for none.
    #[inline]
    pub fn push(&mut self, term: Term, id: u64) {
        self.words += weight(&term);
        self.queue.push_back(Some(Message { term, id }));
    }

    /// The last two messages change places: a planted fault.
    pub(super) fn swap_last(&mut self) {
        let len = self.queue.len();
        if len > 1 {
            self.queue.swap(len - 1, len - 2);
        }
    }

    /// How many messages wait.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.len() - self.holes
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
        self.words
    }

    /// The position behind the last message: a receive that starts here sees only what comes.
    #[inline]
    #[must_use]
    pub fn end(&self) -> Position {
        self.queue.len()
    }

    /// Takes the first message, with its log number.
    #[inline]
    pub fn pop(&mut self) -> Option<(Term, u64)> {
        while let Some(entry) = self.queue.pop_front() {
            match entry {
                Some(message) => {
                    self.words -= weight(&message.term);
                    return Some((message.term, message.id));
                }
                None => self.holes -= 1,
            }
        }
        None
    }

    /// The first position at or behind `from` whose message is wanted, with what `want` made of it.
    #[inline]
    pub fn find<T>(&self, from: Position, mut want: impl FnMut(&Term) -> Option<T>) -> Option<(Position, T)> {
        let from = from.min(self.queue.len());
        let mut at = from;
        self.queue.range(from..).find_map(|entry| {
            at += 1;
            Some((at - 1, want(&entry.as_ref()?.term)?))
        })
    }

    /// Takes the message at a position that [`Mailbox::find`] gave. Positions found before are
    /// void after it.
    #[inline]
    pub fn take(&mut self, at: Position) -> Option<(Term, u64)> {
        if at == 0 && self.holes == 0 {
            return self.pop();
        }
        let message = self.queue.get_mut(at)?.take()?;
        self.words -= weight(&message.term);
        self.holes += 1;
        self.trim();
        Some((message.term, message.id))
    }

    fn trim(&mut self) {
        while self.queue.pop_front_if(|entry| entry.is_none()).is_some() {
            self.holes -= 1;
        }
        while self.queue.pop_back_if(|entry| entry.is_none()).is_some() {
            self.holes -= 1;
        }
        if self.holes > 32 && self.holes > self.len() {
            self.queue.retain(Option::is_some);
            self.holes = 0;
        }
    }

    /// Removes all messages that match; returns how many.
    pub fn flush(&mut self, mut unwanted: impl FnMut(&Term) -> bool) -> usize {
        let before = self.len();
        self.queue.retain(|entry| entry.as_ref().is_some_and(|message| !unwanted(&message.term)));
        self.holes = 0;
        self.words = self.queue.iter().flatten().map(|message| weight(&message.term)).sum();
        before - self.len()
    }

    /// Puts messages that arrived meanwhile behind the present ones.
    pub fn append(&mut self, mut later: Mailbox) {
        self.words += later.words;
        self.holes += later.holes;
        self.queue.append(&mut later.queue);
    }

    /// The waiting messages, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Term> {
        self.queue.iter().flatten().map(|message| &message.term)
    }
}

/// A message takes its own word and what is behind it.
#[inline]
fn weight(term: &Term) -> u64 {
    u64::from(term.words()) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(numbers: impl IntoIterator<Item = i64>) -> Mailbox {
        let mut mailbox = Mailbox::default();
        numbers.into_iter().for_each(|n| mailbox.push(Term::Int(n), 0));
        mailbox
    }

    fn is(n: i64) -> impl FnMut(&Term) -> Option<()> {
        move |term| (term.as_int() == Some(n)).then_some(())
    }

    #[test]
    fn messages_keep_their_order_around_a_removal() {
        let mut mailbox = filled(0..5);
        let (at, ()) = mailbox.find(0, is(2)).unwrap();
        assert_eq!(mailbox.take(at).unwrap().0, Term::Int(2));
        let rest: Vec<_> = std::iter::from_fn(|| mailbox.pop()).map(|(term, _)| term.as_int().unwrap()).collect();
        assert_eq!(rest, [0, 1, 3, 4]);
        assert_eq!(mailbox.words(), 0);
    }

    #[test]
    fn a_scan_from_a_position_sees_only_later_messages() {
        let mut mailbox = filled([1, 1]);
        let mark = mailbox.end();
        assert!(mailbox.find(mark, is(1)).is_none());
        mailbox.push(Term::Int(1), 0);
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
        assert!(mailbox.queue.len() <= 2 + 34);
    }
}
