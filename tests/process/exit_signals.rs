//! What an exit signal does, by the reference manual's tables.
//!
//! OTP: <https://www.erlang.org/docs/25/reference_manual/processes#receiving-exit-signals>

use let_it_crash::exit::Raise;
use let_it_crash::limits::Limits;
use let_it_crash::process::{Cx, Runtime, SpawnOptions};
use let_it_crash::term::{Atom, Pid, Term};
use let_it_crash::time::Duration;

use crate::stage::*;

#[derive(Debug, PartialEq)]
enum Fate {
    Lives,
    /// It gets `{'EXIT', Sender, Reason}`.
    IsTold(Term),
    Dies(Term),
}
use Fate::{Dies, IsTold, Lives};

/// Signals a new process, by `signal`, and sees what becomes of it.
async fn fate(cx: &Cx, trap: bool, reason: &str, by_link: bool) -> Fate {
    let me = cx.me();
    let target = spawn(cx, false, move |cx| async move {
        cx.trap_exits(trap);
        let message = cx.receive().await;
        cx.send(me, message)?;
        cx.receive().await;
        Ok(())
    });
    settle(cx).await;
    let mref = cx.monitor(target);
    if by_link {
        let reason = atom(reason);
        spawn(cx, false, move |cx| async move {
            cx.link(target)?;
            Err(Raise::exit(reason))
        });
    } else {
        cx.exit(target, atom(reason));
    }
    settle(cx).await;
    let seen = messages(cx).await;
    cx.demonitor_flush(mref);
    match seen.first() {
        None => Lives,
        Some(message) => match (down(message, mref), message.as_tuple_of::<3>()) {
            (Some(reason), _) => Dies(reason),
            (None, Some([_, _, reason])) => IsTold(reason.clone()),
            _ => panic!("unexpected {message:?}"),
        },
    }
}

#[test]
fn a_signal_by_exit_2_follows_the_table() {
    run(|cx| async move {
        for (trap, reason, expected) in [
            (false, "kill", Dies(atom("killed"))),
            (true, "kill", Dies(atom("killed"))),
            (false, "normal", Lives),
            (true, "normal", IsTold(atom("normal"))),
            (false, "shutdown", Dies(atom("shutdown"))),
            (true, "shutdown", IsTold(atom("shutdown"))),
            (false, "boom", Dies(atom("boom"))),
            (true, "boom", IsTold(atom("boom"))),
            (false, "killed", Dies(atom("killed"))),
            (true, "killed", IsTold(atom("killed"))),
        ] {
            assert_eq!(fate(&cx, trap, reason, false).await, expected, "trap {trap}, {reason}");
        }
        Ok(())
    });
}

#[test]
fn a_signal_through_a_link_follows_the_table_and_kill_is_an_ordinary_reason_there() {
    run(|cx| async move {
        for (trap, reason, expected) in [
            (false, "kill", Dies(atom("kill"))),
            (true, "kill", IsTold(atom("kill"))),
            (false, "normal", Lives),
            (true, "normal", IsTold(atom("normal"))),
            (false, "shutdown", Dies(atom("shutdown"))),
            (true, "boom", IsTold(atom("boom"))),
        ] {
            assert_eq!(fate(&cx, trap, reason, true).await, expected, "trap {trap}, {reason}");
        }
        Ok(())
    });
}

/// How a process ends that sends itself an exit signal.
async fn fate_of_itself(cx: &Cx, trap: bool, reason: &'static str) -> Term {
    let pid = spawn(cx, false, move |cx| async move {
        cx.trap_exits(trap);
        cx.exit(cx.me(), atom(reason));
        cx.receive().await;
        Err(Raise::exit(Atom::new("was_told")))
    });
    end_of(cx, pid).await
}

#[test]
fn a_signal_to_oneself_works_even_if_it_is_normal() {
    run(|cx| async move {
        assert_eq!(fate_of_itself(&cx, false, "normal").await, atom("normal"));
        assert_eq!(fate_of_itself(&cx, false, "boom").await, atom("boom"));
        assert_eq!(fate_of_itself(&cx, false, "kill").await, atom("killed"));
        assert_eq!(fate_of_itself(&cx, true, "normal").await, atom("was_told"));
        assert_eq!(fate_of_itself(&cx, true, "kill").await, atom("killed"));
        Ok(())
    });
}

#[test]
fn after_its_own_end_a_process_does_nothing_more() {
    run(|cx| async move {
        let me = cx.me();
        let pid = spawn(&cx, false, move |cx| async move {
            cx.exit(cx.me(), Atom::KILL);
            cx.send(me, atom("ghost"))?;
            let _ = cx.register(Atom::new("ghost"), cx.me());
            Ok(())
        });
        assert_eq!(end_of(&cx, pid).await, atom("killed"));
        assert!(messages(&cx).await.is_empty());
        assert_eq!(cx.whereis(Atom::new("ghost")), None);
        Ok(())
    });
}

#[test]
fn an_exit_message_stays_one_if_trapping_ends_before_it_is_read() {
    run(|cx| async move {
        cx.trap_exits(true);
        let pid = idle(&cx, true);
        cx.exit(pid, atom("boom"));
        settle(&cx).await;
        cx.trap_exits(false);
        assert_eq!(messages(&cx).await, [exit_message(pid, atom("boom"))]);
        Ok(())
    });
}

#[test]
fn what_a_process_raises_is_its_reason_by_class() {
    run(|cx| async move {
        let reason = |raise: Raise| {
            let pid = spawn(&cx, false, |_| async move { Err(raise) });
            end_of(&cx, pid)
        };
        assert_eq!(reason(Raise::exit(atom("bye"))).await, atom("bye"));
        assert_eq!(reason(Raise::error(atom("boom"))).await, Term::tuple([atom("boom"), Term::Nil]));
        let nocatch = Term::tuple([Atom::NOCATCH.into(), atom("ball")]);
        assert_eq!(reason(Raise::throw(atom("ball"))).await, Term::tuple([nocatch, Term::Nil]));
        Ok(())
    });
}

#[test]
fn an_exit_signal_to_the_dead_is_no_error() {
    run(|cx| async move {
        let pid = dead(&cx).await;
        cx.exit(pid, Atom::KILL);
        cx.send(pid, atom("hello"))?;
        Ok(())
    });
}

#[test]
fn a_pid_is_never_used_again() {
    run(|cx| async move {
        let first = dead(&cx).await;
        let mut later: Vec<Pid> = Vec::new();
        for _ in 0..1_000 {
            later.push(dead(&cx).await);
        }
        assert!(!later.contains(&first));
        cx.send(first, atom("to the dead"))?;
        assert!(!cx.is_alive(first));
        Ok(())
    });
}

#[test]
fn a_body_that_waits_for_nothing_is_ended() {
    let mut node = Runtime::new(Limits::default());
    run_on(&mut node, |cx| async move {
        let pid = spawn(&cx, false, |_| async {
            std::future::pending::<()>().await;
            Ok(())
        });
        let reason = end_of(&cx, pid).await;
        assert_eq!(reason, Term::tuple([atom("pending_without_wait"), pid.into()]));
        Ok(())
    });
}

#[test]
fn after_its_own_end_a_process_brings_nothing_about() {
    run(|cx| async move {
        let before = cx.processes().len();
        let pid = spawn(&cx, false, move |cx| async move {
            cx.exit(cx.me(), Atom::KILL);
            let child = cx.spawn(SpawnOptions { link: true, initial_call: mfa() }, |_| async { Ok(()) });
            assert!(child.is_err());
            let _ = cx.send_after(Duration::from_millis(1), Atom::new("somebody"), atom("ghost"))?;
            Ok(())
        });
        cx.register(Atom::new("somebody"), cx.me())?;
        end_of(&cx, pid).await;
        cx.sleep(Duration::from_millis(5)).await;
        assert!(messages(&cx).await.is_empty());
        assert_eq!(cx.processes().len(), before);
        Ok(())
    });
}
