//! Executing steps and scripts inside a process.

use std::rc::Rc;

use crate::exit::{Class, Raise};
use crate::process::Cx;
use crate::term::{Atom, Term};

use super::op::{Op, Script, bug};
use super::stage::Stage;
use super::vocabulary::{self, Shows};

/// A process that executes operations.
pub(super) struct Actor {
    pub(super) cx: Cx,
    pub(super) stage: Rc<Stage>,
}

/// `{'$step', N, Op}`: what the runner sends.
pub(super) const STEP: &str = "$step";
/// `{'$do', Ops}`: a script as a message.
pub(super) const DO: &str = "$do";

impl Actor {
    pub(super) fn of(cx: &Cx) -> Actor {
        Actor { cx: cx.same(), stage: Stage::of(cx) }
    }

    pub(super) fn same(&self) -> Actor {
        Actor { cx: self.cx.same(), stage: self.stage.clone() }
    }

    /// Executes the operation of a step, or a tagged one of a script: what it raises is caught,
    /// unless it says otherwise, and its result traced.
    pub(super) async fn step(&self, number: Term, op: Op) -> Result<(), Raise> {
        let shows = vocabulary::row(op.name()).map_or(Shows::Result, |row| row.shows);
        if shows == Shows::Raises || op.is_false("catch") {
            return self.run(op).await.map(drop);
        }
        match self.run(op).await {
            Ok(_) if shows == Shows::Nothing => {}
            Ok(value) => self.result(number, &value),
            Err(raise) => self.result(number, &caught(raise)),
        }
        Ok(())
    }

    fn result(&self, number: Term, value: &Term) {
        let label = self.stage.text(&self.cx.me().into());
        self.stage.trace(&self.cx, "result", &label, [number, Term::string(&self.stage.text(value))]);
    }

    /// Executes a script up to its first `return`, which it gives.
    pub(super) async fn script(&self, script: Option<Script>) -> Result<Option<Op>, Raise> {
        for op in script.iter().flat_map(Script::ops) {
            match op.get("tag") {
                _ if op.name() == "return" => return Ok(Some(op)),
                Some(tag) => self.step(tag.clone(), op.clone()).await?,
                None => drop(self.run(op).await?),
            }
        }
        Ok(None)
    }

    /// Executes an operation. What it raises as an error carries a stack, as all errors do.
    async fn run(&self, op: Op) -> Result<Term, Raise> {
        let row = vocabulary::row(op.name()).ok_or_else(|| bug(op.name()))?;
        let result = (row.run)(self.same(), op).await;
        if !self.cx.is_alive(self.cx.me()) {
            self.cx.yield_now().await; // it has ended itself, and gets no further
        }
        result.map_err(|raise| match raise.stack {
            Term::Nil => raise.in_function(Atom::new("conformance"), Atom::new(row.name), 2),
            _ => raise,
        })
    }
}

/// What a caught exception is shown as.
fn caught(raise: Raise) -> Term {
    match raise.class {
        Class::Exit => Term::tuple([Atom::EXIT.into(), raise.into_reason()]),
        Class::Error => {
            let reason = Term::tuple([raise.into_reason(), Term::atom("#st")]);
            Term::tuple([Atom::EXIT.into(), reason])
        }
        Class::Throw => Term::tuple([Atom::NOCATCH.into(), raise.into_reason()]),
    }
}
