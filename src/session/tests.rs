//! What only the inside can tell.

use super::*;

fn chaos(per_minute: u32) -> Command {
    Command::Chaos { per_minute, targets: Vec::new(), seed: None }
}

#[test]
fn a_dropped_session_frees_everything() {
    let mut session = Session::new(Options::default()).unwrap();
    let held = session.system_env.clone();
    let commands = [
        Command::AutoRun { rate: 1_000 },
        chaos(6_000),
        Command::Crash { target: Target::Name("Seq.FibServer".to_owned()), how: CrashKind::EndlessLoop },
        Command::Next { server: Target::Name("Seq.FibServer".to_owned()) },
    ];
    for command in commands {
        session.dispatch(command).unwrap();
        session.frame(Duration::from_millis(50), 10_000);
    }
    session.dispatch(Command::Next { server: Target::Name("Seq.ArithServer".to_owned()) }).unwrap();
    assert!(Rc::strong_count(&held) > 1);
    drop(session);
    assert_eq!(Rc::strong_count(&held), 1);
}

#[test]
fn the_end_of_all_processes_in_one_turn_is_seen() {
    use crate::process::SpawnOptions;
    use crate::term::Atom;

    let mut session = Session::new(Options::default()).unwrap();
    let alive = session.snapshot().counts.alive;
    let initial_call = chaos::initial_call();
    let everybody = move |cx: crate::process::Cx| async move {
        for _ in 0..100_000 {
            let options = SpawnOptions { link: true, initial_call };
            cx.spawn(options, |cx| async move { Err(crate::exit::Raise::throw(cx.receive().await)) })?;
            cx.tick().await;
        }
        Err(crate::exit::Raise::exit(Atom::new("all")))
    };
    session.node.spawn(initial_call, everybody).unwrap();
    session.frame(Duration::from_secs(3_600), u64::MAX);
    let counts = session.snapshot().counts;
    assert_eq!((counts.alive, counts.crashes), (alive, 100_001));
    assert_eq!(session.lost_entries(), 0);
}

/// A session in which everybody waits, paused, with a call of Fib's `next` to come.
fn with_a_call() -> Session {
    let mut session = Session::new(Options::default()).unwrap();
    session.frame(Duration::from_secs(1), 100_000);
    session.pause();
    session.dispatch(Command::Next { server: Target::Name("Seq.FibServer".to_owned()) }).unwrap();
    session
}

fn fib(session: &Session) -> Option<Term> {
    let pid = session.node.kernel().whereis(Atom::new("Elixir.Seq.FibServer"))?;
    session.inspect(pid)?.state
}

#[test]
fn a_step_by_a_message_ends_in_the_turn_that_sent_one() {
    let mut session = with_a_call();
    let (sent, turns) = (session.node.kernel().messages(), session.turns());
    assert!(session.stride(Stride::Message, 1_000));
    assert!(session.node.kernel().messages() > sent);
    assert_eq!(session.turns(), turns + 1, "the client's first turn sends its call");
}

#[test]
fn a_step_by_a_callback_ends_when_it_has_returned() {
    let mut session = with_a_call();
    let before = fib(&session);
    assert!(session.stride(Stride::Callback, 1_000));
    let after = fib(&session);
    assert!(after.is_some() && after != before, "{before:?} {after:?}");
    assert_eq!(session.snapshot().counts.calls, 0, "the client has not seen the reply yet");
}

#[test]
fn a_step_ends_where_nothing_will_ever_happen() {
    let mut session = with_a_call();
    while session.step() {}
    for stride in [Stride::Turn, Stride::Message, Stride::Callback] {
        assert!(!session.stride(stride, 1_000), "{stride:?}");
    }
    let mut session = with_a_call();
    session.dispatch(Command::AutoRun { rate: 1 }).unwrap();
    let turns = session.turns();
    assert!(session.stride(Stride::Message, 1), "no farther than it may");
    assert!(session.turns() <= turns + 1);
}

#[test]
fn time_passes_until_the_next_crash_and_not_a_turn_longer() {
    let mut session = Session::new(Options::default()).unwrap();
    session.pause();
    for command in [Command::AutoRun { rate: 100 }, chaos(600)] {
        session.dispatch(command).unwrap();
    }
    for crashes in 1..=3 {
        session.stride(Stride::Crash, 0);
        assert!(session.is_playing() && session.awaits_crash());
        for _ in 0..1_000 {
            session.pass(Duration::from_millis(16), 10_000);
        }
        let seen = session.snapshot();
        assert!(!session.is_playing() && !session.awaits_crash());
        assert_eq!((seen.counts.crashes, seen.counts.restarts), (crashes, crashes - 1));
        assert_eq!(session.now(), session.node.now());
    }
    session.stride(Stride::Crash, 0);
    session.pause();
    session.play();
    session.pass(Duration::from_secs(10), 1_000_000);
    assert!(session.is_playing(), "whoever pauses no longer waits for it");
}

#[test]
fn steps_leave_no_trace_in_a_run() {
    let run = |strides: &[Stride]| {
        let mut session = with_a_call();
        session.dispatch(Command::AutoRun { rate: 20 }).unwrap();
        for stride in strides {
            session.stride(*stride, 100);
        }
        session.play();
        let until = Instant(10_000_000_000);
        session.pass(until.since(session.now()), 1_000_000);
        session.hash()
    };
    assert_eq!(run(&[]), run(&[Stride::Turn, Stride::Message, Stride::Callback, Stride::Message]));
}
