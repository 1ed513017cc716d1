//! Instruments over the public API: what tests, examples and benches look at the node with.
//! Never part of the page.
//!
//! | module | holds |
//! |---|---|
//! | [`conformance`] | runs scenarios and compares their traces with those of Erlang/OTP |
//! | [`simulator`] | random trees, random faults and signals in flight, from a seed |
//! | [`exhaustive`] | every schedule of small programs |
//! | [`fuzz`] | what strangers may send, as targets for a fuzzer |
//! | [`invariants`] | the rules that hold at every moment, checked as a node runs |

pub mod conformance;
pub mod exhaustive;
pub mod fuzz;
pub mod invariants;
pub mod simulator;
