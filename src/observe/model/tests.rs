use std::rc::Rc;

use super::{Bounds, Model};
use crate::event::{
    ApplicationPhase, Behaviour, ChildInfo, ClientCall, CodeChange, Entry, Event, Level, Mfa, Report, Telemetry,
};
use crate::observe::snapshot::{ApplicationState, BudgetSlot, NodeKey, NodeKind, Snapshot, State, TreeNode};
use crate::supervision::{ChildType, Flags, Restart, Shutdown, Strategy};
use crate::term::{Atom, Pid, Ref, Term};
use crate::time::{Duration, Instant};

/// Writes a log as a node would.
struct Node {
    log: Vec<Entry>,
    now: Instant,
    next: u32,
    free: Vec<u32>,
}

const INIT: Pid = Pid::new(0, 0);

fn mfa(module: &str, function: &str) -> Mfa {
    Mfa { module: Atom::new(module), function: Atom::new(function), arity: 1 }
}

fn atom(text: &str) -> Term {
    Term::atom(text)
}

fn spec(id: &str, restart: Restart) -> Rc<ChildInfo> {
    Rc::new(ChildInfo {
        id: atom(id),
        restart,
        shutdown: Shutdown::Timeout(Duration::from_millis(5000)),
        kind: ChildType::Worker,
        significant: false,
        start: Term::Nil,
    })
}

impl Node {
    fn boot() -> Self {
        let mut node = Node { log: vec![], now: Instant::BOOT, next: 1, free: vec![] };
        node.say(Event::Spawned { pid: INIT, parent: None, link: false, initial_call: mfa("init", "boot") });
        node
    }

    fn say(&mut self, event: Event) -> u64 {
        let seq = self.log.len() as u64;
        self.now = self.now + Duration::from_millis(1);
        self.log.push(Entry { seq, at: self.now, event });
        seq
    }

    fn wait(&mut self, millis: u64) {
        self.now = self.now + Duration::from_millis(millis);
    }

    fn spawn(&mut self, parent: Pid) -> Pid {
        let pid = Pid::new(self.free.pop().unwrap_or(self.next), self.next);
        self.next += 1;
        self.say(Event::Spawned { pid, parent: Some(parent), link: true, initial_call: mfa("m", "init") });
        pid
    }

    fn init(&mut self, pid: Pid, behaviour: Behaviour) {
        self.say(Event::Initialised { pid, behaviour, module: Atom::new("m") });
    }

    fn exit(&mut self, pid: Pid, reason: &Term) -> u64 {
        self.free.push(pid.slot());
        self.say(Event::Exited { pid, reason: reason.clone(), cause: None })
    }

    fn supervisor(&mut self, parent: Pid, strategy: Strategy, children: &[Rc<ChildInfo>]) -> Pid {
        let pid = self.spawn(parent);
        self.supervise(pid, strategy, children);
        pid
    }

    fn supervise(&mut self, pid: Pid, strategy: Strategy, children: &[Rc<ChildInfo>]) {
        let flags = Flags { strategy, intensity: 3, period: 5, ..Flags::default() };
        self.say(Event::Supervises { pid, flags, dynamic: flags.strategy == Strategy::SimpleOneForOne });
        for (position, child) in children.iter().enumerate() {
            let position = position as u32;
            self.say(Event::ChildAdded { supervisor: pid, child: child.clone(), position });
        }
        self.init(pid, Behaviour::Supervisor);
    }

    fn start(&mut self, supervisor: Pid, id: &Term, replaces: Option<Pid>) -> Pid {
        self.say(Event::ChildStarting { supervisor, id: id.clone(), replaces });
        let pid = self.spawn(supervisor);
        self.init(pid, Behaviour::GenServer);
        self.say(Event::ChildStarted { supervisor, id: id.clone(), pid });
        pid
    }

    fn lost(&mut self, supervisor: Pid, id: &Term, pid: Pid, reason: &Term, by_supervisor: bool) {
        self.exit(pid, reason);
        let (id, reason) = (id.clone(), reason.clone());
        self.say(Event::ChildEnded { supervisor, id, pid, reason, by_supervisor });
    }

    fn count(&mut self, supervisor: Pid, id: &Term, used: u32) {
        self.say(Event::RestartCounted { supervisor, id: id.clone(), used });
    }

    fn model(&self) -> Model {
        let mut model = Model::default();
        self.log.iter().for_each(|entry| model.apply(entry));
        model
    }

    fn seen(&self) -> Rc<Snapshot> {
        self.model().snapshot(self.now)
    }
}

fn place(seen: &Snapshot, pid: Pid) -> NodeKey {
    seen.key_of(pid).unwrap()
}

fn below(seen: &Snapshot, key: NodeKey) -> Vec<&Rc<TreeNode>> {
    seen.children(seen.node(key).unwrap()).collect()
}

fn abc() -> Vec<Rc<ChildInfo>> {
    ["a", "b", "c"].map(|id| spec(id, Restart::Permanent)).to_vec()
}

/// A supervisor with children a, b, c that run.
fn tree(strategy: Strategy) -> (Node, Pid, Vec<Pid>) {
    let mut node = Node::boot();
    let supervisor = node.supervisor(INIT, strategy, &abc());
    let pids = ["a", "b", "c"].map(|id| node.start(supervisor, &atom(id), None)).to_vec();
    (node, supervisor, pids)
}

#[test]
fn children_stand_in_start_order_before_they_start() {
    let mut node = Node::boot();
    let supervisor = node.supervisor(INIT, Strategy::OneForOne, &abc());
    node.start(supervisor, &atom("a"), None);
    let seen = node.seen();
    let children = below(&seen, place(&seen, supervisor));
    let states: Vec<_> = children.iter().map(|child| child.state).collect();
    assert_eq!(states, [State::Running, State::Waiting, State::Waiting]);
    assert_eq!(children[2].child.as_ref().unwrap().info.id, atom("c"));
}

#[test]
fn a_restarted_child_keeps_its_place() {
    let (mut node, supervisor, pids) = tree(Strategy::OneForOne);
    let before = node.seen();
    let key = place(&before, pids[1]);
    node.lost(supervisor, &atom("b"), pids[1], &atom("boom"), false);
    let between = node.seen();
    assert_eq!(between.node(key).unwrap().state, State::Restarting);
    assert_eq!(between.node(key).unwrap().exit().unwrap().reason, atom("boom"));
    node.count(supervisor, &atom("b"), 1);
    let again = node.start(supervisor, &atom("b"), Some(pids[1]));
    let after = node.seen();
    assert_eq!(place(&after, again), key);
    let child = after.node(key).unwrap();
    assert_eq!((child.incarnation, child.state, child.pid()), (2, State::Running, Some(again)));
    assert_eq!(below(&after, child.parent.unwrap()).iter().position(|node| node.key == key), Some(1));
}

#[test]
fn only_what_changed_is_made_anew() {
    let (mut node, supervisor, pids) = tree(Strategy::OneForOne);
    let mut model = node.model();
    let before = model.snapshot(node.now);
    let seen = node.log.len();
    node.lost(supervisor, &atom("b"), pids[1], &atom("boom"), false);
    node.log[seen..].iter().for_each(|entry| model.apply(entry));
    let after = model.snapshot(node.now);
    let same = |pid| {
        let key = place(&before, pid);
        Rc::ptr_eq(before.node(key).unwrap(), after.node(key).unwrap())
    };
    assert!(same(pids[0]) && same(pids[2]));
    assert!(!same(pids[1]) && !same(supervisor));
    assert_eq!(before.node(place(&before, pids[1])).unwrap().state, State::Running);
    let children = |seen: &Snapshot| seen.node(place(seen, supervisor)).unwrap().children.clone();
    assert!(children(&before).same(&children(&after)));
}

#[test]
fn a_budget_slot_frees_after_whole_seconds() {
    let (mut node, supervisor, pids) = tree(Strategy::OneForOne);
    node.lost(supervisor, &atom("a"), pids[0], &atom("boom"), false);
    node.count(supervisor, &atom("a"), 1);
    let seen = node.seen();
    let view = seen.node(place(&seen, supervisor)).unwrap().supervisor.clone().unwrap();
    assert_eq!((view.used(node.now), view.left(node.now)), (1, 2));
    let spent_at = node.now;
    let frees_at = Instant::BOOT + Duration::from_secs(6);
    assert_eq!(
        view.slots(node.now, 10),
        [BudgetSlot::Spent { at: spent_at, frees_at }, BudgetSlot::Free, BudgetSlot::Free]
    );
    assert_eq!(view.used(Instant(frees_at.0 - 1)), 1);
    assert_eq!(view.used(frees_at), 0);
}

#[test]
fn the_budget_agrees_with_the_rule_of_supervisors() {
    use crate::supervision::Window;
    let flags = Flags { intensity: 100, period: 3, ..Flags::default() };
    let mut window = Window::default();
    let mut view = crate::observe::snapshot::SupervisorView { flags, ..Default::default() };
    for step in 0..200u64 {
        let now = Instant::BOOT + Duration::from_millis(step * 137);
        assert_eq!(view.used(now), window.used(now, flags.period), "at {now:?}");
        if step % 3 == 0 {
            window.record(now, &flags);
            view.restarts.push(now);
        }
    }
}

#[test]
fn siblings_stopped_for_a_restart_come_back_and_the_rest_of_the_dead_stay_dead() {
    let (mut node, supervisor, pids) = tree(Strategy::OneForAll);
    node.lost(supervisor, &atom("a"), pids[0], &atom("boom"), false);
    node.count(supervisor, &atom("a"), 1);
    node.lost(supervisor, &atom("c"), pids[2], &Atom::SHUTDOWN.into(), true);
    let seen = node.seen();
    let states: Vec<_> = below(&seen, place(&seen, supervisor)).iter().map(|child| child.state).collect();
    assert_eq!(states, [State::Restarting, State::Running, State::Restarting]);
}

#[test]
fn a_child_stopped_on_demand_rests() {
    let (mut node, supervisor, pids) = tree(Strategy::OneForOne);
    node.lost(supervisor, &atom("c"), pids[2], &Atom::SHUTDOWN.into(), true);
    let seen = node.seen();
    let last = below(&seen, place(&seen, supervisor))[2].clone();
    assert_eq!((last.state, last.is_tombstone()), (State::Exited, false));
    assert_eq!(seen.lane(last.key).unwrap().availability(node.now).failures, 0);
}

#[test]
fn a_failed_restart_is_still_a_restart() {
    let (mut node, supervisor, pids) = tree(Strategy::OneForOne);
    node.lost(supervisor, &atom("a"), pids[0], &atom("boom"), false);
    node.say(Event::ChildStarting { supervisor, id: atom("a"), replaces: Some(pids[0]) });
    let failed = node.spawn(supervisor);
    node.exit(failed, &atom("bad_init"));
    node.say(Event::ChildFailed { supervisor, id: atom("a"), reason: atom("bad_init") });
    let seen = node.seen();
    let child = below(&seen, place(&seen, supervisor))[0].clone();
    assert_eq!((child.state, child.incarnation), (State::Restarting, 2));
}

#[test]
fn dynamic_children_are_their_own_places_and_come_back_to_them() {
    let mut node = Node::boot();
    let supervisor = node.supervisor(INIT, Strategy::SimpleOneForOne, &[]);
    let id: Term = Atom::UNDEFINED.into();
    let start = |node: &mut Node, replaces: Option<Pid>| {
        if replaces.is_none() {
            let child = spec("undefined", Restart::Permanent);
            node.say(Event::ChildAdded { supervisor, child, position: 0 });
        }
        node.start(supervisor, &id, replaces)
    };
    let first = start(&mut node, None);
    let second = start(&mut node, None);
    let before = node.seen();
    let (key, other) = (place(&before, first), place(&before, second));
    assert_ne!(key, other);
    node.lost(supervisor, &id, first, &atom("boom"), false);
    let third = start(&mut node, Some(first));
    let after = node.seen();
    assert_eq!(place(&after, third), key);
    assert_eq!(after.node(key).unwrap().incarnation, 2);
    node.lost(supervisor, &id, second, &Atom::SHUTDOWN.into(), true);
    let seen = node.seen();
    assert!(seen.node(other).unwrap().is_tombstone());
    node.wait(10_000);
    assert!(node.seen().node(other).is_none());
}

#[test]
fn a_dynamic_restart_that_fails_keeps_the_place_for_the_next_try() {
    let mut node = Node::boot();
    let supervisor = node.supervisor(INIT, Strategy::SimpleOneForOne, &[]);
    let id: Term = Atom::UNDEFINED.into();
    node.say(Event::ChildAdded { supervisor, child: spec("undefined", Restart::Permanent), position: 0 });
    let first = node.start(supervisor, &id, None);
    node.start(supervisor, &id, None);
    let key = place(&node.seen(), first);
    node.lost(supervisor, &id, first, &atom("boom"), false);
    for _ in 0..2 {
        node.say(Event::ChildStarting { supervisor, id: id.clone(), replaces: Some(first) });
        let failed = node.spawn(supervisor);
        node.exit(failed, &atom("bad_init"));
        node.say(Event::ChildFailed { supervisor, id: id.clone(), reason: atom("bad_init") });
        assert_eq!(node.seen().node(key).unwrap().state, State::Restarting);
    }
    let last = node.start(supervisor, &id, Some(first));
    assert_eq!(place(&node.seen(), last), key);
    assert_eq!(node.seen().node(key).unwrap().incarnation, 4);
}

#[test]
fn a_restarted_supervisor_finds_its_children_places_again() {
    let mut node = Node::boot();
    let top = node.supervisor(INIT, Strategy::OneForOne, &[spec("sub", Restart::Permanent)]);
    let begin = |node: &mut Node| {
        node.say(Event::ChildStarting { supervisor: top, id: atom("sub"), replaces: None });
        let sub = node.spawn(top);
        node.supervise(sub, Strategy::OneForOne, &abc());
        let children = ["a", "b", "c"].map(|id| node.start(sub, &atom(id), None));
        node.say(Event::ChildStarted { supervisor: top, id: atom("sub"), pid: sub });
        (sub, children)
    };
    let (sub, children) = begin(&mut node);
    let before = node.seen();
    node.exit(sub, &Atom::KILLED.into());
    for pid in &children {
        node.exit(*pid, &Atom::KILLED.into());
    }
    let seen = node.seen();
    assert!(children.iter().all(|pid| seen.node(place(&before, *pid)).unwrap().is_tombstone()));
    let (id, reason) = (atom("sub"), Atom::KILLED.into());
    node.say(Event::ChildEnded { supervisor: top, id, pid: sub, reason, by_supervisor: false });
    let (_, again) = begin(&mut node);
    node.wait(20_000);
    let after = node.seen();
    for (old, new) in children.iter().zip(again) {
        let child = after.node(place(&after, new)).unwrap();
        assert_eq!(child.key, place(&before, *old));
        assert_eq!((child.incarnation, child.is_tombstone()), (2, false));
    }
}

#[test]
fn a_supervisor_that_gave_up_shows_it() {
    let (mut node, supervisor, pids) = tree(Strategy::OneForOne);
    let key = place(&node.seen(), supervisor);
    node.lost(supervisor, &atom("a"), pids[0], &atom("boom"), false);
    node.say(Event::GaveUp { supervisor, id: atom("a") });
    node.exit(supervisor, &Atom::SHUTDOWN.into());
    let seen = node.seen();
    let top = seen.node(key).unwrap();
    assert_eq!((top.state, top.is_tombstone()), (State::GaveUp, true));
    assert_eq!(seen.counts.gave_up, 1);
}

#[test]
fn without_an_announcement_a_started_child_still_finds_its_place() {
    let mut node = Node::boot();
    let supervisor = node.supervisor(INIT, Strategy::OneForOne, &abc());
    let pid = node.spawn(supervisor);
    node.say(Event::ChildStarted { supervisor, id: atom("b"), pid });
    let seen = node.seen();
    let children = below(&seen, place(&seen, supervisor));
    assert_eq!((children.len(), children[1].pid()), (3, Some(pid)));
    assert_eq!(seen.process(pid).unwrap().key, children[1].key);
}

#[test]
fn links_and_monitors_follow_both_ends() {
    let mut node = Node::boot();
    let [a, b, c] = [(); 3].map(|()| node.spawn(INIT));
    node.say(Event::Linked { a, b });
    node.say(Event::Linked { a, b: c });
    node.say(Event::Unlinked { a: b, b: a });
    let mref = Ref::new(1, 0);
    node.say(Event::Monitored { by: b, target: c, mref });
    let seen = node.seen();
    let links = |seen: &Snapshot, pid| seen.process(pid).unwrap().links.iter().copied().collect::<Vec<_>>();
    assert_eq!((links(&seen, a), links(&seen, b)), (vec![INIT, c], vec![INIT]));
    assert_eq!(seen.process(c).unwrap().monitored_by.iter().next().unwrap().pid, b);
    let key = place(&seen, c);
    node.exit(c, &atom("boom"));
    let seen = node.seen();
    assert_eq!(links(&seen, a), [INIT]);
    assert!(seen.process(b).unwrap().monitors.is_empty());
    assert_eq!(seen.node(key).unwrap().process.as_ref().unwrap().links.len(), 2);
}

fn application(node: &mut Node, phase: ApplicationPhase, master: Option<Pid>) {
    node.say(Event::Application { name: Atom::new("seq"), master, phase });
}

fn start_application(node: &mut Node) -> [Pid; 4] {
    let master = node.spawn(INIT);
    application(node, ApplicationPhase::Starting, Some(master));
    let starter = node.spawn(master);
    let root = node.supervisor(starter, Strategy::OneForOne, &abc());
    let child = node.start(root, &atom("a"), None);
    application(node, ApplicationPhase::Started { root: Some(root), start_type: Restart::Temporary }, Some(master));
    [master, starter, root, child]
}

#[test]
fn an_application_is_a_root_and_keeps_its_places_when_started_again() {
    let mut node = Node::boot();
    let props = Term::list(vec![Term::tuple([atom("applications"), Term::list(vec![atom("kernel"), atom("stdlib")])])]);
    let spec = Term::tuple([atom("application"), atom("seq"), props]);
    application(&mut node, ApplicationPhase::Loaded { spec }, None);
    let first = start_application(&mut node);
    let seen = node.seen();
    let view = seen.application(Atom::new("seq")).unwrap();
    assert_eq!(&*view.dependencies, [Atom::new("kernel"), Atom::new("stdlib")]);
    assert_eq!(seen.roots.iter().next(), Some(view.key));
    let kinds: Vec<_> = seen.roots.iter().map(|key| seen.node(key).unwrap().kind).collect();
    assert_eq!(kinds, [NodeKind::Application, NodeKind::System, NodeKind::Clients]);
    let path: Vec<_> = first.iter().map(|pid| seen.node(place(&seen, *pid)).unwrap().parent.unwrap()).collect();
    let keys: Vec<_> = first.iter().map(|pid| place(&seen, *pid)).collect();
    assert_eq!(path, [view.key, keys[0], keys[1], keys[2]]);
    assert!(keys.iter().all(|key| seen.node(*key).unwrap().application == Some(Atom::new("seq"))));

    for pid in first.iter().rev() {
        node.exit(*pid, &Atom::SHUTDOWN.into());
    }
    application(&mut node, ApplicationPhase::Stopped { reason: atom("stopped") }, None);
    let second = start_application(&mut node);
    let seen = node.seen();
    let again: Vec<_> = second.iter().map(|pid| place(&seen, *pid)).collect();
    assert_eq!(again, keys);
}

#[test]
fn a_lane_measures_availability() {
    let (mut node, supervisor, pids) = tree(Strategy::OneForOne);
    let key = place(&node.seen(), pids[0]);
    let begun = node.seen().lane(key).unwrap().lives.get(0).unwrap().from;
    node.wait(8_000);
    node.lost(supervisor, &atom("a"), pids[0], &atom("boom"), false);
    node.wait(2_000);
    node.start(supervisor, &atom("a"), Some(pids[0]));
    let seen = node.seen();
    let lane = seen.lane(key).unwrap();
    assert_eq!(lane.lives.len(), 2);
    let (first, second) = (lane.lives.get(0).unwrap(), lane.lives.get(1).unwrap());
    let end = first.end.as_ref().unwrap();
    let measured = lane.availability(second.from);
    let (up, down) = (end.at.since(begun).as_secs_f64(), second.from.since(end.at).as_secs_f64());
    assert_eq!((measured.failures, measured.mttr), (1, Some(down)));
    assert!((measured.ratio - up / (up + down)).abs() < 1e-12);
    assert!((measured.ratio - 0.8).abs() < 0.01, "{measured:?}");
}

#[test]
fn an_application_is_impaired_while_a_child_is_down() {
    let mut node = Node::boot();
    application(&mut node, ApplicationPhase::Loaded { spec: Term::Nil }, None);
    let [_, _, root, child] = start_application(&mut node);
    node.wait(3_000);
    node.lost(root, &atom("a"), child, &atom("boom"), false);
    node.wait(1_000);
    node.start(root, &atom("a"), Some(child));
    let seen = node.seen();
    let lane = seen.lane(seen.application(Atom::new("seq")).unwrap().key).unwrap();
    let measured = lane.availability(node.now);
    assert_eq!((measured.failures, lane.lives.len()), (1, 1));
    assert!((measured.ratio - 0.75).abs() < 0.01, "{measured:?}");
}

#[test]
fn an_application_that_fails_is_down_until_it_is_started_again() {
    let mut node = Node::boot();
    application(&mut node, ApplicationPhase::Loaded { spec: Term::Nil }, None);
    for _ in 0..3 {
        start_application(&mut node);
        node.wait(9_000);
        application(&mut node, ApplicationPhase::Stopped { reason: atom("killed") }, None);
        node.wait(1_000);
    }
    start_application(&mut node);
    let seen = node.seen();
    let lane = seen.lane(seen.application(Atom::new("seq")).unwrap().key).unwrap();
    let measured = lane.availability(node.now);
    let (mtbf, mttr) = (measured.mtbf.unwrap(), measured.mttr.unwrap());
    assert_eq!((measured.failures, lane.lives.len()), (3, 4));
    assert!((mtbf - 9.0).abs() < 0.1 && (mttr - 1.0).abs() < 0.1, "{measured:?}");
    assert!((measured.ratio - mtbf / (mtbf + mttr)).abs() < 1e-9, "{measured:?}");
    assert!((measured.ratio - 0.9).abs() < 0.01, "{measured:?}");
}

#[test]
fn applications_are_numbered_as_they_stop_until_they_start_again() {
    let mut node = Node::boot();
    let say = |node: &mut Node, name: &str, phase| {
        node.say(Event::Application { name: Atom::new(name), master: None, phase });
    };
    let started = || ApplicationPhase::Started { root: None, start_type: Restart::Temporary };
    let stopped = || ApplicationPhase::Stopped { reason: atom("stopped") };
    let orders = |node: &Node| {
        let seen = node.seen();
        ["a", "b", "c"].map(|name| seen.application(Atom::new(name)).unwrap().stop_order)
    };
    for name in ["a", "b", "c"] {
        say(&mut node, name, ApplicationPhase::Loaded { spec: Term::Nil });
        say(&mut node, name, started());
    }
    assert_eq!(orders(&node), [0, 0, 0]);
    say(&mut node, "b", stopped());
    say(&mut node, "a", stopped());
    assert_eq!(orders(&node), [2, 1, 0]);
    say(&mut node, "b", started());
    say(&mut node, "c", stopped());
    assert_eq!(orders(&node), [2, 0, 3]);
    node.say(Event::Halted { reason: atom("shutdown") });
    assert_eq!(orders(&node), [2, 0, 3], "b had no process to be stopped");
    let states: Vec<_> = node.seen().applications.iter().map(|view| view.state).collect();
    assert_eq!(states, [ApplicationState::Stopped; 3]);
}

#[test]
fn an_application_that_is_stopped_in_good_order_has_not_failed() {
    let mut node = Node::boot();
    application(&mut node, ApplicationPhase::Loaded { spec: Term::Nil }, None);
    start_application(&mut node);
    node.wait(5_000);
    application(&mut node, ApplicationPhase::Stopped { reason: atom("stopped") }, None);
    node.wait(5_000);
    start_application(&mut node);
    node.wait(5_000);
    let seen = node.seen();
    let lane = seen.lane(seen.application(Atom::new("seq")).unwrap().key).unwrap();
    let measured = lane.availability(node.now);
    assert_eq!((measured.failures, measured.mtbf, measured.mttr), (0, None, None));
    assert_eq!(measured.ratio, 1.0);
}

fn next(node: &mut Node, pid: Pid, value: impl Into<Term>) {
    let name = Term::list(["seq", "next", "stop"].map(Term::atom));
    let metadata = Term::map(vec![(atom("value"), value.into())]);
    node.say(Event::Telemetry { pid, event: Rc::new(Telemetry { name, measurements: Term::map(vec![]), metadata }) });
}

#[test]
fn values_break_where_state_is_lost() {
    use crate::observe::series::{Mark, Value};
    let (mut node, supervisor, pids) = tree(Strategy::OneForOne);
    (0..3).for_each(|value| next(&mut node, pids[0], value));
    node.lost(supervisor, &atom("a"), pids[0], &atom("boom"), false);
    let again = node.start(supervisor, &atom("a"), Some(pids[0]));
    next(&mut node, again, 0);
    let seen = node.seen();
    let series = seen.series_of(place(&seen, again)).unwrap();
    let points: Vec<_> = series.points.iter().map(|point| matches!(point.what, Mark::Value(_))).collect();
    assert_eq!(points, [true, true, true, false, true]);
    assert_eq!((&series.name, series.last.as_ref().unwrap().1.clone()), (&atom("a"), Value::Small(0)));
    assert_eq!((series.position, series.lost), (1, 3));
}

#[test]
fn clients_of_the_page_stand_under_their_own_root() {
    let mut node = Node::boot();
    let client = node.spawn(INIT);
    node.init(client, Behaviour::Client);
    let seen = node.seen();
    let parent = seen.node(place(&seen, client)).unwrap().parent.unwrap();
    assert_eq!(seen.node(parent).unwrap().kind, NodeKind::Clients);
}

#[test]
fn the_living_below_a_grave_move_up() {
    let mut node = Node::boot();
    let parent = node.spawn(INIT);
    let child = node.spawn(parent);
    node.exit(parent, &Atom::NORMAL.into());
    node.wait(20_000);
    let seen = node.seen();
    assert_eq!(seen.node(place(&seen, child)).unwrap().parent, seen.key_of(INIT));
    assert_eq!(below(&seen, place(&seen, INIT)).len(), 1);
}

#[test]
fn a_message_is_received_once_it_is_taken() {
    let mut node = Node::boot();
    let to = node.spawn(INIT);
    node.say(Event::Sent { id: 4, from: INIT, to, message: atom("hello") });
    node.say(Event::Sent { id: 9, from: INIT, to, message: atom("again") });
    node.say(Event::Received { id: 9, pid: to });
    let seen = node.seen();
    let received: Vec<_> = seen.messages.iter().map(|message| message.received_at).collect();
    assert_eq!(received, [None, Some(node.now)]);
}

#[test]
fn a_log_line_knows_where_its_reporter_was() {
    let (mut node, _, pids) = tree(Strategy::OneForOne);
    let key = place(&node.seen(), pids[0]);
    node.exit(pids[0], &atom("boom"));
    let report = Rc::new(Report { level: Level::Error, label: Term::Nil, body: Term::Nil });
    node.say(Event::Reported { pid: pids[0], report });
    let seen = node.seen();
    assert_eq!(seen.log.last().unwrap().key, Some(key));
    assert_eq!(seen.counts.errors, 1);
}

/// A run in which much happens: seeded, no two alike.
fn storm(seed: u64, steps: u32) -> Node {
    let mut node = Node::boot();
    let fixed = node.supervisor(INIT, Strategy::OneForAll, &abc());
    let dynamic = node.supervisor(INIT, Strategy::SimpleOneForOne, &[]);
    let id: Term = Atom::UNDEFINED.into();
    let mut named: Vec<(Term, Pid)> = Vec::new();
    for name in ["a", "b", "c"] {
        named.push((atom(name), node.start(fixed, &atom(name), None)));
    }
    let mut crowd: Vec<Pid> = Vec::new();
    let mut state = seed;
    for _ in 0..steps {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let dice = (state >> 33) as usize;
        let at = (dice / 8) % crowd.len().max(1);
        match dice % 8 {
            0..=2 => {
                node.say(Event::ChildAdded {
                    supervisor: dynamic,
                    child: spec("undefined", Restart::Permanent),
                    position: 0,
                });
                crowd.push(node.start(dynamic, &id, None));
            }
            3 if !crowd.is_empty() => {
                let pid = crowd[at];
                node.lost(dynamic, &id, pid, &atom("boom"), false);
                node.count(dynamic, &id, 1);
                crowd[at] = node.start(dynamic, &id, Some(pid));
            }
            4 if !crowd.is_empty() => {
                let pid = crowd.swap_remove(at);
                node.lost(dynamic, &id, pid, &Atom::SHUTDOWN.into(), true);
            }
            5 => {
                let (name, pid) = named[dice / 8 % 3].clone();
                node.lost(fixed, &name, pid, &atom("boom"), false);
                node.count(fixed, &name, 1);
                for (other, pid) in named.iter_mut().rev().filter(|(other, _)| *other != name) {
                    node.lost(fixed, other, *pid, &Atom::SHUTDOWN.into(), true);
                }
                for (name, pid) in &mut named {
                    *pid = node.start(fixed, name, Some(*pid));
                }
            }
            6 if crowd.len() > 1 => {
                node.say(Event::Linked { a: crowd[at], b: crowd[0] });
                next(&mut node, crowd[at], dice as i64);
            }
            _ => node.wait(dice as u64 % 900),
        }
    }
    node
}

/// Every living process has one place, every place one parent that lists it.
fn audit(seen: &Snapshot) {
    let mut reached = 0;
    let mut rest: Vec<NodeKey> = seen.roots.iter().collect();
    while let Some(key) = rest.pop() {
        let node = seen.node(key).unwrap();
        reached += 1;
        for child in node.children.iter() {
            assert_eq!(seen.node(child).unwrap().parent, Some(key));
            rest.push(child);
        }
        if let Some(process) = &node.process {
            assert_eq!(process.key, key);
            assert_eq!(node.state.is_alive(), process.exit.is_none(), "{node:?}");
            for other in process.links.iter().filter(|_| process.exit.is_none()) {
                let peer = seen.process(*other).expect("a link of the living leads to the living");
                assert!(peer.links.iter().any(|pid| *pid == process.pid));
            }
        }
    }
    assert_eq!(reached, seen.nodes.iter().flatten().count());
    assert_eq!(seen.processes().count() as u64, seen.counts.alive);
}

#[test]
fn a_storm_leaves_a_sound_tree_whoever_looks_in_between() {
    for seed in 0..20 {
        let node = storm(seed, 400);
        let mut watched = Model::default();
        for entry in &node.log {
            watched.apply(entry);
            if entry.seq % 7 == 0 {
                audit(&watched.snapshot(entry.at));
            }
        }
        assert_eq!(watched.snapshot(node.now), node.seen(), "seed {seed}");
    }
}

#[test]
fn what_is_kept_is_bounded() {
    let bounds = Bounds { ring: 100, tombstones: 10, mourning: Duration::from_secs(1000), points: 64, lives: 64 };
    let mut model = Model::new(bounds);
    let node = storm(3, 5_000);
    node.log.iter().for_each(|entry| model.apply(entry));
    let seen = model.snapshot(node.now);
    assert!(seen.moments.len() < 164 && seen.log.len() < 164);
    assert!(seen.nodes.iter().flatten().filter(|node| node.is_tombstone()).count() <= 10);
    assert!(seen.lanes.iter().flatten().all(|lane| lane.lives.len() < 128));
    assert!(seen.all_series().all(|series| series.points.len() < 128));
    assert!(seen.nodes.len() < seen.counts.alive as usize + 400);
    audit(&seen);
}

#[test]
fn an_upgrade_is_told_instruction_by_instruction_and_the_application_goes_on() {
    let (mut node, name) = (Node::boot(), Atom::new("seq"));
    let [.., worker] = start_application(&mut node);
    let instruction =
        |number: u32, what: &str| Event::Upgrade { application: name, number, of: 2, instruction: atom(what) };
    node.say(instruction(1, "load"));
    let module = Atom::new("m");
    let (old, new) = (Term::string("1"), Term::string("2"));
    node.say(Event::Code { module, change: CodeChange::Loaded { vsn: new.clone(), old: Some(old.clone()) } });
    node.say(instruction(2, "code_change"));
    node.say(Event::CodeChanged { pid: worker, module, from: Some(old.clone()), to: new.clone() });
    let seen = node.seen();
    let upgrade = seen.application(name).unwrap().upgrade.clone().unwrap();
    assert_eq!((upgrade.steps.len(), upgrade.of, &upgrade.answer), (2, 2, &None));
    assert_eq!(seen.code[0].old, Some(old.clone()));
    assert_eq!(seen.process(worker).unwrap().vsn, Some(new.clone()));
    let spec = Term::tuple([atom("application"), atom("seq"), Term::Nil]);
    node.say(Event::Application { name, master: None, phase: ApplicationPhase::Loaded { spec: spec.clone() } });
    node.say(Event::Code { module, change: CodeChange::Purged { vsn: old, killed: 1 } });
    let call = Term::tuple([atom("upgrade_app"), Term::string("2")]);
    let answer = Term::ok(Term::Nil);
    let took = Duration::from_millis(1);
    let call = ClientCall { target: name.into(), request: call, outcome: Ok(answer.clone()), took };
    node.say(Event::CallEnded { client: INIT, call: Rc::new(call) });
    let seen = node.seen();
    let view = seen.application(name).unwrap();
    assert_eq!((view.state, &view.spec), (ApplicationState::Started, &spec));
    assert_eq!(view.upgrade.as_ref().unwrap().answer, Some(answer));
    assert_eq!((&seen.code[0].current, &seen.code[0].old, seen.code[0].killed), (&Some(new), &None, 1));
    node.say(instruction(1, "load"));
    assert_eq!(node.seen().application(name).unwrap().upgrade.as_ref().unwrap().steps.len(), 1);
}

#[test]
fn a_call_that_failed_as_its_server_died_is_shown_at_its_place() {
    let (mut node, supervisor, pids) = tree(Strategy::OneForOne);
    let (name, died) = (Atom::new("a_server"), atom("boom"));
    let fail = |node: &mut Node| {
        let took = Duration::from_millis(1);
        let call = ClientCall { target: name.into(), request: atom("next"), outcome: Err(atom("noproc")), took };
        node.say(Event::CallEnded { client: INIT, call: Rc::new(call) });
        node.seen().calls.last().unwrap().key
    };
    assert_eq!(fail(&mut node), None, "nobody has ever had the name");
    let key = place(&node.seen(), pids[0]);
    node.say(Event::Registered { pid: pids[0], name });
    node.lost(supervisor, &atom("a"), pids[0], &died, false);
    assert_eq!(fail(&mut node), Some(key));
    let again = node.start(supervisor, &atom("a"), Some(pids[0]));
    assert_eq!(fail(&mut node), None, "another one is there, and has not the name yet");
    node.say(Event::Registered { pid: again, name });
    assert_eq!(fail(&mut node), Some(key));
    node.say(Event::Unregistered { pid: again, name });
    node.lost(supervisor, &atom("a"), again, &died, false);
    assert_eq!(fail(&mut node), None, "it had given the name up");
}
