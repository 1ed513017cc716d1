//! What supervisors say about their children.

use std::rc::Rc;

use super::{Model, Stamp, Starting};
use crate::event::ChildInfo;
use crate::exit::ExitReason;
use crate::observe::snapshot::{ChildView, Happening, NodeKey, State, SupervisorView};
use crate::supervision::{Flags, Restart, Verdict, verdict};
use crate::term::ordered::sort_by_key;
use crate::term::{Atom, Pid, Term};
use crate::time::Instant;

impl Model {
    pub(super) fn supervises(&mut self, pid: Pid, flags: Flags, dynamic: bool) {
        let Some(node) = self.shown.key_of(pid).and_then(|key| self.shown.node_mut(key)) else { return };
        let before = node.supervisor.as_deref().cloned().unwrap_or_default();
        node.supervisor = Some(Rc::new(SupervisorView { flags, dynamic, ..before }));
    }

    pub(super) fn child_added(&mut self, supervisor: Pid, child: &Rc<ChildInfo>, position: u32) {
        let Some(above) = self.shown.key_of(supervisor) else { return };
        if self.is_dynamic(above, &child.id) {
            self.template.insert(supervisor, child.clone());
            return;
        }
        let key = self.child_place(above, &child.id);
        let view = ChildView { info: child.clone(), position, supervisor: above };
        if let Some(node) = self.shown.node_mut(key) {
            node.child = Some(Rc::new(view));
            node.gone_at = None;
        }
        self.keep_start_order(above, key, position);
        self.life_began(key);
    }

    /// Children without an id of their own: each process is its own place.
    fn is_dynamic(&self, supervisor: NodeKey, id: &Term) -> bool {
        let view = self.shown.node(supervisor).and_then(|node| node.supervisor.as_ref());
        id.is_atom(Atom::UNDEFINED) || view.is_some_and(|view| view.dynamic)
    }

    fn child_place(&mut self, supervisor: NodeKey, id: &Term) -> NodeKey {
        let name = (supervisor, id.clone());
        if let Some(key) = self.named.get(&name) {
            return *key;
        }
        let key = self.plant(Some(supervisor));
        self.named.insert(name, key);
        key
    }

    fn keep_start_order(&mut self, supervisor: NodeKey, key: NodeKey, position: u32) {
        let place = |key| self.shown.node(key).and_then(|node| node.child.as_ref()).map(|child| child.position);
        let before = self.sibling_before(key).and_then(place).is_none_or(|other| other < position);
        let after = self.sibling_after(key).and_then(place).is_none_or(|other| other > position);
        if before && after {
            return;
        }
        let mut keys = self.children_keys(Some(supervisor));
        sort_by_key(&mut keys, |key| place(*key).unwrap_or(u32::MAX));
        self.arrange(Some(supervisor), keys);
    }

    pub(super) fn child_starting(&mut self, supervisor: Pid, id: &Term, replaces: Option<Pid>) {
        let Some(above) = self.shown.key_of(supervisor) else { return };
        let key = if self.is_dynamic(above, id) {
            let former = replaces.and_then(|pid| self.former.remove(&pid));
            former.unwrap_or_else(|| self.dynamic_place(supervisor, above, id))
        } else {
            self.child_place(above, id)
        };
        self.starting.insert(supervisor, Starting { key, spawned: false });
        match self.state_of(key) {
            Some(State::Waiting) => self.set_state(key, State::Starting),
            Some(state) if state == State::Restarting || replaces.is_some() => {
                self.coming_back.insert(key, replaces);
            }
            _ => {}
        }
    }

    fn dynamic_place(&mut self, supervisor: Pid, above: NodeKey, id: &Term) -> NodeKey {
        let key = self.plant(Some(above));
        self.give_template(supervisor, above, key, id);
        key
    }

    fn give_template(&mut self, supervisor: Pid, above: NodeKey, key: NodeKey, id: &Term) {
        let Some(info) = self.template.get(&supervisor).cloned() else { return };
        let info = if info.id == *id { info } else { Rc::new(ChildInfo { id: id.clone(), ..(*info).clone() }) };
        let view = ChildView { info, position: 0, supervisor: above };
        if let Some(node) = self.shown.node_mut(key) {
            node.child = Some(Rc::new(view));
        }
    }

    pub(super) fn child_started(&mut self, stamp: Stamp, supervisor: Pid, id: &Term, pid: Pid) {
        let Some(above) = self.shown.key_of(supervisor) else { return };
        self.starting.remove(&supervisor);
        let Some(mut key) = self.place_of(pid) else { return };
        if !self.is_dynamic(above, id) {
            let place = self.child_place(above, id);
            self.relocate(key, place);
            key = place;
        } else if self.shown.node(key).is_some_and(|node| node.child.is_none()) {
            if self.shown.node(key).and_then(|node| node.parent) != Some(above) {
                self.move_to(key, Some(above));
            }
            self.give_template(supervisor, above, key, id);
        }
        self.coming_back.remove(&key);
        if self.state_of(key) == Some(State::Starting) {
            self.set_state(key, State::Running);
        }
        self.life_began(key);
        let again = self.shown.node(key).is_some_and(|node| node.incarnation > 1);
        self.happened(stamp, Some(above), Happening::ChildStarted { child: key, pid, again });
    }

    #[inline(never)]
    pub(super) fn child_failed(&mut self, stamp: Stamp, supervisor: Pid, id: &Term, reason: &Term) {
        let Some(above) = self.shown.key_of(supervisor) else { return };
        let starting = self.starting.remove(&supervisor).map(|starting| starting.key);
        let Some(key) = starting.or_else(|| self.named.get(&(above, id.clone())).copied()) else { return };
        let again = self.coming_back.remove(&key);
        if let Some(Some(replaces)) = again {
            self.former.insert(replaces, key);
        }
        let state = match reason.is_atom(Atom::IGNORE) {
            true => State::Exited,
            false if again.is_some() => State::Restarting,
            false => State::Crashed,
        };
        self.set_state(key, state);
        let unknown = self.is_dynamic(above, id) || self.shown.node(key).is_some_and(|node| node.child.is_none());
        if unknown && self.state_of(key) != Some(State::Restarting) {
            self.mourn(key, stamp.at);
        }
        self.happened(stamp, Some(above), Happening::ChildFailed { child: key, reason: reason.clone() });
    }

    #[inline(never)]
    pub(super) fn child_ended(
        &mut self,
        stamp: Stamp,
        supervisor: Pid,
        id: &Term,
        pid: Pid,
        reason: &Term,
        by_supervisor: bool,
    ) {
        let Some(above) = self.shown.key_of(supervisor) else { return };
        let Some(key) = self.place_of(pid).or_else(|| self.named.get(&(above, id.clone())).copied()) else { return };
        let what = Happening::ChildEnded { child: key, pid, reason: reason.clone(), by_supervisor };
        self.happened(stamp, Some(above), what);
        if self.state_of(key).is_none_or(State::is_alive) {
            return;
        }
        match self.fate(above, key, id, reason, by_supervisor) {
            Fate::ComesBack => {
                self.set_state(key, State::Restarting);
                self.lane_down(key, stamp.at);
            }
            Fate::Rests => {}
            Fate::Goes => self.mourn(key, stamp.at),
        }
    }

    fn fate(&self, supervisor: NodeKey, key: NodeKey, id: &Term, reason: &Term, by_supervisor: bool) -> Fate {
        let child = self.shown.node(key).and_then(|node| node.child.as_ref());
        let restart = child.map_or(Restart::Temporary, |child| child.info.restart);
        let dynamic = self.is_dynamic(supervisor, id);
        let with_sibling = self.restarting.contains_key(&supervisor);
        match (by_supervisor, verdict(restart, &ExitReason(reason.clone()))) {
            (_, Verdict::Forget) => Fate::Goes,
            (false, Verdict::Restart) => Fate::ComesBack,
            (true, _) if with_sibling && !dynamic => Fate::ComesBack,
            _ if dynamic => Fate::Goes,
            _ => Fate::Rests,
        }
    }

    pub(super) fn child_removed(&mut self, stamp: Stamp, supervisor: Pid, id: &Term, pid: Option<Pid>) {
        let Some(above) = self.shown.key_of(supervisor) else { return };
        let by_pid = pid.and_then(|pid| self.place_of(pid));
        let Some(key) = by_pid.or_else(|| self.named.get(&(above, id.clone())).copied()) else { return };
        if self.state_of(key).is_some_and(|state| !state.is_alive()) {
            self.mourn(key, stamp.at);
        }
    }

    #[inline(never)]
    pub(super) fn restart_counted(&mut self, stamp: Stamp, supervisor: Pid, id: &Term, used: u32) {
        let Some(above) = self.shown.key_of(supervisor) else { return };
        self.shown.counts.restarts += 1;
        if let Some(view) = self.supervisor_mut(above) {
            view.total += 1;
            view.restarts.push(stamp.at);
            let used = usize::try_from(used).unwrap_or(usize::MAX).max(1);
            let gone = view.restarts.len().saturating_sub(used);
            view.restarts.drain(..gone);
        }
        let child = self.named.get(&(above, id.clone())).copied();
        self.happened(stamp, Some(above), Happening::RestartCounted { child, used });
    }

    #[inline(never)]
    pub(super) fn gave_up(&mut self, stamp: Stamp, supervisor: Pid, id: &Term) {
        let Some(above) = self.shown.key_of(supervisor) else { return };
        self.shown.counts.gave_up += 1;
        self.set_gave_up(above, stamp.at);
        let child = self.named.get(&(above, id.clone())).copied();
        self.happened(stamp, Some(above), Happening::GaveUp { child });
    }

    fn set_gave_up(&mut self, key: NodeKey, at: Instant) {
        if let Some(view) = self.supervisor_mut(key) {
            view.gave_up = Some(at);
        }
    }

    fn supervisor_mut(&mut self, key: NodeKey) -> Option<&mut SupervisorView> {
        self.shown.node_mut(key)?.supervisor.as_mut().map(Rc::make_mut)
    }
}

/// What becomes of a child that has ended.
enum Fate {
    ComesBack,
    Rests,
    Goes,
}
