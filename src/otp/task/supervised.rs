//! The process of a task.
//!
//! One that is awaited waits first for `{Owner, Ref, ReplyTo, Callers, Work}` and sends
//! `{Ref, Result}` when it is done.

use std::future::Future;

use crate::event::{Level, Mfa};
use crate::exit::{Class, Raise};
use crate::kernel::Dest;
use crate::otp::{elixir, proc_lib};
use crate::process::{Cx, Module};
use crate::term::{Atom, Pid, Term};
use crate::time::Duration;

use super::callers_key;

/// How a new task waits for its work.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Waits {
    /// As long as it takes: its link to the owner ends it with the owner.
    ForEver,
    /// Five seconds at most, and no longer than the owner lives, to whom it is not linked yet.
    WhileOwnerLives,
}

pub(super) fn name() -> Atom {
    Atom::new("Elixir.Task.Supervised")
}

fn mfa(function: &str, arity: u8) -> Mfa {
    Mfa { module: name(), function: Atom::new(function), arity }
}

/// `start_link/2` and `start_link/3`, as supervisors call them.
pub(super) fn module() -> Module {
    Module::new(name(), "1.14.0")
        .export("start_link", 2, |cx, args| {
            Box::pin(async move {
                let [owner, monitor] = <[Term; 2]>::try_from(args).unwrap_or_default();
                let waits = if monitor.is_atom(Atom::new("monitor")) { Waits::WhileOwnerLives } else { Waits::ForEver };
                spawn(&cx, owner, waits).map(|pid| Term::ok(pid.into()))
            })
        })
        .export("start_link", 3, |cx, args| {
            Box::pin(async move {
                let [owner, callers, work] = <[Term; 3]>::try_from(args).unwrap_or_default();
                spawn_noreply(&cx, true, owner, callers, work).map(|pid| Term::ok(pid.into()))
            })
        })
}

/// Spawns the process of a task that does what it will be told.
pub(super) fn spawn(cx: &Cx, owner: Term, waits: Waits) -> Result<Pid, Raise> {
    spawn_with(cx, owner, waits, |cx, work| async move { apply(&cx, &work).await })
}

/// Spawns the process of a task that does this, once it is told to.
pub(super) fn spawn_with<F, Fut>(cx: &Cx, owner: Term, waits: Waits, body: F) -> Result<Pid, Raise>
where
    F: FnOnce(Cx, Term) -> Fut + 'static,
    Fut: Future<Output = Result<Term, Raise>> + 'static,
{
    proc_lib::spawn(cx, true, mfa("reply", 2), |cx| async move { crashes(&cx, reply(&cx, owner, waits, body).await) })
}

/// Spawns a process for work that nobody awaits.
pub(super) fn spawn_noreply(cx: &Cx, link: bool, owner: Term, callers: Term, work: Term) -> Result<Pid, Raise> {
    proc_lib::spawn(cx, link, mfa("noreply", 3), |cx| async move {
        introduce(&cx, &work, callers);
        let outcome = apply(&cx, &work).await;
        crashes(&cx, reported(&cx, &owner, &work, outcome).map(drop))
    })
}

fn crashes(cx: &Cx, outcome: Result<(), Raise>) -> Result<(), Raise> {
    if let Err(raise) = &outcome {
        proc_lib::report_crash(cx, raise);
    }
    outcome
}

async fn apply(cx: &Cx, work: &Term) -> Result<Term, Raise> {
    let [module, function, args] = work.as_tuple_of().cloned().unwrap_or_default();
    let args = args.to_vec().unwrap_or_default();
    match (module.as_atom(), function.as_atom(), args.as_slice()) {
        (Some(Atom::ERLANG), Some(_), [fun @ Term::Fun(_), args]) => {
            elixir::apply_fun(cx, fun, args.to_vec().unwrap_or_default()).await
        }
        (Some(module), Some(function), _) => cx.apply(module, function, args).await,
        _ => Err(Raise::error(Atom::BADARG)),
    }
}

/// Says in its dictionary what it does and for whom.
fn introduce(cx: &Cx, work: &Term, callers: Term) {
    cx.put(Term::atom("$initial_call"), initial_call(work));
    cx.put(callers_key(), callers);
}

fn initial_call(work: &Term) -> Term {
    let args = work.as_tuple().and_then(|work| work.get(2)?.as_cons());
    match args.and_then(|(first, _)| first.as_fun()) {
        Some(code) => Term::tuple([code.module.into(), code.name.into(), 0.into()]),
        None => super::shown(work),
    }
}

struct Order {
    /// What the result is tagged with: the owner's monitor, or for an item of a stream
    /// `{Monitor, Position}`.
    tag: Term,
    reply_to: Dest,
    callers: Term,
    work: Term,
}

async fn reply<F, Fut>(cx: &Cx, owner: Term, waits: Waits, body: F) -> Result<(), Raise>
where
    F: FnOnce(Cx, Term) -> Fut,
    Fut: Future<Output = Result<Term, Raise>>,
{
    let pid = owner.as_tuple().and_then(|owner| owner.get(2)?.as_pid()).ok_or_else(|| Raise::error(Atom::BADARG))?;
    let order = match waits {
        Waits::ForEver => cx.receive_if(|message| order(message, pid)).await,
        Waits::WhileOwnerLives => order_while_alive(cx, pid).await?,
    };
    introduce(cx, &order.work, order.callers);
    let outcome = body(cx.same(), order.work.clone()).await;
    let result = reported(cx, &owner, &order.work, outcome)?;
    // An owner that does not wait any more does not matter.
    let _ = cx.send(order.reply_to, Term::tuple([order.tag, result]));
    Ok(())
}

async fn order_while_alive(cx: &Cx, owner: Pid) -> Result<Order, Raise> {
    let monitor = cx.monitor(owner);
    let wanted = |message: &Term| {
        let gone = proc_lib::down_reason(message, monitor);
        order(message, owner).map(Ok).or_else(|| gone.map(Err))
    };
    match cx.receive_within(Some(Duration::from_secs(5)), wanted).await {
        Some(Ok(order)) => {
            cx.demonitor_flush(monitor);
            Ok(order)
        }
        Some(Err(reason)) => Err(Raise::exit(Term::tuple([Atom::SHUTDOWN.into(), reason]))),
        None => Err(Raise::exit(Atom::TIMEOUT)),
    }
}

fn order(message: &Term, owner: Pid) -> Option<Order> {
    match message.as_tuple()? {
        [Term::Pid(from), tag, reply_to, callers, work] if *from == owner => {
            let reply_to = match reply_to {
                Term::Pid(pid) => Dest::Pid(*pid),
                other => Dest::Alias(other.as_ref_id()?),
            };
            Some(Order { tag: tag.clone(), reply_to, callers: callers.clone(), work: work.clone() })
        }
        _ => None,
    }
}

/// Work that fails is reported, unless it exits in an orderly way.
fn reported(cx: &Cx, owner: &Term, work: &Term, outcome: Result<Term, Raise>) -> Result<Term, Raise> {
    let raise = match outcome {
        Ok(result) => return Ok(result),
        Err(raise) => raise,
    };
    if !(raise.class == Class::Exit && raise.clone().into_exit_reason().is_orderly()) {
        proc_lib::report(cx, Level::Error, || report(cx, owner, work, &raise));
    }
    Err(raise)
}

/// OTP: <https://hexdocs.pm/elixir/1.14/Task.html#module-statically-supervised-tasks>
fn report(cx: &Cx, owner: &Term, work: &Term, raise: &Raise) -> (Term, Term) {
    let pair = |key: &str, value: Term| (Term::atom(key), value);
    let [module, function, args] = work.as_tuple_of().cloned().unwrap_or_default();
    let (fun, args) = match args.as_cons() {
        Some((fun @ Term::Fun(_), _)) if module.is_atom(Atom::ERLANG) => (fun.clone(), Term::Nil),
        _ => (Term::tuple([module, function, args.iter().count().into()]), args),
    };
    let value = match raise.class {
        Class::Throw => Term::tuple([Atom::NOCATCH.into(), raise.reason.clone()]),
        Class::Error | Class::Exit => raise.reason.clone(),
    };
    let body = Term::map(vec![
        pair("name", cx.me().into()),
        pair("starter", owner.as_tuple().and_then(|owner| owner.get(1).cloned()).unwrap_or_default()),
        pair("function", fun),
        pair("args", args),
        pair("reason", Term::tuple([value, raise.stack.clone()])),
    ]);
    (Term::tuple([Term::atom("Elixir.Task.Supervisor"), Term::atom("terminating")]), body)
}
