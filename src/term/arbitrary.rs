//! Terms of every kind, for property tests.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Atom, BigInt, Fun, Pid, Ref, Term};

/// Any term of moderate size, with its rare corners: empty and wide tuples, improper lists, maps
/// with compound keys, integers around 64 bits, bytes that are no text, marks that turn text.
pub(crate) fn any_term() -> impl Strategy<Value = Term> {
    leaf().prop_recursive(5, 80, 8, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Term::tuple_from),
            vec(inner.clone(), 17..19).prop_map(Term::tuple_from),
            vec(inner.clone(), 0..6).prop_map(Term::list),
            (vec(inner.clone(), 1..4), inner.clone()).prop_map(|(items, tail)| Term::list_with_tail(items, tail)),
            vec((any_atom().prop_map(Term::Atom), inner.clone()), 0..4)
                .prop_map(|pairs| Term::list(pairs.into_iter().map(Term::from).collect::<Vec<_>>())),
            vec((inner.clone(), inner.clone()), 0..5).prop_map(Term::map),
            (any_atom(), any_atom(), any::<u8>(), vec(inner, 0..3))
                .prop_map(|(module, name, arity, env)| Term::fun(Fun { module, name, arity, env })),
        ]
    })
}

/// Few enough that a test run does not fill the atom table.
pub(crate) fn any_atom() -> impl Strategy<Value = Atom> {
    const TEXTS: [&str; 16] = [
        "ok",
        "nil",
        "true",
        "EXIT",
        "Elixir.Seq.Fib",
        "",
        " ",
        "a@b",
        "fun",
        "'",
        "\\\"\n",
        "é",
        "한글",
        "\u{202e}",
        "_x",
        "\u{0}\u{7f}\u{80}",
    ];
    proptest::sample::select(TEXTS.as_slice()).prop_map(Atom::new)
}

fn leaf() -> impl Strategy<Value = Term> {
    prop_oneof![
        Just(Term::Nil),
        (-3i64..4).prop_map(Term::Int),
        any::<i64>().prop_map(Term::Int),
        any::<i128>().prop_map(|n| Term::integer(BigInt::from(n))),
        (any::<i64>(), 0u32..400).prop_map(|(n, shift)| Term::integer(BigInt::from(n) << shift)),
        any::<f64>().prop_map(Term::from),
        (-3i8..4).prop_map(|n| Term::Float(n.into())),
        any_atom().prop_map(Term::Atom),
        (any::<u16>(), any::<u32>()).prop_map(|(slot, serial)| Term::Pid(Pid::new(slot.into(), serial))),
        any::<u64>().prop_map(|number| Term::Ref(Ref(number))),
        any::<String>().prop_map(Term::from),
        "[ -~\u{e9}\n\"\u{200e}]{0,6}".prop_map(Term::from),
        vec(any::<u8>(), 0..6).prop_map(Term::binary),
        "[ -~]{1,5}".prop_map(|text| Term::charlist(&text)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn text_carries_every_term(term in any_term()) {
        let text = super::erlang::to_text(&term, super::erlang::Style::TAGGED).unwrap();
        prop_assert_eq!(super::erlang::parse(&text), Ok(term.clone()), "{}", text);
        let json = serde_json::to_string(&term).unwrap();
        prop_assert_eq!(serde_json::from_str::<Term>(&json).unwrap(), term);
    }

    #[test]
    fn what_reads_back_reads_back_the_same_kind(term in any_term()) {
        // `==` holds 0.0 for -0.0 and so would hide a lost sign.
        let text = |term: &Term| super::erlang::print(term, super::erlang::Style::TAGGED);
        prop_assert_eq!(text(&super::erlang::parse(&text(&term)).unwrap()), text(&term));
    }

    #[test]
    fn no_text_breaks_the_parser(text in any::<String>()) {
        let _ = super::erlang::parse(&text);
    }

    #[test]
    fn broken_text_is_refused_at_a_place_inside_it(term in any_term(), at in any::<prop::sample::Index>(), with in any::<char>()) {
        let mut text: Vec<char> = super::erlang::print(&term, super::erlang::Style::TAGGED).chars().collect();
        let at = at.index(text.len());
        text[at] = with;
        let text: String = text.into_iter().collect();
        if let Err(error) = super::erlang::parse(&text) {
            let line = text.split('\n').nth(error.line as usize - 1).unwrap();
            prop_assert!(error.column as usize <= line.chars().count() + 1, "{} in {}", error, text);
        }
    }

    #[test]
    fn the_order_is_an_order(a in any_term(), b in any_term(), c in any_term()) {
        for order in [Term::cmp_exact, Term::compare] {
            prop_assert_eq!(order(&a, &a), std::cmp::Ordering::Equal);
            prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
            let mut sorted = [&a, &b, &c];
            sorted.sort_by(|x, y| order(x, y));
            prop_assert!(order(sorted[0], sorted[2]).is_le());
        }
    }

    #[test]
    fn equal_terms_and_only_they_feed_the_same_bytes(a in any_term(), b in any_term()) {
        let feed = |term: &Term| {
            let mut bytes = Vec::new();
            term.hash_into(&mut |more| bytes.extend_from_slice(more));
            bytes
        };
        prop_assert_eq!(a == b, feed(&a) == feed(&b));
        prop_assert_eq!(feed(&a), feed(&super::erlang::parse(&super::erlang::print(&a, super::erlang::Style::TAGGED)).unwrap()));
    }

    #[test]
    fn shown_text_is_one_bounded_line_without_controls(term in any_term(), max_bytes in 0usize..300) {
        let options = super::inspect::Options { max_bytes, ..Default::default() };
        let text = super::inspect(&term, &options);
        prop_assert!(text.len() <= max_bytes + "...".len());
        let is_safe = |c: char| !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        prop_assert!(text.chars().all(is_safe), "{:?}", text);
    }
}
