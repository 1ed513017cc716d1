//! The whole node, compared with the model.

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::Kernel;
use crate::kernel::process::{Process, Status};
use crate::process::Runtime;
use crate::term::Pid;

use super::super::simulator::actor::read;
use super::super::simulator::world::{Wait, World};
use super::Invariants;

impl Invariants {
    /// A name has one living owner, which knows it.
    pub(super) fn names(&mut self, kernel: &Kernel, world: &World) {
        for name in &world.names {
            let Some(owner) = kernel.whereis(*name) else { continue };
            let fine = kernel.process(owner).is_some_and(|process| process.name == Some(*name));
            self.check("I7", fine, || format!("{name:?} belongs to {owner}, which is dead or does not know"));
        }
    }

    /// Checks every process of the node.
    pub fn audit(&mut self, node: &Runtime, world: &World) {
        let kernel = &*node.kernel();
        let pids = kernel.processes();
        let ours: Vec<Pid> = self.live.keys().copied().collect();
        self.check("I1", pids == ours, || format!("alive are {pids:?}, should be {ours:?}"));
        for process in pids.iter().filter_map(|pid| kernel.process(*pid)) {
            self.audit_relations(kernel, process);
            self.audit_mailbox(process, world);
            self.audit_wait(kernel, process, world);
        }
        self.audit_timers(kernel, world);
        self.audit_flights(kernel);
        self.audit_fairness(kernel, &pids);
    }

    fn audit_relations(&mut self, kernel: &Kernel, process: &Process) {
        let pid = process.pid;
        let Some(shadow) = self.live.get(&pid) else { return };
        let links: BTreeSet<Pid> = process.links.to_vec().into_iter().collect();
        let watched_by: BTreeMap<_, _> = process.monitored_by.to_vec().into_iter().collect();
        let same_links = links == shadow.links;
        let same_monitors = watched_by == shadow.watched_by;
        let words = format!("{pid} has links {links:?}, monitored by {watched_by:?}; should be {shadow:?}");
        self.check("I2", same_links, || words.clone());
        self.check("I3", same_monitors, || words);
        for link in links.into_iter().filter(|link| kernel.process(*link).is_none()) {
            let told = kernel.flying(link, pid).next().is_some() || kernel.flying(pid, link).next().is_some();
            self.check("I1", told, || format!("{pid} is linked to {link}, which is dead"));
        }
        for by in watched_by.into_values().filter(|by| kernel.process(*by).is_none()) {
            let told = kernel.flying(by, pid).next().is_some();
            self.check("I1", told, || format!("{pid} is monitored by {by}, which is dead"));
        }
        let dead = process.monitors.to_vec().into_iter().map(|monitor| monitor.1.target);
        for target in dead.filter(|target| kernel.process(*target).is_none()) {
            let told = kernel.flying(target, pid).next().is_some() || kernel.flying(pid, target).next().is_some();
            self.check("I3", told, || format!("{pid} monitors {target}, which is dead, and will not be told"));
        }
    }

    fn audit_mailbox(&mut self, process: &Process, world: &World) {
        let pid = process.pid;
        let words: u64 = process.mailbox.iter().map(|message| u64::from(message.words()) + 1).sum();
        let accounted = process.mailbox.words();
        self.check("I9", words == accounted, || format!("{pid} has {words} words waiting, and counts {accounted}"));
        let mut last: BTreeMap<(Pid, i64), i64> = BTreeMap::new();
        let mut ordered = true;
        for (from, number, class) in process.mailbox.iter().filter_map(|message| read(&message)) {
            ordered &= last.insert((from, class), number).is_none_or(|before| before < number);
        }
        self.check("I4", ordered, || format!("the mailbox of {pid} is out of order"));
        if world.actors.borrow().contains(&pid)
            && let Some(shadow) = self.live.get(&pid)
        {
            let (should, is) = (shadow.delivered - shadow.taken.min(shadow.delivered), process.mailbox.len() as u64);
            self.check("I9", should == is, || format!("{is} messages wait for {pid}, should be {should}"));
        }
    }

    fn audit_wait(&mut self, kernel: &Kernel, process: &Process, world: &World) {
        if process.status != Status::Waiting {
            return;
        }
        let pid = process.pid;
        let overslept = process.deadline().is_some_and(|deadline| deadline <= kernel.now());
        self.check("I11", !overslept, || format!("{pid} waits although its time is out"));
        let wait = world.waits.borrow().get(&pid).copied();
        let ready = match wait {
            Some(Wait::Any) => !process.mailbox.is_empty(),
            Some(Wait::Class(class)) => {
                process.mailbox.iter().filter_map(|message| read(&message)).any(|read| read.2 == class)
            }
            None => false,
        };
        self.check("I11", !ready, || format!("{pid} waits for {wait:?}, which is there"));
    }

    /// What was sent has landed or is in flight.
    fn audit_flights(&mut self, kernel: &Kernel) {
        let pairs = kernel.in_flight();
        let flying: usize = pairs.iter().map(|(from, to)| kernel.flying(*from, *to).count()).sum();
        let (sent, landed) = (self.sent, self.landed);
        let fine = sent == landed + flying as u64;
        self.check("I9", fine, || format!("{sent} signals were sent, {landed} have landed, {flying} are in flight"));
        for (from, to) in pairs {
            let numbers: Vec<u64> = kernel.flying(*from, *to).map(|flying| flying.number).collect();
            self.check("I4", numbers.is_sorted(), || format!("signals from {from} to {to} overtake each other"));
        }
    }

    /// Whoever was runnable at the last audit has had a turn since, if there were enough.
    fn audit_fairness(&mut self, kernel: &Kernel, pids: &[Pid]) {
        let is_runnable = |pid: &Pid| kernel.process(*pid).is_some_and(|process| process.status == Status::Runnable);
        let now: Vec<Pid> = pids.iter().copied().filter(is_runnable).collect();
        let (then, queued) = std::mem::replace(&mut self.runnable, (self.turns, now));
        if self.turns - then <= queued.len() as u64 {
            return;
        }
        for pid in queued.into_iter().filter(is_runnable) {
            let last = self.live.get(&pid).map_or(0, |shadow| shadow.last_turn);
            self.check("I10", last > then, || format!("{pid} is runnable, and had no turn since {then}"));
        }
    }

    /// Nothing runs and nothing is in flight: what was to be told has been told, and children of
    /// dead supervisors have ended.
    pub fn at_rest(&mut self, node: &Runtime, world: &World) {
        self.audit(node, world);
        let untold: Vec<_> = (self.monitors.iter())
            .filter(|(_, monitor)| self.live.contains_key(&monitor.by) && !monitor.off)
            .filter(|(_, monitor)| !self.live.contains_key(&monitor.target) && monitor.told != 1)
            .map(|(mref, _)| *mref)
            .collect();
        self.check("I3", untold.is_empty(), || format!("nobody was told of {untold:?}"));
        for (supervisor, child) in std::mem::take(&mut self.orphans) {
            let gone = !self.live.contains_key(&child);
            self.check("S2", gone, || format!("{child} lives on, its supervisor {supervisor} is dead"));
        }
    }

    /// Everybody has been ended: nothing is left.
    pub fn at_the_end(&mut self, node: &Runtime) {
        let kernel = &*node.kernel();
        let left = kernel.processes();
        self.check("I1", left.is_empty(), || format!("{left:?} are left"));
        let timers = kernel.timers.pending();
        self.check("I1", timers == 0 || !left.is_empty(), || format!("{timers} timers are left"));
    }
}
