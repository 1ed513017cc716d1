//! Signals: everything that processes do to each other.
//!
//! OTP: <https://www.erlang.org/docs/25/reference_manual/processes#signals>

use crate::event::Event;
use crate::exit::ExitReason;
use crate::term::{Atom, Pid, Ref, Term};

use super::message::Message;
use super::planted::Fault;
use super::process::{Process, Watch};
use super::{Dest, Kernel};

/// A signal on its way to a process.
pub(crate) enum Signal {
    /// A message of so many words.
    Message { message: Message, words: u32 },
    /// A message by alias: it arrives only while the alias is active.
    Aliased { alias: Ref, message: Message, words: u32 },
    /// Through a link (`link`) or by `exit/2`. `cause` is the log position of the sender's exit.
    Exit { from: Pid, reason: ExitReason, link: bool, cause: Option<u64> },
    /// The sender links itself to the receiver.
    Link { from: Pid },
    /// The sender is no longer linked to the receiver.
    Unlink { from: Pid, id: u64 },
    /// The sender has seen the receiver's `Unlink` of this id.
    Unlinked { by: Pid, id: u64 },
    /// The sender watches the receiver.
    Monitor { by: Pid, mref: Ref },
    /// The sender no longer watches.
    Demonitor { mref: Ref },
    /// The watched process has ended.
    Down { from: Pid, mref: Ref, reason: ExitReason, cause: Option<u64> },
}

/// What became of a `link/1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkOutcome {
    /// Linked, or had been; or the caller traps exits and will get an `'EXIT'` message.
    Done,
    /// No such process, and the caller does not trap exits: the error `noproc`.
    NoProc,
}

impl Kernel {
    /// Sends a message. `false` if the destination is a name that nobody has (`badarg`); a dead
    /// process is no error.
    ///
    /// OTP: <https://www.erlang.org/docs/25/reference_manual/processes#sending-signals>
    pub fn send(&mut self, from: Pid, to: Dest, message: Message) -> bool {
        let words = message.words();
        self.dispatch(from, to, message, words)
    }

    /// [`Kernel::send`] for the few places that send most, and have weighed the message. It makes
    /// no signal of a message that arrives at once.
    #[inline(always)]
    pub(crate) fn dispatch(&mut self, from: Pid, to: Dest, message: Message, words: u32) -> bool {
        match to {
            Dest::Pid(to) => self.dispatch_to(from, to, words, || message),
            Dest::Alias(alias) => self.dispatch_by_alias(from, alias, words, || message),
            Dest::Name(name) => return self.send_by_name(from, name, message),
        }
        true
    }

    /// [`Kernel::dispatch`] to a process. The message is made where it is needed, which saves
    /// moving it.
    #[inline(always)]
    pub(crate) fn dispatch_to(&mut self, from: Pid, to: Pid, words: u32, make: impl FnOnce() -> Message) {
        self.messages += 1;
        if self.is_watched() {
            self.dispatch_watched(from, to, None, make(), words);
        } else {
            self.enqueue(to, words, make);
        }
    }

    /// Is any message logged, or kept in flight?
    #[inline(always)]
    fn is_watched(&self) -> bool {
        self.watched > 0
    }

    /// [`Kernel::dispatch`] to whoever has the alias.
    #[inline(always)]
    pub(crate) fn dispatch_by_alias(&mut self, from: Pid, alias: Ref, words: u32, make: impl FnOnce() -> Message) {
        let Some(owner) = self.table.at(alias.slot()) else { return };
        self.messages += 1;
        let (to, passes) = (owner.pid, owner.awaits_by_alias(alias));
        if passes && !self.is_watched() {
            self.enqueue(to, words, make);
        } else {
            self.dispatch_unusual(from, to, alias, make(), words);
        }
    }

    /// A message by alias whose way is not the usual one.
    #[cold]
    #[inline(never)]
    fn dispatch_unusual(&mut self, from: Pid, to: Pid, alias: Ref, message: Message, words: u32) {
        if self.is_watched() {
            self.dispatch_watched(from, to, Some(alias), message, words);
        } else if self.passes_alias(to, alias) {
            self.enqueue(to, words, || message);
        }
    }

    /// Logs a message if either end is traced, and makes a signal of it if signals stay in flight.
    #[cold]
    #[inline(never)]
    fn dispatch_watched(&mut self, from: Pid, to: Pid, alias: Option<Ref>, mut message: Message, words: u32) {
        if self.is_traced(from, to) {
            message.set_id(self.messages);
            self.log.sent(self.now, from, to, message.clone());
        }
        match alias {
            Some(alias) if self.is_slow() => self.depart(from, to, Signal::Aliased { alias, message, words }),
            None if self.is_slow() => self.depart(from, to, Signal::Message { message, words }),
            Some(alias) if !self.passes_alias(to, alias) => {}
            _ => self.enqueue(to, words, || message),
        }
    }

    #[inline(never)]
    fn send_by_name(&mut self, from: Pid, name: Atom, message: Message) -> bool {
        self.whereis(name).is_some_and(|to| self.send(from, Dest::Pid(to), message))
    }

    /// Is a message from one to the other to be logged?
    #[inline]
    fn is_traced(&self, from: Pid, to: Pid) -> bool {
        let traced = |pid| self.table.get(pid).is_some_and(|process: &Process| process.traced);
        self.trace_all || traced(from) || traced(to)
    }

    /// `exit(to, reason)` by `from`.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#exit-2>
    pub fn exit_signal(&mut self, from: Pid, to: Pid, reason: ExitReason) {
        self.transmit(from, to, Signal::Exit { from, reason, link: false, cause: None });
    }

    /// `link(to)` by `me`.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#link-1>
    pub fn link(&mut self, me: Pid, to: Pid) -> LinkOutcome {
        let Some(process) = self.table.get(me) else { return LinkOutcome::Done };
        if me == to || process.links.contains(to) {
            return LinkOutcome::Done;
        }
        if self.table.get(to).is_some() {
            self.emit(Event::Linked { a: me, b: to });
            self.add_link(me, to);
            self.no_longer_unlinking(me, to);
            self.transmit(me, to, Signal::Link { from: me });
            return LinkOutcome::Done;
        }
        if !process.trap_exit {
            return LinkOutcome::NoProc;
        }
        self.add_link(me, to);
        self.transmit(to, me, Signal::Exit { from: to, reason: Atom::NOPROC.into(), link: true, cause: None });
        LinkOutcome::Done
    }

    pub(super) fn add_link(&mut self, a: Pid, b: Pid) {
        if let Some(process) = self.table.get_mut(a) {
            process.links.insert(b);
        }
    }

    /// `unlink(to)` by `me`: no exit signal from `to` arrives through the link any more.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#unlink-1>
    pub fn unlink(&mut self, me: Pid, to: Pid) {
        let Some(process) = self.table.get_mut(me) else { return };
        if process.links.remove(to) {
            self.emit(Event::Unlinked { a: me, b: to });
            if self.planted.is(Fault::HalfUnlinked) {
                return;
            }
            let id = self.unlinking(me, to);
            self.transmit(me, to, Signal::Unlink { from: me, id });
        }
    }

    /// Until the other side has seen an `Unlink`, its `Link`s may be older and do not count. The
    /// id of the `Unlink`; 0 where it arrives at once and nothing can be older.
    ///
    /// OTP: <https://www.erlang.org/docs/25/apps/erts/erl_dist_protocol#link_protocol>
    fn unlinking(&mut self, me: Pid, to: Pid) -> u64 {
        if !self.is_slow() || self.planted.is(Fault::UnlinkIsForgotten) {
            return 0;
        }
        self.counter += 1;
        let id = self.counter;
        if let Some(process) = self.table.get_mut(me) {
            process.cold_mut().unlinking.insert(to, id);
        }
        id
    }

    fn no_longer_unlinking(&mut self, me: Pid, other: Pid) {
        if let Some(cold) = self.table.get_mut(me).and_then(|process| process.cold.as_mut()) {
            cold.unlinking.remove(other);
        }
    }

    /// `monitor(process, target)` by `me`. With `alias` the reference is also an alias of `me`
    /// until the monitor is gone. A dead target answers with a `'DOWN'` of reason `noproc`.
    /// A monitor that is an alias belongs to one call and is not logged.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#monitor-2>
    #[inline]
    pub fn monitor(&mut self, me: Pid, target: Dest, alias: bool) -> Ref {
        let mref = self.make_ref(me);
        let (pid, name) = match target {
            Dest::Pid(pid) => (Some(pid), None),
            Dest::Name(name) => (self.whereis(name), Some(name)),
            Dest::Alias(alias) => (self.table.at(alias.slot()).map(|process| process.pid), None),
        };
        // A name that nobody has is watched as a pid that nobody can have.
        let target = pid.unwrap_or(Pid::new(u32::MAX, 0));
        if target == me && !alias {
            return mref; // it will not hear of its own end
        }
        if let Some(process) = self.table.get_mut(me) {
            process.monitors.insert(mref, Watch { target, name, alias });
            if !alias {
                self.emit(Event::Monitored { by: me, target, mref });
            }
            self.transmit(me, target, Signal::Monitor { by: me, mref });
        }
        mref
    }

    /// `demonitor(mref)` by `me`. `false` if it was not active.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#demonitor-2>
    #[inline]
    pub fn demonitor(&mut self, me: Pid, mref: Ref) -> bool {
        let Some(process) = self.table.get_mut(me) else { return false };
        let Some(watch) = process.monitors.remove(mref) else { return false };
        if let Some(cold) = &mut process.cold {
            cold.tags.remove(mref);
        }
        if !watch.alias {
            self.emit(Event::Demonitored { by: me, target: watch.target, mref });
        }
        self.transmit(me, watch.target, Signal::Demonitor { mref });
        true
    }

    /// A signal reaches its process. Inline, for its sender knows which signal it is; what sends
    /// signals in its turn is not, lest there be no end to it.
    #[inline(always)]
    pub(super) fn arrive(&mut self, to: Pid, signal: Signal) {
        match signal {
            Signal::Message { message, words } => self.enqueue(to, words, || message),
            Signal::Aliased { alias, message, words } => {
                if self.passes_alias(to, alias) {
                    self.enqueue(to, words, || message);
                }
            }
            Signal::Exit { from, reason, link, cause } => self.arrive_exit(to, from, reason, link, cause),
            Signal::Link { from } => self.arrive_link(to, from),
            Signal::Unlink { from, id } => self.arrive_unlink(to, from, id),
            Signal::Unlinked { by, id } => {
                if self.table.get(to).is_some_and(|process| process.unlinking(by) == Some(id)) {
                    self.no_longer_unlinking(to, by);
                }
            }
            Signal::Monitor { by, mref } => self.arrive_monitor(to, by, mref),
            Signal::Demonitor { mref } => {
                if let Some(process) = self.table.get_mut(to) {
                    process.monitored_by.remove(mref);
                }
            }
            Signal::Down { from, mref, reason, cause } => self.arrive_down(to, from, mref, reason, cause),
        }
    }

    #[inline(always)]
    fn enqueue(&mut self, to: Pid, words: u32, make: impl FnOnce() -> Message) {
        let limit = self.limits.mailbox_words;
        let Some(process) = self.table.get_mut(to) else { return };
        let words = process.mailbox.push_made(words, make);
        if self.planted.is(Fault::MailboxSwaps) {
            process.mailbox.swap_last();
        }
        if words > limit {
            self.drown(to);
        } else if !self.planted.is(Fault::WakeUpIsLost) && process.wakes() {
            self.run_queue.push(to);
        }
    }

    /// What the kernel itself tells a process.
    #[inline(never)]
    fn tell(&mut self, to: Pid, message: Message) {
        let words = message.words();
        self.enqueue(to, words, || message);
    }

    /// Its mailbox is too full.
    #[cold]
    fn drown(&mut self, pid: Pid) {
        self.doom(pid, Atom::KILLED.into(), None);
    }

    #[inline(never)]
    fn arrive_unlink(&mut self, to: Pid, from: Pid, id: u64) {
        if let Some(process) = self.table.get_mut(to) {
            process.links.remove(from);
        }
        if id != 0 {
            self.transmit(to, from, Signal::Unlinked { by: to, id });
        }
    }

    #[inline(never)]
    fn arrive_link(&mut self, to: Pid, from: Pid) {
        match self.table.get_mut(to) {
            Some(process) if process.unlinking(from).is_some() => {}
            Some(process) => {
                process.links.insert(from);
            }
            None => {
                let reason = Atom::NOPROC.into();
                self.transmit(to, from, Signal::Exit { from: to, reason, link: true, cause: None });
            }
        }
    }

    #[inline]
    fn arrive_monitor(&mut self, to: Pid, by: Pid, mref: Ref) {
        match self.table.get_mut(to) {
            Some(process) => {
                process.monitored_by.insert(mref, by);
            }
            None => self.answer_noproc(to, by, mref),
        }
    }

    #[cold]
    fn answer_noproc(&mut self, dead: Pid, by: Pid, mref: Ref) {
        self.transmit(dead, by, Signal::Down { from: dead, mref, reason: Atom::NOPROC.into(), cause: None });
    }

    #[inline(never)]
    fn arrive_down(&mut self, to: Pid, from: Pid, mref: Ref, reason: ExitReason, cause: Option<u64>) {
        let Some(watch) = self.table.get_mut(to).and_then(|process| process.monitors.remove(mref)) else { return };
        self.emit(Event::Down { from, to, mref, reason: reason.0.quick_clone(), cause });
        let message = match (self.take_tag(to, mref), watch.name) {
            (None, None) => Message::down(mref, from, reason.0),
            (tag, name) => {
                let tag = tag.unwrap_or(Atom::DOWN.into());
                let object = name.map_or(from.into(), |name| Term::tuple([name.into(), Atom::NONODE.into()]));
                Term::tuple([tag, mref.into(), Atom::PROCESS.into(), object, reason.0]).into()
            }
        };
        self.tell(to, message);
    }

    /// The rows of the reference manual's tables on receiving exit signals.
    ///
    /// OTP: <https://www.erlang.org/docs/25/reference_manual/processes#receiving-exit-signals>
    #[inline(never)]
    fn arrive_exit(&mut self, to: Pid, from: Pid, reason: ExitReason, link: bool, cause: Option<u64>) {
        let Some(process) = self.table.get_mut(to) else { return };
        if link && !process.links.remove(from) {
            return; // unlinked while the signal was on its way
        }
        let trap = process.trap_exit;
        let signal = self.emit(Event::ExitSignal { from, to, reason: reason.0.quick_clone(), link, cause });
        let kill = !link && reason.0.is_atom(Atom::KILL) && !(trap && self.planted.is(Fault::KillIsTrapped));
        let itself = from == to || !link && self.planted.is(Fault::NormalKills);
        match (kill, trap, reason.is_normal(), itself) {
            (true, _, _, _) => self.doom(to, Atom::KILLED.into(), Some(signal)),
            (false, true, _, _) => self.tell(to, Message::exit(from, reason.0)),
            // A signal `normal` from oneself by exit/2 does end the process.
            (false, false, true, true) => self.doom(to, reason, Some(signal)),
            (false, false, true, false) => {}
            (false, false, false, _) => self.doom(to, reason, Some(signal)),
        }
    }
}
