//! The application of the page, asked through its own client functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::cell::RefCell;
use std::rc::Rc;

use let_it_crash::event::Mfa;
use let_it_crash::exit::Raise;
use let_it_crash::otp::{application, sys};
use let_it_crash::process::{Cx, Runtime};
use let_it_crash::seq::{dynamic, server};
use let_it_crash::session::{Options, boot};
use let_it_crash::term;
use let_it_crash::term::{Atom, BigInt, Term};
use let_it_crash::time::Duration;

/// What a process of the node noted down.
#[derive(Clone, Default)]
struct Notes(Rc<RefCell<Vec<String>>>);

impl Notes {
    fn add(&self, what: impl std::fmt::Display) {
        self.0.borrow_mut().push(what.to_string());
    }
}

/// Runs a process on a booted node until nothing is left to do.
fn on<F, Fut>(node: &mut Runtime, body: F) -> Vec<String>
where
    F: FnOnce(Cx, Notes) -> Fut,
    Fut: Future<Output = Result<(), Raise>> + 'static,
{
    let notes = Notes::default();
    let kept = notes.clone();
    let call = Mfa { module: Atom::new("test"), function: Atom::new("run"), arity: 0 };
    let test = node.spawn(call, |cx| body(cx, kept)).unwrap();
    node.advance(Duration::from_secs(60));
    assert_eq!(node.inspect(test, 0), None, "the test has not ended");
    notes.0.take()
}

fn booted(options: Options) -> Runtime {
    boot::node(&options).unwrap()
}

fn with_env(env: &[(&str, &str)]) -> Options {
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Options { env, ..Options::default() }
}

fn name(text: &str) -> Atom {
    Atom::new(&format!("Elixir.Seq.{text}"))
}

#[test]
fn the_session_of_the_book() {
    let notes = on(&mut booted(Options::default()), |cx, notes| async move {
        let (fib, arith) = (name("FibServer"), name("ArithServer"));
        notes.add(server::peek(&cx, fib).await?);
        for _ in 0..4 {
            notes.add(server::next(&cx, fib).await?);
        }
        notes.add(server::peek(&cx, arith).await?);
        for _ in 0..3 {
            notes.add(server::next(&cx, arith).await?);
        }
        notes.add(sys::get_state(&cx, fib).await?);
        Ok(())
    });
    assert_eq!(notes, ["0", "0", "1", "1", "2", "3", "3", "8", "13", "%{mod: Seq.Fib, st: {3, 5}}"]);
}

#[test]
fn ten_thousand_steps_are_exact() {
    let notes = on(&mut booted(Options::default()), |cx, notes| async move {
        let fib = name("FibServer");
        let mut last = Term::Nil;
        for _ in 0..10_000 {
            last = server::next(&cx, fib).await?;
        }
        notes.add(last.to_bigint().unwrap());
        notes.add(server::peek(&cx, fib).await?.to_bigint().unwrap());
        Ok(())
    });
    let (mut a, mut b) = (BigInt::from(0), BigInt::from(1));
    for _ in 0..9_999 {
        (a, b) = (b.clone(), a + b);
    }
    assert_eq!(notes, [a.to_string(), b.to_string()]);
    assert_eq!(notes[1].len(), 2_090);
}

#[test]
fn parameters_come_from_the_environment() {
    for (env, expected) in [
        (vec![], ["3", "8"]),
        (vec![("SEQ_A1", "10")], ["10", "15"]),
        (vec![("SEQ_D", "-1")], ["3", "2"]),
        (vec![("SEQ_A1", "10000000000000000000"), ("SEQ_D", "1")], ["10000000000000000000", "10000000000000000001"]),
    ] {
        let notes = on(&mut booted(with_env(&env)), |cx, notes| async move {
            notes.add(server::next(&cx, name("ArithServer")).await?);
            notes.add(server::next(&cx, name("ArithServer")).await?);
            Ok(())
        });
        assert_eq!(notes, expected, "{env:?}");
    }
}

#[test]
fn a_bad_parameter_names_its_variable() {
    let error = boot::node(&with_env(&[("SEQ_D", "five")])).map(|_| ()).unwrap_err();
    assert_eq!(error, "SEQ_D must be an integer of at most 1000 digits, not \"five\"");
}

#[test]
fn sequences_are_started_while_it_runs() {
    let notes = on(&mut booted(Options::default()), |cx, notes| async move {
        let geo1 = Atom::new("geo1");
        let start = || dynamic::start_seq(&cx, geo1, name("Geo"), term!([{a1, 2}, {r, 3}]));
        notes.add(start().await?.as_tuple().unwrap()[0].clone());
        for _ in 0..4 {
            notes.add(server::next(&cx, geo1).await?);
        }
        notes.add(start().await?.as_tuple().unwrap()[1].as_tuple().unwrap()[0].clone());
        let missing = dynamic::start_seq(&cx, Atom::new("geo2"), name("Geo"), term!([{a1, 2}])).await?;
        notes.add(missing.as_tuple().unwrap()[0].clone());
        Ok(())
    });
    assert_eq!(notes, [":ok", "2", "6", "18", "54", ":already_started", ":error"]);
}

#[test]
fn an_integer_too_large_crashes_its_server_alone() {
    let mut options = Options::default();
    options.limits.integer_bits = 256;
    let notes = on(&mut booted(options), |cx, notes| async move {
        let geo = Atom::new("geo");
        dynamic::start_seq(&cx, geo, name("Geo"), term!([{a1, 1}, {r, (1i64 << 40)}])).await?;
        for _ in 0..6 {
            server::next(&cx, geo).await?;
        }
        let raise = server::next(&cx, geo).await.unwrap_err();
        notes.add(raise.reason.as_tuple().unwrap()[0].as_tuple().unwrap()[0].clone());
        cx.sleep(Duration::from_millis(1)).await;
        notes.add(server::peek(&cx, geo).await?);
        Ok(())
    });
    assert_eq!(notes, [":system_limit", "1"]);
}

#[test]
fn a_call_to_nobody_exits_as_elixir_says_it() {
    let notes = on(&mut booted(Options::default()), |cx, notes| async move {
        notes.add(server::next(&cx, name("Server")).await.unwrap_err().into_reason());
        Ok(())
    });
    assert_eq!(notes, ["{:noproc, {GenServer, :call, [Seq.Server, :next, 5000]}}"]);
}

#[test]
fn what_the_app_file_says_is_done() {
    let shipped = Options::default().app;
    let with = |from: &str, to: &str| {
        assert!(shipped.contains(from), "{from}");
        Options { app: shipped.replace(from, to), ..Options::default() }
    };
    let facts = |options: Options| {
        on(&mut booted(options), |cx, notes| async move {
            let running = application::which_applications(&cx).await?;
            notes.add(running.iter().any(|line| line.as_tuple().unwrap()[0] == term!(seq)));
            notes.add(cx.whereis(name("Root")).is_some());
            notes.add(server::peek(&cx, name("ArithServer")).await.unwrap_or(Term::Nil));
            let registered = application::get_key(&cx, Atom::new("seq"), Atom::new("registered"));
            notes.add(registered.as_tuple().unwrap()[1].iter().count());
            Ok(())
        })
    };
    assert_eq!(facts(Options::default()), ["true", "true", "3", "5"]);
    assert_eq!(facts(with("{a1, 3}", "{a1, 30}")), ["true", "true", "30", "5"]);
    assert_eq!(facts(with("{env, [{arith", "{env, [{else")), ["false", "false", "[]", "5"]);
    assert_eq!(facts(with("{mod, {'Elixir.Seq.Application'", "{mod, {nobody")), ["false", "false", "[]", "5"]);
    assert_eq!(facts(with("        'Elixir.Seq.Root',\n", "")), ["true", "true", "3", "4"]);
    assert_eq!(facts(with("logger, telemetry", "logger, telemetry, nobody")), ["false", "false", "[]", "5"]);
}

#[test]
fn an_app_file_that_is_none_is_told_by_its_place() {
    let options = Options { app: "{application,\n seq, [}".to_owned(), ..Options::default() };
    let error = boot::node(&options).map(|_| ()).unwrap_err();
    assert!(error.to_string().starts_with("seq.app: line 2, column 8"), "{error}");
}
