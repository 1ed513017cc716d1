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
