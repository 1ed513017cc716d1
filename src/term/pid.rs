//! Process identifiers and references.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A process identifier. A slot of the process table is reused, a pid never is: `serial`
/// counts spawns, so pids order by age.
///
/// OTP: <https://www.erlang.org/docs/25/reference_manual/data_types#pid>
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pid {
    pub(crate) serial: u32,
    pub(crate) slot: u32,
}

impl Pid {
    /// The pid of the `serial`th spawn, living in `slot` of the process table.
    #[must_use]
    pub const fn new(slot: u32, serial: u32) -> Self {
        Pid { serial, slot }
    }

    /// How many processes had been spawned before this one: the number shown in `#PID<0.N.0>`.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.serial
    }
}

impl Pid {
    /// Orders as (serial, slot) do, in one comparison.
    #[inline]
    const fn key(self) -> u64 {
        (self.serial as u64) << 32 | self.slot as u64
    }
}

impl Hash for Pid {
    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(self.key());
    }
}

impl Ord for Pid {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Pid {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#PID<0.{}.0>", self.serial)
    }
}

impl fmt::Debug for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A reference, unique in a run. The low bits name the process slot of its maker, so that a
/// process alias finds its owner without a table; the high bits count, so references order by age.
///
/// OTP: <https://www.erlang.org/docs/25/reference_manual/data_types#reference>
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ref(pub(crate) u64);

/// Bits of a [`Ref`] that hold its maker's slot.
pub(crate) const SLOT_BITS: u32 = 18;

impl Ref {
    /// The `count`th reference of the run, made by the process in `slot`.
    #[must_use]
    pub const fn new(count: u64, slot: u32) -> Self {
        Ref((count << SLOT_BITS) | (slot as u64 & ((1 << SLOT_BITS) - 1)))
    }

    /// The slot of the process that made the reference.
    #[must_use]
    pub const fn slot(self) -> u32 {
        (self.0 & ((1 << SLOT_BITS) - 1)) as u32
    }
}

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0 >> SLOT_BITS;
        write!(f, "#Reference<0.{}.{}.{}>", self.slot(), count >> 28, count & 0xfff_ffff)
    }
}

impl fmt::Debug for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
