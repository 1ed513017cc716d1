//! What a server's telemetry spans say: how many began and ended, and how long they took.

use crate::term::Term;
use crate::time::Duration;

/// Buckets of a distribution. Bucket `b` holds durations of `b` bits: from `2^(b-1)` to below
/// `2^b` nanoseconds, none at all in bucket 0, and in the last what is longer.
pub const BUCKETS: usize = 36;

/// The spans of one server, over all its incarnations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spans {
    /// Spans that began.
    pub started: u64,
    /// Spans that ended.
    pub stopped: u64,
    /// Spans that ended in an exception.
    pub raised: u64,
    /// Durations, in virtual time, by their length in bits.
    pub buckets: [u32; BUCKETS],
    /// The sum of all durations.
    pub total: Duration,
    /// The longest duration.
    pub longest: Duration,
    /// The last event, and its metadata.
    pub last: Option<(Part, Term)>,
}

/// An event of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It began.
    Start,
    /// It ended.
    Stop,
    /// It ended in an exception.
    Exception,
}

impl Part {
    /// The event of `[seq, next, ...]` that a name means.
    pub(super) fn of_next(name: &Term) -> Option<Self> {
        let mut atoms = name.iter().map(Term::as_atom);
        let mut is = |text: &str| atoms.next().flatten().is_some_and(|atom| &*atom.text() == text);
        if !(is("seq") && is("next")) {
            return None;
        }
        let last = atoms.next().flatten()?.text();
        let part = match &*last {
            "stop" => Part::Stop,
            "start" => Part::Start,
            "exception" => Part::Exception,
            _ => return None,
        };
        atoms.next().is_none().then_some(part)
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Part::Start => "start",
            Part::Stop => "stop",
            Part::Exception => "exception",
        }
    }
}

impl Default for Spans {
    fn default() -> Self {
        let (total, longest) = (Duration::ZERO, Duration::ZERO);
        Spans { started: 0, stopped: 0, raised: 0, buckets: [0; BUCKETS], total, longest, last: None }
    }
}

impl Spans {
    /// Counts an event.
    pub(super) fn note(&mut self, part: Part, measurements: &Term, metadata: &Term) {
        match part {
            Part::Start => self.started += 1,
            Part::Stop => self.stopped += 1,
            Part::Exception => self.raised += 1,
        }
        self.last = Some((part, metadata.clone()));
        let nanoseconds = measurements.map_get(&Term::atom("duration")).and_then(Term::as_int);
        if let Some(nanoseconds) = nanoseconds.and_then(|span| u64::try_from(span).ok()) {
            self.took(Duration(nanoseconds));
        }
    }

    fn took(&mut self, span: Duration) {
        let bits = (u64::BITS - span.0.leading_zeros()) as usize;
        if let Some(bucket) = self.buckets.get_mut(bits.min(BUCKETS - 1)) {
            *bucket = bucket.saturating_add(1);
        }
        self.total = self.total + span;
        self.longest = self.longest.max(span);
    }

    /// The mean duration in seconds; `None` before the first.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let count = self.stopped + self.raised;
        (count > 0).then(|| self.total.as_secs_f64() / count as f64)
    }

    /// The duration that a bucket's are shorter than; of the last, `Err` of the shortest that they
    /// may be.
    ///
    /// # Errors
    /// See above.
    pub fn bound(bucket: usize) -> Result<Duration, Duration> {
        if bucket + 1 < BUCKETS { Ok(Duration(1 << bucket)) } else { Err(Duration(1 << (BUCKETS - 2))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term;

    fn name(parts: &[&str]) -> Term {
        Term::list(parts.iter().map(|part| Term::atom(part)))
    }

    #[test]
    fn only_the_spans_of_next_are_read() {
        let part = |parts: &[&str]| Part::of_next(&name(parts));
        assert_eq!(part(&["seq", "next", "start"]), Some(Part::Start));
        assert_eq!(part(&["seq", "next", "stop"]), Some(Part::Stop));
        assert_eq!(part(&["seq", "next", "exception"]), Some(Part::Exception));
        for other in [&["seq", "next"][..], &["seq", "init", "stop"], &["seq", "next", "stop", "x"], &["next"], &[]] {
            assert_eq!(part(other), None, "{other:?}");
        }
        assert_eq!(Part::of_next(&term!([1, next, stop])), None);
    }

    #[test]
    fn durations_are_counted_by_their_bits() {
        let mut spans = Spans::default();
        assert_eq!(spans.mean(), None);
        for span in [0_u64, 1, 2, 3, 600, 1_000, u64::MAX >> 1] {
            spans.note(Part::Start, &term!(#{}), &term!(#{}));
            spans.note(Part::Stop, &term!(#{duration => (span)}), &term!(#{value => 1}));
        }
        let filled: Vec<_> = spans.buckets.iter().enumerate().filter(|(_, count)| **count > 0).collect();
        assert_eq!(filled, [(0, &1), (1, &1), (2, &2), (10, &2), (35, &1)]);
        assert_eq!((spans.started, spans.stopped, spans.raised, spans.longest.0), (7, 7, 0, u64::MAX >> 1));
        let bound = |bucket| Spans::bound(bucket).map(|below| below.0).map_err(|least| least.0);
        assert_eq!([bound(0), bound(10), bound(34)], [Ok(1), Ok(1_024), Ok(1 << 34)]);
        let (mut short, mut long) = (Spans::default(), Spans::default());
        short.took(Duration((1 << 34) - 1));
        long.took(Duration(1 << 34));
        assert_eq!((short.buckets[34], long.buckets[35], bound(35)), (1, 1, Err(1 << 34)));
        assert_eq!(spans.last, Some((Part::Stop, term!(#{value => 1}))));
    }

    #[test]
    fn an_exception_has_a_duration_too() {
        let mut spans = Spans::default();
        spans.note(Part::Exception, &term!(#{duration => 500}), &term!(#{kind => error}));
        spans.note(Part::Exception, &term!(#{duration => 1_500}), &term!(#{kind => throw}));
        assert_eq!((spans.raised, spans.mean()), (2, Some(1e-6)));
    }
}
