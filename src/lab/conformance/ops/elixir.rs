//! Registry, Task, Agent.

use crate::exit::Raise;
use crate::kernel::Dest;
use crate::otp::task::{self, Stop, Task};
use crate::otp::{agent, registry};
use crate::term::{Atom, Term};
use crate::time::Duration;

use super::super::actor::Actor;
use super::super::cast::agents;
use super::super::cast::probe::wait_for_go;
use super::super::op::{Op, atom, bug};
use super::processes::{shake_hands, target};

type Outcome = Result<Term, Raise>;

const TIMEOUT: Option<Duration> = Some(Duration::from_secs(5));

fn registry_name(op: &Op) -> Result<Atom, Raise> {
    atom(&format!("Elixir.Oracle.{}", op.required("name")?))
}

fn term(op: &Op, field: &str) -> Outcome {
    op.term(field, Atom::UNDEFINED)
}

/// `{ok, Pid}` is shown as `ok`; anything else does not match.
pub(in super::super) async fn registry_start(actor: &Actor, op: &Op) -> Outcome {
    let option = |name: &str, value: Atom| Term::tuple([Term::atom(name), value.into()]);
    let options = Term::list([option("keys", op.atom("keys")?), option("name", registry_name(op)?)]);
    let answer = actor.cx.apply(Atom::new("Elixir.Registry"), Atom::START_LINK, vec![options]).await?;
    match answer.as_tuple() {
        Some([Term::Atom(Atom::OK), _]) => Ok(Atom::OK.into()),
        _ => Err(Raise::error(Term::tuple([Atom::BADMATCH.into(), answer]))),
    }
}

/// `{ok, Owner}` is shown as `ok`.
pub(in super::super) async fn reg_register(actor: &Actor, op: &Op) -> Outcome {
    let answer = registry::register(&actor.cx, registry_name(op)?, term(op, "key")?, term(op, "value")?)?;
    match answer.as_tuple() {
        Some([Term::Atom(Atom::OK), _]) => Ok(Atom::OK.into()),
        _ => Ok(answer),
    }
}

pub(in super::super) async fn reg_unregister(actor: &Actor, op: &Op) -> Outcome {
    registry::unregister(&actor.cx, registry_name(op)?, term(op, "key")?)
}

/// Sorted by label, then by value.
pub(in super::super) async fn reg_lookup(actor: &Actor, op: &Op) -> Outcome {
    let found = registry::lookup(&actor.cx, registry_name(op)?, &term(op, "key")?)?;
    let mut entries = found.to_vec().unwrap_or_default();
    let part = |entry: &Term, at: usize| entry.as_tuple().and_then(|entry| entry.get(at)).cloned().unwrap_or_default();
    entries.sort_by_cached_key(|entry| part(entry, 1));
    Ok(Term::list(actor.stage.sorted_by_label(entries, |entry| part(entry, 0))))
}

pub(in super::super) async fn reg_count(actor: &Actor, op: &Op) -> Outcome {
    registry::count(&actor.cx, registry_name(op)?)
}

pub(in super::super) async fn reg_keys(actor: &Actor, op: &Op) -> Outcome {
    let Dest::Pid(of) = target(actor, op, "of")? else { return Err(Raise::error(Atom::FUNCTION_CLAUSE)) };
    let mut keys = registry::keys(&actor.cx, registry_name(op)?, of)?.to_vec().unwrap_or_default();
    keys.sort();
    Ok(Term::list(keys))
}

fn task_key(name: &str) -> Term {
    Term::tuple([Term::atom("task"), Term::string(name)])
}

/// Starts a task and lets it go only when it has entered; so its label is known first.
pub(in super::super) async fn task_async(actor: &Actor, op: &Op) -> Outcome {
    let cx = &actor.cx;
    let name = op.required("as")?;
    let (owner, handshake, body) = (cx.me(), cx.make_ref(), op.clone());
    let task = task::start_async_with(cx, move |cx| async move {
        let actor = Actor::of(&cx);
        actor.stage.enter(body.text("as").unwrap_or_default(), cx.me());
        wait_for_go(&cx, owner, handshake).await?;
        actor.script(body.script("do")).await?;
        body.term("value", Atom::OK)
    });
    let task = task.await?;
    cx.put(task_key(name), task.to_term());
    actor.stage.name_ref(name, task.reference);
    let pid = task.pid.ok_or_else(|| bug("task"))?;
    shake_hands(actor, pid, handshake).await?;
    Ok(pid.into())
}

/// A task is known to its owner alone; what others have in its place, `nil`, no function of `Task` takes.
fn task(actor: &Actor, op: &Op) -> Result<Task, Raise> {
    let task = actor.cx.get(&task_key(op.required("task")?));
    task.and_then(|task| Task::from_term(&task)).ok_or_else(|| Raise::error(Atom::FUNCTION_CLAUSE))
}

pub(in super::super) async fn task_await(actor: &Actor, op: &Op) -> Outcome {
    task::await_reply(&actor.cx, &task(actor, op)?, op.timeout("timeout", TIMEOUT)).await
}

pub(in super::super) async fn task_yield(actor: &Actor, op: &Op) -> Outcome {
    let answer = task::yield_reply(&actor.cx, &task(actor, op)?, op.timeout("timeout", TIMEOUT)).await?;
    Ok(without_nil(answer))
}

pub(in super::super) async fn task_shutdown(actor: &Actor, op: &Op) -> Outcome {
    let stop = match (op.text("shutdown"), op.timeout("shutdown", TIMEOUT)) {
        (Some("brutal_kill"), _) => Stop::BrutalKill,
        (_, Some(span)) => Stop::Timeout(span),
        (_, None) => Stop::Infinity,
    };
    task::shutdown(&actor.cx, &task(actor, op)?, stop).await.map(without_nil)
}

/// Elixir's `nil` is shown as `undefined`.
fn without_nil(term: Term) -> Term {
    if term.is_atom(Atom::NIL) { Atom::UNDEFINED.into() } else { term }
}

pub(in super::super) async fn agent_start(actor: &Actor, op: &Op) -> Outcome {
    let name = op.text("name").map(atom).transpose()?;
    let fun = agents::initial(op);
    if op.is_false("link") {
        agent::start(&actor.cx, name, fun).await
    } else {
        agent::start_link(&actor.cx, name, fun).await
    }
}

pub(in super::super) async fn agent_get(actor: &Actor, op: &Op) -> Outcome {
    let to = target(actor, op, "to")?;
    agent::get(&actor.cx, to, agents::getter(op), op.timeout("timeout", TIMEOUT)).await
}

pub(in super::super) async fn agent_put(actor: &Actor, op: &Op) -> Outcome {
    let to = target(actor, op, "to")?;
    agent::update(&actor.cx, to, agents::setter(op), op.timeout("timeout", TIMEOUT)).await
}

pub(in super::super) async fn agent_stop(actor: &Actor, op: &Op) -> Outcome {
    let to = target(actor, op, "to")?;
    let reason = op.term("reason", Atom::NORMAL)?;
    agent::stop(&actor.cx, to, reason, op.timeout("timeout", None)).await?;
    Ok(Atom::OK.into())
}
