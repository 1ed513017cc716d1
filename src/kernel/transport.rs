//! How signals travel.
//!
//! In production a signal arrives the moment it is sent: a legal schedule, and the fastest. The
//! simulator keeps signals in flight instead, in order for each pair of processes and in any
//! order between pairs, which is all that Erlang promises.
//!
//! OTP: <https://www.erlang.org/docs/25/reference_manual/processes#signal-delivery>

use std::collections::{BTreeMap, VecDeque};

use crate::term::Pid;

use super::Kernel;
use super::signal::Signal;

/// The way signals go.
#[derive(Default)]
pub(super) struct Transport {
    in_flight: Option<Flight>,
}

type Flight = BTreeMap<(Pid, Pid), VecDeque<Signal>>;

impl Kernel {
    /// From now on signals stay in flight until [`Kernel::land`] delivers them.
    pub fn keep_in_flight(&mut self) {
        self.transport.in_flight.get_or_insert_default();
    }

    /// Pairs (sender, receiver) that have signals in flight, in order.
    #[must_use]
    pub fn in_flight(&self) -> Vec<(Pid, Pid)> {
        self.transport.in_flight.iter().flat_map(BTreeMap::keys).copied().collect()
    }

    /// Delivers the oldest signal in flight of a pair. `false` if there is none.
    pub fn land(&mut self, from: Pid, to: Pid) -> bool {
        let Some(flight) = &mut self.transport.in_flight else { return false };
        let Some(signals) = flight.get_mut(&(from, to)) else { return false };
        let signal = signals.pop_front();
        if signals.is_empty() {
            flight.remove(&(from, to));
        }
        if let Some(signal) = signal {
            self.arrive(to, signal);
        }
        true
    }

    /// Sends a signal on its way.
    #[inline]
    pub(super) fn transmit(&mut self, from: Pid, to: Pid, signal: Signal) {
        match &mut self.transport.in_flight {
            None => self.arrive(to, signal),
            Some(flight) => flight.entry((from, to)).or_default().push_back(signal),
        }
    }
}
