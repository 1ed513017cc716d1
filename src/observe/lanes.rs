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

impl Lane {
    /// A place without a history.
    #[must_use]
    pub fn new(key: NodeKey, name: Term, lives: usize) -> Self {
        Lane { key, name, lives: Ring::new(lives), totals: Totals::default() }
    }

    /// Availability at `now`, the present outage or uptime included.
    #[must_use]
    pub fn availability(&self, now: Instant) -> Availability {
        let totals = self.totals;
        let since = |from: Option<Instant>| from.map_or(0.0, |from| now.since(from).as_secs_f64());
        let up = totals.up.as_secs_f64() + since(totals.up_since);
        let down = totals.down.as_secs_f64() + since(totals.down_since);
        let mean = |sum: f64, count: u64| (count > 0).then(|| sum / count as f64);
        let (mtbf, mttr) = (mean(up, totals.failures), mean(totals.down.as_secs_f64(), totals.repairs));
        let ratio = if up + down > 0.0 { up / (up + down) } else { 1.0 };
        Availability { mtbf, mttr, ratio, failures: totals.failures }
    }

    pub(super) fn begin(&mut self, at: Instant, incarnation: u32, pid: Option<Pid>) {
        self.lives.push(Life { incarnation, pid, from: at, end: None });
        self.totals.up_since = Some(at);
    }

    pub(super) fn end(&mut self, at: Instant, seq: u64, reason: Term, orderly: bool) {
        let last = self.lives.next().saturating_sub(1);
        if let Some(life) = self.lives.get_mut(last).filter(|life| life.end.is_none()) {
            life.end = Some(End { at, seq, reason, orderly });
        }
        self.pause(at);
    }

    fn pause(&mut self, at: Instant) {
        if let Some(since) = self.totals.up_since.take() {
            self.totals.up = self.totals.up + at.since(since);
        }
    }

    /// Counts a failure, unless it is down by one already.
    pub(super) fn fail(&mut self, at: Instant) -> bool {
        let first = self.totals.down_since.is_none();
        if first {
            self.pause(at);
            self.totals.failures += 1;
            self.totals.down_since =
                Some(self.lives.last().and_then(|life| life.end.as_ref()).map_or(at, |end| end.at));
        }
        first
    }

    /// Ends an outage by a repair, if there is one.
    pub(super) fn repair(&mut self, at: Instant) -> bool {
        let down = self.close(at);
        if down {
            self.totals.repairs += 1;
            self.totals.up_since = Some(at);
        }
        down
    }

    /// Ends an outage for good, if there is one.
    pub(super) fn close(&mut self, at: Instant) -> bool {
        let Some(since) = self.totals.down_since.take() else { return false };
        self.totals.down = self.totals.down + at.since(since);
        true
    }
}
