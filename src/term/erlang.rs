//! Terms as Erlang text: a parser for what `file:consult/1` reads, and a printer for what
//! `io_lib:format/2` writes.
//!
//! Text from outside is met with [`Limits`]; nesting costs heap, never stack.
//!
//! # What has no text in Erlang
//!
//! Erlang cannot read back a pid, a reference or a function that captured something. The
//! [`Style::TAGGED`] printer writes them as `#Pid<slot.serial>`, `#Ref<number>` and
//! `#Fun<module:name/arity,[captured]>`, and the parser reads these, so that every term
//! survives the way through text. This is also how a term is serialised by serde.

mod lexer;
mod parser;
mod printer;
mod serde;

use std::fmt;

pub use parser::{Limits, parse, parse_file, parse_within};
pub use printer::{Style, TooLarge, print, print_with, to_text};

/// Why a text is no term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The line, from 1.
    pub line: u32,
    /// The character in the line, from 1.
    pub column: u32,
    /// What stands there.
    pub found: String,
    /// What could stand there.
    pub expected: &'static str,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: expected {}, found {}", self.line, self.column, self.expected, self.found)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests;
