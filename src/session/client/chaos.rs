//! Chaos: a client that crashes sequence servers, now and then, somehow.

use crate::event::Mfa;
use crate::exit::Raise;
use crate::process::Cx;
use crate::process::fault::Fault;
use crate::term;
use crate::term::{Atom, Pid, Term};
use crate::time::{Duration, Instant};

use super::super::effect;
use super::random::Random;
use super::{introduce, sequence_servers, told};

/// Its registered name.
pub const NAME: &str = "chaos";

/// Most crashes a minute.
pub const MAX_PER_MINUTE: u32 = 6_000;

/// The function it begins in.
#[must_use]
pub fn initial_call() -> Mfa {
    Mfa { module: Atom::new(NAME), function: Atom::INIT, arity: 1 }
}

/// So many crashes a minute from now on; none for 0.
#[must_use]
pub fn per_minute(crashes: u32) -> Term {
    term!({per_minute, (crashes)})
}

/// Its life, all of it decided by `seed` and what is there to crash.
///
/// # Errors
/// `badarg` if there is one already.
pub async fn life(cx: Cx, seed: u64) -> Result<(), Raise> {
    cx.register(Atom::new(NAME), cx.me())?;
    introduce(&cx, Atom::new(NAME));
    let mut random = Random::new(seed);
    let mut next: Option<(Instant, u64)> = None;
    loop {
        let wait = next.map(|(due, _)| due.since(cx.now()));
        match cx.receive_next(wait).await {
            Some(message) => {
                if let Some(crashes) = told(&message, "per_minute") {
                    next = 60_000_000_000u64
                        .checked_div(crashes)
                        .map(|period| (cx.now() + pause(&mut random, period), period));
                }
            }
            None => {
                let servers = sequence_servers(&cx).await;
                if let Some(server) = servers.get(random.below(servers.len() as u64) as usize) {
                    strike(&cx, &mut random, *server);
                }
                next = next.map(|(_, period)| (cx.now() + pause(&mut random, period), period));
            }
        }
    }
}

/// From half a period to one and a half, on average one.
fn pause(random: &mut Random, period: u64) -> Duration {
    Duration(period / 2 + random.below(period.max(1)))
}

/// Crashes a server in one of the ways there are.
fn strike(cx: &Cx, random: &mut Random, server: Pid) {
    let fault = match random.below(7) {
        0 => Fault::Raise(effect::runtime_error("chaos")),
        1 => Fault::Raise(Raise::throw(term!(chaos))),
        2 => Fault::Raise(Raise::exit(term!(chaos))),
        3 => Fault::Raise(effect::bad_match()),
        4 => Fault::Return(term!(chaos)),
        5 => Fault::Stop(term!(chaos)),
        _ => return cx.exit(server, Atom::KILL),
    };
    cx.inject(server, fault);
    // Any message brings the callback that the fault waits for.
    let _ = cx.send(server, term!(chaos));
}
