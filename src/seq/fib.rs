//! `Seq.Fib`: Fibonacci numbers. The state is `{F(n), F(n + 1)}`.

use crate::exit::Raise;
use crate::term::Term;

use super::integer::Integers;
use super::sequence::{Sequence, pair};

/// 0, 1, 1, 2, 3, 5, ...
pub struct Fib;

impl Sequence for Fib {
    const NAME: &'static str = "Elixir.Seq.Fib";

    fn init(_opts: &Term) -> Result<Term, Raise> {
        Ok(Term::tuple([0.into(), 1.into()]))
    }

    fn next(integers: Integers, state: &Term) -> Result<(Term, Term), Raise> {
        let (a, b) = pair(state)?;
        Ok((a.clone(), Term::tuple([b.clone(), integers.add(a, b)?])))
    }

    fn peek(state: &Term) -> Result<Term, Raise> {
        Ok(pair(state)?.0.clone())
    }
}
