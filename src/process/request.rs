//! What every call begins and ends with: a monitored request, and its answer or a `'DOWN'`.
//!
//! One look at the kernel sets the monitor and sends; a call is the most frequent thing that a
//! node does.

use std::task::Poll;

use crate::kernel::Dest;
use crate::kernel::mailbox::Position;
use crate::kernel::message::{Caller, Message, Shape};
use crate::term::{Atom, Pid, Ref, Term};
use crate::time::{Duration, Instant};

use super::cx::Cx;
use super::receive::poll_match;

/// A request that was sent.
pub(crate) struct Request {
    /// Its monitor, which is an alias too.
    pub(crate) mref: Ref,
    position: Position,
    deadline: Option<Instant>,
}

impl Cx {
    /// Monitors `server` and sends it what `message` makes of the caller, who knows its reply by
    /// the monitor, which is an alias if it does not wait for ever.
    #[inline]
    pub(crate) fn request(
        &self,
        server: Pid,
        timeout: Option<Duration>,
        message: impl FnOnce(Caller) -> Message,
    ) -> Request {
        let mut kernel = self.kernel();
        let position = kernel.process(self.me).map(|process| process.mailbox.end());
        let deadline = timeout.map(|span| kernel.now() + span);
        let mref = kernel.monitor(self.me, Dest::Pid(server), true);
        let message = message(Caller::new(self.me, mref, timeout.is_some()));
        let words = message.words();
        self.shared.charge(3 + words / 64);
        if position.is_some() {
            kernel.dispatch_to(self.me, server, words, || message);
        }
        Request { mref, position: position.unwrap_or(0), deadline }
    }

    /// Looks for the answer; `None` when time is up.
    #[inline]
    pub(crate) fn poll_answer(&self, request: &mut Request) -> Poll<Option<Answer>> {
        let mref = request.mref;
        let answers = |message: &mut Message| match message.shape() {
            Shape::Reply => message.mref == mref,
            _ => ends(message, mref),
        };
        let found = poll_match(self, &mut request.position, request.deadline, answers);
        found.map(|message| {
            let message = message?;
            if message.shape() == Shape::Reply { Some(Answer::Reply(message.content)) } else { end_in(message, mref) }
        })
    }

    /// Tells a caller its reply.
    #[inline(never)]
    pub(crate) fn reply(&self, caller: Caller, value: Term) {
        if !caller.aliased() {
            let _ = self.send_message(Dest::Pid(caller.pid()), caller.reply(value));
            return;
        }
        let words = value.words().saturating_add(Message::ALIASED_REPLY_WORDS);
        self.charge(1 + words / 64);
        let mut kernel = self.kernel();
        if kernel.lives(self.me) {
            kernel.dispatch_by_alias(self.me, caller.mref, words, || caller.reply(value));
        }
    }
}

/// Does a message end the wait for an answer in another way than by a reply in parts?
#[inline(never)]
fn ends(message: &Message, mref: Ref) -> bool {
    match message.shape() {
        Shape::Term => answer(&message.content, mref).is_some(),
        Shape::Down => message.mref == mref,
        Shape::Reply | Shape::Call | Shape::Cast | Shape::Ack | Shape::AckOk | Shape::Exit => false,
    }
}

/// What such a message says.
#[inline(never)]
fn end_in(message: Message, mref: Ref) -> Option<Answer> {
    if message.shape() == Shape::Down { Some(Answer::Down(message.content)) } else { answer(&message.content, mref) }
}

/// What a caller is told.
pub(crate) enum Answer {
    Reply(Term),
    Down(Term),
}

/// An answer that came as a term.
fn answer(message: &Term, mref: Ref) -> Option<Answer> {
    match message.as_tuple()? {
        [tag, reply] if is_tag(tag, mref) => Some(Answer::Reply(reply.clone())),
        [Term::Atom(Atom::DOWN), Term::Ref(down), _, _, reason] if *down == mref => Some(Answer::Down(reason.clone())),
        _ => None,
    }
}

/// `Ref` or `[alias | Ref]`
fn is_tag(tag: &Term, mref: Ref) -> bool {
    match tag {
        Term::Ref(reference) => *reference == mref,
        _ => alias_of(tag) == Some(mref),
    }
}

/// The alias in `[alias | Ref]`.
pub(crate) fn alias_of(tag: &Term) -> Option<Ref> {
    match tag.as_cons()? {
        (Term::Atom(Atom::ALIAS), Term::Ref(alias)) => Some(*alias),
        _ => None,
    }
}
