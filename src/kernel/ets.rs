//! Tables of terms that processes share: a small part of ETS, with what the application
//! controller, telemetry and Registry keep there.
//!
//! OTP: <https://www.erlang.org/docs/25/man/ets>

use crate::term::{Atom, Ordered, Pid, Term};

/// All tables, by name. A table ends with its owner.
#[derive(Default)]
pub struct Tables {
    tables: Vec<Table>,
}

struct Table {
    name: Atom,
    owner: Pid,
    rows: Ordered<Term, Term>,
}

impl Tables {
    /// Makes an ordered set. `false` if the name is taken.
    pub fn create(&mut self, name: Atom, owner: Pid) -> bool {
        let free = self.get(name).is_none();
        if free {
            self.tables.push(Table { name, owner, rows: Ordered::new() });
        }
        free
    }

    /// Sets a row; returns what was there. Nothing happens without such a table.
    pub fn insert(&mut self, name: Atom, key: Term, value: Term) -> Option<Term> {
        self.get_mut(name)?.rows.insert(key, value)
    }

    /// The row of a key.
    #[must_use]
    pub fn lookup(&self, name: Atom, key: &Term) -> Option<&Term> {
        self.get(name)?.rows.get(key)
    }

    /// Removes a row; returns what was there.
    pub fn delete(&mut self, name: Atom, key: &Term) -> Option<Term> {
        self.get_mut(name)?.rows.remove(key)
    }

    /// All rows in key order.
    #[must_use]
    pub fn rows(&self, name: Atom) -> Vec<(Term, Term)> {
        self.get(name).map(|table| table.rows.iter().map(|(k, v)| (k.clone(), v.clone())).collect()).unwrap_or_default()
    }

    /// The process whose end is the table's.
    #[must_use]
    pub fn owner(&self, name: Atom) -> Option<Pid> {
        self.get(name).map(|table| table.owner)
    }

    pub(super) fn delete_owned(&mut self, owner: Pid) {
        if !self.tables.is_empty() {
            self.tables.retain(|table| table.owner != owner);
        }
    }

    fn get(&self, name: Atom) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    fn get_mut(&mut self, name: Atom) -> Option<&mut Table> {
        self.tables.iter_mut().find(|table| table.name == name)
    }
}
