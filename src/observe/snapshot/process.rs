//! A process, and how it ended.

use std::rc::Rc;

use crate::event::{Behaviour, Mfa};
use crate::observe::pages::Pages;
use crate::term::{Atom, Pid, Ref, Term};
use crate::time::Instant;

use super::NodeKey;

/// A process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessView {
    /// Its pid.
    pub pid: Pid,
    /// Its place in the tree.
    pub key: NodeKey,
    /// Which incarnation of its place it is, from 1.
    pub incarnation: u32,
    /// Its registered name.
    pub name: Option<Atom>,
    /// The function it began in.
    pub initial_call: Mfa,
    /// Its callback module, once its init is done.
    pub module: Option<Atom>,
    /// Its behaviour, once its init is done.
    pub behaviour: Option<Behaviour>,
    /// The version of its module that it went on in, if its code was changed.
    pub vsn: Option<Term>,
    /// The process that spawned it.
    pub parent: Option<Pid>,
    /// When it was spawned.
    pub started_at: Instant,
    /// The log position of its spawn.
    pub started_seq: u64,
    /// The processes that it is linked to, in no particular order. A dead process keeps the
    /// links it died with; so with monitors.
    pub links: Pages<Pid>,
    /// The processes that it monitors.
    pub monitors: Pages<MonitorView>,
    /// The processes that monitor it.
    pub monitored_by: Pages<MonitorView>,
    /// How it ended.
    pub exit: Option<Rc<ExitView>>,
}

impl ProcessView {
    /// A process that has just been spawned.
    #[must_use]
    pub fn new(pid: Pid, key: NodeKey, initial_call: Mfa) -> Self {
        ProcessView {
            pid,
            key,
            incarnation: 1,
            name: None,
            initial_call,
            module: None,
            behaviour: None,
            vsn: None,
            parent: None,
            started_at: Instant::BOOT,
            started_seq: 0,
            links: Pages::default(),
            monitors: Pages::default(),
            monitored_by: Pages::default(),
            exit: None,
        }
    }
}

/// One end of a monitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonitorView {
    /// The monitor's reference.
    pub mref: Ref,
    /// The process at the other end.
    pub pid: Pid,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExitView {
    /// The log position of the exit.
    pub seq: u64,
    /// When.
    pub at: Instant,
    /// The exit reason.
    pub reason: Term,
    /// The log position of the exit signal that ended it, if one did.
    pub cause: Option<u64>,
}
