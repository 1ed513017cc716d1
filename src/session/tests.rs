//! What only the inside can tell.

use super::*;

#[test]
fn a_dropped_session_frees_everything() {
    let mut session = Session::new(Options::default()).unwrap();
    let held = session.system_env.clone();
    let commands = [
        Command::AutoRun { rate: 1_000 },
        Command::Chaos { per_minute: 6_000 },
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
