//! Code that changes while the node runs, and the upgrades that change it.

use std::rc::Rc;

use super::{Model, Stamp};
use crate::event::CodeChange;
use crate::observe::snapshot::{CodeView, UpgradeStep, UpgradeView};
use crate::term::{Atom, Pid, Term};

impl Model {
    pub(super) fn code(&mut self, module: Atom, change: &CodeChange) {
        let code = Rc::make_mut(&mut self.shown.code);
        let at = code.iter().position(|view| view.module == module).unwrap_or(code.len());
        if at == code.len() {
            code.push(CodeView { module, current: None, old: None, killed: 0 });
        }
        let Some(view) = code.get_mut(at) else { return };
        match change {
            CodeChange::Loaded { vsn, old } => (view.current, view.old) = (Some(vsn.clone()), old.clone()),
            CodeChange::Deleted { vsn } => (view.current, view.old) = (None, Some(vsn.clone())),
            CodeChange::Purged { killed, .. } => {
                view.old = None;
                view.killed += killed;
            }
        }
    }

    #[inline(never)]
    pub(super) fn code_changed(&mut self, pid: Pid, to: &Term) {
        if let Some(process) = self.shown.process_mut(pid) {
            process.vsn = Some(to.clone());
        }
    }

    #[inline(never)]
    pub(super) fn upgrade(&mut self, stamp: Stamp, name: Atom, number: u32, of: u32, instruction: &Term) {
        let Some(view) = self.application_mut(name) else { return };
        let upgrade = view.upgrade.get_or_insert_default();
        if number == 1 {
            *upgrade = Rc::default();
        }
        let upgrade = Rc::make_mut(upgrade);
        upgrade.of = of;
        upgrade.steps.push(UpgradeStep { at: stamp.at, instruction: instruction.clone() });
    }

    /// The answer to a call of the release handler ends the change of a version.
    #[inline(never)]
    pub(super) fn upgrade_ended(&mut self, target: &Term, request: &Term, outcome: &Result<Term, Term>) {
        let of_release = |tag: &Term| [Term::atom("upgrade_app"), Term::atom("downgrade_app")].contains(tag);
        let asked = request.as_tuple_of::<2>().is_some_and(|[tag, _]| of_release(tag));
        let Some(view) = target.as_atom().filter(|_| asked).and_then(|name| self.application_mut(name)) else { return };
        let (Ok(answer) | Err(answer)) = outcome;
        let upgrade = view.upgrade.get_or_insert_default();
        if upgrade.answer.is_some() {
            // Refused before its first instruction.
            *upgrade = Rc::<UpgradeView>::default();
        }
        Rc::make_mut(upgrade).answer = Some(answer.clone());
    }
}
