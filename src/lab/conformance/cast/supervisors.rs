//! Callback modules of supervisors: they trace, run a script, and say what to supervise.

use crate::exit::Raise;
use crate::otp::{dynamic_supervisor, supervisor};
use crate::process::module::Called;
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

/// The module of dynamic supervisors.
pub(super) fn dynamic_module() -> Module {
    let start = |cx: Cx, args: Vec<Term>| -> Called { Box::pin(async move { start_dynamic(&cx, &args).await }) };
    Module::new(Atom::new(super::DYNAMIC), "1").export("start_link", 1, start).export("start_link", 2, start).export(
        "init",
        1,
        |cx, args| Box::pin(async move { init_dynamic(&cx, &args).await }),
    )
}

async fn start_dynamic(cx: &Cx, args: &[Term]) -> Result<Term, Raise> {
    let (spec, _) = super::start_args(args);
    let argument = super::init_argument(args);
    dynamic_supervisor::start_link(cx, super::name(&spec)?, Atom::new(super::DYNAMIC), argument).await
}

async fn init_dynamic(cx: &Cx, args: &[Term]) -> Result<Term, Raise> {
    let actor = Actor::of(cx);
    let (spec, script) = super::enter(&actor, args.first().unwrap_or(&Term::Nil));
    actor.stage.mark_dynamic(cx.me());
    match actor.script(script).await? {
        Some(end) if end.get("raw").is_some() => Ok(raw(&end)?.unwrap_or_default()),
        Some(end) if end.text("value") == Some("ignore") => Ok(Atom::IGNORE.into()),
        _ => Ok(dynamic_supervisor::init(&dynamic_options(&spec)?)),
    }
}

fn dynamic_options(spec: &Op) -> Result<Term, Raise> {
    let option = |name: &str, value: Term| Term::tuple([Term::atom(name), value]);
    let max_children = spec.get("max_children").cloned().unwrap_or(Atom::INFINITY.into());
    Ok(Term::list([
        option("max_restarts", number(spec, "max_restarts", 3)),
        option("max_seconds", number(spec, "max_seconds", 5)),
        option("max_children", max_children),
        option("extra_arguments", Term::list(spec.terms("extra_args")?)),
    ]))
}

/// A number, or whatever stands there on purpose.
fn number(spec: &Op, field: &str, default: i64) -> Term {
    spec.get(field).cloned().unwrap_or(Term::Int(default))
}
