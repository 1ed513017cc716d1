//! Keyword lists, as Elixir's `Keyword` treats them.

use crate::exit::Raise;
use crate::term;
use crate::term::{Atom, Term};

/// `Keyword.fetch!(keywords, key)`
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Keyword.html#fetch!/2>
pub(super) fn fetch(keywords: &Term, key: Atom) -> Result<Term, Raise> {
    keywords.keyword_get(key).cloned().ok_or_else(|| key_error(keywords, key))
}

/// `%KeyError{key: key, term: keywords}`
fn key_error(keywords: &Term, key: Atom) -> Raise {
    Raise::error(term!(#{
        __struct__ => KeyError,
        __exception__ => true,
        key => (key),
        term => (keywords.clone()),
        message => nil,
    }))
}

/// `Keyword.merge(keywords, over)`: all of `over`, before it what only `keywords` has.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Keyword.html#merge/2>
pub(super) fn merge(keywords: &Term, over: &Term) -> Term {
    let replaced = |pair: &&Term| pair.as_tuple_of().is_some_and(|[key, _]| has_key(over, key));
    let kept: Vec<Term> = keywords.iter().filter(|pair| !replaced(pair)).cloned().collect();
    Term::list_with_tail(kept, over.clone())
}

fn has_key(keywords: &Term, key: &Term) -> bool {
    key.as_atom().is_some_and(|key| keywords.keyword_get(key).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merge_keeps_the_order_of_both_and_the_values_of_the_second() {
        let merged = merge(&term!([{a, 1}, {b, 2}, {a, 3}]), &term!([{c, 4}, {a, 5}]));
        assert_eq!(merged.to_string(), "[b: 2, c: 4, a: 5]");
    }

    #[test]
    fn a_missing_key_is_a_key_error() {
        let raise = fetch(&term!([{a, 1}]), Atom::new("b")).unwrap_err();
        assert_eq!(raise.reason.map_get(&term!(key)), Some(&term!(b)));
    }
}
