//! Plain processes that do all that a process may, at random.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::event::Mfa;
use crate::exit::Raise;
use crate::kernel::Dest;
use crate::process::{Cx, SpawnOptions};
use crate::term::{Atom, Pid, Ref, Term};
use crate::time::Duration;

use super::random::one_of;
use super::world::{Act, Wait, World};

/// Messages have one of this many classes, which selective receives tell apart.
const CLASSES: usize = 3;

pub(super) fn mfa(function: &str) -> Mfa {
    Mfa { module: Atom::new("sim"), function: Atom::new(function), arity: 0 }
}

struct Actor {
    cx: Cx,
    world: Rc<World>,
    monitors: Vec<Ref>,
    timers: Vec<(u64, Ref)>,
    /// The last number of each sender and class.
    seen: BTreeMap<(Pid, i64), i64>,
}

/// The life of a plain process.
pub(super) async fn live(cx: Cx) -> Result<(), Raise> {
    let world = World::of(&cx);
    let mut actor = Actor { cx, world, monitors: Vec::new(), timers: Vec::new(), seen: BTreeMap::new() };
    loop {
        if !actor.world.chaos.get() {
            actor.take_any(None).await;
            continue;
        }
        actor.do_something().await?;
        if !actor.cx.is_alive(actor.cx.me()) {
            actor.cx.yield_now().await; // it has ended itself, and gets no further
        }
        actor.cx.tick().await;
    }
}

/// An exit reason, of every kind that rules tell apart.
pub(super) fn reason(world: &World) -> Term {
    let mut random = world.random();
    let name = one_of!(random; "normal", "kill", "killed", "shutdown", "boom", "shutdown_x");
    match name {
        "shutdown_x" => Term::tuple([Atom::SHUTDOWN.into(), Term::atom("x")]),
        name => Term::atom(name),
    }
}

/// A message of a plain process: `{m, From, Number, Class}`.
pub(super) fn message(world: &World, from: Pid) -> Term {
    let number = i64::try_from(world.next()).unwrap_or(0);
    let class = i64::try_from(world.random().below(CLASSES)).unwrap_or(0);
    Term::tuple([Term::atom("m"), from.into(), Term::Int(number), Term::Int(class)])
}

/// Sender, number and class of a plain process's message.
pub(crate) fn read(message: &Term) -> Option<(Pid, i64, i64)> {
    match message.as_tuple()? {
        [tag, Term::Pid(from), Term::Int(number), Term::Int(class)] if tag.is_atom(Atom::new("m")) => {
            Some((*from, *number, *class))
        }
        _ => None,
    }
}

impl Actor {
    async fn do_something(&mut self) -> Result<(), Raise> {
        let Some(peer) = self.world.peer() else { return Ok(()) };
        let dice = self.world.random().below(100);
        match dice {
            0..26 => self.talk(dice, peer),
            26..50 => self.listen(dice).await,
            50..62 => self.relate(dice, peer),
            62..77 => self.watch(dice, peer),
            77..85 => self.names(dice),
            85..95 => self.clock(dice, peer),
            95..98 => self.breed(),
            _ => self.end(peer).await?,
        }
        Ok(())
    }

    fn talk(&self, dice: usize, peer: Pid) {
        let burst = if dice == 0 { 12 } else { 1 };
        for _ in 0..burst {
            let message = message(&self.world, self.cx.me());
            let _ = self.cx.send(peer, message);
        }
    }

    async fn listen(&mut self, dice: usize) {
        match dice {
            26..40 => self.take_any(Some(self.span())).await,
            40..48 => {
                let class = i64::try_from(self.world.random().below(CLASSES)).unwrap_or(0);
                self.take_class(class).await;
            }
            _ => self.cx.yield_now().await,
        }
    }

    async fn take_any(&mut self, timeout: Option<Duration>) {
        let (me, start) = (self.cx.me(), self.cx.now());
        self.world.wait(me, Some(Wait::Any));
        let taken = self.cx.receive_next(timeout).await;
        self.world.wait(me, None);
        self.took(taken, start, timeout);
    }

    async fn take_class(&mut self, class: i64) {
        let (me, start) = (self.cx.me(), self.cx.now());
        let timeout = Some(self.span());
        self.world.wait(me, Some(Wait::Class(class)));
        let wanted = |message: &Term| read(message).filter(|read| read.2 == class).map(|_| message.clone());
        let taken = self.cx.receive_within(timeout, wanted).await;
        self.world.wait(me, None);
        self.took(taken, start, timeout);
    }

    fn took(&mut self, taken: Option<Term>, start: crate::time::Instant, timeout: Option<Duration>) {
        let Some(message) = taken else {
            let waited = self.cx.now().since(start);
            if timeout.is_some_and(|timeout| waited < timeout) {
                self.world.act(Act::Saw("I8", format!("a receive timed out after {waited} of {timeout:?}")));
            }
            return;
        };
        self.world.act(Act::Took(self.cx.me(), 1));
        if let Some((from, number, class)) = read(&message) {
            let before = self.seen.insert((from, class), number).unwrap_or(0);
            self.world.act(Act::Checked("I4"));
            if before >= number {
                self.world.act(Act::Saw("I4", format!("{from} sent {number} before {before}")));
            }
        }
    }

    fn relate(&self, dice: usize, peer: Pid) {
        match dice {
            50..54 => drop(self.cx.link(peer)),
            54..57 => self.cx.unlink(peer),
            57..59 => {
                let mine = self.cx.of(self.cx.me(), |me| me.links.to_vec()).unwrap_or_default();
                if let Some(linked) = self.world.random().pick(&mine) {
                    self.cx.unlink(linked);
                }
            }
            59 => {
                self.cx.unlink(peer);
                let _ = self.cx.link(peer);
            }
            _ => drop(self.cx.trap_exits(self.world.random().chance(600))),
        }
    }

    fn watch(&mut self, dice: usize, peer: Pid) {
        let mine = self.world.random().below(self.monitors.len());
        match dice {
            62..67 => self.monitors.push(self.cx.monitor(peer)),
            67 => self.monitors.push(self.cx.monitor_with_alias(peer)),
            68 => {
                let name = self.name();
                self.monitors.push(self.cx.monitor(name));
            }
            69..71 => {
                if let Some(mref) = self.monitors.get(mine) {
                    let before = self.waiting();
                    let _ = self.cx.send(Dest::Alias(*mref), message(&self.world, self.cx.me()));
                    self.world.act(Act::Got(self.cx.me(), self.waiting() - before));
                }
            }
            71..74 if !self.monitors.is_empty() => drop(self.cx.demonitor(self.monitors.swap_remove(mine))),
            74..77 if !self.monitors.is_empty() => self.demonitor_and_flush(mine),
            _ => {}
        }
    }

    fn demonitor_and_flush(&mut self, mine: usize) {
        let before = self.waiting();
        self.cx.demonitor_flush(self.monitors.swap_remove(mine));
        self.world.act(Act::Took(self.cx.me(), before - self.waiting()));
    }

    fn waiting(&self) -> u64 {
        self.cx.of(self.cx.me(), |me| me.mailbox.len() as u64).unwrap_or(0)
    }

    fn name(&self) -> Atom {
        self.world.random().pick(&self.world.names).unwrap_or_default()
    }

    fn names(&self, dice: usize) {
        let name = self.name();
        match dice {
            77..80 => drop(self.cx.register(name, self.cx.me())),
            80 => drop(self.cx.unregister(name)),
            _ => drop(self.cx.send(name, message(&self.world, self.cx.me()))),
        }
    }

    fn span(&self) -> Duration {
        Duration::from_millis(self.world.random().below(40) as u64)
    }

    fn clock(&mut self, dice: usize, peer: Pid) {
        match dice {
            85..91 => {
                let to = if dice == 85 { self.cx.me() } else { peer };
                let (number, span) = (self.world.next(), self.span());
                let content = Term::tuple([Term::atom("sim_timer"), Term::Int(i64::try_from(number).unwrap_or(0))]);
                if let Ok(timer) = self.cx.send_after(span, to, content) {
                    let at = self.cx.now() + span;
                    if self.cx.is_alive(to) {
                        self.world.act(Act::TimerSet { number, timer, at, to });
                    }
                    self.timers.push((number, timer));
                }
            }
            _ if self.timers.is_empty() => {}
            _ => {
                let mine = self.world.random().below(self.timers.len());
                let (number, timer) = self.timers.swap_remove(mine);
                let left = self.cx.cancel_timer(timer);
                self.world.act(Act::TimerCancelled { number, left, now: self.cx.now() });
            }
        }
    }

    fn breed(&self) {
        if self.world.actors.borrow().len() < self.world.population {
            let link = self.world.random().chance(500);
            if let Ok(child) = self.cx.spawn(SpawnOptions { link, initial_call: mfa("live") }, |cx| Box::pin(live(cx)))
            {
                self.world.actors.borrow_mut().push(child);
            }
        }
    }

    /// The end of itself or, more often, of another.
    async fn end(&self, peer: Pid) -> Result<(), Raise> {
        let why = reason(&self.world);
        let way = self.world.random().below(10);
        match way {
            0 => Err(Raise::error(why)),
            1 => Err(Raise::exit(why)),
            2 => Err(Raise::throw(why)),
            3 => {
                self.exit(self.cx.me(), why);
                // Dead, unless it traps or was told `normal` in vain: a ghost's deeds have no effect.
                let _ = self.cx.send(peer, message(&self.world, self.cx.me()));
                let _ = self.cx.link(peer);
                self.breed();
                Ok(())
            }
            _ => {
                self.exit(peer, why);
                Ok(())
            }
        }
    }

    fn exit(&self, to: Pid, why: Term) {
        let before = self.waiting();
        self.cx.exit(to, why);
        self.world.act(Act::Got(self.cx.me(), self.waiting().saturating_sub(before)));
    }
}
