//! Process identifiers and references.

use std::fmt;

/// A process identifier. A slot of the process table is reused, a pid never is: its number
/// counts spawns, so pids order by age.
///
/// It is one word, number above slot: compared in one step, and read as it was written. A processor
/// waits long when it reads in one piece what was written in two.
///
/// OTP: <https://www.erlang.org/docs/25/reference_manual/data_types#pid>
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pid(u64);

impl Pid {
    /// The pid of the `number`th spawn, living in `slot` of the process table.
    #[inline]
    #[must_use]
    pub const fn new(slot: u32, number: u32) -> Self {
        Pid((number as u64) << 32 | slot as u64)
    }

    /// How many processes had been spawned before this one: the number shown in `#PID<0.N.0>`.
    #[inline]
    #[must_use]
    pub const fn number(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Its slot of the process table.
    #[inline]
    #[must_use]
    pub(crate) const fn slot(self) -> u32 {
        self.0 as u32
    }
}

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#PID<0.{}.0>", self.number())
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
