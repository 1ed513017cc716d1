//! `Seq.Server` 0.2.0: the server of 0.1.0, which also counts the calls of `next`.
//!
//! The state is `%{mod: Seq.Fib, st: {0, 1}, calls: 0}`. On the way up a server begins to count;
//! on the way down it forgets. The sequence's position stays either way.

use crate::exit::Raise;
use crate::kernel::Dest;
use crate::otp::gen_server::{self, From, GenServer, Init, Reply, Start};
use crate::process::{Cx, Module};
use crate::term;
use crate::term::{Atom, Term};

use super::server::{self, NAME, TIMEOUT};

/// The version of the module, and of the application that it comes with.
pub const VSN: &str = "0.2.0";

/// The state of a server.
pub struct Server {
    before: server::Server,
    calls: i64,
}

/// How many times `next` was answered.
///
/// # Errors
/// exit `{Reason, {GenServer, :call, [server, :calls, 5000]}}`
///
/// OTP: <https://hexdocs.pm/elixir/1.14/GenServer.html#call/3>
pub async fn calls(cx: &Cx, server: impl Into<Dest>) -> Result<Term, Raise> {
    gen_server::call_elixir(cx, server, term!(calls), Some(TIMEOUT)).await
}

impl GenServer for Server {
    async fn init(cx: &Cx, opts: Term) -> Result<Init<Self>, Raise> {
        Ok(match server::Server::init(cx, opts).await? {
            Init::Ok(before, next) => Init::Ok(Server { before, calls: 0 }, next),
            Init::Ignore => Init::Ignore,
            Init::Stop(reason) => Init::Stop(reason),
            Init::Raw(term) => Init::Raw(term),
        })
    }

    async fn handle_continue(&mut self, cx: &Cx, argument: Term) -> Result<Reply, Raise> {
        self.before.handle_continue(cx, argument).await
    }

    async fn handle_call(&mut self, cx: &Cx, request: Term, from: From) -> Result<Reply, Raise> {
        if request == term!(calls) {
            return Ok(Reply::value(self.calls));
        }
        let is_next = request == term!(next);
        let reply = self.before.handle_call(cx, request, from).await?;
        self.calls += i64::from(is_next);
        Ok(reply)
    }

    fn state(&self) -> Term {
        let calls = (Term::atom("calls"), Term::from(self.calls));
        let before = self.before.state();
        Term::map(before.as_map().unwrap_or_default().iter().cloned().chain([calls]).collect())
    }

    fn from_state(state: Term) -> Result<Self, Raise> {
        let Some(calls) = state.map_get(&Term::atom("calls")).and_then(Term::as_int) else {
            return Err(Raise::error(Term::tuple([Atom::BADMATCH.into(), state])));
        };
        Ok(Server { before: server::Server::from_state(state)?, calls })
    }

    /// Up from 0.1.0: nothing counted yet. Down to it: without the count.
    fn code_change(old_vsn: Term, state: Term, _extra: Term) -> Result<Term, Raise> {
        if matches!(old_vsn.as_tuple(), Some([Term::Atom(down), _]) if *down == Atom::new("down")) {
            let pairs = state.as_map().unwrap_or_default().iter();
            return Ok(Term::map(pairs.filter(|(key, _)| *key != Term::atom("calls")).cloned().collect()));
        }
        state.map_put(Term::atom("calls"), Term::from(0)).ok_or_else(|| Raise::error(Atom::BADARG))
    }
}

/// The functions of 0.1.0, and `calls/1`.
pub(super) fn module() -> Module {
    server::module()
        .version(VSN)
        .serves(gen_server::code::<Server>())
        .export("start_link", 1, |cx, args| {
            Box::pin(async move {
                let opts = server::first(args);
                let name = server::name(&opts)?;
                gen_server::start_link::<Server>(&cx, Start::new(Atom::new(NAME), opts).named(name)).await
            })
        })
        .export("calls", 1, |cx, args| server::client(cx, args, "calls"))
}
