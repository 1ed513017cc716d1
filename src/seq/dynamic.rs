//! `Seq.Dynamic`: sequences that are started while the application runs.

use crate::exit::Raise;
use crate::otp::dynamic_supervisor;
use crate::process::{Cx, Module};
use crate::term;
use crate::term::{Atom, Term};

use super::{keyword, server};

/// The module's name and the supervisor's.
pub const NAME: &str = "Elixir.Seq.Dynamic";

/// Starts the supervisor linked to the caller; `name` in `opts` is what it is registered as.
///
/// # Errors
/// `system_limit` when the process table is full.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/DynamicSupervisor.html#start_link/3>
pub async fn start_link(cx: &Cx, opts: &Term) -> Result<Term, Raise> {
    let name = opts.keyword_get(Atom::new("name")).and_then(Term::as_atom);
    dynamic_supervisor::start_link(cx, name, Atom::new(NAME), term!(ok)).await
}

/// Starts a server of a sequence (a module and its options) under a name: `{ok, Pid}`, or
/// `{error, Reason}`.
///
/// # Errors
/// exit, if the supervisor does not answer.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/DynamicSupervisor.html#start_child/2>
pub async fn start_seq(cx: &Cx, name: Atom, module: Atom, opts: Term) -> Result<Term, Raise> {
    let opts = keyword::merge(&term!([{name, (name)}, {sequence, (module)}]), &opts);
    let spec = server::child_spec(&name.into(), &opts);
    dynamic_supervisor::start_child(cx, Atom::new(NAME), spec).await
}

pub(super) fn module() -> Module {
    Module::new(Atom::new(NAME), super::VSN)
        .export("start_link", 1, |cx, args| {
            Box::pin(async move { start_link(&cx, args.first().unwrap_or(&Term::Nil)).await })
        })
        .export("init", 1, |_, _| Box::pin(async { Ok(dynamic_supervisor::init(&term!([{strategy, one_for_one}]))) }))
        .export("start_seq", 3, |cx, args| {
            Box::pin(async move {
                match args.as_slice() {
                    [Term::Atom(name), Term::Atom(module), opts] => start_seq(&cx, *name, *module, opts.clone()).await,
                    _ => Err(Raise::error(Atom::FUNCTION_CLAUSE)),
                }
            })
        })
}
