//! What the processes of one node share with their runtime.

use std::any::{Any, TypeId};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::kernel::Kernel;
use crate::term::{Atom, Pid, Term};

use super::body::BoxBody;
use super::code::{Edition, Purge};
use super::fault::Fault;
use super::module::Module;

/// Shows a server's state to whoever inspects the process.
pub trait ViewState {
    /// The state as a term; `None` while a callback works on it.
    fn view(&self) -> Option<Term>;

    /// Does a callback work on it?
    fn is_busy(&self) -> bool;
}

pub(crate) type StateView = Rc<dyn ViewState>;

pub(crate) struct Shared {
    pub(crate) kernel: RefCell<Kernel>,
    /// Fuel left of the running process; below zero by at most one primitive.
    pub(crate) fuel: Cell<i64>,
    /// Has `newborn`, `state_views` or `purges` something for the runtime?
    pub(crate) unsettled: Cell<bool>,
    /// Bodies spawned in this turn, on their way to the runtime.
    pub(crate) newborn: RefCell<Vec<(Pid, BoxBody)>>,
    pub(crate) state_views: RefCell<Vec<(Pid, StateView)>>,
    pub(crate) modules: RefCell<BTreeMap<u32, Rc<Module>>>,
    /// The versions that newer ones have replaced.
    pub(crate) old_modules: RefCell<BTreeMap<u32, Rc<Module>>>,
    /// How many times code was loaded or deleted.
    pub(crate) loads: Cell<Edition>,
    /// Old code that goes at the end of this turn, and how many ran what has gone.
    pub(crate) purges: RefCell<Vec<Purge>>,
    pub(crate) purged: RefCell<BTreeMap<Edition, usize>>,
    /// The body that the running process goes on as.
    pub(crate) becoming: RefCell<Option<BoxBody>>,
    /// Faults that wait for the next callback of a process.
    pub(crate) faults: RefCell<Vec<(Pid, Fault)>>,
    pub(crate) installed: RefCell<BTreeMap<TypeId, Rc<dyn Any>>>,
}

impl Shared {
    pub(crate) fn new(kernel: Kernel) -> Self {
        Shared {
            kernel: RefCell::new(kernel),
            fuel: Cell::new(0),
            unsettled: Cell::new(false),
            newborn: RefCell::default(),
            state_views: RefCell::default(),
            modules: RefCell::default(),
            old_modules: RefCell::default(),
            loads: Cell::new(0),
            purges: RefCell::default(),
            purged: RefCell::default(),
            becoming: RefCell::default(),
            faults: RefCell::default(),
            installed: RefCell::default(),
        }
    }

    #[inline]
    pub(crate) fn charge(&self, reductions: u32) {
        self.fuel.set(self.fuel.get() - i64::from(reductions));
    }

    /// Hands a new process's body to the runtime.
    pub(crate) fn house(&self, pid: Pid, body: BoxBody) {
        self.unsettled.set(true);
        self.newborn.borrow_mut().push((pid, body));
    }

    /// Hands a view of a server's state to the runtime.
    pub(crate) fn offer_state(&self, pid: Pid, view: StateView) {
        self.unsettled.set(true);
        self.state_views.borrow_mut().push((pid, view));
    }

    pub(crate) fn module(&self, name: Atom) -> Option<Rc<Module>> {
        self.modules.borrow().get(&name.number()).cloned()
    }
}
