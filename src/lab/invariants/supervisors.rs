//! What supervisors may do, read off the log and the signals they send.

use crate::event::{Behaviour, ChildInfo, Entry, Event};
use crate::kernel::Kernel;
use crate::supervision::{AutoShutdown, Flags, Restart, Shutdown, Strategy};
use crate::term::{Atom, Pid, Term};
use crate::time::Instant;

use super::super::simulator::world::World;
use super::Invariants;

/// A supervisor, as the model has it.
#[derive(Debug)]
pub(super) struct Supervisor {
    flags: Flags,
    kind: Kind,
    children: Vec<Child>,
    /// Has its `init` returned?
    runs: bool,
    /// Whole seconds at which restarts were counted.
    counted: Vec<u64>,
    /// The children that the last counted restart allows to stop and start.
    permit: Permit,
    /// The last child told to stop, since something was started.
    stopped: Option<usize>,
    /// Behind the last child started, since a restart was counted.
    start_from: usize,
    /// A child has ended and is to be restarted: its id.
    due: Option<Term>,
    /// It has to stop, and why.
    must_stop: Option<&'static str>,
    /// Its parent has told it something by an exit signal: it ends, or is about to.
    ending: bool,
    /// The child that it is stopping, since when.
    stopping: Option<(Pid, Instant)>,
    /// Instances of `simple_one_for_one` and dynamic supervisors.
    instances: Vec<Pid>,
}

/// What is known of its children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Each has a spec, and nobody meddles.
    Closed,
    /// Clients start and stop them.
    Open,
    /// Any number of instances; with at most so many children.
    Instances(usize),
}

#[derive(Debug)]
struct Child {
    info: std::rc::Rc<ChildInfo>,
    pid: Option<Pid>,
    /// Was it started before?
    ever: bool,
    /// Has its restart failed?
    failed: bool,
}

impl Child {
    /// Does it run, or will it again?
    fn holds(&self) -> bool {
        self.pid.is_some() || self.failed
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Permit {
    None,
    One(usize),
    From(usize),
}

impl Permit {
    fn covers(&self, position: usize) -> bool {
        match self {
            Permit::None => false,
            Permit::One(only) => *only == position,
            Permit::From(first) => *first <= position,
        }
    }
}

impl Supervisor {
    fn new(flags: Flags, kind: Kind) -> Self {
        Supervisor {
            flags,
            kind,
            children: Vec::new(),
            runs: false,
            counted: Vec::new(),
            permit: Permit::None,
            stopped: None,
            start_from: 0,
            due: None,
            must_stop: None,
            ending: false,
            stopping: None,
            instances: Vec::new(),
        }
    }

    fn position(&self, id: &Term) -> Option<usize> {
        self.children.iter().position(|child| child.info.id == *id)
    }

    fn position_of(&self, pid: Pid) -> Option<usize> {
        self.children.iter().position(|child| child.pid == Some(pid))
    }

    /// Restarts that count at `second`, by OTP's whole seconds with both edges.
    fn used(&self, second: u64) -> usize {
        let oldest = second.saturating_sub(u64::from(self.flags.period));
        self.counted.iter().filter(|counted| **counted >= oldest).count()
    }

    fn running(&self) -> Vec<Pid> {
        self.children.iter().filter_map(|child| child.pid).chain(self.instances.iter().copied()).collect()
    }
}

/// The table of child endings: is it restarted?
fn comes_back(restart: Restart, reason: &Term) -> bool {
    let orderly = match reason {
        Term::Atom(Atom::NORMAL | Atom::SHUTDOWN) => true,
        other => {
            other.as_tuple().is_some_and(|it| it.len() == 2 && it.first().is_some_and(|it| it.is_atom(Atom::SHUTDOWN)))
        }
    };
    matches!((restart, orderly), (Restart::Permanent, _) | (Restart::Transient, false))
}

impl Invariants {
    pub(super) fn supervised(&mut self, kernel: &Kernel, world: &World, entry: &Entry) {
        match &entry.event {
            Event::Supervises { pid, flags, .. } => {
                let known = world.supervisors.borrow().get(pid).copied();
                let kind = match known {
                    Some(known) if known.dynamic => Kind::Instances(known.max_children),
                    _ if flags.strategy == Strategy::SimpleOneForOne => Kind::Instances(usize::MAX),
                    Some(known) if known.open => Kind::Open,
                    _ => Kind::Closed,
                };
                self.supervisors.insert(*pid, Supervisor::new(*flags, kind));
            }
            Event::Initialised { pid, behaviour: Behaviour::Supervisor, .. } => {
                if let Some(supervisor) = self.supervisors.get_mut(pid) {
                    supervisor.runs = true;
                    supervisor.start_from = 0;
                }
            }
            Event::ChildAdded { supervisor, child, .. } => self.child_added(*supervisor, child),
            Event::ChildStarting { supervisor, id, .. } => self.child_starting(*supervisor, id),
            Event::ChildStarted { supervisor, id, pid } => self.child_started(*supervisor, id, *pid),
            Event::ChildFailed { supervisor, id, reason } => self.child_failed(*supervisor, id, reason),
            Event::ChildEnded { supervisor, id, pid, reason, by_supervisor } => {
                let gone = kernel.process(*pid).is_none();
                self.check("S1", gone, || format!("{supervisor} takes {pid} for ended, but it lives"));
                self.child_ended(*supervisor, id, *pid, reason, *by_supervisor);
            }
            Event::ChildRemoved { supervisor, id, pid } => self.child_removed(*supervisor, id, *pid),
            Event::RestartCounted { supervisor, id, used } => {
                self.restart_counted(*supervisor, id, *used, entry.at.as_secs());
            }
            Event::GaveUp { supervisor, id } => self.gave_up(*supervisor, id, entry.at.as_secs()),
            _ => {}
        }
    }

    fn child_added(&mut self, pid: Pid, info: &std::rc::Rc<ChildInfo>) {
        let Some(supervisor) = self.supervisors.get_mut(&pid) else { return };
        if matches!(supervisor.kind, Kind::Instances(_)) {
            return;
        }
        let new = supervisor.position(&info.id).is_none();
        supervisor.children.push(Child { info: info.clone(), pid: None, ever: false, failed: false });
        self.check("S6", new, || format!("{pid} has two children {:?}", info.id));
    }

    fn child_starting(&mut self, pid: Pid, id: &Term) {
        let Some(supervisor) = self.supervisors.get_mut(&pid) else { return };
        supervisor.stopped = None;
        let must_stop = supervisor.must_stop;
        let starting = supervisor.position(id);
        let (kind, runs) = (supervisor.kind, supervisor.runs);
        let start_from = supervisor.start_from;
        let permitted = starting.is_some_and(|at| supervisor.permit.covers(at));
        let again = starting.and_then(|at| supervisor.children.get(at));
        let again = again.is_some_and(|child| child.ever && child.info.restart == Restart::Temporary);
        let running = again_running(starting.and_then(|at| supervisor.children.get(at)));
        supervisor.start_from = starting.map_or(start_from, |at| at + 1);
        if matches!(supervisor.permit, Permit::One(_)) {
            supervisor.permit = Permit::None;
        }
        self.check("S3", must_stop.is_none(), || format!("{pid} starts {id:?} although {must_stop:?}"));
        if kind != Kind::Closed {
            return;
        }
        let in_order = starting.is_none_or(|at| start_from <= at);
        self.check("S1", in_order, || format!("{pid} starts child {starting:?}, and {start_from} ones before"));
        self.check("S6", starting.is_some() && !running, || format!("{pid} starts {id:?}: unknown, or running"));
        self.check("S4", !again, || format!("{pid} starts temporary {id:?} again"));
        if runs {
            self.check("S5", permitted, || format!("{pid} starts {id:?}, which no counted restart is about"));
        }
    }

    fn child_started(&mut self, pid: Pid, id: &Term, child: Pid) {
        let Some(supervisor) = self.supervisors.get_mut(&pid) else { return };
        if let Kind::Instances(most) = supervisor.kind {
            supervisor.instances.push(child);
            let many = supervisor.instances.len();
            self.check("S9", many <= most, || format!("{pid} has {many} children, and may have {most}"));
            return;
        }
        if let Some(at) = supervisor.position(id)
            && let Some(entry) = supervisor.children.get_mut(at)
        {
            *entry = Child { info: entry.info.clone(), pid: Some(child), ever: true, failed: false };
        }
    }

    fn child_failed(&mut self, pid: Pid, id: &Term, reason: &Term) {
        let Some(supervisor) = self.supervisors.get_mut(&pid) else { return };
        let ignored = reason.is_atom(Atom::IGNORE);
        if !ignored {
            // The next try has to be counted.
            supervisor.permit = Permit::None;
        }
        if let Some(at) = supervisor.position(id)
            && let Some(entry) = supervisor.children.get_mut(at)
        {
            entry.ever |= ignored;
            entry.failed = !ignored;
            entry.pid = None;
        }
        self.counters.count("S7");
    }

    fn child_ended(&mut self, pid: Pid, id: &Term, child: Pid, reason: &Term, by_supervisor: bool) {
        let real = self.dead.get(&child).map(|end| end.1.clone());
        let Some(supervisor) = self.supervisors.get_mut(&pid) else { return };
        supervisor.instances.retain(|instance| *instance != child);
        let at = supervisor.position(id);
        let permitted = at.is_some_and(|at| supervisor.permit.covers(at));
        let (kind, runs, must_stop, due) =
            (supervisor.kind, supervisor.runs, supervisor.must_stop, supervisor.due.clone());
        if let Some(entry) = at.and_then(|at| supervisor.children.get_mut(at)) {
            entry.pid = None;
        }
        self.check("S3", due.is_none(), || format!("{pid} has not restarted {due:?} yet, and sees {id:?} end"));
        let told = real.as_ref() == Some(reason) || reason.is_atom(Atom::NOPROC);
        self.check("S4", told, || format!("{pid} takes {child} for ended with {reason:?}, it did with {real:?}"));
        if by_supervisor {
            let ending = self.supervisors.get(&pid).is_some_and(|supervisor| supervisor.ending);
            let fine = kind != Kind::Closed || permitted || !runs || must_stop.is_some() || ending;
            self.check("S5", fine, || format!("{pid} stops {id:?}, which no counted restart is about"));
            return;
        }
        let Some(supervisor) = self.supervisors.get_mut(&pid) else { return };
        let Some(info) = at.and_then(|at| supervisor.children.get(at)).map(|child| child.info.clone()) else { return };
        if comes_back(info.restart, reason) {
            supervisor.due = Some(id.clone());
            return;
        }
        let held = supervisor.children.iter().any(|child| child.info.significant && child.holds());
        match (supervisor.flags.auto_shutdown, info.significant) {
            (AutoShutdown::AnySignificant, true) => supervisor.must_stop = Some("a significant child ended"),
            (AutoShutdown::AllSignificant, true) if !held => {
                supervisor.must_stop = Some("all significant children ended");
            }
            _ => {}
        }
        self.counters.count("S4");
        if info.significant {
            self.counters.count("S8");
        }
    }

    /// A process has got an exit signal as a message: if it is a supervisor, and its parent sent
    /// it, it will stop all its children.
    pub(super) fn hears(&mut self, pid: Pid, from: Pid) {
        let parent = self.live.get(&pid).and_then(|shadow| shadow.parent);
        if let Some(supervisor) = self.supervisors.get_mut(&pid) {
            supervisor.ending |= parent == Some(from);
        }
    }

    /// Somebody tells it to end by a system message: it will stop all its children.
    pub(super) fn is_told_to_end(&mut self, pid: Pid) {
        if let Some(supervisor) = self.supervisors.get_mut(&pid) {
            supervisor.ending = true;
        }
    }

    fn child_removed(&mut self, pid: Pid, id: &Term, child: Option<Pid>) {
        let Some(supervisor) = self.supervisors.get_mut(&pid) else { return };
        if let Some(child) = child {
            supervisor.instances.retain(|instance| *instance != child);
        }
        let at = supervisor.position(id);
        if let Some(at) = at {
            let removed = supervisor.children.remove(at);
            let fine = supervisor.kind != Kind::Closed || removed.info.restart == Restart::Temporary;
            self.check("S4", fine, || format!("{pid} forgets {id:?}, which is not temporary"));
        }
        // Positions behind it have moved.
        if let Some(supervisor) = self.supervisors.get_mut(&pid) {
            let back = |position: &mut usize| *position -= usize::from(at.is_some_and(|at| at < *position));
            supervisor.stopped.iter_mut().for_each(back);
            back(&mut supervisor.start_from);
            match &mut supervisor.permit {
                Permit::None => {}
                Permit::One(position) | Permit::From(position) => back(position),
            }
        }
    }

    fn restart_counted(&mut self, pid: Pid, id: &Term, used: u32, second: u64) {
        let Some(supervisor) = self.supervisors.get_mut(&pid) else { return };
        supervisor.counted.push(second);
        supervisor.start_from = 0;
        supervisor.stopped = None;
        let position = supervisor.position(id).unwrap_or(usize::MAX);
        supervisor.permit = match supervisor.flags.strategy {
            Strategy::OneForOne | Strategy::SimpleOneForOne => Permit::One(position),
            Strategy::RestForOne => Permit::From(position),
            Strategy::OneForAll => Permit::From(0),
        };
        let (ours, most) = (supervisor.used(second), supervisor.flags.intensity as usize);
        let due = supervisor.due.take();
        let must_stop = supervisor.must_stop;
        let right = due.as_ref().is_none_or(|due| due == id);
        self.check("S3", ours <= most, || format!("{pid} counts restart {ours} of {most} in its window"));
        self.check("S3", ours == used as usize, || format!("{pid} says {used} restarts count, it is {ours}"));
        self.check("S8", must_stop.is_none(), || format!("{pid} restarts {id:?} although {must_stop:?}"));
        self.check("S5", right, || format!("{pid} restarts {id:?}, {due:?} has ended"));
    }

    fn gave_up(&mut self, pid: Pid, id: &Term, second: u64) {
        let Some(supervisor) = self.supervisors.get_mut(&pid) else { return };
        supervisor.must_stop = Some("it gave up");
        supervisor.due = None;
        supervisor.permit = Permit::None;
        let (used, most) = (supervisor.used(second) + 1, supervisor.flags.intensity as usize);
        self.check("S3", used > most, || format!("{pid} gives up over {id:?} at restart {used} of {most}"));
    }

    /// An exit signal by `exit/2`, maybe of a supervisor to a child.
    pub(super) fn tells(&mut self, kernel: &Kernel, from: Pid, to: Pid, reason: &Term, now: Instant) {
        let Some(supervisor) = self.supervisors.get_mut(&from) else { return };
        let Some(at) = supervisor.position_of(to) else { return };
        let (kind, stopped, stopping) = (supervisor.kind, supervisor.stopped, supervisor.stopping);
        let shutdown = supervisor.children.get(at).map(|child| child.info.shutdown);
        let again = stopping.filter(|stopping| stopping.0 == to);
        supervisor.stopped = Some(at);
        if again.is_none() {
            supervisor.stopping = Some((to, now));
        }
        let fine = match (shutdown, again, reason.is_atom(Atom::KILL)) {
            (Some(Shutdown::BrutalKill), None, kill) => kill,
            (Some(Shutdown::Timeout(_) | Shutdown::Infinity), None, kill) => !kill,
            (Some(Shutdown::Timeout(span)), Some((_, since)), true) => now.since(since) >= span,
            _ => false,
        };
        self.check("S10", fine, || format!("{from} tells {to} {reason:?} at {now:?}, {shutdown:?}, before: {again:?}"));
        let free = stopping.is_none_or(|before| before.0 == to || kernel.process(before.0).is_none());
        self.check("S1", free, || format!("{from} stops {to} while {stopping:?} lives"));
        if kind == Kind::Closed {
            let in_order = stopped.is_none_or(|before| at < before || again.is_some());
            self.check("S1", in_order, || format!("{from} stops child {at} after {stopped:?}"));
        }
    }

    pub(super) fn supervisor_ended(&mut self, kernel: &Kernel, pid: Pid, reason: &Term) {
        let Some(supervisor) = self.supervisors.remove(&pid) else { return };
        let killed = reason.is_atom(Atom::KILLED);
        let left: Vec<Pid> =
            supervisor.running().into_iter().filter(|child| kernel.process(*child).is_some()).collect();
        self.check("S2", killed || left.is_empty(), || format!("{pid} ends with {reason:?} and leaves {left:?}"));
        self.orphans.extend(left.into_iter().map(|child| (pid, child)));
        if let Some(why) = supervisor.must_stop {
            let fine = killed || reason.is_atom(Atom::SHUTDOWN);
            self.check("S8", fine, || format!("{pid} ends with {reason:?} after {why}"));
        }
    }

    /// At rest, what supervisors say of their children is true and agrees.
    pub fn answers(&mut self, kernel: &Kernel, world: &World) {
        for (pid, which, count) in world.answers.take() {
            let dynamic = world.supervisors.borrow().get(&pid).is_some_and(|supervised| supervised.dynamic);
            let instances = self.supervisors.get(&pid).is_some_and(|it| matches!(it.kind, Kind::Instances(_)));
            let simple = instances && !dynamic;
            let children = which.to_vec().unwrap_or_default();
            let pids = children.iter().filter_map(|child| child.as_tuple()?.get(1)?.as_pid());
            let alive = pids.clone().filter(|pid| kernel.process(*pid).is_some()).count();
            let restarting = children.iter().filter_map(|child| child.as_tuple()?.get(1)).any(is_restarting);
            let counted = |key: &str| count.keyword_get(Atom::new(key)).or_else(|| count.map_get(&Term::atom(key)));
            let counted = |key| counted(key).and_then(Term::as_int).and_then(|n| usize::try_from(n).ok());
            let specs = if simple { 1 } else { children.len() };
            let both = counted("supervisors").unwrap_or(0) + counted("workers").unwrap_or(0);
            let fine = counted("specs") == Some(specs) && both == children.len() && pids.count() == alive;
            let fine = fine && (simple || counted("active") == Some(alive)) && !restarting;
            self.check("S6", fine, || format!("{pid} has {which:?} and counts {count:?}, {alive} are alive"));
        }
    }
}

fn again_running(child: Option<&Child>) -> bool {
    child.is_some_and(|child| child.pid.is_some())
}

fn is_restarting(pid: &Term) -> bool {
    pid.is_atom(Atom::RESTARTING)
}
