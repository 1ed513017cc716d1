//! Places in the tree, and what stands at them.

use std::fmt;
use std::rc::Rc;

use crate::event::ChildInfo;
use crate::observe::pages::Pages;
use crate::term::{Atom, Pid};
use crate::time::Instant;

use super::{ExitView, ProcessView, SupervisorView};

/// The place of a process in the tree, stable while processes come and go in it. Never reused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeKey {
    slot: u32,
    generation: u32,
}

impl NodeKey {
    /// The key of the `generation`th place that lives in `slot` of the node table.
    #[must_use]
    pub const fn new(slot: u32, generation: u32) -> Self {
        NodeKey { slot, generation }
    }

    /// Its position in the tables of a snapshot.
    #[must_use]
    pub const fn slot(self) -> usize {
        self.slot as usize
    }

    /// How many places had this slot before.
    #[must_use]
    pub const fn generation(self) -> u32 {
        self.generation
    }
}

impl fmt::Display for NodeKey {
    /// A text of digits and `-`, fit for a DOM id.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.slot, self.generation)
    }
}

/// A place in the tree. A restarted child keeps its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreeNode {
    /// Its key.
    pub key: NodeKey,
    /// The place above; `None` for a root.
    pub parent: Option<NodeKey>,
    /// What stands here.
    pub kind: NodeKind,
    /// How it fares.
    pub state: State,
    /// How many processes have begun here (1 for the first).
    pub incarnation: u32,
    /// The process here: the living one or else the last one, with its exit.
    pub process: Option<Rc<ProcessView>>,
    /// Its child specification, if a supervisor knows it.
    pub child: Option<Rc<ChildView>>,
    /// What it is as a supervisor, if it is one.
    pub supervisor: Option<Rc<SupervisorView>>,
    /// The application that it belongs to.
    pub application: Option<Atom>,
    /// The places below, in start order.
    pub children: Children,
    /// Set when nothing will come back here: the place goes at that virtual time.
    pub gone_at: Option<Instant>,
}

impl TreeNode {
    /// Is it shown only as a memory of a process that will not come back?
    #[must_use]
    pub fn is_tombstone(&self) -> bool {
        self.gone_at.is_some()
    }

    /// Why the process here ended, if it is dead.
    #[must_use]
    pub fn exit(&self) -> Option<&Rc<ExitView>> {
        self.process.as_ref()?.exit.as_ref()
    }

    /// Its pid, dead or alive.
    #[must_use]
    pub fn pid(&self) -> Option<Pid> {
        self.process.as_ref().map(|process| process.pid)
    }
}

/// What stands at a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// A process, or a child that has none at the moment.
    #[default]
    Process,
    /// An application: its master is below.
    Application,
    /// The processes of the node itself.
    System,
    /// The processes of the page: auto-run, chaos, calls.
    Clients,
}

/// How a place fares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum State {
    /// Known, and not started yet.
    #[default]
    Waiting,
    /// Its init runs.
    Starting,
    /// It runs.
    Running,
    /// It is suspended.
    Suspended,
    /// It is down and its supervisor will start it again.
    Restarting,
    /// It is down after a fault and will not come back by itself.
    Crashed,
    /// It is down in good order.
    Exited,
    /// A supervisor that has spent its budget.
    GaveUp,
}

impl State {
    /// Is there a living process?
    #[must_use]
    pub fn is_alive(self) -> bool {
        matches!(self, State::Starting | State::Running | State::Suspended)
    }
}

/// A child as its supervisor knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildView {
    /// Id, restart, shutdown, type and start function.
    pub info: Rc<ChildInfo>,
    /// Its place in start order, from 0.
    pub position: u32,
    /// The place of its supervisor.
    pub supervisor: NodeKey,
}

/// The keys of a place's children in start order. Removal leaves a hole, so that a change costs
/// a page however many siblings there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Children {
    pub(in crate::observe) places: Pages<Option<NodeKey>>,
    pub(in crate::observe) holes: usize,
}

impl Children {
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len() - self.holes
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many there are with those that have left a hole.
    #[must_use]
    pub fn positions(&self) -> usize {
        self.places.len()
    }

    /// The key at a position, if it is no hole. Until the list is packed, a key keeps its position.
    #[must_use]
    pub fn at(&self, position: usize) -> Option<NodeKey> {
        *self.places.get(position)?
    }

    /// The positions that may hold another key than in an earlier state of the list.
    pub fn changed<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = usize> + 'a {
        self.places.changed(&before.places)
    }

    /// The keys in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = NodeKey> + '_ {
        self.places.iter().filter_map(|key| *key)
    }

    /// Is it the very same list, unchanged?
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        self.places.same(&other.places)
    }
}

#[cfg(test)]
impl Children {
    /// A list as removals leave it.
    pub(crate) fn with_holes(keys: Vec<Option<NodeKey>>) -> Self {
        let holes = keys.iter().filter(|key| key.is_none()).count();
        Children { places: keys.into_iter().collect(), holes }
    }
}

impl FromIterator<NodeKey> for Children {
    fn from_iter<I: IntoIterator<Item = NodeKey>>(keys: I) -> Self {
        Children { places: keys.into_iter().map(Some).collect(), holes: 0 }
    }
}
