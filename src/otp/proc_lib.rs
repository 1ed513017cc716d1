//! Processes that start with an acknowledgement and report their crashes.
//!
//! ```
//! use let_it_crash::event::Mfa;
//! use let_it_crash::otp::proc_lib;
//! use let_it_crash::term;
//! use let_it_crash::term::{Atom, Term};
//!
//! let started = let_it_crash::otp::node().eval(|cx| async move {
//!     let initial_call = Mfa { module: Atom::new("my"), function: Atom::INIT, arity: 1 };
//!     let starter = cx.me();
//!     proc_lib::start(&cx, true, initial_call, None, |cx| Box::pin(async move {
//!         cx.register(Atom::new("my_process"), cx.me())?; // done before the starter goes on
//!         proc_lib::init_ack(&cx, starter, term!({ok, ready}));
//!         cx.receive().await;
//!         Ok(())
//!     })).await?;
//!     Ok(cx.whereis(Atom::new("my_process")).is_some())
//! });
//! assert_eq!(started, Ok(true));
//! ```
//!
//! OTP: <https://www.erlang.org/docs/25/man/proc_lib>

use std::future::Future;
use std::rc::Rc;

use crate::event::{Event, Level, Mfa, Report};
use crate::exit::{Class, ExitReason, Raise};
use crate::kernel::Dest;
pub(crate) use crate::process::start::down_reason;
use crate::process::{BoxBody, Cx, SpawnOptions};
use crate::term::{Atom, Pid, Term};
use crate::time::Duration;

use super::{logger, sys};

/// Spawns a process and waits until it has acknowledged its start to the caller: `{ok, Pid}`,
/// `ignore` or `{error, Reason}`, whatever it says.
///
/// # Errors
/// `system_limit` when the process table is full.
///
/// OTP: <https://www.erlang.org/docs/25/man/proc_lib#start_link-3>
pub async fn start(
    cx: &Cx,
    link: bool,
    initial_call: Mfa,
    timeout: Option<Duration>,
    body: impl FnOnce(Cx) -> BoxBody,
) -> Result<Term, Raise> {
    let mark = cx.mark();
    let child = spawn_body(cx, link, initial_call, body)?;
    cx.starting(link, timeout, mark, child).ended(cx).await
}

/// Spawns a process that knows its ancestors.
///
/// # Errors
/// `system_limit` when the process table is full.
///
/// OTP: <https://www.erlang.org/docs/25/man/proc_lib#spawn-3>
pub fn spawn<F, Fut>(cx: &Cx, link: bool, initial_call: Mfa, body: F) -> Result<Pid, Raise>
where
    F: FnOnce(Cx) -> Fut,
    Fut: Future<Output = Result<(), Raise>> + 'static,
{
    spawn_body(cx, link, initial_call, |child| Box::pin(body(child)))
}

/// Spawns a process that knows its ancestors.
#[inline]
pub(super) fn spawn_body(
    cx: &Cx,
    link: bool,
    initial_call: Mfa,
    body: impl FnOnce(Cx) -> BoxBody,
) -> Result<Pid, Raise> {
    let child = cx.bear(SpawnOptions { link, initial_call }, true)?;
    let pid = child.me();
    cx.house(pid, body(child));
    Ok(pid)
}

/// Tells the starter how the start went.
///
/// OTP: <https://www.erlang.org/docs/25/man/proc_lib#init_ack-2>
pub fn init_ack(cx: &Cx, starter: Pid, answer: Term) {
    cx.acknowledge(starter, answer);
}

/// Stops a process that handles system messages, and waits for its end.
///
/// # Errors
/// exit `noproc`, `timeout`, or the reason it really ended with if that is not `reason`.
///
/// OTP: <https://www.erlang.org/docs/25/man/proc_lib#stop-3>
pub async fn stop(cx: &Cx, process: impl Into<Dest>, reason: Term, timeout: Option<Duration>) -> Result<(), Raise> {
    let process = process.into();
    let started = cx.now();
    let monitor = cx.monitor(process);
    if let Err(raise) = sys::terminate(cx, process, reason.clone(), timeout).await {
        cx.demonitor_flush(monitor);
        return Err(bare_exit(raise));
    }
    let left = timeout.map(|timeout| timeout.saturating_sub(cx.now().since(started)));
    match cx.receive_match(0, left, |message| down_reason(message, monitor)).await {
        Some(real) if real == reason => Ok(()),
        Some(real) => Err(Raise::exit(real)),
        None => {
            cx.demonitor_flush(monitor);
            Err(Raise::exit(Atom::TIMEOUT))
        }
    }
}

/// `{noproc, {sys, terminate, _}}` and `{timeout, {sys, terminate, _}}` become bare.
fn bare_exit(raise: Raise) -> Raise {
    match raise.reason.as_tuple() {
        Some([Term::Atom(reason @ (Atom::NOPROC | Atom::TIMEOUT)), _]) => Raise::exit(*reason),
        _ => raise,
    }
}

/// Reports a crash of the calling process, unless its end is an orderly one.
///
/// OTP: <https://www.erlang.org/docs/25/man/proc_lib#description>
pub fn report_crash(cx: &Cx, raise: &Raise) {
    let reason = raise.clone().into_exit_reason();
    if raise.class == Class::Exit && reason.is_orderly() {
        return;
    }
    report(cx, Level::Error, || crash_report(cx, raise, &reason));
}

fn crash_report(cx: &Cx, raise: &Raise, reason: &ExitReason) -> (Term, Term) {
    let me = cx.me();
    let pair = |key: &str, value: Term| Term::tuple([Term::atom(key), value]);
    let (initial_call, name, queue, links, reductions, trap) = cx
        .of(me, |process| {
            let Mfa { module, function, arity } = process.initial_call;
            (
                Term::tuple([module.into(), function.into(), i64::from(arity).into()]),
                process.name.map_or(Term::Nil, Term::from),
                process.mailbox.len(),
                Term::list(process.links.to_vec().into_iter().map(Term::Pid).collect::<Vec<_>>()),
                process.reductions,
                process.trap_exit,
            )
        })
        .unwrap_or((Term::Nil, Term::Nil, 0, Term::Nil, 0, false));
    let info = vec![
        pair("initial_call", initial_call),
        pair("pid", me.into()),
        pair("registered_name", name),
        pair("error_info", Term::tuple([raise.class.atom().into(), raise.reason.clone(), raise.stack.clone()])),
        pair("ancestors", cx.ancestors()),
        pair("message_queue_len", queue.into()),
        pair("links", links),
        pair("trap_exit", trap.into()),
        pair("reductions", reductions.into()),
        pair("exit_reason", reason.0.clone()),
    ];
    let label = Term::tuple([Atom::PROC_LIB.into(), Term::atom("crash")]);
    (label, Term::list([Term::list(info), Term::Nil]))
}

/// Logs a report, built only if its level is logged at all.
pub(crate) fn report(cx: &Cx, level: Level, build: impl FnOnce() -> (Term, Term)) {
    if cx.logs(level) {
        let (label, body) = build();
        logger::log(cx, level, Term::tuple([Term::atom("report"), label.clone(), body.clone()]));
        cx.emit(Event::Reported { pid: cx.me(), report: Rc::new(Report { level, label, body }) });
    }
}
