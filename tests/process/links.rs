//! Links.
//!
//! OTP: <https://www.erlang.org/docs/25/reference_manual/processes#links>

use std::cell::RefCell;
use std::rc::Rc;

use let_it_crash::event::Event;
use let_it_crash::exit::Raise;
use let_it_crash::limits::Limits;
use let_it_crash::process::{Cx, Runtime};
use let_it_crash::term::{Atom, Pid, Term};

use crate::stage::*;

fn links_of(cx: &Cx, pid: Pid) -> Vec<Pid> {
    cx.of(pid, |process| process.links.to_vec()).unwrap()
}

#[test]
fn a_link_has_two_sides_and_exists_once() {
    run(|cx| async move {
        let other = idle(&cx, false);
        cx.link(other)?;
        cx.link(other)?;
        assert_eq!((links_of(&cx, cx.me()), links_of(&cx, other)), (vec![other], vec![cx.me()]));
        cx.unlink(other);
        assert_eq!((links_of(&cx, cx.me()), links_of(&cx, other)), (vec![], vec![]));
        cx.unlink(other);
        Ok(())
    });
}

#[test]
fn a_link_to_oneself_is_none() {
    run(|cx| async move {
        cx.link(cx.me())?;
        assert_eq!(links_of(&cx, cx.me()), []);
        Ok(())
    });
}

#[test]
fn a_link_to_the_dead_raises_noproc_or_if_trapped_is_a_message() {
    run(|cx| async move {
        let pid = dead(&cx).await;
        assert_eq!(cx.link(pid), Err(Raise::error(Atom::NOPROC)));
        cx.trap_exits(true);
        cx.link(pid)?;
        assert_eq!(messages(&cx).await, [exit_message(pid, Atom::NOPROC)]);
        assert_eq!(links_of(&cx, cx.me()), []);
        Ok(())
    });
}

#[test]
fn nothing_comes_through_a_link_that_is_gone() {
    run(|cx| async move {
        cx.trap_exits(true);
        let pid = idle(&cx, true);
        cx.unlink(pid);
        cx.exit(pid, Atom::KILL);
        settle(&cx).await;
        assert!(messages(&cx).await.is_empty());
        Ok(())
    });
}

#[test]
fn either_side_may_unlink() {
    run(|cx| async move {
        cx.trap_exits(true);
        let me = cx.me();
        let pid = spawn(&cx, true, move |cx| async move {
            cx.unlink(me);
            Err(Raise::exit(atom("boom")))
        });
        end_of(&cx, pid).await;
        assert!(messages(&cx).await.is_empty());
        Ok(())
    });
}

#[test]
fn the_links_of_the_dead_are_told_oldest_process_first() {
    let mut node = Runtime::new(Limits::default());
    let expected = Rc::new(RefCell::new(Vec::new()));
    let spokes = expected.clone();
    run_on(&mut node, move |cx| async move {
        let hub = idle(&cx, false);
        let spoke = || {
            spawn(&cx, false, move |cx| async move {
                cx.receive().await;
                cx.link(hub)?;
                cx.receive().await;
                Ok(())
            })
        };
        *spokes.borrow_mut() = (0..50).map(|_| spoke()).collect::<Vec<Pid>>();
        for spoke in spokes.borrow().iter().rev() {
            cx.send(*spoke, atom("link"))?;
        }
        settle(&cx).await;
        cx.exit(hub, atom("boom"));
        Ok(())
    });
    let log = node.drain_log();
    let told = log.iter().filter_map(|entry| match &entry.event {
        Event::ExitSignal { to, link: true, .. } => Some(*to),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), *expected.borrow());
}

#[test]
fn a_chain_of_100_000_links_dies_without_deep_recursion() {
    let mut node = Runtime::new(Limits::default());
    run_on(&mut node, |cx| async move {
        let mut next = idle(&cx, false);
        let last = next;
        for _ in 1..100_000 {
            let before = next;
            next = spawn(&cx, false, move |cx| async move {
                cx.link(before)?;
                loop {
                    cx.receive().await;
                }
            });
            cx.tick().await;
        }
        settle(&cx).await;
        let mref = cx.monitor(last);
        cx.exit(next, atom("boom"));
        let reason = cx.receive_if(|message| down(message, mref)).await;
        assert_eq!(reason, atom("boom"));
        assert_eq!(cx.processes(), [cx.me()]);
        Ok(())
    });
}

#[test]
fn a_normal_end_kills_no_linked_process() {
    run(|cx| async move {
        let pid = spawn(&cx, true, |_| async { Ok(()) });
        assert_eq!(end_of(&cx, pid).await, Term::from(Atom::NORMAL));
        assert_eq!(links_of(&cx, cx.me()), []);
        Ok(())
    });
}
