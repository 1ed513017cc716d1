//! Auto-run: a client that calls all sequence servers in turn, at a steady rate.

use crate::event::Mfa;
use crate::exit::Raise;
use crate::process::Cx;
use crate::seq::server;
use crate::term;
use crate::term::{Atom, Pid, Term};
use crate::time::{Duration, Instant};

use super::{introduce, observed, sequence_servers, told};

/// Its registered name.
pub const NAME: &str = "auto_run";

/// Most calls a second.
pub const MAX_RATE: u32 = 10_000;

/// The function it begins in.
#[must_use]
pub fn initial_call() -> Mfa {
    Mfa { module: Atom::new(NAME), function: Atom::INIT, arity: 0 }
}

/// So many calls a second from now on; none for 0.
#[must_use]
pub fn rate(calls_a_second: u32) -> Term {
    term!({rate, (calls_a_second)})
}

/// Its life.
///
/// # Errors
/// `badarg` if there is one already.
pub async fn life(cx: Cx) -> Result<(), Raise> {
    cx.register(Atom::new(NAME), cx.me())?;
    introduce(&cx, Atom::new(NAME));
    let mut servers = Round::default();
    let mut next: Option<(Instant, Duration)> = None;
    loop {
        let wait = next.map(|(due, _)| due.since(cx.now()));
        match cx.receive_next(wait).await {
            Some(message) => {
                if let Some(rate) = told(&message, "rate") {
                    next = 1_000_000_000u64.checked_div(rate).map(|period| (cx.now(), Duration(period)));
                }
            }
            None => {
                if let Some(server) = servers.next(&cx).await {
                    let target = name_of(&cx, server);
                    Box::pin(observed(&cx, target, term!(next), server::next(&cx, server))).await;
                }
                // Calls that a slow server has held up are not made up for.
                next = next.map(|(due, period)| ((due + period).max(cx.now()), period));
            }
        }
    }
}

/// The servers still to be called in this round.
#[derive(Default)]
struct Round(std::vec::IntoIter<Pid>);

impl Round {
    /// The next server that is alive; a new round asks who is there. `None` if nobody is.
    async fn next(&mut self, cx: &Cx) -> Option<Pid> {
        if let Some(server) = self.0.find(|server| cx.is_alive(*server)) {
            return Some(server);
        }
        self.0 = sequence_servers(cx).await.into_iter();
        self.0.next()
    }
}

fn name_of(cx: &Cx, pid: Pid) -> Term {
    cx.of(pid, |process| process.name).flatten().map_or(pid.into(), Term::from)
}
