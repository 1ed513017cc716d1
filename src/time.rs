//! Virtual time. It moves when the scheduler says so and never by itself.

use std::fmt;
use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

use crate::term::float::fixed;

/// A moment: nanoseconds since the node was booted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Instant(pub u64);

/// A span of virtual time in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Duration(pub u64);

impl Instant {
    /// When the node was booted.
    pub const BOOT: Instant = Instant(0);

    /// Whole milliseconds since boot.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000_000
    }

    /// Whole seconds since boot.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0 / 1_000_000_000
    }

    /// The span since `earlier`; zero if that is later.
    #[must_use]
    pub const fn since(self, earlier: Instant) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Duration = Duration(0);

    /// A span of milliseconds, saturating.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Duration(millis.saturating_mul(1_000_000))
    }

    /// A span of seconds, saturating.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Duration(secs.saturating_mul(1_000_000_000))
    }

    /// So many such spans, saturating.
    #[must_use]
    #[inline]
    pub const fn times(self, count: u64) -> Self {
        // What is checked for more than 64 bits is no instruction of wasm, but a long way.
        let fits = (self.0 | count) >> 32 == 0;
        Duration(if fits { self.0 * count } else { self.0.saturating_mul(count) })
    }

    /// The span less another; zero if that is longer.
    #[must_use]
    pub const fn saturating_sub(self, other: Duration) -> Self {
        Duration(self.0.saturating_sub(other.0))
    }

    /// Whole milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000_000
    }

    /// Seconds with their fraction.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;
    fn add(self, span: Duration) -> Instant {
        Instant(self.0.saturating_add(span.0))
    }
}

impl Sub for Instant {
    type Output = Duration;
    fn sub(self, earlier: Instant) -> Duration {
        self.since(earlier)
    }
}

impl Add for Duration {
    type Output = Duration;
    fn add(self, other: Duration) -> Duration {
        Duration(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ns @ 0..1_000 => write!(f, "{ns} ns"),
            ns @ 1_000..1_000_000 => write!(f, "{} µs", fixed(ns as f64 / 1e3, 1)),
            ns @ 1_000_000..1_000_000_000 => write!(f, "{} ms", fixed(ns as f64 / 1e6, 1)),
            ns => write!(f, "{} s", fixed(ns as f64 / 1e9, 2)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_spans_are_exact_and_saturate() {
        let most = u64::from(u32::MAX);
        assert_eq!(Duration(most).times(most), Duration(most * most));
        assert_eq!(Duration(1 << 32).times(3), Duration(3 << 32));
        assert_eq!(Duration(1 << 32).times(1 << 32), Duration(u64::MAX));
    }
}
