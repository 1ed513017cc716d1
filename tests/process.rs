//! Rules of processes that are cheap to state in Rust.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::cell::Cell;
use std::rc::Rc;

use let_it_crash::event::Mfa;
use let_it_crash::limits::Limits;
use let_it_crash::process::{Runtime, SpawnOptions};
use let_it_crash::term::{Atom, Term};
use let_it_crash::time::Duration;

fn mfa() -> Mfa {
    Mfa { module: Atom::new("test"), function: Atom::new("run"), arity: 0 }
}

#[test]
fn messages_between_two_processes_arrive_in_order() {
    let mut node = Runtime::new(Limits::default());
    let seen = Rc::new(Cell::new(0));
    let count = seen.clone();
    node.spawn(mfa(), |cx| async move {
        let parent = cx.me();
        let child = cx.spawn(SpawnOptions { link: true, initial_call: mfa() }, |cx| async move {
            for n in 0..1_000 {
                cx.send(parent, Term::Int(n))?;
            }
            Ok(())
        })?;
        for n in 0..1_000 {
            assert_eq!(cx.receive().await, Term::Int(n));
            count.set(count.get() + 1);
        }
        assert!(!cx.is_alive(child));
        Ok(())
    })
    .unwrap();
    node.run_until_idle();
    assert_eq!(seen.get(), 1_000);
    assert_eq!(node.kernel().process_count(), 0);
}

#[test]
fn an_endless_loop_does_not_stop_the_clock_of_others() {
    let mut node = Runtime::new(Limits::default());
    let woken = Rc::new(Cell::new(None));
    let flag = woken.clone();
    node.spawn(mfa(), |cx| async move {
        loop {
            cx.charge(1);
            cx.tick().await;
        }
    })
    .unwrap();
    node.spawn(mfa(), |cx| async move {
        cx.sleep(Duration::from_millis(50)).await;
        flag.set(Some(cx.now().as_millis()));
        Ok(())
    })
    .unwrap();
    node.advance(Duration::from_millis(60));
    assert_eq!(woken.get(), Some(50));
}
