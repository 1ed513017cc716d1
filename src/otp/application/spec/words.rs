//! Reasons of applications and releases as sentences.

use crate::term::{Atom, Term};

use super::chars;

/// A reason that `application` or `systools` gives, as Elixir's `Application.format_error/1` and
/// `systools:format_error/1` word it. A reason that has no words is shown as it is.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Application.html#format_error/1>
#[must_use]
pub fn format_error(reason: &Term) -> String {
    worded(reason).unwrap_or_else(|| inspect(reason))
}

fn worded(reason: &Term) -> Option<String> {
    let (first, second) = match reason.as_tuple()? {
        [first, second] => (first, second),
        _ => return None,
    };
    let tag = match first {
        Term::Atom(tag) => tag.text(),
        _ => return of_pair(first, second),
    };
    let name = || second.as_atom().map(|name| name.text());
    let shown = || inspect(second);
    Some(match &*tag {
        "already_started" => format!("already started application {}", name()?),
        "not_started" => format!("not started application {}", name()?),
        "bad_application" => format!("bad application: {}", shown()),
        "already_loaded" => format!("already loaded application {}", name()?),
        "not_loaded" => format!("not loaded application {}", name()?),
        "invalid_restart_type" => format!("invalid application restart type: {}", shown()),
        "invalid_name" => format!("invalid application name: {}", shown()),
        "invalid_options" => format!("invalid application options: {}", shown()),
        "badstartspec" => format!("bad application start spec: {}", shown()),
        "badly_formatted_application" => "Syntax error in .app file".to_owned(),
        "missing_mandatory_app" => {
            format!("Mandatory application {} must be specified in the release file", erlang(second))
        }
        "illegal_name" => format!("Illegal name ({}) in the release file", erlang(second)),
        "illegal_form" => format!("Illegal tag in the release file: {}", erlang(second)),
        "illegal_applications" => format!("Illegal applications in the release file: {}", erlang(second)),
        "undefined_applications" => format!("Undefined applications: {}", erlang(second)),
        "circular_dependencies" => format!("Circular dependencies among applications: {}", erlang(second)),
        _ => return of_start(first, second),
    })
}

/// `{{missing_param, Key}, _}` and the like; a text and a file name.
fn of_pair(first: &Term, second: &Term) -> Option<String> {
    match first.as_tuple() {
        Some([Term::Atom(tag), Term::Atom(key)]) => match &*tag.text() {
            "missing_param" => Some(format!("Missing parameter in .app file: {}", key.text())),
            "bad_param" => Some(format!("Bad parameter in .app file: {}", key.text())),
            _ => None,
        },
        None if *first == super::no_such_file() => Some(format!("could not find application file: {}", chars(second)?)),
        _ => of_start(first, second),
    }
}

/// `{Reason, {Module, start, Args}}`: what `start/2` gave as an error.
fn of_start(first: &Term, second: &Term) -> Option<String> {
    let Some([Term::Atom(module), Term::Atom(function @ Atom::START), args]) = second.as_tuple() else { return None };
    let args = args.iter().map(inspect).collect::<Vec<_>>().join(", ");
    let call = format!("{}.{}({args})", inspect(&Term::Atom(*module)), function.text());
    Some(format!("{call} returned an error: {}", inspect(first)))
}

fn inspect(term: &Term) -> String {
    term.to_string()
}

fn erlang(term: &Term) -> String {
    crate::term::erlang::print(term, crate::term::erlang::Style::TP)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term;

    #[test]
    fn reasons_have_the_words_of_elixir_and_systools() {
        let file = Term::charlist("gone.app");
        let rows = [
            (Term::tuple([super::super::no_such_file(), file]), "could not find application file: gone.app"),
            (term!({not_started, b}), "not started application b"),
            (term!({already_started, a}), "already started application a"),
            (term!({invalid_restart_type, "now"}), "invalid application restart type: \"now\""),
            (term!({badstartspec, 1}), "bad application start spec: 1"),
            (term!({{missing_param, vsn}, x}), "Missing parameter in .app file: vsn"),
            (term!({undefined_applications, [a, b]}), "Undefined applications: [a,b]"),
            (
                term!({boom, {Seq.Application, start, [normal, []]}}),
                "Seq.Application.start(:normal, []) returned an error: :boom",
            ),
            (term!({what, is, this}), "{:what, :is, :this}"),
        ];
        for (reason, words) in rows {
            assert_eq!(format_error(&reason), words);
        }
    }
}
