//! Task and Task.Supervisor.

use let_it_crash::event::Event;
use let_it_crash::exit::Raise;
use let_it_crash::otp::task::stream::{self, OnTimeout, Options};
use let_it_crash::otp::task::{self, Stop, Task, supervisor};
use let_it_crash::process::{Cx, Module};
use let_it_crash::term;
use let_it_crash::term::{Atom, Term};

use super::support::{events, fun, millis, pid, run, run_with, text};

/// What tasks do: sleep for so many milliseconds and give that back, or fail.
fn chores() -> Module {
    Module::new(Atom::new("chores"), "1")
        .export("sleep", 1, |cx, args| {
            Box::pin(async move {
                let n = args[0].as_int().unwrap();
                cx.sleep(millis(n.unsigned_abs())).await;
                Ok(args[0].clone())
            })
        })
        .export("callers", 0, |cx, _| Box::pin(async move { Ok(cx.get(&Term::atom("$callers")).unwrap_or_default()) }))
        .export("odd", 1, |_, args| {
            Box::pin(async move {
                match args[0].as_int() {
                    Some(n) if n % 2 == 1 => Ok(Term::Int(n)),
                    _ => Err(Raise::exit(Term::atom("even"))),
                }
            })
        })
}

fn sleep(millis: i64) -> Term {
    term!({chores, sleep, [(millis)]})
}

fn messages(cx: &Cx) -> usize {
    cx.of(cx.me(), |process| process.mailbox.len()).unwrap()
}

fn list(terms: Vec<Term>) -> String {
    text(&Term::list(terms))
}

#[test]
fn await_returns_the_reply_and_leaves_nothing_behind() {
    run_with([chores()], |cx| async move {
        let slow = task::start_async(&cx, sleep(20)).await?;
        let quick = task::start_async_with(&cx, |_| async { Ok(term!(quick)) }).await?;
        assert_eq!(text(&task::await_reply(&cx, &quick, Some(millis(1))).await?), ":quick");
        assert_eq!(text(&task::await_reply(&cx, &slow, None).await?), "20");
        let callers = task::start_async(&cx, fun("chores", "callers", 0)).await?;
        assert_eq!(task::await_reply(&cx, &callers, None).await?, Term::list([Term::from(cx.me())]));
        cx.sleep(millis(1)).await;
        let exits = messages(&cx); // this process traps exits, and was linked to three tasks
        assert_eq!(exits, 3);
        Ok(())
    });
}

#[test]
fn await_exits_with_the_task_and_the_time_out_in_the_reason() {
    run_with([chores()], |cx| async move {
        let task = task::start_async(&cx, sleep(1_000)).await?;
        let exit = task::await_reply(&cx, &task, Some(millis(5))).await.unwrap_err();
        let called = term!({Elixir_Task, await, [(task.to_term()), 5]});
        let [reason, call] = exit.reason.as_tuple_of().unwrap();
        assert_eq!(text(reason), ":timeout");
        assert_eq!(call.as_tuple().unwrap()[1..], called.as_tuple().unwrap()[1..]);
        assert_eq!(text(&call.as_tuple().unwrap()[0]), "Task");
        let crashing = task::start_async(&cx, term!({chores, odd, [2]})).await?;
        let exit = task::await_reply(&cx, &crashing, None).await.unwrap_err();
        assert_eq!(text(&exit.reason.as_tuple().unwrap()[0]), ":even");
        assert_eq!(Task::from_term(&task.to_term()), Some(task));
        Ok(())
    });
}

#[test]
fn only_the_owner_may_ask() {
    run(|cx| async move {
        let mine = task::start_async_with(&cx, |_| async { Ok(Term::Nil) }).await?;
        let stranger = task::start_async_with(&cx, |cx| async move {
            let refused = task::yield_reply(&cx, &mine, None).await.unwrap_err().into_reason();
            Ok(refused.map_get(&Term::atom("message")).cloned().unwrap())
        });
        let message = task::await_reply(&cx, &stranger.await?, None).await?;
        assert!(message.as_str().unwrap().contains("must be queried from the owner"), "{message}");
        Ok(())
    });
}

#[test]
fn await_many_has_one_time_out_for_all() {
    run_with([chores()], |cx| async move {
        let mut tasks = Vec::new();
        for n in [30, 10, 20] {
            tasks.push(task::start_async(&cx, sleep(n)).await?);
        }
        assert_eq!(list(task::await_many(&cx, &tasks, Some(millis(31))).await?), "[30, 10, 20]");
        let late = [task::start_async(&cx, sleep(10)).await?, task::start_async(&cx, sleep(40)).await?];
        let exit = task::await_many(&cx, &late, Some(millis(20))).await.unwrap_err();
        assert_eq!(text(&exit.reason.as_tuple().unwrap()[0]), ":timeout");
        let late = [task::start_async(&cx, sleep(10)).await?, task::start_async(&cx, sleep(40)).await?];
        assert_eq!(list(task::yield_many(&cx, &late, Some(millis(20))).await?), "[{:ok, 10}, nil]");
        Ok(())
    });
}

#[test]
fn shutdown_tells_a_reply_from_an_end() {
    run_with([chores()], |cx| async move {
        let busy = task::start_async(&cx, sleep(1_000)).await?;
        assert_eq!(text(&task::shutdown(&cx, &busy, Stop::Timeout(millis(5))).await?), "nil");
        let done = task::start_async(&cx, sleep(0)).await?;
        cx.sleep(millis(1)).await;
        assert_eq!(text(&task::shutdown(&cx, &done, Stop::Infinity).await?), "{:ok, 0}");
        let dead = task::start_async(&cx, term!({chores, odd, [2]})).await?;
        cx.sleep(millis(1)).await;
        assert_eq!(text(&task::shutdown(&cx, &dead, Stop::BrutalKill).await?), "{:exit, :even}");
        let stubborn = task::start_async_with(&cx, |cx| async move {
            cx.trap_exits(true);
            cx.sleep(millis(10_000)).await;
            Ok(Term::Nil)
        });
        let stubborn = stubborn.await?;
        cx.sleep(millis(1)).await;
        let before = cx.now();
        assert_eq!(text(&task::shutdown(&cx, &stubborn, Stop::Timeout(millis(5))).await?), "{:exit, :killed}");
        assert_eq!(cx.now().since(before), millis(5));
        let complete = task::completed(&cx, term!(at_once));
        assert!(task::shutdown(&cx, &complete, Stop::Infinity).await.is_err());
        assert_eq!(text(&task::await_reply(&cx, &complete, None).await?), ":at_once");
        Ok(())
    });
}

#[test]
fn an_ignored_task_goes_on_alone() {
    run_with([chores()], |cx| async move {
        let task = task::start_async(&cx, sleep(10)).await?;
        assert_eq!(text(&task::ignore(&cx, &task).await?), "nil");
        assert!(cx.is_alive(task.pid.unwrap()));
        cx.sleep(millis(20)).await;
        assert_eq!(messages(&cx), 0);
        Ok(())
    });
}

#[test]
fn a_stream_keeps_to_its_concurrency_and_to_the_order_of_the_elements() {
    run_with([chores()], |cx| async move {
        let items = || [40, 10, 20, 10].map(Term::Int).to_vec();
        let two = Options { max_concurrency: 2, ..Options::default() };
        let before = cx.now();
        let fun = fun("chores", "sleep", 1);
        let ordered = stream::async_stream(&cx, items(), fun.clone(), &two).await?;
        assert_eq!(list(ordered), "[ok: 40, ok: 10, ok: 20, ok: 10]");
        assert_eq!(cx.now().since(before), millis(40));
        let unordered = Options { ordered: false, ..two };
        let as_they_come = stream::async_stream(&cx, items(), fun, &unordered).await?;
        assert_eq!(list(as_they_come), "[ok: 10, ok: 20, ok: 40, ok: 10]");
        assert_eq!(messages(&cx), 0);
        Ok(())
    });
}

#[test]
fn a_slow_element_of_a_stream_is_killed_or_ends_the_owner() {
    run_with([chores()], |cx| async move {
        let items = || [1, 90].map(Term::Int).to_vec();
        let sleep = fun("chores", "sleep", 1);
        let options = Options { timeout: Some(millis(5)), ..Options::default() };
        let exit = stream::async_stream(&cx, items(), sleep.clone(), &options).await.unwrap_err();
        assert_eq!(text(&exit.reason), "{:timeout, {Task.Supervised, :stream, [5]}}");
        cx.sleep(millis(1)).await;
        let kills = Options { on_timeout: OnTimeout::KillTask, zip_input_on_exit: true, ..options };
        let results = stream::async_stream(&cx, items(), sleep, &kills).await?;
        assert_eq!(list(results), "[ok: 1, exit: {90, :timeout}]");
        let none = Options { max_concurrency: 0, ..Options::default() };
        assert!(stream::async_stream(&cx, items(), Term::Nil, &none).await.is_err());
        Ok(())
    });
}

#[test]
fn a_supervised_stream_without_links_survives_its_crashes() {
    run_with([chores()], |cx| async move {
        let sup = pid(&supervisor::start_link(&cx, &term!([{max_children, 2}])).await?);
        let items = || [1, 2, 3].map(Term::Int).to_vec();
        let two = Options { max_concurrency: 2, ..Options::default() };
        let results = stream::async_stream_nolink(&cx, sup, items(), fun("chores", "odd", 1), &two).await?;
        assert_eq!(list(results), "[ok: 1, exit: :even, ok: 3]");
        let raised =
            stream::async_stream_nolink(&cx, sup, items(), fun("chores", "sleep", 1), &Options::default()).await;
        let raised = raised.unwrap_err().into_reason();
        assert!(text(&raised).contains("reached the maximum number of tasks"), "{raised}");
        Ok(())
    });
}

#[test]
fn a_task_supervisor_owns_its_tasks() {
    let node = run_with([chores()], |cx| async move {
        let sup = pid(&supervisor::start_link(&cx, &term!([{name, tasks}, {max_children, 2}])).await?);
        let tasks = Atom::new("tasks");
        let linked = supervisor::start_async(&cx, tasks, sleep(10), &Term::Nil).await?;
        let alone = pid(&supervisor::start_child(&cx, tasks, sleep(1_000), &Term::Nil).await?);
        assert_eq!(supervisor::children(&cx, tasks).await?, [linked.pid.unwrap(), alone]);
        let full = supervisor::start_child(&cx, tasks, sleep(1), &Term::Nil).await?;
        assert_eq!(text(&full), "{:error, :max_children}");
        let raised = supervisor::start_async(&cx, tasks, sleep(1), &Term::Nil).await.unwrap_err().into_reason();
        assert!(text(&raised).contains("maximum number of tasks"), "{raised}");
        assert_eq!(text(&task::await_reply(&cx, &linked, None).await?), "10");
        assert_eq!(text(&supervisor::terminate_child(&cx, tasks, alone).await?), ":ok");
        let crashing = supervisor::start_async_nolink(&cx, sup, term!({chores, odd, [2]}), &Term::Nil).await?;
        assert_eq!(text(&task::yield_reply(&cx, &crashing, None).await?), "{:exit, :even}");
        assert!(cx.is_alive(sup));
        assert_eq!(supervisor::children(&cx, tasks).await?, []);
        Ok(())
    });
    let terminating = events(&node).into_iter().find_map(|event| match event {
        Event::Reported { report, .. } if text(&report.label) == "{Task.Supervisor, :terminating}" => Some(report),
        _ => None,
    });
    let reason = terminating.unwrap().body.map_get(&Term::atom("reason")).unwrap().clone();
    assert_eq!(text(&reason.as_tuple().unwrap()[0]), ":even");
}
