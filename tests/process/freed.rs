//! A dropped node leaves nothing behind, at whatever moment it is dropped.

use std::rc::{Rc, Weak};

use let_it_crash::limits::Limits;
use let_it_crash::process::{Budget, Cx, Runtime};
use let_it_crash::term::{Atom, Term};
use let_it_crash::time::Instant;

use crate::stage::*;

/// Something that has to be freed: the bytes of a binary term.
fn token(tokens: &mut Vec<Weak<Box<[u8]>>>) -> Term {
    let bytes: Rc<Box<[u8]>> = Rc::new([1, 2, 3].into());
    tokens.push(Rc::downgrade(&bytes));
    Term::Binary(bytes)
}

/// A process that does a little of everything with things that have to be freed.
async fn busy(cx: Cx, tokens: Rc<[Term; 8]>) -> Result<(), let_it_crash::exit::Raise> {
    cx.trap_exits(true);
    let [message, timer, key, reason, captured, held, late, named] = &*tokens;
    let echo_token = captured.clone();
    let me = cx.me();
    let echo = spawn(&cx, true, move |cx| async move {
        loop {
            let message = cx.receive().await;
            cx.send(me, Term::tuple([echo_token.clone(), message]))?;
            cx.yield_now().await;
        }
    });
    cx.register(Atom::new("echo"), echo)?;
    cx.put(key.clone(), held.clone());
    cx.monitor(echo);
    cx.send_after(ms(5), echo, timer.clone())?;
    cx.send_after(ms(500), cx.me(), late.clone())?;
    cx.send_after(ms(500), Atom::new("echo"), named.clone())?;
    cx.send(echo, message.clone())?;
    cx.receive_if(|message| message.as_tuple().map(drop)).await;
    cx.sleep(ms(10)).await;
    cx.exit(echo, reason.clone());
    let nested = spawn(&cx, true, |cx| async move {
        spawn(&cx, true, |cx| async move {
            cx.receive().await;
            Ok(())
        });
        Ok(())
    });
    cx.monitor_with_alias(nested);
    loop {
        cx.receive_if(|_| None::<()>).await;
    }
}

fn node(tokens: &mut Vec<Weak<Box<[u8]>>>) -> (Runtime, Weak<String>) {
    let mut node = Runtime::new(Limits::default());
    let installed = Rc::new("of the host".to_owned());
    let weak = Rc::downgrade(&installed);
    node.install(installed);
    let terms = Rc::new(std::array::from_fn(|_| token(tokens)));
    node.spawn(mfa(), |cx| busy(cx, terms)).unwrap();
    (node, weak)
}

#[test]
fn a_node_that_is_dropped_frees_everything_at_any_moment() {
    for turns in 0..60 {
        let mut tokens = Vec::new();
        let (mut node, shared) = node(&mut tokens);
        node.kernel_mut(|kernel| kernel.trace_all(turns % 2 == 0));
        node.run(Budget { turns, until: Instant(ms(1_000).0) });
        drop(node);
        assert_eq!(shared.strong_count(), 0, "what processes share, after {turns} turns");
        assert!(tokens.iter().all(|token| token.strong_count() == 0), "a term, after {turns} turns");
    }
}

#[test]
fn a_dead_process_leaves_nothing_in_the_node() {
    let mut tokens = Vec::new();
    let (mut node, _shared) = node(&mut tokens);
    node.run(Budget { turns: 10_000, until: Instant(ms(1_000).0) });
    let alive = node.kernel().processes();
    for pid in alive {
        node.kernel_mut(|kernel| kernel.exit_signal(pid, pid, Atom::KILL.into()));
    }
    drop(node.drain_log());
    assert_eq!(node.kernel().process_count(), 0);
    // What was sent to a name waits there for whoever has it then.
    let left = tokens.iter().filter(|token| token.strong_count() > 0).count();
    assert_eq!(left, 0, "terms of dead processes");
}

#[test]
fn a_body_that_drops_into_the_node_may_use_it() {
    struct LastWords(Cx);
    impl Drop for LastWords {
        fn drop(&mut self) {
            let _ = self.0.send(self.0.me(), Term::Nil);
            self.0.trap_exits(true);
        }
    }
    run(|cx| async move {
        let pid = spawn(&cx, false, |cx| async move {
            let _words = LastWords(cx.same());
            cx.receive().await;
            Ok(())
        });
        settle(&cx).await;
        cx.exit(pid, Atom::KILL);
        settle(&cx).await;
        assert!(!cx.is_alive(pid));
        Ok(())
    });
}
