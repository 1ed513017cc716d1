//! Suspended processes.
//!
//! OTP: <https://www.erlang.org/docs/25/man/erlang#suspend_process-1>

use let_it_crash::process::Cx;
use let_it_crash::term::{Atom, Pid, Term};

use crate::stage::*;

/// A process that sends back what it gets.
fn echo(cx: &Cx) -> Pid {
    let me = cx.me();
    spawn(cx, false, move |cx| async move {
        loop {
            let message = cx.receive().await;
            cx.send(me, message)?;
        }
    })
}

#[test]
fn a_suspended_process_keeps_its_messages_until_it_is_resumed() {
    run(|cx| async move {
        let pid = echo(&cx);
        cx.suspend(pid)?;
        cx.send(pid, Term::Int(1))?;
        cx.send(pid, Term::Int(2))?;
        settle(&cx).await;
        assert!(messages(&cx).await.is_empty());
        cx.resume(pid)?;
        settle(&cx).await;
        assert_eq!(messages(&cx).await, [Term::Int(1), Term::Int(2)]);
        Ok(())
    });
}

#[test]
fn a_process_is_resumed_as_often_as_it_was_suspended() {
    run(|cx| async move {
        let pid = echo(&cx);
        cx.suspend(pid)?;
        cx.suspend(pid)?;
        cx.send(pid, Term::Nil)?;
        cx.resume(pid)?;
        settle(&cx).await;
        assert!(messages(&cx).await.is_empty());
        cx.resume(pid)?;
        settle(&cx).await;
        assert_eq!(messages(&cx).await, [Term::Nil]);
        Ok(())
    });
}

#[test]
fn a_suspended_process_can_be_killed() {
    run(|cx| async move {
        let pid = echo(&cx);
        cx.suspend(pid)?;
        cx.exit(pid, Atom::KILL);
        assert_eq!(end_of(&cx, pid).await, Term::from(Atom::NOPROC));
        Ok(())
    });
}

#[test]
fn a_time_out_that_falls_into_a_suspension_comes_after_it() {
    run(|cx| async move {
        let me = cx.me();
        let pid = spawn(&cx, false, move |cx| async move {
            cx.sleep(ms(10)).await;
            cx.send(me, cx.now().as_millis().into())
        });
        settle(&cx).await;
        cx.suspend(pid)?;
        cx.sleep(ms(50)).await;
        assert!(messages(&cx).await.is_empty());
        cx.resume(pid)?;
        settle(&cx).await;
        assert_eq!(messages(&cx).await, [Term::Int(50)]);
        Ok(())
    });
}

#[test]
fn a_busy_process_can_be_suspended() {
    run(|cx| async move {
        let pid = spawn(&cx, false, |cx| async move {
            loop {
                cx.charge(1);
                cx.tick().await;
            }
        });
        cx.yield_now().await;
        cx.suspend(pid)?;
        let work = cx.of(pid, |process| process.reductions);
        for _ in 0..10 {
            cx.yield_now().await;
        }
        assert_eq!(cx.of(pid, |process| process.reductions), work);
        cx.resume(pid)?;
        for _ in 0..10 {
            cx.yield_now().await;
        }
        assert!(cx.of(pid, |process| process.reductions) > work);
        Ok(())
    });
}

#[test]
fn who_dies_leaves_nobody_suspended() {
    run(|cx| async move {
        let pid = echo(&cx);
        let other = spawn(&cx, false, move |cx| async move {
            cx.suspend(pid)?;
            cx.suspend(pid)?;
            cx.receive().await;
            Ok(())
        });
        settle(&cx).await;
        assert_eq!(cx.process_info(pid, "status")?, Term::tuple([atom("status"), atom("suspended")]));
        let times = Term::tuple([pid.into(), 2.into(), 0.into()]);
        assert_eq!(cx.process_info(other, "suspending")?, Term::tuple([atom("suspending"), Term::list([times])]));
        cx.send(pid, Term::Nil)?;
        settle(&cx).await;
        assert!(messages(&cx).await.is_empty());
        cx.exit(other, Atom::KILL);
        settle(&cx).await;
        assert_eq!(messages(&cx).await, [Term::Nil]);
        Ok(())
    });
}

#[test]
fn only_who_suspended_resumes_and_nobody_suspends_itself_or_the_dead() {
    run(|cx| async move {
        let badarg = Err(let_it_crash::exit::Raise::error(Atom::BADARG));
        let (pid, gone) = (echo(&cx), dead(&cx).await);
        assert_eq!(
            (cx.suspend(cx.me()), cx.suspend(gone), cx.resume(pid)),
            (badarg.clone(), badarg.clone(), badarg.clone())
        );
        let other = spawn(&cx, false, move |cx| async move {
            cx.suspend(pid)?;
            cx.receive().await;
            Ok(())
        });
        settle(&cx).await;
        assert_eq!(cx.resume(pid), badarg);
        cx.send(other, Term::Nil)?;
        Ok(())
    });
}
