//! `Seq.Sequence`: what a sequence is to the server that holds it.

use crate::exit::Raise;
use crate::process::module::Called;
use crate::process::{Cx, Module};
use crate::term::{Atom, Term};

use super::integer::Integers;

/// A sequence as a strategy: a state, and how it moves. The state is a term, so that it can be
/// looked at, handed over and replaced.
///
/// Each of these becomes a module with `init/1`, `next/1` and `peek/1` by [`module`]; the server
/// knows nothing else of it.
pub trait Sequence: 'static {
    /// The module's name.
    const NAME: &'static str;

    /// The first state, from a keyword list.
    ///
    /// # Errors
    /// `KeyError`, if an option is missing.
    fn init(opts: &Term) -> Result<Term, Raise>;

    /// The present term of the sequence, and the state behind it.
    ///
    /// # Errors
    /// `function_clause` for a state that is none; `system_limit` for an integer too large.
    fn next(integers: Integers, state: &Term) -> Result<(Term, Term), Raise>;

    /// The present term of the sequence.
    ///
    /// # Errors
    /// `function_clause` for a state that is none.
    fn peek(state: &Term) -> Result<Term, Raise>;
}

/// A sequence as a module of the node.
#[must_use]
pub fn module<S: Sequence>() -> Module {
    Module::new(Atom::new(S::NAME), super::VSN)
        .export("init", 1, init::<S>)
        .export("next", 1, next::<S>)
        .export("peek", 1, peek::<S>)
}

/// The pair of a state, for sequences whose state is one.
pub(super) fn pair(state: &Term) -> Result<(&Term, &Term), Raise> {
    match state.as_tuple() {
        Some([a, b]) => Ok((a, b)),
        _ => Err(Raise::error(Atom::FUNCTION_CLAUSE)),
    }
}

fn init<S: Sequence>(cx: Cx, args: Vec<Term>) -> Called {
    run::<S>(cx, args, "init", |_, opts| S::init(opts))
}

fn next<S: Sequence>(cx: Cx, args: Vec<Term>) -> Called {
    run::<S>(cx, args, "next", |cx, state| {
        let (value, state) = S::next(Integers::of(cx), state)?;
        cx.charge(state.words() / 8);
        Ok(Term::tuple([value, state]))
    })
}

fn peek<S: Sequence>(cx: Cx, args: Vec<Term>) -> Called {
    run::<S>(cx, args, "peek", |_, state| S::peek(state))
}

type Body = fn(&Cx, &Term) -> Result<Term, Raise>;

fn run<S: Sequence>(cx: Cx, args: Vec<Term>, function: &'static str, body: Body) -> Called {
    Box::pin(async move {
        let result = match args.as_slice() {
            [argument] => body(&cx, argument),
            _ => Err(Raise::error(Atom::UNDEF)),
        };
        result.map_err(|raise| raise.in_function(Atom::new(S::NAME), Atom::new(function), 1))
    })
}
