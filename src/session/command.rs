//! Everything that a person or a page does to the node, as data.
//!
//! Commands are the only inputs of a run: they are logged with the turn and the virtual time at
//! which they entered, and a run is replayed by giving them again. Play, pause, speed and step
//! are no commands; they change when things happen to be shown, not what happens.

use serde::{Deserialize, Serialize};

/// Whom a command concerns.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A registered name, as Elixir writes it: `Seq.FibServer`, `:geo1`.
    Name(String),
    /// A pid, by its number (`#PID<0.N.0>`).
    Pid(u32),
}

/// How a process is made to die. Outcomes are injected into the serve loop of any behaviour:
/// they replace what its next callback returns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "with")]
pub enum CrashKind {
    /// The next callback raises an error (`raise "..."`).
    Raise(String),
    /// The next callback throws a term (Erlang text).
    Throw(String),
    /// The next callback calls `exit(reason)` (Erlang text).
    Exit(String),
    /// The next callback returns something no callback may return.
    BadReturn,
    /// The next callback fails to match (`MatchError`).
    BadMatch,
    /// The next callback returns `{:stop, reason, state}` (Erlang text).
    Stop(String),
    /// The next callback never ends.
    EndlessLoop,
    /// The next callback calls somebody who does not answer within five seconds.
    CallTimeout,
    /// The next callback takes ten seconds and traps exits: who stops the process has to wait.
    SlowShutdown,
    /// A process that is linked to it ends for that reason (Erlang text).
    LinkedPeer(String),
    /// It is killed, and its next so many starts fail. It has to have a name.
    FailStarts(u32),
    /// A client sends it a thousand messages at once.
    Flood,
    /// An exit signal from outside: `Process.exit(pid, reason)` (Erlang text; `kill` kills).
    Signal(String),
}

/// A sequence to start under the dynamic supervisor. Numbers are decimal texts of any size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "sequence")]
pub enum SequenceSpec {
    /// Fibonacci numbers.
    Fib,
    /// `a1, a1 + d, a1 + 2d, ...`
    Arith {
        /// First term.
        a1: String,
        /// Difference.
        d: String,
    },
    /// `a1, a1 * r, a1 * r^2, ...`
    Geo {
        /// First term.
        a1: String,
        /// Ratio.
        r: String,
    },
}

/// An input of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum Command {
    /// A client calls `Seq.Server.next(server)`.
    Next {
        /// The server.
        server: Target,
    },
    /// A client calls `Seq.Server.peek(server)`.
    Peek {
        /// The server.
        server: Target,
    },
    /// Somebody makes a process die.
    Crash {
        /// Who.
        target: Target,
        /// How.
        how: CrashKind,
    },
    /// The auto-run client calls `next` on all sequence servers in turn, so many times a second
    /// in all; 0 ends it.
    AutoRun {
        /// Calls a second.
        rate: u32,
    },
    /// The chaos client crashes somebody at random, so many times a minute; 0 ends it.
    Chaos {
        /// Crashes a minute.
        per_minute: u32,
        /// The registered names of those that it may hit; every sequence server, if there is none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        targets: Vec<String>,
        /// What decides whom it hits, when and how; without one it goes by the run's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seed: Option<u64>,
    },
    /// `Seq.Dynamic.start_seq(name, module, opts)`
    StartSequence {
        /// The name to register.
        name: String,
        /// Which sequence.
        spec: SequenceSpec,
    },
    /// `DynamicSupervisor.terminate_child(Seq.Dynamic, pid)`
    StopSequence {
        /// The server.
        server: Target,
    },
    /// `Application.ensure_all_started(name, type)`
    StartApplication {
        /// The application.
        name: String,
        /// `permanent`, `transient` or `temporary`.
        start_type: crate::supervision::Restart,
    },
    /// `Application.stop(name)`
    StopApplication {
        /// The application.
        name: String,
    },
    /// `:release_handler.upgrade_app(application, vsn)`
    Upgrade {
        /// The application.
        application: String,
        /// The version that it goes to.
        vsn: String,
    },
    /// `:release_handler.downgrade_app(application, vsn)`
    Downgrade {
        /// The application.
        application: String,
        /// The version that it goes back to.
        vsn: String,
    },
    /// Sets a variable of the system environment; read when an application's configuration is
    /// next read (at its start).
    SystemEnv {
        /// `SEQ_A1`, `SEQ_D`.
        variable: String,
        /// Its value; `None` unsets it.
        value: Option<String>,
    },
    /// Gives a supervisor other flags by its own code change, while it and its children run.
    SupervisorFlags {
        /// The name of the supervisor; `Seq.Supervisor` if none is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        supervisor: Option<String>,
        /// Whom a failed child takes along.
        strategy: crate::supervision::Strategy,
        /// Restarts that may happen,
        intensity: u32,
        /// in so many seconds.
        period: u32,
    },
    /// Gives a supervisor its children in another order by its own code change, while they run.
    ChildOrder {
        /// The name of the supervisor; `Seq.Supervisor` if none is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        supervisor: Option<String>,
        /// Child ids in start order; children that are not named come after them.
        ids: Vec<String>,
    },
    /// `:sys.suspend(target)`
    Suspend {
        /// Who.
        target: Target,
    },
    /// `:sys.resume(target)`
    Resume {
        /// Who.
        target: Target,
    },
    /// Writes the messages that a process sends and gets to the log from now on, or no longer: of
    /// whoever comes after it in its place too.
    TraceProcess {
        /// Whose.
        target: Target,
        /// On or off.
        on: bool,
    },
    /// Writes all messages to the log from now on, or no longer. That is no input: a replay can
    /// be watched with it or without.
    Trace {
        /// On or off.
        on: bool,
    },
}
