//! Everything observable, as one closed vocabulary of data.
//!
//! The kernel, the behaviours and the application controller say what happened by an
//! [`Event`]; tree, charts, timelines, tests and replay read nothing else. Lifecycle events are
//! always on. Message events ([`Event::is_message`]) are opt-in for each process and count
//! neither in the lifecycle hash nor in anything else that a run decides.

use std::rc::Rc;

use crate::supervision::{ChildType, Flags, Restart, Shutdown};
use crate::term::{Atom, Pid, Ref, Term};
use crate::time::{Duration, Instant};

/// One line of the log.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Position in the log of this node, from 0; gaps never.
    pub seq: u64,
    /// Virtual time.
    pub at: Instant,
    /// What happened.
    pub event: Event,
}

/// A function by name: module, function, arity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mfa {
    /// The module.
    pub module: Atom,
    /// The function.
    pub function: Atom,
    /// The number of arguments.
    pub arity: u8,
}

/// What a process is, as its behaviour says it once it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Behaviour {
    /// A `gen_server`.
    GenServer,
    /// A `supervisor`.
    Supervisor,
    /// An application master (the outer process of its pair).
    ApplicationMaster,
    /// The process that calls an application's `start/2` and owns its root.
    ApplicationStarter,
    /// A plain process of the node itself (init, application controller, clients).
    System,
    /// A client of the page: auto-run, chaos, one call.
    Client,
}

/// A child specification, as far as an observer wants to know it.
#[derive(Clone, Debug, PartialEq)]
pub struct ChildInfo {
    /// The child's id.
    pub id: Term,
    /// When it is restarted.
    pub restart: Restart,
    /// How it is stopped.
    pub shutdown: Shutdown,
    /// Worker or supervisor.
    pub kind: ChildType,
    /// Does its end count for `auto_shutdown`?
    pub significant: bool,
    /// `{Module, Function, Args}` that starts it.
    pub start: Term,
}

/// A log report, as OTP's `logger` gets it: a label and a body, put into words by `observe`.
///
/// OTP: <https://www.erlang.org/docs/25/man/logger#type-report>
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// How grave it is.
    pub level: Level,
    /// Which report: `{gen_server, terminate}`, `{supervisor, child_terminated}`, `{proc_lib, crash}`, ...
    pub label: Term,
    /// Its contents as a map or keyword list, as OTP's report of that label has them.
    pub body: Term,
}

/// Levels of the logger, gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Something failed.
    Error,
    /// Something is odd.
    Warning,
    /// Something normal but significant.
    Notice,
    /// Something happened.
    Info,
    /// Detail.
    Debug,
}

/// How an application ended or changed.
#[derive(Clone, Debug, PartialEq)]
pub enum ApplicationPhase {
    /// Its spec was loaded.
    Loaded {
        /// The spec: the `.app` file's `{application, Name, Props}`.
        spec: Term,
    },
    /// Its spec was unloaded.
    Unloaded,
    /// Its `start/2` is about to be called.
    Starting,
    /// It runs.
    Started {
        /// The root of its tree, as `start/2` returned it.
        root: Pid,
        /// `permanent`, `transient` or `temporary`.
        start_type: Restart,
    },
    /// Its start failed.
    StartFailed {
        /// The error term.
        reason: Term,
    },
    /// It is being stopped.
    Stopping,
    /// It has ended.
    Stopped {
        /// The exit reason; `stopped` after application:stop/1.
        reason: Term,
    },
}

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// A process began. With `link` it was born linked to its parent.
    Spawned { pid: Pid, parent: Option<Pid>, link: bool, initial_call: Mfa },
    /// A process ended. `cause` is the log position of the exit signal that ended it, if one did.
    Exited { pid: Pid, reason: Term, cause: Option<u64> },
    /// A name was registered.
    Registered { pid: Pid, name: Atom },
    /// A name was released by its owner (an exit releases names without saying so again).
    Unregistered { pid: Pid, name: Atom },
    /// Two processes were linked.
    Linked { a: Pid, b: Pid },
    /// Two processes were unlinked (an exit ends links without saying so again).
    Unlinked { a: Pid, b: Pid },
    /// A monitor was set.
    Monitored { by: Pid, target: Pid, mref: Ref },
    /// A monitor was taken back.
    Demonitored { by: Pid, target: Pid, mref: Ref },
    /// An exit signal arrived: through a link, or by `exit/2` (`link: false`). `cause` is the log
    /// position of the sender's exit, for a link.
    ExitSignal { from: Pid, to: Pid, reason: Term, link: bool, cause: Option<u64> },
    /// A monitor fired. `cause` is the log position of the exit.
    Down { from: Pid, to: Pid, mref: Ref, reason: Term, cause: Option<u64> },
    /// A process was suspended or resumed.
    Suspended { pid: Pid, on: bool },

    /// A message was sent (opt-in). `id` is unique in the run; `to` may be dead already.
    Sent { id: u64, from: Pid, to: Pid, message: Term },
    /// A message was taken from the mailbox (opt-in).
    Received { id: u64, pid: Pid },

    /// A behaviour's init succeeded.
    Initialised { pid: Pid, behaviour: Behaviour, module: Atom },
    /// A supervisor runs with these flags (again after they were changed).
    Supervises { pid: Pid, flags: Flags },
    /// A supervisor knows a child, at this position in start order. Sent for each spec before the
    /// first start; children of a `simple_one_for_one` or dynamic supervisor come as they start.
    ChildAdded { supervisor: Pid, child: Rc<ChildInfo>, position: u32 },
    /// A child was started (first start or restart).
    ChildStarted { supervisor: Pid, id: Term, pid: Pid },
    /// A child's start failed.
    ChildFailed { supervisor: Pid, id: Term, reason: Term },
    /// A child ended by itself, or was stopped (`by_supervisor`).
    ChildEnded { supervisor: Pid, id: Term, pid: Pid, reason: Term, by_supervisor: bool },
    /// A child spec was forgotten.
    ChildRemoved { supervisor: Pid, id: Term, pid: Option<Pid> },
    /// A restart was counted: `used` of `intensity` in the window after it.
    RestartCounted { supervisor: Pid, id: Term, used: u32 },
    /// A supervisor has spent its budget and stops.
    GaveUp { supervisor: Pid, id: Term },

    /// Something about an application. `master` is its application master once there is one.
    Application { name: Atom, master: Option<Pid>, phase: ApplicationPhase },
    /// The application environment changed; `value: None` is a deletion.
    Env { application: Atom, key: Atom, value: Option<Term>, source: Atom },
    /// The node stopped.
    Halted { reason: Term },

    /// A log report.
    Reported { pid: Pid, report: Rc<Report> },
    /// A telemetry event: name (list of atoms), measurements and metadata (maps).
    Telemetry { pid: Pid, name: Term, measurements: Term, metadata: Term },
    /// A call by a client of the page ended: reply, or the exit reason it caught.
    CallEnded { client: Pid, target: Term, request: Term, outcome: Result<Term, Term>, took: Duration },
    /// An input entered the node: its number in the input log.
    Input { number: u64 },
}

impl Event {
    /// Is it one of the opt-in message events, which no decision and no hash depends on?
    #[must_use]
    pub fn is_message(&self) -> bool {
        matches!(self, Event::Sent { .. } | Event::Received { .. })
    }
}
