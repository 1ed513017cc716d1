//! Plain processes: the outside one, and those that are spawned.

use std::future::Future;
use std::pin::Pin;

use crate::exit::Raise;
use crate::process::Cx;
use crate::term::{Atom, Pid, Ref, Term};

use super::super::actor::{Actor, DO, STEP};
use super::super::op::{Op, Script, atom};

/// Boxed: a process's code spawns processes of the same code.
pub(in super::super) type Code = Pin<Box<dyn Future<Output = Result<(), Raise>>>>;

/// The outside process: it traps exits and executes steps.
pub(in super::super) async fn ctl(cx: Cx) -> Result<(), Raise> {
    let actor = Actor::of(&cx);
    actor.stage.enter_ctl(cx.me());
    cx.trap_exits(true);
    serve(&actor).await
}

/// A spawned process, with the operation that spawned it.
pub(in super::super) fn body(cx: Cx, op: Op, parent: Pid, handshake: Ref) -> Code {
    Box::pin(async move {
        let actor = Actor::of(&cx);
        actor.stage.enter(op.text("id").unwrap_or_default(), cx.me());
        if op.flag("trap_exit") {
            cx.trap_exits(true);
        }
        if let Some(name) = op.text("name") {
            register(&cx, name)?;
        }
        wait_for_go(&cx, parent, handshake).await?;
        actor.script(op.script("do")).await?;
        if op.get("exit_after").is_some_and(|value| value.is_atom(Atom::TRUE)) { Ok(()) } else { serve(&actor).await }
    })
}

fn register(cx: &Cx, name: &str) -> Result<(), Raise> {
    cx.register(atom(name)?, cx.me()).map_err(|raise| raise.in_function(Atom::ERLANG, Atom::new("register"), 2))
}

/// Says that this process has entered, and waits until it may go on.
pub(in super::super) async fn wait_for_go(cx: &Cx, parent: Pid, handshake: Ref) -> Result<(), Raise> {
    cx.send(parent, Term::tuple([handshake.into(), Term::atom("ready")]))?;
    let go = Term::tuple([handshake.into(), Term::atom("go")]);
    cx.receive_if(|message| (*message == go).then_some(())).await;
    Ok(())
}

async fn serve(actor: &Actor) -> Result<(), Raise> {
    loop {
        let message = actor.cx.receive().await;
        match message.as_tuple() {
            Some([tag, number, op]) if tag.is_atom(Atom::new(STEP)) => {
                actor.step(number.clone(), Op(op.clone())).await?;
            }
            Some([tag, ops]) if tag.is_atom(Atom::new(DO)) => {
                actor.script(Some(Script(ops.clone()))).await?;
            }
            _ => actor.stage.trace_term(&actor.cx, "msg", &message),
        }
    }
}
