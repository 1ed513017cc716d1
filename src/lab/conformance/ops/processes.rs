//! Processes, signals, names, timers.

use crate::event::Mfa;
use crate::exit::Raise;
use crate::kernel::Dest;
use crate::process::SpawnOptions;
use crate::term::{Atom, Pid, Ref, Term};

use super::super::actor::{Actor, DO};
use super::super::cast::probe;
use super::super::op::Op;

type Outcome = Result<Term, Raise>;

fn ok() -> Outcome {
    Ok(Atom::OK.into())
}

/// The message of an operation: a term, or a script.
pub(in super::super) fn payload(op: &Op) -> Outcome {
    match op.script("do") {
        Some(script) => Ok(Term::tuple([Term::atom(DO), script.0])),
        None => op.term("msg", Atom::new("msg")),
    }
}

pub(in super::super) fn target(actor: &Actor, op: &Op, field: &str) -> Result<Dest, Raise> {
    actor.stage.target(&actor.cx, op.required(field)?)
}

fn target_pid(actor: &Actor, op: &Op) -> Result<Pid, Raise> {
    actor.stage.pid(&actor.cx, op.required("to")?)
}

fn reason(op: &Op) -> Outcome {
    op.term("reason", Atom::NORMAL)
}

/// Starts a process and lets it go only when it has entered; so its label is known first.
pub(in super::super) async fn spawn(actor: &Actor, op: &Op) -> Outcome {
    let cx = &actor.cx;
    let initial_call = Mfa { module: Atom::new("conformance"), function: Atom::new("probe"), arity: 3 };
    let (parent, handshake, body) = (cx.me(), cx.make_ref(), op.clone());
    let options = SpawnOptions { link: op.flag("link"), initial_call };
    let pid = cx.spawn(options, move |cx| probe::body(cx, body, parent, handshake))?;
    if let Some(name) = op.text("monitor") {
        actor.stage.name_ref(name, cx.monitor(pid));
    }
    shake_hands(actor, pid, handshake).await?;
    Ok(pid.into())
}

/// Waits until a new process has entered, and lets it go.
pub(in super::super) async fn shake_hands(actor: &Actor, pid: Pid, handshake: Ref) -> Result<(), Raise> {
    let ready = Term::tuple([handshake.into(), Term::atom("ready")]);
    actor.cx.receive_if(|message| (*message == ready).then_some(())).await;
    actor.cx.send(pid, Term::tuple([handshake.into(), Term::atom("go")]))
}

pub(in super::super) async fn exit(actor: &Actor, op: &Op) -> Outcome {
    actor.cx.exit(target_pid(actor, op)?, reason(op)?);
    ok()
}

pub(in super::super) async fn exit_self(_: &Actor, op: &Op) -> Outcome {
    Err(Raise::exit(reason(op)?))
}

pub(in super::super) async fn error(_: &Actor, op: &Op) -> Outcome {
    Err(Raise::error(reason(op)?))
}

pub(in super::super) async fn throw(_: &Actor, op: &Op) -> Outcome {
    Err(Raise::throw(reason(op)?))
}

/// A `return` has its meaning from the callback that it ends.
pub(in super::super) async fn nothing(_: &Actor, _: &Op) -> Outcome {
    ok()
}

pub(in super::super) async fn link(actor: &Actor, op: &Op) -> Outcome {
    actor.cx.link(target_pid(actor, op)?)?;
    ok()
}

pub(in super::super) async fn unlink(actor: &Actor, op: &Op) -> Outcome {
    actor.cx.unlink(target_pid(actor, op)?);
    ok()
}

pub(in super::super) async fn monitor(actor: &Actor, op: &Op) -> Outcome {
    let mref = actor.cx.monitor(target(actor, op, "to")?);
    if let Some(name) = op.text("as") {
        actor.stage.name_ref(name, mref);
    }
    ok()
}

// The options of demonitor/2.
const FLUSH: &str = "flush";
const INFO: &str = "info";

pub(in super::super) async fn demonitor(actor: &Actor, op: &Op) -> Outcome {
    let mref = actor.stage.reference(op.required("ref")?)?;
    let options = op.atoms("opts")?;
    if options.iter().any(|option| ![FLUSH, INFO].contains(&&*option.text())) {
        return Err(Raise::error(Atom::BADARG));
    }
    let with = |name: &str| options.contains(&Atom::new(name));
    let active = if with(FLUSH) { actor.cx.demonitor_flush(mref) } else { actor.cx.demonitor(mref) };
    Ok((active || !with(INFO)).into())
}

pub(in super::super) async fn trap_exit(actor: &Actor, op: &Op) -> Outcome {
    Ok(actor.cx.trap_exits(op.flag("value")).into())
}

pub(in super::super) async fn send(actor: &Actor, op: &Op) -> Outcome {
    actor.cx.send(target(actor, op, "to")?, payload(op)?)?;
    ok()
}

pub(in super::super) async fn send_after(actor: &Actor, op: &Op) -> Outcome {
    let span = op.span("ms").unwrap_or_default();
    let timer = actor.cx.send_after(span, target(actor, op, "to")?, payload(op)?)?;
    if let Some(name) = op.text("as") {
        actor.stage.name_ref(name, timer);
    }
    ok()
}

pub(in super::super) async fn cancel_timer(actor: &Actor, op: &Op) -> Outcome {
    let timer = actor.stage.reference(op.required("ref")?)?;
    let left = actor.cx.cancel_timer(timer);
    Ok(left.map_or(Atom::FALSE, |_| Atom::new("left")).into())
}

pub(in super::super) async fn register(actor: &Actor, op: &Op) -> Outcome {
    let name = op.atom("name")?;
    let pid = actor.stage.pid(&actor.cx, op.text("to").unwrap_or("self"))?;
    actor.cx.register(name, pid)?;
    Ok(true.into())
}

pub(in super::super) async fn unregister(actor: &Actor, op: &Op) -> Outcome {
    actor.cx.unregister(op.atom("name")?)?;
    Ok(true.into())
}

pub(in super::super) async fn whereis(actor: &Actor, op: &Op) -> Outcome {
    Ok(actor.cx.whereis(op.atom("name")?).map_or(Atom::UNDEFINED.into(), Term::from))
}

pub(in super::super) async fn alive(actor: &Actor, op: &Op) -> Outcome {
    Ok(actor.cx.is_alive(target_pid(actor, op)?).into())
}

/// Labelled processes only: every system has others, too.
pub(in super::super) async fn links(actor: &Actor, op: &Op) -> Outcome {
    let pid = target_pid(actor, op)?;
    let Some(links) = actor.cx.of(pid, |process| process.links.to_vec()) else {
        return Err(Raise::error(Term::tuple([Atom::BADMATCH.into(), Atom::NIL.into()])));
    };
    let labelled = links.into_iter().filter(|link| actor.stage.label(*link).is_some());
    Ok(Term::list(actor.stage.sorted_by_label(labelled.map(Term::from).collect(), |pid| pid.clone())))
}

pub(in super::super) async fn sleep(actor: &Actor, op: &Op) -> Outcome {
    actor.cx.sleep(op.span("ms").unwrap_or_default()).await;
    ok()
}
