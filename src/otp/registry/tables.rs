//! The rows of a registry.
//!
//! In the table of its name: what it is. In the key table `Key => [{Pid, Value}]`, in the process
//! table `Pid => [Key]`, both in order of registration.

use crate::exit::Raise;
use crate::process::Cx;
use crate::term::{Atom, Pid, Term};

use super::{Keys, argument_error};

/// A registry that runs.
pub(super) struct Tables {
    pub(super) keys: Keys,
    /// The process that owns the tables.
    pub(super) owner: Pid,
    pub(super) listeners: Vec<Atom>,
    by_key: Atom,
    by_pid: Atom,
}

/// The row that says what a registry is: an integer, so no key of `meta`.
pub(super) const INFO: Term = Term::Int(-1);

fn part(registry: Atom, name: &str) -> Atom {
    Atom::new(&format!("{}.{name}0", registry.text()))
}

pub(super) fn key_table(registry: Atom) -> Atom {
    part(registry, "KeyPartition")
}

pub(super) fn pid_table(registry: Atom) -> Atom {
    part(registry, "PIDPartition")
}

impl Tables {
    pub(super) fn of(cx: &Cx, registry: Atom) -> Result<Self, Raise> {
        cx.charge(1);
        Self::read(cx, registry).ok_or_else(|| {
            let shown = Term::from(registry);
            argument_error(&format!("unknown registry: {shown}"))
        })
    }

    fn read(cx: &Cx, registry: Atom) -> Option<Self> {
        let info = cx.table_lookup(registry, &INFO)?;
        let [keys, Term::Pid(owner), listeners] = info.as_tuple()? else { return None };
        Some(Tables {
            keys: Keys::from_term(keys)?,
            owner: *owner,
            listeners: listeners.iter().filter_map(Term::as_atom).collect(),
            by_key: key_table(registry),
            by_pid: pid_table(registry),
        })
    }

    /// `[{Pid, Value}]` of a key.
    pub(super) fn entries(&self, cx: &Cx, key: &Term) -> Vec<Term> {
        cx.table_lookup(self.by_key, key).and_then(|row| row.to_vec()).unwrap_or_default()
    }

    pub(super) fn set_entries(&self, cx: &Cx, key: &Term, entries: Vec<Term>) {
        set_row(cx, self.by_key, key, entries);
    }

    /// Whoever lives and keeps others from registering a key.
    pub(super) fn holder(&self, cx: &Cx, key: &Term) -> Option<Pid> {
        let entries = if self.keys == Keys::Unique { self.entries(cx, key) } else { Vec::new() };
        entries.first().and_then(holder_of).filter(|pid| cx.is_alive(*pid))
    }

    /// Adds a registration of the calling process. One of a dead process under a unique key, not
    /// yet cleaned up, makes room.
    pub(super) fn add(&self, cx: &Cx, key: &Term, value: &Term) {
        let me = Term::from(cx.me());
        let mut entries = if self.keys == Keys::Unique { Vec::new() } else { self.entries(cx, key) };
        entries.push(Term::tuple([me.clone(), value.clone()]));
        self.set_entries(cx, key, entries);
        let mut keys = self.keys_of(cx, cx.me());
        keys.push(key.clone());
        set_row(cx, self.by_pid, &me, keys);
    }

    /// Removes all registrations of the calling process under a key.
    pub(super) fn remove(&self, cx: &Cx, key: &Term) {
        drop_entries(cx, self.by_key, key, cx.me());
        let others = self.keys_of(cx, cx.me()).into_iter().filter(|other| other != key).collect();
        set_row(cx, self.by_pid, &cx.me().into(), others);
    }

    /// Forgets that the calling process has a key, so many times.
    pub(super) fn forget_some(&self, cx: &Cx, key: &Term, mut times: usize) {
        let mut keys = self.keys_of(cx, cx.me());
        keys.retain(|other| {
            let forgotten = other == key && times > 0;
            times -= usize::from(forgotten);
            !forgotten
        });
        set_row(cx, self.by_pid, &cx.me().into(), keys);
    }

    /// `Key => [{Pid, Value}]`
    pub(super) fn rows(&self, cx: &Cx) -> Vec<(Term, Term)> {
        cx.table_rows(self.by_key)
    }

    pub(super) fn keys_of(&self, cx: &Cx, pid: Pid) -> Vec<Term> {
        cx.table_lookup(self.by_pid, &pid.into()).and_then(|row| row.to_vec()).unwrap_or_default()
    }

    pub(super) fn unlink_if_unregistered(&self, cx: &Cx) {
        if cx.table_lookup(self.by_pid, &cx.me().into()).is_none() {
            cx.unlink(self.owner);
        }
    }

    pub(super) fn count(&self, cx: &Cx) -> usize {
        cx.table_rows(self.by_key).iter().map(|(_, entries)| entries.iter().count()).sum()
    }
}

fn holder_of(entry: &Term) -> Option<Pid> {
    entry.as_tuple()?.first()?.as_pid()
}

fn set_row(cx: &Cx, table: Atom, key: &Term, items: Vec<Term>) {
    if items.is_empty() {
        cx.table_delete(table, key);
    } else {
        cx.table_insert(table, key.clone(), Term::list(items));
    }
}

fn drop_entries(cx: &Cx, table: Atom, key: &Term, pid: Pid) {
    let entries = cx.table_lookup(table, key).and_then(|row| row.to_vec()).unwrap_or_default();
    set_row(cx, table, key, entries.into_iter().filter(|entry| holder_of(entry) != Some(pid)).collect());
}

/// Removes all that a dead process had.
pub(super) fn forget(cx: &Cx, registry: Atom, pid: Pid) {
    let Some(keys) = cx.table_delete(pid_table(registry), &pid.into()) else { return };
    keys.iter().for_each(|key| drop_entries(cx, key_table(registry), key, pid));
}
