//! Messages: terms, and the most frequent ones in parts.
//!
//! A call is two messages of known shape, a cast is one. They travel and wait in parts, and the
//! tuples that they are become terms only for those who look at them as terms: a plain receive,
//! a trace, the inspector. Nobody can tell the difference but by the time it takes; their words
//! count as those of the tuples.

use crate::term::{Atom, Pid, Ref, Term};

/// A message on its way, or in a mailbox. One struct for all shapes, for it moves as one piece.
#[derive(Clone, Debug)]
pub struct Message {
    pub(crate) shape: Shape,
    /// Of a call or reply: does it, or did it, go by the alias?
    aliased: bool,
    /// Of a call or an acknowledgement: the sender's number.
    serial: u32,
    /// Of a call or reply: the call's monitor. Of an acknowledgement: only the sender's slot.
    pub(crate) mref: Ref,
    /// Its number in the log, 0 if it was sent untraced.
    pub(crate) id: u64,
    /// What is in the shape.
    pub(crate) content: Term,
}

/// Which term a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Any term: the content.
    Term,
    /// `{'$gen_call', {Pid, Tag}, Content}`
    Call,
    /// `{'$gen_cast', Content}`
    Cast,
    /// `{Tag, Content}`
    Reply,
    /// `{ack, Pid, Content}`
    Ack,
    /// `{ack, Pid, {ok, Pid}}`: nearly every acknowledgement of a start.
    AckOk,
}

/// Who called, and by what it knows its reply: `{Pid, Tag}`, where the tag is the monitor of the
/// call, `Ref`, or `[alias | Ref]` if the reply goes to the alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The call's monitor; the caller made it, so it has the caller's slot.
    pub(crate) mref: Ref,
    pub(crate) serial: u32,
    pub(crate) aliased: bool,
}

impl Caller {
    #[inline]
    pub(crate) fn new(pid: Pid, mref: Ref, aliased: bool) -> Self {
        Caller { mref, serial: pid.serial, aliased }
    }

    #[inline]
    pub(crate) fn call(self, request: Term) -> Message {
        self.says(Shape::Call, request)
    }

    #[inline]
    pub(crate) fn reply(self, value: Term) -> Message {
        self.says(Shape::Reply, value)
    }

    #[inline]
    fn says(self, shape: Shape, content: Term) -> Message {
        let Caller { mref, serial, aliased } = self;
        Message { shape, aliased, serial, mref, id: 0, content }
    }

    /// The process that called.
    #[inline]
    #[must_use]
    pub fn pid(self) -> Pid {
        Pid::new(self.mref.slot(), self.serial)
    }

    /// `{Pid, Tag}`
    #[must_use]
    pub fn term(self) -> Term {
        Term::tuple([self.pid().into(), tag(self.mref, self.aliased)])
    }
}

/// `Ref` or `[alias | Ref]`
fn tag(mref: Ref, aliased: bool) -> Term {
    if aliased { Term::cons(Atom::ALIAS.into(), mref.into()) } else { mref.into() }
}

impl From<Term> for Message {
    #[inline]
    fn from(term: Term) -> Self {
        Message::plain(Shape::Term, term)
    }
}

impl Message {
    /// `{'$gen_cast', Content}`
    #[inline]
    #[must_use]
    pub fn cast(content: Term) -> Self {
        Message::plain(Shape::Cast, content)
    }

    /// `{ack, from, Content}`
    #[inline]
    #[must_use]
    pub fn ack(from: Pid, content: Term) -> Self {
        Message { shape: Shape::Ack, content, ..Message::ack_ok(from) }
    }

    /// `{ack, from, {ok, from}}`
    #[inline]
    #[must_use]
    pub fn ack_ok(from: Pid) -> Self {
        let (serial, mref) = (from.serial, Ref::new(0, from.slot));
        Message { shape: Shape::AckOk, aliased: false, serial, mref, id: 0, content: Term::Nil }
    }

    /// Who has sent it, if it is a call or an acknowledgement.
    #[inline]
    pub(crate) fn sender(&self) -> Pid {
        self.caller().pid()
    }

    #[inline]
    fn plain(shape: Shape, content: Term) -> Self {
        Message { shape, aliased: false, serial: 0, mref: Ref::new(0, 0), id: 0, content }
    }

    /// Who called.
    #[inline]
    pub(crate) fn caller(&self) -> Caller {
        Caller { mref: self.mref, serial: self.serial, aliased: self.aliased }
    }

    /// [`Term::words`] of the term that it is.
    #[inline]
    #[must_use]
    pub fn words(&self) -> u32 {
        self.content.words().saturating_add(self.own_words())
    }

    /// Words of the tuples around the content: a pair has three, a reference three, and the cell of
    /// an alias two.
    #[inline]
    fn own_words(&self) -> u32 {
        let tuples = match self.shape {
            Shape::Term => 0,
            Shape::Call => 4 + 3 + 3,
            Shape::Cast => 3,
            Shape::Reply => 3 + 3,
            Shape::Ack => 4,
            Shape::AckOk => 4 + 3,
        };
        tuples + 2 * u32::from(self.aliased)
    }

    /// The term that it is.
    #[inline]
    #[must_use]
    pub fn into_term(self) -> Term {
        if self.shape == Shape::Term { self.content } else { self.joined() }
    }

    #[inline(never)]
    fn joined(self) -> Term {
        let from = self.sender();
        let Message { aliased, mref, content, .. } = self;
        match self.shape {
            Shape::Term => content,
            Shape::Call => {
                let caller = Caller { mref, serial: self.serial, aliased };
                Term::tuple([Atom::GEN_CALL.into(), caller.term(), content])
            }
            Shape::Cast => Term::tuple([Atom::GEN_CAST.into(), content]),
            Shape::Reply => Term::tuple([tag(mref, aliased), content]),
            Shape::Ack => Term::tuple([Atom::ACK.into(), from.into(), content]),
            Shape::AckOk => Term::tuple([Atom::ACK.into(), from.into(), Term::ok(from.into())]),
        }
    }

    /// The term that it is, and stays from now on.
    #[inline]
    pub(crate) fn as_term(&mut self) -> &Term {
        if self.shape != Shape::Term {
            self.put_together();
        }
        &self.content
    }

    #[cold]
    fn put_together(&mut self) {
        let id = self.id;
        *self = Message { id, ..std::mem::take(self).into_term().into() };
    }
}

impl Default for Message {
    fn default() -> Self {
        Term::Nil.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term;

    #[test]
    fn parts_weigh_what_the_tuples_weigh() {
        let request = || term!([1, {a, 2.0}, 3]);
        for aliased in [false, true] {
            let caller = Caller::new(Pid::new(3, 9), Ref::new(7, 3), aliased);
            assert_eq!(caller.pid(), Pid::new(3, 9));
            for message in [caller.call(request()), Message::cast(request()), caller.reply(request())] {
                assert_eq!(message.words(), message.clone().into_term().words(), "{message:?}");
            }
        }
    }

    #[test]
    fn an_acknowledgement_names_its_sender() {
        let ack = Message::ack(Pid::new(3, 9), term!({ok, 2.0}));
        assert_eq!(ack.sender(), Pid::new(3, 9));
        assert_eq!(ack.words(), ack.clone().into_term().words());
        assert_eq!(ack.into_term(), term!({ack, (Pid::new(3, 9)), {ok, 2.0}}));
        let ack = Message::ack_ok(Pid::new(3, 9));
        assert_eq!(ack.words(), ack.clone().into_term().words());
        assert_eq!(ack.into_term(), term!({ack, (Pid::new(3, 9)), {ok, (Pid::new(3, 9))}}));
    }

    #[test]
    fn a_message_that_was_looked_at_is_a_term() {
        let mut message = Message::cast(Atom::OK.into());
        assert_eq!(*message.as_term(), term!({:"$gen_cast", ok}));
        assert_eq!(message.shape, Shape::Term);
    }
}
