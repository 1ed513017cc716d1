//! How a server ends: `terminate`, the reports, the last reply.

use crate::event::Level;
use crate::exit::{Class, Raise};
use crate::process::BoxBody;
use crate::term::{Atom, Term};

use super::super::proc_lib;
use super::super::sys::debug::name;
use super::From;
use super::client::reply;
use super::serve::{Called, Handle};
use super::server::Callback;

/// Why a server serves no longer.
pub(super) enum Over {
    /// It ends.
    Ends(Box<End>),
    /// It goes on as another body.
    Becomes(BoxBody),
}

/// How a server ends.
pub(super) struct End {
    raise: Raise,
    /// What it was working on.
    message: Term,
    /// A reply that is sent after `terminate`.
    reply: Option<(From, Term)>,
}

impl Over {
    pub(super) fn exit(reason: Term, message: Term) -> Self {
        Over::raised(Raise::exit(reason), message, None)
    }

    pub(super) fn raised(raise: Raise, message: Term, reply: Option<(From, Term)>) -> Self {
        Over::Ends(Box::new(End { raise, message, reply }))
    }
}

/// Has it terminate, and tells everybody whom it concerns.
pub(super) async fn end(handle: Handle, end: Box<End>) -> Result<(), Raise> {
    let End { raise, message, reply: pending } = *end;
    let reason = raise.clone().into_exit_reason();
    let Handle { cx, server, .. } = &handle;
    let terminate = Called { callback: Callback::Terminate, message: reason.0.clone(), from: None };
    let (_, outcome) = server.clone().invoke(cx.same(), terminate).await;
    let raise = match handle.placed(Callback::Terminate, outcome) {
        Err(other) if other.class != Class::Throw => {
            handle.report(&other, &message);
            other
        }
        _ => {
            if !(raise.class == Class::Exit && reason.is_orderly()) {
                handle.report(&raise, &message);
            }
            raise
        }
    };
    proc_lib::report_crash(cx, &raise);
    if let Some((from, value)) = pending {
        reply(cx, &from, value);
    }
    Err(raise)
}

impl Handle {
    /// OTP: <https://www.erlang.org/docs/25/man/gen_server#description>
    fn report(&self, raise: &Raise, message: &Term) {
        proc_lib::report(&self.cx, Level::Error, || {
            let shown = self.shown(vec![
                (Term::atom("state"), self.server.view().unwrap_or_default()),
                (Term::atom("message"), message.clone()),
                (Term::atom("reason"), raise.clone().into_exit_reason().0),
            ]);
            let part = |key: &str| shown.map_get(&Term::atom(key)).cloned().unwrap_or_default();
            let body = Term::map(vec![
                (Term::atom("name"), name(&self.cx)),
                (Term::atom("last_message"), part("message")),
                (Term::atom("state"), part("state")),
                (Term::atom("reason"), part("reason")),
                (Term::atom("module"), self.module.into()),
            ]);
            (Term::tuple([Atom::GEN_SERVER.into(), Atom::TERMINATE.into()]), body)
        });
    }
}
