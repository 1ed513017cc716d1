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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How grave it is.
    pub level: Level,
    /// Which report: `{gen_server, terminate}`, `{supervisor, child_terminated}`, `{proc_lib, crash}`, ...
    pub label: Term,
    /// Its contents as a map or keyword list, as OTP's report of that label has them.
    pub body: Term,
}

/// A telemetry event.
///
/// OTP: <https://hexdocs.pm/telemetry/1.1.0/telemetry.html#execute/3>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telemetry {
    /// Its name, a list of atoms.
    pub name: Term,
    /// Measurements, a map.
    pub measurements: Term,
    /// Metadata, a map.
    pub metadata: Term,
}

/// A call by a client of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCall {
    /// Pid or name that it called.
    pub target: Term,
    /// The request.
    pub request: Term,
    /// The reply, or the exit reason that it caught.
    pub outcome: Result<Term, Term>,
    /// How long it took.
    pub took: Duration,
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
        /// The root of its tree, as `start/2` returned it; a library has none.
        root: Option<Pid>,
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

/// How the code of a module changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeChange {
    /// A version was loaded.
    Loaded {
        /// Its version.
        vsn: Term,
        /// The version that is old now.
        old: Option<Term>,
    },
    /// The current version was made old, and there is none in its place.
    Deleted {
        /// Its version.
        vsn: Term,
    },
    /// The old version was removed.
    Purged {
        /// Its version.
        vsn: Term,
        /// How many processes still ran it and were killed.
        killed: u32,
    },
}

/// Something that happened. What is large and rare is shared behind an [`Rc`]: the log is made of
/// these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A process began.
    Spawned {
        /// The new process.
        pid: Pid,
        /// Who spawned it.
        parent: Option<Pid>,
        /// Was it born linked to its parent? (No `Linked` follows.)
        link: bool,
        /// The function it begins in.
        initial_call: Mfa,
    },
    /// A process ended.
    Exited {
        /// The process.
        pid: Pid,
        /// Its exit reason.
        reason: Term,
        /// The log position of the exit signal that ended it, if one did.
        cause: Option<u64>,
    },
    /// A name was registered.
    Registered {
        /// Its owner.
        pid: Pid,
        /// The name.
        name: Atom,
    },
    /// A name was released by its owner (an exit releases names without saying so again).
    Unregistered {
        /// Its owner.
        pid: Pid,
        /// The name.
        name: Atom,
    },
    /// Two processes were linked.
    Linked {
        /// The one that linked.
        a: Pid,
        /// The other.
        b: Pid,
    },
    /// Two processes were unlinked (an exit ends links without saying so again).
    Unlinked {
        /// The one that unlinked.
        a: Pid,
        /// The other.
        b: Pid,
    },
    /// A monitor was set.
    Monitored {
        /// Who monitors.
        by: Pid,
        /// Whom.
        target: Pid,
        /// The monitor.
        mref: Ref,
    },
    /// A monitor was taken back.
    Demonitored {
        /// Who monitored.
        by: Pid,
        /// Whom.
        target: Pid,
        /// The monitor.
        mref: Ref,
    },
    /// An exit signal arrived.
    ExitSignal {
        /// The sender.
        from: Pid,
        /// The receiver.
        to: Pid,
        /// The reason it carries.
        reason: Term,
        /// Through a link, or by `exit/2`?
        link: bool,
        /// For a link, the log position of the sender's exit.
        cause: Option<u64>,
    },
    /// A monitor fired.
    Down {
        /// The dead process.
        from: Pid,
        /// Who monitored it.
        to: Pid,
        /// The monitor.
        mref: Ref,
        /// Its exit reason, or `noproc`.
        reason: Term,
        /// The log position of the exit.
        cause: Option<u64>,
    },
    /// A process was suspended or resumed: by another process, or by a system message.
    Suspended {
        /// The process.
        pid: Pid,
        /// Suspended, or resumed?
        on: bool,
    },

    /// A message was sent (opt-in).
    Sent {
        /// Unique in the run.
        id: u64,
        /// The sender.
        from: Pid,
        /// The receiver; it may be dead already.
        to: Pid,
        /// The message.
        message: Term,
    },
    /// A message was taken from the mailbox (opt-in).
    Received {
        /// The id that it was sent under.
        id: u64,
        /// The receiver.
        pid: Pid,
    },

    /// A behaviour's init succeeded.
    Initialised {
        /// The process.
        pid: Pid,
        /// Its behaviour.
        behaviour: Behaviour,
        /// Its callback module.
        module: Atom,
    },
    /// A supervisor runs with these flags (again after they were changed). Comes before its first
    /// `ChildAdded`, so a supervisor that begins anew forgets its former children here.
    Supervises {
        /// The supervisor.
        pid: Pid,
        /// Its flags.
        flags: Flags,
        /// Do its children come and go without ids of their own (`simple_one_for_one`, Elixir's
        /// DynamicSupervisor)? They have places by process then.
        dynamic: bool,
    },
    /// A supervisor knows a child. Sent for each spec before the first start; for children of a
    /// `simple_one_for_one` or dynamic supervisor just before each start.
    ChildAdded {
        /// The supervisor.
        supervisor: Pid,
        /// The child's specification.
        child: Rc<ChildInfo>,
        /// Its position in start order, from 0.
        position: u32,
    },
    /// A supervisor is about to call a child's start function: the next process that it spawns
    /// is that child's.
    ChildStarting {
        /// The supervisor.
        supervisor: Pid,
        /// The child's id.
        id: Term,
        /// For a restart, the former process of the child. Only this tells which child of a
        /// `simple_one_for_one` or dynamic supervisor comes back.
        replaces: Option<Pid>,
    },
    /// A child was started (first start or restart).
    ChildStarted {
        /// The supervisor.
        supervisor: Pid,
        /// The child's id.
        id: Term,
        /// Its process.
        pid: Pid,
    },
    /// A child's start failed (or was ignored: reason `ignore`).
    ChildFailed {
        /// The supervisor.
        supervisor: Pid,
        /// The child's id.
        id: Term,
        /// Why.
        reason: Term,
    },
    /// A child ended by itself, or was stopped.
    ChildEnded {
        /// The supervisor.
        supervisor: Pid,
        /// The child's id.
        id: Term,
        /// Its process.
        pid: Pid,
        /// Why.
        reason: Term,
        /// Did the supervisor stop it?
        by_supervisor: bool,
    },
    /// A child spec was forgotten.
    ChildRemoved {
        /// The supervisor.
        supervisor: Pid,
        /// The child's id.
        id: Term,
        /// Its last process, if it had one.
        pid: Option<Pid>,
    },
    /// A restart was counted.
    RestartCounted {
        /// The supervisor.
        supervisor: Pid,
        /// The id of the child that failed.
        id: Term,
        /// Restarts that count now, this one included.
        used: u32,
    },
    /// A supervisor has spent its budget and stops.
    GaveUp {
        /// The supervisor.
        supervisor: Pid,
        /// The id of the child whose restart was one too many.
        id: Term,
    },

    /// Something about an application.
    Application {
        /// Its name.
        name: Atom,
        /// Its application master, once there is one: from `Starting` on, said before the master
        /// spawns anything.
        master: Option<Pid>,
        /// What.
        phase: ApplicationPhase,
    },
    /// The application environment changed.
    Env {
        /// Whose.
        application: Atom,
        /// The key.
        key: Atom,
        /// The value; `None` is a deletion.
        value: Option<Term>,
        /// Where it came from: the spec (`app`), the configuration (`config`), a call (`set_env`).
        source: Atom,
    },
    /// The code of a module changed while the node runs.
    Code {
        /// The module.
        module: Atom,
        /// What happened to it.
        change: CodeChange,
    },
    /// A server goes on in another version of its module.
    CodeChanged {
        /// The server.
        pid: Pid,
        /// Its module.
        module: Atom,
        /// The version that it ran, if that is still known.
        from: Option<Term>,
        /// The version that it runs.
        to: Term,
    },
    /// An instruction of an upgrade is about to be played.
    Upgrade {
        /// The application.
        application: Atom,
        /// Its number, from 1.
        number: u32,
        /// How many there are.
        of: u32,
        /// The instruction, as a relup has it.
        instruction: Term,
    },
    /// The node stopped.
    Halted {
        /// Why.
        reason: Term,
    },

    /// A log report.
    Reported {
        /// Who reported it.
        pid: Pid,
        /// The report.
        report: Rc<Report>,
    },
    /// A telemetry event.
    Telemetry {
        /// Who executed it.
        pid: Pid,
        /// The event.
        event: Rc<Telemetry>,
    },
    /// A call by a client of the page ended.
    CallEnded {
        /// The client.
        client: Pid,
        /// The call.
        call: Rc<ClientCall>,
    },
    /// An input entered the node.
    Input {
        /// Its number in the input log.
        number: u64,
    },
}

impl Event {
    /// Is it one of the opt-in message events, which no decision and no hash depends on?
    #[inline]
    #[must_use]
    pub fn is_message(&self) -> bool {
        matches!(self, Event::Sent { .. } | Event::Received { .. })
    }

    /// Does it own nothing on the heap? Most say what has atoms, numbers and pids in it.
    #[inline(always)]
    pub(crate) fn is_plain(&self) -> bool {
        match self {
            Event::Spawned { .. }
            | Event::Registered { .. }
            | Event::Unregistered { .. }
            | Event::Linked { .. }
            | Event::Unlinked { .. }
            | Event::Monitored { .. }
            | Event::Demonitored { .. }
            | Event::Suspended { .. }
            | Event::Initialised { .. }
            | Event::Supervises { .. } => true,
            Event::Exited { reason, .. } | Event::ExitSignal { reason, .. } | Event::Down { reason, .. } => {
                reason.is_plain()
            }
            Event::ChildStarting { id, .. }
            | Event::ChildStarted { id, .. }
            | Event::ChildRemoved { id, .. }
            | Event::RestartCounted { id, .. } => id.is_plain(),
            Event::ChildEnded { id, reason, .. } => id.is_plain() && reason.is_plain(),
            _ => false,
        }
    }
}
