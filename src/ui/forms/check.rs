//! What is wrong with what a reader wrote, in their words.

use super::super::i18n::Words;
use super::super::words;
use crate::observe::snapshot::Snapshot;
use crate::term::Atom;

/// The most letters of a name and digits of a number.
const LETTERS: usize = 30;
const DIGITS: usize = 100;

/// Why a sequence cannot have that name.
pub(super) fn name_problem(name: &str, snapshot: &Snapshot, t: &'static Words) -> Option<&'static str> {
    let name = name.trim();
    let mut letters = name.chars();
    match letters.next() {
        None => Some(t.name_missing),
        Some(first) if !first.is_ascii_lowercase() => Some(t.name_form),
        Some(_) if !letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_') => Some(t.name_form),
        Some(_) if name.len() > LETTERS => Some(t.name_form),
        Some(_) => snapshot.processes().any(|process| is(process.name, name)).then_some(t.name_taken),
    }
}

// No atom is made of what is being typed: atoms live as long as the node.
fn is(name: Option<Atom>, text: &str) -> bool {
    name.is_some_and(|name| &*name.text() == text)
}

/// Why that is no whole number.
pub(super) fn number_problem(text: &str, t: &'static Words) -> Option<&'static str> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    match digits.len() {
        0 => Some(t.number_missing),
        _ if !digits.bytes().all(|digit| digit.is_ascii_digit()) => Some(t.number_form),
        length if length > DIGITS => Some(t.number_long),
        _ => None,
    }
}

/// Is there somebody to start a sequence?
pub(super) fn dynamic_runs(snapshot: &Snapshot) -> bool {
    snapshot.processes().any(|process| is(process.name, words::DYNAMIC))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::super::i18n::Lang;
    use super::*;

    #[test]
    fn names_are_plain_atoms() {
        let t = Lang::En.words();
        let problem = |name: &str| name_problem(name, &Snapshot::default(), t);
        assert_eq!([problem("geo1"), problem(" a_B9 ")], [None, None]);
        assert_eq!([problem(""), problem("  ")], [Some(t.name_missing); 2]);
        assert_eq!(
            [problem("1a"), problem("Geo"), problem("a b"), problem("수열"), problem(&"a".repeat(31))],
            [Some(t.name_form); 5]
        );
    }

    #[test]
    fn numbers_are_whole_and_of_bounded_length() {
        let t = Lang::Ko.words();
        let problem = |text: &str| number_problem(text, t);
        assert_eq!([problem("0"), problem("-12"), problem(&"9".repeat(100))], [None; 3]);
        assert_eq!([problem(""), problem("-")], [Some(t.number_missing); 2]);
        assert_eq!([problem("1.5"), problem("+1"), problem("1e9"), problem("--1")], [Some(t.number_form); 4]);
        assert_eq!(problem(&"9".repeat(101)), Some(t.number_long));
    }
}
