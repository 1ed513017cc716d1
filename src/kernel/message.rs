//! Messages: terms, and the most frequent ones in parts.
//!
//! A call is two messages of known shape, a cast is one. They travel and wait in parts, and the
//! tuples that they are become terms only for those who look at them as terms: a plain receive,
//! a trace, the inspector. Nobody can tell the difference but by the time it takes; their words
//! count as those of the tuples.

use crate::term::{Atom, Pid, Ref, Term};

/// A message on its way, or in a mailbox.
#[derive(Clone, Debug)]
pub enum Message {
    /// Any term.
    Term(Term),
    /// `{'$gen_call', {Pid, Tag}, Request}`. (The fields of a [`Caller`] one by one: a mailbox
    /// pays for the gaps of a nested one.)
    Call {
        /// The call's monitor.
        mref: Ref,
        /// The caller's number.
        serial: u32,
        /// Does the reply go to the alias?
        aliased: bool,
        /// What it asks.
        request: Term,
    },
    /// `{'$gen_cast', Content}`
    Cast(Term),
    /// `{Tag, Value}`
    Reply {
        /// The call's monitor.
        mref: Ref,
        /// Did it go to the alias?
        aliased: bool,
        /// What the caller is told.
        value: Term,
    },
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
        let Caller { mref, serial, aliased } = self;
        Message::Call { mref, serial, aliased, request }
    }

    #[inline]
    pub(crate) fn reply(self, value: Term) -> Message {
        Message::Reply { mref: self.mref, aliased: self.aliased, value }
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

/// Words behind the tag's own.
#[inline]
fn tag_words(aliased: bool) -> u32 {
    let reference = 3;
    if aliased { 2 + reference } else { reference }
}

impl From<Term> for Message {
    #[inline]
    fn from(term: Term) -> Self {
        Message::Term(term)
    }
}

impl Message {
    /// [`Term::words`] of the term that it is.
    #[inline]
    #[must_use]
    pub fn words(&self) -> u32 {
        let (own, content) = match self {
            Message::Term(term) => (0, term),
            Message::Call { aliased, request, .. } => (4 + 3 + tag_words(*aliased), request),
            Message::Cast(content) => (3, content),
            Message::Reply { aliased, value, .. } => (3 + tag_words(*aliased), value),
        };
        content.words().saturating_add(own)
    }

    /// The term that it is.
    #[inline]
    #[must_use]
    pub fn into_term(self) -> Term {
        match self {
            Message::Term(term) => term,
            parts => parts.joined(),
        }
    }

    #[inline(never)]
    fn joined(self) -> Term {
        match self {
            Message::Term(term) => term,
            Message::Call { mref, serial, aliased, request } => {
                Term::tuple([Atom::GEN_CALL.into(), Caller { mref, serial, aliased }.term(), request])
            }
            Message::Cast(content) => Term::tuple([Atom::GEN_CAST.into(), content]),
            Message::Reply { mref, aliased, value } => Term::tuple([tag(mref, aliased), value]),
        }
    }

    /// The term that it is, and stays from now on.
    #[inline]
    pub(crate) fn as_term(&mut self) -> &Term {
        if !matches!(self, Message::Term(_)) {
            self.put_together();
        }
        match self {
            Message::Term(term) => term,
            _ => &Term::Nil,
        }
    }

    #[cold]
    fn put_together(&mut self) {
        *self = std::mem::take(self).into_term().into();
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
            for message in [caller.call(request()), Message::Cast(request()), caller.reply(request())] {
                assert_eq!(message.words(), message.clone().into_term().words(), "{message:?}");
            }
        }
    }

    #[test]
    fn a_message_that_was_looked_at_is_a_term() {
        let mut message = Message::Cast(Atom::OK.into());
        assert_eq!(*message.as_term(), term!({:"$gen_cast", ok}));
        assert!(matches!(message, Message::Term(_)));
    }
}
