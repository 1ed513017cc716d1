//! Hot upgrade: a running server goes on in another version of its code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::cell::RefCell;
use std::rc::Rc;

use let_it_crash::event::{CodeChange, Event, Mfa};
use let_it_crash::exit::Raise;
use let_it_crash::limits::Limits;
use let_it_crash::otp::application::release::appup::Direction;
use let_it_crash::otp::application::release::handler::{CodePath, Player, downgrade_app, upgrade_app};
use let_it_crash::otp::application::spec::AppFiles;
use let_it_crash::otp::gen_server::{GenServer, Init, Next};
use let_it_crash::otp::{self, application, gen_server, sys};
use let_it_crash::process::{Cx, Module, Runtime, SpawnOptions};
use let_it_crash::seq;
use let_it_crash::supervision::Restart;
use let_it_crash::term::{Atom, Term};
use let_it_crash::time::Duration;

/// What the process of a test found out.
#[derive(Default)]
struct Notes(RefCell<Vec<String>>);

fn note(cx: &Cx, what: impl ToString) {
    cx.installed::<Notes>().unwrap().0.borrow_mut().push(what.to_string());
}

fn mfa(name: &str) -> Mfa {
    Mfa { module: Atom::new(name), function: Atom::new("run"), arity: 0 }
}

/// A node on which `seq` 0.1.0 runs; `body` is a process of it.
fn on_a_node<Fut>(body: impl FnOnce(Cx) -> Fut + 'static) -> (Runtime, Vec<String>)
where
    Fut: Future<Output = Result<(), Raise>> + 'static,
{
    let mut node = Runtime::new(Limits { ns_per_reduction: 0, log_bytes: 1 << 28, ..Limits::default() });
    let (files, path, notes) = (AppFiles::default(), CodePath::default(), Rc::new(Notes::default()));
    let library = |name: &str| format!("{{application, {name}, [{{vsn, \"1\"}}]}}.");
    ["elixir", "logger"].iter().for_each(|name| files.add(name, &library(name)));
    files.add("telemetry", otp::telemetry::APP);
    for library in seq::libraries() {
        if library.vsn == seq::VSN {
            files.add("seq", &library.app);
        }
        path.add(library);
    }
    node.install(Rc::new(files));
    node.install(Rc::new(path));
    node.install(notes.clone());
    otp::modules().into_iter().for_each(|module| node.load(module));
    seq::load(&mut node);
    node.spawn(mfa("init"), |cx| async move {
        application::start_controller(&cx).await?;
        let started = application::ensure_all_started(&cx, Atom::new("seq"), Restart::Permanent).await?;
        assert_eq!(started.as_tuple().unwrap()[0], Term::atom("ok"), "{started}");
        if let Err(raise) = body(cx).await {
            panic!("{raise:?}");
        }
        Ok(())
    })
    .unwrap();
    node.advance(Duration::from_secs(60));
    let notes = notes.0.borrow().clone();
    (node, notes)
}

fn seq_app() -> Atom {
    Atom::new("seq")
}

fn fib() -> Atom {
    Atom::new("Elixir.Seq.FibServer")
}

async fn next(cx: &Cx) -> String {
    seq::server::next(cx, fib()).await.map_or_else(|raise| raise.reason.to_string(), |value| value.to_string())
}

#[test]
fn a_server_is_upgraded_and_taken_back_and_keeps_its_position() {
    let (mut node, notes) = on_a_node(|cx| async move {
        for _ in 0..10 {
            next(&cx).await;
        }
        let pid = cx.whereis(fib()).unwrap();
        note(&cx, upgrade_app(&cx, seq_app(), "0.2.0").await?);
        assert_eq!(cx.whereis(fib()), Some(pid));
        note(&cx, application::get_key(&cx, seq_app(), Atom::new("vsn")));
        note(&cx, sys::get_state(&cx, fib()).await?);
        note(&cx, format!("{} {}", next(&cx).await, next(&cx).await));
        note(&cx, seq::server_v2::calls(&cx, fib()).await?);
        note(&cx, downgrade_app(&cx, seq_app(), "0.1.0").await?);
        note(&cx, sys::get_state(&cx, fib()).await?);
        note(&cx, next(&cx).await);
        assert_eq!(cx.whereis(fib()), Some(pid));
        note(&cx, upgrade_app(&cx, seq_app(), "0.9.0").await?);
        Ok(())
    });
    assert_eq!(
        notes,
        [
            "{:ok, []}",
            "{:ok, '0.2.0'}",
            "%{calls: 0, mod: Seq.Fib, st: {55, 89}}",
            "55 89",
            "2",
            "{:ok, []}",
            "%{mod: Seq.Fib, st: {144, 233}}",
            "144",
            "{:error, {:no_such_library, {:seq, '0.9.0'}}}",
        ]
    );
    let log = node.drain_log();
    let instructions = log.iter().filter(|entry| matches!(entry.event, Event::Upgrade { .. })).count();
    let changed = log.iter().filter(|entry| matches!(entry.event, Event::CodeChanged { .. })).count();
    assert_eq!((instructions, changed), (12, 4), "two ways of six steps over two servers");
}

#[test]
fn an_upgrade_under_load_loses_no_call() {
    let (_, notes) = on_a_node(|cx| async move {
        let me = cx.me();
        for _ in 0..20 {
            cx.spawn(SpawnOptions { link: true, initial_call: mfa("client") }, |cx| async move {
                let mut got = Vec::new();
                for _ in 0..200 {
                    got.push(seq::server::next(&cx, Atom::new("Elixir.Seq.ArithServer")).await?);
                    cx.sleep(Duration::from_millis(1)).await;
                }
                cx.send(me, Term::list(got))
            })?;
        }
        for (vsn, up) in [("0.2.0", true), ("0.1.0", false), ("0.2.0", true)] {
            cx.sleep(Duration::from_millis(50)).await;
            let answer =
                if up { upgrade_app(&cx, seq_app(), vsn).await? } else { downgrade_app(&cx, seq_app(), vsn).await? };
            note(&cx, answer);
        }
        let mut all = Vec::new();
        for _ in 0..20 {
            all.extend(cx.receive_if(Term::to_vec).await.into_iter().map(|value| value.as_int().unwrap()));
        }
        all.sort_unstable();
        let expected: Vec<i64> = (0..4_000).map(|n| 3 + 5 * n).collect();
        note(&cx, all == expected);
        let calls = seq::server_v2::calls(&cx, Atom::new("Elixir.Seq.ArithServer")).await?;
        note(&cx, (500..2_000).contains(&calls.as_int().unwrap()));
        Ok(())
    });
    assert_eq!(notes, ["{:ok, []}", "{:ok, []}", "{:ok, []}", "true", "true"]);
}

#[test]
fn instructions_are_played_one_by_one_while_the_rest_goes_on() {
    let (_, notes) = on_a_node(|cx| async move {
        let mut player = Player::new(&cx, Direction::Up, seq_app(), "0.2.0").unwrap();
        while player.step(&cx).await?.unwrap() {
            let instruction = &player.script()[player.played() - 1];
            let name = instruction.as_atom().or_else(|| instruction.as_tuple()?[0].as_atom()).unwrap();
            let is_suspended = sys_is_suspended(&cx).await;
            note(&cx, format!("{} {}", name.text(), is_suspended));
        }
        note(&cx, cx.module_vsn(Atom::new(seq::server::NAME)).unwrap());
        note(&cx, cx.old_vsn(Atom::new(seq::server::NAME)).is_none());
        Ok(())
    });
    assert_eq!(
        notes,
        [
            "load_object_code false",
            "point_of_no_return false",
            "suspend true",
            "load true",
            "code_change true",
            "resume false",
            "\"0.2.0\"",
            "true"
        ]
    );
}

async fn sys_is_suspended(cx: &Cx) -> bool {
    let call = gen_server::call(cx, fib(), Term::atom("peek"), Some(Duration::from_millis(10)));
    call.await.is_err()
}

fn looping(vsn: &str) -> Module {
    Module::new(Atom::new("looper"), vsn).export("loop", 0, |cx, _| {
        Box::pin(async move {
            cx.runs(Atom::new("looper"));
            loop {
                cx.receive().await;
            }
        })
    })
}

#[test]
fn purging_old_code_kills_who_still_runs_it_and_nobody_else() {
    let (mut node, notes) = on_a_node(|cx| async move {
        let start = |cx: &Cx| {
            cx.spawn(SpawnOptions { link: false, initial_call: mfa("looper") }, |cx| async move {
                cx.apply(Atom::new("looper"), Atom::new("loop"), vec![]).await.map(|_| ())
            })
        };
        cx.load_module(looping("1"));
        let old = start(&cx)?;
        cx.sleep(Duration::from_millis(1)).await;
        cx.load_module(looping("2"));
        let new = start(&cx)?;
        cx.sleep(Duration::from_millis(1)).await;
        note(&cx, cx.soft_purge_module(Atom::new("looper")).await);
        note(&cx, format!("{} {}", cx.is_alive(old), cx.is_alive(new)));
        note(&cx, cx.purge_module(Atom::new("looper")).await);
        note(&cx, format!("{} {}", cx.is_alive(old), cx.is_alive(new)));
        // A third version: what runs the first of two older ones has to go.
        cx.load_module(looping("3"));
        cx.load_module(looping("4"));
        cx.yield_now().await;
        note(&cx, cx.is_alive(new));
        Ok(())
    });
    assert_eq!(notes, ["false", "true true", "1", "false true", "false"]);
    let purged = |event: &Event| matches!(event, Event::Code { change: CodeChange::Purged { killed: 1, .. }, .. });
    assert!(node.drain_log().iter().any(|entry| purged(&entry.event)));
}

/// OTP: a call of a callback goes to the current version, with the state that there is.
#[test]
fn without_code_change_the_next_callback_meets_the_old_state() {
    let (_, notes) = on_a_node(|cx| async move {
        next(&cx).await;
        let pid = cx.whereis(fib()).unwrap();
        let server = seq::modules_v2().into_iter().find(|module| module.name == Atom::new(seq::server::NAME)).unwrap();
        cx.load_module(server);
        note(&cx, next(&cx).await);
        cx.sleep(Duration::from_millis(1)).await;
        // It crashed on its state and was restarted, as version 2 from the beginning.
        note(&cx, cx.whereis(fib()) == Some(pid));
        note(&cx, sys::get_state(&cx, fib()).await?);
        Ok(())
    });
    assert!(notes[0].starts_with("{{{:badmatch, %{mod: Seq.Fib"), "{}", notes[0]);
    assert_eq!(notes[1..], ["false", "%{calls: 0, mod: Seq.Fib, st: {0, 1}}"]);
}

/// What `release_handler_1:eval_script/5` of OTP 25 does with the same script, module and processes.
#[test]
fn old_processes_refuse_a_soft_purge_and_die_of_a_brutal_one() {
    for (pre, post, is_run, expected) in [
        ("soft_purge", "soft_purge", true, "{:error, {:old_processes, :looper}} true true \"1\""),
        ("soft_purge", "brutal_purge", true, "{:error, {:old_processes, :looper}} true true \"1\""),
        ("soft_purge", "soft_purge", false, "{:ok, [looper: :soft_purge]} false true \"2\""),
        ("soft_purge", "brutal_purge", false, "{:ok, [looper: :brutal_purge]} false true \"2\""),
        ("brutal_purge", "soft_purge", true, "{:ok, [looper: :soft_purge]} false true \"2\""),
        ("brutal_purge", "brutal_purge", true, "{:ok, [looper: :brutal_purge]} false true \"2\""),
    ] {
        let way = format!("[{{load_module, looper, {pre}, {post}, []}}]");
        let (mut node, notes) = on_a_node(move |cx| old_and_current(cx, way, is_run));
        assert_eq!(notes, [expected], "{pre} {post} {is_run}");
        let played = node.drain_log().iter().filter(|entry| matches!(entry.event, Event::Upgrade { .. })).count();
        assert_eq!(played, if expected.starts_with("{:error") { 0 } else { 3 }, "{pre} {post}: undone, or whole");
    }
}

#[test]
fn old_processes_refuse_a_soft_removal_and_die_of_a_brutal_one() {
    for (pre, expected) in [
        ("soft_purge", "{:error, {:old_processes, :looper}} true true \"1\""),
        ("brutal_purge", "{:ok, [looper: :soft_purge]} false true nil"),
    ] {
        let way = format!("[{{remove, {{looper, {pre}, soft_purge}}}}]");
        let (_, notes) = on_a_node(move |cx| old_and_current(cx, way, true));
        assert_eq!(notes, [expected], "{pre}");
    }
}

/// One process runs the old version of a module, one the current; then `seq` goes the way to 0.3.0.
async fn old_and_current(cx: Cx, way: String, is_run: bool) -> Result<(), Raise> {
    let start = |cx: &Cx| {
        cx.spawn(SpawnOptions { link: false, initial_call: mfa("looper") }, |cx| async move {
            cx.apply(Atom::new("looper"), Atom::new("loop"), vec![]).await.map(|_| ())
        })
    };
    cx.load_module(looping("0"));
    let old = start(&cx)?;
    cx.sleep(Duration::from_millis(1)).await;
    cx.load_module(looping("1"));
    let current = start(&cx)?;
    cx.sleep(Duration::from_millis(1)).await;
    if !is_run {
        cx.exit(old, Atom::KILL);
        cx.sleep(Duration::from_millis(1)).await;
    }
    let answer = upgraded(&cx, &way, || vec![looping("2")]).await?;
    let vsn = cx.module_vsn(Atom::new("looper")).map_or_else(|| "nil".to_owned(), |vsn| vsn.to_string());
    note(&cx, format!("{answer} {} {} {vsn}", cx.is_alive(old), cx.is_alive(current)));
    Ok(())
}

/// `seq` goes the way to a version 0.3.0 of these modules.
async fn upgraded(cx: &Cx, way: &str, modules: fn() -> Vec<Module>) -> Result<Term, Raise> {
    let [mut library, _] = seq::libraries();
    library.app = library.app.replace(seq::VSN, "0.3.0");
    library.appup = format!("{{\"0.3.0\", [{{\"{}\", {way}}}], []}}.", seq::VSN);
    library.vsn = "0.3.0".to_owned();
    library.modules = modules;
    cx.installed::<CodePath>().unwrap().add(library);
    upgrade_app(cx, seq_app(), "0.3.0").await
}

fn raising() -> Module {
    Module::new(Atom::new("raising"), "1")
        .export("throw", 1, |_, args| Box::pin(async move { Err(Raise::throw(args[0].clone())) }))
        .export("error", 1, |_, args| Box::pin(async move { Err(Raise::error(args[0].clone())) }))
        .export("exit", 1, |_, args| Box::pin(async move { Err(Raise::exit(args[0].clone())) }))
}

/// What `release_handler_1:eval_script/1` of OTP 25 answers, without the stacks.
#[test]
fn what_fails_beyond_the_point_of_no_return_is_an_exit() {
    for (call, expected) in [
        ("{raising,throw,[ball]}", "{:EXIT, :ball}"),
        ("{raising,throw,[{error,x}]}", "{:EXIT, {:error, :x}}"),
        ("{raising,error,[boom]}", "{:EXIT, {:EXIT, {:boom, []}}}"),
        ("{raising,exit,[gone]}", "{:EXIT, {:EXIT, :gone}}"),
        ("{raising,exit,notalist}", "{:EXIT, {:EXIT, {:badarg, []}}}"),
        ("odd", "{:error, {:illegal_instruction_after_point_of_no_return, {:apply, :odd}}}"),
    ] {
        let way = format!("[{{apply, {call}}}]");
        let (mut node, notes) = on_a_node(move |cx| async move {
            cx.load_module(raising());
            note(&cx, upgraded(&cx, &way, Vec::new).await?);
            note(&cx, application::get_key(&cx, seq_app(), Atom::new("vsn")));
            Ok(())
        });
        assert_eq!(notes, [expected, "{:ok, '0.1.0'}"], "{call}");
        let played = node.drain_log().iter().filter(|entry| matches!(entry.event, Event::Upgrade { .. })).count();
        assert_eq!(played, if expected.starts_with("{:error") { 0 } else { 2 }, "{call}");
    }
}

/// A server whose next version cannot take its state over.
struct Stubborn;

impl GenServer for Stubborn {
    async fn init(_: &Cx, _: Term) -> Result<Init<Self>, Raise> {
        Ok(Init::Ok(Stubborn, Next::Wait))
    }

    fn state(&self) -> Term {
        Term::Nil
    }

    fn code_change(_: Term, _: Term, _: Term) -> Result<Term, Raise> {
        Err(Raise::throw(Atom::new("never")))
    }
}

#[test]
fn a_refused_state_ends_the_upgrade_and_nobody_stays_suspended() {
    let (_, notes) = on_a_node(|cx| async move {
        let stubborn = || vec![Module::new(Atom::new(seq::server::NAME), "3").serves(gen_server::code::<Stubborn>())];
        let way = format!("[{{update, '{}', {{advanced, []}}}}]", seq::server::NAME);
        let answer = upgraded(&cx, &way, stubborn).await?;
        let [tag, failed] = answer.as_tuple_of::<2>().unwrap();
        let [what, pid, module, vsn, reason] = failed.as_tuple_of::<5>().unwrap();
        note(&cx, format!("{tag} {what} {module} {vsn} {reason}"));
        let status = sys::get_status(&cx, pid.as_pid().unwrap()).await?;
        note(&cx, &status.as_tuple().unwrap()[3].to_vec().unwrap()[1]);
        Ok(())
    });
    assert_eq!(notes, [":EXIT :code_change_failed Seq.Server \"0.1.0\" :never", ":running"]);
}

#[test]
fn the_supervisor_at_the_top_changes_its_code_too() {
    let (_, notes) = on_a_node(|cx| async move {
        let changed = let_it_crash::term!([{flags, #{strategy => rest_for_one, intensity => 7, period => 9}}]);
        application::set_env(&cx, seq_app(), Atom::new(seq::supervisor::NAME), changed).await?;
        let way = format!("[{{update, '{}', supervisor}}]", seq::supervisor::NAME);
        note(&cx, upgraded(&cx, &way, seq::modules).await?);
        let state = sys::get_state(&cx, Atom::new(seq::supervisor::NAME)).await?;
        note(&cx, state.map_get(&Term::atom("intensity")).unwrap());
        note(&cx, next(&cx).await);
        Ok(())
    });
    assert_eq!(notes, ["{:ok, []}", "7", "0"]);
}

#[test]
fn a_suspended_supervisor_cannot_be_asked_for_its_children() {
    let (_, notes) = on_a_node(|cx| async move {
        sys::suspend(&cx, Atom::new(seq::supervisor::NAME)).await?;
        note(&cx, upgrade_app(&cx, seq_app(), "0.2.0").await?);
        sys::resume(&cx, Atom::new(seq::supervisor::NAME)).await?;
        note(&cx, next(&cx).await);
        Ok(())
    });
    assert_eq!(notes, ["{:EXIT, {:EXIT, {:suspended_supervisor, []}}}", "0"]);
}
