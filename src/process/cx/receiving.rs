//! Waiting for messages: the futures are in [`receive`](crate::process::receive).

use std::future::Future;
use std::task::Poll;

use crate::kernel::mailbox::Position;
use crate::kernel::message::Message;
use crate::process::Cx;
use crate::process::receive::{Await, Match, Next, Receive, Select};
use crate::term::Term;
use crate::time::{Duration, Instant};

impl Cx {
    /// The next message, whatever it is.
    #[inline]
    #[must_use]
    pub fn receive(&self) -> Receive<'_> {
        self.shared.charge(1);
        Receive { cx: self }
    }

    /// The next message; `None` if none comes within `timeout` (`None`: no time-out).
    #[inline]
    #[must_use]
    pub fn receive_next(&self, timeout: Option<Duration>) -> Next<'_> {
        self.shared.charge(1);
        Next { cx: self, deadline: self.deadline(timeout) }
    }

    /// A selective receive: what `select` makes of the first message it wants; `None` if none
    /// comes within `timeout`. Messages that it does not want stay, in order.
    #[inline]
    pub fn receive_within<T>(
        &self,
        timeout: Option<Duration>,
        select: impl FnMut(&Term) -> Option<T> + Unpin,
    ) -> impl Future<Output = Option<T>> {
        self.receive_from(0, timeout, select)
    }

    /// A selective receive without time-out.
    pub async fn receive_if<T>(&self, mut select: impl FnMut(&Term) -> Option<T> + Unpin) -> T {
        loop {
            if let Some(selected) = self.receive_within(None, &mut select).await {
                return selected;
            }
        }
    }

    /// The position behind the last message. What answers a reference made now can only come
    /// behind it; no other receive may come between.
    #[inline]
    #[must_use]
    pub fn mark(&self) -> Position {
        self.kernel().process(self.me).map_or(0, |process| process.mailbox.end())
    }

    /// A selective receive that looks only behind a [`Cx::mark`].
    #[inline]
    pub fn receive_from<T, F: FnMut(&Term) -> Option<T> + Unpin>(
        &self,
        position: Position,
        timeout: Option<Duration>,
        select: F,
    ) -> Select<'_, F> {
        self.shared.charge(1);
        Select { cx: self, deadline: self.deadline(timeout), select, position }
    }

    /// [`Cx::receive_from`] for the closures of this library, which touch nothing but the message:
    /// the mailbox stays where it is.
    #[inline]
    pub(crate) fn receive_match<T, F: FnMut(&Term) -> Option<T> + Unpin>(
        &self,
        position: Position,
        timeout: Option<Duration>,
        matches: F,
    ) -> Match<'_, F> {
        self.shared.charge(1);
        Match { cx: self, deadline: self.deadline(timeout), matches, position }
    }

    /// [`Cx::receive_match`] of a message that may be in parts.
    #[inline]
    pub(crate) fn receive_message<F: FnMut(&Message) -> bool + Unpin>(
        &self,
        position: Position,
        timeout: Option<Duration>,
        wants: F,
    ) -> Await<'_, F> {
        self.shared.charge(1);
        Await { cx: self, deadline: self.deadline(timeout), wants, position }
    }

    /// Takes the first message that is wanted, if it has come already: `receive ... after 0`.
    pub(crate) fn take_message(&self, mut wants: impl FnMut(&Message) -> bool) -> Option<Message> {
        self.charge(1);
        let charge = |messages| self.charge_scan(messages);
        let now = self.now();
        match self.kernel().take_match(self.me, &mut 0, Some(now), |message| wants(message), charge) {
            Poll::Ready(message) => message,
            Poll::Pending => None,
        }
    }

    #[inline]
    fn deadline(&self, timeout: Option<Duration>) -> Option<Instant> {
        timeout.map(|span| self.now() + span)
    }
}
