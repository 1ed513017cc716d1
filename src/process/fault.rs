//! Fault injection: what a serve loop does instead of its next callback.

use crate::exit::Raise;
use crate::term::Term;
use crate::time::Duration;

/// The outcome that replaces the next callback's, in any behaviour.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The callback raises.
    Raise(Raise),
    /// The callback returns this very term.
    Return(Term),
    /// The callback returns `{stop, Reason, State}`.
    Stop(Term),
    /// The callback never ends.
    EndlessLoop,
    /// The callback calls somebody who does not answer in time.
    CallTimeout,
    /// The callback traps exits and takes so long that who stops the server meanwhile has to wait.
    SlowShutdown(Duration),
}
