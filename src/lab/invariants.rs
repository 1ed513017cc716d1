//! The rules that hold on every node at every moment, checked while it runs.
//!
//! The checker keeps a model of its own, made from what is sent, what lands, what the log says
//! and what processes say of themselves, and compares it with the kernel: at each step where that
//! costs little, for the whole node every so often and at rest. Each rule counts how often it was
//! put to the test.
//!
//! | module | rules |
//! |---|---|
//! | `signals` | I2 links, I3 monitors, I5 exit signals, I6 last words, I9 conservation, I11 wake-ups |
//! | `timers` | I8 |
//! | `supervisors` | S1 to S10 |
//! | `applications` | A1 to A7 |
//! | `audit` | the whole node: I1, I2, I3, I4, I7, I9, I10, I11 |

mod applications;
mod audit;
mod signals;
mod supervisors;
mod timers;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::event::{Entry, Event};
use crate::kernel::Kernel;
use crate::kernel::transport::Flying;
use crate::process::Runtime;
use crate::term::{Pid, Ref, Term};

use super::simulator::world::{Act, World};
use applications::Applications;
pub use signals::Before;
use signals::Monitor;
use supervisors::Supervisor;
use timers::Timers;

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which: `I3`, `S1`, ...
    pub rule: &'static str,
    /// What happened.
    pub what: String,
    /// The step of the run.
    pub step: u64,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} broken at step {}: {}", self.rule, self.step, self.what)
    }
}

/// How often each rule was put to the test.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters(BTreeMap<&'static str, u64>);

/// Every rule that is checked.
pub const RULES: [&str; 28] = [
    "I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I11", "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8",
    "S9", "S10", "A1", "A2", "A3", "A4", "A5", "A6", "A7",
];

impl Counters {
    /// How often a rule was put to the test.
    #[must_use]
    pub fn of(&self, rule: &str) -> u64 {
        self.0.get(rule).copied().unwrap_or(0)
    }

    fn count(&mut self, rule: &'static str) {
        *self.0.entry(rule).or_default() += 1;
    }

    /// Adds what another run counted.
    pub fn add(&mut self, other: &Counters) {
        for (rule, count) in &other.0 {
            *self.0.entry(rule).or_default() += count;
        }
    }
}

impl fmt::Display for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts: Vec<String> = RULES.iter().map(|rule| format!("{rule} {}", self.of(rule))).collect();
        f.write_str(&counts.join(", "))
    }
}

/// A live process, as the model has it.
#[derive(Debug, Default)]
struct Shadow {
    parent: Option<Pid>,
    links: BTreeSet<Pid>,
    /// Unlinks that the other side has not acknowledged.
    unlinking: BTreeMap<Pid, u64>,
    watched_by: BTreeMap<Ref, Pid>,
    /// Messages that reached its mailbox, and that it said it took; of plain processes.
    delivered: u64,
    taken: u64,
    last_turn: u64,
}

/// What a dead process still has to say.
#[derive(Debug)]
struct LastWords {
    reason: Term,
    links: BTreeSet<Pid>,
    watched_by: BTreeMap<Ref, Pid>,
}

/// The checker of one run.
#[derive(Default)]
pub struct Invariants {
    /// What was checked so far.
    pub counters: Counters,
    violation: Option<Violation>,
    step: u64,
    turns: u64,
    live: BTreeMap<Pid, Shadow>,
    /// The dead, with the log position of their ends and their reasons.
    dead: BTreeMap<Pid, (u64, Term)>,
    last_words: BTreeMap<Pid, LastWords>,
    monitors: BTreeMap<Ref, Monitor>,
    timers: Timers,
    supervisors: BTreeMap<Pid, Supervisor>,
    applications: Applications,
    /// Children of dead supervisors, which have to end too.
    orphans: Vec<(Pid, Pid)>,
    sent: u64,
    landed: u64,
    /// Processes that were runnable at the last audit, and the turn of it.
    runnable: (u64, Vec<Pid>),
}

/// What happened in a step.
pub struct Step<'a> {
    /// The signal that landed, if one did, and what its receiver was like.
    pub landed: Option<(Flying, Before)>,
    /// What was sent.
    pub sent: Vec<Flying>,
    /// What was logged.
    pub entries: Vec<Entry>,
    /// What processes say of themselves.
    pub acts: Vec<Act>,
    /// Who had a turn, and the reductions it took.
    pub turn: Option<(Pid, u64)>,
    /// What they share.
    pub world: &'a World,
}

impl Invariants {
    /// The first rule that was broken, if one was.
    #[must_use]
    pub fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }

    /// A rule is put to the test: `fine`, or broken as `what` says.
    fn check(&mut self, rule: &'static str, fine: bool, what: impl FnOnce() -> String) {
        self.counters.count(rule);
        if !fine && self.violation.is_none() {
            self.violation = Some(Violation { rule, what: what(), step: self.step });
        }
    }

    /// Something that must not be, said by the simulator.
    pub fn broken(&mut self, rule: &'static str, what: String) {
        self.check(rule, false, || what);
    }

    /// Checks a step that has just been taken.
    pub fn observe(&mut self, node: &Runtime, step: Step<'_>) {
        let kernel = &*node.kernel();
        self.step += 1;
        for act in step.acts {
            self.acted(act);
        }
        if let Some((pid, reductions)) = step.turn {
            self.had_a_turn(kernel, pid, reductions);
        }
        if let Some((flying, before)) = &step.landed {
            self.lands(flying, before);
        }
        let answered = step.landed.as_ref().map(|(flying, _)| flying);
        let mut entries = step.entries.into_iter().peekable();
        for flying in &step.sent {
            while let Some(entry) = entries.next_if(|entry| entry.seq < flying.at) {
                self.logged(kernel, step.world, &entry);
            }
            self.was_sent(kernel, flying, answered);
        }
        for entry in entries {
            self.logged(kernel, step.world, &entry);
        }
        self.no_last_word_is_missing();
        if let Some((flying, before)) = &step.landed {
            self.has_landed(kernel, flying, before);
        }
        self.names(kernel, step.world);
        self.timers_are_in_time(kernel);
        self.environments(kernel, step.world);
    }

    fn acted(&mut self, act: Act) {
        match act {
            Act::Saw(rule, what) => self.check(rule, false, || what),
            Act::Checked(rule) => self.counters.count(rule),
            Act::Ends(pid) => self.is_told_to_end(pid),
            Act::Phase { by, app, phase } => self.phase_runs(by, app, phase),
            Act::Took(pid, messages) => {
                if let Some(shadow) = self.live.get_mut(&pid) {
                    shadow.taken += messages;
                }
            }
            Act::Got(pid, messages) => {
                if let Some(shadow) = self.live.get_mut(&pid) {
                    shadow.delivered += messages;
                }
            }
            Act::TimerSet { number, timer, at, to } => self.timer_set(number, timer, at, to),
            Act::TimerCancelled { number, left, now } => self.timer_cancelled(number, left, now),
        }
    }

    fn had_a_turn(&mut self, kernel: &Kernel, pid: Pid, reductions: u64) {
        self.turns += 1;
        let bound = u64::from(kernel.limits.fuel) + LARGEST_PRIMITIVE;
        self.check("I10", reductions <= bound, || format!("{pid} took {reductions} reductions in one turn"));
        if let Some(shadow) = self.live.get_mut(&pid) {
            shadow.last_turn = self.turns;
        }
    }

    fn logged(&mut self, kernel: &Kernel, world: &World, entry: &Entry) {
        match &entry.event {
            Event::Spawned { pid, parent, link, .. } => {
                let new = !self.dead.contains_key(pid) && !self.live.contains_key(pid);
                self.check("I1", new, || format!("{pid} was spawned twice"));
                let linked = parent.filter(|parent| *link && self.live.contains_key(parent));
                let last_turn = self.turns;
                let links = linked.into_iter().collect();
                self.live.insert(*pid, Shadow { parent: *parent, links, last_turn, ..Shadow::default() });
                if let Some(shadow) = linked.and_then(|parent| self.live.get_mut(&parent)) {
                    shadow.links.insert(*pid);
                }
            }
            Event::Exited { pid, reason, .. } => self.ended(kernel, *pid, reason, entry.seq),
            Event::Down { to, mref, .. } => self.was_told_down(*to, *mref),
            _ => {}
        }
        self.supervised(kernel, world, entry);
        self.application(kernel, world, &entry.event);
    }

    fn ended(&mut self, kernel: &Kernel, pid: Pid, reason: &Term, seq: u64) {
        let shadow = self.live.remove(&pid);
        self.check("I1", shadow.is_some(), || format!("{pid} ended, but did not live"));
        let Some(shadow) = shadow else { return };
        self.dead.insert(pid, (seq, reason.clone()));
        let Shadow { links, watched_by, .. } = shadow;
        self.last_words.insert(pid, LastWords { reason: reason.clone(), links, watched_by });
        self.timers.ended(pid);
        self.supervisor_ended(kernel, pid, reason);
    }
}

/// No primitive of the simulation costs more than this.
const LARGEST_PRIMITIVE: u64 = 200;
