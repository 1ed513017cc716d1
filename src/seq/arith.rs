//! `Seq.Arith`: arithmetic sequences. The state is `{a, d}`.

use crate::exit::Raise;
use crate::term::{Atom, Term};

use super::integer::Integers;
use super::keyword;
use super::sequence::{Sequence, pair};

/// a1, a1 + d, a1 + 2d, ...; options `a1` and `d`.
pub struct Arith;

impl Sequence for Arith {
    const NAME: &'static str = "Elixir.Seq.Arith";

    fn init(opts: &Term) -> Result<Term, Raise> {
        Ok(Term::tuple([keyword::fetch(opts, Atom::new("a1"))?, keyword::fetch(opts, Atom::new("d"))?]))
    }

    fn next(integers: Integers, state: &Term) -> Result<(Term, Term), Raise> {
        let (a, d) = pair(state)?;
        Ok((a.clone(), Term::tuple([integers.add(a, d)?, d.clone()])))
    }

    fn peek(state: &Term) -> Result<Term, Raise> {
        Ok(pair(state)?.0.clone())
    }
}
