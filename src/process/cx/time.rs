//! Timers and sleep.

use crate::exit::Raise;
use crate::kernel::Dest;
use crate::process::Cx;
use crate::term::{Atom, Ref, Term};
use crate::time::Duration;

impl Cx {
    /// `send_after(delay, to, message)`
    ///
    /// # Errors
    /// `system_limit` when too many timers are pending.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#send_after-3>
    pub fn send_after(&self, delay: Duration, to: impl Into<Dest>, message: Term) -> Result<Ref, Raise> {
        let timer = self.make_ref();
        self.set_timer(timer, delay, to.into(), message)
    }

    /// `start_timer(delay, to, content)`: sends `{timeout, TimerRef, Content}`.
    ///
    /// # Errors
    /// `system_limit` when too many timers are pending.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#start_timer-3>
    pub fn start_timer(&self, delay: Duration, to: impl Into<Dest>, content: Term) -> Result<Ref, Raise> {
        let timer = self.make_ref();
        let message = Term::tuple([Atom::TIMEOUT.into(), timer.into(), content]);
        self.set_timer(timer, delay, to.into(), message)
    }

    fn set_timer(&self, timer: Ref, delay: Duration, to: Dest, message: Term) -> Result<Ref, Raise> {
        let set = self.act(1, |kernel, me| Some(kernel.send_after_as(timer, me, delay, to, message)));
        if set == Some(false) { Err(Raise::error(Atom::SYSTEM_LIMIT)) } else { Ok(timer) }
    }

    /// `cancel_timer(timer)`: the time that was left, `None` for Erlang's `false`.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#cancel_timer-1>
    pub fn cancel_timer(&self, timer: Ref) -> Option<Duration> {
        self.act(1, |kernel, _| kernel.cancel_timer(timer))
    }

    /// `read_timer(timer)`: the time that is left, `None` for Erlang's `false`.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#read_timer-1>
    #[must_use]
    pub fn read_timer(&self, timer: Ref) -> Option<Duration> {
        self.kernel().read_timer(timer)
    }

    /// Waits in place; messages queue meanwhile.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/timer#sleep-1>
    pub async fn sleep(&self, span: Duration) {
        self.receive_within::<()>(Some(span), |_| None).await;
    }
}
