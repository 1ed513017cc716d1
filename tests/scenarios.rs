//! Scenarios: a writer's text becomes a running tree, and what befalls it happens.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::rc::Rc;

use let_it_crash::observe::snapshot::{ApplicationState, Snapshot, State, TreeNode};
use let_it_crash::session::scenario::{APP, BUILT_IN};
use let_it_crash::session::{Command, CrashKind, Options, Session, Target};
use let_it_crash::supervision::Strategy;
use let_it_crash::term::Atom;
use let_it_crash::time::Duration;

fn session(name: &str) -> Session {
    let (_, text) = BUILT_IN.iter().find(|(other, _)| *other == name).unwrap();
    Session::new(Options { scenario: Some((*text).to_owned()), ..Options::default() }).unwrap()
}

fn after(session: &mut Session, seconds: u64) -> Rc<Snapshot> {
    for _ in 0..seconds * 10 {
        session.frame(Duration::from_millis(100), 100_000);
    }
    session.snapshot()
}

fn child(seen: &Snapshot, id: &str) -> Rc<TreeNode> {
    let id = let_it_crash::term::Term::atom(id);
    let is_it = |node: &&Rc<TreeNode>| node.child.as_ref().is_some_and(|child| child.info.id == id);
    seen.nodes.iter().flatten().find(is_it).unwrap_or_else(|| panic!("no child {id}")).clone()
}

fn incarnations(seen: &Snapshot, ids: &[&str]) -> Vec<u32> {
    ids.iter().map(|id| child(seen, id).incarnation).collect()
}

#[test]
fn the_three_strategies_differ_on_the_same_fault() {
    let mut session = session("strategies");
    let seen = after(&mut session, 14);
    assert_eq!(incarnations(&seen, &["a1", "a2", "a3"]), [1, 2, 1]);
    assert_eq!(incarnations(&seen, &["b1", "b2", "b3"]), [2, 2, 2]);
    assert_eq!(incarnations(&seen, &["c1", "c2", "c3"]), [1, 2, 2]);
}

#[test]
fn a_budget_is_spent_level_by_level_until_the_application_is_down() {
    let mut session = session("escalation");
    let seen = after(&mut session, 10);
    assert_eq!((seen.counts.gave_up, incarnations(&seen, &["middle", "calm"])), (1, vec![2, 1]));
    let seen = after(&mut session, 20);
    assert_eq!(seen.application(Atom::new(APP)).unwrap().state, ApplicationState::Stopped);
    assert_eq!(seen.counts.gave_up, 3);
}

#[test]
fn who_comes_back_is_decided_by_restart_and_reason() {
    let mut session = session("restarts");
    let seen = after(&mut session, 15);
    assert_eq!(incarnations(&seen, &["permanent", "transient_failed", "transient_done"]), [2, 2, 1]);
    assert_eq!(child(&seen, "transient_done").state, State::Exited);
    assert!(!child(&seen, "temporary").state.is_alive());
}

#[test]
fn a_child_that_does_not_stop_in_time_is_killed() {
    let mut session = session("shutdown");
    let seen = after(&mut session, 6);
    let ends = |id: &str| {
        let lane = seen.lane(child(&seen, id).key).unwrap();
        let life = lane.lives.iter().next().unwrap().end.clone().unwrap();
        (life.at.as_millis(), life.reason.to_string())
    };
    let start = ends("weak").0;
    let after = |id: &str| (ends(id).0 - start, ends(id).1);
    assert_eq!(after("quick"), (0, ":shutdown".to_owned()));
    assert_eq!(after("slow"), (800, ":shutdown".to_owned()));
    assert_eq!(after("stubborn"), (1_800, ":killed".to_owned()));
    assert_eq!(after("brutal"), (1_800, ":killed".to_owned()));
    assert_eq!(incarnations(&seen, &["weak", "brutal", "stubborn", "slow", "quick"]), [2; 5]);
}

#[test]
fn a_run_of_a_scenario_is_replayed_to_the_same_hash() {
    let mut session = session("strategies");
    after(&mut session, 3);
    let run = session.export();
    assert!(Session::replay(&run).unwrap().is_same());
}

#[test]
fn a_crowd_is_started_below_a_dynamic_supervisor_and_a_part_of_it_crashes_each_second() {
    let mut session = session("crowd");
    let seen = after(&mut session, 3);
    let crowd = child(&seen, "crowd");
    assert_eq!((crowd.children.len(), seen.counts.crashes), (10_000, 0));
    assert!(crowd.supervisor.as_ref().unwrap().dynamic);
    let before: Vec<_> = crowd.children.iter().collect();
    let seen = after(&mut session, 3);
    let crowd = child(&seen, "crowd");
    // From 4.0 to 6.0 seconds, both included: 21 times 10.
    assert_eq!((seen.counts.crashes, seen.counts.restarts), (210, 210));
    assert_eq!(crowd.children.iter().collect::<Vec<_>>(), before, "a restarted child keeps its place");
    let again: u32 = seen.children(&crowd).map(|child| child.incarnation - 1).sum();
    assert_eq!((again, seen.children(&crowd).filter(|child| child.state.is_alive()).count()), (210, 10_000));
}

#[test]
fn a_crowd_that_dies_with_its_supervisor_is_started_again() {
    let text = r#"{"name": "x", "tree": {"id": "top", "strategy": "rest_for_one", "children": [
        {"id": "crowd", "dynamic": true, "intensity": 0}, {"id": "starter", "starts": ["crowd", 300]}]},
        "faults": [{"at_ms": 3000, "target": "crowd", "children": 1, "reason": "boom"}]}"#;
    let mut session = Session::new(Options { scenario: Some(text.to_owned()), ..Options::default() }).unwrap();
    let seen = after(&mut session, 5);
    let crowd = child(&seen, "crowd");
    assert_eq!((crowd.incarnation, seen.counts.gave_up), (2, 1));
    let alive = seen.children(&crowd).filter(|child| child.state.is_alive()).count();
    assert_eq!(alive, 300);
}

/// The names of the children of a supervisor, in start order, and how often each began.
fn children(session: &mut Session, supervisor: &str) -> Vec<(String, u32)> {
    let seen = session.snapshot();
    let own = seen.processes().find(|process| process.name == Some(Atom::new(supervisor))).unwrap();
    let node = seen.node(own.key).unwrap().clone();
    let id = |node: &TreeNode| node.child.as_ref().unwrap().info.id.to_string();
    seen.children(&node).map(|child| (id(child), child.incarnation)).collect()
}

fn pass(session: &mut Session, command: Command) {
    session.dispatch(command).unwrap();
    session.frame(Duration::from_millis(100), 100_000);
}

#[test]
fn each_supervisor_takes_over_flags_and_order_by_its_own_code_change() {
    let tree = r#"{"name": "x", "tree": {"id": "top", "children": [
        {"id": "left", "children": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}, {"id": "right", "children": [{"id": "d"}]}]}}"#;
    let mut session = Session::new(Options { scenario: Some(tree.to_owned()), ..Options::default() }).unwrap();
    session.frame(Duration::from_millis(100), 100_000);
    let own = |ids: &[(&str, u32)]| ids.iter().map(|(id, count)| (format!(":{id}"), *count)).collect::<Vec<_>>();
    assert_eq!(children(&mut session, "left"), own(&[("a", 1), ("b", 1), ("c", 1)]));
    let left = || Some(":left".to_owned());
    let flags =
        Command::SupervisorFlags { supervisor: left(), strategy: Strategy::RestForOne, intensity: 5, period: 5 };
    pass(&mut session, flags);
    let ids = [":c", ":a", ":b"].map(str::to_owned).to_vec();
    pass(&mut session, Command::ChildOrder { supervisor: left(), ids });
    assert_eq!(children(&mut session, "left"), own(&[("c", 1), ("a", 1), ("b", 1)]));
    let kill = |name: &str| Command::Crash {
        target: Target::Name(name.to_owned()),
        how: CrashKind::Signal("kill".to_owned()),
    };
    pass(&mut session, kill(":a"));
    assert_eq!(children(&mut session, "left"), own(&[("c", 1), ("a", 2), ("b", 2)]));
    // The supervisor itself comes anew: what was changed stays.
    pass(&mut session, kill(":left"));
    let names: Vec<String> = children(&mut session, "left").into_iter().map(|(id, _)| id).collect();
    assert_eq!(names, [":c", ":a", ":b"]);
    let top = Command::ChildOrder { supervisor: Some(":top".into()), ids: vec![":right".into()] };
    pass(&mut session, top);
    let names: Vec<String> = children(&mut session, "top").into_iter().map(|(id, _)| id).collect();
    assert_eq!(names, [":right", ":left"]);
    // One whose init always says the same refuses.
    pass(&mut session, Command::ChildOrder { supervisor: Some(":a".into()), ids: vec![] });
    let last = session.snapshot().calls.iter().next_back().unwrap().outcome.clone().unwrap();
    assert_eq!(last.to_string(), "{:error, :not_found}");
}
