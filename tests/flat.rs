//! A page may stay open for days: once its histories are full, a session that goes on being called
//! and crashed keeps no more than it did.
//!
//! Alone in its program: it counts what the whole program has allocated.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::alloc::System;

use let_it_crash::session::{Command, Options, Session};
use let_it_crash::supervision::Strategy;
use let_it_crash::time::Duration;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn kept() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// The most bytes kept at the end of a second, of so many seconds.
fn most_kept(session: &mut Session, seconds: u32) -> usize {
    let second = |_| {
        for _ in 0..30 {
            session.frame(Duration::from_millis(33), 4_000);
        }
        kept()
    };
    (0..seconds).map(second).max().unwrap()
}

#[test]
fn a_session_that_is_called_and_crashed_for_long_keeps_no_more_and_no_more() {
    let mut session = Session::new(Options::default()).unwrap();
    let generous =
        Command::SupervisorFlags { supervisor: None, strategy: Strategy::OneForOne, intensity: 1_000, period: 1 };
    let chaos = Command::Chaos { per_minute: 1_200, targets: Vec::new(), seed: None };
    for command in [generous, Command::AutoRun { rate: 100 }, chaos] {
        session.dispatch(command).unwrap();
    }
    let warm = most_kept(&mut session, 240);
    let crashes = session.snapshot().counts.crashes;
    let later = most_kept(&mut session, 240);
    let more = session.snapshot().counts.crashes - crashes;
    assert!(more > 4_000, "it goes on crashing: {more}");
    assert!(warm > 1 << 20, "histories are kept: {warm} bytes");
    assert!(later < warm + warm / 20, "{warm} bytes, and later {later}");
}
