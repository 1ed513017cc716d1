//! `Seq.Application`: the callback module that `seq.app` names.

use crate::exit::Raise;
use crate::otp::supervisor;
use crate::process::{Cx, Module};
use crate::term;
use crate::term::{Atom, Term};

use super::one_for_one;

/// The module's name.
pub const NAME: &str = "Elixir.Seq.Application";
/// The name of the tree's root.
pub const ROOT: &str = "Elixir.Seq.Root";

/// Starts the tree: `{ok, Root}`.
async fn start(cx: &Cx) -> Result<Term, Raise> {
    let children = term!([
        #{id => Seq.Supervisor, start => {Seq.Supervisor, start_link, [[]]}, type => supervisor},
        #{id => Seq.Dynamic, start => {Seq.Dynamic, start_link, [[{name, Seq.Dynamic}]]}, type => supervisor},
    ]);
    let init = term!({ok, {(one_for_one()), (children)}});
    supervisor::start_link(cx, Some(Atom::new(ROOT)), Atom::new("Elixir.Supervisor.Default"), init).await
}

pub(super) fn module() -> Module {
    Module::new(Atom::new(NAME), super::VSN)
        .export("start", 2, |cx, _| Box::pin(async move { start(&cx).await }))
        .export("stop", 1, |_, _| Box::pin(async { Ok(Atom::OK.into()) }))
}
