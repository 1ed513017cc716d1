//! The lifecycle hash: one number that two runs share if the same things happened in them.
//!
//! It is fed with every entry of the log but messages, so it is the same with tracing on or off;
//! with texts rather than atom numbers, and nothing of the platform's size, so it is the same
//! natively and in wasm.

use crate::event::{ApplicationPhase, Behaviour, ChildInfo, CodeChange, Entry, Event, Level, Mfa};
use crate::supervision::{AutoShutdown, ChildType, Flags, Restart, Shutdown, Strategy};
use crate::term::{Atom, Pid, Term};

/// Words of a term that are hashed one by one; of a larger one its beginning stands for it.
const WORDS: u32 = 1 << 17;

/// A hash over the entries seen so far (FNV-1a, 64 bits).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LifecycleHash(u64);

impl Default for LifecycleHash {
    fn default() -> Self {
        LifecycleHash(0xcbf2_9ce4_8422_2325)
    }
}

impl LifecycleHash {
    /// The hash of what was fed.
    #[must_use]
    pub fn value(self) -> u64 {
        self.0
    }

    /// Feeds the next entry of the log. Message entries count for nothing.
    pub fn feed(&mut self, entry: &Entry) {
        if !entry.event.is_message() {
            self.number(entry.seq);
            self.number(entry.at.0);
            self.event(&entry.event);
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn tag(&mut self, tag: u8) {
        self.bytes(&[tag]);
    }

    fn flag(&mut self, flag: bool) {
        self.tag(u8::from(flag));
    }

    fn number(&mut self, number: u64) {
        self.bytes(&number.to_le_bytes());
    }

    fn pid(&mut self, pid: Pid) {
        self.number(pid.number().into());
    }

    fn atom(&mut self, atom: Atom) {
        self.term(&atom.into());
    }

    fn term(&mut self, term: &Term) {
        term.hash_bounded(WORDS, &mut |bytes| self.bytes(bytes));
    }

    fn maybe<T>(&mut self, value: Option<T>, feed: impl FnOnce(&mut Self, T)) {
        self.flag(value.is_some());
        if let Some(value) = value {
            feed(self, value);
        }
    }

    fn result(&mut self, result: &Result<Term, Term>) {
        self.flag(result.is_ok());
        let (Ok(term) | Err(term)) = result;
        self.term(term);
    }

    fn mfa(&mut self, Mfa { module, function, arity }: Mfa) {
        self.atom(module);
        self.atom(function);
        self.tag(arity);
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Spawned { pid, parent, link, initial_call } => {
                self.tag(1);
                self.pid(*pid);
                self.maybe(*parent, Self::pid);
                self.flag(*link);
                self.mfa(*initial_call);
            }
            Event::Exited { pid, reason, cause } => {
                self.tag(2);
                self.pid(*pid);
                self.term(reason);
                self.maybe(*cause, Self::number);
            }
            Event::Registered { pid, name } => self.named(3, *pid, *name),
            Event::Unregistered { pid, name } => self.named(4, *pid, *name),
            Event::Linked { a, b } => self.pair(5, *a, *b),
            Event::Unlinked { a, b } => self.pair(6, *a, *b),
            Event::Monitored { by, target, mref } => {
                self.pair(7, *by, *target);
                self.term(&(*mref).into());
            }
            Event::Demonitored { by, target, mref } => {
                self.pair(8, *by, *target);
                self.term(&(*mref).into());
            }
            Event::ExitSignal { from, to, reason, link, cause } => {
                self.pair(9, *from, *to);
                self.term(reason);
                self.flag(*link);
                self.maybe(*cause, Self::number);
            }
            Event::Down { from, to, mref, reason, cause } => {
                self.pair(10, *from, *to);
                self.term(&(*mref).into());
                self.term(reason);
                self.maybe(*cause, Self::number);
            }
            Event::Suspended { pid, on } => {
                self.tag(11);
                self.pid(*pid);
                self.flag(*on);
            }
            Event::Sent { .. } | Event::Received { .. } => {}
            Event::Initialised { pid, behaviour, module } => {
                self.named(12, *pid, *module);
                self.behaviour(*behaviour);
            }
            Event::Supervises { .. }
            | Event::ChildAdded { .. }
            | Event::ChildStarting { .. }
            | Event::ChildStarted { .. }
            | Event::ChildFailed { .. }
            | Event::ChildEnded { .. }
            | Event::ChildRemoved { .. }
            | Event::RestartCounted { .. }
            | Event::GaveUp { .. } => self.supervision(event),
            Event::Application { name, master, phase } => {
                self.tag(22);
                self.atom(*name);
                self.maybe(*master, Self::pid);
                self.phase(phase);
            }
            Event::Env { application, key, value, source } => {
                self.tag(23);
                self.atom(*application);
                self.atom(*key);
                self.maybe(value.as_ref(), Self::term);
                self.atom(*source);
            }
            Event::Code { .. } | Event::CodeChanged { .. } | Event::Upgrade { .. } => self.code(event),
            Event::Halted { reason } => {
                self.tag(24);
                self.term(reason);
            }
            Event::Reported { pid, report } => {
                self.tag(25);
                self.pid(*pid);
                self.level(report.level);
                self.term(&report.label);
                self.term(&report.body);
            }
            Event::Telemetry { pid, event } => {
                self.tag(26);
                self.pid(*pid);
                self.term(&event.name);
                self.term(&event.measurements);
                self.term(&event.metadata);
            }
            Event::CallEnded { client, call } => {
                self.tag(27);
                self.pid(*client);
                self.term(&call.target);
                self.term(&call.request);
                self.result(&call.outcome);
                self.number(call.took.0);
            }
            Event::Input { number } => {
                self.tag(28);
                self.number(*number);
            }
        }
    }

    fn code(&mut self, event: &Event) {
        match event {
            Event::Code { module, change } => {
                self.tag(29);
                self.atom(*module);
                let (kind, vsn, old, killed) = match change {
                    CodeChange::Loaded { vsn, old } => (0, vsn, old.as_ref(), 0),
                    CodeChange::Deleted { vsn } => (1, vsn, None, 0),
                    CodeChange::Purged { vsn, killed } => (2, vsn, None, *killed),
                };
                self.tag(kind);
                self.term(vsn);
                self.maybe(old, Self::term);
                self.number(killed.into());
            }
            Event::CodeChanged { pid, module, from, to } => {
                self.tag(30);
                self.pid(*pid);
                self.atom(*module);
                self.maybe(from.as_ref(), Self::term);
                self.term(to);
            }
            Event::Upgrade { application, number, of, instruction } => {
                self.tag(31);
                self.atom(*application);
                self.number((*number).into());
                self.number((*of).into());
                self.term(instruction);
            }
            _ => {}
        }
    }

    fn supervision(&mut self, event: &Event) {
        match event {
            Event::Supervises { pid, flags, dynamic } => {
                self.tag(13);
                self.pid(*pid);
                self.flags(flags);
                self.flag(*dynamic);
            }
            Event::ChildAdded { supervisor, child, position } => {
                self.tag(14);
                self.pid(*supervisor);
                self.child(child);
                self.number((*position).into());
            }
            Event::ChildStarting { supervisor, id, replaces } => {
                self.of_child(15, *supervisor, id);
                self.maybe(*replaces, Self::pid);
            }
            Event::ChildStarted { supervisor, id, pid } => {
                self.of_child(16, *supervisor, id);
                self.pid(*pid);
            }
            Event::ChildFailed { supervisor, id, reason } => {
                self.of_child(17, *supervisor, id);
                self.term(reason);
            }
            Event::ChildEnded { supervisor, id, pid, reason, by_supervisor } => {
                self.of_child(18, *supervisor, id);
                self.pid(*pid);
                self.term(reason);
                self.flag(*by_supervisor);
            }
            Event::ChildRemoved { supervisor, id, pid } => {
                self.of_child(19, *supervisor, id);
                self.maybe(*pid, Self::pid);
            }
            Event::RestartCounted { supervisor, id, used } => {
                self.of_child(20, *supervisor, id);
                self.number((*used).into());
            }
            Event::GaveUp { supervisor, id } => self.of_child(21, *supervisor, id),
            _ => {}
        }
    }

    fn named(&mut self, tag: u8, pid: Pid, name: Atom) {
        self.tag(tag);
        self.pid(pid);
        self.atom(name);
    }

    fn pair(&mut self, tag: u8, a: Pid, b: Pid) {
        self.tag(tag);
        self.pid(a);
        self.pid(b);
    }

    fn of_child(&mut self, tag: u8, supervisor: Pid, id: &Term) {
        self.tag(tag);
        self.pid(supervisor);
        self.term(id);
    }

    fn phase(&mut self, phase: &ApplicationPhase) {
        let (tag, term) = match phase {
            ApplicationPhase::Loaded { spec } => (1, Some(spec)),
            ApplicationPhase::Unloaded => (2, None),
            ApplicationPhase::Starting => (3, None),
            ApplicationPhase::Started { .. } => (4, None),
            ApplicationPhase::StartFailed { reason } => (5, Some(reason)),
            ApplicationPhase::Stopping => (6, None),
            ApplicationPhase::Stopped { reason } => (7, Some(reason)),
        };
        self.tag(tag);
        if let Some(term) = term {
            self.term(term);
        }
        if let ApplicationPhase::Started { root, start_type } = phase {
            self.maybe(*root, Self::pid);
            self.restart(*start_type);
        }
    }

    fn child(&mut self, child: &ChildInfo) {
        self.term(&child.id);
        self.restart(child.restart);
        match child.shutdown {
            Shutdown::BrutalKill => self.tag(1),
            Shutdown::Timeout(span) => {
                self.tag(2);
                self.number(span.0);
            }
            Shutdown::Infinity => self.tag(3),
        }
        self.tag(match child.kind {
            ChildType::Worker => 1,
            ChildType::Supervisor => 2,
        });
        self.flag(child.significant);
        self.term(&child.start);
    }

    fn flags(&mut self, flags: &Flags) {
        self.tag(match flags.strategy {
            Strategy::OneForOne => 1,
            Strategy::OneForAll => 2,
            Strategy::RestForOne => 3,
            Strategy::SimpleOneForOne => 4,
        });
        self.number(flags.intensity.into());
        self.number(flags.period.into());
        self.tag(match flags.auto_shutdown {
            AutoShutdown::Never => 1,
            AutoShutdown::AnySignificant => 2,
            AutoShutdown::AllSignificant => 3,
        });
    }

    fn restart(&mut self, restart: Restart) {
        self.tag(match restart {
            Restart::Permanent => 1,
            Restart::Transient => 2,
            Restart::Temporary => 3,
        });
    }

    fn behaviour(&mut self, behaviour: Behaviour) {
        self.tag(match behaviour {
            Behaviour::GenServer => 1,
            Behaviour::Supervisor => 2,
            Behaviour::ApplicationMaster => 3,
            Behaviour::ApplicationStarter => 4,
            Behaviour::System => 5,
            Behaviour::Client => 6,
        });
    }

    fn level(&mut self, level: Level) {
        self.tag(match level {
            Level::Error => 1,
            Level::Warning => 2,
            Level::Notice => 3,
            Level::Info => 4,
            Level::Debug => 5,
        });
    }
}
