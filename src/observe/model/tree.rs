//! Places: given, moved, mourned and taken away.

use std::rc::Rc;

use super::Model;
use crate::exit::ExitReason;
use crate::observe::snapshot::{Children, NodeKey, NodeKind, ProcessView, Snapshot, State, TreeNode};
use crate::term::Pid;
use crate::time::Instant;

/// The root of the node's own processes.
pub(super) const SYSTEM: NodeKey = NodeKey::new(0, 0);
/// The root of the page's processes.
pub(super) const CLIENTS: NodeKey = NodeKey::new(1, 0);

/// Hands out keys. A slot is used again, a key never.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    generations: Vec<u32>,
    free: Vec<u32>,
    /// Where a place stands among its siblings, by slot.
    positions: Vec<usize>,
}

impl Keys {
    fn take(&mut self) -> NodeKey {
        if let Some(slot) = self.free.pop() {
            let generation = self.generations.get(slot as usize).copied().unwrap_or_default();
            return NodeKey::new(slot, generation);
        }
        let slot = u32::try_from(self.generations.len()).unwrap_or(u32::MAX);
        self.generations.push(0);
        self.positions.push(0);
        NodeKey::new(slot, 0)
    }

    fn give_back(&mut self, key: NodeKey) {
        if let Some(generation) = self.generations.get_mut(key.slot()) {
            *generation = generation.wrapping_add(1);
            self.free.push(u32::try_from(key.slot()).unwrap_or(u32::MAX));
        }
    }
}

impl Snapshot {
    pub(super) fn node_mut(&mut self, key: NodeKey) -> Option<&mut TreeNode> {
        self.node(key)?;
        self.nodes.get_mut(key.slot())?.as_mut().map(Rc::make_mut)
    }

    pub(super) fn process_mut(&mut self, pid: Pid) -> Option<&mut ProcessView> {
        let key = self.key_of(pid)?;
        self.node_mut(key)?.process.as_mut().map(Rc::make_mut)
    }

    fn children_mut(&mut self, parent: Option<NodeKey>) -> Option<&mut Children> {
        match parent {
            Some(parent) => self.node_mut(parent).map(|node| &mut node.children),
            None => Some(&mut self.roots),
        }
    }

    fn children_of(&self, parent: Option<NodeKey>) -> Option<&Children> {
        match parent {
            Some(parent) => self.node(parent).map(|node| &node.children),
            None => Some(&self.roots),
        }
    }
}

impl Model {
    pub(super) fn plant_groups(&mut self) {
        for kind in [NodeKind::System, NodeKind::Clients] {
            let key = self.plant(None);
            if let Some(node) = self.shown.node_mut(key) {
                (node.kind, node.state) = (kind, State::Running);
            }
        }
    }

    /// A new, empty place, last among its siblings.
    pub(super) fn plant(&mut self, parent: Option<NodeKey>) -> NodeKey {
        let key = self.keys.take();
        let application = parent.and_then(|parent| self.shown.node(parent)?.application);
        let node = Rc::new(TreeNode { key, application, ..TreeNode::default() });
        put(&mut self.shown.nodes, key.slot(), Some(node));
        self.attach(key, parent);
        key
    }

    fn attach(&mut self, key: NodeKey, parent: Option<NodeKey>) {
        if let Some(node) = self.shown.node_mut(key) {
            node.parent = parent;
        }
        let Some(children) = self.shown.children_mut(parent) else { return };
        if let Some(position) = self.keys.positions.get_mut(key.slot()) {
            *position = children.places.len();
        }
        children.places.push(Some(key));
    }

    fn detach(&mut self, key: NodeKey) {
        let parent = self.shown.node(key).and_then(|node| node.parent);
        let position = self.keys.positions.get(key.slot()).copied().unwrap_or_default();
        let Some(children) = self.shown.children_mut(parent) else { return };
        match children.places.get_mut(position) {
            Some(place) if *place == Some(key) => *place = None,
            _ => return,
        }
        children.holes += 1;
        if children.holes > 32 && children.holes * 2 > children.places.len() {
            let keys = children.iter().collect();
            self.arrange(parent, keys);
        }
    }

    /// Moves a place, with all below it, to the end of another parent's children.
    pub(super) fn move_to(&mut self, key: NodeKey, parent: Option<NodeKey>) {
        self.detach(key);
        self.attach(key, parent);
        let application = parent.and_then(|parent| self.shown.node(parent)?.application);
        if let Some(node) = self.shown.node_mut(key) {
            node.application = application;
        }
    }

    /// Puts siblings into this order.
    pub(super) fn arrange(&mut self, parent: Option<NodeKey>, keys: Vec<NodeKey>) {
        for (position, key) in keys.iter().enumerate() {
            if let Some(place) = self.keys.positions.get_mut(key.slot()) {
                *place = position;
            }
        }
        if let Some(children) = self.shown.children_mut(parent) {
            *children = keys.into_iter().collect();
        }
    }

    pub(super) fn children_keys(&self, parent: Option<NodeKey>) -> Vec<NodeKey> {
        self.shown.children_of(parent).map(|children| children.iter().collect()).unwrap_or_default()
    }

    /// The nearest earlier sibling.
    pub(super) fn sibling_before(&self, key: NodeKey) -> Option<NodeKey> {
        let parent = self.shown.node(key)?.parent;
        let position = *self.keys.positions.get(key.slot())?;
        let places = &self.shown.children_of(parent)?.places;
        (0..position).rev().find_map(|at| *places.get(at)?)
    }

    /// The nearest later sibling.
    pub(super) fn sibling_after(&self, key: NodeKey) -> Option<NodeKey> {
        let parent = self.shown.node(key)?.parent;
        let position = *self.keys.positions.get(key.slot())?;
        let places = &self.shown.children_of(parent)?.places;
        (position + 1..places.len()).find_map(|at| *places.get(at)?)
    }

    pub(super) fn state_of(&self, key: NodeKey) -> Option<State> {
        self.shown.node(key).map(|node| node.state)
    }

    /// The one way to change a state: it keeps count of the children being restarted.
    pub(super) fn set_state(&mut self, key: NodeKey, state: State) {
        let Some(node) = self.shown.node(key) else { return };
        if node.state == state {
            return;
        }
        let (before, parent) = (node.state, node.parent);
        if let Some(node) = self.shown.node_mut(key) {
            node.state = state;
        }
        if let Some(parent) = parent.filter(|_| before == State::Restarting || state == State::Restarting) {
            let count = self.restarting.get(&parent).copied().unwrap_or_default();
            let count = if state == State::Restarting { count + 1 } else { count.saturating_sub(1) };
            match count {
                0 => self.restarting.remove(&parent),
                _ => self.restarting.insert(parent, count),
            };
        }
    }

    /// Nothing will come back here: the place is shown a while longer.
    #[inline(never)]
    pub(super) fn mourn(&mut self, key: NodeKey, at: Instant) {
        if self.shown.node(key).is_none_or(|node| node.is_tombstone()) {
            return;
        }
        if self.state_of(key) == Some(State::Restarting) {
            let exit = self.shown.node(key).and_then(|node| node.exit());
            let orderly = exit.is_some_and(|exit| ExitReason(exit.reason.clone()).is_orderly());
            self.set_state(key, if orderly { State::Exited } else { State::Crashed });
        }
        self.lane_closed(key, at);
        let gone_at = at + self.bounds.mourning;
        if let Some(node) = self.shown.node_mut(key) {
            node.gone_at = Some(gone_at);
        }
        self.graves.push_back((gone_at, key));
        while self.graves.len() > self.bounds.tombstones {
            self.bury_first();
        }
    }

    pub(super) fn bury_expired(&mut self, now: Instant) {
        while self.graves.front().is_some_and(|(gone_at, _)| *gone_at <= now) {
            self.bury_first();
        }
    }

    #[inline(never)]
    fn bury_first(&mut self) {
        let Some((gone_at, key)) = self.graves.pop_front() else { return };
        let still_dead = self.shown.node(key).is_some_and(|node| node.gone_at == Some(gone_at));
        if still_dead {
            self.bury(key);
        }
    }

    /// Takes a place away. The dead below go with it; the living move to the place above.
    pub(super) fn bury(&mut self, key: NodeKey) {
        let above = self.shown.node(key).and_then(|node| node.parent).unwrap_or(SYSTEM);
        let mut rest = vec![key];
        while let Some(key) = rest.pop() {
            for child in self.children_keys(Some(key)) {
                match self.state_of(child) {
                    Some(state) if state.is_alive() => self.move_to(child, Some(above)),
                    _ => rest.push(child),
                }
            }
            self.erase(key);
        }
    }

    /// Takes a place without children away.
    pub(super) fn erase(&mut self, key: NodeKey) {
        self.set_state(key, State::Exited);
        self.detach(key);
        let Some(node) = self.shown.nodes.get_mut(key.slot()).and_then(Option::take) else { return };
        if let (Some(child), Some(parent)) = (&node.child, node.parent) {
            let name = (parent, child.info.id.clone());
            if self.named.get(&name) == Some(&key) {
                self.named.remove(&name);
            }
        }
        if let Some(process) = &node.process {
            self.forget(process);
        }
        clear(&mut self.shown.lanes, key.slot());
        clear(&mut self.shown.series, key.slot());
        if let Some(Some(replaces)) = self.coming_back.remove(&key) {
            self.former.remove(&replaces);
        }
        self.restarting.remove(&key);
        self.keys.give_back(key);
    }

    /// A process leads to its place no longer.
    pub(super) fn forget(&mut self, gone: &ProcessView) {
        self.former.remove(&gone.pid);
        if let Some(name) = gone.name
            && self.registered.get(&name) == Some(&gone.key)
        {
            self.registered.remove(&name);
        }
    }

    /// Where a process is or, if it is a child that died, was.
    pub(super) fn place_of(&self, pid: Pid) -> Option<NodeKey> {
        self.shown.key_of(pid).or_else(|| self.former.get(&pid).copied())
    }
}

/// Sets a place of a table that grows as needed.
pub(super) fn put<T: Clone + Default>(table: &mut crate::observe::pages::Pages<T>, at: usize, item: T) {
    while table.len() <= at {
        table.push(T::default());
    }
    if let Some(place) = table.get_mut(at) {
        *place = item;
    }
}

fn clear<T: Clone>(table: &mut crate::observe::pages::Pages<Option<T>>, at: usize) {
    if table.get(at).is_some_and(Option::is_some)
        && let Some(place) = table.get_mut(at)
    {
        *place = None;
    }
}
