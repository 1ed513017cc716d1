//! What happened: moments, reports, messages, calls.

use std::rc::Rc;

use crate::event::{Level, Report};
use crate::term::{Atom, Pid, Term};
use crate::time::{Duration, Instant};

use super::{ApplicationState, NodeKey};

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

/// A line of the log. Its text is made when it is shown: [`report::text`](crate::observe::report::text).
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
    /// The place that the report is about: of a supervisor's the child's, else the reporter's.
    pub about: Option<NodeKey>,
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
