//! The rules of supervision, pure: what a supervisor does when a child ends, and what a view
//! shows would happen if one ended now. `otp::supervisor` acts by them, `view` previews by them.
//!
//! OTP: <https://www.erlang.org/docs/25/design_principles/sup_princ>

use serde::{Deserialize, Serialize};

use crate::exit::ExitReason;
use crate::time::{Duration, Instant};

/// Which children a supervisor restarts with a failed one.
///
/// OTP: <https://www.erlang.org/docs/25/design_principles/sup_princ#restart-strategy>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Only the failed child.
    OneForOne,
    /// All children.
    OneForAll,
    /// The failed child and those started after it.
    RestForOne,
    /// Only the failed child; all children are instances of one child spec.
    SimpleOneForOne,
}

/// When a child is restarted.
///
/// OTP: <https://www.erlang.org/docs/25/man/supervisor#type-restart>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restart {
    /// Always.
    Permanent,
    /// Only after an abnormal end.
    Transient,
    /// Never.
    Temporary,
}

/// How a child is stopped.
///
/// OTP: <https://www.erlang.org/docs/25/man/supervisor#type-shutdown>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shutdown {
    /// At once, by `exit(Child, kill)`.
    BrutalKill,
    /// By `exit(Child, shutdown)`, and killed if it has not ended by then.
    Timeout(Duration),
    /// By `exit(Child, shutdown)`, however long it takes.
    Infinity,
}

/// Worker or supervisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChildType {
    /// A process that works.
    Worker,
    /// A process that supervises.
    Supervisor,
}

/// Whether a supervisor stops by itself when significant children end.
///
/// OTP: <https://www.erlang.org/docs/25/design_principles/sup_princ#automatic-shutdown>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AutoShutdown {
    /// Never.
    Never,
    /// When any significant child has ended.
    AnySignificant,
    /// When the last significant child has ended.
    AllSignificant,
}

/// A supervisor's flags.
///
/// OTP: <https://www.erlang.org/docs/25/man/supervisor#type-sup_flags>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flags {
    /// Which children restart together.
    pub strategy: Strategy,
    /// Restarts allowed within `period`.
    pub intensity: u32,
    /// Whole seconds of the restart window.
    pub period: u32,
    /// Does the end of significant children end the supervisor?
    pub auto_shutdown: AutoShutdown,
}

impl Default for Flags {
    fn default() -> Self {
        Flags { strategy: Strategy::OneForOne, intensity: 1, period: 5, auto_shutdown: AutoShutdown::Never }
    }
}

/// What becomes of a child that ended by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is restarted, and others by the strategy.
    Restart,
    /// It stays known but is not running.
    Rest,
    /// Its spec is forgotten.
    Forget,
}

/// The rule table of child endings.
///
/// | restart \ reason | `normal`, `shutdown`, `{shutdown, _}` | other |
/// |---|---|---|
/// | permanent | restart | restart |
/// | transient | rest | restart |
/// | temporary | forget | forget |
///
/// OTP: <https://www.erlang.org/docs/25/design_principles/sup_princ#tuning-the-intensity-and-period>
#[must_use]
pub fn verdict(restart: Restart, reason: &ExitReason) -> Verdict {
    match (restart, reason.is_orderly()) {
        (Restart::Permanent, _) | (Restart::Transient, false) => Verdict::Restart,
        (Restart::Transient, true) => Verdict::Rest,
        (Restart::Temporary, _) => Verdict::Forget,
    }
}

/// Which children stop and which start, as positions in start order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Children to stop, in stop order (last started first). The failed one is down already.
    pub stop: Vec<usize>,
    /// Children to start, in start order. Temporary ones are not started again.
    pub start: Vec<usize>,
}

/// What a restart of the child at `failed` entails under `strategy`, for children with these
/// restart types in start order.
///
/// OTP: <https://www.erlang.org/docs/25/design_principles/sup_princ#restart-strategy>
#[must_use]
pub fn plan(strategy: Strategy, children: &[Restart], failed: usize) -> Plan {
    let group = match strategy {
        Strategy::OneForOne | Strategy::SimpleOneForOne => failed..failed.saturating_add(1),
        Strategy::RestForOne => failed..children.len(),
        Strategy::OneForAll => 0..children.len(),
    };
    let comes_back = |at: &usize| children.get(*at).is_some_and(|restart| *restart != Restart::Temporary);
    Plan { stop: group.clone().rev().filter(|at| *at != failed).collect(), start: group.filter(comes_back).collect() }
}

/// The restarts of a supervisor that still count: a bucket for each whole second.
///
/// OTP 25 compares whole seconds of monotonic time, the edge included: a restart counts while
/// `Second >= Now - Period`. Cost: the seconds in the window, not the restarts.
///
/// OTP: <https://www.erlang.org/docs/25/man/supervisor#supervision-principles>
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    buckets: std::collections::VecDeque<(u64, u32)>,
    total: u32,
}

/// Whether a restart is within the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// Go on: so many restarts count now, this one included.
    Within(u32),
    /// More than `intensity` restarts in `period` seconds: the supervisor gives up.
    Exceeded,
}

impl Window {
    /// Counts a restart at `now` and says whether the supervisor may go on.
    pub fn record(&mut self, now: Instant, flags: &Flags) -> Budget {
        self.expire(now, flags.period);
        self.total = self.total.saturating_add(1);
        match self.buckets.back_mut() {
            Some((second, count)) if *second == now.as_secs() => *count = count.saturating_add(1),
            _ => self.buckets.push_back((now.as_secs(), 1)),
        }
        if self.total > flags.intensity { Budget::Exceeded } else { Budget::Within(self.total) }
    }

    /// Restarts that count at `now`.
    #[must_use]
    pub fn used(&self, now: Instant, period: u32) -> u32 {
        let oldest = now.as_secs().saturating_sub(u64::from(period));
        self.buckets.iter().filter(|(second, _)| *second >= oldest).map(|(_, count)| count).sum()
    }

    fn expire(&mut self, now: Instant, period: u32) {
        let oldest = now.as_secs().saturating_sub(u64::from(period));
        while let Some((_, count)) = self.buckets.pop_front_if(|(second, _)| *second < oldest) {
            self.total -= count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term::{Atom, Term};
    use Restart::{Permanent, Temporary, Transient};

    fn reason(text: &str) -> ExitReason {
        ExitReason(Term::atom(text))
    }

    #[test]
    fn verdicts_follow_the_table() {
        let shutdown_x = ExitReason(Term::tuple([Atom::SHUTDOWN.into(), Term::atom("x")]));
        for orderly in [reason("normal"), reason("shutdown"), shutdown_x] {
            assert_eq!(verdict(Permanent, &orderly), Verdict::Restart);
            assert_eq!(verdict(Transient, &orderly), Verdict::Rest);
            assert_eq!(verdict(Temporary, &orderly), Verdict::Forget);
        }
        for abnormal in [reason("killed"), reason("boom")] {
            assert_eq!(verdict(Permanent, &abnormal), Verdict::Restart);
            assert_eq!(verdict(Transient, &abnormal), Verdict::Restart);
            assert_eq!(verdict(Temporary, &abnormal), Verdict::Forget);
        }
    }

    #[test]
    fn one_for_one_restarts_only_the_failed_child() {
        let plan = plan(Strategy::OneForOne, &[Permanent; 3], 1);
        assert_eq!(plan, Plan { stop: vec![], start: vec![1] });
    }

    #[test]
    fn rest_for_one_stops_later_children_in_reverse_and_starts_them_in_order() {
        let plan = plan(Strategy::RestForOne, &[Permanent; 4], 1);
        assert_eq!(plan, Plan { stop: vec![3, 2], start: vec![1, 2, 3] });
    }

    #[test]
    fn one_for_all_stops_everybody_and_drops_temporary_children() {
        let plan = plan(Strategy::OneForAll, &[Permanent, Temporary, Transient], 0);
        assert_eq!(plan, Plan { stop: vec![2, 1], start: vec![0, 2] });
    }

    #[test]
    fn window_counts_whole_seconds_with_the_edge() {
        let flags = Flags { intensity: 2, period: 5, ..Flags::default() };
        let at = |millis: u64| Instant::BOOT + Duration::from_millis(millis);
        let mut window = Window::default();
        assert_eq!(window.record(at(0), &flags), Budget::Within(1));
        assert_eq!(window.record(at(4_000), &flags), Budget::Within(2));
        assert_eq!(window.used(at(5_999), 5), 2);
        assert_eq!(window.used(at(6_000), 5), 1);
        assert_eq!(window.record(at(5_999), &flags), Budget::Exceeded);
    }

    #[test]
    fn intensity_zero_allows_no_restart() {
        let flags = Flags { intensity: 0, ..Flags::default() };
        assert_eq!(Window::default().record(Instant::BOOT, &flags), Budget::Exceeded);
    }
}
