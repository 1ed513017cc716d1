//! What there is to see at one moment, as plain values.
//!
//! A [`Snapshot`] is a handful of pointers: tables in copy-on-write pages whose items are behind
//! [`Rc`]. Everything in it is `Eq`, so comparing two snapshots, or two `Rc`s of their parts,
//! stops at the first equal pointer. Terms are kept as terms; what is shown is formatted when
//! it is shown.

mod application;
mod happening;
mod process;
mod supervisor;
mod tree;

use std::rc::Rc;

use super::lanes::Lane;
use super::pages::{Pages, Ring};
use super::series::Series;
pub use crate::event::{Behaviour, Level};
use crate::term::{Atom, Pid, Term};
use crate::time::Instant;

pub use application::{ApplicationState, ApplicationView, CodeView, EnvView, UpgradeStep, UpgradeView};
pub use happening::{CallView, Happening, LogLine, MessageView, Moment};
pub use process::{ExitView, MonitorView, ProcessView};
pub use supervisor::{BudgetSlot, SupervisorView};
pub use tree::{ChildView, Children, NodeKey, NodeKind, State, TreeNode};

/// Everything observable at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The log position behind the last entry seen.
    pub seq: u64,
    /// Virtual time of the snapshot.
    pub now: Instant,
    /// Places in the tree by [`NodeKey::slot`]; read by [`Snapshot::node`].
    pub nodes: Pages<Option<Rc<TreeNode>>>,
    /// Where the living process of each process slot is; read by [`Snapshot::key_of`].
    pub pids: Pages<Option<(Pid, NodeKey)>>,
    /// The roots: applications in the order they were loaded, then the system, then clients.
    pub roots: Children,
    /// Applications in the order they were loaded.
    pub applications: Rc<Vec<Rc<ApplicationView>>>,
    /// Log reports, oldest first.
    pub log: Ring<Rc<LogLine>>,
    /// What happened, oldest first: for the timeline, for motion, for causes.
    pub moments: Ring<Rc<Moment>>,
    /// Messages of traced processes, oldest first.
    pub messages: Ring<Rc<MessageView>>,
    /// Calls by clients of the page, oldest first.
    pub calls: Ring<Rc<CallView>>,
    /// Values over time of sequence servers, by [`NodeKey::slot`].
    pub series: Pages<Option<Rc<Series>>>,
    /// Up and down times of supervised children and applications, by [`NodeKey::slot`].
    pub lanes: Pages<Option<Rc<Lane>>>,
    /// Counters.
    pub counts: Counts,
    /// Modules whose code changed while the node runs, in the order in which they first did.
    pub code: Rc<Vec<CodeView>>,
    /// Why the node stopped, if it has.
    pub halted: Option<Term>,
}

impl Snapshot {
    /// The place of a key, if it is still known.
    #[must_use]
    pub fn node(&self, key: NodeKey) -> Option<&Rc<TreeNode>> {
        self.nodes.get(key.slot())?.as_ref().filter(|node| node.key == key)
    }

    /// Where a living process is.
    #[must_use]
    pub fn key_of(&self, pid: Pid) -> Option<NodeKey> {
        let (owner, key) = (*self.pids.get(pid.slot() as usize)?)?;
        (owner == pid).then_some(key)
    }

    /// A living process.
    #[must_use]
    pub fn process(&self, pid: Pid) -> Option<&Rc<ProcessView>> {
        self.node(self.key_of(pid)?)?.process.as_ref()
    }

    /// The living processes, by process slot.
    pub fn processes(&self) -> impl Iterator<Item = &Rc<ProcessView>> + '_ {
        self.pids.iter().flatten().filter_map(|(pid, _)| self.process(*pid))
    }

    /// The children of a place that are still known, in order.
    pub fn children<'a>(&'a self, node: &'a TreeNode) -> impl Iterator<Item = &'a Rc<TreeNode>> + 'a {
        node.children.iter().filter_map(|key| self.node(key))
    }

    /// An application.
    #[must_use]
    pub fn application(&self, name: Atom) -> Option<&Rc<ApplicationView>> {
        self.applications.iter().find(|application| application.name == name)
    }

    /// The first `most` places of an application, in the order of its tree.
    #[must_use]
    pub fn places_of(&self, application: &str, most: usize) -> Vec<&Rc<TreeNode>> {
        let own = |node: &&Rc<TreeNode>| node.application.is_some_and(|name| &*name.text() == application);
        let mut open: Vec<&Rc<TreeNode>> = self.roots.iter().filter_map(|key| self.node(key)).filter(own).collect();
        let mut found = Vec::new();
        while let Some(node) = open.pop().filter(|_| found.len() < most) {
            found.push(node);
            let below = open.len();
            open.extend(self.children(node).take(most));
            open.get_mut(below..).unwrap_or_default().reverse();
        }
        found
    }

    /// The lane of a place.
    #[must_use]
    pub fn lane(&self, key: NodeKey) -> Option<&Rc<Lane>> {
        self.lanes.get(key.slot())?.as_ref().filter(|lane| lane.key == key)
    }

    /// The values of the server at a place.
    #[must_use]
    pub fn series_of(&self, key: NodeKey) -> Option<&Rc<Series>> {
        self.series.get(key.slot())?.as_ref().filter(|series| series.key == key)
    }

    /// The values of all servers.
    pub fn all_series(&self) -> impl Iterator<Item = &Rc<Series>> + '_ {
        self.series.iter().flatten()
    }

    /// What happened at a log position, if it is still kept.
    #[must_use]
    pub fn moment(&self, seq: u64) -> Option<&Rc<Moment>> {
        let at = self.moments.partition_point(|moment| moment.seq < seq);
        self.moments.get(at).filter(|moment| moment.seq == seq)
    }
}

/// Counters over the whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Processes alive.
    pub alive: u64,
    /// Processes ever spawned.
    pub spawned: u64,
    /// Exits in good order.
    pub exits: u64,
    /// Exits by a fault or a kill.
    pub crashes: u64,
    /// Restarts counted by supervisors.
    pub restarts: u64,
    /// Supervisors that gave up.
    pub gave_up: u64,
    /// Messages sent by traced processes.
    pub messages: u64,
    /// Calls by clients that got a reply.
    pub calls: u64,
    /// Calls by clients that ended in an exit.
    pub failed_calls: u64,
    /// Inputs.
    pub inputs: u64,
    /// Reports of level error.
    pub errors: u64,
    /// Reports of level warning.
    pub warnings: u64,
}
