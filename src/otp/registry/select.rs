//! Looking for registrations by pattern.

use crate::exit::Raise;
use crate::process::Cx;
use crate::term::{Atom, Term};

use super::argument_error;
use super::matching::{Malformed, Matcher};
use super::tables::Tables;

fn badarg(_: Malformed) -> Raise {
    Raise::error(Atom::BADARG)
}

/// `Registry.match/4`: the `[{Pid, Value}]` of a key whose value matches a pattern of a match
/// specification, and whose guards are true.
///
/// # Errors
/// `ArgumentError` if there is no such registry; `badarg` for a guard that means nothing.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Registry.html#match/4>
pub fn match_entries(cx: &Cx, registry: Atom, key: &Term, pattern: &Term, guards: &Term) -> Result<Term, Raise> {
    let matcher = Matcher::new(pattern, guards).map_err(badarg)?;
    let entries = Tables::of(cx, registry)?.entries(cx, key);
    cx.charge(u32::try_from(entries.len()).unwrap_or(u32::MAX));
    Ok(Term::list(entries.into_iter().filter(|entry| value_matches(&matcher, entry)).collect::<Vec<_>>()))
}

fn value_matches(matcher: &Matcher, entry: &Term) -> bool {
    entry.as_tuple().and_then(|entry| entry.get(1)).is_some_and(|value| matcher.run(value).is_some())
}

/// `Registry.count_match/4`: how many registrations [`match_entries`] gives.
///
/// # Errors
/// As of [`match_entries`].
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Registry.html#count_match/4>
pub fn count_match(cx: &Cx, registry: Atom, key: &Term, pattern: &Term, guards: &Term) -> Result<Term, Raise> {
    Ok(match_entries(cx, registry, key, pattern, guards)?.iter().count().into())
}

/// `Registry.unregister_match/4`: takes those registrations of the calling process under a key
/// back whose value matches. `ok`
///
/// # Errors
/// As of [`match_entries`].
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Registry.html#unregister_match/4>
pub fn unregister_match(cx: &Cx, registry: Atom, key: Term, pattern: &Term, guards: &Term) -> Result<Term, Raise> {
    let matcher = Matcher::new(pattern, guards).map_err(badarg)?;
    let tables = Tables::of(cx, registry)?;
    let me = Term::from(cx.me());
    let is_mine = |entry: &Term| entry.as_tuple().and_then(<[Term]>::first) == Some(&me);
    let entries = tables.entries(cx, &key);
    let mine = entries.iter().filter(|entry| is_mine(entry)).count();
    let left: Vec<Term> =
        entries.iter().filter(|entry| !(is_mine(entry) && value_matches(&matcher, entry))).cloned().collect();
    let gone = entries.len() - left.len();
    if gone == mine && gone > 0 {
        return super::unregister(cx, registry, key);
    }
    tables.set_entries(cx, &key, left);
    tables.forget_some(cx, &key, gone);
    Ok(Atom::OK.into())
}

/// `Registry.select/2`: for every registration and each `{{Key, Pid, Value}, Guards, Body}` of a
/// specification that matches it, what the body makes of it. In the order of keys.
///
/// # Errors
/// `ArgumentError` if there is no such registry, or for a malformed specification; `badarg` for a
/// guard or a body that means nothing.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Registry.html#select/2>
pub fn select(cx: &Cx, registry: Atom, spec: &Term) -> Result<Term, Raise> {
    let parts = read(spec, "select")?;
    let mut selected = Vec::new();
    for entry in all(cx, registry)? {
        for (matcher, body) in &parts {
            if let Some(found) = matcher.run(&entry) {
                selected.push(found.body(body).map_err(badarg)?);
                break;
            }
        }
    }
    Ok(Term::list(selected))
}

/// `Registry.count_select/2`: for how many registrations a specification gives `true`.
///
/// # Errors
/// As of [`select`].
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Registry.html#count_select/2>
pub fn count_select(cx: &Cx, registry: Atom, spec: &Term) -> Result<Term, Raise> {
    let parts = read(spec, "count_select")?;
    let entries = all(cx, registry)?;
    let counts = |entry: &&Term| {
        let first = parts.iter().find_map(|(matcher, body)| Some((matcher.run(entry)?, body)));
        first.is_some_and(|(found, body)| found.body(body).is_ok_and(|value| value == true.into()))
    };
    Ok(entries.iter().filter(counts).count().into())
}

/// Every registration as `{Key, Pid, Value}`.
fn all(cx: &Cx, registry: Atom) -> Result<Vec<Term>, Raise> {
    let rows = Tables::of(cx, registry)?.rows(cx);
    let of_key = |(key, entries): (Term, Term)| {
        let triple = |entry: &Term| {
            let [pid, value] = entry.as_tuple_of::<2>()?;
            Some(Term::tuple([key.clone(), pid.clone(), value.clone()]))
        };
        entries.iter().filter_map(triple).collect::<Vec<_>>()
    };
    let all: Vec<Term> = rows.into_iter().flat_map(of_key).collect();
    cx.charge(u32::try_from(all.len()).unwrap_or(u32::MAX));
    Ok(all)
}

fn read<'a>(spec: &'a Term, function: &str) -> Result<Vec<(Matcher<'a>, &'a Term)>, Raise> {
    let part = |part: &'a Term| match part.as_tuple() {
        Some([header, guards, body]) if header.as_tuple_of::<3>().is_some() => {
            Matcher::new(header, guards).map(|matcher| (matcher, body)).map_err(badarg)
        }
        _ => Err(argument_error(&format!("invalid match specification in Registry.{function}/2: {spec}"))),
    };
    spec.iter().map(part).collect()
}
