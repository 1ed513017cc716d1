//! Generic servers: start, call, cast, reply, stop.

use crate::exit::Raise;
use crate::otp::gen_server::{self, From};
use crate::term::{Atom, Term};
use crate::time::Duration;

use super::super::actor::Actor;
use super::super::cast;
use super::super::op::Op;
use super::processes::{payload, target};

type Outcome = Result<Term, Raise>;

/// The time that calls wait by default.
pub(in super::super) const FIVE_SECONDS: Option<Duration> = Some(Duration::from_secs(5));

pub(in super::super) async fn start(actor: &Actor, op: &Op) -> Outcome {
    let spec = op.object("spec")?;
    if op.is_false("link") {
        cast::worker::start_nolink(&actor.cx, &spec).await
    } else {
        cast::start(&actor.cx, &spec).await
    }
}

pub(in super::super) async fn call(actor: &Actor, op: &Op) -> Outcome {
    let timeout = op.timeout("timeout", FIVE_SECONDS);
    gen_server::call(&actor.cx, target(actor, op, "to")?, payload(op)?, timeout).await
}

pub(in super::super) async fn cast(actor: &Actor, op: &Op) -> Outcome {
    gen_server::cast(&actor.cx, target(actor, op, "to")?, payload(op)?);
    Ok(Atom::OK.into())
}

pub(in super::super) async fn reply(actor: &Actor, op: &Op) -> Outcome {
    let from = From::from_term(actor.stage.caller(op.required("from")?)?);
    gen_server::reply(&actor.cx, &from, op.term("value", Atom::UNDEFINED)?);
    Ok(Atom::OK.into())
}

pub(in super::super) async fn stop(actor: &Actor, op: &Op) -> Outcome {
    let reason = op.term("reason", Atom::NORMAL)?;
    gen_server::stop(&actor.cx, target(actor, op, "to")?, reason, op.timeout("timeout", None)).await?;
    Ok(Atom::OK.into())
}
