//! A node that is dropped gives back every byte it took, at whatever moment it is dropped.
//!
//! Alone in its program: it counts what the whole program has allocated. Each run is done twice
//! and the second one measured, for atoms stay for good.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::alloc::System;
use std::cell::Cell;

use let_it_crash::event::Mfa;
use let_it_crash::lab::simulator::{self, Plan};
use let_it_crash::process::{Budget, Runtime};
use let_it_crash::session::{Command, CrashKind, Options, SequenceSpec, Session, Target, boot};
use let_it_crash::term::Atom;
use let_it_crash::time::{Duration, Instant};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Bytes that `run` took and kept, and those it took in all.
fn kept_of(run: &impl Fn()) -> (i128, usize) {
    run();
    let region = Region::new(ALLOCATOR);
    run();
    let change = region.change();
    (change.bytes_allocated as i128 - change.bytes_deallocated as i128, change.bytes_allocated)
}

/// Small numbers that look like chance (xorshift).
fn chance(seed: &mut u64, below: u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed % below
}

fn is_freed(what: &str, run: impl Fn()) {
    // The harness's own thread may take something meanwhile; what the run keeps, it keeps every time.
    let (kept, taken) = (0..2).map(|_| kept_of(&run)).find(|(kept, _)| *kept == 0).unwrap_or_else(|| kept_of(&run));
    assert!(taken > 5_000, "{what} took {taken} bytes only");
    assert_eq!(kept, 0, "bytes kept by {what}, of {taken}");
}

/// The demo release: supervisors, servers, timers, telemetry; dropped as it boots and after.
fn demo_node(turns: u64) {
    let mut node = boot::node(&Options { demo: true, ..Options::default() }).unwrap();
    node.run(Budget { turns, until: Instant(Duration::from_secs(60).0) });
}

fn chaos(per_minute: u32) -> Command {
    Command::Chaos { per_minute, targets: Vec::new(), seed: None }
}

/// `seq` while clients call it, somebody crashes its servers and everything is written down.
fn busy_session(seed: u64, frames: u64, turns: u64) {
    let mut session = Session::new(Options { seed, ..Options::default() }).unwrap();
    let name = |name: &str| Target::Name(name.to_owned());
    let _ = session.dispatch(Command::Trace { on: seed.is_multiple_of(2) });
    let _ = session.dispatch(Command::AutoRun { rate: 200 });
    let _ = session.dispatch(chaos(600));
    let _ = session.dispatch(Command::StartSequence { name: "more".to_owned(), spec: SequenceSpec::Fib });
    let _ = session.dispatch(Command::Crash { target: name("more"), how: CrashKind::EndlessLoop });
    let _ = session.dispatch(Command::Suspend { target: name("Seq.FibServer") });
    let _ = session.dispatch(Command::Next { server: name("Seq.FibServer") });
    for _ in 0..frames {
        session.frame(Duration::from_millis(16), turns);
    }
}

/// Processes that wait in every way there is, in a node that never runs or runs a little.
fn spawned(turns: u64) {
    let mut node = Runtime::new(let_it_crash::limits::Limits::default());
    let call = Mfa { module: Atom::new("freed"), function: Atom::new("spawned"), arity: 0 };
    for n in 0..20_u64 {
        node.spawn(call, move |cx| async move {
            let me = cx.me();
            cx.send_after(Duration::from_millis(n), me, n.into())?;
            cx.send_after(Duration::from_secs(9), me, n.into())?;
            let held = cx.receive().await;
            cx.put(held.clone(), held);
            cx.sleep(Duration::from_secs(1)).await;
            Ok(())
        })
        .unwrap();
    }
    node.run(Budget { turns, until: Instant(Duration::from_millis(10).0) });
}

// One test, for another beside it would be counted too.
#[test]
fn a_node_that_is_dropped_at_any_moment_gives_every_byte_back() {
    let mut seed = 0x2545_F491_4F6C_DD1D;
    for turns in 0..40 {
        is_freed(&format!("plain processes after {turns} turns"), || spawned(turns));
    }
    for _ in 0..40 {
        let turns = chance(&mut seed, 3_000);
        is_freed(&format!("the demo node after {turns} turns"), || demo_node(turns));
    }
    for run in 0..60 {
        let (frames, turns) = (chance(&mut seed, 40), 1 + chance(&mut seed, 400));
        is_freed(&format!("session {run}, {frames} frames of {turns} turns"), || busy_session(run, frames, turns));
    }
    let in_flight = Cell::new(0);
    for _ in 0..150 {
        let plan = Plan { steps: chance(&mut seed, 3_000), ..Plan::new(chance(&mut seed, u64::MAX)) };
        is_freed(&format!("episode {plan}"), || in_flight.set(in_flight.get() + simulator::cut_short(plan)));
    }
    assert!(in_flight.get() > 150, "{} signals were in flight", in_flight.get());
}
