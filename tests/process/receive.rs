//! Messages and receives.
//!
//! OTP: <https://www.erlang.org/docs/25/reference_manual/expressions#receive>

use std::cell::Cell;
use std::rc::Rc;

use let_it_crash::term::Term;
use let_it_crash::time::Duration;

use crate::stage::*;

#[test]
fn messages_between_two_processes_arrive_in_order() {
    run(|cx| async move {
        let parent = cx.me();
        let child = spawn(&cx, true, move |cx| async move {
            for n in 0..1_000 {
                cx.send(parent, Term::Int(n))?;
            }
            Ok(())
        });
        for n in 0..1_000 {
            assert_eq!(cx.receive().await, Term::Int(n));
        }
        assert!(!cx.is_alive(child));
        Ok(())
    });
}

#[test]
fn a_selective_receive_leaves_the_others_in_order() {
    run(|cx| async move {
        for n in 0..10 {
            cx.send(cx.me(), Term::Int(n))?;
        }
        for wanted in [7, 3] {
            cx.receive_if(|message| (message.as_int() == Some(wanted)).then_some(())).await;
        }
        let rest: Vec<_> = messages(&cx).await.iter().filter_map(Term::as_int).collect();
        assert_eq!(rest, [0, 1, 2, 4, 5, 6, 8, 9]);
        Ok(())
    });
}

#[test]
fn a_waiting_receive_looks_at_each_message_once() {
    run(|cx| async move {
        let me = cx.me();
        spawn(&cx, false, move |cx| async move {
            for n in 0..1_000 {
                cx.send(me, Term::Int(n))?;
                cx.yield_now().await;
            }
            cx.send(me, atom("wanted"))
        });
        let looks = Rc::new(Cell::new(0));
        let count = looks.clone();
        cx.receive_if(move |message| {
            count.set(count.get() + 1);
            (*message == atom("wanted")).then_some(())
        })
        .await;
        assert_eq!(looks.get(), 1_001);
        assert_eq!(messages(&cx).await.len(), 1_000);
        Ok(())
    });
}

#[test]
fn a_time_out_of_zero_takes_what_is_there_and_waits_for_nothing() {
    run(|cx| async move {
        let before = cx.now();
        assert_eq!(cx.receive_next(Some(Duration::ZERO)).await, None);
        cx.send(cx.me(), atom("there"))?;
        assert_eq!(cx.receive_next(Some(Duration::ZERO)).await, Some(atom("there")));
        assert!(cx.now().since(before) < ms(1));
        Ok(())
    });
}

#[test]
fn a_time_out_counts_from_the_start_of_the_receive() {
    run(|cx| async move {
        let (me, before) = (cx.me(), cx.now());
        spawn(&cx, false, move |cx| async move {
            loop {
                cx.sleep(ms(40)).await;
                cx.send(me, atom("unwanted"))?;
            }
        });
        let none = cx.receive_within(Some(ms(100)), |message| (*message == atom("wanted")).then_some(())).await;
        assert_eq!((none, cx.now().since(before).as_millis()), (None, 100));
        assert_eq!(messages(&cx).await.len(), 2);
        Ok(())
    });
}

#[test]
fn the_selecting_closure_may_send_to_its_own_process() {
    run(|cx| async move {
        cx.send(cx.me(), Term::Int(1))?;
        let same = cx.same();
        let got = cx
            .receive_if(move |message| {
                if message.as_int() == Some(1) {
                    same.send(same.me(), Term::Int(2)).unwrap();
                }
                message.as_int().filter(|n| *n == 2)
            })
            .await;
        assert_eq!(got, 2);
        assert_eq!(messages(&cx).await, [Term::Int(1)]);
        Ok(())
    });
}

#[test]
fn a_receive_behind_a_mark_does_not_see_what_was_there() {
    run(|cx| async move {
        cx.send(cx.me(), atom("answer"))?;
        let mark = cx.mark();
        let seen = cx.receive_from(mark, Some(Duration::ZERO), |message| Some(message.clone())).await;
        assert_eq!(seen, None);
        assert_eq!(messages(&cx).await, [atom("answer")]);
        Ok(())
    });
}
