//! What the processes of one node share with their runtime.

use std::any::{Any, TypeId};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::exit::Raise;
use crate::kernel::Kernel;
use crate::term::quick::QuickMap;
use crate::term::{Atom, Ordered, Pid};

use super::body::BoxBody;
use super::code::{Edition, Modules, Purge};
use super::fault::Fault;
use super::module::{Code, Module};

/// The most faults that wait for one process, which may never run a callback.
const FAULTS: usize = 8;

pub(crate) struct Shared {
    pub(crate) kernel: RefCell<Kernel>,
    /// Fuel left of the running process; below zero by at most one primitive.
    pub(crate) fuel: Cell<i64>,
    /// Has `newborn` or `purges` something for the runtime?
    pub(crate) unsettled: Cell<bool>,
    /// Bodies spawned in this turn, on their way to the runtime.
    pub(crate) newborn: RefCell<Vec<(Pid, BoxBody)>>,
    pub(crate) modules: RefCell<Modules>,
    /// The versions that newer ones have replaced.
    pub(crate) old_modules: RefCell<QuickMap<Atom, Rc<Module>>>,
    /// How many times code was loaded or deleted.
    pub(crate) loads: Cell<Edition>,
    /// Old code that goes at the end of this turn.
    pub(crate) purges: RefCell<Vec<Purge>>,
    /// Faults that wait for the next callback of a process.
    pub(crate) faults: RefCell<Vec<(Pid, Fault)>>,
    pub(crate) installed: RefCell<Ordered<TypeId, Rc<dyn Any>>>,
}

impl Shared {
    pub(crate) fn new(kernel: Kernel) -> Self {
        Shared {
            kernel: RefCell::new(kernel),
            fuel: Cell::new(0),
            unsettled: Cell::new(false),
            newborn: RefCell::default(),
            modules: RefCell::default(),
            old_modules: RefCell::default(),
            loads: Cell::new(0),
            purges: RefCell::default(),
            faults: RefCell::default(),
            installed: RefCell::default(),
        }
    }

    #[inline]
    pub(crate) fn charge(&self, reductions: u32) {
        self.fuel.set(self.fuel.get() - i64::from(reductions));
    }

    /// Keeps a fault for the next callback of a process, if that lives and not too many wait for it.
    pub(crate) fn inject(&self, pid: Pid, fault: Fault) {
        let mut faults = self.faults.borrow_mut();
        let waiting = faults.iter().filter(|fault| fault.0 == pid).count();
        if waiting < FAULTS && self.kernel.borrow().process(pid).is_some() {
            faults.push((pid, fault));
        }
    }

    /// A fault goes with the process that was to meet it.
    #[inline]
    pub(crate) fn forget_faults_of_the_dead(&self) {
        let mut faults = self.faults.borrow_mut();
        if !faults.is_empty() {
            let kernel = self.kernel.borrow();
            faults.retain(|fault| kernel.process(fault.0).is_some());
        }
    }

    /// Hands a new process's body to the runtime.
    pub(crate) fn house(&self, pid: Pid, body: BoxBody) {
        self.unsettled.set(true);
        self.newborn.borrow_mut().push((pid, body));
    }

    /// What an exported function is.
    ///
    /// # Errors
    /// `undef` if there is no such function.
    pub(crate) fn code(&self, module: Atom, function: Atom, arity: usize) -> Result<Code, Raise> {
        let mut modules = self.modules.borrow_mut();
        let code = modules.get(module).and_then(|loaded| loaded.find(function, arity));
        code.ok_or_else(|| Raise::error(Atom::UNDEF).in_function(module, function, arity))
    }

    pub(crate) fn module(&self, name: Atom) -> Option<Rc<Module>> {
        self.modules.borrow_mut().get(name).cloned()
    }
}
