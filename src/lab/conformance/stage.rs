//! Who is who on the node: labels of processes, named references, saved callers.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::event::{Event, Telemetry};
use crate::exit::Raise;
use crate::kernel::Dest;
use crate::process::Cx;
use crate::term::{Atom, Pid, Ref, Term};

use super::op::{Op, atom};
use super::text;

/// Installed on the node; every process of a scenario reads and writes it.
#[derive(Default)]
pub(super) struct Stage {
    labels: RefCell<BTreeMap<Pid, Rc<str>>>,
    /// By id the latest process, by id and number each one.
    processes: RefCell<BTreeMap<String, Pid>>,
    counts: RefCell<BTreeMap<String, u32>>,
    ref_names: RefCell<BTreeMap<Ref, Rc<str>>>,
    refs: RefCell<BTreeMap<String, Ref>>,
    callers: RefCell<BTreeMap<String, Term>>,
    dynamic: RefCell<BTreeSet<Pid>>,
    apps: Vec<(Atom, Op)>,
}

/// The atom by which an event of the trace is recognised in the log.
pub(super) const TRACE: &str = "conformance_trace";

impl Stage {
    pub(super) fn new(apps: Vec<(Atom, Op)>) -> Self {
        Stage { apps, ..Stage::default() }
    }

    /// The stage of the node that `cx` is on.
    pub(super) fn of(cx: &Cx) -> Rc<Stage> {
        cx.installed().unwrap_or_default()
    }

    /// Makes a process the next incarnation of `id`; returns its number.
    pub(super) fn enter(&self, id: &str, pid: Pid) -> u32 {
        let mut counts = self.counts.borrow_mut();
        let count = counts.entry(id.to_owned()).or_default();
        *count += 1;
        let label = format!("{id}.{count}");
        self.labels.borrow_mut().insert(pid, format!("#{label}").into());
        let mut processes = self.processes.borrow_mut();
        processes.insert(id.to_owned(), pid);
        processes.insert(label, pid);
        *count
    }

    /// Makes a process the outside one, whose end is not traced.
    pub(super) fn enter_ctl(&self, pid: Pid) {
        self.labels.borrow_mut().insert(pid, "#ctl".into());
        self.processes.borrow_mut().insert("ctl".to_owned(), pid);
    }

    pub(super) fn label(&self, pid: Pid) -> Option<Rc<str>> {
        self.labels.borrow().get(&pid).cloned()
    }

    pub(super) fn find(&self, target: &str) -> Option<Pid> {
        self.processes.borrow().get(target).copied()
    }

    /// What a target names: a process, or a registered name.
    pub(super) fn target(&self, cx: &Cx, target: &str) -> Result<Dest, Raise> {
        if let Some(name) = target.strip_prefix('@') {
            return Ok(Dest::Name(atom(name)?));
        }
        if target == "self" {
            return Ok(Dest::Pid(cx.me()));
        }
        self.find(target).map(Dest::Pid).ok_or_else(|| {
            let words = [Term::atom("scenario_bug"), Term::atom("no_target"), Term::string(target)];
            Raise::error(Term::tuple(words))
        })
    }

    /// The process that a target names; `badarg` for a name that nobody has.
    pub(super) fn pid(&self, cx: &Cx, target: &str) -> Result<Pid, Raise> {
        match self.target(cx, target)? {
            Dest::Pid(pid) => Some(pid),
            Dest::Name(name) => cx.whereis(name),
            Dest::Alias(_) => None,
        }
        .ok_or_else(|| Raise::error(Atom::BADARG))
    }

    pub(super) fn name_ref(&self, name: &str, reference: Ref) {
        self.ref_names.borrow_mut().insert(reference, name.into());
        self.refs.borrow_mut().insert(name.to_owned(), reference);
    }

    pub(super) fn ref_name(&self, reference: Ref) -> Option<Rc<str>> {
        self.ref_names.borrow().get(&reference).cloned()
    }

    pub(super) fn reference(&self, name: &str) -> Result<Ref, Raise> {
        self.refs.borrow().get(name).copied().ok_or_else(|| Raise::error(Atom::BADARG))
    }

    pub(super) fn save_caller(&self, name: &str, from: Term) {
        self.callers.borrow_mut().insert(name.to_owned(), from);
    }

    pub(super) fn caller(&self, name: &str) -> Result<Term, Raise> {
        self.callers.borrow().get(name).cloned().ok_or_else(|| Raise::error(Atom::BADARG))
    }

    pub(super) fn mark_dynamic(&self, pid: Pid) {
        self.dynamic.borrow_mut().insert(pid);
    }

    pub(super) fn is_dynamic(&self, pid: Pid) -> bool {
        self.dynamic.borrow().contains(&pid)
    }

    pub(super) fn app(&self, name: Atom) -> Option<&Op> {
        self.apps.iter().find(|(app, _)| *app == name).map(|(_, app)| app)
    }

    /// The canonical text of a term.
    pub(super) fn text(&self, term: &Term) -> String {
        text::text(self, term)
    }

    /// Writes an event of the trace to the node's log.
    pub(super) fn trace(&self, cx: &Cx, kind: &str, subject: &str, rest: impl IntoIterator<Item = Term>) {
        let event = [Term::string(kind), Term::string(subject)].into_iter().chain(rest).collect::<Vec<_>>();
        let event = Telemetry {
            name: Term::list([Term::atom(TRACE)]),
            measurements: Term::map(Vec::new()),
            metadata: Term::list(event),
        };
        cx.emit(Event::Telemetry { pid: cx.me(), event: Rc::new(event) });
    }

    /// [`Stage::trace`] of something that the calling process does, with a term.
    pub(super) fn trace_term(&self, cx: &Cx, kind: &str, term: &Term) {
        self.trace(cx, kind, &self.text(&cx.me().into()), [Term::string(&self.text(term))]);
    }
}

impl Stage {
    /// Terms in the order of a process's label: by id, then by number.
    pub(super) fn sorted_by_label(&self, mut terms: Vec<Term>, of: impl Fn(&Term) -> Term) -> Vec<Term> {
        terms.sort_by_cached_key(|term| label_key(&self.text(&of(term))));
        terms
    }
}

fn label_key(label: &str) -> (String, u32) {
    let parts = label.strip_prefix('#').and_then(|label| label.rsplit_once('.'));
    let key = parts.and_then(|(id, number)| Some((id.to_owned(), number.parse().ok()?)));
    key.unwrap_or_else(|| (label.to_owned(), 0))
}
