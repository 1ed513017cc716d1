//! From the event log to what there is to see, without knowing who wrote the log.
//!
//! [`model::Model`] reads entries one by one; a [`snapshot::Snapshot`] of it is a handful of
//! pointers and can be rebuilt from the log alone.
//!
//! | module | holds |
//! |---|---|
//! | [`beats`] | the last crash, step by step |
//! | [`chaos`] | what a run of chaos has cost, child by child |
//! | [`cause`] | from an exit back to the first fault |
//! | [`model`] | the log, read entry by entry |
//! | [`pages`] | copy-on-write table and ring: what makes snapshots cheap |
//! | [`snapshot`] | everything visible at one moment, as plain values |
//! | [`report`] | log reports and exit reasons in words |
//! | [`series`] | values over time |
//! | [`spans`] | telemetry spans: counts and durations |
//! | [`lanes`] | up and down times, availability |

pub mod beats;
pub mod cause;
pub mod chaos;
pub mod lanes;
pub mod model;
pub mod pages;
pub mod report;
pub mod series;
pub mod snapshot;
pub mod spans;
