//! Crashes a server and prints what the log tells of it, until another process has its name.

use let_it_crash::observe::snapshot::Happening;
use let_it_crash::session::{Command, CrashKind, Options, Session, Target};
use let_it_crash::time::Duration;

fn main() -> Result<(), String> {
    let fib = || Target::Name("Seq.FibServer".to_owned());
    let mut session = Session::new(Options::default())?;
    for _ in 0..5 {
        session.dispatch(Command::Next { server: fib() })?;
        session.frame(Duration::from_millis(16), 10_000);
    }
    let begin = session.snapshot().seq;
    session.dispatch(Command::Crash { target: fib(), how: CrashKind::Raise("let it crash".to_owned()) })?;
    session.frame(Duration::from_millis(16), 10_000);
    session.dispatch(Command::Next { server: fib() })?;
    let Some(after) = session.frame(Duration::from_millis(16), 10_000) else { return Ok(()) };

    for moment in after.moments.iter().filter(|moment| moment.seq >= begin) {
        let told = match &moment.what {
            Happening::Exited { pid, reason, .. } if !reason.to_string().starts_with(':') => {
                format!("{pid} ends: {reason}")
            }
            Happening::RestartCounted { used, .. } => format!("its supervisor counts restart {used} of 3 in 5 s"),
            Happening::ChildStarted { pid, again: true, .. } => format!("{pid} takes its place"),
            _ => continue,
        };
        println!("{:>10} {told}", Duration(moment.at.0).to_string());
    }
    if let Some(call) = after.calls.last() {
        println!("and its next number is {:?}: it has begun anew", call.outcome);
    }
    Ok(())
}
