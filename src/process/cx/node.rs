//! What belongs to the whole node: the log, faults, atoms, tables, its end.

use std::rc::Rc;

use crate::event::{Event, Level};
use crate::exit::Raise;
use crate::process::Cx;
use crate::process::fault::Fault;
use crate::term::atom::AtomError;
use crate::term::{Atom, Pid, Term};

impl Cx {
    /// Writes an event to the log; returns its position.
    #[inline(always)]
    pub fn emit(&self, event: Event) -> u64 {
        let (is_message, is_plain) = (event.is_message(), event.is_plain());
        self.write(event, is_message, is_plain)
    }

    #[inline(never)]
    fn write(&self, event: Event, is_message: bool, is_plain: bool) -> u64 {
        self.kernel().write(event, is_message, is_plain)
    }

    /// Stops the node; this process gets no further than its next await.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/init#stop-1>
    pub fn halt(&self, reason: Term) {
        self.shared.fuel.set(0);
        self.kernel().halt(reason);
    }

    /// Replaces the outcome of a live process's next callback.
    pub fn inject(&self, pid: Pid, fault: Fault) {
        self.shared.inject(pid, fault);
    }

    /// Is there a fault to be met by this process?
    #[inline]
    pub(crate) fn has_fault(&self) -> bool {
        !self.shared.faults.borrow().is_empty() && self.awaits_fault()
    }

    #[cold]
    fn awaits_fault(&self) -> bool {
        self.shared.faults.borrow().iter().any(|fault| fault.0 == self.me)
    }

    /// The fault that this callback is to have instead of its own outcome.
    #[inline]
    pub(crate) fn take_fault(&self) -> Option<Fault> {
        let mut faults = self.shared.faults.borrow_mut();
        let at = faults.iter().position(|fault| fault.0 == self.me)?;
        Some(faults.remove(at).1)
    }

    /// The atom of a text that came from outside. A full atom table stops the node, as in OTP.
    ///
    /// # Errors
    /// `system_limit` if the text is longer than an atom may be, or the table is full.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#binary_to_atom-2>
    pub fn binary_to_atom(&self, text: &str) -> Result<Atom, Raise> {
        self.shared.charge(1);
        Atom::try_new(text).map_err(|error| {
            if error == AtomError::TableFull {
                self.halt(Term::string(&error.to_string()));
            }
            Raise::error(Atom::SYSTEM_LIMIT)
        })
    }

    /// Is this fault planted in the node? Never, without the feature `lab`.
    #[inline]
    pub(crate) fn planted(&self, fault: crate::kernel::planted::Fault) -> bool {
        cfg!(feature = "lab") && self.kernel().planted.is(fault)
    }

    /// Are reports of this level logged?
    #[inline]
    #[must_use]
    pub fn logs(&self, level: Level) -> bool {
        self.kernel().log_level.is_some_and(|least| level <= least)
    }

    /// The pids or names of those who brought this process about, the parent first.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/proc_lib#description>
    #[must_use]
    pub fn ancestors(&self) -> Term {
        self.with_me(|process| process.ancestors()).unwrap_or_default()
    }

    /// A value of the host that was installed on this node, by its type.
    #[must_use]
    pub fn installed<T: 'static>(&self) -> Option<Rc<T>> {
        self.shared.installed.borrow().get(&std::any::TypeId::of::<T>())?.clone().downcast().ok()
    }

    /// Makes a table that ends with this process. `false` if the name is taken.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/ets#new-2>
    pub fn table_create(&self, name: Atom) -> bool {
        self.act(1, |kernel, me| kernel.tables.create(name, me))
    }

    /// Sets a row of a shared table; returns what was there.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/ets#insert-2>
    pub fn table_insert(&self, name: Atom, key: Term, value: Term) -> Option<Term> {
        self.act(1, |kernel, _| kernel.tables.insert(name, key, value))
    }

    /// A row of a shared table.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/ets#lookup-2>
    #[must_use]
    pub fn table_lookup(&self, name: Atom, key: &Term) -> Option<Term> {
        self.kernel().tables.lookup(name, key).cloned()
    }

    /// Removes a row of a shared table; returns what was there.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/ets#delete-2>
    pub fn table_delete(&self, name: Atom, key: &Term) -> Option<Term> {
        self.act(1, |kernel, _| kernel.tables.delete(name, key))
    }

    /// All rows of a shared table in key order.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/ets#tab2list-1>
    #[must_use]
    pub fn table_rows(&self, name: Atom) -> Vec<(Term, Term)> {
        let rows = self.kernel().tables.rows(name);
        self.charge_many(rows.len());
        rows
    }
}
