//! Task.Supervisor: a DynamicSupervisor of tasks.
//!
//! OTP: <https://hexdocs.pm/elixir/1.14/Task.Supervisor.html>

use crate::exit::Raise;
use crate::kernel::Dest;
use crate::otp::{dynamic_supervisor, elixir, gen_server};
use crate::process::{Cx, Module};
use crate::term::{Atom, Pid, Term};

use super::{Task, callers, order, owner, work};

fn name() -> Atom {
    Atom::new("Elixir.Task.Supervisor")
}

/// `Task.Supervisor` as child specs name it, and as its own callback module.
pub(super) fn module() -> Module {
    Module::new(name(), "1.14.0")
        .export("start_link", 0, |cx, _| Box::pin(async move { start_link(&cx, &Term::Nil).await }))
        .export("start_link", 1, |cx, args| {
            Box::pin(async move { start_link(&cx, args.first().unwrap_or(&Term::Nil)).await })
        })
        .export("child_spec", 1, |_, args| Box::pin(async move { Ok(child_spec(args)) }))
        .export("init", 1, |cx, args| Box::pin(async move { init(&cx, args.first().unwrap_or(&Term::Nil)) }))
}

fn child_spec(args: Vec<Term>) -> Term {
    let named = args.first().and_then(|options| options.keyword_get(Atom::new("name"))).cloned();
    Term::map(vec![
        (Atom::ID.into(), named.unwrap_or_else(|| name().into())),
        (Atom::START.into(), Term::tuple([name().into(), Atom::START_LINK.into(), Term::list(args)])),
        (Atom::TYPE.into(), Atom::SUPERVISOR.into()),
    ])
}

/// Keeps the restart and shutdown of its tasks in its dictionary.
fn init(cx: &Cx, argument: &Term) -> Result<Term, Raise> {
    let Some([defaults, options]) = argument.as_tuple() else { return Err(Raise::error(Atom::FUNCTION_CLAUSE)) };
    cx.put(name().into(), defaults.clone());
    Ok(dynamic_supervisor::init(options))
}

/// Starts a task supervisor linked to the caller. Options: a keyword list of `name`,
/// `max_children`, `max_restarts`, `max_seconds`. `{ok, Pid}` or `{error, Reason}`.
///
/// # Errors
/// `system_limit` when the process table is full.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.Supervisor.html#start_link/1>
pub async fn start_link(cx: &Cx, options: &Term) -> Result<Term, Raise> {
    let option = |key: &str, default: Term| options.keyword_get(Atom::new(key)).cloned().unwrap_or(default);
    let defaults = Term::tuple([option("restart", Atom::TEMPORARY.into()), option("shutdown", 5_000.into())]);
    let named = option("name", Term::Nil).as_atom();
    dynamic_supervisor::start_link(cx, named, name(), Term::tuple([defaults, options.clone()])).await
}

/// Asks for a task. `nil` stands for the supervisor's defaults.
pub(super) async fn start_task(
    cx: &Cx,
    supervisor: Dest,
    args: Vec<Term>,
    restart: Term,
    shutdown: Term,
) -> Result<Term, Raise> {
    let request = Term::tuple([Term::atom("start_task"), Term::list(args), restart, shutdown]);
    gen_server::call_elixir(cx, supervisor, request, None).await
}

/// The arguments of a task that waits to be told its work.
pub(super) fn waiting_task(cx: &Cx) -> Vec<Term> {
    vec![owner(cx), Term::atom("monitor")]
}

fn option(options: &Term, key: Atom) -> Term {
    options.keyword_get(key).cloned().unwrap_or(Atom::NIL.into())
}

/// Starts a task under a supervisor, linked to the caller too, who has to await it. Options: a
/// keyword list of `shutdown`.
///
/// # Errors
/// `RuntimeError` if the supervisor has `max_children`; exit, if it does not answer.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.Supervisor.html#async/3>
pub async fn start_async(cx: &Cx, supervisor: impl Into<Dest>, fun: Term, options: &Term) -> Result<Task, Raise> {
    let (pid, work) = start_waiting(cx, supervisor.into(), fun, options).await?;
    cx.link(pid)?;
    Ok(order(cx, pid, work))
}

/// As [`start_async`], without a link: a crash of the task is only told.
///
/// # Errors
/// As of [`start_async`].
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.Supervisor.html#async_nolink/3>
pub async fn start_async_nolink(
    cx: &Cx,
    supervisor: impl Into<Dest>,
    fun: Term,
    options: &Term,
) -> Result<Task, Raise> {
    let (pid, work) = start_waiting(cx, supervisor.into(), fun, options).await?;
    Ok(order(cx, pid, work))
}

async fn start_waiting(cx: &Cx, supervisor: Dest, fun: Term, options: &Term) -> Result<(Pid, Term), Raise> {
    let work = work(fun)?;
    let shutdown = option(options, Atom::SHUTDOWN);
    let answer = start_task(cx, supervisor, waiting_task(cx), Atom::TEMPORARY.into(), shutdown).await?;
    match answer.as_tuple() {
        Some([Term::Atom(Atom::OK), Term::Pid(pid)]) => Ok((*pid, work)),
        Some([Term::Atom(Atom::ERROR), reason]) if *reason == Term::atom("max_children") => Err(too_many()),
        _ => Err(Raise::error(Term::tuple([Term::atom("case_clause"), answer]))),
    }
}

pub(super) fn too_many() -> Raise {
    let message = "reached the maximum number of tasks for this task supervisor. The maximum number of tasks that \
                   are allowed to run at the same time under this supervisor can be configured with the \
                   :max_children option passed to Task.Supervisor.start_link/1";
    elixir::raise("RuntimeError", message)
}

/// Starts a task that nobody awaits: `{ok, Pid}` or `{error, Reason}`. Options: a keyword list of
/// `restart` and `shutdown`.
///
/// # Errors
/// exit, if the supervisor does not answer.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.Supervisor.html#start_child/3>
pub async fn start_child(cx: &Cx, supervisor: impl Into<Dest>, fun: Term, options: &Term) -> Result<Term, Raise> {
    let args = vec![owner(cx), callers(cx), work(fun)?];
    let (restart, shutdown) = (option(options, Atom::RESTART), option(options, Atom::SHUTDOWN));
    start_task(cx, supervisor.into(), args, restart, shutdown).await
}

/// Stops a task: `ok` or `{error, not_found}`.
///
/// # Errors
/// exit, if the supervisor does not answer.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.Supervisor.html#terminate_child/2>
pub async fn terminate_child(cx: &Cx, supervisor: impl Into<Dest>, task: Pid) -> Result<Term, Raise> {
    dynamic_supervisor::terminate_child(cx, supervisor, task).await
}

/// The pids of the tasks that run, oldest first.
///
/// # Errors
/// exit, if the supervisor does not answer.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.Supervisor.html#children/1>
pub async fn children(cx: &Cx, supervisor: impl Into<Dest>) -> Result<Vec<Pid>, Raise> {
    let children = dynamic_supervisor::which_children(cx, supervisor).await?;
    Ok(children.iter().filter_map(|child| child.as_tuple()?.get(1)?.as_pid()).collect())
}
