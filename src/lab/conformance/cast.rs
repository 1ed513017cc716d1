//! The code of those who act in a scenario.

pub(super) mod agents;
pub(super) mod applications;
pub(super) mod probe;
pub(super) mod supervisors;
pub(super) mod worker;

use crate::exit::Raise;
use crate::process::{Cx, Module};
use crate::term::{Atom, Term};

use super::actor::Actor;
use super::op::{Op, Script, atom};

// The callback modules have the names that recorded reasons show.
const WORKER: &str = "Elixir.Oracle.Worker";
const SUPERVISOR: &str = "Elixir.Oracle.Sup";
const DYNAMIC: &str = "Elixir.Oracle.Dyn";
const APPLICATION: &str = "Elixir.Oracle.AppMod";

/// The modules of the cast and of OTP, for a node to load.
pub(super) fn modules() -> Vec<Module> {
    let cast = [
        worker::module(),
        supervisors::module(),
        supervisors::dynamic_module(),
        applications::module(),
        agents::module(),
    ];
    cast.into_iter().chain(crate::otp::modules()).collect()
}

/// A child's specification and its other start arguments: the only map among them is the
/// specification.
fn start_args(args: &[Term]) -> (Op, Vec<Term>) {
    let spec = args.iter().find(|arg| arg.as_map().is_some()).cloned().unwrap_or_default();
    (Op(spec), args.iter().filter(|arg| arg.as_map().is_none()).cloned().collect())
}

/// `{Spec, Args}`, the argument of every init here.
fn init_argument(args: &[Term]) -> Term {
    let (spec, rest) = start_args(args);
    Term::tuple([spec.0, Term::list(rest)])
}

/// Enters as the next incarnation, and traces that. Gives the specification and the script of init.
fn enter(actor: &Actor, argument: &Term) -> (Op, Option<Script>) {
    let [spec, args] = argument.as_tuple_of().cloned().unwrap_or_default();
    let spec = Op(spec);
    let number = actor.stage.enter(spec.text("id").unwrap_or_default(), actor.cx.me());
    actor.stage.trace_term(&actor.cx, "init", &args);
    let of_number = spec.get("init_n").and_then(|scripts| Op(scripts.clone()).script(&number.to_string()));
    let script = of_number.or_else(|| spec.script("init"));
    (spec, script)
}

/// The registered name that a specification asks for.
fn name(spec: &Op) -> Result<Option<Atom>, Raise> {
    spec.text("name").map(atom).transpose()
}

/// The child specification of a specification: fields it does not name are left to OTP.
pub(super) fn child(spec: &Op) -> Result<Term, Raise> {
    let kind = spec.text("type").unwrap_or("worker");
    let args = Term::cons(spec.0.clone(), Term::list(spec.terms("args")?));
    let start = Term::tuple([Atom::new(module_of(kind)).into(), Atom::START_LINK.into(), args]);
    let kind = if kind == "worker" { Atom::WORKER } else { Atom::SUPERVISOR };
    let mut child: Vec<(Term, Term)> =
        vec![(Atom::ID.into(), spec.atom("id")?.into()), (Atom::START.into(), start), (Atom::TYPE.into(), kind.into())];
    if spec.get("restart").is_some() {
        child.push((Atom::RESTART.into(), spec.atom("restart")?.into()));
    }
    if let Some(significant) = spec.get("significant") {
        child.push((Atom::SIGNIFICANT.into(), significant.clone()));
    }
    if let Some(shutdown) = spec.get("shutdown") {
        let shutdown = shutdown.as_str().map_or(Ok(shutdown.clone()), |text| atom(text).map(Term::from))?;
        child.push((Atom::SHUTDOWN.into(), shutdown));
    }
    Ok(Term::map(child))
}

fn module_of(kind: &str) -> &'static str {
    match kind {
        "supervisor" => SUPERVISOR,
        "dynamic" => DYNAMIC,
        _ => WORKER,
    }
}

/// Starts the child of a specification from the calling process, linked to it.
pub(super) async fn start(cx: &Cx, spec: &Op) -> Result<Term, Raise> {
    let child = child(spec)?;
    let start = child.map_get(&Atom::START.into()).and_then(Term::as_tuple_of).cloned();
    let [module, function, args]: [Term; 3] = start.unwrap_or_default();
    match (module.as_atom(), function.as_atom(), args.to_vec()) {
        (Some(module), Some(function), Some(args)) => cx.apply(module, function, args).await,
        _ => Err(Raise::error(Atom::BADARG)),
    }
}
