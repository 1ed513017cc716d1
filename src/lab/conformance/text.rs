//! Terms as the format writes them: Erlang text without spaces, with labels for processes and
//! references, and stand-ins for what no two systems have in common.

use crate::term::erlang::{self, Style};
use crate::term::{Atom, Term};

use super::Malformed;
use super::stage::Stage;

const STYLE: Style = Style { strings: false, arrow: "=>", ..Style::TP };

/// Reads a term of a scenario.
pub(super) fn parse(source: &str) -> Result<Term, Malformed> {
    erlang::parse(source).map_err(|error| Malformed(format!("{source:?} is no term: {error}")))
}

/// The canonical text of a term.
pub(super) fn text(stage: &Stage, term: &Term) -> String {
    erlang::print_with(term, STYLE, &mut |term| stand_in(stage, term))
}

/// What is written in place of a term.
fn stand_in(stage: &Stage, term: &Term) -> Option<String> {
    match term {
        Term::Pid(pid) => Some(stage.label(*pid).map_or("#pid".to_owned(), |label| label.to_string())),
        Term::Ref(reference) => Some(stage.ref_name(*reference).map_or("#ref".to_owned(), |name| format!("#{name}"))),
        Term::Fun(_) => Some("#fun".to_owned()),
        Term::Binary(bytes) => Some(format!("<<\"{}\">>", String::from_utf8_lossy(bytes))),
        // What stands for the stack of an error that was caught.
        Term::Atom(atom) if &*atom.text() == "#st" => Some("#st".to_owned()),
        Term::List(_) if is_stack(term) => Some("#st".to_owned()),
        Term::List(_) => printable(term).map(|text| format!("\"{text}\"")),
        Term::Map(_) => without_code(term).map(|map| text(stage, &map)),
        _ => tuple_stand_in(term.as_tuple()?).map(str::to_owned),
    }
}

fn tuple_stand_in(items: &[Term]) -> Option<&'static str> {
    match items {
        [Term::Atom(module), Term::Atom(_), arity] if is_arity(arity) && is_library(*module) => Some("#call"),
        [Term::Atom(Atom::CHILD), ..] if items.len() >= 9 => Some("#child"),
        _ => None,
    }
}

/// The map without the fields that name code: of a child specification, or of a struct its module.
fn without_code(map: &Term) -> Option<Term> {
    let names_code = |key: &Term| [Atom::START, Atom::MODULES, Atom::new("__struct__")].map(Term::Atom).contains(key);
    let pairs = map.as_map()?;
    let kept = || pairs.iter().filter(|(key, _)| !names_code(key)).cloned().collect();
    pairs.iter().any(|(key, _)| names_code(key)).then(|| Term::map(kept()))
}

/// Modules whose function names and arguments differ between systems.
fn is_library(module: Atom) -> bool {
    match module {
        Atom::GEN_SERVER | Atom::GEN | Atom::SUPERVISOR | Atom::APPLICATION | Atom::PROC_LIB | Atom::SYS => true,
        other => &*other.text() == "application_master" || other.text().starts_with("Elixir."),
    }
}

/// `[{Module, Function, Arity, Location} | _]`
fn is_stack(list: &Term) -> bool {
    let Some((first, _)) = list.as_cons() else { return false };
    match first.as_tuple() {
        Some([Term::Atom(_), Term::Atom(_), arity, location]) => is_arity(arity) && is_list(location),
        Some([Term::Fun(_), arity, location]) => is_arity(arity) && is_list(location),
        _ => false,
    }
}

fn is_arity(term: &Term) -> bool {
    matches!(term, Term::Int(_)) || is_list(term)
}

fn is_list(term: &Term) -> bool {
    matches!(term, Term::Nil | Term::List(_))
}

/// A proper list of at least three printable Latin-1 characters.
fn printable(list: &Term) -> Option<String> {
    let items = list.to_vec().filter(|items| items.len() > 2)?;
    items.iter().map(|item| char::from_u32(u32::try_from(item.as_int()?).ok()?).filter(|c| is_printable(*c))).collect()
}

fn is_printable(c: char) -> bool {
    matches!(u32::from(c), 8..=13 | 27 | 32..=126 | 160..=255)
}
