use super::*;
use crate::term;

#[test]
fn term_reads_as_erlang_and_elixir_do() {
    let pid = Pid::new(3, 5);
    let rows = [
        (term!(ok), ":ok"),
        (term!(true), "true"),
        (term!(nil), "nil"),
        (term!(type), ":type"),
        (term!({'a', b}), "{97, :b}"),
        (term!({ok, [1, (pid), "str"]}), r#"{:ok, [1, #PID<0.5.0>, "str"]}"#),
        (term!({:"$gen_call", {(pid), :tag}, -1}), r#"{:"$gen_call", {#PID<0.5.0>, :tag}, -1}"#),
        (term!([Seq.FibServer, Elixir.A, Seq]), "[Seq.FibServer, Elixir.Elixir.A, :Seq]"),
        (term!([1, 2 | 3]), "[1, 2 | 3]"),
        (term!([a | [b]]), "[:a, :b]"),
        (term!({}), "{}"),
        (term!([]), "[]"),
        (term!(#{}), "%{}"),
        (term!([1.5, -2.0,]), "[1.5, -2.0]"),
        (
            term!(%{id => Seq.FibServer, start => {m, f, []}, "k" => 2,}),
            r#"%{:id => Seq.FibServer, :start => {:m, :f, []}, "k" => 2}"#,
        ),
        (term!((vec![1u8, 2])), "[1, 2]"),
        (term!((1 + 1)), "2"),
    ];
    for (term, expected) in rows {
        assert_eq!(term.to_string(), expected);
    }
}

#[test]
fn values_survive_the_way_through_a_term() {
    fn check<T: FromTerm + Into<Term> + Clone + PartialEq + std::fmt::Debug>(value: T) {
        assert_eq!(value.clone().into_term().to::<T>(), Ok(value));
    }
    check(-5i64);
    check(u64::MAX);
    check(true);
    check(1.5f64);
    check("한글".to_owned());
    check(Some(3u32));
    check(None::<u32>);
    check(vec![1i32, 2, 3]);
    check((Atom::OK, vec![(1u8, Pid::new(1, 2))], Ref::new(7, 1)));
    check(BigInt::from(10).pow(40));
}

#[test]
fn a_mismatch_says_what_was_expected_and_what_came() {
    let rows: [(Result<(), Mismatch>, &str); 6] = [
        (term!(ok).to::<i64>().map(drop), "expected an integer of 64 bits, got :ok"),
        (term!(300).to::<u8>().map(drop), "expected a byte, got 300"),
        (term!([1, a]).to::<Vec<i64>>().map(drop), "expected an integer of 64 bits, got :a"),
        (term!([1 | 2]).to::<Vec<i64>>().map(drop), "expected a list, got [1 | 2]"),
        (term!({ 1 }).to::<(i64, i64)>().map(drop), "expected a tuple of 2 elements, got {1}"),
        (term!("text").to::<Pid>().map(drop), "expected a pid, got \"text\""),
    ];
    for (result, expected) in rows {
        assert_eq!(result.unwrap_err().to_string(), expected);
    }
}
