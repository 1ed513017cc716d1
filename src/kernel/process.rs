//! What the kernel knows of one process.

use std::rc::Rc;

use crate::event::Mfa;
use crate::term::{Atom, Pid, Ref, Term};
use crate::time::Instant;

use super::Birth;
use super::few::Few;
use super::links::Links;
use super::mailbox::Mailbox;

/// Whether a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// In the run queue. Set by spawn, a signal, a time-out or spent fuel; cleared by its turn.
    Runnable,
    /// Its body is being polled. At most one process at a time.
    Running,
    /// It waits for a signal or a deadline. Set by its own receive; cleared by `wake`.
    Waiting,
    /// It would be runnable but is suspended. Cleared by the last resume.
    Suspended,
}

/// A monitor, on the watcher's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// The watched process.
    pub target: Pid,
    /// The name that it was monitored by, if by name.
    pub name: Option<Atom>,
    /// Is the reference also an alias of the watcher?
    pub alias: bool,
}

/// What ends an alias, besides its process's end and `unalias/1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AliasEnds {
    /// Nothing: `explicit_unalias`.
    Explicitly,
    /// The end of the monitor that it is: `demonitor`.
    WithMonitor,
    /// The first message that is sent by it, which ends the monitor too: `reply`, `reply_demonitor`.
    WithReply,
}

/// A process, without its body. What every message touches comes first, and fills a cache line.
#[repr(C)]
#[cfg_attr(target_pointer_width = "64", repr(align(64)))]
pub struct Process {
    /// Its identifier.
    pub pid: Pid,
    /// Whether it runs.
    pub status: Status,
    /// Does an exit signal become a message?
    pub trap_exit: bool,
    /// Are its messages written to the log?
    pub traced: bool,
    /// How many suspends are not resumed yet.
    pub suspended: u8,
    /// Its registered name.
    pub name: Option<Atom>,
    /// Messages that wait.
    pub mailbox: Mailbox,
    /// Work done so far.
    pub reductions: u64,
    /// Its time-outs, if it has ever waited with one.
    pub(super) patience: Option<Box<Patience>>,
    /// Rare things.
    pub(super) cold: Option<Box<Cold>>,
    /// Processes it is linked to.
    pub links: Links,
    /// Monitors it has set.
    pub monitors: Few<Ref, Watch>,
    /// Monitors set on it, by whom.
    pub monitored_by: Few<Ref, Pid>,
    /// Where it comes from; nowhere, if nobody has spawned it.
    origin: Option<Rc<Origin>>,
    /// The function it began in.
    pub initial_call: Mfa,
    /// Which loaded code it runs, 0 if nobody said; its old version cannot go without it.
    pub(crate) edition: u32,
}

/// A process that exists costs this, its body, and what it holds.
const _: () = assert!(size_of::<Process>() <= 192);

/// Where a process comes from.
#[derive(Clone, Default)]
pub(crate) struct Origin {
    /// The process that spawned it.
    pub(super) parent: Option<Pid>,
    /// Who does its output, and which application it belongs to.
    pub(super) group_leader: Option<Pid>,
    /// Pids or names of those who brought it about, the parent first; `[]` unless by proc_lib.
    pub(super) ancestors: Term,
}

/// The time-outs of a process. Points in time have an order among equal ones.
#[derive(Default)]
pub(super) struct Patience {
    /// The time-out it waits for.
    pub(super) deadline: Option<(Instant, u64)>,
    /// The entry that `Timers` holds for it: never later than `deadline`.
    pub(super) armed: Option<(Instant, u64)>,
}

/// What few processes have.
#[derive(Default)]
pub struct Cold {
    /// The process dictionary, in order of insertion.
    pub dictionary: Vec<(Term, Term)>,
    /// Aliases that are not, or not only, monitors, and what ends them.
    pub(super) aliases: Few<Ref, AliasEnds>,
    /// Monitors whose message begins with another word than `'DOWN'`.
    pub(super) tags: Few<Ref, Term>,
    /// Processes that it has suspended, and how often.
    pub(super) suspending: Few<Pid, u32>,
    /// Processes it has unlinked that have not seen it yet, with the id of the signal.
    pub(super) unlinking: Few<Pid, u64>,
    /// Timers that would send to this pid; they end with it.
    pub(super) addressed_timers: Few<Ref, ()>,
    /// The origin of its children, made once: thousands of siblings share it.
    children: Option<Rc<Origin>>,
    /// That of its children by proc_lib.
    descendants: Option<Rc<Origin>>,
}

/// Whose place a vacant slot is: there is no such slot, and no process has had this number.
pub(super) const NOBODY: Pid = Pid::new(u32::MAX, u32::MAX);

impl Process {
    /// A place that is nobody's: it holds nothing.
    pub(super) fn vacant() -> Self {
        Process {
            pid: NOBODY,
            status: Status::Waiting,
            trap_exit: false,
            traced: false,
            suspended: 0,
            name: None,
            edition: 0,
            initial_call: Mfa { module: Atom::UNDEFINED, function: Atom::UNDEFINED, arity: 0 },
            origin: None,
            mailbox: Mailbox::default(),
            links: Links::default(),
            monitors: Few::default(),
            monitored_by: Few::default(),
            reductions: 0,
            patience: None,
            cold: None,
        }
    }

    /// A vacant place becomes that of a process, which is linked to its parent if it is born so; the
    /// parent's end is the caller's. What holds nothing in a vacant place stays as it is.
    pub(super) fn move_in(&mut self, pid: Pid, birth: Birth, origin: Option<Rc<Origin>>) {
        self.pid = pid;
        self.status = Status::Runnable;
        (self.trap_exit, self.traced, self.suspended) = (false, false, 0);
        (self.name, self.edition, self.reductions) = (None, 0, 0);
        self.initial_call = birth.initial_call;
        self.origin = origin;
        if let (true, Some(parent)) = (birth.link, birth.parent) {
            self.links.insert(parent);
        }
    }

    /// Has it ended as most do, with links and monitors only to be settled?
    #[inline]
    pub(super) fn leaves_little(&self) -> bool {
        self.name.is_none() && !self.traced && self.patience.is_none() && self.cold.is_none()
    }

    /// It has ended, and what it leaves to be settled is settled: it leaves its place empty.
    pub(super) fn leave(&mut self) {
        self.mailbox = Mailbox::default();
        self.origin = None;
    }

    /// Is the reference an active alias of this process?
    #[inline]
    #[must_use]
    pub fn has_alias(&self, alias: Ref) -> bool {
        self.monitors.get(alias).is_some_and(|watch| watch.alias)
            || self.cold.as_ref().is_some_and(|cold| cold.aliases.contains(alias))
    }

    /// Is the reference the monitor of a call, and an active alias for as long as that waits?
    #[inline]
    pub(super) fn awaits_by_alias(&self, alias: Ref) -> bool {
        let aliases = self.cold.as_ref().is_some_and(|cold| !matches!(cold.aliases, Few::Empty));
        !aliases && self.monitors.get(alias).is_some_and(|watch| watch.alias)
    }

    /// Processes that it has suspended, and how often each.
    #[must_use]
    pub fn suspending(&self) -> Vec<(Pid, u32)> {
        self.cold.as_ref().map_or_else(Vec::new, |cold| cold.suspending.to_vec())
    }

    /// The id of the unlink that the other process has not seen yet.
    pub(super) fn unlinking(&self, other: Pid) -> Option<u64> {
        self.cold.as_ref()?.unlinking.get(other).copied()
    }

    /// The process that spawned it.
    #[must_use]
    pub fn parent(&self) -> Option<Pid> {
        self.origin.as_ref()?.parent
    }

    /// Who does its output, and which application it belongs to.
    #[must_use]
    pub fn group_leader(&self) -> Option<Pid> {
        self.origin.as_ref()?.group_leader
    }

    /// Pids or names of those who brought it about, the parent first; `[]` unless by proc_lib.
    #[must_use]
    pub fn ancestors(&self) -> Term {
        self.origin.as_ref().map_or(Term::Nil, |origin| origin.ancestors.clone())
    }

    pub(crate) fn set_group_leader(&mut self, leader: Pid) {
        let origin = self.origin.as_deref().cloned().unwrap_or_default();
        self.origin = Some(Rc::new(Origin { group_leader: Some(leader), ..origin }));
        self.forget_origins();
    }

    pub(super) fn set_name(&mut self, name: Option<Atom>) {
        self.name = name;
        self.forget_origins();
    }

    /// Its next children have another origin than those before.
    fn forget_origins(&mut self) {
        if let Some(cold) = &mut self.cold {
            (cold.children, cold.descendants) = (None, None);
        }
    }

    /// What its children come from: it, and its group leader.
    pub(crate) fn origin_of_children(&mut self) -> Rc<Origin> {
        if let Some(origin) = self.cold.as_ref().and_then(|cold| cold.children.as_ref()) {
            return origin.clone();
        }
        let origin = self.as_origin(Term::Nil);
        self.cold_mut().children = Some(origin.clone());
        origin
    }

    /// What its children by proc_lib come from: besides, they know it by name if it has one, and
    /// its own ancestors.
    pub(crate) fn origin_of_descendants(&mut self) -> Rc<Origin> {
        if let Some(origin) = self.cold.as_ref().and_then(|cold| cold.descendants.as_ref()) {
            return origin.clone();
        }
        let me = self.name.map_or(self.pid.into(), Term::from);
        let origin = self.as_origin(Term::cons(me, self.ancestors()));
        self.cold_mut().descendants = Some(origin.clone());
        origin
    }

    fn as_origin(&self, ancestors: Term) -> Rc<Origin> {
        Rc::new(Origin { parent: Some(self.pid), group_leader: self.group_leader(), ancestors })
    }

    /// The process dictionary, in order of insertion.
    ///
    /// OTP: <https://www.erlang.org/docs/25/reference_manual/processes#process-dictionary>
    #[must_use]
    pub fn dictionary(&self) -> &[(Term, Term)] {
        self.cold.as_ref().map_or(&[], |cold| &cold.dictionary)
    }

    /// The value of a key in the process dictionary.
    #[must_use]
    pub fn get(&self, key: &Term) -> Option<&Term> {
        self.dictionary().iter().find(|entry| entry.0 == *key).map(|entry| &entry.1)
    }

    /// Sets a key of the process dictionary; returns what was there.
    pub fn put(&mut self, key: Term, value: Term) -> Option<Term> {
        let dictionary = &mut self.cold_mut().dictionary;
        match dictionary.iter_mut().find(|entry| entry.0 == key) {
            Some(entry) => Some(std::mem::replace(&mut entry.1, value)),
            None => {
                dictionary.push((key, value));
                None
            }
        }
    }

    /// Removes a key from the process dictionary; returns what was there.
    pub fn erase(&mut self, key: &Term) -> Option<Term> {
        let dictionary = &mut self.cold.as_mut()?.dictionary;
        let at = dictionary.iter().position(|entry| entry.0 == *key)?;
        Some(dictionary.remove(at).1)
    }

    /// When its present wait ends, if it waits with a time-out.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.patience.as_ref()?.deadline.map(|(at, _)| at)
    }

    /// It has been given something to wait for: does it now have to queue for its turn?
    #[inline]
    pub(super) fn wakes(&mut self) -> bool {
        if self.status != Status::Waiting {
            return false;
        }
        let wakes = self.suspended == 0;
        self.status = if wakes { Status::Runnable } else { Status::Suspended };
        wakes
    }

    /// It waits no longer for a time-out.
    #[inline]
    pub(crate) fn no_deadline(&mut self) {
        if let Some(patience) = &mut self.patience {
            patience.deadline = None;
        }
    }

    pub(super) fn cold_mut(&mut self) -> &mut Cold {
        self.cold.get_or_insert_default()
    }
}
