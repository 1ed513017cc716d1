//! The session: inputs, time, record and replay, without the web.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::rc::Rc;

use let_it_crash::observe::chaos::{self, Report, Row};
use let_it_crash::observe::snapshot::{ApplicationState, Happening, Moment, NodeKey, Snapshot, State, TreeNode};
use let_it_crash::session::{Command, CrashKind, Options, Replay, SequenceSpec, Session, Speed, Target};
use let_it_crash::supervision::{Restart, Strategy};
use let_it_crash::term::{Atom, Term};
use let_it_crash::time::{Duration, Instant};

const FRAME: Duration = Duration::from_millis(16);
const TURNS: u64 = 100_000;

fn named(name: &str) -> Target {
    Target::Name(name.to_owned())
}

fn next(name: &str) -> Command {
    Command::Next { server: named(name) }
}

fn crash(name: &str, how: CrashKind) -> Command {
    Command::Crash { target: named(name), how }
}

fn chaos(per_minute: u32) -> Command {
    Command::Chaos { per_minute, targets: Vec::new(), seed: None }
}

fn session(seed: u64) -> Session {
    Session::new(Options { seed, ..Options::default() }).unwrap()
}

/// Lets virtual time pass in slices.
fn play(session: &mut Session, span: Duration, slice: Duration) {
    let mut left = span;
    while left > Duration::ZERO {
        let now = slice.min(left);
        session.frame(now, TURNS);
        left = left.saturating_sub(now);
    }
}

fn do_at_once(session: &mut Session, command: Command) {
    session.dispatch(command).unwrap();
    session.frame(FRAME, TURNS);
}

/// The outcome of the last call, as a text.
fn last_call(session: &mut Session) -> String {
    let snapshot = session.snapshot();
    let call = snapshot.calls.last().unwrap();
    match &call.outcome {
        Ok(value) => value.to_string(),
        Err(reason) => format!("exit {reason}"),
    }
}

fn state_of(snapshot: &Snapshot) -> ApplicationState {
    snapshot.application(Atom::new("seq")).unwrap().state
}

fn all_crashes() -> Vec<CrashKind> {
    vec![
        CrashKind::Raise("oops".to_owned()),
        CrashKind::Throw("{a, ball}".to_owned()),
        CrashKind::Exit("[1, \"two\", 3.0]".to_owned()),
        CrashKind::BadReturn,
        CrashKind::BadMatch,
        CrashKind::Stop("{shutdown, enough}".to_owned()),
        CrashKind::Signal("kill".to_owned()),
        CrashKind::Signal("boom".to_owned()),
    ]
}

/// A run in which everything happens: calls, every crash, chaos, auto-run, a new sequence, a
/// give-up and a new start with other parameters.
fn eventful(session: &mut Session, slice: Duration) {
    let pass = |session: &mut Session, millis: u64| play(session, Duration::from_millis(millis), slice);
    session.dispatch(next("Seq.FibServer")).unwrap();
    pass(session, 100);
    let spec = SequenceSpec::Geo { a1: "2".to_owned(), r: "3".to_owned() };
    session.dispatch(Command::StartSequence { name: ":geo1".to_owned(), spec }).unwrap();
    session.dispatch(Command::AutoRun { rate: 30 }).unwrap();
    pass(session, 700);
    for how in all_crashes() {
        session.dispatch(crash("Seq.ArithServer", how)).unwrap();
        pass(session, 2_100);
    }
    session.dispatch(chaos(60)).unwrap();
    pass(session, 10_000);
    session.dispatch(chaos(0)).unwrap();
    session.dispatch(crash("Seq.FibServer", CrashKind::EndlessLoop)).unwrap();
    pass(session, 1_000);
    session.dispatch(crash("Seq.FibServer", CrashKind::Signal("kill".to_owned()))).unwrap();
    session.dispatch(Command::SystemEnv { variable: "SEQ_A1".to_owned(), value: Some("100".to_owned()) }).unwrap();
    for _ in 0..8 {
        pass(session, 50);
        let _ = session.dispatch(crash("Seq.Supervisor", CrashKind::BadMatch));
    }
    pass(session, 1_000);
    let start = Command::StartApplication { name: "seq".to_owned(), start_type: Restart::Temporary };
    session.dispatch(start).unwrap();
    pass(session, 1_000);
    session.dispatch(next("Seq.ArithServer")).unwrap();
    pass(session, 1_000);
}

#[test]
fn clients_call_and_get_what_servers_say() {
    let mut session = session(1);
    let mut said = Vec::new();
    for command in [next("Seq.FibServer"), next("Seq.FibServer"), next(" Seq.ArithServer"), next(":nobody")] {
        do_at_once(&mut session, command);
        said.push(last_call(&mut session));
    }
    do_at_once(&mut session, Command::Peek { server: named("Seq.ArithServer") });
    said.push(last_call(&mut session));
    let nobody = "exit {:noproc, {GenServer, :call, [:nobody, :next, 5000]}}";
    assert_eq!(said, ["0", "1", "3", nobody, "8"]);
}

#[test]
fn every_crash_heals() {
    for how in all_crashes() {
        let mut session = session(1);
        let before = session.snapshot();
        let pid = |snapshot: &Snapshot| {
            let mut all =
                snapshot.processes().filter(|process| process.name == Some(Atom::new("Elixir.Seq.FibServer")));
            all.next().unwrap().pid
        };
        do_at_once(&mut session, next("Seq.FibServer"));
        do_at_once(&mut session, next("Seq.FibServer"));
        do_at_once(&mut session, crash("Seq.FibServer", how.clone()));
        let after = session.snapshot();
        assert_ne!(pid(&before), pid(&after), "{how:?}");
        assert_eq!(after.counts.restarts, 1, "{how:?}");
        do_at_once(&mut session, next("Seq.FibServer"));
        assert_eq!(last_call(&mut session), "0", "{how:?}");
    }
}

#[test]
fn a_call_that_nobody_answers_ends_its_caller_after_five_seconds() {
    let mut session = session(3);
    let fib = of_fib(&mut session).key;
    do_at_once(&mut session, crash("Seq.FibServer", CrashKind::CallTimeout));
    assert_eq!(exits(&mut session, fib), [""; 0], "it still waits");
    play(&mut session, Duration::from_secs(5), FRAME);
    let [exit] = &exits(&mut session, fib)[..] else { panic!("one exit") };
    assert!(exit.starts_with("{:timeout, {") && exit.contains(", :hello, 5000]}}"), "{exit}");
    assert_eq!(of_fib(&mut session).incarnation, 2);
}

#[test]
fn a_linked_process_takes_it_along_for_its_own_reason() {
    let mut session = session(3);
    let fib = of_fib(&mut session).key;
    do_at_once(&mut session, crash("Seq.FibServer", CrashKind::LinkedPeer("{my, fault}".to_owned())));
    assert_eq!(exits(&mut session, fib), ["{:my, :fault}"]);
    assert_eq!(of_fib(&mut session).incarnation, 2);
    do_at_once(&mut session, crash("Seq.FibServer", CrashKind::LinkedPeer("normal".to_owned())));
    assert_eq!(of_fib(&mut session).incarnation, 2, "a normal end takes nobody along");
}

#[test]
fn starts_that_fail_cost_as_much_of_the_budget_as_crashes() {
    let mut session = session(3);
    do_at_once(&mut session, crash("Seq.FibServer", CrashKind::FailStarts(2)));
    let (node, seen) = (of_fib(&mut session), session.snapshot());
    let above = seen.node(node.parent.unwrap()).unwrap().supervisor.clone().unwrap();
    assert_eq!((node.state, above.left(seen.now)), (State::Running, 0));
    play(&mut session, Duration::from_secs(10), FRAME);
    do_at_once(&mut session, crash("Seq.FibServer", CrashKind::FailStarts(9)));
    assert_eq!(state_of(&session.snapshot()), ApplicationState::Stopped, "nobody got it to start");
}

#[test]
fn who_stops_a_slow_process_waits_and_then_kills_it() {
    let mut session = session(3);
    let fib = of_fib(&mut session).key;
    do_at_once(&mut session, crash("Seq.FibServer", CrashKind::SlowShutdown));
    do_at_once(&mut session, Command::StopApplication { name: "seq".to_owned() });
    play(&mut session, Duration::from_secs(4), FRAME);
    assert_eq!(state_of(&session.snapshot()), ApplicationState::Stopping);
    play(&mut session, Duration::from_secs(2), FRAME);
    assert_eq!(state_of(&session.snapshot()), ApplicationState::Stopped);
    assert_eq!(exits(&mut session, fib), [":killed"]);
}

#[test]
fn a_flood_of_messages_is_worked_off() {
    let mut session = session(3);
    do_at_once(&mut session, crash("Seq.FibServer", CrashKind::Flood));
    play(&mut session, Duration::from_secs(1), FRAME);
    let node = of_fib(&mut session);
    assert_eq!((node.state, node.incarnation), (State::Running, 1));
    do_at_once(&mut session, next("Seq.FibServer"));
    assert_eq!(last_call(&mut session), "0");
    assert!(session.inspect(node.pid().unwrap()).unwrap().reductions > 1_000);
}

fn of_fib(session: &mut Session) -> Rc<TreeNode> {
    children_of_supervisor(&session.snapshot()).swap_remove(0)
}

/// Why processes of a place ended.
fn exits(session: &mut Session, place: NodeKey) -> Vec<String> {
    let seen = session.snapshot();
    let exit = |moment: &Rc<Moment>| match &moment.what {
        Happening::Exited { reason, .. } if moment.key == Some(place) => Some(reason.to_string()),
        _ => None,
    };
    seen.moments.iter().filter_map(exit).collect()
}

#[test]
fn an_endless_loop_holds_its_callers_and_nobody_else() {
    let mut session = session(1);
    do_at_once(&mut session, crash("Seq.FibServer", CrashKind::EndlessLoop));
    session.dispatch(next("Seq.FibServer")).unwrap();
    do_at_once(&mut session, next("Seq.ArithServer"));
    assert_eq!(last_call(&mut session), "3");
    play(&mut session, Duration::from_secs(6), FRAME);
    assert_eq!(last_call(&mut session), "exit {:timeout, {GenServer, :call, [Seq.FibServer, :next, 5000]}}");
    do_at_once(&mut session, crash("Seq.FibServer", CrashKind::Signal("kill".to_owned())));
    do_at_once(&mut session, next("Seq.FibServer"));
    assert_eq!(last_call(&mut session), "0");
}

#[test]
fn a_supervisor_can_be_crashed_too() {
    let mut session = session(1);
    do_at_once(&mut session, next("Seq.FibServer"));
    do_at_once(&mut session, crash("Seq.Supervisor", CrashKind::Raise("oops".to_owned())));
    do_at_once(&mut session, next("Seq.FibServer"));
    assert_eq!(last_call(&mut session), "0");
    assert_eq!(state_of(&session.snapshot()), ApplicationState::Started);
}

#[test]
fn an_application_that_gave_up_is_started_again_with_new_parameters() {
    let mut session = session(1);
    for _ in 0..16 {
        let _ = session.dispatch(crash("Seq.FibServer", CrashKind::BadMatch));
        session.frame(FRAME, TURNS);
    }
    let stopped = session.snapshot();
    assert_eq!(state_of(&stopped), ApplicationState::Stopped);
    assert_eq!(stopped.counts.gave_up, 5, "Seq.Supervisor four times, and then Seq.Root");
    let variable = |value: &str| Command::SystemEnv { variable: "SEQ_A1".to_owned(), value: Some(value.to_owned()) };
    session.dispatch(variable("70")).unwrap();
    let start = Command::StartApplication { name: "seq".to_owned(), start_type: Restart::Temporary };
    do_at_once(&mut session, start);
    assert_eq!(last_call(&mut session), "{:ok, [:seq]}");
    assert_eq!(state_of(&session.snapshot()), ApplicationState::Started);
    do_at_once(&mut session, next("Seq.ArithServer"));
    assert_eq!(last_call(&mut session), "70");
    do_at_once(&mut session, Command::StopApplication { name: "seq".to_owned() });
    assert_eq!(state_of(&session.snapshot()), ApplicationState::Stopped);
}

#[test]
fn a_permanent_application_takes_the_node_with_it() {
    let mut session = session(1);
    do_at_once(&mut session, Command::StopApplication { name: "seq".to_owned() });
    let start = Command::StartApplication { name: "seq".to_owned(), start_type: Restart::Permanent };
    do_at_once(&mut session, start);
    do_at_once(&mut session, crash("Seq.Root", CrashKind::Signal("kill".to_owned())));
    play(&mut session, Duration::from_secs(1), FRAME);
    assert!(session.snapshot().halted.is_some());
    assert_eq!(session.next_wake(), None);
    assert_eq!(session.dispatch(next("Seq.FibServer")).unwrap_err(), "the node has stopped; begin a new run");
    session.reset(2).unwrap();
    assert_eq!(state_of(&session.snapshot()), ApplicationState::Started);
}

#[test]
fn a_new_run_keeps_the_environment() {
    let mut session = session(1);
    let d = Command::SystemEnv { variable: "SEQ_D".to_owned(), value: Some("100".to_owned()) };
    session.dispatch(d).unwrap();
    session.set_speed(Speed::FASTEST);
    session.reset(9).unwrap();
    assert_eq!((session.seed(), session.speed(), session.inputs().len()), (9, Speed::FASTEST, 0));
    do_at_once(&mut session, next("Seq.ArithServer"));
    do_at_once(&mut session, next("Seq.ArithServer"));
    assert_eq!(last_call(&mut session), "103");
    let run = session.export();
    assert!(Session::replay(&run).unwrap().is_same());
}

#[test]
fn a_suspended_server_answers_when_it_is_resumed() {
    let mut session = session(1);
    do_at_once(&mut session, Command::Suspend { target: named("Seq.FibServer") });
    let calls = session.snapshot().counts.calls;
    do_at_once(&mut session, next("Seq.FibServer"));
    assert_eq!(session.snapshot().counts.calls, calls);
    do_at_once(&mut session, Command::Resume { target: named("Seq.FibServer") });
    assert_eq!(session.snapshot().counts.calls, calls + 2);
}

#[test]
fn a_sequence_that_is_stopped_is_not_restarted() {
    let mut session = session(1);
    do_at_once(&mut session, Command::StartSequence { name: ":more".to_owned(), spec: SequenceSpec::Fib });
    do_at_once(&mut session, crash(":more", CrashKind::BadMatch));
    let pid = session.snapshot().processes().find(|process| process.name == Some(Atom::new("more"))).unwrap().pid;
    do_at_once(&mut session, Command::StopSequence { server: Target::Pid(pid.number()) });
    assert_eq!(last_call(&mut session), ":ok");
    assert_eq!(session.snapshot().process(pid), None);
    do_at_once(&mut session, Command::StopSequence { server: named("Seq.FibServer") });
    assert_eq!(last_call(&mut session), "{:error, :not_found}", "it is no child of Seq.Dynamic");
}

#[test]
fn auto_run_calls_all_in_turn_at_its_rate() {
    let mut session = session(1);
    let spec = SequenceSpec::Geo { a1: "1".to_owned(), r: "2".to_owned() };
    do_at_once(&mut session, Command::StartSequence { name: "geo1".to_owned(), spec });
    let calls = session.snapshot().counts.calls;
    session.dispatch(Command::AutoRun { rate: 30 }).unwrap();
    play(&mut session, Duration::from_secs(10), FRAME);
    session.dispatch(Command::AutoRun { rate: 0 }).unwrap();
    play(&mut session, Duration::from_secs(10), FRAME);
    let snapshot = session.snapshot();
    assert_eq!(snapshot.counts.calls - calls, 301);
    assert_eq!(snapshot.counts.failed_calls, 0);
    let served = |name: &str| {
        let targets =
            snapshot.calls.iter().filter(|call| call.target.to_string() == name && call.took > Duration::ZERO);
        targets.count()
    };
    assert_eq!([served("Seq.FibServer"), served("Seq.ArithServer"), served(":geo1")], [101, 100, 100]);
}

#[test]
fn chaos_goes_by_the_seed() {
    let deaths = |seed| {
        let mut session = session(seed);
        session.dispatch(chaos(30)).unwrap();
        play(&mut session, Duration::from_secs(60), FRAME);
        (session.snapshot().counts.crashes, session.hash())
    };
    let (crashes, hash) = deaths(1);
    assert!((25..=35).contains(&crashes), "{crashes}");
    assert_eq!(deaths(1), (crashes, hash));
    assert_ne!(deaths(2).1, hash);
}

/// Whose processes ended by a fault or a kill, by name.
fn struck(session: &mut Session) -> Vec<String> {
    let report = chaos_report(session);
    report.rows.iter().filter(|row| row.measured.failures > 0).map(|row| row.name.to_string()).collect()
}

fn chaos_report(session: &mut Session) -> Report {
    let seen = session.snapshot();
    let run = session.chaos_run().unwrap();
    chaos::report(&run.began, run.ended.as_ref().unwrap_or(&seen), "seq")
}

fn children_of_supervisor(seen: &Snapshot) -> Vec<Rc<TreeNode>> {
    let name = Some(Atom::new("Elixir.Seq.Supervisor"));
    let supervisor = seen.processes().find(|process| process.name == name).unwrap();
    seen.children(seen.node(supervisor.key).unwrap()).cloned().collect()
}

#[test]
fn children_change_places_while_they_run_and_that_decides_who_goes_along() {
    let mut session = session(7);
    let names = |seen: &Snapshot| -> Vec<String> {
        children_of_supervisor(seen).iter().map(|node| node.child.as_ref().unwrap().info.id.to_string()).collect()
    };
    let before = session.snapshot();
    assert_eq!(names(&before), ["Seq.FibServer", "Seq.ArithServer"]);
    do_at_once(
        &mut session,
        Command::SupervisorFlags { supervisor: None, strategy: Strategy::RestForOne, intensity: 5, period: 5 },
    );
    do_at_once(
        &mut session,
        Command::ChildOrder { supervisor: None, ids: vec!["Seq.ArithServer".into(), "Seq.FibServer".into()] },
    );
    assert_eq!(last_call(&mut session), ":ok");
    let seen = session.snapshot();
    assert_eq!(names(&seen), ["Seq.ArithServer", "Seq.FibServer"]);
    let incarnations = |session: &mut Session| -> Vec<u32> {
        children_of_supervisor(&session.snapshot()).iter().map(|node| node.incarnation).collect()
    };
    assert_eq!(incarnations(&mut session), [1, 1], "nobody was restarted for it");
    do_at_once(&mut session, crash("Seq.FibServer", CrashKind::Signal("kill".to_owned())));
    assert_eq!(incarnations(&mut session), [1, 2], "the last takes nobody along");
    do_at_once(&mut session, crash("Seq.ArithServer", CrashKind::Signal("kill".to_owned())));
    assert_eq!(incarnations(&mut session), [2, 3], "the first takes all along");
    assert!(Session::replay(&session.export()).unwrap().is_same());
    let many = Command::ChildOrder { supervisor: None, ids: vec!["a".into(); 101] };
    assert_eq!(session.dispatch(many).unwrap_err(), "at most 100 children, not 101");
}

#[test]
fn tracing_follows_the_place_from_the_first_turn_of_its_next_process() {
    let mut session = session(7);
    let name = Some(Atom::new("Elixir.Seq.FibServer"));
    let fib = |session: &mut Session| session.snapshot().processes().find(|one| one.name == name).unwrap().pid;
    do_at_once(&mut session, Command::TraceProcess { target: named("Seq.FibServer"), on: true });
    let first = fib(&mut session);
    do_at_once(&mut session, crash("Seq.FibServer", CrashKind::Signal("kill".to_owned())));
    let second = fib(&mut session);
    assert!(second != first && session.inspect(second).unwrap().traced);
    do_at_once(&mut session, next("Seq.FibServer"));
    let seen = session.snapshot();
    let of = |pid| seen.messages.iter().filter(|message| [message.from, message.to].contains(&pid)).count();
    assert!(of(second) >= 2, "{}", of(second));
    let ends = |pids: [let_it_crash::term::Pid; 2]| pids.iter().any(|pid| [first, second].contains(pid));
    assert!(seen.messages.iter().all(|message| ends([message.from, message.to])));
    // The supervisor comes anew with all below it: the place is still the same.
    do_at_once(&mut session, crash("Seq.Supervisor", CrashKind::Signal("kill".to_owned())));
    let third = fib(&mut session);
    assert!(third != second && session.inspect(third).unwrap().traced);
    let replay = Session::replay(&session.export()).unwrap();
    assert!(replay.is_same());
    assert_eq!(replay.into_session().snapshot().messages, session.snapshot().messages);
    do_at_once(&mut session, Command::TraceProcess { target: named("Seq.FibServer"), on: false });
    do_at_once(&mut session, crash("Seq.FibServer", CrashKind::Signal("kill".to_owned())));
    let fourth = fib(&mut session);
    assert!(!session.inspect(fourth).unwrap().traced && !session.sees_messages());
}

#[test]
fn the_messages_of_one_process_are_seen_and_of_no_other() {
    let mut session = session(7);
    let messages = |session: &mut Session| session.snapshot().messages.len();
    do_at_once(&mut session, Command::TraceProcess { target: named("Seq.FibServer"), on: true });
    assert!(session.sees_messages() && !session.is_tracing());
    do_at_once(&mut session, next("Seq.ArithServer"));
    assert_eq!(messages(&mut session), 0);
    do_at_once(&mut session, next("Seq.FibServer"));
    let seen = session.snapshot();
    let fib = seen.processes().find(|process| process.name == Some(Atom::new("Elixir.Seq.FibServer"))).unwrap().pid;
    assert!(seen.messages.len() >= 2 && seen.messages.iter().all(|message| [message.from, message.to].contains(&fib)));
    assert!(session.inspect(fib).unwrap().traced);
    let traced = seen.messages.len();
    do_at_once(&mut session, Command::TraceProcess { target: named("Seq.FibServer"), on: false });
    do_at_once(&mut session, next("Seq.FibServer"));
    assert_eq!(messages(&mut session), traced);
    assert!(!session.sees_messages());
    // It is an input: a replay sees the same messages, and its hash is that of the run.
    let replay = Session::replay(&session.export()).unwrap();
    assert!(replay.is_same());
    assert_eq!(replay.into_session().snapshot().messages, session.snapshot().messages);
    let nobody = Command::TraceProcess { target: named(":nobody"), on: true };
    assert_eq!(session.dispatch(nobody).unwrap_err(), "no process is registered as :nobody");
}

#[test]
fn a_day_of_virtual_time_is_kept_within_bounds() {
    let mut session = session(7);
    session.dispatch(Command::AutoRun { rate: 1 }).unwrap();
    session.dispatch(chaos(1)).unwrap();
    session.set_speed(Speed::all().last().unwrap());
    let wall = Duration::from_secs(24 * 3600 / 64);
    play(&mut session, wall, Duration::from_secs(2));
    let seen = session.snapshot();
    assert!(seen.now >= Instant::BOOT + Duration::from_secs(24 * 3600), "{:?}", seen.now);
    assert!(seen.counts.crashes > 1_000 && seen.counts.calls > 80_000, "{:?}", seen.counts);
    assert!(seen.log.len() < 16_384 && seen.moments.len() < 16_384 && seen.calls.len() < 16_384);
    assert!(seen.all_series().all(|series| series.points.len() < 4_096));
    assert!(seen.lanes.iter().flatten().all(|lane| lane.lives.len() < 512));
    assert!(seen.nodes.len() < 200 && seen.counts.alive < 30);
    assert_eq!(session.lost_entries(), 0);
    assert!(session.export().len() < 100_000);
}

#[test]
fn every_call_of_next_is_a_span_with_its_duration() {
    let mut session = session(1);
    for _ in 0..5 {
        do_at_once(&mut session, next("Seq.FibServer"));
    }
    do_at_once(&mut session, crash("Seq.FibServer", CrashKind::Signal("kill".to_owned())));
    do_at_once(&mut session, next("Seq.FibServer"));
    let seen = session.snapshot();
    let series = seen.all_series().find(|series| series.name.to_string() == "Seq.FibServer").unwrap();
    let spans = &series.spans;
    assert_eq!((spans.started, spans.stopped, spans.raised), (6, 6, 0), "the same sequence, whoever serves it");
    assert_eq!(spans.buckets.iter().sum::<u32>(), 6);
    let mean = spans.mean().unwrap();
    assert!(mean > 0.0 && mean <= spans.longest.as_secs_f64() && spans.longest < Duration::from_millis(1), "{spans:?}");
    let (part, metadata) = spans.last.as_ref().unwrap();
    assert_eq!((part.name(), metadata.map_get(&Term::atom("value"))), ("stop", Some(&0.into())));
    assert_eq!(session.handlers(), [] as [[Term; 3]; 0]);
}

#[test]
fn who_is_attached_to_telemetry_can_be_seen() {
    let mut session = Session::new(Options { demo: true, ..Options::default() }).unwrap();
    play(&mut session, Duration::from_secs(1), FRAME);
    let handlers = session.handlers();
    let [[id, event, function]] = &handlers[..] else { panic!("{handlers:?}") };
    assert_eq!([id.to_string(), event.to_string()], [":meter", "[:seq, :next, :stop]"]);
    assert_eq!(function.as_fun().unwrap().arity, 4);
}

#[test]
fn chaos_hits_whom_it_is_told_to_by_a_seed_of_its_own() {
    let run = |seed, own| {
        let mut session = session(seed);
        let targets = vec!["Seq.ArithServer".to_owned(), "Seq.Dynamic".to_owned()];
        session.dispatch(Command::Chaos { per_minute: 20, targets, seed: Some(own) }).unwrap();
        play(&mut session, Duration::from_secs(60), FRAME);
        session.dispatch(chaos(0)).unwrap();
        play(&mut session, Duration::from_secs(60), FRAME);
        session
    };
    let (mut one, mut same, mut other) = (run(1, 7), run(1, 7), run(1, 8));
    assert_eq!(struck(&mut one), [":seq", "Seq.ArithServer", "Seq.Dynamic"]);
    assert_eq!(one.hash(), same.hash());
    assert_ne!(one.hash(), other.hash());
    assert_eq!(chaos_report(&mut one), chaos_report(&mut same));
    assert_ne!(chaos_report(&mut one), chaos_report(&mut other));
    let replay = Session::replay(&one.export()).unwrap();
    assert!(replay.is_same());
    assert_eq!(chaos_report(&mut replay.into_session()), chaos_report(&mut one));
    // Without targets and seed of its own it is written down, and goes, as it always did.
    assert_eq!(serde_json::to_string(&chaos(6)).unwrap(), r#"{"do":"chaos","per_minute":6}"#);
}

#[test]
fn the_report_of_chaos_is_that_of_its_run_alone() {
    let mut session = session(3);
    session.dispatch(Command::AutoRun { rate: 20 }).unwrap();
    session.dispatch(crash("Seq.FibServer", CrashKind::Signal("kill".to_owned()))).unwrap();
    play(&mut session, Duration::from_secs(10), FRAME);
    // Never more than three in five seconds: nobody gives up.
    session.dispatch(chaos(12)).unwrap();
    play(&mut session, Duration::from_secs(120), FRAME);
    session.dispatch(chaos(0)).unwrap();
    let report = chaos_report(&mut session);
    session.dispatch(crash("Seq.FibServer", CrashKind::Signal("kill".to_owned()))).unwrap();
    play(&mut session, Duration::from_secs(10), FRAME);
    assert_eq!(chaos_report(&mut session), report, "what comes after does not count");
    assert_eq!(report.to.since(report.from), Duration::from_secs(120));
    assert!((20..=28).contains(&report.crashes) && report.gave_up == 0, "{report:?}");
    let children: Vec<_> = report.rows.iter().filter(|row| row.lost.is_some()).collect();
    let sum = |figure: fn(&Row) -> u64| children.iter().map(|row| figure(row)).sum::<u64>();
    assert_eq!(sum(|row| row.measured.failures), report.crashes, "{}", report.text(""));
    assert_eq!(sum(|row| row.restarts), report.crashes);
    // Ten calls a second for each server: what was handed out is lost, or still held.
    assert!((1_500..=2_600).contains(&sum(|row| row.lost.unwrap())), "{report:?}");
    for row in children {
        let (mtbf, mttr) = (row.measured.mtbf.unwrap(), row.measured.mttr.unwrap());
        assert!((row.measured.ratio - mtbf / (mtbf + mttr)).abs() < 1e-9, "{row:?}");
    }
    let many = Command::Chaos { per_minute: 1, targets: vec!["x".into(); 201], seed: None };
    assert_eq!(session.dispatch(many).unwrap_err(), "at most 200 targets, not 201");
}

#[test]
fn a_run_is_replayed_to_the_same_hash() {
    let mut session = session(5);
    eventful(&mut session, FRAME);
    let run = session.export();
    let replay = Session::replay(&run).unwrap();
    assert!(replay.is_same());
    assert_eq!(replay.hash(), session.hash());
    assert_eq!(session.lost_entries(), 0);
    let counts = session.snapshot().counts;
    assert!(counts.gave_up > 0 && counts.restarts > 10 && counts.failed_calls > 0, "{counts:?}");
    let other = run.replacen("\"seed\":5", "\"seed\":6", 1);
    assert!(!Session::replay(&other).unwrap().is_same());
}

/// The run that `tests/web.rs` replays in the browser. Where the same inputs now give another
/// run, and that is meant: `RECORD=1 cargo test --no-default-features --test session recorded`.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn the_recorded_run_is_what_happens_today() {
    let mut session = session(5);
    eventful(&mut session, FRAME);
    let run = session.export();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/web/run.json");
    if std::env::var_os("RECORD").is_some() {
        std::fs::write(file, run + "\n").unwrap();
    } else {
        let recorded = std::fs::read_to_string(file).unwrap();
        assert!(recorded.trim_end() == run, "another run; if that is meant, record it anew with RECORD=1");
        assert!(Session::replay(&recorded).unwrap().is_same());
    }
}

#[test]
fn how_time_is_sliced_leaves_no_trace() {
    let hash = |slice| {
        let mut session = session(5);
        eventful(&mut session, slice);
        (session.hash(), session.turns(), session.inputs().to_vec())
    };
    let expected = hash(FRAME);
    for slice in [Duration::from_millis(1), Duration::from_millis(7), Duration::from_millis(500)] {
        assert_eq!(hash(slice), expected, "{slice}");
    }
}

#[test]
fn tracing_leaves_no_trace() {
    let mut plain = session(5);
    eventful(&mut plain, FRAME);
    let mut traced = session(5);
    traced.dispatch(Command::Trace { on: true }).unwrap();
    eventful(&mut traced, FRAME);
    assert_eq!(traced.hash(), plain.hash());
    assert!(traced.snapshot().messages.len() > 100);
    assert_eq!(plain.snapshot().messages.len(), 0);
    assert_eq!(traced.export(), plain.export());
}

#[test]
fn a_replay_in_small_slices_and_traced_is_the_same() {
    let mut session = session(5);
    eventful(&mut session, FRAME);
    let mut replay = Replay::new(&session.export()).unwrap();
    replay.trace(true);
    let mut slices = 0;
    while !replay.advance(7).unwrap() {
        assert!(!replay.is_same());
        slices += 1;
    }
    assert!(slices > 100 && replay.is_same());
    let mut again = replay.into_session();
    assert!(again.snapshot().messages.len() > 100);
    do_at_once(&mut again, next("Seq.FibServer"));
    assert!(last_call(&mut again).parse::<u64>().is_ok());
}

#[test]
fn steps_do_what_frames_do() {
    let mut stepped = session(5);
    stepped.pause();
    stepped.dispatch(Command::AutoRun { rate: 10 }).unwrap();
    assert_eq!(stepped.frame(Duration::from_secs(1), TURNS).map(|snapshot| snapshot.now), Some(stepped.now()));
    assert_eq!(stepped.frame(Duration::from_secs(1), TURNS), None, "time stands still");
    while stepped.now() < Instant::BOOT + Duration::from_secs(2) {
        assert!(stepped.step());
    }
    let run = stepped.export();
    assert!(Session::replay(&run).unwrap().is_same());
    assert!(stepped.snapshot().counts.calls >= 19);
}

#[test]
fn time_goes_as_fast_as_it_is_told_to() {
    let mut session = session(1);
    let begin = session.now();
    session.set_speed(Speed::new(-2));
    play(&mut session, Duration::from_secs(1), FRAME);
    assert_eq!(session.now().since(begin), Duration::from_millis(250));
    session.set_speed(Speed::FASTEST);
    play(&mut session, Duration::from_secs(1), FRAME);
    assert_eq!(session.now().since(begin), Duration::from_millis(64_250));
    assert_eq!(session.next_wake(), None);
}

#[test]
fn too_few_turns_make_time_fall_behind_and_change_nothing() {
    let mut session = session(1);
    do_at_once(&mut session, crash("Seq.FibServer", CrashKind::EndlessLoop));
    let begin = session.now();
    (0..10).for_each(|_| drop(session.frame(Duration::from_secs(1), 100)));
    assert!(session.now().since(begin) < Duration::from_secs(1));
    let run = session.export();
    assert!(Session::replay(&run).unwrap().is_same());
}

#[test]
fn a_bad_command_says_what_is_wrong_and_changes_nothing() {
    let mut session = session(1);
    let (hash, inputs) = (session.hash(), session.inputs().len());
    let long = "9".repeat(2_000);
    for (command, expected) in [
        (crash("Seq.Nobody", CrashKind::BadMatch), "no process is registered as Seq.Nobody"),
        (Command::Next { server: Target::Pid(4_000) }, "no process #PID<0.4000.0> is alive"),
        (next(""), "\"\" is no name; write it like Seq.FibServer or :geo1"),
        (crash(":init", CrashKind::BadMatch), "#PID<0.1.0> runs no callbacks; only a signal can end it"),
        (
            crash("Seq.FibServer", CrashKind::Exit("{a, ".to_owned())),
            "line 1, column 5: found the end of the text, expected a term",
        ),
        (Command::AutoRun { rate: 1_000_000 }, "at most 10000 calls a second, not 1000000"),
        (chaos(u32::MAX), "at most 6000 crashes a minute, not 4294967295"),
        (
            Command::SystemEnv { variable: "SEQ_D".to_owned(), value: Some("x".to_owned()) },
            "SEQ_D must be an integer of at most 1000 digits, not \"x\"",
        ),
        (
            Command::StartSequence {
                name: "geo".to_owned(),
                spec: SequenceSpec::Geo { a1: "1".to_owned(), r: long.clone() },
            },
            "r must be an integer of at most 1000 digits, not \"9999",
        ),
    ] {
        let error = session.dispatch(command.clone()).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{command:?}: {error}");
    }
    session.frame(FRAME, TURNS);
    assert_eq!((session.hash(), session.inputs().len()), (hash, inputs));
}

#[test]
fn a_record_that_is_none_is_refused() {
    let mut session = session(1);
    do_at_once(&mut session, next("Seq.FibServer"));
    let run = session.export();
    for (broken, expected) in [
        ("{".to_owned(), "line 1, column 1: the text ends too early"),
        (run.replacen("\"version\":1", "\"version\":9", 1), "a run of version 9"),
        (run.replacen("\"processes\":262144", "\"processes\":4000000", 1), "the run asks for more"),
        (run.replacen("{\"name\":\"Seq.FibServer\"}", "{\"name\":\"\"}", 1), "\"\" is no name"),
    ] {
        assert_ne!(broken, run);
        let error = Session::replay(&broken).err().expect(expected).to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn a_server_is_looked_into() {
    let mut session = session(1);
    do_at_once(&mut session, next("Seq.FibServer"));
    let snapshot = session.snapshot();
    let server = snapshot.processes().find(|process| process.name == Some(Atom::new("Elixir.Seq.FibServer"))).unwrap();
    let info = session.inspect(server.pid).unwrap();
    assert_eq!(info.state.unwrap().to_string(), "%{mod: Seq.Fib, st: {1, 1}}");
}

#[test]
fn a_supervisor_takes_over_other_flags_while_it_and_its_children_run() {
    let mut session = session(7);
    let before = session.snapshot();
    let flags = Command::SupervisorFlags { supervisor: None, strategy: Strategy::OneForAll, intensity: 1, period: 9 };
    do_at_once(&mut session, flags);
    let seen = session.snapshot();
    assert_eq!(last_call(&mut session), ":ok");
    let process = |seen: &Snapshot, name: &str| {
        let found = seen.processes().find(|process| process.name == Some(Atom::new(name))).unwrap();
        seen.node(found.key).unwrap().clone()
    };
    let supervisor = process(&seen, "Elixir.Seq.Supervisor");
    let now = supervisor.supervisor.as_ref().unwrap().flags;
    assert_eq!((now.strategy, now.intensity, now.period), (Strategy::OneForAll, 1, 9));
    for name in ["Elixir.Seq.Supervisor", "Elixir.Seq.FibServer", "Elixir.Seq.ArithServer"] {
        assert_eq!(process(&seen, name).pid(), process(&before, name).pid());
    }
    do_at_once(&mut session, crash("Seq.FibServer", CrashKind::Signal("kill".to_owned())));
    let seen = session.snapshot();
    let incarnations = ["Elixir.Seq.FibServer", "Elixir.Seq.ArithServer"].map(|name| process(&seen, name).incarnation);
    assert_eq!(incarnations, [2, 2]);
    let bad = Command::SupervisorFlags { supervisor: None, strategy: Strategy::OneForOne, intensity: 1, period: 0 };
    assert_eq!(session.dispatch(bad).unwrap_err(), "a period has at least one second");
}
