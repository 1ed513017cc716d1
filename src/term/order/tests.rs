use super::*;
use crate::term;
use crate::term::erlang::parse;

/// From OTP 25, a term a row: its text, a row of `<`, `=`, `>` against every term, a row of `=`
/// where `=:=` holds and `!` where not.
const RECORDED: &str = include_str!("recorded.txt");

fn recorded() -> Vec<(Term, &'static str, &'static str)> {
    let rows = RECORDED.lines().map(|line| {
        let [text, orders, equals] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        (parse(text).unwrap(), orders, equals)
    });
    rows.collect()
}

#[test]
fn terms_compare_as_in_otp() {
    let rows = recorded();
    assert!(rows.len() > 60);
    for (a, orders, equals) in &rows {
        for (((b, ..), order), equal) in rows.iter().zip(orders.chars()).zip(equals.chars()) {
            let expected = match order {
                '<' => Less,
                '=' => Equal,
                _ => Greater,
            };
            assert_eq!(a.compare(b), expected, "{a} and {b}");
            assert_eq!(a == b, equal == '=', "{a} =:= {b}");
        }
    }
}

/// `maps:keys/1` of OTP 25.
#[test]
fn keys_stand_integers_first() {
    let keys = "[-1267650600228229401496703205376,-1,0,1,9007199254740993,1267650600228229401496703205376,\
                -1.0e300,-1.0,0.0,0.5,1.0,9.007199254740992e15,1.0e300,a,{},[],<<>>]";
    let expected = parse(keys).unwrap().to_vec().unwrap();
    let mut shuffled = expected.clone();
    shuffled.rotate_left(7);
    shuffled.reverse();
    let map = Term::map(shuffled.into_iter().map(|key| (key, Term::Nil)).collect());
    let keys: Vec<_> = map.as_map().unwrap().iter().map(|(key, _)| key.clone()).collect();
    assert_eq!(keys, expected);
}

#[test]
fn recursion_and_stack_agree() {
    let rows = recorded();
    for (a, ..) in &rows {
        for (b, ..) in &rows {
            for numbers in [Numbers::Exact, Numbers::ByValue] {
                assert_eq!(compare_shallow(a, b, numbers), compare_deep(a, b, numbers), "{a} and {b}");
            }
        }
    }
}

#[test]
fn the_first_difference_decides_however_deep_its_neighbours_are() {
    let deep = |leaf: i64| (0..200).fold(Term::Int(leaf), |term, _| Term::tuple([term]));
    assert_eq!(term!({(deep(1)), 9}).cmp(&term!({(deep(2)), 0})), Less);
    assert_eq!(term!({0, (deep(2)), 9}).cmp(&term!({0, (deep(2)), 0})), Greater);
    assert_eq!(term!({0, (deep(2))}).cmp(&term!({1, (deep(1))})), Less);
    assert_eq!(term!([(deep(1)), 5 | (deep(1))]).cmp(&term!([(deep(1)), 4 | (deep(2))])), Greater);
}
