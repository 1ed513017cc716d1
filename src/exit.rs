//! How processes end: exit reasons, and exceptions as values.
//!
//! A crash is a value here: a callback returns `Result<_, Raise>` and `?` propagates it. Nothing
//! that a simulated process does unwinds the host.

use std::fmt;

use crate::term::{Atom, Term};

/// Why a process ended.
///
/// OTP: <https://www.erlang.org/docs/25/reference_manual/processes#termination>
#[derive(Clone, PartialEq, Eq)]
pub struct ExitReason(pub Term);

impl ExitReason {
    /// [`Term::quick_clone`] of the reason.
    #[inline(always)]
    pub(crate) fn quick_clone(&self) -> Self {
        ExitReason(self.0.quick_clone())
    }

    /// Is it `normal`?
    #[must_use]
    pub fn is_normal(&self) -> bool {
        self.0.is_atom(Atom::NORMAL)
    }

    /// Is it `normal`, `shutdown` or `{shutdown, _}`: an end that nobody has to be told of?
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/supervisor#restart-strategy>
    #[must_use]
    pub fn is_orderly(&self) -> bool {
        match &self.0 {
            Term::Atom(Atom::NORMAL | Atom::SHUTDOWN) => true,
            other => matches!(other.as_tuple(), Some([Term::Atom(Atom::SHUTDOWN), _])),
        }
    }
}

impl From<Term> for ExitReason {
    fn from(reason: Term) -> Self {
        ExitReason(reason)
    }
}

impl From<Atom> for ExitReason {
    fn from(reason: Atom) -> Self {
        ExitReason(reason.into())
    }
}

/// The class of an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// `error/1`: a bug; carries its stack.
    Error,
    /// `exit/1`: the process wants to end.
    Exit,
    /// `throw/1`: a non-local return.
    Throw,
}

impl Class {
    /// The class as Erlang's atom.
    #[must_use]
    pub fn atom(self) -> Atom {
        match self {
            Class::Error => Atom::ERROR,
            Class::Exit => Atom::new("exit"),
            Class::Throw => Atom::new("throw"),
        }
    }
}

/// A raised exception: one word, for every callback and every `?` moves a place for it.
///
/// OTP: <https://www.erlang.org/docs/25/reference_manual/errors#exceptions>
#[derive(Clone, PartialEq, Eq)]
pub struct Raise(Box<Raised>);

/// What a [`Raise`] is made of.
#[derive(Clone, PartialEq, Eq)]
pub struct Raised {
    /// Error, exit or throw.
    pub class: Class,
    /// What was raised.
    pub reason: Term,
    /// The stack: a list of `{Module, Function, Arity, Location}`, innermost first.
    pub stack: Term,
}

impl std::ops::Deref for Raise {
    type Target = Raised;

    fn deref(&self) -> &Raised {
        &self.0
    }
}

impl Raise {
    #[cold]
    fn new(class: Class, reason: Term) -> Self {
        Raise(Box::new(Raised { class, reason, stack: Term::Nil }))
    }

    /// `error(reason)`
    #[must_use]
    pub fn error(reason: impl Into<Term>) -> Self {
        Raise::new(Class::Error, reason.into())
    }

    /// `exit(reason)`
    #[must_use]
    pub fn exit(reason: impl Into<Term>) -> Self {
        Raise::new(Class::Exit, reason.into())
    }

    /// `throw(value)`
    #[must_use]
    pub fn throw(value: impl Into<Term>) -> Self {
        Raise::new(Class::Throw, value.into())
    }

    /// The exception with one more stack frame outside of those it has.
    #[must_use]
    pub fn in_function(mut self, module: Atom, function: Atom, arity: usize) -> Self {
        let frame = Term::tuple([module.into(), function.into(), arity.into(), Term::Nil]);
        let mut frames = self.0.stack.to_vec().unwrap_or_default();
        frames.push(frame);
        self.0.stack = Term::list(frames);
        self
    }

    /// The exit reason of a process in which nobody catches this: an exit is bare, an error
    /// carries its stack, a throw has found no catch.
    ///
    /// OTP: <https://www.erlang.org/docs/25/reference_manual/errors#exit-reasons>
    #[must_use]
    pub fn into_exit_reason(self) -> ExitReason {
        let Raised { class, reason, stack } = *self.0;
        ExitReason(match class {
            Class::Exit => reason,
            Class::Error => Term::tuple([reason, stack]),
            Class::Throw => Term::tuple([Term::tuple([Atom::NOCATCH.into(), reason]), stack]),
        })
    }

    /// What `catch` makes of it: a throw is its value, an exit is `{'EXIT', Reason}`, an error
    /// `{'EXIT', {Reason, Stack}}`.
    ///
    /// OTP: <https://www.erlang.org/docs/25/reference_manual/expressions#catch-and-throw>
    #[must_use]
    pub fn into_caught(self) -> Term {
        self.into_thrown().unwrap_or_else(|raise| Term::tuple([Atom::EXIT.into(), raise.into_exit_reason().0]))
    }

    /// What was raised.
    #[must_use]
    pub fn into_reason(self) -> Term {
        self.0.reason
    }

    /// What was thrown; anything else as it is.
    ///
    /// # Errors
    /// An error or exit.
    pub fn into_thrown(self) -> Result<Term, Raise> {
        if self.class == Class::Throw { Ok(self.into_reason()) } else { Err(self) }
    }
}

impl fmt::Debug for ExitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Debug for Raise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.class, self.reason)
    }
}
