//! What is sent, what lands, and what comes of it.

use crate::kernel::Kernel;
use crate::kernel::process::Status;
use crate::kernel::transport::{Flying, Kind};
use crate::term::{Atom, Pid, Ref, Term};

use super::{Invariants, LastWords};

/// A monitor's life.
#[derive(Debug)]
pub(super) struct Monitor {
    pub(super) by: Pid,
    pub(super) target: Pid,
    /// It was taken back.
    pub(super) off: bool,
    downs: u32,
    pub(super) told: u32,
}

/// The receiver of a signal just before it lands.
#[derive(Clone, Debug, Default)]
pub struct Before {
    alive: bool,
    trap: bool,
    linked: bool,
    has_alias: bool,
    messages: usize,
    words: u64,
}

impl Before {
    /// Looks at the receiver of a signal that is about to land.
    #[must_use]
    pub fn of(kernel: &Kernel, flying: &Flying) -> Self {
        let Some(process) = kernel.process(flying.to) else { return Before::default() };
        let alias = if let Kind::Message { alias, .. } = &flying.kind { *alias } else { None };
        Before {
            alive: true,
            trap: process.trap_exit,
            linked: process.links.contains(flying.from),
            has_alias: alias.is_none_or(|alias| process.has_alias(alias)),
            messages: process.mailbox.len(),
            words: process.mailbox.words(),
        }
    }
}

/// What an exit signal does.
#[derive(Clone, Debug, PartialEq)]
enum Fate {
    Nothing,
    IsTold,
    Dies(Term),
}

/// The reference manual's tables, once more.
///
/// OTP: <https://www.erlang.org/docs/25/reference_manual/processes#receiving-exit-signals>
fn fate(before: &Before, reason: &Term, link: bool) -> Fate {
    match (before.alive, link, before.linked, before.trap) {
        (false, _, _, _) | (true, true, false, _) => Fate::Nothing,
        (true, false, _, _) if reason.is_atom(Atom::KILL) => Fate::Dies(Atom::KILLED.into()),
        (true, _, _, true) => Fate::IsTold,
        (true, _, _, false) if reason.is_atom(Atom::NORMAL) => Fate::Nothing,
        (true, _, _, false) => Fate::Dies(reason.clone()),
    }
}

impl Invariants {
    /// A signal lands: the model changes as it should.
    pub(super) fn lands(&mut self, flying: &Flying, before: &Before) {
        self.landed += 1;
        let (from, to) = (flying.from, flying.to);
        let alive = self.live.contains_key(&to);
        self.check("I1", alive == before.alive, || format!("{to} is alive: {}, should be: {alive}", before.alive));
        let Some(shadow) = self.live.get_mut(&to) else { return };
        match &flying.kind {
            Kind::Message { .. } => shadow.delivered += u64::from(before.has_alias),
            Kind::Exit { reason, link, .. } => {
                if *link {
                    shadow.links.remove(&from);
                }
                shadow.delivered += u64::from(fate(before, reason, *link) == Fate::IsTold);
            }
            Kind::Link if shadow.unlinking.contains_key(&from) => {}
            Kind::Link => drop(shadow.links.insert(from)),
            Kind::Unlink(_) => drop(shadow.links.remove(&from)),
            Kind::Unlinked(id) => {
                if shadow.unlinking.get(&from) == Some(id) {
                    shadow.unlinking.remove(&from);
                }
            }
            Kind::Monitor(mref) => drop(shadow.watched_by.insert(*mref, from)),
            Kind::Demonitor(mref) => drop(shadow.watched_by.remove(mref)),
            Kind::Down { .. } => {}
        }
    }

    /// A signal has landed: its receiver is as it should be.
    pub(super) fn has_landed(&mut self, kernel: &Kernel, flying: &Flying, before: &Before) {
        let (from, to) = (flying.from, flying.to);
        match &flying.kind {
            Kind::Exit { reason, link, .. } => {
                let fate = fate(before, reason, *link);
                self.meets(kernel, to, before, &fate, flying);
            }
            Kind::Message { .. } if before.alive && before.has_alias => self.is_woken(kernel, to, before),
            _ => {}
        }
        if kernel.flying(from, to).next().is_none() && kernel.flying(to, from).next().is_none() {
            self.links_agree(kernel, from, to);
        }
    }

    fn meets(&mut self, kernel: &Kernel, to: Pid, before: &Before, fate: &Fate, flying: &Flying) {
        let process = kernel.process(to);
        let messages = process.map(|process| process.mailbox.len());
        let ended = self.dead.get(&to).map(|end| end.1.clone());
        let fine = match fate {
            Fate::Nothing => before.alive == process.is_some() && messages.unwrap_or(0) == before.messages,
            Fate::IsTold => messages == Some(before.messages + 1) || overflowed(kernel, before, ended.as_ref()),
            Fate::Dies(reason) => process.is_none() && ended.as_ref() == Some(reason),
        };
        self.check("I5", fine, || format!("{flying:?} met {before:?}: should be {fate:?}, ended {ended:?}"));
        if *fate == Fate::IsTold {
            self.hears(to, flying.from);
            self.is_woken(kernel, to, before);
        }
    }

    fn is_woken(&mut self, kernel: &Kernel, to: Pid, before: &Before) {
        let status = kernel.process(to).map(|process| process.status);
        let ended = self.dead.get(&to).map(|end| end.1.clone());
        let fine = match status {
            Some(status) => status != Status::Waiting,
            None => overflowed(kernel, before, ended.as_ref()),
        };
        self.check("I11", fine, || format!("{to} got a message and is {status:?}, ended {ended:?}"));
    }

    /// With nothing between them, both sides of a link know of it or none.
    fn links_agree(&mut self, kernel: &Kernel, a: Pid, b: Pid) {
        let (Some(one), Some(other)) = (kernel.process(a), kernel.process(b)) else { return };
        let (ab, ba) = (one.links.contains(b), other.links.contains(a));
        self.check("I2", ab == ba, || format!("{a} is linked to {b}: {ab}, the other way: {ba}"));
    }

    /// A signal is sent. `answered` is the one that has just landed, if this may be the answer to it.
    pub(super) fn was_sent(&mut self, kernel: &Kernel, flying: &Flying, answered: Option<&Flying>) {
        self.sent += 1;
        self.landed += u64::from(flying.from == flying.to);
        let (from, to) = (flying.from, flying.to);
        match &flying.kind {
            Kind::Message { term, alias } => {
                let timer = self.timer_fires(kernel, term);
                if !timer {
                    self.speaks(from, flying);
                }
                if from == to
                    && alias.is_none()
                    && let Some(shadow) = self.live.get_mut(&to)
                {
                    shadow.delivered += 1;
                }
            }
            Kind::Exit { reason, link: true, cause: Some(cause) } => self.last_exit(from, to, reason, *cause),
            Kind::Exit { link: true, cause: None, .. } => {
                // `link` to the dead by one who traps exits: it is linked until it is told.
                let is_answer = answered.is_some_and(|landed| landed.from == to && landed.kind == Kind::Link);
                if let Some(shadow) = self.live.get_mut(&to)
                    && !is_answer
                {
                    shadow.links.insert(from);
                }
            }
            Kind::Exit { link: false, reason, .. } => {
                self.speaks(from, flying);
                self.tells(kernel, from, to, reason, flying.now);
            }
            Kind::Link => {
                self.speaks(from, flying);
                if let Some(shadow) = self.live.get_mut(&from) {
                    shadow.links.insert(to);
                    shadow.unlinking.remove(&to);
                }
            }
            Kind::Unlink(id) => {
                self.speaks(from, flying);
                if let Some(shadow) = self.live.get_mut(&from) {
                    shadow.links.remove(&to);
                    shadow.unlinking.insert(to, *id);
                }
            }
            Kind::Unlinked(_) => {}
            Kind::Monitor(mref) => {
                self.speaks(from, flying);
                self.monitors.insert(*mref, Monitor { by: from, target: to, off: false, downs: 0, told: 0 });
                if from == to
                    && let Some(shadow) = self.live.get_mut(&to)
                {
                    shadow.watched_by.insert(*mref, from);
                }
            }
            Kind::Demonitor(mref) => {
                if let Some(monitor) = self.monitors.get_mut(mref) {
                    monitor.off = true;
                }
                if from == to
                    && let Some(shadow) = self.live.get_mut(&to)
                {
                    shadow.watched_by.remove(mref);
                }
            }
            Kind::Down { mref, reason, cause } => self.last_down(from, to, *mref, reason, *cause),
        }
    }

    /// Only the living act.
    fn speaks(&mut self, from: Pid, flying: &Flying) {
        let silent = self.dead.contains_key(&from);
        self.check("I6", !silent, || format!("{from} is dead and sends {flying:?}"));
    }

    fn last_exit(&mut self, from: Pid, to: Pid, reason: &Term, cause: u64) {
        let end = self.dead.get(&from).map(|end| end.0);
        let words = self.last_words.get_mut(&from);
        let expected = words.is_some_and(|words| words.links.remove(&to) && words.reason == *reason);
        let fine = expected && end == Some(cause);
        self.check("I6", fine, || format!("{from} tells {to} of its end, {reason:?}: not linked, or another reason"));
    }

    fn last_down(&mut self, from: Pid, to: Pid, mref: Ref, reason: &Term, cause: Option<u64>) {
        if let Some(monitor) = self.monitors.get_mut(&mref) {
            monitor.downs += 1;
            let downs = monitor.downs;
            self.check("I3", downs == 1, || format!("{downs} 'DOWN's of {from} for one monitor of {to}"));
        }
        let fine = match (cause, self.last_words.get_mut(&from)) {
            (None, _) => reason.is_atom(Atom::NOPROC) && !self.live.contains_key(&from),
            (Some(_), Some(words)) => words.watched_by.remove(&mref).is_some() && words.reason == *reason,
            (Some(_), None) => false,
        };
        self.check("I6", fine, || format!("{from} sends {to} a 'DOWN' of {reason:?} that nobody is due"));
    }

    pub(super) fn was_told_down(&mut self, to: Pid, mref: Ref) {
        if let Some(shadow) = self.live.get_mut(&to) {
            shadow.delivered += 1;
        }
        let Some(monitor) = self.monitors.get_mut(&mref) else { return };
        monitor.told += 1;
        let (told, off) = (monitor.told, monitor.off);
        self.check("I3", told == 1 && !off, || format!("{to} was told 'DOWN' {told} times, demonitored: {off}"));
    }

    /// Whoever died in this step has told everybody.
    pub(super) fn no_last_word_is_missing(&mut self) {
        for (pid, LastWords { mut links, mut watched_by, .. }) in std::mem::take(&mut self.last_words) {
            // Nobody tells itself.
            links.remove(&pid);
            watched_by.retain(|_, by| *by != pid);
            let fine = links.is_empty() && watched_by.is_empty();
            self.check("I6", fine, || format!("{pid} did not tell links {links:?} and monitors {watched_by:?}"));
        }
    }
}

fn overflowed(kernel: &Kernel, before: &Before, ended: Option<&Term>) -> bool {
    before.words + 64 > kernel.limits.mailbox_words && ended.is_some_and(|reason| reason.is_atom(Atom::KILLED))
}
