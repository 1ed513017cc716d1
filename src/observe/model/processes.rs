//! Processes begin, take names, and end.

use std::rc::Rc;

use super::tree::{CLIENTS, SYSTEM, put};
use super::{Model, Stamp};
use crate::event::{Behaviour, Mfa};
use crate::exit::ExitReason;
use crate::observe::snapshot::{ExitView, Happening, NodeKey, NodeKind, ProcessView, State, SupervisorView, TreeNode};
use crate::term::{Atom, Pid, Term};

impl Model {
    pub(super) fn spawned(&mut self, stamp: Stamp, pid: Pid, parent: Option<Pid>, link: bool, initial_call: Mfa) {
        let (key, state) = match self.announced(parent) {
            Some(key) => (key, State::Starting),
            None => (self.place_beside_supervision(parent, initial_call), State::Running),
        };
        let mut view = ProcessView::new(pid, key, initial_call);
        (view.parent, view.started_at, view.started_seq) = (parent, stamp.at, stamp.seq);
        let incarnation = self.move_in(key, view);
        self.set_state(key, state);
        put(&mut self.shown.pids, pid.slot() as usize, Some((pid, key)));
        self.shown.counts.alive += 1;
        self.shown.counts.spawned += 1;
        self.happened(stamp, Some(key), Happening::Spawned { pid, incarnation });
        if let Some(parent) = parent.filter(|_| link) {
            self.link(parent, pid);
        }
        self.life_began(key);
    }

    /// The place that a supervisor has said its next process belongs to.
    fn announced(&mut self, parent: Option<Pid>) -> Option<NodeKey> {
        let starting = self.starting.get_mut(&parent?).filter(|starting| !starting.spawned)?;
        starting.spawned = true;
        let key = starting.key;
        self.shown.node(key).map(|node| node.key)
    }

    /// A process that no supervisor announced stands below the one that spawned it. Below an
    /// application, the process of the same function takes the place of its former run.
    fn place_beside_supervision(&mut self, parent: Option<Pid>, initial_call: Mfa) -> NodeKey {
        let above = parent.and_then(|pid| self.place_of(pid)).unwrap_or(SYSTEM);
        match self.former_run(above, initial_call) {
            Some(key) => key,
            None => self.plant(Some(above)),
        }
    }

    pub(super) fn former_run(&self, above: NodeKey, initial_call: Mfa) -> Option<NodeKey> {
        let node = self.shown.node(above)?;
        let near_application = [Some(above), node.parent, self.grandparent(node)]
            .into_iter()
            .flatten()
            .any(|key| self.shown.node(key).is_some_and(|node| node.kind == NodeKind::Application));
        let same = |node: &&Rc<TreeNode>| {
            let process = node.process.as_ref();
            process.is_some_and(|process| process.exit.is_some() && process.initial_call == initial_call)
        };
        let near = near_application && node.children.len() < 8;
        near.then(|| self.shown.children(node).find(same).map(|node| node.key)).flatten()
    }

    fn grandparent(&self, node: &TreeNode) -> Option<NodeKey> {
        self.shown.node(node.parent?)?.parent
    }

    /// Puts a new process into a place and gives the place's count of processes.
    fn move_in(&mut self, key: NodeKey, mut view: ProcessView) -> u32 {
        if let Some(former) = self.shown.node(key).and_then(|node| node.process.clone()) {
            self.forget(&former);
        }
        let Some(node) = self.shown.node_mut(key) else { return 0 };
        node.incarnation += 1;
        node.gone_at = None;
        view.incarnation = node.incarnation;
        node.process = Some(Rc::new(view));
        if let Some(supervisor) = &node.supervisor {
            let anew = SupervisorView {
                flags: supervisor.flags,
                dynamic: supervisor.dynamic,
                total: supervisor.total,
                ..SupervisorView::default()
            };
            node.supervisor = Some(Rc::new(anew));
        }
        node.incarnation
    }

    /// Moves a living process, and what is below it, into another place.
    pub(super) fn relocate(&mut self, from: NodeKey, to: NodeKey) {
        let Some(node) = self.shown.node(from).filter(|_| from != to && self.shown.node(to).is_some()) else { return };
        let (Some(process), state, supervisor) = (node.process.clone(), node.state, node.supervisor.clone()) else {
            return;
        };
        for child in self.children_keys(Some(from)) {
            self.move_to(child, Some(to));
        }
        self.erase(from);
        let view = ProcessView { key: to, ..(*process).clone() };
        self.move_in(to, view);
        self.set_state(to, state);
        if let Some(node) = self.shown.node_mut(to).filter(|_| supervisor.is_some()) {
            node.supervisor = supervisor;
        }
        put(&mut self.shown.pids, process.pid.slot() as usize, Some((process.pid, to)));
        if let Some(name) = process.name {
            self.registered.insert(name, to);
        }
    }

    pub(super) fn exited(&mut self, stamp: Stamp, pid: Pid, reason: &Term, cause: Option<u64>) {
        let Some(key) = self.shown.key_of(pid) else { return };
        let exit = ExitView { seq: stamp.seq, at: stamp.at, reason: reason.clone(), cause };
        let Some(process) = self.shown.process_mut(pid) else { return };
        process.exit = Some(Rc::new(exit));
        let dead = process.clone();
        self.part(&dead);
        put(&mut self.shown.pids, pid.slot() as usize, None);
        self.starting.remove(&pid);
        self.template.remove(&pid);
        let orderly = ExitReason(reason.clone()).is_orderly();
        self.count_exit(orderly);
        let what = Happening::Exited { pid, reason: reason.clone(), cause };
        self.happened(stamp, Some(key), what);
        self.state_lost(key, stamp, reason, orderly);
        self.life_ended(key, stamp, reason, orderly);
        self.after_exit(key, pid, stamp, orderly);
    }

    fn count_exit(&mut self, orderly: bool) {
        let counts = &mut self.shown.counts;
        counts.alive = counts.alive.saturating_sub(1);
        if orderly {
            counts.exits += 1;
        } else {
            counts.crashes += 1;
        }
    }

    fn after_exit(&mut self, key: NodeKey, pid: Pid, stamp: Stamp, orderly: bool) {
        let Some(node) = self.shown.node(key) else { return };
        let gave_up = node.supervisor.as_ref().is_some_and(|supervisor| supervisor.gave_up.is_some());
        let supervised =
            node.child.as_ref().is_some_and(|child| self.state_of(child.supervisor).is_some_and(State::is_alive));
        let state = match (gave_up, orderly) {
            (true, _) => State::GaveUp,
            (false, true) => State::Exited,
            (false, false) => State::Crashed,
        };
        let supervisor = node.supervisor.is_some();
        self.former.insert(pid, key);
        self.set_state(key, state);
        if !supervised {
            self.mourn(key, stamp.at);
        }
        if supervisor {
            self.orphans_mourned(key, stamp);
        }
    }

    /// The dead children of a dead supervisor come back only if it does.
    #[inline(never)]
    fn orphans_mourned(&mut self, supervisor: NodeKey, stamp: Stamp) {
        for child in self.children_keys(Some(supervisor)) {
            if self.state_of(child).is_some_and(|state| !state.is_alive()) {
                self.mourn(child, stamp.at);
            }
        }
    }

    pub(super) fn registered(&mut self, pid: Pid, name: Atom) {
        if let Some(process) = self.shown.process_mut(pid) {
            process.name = Some(name);
            let key = process.key;
            self.registered.insert(name, key);
        }
    }

    pub(super) fn unregistered(&mut self, pid: Pid, name: Atom) {
        self.registered.remove(&name);
        if let Some(process) = self.shown.process_mut(pid) {
            process.name = None;
        }
    }

    #[inline(never)]
    pub(super) fn suspended(&mut self, pid: Pid, on: bool) {
        if let Some(key) = self.shown.key_of(pid) {
            self.set_state(key, if on { State::Suspended } else { State::Running });
        }
    }

    pub(super) fn initialised(&mut self, pid: Pid, behaviour: Behaviour, module: Atom) {
        let Some(key) = self.shown.key_of(pid) else { return };
        if let Some(process) = self.shown.process_mut(pid) {
            (process.behaviour, process.module) = (Some(behaviour), Some(module));
        }
        if self.state_of(key) == Some(State::Starting) {
            self.set_state(key, State::Running);
        }
        let outside = self.shown.node(key).is_some_and(|node| node.application.is_none() && node.child.is_none());
        if behaviour == Behaviour::Client && outside {
            self.move_to(key, Some(CLIENTS));
        }
    }
}
