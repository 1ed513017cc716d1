//! The export table: which code a module, a function and an arity name.
//!
//! A child's start, an application's callback and a spawn name functions as data and are resolved
//! here at the moment of the call; so a spec can be printed, replayed and upgraded.
//!
//! OTP: <https://www.erlang.org/docs/25/reference_manual/code_loading>

use std::future::Future;
use std::pin::Pin;

use crate::exit::Raise;
use crate::term::{Atom, ListIter, Ordered, Pid, Term};

use super::body::BoxBody;
use super::code::Edition;
use super::cx::Cx;
use super::start::Starting;

/// What a call of an exported function gives, once awaited.
pub type Called = Pin<Box<dyn Future<Output = Result<Term, Raise>>>>;

/// An exported function: code of the node, never a closure.
pub type Export = fn(Cx, Vec<Term>) -> Called;

/// An exported function that starts a server: begins the start with these arguments, and leaves it
/// to the caller to await its end. So a supervisor that starts a child makes no future for it.
pub type Begin = fn(&Cx, ListIter<'_>) -> Starting;

/// What an exported function is.
#[derive(Clone, Copy)]
pub(crate) enum Code {
    Calls(Export),
    Begins(Begin),
}

/// A server that goes on in another version of its module.
pub struct Handover {
    /// Whose end ends it.
    pub parent: Pid,
    /// Its module.
    pub module: Atom,
    /// Its state.
    pub state: Term,
    /// What it does next.
    pub then: Then,
}

/// What a server does next after it was handed over.
pub enum Then {
    /// Takes this message.
    Message(Term),
    /// Waits for one.
    Wait,
    /// Waits for system messages only.
    Suspended,
}

/// What makes a module's version able to take a running server over.
#[derive(Clone, Copy)]
pub struct ServerCode {
    /// The server's body from here on.
    pub resume: fn(Cx, Handover) -> BoxBody,
    /// `Module:code_change(OldVsn, State, Extra)`: the state of this version.
    pub code_change: fn(Term, Term, Term) -> Result<Term, Raise>,
}

/// A loaded module.
#[derive(Clone)]
pub struct Module {
    /// Its name.
    pub name: Atom,
    /// Its version.
    pub vsn: Term,
    exports: Ordered<(Atom, usize), Code>,
    pub(crate) server: Option<ServerCode>,
    pub(crate) edition: Edition,
}

impl Module {
    /// A module without functions.
    #[must_use]
    pub fn new(name: Atom, vsn: &str) -> Self {
        Module { name, vsn: Term::string(vsn), exports: Ordered::new(), server: None, edition: 0 }
    }

    /// Adds a function.
    #[must_use]
    pub fn export(mut self, function: &str, arity: usize, code: Export) -> Self {
        self.exports.insert((Atom::new(function), arity), Code::Calls(code));
        self
    }

    /// Adds a function that starts a server.
    #[must_use]
    pub fn starts(mut self, function: &str, arity: usize, code: Begin) -> Self {
        self.exports.insert((Atom::new(function), arity), Code::Begins(code));
        self
    }

    /// The same as another version.
    #[must_use]
    pub fn version(mut self, vsn: &str) -> Self {
        self.vsn = Term::string(vsn);
        self
    }

    /// The callback module of a server, which this version's code can take over.
    #[must_use]
    pub fn serves(mut self, code: ServerCode) -> Self {
        self.server = Some(code);
        self
    }

    /// The code of a function.
    #[must_use]
    pub(crate) fn find(&self, function: Atom, arity: usize) -> Option<Code> {
        // Atoms order by their texts: to look at a handful of numbers is quicker.
        self.exports.iter().find(|((name, n), _)| *name == function && *n == arity).map(|(_, code)| *code)
    }

    /// The functions as `(name, arity)`, in order.
    pub fn functions(&self) -> impl Iterator<Item = (Atom, usize)> {
        self.exports.keys().copied()
    }
}
