//! The demo node: a release of many applications, booted, watched, stopped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::cell::RefCell;
use std::rc::Rc;

use let_it_crash::event::{ApplicationPhase, Entry, Event, Mfa};
use let_it_crash::exit::Raise;
use let_it_crash::otp::application::{self, release};
use let_it_crash::otp::logger;
use let_it_crash::process::{Cx, Runtime};
use let_it_crash::seq::demo;
use let_it_crash::session::{Options, boot};
use let_it_crash::supervision::Restart;
use let_it_crash::term::{Atom, Term};
use let_it_crash::time::Duration;

#[derive(Default)]
struct Notes(RefCell<Vec<String>>);

fn note(cx: &Cx, what: impl ToString) {
    cx.installed::<Notes>().unwrap().0.borrow_mut().push(what.to_string());
}

fn node() -> (Runtime, Rc<Notes>) {
    let mut node = boot::node(&Options { demo: true, ..Options::default() }).unwrap();
    let notes = Rc::new(Notes::default());
    node.install(notes.clone());
    (node, notes)
}

fn run<Fut>(node: &mut Runtime, body: impl FnOnce(Cx) -> Fut + 'static)
where
    Fut: Future<Output = Result<(), Raise>> + 'static,
{
    let call = Mfa { module: Atom::new("test"), function: Atom::new("run"), arity: 0 };
    node.spawn(call, |cx| async move {
        if let Err(raise) = body(cx.same()).await {
            note(&cx, format!("{raise:?}"));
        }
        Ok(())
    })
    .unwrap();
    node.advance(Duration::from_secs(30));
}

fn phases(node: &mut Runtime) -> (Vec<String>, Vec<String>) {
    let (mut started, mut stopped) = (Vec::new(), Vec::new());
    for entry in node.drain_log() {
        match entry.event {
            Event::Application { name, phase: ApplicationPhase::Started { .. }, .. } => {
                started.push(name.text().to_string())
            }
            Event::Application { name, phase: ApplicationPhase::Stopped { .. }, .. } => {
                stopped.push(name.text().to_string())
            }
            _ => {}
        }
    }
    (started, stopped)
}

#[test]
fn the_whole_node_boots_works_and_halts_in_reverse() {
    let (mut node, notes) = node();
    let (started, _) = phases(&mut node);
    assert_eq!(started, ["elixir", "logger", "telemetry", "seq", "ticker", "meter", "audit"]);
    run(&mut node, |cx| async move {
        cx.sleep(Duration::from_secs(5)).await;
        let counted = demo::count(&cx).await?.as_int().unwrap();
        note(&cx, (45..=50).contains(&counted));
        note(&cx, demo::numbers(&cx).await?.iter().count());
        let audits = logger::kept(&cx).await?;
        let audits = audits.iter().filter(|line| line.to_string().contains(":audit, %{cached: 10, counted: "));
        note(&cx, audits.count() >= 3);
        release::halt(&cx).await
    });
    assert_eq!(notes.0.borrow()[..3], ["true", "10", "true"]);
    // A library has nothing to stop.
    let (_, stopped) = phases(&mut node);
    assert_eq!(stopped, ["audit", "meter", "ticker", "seq", "telemetry", "logger"]);
    assert!(node.halted().is_some());
}

/// `init` over the ticker and the cache that it includes, then `go`.
#[test]
fn the_ticker_starts_in_phases_and_its_worker_ticks_on_after_a_crash() {
    let (mut node, notes) = node();
    let set = |entry: Entry| match entry.event {
        Event::Env { application, key, value, source } if source == Atom::new("set_env") => {
            Some(format!("{} {} {}", application.text(), key.text(), value.unwrap()))
        }
        _ => None,
    };
    let phases: Vec<String> = node.drain_log().into_iter().filter_map(set).collect();
    assert_eq!(phases, ["ticker ticks false", "cache keep 10", "ticker ticks true"]);
    run(&mut node, |cx| async move {
        let worker = Atom::new("ticker_worker");
        let first = cx.whereis(worker).unwrap();
        cx.exit(first, Atom::KILL);
        cx.sleep(Duration::from_millis(350)).await;
        note(&cx, cx.whereis(worker).unwrap() != first);
        note(&cx, let_it_crash::otp::sys::get_state(&cx, worker).await?);
        Ok(())
    });
    assert_eq!(*notes.0.borrow(), ["true", "3"]);
}

#[test]
fn all_of_it_starts_again_by_its_last_application() {
    let (mut node, notes) = node();
    run(&mut node, |cx| async move {
        for name in ["audit", "meter", "ticker", "seq", "telemetry", "logger", "elixir"] {
            note(&cx, application::stop(&cx, Atom::new(name)).await?);
        }
        let audit = Atom::new("audit");
        note(&cx, application::ensure_all_started(&cx, audit, Restart::Temporary).await?);
        cx.sleep(Duration::from_secs(2)).await;
        note(&cx, application::which_applications(&cx).await?.iter().count());
        Ok(())
    });
    let notes = notes.0.borrow();
    assert!(notes[..7].iter().all(|answer| answer == ":ok"), "{notes:?}");
    assert_eq!(notes[7], "{:ok, [:elixir, :logger, :telemetry, :seq, :ticker, :meter, :audit]}");
    assert_eq!(notes[8], "9");
}

#[test]
fn an_optional_dependency_may_be_missing_and_a_needed_one_may_not() {
    let (mut node, notes) = node();
    run(&mut node, |cx| async move {
        for name in ["audit", "meter"] {
            application::stop(&cx, Atom::new(name)).await?;
            application::unload(&cx, Atom::new(name)).await?;
        }
        cx.installed::<application::AppFiles>().unwrap().remove("meter");
        let audit = Atom::new("audit");
        note(&cx, application::ensure_all_started(&cx, audit, Restart::Temporary).await?);
        cx.sleep(Duration::from_millis(1_500)).await;
        let kept = logger::kept(&cx).await?.to_vec().unwrap();
        note(&cx, kept.iter().any(|line| line.to_string().contains("counted: :unknown")));
        application::stop(&cx, audit).await?;
        application::stop(&cx, Atom::new("ticker")).await?;
        note(&cx, application::start(&cx, audit, Restart::Temporary).await?);
        Ok(())
    });
    assert_eq!(*notes.0.borrow(), ["{:ok, [:audit]}", "true", "{:error, {:not_started, :ticker}}"]);
}

/// `ticker` is transient: without `seq` it ends abnormally, and the node with it.
#[test]
fn a_dependency_that_is_lost_ends_who_cannot_do_without() {
    let (mut node, _) = node();
    run(&mut node, |cx| async move {
        application::stop(&cx, Atom::new("seq")).await?;
        Ok(())
    });
    assert_eq!(node.halted().unwrap().to_string(), "'{application_terminated,ticker,shutdown}'");
}

#[test]
fn a_handler_gets_what_is_grave_enough_and_goes_when_it_fails() {
    let (mut node, notes) = node();
    run(&mut node, |cx| async move {
        cx.load_module(let_it_crash::process::Module::new(Atom::new("handler"), "1").export("log", 2, |cx, args| {
            Box::pin(async move {
                let message = args[0].map_get(&Term::atom("msg")).cloned().unwrap_or_default();
                note(&cx, &message);
                if message == Term::atom("bad") { Err(Raise::error(Term::atom("oops"))) } else { Ok(Term::atom("ok")) }
            })
        }));
        let [id, module] = ["mine", "handler"].map(Atom::new);
        use let_it_crash::event::Level;
        note(&cx, logger::add_handler(&cx, id, module, Level::Warning, Term::Nil).await?);
        note(&cx, logger::add_handler(&cx, id, module, Level::Warning, Term::Nil).await?);
        logger::log(&cx, Level::Notice, Term::atom("quiet"));
        logger::log(&cx, Level::Error, Term::atom("loud"));
        logger::log(&cx, Level::Error, Term::atom("bad"));
        logger::log(&cx, Level::Error, Term::atom("unheard"));
        note(&cx, logger::remove_handler(&cx, id).await?);
        Ok(())
    });
    let expected = [":ok", "{:error, {:already_exist, :mine}}", ":loud", ":bad", "{:error, {:not_found, :mine}}"];
    assert_eq!(*notes.0.borrow(), expected);
}
