//! Hot upgrade of a server: its state goes over to the loop of another version of its module.
//!
//! OTP: <https://www.erlang.org/docs/25/man/gen_server#Module:code_change-3>

use crate::event::Event;
use crate::exit::Raise;
use crate::kernel::message::Message;
use crate::process::code::Newer;
use crate::process::{BoxBody, Cx, Handover, Module, Then};
use crate::term::{Atom, Term};

use super::super::proc_lib;
use super::Next;
use super::end::Over;
use super::serve::{Handle, Life, Serving};
use super::server::Code;

/// The server's body from its handover on.
pub(super) fn resume(cx: Cx, handover: Handover, code: &Code) -> BoxBody {
    let Handover { parent, module, state, then } = handover;
    let server = match (code.from_state)(state) {
        Ok(server) => server,
        Err(raise) => return Box::pin(refused(cx, raise)),
    };
    let handle = Handle::new(cx, parent, module, server);
    Box::pin(Life::Serving(match then {
        Then::Wait => Serving::new(handle, Next::Wait),
        Then::Message(message) => Serving::given(handle, message),
        Then::Suspended => {
            let work = Box::pin(handle.same().stay_suspended());
            Serving::managed(handle, work)
        }
    }))
}

/// A state that the other version cannot hold.
async fn refused(cx: Cx, raise: Raise) -> Result<(), Raise> {
    proc_lib::report_crash(&cx, &raise);
    Err(raise)
}

/// What came of `sys:change_code/4`.
pub(super) enum Change {
    /// This is the answer.
    Done(Term),
    /// `ok`; the server goes on, suspended, as this.
    HandOver(BoxBody),
}

impl Serving {
    /// Looks whether the module has a newer version. If so, the server goes on in it with this
    /// message; what the loop itself handles is no call of the module.
    #[cold]
    pub(super) fn look_for_newer(&mut self, message: &Message) -> Result<(), Over> {
        if self.handle.is_of_the_loop(message) {
            return Ok(());
        }
        self.handle.seen = self.handle.cx.loads();
        let handle = &self.handle;
        match handle.cx.newer_code(handle.module) {
            Newer::Same => Ok(()),
            Newer::Gone => Err(Over::raised(Raise::error(Atom::UNDEF), message.clone().into_term(), None)),
            Newer::Version(newer) => {
                match handle.hand_over(&newer, handle.server.state(), Then::Message(message.clone().into_term())) {
                    Some(body) => Err(Over::Becomes(body)),
                    None => Ok(()),
                }
            }
        }
    }
}

impl Handle {
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
        let state = converted.take().unwrap_or_else(|| self.server.state());
        if let Newer::Version(newer) = self.cx.newer_code(self.module)
            && let Some(code) = newer.server
        {
            let changed = (code.code_change)(old_vsn, state, extra);
            return match changed.map(|state| self.hand_over(&newer, state, Then::Suspended)) {
                Ok(Some(body)) => Change::HandOver(body),
                Ok(None) => Change::Done(Atom::OK.into()),
                Err(raise) => Change::Done(Term::error(raise.into_caught())),
            };
        }
        if !is_down(&old_vsn) {
            return Change::Done(self.change_own_code(old_vsn, extra).await);
        }
        match self.server.convert(old_vsn, state, extra) {
            Ok(state) => {
                *converted = Some(state);
                Change::Done(Atom::OK.into())
            }
            Err(raise) => Change::Done(Term::error(raise.into_caught())),
        }
    }

    /// Resumed with a state that was converted for another version: the current one.
    pub(super) fn go_on_with(&self, state: Term) -> Result<Next, Over> {
        let body = match self.cx.newer_code(self.module) {
            Newer::Version(newer) => self.hand_over(&newer, state.clone(), Then::Wait),
            Newer::Same | Newer::Gone => None,
        };
        match body {
            Some(body) => Err(Over::Becomes(body)),
            None => {
                self.server.adopt(state).map_err(|raise| Over::raised(raise, Term::Nil, None))?;
                Ok(Next::Wait)
            }
        }
    }
}

/// `{down, Vsn}`
fn is_down(vsn: &Term) -> bool {
    matches!(vsn.as_tuple(), Some([Term::Atom(down), _]) if *down == Atom::new("down"))
}
