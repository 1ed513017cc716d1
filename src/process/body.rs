//! The code of a process.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::exit::Raise;
use crate::term::Term;

/// The code of a process, resumed turn by turn until it ends.
pub trait Body {
    /// Runs until it has to wait, has spent its fuel, or ends.
    fn resume(self: Pin<&mut Self>) -> Turn;

    /// The server that it is, if it serves.
    fn server(&self) -> Option<&dyn ViewState> {
        None
    }
}

/// Shows a server's state to whoever inspects the process.
pub trait ViewState {
    /// The state as a term; `None` while a callback works on it.
    fn view(&self) -> Option<Term>;

    /// Does a callback work on it?
    fn is_busy(&self) -> bool;
}

/// A body in its box. A process is one of these.
pub type BoxBody = Pin<Box<dyn Body>>;

/// How a turn ended.
pub enum Turn {
    /// It goes on later: it has asked the kernel to wait, or to be queued again.
    Pending,
    /// It goes on as another body.
    Become(BoxBody),
    /// It has ended.
    Exited(Result<(), Raise>),
}

/// Every future that ends with a result is a body. Nothing ever wakes it but the kernel, so it
/// may await `Cx` futures only.
impl<F: Future<Output = Result<(), Raise>>> Body for F {
    #[inline]
    fn resume(self: Pin<&mut Self>) -> Turn {
        match self.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => Turn::Pending,
            Poll::Ready(result) => Turn::Exited(result),
        }
    }
}
