//! Runs as JSON, and their replay: the same options and the same inputs at the same turns give
//! the same run, on every platform.

use serde::{Deserialize, Serialize};

use super::reading::unreadable;
use super::refusal::{Refusal, Why};
use super::{Command, Options, Session};
use crate::limits::Limits;
use crate::time::Instant;

/// A command, and where it entered the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Turns taken before it.
    pub turns: u64,
    /// The virtual time.
    pub at: Instant,
    /// What was asked for.
    pub command: Command,
}

/// Where a run was when it was exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct End {
    turns: u64,
    at: Instant,
}

/// A run as it is written down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Record {
    version: u32,
    options: Options,
    inputs: Vec<Input>,
    end: End,
    /// The lifecycle hash in hexadecimal.
    hash: String,
}

/// The format that is written and read.
const VERSION: u32 = 1;

/// Most bytes of a record that is read.
const MAX_BYTES: usize = 32 << 20;

impl Session {
    /// This run so far, as JSON.
    pub fn export(&mut self) -> String {
        self.arrive(self.node.now());
        self.drain();
        let record = Record {
            version: VERSION,
            options: self.options.clone(),
            inputs: self.inputs.clone(),
            end: End { turns: self.node.turns(), at: self.node.now() },
            hash: hexadecimal(self.hash()),
        };
        serde_json::to_string(&record).unwrap_or_default()
    }

    /// Does an exported run again, to its end. A stranger's run may be long: where that matters,
    /// go by [`Replay::advance`].
    ///
    /// # Errors
    /// As of [`Replay::new`] and [`Replay::advance`].
    pub fn replay(json: &str) -> Result<Replay, Refusal> {
        let mut replay = Replay::new(json)?;
        while !replay.advance(u64::MAX)? {}
        Ok(replay)
    }

    /// Goes on to where an input enters: up to that turn, and the clock to that time. `false` if
    /// it is not there yet.
    fn approach(&mut self, turns: u64, at: Instant, budget: &mut u64) -> bool {
        while self.node.turns() < turns {
            if *budget == 0 {
                return false;
            }
            *budget -= 1;
            // With nothing left to happen that turn never comes; the hash will tell.
            if !self.node.turn() && !self.skip_to(Instant(u64::MAX)) {
                break;
            }
            if self.node.kernel().log.len() > 1_000 || !self.traced.is_empty() {
                self.drain();
            }
        }
        self.arrive(at);
        self.drain();
        true
    }
}

fn hexadecimal(hash: u64) -> String {
    format!("{hash:016x}")
}

/// A run that is done again.
pub struct Replay {
    session: Session,
    inputs: std::vec::IntoIter<Input>,
    next: Option<Input>,
    end: End,
    expected: String,
    done: bool,
}

impl Replay {
    /// Reads a run and boots its node.
    ///
    /// # Errors
    /// A line for a person: no such JSON, another version, bounds beyond those of this node, or
    /// options that do not boot.
    pub fn new(json: &str) -> Result<Self, Refusal> {
        if json.len() > MAX_BYTES {
            return Err(Why::RunBytes.of(&[&MAX_BYTES]));
        }
        let record: Record = serde_json::from_str(json).map_err(|error| unreadable(json, &error))?;
        if record.version != VERSION {
            return Err(Why::RunVersion.of(&[&record.version, &VERSION]));
        }
        check_limits(&record.options.limits)?;
        if record.inputs.len() > record.options.limits.inputs {
            return Err(Why::RunInputs.alone());
        }
        let session = Session::new(record.options)?;
        let mut inputs = record.inputs.into_iter();
        let next = inputs.next();
        Ok(Replay { session, inputs, next, end: record.end, expected: record.hash, done: false })
    }

    /// Goes on for at most `turns` turns. `true` when the run is done.
    ///
    /// # Errors
    /// A command of the run that cannot be done.
    pub fn advance(&mut self, turns: u64) -> Result<bool, Refusal> {
        let mut budget = turns;
        while let Some(input) = &self.next {
            if !self.session.approach(input.turns, input.at, &mut budget) {
                return Ok(false);
            }
            self.session.enter(input.command.clone())?;
            self.next = self.inputs.next();
        }
        self.done = self.session.approach(self.end.turns, self.end.at, &mut budget);
        Ok(self.done)
    }

    /// Writes messages to the log of the replay, or no longer. Its hash does not change by it.
    pub fn trace(&mut self, on: bool) {
        self.session.trace(on);
    }

    /// The lifecycle hash so far.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.session.hash()
    }

    /// Is the run done, and was it the same run?
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.done && hexadecimal(self.hash()) == self.expected
    }

    /// The session of the replay, to look at or to go on with.
    #[must_use]
    pub fn into_session(self) -> Session {
        let mut session = self.session;
        session.pace.target = session.node.now();
        session
    }
}

/// A run of a stranger may not ask for more than this node would give by itself. Its pace is
/// part of the run.
fn check_limits(asked: &Limits) -> Result<(), Refusal> {
    let most = Limits { fuel: asked.fuel, ns_per_reduction: asked.ns_per_reduction, ..Options::default().limits };
    let pace_is_sane = (1..=1_000_000).contains(&asked.fuel) && asked.ns_per_reduction <= 1_000_000;
    if most.lowered_to(asked) == *asked && pace_is_sane { Ok(()) } else { Err(Why::RunBounds.alone()) }
}
