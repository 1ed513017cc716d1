//! Waiting for the results of tasks, and giving up on them.
//!
//! OTP: <https://hexdocs.pm/elixir/1.14/Task.html#await/2>

use crate::exit::Raise;
use crate::otp::gen_server::client::timeout_term;
use crate::otp::proc_lib::down_reason;
use crate::process::Cx;
use crate::term::{Atom, Ordered, Pid, Ref, Term};
use crate::time::Duration;

use super::{Task, argument_error, name};

/// How a task is shut down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// At once, by `exit(pid, kill)`.
    BrutalKill,
    /// By `exit(pid, shutdown)`, and killed if it has not ended by then.
    Timeout(Duration),
    /// By `exit(pid, shutdown)`, however long it takes.
    Infinity,
}

/// exit `{Reason, {'Elixir.Task', Function, Args}}`
fn exit(reason: Term, function: &str, args: Vec<Term>) -> Raise {
    let call = [name().into(), Term::atom(function), Term::list(args)];
    Raise::exit(Term::tuple([reason, Term::tuple(call)]))
}

/// What the owner hears of a task.
enum News {
    Reply(Term),
    Down(Term),
}

fn news(message: &Term, reference: Ref) -> Option<News> {
    match message.as_tuple()? {
        [Term::Ref(tag), reply] if *tag == reference => Some(News::Reply(reply.clone())),
        _ => down_reason(message, reference).map(News::Down),
    }
}

fn check_owner(cx: &Cx, task: &Task) -> Result<(), Raise> {
    if task.owner == cx.me() {
        return Ok(());
    }
    let (task, me) = (task.to_term(), Term::from(cx.me()));
    Err(argument_error(&format!("task {task} must be queried from the owner but was queried from {me}")))
}

/// Waits for a task's result; `None` waits for ever.
///
/// # Errors
/// exit `{Reason, {'Elixir.Task', await, [Task, Timeout]}}` with the reason that the task ended
/// with, or `timeout`; `ArgumentError` if another process owns the task.
///
/// # Cancel
/// An owner that is killed meanwhile takes the task with it, by their link.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.html#await/2>
pub async fn await_reply(cx: &Cx, task: &Task, timeout: Option<Duration>) -> Result<Term, Raise> {
    check_owner(cx, task)?;
    let heard = cx.receive_within(timeout, |message| news(message, task.reference)).await;
    let failed = |reason: Term| exit(reason, "await", vec![task.to_term(), timeout_term(timeout)]);
    match heard {
        Some(News::Reply(reply)) => {
            cx.demonitor_flush(task.reference);
            Ok(reply)
        }
        Some(News::Down(reason)) => Err(failed(reason)),
        None => {
            cx.demonitor_flush(task.reference);
            Err(failed(Atom::TIMEOUT.into()))
        }
    }
}

/// Waits for the results of all tasks, in their order, within one time-out.
///
/// # Errors
/// exit `{Reason, {'Elixir.Task', await_many, [Tasks, Timeout]}}`; `ArgumentError` if another
/// process owns a task.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.html#await_many/2>
pub async fn await_many(cx: &Cx, tasks: &[Task], timeout: Option<Duration>) -> Result<Vec<Term>, Raise> {
    tasks.iter().try_for_each(|task| check_owner(cx, task))?;
    let mut waiting: Ordered<Ref, ()> = tasks.iter().map(|task| (task.reference, ())).collect();
    let mut replies: Ordered<Ref, Term> = Ordered::new();
    let deadline = timeout.map(|span| cx.now() + span);
    while !waiting.is_empty() {
        let left = deadline.map(|at| at.since(cx.now()));
        let heard = cx.receive_within(left, |message| of_any(message, &waiting)).await;
        let reason = match heard {
            Some((reference, News::Reply(reply))) => {
                cx.demonitor_flush(reference);
                waiting.remove(&reference);
                replies.insert(reference, reply);
                continue;
            }
            Some((_, News::Down(reason))) => reason,
            None => Atom::TIMEOUT.into(),
        };
        for reference in waiting.keys() {
            cx.demonitor_flush(*reference);
        }
        let shown = Term::list(tasks.iter().map(Task::to_term).collect::<Vec<_>>());
        return Err(exit(reason, "await_many", vec![shown, timeout_term(timeout)]));
    }
    Ok(tasks.iter().filter_map(|task| replies.get(&task.reference).cloned()).collect())
}

fn of_any(message: &Term, waiting: &Ordered<Ref, ()>) -> Option<(Ref, News)> {
    let reference = match message.as_tuple()? {
        [Term::Ref(tag), _] => *tag,
        [Term::Atom(Atom::DOWN), Term::Ref(monitor), ..] => *monitor,
        _ => return None,
    };
    waiting.get(&reference)?;
    news(message, reference).map(|news| (reference, news))
}

/// Waits for a task's result for some time: `{ok, Reply}`, `{exit, Reason}`, or `nil` if it is
/// still at work; then one may ask again.
///
/// # Errors
/// `ArgumentError` if another process owns the task.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.html#yield/2>
pub async fn yield_reply(cx: &Cx, task: &Task, timeout: Option<Duration>) -> Result<Term, Raise> {
    check_owner(cx, task)?;
    let heard = cx.receive_within(timeout, |message| news(message, task.reference)).await;
    Ok(match heard {
        Some(News::Reply(reply)) => {
            cx.demonitor_flush(task.reference);
            Term::ok(reply)
        }
        Some(News::Down(reason)) => exited(reason),
        None => Atom::NIL.into(),
    })
}

fn exited(reason: Term) -> Term {
    Term::tuple([Term::atom("exit"), reason])
}

/// [`yield_reply`] of each task, within one time-out.
///
/// # Errors
/// `ArgumentError` if another process owns a task.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.html#yield_many/2>
pub async fn yield_many(cx: &Cx, tasks: &[Task], timeout: Option<Duration>) -> Result<Vec<Term>, Raise> {
    let deadline = timeout.map(|span| cx.now() + span);
    let mut answers = Vec::new();
    for task in tasks {
        let left = deadline.map(|at| at.since(cx.now()));
        answers.push(yield_reply(cx, task, left).await?);
    }
    Ok(answers)
}

/// Unlinks a task and lets it go on alone: `{ok, Reply}` or `{exit, Reason}` if it is done
/// already, else `nil`.
///
/// # Errors
/// `ArgumentError` if another process owns the task.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.html#ignore/1>
pub async fn ignore(cx: &Cx, task: &Task) -> Result<Term, Raise> {
    let answer = yield_reply(cx, task, Some(Duration::ZERO)).await?;
    let ended = matches!(answer.as_tuple(), Some([tag, _]) if tag.is_atom(Atom::new("exit")));
    if !ended {
        task.pid.into_iter().for_each(|pid| cx.unlink(pid));
        cx.demonitor_flush(task.reference);
    }
    Ok(answer)
}

/// Unlinks and stops a task: `{ok, Reply}` if it replied before its end, `{exit, Reason}` if it
/// ended in another way than asked, else `nil`.
///
/// # Errors
/// `ArgumentError` if another process owns the task, or it has no process.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.html#shutdown/2>
pub async fn shutdown(cx: &Cx, task: &Task, stop: Stop) -> Result<Term, Raise> {
    let Some(pid) = task.pid else {
        let task = task.to_term();
        return Err(argument_error(&format!("task {task} does not have an associated task process")));
    };
    check_owner(cx, task)?;
    let monitor = cx.monitor(pid);
    // Elixir guards against a death of the owner in between. Here nothing comes in between.
    cx.unlink(pid);
    let (asked, timeout) = match stop {
        Stop::BrutalKill => (Atom::KILL, None),
        Stop::Timeout(span) => (Atom::SHUTDOWN, Some(span)),
        Stop::Infinity => (Atom::SHUTDOWN, None),
    };
    cx.exit(pid, asked);
    let reason = ended(cx, pid, monitor, timeout).await;
    Ok(last_words(cx, task, reason, asked).await)
}

/// The reason that a task ended with. Time out, it is killed.
async fn ended(cx: &Cx, pid: Pid, monitor: Ref, timeout: Option<Duration>) -> Term {
    if let Some(reason) = cx.receive_within(timeout, |message| down_reason(message, monitor)).await {
        return reason;
    }
    cx.exit(pid, Atom::KILL);
    cx.receive_if(|message| down_reason(message, monitor)).await
}

async fn last_words(cx: &Cx, task: &Task, reason: Term, asked: Atom) -> Term {
    let expected = if asked == Atom::KILL { Atom::KILLED } else { Atom::SHUTDOWN };
    let mut odd = Some(reason).filter(|reason| !reason.is_atom(expected));
    if odd.as_ref().is_some_and(|reason| reason.is_atom(Atom::NOPROC)) {
        // It had ended before. The owner's first monitor knows why.
        let first = cx.receive_within(Some(Duration::ZERO), |message| down_reason(message, task.reference)).await;
        odd = first.or(odd).filter(|reason| !reason.is_atom(expected));
    }
    cx.demonitor_flush(task.reference);
    let reply = cx.receive_within(Some(Duration::ZERO), |message| match news(message, task.reference)? {
        News::Reply(reply) => Some(reply),
        News::Down(_) => None,
    });
    match (reply.await, odd) {
        (Some(reply), _) => Term::ok(reply),
        (None, Some(reason)) => exited(reason),
        (None, None) => Atom::NIL.into(),
    }
}
