//! Reading an operation: a JSON object that travels as a map with binary keys.

use std::rc::Rc;

use crate::exit::Raise;
use crate::term::{Atom, Term};
use crate::time::Duration;

use super::text;

/// An operation, a child specification or an application: any JSON object of a scenario.
#[derive(Clone)]
pub(super) struct Op(pub(super) Term);

impl Op {
    /// A field; JSON's `null` is no field.
    pub(super) fn get(&self, field: &str) -> Option<&Term> {
        self.0.map_get(&Term::string(field)).filter(|value| !value.is_atom(Atom::NIL))
    }

    pub(super) fn text(&self, field: &str) -> Option<&str> {
        self.get(field)?.as_str()
    }

    /// A text that the vocabulary requires.
    pub(super) fn required(&self, field: &str) -> Result<&str, Raise> {
        self.text(field).ok_or_else(|| bug(field))
    }

    /// A text as an atom.
    pub(super) fn atom(&self, field: &str) -> Result<Atom, Raise> {
        atom(self.required(field)?)
    }

    pub(super) fn int(&self, field: &str) -> Option<i64> {
        self.get(field)?.as_int()
    }

    /// Anything but `false` and `null`.
    pub(super) fn flag(&self, field: &str) -> bool {
        self.get(field).is_some_and(|value| !value.is_atom(Atom::FALSE))
    }

    pub(super) fn is_false(&self, field: &str) -> bool {
        self.get(field).is_some_and(|value| value.is_atom(Atom::FALSE))
    }

    /// A term given as text.
    pub(super) fn term(&self, field: &str, default: Atom) -> Result<Term, Raise> {
        self.text(field).map_or(Ok(default.into()), term)
    }

    /// Terms given as texts.
    pub(super) fn terms(&self, field: &str) -> Result<Vec<Term>, Raise> {
        self.list(field).iter().map(|item| term(item.as_str().ok_or_else(|| bug(field))?)).collect()
    }

    /// Texts as atoms.
    pub(super) fn atoms(&self, field: &str) -> Result<Vec<Atom>, Raise> {
        self.list(field).iter().map(|item| atom(item.as_str().ok_or_else(|| bug(field))?)).collect()
    }

    pub(super) fn list(&self, field: &str) -> Vec<Term> {
        self.get(field).and_then(Term::to_vec).unwrap_or_default()
    }

    pub(super) fn script(&self, field: &str) -> Option<Script> {
        self.get(field).map(|ops| Script(ops.clone()))
    }

    pub(super) fn object(&self, field: &str) -> Result<Op, Raise> {
        self.get(field).map(|value| Op(value.clone())).ok_or_else(|| bug(field))
    }

    pub(super) fn name(&self) -> &str {
        self.text("op").unwrap_or_default()
    }

    /// A span in milliseconds.
    pub(super) fn span(&self, field: &str) -> Option<Duration> {
        Some(millis(self.int(field)?))
    }

    /// A time-out: milliseconds, `"infinity"` (`None`), or the default.
    pub(super) fn timeout(&self, field: &str, default: Option<Duration>) -> Option<Duration> {
        match self.get(field) {
            None => default,
            Some(value) => value.as_int().map(millis),
        }
    }
}

/// A list of operations.
#[derive(Clone)]
pub(super) struct Script(pub(super) Term);

impl Script {
    pub(super) fn ops(&self) -> Vec<Op> {
        self.0.iter().cloned().map(Op).collect()
    }
}

pub(super) fn millis(n: i64) -> Duration {
    Duration::from_millis(u64::try_from(n).unwrap_or(0))
}

pub(super) fn atom(text: &str) -> Result<Atom, Raise> {
    Atom::try_new(text).map_err(|_| Raise::error(Atom::SYSTEM_LIMIT))
}

fn term(source: &str) -> Result<Term, Raise> {
    text::parse(source).map_err(|_| bug(source))
}

/// A hole in a scenario that its check could not see. Real OTP's runner raises the same.
pub(super) fn bug(what: &str) -> Raise {
    Raise::error(Term::tuple([Term::atom("scenario_bug"), Rc::<str>::from(what).as_ref().into()]))
}
