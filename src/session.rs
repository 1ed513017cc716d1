//! The composition root without the web: node, model, pace, inputs.

pub mod command;

pub use command::{Command, CrashKind, SequenceSpec, Target};
