//! Callback modules of supervisors: they trace, run a script, and say what to supervise.

use crate::exit::Raise;
use crate::otp::supervisor;
use crate::process::{Cx, Module};
use crate::term::{Atom, Term};

use super::super::actor::Actor;
use super::super::op::{Op, atom};
use super::worker::raw;

/// The module of static supervisors that child specifications name.
pub(super) fn module() -> Module {
    let module = Module::new(Atom::new(super::SUPERVISOR), "1");
    (1..=3)
        .fold(module, |module, arity| {
            module.export("start_link", arity, |cx, args| Box::pin(async move { start_link(&cx, &args).await }))
        })
        .export("init", 1, |cx, args| Box::pin(async move { init(&cx, &args).await }))
}

async fn start_link(cx: &Cx, args: &[Term]) -> Result<Term, Raise> {
    let (spec, _) = super::start_args(args);
    supervisor::start_link(cx, super::name(&spec)?, Atom::new(super::SUPERVISOR), super::init_argument(args)).await
}

async fn init(cx: &Cx, args: &[Term]) -> Result<Term, Raise> {
    let actor = Actor::of(cx);
    let (spec, script) = super::enter(&actor, args.first().unwrap_or(&Term::Nil));
    match actor.script(script).await? {
        Some(end) if end.get("raw").is_some() => Ok(raw(&end)?.unwrap_or_default()),
        Some(end) if end.text("value") == Some("ignore") => Ok(Atom::IGNORE.into()),
        _ => supervises(&spec),
    }
}

/// `{ok, {Flags, ChildSpecs}}`
fn supervises(spec: &Op) -> Result<Term, Raise> {
    let mut flags: Vec<(Term, Term)> = vec![
        (Atom::STRATEGY.into(), atom(spec.text("strategy").unwrap_or("one_for_one"))?.into()),
        (Atom::INTENSITY.into(), number(spec, "max_restarts", 3)),
        (Atom::PERIOD.into(), number(spec, "max_seconds", 5)),
    ];
    if let Some(auto_shutdown) = spec.text("auto_shutdown") {
        flags.push((Atom::AUTO_SHUTDOWN.into(), atom(auto_shutdown)?.into()));
    }
    let children = spec.list("children").into_iter().map(|child| super::child(&Op(child)));
    let children = Term::list(children.collect::<Result<Vec<_>, _>>()?);
    Ok(Term::ok(Term::tuple([Term::map(flags), children])))
}

/// A number, or whatever stands there on purpose.
pub(super) fn number(spec: &Op, field: &str, default: i64) -> Term {
    spec.get(field).cloned().unwrap_or(Term::Int(default))
}
