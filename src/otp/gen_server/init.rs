//! The start of a server: its name, its `init`, its acknowledgement.

use std::cell::Cell;
use std::rc::Rc;
use std::task::Poll;

use crate::event::Event;
use crate::exit::Raise;
use crate::process::Cx;
use crate::term::{Atom, Pid, Term};

use super::super::proc_lib;
use super::outcome::decode_next;
use super::serve::{Handle, Serving, poll};
use super::server::{Begun, Code, Server, Work};
use super::{Init, Name, Next, already_started};

/// Who starts it, and how.
#[derive(Clone, Copy)]
pub(super) struct Starter {
    pub(super) pid: Pid,
    pub(super) link: bool,
    pub(super) code: &'static Code,
}

/// What came of a start: `None` for `ignore`.
pub(super) type Initialised = Result<Option<Serving>, Raise>;

/// A process that is about to become a server.
pub(super) struct Newborn {
    pub(super) cx: Cx,
    pub(super) starter: Starter,
    pub(super) module: Atom,
    pub(super) args: Term,
}

/// Starts of a registered name that will fail, as `{stop, start_fails}` from `init`. Installed on
/// a node by its host.
pub struct FailingStarts {
    name: Atom,
    left: Cell<u32>,
}

impl FailingStarts {
    /// The next so many starts under that name.
    #[must_use]
    pub const fn new(name: Atom, left: u32) -> Self {
        FailingStarts { name, left: Cell::new(left) }
    }

    /// Is this start one of them?
    fn strike(cx: &Cx, name: &Name) -> bool {
        let Some(failing) = cx.installed::<FailingStarts>() else { return false };
        let struck = failing.left.get() > 0 && matches!(name, Name::Local(name) if *name == failing.name);
        failing.left.set(failing.left.get() - u32::from(struck));
        struck
    }
}

/// How far a start has come.
pub(super) enum Step {
    /// It serves.
    Serves(Serving),
    /// `init` has returned something else, which takes some work.
    Concludes(Work<Initialised>),
    /// `init` waits for something.
    Waits(Work<Initialised>),
}

impl Newborn {
    /// Calls `init`. Most servers have no name, and an `init` that waits for nothing and succeeds:
    /// only what goes on beyond that is in a box.
    pub(super) fn begin(&mut self) -> Step {
        if let Some(begun) = (self.starter.code.init_at_once)(&self.cx, &self.args) {
            return self.begun(begun);
        }
        let mut init = (self.starter.code.init)(self.cx.same(), std::mem::take(&mut self.args));
        match poll(&mut init) {
            Poll::Ready(begun) => self.begun(begun),
            Poll::Pending => {
                let newborn = self.same();
                Step::Waits(Box::pin(async move { newborn.conclude(None, init.await).await }))
            }
        }
    }

    fn begun(&self, begun: Begun) -> Step {
        match begun {
            Ok(Init::Ok(server, next)) => Step::Serves(self.accept(server, next)),
            other => Step::Concludes(Box::pin(self.same().conclude(None, other))),
        }
    }

    /// Registers, calls `init` and acknowledges.
    pub(super) async fn begin_named(mut self, name: Name) -> Initialised {
        let cx = &self.cx;
        let registered = match name.register(cx).await {
            Ok(false) => name.holder(cx).await.map(|holder| Some(holder.map_or(Atom::UNDEFINED.into(), Term::from))),
            Ok(true) => Ok(None),
            Err(raise) => Err(raise),
        };
        match registered {
            Ok(None) if FailingStarts::strike(cx, &name) => {
                self.conclude(Some(name), Ok(Init::Stop(Atom::new("start_fails").into()))).await
            }
            Ok(None) => {
                let begun = match (self.starter.code.init_at_once)(cx, &self.args) {
                    Some(begun) => begun,
                    None => (self.starter.code.init)(cx.same(), std::mem::take(&mut self.args)).await,
                };
                self.conclude(Some(name), begun).await
            }
            Ok(Some(holder)) => {
                self.acknowledge(already_started(holder));
                Ok(None)
            }
            Err(raise) => self.crash(raise),
        }
    }

    fn same(&self) -> Newborn {
        Newborn { cx: self.cx.same(), args: Term::Nil, ..*self }
    }

    fn acknowledge(&self, answer: Term) {
        proc_lib::init_ack(&self.cx, self.starter.pid, answer);
    }

    fn crash(&self, raise: Raise) -> Initialised {
        proc_lib::report_crash(&self.cx, &raise);
        Err(raise)
    }

    fn accept(&self, server: Rc<dyn Server>, next: Next) -> Serving {
        let Newborn { cx, starter, module, .. } = self;
        cx.emit(Event::Initialised { pid: cx.me(), behaviour: starter.code.behaviour, module: *module });
        cx.acknowledge_ok(starter.pid);
        let parent = if starter.link { starter.pid } else { cx.me() };
        Serving::new(Handle::new(cx.same(), parent, *module, server), next)
    }

    async fn conclude(self, name: Option<Name>, begun: Begun) -> Initialised {
        match outcome(begun, self.starter.code) {
            Ok(Init::Ok(server, next)) => Ok(Some(self.accept(server, next))),
            other => match self.refuse(name, other).await {
                Ok(()) => Ok(None),
                Err(raise) => self.crash(raise),
            },
        }
    }

    /// Acknowledges a start that failed, or was ignored.
    async fn refuse(&self, name: Option<Name>, outcome: Begun) -> Result<(), Raise> {
        let refuse = async |answer| {
            // The name is free before the starter learns of the failure, so that it may try again.
            if let Some(name) = &name {
                name.unregister(&self.cx).await;
            }
            self.acknowledge(answer);
        };
        match outcome {
            Ok(Init::Ok(..)) => Ok(()),
            Ok(Init::Ignore) => {
                refuse(Atom::IGNORE.into()).await;
                Ok(())
            }
            Ok(Init::Stop(reason)) => {
                refuse(Term::error(reason.clone())).await;
                Err(Raise::exit(reason))
            }
            Ok(Init::Raw(term)) => {
                let reason = Term::tuple([Atom::BAD_RETURN_VALUE.into(), term]);
                self.acknowledge(Term::error(reason.clone()));
                Err(Raise::exit(reason))
            }
            Err(raise) => {
                let raise = raise.in_function(self.module, Atom::INIT, 1);
                refuse(Term::error(raise.clone().into_exit_reason().0)).await;
                Err(raise)
            }
        }
    }
}

/// A throw is a return value, and a raw term may be a good one.
fn outcome(outcome: Begun, code: &Code) -> Begun {
    let term = match outcome {
        Ok(Init::Raw(term)) => term,
        Err(raise) => raise.into_thrown()?,
        other => return other,
    };
    let ok = |state: &Term, next| Some(Init::Ok((code.from_state)(state.clone()).ok()?, next));
    let decoded = match (&term, term.as_tuple()) {
        (Term::Atom(Atom::IGNORE), _) => Some(Init::Ignore),
        (_, Some([Term::Atom(Atom::STOP), reason])) => Some(Init::Stop(reason.clone())),
        (_, Some([Term::Atom(Atom::OK), state])) => ok(state, Next::Wait),
        (_, Some([Term::Atom(Atom::OK), state, next])) => decode_next(next).and_then(|next| ok(state, next)),
        _ => None,
    };
    Ok(decoded.unwrap_or(Init::Raw(term)))
}
