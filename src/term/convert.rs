//! Terms and Rust values: [`term!`](crate::term!), [`FromTerm`], [`IntoTerm`].

mod build;
mod macros;

use std::fmt;

use num_bigint::BigInt;

use super::inspect::{Options, inspect};
use super::{Atom, Pid, Ref, Term};

/// What was wanted of a term, and the term that came instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What would have fitted: "an integer".
    pub expected: &'static str,
    /// The term that did not.
    pub got: Term,
}

impl Mismatch {
    /// `got` where `expected` was wanted.
    #[must_use]
    pub fn new(expected: &'static str, got: &Term) -> Self {
        Mismatch { expected, got: got.clone() }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, got {}", self.expected, inspect(&self.got, &Options::SHORT))
    }
}

impl std::error::Error for Mismatch {}

/// A Rust value that a term can hold.
pub trait FromTerm: Sized {
    /// The value of the term.
    ///
    /// # Errors
    /// [`Mismatch`] names what was expected and the (inner) term that is something else.
    fn from_term(term: &Term) -> Result<Self, Mismatch>;
}

/// A Rust value as a term: whatever `Term: From` knows.
pub trait IntoTerm {
    /// The value as a term.
    fn into_term(self) -> Term;
}

impl<T: Into<Term>> IntoTerm for T {
    fn into_term(self) -> Term {
        self.into()
    }
}

impl Term {
    /// The term as a Rust value: `let n: u32 = term.to()?`.
    ///
    /// # Errors
    /// As [`FromTerm::from_term`].
    pub fn to<T: FromTerm>(&self) -> Result<T, Mismatch> {
        T::from_term(self)
    }
}

macro_rules! from_term {
    ($($target:ty, $expected:literal, |$term:ident| $value:expr;)*) => {$(
        impl FromTerm for $target {
            fn from_term($term: &Term) -> Result<Self, Mismatch> {
                $value.ok_or_else(|| Mismatch::new($expected, $term))
            }
        }
    )*};
}

from_term! {
    Atom, "an atom", |term| term.as_atom();
    Pid, "a pid", |term| term.as_pid();
    Ref, "a reference", |term| term.as_ref_id();
    bool, "true or false", |term| term.as_bool();
    BigInt, "an integer", |term| term.to_bigint();
    f64, "a number", |term| term.to_f64();
    String, "a string", |term| term.as_str().map(str::to_owned);
    i64, "an integer of 64 bits", |term| term.as_int();
    i32, "an integer of 32 bits", |term| term.as_int().and_then(|n| n.try_into().ok());
    u64, "an integer of 64 bits, not negative", |term| term.to_bigint().and_then(|n| n.try_into().ok());
    u32, "an integer of 32 bits, not negative", |term| term.as_int().and_then(|n| n.try_into().ok());
    u16, "an integer of 16 bits, not negative", |term| term.as_int().and_then(|n| n.try_into().ok());
    u8, "a byte", |term| term.as_int().and_then(|n| n.try_into().ok());
    usize, "an integer, not negative", |term| term.as_int().and_then(|n| n.try_into().ok());
}

impl FromTerm for Term {
    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        Ok(term.clone())
    }
}

impl<T: FromTerm> FromTerm for Vec<T> {
    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let mut rest = term.iter();
        let items = rest.by_ref().map(T::from_term).collect::<Result<_, _>>()?;
        match rest.rest() {
            Term::Nil => Ok(items),
            _ => Err(Mismatch::new("a list", term)),
        }
    }
}

impl<T: FromTerm> FromTerm for Option<T> {
    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        if term.is_atom(Atom::NIL) { Ok(None) } else { T::from_term(term).map(Some) }
    }
}

macro_rules! tuples {
    ($($expected:literal: $($name:ident)+;)*) => {$(
        impl<$($name: FromTerm),+> FromTerm for ($($name,)+) {
            #[allow(non_snake_case)]
            fn from_term(term: &Term) -> Result<Self, Mismatch> {
                match term.as_tuple() {
                    Some([$($name),+]) => Ok(($($name::from_term($name)?,)+)),
                    _ => Err(Mismatch::new($expected, term)),
                }
            }
        }

        impl<$($name: Into<Term>),+> From<($($name,)+)> for Term {
            #[allow(non_snake_case)]
            fn from(($($name,)+): ($($name,)+)) -> Self {
                Term::tuple([$($name.into()),+])
            }
        }
    )*};
}

tuples! {
    "a tuple of 1 element": A;
    "a tuple of 2 elements": A B;
    "a tuple of 3 elements": A B C;
    "a tuple of 4 elements": A B C D;
    "a tuple of 5 elements": A B C D E;
    "a tuple of 6 elements": A B C D E F;
}

#[cfg(test)]
mod tests;
