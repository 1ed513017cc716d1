//! From the event log to what there is to see, without knowing who wrote the log.
//!
//! [`model::Model`] reads entries one by one; a [`snapshot::Snapshot`] of it is a handful of
//! pointers and can be rebuilt from the log alone.
//!
//! | module | holds |
//! |---|---|
//! | [`model`] | the log, read entry by entry |
//! | [`pages`] | copy-on-write table and ring: what makes snapshots cheap |
//! | [`snapshot`] | everything visible at one moment, as plain values |
//! | [`series`] | values over time |
//! | [`lanes`] | up and down times, availability |

pub mod lanes;
pub mod model;
pub mod pages;
pub mod series;
pub mod snapshot;
