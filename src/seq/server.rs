//! `Seq.Server`: a sequence behind a process.
//!
//! The client functions hide the protocol; the state is `%{mod: Seq.Fib, st: {0, 1}}`.

use crate::exit::Raise;
use crate::kernel::Dest;
use crate::otp::gen_server::{self, From, GenServer, Init, Next, Reply, Start};
use crate::otp::{application, telemetry};
use crate::process::module::Called;
use crate::process::{Cx, Module};
use crate::term;
use crate::term::{Atom, Term};
use crate::time::Duration;

use super::keyword;

/// The module's name, and the server that `next/0` and `peek/0` mean.
pub const NAME: &str = "Elixir.Seq.Server";

/// How long a client waits: `GenServer.call/2`'s time-out.
pub const TIMEOUT: Duration = Duration::from_millis(5_000);

/// The state of a server.
pub struct Server {
    /// The sequence's module.
    module: Atom,
    /// The sequence's state.
    st: Term,
}

/// Starts a server linked to the caller. Options, as a keyword list: `sequence` (a module),
/// `name`, and those of the sequence.
///
/// # Errors
/// `ArgumentError` for a name that is no atom; `system_limit` when the process table is full.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/GenServer.html#start_link/3>
pub async fn start_link(cx: &Cx, opts: Term) -> Result<Term, Raise> {
    let name = name(&opts)?;
    gen_server::start_link::<Server>(cx, Start::new(Atom::new(NAME), opts).named(name)).await
}

/// `Application.get_env(:seq, :timeout, 5_000)`: how long a client waits, in milliseconds.
#[must_use]
pub fn timeout(cx: &Cx) -> Duration {
    let set = application::get_env(cx, Atom::new("seq"), Atom::new("timeout"));
    let millis = set.and_then(|set| set.as_int()).and_then(|millis| u64::try_from(millis).ok());
    millis.map_or(TIMEOUT, Duration::from_millis)
}

/// The name that the options give.
pub(super) fn name(opts: &Term) -> Result<Option<Atom>, Raise> {
    match opts.keyword_get(Atom::new("name")) {
        None | Some(Term::Atom(Atom::NIL)) => Ok(None),
        Some(Term::Atom(name)) => Ok(Some(*name)),
        Some(_) => Err(Raise::error(Atom::BADARG)),
    }
}

/// The present term of the sequence; the server moves on.
///
/// # Errors
/// exit `{Reason, {GenServer, :call, [server, :next, 5000]}}`
///
/// OTP: <https://hexdocs.pm/elixir/1.14/GenServer.html#call/3>
pub async fn next(cx: &Cx, server: impl Into<Dest>) -> Result<Term, Raise> {
    gen_server::call_elixir(cx, server, term!(next), Some(timeout(cx))).await
}

/// The present term of the sequence; the server stays where it is.
///
/// # Errors
/// exit `{Reason, {GenServer, :call, [server, :peek, 5000]}}`
///
/// OTP: <https://hexdocs.pm/elixir/1.14/GenServer.html#call/3>
pub async fn peek(cx: &Cx, server: impl Into<Dest>) -> Result<Term, Raise> {
    gen_server::call_elixir(cx, server, term!(peek), Some(TIMEOUT)).await
}

impl GenServer for Server {
    async fn init(cx: &Cx, opts: Term) -> Result<Init<Self>, Raise> {
        let sequence = keyword::fetch(&opts, Atom::new("sequence"))?;
        let Some(module) = sequence.as_atom() else { return Err(Raise::error(Atom::BADARG)) };
        let st = cx.apply(module, Atom::INIT, vec![opts]).await?;
        Ok(Init::Ok(Server { module, st }, Next::Continue(term!(announce))))
    }

    /// What need not keep the supervisor waiting: says that the sequence is ready, and from where.
    async fn handle_continue(&mut self, cx: &Cx, _announce: Term) -> Result<Reply, Raise> {
        let value = self.ask(cx, "peek").await?;
        let measurements = term!(#{system_time => (cx.monotonic_time().0)});
        let metadata = term!(#{sequence => (self.module), value => (value)});
        telemetry::execute(cx, term!([seq, init]), measurements, metadata).await?;
        Ok(Reply::none())
    }

    async fn handle_call(&mut self, cx: &Cx, request: Term, _from: From) -> Result<Reply, Raise> {
        match request.as_atom().map(Atom::text).as_deref() {
            Some("next") => {
                let name = term!([seq, next]);
                telemetry::span(cx, &name, term!(#{}), self.next(cx)).await.map(Reply::value)
            }
            Some("peek") => self.ask(cx, "peek").await.map(Reply::value),
            _ => Err(Raise::error(Atom::FUNCTION_CLAUSE)),
        }
    }

    fn state(&self) -> Term {
        term!(%{mod => (self.module), st => (self.st.clone())})
    }

    fn from_state(state: Term) -> Result<Self, Raise> {
        match (state.map_get(&Term::atom("mod")), state.map_get(&term!(st))) {
            (Some(Term::Atom(module)), Some(st)) => Ok(Server { module: *module, st: st.clone() }),
            _ => Err(Raise::error(Term::tuple([Atom::BADMATCH.into(), state]))),
        }
    }
}

impl Server {
    async fn next(&mut self, cx: &Cx) -> Result<(Term, Term), Raise> {
        let answer = self.ask(cx, "next").await?;
        let Some([value, st]) = answer.as_tuple() else {
            return Err(Raise::error(Term::tuple([Atom::BADMATCH.into(), answer])));
        };
        self.st = st.clone();
        Ok((value.clone(), term!(#{value => (value.clone())})))
    }

    async fn ask(&self, cx: &Cx, function: &str) -> Result<Term, Raise> {
        cx.apply(self.module, Atom::new(function), vec![self.st.clone()]).await
    }
}

/// `{Seq.Server, opts}` as a child specification with an id of its own: two servers cannot share
/// the id that `use GenServer` gives.
pub(super) fn child_spec(id: &Term, opts: &Term) -> Term {
    term!(#{id => (id.clone()), start => {Seq.Server, start_link, [(opts.clone())]}})
}

pub(super) fn module() -> Module {
    Module::new(Atom::new(NAME), super::VSN)
        .serves(gen_server::code::<Server>())
        .export("start_link", 1, |cx, args| Box::pin(async move { start_link(&cx, first(args)).await }))
        .export("child_spec", 1, |_, args| Box::pin(async move { Ok(child_spec(&term!(Seq.Server), &first(args))) }))
        .export("next", 0, |cx, _| client(cx, vec![Term::atom(NAME)], "next"))
        .export("next", 1, |cx, args| client(cx, args, "next"))
        .export("peek", 0, |cx, _| client(cx, vec![Term::atom(NAME)], "peek"))
        .export("peek", 1, |cx, args| client(cx, args, "peek"))
}

pub(super) fn first(args: Vec<Term>) -> Term {
    args.into_iter().next().unwrap_or_default()
}

pub(super) fn client(cx: Cx, args: Vec<Term>, request: &'static str) -> Called {
    Box::pin(async move {
        let server = match first(args) {
            Term::Pid(pid) => Dest::Pid(pid),
            Term::Atom(name) => Dest::Name(name),
            _ => return Err(Raise::error(Atom::FUNCTION_CLAUSE)),
        };
        gen_server::call_elixir(&cx, server, Term::atom(request), Some(timeout(&cx))).await
    })
}
