//! The code of those who act in a scenario.

pub(super) mod probe;
