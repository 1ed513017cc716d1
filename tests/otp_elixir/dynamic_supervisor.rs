//! DynamicSupervisor.

use let_it_crash::event::Event;
use let_it_crash::otp::{dynamic_supervisor as dynamic, gen_server};
use let_it_crash::process::Cx;
use let_it_crash::term;
use let_it_crash::term::{Atom, Pid, Term};

use super::support::{FAILING, events, millis, pid, run, text};

/// Starts a supervisor with these options.
async fn supervisor(cx: &Cx, options: Term) -> Pid {
    let flags = dynamic::init(&options);
    pid(&dynamic::start_link(cx, None, Atom::new("Elixir.Supervisor.Default"), flags).await.unwrap())
}

/// A child that takes so many milliseconds to terminate.
fn slow(id: &str, millis: i64) -> Term {
    term!(#{id => (Atom::new(id)), start => {worker, start_link, [(millis)]}})
}

async fn start(cx: &Cx, supervisor: Pid, spec: Term) -> Pid {
    pid(&dynamic::start_child(cx, supervisor, spec).await.unwrap())
}

async fn crash(cx: &Cx, child: Pid) {
    let monitor = cx.monitor(child);
    cx.exit(child, Atom::KILL);
    cx.receive_if(|message| message.as_tuple()?.get(1)?.as_ref_id().filter(|down| *down == monitor)).await;
    cx.sleep(millis(1)).await;
}

#[test]
fn children_stop_in_parallel() {
    run(|cx| async move {
        let sup = supervisor(&cx, Term::Nil).await;
        for _ in 0..3 {
            start(&cx, sup, slow("slow", 100)).await;
        }
        let before = cx.now();
        dynamic::stop(&cx, sup, Atom::NORMAL.into(), None).await?;
        assert_eq!(cx.now().since(before), millis(100));
        Ok(())
    });
}

#[test]
fn a_child_that_takes_too_long_is_killed_and_reported() {
    let node = run(|cx| async move {
        let sup = supervisor(&cx, Term::Nil).await;
        let late = term!(#{id => late, start => {worker, start_link, [60_000]}, shutdown => 50});
        let late = start(&cx, sup, late).await;
        let before = cx.now();
        assert_eq!(text(&dynamic::terminate_child(&cx, sup, late).await?), ":ok");
        assert_eq!(cx.now().since(before), millis(50));
        assert_eq!(text(&dynamic::terminate_child(&cx, sup, late).await?), "{:error, :not_found}");
        assert_eq!(text(&dynamic::which_children(&cx, sup).await?), "[]");
        Ok(())
    });
    let ended = events(&node).into_iter().find_map(|event| match event {
        Event::ChildEnded { id, reason, by_supervisor, .. } => Some(format!("{id} {reason} {by_supervisor}")),
        _ => None,
    });
    assert_eq!(ended.as_deref(), Some(":late :killed true"));
    let report = events(&node).into_iter().find_map(|event| match event {
        Event::Reported { report, .. } if text(&report.label) == "{:supervisor, :shutdown_error}" => Some(report),
        _ => None,
    });
    assert_eq!(text(report.unwrap().body.keyword_get(Atom::new("reason")).unwrap()), ":killed");
}

#[test]
fn a_failed_restart_is_tried_again_between_requests_and_counts_for_max_children() {
    run(|cx| async move {
        let sup = supervisor(&cx, term!([{max_children, 1}, {max_restarts, 1_000_000}])).await;
        let child = start(&cx, sup, slow("a", 0)).await;
        FAILING.set(u32::MAX);
        cx.exit(child, Atom::KILL);
        let monitor = cx.monitor(child);
        cx.receive_if(|message| message.as_tuple()?.get(1)?.as_ref_id().filter(|down| *down == monitor)).await;
        let children = dynamic::which_children(&cx, sup).await?;
        assert_eq!(text(&children), "[{:undefined, :restarting, :worker, [:worker]}]");
        assert_eq!(
            text(&dynamic::count_children(&cx, sup).await?),
            "%{active: 0, specs: 1, supervisors: 0, workers: 1}"
        );
        let refused = dynamic::start_child(&cx, sup, slow("b", 0)).await?;
        assert_eq!(text(&refused), "{:error, :max_children}");
        FAILING.set(0);
        cx.sleep(millis(1)).await;
        assert_eq!(
            text(&dynamic::count_children(&cx, sup).await?),
            "%{active: 1, specs: 1, supervisors: 0, workers: 1}"
        );
        Ok(())
    });
}

#[test]
fn a_restart_takes_the_place_of_its_former_process() {
    let node = run(|cx| async move {
        let sup = supervisor(&cx, Term::Nil).await;
        let first = start(&cx, sup, slow("a", 0)).await;
        start(&cx, sup, slow("a", 0)).await;
        crash(&cx, first).await;
        let children = dynamic::which_children(&cx, sup).await?;
        assert_eq!(children.iter().count(), 2);
        assert!(children.iter().all(|child| child.as_tuple().unwrap()[1] != first.into()));
        Ok(())
    });
    let starts: Vec<_> = events(&node)
        .into_iter()
        .filter_map(|event| match event {
            Event::ChildStarting { id, replaces, .. } => Some(format!("{id} {}", replaces.is_some())),
            Event::ChildStarted { id, .. } => Some(format!("{id} started")),
            Event::ChildEnded { id, reason, .. } => Some(format!("{id} {reason}")),
            _ => None,
        })
        .collect();
    let expected = [":a false", ":a started", ":a false", ":a started", ":a :killed", ":a true", ":a started"];
    assert_eq!(starts[..7], expected);
}

#[test]
fn temporary_and_finished_children_are_forgotten_and_too_many_restarts_end_the_supervisor() {
    run(|cx| async move {
        let sup = supervisor(&cx, term!([{max_restarts, 1}])).await;
        let temporary = term!(#{id => t, start => {worker, start_link, [1]}, restart => temporary});
        let temporary = start(&cx, sup, temporary).await;
        crash(&cx, temporary).await;
        let transient = term!(#{id => t, start => {worker, start_link, []}, restart => transient});
        let transient = start(&cx, sup, transient).await;
        gen_server::call(&cx, transient, term!({stop, {shutdown, done}}), None).await?;
        cx.sleep(millis(1)).await;
        assert_eq!(text(&dynamic::which_children(&cx, sup).await?), "[]");
        for _ in 0..2 {
            let permanent = start(&cx, sup, slow("p", 0)).await;
            crash(&cx, permanent).await;
        }
        assert!(!cx.is_alive(sup));
        let exit = cx.receive().await;
        assert_eq!(text(&exit.as_tuple().unwrap()[2]), ":shutdown");
        Ok(())
    });
}

#[test]
fn specs_are_checked_in_the_caller_as_elixir_checks_them() {
    run(|cx| async move {
        let sup = supervisor(&cx, Term::Nil).await;
        let refused = [
            (term!(#{id => a}), "{:error, {:invalid_child_spec, %{id: :a}}}"),
            (term!(#{id => a, start => {m, f, x}}), "{:error, {:invalid_mfa, {:m, :f, :x}}}"),
            (term!(#{id => a, start => {m, f, []}, shutdown => 0}), "{:error, {:invalid_shutdown, 0}}"),
            (term!(#{id => a, start => {m, f, []}, restart => often}), "{:error, {:invalid_restart_type, :often}}"),
            (term!({a, {m, f, []}, permanent, 5, thing, [m]}), "{:error, {:invalid_child_type, :thing}}"),
            (term!(#{id => a, start => {m, f, []}, modules => [1]}), "{:error, {:invalid_modules, [1]}}"),
            (term!(#{id => a, start => {m, f, []}}), "{:error, {:undef, [{:m, :f, 0, []}]}}"),
        ];
        for (spec, expected) in refused {
            assert_eq!(text(&dynamic::start_child(&cx, sup, spec).await?), expected);
        }
        let raised = dynamic::start_child(&cx, sup, term!(#{id => a, start => {m, f, []}, type => thing})).await;
        assert_eq!(text(&raised.unwrap_err().into_reason()), "{:case_clause, :thing}");
        for (spec, message) in [
            (
                term!({Nobody.Here, 1}),
                "The module Nobody.Here was given as a child to a supervisor but it does not exist.",
            ),
            (
                term!(worker),
                "The module :worker was given as a child to a supervisor\nbut it does not implement child_spec/1.",
            ),
        ] {
            let raised = dynamic::start_child(&cx, sup, spec).await.unwrap_err().into_reason();
            assert_eq!(raised.map_get(&term!(message)).unwrap().as_str(), Some(message));
        }
        let raised = dynamic::start_child(&cx, sup, Term::Int(5)).await.unwrap_err().into_reason();
        assert!(text(&raised).contains("supervisors expect each child to be"), "{raised}");
        Ok(())
    });
}

#[test]
fn flags_are_checked_in_init() {
    run(|cx| async move {
        let default = Atom::new("Elixir.Supervisor.Default");
        for (returned, expected) in [
            (
                term!({ok, #{strategy => one_for_all}}),
                "{:error, {:supervisor_data, {:invalid_strategy, :one_for_all}}}",
            ),
            (term!({ok, #{period => 0}}), "{:error, {:supervisor_data, {:invalid_period, 0}}}"),
            (term!({ok, #{max_children => -1}}), "{:error, {:supervisor_data, {:invalid_max_children, -1}}}"),
            (term!(ignore), ":ignore"),
            (term!(nonsense), "{:error, {:bad_return, {Supervisor.Default, :init, :nonsense}}}"),
        ] {
            assert_eq!(text(&dynamic::start_link(&cx, None, default, returned).await?), expected);
        }
        Ok(())
    });
}

#[test]
fn a_hundred_thousand_children_start_and_stop() {
    let node = run(|cx| async move {
        let sup = supervisor(&cx, Term::Nil).await;
        for _ in 0..100_000 {
            start(&cx, sup, slow("one", 0)).await;
        }
        let count = dynamic::count_children(&cx, sup).await?;
        assert_eq!(text(&count), "%{active: 100000, specs: 100000, supervisors: 0, workers: 100000}");
        dynamic::stop(&cx, sup, Atom::NORMAL.into(), None).await
    });
    assert_eq!(node.kernel().process_count(), 0);
}
