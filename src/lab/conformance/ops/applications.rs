//! Applications and their environment.

use crate::exit::Raise;
use crate::otp::application;
use crate::term::{Atom, Term};

use super::super::actor::Actor;
use super::super::op::{Op, atom};

type Outcome = Result<Term, Raise>;

pub(in super::super) async fn load(actor: &Actor, op: &Op) -> Outcome {
    application::load(&actor.cx, op.atom("app")?).await
}

pub(in super::super) async fn unload(actor: &Actor, op: &Op) -> Outcome {
    application::unload(&actor.cx, op.atom("app")?).await
}

pub(in super::super) async fn stop(actor: &Actor, op: &Op) -> Outcome {
    application::stop(&actor.cx, op.atom("app")?).await
}

fn start_type(op: &Op) -> Outcome {
    Ok(op.text("type").map_or(Ok(Atom::TEMPORARY), atom)?.into())
}

pub(in super::super) async fn start(actor: &Actor, op: &Op) -> Outcome {
    application::start_as(&actor.cx, op.atom("app")?, start_type(op)?).await
}

pub(in super::super) async fn ensure(actor: &Actor, op: &Op) -> Outcome {
    application::ensure_all_started_as(&actor.cx, op.atom("app")?, start_type(op)?).await
}

/// The scenario's applications among `[{Name, Description, Vsn}]`, by name.
fn known(actor: &Actor, lines: &Term) -> Term {
    let names = lines.iter().filter_map(|line| line.as_tuple()?.first()?.as_atom());
    let mut names: Vec<Atom> = names.filter(|name| actor.stage.app(*name).is_some()).collect();
    names.sort();
    Term::list(names.into_iter().map(Term::Atom).collect::<Vec<_>>())
}

pub(in super::super) async fn which(actor: &Actor, _: &Op) -> Outcome {
    Ok(known(actor, &application::which_applications(&actor.cx).await?))
}

pub(in super::super) async fn loaded(actor: &Actor, _: &Op) -> Outcome {
    Ok(known(actor, &application::loaded_applications(&actor.cx)))
}

pub(in super::super) async fn get_env(actor: &Actor, op: &Op) -> Outcome {
    let value = application::get_env(&actor.cx, op.atom("app")?, op.atom("key")?);
    Ok(value.map_or(Atom::UNDEFINED.into(), Term::ok))
}

pub(in super::super) async fn set_env(actor: &Actor, op: &Op) -> Outcome {
    let value = op.term("value", Atom::UNDEFINED)?;
    application::set_env(&actor.cx, op.atom("app")?, op.atom("key")?, value).await
}

pub(in super::super) async fn unset_env(actor: &Actor, op: &Op) -> Outcome {
    application::unset_env(&actor.cx, op.atom("app")?, op.atom("key")?).await
}

/// By key. OTP keeps `included_applications` there, too.
pub(in super::super) async fn all_env(actor: &Actor, op: &Op) -> Outcome {
    let env = application::get_all_env(&actor.cx, op.atom("app")?);
    let included = Atom::new("included_applications");
    let is_included = |pair: &&Term| pair.as_tuple().and_then(<[Term]>::first).is_some_and(|key| key.is_atom(included));
    let mut pairs: Vec<Term> = env.iter().filter(|pair| !is_included(pair)).cloned().collect();
    pairs.sort();
    Ok(Term::list(pairs))
}

pub(in super::super) async fn get_key(actor: &Actor, op: &Op) -> Outcome {
    Ok(application::get_key(&actor.cx, op.atom("app")?, op.atom("key")?))
}
