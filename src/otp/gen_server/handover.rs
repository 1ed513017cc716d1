//! Hot upgrade of a server: its state goes over to the loop of another version of its module.
//!
//! OTP: <https://www.erlang.org/docs/25/man/gen_server#Module:code_change-3>

use std::cell::RefCell;
use std::rc::Rc;

use crate::event::Event;
use crate::exit::Raise;
use crate::process::code::Newer;
use crate::process::{BoxBody, Cx, Handover, Module, ServerCode, Then};
use crate::term::{Atom, Term};

use super::super::{proc_lib, sys};
use super::serve::{End, Server, StateCell};
use super::{GenServer, Next};

/// The code by which a module's version takes over servers of other versions: for
/// [`Module::serves`].
#[must_use]
pub fn code<S: GenServer>() -> ServerCode {
    ServerCode { resume: resume::<S>, code_change: S::code_change }
}

fn resume<S: GenServer>(cx: Cx, handover: Handover) -> BoxBody {
    Box::pin(go_on::<S>(cx, handover))
}

/// The life of a server from its handover to its end.
async fn go_on<S: GenServer>(cx: Cx, handover: Handover) -> Result<(), Raise> {
    let Handover { parent, module, state, then } = handover;
    let state = match S::from_state(state) {
        Ok(state) => Rc::new(StateCell(RefCell::new(state))),
        Err(raise) => {
            proc_lib::report_crash(&cx, &raise);
            return Err(raise);
        }
    };
    let server = Server::new(cx, parent, module, state);
    let first = match then {
        Then::Wait => Ok(Next::Wait),
        Then::Message(message) => server.dispatch(&message).await,
        Then::Suspended => match server.while_suspended().await {
            Ok((request, from)) => Box::pin(server.system(request, from, true)).await,
            Err(end) => Err(end),
        },
    };
    let end = match first {
        Ok(next) => server.serve(next).await,
        Err(end) => end,
    };
    server.finish(end).await
}

/// What came of `sys:change_code/4`.
pub(super) enum Change {
    /// This is the answer.
    Done(Term),
    /// `ok`; the server goes on, suspended, as this.
    HandOver(BoxBody),
}

impl<S: GenServer> Server<S> {
    /// Looks whether the module has a newer version. If so, the server goes on in it with this
    /// message; what the loop itself handles is no call of the module.
    #[cold]
    pub(super) fn look_for_newer(&self, message: &Term) -> Result<(), Box<End>> {
        if self.is_of_the_loop(message) {
            return Ok(());
        }
        let newer = self.cx.newer_code(self.module);
        self.seen.set(self.cx.loads());
        match newer {
            Newer::Same => Ok(()),
            Newer::Gone => Err(End::raised(Raise::error(Atom::UNDEF), message.clone())),
            Newer::Version(newer) => {
                let state = self.state.0.borrow().state();
                match self.hand_over(&newer, state, Then::Message(message.clone())) {
                    Some(body) => Err(End::becoming(body)),
                    None => Ok(()),
                }
            }
        }
    }

    /// The body that goes on in another version; `None` if that is no server.
    fn hand_over(&self, newer: &Module, state: Term, then: Then) -> Option<BoxBody> {
        let code = newer.server?;
        let (pid, module) = (self.cx.me(), self.module);
        let from = self.cx.old_vsn(module);
        self.cx.emit(Event::CodeChanged { pid, module, from, to: newer.vsn.clone() });
        Some((code.resume)(self.cx.same(), Handover { parent: self.parent, module, state, then }))
    }

    /// Converts the state: by the newer version if there is one, which then goes on with it; by
    /// this version on the way down, before the older one is loaded.
    pub(super) async fn change_code(&self, old_vsn: Term, extra: Term, converted: &mut Option<Term>) -> Change {
        let state = converted.take().unwrap_or_else(|| self.state.0.borrow().state());
        if let Newer::Version(newer) = self.cx.newer_code(self.module)
            && let Some(code) = newer.server
        {
            let changed = (code.code_change)(old_vsn, state, extra);
            return match changed.map(|state| self.hand_over(&newer, state, Then::Suspended)) {
                Ok(Some(body)) => Change::HandOver(body),
                Ok(None) => Change::Done(Atom::OK.into()),
                Err(raise) => Change::Done(Term::error(raise.reason)),
            };
        }
        if !is_down(&old_vsn) {
            return Change::Done(self.answer(sys::Request::ChangeCode { old_vsn, extra }).await);
        }
        match S::code_change(old_vsn, state, extra) {
            Ok(state) => {
                *converted = Some(state);
                Change::Done(Atom::OK.into())
            }
            Err(raise) => Change::Done(Term::error(raise.reason)),
        }
    }

    /// Resumed with a state that was converted for another version: the current one.
    pub(super) fn go_on_with(&self, state: Term) -> Result<Next, Box<End>> {
        let body = match self.cx.newer_code(self.module) {
            Newer::Version(newer) => self.hand_over(&newer, state.clone(), Then::Wait),
            Newer::Same | Newer::Gone => None,
        };
        match body {
            Some(body) => Err(End::becoming(body)),
            None => {
                let state = S::from_state(state).map_err(|raise| End::raised(raise, Term::Nil))?;
                self.state.0.replace(state);
                Ok(Next::Wait)
            }
        }
    }
}

/// `{down, Vsn}`
fn is_down(vsn: &Term) -> bool {
    matches!(vsn.as_tuple(), Some([Term::Atom(down), _]) if *down == Atom::new("down"))
}
