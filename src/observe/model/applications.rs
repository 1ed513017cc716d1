//! Applications and their environment.

use std::rc::Rc;

use super::{Model, Stamp};
use crate::event::ApplicationPhase;
use crate::exit::ExitReason;
use crate::observe::snapshot::{ApplicationState, ApplicationView, EnvView, Happening, NodeKey, NodeKind, State};
use crate::term::ordered::sort_by_key;
use crate::term::{Atom, Pid, Term};

impl Model {
    pub(super) fn application(&mut self, stamp: Stamp, name: Atom, master: Option<Pid>, phase: &ApplicationPhase) {
        let key = self.application_place(name);
        if self.new_spec(name, phase) {
            return;
        }
        if let Some(master) = master {
            self.adopt_master(key, name, master);
        }
        let (state, reason) = outline(phase);
        self.note_phase(stamp, name, master, phase);
        self.set_state(key, node_state(state, reason.as_ref()));
        self.application_lane(key, name, stamp, state, reason.as_ref(), master);
        let what = Happening::Application { name, state, reason };
        self.happened(stamp, Some(key), what);
        if state == ApplicationState::Unloaded {
            self.unload(name, key);
        }
    }

    /// The spec of an application that runs is replaced at the end of an upgrade.
    fn new_spec(&mut self, name: Atom, phase: &ApplicationPhase) -> bool {
        let ApplicationPhase::Loaded { spec } = phase else { return false };
        let Some(view) = self.application_mut(name) else { return false };
        view.dependencies = listed(spec, "applications");
        view.included = listed(spec, "included_applications");
        view.spec = spec.clone();
        view.state == ApplicationState::Started
    }

    fn application_place(&mut self, name: Atom) -> NodeKey {
        if let Some(view) = self.shown.application(name) {
            return view.key;
        }
        let key = self.plant(None);
        if let Some(node) = self.shown.node_mut(key) {
            (node.kind, node.application) = (NodeKind::Application, Some(name));
        }
        Rc::make_mut(&mut self.shown.applications).push(Rc::new(ApplicationView::new(name, key)));
        self.applications_first();
        key
    }

    fn applications_first(&mut self) {
        let mut keys = self.children_keys(None);
        sort_by_key(&mut keys, |key| self.shown.node(*key).is_none_or(|node| node.kind != NodeKind::Application));
        self.arrange(None, keys);
    }

    #[inline(never)]
    fn unload(&mut self, name: Atom, key: NodeKey) {
        Rc::make_mut(&mut self.shown.applications).retain(|view| view.name != name);
        self.down.remove(&name);
        self.bury(key);
    }

    /// Moves the master from below its spawner to below its application, into the place of the
    /// master of the run before.
    fn adopt_master(&mut self, key: NodeKey, name: Atom, master: Pid) {
        let Some(node) = self.shown.key_of(master).and_then(|at| self.shown.node(at)) else { return };
        if node.parent == Some(key) {
            return;
        }
        let (at, call) = (node.key, node.process.as_ref().map(|process| process.initial_call));
        match call.and_then(|call| self.former_run(key, call)) {
            Some(former) => self.relocate(at, former),
            None => {
                self.move_to(at, Some(key));
                self.belongs_to(at, name);
            }
        }
    }

    fn belongs_to(&mut self, top: NodeKey, name: Atom) {
        let mut rest = vec![top];
        while let Some(key) = rest.pop() {
            rest.extend(self.children_keys(Some(key)));
            if let Some(node) = self.shown.node_mut(key) {
                node.application = Some(name);
            }
        }
    }

    fn note_phase(&mut self, stamp: Stamp, name: Atom, master: Option<Pid>, phase: &ApplicationPhase) {
        let (state, reason) = outline(phase);
        if state == ApplicationState::Started {
            self.boots += 1;
        }
        let boots = self.boots;
        let stops = self.shown.applications.iter().map(|view| view.stop_order).max().unwrap_or(0);
        let Some(view) = self.application_mut(name) else { return };
        (view.state, view.reason, view.since) = (state, reason, stamp.at);
        view.master = master.or(view.master);
        match phase {
            ApplicationPhase::Started { root, start_type } => {
                (view.root, view.start_type, view.boot_order) = (*root, Some(*start_type), boots);
                (view.stop_order, view.upgrade) = (0, None);
            }
            ApplicationPhase::Stopped { .. } => {
                (view.master, view.root, view.stop_order) = (None, None, stops + 1);
            }
            ApplicationPhase::StartFailed { .. } => (view.master, view.root) = (None, None),
            _ => {}
        }
    }

    /// The node has stopped, and with it the applications that had no process to be stopped.
    pub(super) fn applications_end(&mut self, stamp: Stamp) {
        let runs = |view: &&Rc<ApplicationView>| view.state == ApplicationState::Started;
        let running: Vec<_> = self.shown.applications.iter().filter(runs).map(|view| (view.name, view.key)).collect();
        for (name, key) in running {
            let (state, reason) = (ApplicationState::Stopped, Term::atom("stopped"));
            if let Some(view) = self.application_mut(name) {
                (view.state, view.since) = (state, stamp.at);
            }
            self.set_state(key, State::Exited);
            self.application_lane(key, name, stamp, state, Some(&reason), None);
        }
    }

    pub(super) fn application_mut(&mut self, name: Atom) -> Option<&mut ApplicationView> {
        let at = self.shown.applications.iter().position(|view| view.name == name)?;
        Rc::make_mut(&mut self.shown.applications).get_mut(at).map(Rc::make_mut)
    }

    pub(super) fn env(&mut self, application: Atom, key: Atom, value: Option<&Term>, source: Atom) {
        self.application_place(application);
        let Some(view) = self.application_mut(application) else { return };
        let env = Rc::make_mut(&mut view.env);
        let found = env.binary_search_by(|entry| entry.key.cmp(&key));
        let entry = value.map(|value| EnvView { key, value: value.clone(), source });
        match (found, entry) {
            (Ok(at), Some(entry)) => env.splice(at..=at, [entry]).for_each(drop),
            (Ok(at), None) => drop(env.remove(at)),
            (Err(at), Some(entry)) => env.insert(at, entry),
            (Err(_), None) => {}
        }
    }
}

fn outline(phase: &ApplicationPhase) -> (ApplicationState, Option<Term>) {
    match phase {
        ApplicationPhase::Loaded { .. } => (ApplicationState::Loaded, None),
        ApplicationPhase::Unloaded => (ApplicationState::Unloaded, None),
        ApplicationPhase::Starting => (ApplicationState::Starting, None),
        ApplicationPhase::Started { .. } => (ApplicationState::Started, None),
        ApplicationPhase::StartFailed { reason } => (ApplicationState::StartFailed, Some(reason.clone())),
        ApplicationPhase::Stopping => (ApplicationState::Stopping, None),
        ApplicationPhase::Stopped { reason } => (ApplicationState::Stopped, Some(reason.clone())),
    }
}

fn node_state(state: ApplicationState, reason: Option<&Term>) -> State {
    match state {
        ApplicationState::Loaded | ApplicationState::Unloaded => State::Waiting,
        ApplicationState::Starting => State::Starting,
        ApplicationState::Started | ApplicationState::Stopping => State::Running,
        ApplicationState::StartFailed => State::Crashed,
        ApplicationState::Stopped if reason.is_none_or(in_good_order) => State::Exited,
        ApplicationState::Stopped => State::Crashed,
    }
}

/// Did an application end in good order: as asked, or by an orderly reason?
pub(super) fn in_good_order(reason: &Term) -> bool {
    *reason == Term::atom("stopped") || ExitReason(reason.clone()).is_orderly()
}

/// A list of atoms in an application's spec.
fn listed(spec: &Term, key: &str) -> Rc<[Atom]> {
    let props = spec.as_tuple_of::<3>().map(|[_, _, props]| props);
    let names = props.and_then(|props| props.keyword_get(Atom::new(key)));
    names.into_iter().flat_map(Term::iter).filter_map(Term::as_atom).collect()
}
