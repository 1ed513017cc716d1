//! A supervisor, and its budget of restarts.

use crate::supervision::Flags;
use crate::time::{Duration, Instant};

/// A supervisor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SupervisorView {
    /// Strategy, restart intensity and period, auto-shutdown.
    pub flags: Flags,
    /// Do its children come and go without ids of their own? Each process is its own place then.
    pub dynamic: bool,
    /// The restarts that may still count, oldest first: at most one more than the intensity.
    pub restarts: Vec<Instant>,
    /// Restarts that this place has seen, over all incarnations.
    pub total: u64,
    /// When it gave up, if it did.
    pub gave_up: Option<Instant>,
}

impl SupervisorView {
    /// Restarts that count at `now`.
    #[must_use]
    pub fn used(&self, now: Instant) -> u32 {
        let counting = self.restarts.iter().filter(|at| self.counts_until(**at) > now).count();
        u32::try_from(counting).unwrap_or(u32::MAX)
    }

    /// Restarts that may still happen at `now` before it gives up.
    #[must_use]
    pub fn left(&self, now: Instant) -> u32 {
        self.flags.intensity.saturating_sub(self.used(now))
    }

    /// The first `most` slots of the budget ring at `now`, spent ones first, oldest first.
    #[must_use]
    pub fn slots(&self, now: Instant, most: usize) -> Vec<BudgetSlot> {
        let spent = self.restarts.iter().filter(|at| self.counts_until(**at) > now);
        let spent = spent.map(|at| BudgetSlot::Spent { at: *at, frees_at: self.counts_until(*at) });
        let slots = usize::try_from(self.flags.intensity).unwrap_or(usize::MAX).min(most);
        spent.chain(std::iter::repeat(BudgetSlot::Free)).take(slots).collect()
    }

    /// When a restart at `at` stops counting: whole seconds, the edge included.
    #[must_use]
    pub fn counts_until(&self, at: Instant) -> Instant {
        let second = at.as_secs().saturating_add(u64::from(self.flags.period)).saturating_add(1);
        Instant::BOOT + Duration::from_secs(second)
    }
}

/// A slot of a supervisor's restart budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetSlot {
    /// A restart may be spent.
    Free,
    /// A restart was spent here and counts until that time.
    Spent {
        /// When it was spent.
        at: Instant,
        /// When the slot is free again.
        frees_at: Instant,
    },
}
