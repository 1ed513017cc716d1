//! Elixir's tasks: a process for one piece of work, whose result its owner awaits.
//!
//! | module | holds |
//! |---|---|
//! | `supervised` | the process of a task |
//! | `waiting` | await, yield, shutdown, ignore |
//! | [`stream`] | async_stream |
//! | [`supervisor`] | Task.Supervisor |
//!
//! ```
//! use let_it_crash::otp::{self, task};
//! use let_it_crash::term::Term;
//! use let_it_crash::time::Duration;
//!
//! let total = otp::node().eval(|cx| async move {
//!     let mut tasks = Vec::new();
//!     for n in [30, 10, 20] {
//!         let work = move |cx: let_it_crash::process::Cx| async move {
//!             cx.sleep(Duration::from_millis(n)).await;
//!             Ok(Term::from(n))
//!         };
//!         tasks.push(task::start_async_with(&cx, work).await?);
//!     }
//!     let begun = cx.now();
//!     let replies = task::await_many(&cx, &tasks, None).await?;
//!     Ok((Term::list(replies).to_string(), cx.now().since(begun).as_millis()))
//! });
//! assert_eq!(total, Ok(("[30, 10, 20]".to_owned(), 30)));
//! ```
//!
//! OTP: <https://hexdocs.pm/elixir/1.14/Task.html>

pub mod stream;
mod supervised;
pub mod supervisor;
mod waiting;

use std::future::Future;

use crate::exit::Raise;
use crate::process::{Cx, Module};
use crate::term::{Atom, Pid, Ref, Term};

use super::elixir;
use supervised::Waits;

pub use waiting::{Stop, await_many, await_reply, ignore, shutdown, yield_many, yield_reply};

/// `%Task{}`: work that its owner awaits.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its process; `None` for one that was complete from the start.
    pub pid: Option<Pid>,
    /// The monitor that its owner has on it, and the tag of its reply.
    pub reference: Ref,
    /// Who awaits it.
    pub owner: Pid,
    /// `{Module, Function, Arity}`
    pub mfa: Term,
}

fn struct_key() -> Term {
    Term::atom("__struct__")
}

fn name() -> Atom {
    Atom::new("Elixir.Task")
}

impl Task {
    /// `%Task{mfa, owner, pid, ref}`
    ///
    /// OTP: <https://hexdocs.pm/elixir/1.14/Task.html#__struct__/0>
    #[must_use]
    pub fn to_term(&self) -> Term {
        Term::map(vec![
            (struct_key(), name().into()),
            (Term::atom("mfa"), self.mfa.clone()),
            (Term::atom("owner"), self.owner.into()),
            (Term::atom("pid"), self.pid.map_or(Atom::NIL.into(), Term::from)),
            (Term::atom("ref"), self.reference.into()),
        ])
    }

    /// The task of a `%Task{}`; `None` for another term.
    #[must_use]
    pub fn from_term(term: &Term) -> Option<Self> {
        let field = |key: &str| term.map_get(&Term::atom(key));
        term.map_get(&struct_key()).filter(|module| module.is_atom(name()))?;
        Some(Task {
            pid: field("pid")?.as_pid(),
            reference: field("ref")?.as_ref_id()?,
            owner: field("owner")?.as_pid()?,
            mfa: field("mfa")?.clone(),
        })
    }
}

/// What a task does: a function as data (without arguments), or `{Module, Function, Args}`.
fn work(fun: Term) -> Result<Term, Raise> {
    match (fun.as_fun(), fun.as_tuple()) {
        (Some(code), _) if code.arity == 0 => {
            Ok(Term::tuple([Atom::ERLANG.into(), Term::atom("apply"), Term::list([fun.clone(), Term::Nil])]))
        }
        (_, Some([Term::Atom(_), Term::Atom(_), Term::Nil | Term::List(_)])) => Ok(fun),
        _ => Err(Raise::error(Atom::FUNCTION_CLAUSE)),
    }
}

/// `{Module, Function, Arity}` of `{Module, Function, Args}`
fn shown(work: &Term) -> Term {
    let [module, function, args] = work.as_tuple_of().cloned().unwrap_or_default();
    Term::tuple([module, function, args.iter().count().into()])
}

/// `{Node, Name | Pid, Pid}` of the calling process.
fn owner(cx: &Cx) -> Term {
    let me = cx.me();
    let shown = cx.of(me, |process| process.name).flatten().map_or(me.into(), Term::from);
    Term::tuple([Term::atom("nonode@nohost"), shown, me.into()])
}

/// Those on whose behalf the calling process works, itself first.
fn callers(cx: &Cx) -> Term {
    Term::cons(cx.me().into(), cx.get(&callers_key()).unwrap_or_default())
}

fn callers_key() -> Term {
    Term::atom("$callers")
}

/// Starts a task of a function as data or `{Module, Function, Args}`, linked to the caller, who
/// has to await it.
///
/// # Errors
/// `system_limit` when the process table is full; `function_clause` for work of another shape.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.html#async/1>
pub async fn start_async(cx: &Cx, fun: Term) -> Result<Task, Raise> {
    let work = work(fun)?;
    let pid = supervised::spawn(cx, owner(cx), Waits::ForEver)?;
    Ok(order(cx, pid, work))
}

/// Starts a task of code of the host, as [`start_async`].
///
/// # Errors
/// `system_limit` when the process table is full.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.html#async/1>
pub async fn start_async_with<F, Fut>(cx: &Cx, body: F) -> Result<Task, Raise>
where
    F: FnOnce(Cx) -> Fut + 'static,
    Fut: Future<Output = Result<Term, Raise>> + 'static,
{
    let pid = supervised::spawn_with(cx, owner(cx), Waits::ForEver, |cx, _| body(cx))?;
    let work = Term::tuple([name().into(), Term::atom("start_async_with"), Term::Nil]);
    Ok(order(cx, pid, work))
}

/// Monitors the process of a task and tells it what to do. The monitor is also the alias that the
/// reply goes to, so a late reply is dropped.
fn order(cx: &Cx, pid: Pid, work: Term) -> Task {
    let (me, reference) = (cx.me(), cx.monitor_with_alias(pid));
    let mfa = shown(&work);
    let order = [me.into(), reference.into(), reference.into(), callers(cx), work];
    // Sending to a pid cannot fail.
    let _ = cx.send(pid, Term::tuple(order));
    Task { pid: Some(pid), reference, owner: me, mfa }
}

/// A task that has its result already.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.html#completed/1>
#[must_use]
pub fn completed(cx: &Cx, result: Term) -> Task {
    let (owner, reference) = (cx.me(), cx.make_ref());
    let _ = cx.send(owner, Term::tuple([reference.into(), result]));
    let mfa = Term::tuple([name().into(), Term::atom("completed"), 1.into()]);
    Task { pid: None, reference, owner, mfa }
}

/// Starts a process for work that nobody awaits: `{ok, Pid}`.
///
/// # Errors
/// As of [`start_async`].
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.html#start/1>
pub async fn start(cx: &Cx, fun: Term) -> Result<Term, Raise> {
    let pid = supervised::spawn_noreply(cx, false, owner(cx), callers(cx), work(fun)?)?;
    Ok(Term::ok(pid.into()))
}

/// As [`start`], linked to the caller; so a supervisor can start it.
///
/// # Errors
/// As of [`start_async`].
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.html#start_link/1>
pub async fn start_link(cx: &Cx, fun: Term) -> Result<Term, Raise> {
    let pid = supervised::spawn_noreply(cx, true, owner(cx), callers(cx), work(fun)?)?;
    Ok(Term::ok(pid.into()))
}

/// `Task`, `Task.Supervised` and `Task.Supervisor` as child specs name them.
#[must_use]
pub fn modules() -> Vec<Module> {
    let task = Module::new(name(), "1.14.0")
        .export("start_link", 1, |cx, args| {
            Box::pin(async move { start_link(&cx, args.into_iter().next().unwrap_or_default()).await })
        })
        .export("start_link", 3, |cx, args| Box::pin(async move { start_link(&cx, Term::tuple_from(args)).await }))
        .export("child_spec", 1, |_, args| Box::pin(async move { Ok(child_spec(args)) }));
    vec![task, supervised::module(), supervisor::module()]
}

fn child_spec(args: Vec<Term>) -> Term {
    let start = [name().into(), Atom::START_LINK.into(), Term::list(args)];
    Term::map(vec![
        (Atom::ID.into(), name().into()),
        (Atom::START.into(), Term::tuple(start)),
        (Atom::RESTART.into(), Atom::TEMPORARY.into()),
    ])
}

fn argument_error(message: &str) -> Raise {
    elixir::raise("ArgumentError", message)
}
