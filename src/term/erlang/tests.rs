use super::*;
use crate::term;
use crate::term::{Atom, Fun, Pid, Ref, Term};

/// What OTP 25 writes with `~tw` and with `~0tp` of the same term.
const RECORDED: &str = include_str!("recorded.txt");

#[test]
fn what_otp_writes_is_read_and_written_alike() {
    for line in RECORDED.lines() {
        let (tw, tp) = line.split_once('\t').unwrap();
        let term = parse(tw).unwrap_or_else(|error| panic!("{tw}: {error}"));
        assert_eq!(print(&term, Style::TW), tw);
        assert_eq!(print(&term, Style::TP), tp);
        assert_eq!(parse(tp).unwrap(), term, "{tp}");
    }
}

#[test]
fn terms_are_read_as_file_consult_reads_them() {
    let rows = [
        (" % comment\n{ok, % more\n 1}.", term!({ok, 1})),
        ("16#FF", term!(255)),
        ("2#1010", term!(10)),
        ("36#z", term!(35)),
        ("1_000_000", term!(1_000_000)),
        ("16#FF_FF", term!(65535)),
        ("-9223372036854775808", Term::Int(i64::MIN)),
        ("9223372036854775808", Term::integer(num_bigint::BigInt::from(u64::MAX / 2 + 1))),
        ("- 5", term!(-5)),
        ("+5", term!(5)),
        ("1.5e-3", term!(0.0015)),
        ("1.0E3", term!(1000.0)),
        ("-0.0", term!(-0.0)),
        ("$a", term!(97)),
        ("$ ", term!(32)),
        ("$\\n", term!(10)),
        ("$한", term!(0xd55c)),
        ("\"a\" \"b\" % c\n \"c\"", Term::charlist("abc")),
        (r#""\n\t\s\e\x41\x{1F600}\101\^A\"""#, Term::charlist("\n\t \x1bA😀A\x01\"")),
        ("\"\"", term!([])),
        ("'a b'", Term::atom("a b")),
        ("'\\x{202E}'", Term::atom("\u{202e}")),
        ("aB@_1", Term::atom("aB@_1")),
        ("é", Term::atom("é")),
        ("[]", term!([])),
        ("[1,[2|3]|[4]]", term!([1, [2 | 3], 4])),
        ("#{a => 1,\"k\" => <<\"v\">>}", term!(#{a => 1, ("k".chars().map(Term::from).collect::<Vec<_>>()) => "v"})),
        ("#{a => 1, a => 2}", term!(#{a => 2})),
        ("<<>>", term!("")),
        ("<<\"한글\"/utf8>>", term!("한글")),
        ("<<\"é\">>", Term::binary([233])),
        ("<<1,2:8,3:16,-1,-2:16,256,\"x\",$한/utf8>>", {
            let mut bytes = vec![1, 2, 0, 3, 255, 255, 254, 0, b'x'];
            bytes.extend_from_slice("한".as_bytes());
            Term::binary(bytes)
        }),
        (
            "fun lists:map/2",
            Term::fun(Fun { module: Atom::new("lists"), name: Atom::new("map"), arity: 2, env: vec![] }),
        ),
        ("#Pid<3.17>", Pid::new(3, 17).into()),
        ("#Ref<77>", Ref(77).into()),
    ];
    for (text, expected) in rows {
        assert_eq!(parse(text), Ok(expected), "{text}");
    }
}

#[test]
fn an_error_says_where_and_what() {
    let rows = [
        ("", "line 1, column 1: expected a term, found the end of the text"),
        ("{ok, ", "line 1, column 6: expected a term, found the end of the text"),
        ("{ok,\n  }", "line 2, column 3: expected a term, found \"}\""),
        ("{ok 1}", "line 1, column 5: expected \",\" or \"}\", found 1"),
        ("[a|b,c]", "line 1, column 5: expected \"]\", found \",\""),
        ("[a}", "line 1, column 3: expected \",\", \"|\" or \"]\", found \"}\""),
        ("#{a}", "line 1, column 4: expected \"=>\", found \"}\""),
        ("#{a => 1", "line 1, column 9: expected \",\" or \"}\", found the end of the text"),
        ("#{a=>1,}", "line 1, column 8: expected a term, found \"}\""),
        ("{한, 1}", "line 1, column 2: expected a term, found '한'"),
        ("Var", "line 1, column 1: expected a term, found \"Var\""),
        ("begin", "line 1, column 1: expected a term, found \"begin\""),
        ("ok ok", "line 1, column 4: expected the end of the text, found ok"),
        ("ok. ok", "line 1, column 5: expected the end of the text, found ok"),
        ("a.b", "line 1, column 3: expected a blank behind \".\", found 'b'"),
        ("\"a\nb", "line 1, column 1: expected a string with its closing \", found the end of the text"),
        ("'ab", "line 1, column 1: expected an atom with its closing ', found the end of the text"),
        ("\"\\xZ\"", "line 1, column 4: expected hexadecimal digits, found \"\""),
        ("\"\\x{110000}\"", "line 1, column 12: expected a Unicode character, found 110000"),
        ("37#1", "line 1, column 3: expected a base of 2 to 36, found 37"),
        ("1.0e999", "line 1, column 8: expected a float below 1.8e308, found 1.0e999"),
        ("1.0e", "line 1, column 5: expected a digit, found the end of the text"),
        ("-ok", "line 1, column 2: expected a number, found ok"),
        ("<<1:7>>", "line 1, column 5: expected a size of whole bytes, found 7"),
        ("<<\"한\">>", "line 1, column 3: expected characters of one byte, or /utf8, found a string"),
        ("<<a>>", "line 1, column 3: expected an integer or a string, found a"),
        ("fun a:b", "line 1, column 8: expected \"/\", found the end of the text"),
        ("#Pid<1>", "line 1, column 7: expected a number of a pid or reference, found \"1\""),
    ];
    for (text, expected) in rows {
        assert_eq!(parse(text).unwrap_err().to_string(), expected, "{text}");
    }
}

#[test]
fn a_file_is_terms_with_dots() {
    let limits = Limits::default();
    assert_eq!(parse_file("%% head\na.\n{b, 1}. c.", limits), Ok(vec![term!(a), term!({b, 1}), term!(c)]));
    assert_eq!(parse_file("", limits), Ok(vec![]));
    let error = parse_file("a. b", limits).unwrap_err();
    assert_eq!(error.to_string(), "line 1, column 5: expected \".\" behind the term, found the end of the text");
}

#[test]
fn text_from_outside_is_bounded() {
    let nest = |depth: usize| format!("{}ok{}", "{".repeat(depth), "}".repeat(depth));
    assert!(parse(&nest(64)).is_ok());
    assert_eq!(parse(&nest(65)).unwrap_err().expected, "less nesting");
    assert_eq!(parse(&nest(65)).unwrap_err().column, 65);
    assert_eq!(parse(&" ".repeat((1 << 20) + 1)).unwrap_err().expected, "a shorter text");
    assert_eq!(parse(&"9".repeat(100_001)).unwrap_err().expected, "a shorter number");
    let long = parse(&"a".repeat(256)).unwrap_err();
    assert_eq!(long.found, "an atom has at most 255 characters");
}

#[test]
fn a_million_levels_are_read_and_written_on_a_small_stack() {
    let thread = std::thread::Builder::new().stack_size(128 << 10).spawn(|| {
        let nests = [
            ("{", "}", 1_000_000),
            ("[", "]", 100_000),
            ("[a|", "]", 100_000),
            ("#{k=>", "}", 100_000),
            ("#{", "=>v}", 100_000),
        ];
        for (open, close, levels) in nests {
            let text = format!("{}x{}", open.repeat(levels), close.repeat(levels));
            let term = parse_within(&text, Limits::TRUSTED).unwrap();
            let again = to_text(&term, Style { max_bytes: usize::MAX, ..Style::TAGGED }).unwrap();
            assert!(parse_within(&again, Limits::TRUSTED).unwrap() == term);
        }
    });
    thread.unwrap().join().unwrap();
}

#[test]
fn identifiers_are_shown_as_otp_does_or_tagged_to_be_read_back() {
    let fun =
        Term::fun(Fun { module: Atom::new("m"), name: Atom::new("f"), arity: 1, env: vec![term!({a, "x"}), term!(2)] });
    let term = term!({(Pid::new(3, 5)), (Ref::new(1, 9)), (fun)});
    assert_eq!(print(&term, Style::TW), "{<0.5.0>,#Ref<0.9.0.1>,#Fun<m:f/1>}");
    let tagged = to_text(&term, Style::TAGGED).unwrap();
    assert_eq!(tagged, r#"{#Pid<3.5>,#Ref<262153>,#Fun<m:f/1,[{a,<<"x">>},2]>}"#);
    assert_eq!(parse(&tagged), Ok(term));
}

#[test]
fn a_name_stands_for_a_term_at_any_depth() {
    let mut name = |term: &Term| term.as_pid().map(|pid| format!("#p{}", pid.number()));
    let term = term!({down, [(Pid::new(0, 5))]});
    assert_eq!(print_with(&term, Style::TP, &mut name), "{down,[#p5]}");
}

#[test]
fn serde_carries_a_term_as_text() {
    let term = term!({ok, [(Pid::new(1, 2)), 1.5, "한"]});
    let json = serde_json::to_string(&term).unwrap();
    assert_eq!(json, r#""{ok,[#Pid<1.2>,1.5,<<237,149,156>>]}""#);
    assert_eq!(serde_json::from_str::<Term>(&json).unwrap(), term);
    assert!(serde_json::from_str::<Term>("\"{ok\"").unwrap_err().to_string().starts_with("line 1, column 4"));
}

#[test]
fn a_term_whose_sharing_is_lost_in_text_is_refused() {
    let doubled = (0..64).fold(Term::Nil, |term, _| Term::tuple([term.clone(), term]));
    assert_eq!(to_text(&doubled, Style { max_bytes: 10_000, ..Style::TAGGED }), Err(TooLarge));
    assert!(print(&doubled, Style { max_bytes: 100, ..Style::TAGGED }).ends_with("..."));
}
