//! Chaos: a client that crashes processes, now and then, somehow.

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

/// Most processes that it is told to hit by name.
pub const MAX_TARGETS: usize = 200;

/// The function it begins in.
#[must_use]
pub fn initial_call() -> Mfa {
    Mfa { module: Atom::new(NAME), function: Atom::INIT, arity: 1 }
}

/// So many crashes a minute from now on, of any sequence server; none for 0.
#[must_use]
pub fn per_minute(crashes: u32) -> Term {
    term!({per_minute, (crashes)})
}

/// So many crashes a minute from now on, of those that have these names (of any sequence server,
/// if there are none), by a seed of its own or by the run's.
#[must_use]
pub fn order(crashes: u32, targets: &[Atom], seed: Option<u64>) -> Term {
    let names = Term::list(targets.iter().map(|name| Term::from(*name)));
    let seed = seed.map_or(Atom::UNDEFINED.into(), Term::from);
    term!({per_minute, (crashes), (names), (seed)})
}

/// Its life, all of it decided by seeds and by what is there to crash.
///
/// # Errors
/// `badarg` if there is one already.
pub async fn life(cx: Cx, seed: u64) -> Result<(), Raise> {
    cx.register(Atom::new(NAME), cx.me())?;
    introduce(&cx, Atom::new(NAME));
    let mut random = Random::new(seed);
    let mut targets: Vec<Atom> = Vec::new();
    let mut next: Option<(Instant, u64)> = None;
    loop {
        let wait = next.map(|(due, _)| due.since(cx.now()));
        match cx.receive_next(wait).await {
            Some(message) => {
                let crashes = match told(&message, "per_minute") {
                    Some(crashes) => {
                        targets.clear();
                        crashes
                    }
                    None => {
                        let Some(order) = Order::of(&message) else { continue };
                        random = Random::new(order.seed.unwrap_or(seed));
                        targets = order.targets;
                        order.crashes
                    }
                };
                next = 60_000_000_000u64
                    .checked_div(crashes)
                    .map(|period| (cx.now() + pause(&mut random, period), period));
            }
            None => {
                let there = victims(&cx, &targets).await;
                if let Some(victim) = there.get(random.below(there.len() as u64) as usize) {
                    strike(&cx, &mut random, *victim);
                }
                next = next.map(|(_, period)| (cx.now() + pause(&mut random, period), period));
            }
        }
    }
}

/// What [`order`] says.
struct Order {
    crashes: u64,
    targets: Vec<Atom>,
    seed: Option<u64>,
}

impl Order {
    fn of(message: &Term) -> Option<Self> {
        let [tag, crashes, targets, seed] = message.as_tuple_of()?;
        if *tag != term!(per_minute) {
            return None;
        }
        let targets = targets.iter().filter_map(Term::as_atom).collect();
        Some(Order { crashes: crashes.to().ok()?, targets, seed: seed.to().ok() })
    }
}

/// Who is there to be hit.
async fn victims(cx: &Cx, targets: &[Atom]) -> Vec<Pid> {
    if targets.is_empty() {
        return sequence_servers(cx).await;
    }
    targets.iter().filter_map(|name| cx.whereis(*name)).collect()
}

/// From half a period to one and a half, on average one.
fn pause(random: &mut Random, period: u64) -> Duration {
    Duration(period / 2 + random.below(period.max(1)))
}

/// Crashes a process in one of the ways there are; of what runs no callbacks only a kill takes.
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
