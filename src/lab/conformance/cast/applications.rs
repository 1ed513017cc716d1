//! The node's first process, the callback module of every application, and their files.

use crate::exit::Raise;
use crate::otp::application;
use crate::process::module::Called;
use crate::process::{Cx, Module};
use crate::term::erlang::{Style, print};
use crate::term::{Atom, Term};

use super::super::actor::Actor;
use super::super::op::{Op, atom};
use super::worker::raw;

/// The first process: it boots the application controller, and the node stops if that ends, once
/// those have heard of it who waited for an answer.
pub(in super::super) async fn boot(cx: Cx) -> Result<(), Raise> {
    cx.trap_exits(true);
    application::start_controller(&cx).await?;
    loop {
        let message = cx.receive().await;
        if let Some([Term::Atom(Atom::EXIT), _, reason]) = message.as_tuple() {
            cx.yield_now().await;
            cx.halt(reason.clone());
        }
    }
}

/// The text of an application's `.app` file.
pub(in super::super) fn file(app: &Op) -> Result<String, Raise> {
    let name = app.atom("name")?;
    let spec = Term::tuple([Atom::APPLICATION.into(), name.into(), Term::list(properties(app)?)]);
    Ok(format!("{}.", print(&spec, Style { max_bytes: usize::MAX, ..Style::TAGGED })))
}

fn properties(app: &Op) -> Result<Vec<Term>, Raise> {
    let pair = |key: &str, value: Term| Term::tuple([Term::atom(key), value]);
    let atoms = |key: &str| Ok::<_, Raise>(Term::list(app.atoms(key)?.into_iter().map(Term::Atom).collect::<Vec<_>>()));
    let machine = ["kernel", "stdlib"].map(Atom::new).into_iter();
    let applications: Vec<Term> = machine.chain(app.atoms("applications")?).map(Term::Atom).collect();
    let mut properties = vec![
        pair("description", Term::charlist("x")),
        pair("vsn", Term::charlist("1")),
        pair("modules", Term::Nil),
        pair("registered", atoms("registered")?),
        pair("applications", Term::list(applications)),
        pair("env", env(app)?),
    ];
    for key in ["optional_applications", "included_applications"] {
        if app.get(key).is_some() {
            properties.push(pair(key, atoms(key)?));
        }
    }
    if app.get("start_phases").is_some() {
        properties.push(pair("start_phases", start_phases(app)?));
    }
    let name = app.get("name").cloned().unwrap_or_default();
    let module: Term = Atom::new(super::APPLICATION).into();
    match (app.flag("library"), app.flag("starter")) {
        (true, _) => {}
        (_, true) => {
            let starter = [Term::atom("application_starter"), Term::list([module, name])];
            properties.push(pair("mod", Term::tuple(starter)));
        }
        _ => properties.push(pair("mod", Term::tuple([module, name]))),
    }
    Ok(properties)
}

fn env(app: &Op) -> Result<Term, Raise> {
    let settings = Op(app.get("env").cloned().unwrap_or(Term::map(Vec::new())));
    let keys: Vec<String> =
        settings.0.as_map().unwrap_or_default().iter().filter_map(|(key, _)| Some(key.as_str()?.to_owned())).collect();
    let pair = |key: &String| Ok(Term::tuple([atom(key)?.into(), settings.term(key, Atom::UNDEFINED)?]));
    Ok(Term::list(keys.iter().map(pair).collect::<Result<Vec<_>, Raise>>()?))
}

/// `[{Phase, {Name, Argument}}]`
fn start_phases(app: &Op) -> Result<Term, Raise> {
    let name = app.get("name").cloned().unwrap_or_default();
    let phase = |pair: Term| {
        let argument = Op(Term::map(vec![(Term::string("term"), pair.iter().nth(1).cloned().unwrap_or_default())]));
        let phase = atom(pair.iter().next().and_then(Term::as_str).unwrap_or_default())?;
        let argument = Term::tuple([name.clone(), argument.term("term", Atom::UNDEFINED)?]);
        Ok(Term::tuple([phase.into(), argument]))
    };
    Ok(Term::list(app.list("start_phases").into_iter().map(phase).collect::<Result<Vec<_>, Raise>>()?))
}

/// The callback module.
pub(super) fn module() -> Module {
    type Callback = fn(Cx, Vec<Term>) -> Called;
    let callbacks: [(&str, usize, Callback); 4] = [
        ("start", 2, |cx, args| Box::pin(async move { start(&cx, &args).await })),
        ("start_phase", 3, |cx, args| Box::pin(async move { start_phase(&cx, &args).await })),
        ("prep_stop", 1, |cx, args| Box::pin(async move { stopping(&cx, "prep_stop", &args).await })),
        ("stop", 1, |cx, args| Box::pin(async move { stopping(&cx, "stop", &args).await.map(|_| Atom::OK.into()) })),
    ];
    let module = Module::new(Atom::new(super::APPLICATION), "1");
    callbacks.into_iter().fold(module, |module, (name, arity, code)| module.export(name, arity, code))
}

/// The application that an argument names.
fn app_of(actor: &Actor, name: &Term) -> Result<Op, Raise> {
    let app = name.as_str().and_then(|name| actor.stage.app(Atom::new(name)));
    app.cloned().ok_or_else(|| Raise::error(Atom::BADARG))
}

fn trace(actor: &Actor, name: &Term, callback: &str, argument: Option<&Term>) {
    let argument = argument.map(|term| Term::string(&actor.stage.text(term)));
    let rest = [Some(Term::string(callback)), argument].into_iter().flatten();
    actor.stage.trace(&actor.cx, "app", name.as_str().unwrap_or_default(), rest);
}

async fn start(cx: &Cx, args: &[Term]) -> Result<Term, Raise> {
    let [start_type, name] = args else { return Err(Raise::error(Atom::FUNCTION_CLAUSE)) };
    let actor = Actor::of(cx);
    let app = app_of(&actor, name)?;
    trace(&actor, name, "start", Some(start_type));
    if let Some(end) = actor.script(app.script("start")).await?
        && let Some(term) = raw(&end)?
    {
        return Ok(term);
    }
    let tree = app.get("tree").cloned().ok_or_else(|| {
        let raise = Raise::error(Atom::BADARG);
        raise.in_function(Atom::ERLANG, Atom::new("binary_to_atom"), 2)
    })?;
    let answer = super::start(cx, &Op(tree)).await?;
    Ok(match answer.as_tuple() {
        Some([Term::Atom(Atom::OK), root]) => Term::tuple([Atom::OK.into(), root.clone(), name.clone()]),
        _ => answer,
    })
}

async fn start_phase(cx: &Cx, args: &[Term]) -> Result<Term, Raise> {
    let [phase, start_type, argument] = args else { return Err(Raise::error(Atom::FUNCTION_CLAUSE)) };
    let Some([name, argument]) = argument.as_tuple() else { return Err(Raise::error(Atom::FUNCTION_CLAUSE)) };
    let actor = Actor::of(cx);
    let app = app_of(&actor, name)?;
    let event = Term::tuple([phase.clone(), start_type.clone(), argument.clone()]);
    trace(&actor, name, "start_phase", Some(&event));
    let scripts = Op(app.get("phase_do").cloned().unwrap_or(Term::map(Vec::new())));
    let phase = phase.as_atom().map(Atom::text).unwrap_or_default();
    let end = actor.script(scripts.script(&phase)).await?;
    let answer = end.map(|end| raw(&end)).transpose()?.flatten();
    Ok(answer.unwrap_or(Atom::OK.into()))
}

/// prep_stop and stop: the state is the application's name, if start/2 came that far.
async fn stopping(cx: &Cx, callback: &str, args: &[Term]) -> Result<Term, Raise> {
    let [state] = args else { return Err(Raise::error(Atom::FUNCTION_CLAUSE)) };
    if state.as_str().is_some() {
        let actor = Actor::of(cx);
        let app = app_of(&actor, state)?;
        trace(&actor, state, callback, None);
        actor.script(app.script(callback)).await?;
    }
    Ok(state.clone())
}
