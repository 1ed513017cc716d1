//! What is wrong with a JSON text: where, what was found there and what was expected, in words
//! that another language can take the place of.

use super::refusal::{Refusal, Why};

/// The most characters of what was found.
const FOUND: usize = 60;

/// What serde calls a thing, and what a writer of JSON calls it.
const NOUNS: [(&str, &str); 11] = [
    ("struct ", "an object"),
    ("internally tagged enum ", "an object"),
    ("map", "an object"),
    ("a sequence", "an array"),
    ("sequence", "an array"),
    ("a tuple of size 2", "an array of two"),
    ("u32", "a whole number"),
    ("u64", "a whole number"),
    ("usize", "a whole number"),
    ("floating point ", "number "),
    ("value", "a value"),
];

/// Why a text is not read.
pub(super) fn unreadable(text: &str, error: &serde_json::Error) -> Refusal {
    let (line, column) = (error.line(), error.column());
    let said = error.to_string();
    let said = said.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&said);
    let named = |start: &str| Some(said.strip_prefix(start)?.split('`').next()?.to_owned());
    let of = |why: Why, about: &[&str]| {
        let place = [line.to_string(), column.to_string()];
        Refusal { why, about: place.into_iter().chain(about.iter().map(|text| (*text).to_owned())).collect() }
    };
    if error.is_eof() {
        return of(Why::TextEnds, &[]);
    }
    if let Some(name) = named("missing field `") {
        return of(Why::TextMissing, &[&name]);
    }
    if let Some(name) = named("duplicate field `") {
        return of(Why::TextTwice, &[&name]);
    }
    if let Some((found, expected)) = said.split_once(", expected ") {
        let expected = noun(expected.strip_prefix("one of ").unwrap_or(expected));
        if let Some(name) = named("unknown field `") {
            return of(Why::TextField, &[&short(&name), &expected]);
        }
        let of_type = || found.split_once(": ").map_or(found, |(_, found)| found);
        let found = found.strip_prefix("unknown variant ").unwrap_or_else(of_type);
        return of(Why::TextValue, &[&noun(&short(found)), &expected]);
    }
    let wanted = match said {
        "key must be a string" => Some("a string"),
        "trailing characters" => Some("the end"),
        _ => said.strip_prefix("expected "),
    };
    match wanted.filter(|_| error.is_syntax()) {
        Some(wanted) => of(Why::TextValue, &[&at(text, line, column), &noun(wanted)]),
        None => of(Why::TextOther, &[said]),
    }
}

fn noun(text: &str) -> String {
    let known = NOUNS.iter().find(|(serde, _)| text.starts_with(serde));
    known.map_or_else(
        || text.to_owned(),
        |(serde, plain)| match plain.strip_suffix(' ') {
            Some(_) => text.replacen(serde, plain, 1),
            None => (*plain).to_owned(),
        },
    )
}

fn short(text: &str) -> String {
    text.chars().take(FOUND).collect()
}

/// What stands at a place of a text, to the end of its line.
fn at(text: &str, line: usize, column: usize) -> String {
    let line = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let rest = line.get(column.saturating_sub(1)..).unwrap_or(line);
    format!("`{}`", rest.chars().take(12).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::scenario::Scenario;

    #[test]
    fn what_is_wrong_is_told_with_place_finding_and_expectation() {
        for (text, expected) in [
            ("", "line 1, column 0: the text ends too early"),
            ("{\"name\": \"x\",\n \"tree\": {", "line 2, column 10: the text ends too early"),
            ("{\n \"name\": 3}", "line 2, column 10: found integer `3`, expected a string"),
            ("{\"name\": \"x\" \"tree\"}", "line 1, column 14: found `\"tree\"}`, expected `,` or `}`"),
            ("{\"name\": ?}", "line 1, column 10: found `?}`, expected a value"),
            ("{name: 1}", "line 1, column 2: found `name: 1}`, expected a string"),
            ("{\"tree\": 1.5}", "line 1, column 12: found number `1.5`, expected an object"),
            (
                "{\"tree\": {\"id\": \"a\", \"children\": true}}",
                "line 1, column 37: found boolean `true`, expected an array",
            ),
            (
                "{\"tree\": {\"id\": \"a\", \"period\": -1}}",
                "line 1, column 33: found integer `-1`, expected a whole number",
            ),
            (
                "{\"tree\": {\"id\": \"a\", \"restart\": \"often\"}}",
                "line 1, column 39: found `often`, expected `permanent`, `transient`, `temporary`",
            ),
            (
                "{\"tree\": {\"id\": \"a\", \"shutdown\": \"soon\"}}",
                "line 1, column 40: expected milliseconds, `brutal_kill` or `infinity`",
            ),
            ("{\"name\": \"x\"}", "line 1, column 13: the field `tree` is missing"),
            ("{\"name\": \"x\", \"name\"", "line 1, column 20: the field `name` stands there twice"),
            (
                "{\"colour\": 1}",
                "line 1, column 9: found an unknown field `colour`, expected one of `name`, `tree`, `faults`",
            ),
            ("{\"name\": 1e999}", "line 1, column 14: number out of range"),
        ] {
            let error = serde_json::from_str::<Scenario>(text).unwrap_err();
            assert_eq!(unreadable(text, &error).to_string(), expected, "{text}");
        }
    }
}
