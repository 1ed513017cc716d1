//! Messages: terms, and the most frequent ones in parts.
//!
//! A call is two messages of known shape, a cast is one, and the kernel tells an end by two more.
//! They travel and wait in parts, and the tuples that they are become terms only for those who
//! look at them as terms: a plain receive, a trace, the inspector. Nobody can tell the difference
//! but by the time it takes; their words count as those of the tuples.

use crate::term::{Atom, Pid, Ref, Term};

/// A message on its way, or in a mailbox. One struct for all shapes, for it moves as one piece.
#[derive(Clone, Debug)]
pub struct Message {
    /// What is in the shape.
    pub(crate) content: Term,
    /// Of a call or reply: the call's monitor. Of an acknowledgement: only the sender's slot. Of a
    /// `'DOWN'`: the monitor.
    pub(crate) mref: Ref,
    /// Its number in the log, 0 if it was sent untraced. Of what the kernel itself tells, which is
    /// never traced: the slot of who ended.
    note: u64,
    head: Head,
}

/// A shape; of a call or reply, does it go by the alias; and the number of who called, acknowledges
/// or ended. In one word, as a [`Pid`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head(u64);

impl Head {
    #[inline]
    const fn new(shape: Shape, aliased: bool, number: u32) -> Self {
        Head((number as u64) << 32 | (aliased as u64) << 8 | shape as u64)
    }

    #[inline]
    const fn with(self, shape: Shape) -> Self {
        Head(self.0 & !0xff | shape as u64)
    }

    #[inline]
    const fn shape(self) -> Shape {
        match self.0 & 0xff {
            0 => Shape::Term,
            1 => Shape::Call,
            2 => Shape::Cast,
            3 => Shape::Reply,
            4 => Shape::Ack,
            5 => Shape::AckOk,
            6 => Shape::Exit,
            _ => Shape::Down,
        }
    }

    #[inline]
    const fn aliased(self) -> bool {
        self.0 & 0x100 != 0
    }

    #[inline]
    const fn number(self) -> u32 {
        (self.0 >> 32) as u32
    }
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
    /// `{'EXIT', Pid, Content}`
    Exit,
    /// `{'DOWN', Monitor, process, Pid, Content}`
    Down,
}

/// What a message tells the end of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// An `'EXIT'`, of this process.
    Exit(Pid),
    /// A `'DOWN'`, of this monitor.
    Down(Ref),
}

/// Who called, and by what it knows its reply: `{Pid, Tag}`, where the tag is the monitor of the
/// call, `Ref`, or `[alias | Ref]` if the reply goes to the alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The call's monitor; the caller made it, so it has the caller's slot.
    pub(crate) mref: Ref,
    /// As of a call.
    head: Head,
}

impl Caller {
    #[inline]
    pub(crate) fn new(pid: Pid, mref: Ref, aliased: bool) -> Self {
        Caller { mref, head: Head::new(Shape::Call, aliased, pid.number()) }
    }

    #[inline]
    pub(crate) fn call(self, request: Term) -> Message {
        Message { content: request, mref: self.mref, note: 0, head: self.head }
    }

    #[inline]
    pub(crate) fn reply(self, value: Term) -> Message {
        Message { content: value, mref: self.mref, note: 0, head: self.head.with(Shape::Reply) }
    }

    /// Does the reply go by the alias?
    #[inline]
    pub(crate) fn aliased(self) -> bool {
        self.head.aliased()
    }

    /// The process that called.
    #[inline]
    #[must_use]
    pub fn pid(self) -> Pid {
        Pid::new(self.mref.slot(), self.head.number())
    }

    /// `{Pid, Tag}`
    #[must_use]
    pub fn term(self) -> Term {
        Term::tuple([self.pid().into(), tag(self.mref, self.aliased())])
    }
}

fn end_in(message: &Term) -> Option<End> {
    match message.as_tuple()? {
        [Term::Atom(Atom::EXIT), Term::Pid(pid), _] => Some(End::Exit(*pid)),
        [Term::Atom(Atom::DOWN), Term::Ref(monitor), _, _, _] => Some(End::Down(*monitor)),
        _ => None,
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
        Message { content, head: Head::new(Shape::Ack, false, from.number()), ..Message::ack_ok(from) }
    }

    /// Words of a reply to an alias, besides those of its content.
    pub(crate) const ALIASED_REPLY_WORDS: u32 = 3 + 3 + 2;

    /// Words of [`Message::ack_ok`].
    pub(crate) const ACK_OK_WORDS: u32 = 4 + 3;

    /// `{ack, from, {ok, from}}`
    #[inline]
    #[must_use]
    pub fn ack_ok(from: Pid) -> Self {
        let (mref, head) = (Ref::new(0, from.slot()), Head::new(Shape::AckOk, false, from.number()));
        Message { content: Term::Nil, mref, note: 0, head }
    }

    /// Who has sent it, if it is a call or an acknowledgement.
    #[inline]
    pub(crate) fn sender(&self) -> Pid {
        self.caller().pid()
    }

    #[inline]
    fn plain(shape: Shape, content: Term) -> Self {
        Message { content, mref: Ref::new(0, 0), note: 0, head: Head::new(shape, false, 0) }
    }

    /// `{'EXIT', Pid, Reason}`
    #[inline]
    pub(crate) fn exit(pid: Pid, reason: Term) -> Self {
        Message::told(Shape::Exit, Ref::new(0, 0), pid, reason)
    }

    /// `{'DOWN', Monitor, process, Pid, Reason}`
    #[inline]
    pub(crate) fn down(mref: Ref, pid: Pid, reason: Term) -> Self {
        Message::told(Shape::Down, mref, pid, reason)
    }

    #[inline]
    fn told(shape: Shape, mref: Ref, pid: Pid, reason: Term) -> Self {
        Message { content: reason, mref, note: pid.slot().into(), head: Head::new(shape, false, pid.number()) }
    }

    /// Which term it is.
    #[inline(always)]
    pub(crate) fn shape(&self) -> Shape {
        self.head.shape()
    }

    /// Its number in the log, 0 if it is in none.
    #[inline(always)]
    pub(crate) fn id(&self) -> u64 {
        if self.is_told() { 0 } else { self.note }
    }

    pub(crate) fn set_id(&mut self, id: u64) {
        self.note = id;
    }

    /// Does the kernel itself say it?
    #[inline(always)]
    fn is_told(&self) -> bool {
        matches!(self.shape(), Shape::Exit | Shape::Down)
    }

    /// Who ended.
    pub(crate) fn ended(&self) -> Pid {
        Pid::new(u32::try_from(self.note).unwrap_or(u32::MAX), self.head.number())
    }

    /// Which end it tells, if it tells one.
    #[inline]
    pub(crate) fn end(&self) -> Option<End> {
        match self.shape() {
            Shape::Exit => Some(End::Exit(self.ended())),
            Shape::Down => Some(End::Down(self.mref)),
            Shape::Term => end_in(&self.content),
            Shape::Call | Shape::Cast | Shape::Reply | Shape::Ack | Shape::AckOk => None,
        }
    }

    /// Is it the `'EXIT'` of this process?
    #[inline]
    pub(crate) fn is_exit_of(&self, pid: Pid) -> bool {
        match self.shape() {
            Shape::Exit => self.ended() == pid,
            Shape::Term => end_in(&self.content) == Some(End::Exit(pid)),
            _ => false,
        }
    }

    /// Is it the `'DOWN'` of this monitor?
    #[inline]
    pub(crate) fn is_down_of(&self, monitor: Ref) -> bool {
        match self.shape() {
            Shape::Down => self.mref == monitor,
            Shape::Term => end_in(&self.content) == Some(End::Down(monitor)),
            _ => false,
        }
    }

    /// Of an `'EXIT'` or `'DOWN'`: its reason.
    pub(crate) fn into_reason(self) -> Term {
        if self.is_told() {
            return self.content;
        }
        self.content.as_tuple().and_then(<[Term]>::last).cloned().unwrap_or_default()
    }

    /// Who called.
    #[inline]
    pub(crate) fn caller(&self) -> Caller {
        Caller { mref: self.mref, head: self.head.with(Shape::Call) }
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
        let tuples = match self.shape() {
            Shape::Term => 0,
            Shape::Call => 4 + 3 + 3,
            Shape::Cast => 3,
            Shape::Reply => 3 + 3,
            Shape::Ack => 4,
            Shape::AckOk => Self::ACK_OK_WORDS,
            Shape::Exit => 4,
            Shape::Down => 6 + 3,
        };
        tuples + 2 * u32::from(self.head.aliased())
    }

    /// The term that it is.
    #[inline]
    #[must_use]
    pub fn into_term(self) -> Term {
        if self.shape() == Shape::Term { self.content } else { self.joined() }
    }

    #[inline(never)]
    fn joined(self) -> Term {
        let (shape, caller, ended) = (self.shape(), self.caller(), self.ended());
        let Message { mref, content, .. } = self;
        match shape {
            Shape::Term => content,
            Shape::Call => Term::tuple([Atom::GEN_CALL.into(), caller.term(), content]),
            Shape::Cast => Term::tuple([Atom::GEN_CAST.into(), content]),
            Shape::Reply => Term::tuple([tag(mref, caller.aliased()), content]),
            Shape::Ack => Term::tuple([Atom::ACK.into(), caller.pid().into(), content]),
            Shape::AckOk => Term::tuple([Atom::ACK.into(), caller.pid().into(), Term::ok(caller.pid().into())]),
            Shape::Exit => Term::tuple([Atom::EXIT.into(), ended.into(), content]),
            Shape::Down => Term::tuple([Atom::DOWN.into(), mref.into(), Atom::PROCESS.into(), ended.into(), content]),
        }
    }

    /// The term that it is, and stays from now on.
    #[inline]
    pub(crate) fn as_term(&mut self) -> &Term {
        if self.shape() != Shape::Term {
            self.put_together();
        }
        &self.content
    }

    #[cold]
    fn put_together(&mut self) {
        let note = self.id();
        *self = Message { note, ..std::mem::take(self).into_term().into() };
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
    fn an_end_is_told_by_the_same_words_in_parts_and_in_tuples() {
        let (pid, mref) = (Pid::new((1 << 18) - 1, u32::MAX), Ref::new(7, 3));
        let exit = Message::exit(pid, term!({bad, [1]}));
        let down = Message::down(mref, pid, term!({bad, [1]}));
        assert_eq!(exit.clone().into_term(), term!({:"EXIT", (pid), {bad, [1]}}));
        assert_eq!(down.clone().into_term(), term!({:"DOWN", (mref), process, (pid), {bad, [1]}}));
        for message in [exit, down] {
            let mut term = message.clone();
            term.as_term();
            assert_eq!((message.words(), message.id()), (term.words(), 0));
            for message in [message, term] {
                assert_eq!(message.is_exit_of(pid), !message.is_down_of(mref));
                assert!(!message.is_exit_of(Pid::new(1, u32::MAX)) && !message.is_down_of(Ref::new(8, 3)));
                assert_eq!(message.into_reason(), term!({bad, [1]}));
            }
        }
    }

    #[test]
    fn a_message_that_was_looked_at_is_a_term() {
        let mut message = Message::cast(Atom::OK.into());
        assert_eq!(*message.as_term(), term!({:"$gen_cast", ok}));
        assert_eq!(message.shape(), Shape::Term);
    }

    #[test]
    fn who_knows_the_shape_knows_the_words() {
        let reply = Caller::new(Pid::new(3, 9), Ref::new(7, 3), true).reply(Term::Nil);
        assert_eq!(reply.words(), Message::ALIASED_REPLY_WORDS);
        assert_eq!(Message::ack_ok(Pid::new(3, 9)).words(), Message::ACK_OK_WORDS);
    }
}
