//! The export table: which code a module, a function and an arity name.
//!
//! A child's start, an application's callback and a spawn name functions as data and are resolved
//! here at the moment of the call; so a spec can be printed, replayed and upgraded.
//!
//! OTP: <https://www.erlang.org/docs/25/reference_manual/code_loading>

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use crate::exit::Raise;
use crate::term::{Atom, Term};

use super::cx::Cx;

/// What a call of an exported function gives, once awaited.
pub type Called = Pin<Box<dyn Future<Output = Result<Term, Raise>>>>;

/// An exported function: code of the node, never a closure.
pub type Export = fn(Cx, Vec<Term>) -> Called;

/// A loaded module.
#[derive(Clone)]
pub struct Module {
    /// Its name.
    pub name: Atom,
    /// Its version.
    pub vsn: Term,
    exports: BTreeMap<(Atom, usize), Export>,
}

impl Module {
    /// A module without functions.
    #[must_use]
    pub fn new(name: Atom, vsn: &str) -> Self {
        Module { name, vsn: Term::string(vsn), exports: BTreeMap::new() }
    }

    /// Adds a function.
    #[must_use]
    pub fn export(mut self, function: &str, arity: usize, code: Export) -> Self {
        self.exports.insert((Atom::new(function), arity), code);
        self
    }

    /// The code of a function.
    #[must_use]
    pub fn find(&self, function: Atom, arity: usize) -> Option<Export> {
        self.exports.get(&(function, arity)).copied()
    }

    /// The functions as `(name, arity)`, in order.
    pub fn functions(&self) -> impl Iterator<Item = (Atom, usize)> {
        self.exports.keys().copied()
    }
}
