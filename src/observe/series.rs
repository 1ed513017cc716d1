//! Values over time: what each sequence server handed out, with breaks where state was lost.

use super::pages::Ring;
use super::snapshot::NodeKey;
use super::spans::Spans;
use num_bigint::Sign;

use crate::term::{BigInt, Term};
use crate::time::Instant;

/// The values of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The server's place in the tree.
    pub key: NodeKey,
    /// The server's name or child id, to label it.
    pub name: Term,
    /// Points in time order, thinned as they grow in number.
    pub points: Ring<Point>,
    /// The newest value, thinned or not.
    pub last: Option<(Instant, Value)>,
    /// Values seen, thinned ones included.
    pub count: u64,
    /// Its telemetry spans.
    pub spans: Spans,
    /// Values handed out since its present state began.
    pub position: u64,
    /// Positions that were lost with states, one run after the other.
    pub lost: u64,
    /// Of so many values one is kept.
    pub stride: u64,
    bound: usize,
}

/// A point of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// When.
    pub at: Instant,
    /// The log position.
    pub seq: u64,
    /// What.
    pub what: Mark,
}

/// What a point marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A value was handed out.
    Value(Value),
    /// The process ended and its state was lost: the line breaks here.
    Break {
        /// Why it ended.
        reason: Term,
        /// Was it an end in good order?
        orderly: bool,
    },
}

/// An integer of any size, in so much detail as a chart can show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// It fits in 64 bits.
    Small(i64),
    /// It does not.
    Big(Magnitude),
}

/// The size of a big integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Magnitude {
    /// Is it below zero?
    pub negative: bool,
    /// Its length in bits.
    pub bits: u64,
    /// Its 64 leading bits, the highest set.
    pub leading: u64,
}

impl Series {
    /// A series without a point that keeps about `points` of them.
    #[must_use]
    pub fn new(key: NodeKey, name: Term, points: usize) -> Self {
        Series {
            key,
            name,
            points: Ring::new(points),
            last: None,
            count: 0,
            spans: Spans::default(),
            position: 0,
            lost: 0,
            stride: 1,
            bound: points,
        }
    }

    /// Adds a value; anything but an integer is no value.
    pub(super) fn record(&mut self, at: Instant, seq: u64, value: &Term) {
        let Some(value) = Value::of(value) else { return };
        self.last = Some((at, value.clone()));
        if self.count.is_multiple_of(self.stride) {
            self.points.push(Point { at, seq, what: Mark::Value(value) });
        }
        self.count += 1;
        self.position += 1;
        self.thin();
    }

    /// Marks that the state was lost. A break right after a break says nothing new.
    pub(super) fn break_off(&mut self, at: Instant, seq: u64, reason: Term, orderly: bool) {
        self.lost += std::mem::take(&mut self.position);
        if matches!(self.points.last(), Some(Point { what: Mark::Break { .. }, .. })) {
            return;
        }
        self.points.push(Point { at, seq, what: Mark::Break { reason, orderly } });
        self.thin();
    }

    /// Full, every other value goes and from now on every other one is skipped. Breaks stay as
    /// long as they are less than half of all points; then the oldest half of all goes.
    fn thin(&mut self) {
        if self.points.len() < self.bound {
            return;
        }
        let is_break = |point: &&Point| matches!(point.what, Mark::Break { .. });
        let breaks = self.points.iter().filter(is_break).count();
        let half = self.points.len() / 2;
        let mut values = 0u64;
        let kept = self.points.iter().enumerate().filter(|(at, point)| {
            if breaks >= half {
                return *at >= half;
            }
            values += u64::from(!is_break(point));
            is_break(point) || values % 2 == 1
        });
        let mut points = Ring::new(self.bound);
        kept.for_each(|(_, point)| {
            points.push(point.clone());
        });
        self.points = points;
        if breaks < half {
            self.stride = self.stride.saturating_mul(2);
        }
    }
}

impl Value {
    /// The value of an integer term.
    #[must_use]
    pub fn of(term: &Term) -> Option<Self> {
        match term {
            Term::Int(value) => Some(Value::Small(*value)),
            Term::Big(big) => Some(Value::Big(Magnitude::of(big))),
            _ => None,
        }
    }

    /// log10 of the absolute value; `None` for 0.
    #[must_use]
    pub fn log10(&self) -> Option<f64> {
        match self {
            Value::Small(0) => None,
            Value::Small(value) => Some(libm::log10(value.unsigned_abs() as f64)),
            Value::Big(magnitude) => Some(magnitude.log10()),
        }
    }

    /// The value as a float, infinite beyond its range.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        match self {
            Value::Small(value) => *value as f64,
            Value::Big(magnitude) => magnitude.to_f64(),
        }
    }
}

impl Magnitude {
    /// The magnitude of a big integer. Costs its top, not its length.
    #[must_use]
    pub fn of(big: &BigInt) -> Self {
        let bits = big.bits();
        let digits = big.magnitude();
        let mut top = digits.iter_u64_digits().rev();
        let (high, low) = (top.next().unwrap_or_default(), top.next().unwrap_or_default());
        let shift = high.leading_zeros();
        let leading = if shift == 0 { high } else { (high << shift) | (low >> (64 - shift)) };
        Magnitude { negative: big.sign() == Sign::Minus, bits, leading }
    }

    /// log10 of the absolute value, to about 15 digits.
    #[must_use]
    pub fn log10(&self) -> f64 {
        let exponent = self.bits as f64 - 64.0;
        libm::log10(self.leading as f64) + exponent * std::f64::consts::LOG10_2
    }

    /// The value as a float, infinite beyond its range.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        let exponent = i32::try_from(self.bits.saturating_sub(64)).unwrap_or(i32::MAX);
        let size = libm::scalbn(self.leading as f64, exponent);
        if self.negative { -size } else { size }
    }
}
