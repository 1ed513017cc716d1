//! A server as the serve loop sees it: whatever its type is.
//!
//! This is all the code that is compiled for each type of server; the loop itself is compiled
//! once.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use crate::event::Behaviour;
use crate::exit::Raise;
use crate::process::{Cx, ServerCode, ViewState};
use crate::term::{Atom, Pid, Term};

use super::super::sys::debug::Debug;
use super::serve::{Called, Done};
use super::{GenServer, Incoming, Init, Reply, handover};

/// Work that goes on over turns.
pub(super) type Work<T> = Pin<Box<dyn Future<Output = T>>>;

/// Which callback it is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Callback {
    Call,
    Cast,
    #[default]
    Info,
    /// `handle_info` with the `'EXIT'` of this process.
    Exit(Pid),
    Continue,
    Terminate,
}

impl Callback {
    /// Its name and arity.
    pub(super) fn function(self) -> (Atom, usize) {
        match self {
            Callback::Call => (Atom::new("handle_call"), 3),
            Callback::Cast => (Atom::new("handle_cast"), 2),
            Callback::Info | Callback::Exit(_) => (Atom::new("handle_info"), 2),
            Callback::Continue => (Atom::new("handle_continue"), 2),
            Callback::Terminate => (Atom::TERMINATE, 2),
        }
    }
}

/// What came of a callback.
pub(super) type Outcome = Result<Reply, Raise>;

/// A running server: its state, and its type's callbacks.
pub(super) trait Server: ViewState {
    /// [`GenServer::begin`]
    fn begin(&self, cx: &Cx, called: &Called) -> Option<Poll<Outcome>>;

    /// [`GenServer::go_on`]
    fn go_on(&self, cx: &Cx) -> Poll<Outcome>;

    /// Calls a callback; one that answers a call knows from whom. The state is the callback's until
    /// the work is done.
    fn invoke(self: Rc<Self>, cx: Cx, called: Called) -> Work<Done>;

    /// [`GenServer::change_code`]
    fn change_code(self: Rc<Self>, cx: Cx, old_vsn: Term, extra: Term) -> Work<Option<Result<(), Term>>>;

    /// [`GenServer::code_change`] of this version.
    fn convert(&self, old_vsn: Term, state: Term, extra: Term) -> Result<Term, Raise>;

    /// The state between callbacks.
    fn state(&self) -> Term;

    /// What `sys` notes of it; nothing for most.
    fn debug(&self) -> &Notes;

    /// [`GenServer::format_status`]
    fn format_status(&self, status: Term) -> Term;

    /// Goes on with this state.
    fn adopt(&self, state: Term) -> Result<(), Raise>;
}

/// What came of `init`.
pub(super) type Begun = Result<Init<Rc<dyn Server>>, Raise>;

/// What makes a server of a type.
pub(super) struct Code {
    pub(super) behaviour: Behaviour,
    pub(super) init: fn(Cx, Term) -> Work<Begun>,
    pub(super) init_at_once: fn(&Cx, &Term) -> Option<Begun>,
    pub(super) from_state: fn(Term) -> Result<Rc<dyn Server>, Raise>,
}

/// The [`Code`] of a type, made once by the compiler.
pub(super) trait Coded {
    const CODE: Code;
}

impl<S: GenServer> Coded for S {
    const CODE: Code =
        Code { behaviour: S::BEHAVIOUR, init: init::<S>, init_at_once: init_at_once::<S>, from_state: from_state::<S> };
}

/// The code by which a module's version takes over servers of other versions: for
/// [`Module::serves`](crate::process::Module::serves).
#[must_use]
pub fn code<S: GenServer>() -> ServerCode {
    ServerCode { resume: |cx, handover| handover::resume(cx, handover, &S::CODE), code_change: S::code_change }
}

fn init<S: GenServer>(cx: Cx, args: Term) -> Work<Begun> {
    Box::pin(async move { S::init(&cx, args).await.map(Init::serving) })
}

fn init_at_once<S: GenServer>(cx: &Cx, args: &Term) -> Option<Begun> {
    S::init_at_once(cx, args).map(|begun| begun.map(Init::serving))
}

impl<S: GenServer> Init<S> {
    fn serving(self) -> Init<Rc<dyn Server>> {
        match self {
            Init::Ok(state, next) => Init::Ok(serving(state), next),
            Init::Ignore => Init::Ignore,
            Init::Stop(reason) => Init::Stop(reason),
            Init::Raw(term) => Init::Raw(term),
        }
    }
}

fn from_state<S: GenServer>(state: Term) -> Result<Rc<dyn Server>, Raise> {
    S::from_state(state).map(serving)
}

fn serving<S: GenServer>(state: S) -> Rc<dyn Server> {
    Rc::new(State(RefCell::new(state), Notes::default()))
}

/// A server's state, where the inspector finds it between callbacks.
struct State<S>(RefCell<S>, Notes);

/// A place for what `sys` notes.
pub(super) type Notes = RefCell<Option<Box<Debug>>>;

impl<S: GenServer> ViewState for State<S> {
    fn view(&self) -> Option<Term> {
        self.0.try_borrow().ok().filter(|state| !state.has_begun()).map(|state| state.state())
    }

    fn is_busy(&self) -> bool {
        self.0.try_borrow().map_or(true, |state| state.has_begun())
    }
}

// The state is borrowed while a callback works on it. Only the inspector looks besides, and it
// tries first.
#[allow(clippy::await_holding_refcell_ref)]
impl<S: GenServer> Server for State<S> {
    fn begin(&self, cx: &Cx, called: &Called) -> Option<Poll<Outcome>> {
        let mut state = self.0.borrow_mut();
        match (called.callback, &called.from) {
            (Callback::Call, Some(from)) => state.begin(cx, Incoming::Call(&called.message, from)),
            (Callback::Cast, _) => state.begin(cx, Incoming::Cast(&called.message)),
            (Callback::Info, _) => state.begin(cx, Incoming::Info(&called.message)),
            (Callback::Exit(pid), _) => state.begin_exit(cx, pid, &called.message),
            (Callback::Call | Callback::Continue | Callback::Terminate, _) => None,
        }
    }

    fn go_on(&self, cx: &Cx) -> Poll<Outcome> {
        self.0.borrow_mut().go_on(cx)
    }

    fn invoke(self: Rc<Self>, cx: Cx, called: Called) -> Work<Done> {
        Box::pin(async move {
            let mut state = self.0.borrow_mut();
            let message = called.term();
            let outcome = match (called.callback, called.from.clone()) {
                (Callback::Call, Some(from)) => state.handle_call(&cx, message, from).await,
                (Callback::Cast, _) => state.handle_cast(&cx, message).await,
                (Callback::Continue, _) => state.handle_continue(&cx, message).await,
                (Callback::Terminate, _) => state.terminate(&cx, &message).await.map(|()| Reply::none()),
                (Callback::Info | Callback::Exit(_) | Callback::Call, _) => state.handle_info(&cx, message).await,
            };
            (called, outcome)
        })
    }

    fn change_code(self: Rc<Self>, cx: Cx, old_vsn: Term, extra: Term) -> Work<Option<Result<(), Term>>> {
        Box::pin(async move { self.0.borrow_mut().change_code(&cx, &old_vsn, &extra).await })
    }

    fn convert(&self, old_vsn: Term, state: Term, extra: Term) -> Result<Term, Raise> {
        S::code_change(old_vsn, state, extra)
    }

    fn state(&self) -> Term {
        self.0.borrow().state()
    }

    fn debug(&self) -> &Notes {
        &self.1
    }

    fn format_status(&self, status: Term) -> Term {
        S::format_status(status)
    }

    fn adopt(&self, state: Term) -> Result<(), Raise> {
        self.0.replace(S::from_state(state)?);
        Ok(())
    }
}
