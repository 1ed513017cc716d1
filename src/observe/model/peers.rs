//! Links and monitors at both ends. A list that loses an item puts its last one there, so that
//! a supervisor with a hundred thousand links loses each at the same small cost.

use std::hash::Hash;

use super::Model;
use crate::observe::pages::Pages;
use crate::observe::snapshot::{MonitorView, ProcessView};
use crate::term::quick::QuickMap;
use crate::term::{Pid, Ref};

/// Where an item stands in the list of its owner.
#[derive(Clone, Debug, Default)]
pub(super) struct Peers {
    links: QuickMap<(Pid, Pid), usize>,
    monitors: QuickMap<(Pid, Ref), usize>,
    monitored_by: QuickMap<(Pid, Ref), usize>,
}

fn insert<K: Eq + Hash, T: Clone>(list: &mut Pages<T>, index: &mut QuickMap<K, usize>, key: K, item: T) {
    if index.contains_key(&key) {
        return;
    }
    index.insert(key, list.len());
    list.push(item);
}

fn remove<K: Eq + Hash, T: Clone>(
    list: &mut Pages<T>,
    index: &mut QuickMap<K, usize>,
    key: &K,
    key_of: impl Fn(&T) -> K,
) {
    let Some(at) = index.remove(key) else { return };
    list.swap_remove(at);
    if let Some(moved) = list.get(at) {
        index.insert(key_of(moved), at);
    }
}

impl Model {
    pub(super) fn link(&mut self, a: Pid, b: Pid) {
        if a == b || self.shown.key_of(a).is_none() || self.shown.key_of(b).is_none() {
            return;
        }
        self.add_link(a, b);
        self.add_link(b, a);
    }

    fn add_link(&mut self, owner: Pid, other: Pid) {
        if let Some(process) = self.shown.process_mut(owner) {
            insert(&mut process.links, &mut self.peers.links, (owner, other), other);
        }
    }

    pub(super) fn unlink(&mut self, a: Pid, b: Pid) {
        self.drop_link(a, b);
        self.drop_link(b, a);
    }

    fn drop_link(&mut self, owner: Pid, other: Pid) {
        if let Some(process) = self.shown.process_mut(owner) {
            remove(&mut process.links, &mut self.peers.links, &(owner, other), |pid| (owner, *pid));
        }
    }

    pub(super) fn monitor(&mut self, by: Pid, target: Pid, mref: Ref) {
        if self.shown.key_of(by).is_none() || self.shown.key_of(target).is_none() {
            return;
        }
        if let Some(process) = self.shown.process_mut(by) {
            let view = MonitorView { mref, pid: target };
            insert(&mut process.monitors, &mut self.peers.monitors, (by, mref), view);
        }
        if let Some(process) = self.shown.process_mut(target) {
            let view = MonitorView { mref, pid: by };
            insert(&mut process.monitored_by, &mut self.peers.monitored_by, (target, mref), view);
        }
    }

    pub(super) fn demonitor(&mut self, by: Pid, target: Pid, mref: Ref) {
        self.drop_monitor(by, mref);
        self.drop_monitored_by(target, mref);
    }

    fn drop_monitor(&mut self, by: Pid, mref: Ref) {
        if let Some(process) = self.shown.process_mut(by) {
            let key_of = |view: &MonitorView| (by, view.mref);
            remove(&mut process.monitors, &mut self.peers.monitors, &(by, mref), key_of);
        }
    }

    fn drop_monitored_by(&mut self, target: Pid, mref: Ref) {
        if let Some(process) = self.shown.process_mut(target) {
            let key_of = |view: &MonitorView| (target, view.mref);
            remove(&mut process.monitored_by, &mut self.peers.monitored_by, &(target, mref), key_of);
        }
    }

    /// The dead keep the list of their peers; the peers forget the dead.
    pub(super) fn part(&mut self, dead: &ProcessView) {
        for other in dead.links.iter() {
            self.peers.links.remove(&(dead.pid, *other));
            self.drop_link(*other, dead.pid);
        }
        for view in dead.monitors.iter() {
            self.peers.monitors.remove(&(dead.pid, view.mref));
            self.drop_monitored_by(view.pid, view.mref);
        }
        for view in dead.monitored_by.iter() {
            self.peers.monitored_by.remove(&(dead.pid, view.mref));
            self.drop_monitor(view.pid, view.mref);
        }
    }
}
