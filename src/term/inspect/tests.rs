use super::*;
use crate::term;
use crate::term::{BigInt, Pid, Ref};

/// Texts as hexadecimal bytes, and what Elixir 1.14 shows of the atom: by itself, as a keyword
/// key, as a function's name, as a module.
const ATOMS: &str = include_str!("atoms.txt");

#[test]
fn atoms_show_as_in_elixir() {
    for line in ATOMS.lines() {
        let [hex, literal, keyword, function, module] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let bytes: Vec<u8> =
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        let atom = Atom::new(std::str::from_utf8(&bytes).unwrap());
        let fun = |module, name| Term::fun(Fun { module, name, arity: 0, env: Vec::new() });
        assert_eq!(Term::Atom(atom).to_string(), literal);
        assert_eq!(term!([{(atom), 1}]).to_string(), keyword);
        assert_eq!(fun(Atom::new("m"), atom).to_string(), function);
        assert_eq!(fun(atom, Atom::new("f")).to_string(), module);
    }
}

fn shown(rows: impl IntoIterator<Item = (Term, &'static str)>) {
    for (term, expected) in rows {
        assert_eq!(inspect(&term, &Options::default()), expected);
    }
}

#[test]
fn leaves_show_as_in_elixir() {
    shown([
        (term!(-7), "-7"),
        (Term::integer(BigInt::from(10).pow(30)), "1000000000000000000000000000000"),
        (term!(1.0e20), "1.0e20"),
        (term!(-0.0), "-0.0"),
        (Term::Pid(Pid::new(3, 96)), "#PID<0.96.0>"),
        (Term::Ref(Ref::new(7, 5)), "#Reference<0.5.0.7>"),
        (term!([]), "[]"),
    ]);
}

#[test]
fn text_shows_as_text_and_bytes_as_bytes() {
    let binary = |bytes: &[u8]| Term::binary(bytes);
    shown([
        (term!(""), r#""""#),
        (term!("é 한글 😀"), r#""é 한글 😀""#),
        (term!("\"'\\ #{a} # {\n\t\x07\x1b\x7f"), r##""\"'\\ \#{a} # {\n\t\a\e\d""##),
        (term!("a\0"), "<<97, 0>>"),
        (term!("\u{80}"), "<<194, 128>>"),
        (term!("\u{fffe}"), "<<239, 191, 190>>"),
        (term!("\u{feff}"), r#""\uFEFF""#),
        (binary(&[1, 255]), "<<1, 255>>"),
        (binary(&[b'a', 255]), "<<97, 255>>"),
    ]);
}

/// Elixir itself shows these raw.
#[test]
fn what_turns_or_breaks_the_line_is_escaped() {
    shown([
        (term!("a\u{202e}b"), r#""a\u{202E}b""#),
        (term!("\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}"), r#""\u{061C}\u{200E}\u{200F}\u{2028}\u{2029}""#),
        (term!("\u{2066}\u{2069}"), r#""\u{2066}\u{2069}""#),
        (Term::atom("a\u{202e}"), r#":"a\u{202E}""#),
        (term!("\u{200d}"), "\"\u{200d}\""),
    ]);
}

#[test]
fn charlists_keywords_and_improper_lists() {
    shown([
        (Term::charlist("a'b\"\n"), r#"'a\'b"\n'"#),
        (term!([7, 8, 9, 10, 11, 12, 13, 27]), r"'\a\b\t\n\v\f\r\e'"),
        (term!([127]), "[127]"),
        (term!([97, 233]), "[97, 233]"),
        (term!([97 | 98]), "[97 | 98]"),
        (term!([{a, 1}, {:"b c", 2}, {nil, 3}]), r#"[a: 1, "b c": 2, nil: 3]"#),
        (term!([{a, 1}, {Seq.Fib, 2}]), "[{:a, 1}, {Seq.Fib, 2}]"),
        (term!([{a, 1}, {1, 2}]), "[{:a, 1}, {1, 2}]"),
        (term!([{a, 1} | 3]), "[{:a, 1} | 3]"),
        (term!([{a, [{b, {}}]}]), "[a: [b: {}]]"),
    ]);
}

#[test]
fn maps_show_in_key_order_with_words_or_arrows() {
    shown([
        (term!(#{b => 2, a => 1}), "%{a: 1, b: 2}"),
        (
            term!(#{1 => 2, 1.0 => 3, a => 1, "k" => 2, nil => 1, {1} => 1, [] => 2, [1] => 2}),
            r#"%{1 => 2, 1.0 => 3, :a => 1, nil => 1, {1} => 1, [] => 2, [1] => 2, "k" => 2}"#,
        ),
        (term!(#{Seq.Fib => 1, a => 2}), "%{Seq.Fib => 1, :a => 2}"),
        (
            term!(#{__struct__ => (Atom::new("Elixir.RuntimeError")), __exception__ => true, message => "x"}),
            r#"%RuntimeError{message: "x"}"#,
        ),
        (term!(#{__struct__ => 1, a => 2}), "%{__struct__: 1, a: 2}"),
    ]);
}

#[test]
fn functions_show_as_captures() {
    let fun = |name, env| Term::fun(Fun { module: Atom::new("Elixir.Seq"), name: Atom::new(name), arity: 1, env });
    shown([
        (fun("next", vec![]), "&Seq.next/1"),
        (fun("-init/1-fun-2-", vec![term!(1)]), "#Function<2/1 in Seq.init/1>"),
        (fun("next", vec![term!(1)]), "#Function<0/1 in Seq.next>"),
    ]);
}

#[test]
fn limits_count_as_in_elixir() {
    let at = |limit, term: &Term| inspect(term, &Options { limit: Some(limit), ..Options::default() });
    assert_eq!(at(3, &term!({[1, 2, 3], [4, 5], {6, #{a => 1, b => 2}}, 7})), "{[1, 2, ...], [4, ...], {...}, ...}");
    assert_eq!(at(3, &term!([[[[[1]]]]])), "[[[[...]]]]");
    assert_eq!(at(0, &term!([])), "[]");
    assert_eq!(at(0, &term!([1, 2])), "[...]");
    assert_eq!(at(0, &term!(#{})), "%{}");
    assert_eq!(at(1, &term!(#{a => [1, 2], b => 1})), "%{a: [...], ...}");
    assert_eq!(at(2, &term!(#{[1, 2] => [1, 2], b => 1})), "%{:b => 1, [...] => [...]}");
    assert_eq!(at(2, &term!([1, 2 | 3])), "[1, 2 | 3]");
    assert_eq!(at(1, &term!([1, 2 | 3])), "[1, ...]");
    assert_eq!(at(2, &term!([1 | {2, 3}])), "[1 | {2, ...}]");
    assert_eq!(at(0, &Term::binary([255])), "<<...>>");
    assert_eq!(at(1, &Term::binary([255, 1])), "<<255, ...>>");
}

#[test]
fn long_text_is_cut_by_characters() {
    let text = |term: &Term| inspect(term, &Options { printable_limit: 3, ..Options::default() });
    assert_eq!(text(&term!("ééé")), r#""ééé""#);
    assert_eq!(text(&term!("éééé")), r#""ééé" <> ..."#);
    assert_eq!(text(&Term::charlist("abc")), "'abc'");
    assert_eq!(text(&Term::charlist("abcd")), "'abc' ++ ...");
}

#[test]
fn a_huge_integer_shows_its_magnitude() {
    let big = Term::integer(BigInt::from(10).pow(20_897) * 26);
    assert_eq!(inspect(&big, &Options::SHORT), "≈ 2.6×10^20898 (20,899 digits)");
    assert_eq!(inspect(&big, &Options::default()).len(), 20_899);
}

#[test]
fn the_whole_text_is_bounded_however_the_term_is_shared() {
    let doubled = (0..64).fold(Term::Nil, |term, _| Term::tuple([term.clone(), term]));
    let options = Options { max_bytes: 1000, ..Options::WHOLE };
    let text = inspect(&doubled, &options);
    assert!(text.len() == 1003 && text.ends_with("..."));
}

/// A wasm stack has 1 MiB; a term has no such bound.
#[test]
fn a_million_levels_print_compare_and_drop_on_a_small_stack() {
    fn check(levels: usize, nest: fn(Term) -> Term, shown: &str) {
        let deep = || (0..levels).fold(Term::Nil, |term, _| nest(term));
        let (one, other) = (deep(), deep());
        assert!(one == other);
        assert!(one.to_string().starts_with(shown));
        assert!(inspect(&one, &Options::default()).len() < 1000);
    }
    let thread = std::thread::Builder::new().stack_size(128 << 10).spawn(|| {
        check(1_000_000, |term| Term::tuple([term]), "{{{{");
        check(100_000, |term| Term::cons(term, Term::Nil), "[[[[");
        check(100_000, |term| Term::cons(Term::Nil, term), "[[], [], ");
        check(100_000, |term| Term::map(vec![(Term::Nil, term)]), "%{[] => %{[] => ");
        check(100_000, |term| Term::map(vec![(term, Term::Nil)]), "%{%{%{");
        check(100_000, |term| Term::tuple([Term::atom("a"), term]), "{:a, {:a, {:a,");
    });
    thread.unwrap().join().unwrap();
}
