//! What every start begins and ends with: a child, and its acknowledgement.
//!
//! To start children is what supervisors do most. What is to be awaited of a start is data and in
//! no box, and the acknowledgement travels in parts.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use crate::exit::Raise;
use crate::kernel::Dest;
use crate::kernel::mailbox::Position;
use crate::kernel::message::{Message, Shape};
use crate::term::{Atom, Pid, Ref, Term};
use crate::time::{Duration, Instant};

use super::cx::Cx;
use super::module::Called;
use super::receive::poll_match;

/// A start that has begun; [`Starting::ended`] waits for its end.
#[must_use = "who does not await the end of a start has its acknowledgement in the mailbox"]
pub struct Starting(Stage);

/// How far a start has come.
enum Stage {
    /// There is nothing to wait for.
    Over(Result<Term, Raise>),
    /// The child has been spawned and has not acknowledged yet.
    Spawned(Spawned),
    /// Something else goes on.
    Working(Called),
}

/// A child that has not acknowledged its start yet.
struct Spawned {
    child: Pid,
    /// Unless it is linked.
    monitor: Option<Ref>,
    position: Position,
    deadline: Option<Instant>,
}

impl Starting {
    /// A start that has ended already.
    pub fn over(outcome: Result<Term, Raise>) -> Self {
        Starting(Stage::Over(outcome))
    }

    /// A start that has to wait for something else first.
    pub fn working(work: Called) -> Self {
        Starting(Stage::Working(work))
    }

    /// Waits for its end: what the child acknowledged, or `{error, Reason}`.
    pub async fn ended(self, cx: &Cx) -> Result<Term, Raise> {
        self.answer(cx).await.map(Answer::into_term)
    }

    /// [`Starting::ended`] for those to whom a pid says as much as the term.
    pub(crate) fn answer(self, cx: &Cx) -> Ended<'_> {
        Ended { cx, starting: self }
    }

    /// Looks whether it has ended.
    #[inline]
    pub(crate) fn poll(&mut self, cx: &Cx) -> Poll<Result<Answer, Raise>> {
        if let Stage::Spawned(spawned) = &mut self.0 {
            match ready!(spawned.poll(cx)) {
                Some(answer) => return Poll::Ready(Ok(answer)),
                None => self.0 = Stage::Working(Box::pin(kill_and_flush(cx.same(), spawned.child))),
            }
        }
        self.poll_work()
    }

    #[inline(never)]
    fn poll_work(&mut self) -> Poll<Result<Answer, Raise>> {
        let outcome = match &mut self.0 {
            Stage::Over(outcome) => std::mem::replace(outcome, Ok(Term::Nil)),
            Stage::Working(work) => ready!(work.as_mut().poll(&mut Context::from_waker(Waker::noop()))),
            Stage::Spawned(_) => return Poll::Pending,
        };
        Poll::Ready(outcome.map(Answer::Term))
    }
}

/// How a start has ended.
pub(crate) enum Answer {
    /// `{ok, Pid}`
    Ok(Pid),
    Term(Term),
}

impl Answer {
    pub(crate) fn into_term(self) -> Term {
        match self {
            Answer::Ok(pid) => Term::ok(pid.into()),
            Answer::Term(term) => term,
        }
    }
}

/// See [`Starting::answer`].
pub(crate) struct Ended<'a> {
    cx: &'a Cx,
    starting: Starting,
}

impl Future for Ended<'_> {
    type Output = Result<Answer, Raise>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let Ended { cx, starting } = &mut *self;
        starting.poll(cx)
    }
}

impl Spawned {
    /// Looks for the acknowledgement; `None` when time is up.
    #[inline]
    fn poll(&mut self, cx: &Cx) -> Poll<Option<Answer>> {
        let Spawned { child, monitor, .. } = *self;
        let acknowledges = |message: &mut Message| match message.shape() {
            Shape::AckOk => message.sender() == child,
            _ => ends(message, child, monitor),
        };
        let found = ready!(poll_match(cx, &mut self.position, self.deadline, acknowledges));
        if let Some(monitor) = monitor {
            cx.demonitor_flush(monitor);
        }
        Poll::Ready(found.and_then(|message| match message.shape() {
            Shape::AckOk => Some(Answer::Ok(child)),
            _ => answer_in(message, child, monitor),
        }))
    }
}

/// Does a message end the wait for a start in another way than `{ok, Pid}`?
#[inline(never)]
fn ends(message: &Message, child: Pid, monitor: Option<Ref>) -> bool {
    match message.shape() {
        Shape::Ack => message.sender() == child,
        Shape::Exit => monitor.is_none() && message.is_exit_of(child),
        Shape::Down => monitor.is_some_and(|monitor| message.is_down_of(monitor)),
        Shape::Term => acknowledgement(&message.content, child, monitor).is_some(),
        Shape::AckOk | Shape::Call | Shape::Cast | Shape::Reply => false,
    }
}

/// What such a message says.
#[inline(never)]
fn answer_in(message: Message, child: Pid, monitor: Option<Ref>) -> Option<Answer> {
    match message.shape() {
        Shape::Ack => Some(Answer::Term(message.content)),
        Shape::Exit | Shape::Down => Some(Answer::Term(Term::error(message.into_reason()))),
        _ => acknowledgement(&message.content, child, monitor).map(Answer::Term),
    }
}

/// An acknowledgement that came as a term, or the child's end.
fn acknowledgement(message: &Term, child: Pid, monitor: Option<Ref>) -> Option<Term> {
    match message.as_tuple()? {
        [Term::Atom(Atom::ACK), Term::Pid(from), answer] if *from == child => Some(answer.clone()),
        [Term::Atom(Atom::EXIT), Term::Pid(from), reason] if *from == child && monitor.is_none() => {
            Some(Term::error(reason.clone()))
        }
        [Term::Atom(Atom::DOWN), Term::Ref(down), _, _, reason] if Some(*down) == monitor => {
            Some(Term::error(reason.clone()))
        }
        _ => None,
    }
}

/// Ends a child that did not start in time, without a trace in the mailbox.
async fn kill_and_flush(cx: Cx, child: Pid) -> Result<Term, Raise> {
    let monitor = cx.monitor(child);
    cx.unlink(child);
    cx.exit(child, Atom::KILL);
    cx.receive_if(|message| down_reason(message, monitor)).await;
    cx.flush_exit(child);
    Ok(Term::error(Atom::TIMEOUT.into()))
}

/// The reason in a `'DOWN'` message of this monitor.
pub(crate) fn down_reason(message: &Term, monitor: Ref) -> Option<Term> {
    match message.as_tuple()? {
        [Term::Atom(Atom::DOWN), Term::Ref(mref), _, _, reason] if *mref == monitor => Some(reason.clone()),
        _ => None,
    }
}

impl Cx {
    /// The start of a child that was spawned since the `mark`. It is monitored, unless it is linked.
    pub(crate) fn starting(&self, link: bool, timeout: Option<Duration>, mark: Position, child: Pid) -> Starting {
        let monitor = if link { None } else { Some(self.monitor_with_alias(child)) };
        self.charge(1);
        let deadline = timeout.map(|span| self.now() + span);
        Starting(Stage::Spawned(Spawned { child, monitor, position: mark, deadline }))
    }

    /// Takes an `'EXIT'` of `from` out of the mailbox, if it is there; its reason.
    pub(crate) fn flush_exit(&self, from: Pid) -> Option<Term> {
        self.take_message(|message| message.is_exit_of(from)).map(Message::into_reason)
    }

    /// Tells the starter how the start went.
    pub(crate) fn acknowledge(&self, starter: Pid, answer: Term) {
        // A starter that is gone meanwhile does not matter.
        let _ = self.send_message(Dest::Pid(starter), Message::ack(self.me, answer));
    }

    /// Tells the starter `{ok, self()}`.
    pub(crate) fn acknowledge_ok(&self, starter: Pid) {
        self.send_made(starter, Message::ACK_OK_WORDS, || Message::ack_ok(self.me));
    }
}
