//! The start of a server: its name, its `init`, its acknowledgement.

use std::rc::Rc;

use crate::event::Event;
use crate::exit::Raise;
use crate::process::Cx;
use crate::term::{Atom, Pid, Term};

use super::super::proc_lib;
use super::outcome::decode_next;
use super::serve::{Handle, Serving};
use super::server::{Begun, Code, Server};
use super::{Init, Next, Start, already_started};

/// Who starts it, and how.
pub(super) struct Starter {
    pub(super) pid: Pid,
    pub(super) link: bool,
    pub(super) code: &'static Code,
}

/// Registers, calls `init` and acknowledges. `None` for `ignore`.
pub(super) async fn initialise(cx: Cx, starter: Starter, start: Start) -> Result<Option<Serving>, Raise> {
    let parent = if starter.link { starter.pid } else { cx.me() };
    let module = start.module;
    match begin(&cx, &starter, start).await {
        Ok(Some((server, next))) => Ok(Some(Serving::new(Handle::new(cx, parent, module, server), next))),
        Ok(None) => Ok(None),
        Err(raise) => {
            proc_lib::report_crash(&cx, &raise);
            Err(raise)
        }
    }
}

async fn begin(cx: &Cx, starter: &Starter, start: Start) -> Result<Option<(Rc<dyn Server>, Next)>, Raise> {
    let Start { name, module, args, .. } = start;
    let acknowledge = |answer| proc_lib::init_ack(cx, starter.pid, answer);
    if let Some(name) = &name
        && !name.register(cx).await?
    {
        acknowledge(already_started(name.holder(cx).await?.unwrap_or(cx.me())));
        return Ok(None);
    }
    let refuse = async |answer| {
        // The name is free before the starter learns of the failure, so that it may try again.
        if let Some(name) = &name {
            name.unregister(cx).await;
        }
        acknowledge(answer);
    };
    match outcome((starter.code.init)(cx.same(), args).await, starter.code) {
        Ok(Init::Ok(server, next)) => {
            cx.emit(Event::Initialised { pid: cx.me(), behaviour: starter.code.behaviour, module });
            acknowledge(Term::ok(cx.me().into()));
            Ok(Some((server, next)))
        }
        Ok(Init::Ignore) => {
            refuse(Atom::IGNORE.into()).await;
            Ok(None)
        }
        Ok(Init::Stop(reason)) => {
            refuse(Term::error(reason.clone())).await;
            Err(Raise::exit(reason))
        }
        Ok(Init::Raw(term)) => {
            let reason = Term::tuple([Atom::BAD_RETURN_VALUE.into(), term]);
            acknowledge(Term::error(reason.clone()));
            Err(Raise::exit(reason))
        }
        Err(raise) => {
            let raise = raise.in_function(module, Atom::INIT, 1);
            refuse(Term::error(raise.clone().into_exit_reason().0)).await;
            Err(raise)
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
