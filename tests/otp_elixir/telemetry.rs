//! Telemetry.

use std::cell::RefCell;

use let_it_crash::event::Event;
use let_it_crash::exit::Raise;
use let_it_crash::otp::telemetry;
use let_it_crash::process::{Cx, Module};
use let_it_crash::term;
use let_it_crash::term::{Atom, Term};

use super::support::{events, fun, millis, run_with, text};

thread_local! {
    static SEEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Handlers: one notes what it gets, one fails at once.
fn handlers() -> Module {
    Module::new(Atom::new("handlers"), "1")
        .export("note", 4, |_, args| {
            Box::pin(async move {
                SEEN.with_borrow_mut(|seen| seen.push(args.iter().map(text).collect::<Vec<_>>().join(" ")));
                Ok(Atom::OK.into())
            })
        })
        .export("fail", 4, |_, _| Box::pin(async move { Err(Raise::error(Term::atom("broken"))) }))
}

async fn start(cx: &Cx) {
    cx.apply(Atom::new("telemetry_app"), Atom::START, vec![Term::atom("normal"), Term::Nil]).await.unwrap();
}

fn seen() -> Vec<String> {
    SEEN.take()
}

fn empty() -> Term {
    Term::map(vec![])
}

#[test]
fn handlers_of_the_very_event_run_in_the_order_of_attachment() {
    run_with([handlers()], |cx| async move {
        start(&cx).await;
        let note = || fun("handlers", "note", 4);
        for (id, event) in [("a", term!([x, y])), ("b", term!([x])), ("c", term!([x, y]))] {
            assert_eq!(text(&telemetry::attach(&cx, Term::atom(id), event, note(), Term::atom(id)).await?), ":ok");
        }
        let again = telemetry::attach(&cx, term!(a), term!([z]), note(), empty()).await?;
        assert_eq!(text(&again), "{:error, :already_exists}");
        telemetry::execute(&cx, term!([x, y]), term!(#{n => 1}), empty()).await?;
        assert_eq!(seen(), ["[:x, :y] %{n: 1} %{} :a", "[:x, :y] %{n: 1} %{} :c"]);
        assert_eq!(telemetry::list_handlers(&cx, &term!([x]))?.iter().count(), 3);
        assert_eq!(text(&telemetry::detach(&cx, term!(a)).await?), ":ok");
        assert_eq!(text(&telemetry::detach(&cx, term!(a)).await?), "{:error, :not_found}");
        telemetry::execute(&cx, term!([x, y]), empty(), empty()).await?;
        assert_eq!(seen(), ["[:x, :y] %{} %{} :c"]);
        Ok(())
    });
}

#[test]
fn a_failing_handler_is_detached_and_the_others_still_run() {
    let node = run_with([handlers()], |cx| async move {
        start(&cx).await;
        telemetry::attach(&cx, term!(bad), term!([x]), fun("handlers", "fail", 4), empty()).await?;
        telemetry::attach(&cx, term!(good), term!([x]), fun("handlers", "note", 4), Term::Nil).await?;
        for _ in 0..2 {
            telemetry::execute(&cx, term!([x]), empty(), empty()).await?;
        }
        assert_eq!(seen(), ["[:x] %{} %{} []", "[:x] %{} %{} []"]);
        assert_eq!(telemetry::list_handlers(&cx, &Term::Nil)?.iter().count(), 1);
        Ok(())
    });
    let names: Vec<_> = telemetry_events(&node).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["[:x]", "[:telemetry, :handler, :failure]", "[:x]"]);
}

#[test]
fn a_span_measures_virtual_time_and_tells_of_its_end() {
    let node = run_with([handlers()], |cx| async move {
        start(&cx).await;
        let work = async {
            cx.sleep(millis(7)).await;
            Ok((42, term!(#{result => fine})))
        };
        assert_eq!(telemetry::span(&cx, &term!([a, b]), term!(#{n => 1}), work).await?, 42);
        let failing = async { Err::<((), Term), _>(Raise::throw(Term::atom("ball"))) };
        let raised = telemetry::span(&cx, &term!([a]), term!(#{telemetry_span_context => mine}), failing).await;
        assert_eq!(raised.unwrap_err(), Raise::throw(Term::atom("ball")));
        Ok(())
    });
    let seen = telemetry_events(&node);
    let names: Vec<_> = seen.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["[:a, :b, :start]", "[:a, :b, :stop]", "[:a, :start]", "[:a, :exception]"]);
    let (start, stop, exception) = (&seen[0], &seen[1], &seen[3]);
    assert_eq!(stop.1.map_get(&term!(duration)), Some(&Term::Int(7_000_000)));
    assert_eq!(stop.2.map_get(&term!(result)), Some(&term!(fine)));
    let context = term!(telemetry_span_context);
    assert!(start.2.map_get(&context).is_some());
    assert_eq!(start.2.map_get(&context), stop.2.map_get(&context));
    assert_eq!(text(&exception.2), "%{kind: :throw, reason: :ball, stacktrace: [], telemetry_span_context: :mine}");
}

#[test]
fn without_the_application_events_are_only_logged() {
    let node = run_with([handlers()], |cx| async move {
        assert_eq!(text(&telemetry::execute(&cx, term!([x]), empty(), empty()).await?), ":ok");
        let exit = telemetry::attach(&cx, term!(a), term!([x]), fun("handlers", "note", 4), empty()).await.unwrap_err();
        assert_eq!(text(&exit.reason.as_tuple().unwrap()[0]), ":noproc");
        assert_eq!(
            telemetry::execute(&cx, Term::Nil, empty(), empty()).await.unwrap_err().into_reason(),
            term!(function_clause)
        );
        assert_eq!(
            telemetry::attach(&cx, term!(a), term!([1]), fun("handlers", "note", 4), empty())
                .await
                .unwrap_err()
                .into_reason(),
            term!(badarg)
        );
        Ok(())
    });
    assert_eq!(telemetry_events(&node).len(), 1);
}

#[test]
fn the_resource_file_names_the_callback_module() {
    let spec = let_it_crash::term::erlang::parse(telemetry::APP).unwrap();
    let [_, name, properties] = spec.as_tuple_of().unwrap();
    assert_eq!(text(name), ":telemetry");
    assert_eq!(text(properties.keyword_get(Atom::new("mod")).unwrap()), "{:telemetry_app, []}");
}

fn telemetry_events(node: &let_it_crash::process::Runtime) -> Vec<(String, Term, Term)> {
    let told = events(node).into_iter().filter_map(|event| match event {
        Event::Telemetry { event, .. } => Some((text(&event.name), event.measurements.clone(), event.metadata.clone())),
        _ => None,
    });
    told.collect()
}
