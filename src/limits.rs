//! Every bound the node keeps, in one place.

use serde::{Deserialize, Serialize};

/// The bounds of a node. The defaults are safe for a page that runs a stranger's text;
/// untrusted input may only lower them ([`Limits::lowered_to`]).
///
/// OTP: <https://www.erlang.org/docs/25/efficiency_guide/advanced#system-limits>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Processes alive at once; a spawn beyond it raises `system_limit`.
    pub processes: u32,
    /// Words waiting in one mailbox; beyond it the receiver is killed (as by `max_heap_size`).
    pub mailbox_words: u64,
    /// Words in one process dictionary; beyond it the process is killed.
    pub dictionary_words: u64,
    /// Timers pending at once; one beyond it raises `system_limit`.
    pub timers: u32,
    /// Bits of an integer; a result beyond it raises `system_limit`.
    pub integer_bits: u64,
    /// Reductions that a process may spend before another gets its turn.
    pub fuel: u32,
    /// Virtual nanoseconds that pass for each reduction.
    pub ns_per_reduction: u64,
    /// Bytes that the event log keeps; older entries make room.
    pub log_bytes: usize,
    /// Nesting of a term read from text.
    pub term_depth: u32,
    /// Bytes of a text (`.app` file, scenario, run) that is read at all.
    pub text_bytes: usize,
    /// Inputs that a recorded run keeps.
    pub inputs: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            processes: 262_144,
            mailbox_words: 4 << 20,
            dictionary_words: 1 << 20,
            timers: 1 << 20,
            integer_bits: 1 << 20,
            fuel: 2_000,
            ns_per_reduction: 50,
            log_bytes: 8 << 20,
            term_depth: 64,
            text_bytes: 1 << 20,
            inputs: 100_000,
        }
    }
}

impl Limits {
    /// These limits, or where `other` asks for less, less. Pace (`fuel`, `ns_per_reduction`) is
    /// no bound and stays.
    #[must_use]
    pub fn lowered_to(&self, other: &Limits) -> Limits {
        Limits {
            processes: self.processes.min(other.processes),
            mailbox_words: self.mailbox_words.min(other.mailbox_words),
            dictionary_words: self.dictionary_words.min(other.dictionary_words),
            timers: self.timers.min(other.timers),
            integer_bits: self.integer_bits.min(other.integer_bits),
            fuel: self.fuel,
            ns_per_reduction: self.ns_per_reduction,
            log_bytes: self.log_bytes.min(other.log_bytes),
            term_depth: self.term_depth.min(other.term_depth),
            text_bytes: self.text_bytes.min(other.text_bytes),
            inputs: self.inputs.min(other.inputs),
        }
    }
}
