//! More Rust values as terms; the everyday ones stand beside the constructors.

use crate::term::{Atom, Term};

impl<T: Into<Term>> From<Vec<T>> for Term {
    fn from(items: Vec<T>) -> Self {
        Term::list(items.into_iter().map(Into::into).collect::<Vec<_>>())
    }
}

impl<T: Into<Term>> From<Option<T>> for Term {
    /// `nil` for `None`.
    fn from(value: Option<T>) -> Self {
        value.map_or(Term::Atom(Atom::NIL), Into::into)
    }
}

impl From<String> for Term {
    fn from(text: String) -> Self {
        Term::string(&text)
    }
}

impl From<&Term> for Term {
    fn from(term: &Term) -> Self {
        term.clone()
    }
}

impl From<f64> for Term {
    /// Erlang has no float that is infinite or not a number: these become `undefined`.
    fn from(value: f64) -> Self {
        if value.is_finite() { Term::Float(value) } else { Term::Atom(Atom::UNDEFINED) }
    }
}

impl From<u8> for Term {
    fn from(value: u8) -> Self {
        Term::Int(value.into())
    }
}

impl From<u16> for Term {
    fn from(value: u16) -> Self {
        Term::Int(value.into())
    }
}
