//! Values over time: what each sequence server handed out, with breaks where state was lost.

use super::pages::Ring;
use super::snapshot::NodeKey;
use crate::term::Term;
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
    /// Of so many values one is kept.
    pub stride: u64,
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
