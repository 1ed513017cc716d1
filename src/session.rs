//! The composition root without the web: a node with the application, the model of its log, the
//! pace of its time, and the record of what was done to it.
//!
//! | module | holds |
//! |---|---|
//! | [`options`] | what a run begins with |
//! | [`boot`] | from options to a running node |
//! | [`command`] | the inputs |
//! | `effect` | what an input does |
//! | [`client`] | the page's processes: one call, auto-run, chaos |
//! | [`pace`] | virtual time by the wall clock |
//! | [`stride`] | steps: a turn, a message, a callback, on to the next crash |
//! | [`hash`] | one number for what happened |
//! | [`refusal`] | why something is not done, as data |
//! | [`scenario`] | a writer's own tree and faults, as JSON |
//! | [`record`] | runs as JSON, and their replay |
//! | `reading` | what is wrong with a JSON text |
//!
//! Only commands enter a run, between two turns, each with the turn and the virtual time at
//! which it does. How the wall clock slices the turns into frames leaves no trace.

pub mod boot;
pub mod client;
pub mod command;
mod effect;
pub mod hash;
pub mod options;
pub mod pace;
mod reading;
pub mod record;
pub mod refusal;
pub mod scenario;
pub mod stride;

use std::rc::Rc;

pub use command::{Command, CrashKind, SequenceSpec, Target};
pub use options::Options;
pub use pace::Speed;
pub use record::{Input, Replay};
pub use stride::Stride;

pub use crate::process::Info;

use crate::event::Event;
use crate::observe::model::Model;
use crate::observe::snapshot::{NodeKey, Snapshot};
use crate::otp::gen_server::FailingStarts;
use crate::process::{Budget, Progress, Runtime};
use crate::term::{Atom, Pid, Term};
use crate::time::{Duration, Instant};

use boot::SystemEnv;
use client::{Task, auto_run, chaos};
use effect::Effect;
use hash::LifecycleHash;
use pace::Pace;
use refusal::{Refusal, Why};

/// Does a supervisor of that name take over flags and order by its own code change? All of a
/// scenario do.
#[must_use]
pub fn can_be_tuned(application: Option<Atom>, name: Atom) -> bool {
    let of_scenario = application.is_some_and(|application| &*application.text() == scenario::APP);
    of_scenario || crate::seq::tuning::is_asking(name)
}

/// Turns between two looks at the log, which must not overflow.
const TURNS_BETWEEN_DRAINS: u64 = 64;

/// Waiting messages that [`Session::inspect`] shows.
const MESSAGES_SHOWN: usize = 50;

/// A run of chaos: what was asked for, and what there was to see at both its ends.
#[derive(Clone, Debug, PartialEq)]
pub struct ChaosRun {
    /// Crashes a minute.
    pub per_minute: u32,
    /// Whom it may hit, by name; every sequence server, if nobody is named.
    pub targets: Vec<String>,
    /// What decides whom it hits, when and how.
    pub seed: u64,
    /// When it began.
    pub began: Rc<Snapshot>,
    /// When it ended.
    pub ended: Option<Rc<Snapshot>>,
}

/// A node that is watched and played with.
pub struct Session {
    options: Options,
    node: Runtime,
    model: Model,
    hash: LifecycleHash,
    pace: Pace,
    inputs: Vec<Input>,
    system_env: Rc<SystemEnv>,
    /// The long-lived clients, spawned when they are first needed.
    auto_run: Option<Pid>,
    chaos: Option<Pid>,
    chaos_run: Option<Rc<ChaosRun>>,
    tracing: bool,
    /// The places whose processes are traced, one after the other.
    traced: Vec<NodeKey>,
    /// The time and log position of the last snapshot that a frame gave.
    shown: Option<(Instant, u64)>,
    /// Time passes until there are more crashes than this.
    until_crash: Option<u64>,
}

impl Session {
    /// Boots a node and starts the application in it. Time plays from the first frame on.
    ///
    /// # Errors
    /// As of [`boot::node`].
    pub fn new(options: Options) -> Result<Self, Refusal> {
        let (node, system_env) = boot::node_with_env(&options)?;
        let pace = Pace::new(node.now());
        let mut session = Session {
            options,
            node,
            model: Model::default(),
            hash: LifecycleHash::default(),
            pace,
            inputs: Vec::new(),
            system_env,
            auto_run: None,
            chaos: None,
            chaos_run: None,
            tracing: false,
            traced: Vec::new(),
            shown: None,
            until_crash: None,
        };
        session.drain();
        Ok(session)
    }

    /// Begins a new run with another seed. The system's environment stays as it is now; pace and
    /// tracing too.
    ///
    /// # Errors
    /// As of [`Session::new`]; the session is then as it was.
    pub fn reset(&mut self, seed: u64) -> Result<(), Refusal> {
        let env = self.system_env.variables().into_iter().collect();
        let mut fresh = Session::new(Options { seed, env, ..self.options.clone() })?;
        (fresh.pace.playing, fresh.pace.speed) = (self.pace.playing, self.pace.speed);
        fresh.trace(self.tracing);
        *self = fresh;
        Ok(())
    }

    // --- time

    /// Lets `wall` time pass at the present speed and runs what there is to run meanwhile, at
    /// most `turns` turns; what those do not suffice for makes virtual time fall behind. What
    /// there is to see then; `None` if nothing has changed since the last frame.
    pub fn frame(&mut self, wall: Duration, turns: u64) -> Option<Rc<Snapshot>> {
        self.pass(wall, turns);
        self.news()
    }

    /// A frame, without a look: for frames that pass in several slices.
    pub fn pass(&mut self, wall: Duration, turns: u64) {
        if self.pace.playing && self.node.halted().is_none() {
            self.pace.pass(wall);
            self.run(turns);
        }
    }

    /// What there is to see; `None` if nothing has changed since the last look.
    pub fn news(&mut self) -> Option<Rc<Snapshot>> {
        let present = (self.now(), self.node.kernel().log.next_seq());
        if self.shown == Some(present) {
            return None;
        }
        self.shown = Some(present);
        Some(self.snapshot())
    }

    fn run(&mut self, mut turns: u64) {
        loop {
            let slice = turns.min(self.turns_between_drains());
            let progress = self.node.run(Budget { turns: slice, until: self.pace.target });
            self.drain();
            turns -= slice;
            if self.has_met_crash() {
                self.pause();
                self.pace.target = self.node.now();
                return;
            }
            if progress != Progress::Spent || self.node.now() > self.pace.target {
                return;
            }
            if turns == 0 {
                // It cannot keep up: the rest of the wall time is lost rather than owed.
                self.pace.target = self.node.now();
                return;
            }
        }
    }

    /// Where a place is traced each turn counts: its next process is traced from its first one on.
    /// So it does where a crash is to be met.
    fn turns_between_drains(&self) -> u64 {
        if self.traced.is_empty() && self.until_crash.is_none() { TURNS_BETWEEN_DRAINS } else { 1 }
    }

    /// Takes one turn, or if nothing can run, goes to the time at which the next timer is due.
    /// `false` if nothing will ever happen by itself.
    pub fn step(&mut self) -> bool {
        let stepped = self.node.turn() || self.skip_to(Instant(u64::MAX));
        self.drain();
        self.pace.target = self.pace.target.max(self.node.now());
        stepped
    }

    /// Fires what is due next, if that is by `until`.
    fn skip_to(&mut self, until: Instant) -> bool {
        match self.node.kernel_mut(|kernel| kernel.next_due()) {
            Some(due) if due <= until => {
                self.node.advance_to(due);
                true
            }
            _ => false,
        }
    }

    /// Lets time pass again.
    pub fn play(&mut self) {
        self.pace.playing = true;
    }

    /// Stops time: frames run nothing, steps do.
    pub fn pause(&mut self) {
        (self.pace.playing, self.until_crash) = (false, None);
    }

    /// Does time pass?
    #[must_use]
    pub fn is_playing(&self) -> bool {
        self.pace.playing
    }

    /// How fast virtual time is.
    #[must_use]
    pub fn speed(&self) -> Speed {
        self.pace.speed
    }

    /// Changes how fast virtual time is, from now on.
    pub fn set_speed(&mut self, speed: Speed) {
        self.pace.set_speed(speed);
    }

    /// The virtual time that a person sees: it goes on while nothing happens.
    #[must_use]
    pub fn now(&self) -> Instant {
        let clock = self.node.now();
        if self.node.halted().is_some() || self.node.kernel().has_runnable() {
            clock
        } else {
            clock.max(self.pace.target)
        }
    }

    /// When something will happen by itself next: now, if a process can run; `None` if never.
    #[must_use]
    pub fn next_wake(&mut self) -> Option<Instant> {
        if self.node.halted().is_some() {
            None
        } else if self.node.kernel().has_runnable() {
            Some(self.node.now())
        } else {
            self.node.kernel_mut(|kernel| kernel.next_due())
        }
    }

    // --- inputs

    /// Does what a person asks for, between two turns, and writes it to the record.
    ///
    /// # Errors
    /// What is wrong with the command. Nothing has changed then.
    pub fn dispatch(&mut self, command: Command) -> Result<(), Refusal> {
        if let Command::Trace { on } = command {
            self.trace(on);
            return Ok(());
        }
        if self.node.halted().is_some() {
            return Err(Why::Stopped.alone());
        }
        if self.inputs.len() >= self.options.limits.inputs {
            return Err(Why::Inputs.of(&[&self.options.limits.inputs]));
        }
        self.arrive(self.now());
        self.enter(command)
    }

    /// Takes the clock to the moment at which an input enters. What is due by then has happened
    /// before, or makes a process runnable and then waits for the next turn.
    fn arrive(&mut self, at: Instant) {
        while !self.node.kernel().has_runnable() && self.skip_to(at) {}
        self.node.advance_to(at);
    }

    fn enter(&mut self, command: Command) -> Result<(), Refusal> {
        let effect = effect::effect(&self.node, &command)?;
        let number = self.inputs.len() as u64;
        self.inputs.push(Input { turns: self.node.turns(), at: self.node.now(), command });
        self.node.kernel_mut(|kernel| kernel.emit(Event::Input { number }));
        self.note_chaos(number);
        self.perform(effect);
        self.drain();
        Ok(())
    }

    /// A rate begins a run of chaos and ends the one before; a rate of 0 only does that.
    fn note_chaos(&mut self, number: u64) {
        let command = self.inputs.get(number as usize).map(|input| &input.command);
        let Some(Command::Chaos { per_minute, targets, seed }) = command else { return };
        let (per_minute, targets, seed) = (*per_minute, targets.clone(), seed.unwrap_or(self.options.seed));
        let now = self.snapshot();
        if per_minute > 0 {
            self.chaos_run = Some(Rc::new(ChaosRun { per_minute, targets, seed, began: now, ended: None }));
        } else if let Some(run) = self.chaos_run.as_mut().filter(|run| run.ended.is_none()) {
            Rc::make_mut(run).ended = Some(now);
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Client(task) => self.spawn_client(task),
            Effect::Inject(pid, fault) => {
                self.node.inject(pid, fault);
                // Any message brings the callback that the fault waits for.
                self.node.send(pid, Term::atom("fault"));
            }
            Effect::AutoRun(message) => {
                self.auto_run = self
                    .living(self.auto_run)
                    .or_else(|| self.node.spawn(auto_run::initial_call(), auto_run::life).ok());
                self.tell(self.auto_run, message);
            }
            Effect::Chaos(message) => {
                let seed = self.options.seed;
                self.chaos = self
                    .living(self.chaos)
                    .or_else(|| self.node.spawn(chaos::initial_call(), |cx| chaos::life(cx, seed)).ok());
                self.tell(self.chaos, message);
            }
            Effect::FailStarts(pid, name, times) => {
                self.node.install(Rc::new(FailingStarts::new(name, times)));
                self.spawn_client(Task::Exit(pid, Atom::KILL.into()));
            }
            Effect::Trace(pid, on) => self.trace_place(pid, on),
            Effect::SystemEnv(variable, value) => self.system_env.set(&variable, value),
        }
    }

    /// A process, and whoever comes after it in its place.
    fn trace_place(&mut self, pid: Pid, on: bool) {
        self.node.kernel_mut(|kernel| kernel.trace(pid, on));
        let Some(place) = self.model.place(pid) else { return };
        self.traced.retain(|other| *other != place);
        self.traced.extend(on.then_some(place));
    }

    /// A process table without room refuses clients, as it refuses everybody.
    fn spawn_client(&mut self, task: Task) {
        let _ = self.node.spawn(task.initial_call(), |cx| client::life(cx, task));
    }

    fn living(&self, pid: Option<Pid>) -> Option<Pid> {
        pid.filter(|pid| self.node.kernel().process(*pid).is_some())
    }

    fn tell(&mut self, pid: Option<Pid>, message: Term) {
        if let Some(pid) = pid {
            self.node.send(pid, message);
        }
    }

    /// Messages are seen from now on, or no longer. That is no input: it changes nothing.
    fn trace(&mut self, on: bool) {
        self.tracing = on;
        self.node.kernel_mut(|kernel| kernel.trace_all(on));
    }

    // --- what there is to see

    /// Everything observable at this moment.
    pub fn snapshot(&mut self) -> Rc<Snapshot> {
        self.drain();
        self.model.snapshot(self.now())
    }

    /// What a living process is like inside. Changes nothing.
    #[must_use]
    pub fn inspect(&self, pid: Pid) -> Option<Info> {
        self.node.inspect(pid, MESSAGES_SHOWN)
    }

    /// The processes in these slots of the process table whose mailbox is not empty, with how many
    /// messages wait; and how many slots there are.
    #[must_use]
    pub fn mailboxes(&self, slots: std::ops::Range<u32>) -> (Vec<(Pid, usize)>, u32) {
        let kernel = self.node.kernel();
        let all = kernel.process_slots();
        let waiting = |slot: u32| kernel.process_at(slot).map(|process| (process.pid, process.mailbox.len()));
        let slots = slots.start..slots.end.min(all);
        (slots.filter_map(waiting).filter(|(_, len)| *len > 0).collect(), all)
    }

    /// The telemetry handlers of the sequences' events: id, event and function of each.
    #[must_use]
    pub fn handlers(&self) -> Vec<[Term; 3]> {
        crate::otp::telemetry::attached(&self.node, &crate::term!([seq]))
    }

    /// The run of chaos that goes on, or else the last one.
    #[must_use]
    pub fn chaos_run(&self) -> Option<&Rc<ChaosRun>> {
        self.chaos_run.as_ref()
    }

    /// The seed of this run.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.options.seed
    }

    /// Are messages seen?
    #[must_use]
    pub fn is_tracing(&self) -> bool {
        self.tracing
    }

    /// Are messages of anybody seen?
    #[must_use]
    pub fn sees_messages(&self) -> bool {
        self.node.kernel().is_tracing() || !self.traced.is_empty()
    }

    /// Turns taken since boot.
    #[must_use]
    pub fn turns(&self) -> u64 {
        self.node.turns()
    }

    /// The inputs of this run so far.
    #[must_use]
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// The lifecycle hash of this run so far.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.hash.value()
    }

    /// Entries that were lost because a single turn wrote more than the log holds. The model and
    /// the hash are then incomplete.
    #[must_use]
    pub fn lost_entries(&self) -> u64 {
        self.node.kernel().log.dropped()
    }

    fn drain(&mut self) {
        for entry in self.node.drain_log() {
            self.hash.feed(&entry);
            self.model.apply(&entry);
            if let (Event::Spawned { pid, .. } | Event::ChildStarted { pid, .. }, false) =
                (&entry.event, self.traced.is_empty())
                && self.model.place(*pid).is_some_and(|place| self.traced.contains(&place))
            {
                self.node.kernel_mut(|kernel| kernel.trace(*pid, true));
            }
        }
    }
}

#[cfg(test)]
mod tests;
