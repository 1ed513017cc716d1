//! A scenario on a fresh node.

use std::rc::Rc;

use serde_json::Value;

use crate::event::{Entry, Event as Logged, Mfa};
use crate::exit::Raise;
use crate::limits::Limits;
use crate::otp;
use crate::otp::application::{self, AppFiles};
use crate::process::{Budget, Progress, Runtime};
use crate::session::hash::LifecycleHash;
use crate::term::erlang::{Style, print};
use crate::term::{Atom, Term};
use crate::time::{Duration, Instant};

use super::actor::STEP;
use super::cast;
use super::op::{Op, atom};
use super::stage::{Stage, TRACE};
use super::trace::Event;
use super::{Malformed, Scenario};

/// Most turns between a step and the next: a scenario that does not come to rest is refused.
const MAX_TURNS: u64 = 2_000_000;
/// How long the recorder waits for a busy application controller (in its own time twice that).
const RECORDERS_PATIENCE: Duration = Duration::from_secs(5);

/// What a run shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its events, a list for each step.
    pub trace: Vec<Vec<Event>>,
    /// The hash of all that the node logged, boot included.
    pub hash: u64,
    /// How many messages were logged.
    pub messages: u64,
}

/// Runs a scenario; gives its events, a list for each step.
///
/// # Errors
/// Says which step cannot be run, or does not come to rest.
pub fn run(scenario: &Scenario) -> Result<Vec<Vec<Event>>, Malformed> {
    play(Play::new(scenario)?, scenario).map(|run| run.trace)
}

/// Runs a scenario and hashes its lifecycle.
///
/// # Errors
/// As of [`run`].
pub fn hashed(scenario: &Scenario) -> Result<Run, Malformed> {
    play(Play::new(scenario)?, scenario)
}

/// Runs a scenario with every message of it logged, and hashes its lifecycle.
///
/// # Errors
/// As of [`run`].
pub fn hashed_with_messages(scenario: &Scenario) -> Result<Run, Malformed> {
    let mut traced = Play::new(scenario)?;
    traced.node.kernel_mut(|kernel| kernel.trace_all(true));
    play(traced, scenario)
}

fn play(mut play: Play, scenario: &Scenario) -> Result<Run, Malformed> {
    let mut trace = Vec::new();
    for (number, op) in scenario.steps.iter().enumerate() {
        play.step(number, op).map_err(|Malformed(why)| Malformed(format!("step {number}: {why}")))?;
        trace.push(play.events()?);
        if play.node.halted().is_some() {
            break;
        }
    }
    Ok(Run { trace, hash: play.hash.value(), messages: play.messages })
}

/// The node says itself why it stops: no labels.
const STOP_TEXT: Style = Style { max_bytes: usize::MAX, ..Style::TP };

fn raised(raise: Raise) -> Malformed {
    Malformed(format!("{raise:?}"))
}

struct Play {
    node: Runtime,
    stage: Rc<Stage>,
    hash: LifecycleHash,
    messages: u64,
}

impl Play {
    fn new(scenario: &Scenario) -> Result<Play, Malformed> {
        let limits = Limits { ns_per_reduction: 0, log_bytes: 64 << 20, ..Limits::default() };
        let mut node = Runtime::new(limits);
        let stage = Rc::new(Stage::new(scenario.apps.clone()));
        node.install(stage.clone());
        let files = AppFiles::default();
        for (name, app) in scenario.apps.iter().filter(|(_, app)| !app.flag("no_file")) {
            files.add(&name.text(), &cast::applications::file(app).map_err(raised)?);
        }
        node.install(Rc::new(files));
        otp::modules().into_iter().chain(cast::modules()).for_each(|module| node.load(module));
        let call = |function| Mfa { module: Atom::new("conformance"), function: Atom::new(function), arity: 0 };
        node.spawn(call("boot"), cast::applications::boot).map_err(raised)?;
        node.run_until_idle();
        node.spawn(call("ctl"), cast::probe::ctl).map_err(raised)?;
        let mut play = Play { node, stage, hash: LifecycleHash::default(), messages: 0 };
        play.settle(Instant::BOOT)?;
        play.events()?;
        Ok(play)
    }

    fn step(&mut self, number: usize, op: &Op) -> Result<(), Malformed> {
        if op.name() == "advance" {
            let until = self.node.now() + op.span("ms").unwrap_or_default();
            self.run_until(until)?;
            self.node.advance_to(until);
            return self.settle(until);
        }
        let by = op.text("by").unwrap_or("ctl");
        let pid = match by.strip_prefix('@').map(atom) {
            Some(name) => self.node.kernel().whereis(name.map_err(raised)?),
            None => self.stage.find(by),
        };
        let pid = pid.ok_or_else(|| Malformed(format!("there is no process {by:?} to run it")))?;
        self.node.send(pid, Term::tuple([Term::atom(STEP), number.into(), op.0.clone()]));
        self.settle(self.node.now())
    }

    /// Runs until nothing can run by `until`. Who recorded the traces waited on while the
    /// application controller was in a callback: it might have been stopping the system.
    fn settle(&mut self, until: Instant) -> Result<(), Malformed> {
        self.run_until(until)?;
        if self.node.halted().is_none() && self.controller_is_busy() {
            let later = self.node.now() + RECORDERS_PATIENCE;
            self.run_until(later)?;
            self.node.advance_to(later);
            return self.run_until(later);
        }
        Ok(())
    }

    fn controller_is_busy(&self) -> bool {
        let controller = self.node.kernel().whereis(application::controller_name());
        controller.and_then(|pid| self.node.inspect(pid, 0)).is_some_and(|info| info.state.is_none())
    }

    /// Runs until nothing can run by `until`.
    fn run_until(&mut self, until: Instant) -> Result<(), Malformed> {
        match self.node.run(Budget { turns: MAX_TURNS, until }) {
            Progress::Idle | Progress::Halted => Ok(()),
            Progress::Spent => Err(Malformed("the node does not come to rest".to_owned())),
        }
    }

    /// Takes the events out of the log.
    fn events(&mut self) -> Result<Vec<Event>, Malformed> {
        if self.node.kernel().log.dropped() > 0 {
            return Err(Malformed("too many events".to_owned()));
        }
        let log = self.node.drain_log();
        log.iter().for_each(|entry| self.hash.feed(entry));
        self.messages += log.iter().filter(|entry| entry.event.is_message()).count() as u64;
        Ok(log.iter().filter_map(|entry| self.event(entry)).collect())
    }

    fn event(&self, entry: &Entry) -> Option<Event> {
        match &entry.event {
            Logged::Telemetry { event, .. } if event.name == Term::list([Term::atom(TRACE)]) => {
                Some(event.metadata.iter().map(to_value).collect())
            }
            Logged::Exited { pid, reason, .. } => {
                let label = self.stage.label(*pid).filter(|label| &**label != "#ctl")?;
                Some(vec!["down".into(), (*label).into(), self.stage.text(reason).into()])
            }
            Logged::Halted { reason } => Some(vec!["vm_stop".into(), "vm".into(), print(reason, STOP_TEXT).into()]),
            _ => None,
        }
    }
}

fn to_value(term: &Term) -> Value {
    match term.as_int() {
        Some(number) => number.into(),
        None => term.as_str().unwrap_or_default().into(),
    }
}
