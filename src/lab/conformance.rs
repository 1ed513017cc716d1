//! Scenarios with traces recorded from Erlang/OTP, run on this node.
//!
//! A scenario is a JSON file `{"name", "area", "scenario", "expected"}`: steps, each an operation
//! that a process executes, and the events that real OTP showed after each step. The runner turns
//! steps into messages to ordinary processes, whose code here is the fixed cast of the format (a
//! plain process, a worker, supervisors, an application callback module). It holds no semantics:
//! whatever a trace shows was done by the node.
//!
//! | module | holds |
//! |---|---|
//! | [`scenario`] | the file: JSON to terms, checked against the vocabulary |
//! | `vocabulary` | every operation: its fields, its code |
//! | `op` | reading an operation's fields |
//! | `stage` | who is who: labels, incarnations, named references |
//! | `text` | terms as text, with labels for what differs from run to run |
//! | [`trace`] | events of a step, and the comparison |
//! | `actor` | executing steps and scripts inside a process |
//! | `ops` | the operations |
//! | `cast` | the code of plain processes, workers, supervisors, applications |
//! | [`runner`] | a scenario on a fresh node |

mod actor;
mod cast;
mod op;
mod ops;
pub mod runner;
pub mod scenario;
mod stage;
mod text;
pub mod trace;
mod vocabulary;

pub use runner::{Run, hashed, hashed_with_messages, run};
pub use scenario::Scenario;
pub use trace::{Difference, Step};

/// Reads a scenario, runs it on a fresh node and compares the trace with the recorded one.
///
/// # Errors
/// In words, what cannot be run or where the traces first differ.
pub fn check(source: &str) -> Result<(), String> {
    let words = |Malformed(why)| why;
    let scenario = Scenario::read(source).map_err(words)?;
    let expected = scenario.expected.as_ref().ok_or("no \"expected\" to compare with")?;
    let trace = run(&scenario).map_err(words)?;
    trace::compare(expected, &trace).map_or(Ok(()), |difference| Err(difference.to_string()))
}

use std::fmt;

/// Why a scenario could not be read or run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(pub String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}
