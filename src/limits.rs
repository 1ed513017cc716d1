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
    /// Bytes that the event log keeps; older entries make room. Whoever drains it seldom needs more,
    /// and a log that fits into the processor's cache costs a third less.
    pub log_bytes: usize,
    /// Nesting of a term read from text.
    pub term_depth: u32,
    /// Bytes of a text (`.app` file, scenario, run) that is read at all.
    pub text_bytes: usize,
    /// Inputs that a recorded run keeps.
    pub inputs: usize,
    /// Bytes of a scenario file that is read at all.
    pub scenario_bytes: usize,
    /// Supervisors and workers in a scenario.
    pub scenario_places: usize,
    /// Levels of a scenario's tree.
    pub scenario_depth: usize,
    /// Faults in a scenario.
    pub scenario_faults: usize,
    /// Like children that a scenario has started under one supervisor.
    pub scenario_started: u32,
    /// Children that one fault of a scenario hits.
    pub scenario_hit: u32,
    /// Milliseconds between two equal faults of a scenario at least; a lower bound, so untrusted
    /// input may only raise it.
    pub scenario_every_ms: u64,
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
            log_bytes: 64 << 10,
            term_depth: 64,
            text_bytes: 1 << 20,
            inputs: 100_000,
            scenario_bytes: 256 << 10,
            scenario_places: 500,
            scenario_depth: 12,
            scenario_faults: 200,
            scenario_started: 200_000,
            scenario_hit: 1_000,
            scenario_every_ms: 50,
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
            scenario_bytes: self.scenario_bytes.min(other.scenario_bytes),
            scenario_places: self.scenario_places.min(other.scenario_places),
            scenario_depth: self.scenario_depth.min(other.scenario_depth),
            scenario_faults: self.scenario_faults.min(other.scenario_faults),
            scenario_started: self.scenario_started.min(other.scenario_started),
            scenario_hit: self.scenario_hit.min(other.scenario_hit),
            scenario_every_ms: self.scenario_every_ms.max(other.scenario_every_ms),
        }
    }
}
