//! Timers.
//!
//! OTP: <https://www.erlang.org/docs/25/man/erlang#send_after-3>

use let_it_crash::term::{Atom, Term};
use let_it_crash::time::Duration;

use crate::stage::*;

#[test]
fn timers_fire_in_order_of_time_and_then_of_setting() {
    run(|cx| async move {
        for (n, after) in [30, 10, 20, 10, 30, 0].into_iter().enumerate() {
            cx.send_after(ms(after), cx.me(), n.into())?;
        }
        cx.sleep(ms(50)).await;
        let order: Vec<_> = messages(&cx).await.iter().filter_map(Term::as_int).collect();
        assert_eq!(order, [5, 1, 3, 2, 0, 4]);
        Ok(())
    });
}

#[test]
fn a_timer_is_never_early() {
    run(|cx| async move {
        let before = cx.now();
        cx.send_after(ms(25), cx.me(), Term::Nil)?;
        cx.receive().await;
        assert_eq!(cx.now().since(before).as_millis(), 25);
        Ok(())
    });
}

#[test]
fn a_cancelled_timer_tells_what_was_left_and_never_fires() {
    run(|cx| async move {
        let timer = cx.send_after(ms(100), cx.me(), Term::Nil)?;
        cx.sleep(ms(30)).await;
        let left = cx.read_timer(timer).unwrap();
        assert!(left <= ms(70) && left > ms(69));
        assert_eq!(cx.cancel_timer(timer), Some(left));
        assert_eq!((cx.cancel_timer(timer), cx.read_timer(timer)), (None, None));
        cx.sleep(ms(200)).await;
        assert!(messages(&cx).await.is_empty());
        Ok(())
    });
}

#[test]
fn a_timer_to_a_name_looks_it_up_when_it_fires() {
    run(|cx| async move {
        cx.send_after(ms(10), Atom::new("later"), atom("tick"))?;
        cx.register(Atom::new("later"), cx.me())?;
        cx.sleep(ms(20)).await;
        assert_eq!(messages(&cx).await, [atom("tick")]);
        cx.send_after(ms(10), Atom::new("nobody"), atom("tick"))?;
        cx.sleep(ms(20)).await;
        Ok(())
    });
}

#[test]
fn a_timer_outlives_its_setter_and_ends_with_its_receiver() {
    run(|cx| async move {
        let (me, receiver) = (cx.me(), idle(&cx, false));
        let setter = spawn(&cx, false, move |cx| async move {
            cx.send_after(ms(10), me, atom("to me"))?;
            let other = cx.send_after(ms(10), receiver, atom("to the dead"))?;
            cx.send(me, other.into())
        });
        let other = cx.receive_if(Term::as_ref_id).await;
        end_of(&cx, setter).await;
        cx.exit(receiver, Atom::KILL);
        settle(&cx).await;
        assert_eq!(cx.read_timer(other), None);
        cx.sleep(ms(20)).await;
        assert_eq!(messages(&cx).await, [atom("to me")]);
        Ok(())
    });
}

#[test]
fn start_timer_sends_its_reference_along() {
    run(|cx| async move {
        let timer = cx.start_timer(ms(5), cx.me(), atom("content"))?;
        let message = cx.receive().await;
        assert_eq!(message, Term::tuple([Atom::TIMEOUT.into(), timer.into(), atom("content")]));
        Ok(())
    });
}

#[test]
fn a_timer_without_delay_fires_at_once() {
    run(|cx| async move {
        let before = cx.now();
        cx.send_after(Duration::ZERO, cx.me(), atom("now"))?;
        assert_eq!(cx.receive().await, atom("now"));
        assert!(cx.now().since(before) < ms(1));
        Ok(())
    });
}

#[test]
fn time_outs_that_are_equal_come_in_order_of_waiting() {
    run(|cx| async move {
        let me = cx.me();
        for n in 0..20 {
            spawn(&cx, false, move |cx| async move {
                cx.sleep(ms(10)).await;
                cx.send(me, Term::Int(n))
            });
        }
        cx.sleep(ms(20)).await;
        let order: Vec<_> = messages(&cx).await.iter().filter_map(Term::as_int).collect();
        assert_eq!(order, (0..20).collect::<Vec<_>>());
        Ok(())
    });
}

#[test]
fn a_timer_to_the_dead_ends_as_it_is_set() {
    run(|cx| async move {
        let gone = dead(&cx).await;
        let timer = cx.send_after(Duration::from_millis(10), gone, atom("late"))?;
        assert_eq!(cx.read_timer(timer), None);
        assert_eq!(cx.cancel_timer(timer), None);
        Ok(())
    });
}
