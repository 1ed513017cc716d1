//! What every call begins and ends with: a monitored request, and its answer or a `'DOWN'`.
//!
//! One look at the kernel sets the monitor and sends; a call is the most frequent thing that a
//! node does.

use std::task::Poll;

use crate::kernel::Dest;
use crate::kernel::mailbox::Position;
use crate::term::{Pid, Ref, Term};
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
    /// Monitors `server` and sends it what `message` makes of the monitor.
    #[inline]
    pub(crate) fn request(&self, server: Pid, timeout: Option<Duration>, message: impl FnOnce(Ref) -> Term) -> Request {
        let mut kernel = self.kernel();
        let position = kernel.process(self.me).map_or(0, |process| process.mailbox.end());
        let deadline = timeout.map(|span| kernel.now() + span);
        let mref = kernel.monitor(self.me, Dest::Pid(server), true);
        let message = message(mref);
        self.shared.charge(3 + message.words() / 64);
        if kernel.process(self.me).is_some() {
            kernel.send(self.me, Dest::Pid(server), message);
        }
        Request { mref, position, deadline }
    }

    /// Looks for the answer; `None` when time is up.
    #[inline]
    pub(crate) fn poll_answer<T>(
        &self,
        request: &mut Request,
        answer: impl Fn(&Term, Ref) -> Option<T>,
    ) -> Poll<Option<T>> {
        let mref = request.mref;
        poll_match(self, &mut request.position, request.deadline, |message| answer(message, mref))
    }
}
