//! How fast virtual time follows the wall clock. None of it leaves a trace in a run.

use std::fmt;

use crate::time::{Duration, Instant};

/// Virtual seconds for each second of the wall: a power of two from 1/64 to 64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Speed(i8);

impl Speed {
    /// As fast as the wall clock.
    pub const REAL: Speed = Speed(0);
    /// 1/64.
    pub const SLOWEST: Speed = Speed(-6);
    /// 64 times.
    pub const FASTEST: Speed = Speed(6);

    /// Two to the power of `exponent`, or the nearest speed there is.
    #[must_use]
    pub fn new(exponent: i8) -> Self {
        Speed(exponent.clamp(Self::SLOWEST.0, Self::FASTEST.0))
    }

    /// The power of two that it is.
    #[must_use]
    pub fn exponent(self) -> i8 {
        self.0
    }

    /// Twice as fast, if there is such a speed.
    #[must_use]
    pub fn faster(self) -> Self {
        Self::new(self.0.saturating_add(1))
    }

    /// Half as fast, if there is such a speed.
    #[must_use]
    pub fn slower(self) -> Self {
        Self::new(self.0.saturating_sub(1))
    }

    /// All speeds, slowest first.
    pub fn all() -> impl Iterator<Item = Speed> {
        (Self::SLOWEST.0..=Self::FASTEST.0).map(Speed)
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            slow @ ..0 => write!(f, "1/{}", 1u32 << slow.unsigned_abs()),
            fast => write!(f, "{}", 1u32 << fast.unsigned_abs()),
        }
    }
}

/// Where virtual time has to be by now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    pub(super) playing: bool,
    pub(super) speed: Speed,
    pub(super) target: Instant,
    /// Wall nanoseconds that were too few for a virtual one.
    rest: u64,
}

impl Pace {
    pub(super) fn new(target: Instant) -> Self {
        Pace { playing: true, speed: Speed::REAL, target, rest: 0 }
    }

    /// The wall clock has moved on.
    pub(super) fn pass(&mut self, wall: Duration) {
        let exponent = u32::from(self.speed.0.unsigned_abs());
        let span = if self.speed.0 < 0 {
            let sum = wall.0.saturating_add(self.rest);
            self.rest = sum & ((1 << exponent) - 1);
            sum >> exponent
        } else {
            wall.0.saturating_mul(1 << exponent)
        };
        self.target = self.target + Duration(span);
    }

    pub(super) fn set_speed(&mut self, speed: Speed) {
        (self.speed, self.rest) = (speed, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_time_loses_nothing_to_rounding() {
        let mut pace = Pace::new(Instant::BOOT);
        pace.set_speed(Speed::SLOWEST);
        (0..640).for_each(|_| pace.pass(Duration(7)));
        assert_eq!(pace.target, Instant(70));
        pace.set_speed(Speed::FASTEST.faster());
        pace.pass(Duration(1));
        assert_eq!(pace.target, Instant(134));
    }

    #[test]
    fn speeds_read_as_factors() {
        let texts: Vec<_> = Speed::all().map(|speed| speed.to_string()).collect();
        assert_eq!(texts.join(" "), "1/64 1/32 1/16 1/8 1/4 1/2 1 2 4 8 16 32 64");
    }
}
