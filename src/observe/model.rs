//! The log, read entry by entry into what there is to see.
//!
//! The model keeps one [`Snapshot`] and changes it in place: what an earlier snapshot shares is
//! copied when it changes, a page at a time, and all else stays the same pointer. Beside it
//! stand indexes that nobody sees.
//!
//! What happens rarely is out of line (`inline(never)`), here and on the page: a reader who only
//! looks does not download it (`dev.d/lib/parts.mjs`).

mod applications;
mod children;
mod code;
mod history;
mod peers;
mod processes;
mod tree;

use std::collections::VecDeque;
use std::rc::Rc;

use super::pages::Ring;
use super::snapshot::{Counts, Happening, Moment, NodeKey, Snapshot};
use crate::event::{ChildInfo, Entry, Event};
use crate::term::quick::QuickMap;
use crate::term::{Atom, Ordered, Pid, Term};
use crate::time::{Duration, Instant};
use peers::Peers;
use tree::Keys;

/// Bounds of what a model keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Lines of the log, moments, messages and calls, each.
    pub ring: usize,
    /// Places that are shown as a memory of their dead.
    pub tombstones: usize,
    /// How long such a place is shown.
    pub mourning: Duration,
    /// Points of one series.
    pub points: usize,
    /// Lives of one lane.
    pub lives: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        let mourning = Duration::from_secs(8);
        Bounds { ring: 10_000, tombstones: 1_000, mourning, points: 2_048, lives: 256 }
    }
}

/// Reads entries and gives snapshots.
#[derive(Clone, Debug)]
pub struct Model {
    shown: Snapshot,
    bounds: Bounds,
    keys: Keys,
    peers: Peers,
    /// The place of each child id under its supervisor's place.
    named: Ordered<(NodeKey, Term), NodeKey>,
    /// The child that a supervisor is starting.
    starting: Ordered<Pid, Starting>,
    /// The specification of the dynamic child that a supervisor starts next.
    template: Ordered<Pid, Rc<ChildInfo>>,
    /// Where the dead process of a dynamic child was.
    former: QuickMap<Pid, NodeKey>,
    /// Children whose restart is under way, and the dynamic process each is to replace.
    coming_back: Ordered<NodeKey, Option<Pid>>,
    /// How many children will be restarted, by the place of their supervisor.
    restarting: QuickMap<NodeKey, u32>,
    /// Children that are down by a failure, by application.
    down: Ordered<Atom, u32>,
    /// The place of who has a registered name, or had it when it died.
    registered: Ordered<Atom, NodeKey>,
    graves: VecDeque<(Instant, NodeKey)>,
    boots: u32,
}

impl Default for Model {
    fn default() -> Self {
        Model::new(Bounds::default())
    }
}

impl Model {
    /// A model of a node that has not begun.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        let mut model = Model {
            shown: Snapshot {
                log: Ring::new(bounds.ring),
                moments: Ring::new(bounds.ring),
                messages: Ring::new(bounds.ring),
                calls: Ring::new(bounds.ring),
                ..Snapshot::default()
            },
            bounds,
            keys: Keys::default(),
            peers: Peers::default(),
            named: Ordered::new(),
            starting: Ordered::new(),
            template: Ordered::new(),
            former: QuickMap::default(),
            coming_back: Ordered::new(),
            restarting: QuickMap::default(),
            down: Ordered::new(),
            registered: Ordered::new(),
            graves: VecDeque::new(),
            boots: 0,
        };
        model.plant_groups();
        model
    }

    /// What there is to see at `now`, which is not before the last entry. Costs a few pointers.
    #[must_use]
    pub fn snapshot(&mut self, now: Instant) -> Rc<Snapshot> {
        self.bury_expired(now);
        self.shown.now = now;
        Rc::new(self.shown.clone())
    }

    /// Counters over the whole run.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.shown.counts
    }

    /// Where a process is.
    #[must_use]
    pub fn place(&self, pid: Pid) -> Option<NodeKey> {
        self.shown.key_of(pid)
    }

    /// Reads the next entry of the log.
    pub fn apply(&mut self, entry: &Entry) {
        self.bury_expired(entry.at);
        self.shown.seq = entry.seq.saturating_add(1);
        self.shown.now = entry.at;
        let stamp = Stamp { seq: entry.seq, at: entry.at };
        match &entry.event {
            Event::Spawned { pid, parent, link, initial_call } => {
                self.spawned(stamp, *pid, *parent, *link, *initial_call);
            }
            Event::Exited { pid, reason, cause } => self.exited(stamp, *pid, reason, *cause),
            Event::Registered { pid, name } => self.registered(*pid, *name),
            Event::Unregistered { pid, name } => self.unregistered(*pid, *name),
            Event::Linked { a, b } => self.link(*a, *b),
            Event::Unlinked { a, b } => self.unlink(*a, *b),
            Event::Monitored { by, target, mref } => self.monitor(*by, *target, *mref),
            Event::Demonitored { by, target, mref } => self.demonitor(*by, *target, *mref),
            Event::ExitSignal { from, to, reason, link, cause } => {
                let what = Happening::Signal {
                    from: *from,
                    from_key: self.place_of(*from),
                    to: *to,
                    reason: reason.clone(),
                    link: *link,
                    cause: *cause,
                };
                self.happened(stamp, self.place_of(*to), what);
            }
            Event::Down { from, to, mref, reason, cause } => {
                self.demonitor(*to, *from, *mref);
                let (from_key, key) = (self.place_of(*from), self.place_of(*to));
                let what = Happening::Down { from: *from, from_key, to: *to, reason: reason.clone(), cause: *cause };
                self.happened(stamp, key, what);
            }
            Event::Suspended { pid, on } => self.suspended(*pid, *on),
            Event::Sent { id, from, to, message } => self.sent(stamp, *id, *from, *to, message),
            Event::Received { id, .. } => self.received(stamp, *id),
            Event::Initialised { pid, behaviour, module } => self.initialised(*pid, *behaviour, *module),
            Event::Supervises { pid, flags, dynamic } => self.supervises(*pid, *flags, *dynamic),
            Event::ChildAdded { supervisor, child, position } => self.child_added(*supervisor, child, *position),
            Event::ChildStarting { supervisor, id, replaces } => self.child_starting(*supervisor, id, *replaces),
            Event::ChildStarted { supervisor, id, pid } => self.child_started(stamp, *supervisor, id, *pid),
            Event::ChildFailed { supervisor, id, reason } => self.child_failed(stamp, *supervisor, id, reason),
            Event::ChildEnded { supervisor, id, pid, reason, by_supervisor } => {
                self.child_ended(stamp, *supervisor, id, *pid, reason, *by_supervisor);
            }
            Event::ChildRemoved { supervisor, id, pid } => self.child_removed(stamp, *supervisor, id, *pid),
            Event::RestartCounted { supervisor, id, used } => self.restart_counted(stamp, *supervisor, id, *used),
            Event::GaveUp { supervisor, id } => self.gave_up(stamp, *supervisor, id),
            Event::Application { name, master, phase } => self.application(stamp, *name, *master, phase),
            Event::Env { application, key, value, source } => {
                self.env(*application, *key, value.as_ref(), *source);
            }
            Event::Code { module, change } => self.code(*module, change),
            Event::CodeChanged { pid, to, .. } => self.code_changed(*pid, to),
            Event::Upgrade { application, number, of, instruction } => {
                self.upgrade(stamp, *application, *number, *of, instruction);
            }
            Event::Halted { reason } => {
                self.shown.halted = Some(reason.clone());
                self.applications_end(stamp);
                self.happened(stamp, None, Happening::Halted { reason: reason.clone() });
            }
            Event::Reported { pid, report } => self.reported(stamp, *pid, report),
            Event::Telemetry { pid, event } => self.telemetry(stamp, *pid, event),
            Event::CallEnded { client, call } => self.call_ended(stamp, *client, call),
            Event::Input { number } => {
                self.shown.counts.inputs += 1;
                self.happened(stamp, None, Happening::Input { number: *number });
            }
        }
    }

    fn happened(&mut self, stamp: Stamp, key: Option<NodeKey>, what: Happening) {
        self.shown.moments.push(Rc::new(Moment { seq: stamp.seq, at: stamp.at, key, what }));
    }
}

/// A start under way.
#[derive(Clone, Copy, Debug)]
struct Starting {
    /// The child's place.
    key: NodeKey,
    /// Has its process been spawned?
    spawned: bool,
}

/// Where and when an entry stands.
#[derive(Clone, Copy, Debug)]
struct Stamp {
    seq: u64,
    at: Instant,
}

#[cfg(test)]
mod tests;
