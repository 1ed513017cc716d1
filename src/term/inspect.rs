//! Terms in Elixir notation.

use std::fmt;

use super::Term;

impl fmt::Debug for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Atom(atom) => write!(f, ":{}", atom.text()),
            Term::Int(value) => write!(f, "{value}"),
            Term::Pid(pid) => write!(f, "{pid}"),
            Term::Ref(reference) => write!(f, "{reference}"),
            other => match other.as_tuple() {
                Some(items) => f.debug_set().entries(items).finish(),
                None => f.debug_list().entries(other.iter()).finish(),
            },
        }
    }
}
