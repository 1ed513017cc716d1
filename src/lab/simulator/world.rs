//! What the processes of a simulation share with the simulator.

use std::cell::{Cell, RefCell, RefMut};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::process::Cx;
use crate::supervision::Restart;
use crate::term::{Atom, Pid, Ref, Term};
use crate::time::{Duration, Instant};

use super::applications::Graph;
use super::random::Random;

/// Something that a process did or saw and that no log tells.
#[derive(Clone, Debug)]
pub enum Act {
    /// It set the timer that will send `{sim_timer, number}` to `to`, which is alive.
    TimerSet {
        /// Its number, in order of setting.
        number: u64,
        /// Its reference.
        timer: Ref,
        /// When it is due.
        at: Instant,
        /// Whom it is addressed to.
        to: Pid,
    },
    /// It cancelled a timer and was told how much time was left.
    TimerCancelled {
        /// The timer's number.
        number: u64,
        /// What `cancel_timer` returned.
        left: Option<Duration>,
        /// When.
        now: Instant,
    },
    /// A plain process took this many messages out of its mailbox.
    Took(Pid, u64),
    /// It sent this many messages to itself by an alias, or by `exit/2` while trapping exits.
    Got(Pid, u64),
    /// A start phase of an application runs, called by this process.
    Phase {
        /// Who calls it.
        by: Pid,
        /// The application, which may be one that is included.
        app: Atom,
        /// The phase.
        phase: Atom,
    },
    /// It tells a supervisor to end.
    Ends(Pid),
    /// It saw something that must not be.
    Saw(&'static str, String),
    /// It saw that a rule held.
    Checked(&'static str),
}

/// What a plain process waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Any message.
    Any,
    /// A message of this class.
    Class(i64),
}

/// Installed on the node; every process of the simulation reads and writes it.
pub struct World {
    random: RefCell<Random>,
    acts: RefCell<Vec<Act>>,
    /// Are faults to happen?
    pub chaos: Cell<bool>,
    number: Cell<u64>,
    /// Plain processes, maybe dead.
    pub actors: RefCell<Vec<Pid>>,
    /// Supervisors, maybe dead, and whether clients change their children.
    pub supervisors: RefCell<BTreeMap<Pid, Supervised>>,
    /// Workers, maybe dead.
    pub workers: RefCell<Vec<Pid>>,
    /// What plain processes wait for.
    pub waits: RefCell<BTreeMap<Pid, Wait>>,
    /// Most plain processes that there may be.
    pub population: usize,
    /// Names that processes register.
    pub names: Vec<Atom>,
    /// Replies of `which_children` and `count_children` at rest.
    pub answers: RefCell<Vec<(Pid, Term, Term)>>,
    /// The applications that there are.
    pub graph: RefCell<Graph>,
    /// The start type that the operator asks for.
    pub start_type: Cell<Restart>,
    /// What the operator waits for an answer to.
    pub asking: Cell<Option<&'static str>>,
    /// Was the node told to stop in good order?
    pub closing: Cell<bool>,
}

/// What the simulation knows of a supervisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supervised {
    /// Do clients start and stop its children?
    pub open: bool,
    /// Is it a DynamicSupervisor?
    pub dynamic: bool,
    /// The most children that it may have.
    pub max_children: usize,
}

impl World {
    pub(in crate::lab) fn new(random: Random, population: usize) -> Self {
        World {
            random: RefCell::new(random),
            acts: RefCell::default(),
            chaos: Cell::new(true),
            number: Cell::new(0),
            actors: RefCell::default(),
            supervisors: RefCell::default(),
            workers: RefCell::default(),
            waits: RefCell::default(),
            population,
            names: ["sim_a", "sim_b", "sim_c", "sim_d"].map(Atom::new).to_vec(),
            answers: RefCell::default(),
            graph: RefCell::default(),
            start_type: Cell::new(Restart::Temporary),
            asking: Cell::new(None),
            closing: Cell::new(false),
        }
    }

    pub(super) fn of(cx: &Cx) -> Rc<World> {
        cx.installed().unwrap_or_else(|| Rc::new(World::new(Random::new(0), 0)))
    }

    pub(super) fn random(&self) -> RefMut<'_, Random> {
        self.random.borrow_mut()
    }

    /// A number that nobody has had.
    pub(super) fn next(&self) -> u64 {
        self.number.set(self.number.get() + 1);
        self.number.get()
    }

    pub(super) fn act(&self, act: Act) {
        self.acts.borrow_mut().push(act);
    }

    pub(in crate::lab) fn take_acts(&self) -> Vec<Act> {
        std::mem::take(&mut *self.acts.borrow_mut())
    }

    pub(super) fn peer(&self) -> Option<Pid> {
        let actors = self.actors.borrow();
        self.random().pick(&actors)
    }

    pub(super) fn worker(&self) -> Option<Pid> {
        let workers = self.workers.borrow();
        self.random().pick(&workers)
    }

    /// A supervisor of which this holds.
    pub(super) fn supervisor(&self, wanted: impl Fn(&Supervised) -> bool) -> Option<(Pid, Supervised)> {
        let all = self.supervisors.borrow();
        let fitting: Vec<(Pid, Supervised)> =
            all.iter().filter(|entry| wanted(entry.1)).map(|(pid, kind)| (*pid, *kind)).collect();
        self.random().pick(&fitting)
    }

    /// Forgets the dead.
    pub(super) fn forget(&self, pid: Pid) {
        self.actors.borrow_mut().retain(|other| *other != pid);
        self.workers.borrow_mut().retain(|other| *other != pid);
        self.supervisors.borrow_mut().remove(&pid);
        self.waits.borrow_mut().remove(&pid);
    }

    pub(super) fn wait(&self, pid: Pid, wait: Option<Wait>) {
        match wait {
            Some(wait) => self.waits.borrow_mut().insert(pid, wait),
            None => self.waits.borrow_mut().remove(&pid),
        };
    }
}
