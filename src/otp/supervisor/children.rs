//! The children of a supervisor, found by start order, by id and by pid.
//!
//! An order number is given once and never changes, so a child that is restarted keeps its
//! place, and every look-up costs the logarithm of the number of children.

use std::rc::Rc;

use crate::kernel::few::Few;
use crate::supervision::Restart;
use crate::term::{Atom, Ordered, Pid, Term};

use super::super::child_spec::ChildSpec;

/// A child's process, if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChildPid {
    /// Not running: stopped, finished, or not started yet.
    Undefined,
    /// Running as far as the supervisor knows.
    Pid(Pid),
    /// Its restart has failed and is tried again.
    Restarting,
}

impl ChildPid {
    pub(super) fn pid(self) -> Option<Pid> {
        if let ChildPid::Pid(pid) = self { Some(pid) } else { None }
    }

    /// As `which_children` shows it.
    pub(super) fn shown(self) -> Term {
        match self {
            ChildPid::Undefined => Atom::UNDEFINED.into(),
            ChildPid::Pid(pid) => pid.into(),
            ChildPid::Restarting => Atom::RESTARTING.into(),
        }
    }
}

/// A child: its spec and its process.
#[derive(Clone, Debug)]
pub(super) struct Child {
    pub(super) spec: Rc<ChildSpec>,
    pub(super) pid: ChildPid,
}

impl Child {
    pub(super) fn new(spec: ChildSpec) -> Self {
        Child { spec: Rc::new(spec), pid: ChildPid::Undefined }
    }

    fn is_temporary(&self) -> bool {
        self.spec.restart == Restart::Temporary
    }
}

/// Children in start order.
#[derive(Default)]
pub(super) struct Children {
    by_order: Ordered<u64, Child>,
    by_id: Ordered<Term, u64>,
    by_pid: Few<Pid, u64>,
    next: u64,
    /// How many are temporary: who has none need not look for them.
    temporary: usize,
}

impl FromIterator<Child> for Children {
    fn from_iter<I: IntoIterator<Item = Child>>(children: I) -> Self {
        let mut all = Children::default();
        for child in children {
            all.push(child);
        }
        all
    }
}

impl Children {
    /// Adds a child behind the others; its order number.
    pub(super) fn push(&mut self, child: Child) -> u64 {
        let order = self.next;
        self.next += 1;
        self.temporary += usize::from(child.is_temporary());
        self.by_id.insert(child.spec.id.clone(), order);
        if let ChildPid::Pid(pid) = child.pid {
            self.by_pid.insert(pid, order);
        }
        self.by_order.insert(order, child);
        order
    }

    pub(super) fn remove(&mut self, order: u64) -> Option<Child> {
        let child = self.by_order.remove(&order)?;
        self.temporary -= usize::from(child.is_temporary());
        self.by_id.remove(&child.spec.id);
        if let ChildPid::Pid(pid) = child.pid {
            self.by_pid.remove(pid);
        }
        Some(child)
    }

    pub(super) fn len(&self) -> usize {
        self.by_order.len()
    }

    pub(super) fn get(&self, order: u64) -> Option<&Child> {
        self.by_order.get(&order)
    }

    pub(super) fn find(&self, id: &Term) -> Option<(u64, &Child)> {
        let order = *self.by_id.get(id)?;
        Some((order, self.by_order.get(&order)?))
    }

    pub(super) fn find_pid(&self, pid: Pid) -> Option<(u64, &Child)> {
        let order = *self.by_pid.get(pid)?;
        Some((order, self.by_order.get(&order)?))
    }

    pub(super) fn set_pid(&mut self, order: u64, pid: ChildPid) {
        let Some(child) = self.by_order.get_mut(&order) else { return };
        if let ChildPid::Pid(old) = std::mem::replace(&mut child.pid, pid) {
            self.by_pid.remove(old);
        }
        if let ChildPid::Pid(new) = pid {
            self.by_pid.insert(new, order);
        }
    }

    /// None has a process any more, and temporary ones are forgotten.
    pub(super) fn are_down(&mut self) {
        if self.temporary > 0 {
            let temporary = self.by_order.iter().filter(|(_, child)| child.is_temporary()).map(|(order, _)| *order);
            for order in temporary.collect::<Vec<_>>() {
                self.remove(order);
            }
        }
        self.by_order.values_mut().for_each(|child| child.pid = ChildPid::Undefined);
        self.by_pid = Few::default();
    }

    /// The first child at or behind an order number: its number and spec.
    pub(super) fn next_from(&self, from: u64) -> Option<(u64, Rc<ChildSpec>)> {
        self.by_order.at_or_after(&from).map(|(order, child)| (*order, child.spec.clone()))
    }

    /// With their order numbers, last started first.
    pub(super) fn newest_first(&self) -> impl Iterator<Item = (u64, &Child)> {
        self.by_order.last_first().map(|(order, child)| (*order, child))
    }

    /// In start order.
    pub(super) fn in_order(&self) -> impl Iterator<Item = &Child> {
        self.by_order.values()
    }

    /// The restart types in start order with their order numbers, for the pure rules.
    pub(super) fn restarts(&self) -> Vec<(u64, Restart)> {
        self.by_order.iter().map(|(order, child)| (*order, child.spec.restart)).collect()
    }

    /// New specs: known ids keep their process, children that are not named stay, before the
    /// others, and new ones come without a process.
    pub(super) fn update(&mut self, specs: Vec<ChildSpec>) {
        let mut old = std::mem::take(self);
        let mut named = Vec::new();
        for spec in specs {
            let pid = match old.by_id.get(&spec.id).copied().and_then(|order| old.remove(order)) {
                Some(child) => child.pid,
                None => ChildPid::Undefined,
            };
            named.push(Child { spec: Rc::new(spec), pid });
        }
        *self = old.by_order.into_iter().map(|(_, child)| child).chain(named).collect();
    }
}
