//! The last crash told in beats: what broke, whom it told, what it cost, who was stopped for it
//! and who came back, in the order in which the log says so.

use super::cause;
use super::snapshot::{ApplicationState, Happening, Moment, NodeKey, Snapshot};
use crate::exit::ExitReason;
use crate::supervision::{Verdict, verdict};
use crate::term::{Atom, Term};
use crate::time::{Duration, Instant};

/// How long a beat shows while time passes.
pub const BEAT: Duration = Duration::from_millis(300);
/// How many beats the last one stays for.
const LINGERS: u64 = 10;
/// The most moments that a crash is followed for.
const MOST: usize = 4_000;

/// A crash, and what followed from it so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crash {
    /// The log position of the exit that began it.
    pub seq: u64,
    /// When that was.
    pub at: Instant,
    /// Where.
    pub key: NodeKey,
    /// What followed, in order; the first is the fall itself.
    pub beats: Vec<Beat>,
}

/// One step of a crash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beat {
    /// A process ended: the first fault, or one that fell with it.
    Fell {
        /// Its place.
        key: NodeKey,
        /// Why.
        reason: Term,
    },
    /// It told those that are linked to it or monitor it.
    Told(Vec<Told>),
    /// A supervisor spent a restart.
    Spent {
        /// Its place.
        supervisor: NodeKey,
        /// Restarts that count now.
        used: u32,
    },
    /// A supervisor had none left.
    GaveUp {
        /// Its place.
        supervisor: NodeKey,
    },
    /// Children were stopped, in that order.
    Stopped(Vec<NodeKey>),
    /// Children were started, in that order.
    Started(Vec<NodeKey>),
    /// Nobody starts it again.
    Gone {
        /// Its place.
        key: NodeKey,
        /// Why it ended.
        reason: Term,
    },
    /// An application ended with it.
    Application {
        /// Its name.
        name: Atom,
        /// The reason.
        reason: Term,
    },
    /// The node stopped.
    Halted {
        /// The reason.
        reason: Term,
    },
}

/// A signal that an exit sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// From that place.
    pub from: NodeKey,
    /// To that.
    pub to: NodeKey,
    /// Through a monitor (`DOWN`), or through a link?
    pub down: bool,
}

impl Crash {
    /// The beat to show at `now`: each for a while, the last one longer, then none. While time
    /// stands still, the last one that has happened.
    #[must_use]
    pub fn beat_at(&self, now: Instant, paused: bool) -> Option<usize> {
        let last = self.beats.len().checked_sub(1)?;
        let passed = now.since(self.at).0 / BEAT.0;
        if passed >= last as u64 + LINGERS {
            return None;
        }
        Some(if paused { last } else { usize::try_from(passed).map_or(last, |passed| passed.min(last)) })
    }
}

/// The crash behind the last child that fell or that its supervisor lost; `None` if none did, or
/// if its beginning is forgotten.
#[must_use]
pub fn last_crash(seen: &Snapshot) -> Option<Crash> {
    let is_child = |key: Option<NodeKey>| key.and_then(|key| seen.node(key)).is_some_and(|node| node.child.is_some());
    let lost = seen.moments.iter().rev().find_map(|moment| match &moment.what {
        Happening::ChildEnded { pid, by_supervisor: false, .. } => cause::exit_of(seen, moment.seq, *pid),
        Happening::Exited { reason, .. } if is_child(moment.key) && !ExitReason(reason.clone()).is_orderly() => {
            Some(moment.seq)
        }
        _ => None,
    });
    let exit = lost?;
    let chain = cause::chain(seen, exit);
    let first = chain.moments.iter().rev().find(|moment| matches!(moment.what, Happening::Exited { .. }))?;
    Some(follow(seen, first, first.key?))
}

fn follow(seen: &Snapshot, first: &Moment, key: NodeKey) -> Crash {
    let mut story = Story { seen, first: first.seq, key, ..Story::new(seen) };
    let from = seen.moments.partition_point(|moment| moment.seq < first.seq);
    for moment in seen.moments.since(from).take(MOST) {
        if !story.read(moment) {
            break;
        }
    }
    Crash { seq: first.seq, at: first.at, key, beats: story.beats }
}

/// A crash as far as it has been read.
struct Story<'a> {
    seen: &'a Snapshot,
    first: u64,
    key: NodeKey,
    /// Log positions of the exits and of the link signals that belong to it.
    exits: Vec<u64>,
    signals: Vec<u64>,
    /// Places whose process has fallen.
    fallen: Vec<NodeKey>,
    /// Supervisors that have lost one of those, and those that gave up.
    bereaved: Vec<NodeKey>,
    giving_up: Vec<NodeKey>,
    beats: Vec<Beat>,
}

impl<'a> Story<'a> {
    fn new(seen: &'a Snapshot) -> Self {
        Story {
            seen,
            first: 0,
            key: NodeKey::default(),
            exits: Vec::new(),
            signals: Vec::new(),
            fallen: Vec::new(),
            bereaved: Vec::new(),
            giving_up: Vec::new(),
            beats: Vec::new(),
        }
    }

    /// Reads the next moment; `false` when another crash begins.
    fn read(&mut self, moment: &Moment) -> bool {
        let Some(at) = moment.key else { return self.beyond(moment) };
        match &moment.what {
            Happening::Exited { reason, cause, .. } => return self.exited(moment.seq, at, reason, *cause),
            Happening::Signal { from_key: Some(from), link: true, cause: Some(cause), .. }
                if self.exits.contains(cause) =>
            {
                self.signals.push(moment.seq);
                self.tell(*from, at, false);
            }
            Happening::Down { from_key: Some(from), cause: Some(cause), .. } if self.exits.contains(cause) => {
                self.tell(*from, at, true);
            }
            Happening::ChildEnded { child, reason, by_supervisor: false, .. } if self.fallen.contains(child) => {
                self.bereaved.push(at);
                self.lost(*child, reason);
            }
            Happening::ChildEnded { child, by_supervisor: true, .. } if self.bereaved.contains(&at) => {
                match self.beats.last_mut() {
                    Some(Beat::Stopped(stopped)) => stopped.push(*child),
                    _ => self.beats.push(Beat::Stopped(vec![*child])),
                }
            }
            Happening::RestartCounted { used, .. } if self.bereaved.contains(&at) => {
                self.beats.push(Beat::Spent { supervisor: at, used: *used });
            }
            Happening::GaveUp { .. } if self.bereaved.contains(&at) => {
                self.giving_up.push(at);
                self.beats.push(Beat::GaveUp { supervisor: at });
            }
            Happening::ChildStarted { child, again: true, .. }
                if self.bereaved.contains(&at) || self.fallen.contains(&at) =>
            {
                match self.beats.last_mut() {
                    Some(Beat::Started(started)) => started.push(*child),
                    _ => self.beats.push(Beat::Started(vec![*child])),
                }
            }
            _ => return self.beyond(moment),
        }
        true
    }

    fn exited(&mut self, seq: u64, at: NodeKey, reason: &Term, cause: Option<u64>) -> bool {
        let by_link = cause.is_some_and(|cause| self.signals.contains(&cause));
        if seq == self.first || by_link || self.giving_up.contains(&at) {
            self.giving_up.retain(|key| *key != at);
            self.exits.push(seq);
            self.fallen.push(at);
            self.beats.push(Beat::Fell { key: at, reason: reason.clone() });
            return true;
        }
        // The same process falls anew: another crash.
        at != self.key
    }

    fn tell(&mut self, from: NodeKey, to: NodeKey, down: bool) {
        let told = Told { from, to, down };
        match self.beats.last_mut() {
            Some(Beat::Told(all)) => all.push(told),
            _ => self.beats.push(Beat::Told(vec![told])),
        }
    }

    fn lost(&mut self, child: NodeKey, reason: &Term) {
        let info = self.seen.node(child).and_then(|node| node.child.as_ref()).map(|child| child.info.restart);
        let stays_dead = info.is_none_or(|restart| verdict(restart, &ExitReason(reason.clone())) != Verdict::Restart);
        if stays_dead {
            self.beats.push(Beat::Gone { key: child, reason: reason.clone() });
        }
    }

    fn beyond(&mut self, moment: &Moment) -> bool {
        let ends_with_it = self.beats.iter().any(|beat| matches!(beat, Beat::GaveUp { .. }));
        match &moment.what {
            Happening::Application { name, state: ApplicationState::Stopped, reason: Some(reason) } if ends_with_it => {
                self.beats.push(Beat::Application { name: *name, reason: reason.clone() });
            }
            Happening::Halted { reason } => self.beats.push(Beat::Halted { reason: reason.clone() }),
            _ => {}
        }
        true
    }
}
