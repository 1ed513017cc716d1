//! How signals travel.
//!
//! In production a signal arrives the moment it is sent: a legal schedule, and the fastest. The
//! simulator keeps signals in flight instead, in order for each pair of processes and in any
//! order between pairs, which is all that Erlang promises. What a process signals to itself
//! arrives at once either way.
//!
//! OTP: <https://www.erlang.org/docs/25/reference_manual/processes#signal-delivery>

use std::collections::VecDeque;

use crate::term::{Ordered, Pid, Ref, Term};
use crate::time::Instant;

use super::Kernel;
use super::signal::Signal;

/// The way signals go.
#[derive(Default)]
pub(super) struct Transport {
    in_flight: Option<Box<Flight>>,
}

#[derive(Default)]
struct Flight {
    signals: Ordered<(Pid, Pid), VecDeque<(u64, Signal)>>,
    /// The pairs that have signals in flight, in no order.
    pairs: Vec<(Pid, Pid)>,
    sent: u64,
    noted: Vec<Flying>,
}

/// A signal in flight, as an observer sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Flying {
    /// Its number among all signals of the run.
    pub number: u64,
    /// Who sent it; maybe dead.
    pub from: Pid,
    /// Whom it goes to; maybe dead.
    pub to: Pid,
    /// What it is.
    pub kind: Kind,
    /// The log position that came next when it was sent; 0 for [`Kernel::flying`].
    pub at: u64,
    /// When it was sent; the present for [`Kernel::flying`].
    pub now: Instant,
}

/// What a signal is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A message; by alias it may find the alias gone.
    Message {
        /// What it says.
        term: Term,
        /// The alias that it was sent to.
        alias: Option<Ref>,
    },
    /// An exit signal.
    Exit {
        /// Its reason.
        reason: Term,
        /// Through a link, or by `exit/2`?
        link: bool,
        /// For a link, the log position of the sender's end; none for `noproc`.
        cause: Option<u64>,
    },
    /// The sender links itself to the receiver.
    Link,
    /// The sender is no longer linked to the receiver, with the signal's id.
    Unlink(u64),
    /// The sender has seen the receiver's `Unlink` of this id.
    Unlinked(u64),
    /// The sender watches the receiver.
    Monitor(Ref),
    /// The sender no longer watches.
    Demonitor(Ref),
    /// The sender has ended.
    Down {
        /// The monitor that fires.
        mref: Ref,
        /// Why the sender ended.
        reason: Term,
        /// The log position of its end; none for `noproc`.
        cause: Option<u64>,
    },
}

impl Kernel {
    /// From now on signals stay in flight until [`Kernel::land`] delivers them.
    pub fn keep_in_flight(&mut self) {
        if !self.is_slow() {
            self.transport.in_flight = Some(Box::default());
            self.watch(true);
        }
    }

    /// Pairs (sender, receiver) that have signals in flight, in an order that tells nothing.
    #[must_use]
    pub fn in_flight(&self) -> &[(Pid, Pid)] {
        self.transport.in_flight.as_ref().map_or(&[], |flight| &flight.pairs)
    }

    /// The signals in flight of a pair, oldest first.
    pub fn flying(&self, from: Pid, to: Pid) -> impl Iterator<Item = Flying> {
        let signals = self.transport.in_flight.as_ref().and_then(|flight| flight.signals.get(&(from, to)));
        signals
            .into_iter()
            .flatten()
            .map(move |(number, signal)| Flying::new(*number, (from, to), signal, (0, self.now)))
    }

    /// The signals that were sent since the last call, oldest first.
    pub fn take_sent(&mut self) -> Vec<Flying> {
        self.transport.in_flight.as_mut().map(|flight| std::mem::take(&mut flight.noted)).unwrap_or_default()
    }

    /// Delivers the oldest signal in flight of a pair. `false` if there is none.
    pub fn land(&mut self, from: Pid, to: Pid) -> bool {
        let Some((_, signal)) = self.transport.in_flight.as_mut().and_then(|flight| flight.take((from, to))) else {
            return false;
        };
        self.arrive(to, signal);
        true
    }

    /// Do signals stay in flight?
    #[inline]
    pub(super) fn is_slow(&self) -> bool {
        self.transport.in_flight.is_some()
    }

    /// Sends a signal on its way.
    #[inline(always)]
    pub(super) fn transmit(&mut self, from: Pid, to: Pid, signal: Signal) {
        if self.transport.in_flight.is_none() {
            self.arrive(to, signal);
        } else {
            self.depart(from, to, signal);
        }
    }

    #[cold]
    #[inline(never)]
    pub(super) fn depart(&mut self, from: Pid, to: Pid, signal: Signal) {
        if let Some(flight) = &mut self.transport.in_flight {
            flight.note((from, to), &signal, (self.log.next_seq(), self.now));
            if from != to {
                return flight.put((from, to), signal);
            }
        }
        self.arrive(to, signal);
    }
}

impl Flight {
    fn note(&mut self, pair: (Pid, Pid), signal: &Signal, when: (u64, Instant)) {
        self.sent += 1;
        self.noted.push(Flying::new(self.sent, pair, signal, when));
    }

    fn put(&mut self, pair: (Pid, Pid), signal: Signal) {
        let Flight { signals, pairs, sent, .. } = self;
        signals.update(pair, |signals| {
            if signals.is_empty() {
                pairs.push(pair);
            }
            signals.push_back((*sent, signal));
        });
    }

    fn take(&mut self, pair: (Pid, Pid)) -> Option<(u64, Signal)> {
        let signals = self.signals.get_mut(&pair)?;
        let signal = signals.pop_front();
        if signals.is_empty() {
            self.signals.remove(&pair);
            if let Some(at) = self.pairs.iter().position(|other| *other == pair) {
                self.pairs.swap_remove(at);
            }
        }
        signal
    }
}

impl Flying {
    fn new(number: u64, (from, to): (Pid, Pid), signal: &Signal, (at, now): (u64, Instant)) -> Self {
        let kind = match signal {
            Signal::Message { message, .. } => Kind::Message { term: message.clone().into_term(), alias: None },
            Signal::Aliased { message, alias, .. } => {
                Kind::Message { term: message.clone().into_term(), alias: Some(*alias) }
            }
            Signal::Exit { reason, link, cause, .. } => {
                Kind::Exit { reason: reason.0.clone(), link: *link, cause: *cause }
            }
            Signal::Link { .. } => Kind::Link,
            Signal::Unlink { id, .. } => Kind::Unlink(*id),
            Signal::Unlinked { id, .. } => Kind::Unlinked(*id),
            Signal::Monitor { mref, .. } => Kind::Monitor(*mref),
            Signal::Demonitor { mref } => Kind::Demonitor(*mref),
            Signal::Down { mref, reason, cause, .. } => {
                Kind::Down { mref: *mref, reason: reason.0.clone(), cause: *cause }
            }
        };
        Flying { number, from, to, kind, at, now }
    }
}
