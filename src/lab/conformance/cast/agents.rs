//! The functions that agents run: they capture the operation that asks for them.

use crate::exit::Raise;
use crate::process::module::Called;
use crate::process::{Cx, Module};
use crate::term::{Atom, Fun, Term};

use super::super::actor::Actor;
use super::super::op::Op;

const AGENT: &str = "Elixir.Oracle.Agent";

pub(super) fn module() -> Module {
    Module::new(Atom::new(AGENT), "1")
        .export("initial", 1, run_initial)
        .export("get", 2, run_get)
        .export("put", 2, run_put)
}

fn fun(name: &str, arity: u8, op: &Op) -> Term {
    Term::fun(Fun { module: Atom::new(AGENT), name: Atom::new(name), arity, env: vec![op.0.clone()] })
}

/// The function that makes the state: `value`, after the script.
pub(in super::super) fn initial(op: &Op) -> Term {
    fun("initial", 0, op)
}

/// The function that gives the state, after the script.
pub(in super::super) fn getter(op: &Op) -> Term {
    fun("get", 1, op)
}

/// The function that makes `value` the state, after the script.
pub(in super::super) fn setter(op: &Op) -> Term {
    fun("put", 1, op)
}

async fn value(cx: &Cx, op: &Op) -> Result<Term, Raise> {
    Actor::of(cx).script(op.script("do")).await?;
    op.term("value", Atom::UNDEFINED)
}

fn run_initial(cx: Cx, args: Vec<Term>) -> Called {
    Box::pin(async move {
        let op = Op(args.into_iter().next().unwrap_or_default());
        Actor::of(&cx).stage.enter(op.text("id").unwrap_or_default(), cx.me());
        value(&cx, &op).await
    })
}

fn run_get(cx: Cx, args: Vec<Term>) -> Called {
    Box::pin(async move {
        let [state, op] = <[Term; 2]>::try_from(args).unwrap_or_default();
        Actor::of(&cx).script(Op(op).script("do")).await?;
        Ok(state)
    })
}

fn run_put(cx: Cx, args: Vec<Term>) -> Called {
    Box::pin(async move {
        let [_, op] = <[Term; 2]>::try_from(args).unwrap_or_default();
        value(&cx, &Op(op)).await
    })
}
