//! What applications may do, read off the log, the table of the controller and what their
//! callbacks say of themselves.

use std::collections::{BTreeMap, VecDeque};

use crate::event::{ApplicationPhase, Behaviour, Event};
use crate::kernel::Kernel;
use crate::supervision::Restart;
use crate::term::{Atom, Pid, Term};

use super::super::simulator::applications::{Graph, KEYS};
use super::super::simulator::world::World;
use super::Invariants;

/// The applications of a node, as the model has them.
#[derive(Default)]
pub(super) struct Applications {
    /// First started first.
    running: Vec<Running>,
    /// Processes that the controller has start an application, with what ran then.
    starters: BTreeMap<Pid, Vec<Atom>>,
    /// By master: the application that it starts, and the phases that are still to run.
    starting: BTreeMap<Pid, (Atom, VecDeque<(Atom, Atom)>)>,
    /// Who leads the group of each live process, if it belongs to an application.
    leaders: BTreeMap<Pid, Pid>,
    /// The one that is being stopped by command.
    stopping: Option<Atom>,
    /// Why the node has to halt.
    fatal: Option<Term>,
    env: BTreeMap<(Atom, Atom), Term>,
    /// Applications whose environment has changed in this step.
    touched: Vec<Atom>,
    /// Nothing counts any more: everybody is being killed.
    over: bool,
}

struct Running {
    name: Atom,
    start_type: Restart,
    /// A library has no processes: it is never stopped, it ends with the node.
    is_library: bool,
}

impl Applications {
    /// What runs and has processes, first started first.
    fn alive(&self) -> impl Iterator<Item = Atom> {
        self.running.iter().filter(|running| !running.is_library).map(|running| running.name)
    }
}

/// The table of application ends: does it take the node down?
fn is_fatal_end(start_type: Restart, reason: &Term) -> bool {
    match start_type {
        Restart::Permanent => true,
        Restart::Transient => !reason.is_atom(Atom::NORMAL),
        Restart::Temporary => false,
    }
}

/// The same for starts that fail: of a transient one `start/2` may exit with `normal`.
fn is_fatal_start(start_type: Restart, reason: &Term) -> bool {
    let exit_normal = Term::tuple([Atom::EXIT.into(), Atom::NORMAL.into()]);
    match start_type {
        Restart::Permanent => true,
        Restart::Transient => reason.as_tuple().is_none_or(|it| it.len() != 2 || it.first() != Some(&exit_normal)),
        Restart::Temporary => false,
    }
}

fn because(why: &str, name: Atom, reason: &Term) -> Term {
    Term::tuple([Term::atom(why), name.into(), reason.clone()])
}

impl Invariants {
    pub(super) fn application(&mut self, kernel: &Kernel, world: &World, event: &Event) {
        if self.applications.over {
            return;
        }
        match event {
            Event::Spawned { pid, parent: Some(parent), initial_call, .. } => {
                if initial_call.function == Atom::new("init_starter") {
                    let running = self.applications.running.iter().map(|running| running.name).collect();
                    self.applications.starters.insert(*pid, running);
                }
                self.joins_its_group(kernel, *pid, *parent);
            }
            Event::Initialised { pid, behaviour: Behaviour::ApplicationMaster, .. } => {
                self.applications.leaders.insert(*pid, *pid);
            }
            Event::Exited { pid, .. } => {
                self.applications.leaders.remove(pid);
                self.applications.starters.remove(pid);
                self.applications.starting.remove(pid);
            }
            Event::Application { name, master, phase } => self.application_is(world, *name, *master, phase),
            Event::Env { application, key, value: Some(value), source } if *source == Atom::new("set_env") => {
                self.applications.env.insert((*application, *key), value.clone());
                self.applications.touched.push(*application);
            }
            Event::Halted { reason } => self.halts(world, reason),
            _ => {}
        }
    }

    fn application_is(&mut self, world: &World, name: Atom, master: Option<Pid>, phase: &ApplicationPhase) {
        match phase {
            ApplicationPhase::Loaded { .. } => self.loads(&world.graph.borrow(), name),
            ApplicationPhase::Unloaded => {
                self.applications.env.retain(|key, _| key.0 != name);
                self.applications.touched.push(name);
            }
            ApplicationPhase::Starting => self.starts(&world.graph.borrow(), name, master),
            ApplicationPhase::Started { start_type, .. } => self.has_started(name, master, *start_type),
            ApplicationPhase::StartFailed { reason } => {
                let fatal = is_fatal_start(world.start_type.get(), reason);
                self.may_be_fatal(fatal, because("application_start_failure", name, reason));
            }
            ApplicationPhase::Stopping => self.is_told_to_stop(world, name),
            ApplicationPhase::Stopped { reason } => self.has_stopped(name, master, reason),
        }
    }

    // --- A1: order

    fn starts(&mut self, graph: &Graph, name: Atom, master: Option<Pid>) {
        let (Some(master), Some(app)) = (master, graph.app(name)) else { return };
        let starter = self.live.get(&master).and_then(|shadow| shadow.parent);
        let ran = starter.and_then(|starter| self.applications.starters.get(&starter)).cloned().unwrap_or_default();
        let missing = app.uses.iter().find(|needed| !ran.contains(needed));
        self.check("A1", missing.is_none(), || format!("{name:?} starts without {missing:?}"));
        self.applications.starting.insert(master, (name, graph.phases(app).into()));
    }

    /// A node that goes down stops what was started last first.
    fn is_told_to_stop(&mut self, world: &World, name: Atom) {
        self.applications.stopping = Some(name);
        if world.closing.get() || self.applications.fatal.is_some() {
            let last = self.applications.alive().last();
            self.check("A1", last == Some(name), || format!("{name:?} is stopped before {last:?}"));
        }
    }

    // --- A2: ends, and what they mean for the node

    fn has_stopped(&mut self, name: Atom, master: Option<Pid>, reason: &Term) {
        let at = self.applications.running.iter().position(|running| running.name == name);
        let running = at.map(|at| self.applications.running.remove(at));
        let by_command = self.applications.stopping.take() == Some(name);
        if let Some(running) = running.filter(|_| !by_command) {
            self.counters.count("A2");
            let fatal = is_fatal_end(running.start_type, reason);
            self.may_be_fatal(fatal, because("application_terminated", name, reason));
        }
        if let Some(master) = master {
            let left = self.applications.leaders.iter().find(|(pid, leader)| **leader == master && **pid != master);
            let left = left.map(|(pid, _)| *pid);
            self.check("A3", left.is_none(), || format!("{left:?} of {name:?} lives on"));
        }
    }

    fn may_be_fatal(&mut self, fatal: bool, because: Term) {
        if fatal && self.applications.fatal.is_none() {
            self.applications.fatal = Some(because);
        }
    }

    fn halts(&mut self, world: &World, reason: &Term) {
        let closed = world.closing.get().then(|| Term::from(Atom::SHUTDOWN));
        let expected = self.applications.fatal.clone().or(closed);
        let fine = expected.as_ref() == Some(reason);
        self.check("A2", fine, || format!("the node halts because of {reason}, should be {expected:?}"));
        let left: Vec<Atom> = self.applications.alive().collect();
        self.check("A1", left.is_empty(), || format!("the node halts, {left:?} run"));
    }

    // --- A3: groups

    /// Whoever is spawned belongs to the application of who spawned it.
    fn joins_its_group(&mut self, kernel: &Kernel, pid: Pid, parent: Pid) {
        let Some(leader) = self.applications.leaders.get(&parent).copied() else { return };
        self.applications.leaders.insert(pid, leader);
        if let Some(process) = kernel.process(pid) {
            let fine = process.group_leader() == Some(leader);
            self.check("A3", fine, || {
                format!("{pid} has group leader {:?}, should be {leader}", process.group_leader())
            });
        }
    }

    // --- A4: environments

    /// The spec's values, the configuration's over them; what was set before for other keys stays.
    fn loads(&mut self, graph: &Graph, name: Atom) {
        let Some(app) = graph.app(name) else { return };
        for (key, value) in app.env.iter().chain(&app.config) {
            self.applications.env.insert((name, *key), Term::Int(*value));
        }
        self.applications.touched.push(name);
    }

    pub(super) fn environments(&mut self, kernel: &Kernel, world: &World) {
        for name in std::mem::take(&mut self.applications.touched) {
            if world.graph.borrow().app(name).is_none() {
                continue;
            }
            for key in KEYS.map(Atom::new) {
                let row = Term::tuple([Term::atom("env"), name.into(), key.into()]);
                let is = kernel.tables.lookup(Atom::new("ac_tab"), &row);
                let should = self.applications.env.get(&(name, key));
                let fine = is == should;
                let words = format!("{key:?} of {name:?} is {is:?}, should be {should:?}");
                self.check("A4", fine, || words);
            }
        }
    }

    // --- A5: phases

    pub(super) fn phase_runs(&mut self, by: Pid, app: Atom, phase: Atom) {
        let applications = &mut self.applications;
        let starting = applications.leaders.get(&by).and_then(|master| applications.starting.get_mut(master));
        let expected = starting.and_then(|(_, phases)| phases.pop_front());
        let fine = expected == Some((app, phase));
        self.check("A5", fine, || format!("{phase:?} of {app:?} runs, should be {expected:?}"));
    }

    fn has_started(&mut self, name: Atom, master: Option<Pid>, start_type: Restart) {
        self.applications.running.retain(|running| running.name != name);
        self.applications.running.push(Running { name, start_type, is_library: master.is_none() });
        if let Some((_, left)) = master.and_then(|master| self.applications.starting.remove(&master)) {
            self.check("A5", left.is_empty(), || format!("{name:?} runs without {left:?}"));
        }
    }

    // --- A7, and A2 again

    /// Nothing moves any more: nobody waits for the controller, and the node is down if it has to be.
    pub fn applications_at_rest(&mut self, kernel: &Kernel, world: &World) {
        let graph = world.graph.borrow();
        if graph.apps.is_empty() || self.applications.over {
            return;
        }
        let halted = kernel.halted().is_some();
        let fatal = self.applications.fatal.clone();
        self.check("A2", fatal.is_none() || halted, || format!("the node goes on after {fatal:?}"));
        let asking = world.asking.get();
        self.check("A7", asking.is_none() || halted, || format!("{asking:?} is never answered"));
    }

    /// What comes now is no application's deed: everybody is killed.
    pub fn forget_applications(&mut self) {
        self.applications.over = true;
    }
}
