//! `Seq.Supervisor`: the two servers of the application, each restarted by itself.

use crate::exit::Raise;
use crate::otp::{application, supervisor};
use crate::process::{Cx, Module};
use crate::term;
use crate::term::{Atom, Term};

use super::{keyword, one_for_one, server, tuning};

/// The module's name and the supervisor's.
pub const NAME: &str = "Elixir.Seq.Supervisor";

/// Starts the supervisor linked to the caller.
///
/// # Errors
/// `system_limit` when the process table is full.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Supervisor.html#start_link/3>
pub async fn start_link(cx: &Cx, opts: Term) -> Result<Term, Raise> {
    supervisor::start_link(cx, Some(Atom::new(NAME)), Atom::new(NAME), opts).await
}

/// `{:ok, {flags, children}}`; the arithmetic server's parameters come from the environment of
/// the application, and flags and order too if they stand there.
fn init(cx: &Cx) -> Result<Term, Raise> {
    let Some(arith) = application::get_env(cx, Atom::new("seq"), Atom::new("arith")) else {
        return Err(Raise::error(term!({badmatch, error})));
    };
    let fib = term!([{name, Seq.FibServer}, {sequence, Seq.Fib}]);
    let arith = keyword::merge(&term!([{name, Seq.ArithServer}, {sequence, Seq.Arith}]), &arith);
    let children = [(term!(Seq.FibServer), fib), (term!(Seq.ArithServer), arith)];
    let children = children.map(|(id, opts)| server::child_spec(&id, &opts));
    Ok(tuning::tuned(cx, "seq", Atom::new(NAME), term!({ok, {(one_for_one()), (Term::list(children))}})))
}

pub(super) fn module() -> Module {
    Module::new(Atom::new(NAME), super::VSN)
        .export("start_link", 1, |cx, args| {
            Box::pin(async move { start_link(&cx, args.into_iter().next().unwrap_or_default()).await })
        })
        .export("init", 1, |cx, _| Box::pin(async move { init(&cx) }))
}
