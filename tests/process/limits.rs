//! Every bound that a process can run into.

use let_it_crash::exit::Raise;
use let_it_crash::limits::Limits;
use let_it_crash::process::{Runtime, SpawnOptions};
use let_it_crash::term::{Atom, Pid, Term};

use crate::stage::*;

fn system_limit<T>() -> Result<T, Raise> {
    Err(Raise::error(Atom::SYSTEM_LIMIT))
}

#[test]
fn a_flooded_receiver_is_killed_and_the_sender_lives() {
    let limits = Limits { mailbox_words: 10_000, ..Limits::default() };
    run_on(&mut Runtime::new(limits), |cx| async move {
        let deaf = spawn(&cx, false, |cx| async move {
            cx.trap_exits(true);
            cx.receive_if(|_| None::<()>).await;
            Ok(())
        });
        settle(&cx).await;
        let mref = cx.monitor(deaf);
        let message = Term::list((0..100).map(Term::Int));
        for _ in 0..40 {
            cx.send(deaf, message.clone())?;
        }
        assert!(cx.is_alive(deaf));
        for _ in 0..40 {
            cx.send(deaf, message.clone())?;
        }
        let reason = cx.receive_if(|message| down(message, mref)).await;
        assert_eq!(reason, atom("killed"));
        Ok(())
    });
}

#[test]
fn a_process_whose_dictionary_grows_too_large_is_killed() {
    let limits = Limits { dictionary_words: 1_000, ..Limits::default() };
    run_on(&mut Runtime::new(limits), |cx| async move {
        let pid = spawn(&cx, false, |cx| async move {
            for n in 0..1_000 {
                cx.put(Term::Int(n), Term::Int(n));
                cx.tick().await;
            }
            Ok(())
        });
        assert_eq!(end_of(&cx, pid).await, atom("killed"));
        Ok(())
    });
}

#[test]
fn a_full_process_table_refuses_until_there_is_room() {
    let limits = Limits { processes: 10, ..Limits::default() };
    run_on(&mut Runtime::new(limits), |cx| async move {
        let options = SpawnOptions { link: true, initial_call: mfa() };
        let others: Vec<_> = (0..9).map(|_| idle(&cx, false)).collect();
        assert_eq!(cx.spawn(options, |_| async { Ok(()) }), system_limit());
        cx.exit(others[0], Atom::KILL);
        settle(&cx).await;
        assert!(cx.spawn(options, |_| async { Ok(()) }).is_ok());
        Ok(())
    });
}

#[test]
fn too_many_timers_are_refused_until_there_is_room() {
    let limits = Limits { timers: 3, ..Limits::default() };
    run_on(&mut Runtime::new(limits), |cx| async move {
        let timer = cx.send_after(ms(10), cx.me(), Term::Nil)?;
        for _ in 0..2 {
            cx.send_after(ms(10), cx.me(), Term::Nil)?;
        }
        assert_eq!(cx.send_after(ms(10), cx.me(), Term::Nil), system_limit());
        assert_eq!(cx.start_timer(ms(10), cx.me(), Term::Nil), system_limit());
        cx.cancel_timer(timer);
        cx.send_after(ms(10), cx.me(), Term::Nil)?;
        cx.sleep(ms(20)).await;
        cx.send_after(ms(10), cx.me(), Term::Nil)?;
        Ok(())
    });
}

#[test]
fn the_log_keeps_no_more_than_its_bytes() {
    let limits = Limits { log_bytes: 10_000, ..Limits::default() };
    let mut node = Runtime::new(limits);
    run_on(&mut node, |cx| async move {
        for _ in 0..1_000 {
            dead(&cx).await;
        }
        Ok(())
    });
    let kernel = node.kernel();
    assert!(kernel.log.bytes() <= 10_000, "{}", kernel.log.bytes());
    assert!(kernel.log.len() > 100);
    assert!(kernel.log.dropped() > 0);
}

/// Each death overflows the next one's mailbox: a long row of them must cost no stack.
#[test]
fn a_row_of_overflowing_mailboxes_ends_one_after_the_other() {
    let mut node = Runtime::new(Limits { mailbox_words: 3, ..Limits::default() });
    let mut last = None;
    for _ in 0..100_000 {
        let watched: Option<Pid> = last;
        let pid = node.spawn(mfa(), move |cx| async move {
            watched.into_iter().for_each(|pid| {
                let _ = cx.monitor(pid);
            });
            cx.receive_if(|_| None::<()>).await;
            Ok(())
        });
        last = pid.ok();
    }
    node.run_until_idle();
    let first = node.kernel().processes().into_iter().next().unwrap();
    node.kernel_mut(|kernel| kernel.exit_signal(first, first, Atom::KILL.into()));
    assert_eq!(node.kernel().process_count(), 0);
}
