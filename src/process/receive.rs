//! Waiting for messages.
//!
//! A receive looks at every waiting message once: its position survives wake-ups. The selecting
//! closure is code of a process, so the mailbox is out of the kernel while it runs.
//!
//! OTP: <https://www.erlang.org/docs/25/reference_manual/expressions#receive>

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::kernel::mailbox::Position;
use crate::kernel::message::Message;
use crate::term::Term;
use crate::time::Instant;

use super::cx::Cx;

/// A receive of the next message, whatever it is. Ready with `None` at the deadline.
pub struct Next<'a> {
    pub(super) cx: &'a Cx,
    pub(super) deadline: Option<Instant>,
}

impl Future for Next<'_> {
    type Output = Option<Term>;

    #[inline]
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Term>> {
        poll_next(self.cx, self.deadline).map(|message| message.map(Message::into_term))
    }
}

/// Takes the first message; `None` at the deadline.
#[inline(always)]
pub(crate) fn poll_next(cx: &Cx, deadline: Option<Instant>) -> Poll<Option<Message>> {
    if cx.yields() { Poll::Pending } else { cx.kernel().take_next(cx.me, deadline) }
}

/// A receive of the next message, however long it takes.
pub struct Receive<'a> {
    pub(super) cx: &'a Cx,
}

impl Future for Receive<'_> {
    type Output = Term;

    #[inline]
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Term> {
        if self.cx.yields() { Poll::Pending } else { self.cx.kernel().take_term(self.cx.me) }
    }
}

/// A selective receive: the first message of which `select` makes something.
pub struct Select<'a, F> {
    pub(super) cx: &'a Cx,
    pub(super) deadline: Option<Instant>,
    pub(super) select: F,
    pub(super) position: Position,
}

impl<T, F: FnMut(&Term) -> Option<T> + Unpin> Future for Select<'_, F> {
    type Output = Option<T>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<T>> {
        let this = &mut *self;
        let cx = this.cx;
        loop {
            if cx.yields() {
                return Poll::Pending;
            }
            let Some(mut mailbox) = cx.kernel().process_mut(cx.me).map(|process| std::mem::take(&mut process.mailbox))
            else {
                return Poll::Pending;
            };
            let found = mailbox.find(this.position, &mut this.select);
            let scanned = found.as_ref().map_or(mailbox.end(), |found| found.0);
            cx.charge_scan(scanned.saturating_sub(this.position));
            let taken = found.map(|(at, selected)| (mailbox.take(at), selected));
            this.position = mailbox.end();
            let mut kernel = cx.kernel();
            let Some(process) = kernel.process_mut(cx.me) else { return Poll::Pending };
            // The closure may have sent to its own process.
            let more = !process.mailbox.is_empty();
            mailbox.append(std::mem::take(&mut process.mailbox));
            process.mailbox = mailbox;
            match taken {
                Some((message, selected)) => {
                    process.no_deadline();
                    kernel.note_received(cx.me, message.map_or(0, |message| message.id()));
                    return Poll::Ready(Some(selected));
                }
                None if more => {}
                None => return kernel.wait(cx.me, this.deadline).map(|()| None),
            }
        }
    }
}

/// A selective receive whose closure sees the message only, so that the mailbox need not be taken
/// out of the kernel.
pub(crate) struct Match<'a, F> {
    pub(super) cx: &'a Cx,
    pub(super) deadline: Option<Instant>,
    pub(super) matches: F,
    pub(super) position: Position,
}

impl<T, F: FnMut(&Term) -> Option<T> + Unpin> Future for Match<'_, F> {
    type Output = Option<T>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<T>> {
        let this = &mut *self;
        let mut matched = None;
        let matches = |message: &mut Message| {
            matched = (this.matches)(message.as_term());
            matched.is_some()
        };
        poll_match(this.cx, &mut this.position, this.deadline, matches).map(|found| found.and(matched))
    }
}

/// [`Match`] for those who know messages in parts.
pub(crate) struct Await<'a, F> {
    pub(super) cx: &'a Cx,
    pub(super) deadline: Option<Instant>,
    pub(super) wants: F,
    pub(super) position: Position,
}

impl<F: FnMut(&Message) -> bool + Unpin> Future for Await<'_, F> {
    type Output = Option<Message>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Message>> {
        let this = &mut *self;
        poll_match(this.cx, &mut this.position, this.deadline, |message| (this.wants)(message))
    }
}

/// One look at the messages behind `position`: the first that matches.
#[inline]
pub(crate) fn poll_match(
    cx: &Cx,
    position: &mut Position,
    deadline: Option<Instant>,
    matches: impl FnMut(&mut Message) -> bool,
) -> Poll<Option<Message>> {
    if cx.yields() {
        return Poll::Pending;
    }
    cx.kernel().take_match(cx.me, position, deadline, matches, |messages| cx.charge_scan(messages))
}

/// Gives way to other processes if the fuel is spent.
pub struct Tick<'a> {
    pub(super) cx: &'a Cx,
}

impl Future for Tick<'_> {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.cx.yields() { Poll::Pending } else { Poll::Ready(()) }
    }
}

/// Never ready: what a process awaits that has ended itself.
pub struct Gone;

impl Future for Gone {
    type Output = std::convert::Infallible;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::convert::Infallible> {
        Poll::Pending
    }
}
