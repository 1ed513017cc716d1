//! System messages: what every behaviour answers besides its own protocol.
//!
//! | module | holds |
//! |---|---|
//! | `debug` | what `sys` notes of a process: statistics, trace, log |
//!
//! ```
//! use let_it_crash::otp::{agent, sys};
//! use let_it_crash::process::Module;
//! use let_it_crash::term;
//! use let_it_crash::term::Atom;
//!
//! let mut node = let_it_crash::otp::node();
//! node.load(Module::new(Atom::new("m"), "1").export("one", 0, |_, _| Box::pin(async { Ok(1.into()) })));
//! let (state, log) = node.eval(|cx| async move {
//!     let one = Atom::new("one");
//!     agent::start_link(&cx, Some(one), term!({m, one, []})).await?;
//!     sys::log(&cx, one, true).await?;
//!     cx.send(one, term!(hello))?;
//!     Ok((sys::get_state(&cx, one).await?, sys::log(&cx, one, term!(get)).await?))
//! }).unwrap();
//! assert_eq!(state, 1.into());
//! assert_eq!(log, term!({ok, [{:"in", hello}, {noreply, 1}]}));
//! ```
//!
//! OTP: <https://www.erlang.org/docs/25/man/sys>

pub(crate) mod debug;

use crate::exit::Raise;
use crate::kernel::Dest;
use crate::process::Cx;
use crate::term::{Atom, Term};
use crate::time::Duration;

use super::gen_server::client::{self, dest_term, timeout_term};

/// The time that system calls wait by default.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// Suspends a process: it answers system messages only.
///
/// # Errors
/// exit `{Reason, {sys, suspend, [Process]}}`, as of `gen_server:call/2`.
///
/// OTP: <https://www.erlang.org/docs/25/man/sys#suspend-1>
pub async fn suspend(cx: &Cx, process: impl Into<Dest>) -> Result<Term, Raise> {
    request(cx, process.into(), Term::atom("suspend")).await
}

/// [`suspend`] that waits for the answer for so long (`None`: for ever).
///
/// # Errors
/// exit `{Reason, {sys, suspend, [Process, Timeout]}}`.
///
/// OTP: <https://www.erlang.org/docs/25/man/sys#suspend-2>
pub async fn suspend_within(cx: &Cx, process: impl Into<Dest>, timeout: Option<Duration>) -> Result<Term, Raise> {
    request_within(cx, process.into(), Term::atom("suspend"), timeout).await
}

/// Resumes a suspended process.
///
/// # Errors
/// exit `{Reason, {sys, resume, [Process]}}`.
///
/// OTP: <https://www.erlang.org/docs/25/man/sys#resume-1>
pub async fn resume(cx: &Cx, process: impl Into<Dest>) -> Result<Term, Raise> {
    request(cx, process.into(), Term::atom("resume")).await
}

/// The state of a process.
///
/// # Errors
/// exit `{Reason, {sys, get_state, [Process]}}`; error, if the state is `{error, Reason}`.
///
/// OTP: <https://www.erlang.org/docs/25/man/sys#get_state-1>
pub async fn get_state(cx: &Cx, process: impl Into<Dest>) -> Result<Term, Raise> {
    let answer = request(cx, process.into(), Term::atom("get_state")).await?;
    refused(&answer).map_or(Ok(answer), Err)
}

/// Replaces the state of a process by `state`; returns the new state.
///
/// # Errors
/// exit `{Reason, {sys, {replace_state, State}, [Process]}}`; error, if the process refuses the
/// state, or it is `{error, Reason}`.
///
/// Differs: takes the state itself, where OTP takes a function of the old one.
///
/// OTP: <https://www.erlang.org/docs/25/man/sys#replace_state-2>
pub async fn replace_state(cx: &Cx, process: impl Into<Dest>, state: Term) -> Result<Term, Raise> {
    let message = Term::tuple([Term::atom("replace_state"), state]);
    let answer = request(cx, process.into(), message).await?;
    refused(&answer).map_or(Ok(answer), Err)
}

/// `{error, Reason}` in place of a state.
fn refused(answer: &Term) -> Option<Raise> {
    match answer.as_tuple()? {
        [Term::Atom(Atom::ERROR), reason] => Some(Raise::error(reason.clone())),
        _ => None,
    }
}

/// Has a suspended process convert its state from that of `old_vsn`: `ok`, or `{error, Reason}`
/// with what it returned instead or `catch` made of it.
///
/// # Errors
/// exit `{Reason, {sys, change_code, [Process, Module, OldVsn, Extra]}}`.
///
/// OTP: <https://www.erlang.org/docs/25/man/sys#change_code-4>
pub async fn change_code(
    cx: &Cx,
    process: impl Into<Dest>,
    module: Atom,
    old_vsn: Term,
    extra: Term,
) -> Result<Term, Raise> {
    let message = Term::tuple([Term::atom("change_code"), module.into(), old_vsn, extra]);
    request(cx, process.into(), message).await
}

/// Has a process end with `reason`; `ok` comes before it has ended.
///
/// # Errors
/// exit `{Reason, {sys, terminate, [Process, Reason, Timeout]}}`.
///
/// OTP: <https://www.erlang.org/docs/25/man/sys#terminate-3>
pub async fn terminate(
    cx: &Cx,
    process: impl Into<Dest>,
    reason: Term,
    timeout: Option<Duration>,
) -> Result<Term, Raise> {
    request_within(cx, process.into(), Term::tuple([Atom::TERMINATE.into(), reason]), timeout).await
}

/// Begins (`true`) or ends (`false`) to count a process's messages, or tells (`get`):
/// `{ok, [{start_time, DateTime}, {current_time, DateTime}, {reductions, N}, {messages_in, N},
/// {messages_out, N}]}` or `{ok, no_statistics}`.
///
/// Differs: the node's clock begins with the year 1970.
///
/// # Errors
/// exit `{Reason, {sys, statistics, [Process, Flag]}}`.
///
/// OTP: <https://www.erlang.org/docs/25/man/sys#statistics-2>
pub async fn statistics(cx: &Cx, process: impl Into<Dest>, flag: impl Into<Term>) -> Result<Term, Raise> {
    debug(cx, process.into(), "statistics", flag.into()).await
}

/// Has every message in and out of a process shown, or no longer.
///
/// Differs: it is shown as a report of level `info`, where OTP writes to standard output.
///
/// # Errors
/// exit `{Reason, {sys, trace, [Process, Flag]}}`.
///
/// OTP: <https://www.erlang.org/docs/25/man/sys#trace-2>
pub async fn trace(cx: &Cx, process: impl Into<Dest>, on: bool) -> Result<Term, Raise> {
    debug(cx, process.into(), "trace", on.into()).await
}

/// Keeps the last 10 events of a process (`true`), the last so many (`{true, N}`) or none
/// (`false`), or tells them (`get`): `{ok, [Event]}`.
///
/// # Errors
/// exit `{Reason, {sys, log, [Process, Flag]}}`.
///
/// OTP: <https://www.erlang.org/docs/25/man/sys#log-2>
pub async fn log(cx: &Cx, process: impl Into<Dest>, flag: impl Into<Term>) -> Result<Term, Raise> {
    debug(cx, process.into(), "log", flag.into()).await
}

/// Has the events of a process written to a file, or no longer (`false`).
///
/// Differs: a node has no files, so the answer is always `{error, open_file}`.
///
/// # Errors
/// exit `{Reason, {sys, log_to_file, [Process, Flag]}}`.
///
/// OTP: <https://www.erlang.org/docs/25/man/sys#log_to_file-2>
pub async fn log_to_file(cx: &Cx, process: impl Into<Dest>, flag: impl Into<Term>) -> Result<Term, Raise> {
    debug(cx, process.into(), "log_to_file", flag.into()).await
}

/// Ends statistics, trace and log.
///
/// # Errors
/// exit `{Reason, {sys, {debug, no_debug}, [Process]}}`.
///
/// OTP: <https://www.erlang.org/docs/25/man/sys#no_debug-1>
pub async fn no_debug(cx: &Cx, process: impl Into<Dest>) -> Result<Term, Raise> {
    let message = Term::tuple([Term::atom("debug"), Term::atom("no_debug")]);
    request(cx, process.into(), message).await
}

/// What there is to know of a process:
/// `{status, Pid, {module, gen_server}, [Dictionary, running | suspended, Parent, Debug, Misc]}`.
/// Its state is in `Misc`, as [`GenServer::format_status`](super::gen_server::GenServer::format_status)
/// shows it.
///
/// # Errors
/// exit `{Reason, {sys, get_status, [Process]}}`.
///
/// OTP: <https://www.erlang.org/docs/25/man/sys#get_status-1>
pub async fn get_status(cx: &Cx, process: impl Into<Dest>) -> Result<Term, Raise> {
    request(cx, process.into(), Term::atom("get_status")).await
}

async fn debug(cx: &Cx, process: Dest, function: &str, flag: Term) -> Result<Term, Raise> {
    request(cx, process, Term::tuple([Term::atom("debug"), Term::tuple([Term::atom(function), flag])])).await
}

async fn request(cx: &Cx, process: Dest, message: Term) -> Result<Term, Raise> {
    let outcome = client::exchange(cx, process, Atom::SYSTEM, message.clone(), Some(DEFAULT_TIMEOUT)).await;
    outcome.map_err(|reason| exit(reason, process, &message, None))
}

async fn request_within(cx: &Cx, process: Dest, message: Term, timeout: Option<Duration>) -> Result<Term, Raise> {
    let outcome = client::exchange(cx, process, Atom::SYSTEM, message.clone(), timeout).await;
    outcome.map_err(|reason| exit(reason, process, &message, Some(timeout_term(timeout))))
}

/// exit `{Reason, {sys, Function, [Process | Args]}}`, where a message that is not known there
/// stands for its function, as in OTP.
#[cold]
fn exit(reason: Term, process: Dest, message: &Term, timeout: Option<Term>) -> Raise {
    let (function, args) = match message.as_tuple() {
        Some([Term::Atom(tag), args @ ..]) if named(*tag, &["change_code", "terminate"]) => (Term::Atom(*tag), args),
        Some([Term::Atom(tag), debug]) if named(*tag, &["debug"]) => match debug.as_tuple() {
            Some([function, args @ ..]) => (function.clone(), args),
            _ => (message.clone(), &[][..]),
        },
        _ => (message.clone(), &[][..]),
    };
    let args = [dest_term(process)].into_iter().chain(args.iter().cloned()).chain(timeout);
    let call = [Atom::SYS.into(), function, Term::list(args.collect::<Vec<_>>())];
    Raise::exit(Term::tuple([reason, Term::tuple(call)]))
}

fn named(tag: Atom, names: &[&str]) -> bool {
    names.contains(&&*tag.text())
}

/// What a system message asks of the process that got it.
pub(crate) enum Request {
    Suspend,
    Resume,
    GetState,
    ReplaceState(Term),
    ChangeCode { old_vsn: Term, extra: Term },
    Terminate(Term),
    Debug(Term),
    GetStatus,
    Unknown,
}

impl Request {
    /// What a process is asked that is, or is not, suspended: only then can its code change.
    pub(crate) fn decode(request: &Term, suspended: bool) -> Self {
        let name = request.as_atom().or_else(|| request.as_tuple()?.first()?.as_atom());
        let Some(name) = name.map(Atom::text) else { return Request::Unknown };
        match (&*name, request.as_tuple()) {
            ("suspend", None) => Request::Suspend,
            ("resume", None) => Request::Resume,
            ("get_status", None) => Request::GetStatus,
            ("debug", Some([_, what])) => Request::Debug(what.clone()),
            ("get_state", None) => Request::GetState,
            ("replace_state", Some([_, state])) => Request::ReplaceState(state.clone()),
            ("change_code", Some([_, _, old_vsn, extra])) if suspended => {
                Request::ChangeCode { old_vsn: old_vsn.clone(), extra: extra.clone() }
            }
            ("terminate", Some([_, reason])) => Request::Terminate(reason.clone()),
            _ => Request::Unknown,
        }
    }
}
