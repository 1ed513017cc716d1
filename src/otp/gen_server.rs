//! Generic servers.
//!
//! A server is a type that implements [`GenServer`]; its callbacks return what an Erlang callback
//! returns. One serve loop, written by hand, runs them all; a type of server adds to the program
//! no more than its callbacks.
//!
//! | module | holds |
//! |---|---|
//! | [`client`] | calls, casts, replies |
//! | `name` | servers by pid, name, `{via, Module, Name}`, `{Name, Node}` |
//! | `server` | a server of any type, as the loop sees it |
//! | `init` | the start: name, `init`, acknowledgement |
//! | `serve` | the loop |
//! | `outcome` | what a callback's return means |
//! | `system` | system messages |
//! | `handover` | hot upgrade |
//! | `end` | `terminate`, reports, the last reply |
//!
//! ```
//! use let_it_crash::exit::Raise;
//! use let_it_crash::otp::gen_server::{self, From, GenServer, Init, Next, Reply, Start};
//! use let_it_crash::process::Cx;
//! use let_it_crash::term::{Atom, Term};
//!
//! struct Counter(i64);
//!
//! impl GenServer for Counter {
//!     async fn init(_: &Cx, first: Term) -> Result<Init<Self>, Raise> {
//!         Ok(Init::Ok(Counter(first.as_int().unwrap_or(0)), Next::Wait))
//!     }
//!     async fn handle_call(&mut self, _: &Cx, _next: Term, _: From) -> Result<Reply, Raise> {
//!         self.0 += 1;
//!         Ok(Reply::value(self.0))
//!     }
//!     fn state(&self) -> Term { self.0.into() }
//! }
//!
//! let answer = let_it_crash::otp::node().eval(|cx| async move {
//!     let name = Atom::new("counter");
//!     gen_server::start_link::<Counter>(&cx, Start::new(name, 41.into()).named(Some(name))).await?;
//!     gen_server::call(&cx, name, Term::atom("next"), None).await
//! });
//! assert_eq!(answer, Ok(Term::Int(42)));
//! ```
//!
//! OTP: <https://www.erlang.org/docs/25/man/gen_server>

pub mod client;
mod end;
mod handover;
mod init;
mod name;
mod outcome;
mod serve;
mod server;
mod system;

pub use client::{Call, call, call_elixir, cast, reply, stop};
pub use init::FailingStarts;
pub use name::{Name, abcast, call_by, cast_by, multi_call, node, whereis};
pub use server::code;

use std::task::Poll;

use crate::event::{Behaviour, Mfa};
use crate::exit::Raise;
use crate::kernel::message::Caller;
use crate::process::{Cx, Starting};
use crate::term::{Atom, Pid, Term};
use crate::time::Duration;

use super::proc_lib;
use init::Starter;
use serve::Life;
use server::{Code, Coded};

/// What a server does after a callback.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Next {
    /// Waits for a message.
    #[default]
    Wait,
    /// Waits for a message, and gets `timeout` in `handle_info` if none comes in time.
    Timeout(Duration),
    /// Goes on with `handle_continue` before anything else.
    Continue(Term),
    /// Waits for a message, asleep.
    Hibernate,
}

/// What `init` returns.
pub enum Init<S> {
    /// `{ok, State}` and its variants.
    Ok(S, Next),
    /// `ignore`
    Ignore,
    /// `{stop, Reason}`
    Stop(Term),
    /// This very term, right or wrong.
    Raw(Term),
}

/// What `handle_call`, `handle_cast`, `handle_info` and `handle_continue` return.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// `{reply, Reply, State}` and its variants; in `handle_call` only.
    Reply(Term, Next),
    /// `{noreply, State}` and its variants.
    NoReply(Next),
    /// `{stop, Reason, State}`
    Stop(Term),
    /// `{stop, Reason, Reply, State}`; in `handle_call` only.
    StopReply(Term, Term),
    /// This very term, right or wrong.
    Raw(Term),
}

impl Reply {
    /// `{reply, value, State}`
    #[inline]
    #[must_use]
    pub fn value(value: impl Into<Term>) -> Self {
        Reply::Reply(value.into(), Next::Wait)
    }

    /// `{noreply, State}`
    #[inline]
    #[must_use]
    pub fn none() -> Self {
        Reply::NoReply(Next::Wait)
    }
}

/// A message to a server, and which callback it is for.
#[derive(Clone, Copy, Debug)]
pub enum Incoming<'a> {
    /// A request, and who called: `handle_call`.
    Call(&'a Term, &'a From),
    /// `handle_cast`
    Cast(&'a Term),
    /// Anything else, and `timeout`: `handle_info`.
    Info(&'a Term),
}

/// `{'EXIT', Pid, Reason}`
fn exit_message(pid: Pid, reason: Term) -> Term {
    Term::tuple([Atom::EXIT.into(), pid.into(), reason])
}

/// Who called: `{Pid, Tag}`, for [`reply`].
#[derive(Clone, Debug, PartialEq)]
pub struct From(Sender);

#[derive(Clone, Debug, PartialEq)]
enum Sender {
    Caller(Caller),
    /// Of a message that was sent as a term.
    Term(Term),
}

impl From {
    /// Who called, as a term says it.
    #[must_use]
    pub fn from_term(from: Term) -> Self {
        From(Sender::Term(from))
    }

    /// `{Pid, Tag}`
    #[must_use]
    pub fn term(&self) -> Term {
        match &self.0 {
            Sender::Caller(caller) => caller.term(),
            Sender::Term(term) => term.clone(),
        }
    }
}

/// The callbacks of a server.
///
/// A raised throw is a return value, as in OTP; a raised error or exit ends the server, after
/// `terminate`.
///
/// OTP: <https://www.erlang.org/docs/25/man/gen_server#callback-functions>
#[allow(async_fn_in_trait)]
pub trait GenServer: Sized + 'static {
    /// What the server is to an observer.
    const BEHAVIOUR: Behaviour = Behaviour::GenServer;

    /// Makes the state. The starter waits for it.
    async fn init(cx: &Cx, args: Term) -> Result<Init<Self>, Raise> {
        Self::init_at_once(cx, &args).unwrap_or_else(|| Err(Raise::error(Atom::UNDEF)))
    }

    /// Gives what `init` would return, if it need not wait for anything: as
    /// [`at_once`](GenServer::at_once) it is no future, so a start costs no more than its work.
    /// `None`: `init` is to be called.
    fn init_at_once(_cx: &Cx, _args: &Term) -> Option<Result<Init<Self>, Raise>> {
        None
    }

    /// Takes a message at once: gives what `handle_call`, `handle_cast` or `handle_info` would
    /// return. `None`: that callback is to be called, for it may have to wait. What takes a message
    /// at once is no future, so it costs no more than its work.
    fn at_once(&mut self, _cx: &Cx, _message: Incoming<'_>) -> Option<Result<Reply, Raise>> {
        None
    }

    /// Takes a message as [`at_once`](GenServer::at_once) does, or begins to: a callback that is
    /// `Pending` has asked the kernel to wait and keeps in the state what for, and
    /// [`go_on`](GenServer::go_on) ends it. Such a wait is no future either.
    fn begin(&mut self, cx: &Cx, message: Incoming<'_>) -> Option<Poll<Result<Reply, Raise>>> {
        self.at_once(cx, message).map(Poll::Ready)
    }

    /// [`begin`](GenServer::begin) of an `'EXIT'`, whose tuple need not be made.
    fn begin_exit(&mut self, cx: &Cx, pid: Pid, reason: &Term) -> Option<Poll<Result<Reply, Raise>>> {
        self.begin(cx, Incoming::Info(&exit_message(pid, reason.clone())))
    }

    /// Goes on with what was begun, when the process has been woken.
    fn go_on(&mut self, _cx: &Cx) -> Poll<Result<Reply, Raise>> {
        Poll::Ready(Ok(Reply::none()))
    }

    /// Has it begun something? Then the state is not for others to see.
    fn has_begun(&self) -> bool {
        false
    }

    /// Answers a [`call`].
    async fn handle_call(&mut self, _cx: &Cx, _request: Term, _from: From) -> Result<Reply, Raise> {
        Err(Raise::error(Atom::FUNCTION_CLAUSE))
    }

    /// Takes a [`cast`].
    async fn handle_cast(&mut self, _cx: &Cx, _message: Term) -> Result<Reply, Raise> {
        Err(Raise::error(Atom::FUNCTION_CLAUSE))
    }

    /// Takes any other message, and `timeout`.
    async fn handle_info(&mut self, _cx: &Cx, _message: Term) -> Result<Reply, Raise> {
        Ok(Reply::none())
    }

    /// Goes on after a callback that returned [`Next::Continue`].
    async fn handle_continue(&mut self, _cx: &Cx, _argument: Term) -> Result<Reply, Raise> {
        Err(Raise::error(Atom::FUNCTION_CLAUSE))
    }

    /// Cleans up before an end that the server knows of.
    async fn terminate(&mut self, _cx: &Cx, _reason: &Term) -> Result<(), Raise> {
        Ok(())
    }

    /// The state as a term, for `sys:get_state/1` and the inspector.
    fn state(&self) -> Term;

    /// How the server is shown to people: by `sys:get_status/1`, and in the report of its end.
    /// `status` is a map of `state` and, as far as there is one, `message`, `reason` and `log`;
    /// what is secret or too long is replaced.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/gen_server#Module:format_status-1>
    #[must_use]
    fn format_status(status: Term) -> Term {
        status
    }

    /// The state from a term, for `sys:replace_state/2` and returned raw terms.
    ///
    /// # Errors
    /// A server whose state is no term refuses.
    fn from_state(state: Term) -> Result<Self, Raise> {
        Err(Raise::error(Term::tuple([Atom::BADARG.into(), state])))
    }

    /// The state of this version from that of `old_vsn`, both as terms.
    ///
    /// # Errors
    /// Whatever the conversion raises; the server then stays as it was.
    fn code_change(_old_vsn: Term, state: Term, _extra: Term) -> Result<Term, Raise> {
        Ok(state)
    }

    /// Takes part in `sys:change_code/4` of a state that lives outside terms: `None` goes by
    /// [`GenServer::code_change`].
    async fn change_code(&mut self, _cx: &Cx, _old_vsn: &Term, _extra: &Term) -> Option<Result<(), Term>> {
        None
    }
}

/// How a server is started.
#[derive(Clone, Debug)]
pub struct Start {
    /// The name it registers before `init`.
    pub name: Option<Name>,
    /// Its callback module, for reports and `process_info`.
    pub module: Atom,
    /// The argument of `init`.
    pub args: Term,
    /// How long `init` may take; `None`: as long as it likes.
    pub timeout: Option<Duration>,
}

impl Start {
    /// A server of `module` without name or time limit.
    #[must_use]
    pub fn new(module: Atom, args: Term) -> Self {
        Start { name: None, module, args, timeout: None }
    }

    /// The same with a registered name.
    #[must_use]
    pub fn named(self, name: Option<Atom>) -> Self {
        self.named_by(name.map(Name::Local))
    }

    /// The same with a name of any kind.
    #[must_use]
    pub fn named_by(mut self, name: Option<Name>) -> Self {
        self.name = name;
        self
    }
}

/// Starts a server linked to the caller: `{ok, Pid}`, `ignore` or `{error, Reason}`.
///
/// # Errors
/// `system_limit` when the process table is full.
///
/// OTP: <https://www.erlang.org/docs/25/man/gen_server#start_link-3>
pub fn start_link<S: GenServer>(cx: &Cx, start: Start) -> impl Future<Output = Result<Term, Raise>> {
    start_server(cx, start, true, &S::CODE)
}

/// Starts a server on its own: `{ok, Pid}`, `ignore` or `{error, Reason}`.
///
/// # Errors
/// `system_limit` when the process table is full.
///
/// OTP: <https://www.erlang.org/docs/25/man/gen_server#start-3>
pub fn start<S: GenServer>(cx: &Cx, start: Start) -> impl Future<Output = Result<Term, Raise>> {
    start_server(cx, start, false, &S::CODE)
}

/// Begins [`start_link`], for [`Module::starts`](crate::process::Module::starts).
pub fn begin_link<S: GenServer>(cx: &Cx, start: Start) -> Starting {
    begin(cx, start, true, &S::CODE)
}

async fn start_server(cx: &Cx, start: Start, link: bool, code: &'static Code) -> Result<Term, Raise> {
    begin(cx, start, link, code).ended(cx).await
}

fn begin(cx: &Cx, start: Start, link: bool, code: &'static Code) -> Starting {
    match &start.name {
        Some(Name::Via(..)) => Starting::working(Box::pin(start_via(cx.same(), start, link, code))),
        Some(Name::Local(name)) => match cx.whereis(*name) {
            Some(pid) => Starting::over(Ok(already_started(pid))),
            None => spawn_server(cx, start, link, code),
        },
        None => spawn_server(cx, start, link, code),
    }
}

/// Who has a name of another registry only that one can tell.
async fn start_via(cx: Cx, start: Start, link: bool, code: &'static Code) -> Result<Term, Raise> {
    if let Some(name) = &start.name
        && let Some(pid) = name.holder(&cx).await?
    {
        return Ok(already_started(pid));
    }
    spawn_server(&cx, start, link, code).ended(&cx).await
}

fn spawn_server(cx: &Cx, start: Start, link: bool, code: &'static Code) -> Starting {
    let initial_call = Mfa { module: start.module, function: Atom::INIT, arity: 1 };
    let starter = Starter { pid: cx.me(), link, code };
    let (timeout, mark) = (start.timeout, cx.mark());
    match proc_lib::spawn_body(cx, link, initial_call, |child| Life::starting(child, starter, start)) {
        Ok(child) => cx.starting(link, timeout, mark, child),
        Err(raise) => Starting::over(Err(raise)),
    }
}

pub(crate) fn already_started(holder: impl Into<Term>) -> Term {
    Term::error(Term::tuple([Atom::ALREADY_STARTED.into(), holder.into()]))
}
