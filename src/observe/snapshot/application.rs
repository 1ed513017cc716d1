//! An application, its environment, and the versions of its code.

use std::rc::Rc;

use crate::supervision::Restart;
use crate::term::{Atom, Pid, Term};
use crate::time::Instant;

use super::NodeKey;

/// An application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationView {
    /// Its name.
    pub name: Atom,
    /// Its root in the tree.
    pub key: NodeKey,
    /// How it fares.
    pub state: ApplicationState,
    /// What its end does to the node: `permanent`, `transient`, `temporary`; known once started.
    pub start_type: Option<Restart>,
    /// Its application master.
    pub master: Option<Pid>,
    /// The root of its supervision tree.
    pub root: Option<Pid>,
    /// Its spec, `{application, Name, Props}`.
    pub spec: Term,
    /// The applications that must run before it.
    pub dependencies: Rc<[Atom]>,
    /// The applications that it includes.
    pub included: Rc<[Atom]>,
    /// Its environment, by key.
    pub env: Rc<Vec<EnvView>>,
    /// Its place in the order of starts of this run, from 1; 0 before.
    pub boot_order: u32,
    /// Its place in the order of stops among those that are stopped, from 1; 0 unless it has run and is stopped.
    pub stop_order: u32,
    /// Why it stopped or failed to start.
    pub reason: Option<Term>,
    /// When its state changed last.
    pub since: Instant,
    /// The last change of its version in this run, as far as it has been played.
    pub upgrade: Option<Rc<UpgradeView>>,
}

impl ApplicationView {
    /// An application that has just been loaded.
    #[must_use]
    pub fn new(name: Atom, key: NodeKey) -> Self {
        ApplicationView {
            name,
            key,
            state: ApplicationState::Loaded,
            start_type: None,
            master: None,
            root: None,
            spec: Term::Nil,
            dependencies: [].into(),
            included: [].into(),
            env: Rc::default(),
            boot_order: 0,
            stop_order: 0,
            reason: None,
            since: Instant::BOOT,
            upgrade: None,
        }
    }
}

/// How an application fares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ApplicationState {
    /// Its spec is known.
    #[default]
    Loaded,
    /// Its start runs.
    Starting,
    /// It runs.
    Started,
    /// It is being stopped.
    Stopping,
    /// It has ended.
    Stopped,
    /// Its start failed.
    StartFailed,
    /// Its spec was unloaded.
    Unloaded,
}

/// A value of an application's environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvView {
    /// The key.
    pub key: Atom,
    /// The value.
    pub value: Term,
    /// Where it came from: the spec, the configuration, a call.
    pub source: Atom,
}

/// An upgrade or downgrade, instruction by instruction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpgradeView {
    /// The instructions that have been reached, in order.
    pub steps: Vec<UpgradeStep>,
    /// How many there are.
    pub of: u32,
    /// What the release handler answered, once it has.
    pub answer: Option<Term>,
}

/// An instruction of an upgrade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpgradeStep {
    /// When it was about to be played.
    pub at: Instant,
    /// The instruction, as a relup has it.
    pub instruction: Term,
}

/// A module whose code changed while the node runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeView {
    /// Its name.
    pub module: Atom,
    /// The version that calls by name reach; `None` once it is deleted.
    pub current: Option<Term>,
    /// The version that processes may still run, until it is purged.
    pub old: Option<Term>,
    /// Processes that were killed because they ran purged code.
    pub killed: u32,
}
