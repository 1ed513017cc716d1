//! `Seq.Supervisor`: the two servers of the application, each restarted by itself.

use crate::exit::Raise;
use crate::otp::{application, supervisor, sys};
use crate::process::{Cx, Module};
use crate::term;
use crate::term::ordered::sort_by_key;
use crate::term::{Atom, Term};

use super::{keyword, one_for_one, server};

/// Gives the supervisor other flags while it runs: they go into the environment of the
/// application, where `init` finds them, and the supervisor's own code change takes them over.
/// Its children go on. `ok` or `{error, Reason}`.
///
/// # Errors
/// exit, if it does not run.
///
/// OTP: <https://www.erlang.org/docs/25/design_principles/appup_cookbook#changing-properties>
pub async fn change_flags(cx: &Cx, flags: Term) -> Result<Term, Raise> {
    application::set_env(cx, Atom::new("seq"), Atom::SUPERVISOR, flags).await?;
    take_over(cx).await
}

/// Gives the supervisor its children in another start order while it and they run: a list of
/// child ids, by the same way as its flags. `ok` or `{error, Reason}`.
///
/// # Errors
/// exit, if it does not run.
///
/// OTP: <https://www.erlang.org/docs/25/design_principles/appup_cookbook#changing-properties>
pub async fn change_order(cx: &Cx, ids: Term) -> Result<Term, Raise> {
    application::set_env(cx, Atom::new("seq"), child_order(), ids).await?;
    take_over(cx).await
}

fn child_order() -> Atom {
    Atom::new("child_order")
}

/// The supervisor's own code change: it calls `init` anew.
async fn take_over(cx: &Cx) -> Result<Term, Raise> {
    let name = Atom::new(NAME);
    sys::suspend(cx, name).await?;
    let answer = sys::change_code(cx, name, name, Term::string(super::VSN), Term::Nil).await;
    sys::resume(cx, name).await?;
    answer
}

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
/// the application, the flags too if they stand there.
fn init(cx: &Cx) -> Result<Term, Raise> {
    let Some(arith) = application::get_env(cx, Atom::new("seq"), Atom::new("arith")) else {
        return Err(Raise::error(term!({badmatch, error})));
    };
    let fib = term!([{name, Seq.FibServer}, {sequence, Seq.Fib}]);
    let arith = keyword::merge(&term!([{name, Seq.ArithServer}, {sequence, Seq.Arith}]), &arith);
    let mut children = [(term!(Seq.FibServer), fib), (term!(Seq.ArithServer), arith)];
    if let Some(ids) = application::get_env(cx, Atom::new("seq"), child_order()) {
        let place = |id: &Term| ids.iter().position(|other| other == id).unwrap_or(usize::MAX);
        sort_by_key(&mut children, |(id, _)| place(id));
    }
    let children = children.map(|(id, opts)| server::child_spec(&id, &opts));
    let flags = application::get_env(cx, Atom::new("seq"), Atom::SUPERVISOR).unwrap_or_else(one_for_one);
    Ok(term!({ok, {(flags), (Term::list(children))}}))
}

pub(super) fn module() -> Module {
    Module::new(Atom::new(NAME), super::VSN)
        .export("start_link", 1, |cx, args| {
            Box::pin(async move { start_link(&cx, args.into_iter().next().unwrap_or_default()).await })
        })
        .export("init", 1, |cx, _| Box::pin(async move { init(&cx) }))
}
