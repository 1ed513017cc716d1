//! What Elixir's behaviours have in common: exceptions, exits of `GenServer`, functions as data.

use crate::exit::Raise;
use crate::kernel::Dest;
use crate::process::Cx;
use crate::term::{Atom, Term};
use crate::time::Duration;

use super::gen_server;
use super::gen_server::client::{self, Flavour};

/// An exception that a struct of `module` describes: `%{__struct__: ..., message: ...}`.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Exception.html>
#[must_use]
pub fn raise(module: &str, message: &str) -> Raise {
    Raise::error(Term::map(vec![
        (Term::atom("__struct__"), Term::atom(&format!("Elixir.{module}"))),
        (Term::atom("__exception__"), true.into()),
        (Term::atom("message"), Term::string(message)),
    ]))
}

/// Stops a server with `reason` and waits for its end.
///
/// # Errors
/// exit `{Reason, {'Elixir.GenServer', stop, [Server, Reason, Timeout]}}`: `noproc`,
/// `calling_self`, `timeout`, or the reason it really ended with.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/GenServer.html#stop/3>
pub async fn stop(cx: &Cx, server: Dest, reason: Term, timeout: Option<Duration>) -> Result<(), Raise> {
    let outcome = match is_me(cx, server) {
        true => Err(Raise::exit(Atom::CALLING_SELF)),
        false => gen_server::stop(cx, server, reason.clone(), timeout).await,
    };
    outcome.map_err(|raise| {
        let flavour = Flavour { module: Atom::ELIXIR_GEN_SERVER, function: Atom::STOP };
        flavour.exit(raise.into_reason(), server, reason, Some(client::timeout_term(timeout)))
    })
}

fn is_me(cx: &Cx, server: Dest) -> bool {
    match server {
        Dest::Pid(pid) => pid == cx.me(),
        Dest::Name(name) => cx.whereis(name) == Some(cx.me()),
        Dest::Alias(_) => false,
    }
}

/// Calls a function as data with these arguments. What it captured comes behind them.
///
/// # Errors
/// `{badfun, Fun}`, `{badarity, {Fun, Args}}`, `undef`; whatever the function raises.
///
/// OTP: <https://www.erlang.org/docs/25/man/erlang#apply-2>
pub async fn apply_fun(cx: &Cx, fun: &Term, mut args: Vec<Term>) -> Result<Term, Raise> {
    let Some(code) = fun.as_fun() else {
        return Err(Raise::error(Term::tuple([Term::atom("badfun"), fun.clone()])));
    };
    if usize::from(code.arity) != args.len() {
        let call = Term::tuple([fun.clone(), Term::list(args)]);
        return Err(Raise::error(Term::tuple([Term::atom("badarity"), call])));
    }
    args.extend(code.env.iter().cloned());
    cx.apply(code.module, code.name, args).await
}
