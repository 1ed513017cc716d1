//! What there is to see at one moment, as plain values.
//!
//! A [`Snapshot`] is a handful of pointers: tables in copy-on-write pages whose items are behind
//! [`Rc`]. Everything in it is `Eq`, so comparing two snapshots, or two `Rc`s of their parts,
//! stops at the first equal pointer. Terms are kept as terms; what is shown is formatted when
//! it is shown.

use std::fmt;
use std::rc::Rc;

use super::lanes::Lane;
use super::pages::{Pages, Ring};
use super::series::Series;
pub use crate::event::{Behaviour, Level};
use crate::event::{ChildInfo, Mfa, Report};
use crate::supervision::{Flags, Restart};
use crate::term::{Atom, Pid, Ref, Term};
use crate::time::{Duration, Instant};

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
        let (owner, key) = (*self.pids.get(pid.slot as usize)?)?;
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

/// The keys of a place's children in start order. Removal leaves a hole, so that a change costs
/// a page however many siblings there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Children {
    pub(super) places: Pages<Option<NodeKey>>,
    pub(super) holes: usize,
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

/// A process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessView {
    /// Its pid.
    pub pid: Pid,
    /// Its place in the tree.
    pub key: NodeKey,
    /// Which incarnation of its place it is, from 1.
    pub incarnation: u32,
    /// Its registered name.
    pub name: Option<Atom>,
    /// The function it began in.
    pub initial_call: Mfa,
    /// Its callback module, once its init is done.
    pub module: Option<Atom>,
    /// Its behaviour, once its init is done.
    pub behaviour: Option<Behaviour>,
    /// The version of its module that it went on in, if its code was changed.
    pub vsn: Option<Term>,
    /// The process that spawned it.
    pub parent: Option<Pid>,
    /// When it was spawned.
    pub started_at: Instant,
    /// The log position of its spawn.
    pub started_seq: u64,
    /// The processes that it is linked to, in no particular order. A dead process keeps the
    /// links it died with; so with monitors.
    pub links: Pages<Pid>,
    /// The processes that it monitors.
    pub monitors: Pages<MonitorView>,
    /// The processes that monitor it.
    pub monitored_by: Pages<MonitorView>,
    /// How it ended.
    pub exit: Option<Rc<ExitView>>,
}

impl ProcessView {
    /// A process that has just been spawned.
    #[must_use]
    pub fn new(pid: Pid, key: NodeKey, initial_call: Mfa) -> Self {
        ProcessView {
            pid,
            key,
            incarnation: 1,
            name: None,
            initial_call,
            module: None,
            behaviour: None,
            vsn: None,
            parent: None,
            started_at: Instant::BOOT,
            started_seq: 0,
            links: Pages::default(),
            monitors: Pages::default(),
            monitored_by: Pages::default(),
            exit: None,
        }
    }
}

/// One end of a monitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonitorView {
    /// The monitor's reference.
    pub mref: Ref,
    /// The process at the other end.
    pub pid: Pid,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExitView {
    /// The log position of the exit.
    pub seq: u64,
    /// When.
    pub at: Instant,
    /// The exit reason.
    pub reason: Term,
    /// The log position of the exit signal that ended it, if one did.
    pub cause: Option<u64>,
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

/// A supervisor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SupervisorView {
    /// Strategy, restart intensity and period, auto-shutdown.
    pub flags: Flags,
    /// Do its children come and go without ids of their own? Each process is its own place then.
    pub dynamic: bool,
    /// The restarts that may still count, oldest first: at most one more than the intensity.
    pub restarts: Vec<Instant>,
    /// Restarts that this place has seen, over all incarnations.
    pub total: u64,
    /// When it gave up, if it did.
    pub gave_up: Option<Instant>,
}

/// A slot of a supervisor's restart budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetSlot {
    /// A restart may be spent.
    Free,
    /// A restart was spent here and counts until that time.
    Spent {
        /// When it was spent.
        at: Instant,
        /// When the slot is free again.
        frees_at: Instant,
    },
}

impl SupervisorView {
    /// Restarts that count at `now`.
    #[must_use]
    pub fn used(&self, now: Instant) -> u32 {
        let counting = self.restarts.iter().filter(|at| self.counts_until(**at) > now).count();
        u32::try_from(counting).unwrap_or(u32::MAX)
    }

    /// Restarts that may still happen at `now` before it gives up.
    #[must_use]
    pub fn left(&self, now: Instant) -> u32 {
        self.flags.intensity.saturating_sub(self.used(now))
    }

    /// The first `most` slots of the budget ring at `now`, spent ones first, oldest first.
    #[must_use]
    pub fn slots(&self, now: Instant, most: usize) -> Vec<BudgetSlot> {
        let spent = self.restarts.iter().filter(|at| self.counts_until(**at) > now);
        let spent = spent.map(|at| BudgetSlot::Spent { at: *at, frees_at: self.counts_until(*at) });
        let slots = usize::try_from(self.flags.intensity).unwrap_or(usize::MAX).min(most);
        spent.chain(std::iter::repeat(BudgetSlot::Free)).take(slots).collect()
    }

    /// When a restart at `at` stops counting: whole seconds, the edge included.
    #[must_use]
    pub fn counts_until(&self, at: Instant) -> Instant {
        let second = at.as_secs().saturating_add(u64::from(self.flags.period)).saturating_add(1);
        Instant::BOOT + Duration::from_secs(second)
    }
}

/// How an application fares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ApplicationState {
    /// Its spec is known.
    #[default]
    Loaded,
    /// Its start runs.
    Starting,
    /// It runs.
    Started,
    /// It is being stopped.
    Stopping,
    /// It has ended.
    Stopped,
    /// Its start failed.
    StartFailed,
    /// Its spec was unloaded.
    Unloaded,
}

/// An application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationView {
    /// Its name.
    pub name: Atom,
    /// Its root in the tree.
    pub key: NodeKey,
    /// How it fares.
    pub state: ApplicationState,
    /// What its end does to the node: `permanent`, `transient`, `temporary`; known once started.
    pub start_type: Option<Restart>,
    /// Its application master.
    pub master: Option<Pid>,
    /// The root of its supervision tree.
    pub root: Option<Pid>,
    /// Its spec, `{application, Name, Props}`.
    pub spec: Term,
    /// The applications that must run before it.
    pub dependencies: Rc<[Atom]>,
    /// The applications that it includes.
    pub included: Rc<[Atom]>,
    /// Its environment, by key.
    pub env: Rc<Vec<EnvView>>,
    /// Its place in the order of starts of this run, from 1; 0 before.
    pub boot_order: u32,
    /// Why it stopped or failed to start.
    pub reason: Option<Term>,
    /// When its state changed last.
    pub since: Instant,
    /// The last change of its version in this run, as far as it has been played.
    pub upgrade: Option<Rc<UpgradeView>>,
}

impl ApplicationView {
    /// An application that has just been loaded.
    #[must_use]
    pub fn new(name: Atom, key: NodeKey) -> Self {
        ApplicationView {
            name,
            key,
            state: ApplicationState::Loaded,
            start_type: None,
            master: None,
            root: None,
            spec: Term::Nil,
            dependencies: [].into(),
            included: [].into(),
            env: Rc::default(),
            boot_order: 0,
            reason: None,
            since: Instant::BOOT,
            upgrade: None,
        }
    }
}

/// An upgrade or downgrade, instruction by instruction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpgradeView {
    /// The instructions that have been reached, in order.
    pub steps: Vec<UpgradeStep>,
    /// How many there are.
    pub of: u32,
    /// What the release handler answered, once it has.
    pub answer: Option<Term>,
}

/// An instruction of an upgrade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpgradeStep {
    /// When it was about to be played.
    pub at: Instant,
    /// The instruction, as a relup has it.
    pub instruction: Term,
}

/// A module whose code changed while the node runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeView {
    /// Its name.
    pub module: Atom,
    /// The version that calls by name reach; `None` once it is deleted.
    pub current: Option<Term>,
    /// The version that processes may still run, until it is purged.
    pub old: Option<Term>,
    /// Processes that were killed because they ran purged code.
    pub killed: u32,
}

/// A value of an application's environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvView {
    /// The key.
    pub key: Atom,
    /// The value.
    pub value: Term,
    /// Where it came from: the spec, the configuration, a call.
    pub source: Atom,
}

/// A line of the log. Its text is made when it is shown: [`super::report::text`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Its log position.
    pub seq: u64,
    /// When.
    pub at: Instant,
    /// Who reported it.
    pub pid: Pid,
    /// The reporter's place in the tree.
    pub key: Option<NodeKey>,
    /// The report.
    pub report: Rc<Report>,
}

impl LogLine {
    /// How grave it is.
    #[must_use]
    pub fn level(&self) -> Level {
        self.report.level
    }
}

/// Something that happened, with the places it happened to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Its log position.
    pub seq: u64,
    /// When.
    pub at: Instant,
    /// The place that it is about.
    pub key: Option<NodeKey>,
    /// What.
    pub what: Happening,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A process began at the place.
    Spawned {
        /// The process.
        pid: Pid,
        /// The place's count of processes.
        incarnation: u32,
    },
    /// The process of the place ended.
    Exited {
        /// The process.
        pid: Pid,
        /// Why.
        reason: Term,
        /// The log position of the exit signal that ended it.
        cause: Option<u64>,
    },
    /// An exit signal reached the place.
    Signal {
        /// The sender.
        from: Pid,
        /// The sender's place.
        from_key: Option<NodeKey>,
        /// The receiver.
        to: Pid,
        /// The reason it carries.
        reason: Term,
        /// Through a link, or by `exit/2`?
        link: bool,
        /// The log position of the sender's exit.
        cause: Option<u64>,
    },
    /// A monitor of the place fired.
    Down {
        /// The dead process.
        from: Pid,
        /// Its place.
        from_key: Option<NodeKey>,
        /// The monitoring process.
        to: Pid,
        /// Why the other died.
        reason: Term,
        /// The log position of the exit.
        cause: Option<u64>,
    },
    /// A supervisor (the place) started a child.
    ChildStarted {
        /// The child's place.
        child: NodeKey,
        /// Its process.
        pid: Pid,
        /// Was it a restart?
        again: bool,
    },
    /// A supervisor (the place) could not start a child.
    ChildFailed {
        /// The child's place.
        child: NodeKey,
        /// Why.
        reason: Term,
    },
    /// A supervisor (the place) lost or stopped a child.
    ChildEnded {
        /// The child's place.
        child: NodeKey,
        /// Its process.
        pid: Pid,
        /// Why.
        reason: Term,
        /// Did the supervisor stop it?
        by_supervisor: bool,
    },
    /// A supervisor (the place) spent a restart.
    RestartCounted {
        /// The child's place.
        child: Option<NodeKey>,
        /// Restarts that count now.
        used: u32,
    },
    /// A supervisor (the place) gave up.
    GaveUp {
        /// The place of the child whose restart was one too many.
        child: Option<NodeKey>,
    },
    /// An application (the place) changed.
    Application {
        /// Its name.
        name: Atom,
        /// To what.
        state: ApplicationState,
        /// Why, if it stopped or failed.
        reason: Option<Term>,
    },
    /// The node stopped.
    Halted {
        /// Why.
        reason: Term,
    },
    /// An input entered the node.
    Input {
        /// Its number.
        number: u64,
    },
}

/// A message of a traced process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageView {
    /// Unique in the run.
    pub id: u64,
    /// The log position of the send.
    pub seq: u64,
    /// The sender.
    pub from: Pid,
    /// The sender's place.
    pub from_key: Option<NodeKey>,
    /// The receiver.
    pub to: Pid,
    /// The receiver's place.
    pub to_key: Option<NodeKey>,
    /// The message.
    pub message: Term,
    /// When it was sent.
    pub sent_at: Instant,
    /// When it was taken from the mailbox.
    pub received_at: Option<Instant>,
}

/// A call by a client of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallView {
    /// The log position of its end.
    pub seq: u64,
    /// When it ended.
    pub at: Instant,
    /// The client.
    pub client: Pid,
    /// Pid or name that was called.
    pub target: Term,
    /// The place that was called, if it was known.
    pub key: Option<NodeKey>,
    /// The request.
    pub request: Term,
    /// The reply, or the exit reason that the client caught.
    pub outcome: Result<Term, Term>,
    /// How long it took.
    pub took: Duration,
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
