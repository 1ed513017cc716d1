//! `Seq.Geo`: geometric sequences. The state is `{a, r}`.

use crate::exit::Raise;
use crate::term::{Atom, Term};

use super::integer::Integers;
use super::keyword;
use super::sequence::{Sequence, pair};

/// a1, a1 * r, a1 * r^2, ...; options `a1` and `r`.
pub struct Geo;

impl Sequence for Geo {
    const NAME: &'static str = "Elixir.Seq.Geo";

    fn init(opts: &Term) -> Result<Term, Raise> {
        Ok(Term::tuple([keyword::fetch(opts, Atom::new("a1"))?, keyword::fetch(opts, Atom::new("r"))?]))
    }

    fn next(integers: Integers, state: &Term) -> Result<(Term, Term), Raise> {
        let (a, r) = pair(state)?;
        Ok((a.clone(), Term::tuple([integers.multiply(a, r)?, r.clone()])))
    }

    fn peek(state: &Term) -> Result<Term, Raise> {
        Ok(pair(state)?.0.clone())
    }
}
