//! From a command to what it does to the node: names and terms in it are read here, and what is
//! wrong with them is said.

use crate::exit::Raise;
use crate::process::fault::Fault;
use crate::process::{Dest, Runtime};
use crate::seq;
use crate::supervision::Strategy;
use crate::term;
use crate::term::{Atom, Pid, Term, erlang};
use crate::time::Duration;

use super::client::{Task, auto_run, chaos};
use super::refusal::{Refusal, Why, quoted};
use super::{Command, CrashKind, SequenceSpec, Target};

/// What a command does.
#[derive(Debug)]
pub(super) enum Effect {
    /// A client process is spawned.
    Client(Task),
    /// The next callback of a process goes wrong.
    Inject(Pid, Fault),
    /// The auto-run client is told something.
    AutoRun(Term),
    /// The chaos client is told something.
    Chaos(Term),
    /// A process is killed, and its next starts under that name fail.
    FailStarts(Pid, Atom, u32),
    /// The messages of a process are seen, or no longer.
    Trace(Pid, bool),
    /// A variable of the system's environment changes.
    SystemEnv(String, Option<String>),
}

/// Most children that are put into an order.
const MAX_CHILDREN: usize = 100;

/// Messages of a flood, most starts that fail, and how long a slow shutdown takes.
const FLOOD: u32 = 1_000;
const MAX_FAILING: u32 = 1_000;
const SLOW: Duration = Duration::from_secs(10);

/// Most characters of a message that a callback raises.
const MAX_MESSAGE: usize = 1_000;

/// Reads a command against the node as it is.
pub(super) fn effect(node: &Runtime, command: &Command) -> Result<Effect, Refusal> {
    Ok(match command {
        Command::Next { server } => Effect::Client(Task::Next(whom(node, server)?)),
        Command::Peek { server } => Effect::Client(Task::Peek(whom(node, server)?)),
        Command::Crash { target, how } => crash(node, alive(node, target)?, how)?,
        Command::AutoRun { rate } => {
            Effect::AutoRun(auto_run::rate(at_most(*rate, auto_run::MAX_RATE, Why::CallRate)?))
        }
        Command::Chaos { per_minute, targets, seed } => chaos(*per_minute, targets, *seed)?,
        Command::StartSequence { name, spec } => Effect::Client(start_sequence(name, spec)?),
        Command::StopSequence { server } => Effect::Client(Task::StopSequence(whom(node, server)?)),
        Command::StartApplication { name, start_type } => {
            Effect::Client(Task::StartApplication(atom(name)?, *start_type))
        }
        Command::StopApplication { name } => Effect::Client(Task::StopApplication(atom(name)?)),
        Command::Upgrade { application, vsn } => Effect::Client(Task::Upgrade(atom(application)?, version(vsn)?)),
        Command::Downgrade { application, vsn } => Effect::Client(Task::Downgrade(atom(application)?, version(vsn)?)),
        Command::SystemEnv { variable, value } => system_env(variable, value.as_deref())?,
        Command::SupervisorFlags { supervisor, strategy, intensity, period } => {
            let flags = flags(*strategy, *intensity, *period)?;
            Effect::Client(Task::Tune(tuned(supervisor.as_deref())?, "flags", flags))
        }
        Command::ChildOrder { supervisor, ids } => {
            Effect::Client(Task::Tune(tuned(supervisor.as_deref())?, "child_order", order(ids)?))
        }
        Command::TraceProcess { target, on } => Effect::Trace(alive(node, target)?, *on),
        Command::Suspend { target } => Effect::Client(Task::Suspend(whom(node, target)?)),
        Command::Resume { target } => Effect::Client(Task::Resume(whom(node, target)?)),
        Command::Trace { .. } => return Err(Why::Tracing.alone()),
    })
}

fn at_most(number: u32, most: u32, why: Why) -> Result<u32, Refusal> {
    if number <= most { Ok(number) } else { Err(why.of(&[&number, &most])) }
}

fn chaos(per_minute: u32, targets: &[String], seed: Option<u64>) -> Result<Effect, Refusal> {
    let per_minute = at_most(per_minute, chaos::MAX_PER_MINUTE, Why::CrashRate)?;
    if targets.len() > chaos::MAX_TARGETS {
        return Err(Why::Targets.of(&[&targets.len(), &chaos::MAX_TARGETS]));
    }
    if targets.is_empty() && seed.is_none() {
        return Ok(Effect::Chaos(chaos::per_minute(per_minute)));
    }
    let names = targets.iter().map(|name| atom(name)).collect::<Result<Vec<Atom>, Refusal>>()?;
    Ok(Effect::Chaos(chaos::order(per_minute, &names, seed)))
}

/// The supervisor that a change concerns.
fn tuned(name: Option<&str>) -> Result<Atom, Refusal> {
    name.map_or(Ok(Atom::new(seq::supervisor::NAME)), atom)
}

/// A supervisor's flags as a map.
fn flags(strategy: Strategy, intensity: u32, period: u32) -> Result<Term, Refusal> {
    let strategy = match strategy {
        Strategy::OneForOne => term!(one_for_one),
        Strategy::OneForAll => term!(one_for_all),
        Strategy::RestForOne => term!(rest_for_one),
        Strategy::SimpleOneForOne => return Err(Why::OwnSpecs.alone()),
    };
    let intensity = at_most(intensity, 1_000, Why::Intensity)?;
    let period = at_most(period, 86_400, Why::Period)?;
    if period == 0 {
        return Err(Why::NoPeriod.alone());
    }
    Ok(term!(#{strategy => (strategy), intensity => (intensity), period => (period)}))
}

/// Child ids as a list.
fn order(ids: &[String]) -> Result<Term, Refusal> {
    if ids.len() > MAX_CHILDREN {
        return Err(Why::Children.of(&[&ids.len(), &MAX_CHILDREN]));
    }
    let ids = ids.iter().map(|id| atom(id).map(Term::from)).collect::<Result<Vec<Term>, Refusal>>()?;
    Ok(Term::list(ids))
}

fn version(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    let is_one = (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_one { Ok(text.to_owned()) } else { Err(Why::NoVersion.of(&[&quoted(text)])) }
}

/// A name as Elixir writes it: `Seq.FibServer`, `:geo1`, `:"a name"`; `geo1` will do as well.
pub(super) fn atom(text: &str) -> Result<Atom, Refusal> {
    let trimmed = text.trim();
    let full = match trimmed.strip_prefix(':') {
        Some(rest) => rest.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(rest).to_owned(),
        None if trimmed.starts_with(|first: char| first.is_ascii_uppercase()) => format!("Elixir.{trimmed}"),
        None => trimmed.to_owned(),
    };
    if full.is_empty() || full.chars().any(char::is_control) {
        return Err(Why::NoName.of(&[&quoted(text)]));
    }
    Atom::try_new(&full).map_err(|error| Why::NoAtom.of(&[&error]))
}

/// A process that may be dead: a call to it then fails as calls do.
fn whom(node: &Runtime, target: &Target) -> Result<Dest, Refusal> {
    Ok(match target {
        Target::Name(name) => Dest::Name(atom(name)?),
        Target::Pid(_) => Dest::Pid(alive(node, target)?),
    })
}

/// A process that lives.
fn alive(node: &Runtime, target: &Target) -> Result<Pid, Refusal> {
    let kernel = node.kernel();
    match target {
        Target::Name(name) => kernel.whereis(atom(name)?).ok_or_else(|| Why::NotRegistered.of(&[&name.trim()])),
        Target::Pid(number) => {
            let pids = kernel.processes();
            let at = pids.binary_search_by_key(number, |pid| pid.number());
            at.ok().and_then(|at| pids.get(at).copied()).ok_or_else(|| Why::NotAlive.of(&[number]))
        }
    }
}

fn crash(node: &Runtime, pid: Pid, how: &CrashKind) -> Result<Effect, Refusal> {
    let read = |text: &str| erlang_term(node, text);
    let fault = match how {
        CrashKind::Raise(message) => {
            Fault::Raise(runtime_error(&message.chars().take(MAX_MESSAGE).collect::<String>()))
        }
        CrashKind::Throw(value) => Fault::Raise(Raise::throw(read(value)?)),
        CrashKind::Exit(reason) => Fault::Raise(Raise::exit(read(reason)?)),
        CrashKind::BadReturn => Fault::Return(term!(oops)),
        CrashKind::BadMatch => Fault::Raise(bad_match()),
        CrashKind::Stop(reason) => Fault::Stop(read(reason)?),
        CrashKind::EndlessLoop => Fault::EndlessLoop,
        CrashKind::CallTimeout => Fault::CallTimeout,
        CrashKind::SlowShutdown => Fault::SlowShutdown(SLOW),
        CrashKind::LinkedPeer(reason) => return Ok(Effect::Client(Task::Peer(pid, read(reason)?))),
        CrashKind::Flood => return Ok(Effect::Client(Task::Flood(pid, FLOOD))),
        CrashKind::FailStarts(times) => {
            let name = node.kernel().process(pid).and_then(|process| process.name);
            let name = name.ok_or_else(|| Why::NotRegistered.of(&[&pid]))?;
            return Ok(Effect::FailStarts(pid, name, at_most(*times, MAX_FAILING, Why::Intensity)?));
        }
        CrashKind::Signal(reason) => return Ok(Effect::Client(Task::Exit(pid, read(reason)?))),
    };
    if !node.is_server(pid) {
        return Err(Why::NoCallbacks.of(&[&pid]));
    }
    Ok(Effect::Inject(pid, fault))
}

/// `raise "message"`
///
/// OTP: <https://hexdocs.pm/elixir/1.14/RuntimeError.html>
pub(super) fn runtime_error(message: &str) -> Raise {
    crate::otp::elixir::raise("RuntimeError", message)
}

/// What `{:ok, value} = :error` raises.
pub(super) fn bad_match() -> Raise {
    Raise::error(term!({badmatch, error}))
}

/// A term from Erlang text.
fn erlang_term(node: &Runtime, text: &str) -> Result<Term, Refusal> {
    let limits = &node.kernel().limits;
    let depth = limits.term_depth as usize;
    let bounds = erlang::Limits { depth, bytes: limits.text_bytes, ..erlang::Limits::default() };
    erlang::parse_within(text, bounds)
        .map_err(|error| Why::NoTerm.of(&[&error.line, &error.column, &error.found, &error.expected]))
}

fn start_sequence(name: &str, spec: &SequenceSpec) -> Result<Task, Refusal> {
    let pair = |key: &str, text: &str| Ok::<_, Refusal>(Term::tuple([Term::atom(key), integer(key, text)?]));
    let (module, opts) = match spec {
        SequenceSpec::Fib => (term!(Seq.Fib), Vec::new()),
        SequenceSpec::Arith { a1, d } => (term!(Seq.Arith), vec![pair("a1", a1)?, pair("d", d)?]),
        SequenceSpec::Geo { a1, r } => (term!(Seq.Geo), vec![pair("a1", a1)?, pair("r", r)?]),
    };
    let name = atom(name)?;
    if name == Atom::UNDEFINED || name == Atom::NIL {
        return Err(Why::NoSuchCaller.of(&[&Term::from(name)]));
    }
    let module = module.as_atom().unwrap_or(Atom::UNDEFINED);
    Ok(Task::StartSequence { name, module, opts: Term::list(opts) })
}

fn integer(what: &str, text: &str) -> Result<Term, Refusal> {
    let most = seq::config::MAX_DIGITS;
    seq::config::integer(text.trim()).ok_or_else(|| Why::NoInteger.of(&[&what, &quoted(text), &most]))
}

fn system_env(variable: &str, value: Option<&str>) -> Result<Effect, Refusal> {
    let bad = |why: Why| Err(why.of(&[&quoted(variable)]));
    if variable.is_empty() || variable.len() > 64 || variable.contains(['=', '\0']) {
        return bad(Why::VariableName);
    }
    if value.is_some_and(|value| value.len() > 2_048 || value.contains('\0')) {
        return bad(Why::VariableValue);
    }
    if let Some(value) = value {
        let alone = [(variable.to_owned(), value.to_owned())].into_iter().collect();
        seq::config::arith(&alone).map_err(|bad| Refusal::from(&bad))?;
    }
    Ok(Effect::SystemEnv(variable.to_owned(), value.map(str::to_owned)))
}
