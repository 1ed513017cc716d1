//! What strangers may send, as targets for a fuzzer: terms as Erlang text, scenario files, and
//! streams of commands. A target says nothing; it is well if it comes back.

use crate::session::{Command, Options, Session};
use crate::term::erlang::{Limits, Style, parse, parse_file, print};
use crate::time::Duration;

use super::conformance::Scenario;
use super::simulator::random::Random;

/// A target takes bytes and comes back; what it finds wrong it says.
pub type Target = fn(&[u8]) -> Result<(), String>;

/// All targets, by name.
pub const TARGETS: [(&str, Target); 3] = [("term", term), ("scenario", scenario), ("commands", commands)];

fn text(data: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(data)
}

/// A term that can be read can be printed and read again, the same.
///
/// # Errors
/// Says which text does not come back.
pub fn term(data: &[u8]) -> Result<(), String> {
    let text = text(data);
    let _ = parse_file(&text, Limits::default());
    let Ok(term) = parse(&text) else { return Ok(()) };
    let printed = print(&term, Style { max_bytes: usize::MAX, ..Style::TP });
    match parse(&printed) {
        Ok(again) if again == term => Ok(()),
        other => Err(format!("{text:?} is printed as {printed:?}, which is {other:?}")),
    }
}

/// A scenario is read or refused, and what is read can be run or is refused.
///
/// # Errors
/// None: it is well if it comes back.
pub fn scenario(data: &[u8]) -> Result<(), String> {
    if let Ok(scenario) = Scenario::read(&text(data)) {
        let _ = super::conformance::run(&scenario);
    }
    Ok(())
}

/// Commands are done or refused, a line of JSON each, with turns between them; the run they
/// make replays to the same hash.
///
/// # Errors
/// Says how the replay differs.
pub fn commands(data: &[u8]) -> Result<(), String> {
    let mut session = Session::new(Options::default())?;
    for line in text(data).lines() {
        if let Ok(command) = serde_json::from_str::<Command>(line) {
            let _ = session.dispatch(command);
        }
        session.frame(Duration::from_millis(16), 200);
    }
    let replay = Session::replay(&session.export())?;
    if replay.is_same() { Ok(()) } else { Err("the run does not replay to the same hash".to_owned()) }
}

/// Bytes that are like these, but not these: what a fuzzer without a guide tries.
#[must_use]
pub fn mutated(random: &mut Random, seed: &[u8]) -> Vec<u8> {
    let mut data = seed.to_vec();
    for _ in 0..=random.below(6) {
        let at = random.below(data.len() + 1);
        let end = (at + random.below(12)).min(data.len());
        match random.below(6) {
            0 => drop(data.drain(at..end)),
            1 => data.insert(at, u8::try_from(random.below(256)).unwrap_or(0)),
            2 => {
                let piece: Vec<u8> = data.get(at..end).unwrap_or_default().to_vec();
                let to = random.below(data.len() + 1);
                drop(data.splice(to..to, piece));
            }
            3 => {
                if let Some(byte) = data.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
            4 => {
                let word = random.pick(&DICTIONARY).unwrap_or("");
                drop(data.splice(at..end, word.bytes()));
            }
            _ => data.truncate(data.len().saturating_sub(random.below(8))),
        }
    }
    data
}

/// What parsers look for.
const DICTIONARY: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    "#{",
    "=>",
    "<<",
    ">>",
    "\"",
    "'",
    "|",
    ",",
    ".",
    "%",
    "\\x{",
    "$",
    "16#",
    "1.0e",
    "-1",
    "null",
    "99999999999999999999",
    "\\u0000",
    "true",
    ":",
];
