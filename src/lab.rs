//! Instruments over the public API: what tests, examples and benches look at the node with.
//! Never part of the page.
//!
//! | module | holds |
//! |---|---|
//! | [`conformance`] | runs scenarios and compares their traces with those of Erlang/OTP |

pub mod conformance;
