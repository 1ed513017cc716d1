//! Up and down times of each child id and application, and the availability measured from them.

use super::pages::Ring;
use super::snapshot::NodeKey;
use crate::term::{Pid, Term};
use crate::time::{Duration, Instant};

/// The history of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The place.
    pub key: NodeKey,
    /// Child id or application name, to label it.
    pub name: Term,
    /// The lives lived here, in time order.
    pub lives: Ring<Life>,
    /// Totals behind the availability, up to the last change.
    pub totals: Totals,
}

/// One process (for an application: one run) from begin to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// Which incarnation, from 1.
    pub incarnation: u32,
    /// The process; for an application its master.
    pub pid: Option<Pid>,
    /// When it began.
    pub from: Instant,
    /// How it ended; `None` while it lives.
    pub end: Option<End>,
}

/// How a life ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// When.
    pub at: Instant,
    /// The log position of the exit.
    pub seq: u64,
    /// Why.
    pub reason: Term,
    /// In good order (`normal`, `shutdown`, `{shutdown, _}`)?
    pub orderly: bool,
}

/// Sums of up and down times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Time spent up, in lives that have ended.
    pub up: Duration,
    /// Time spent down between a failure and the next begin.
    pub down: Duration,
    /// Ends that count as failures.
    pub failures: u64,
    /// Begins after a failure.
    pub repairs: u64,
    /// Up since then, if it is up.
    pub up_since: Option<Instant>,
    /// Down by a failure since then, if it is.
    pub down_since: Option<Instant>,
}

/// Availability as measured: A = MTBF / (MTBF + MTTR).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Availability {
    /// Mean time between failures, seconds; `None` before the first failure.
    pub mtbf: Option<f64>,
    /// Mean time to repair, seconds; `None` before the first repair.
    pub mttr: Option<f64>,
    /// The share of time up, from 0 to 1; 1 before the first failure.
    pub ratio: f64,
    /// Failures so far.
    pub failures: u64,
}
