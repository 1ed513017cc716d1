//! Blast radius: what the death of a process would entail now, by the rules that supervisors
//! act by.

use std::rc::Rc;

use crate::exit::ExitReason;
use crate::observe::snapshot::{NodeKey, NodeKind, Snapshot, TreeNode};
use crate::supervision::{Restart, Strategy, Verdict, plan, verdict};
use crate::term::Atom;
use crate::time::Instant;

/// What the death of a process would entail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blast {
    /// The places that would be stopped, in stop order. What is below them goes too.
    pub stop: Vec<NodeKey>,
    /// The places that would be started, in start order. What is below them comes back too.
    pub start: Vec<NodeKey>,
    /// The supervisors whose budget it would exceed, innermost first. They are stopped as well.
    pub gives_up: Vec<NodeKey>,
    /// What happens beyond the supervisors.
    pub beyond: Beyond,
}

/// What a death means beyond the supervisors that handle it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Beyond {
    /// Nothing.
    #[default]
    Nothing,
    /// The application ends; the node goes on.
    Application(Atom),
    /// The application ends and takes the node down.
    Node(Atom),
}

/// What would happen if the process at `key` died now for a fault (the reason is no orderly
/// one); `None` if no process lives there.
#[must_use]
pub fn blast(seen: &Snapshot, key: NodeKey, now: Instant) -> Option<Blast> {
    seen.node(key).filter(|node| node.state.is_alive())?;
    let mut blast = Blast::default();
    let mut fallen = Some((key, ExitReason(Atom::KILLED.into())));
    while let Some((key, reason)) = fallen {
        fallen = fall(seen, key, &reason, now, &mut blast);
    }
    Some(blast)
}

/// One death, as the supervisor above handles it; gives the next one if the supervisor falls too.
fn fall(
    seen: &Snapshot,
    key: NodeKey,
    reason: &ExitReason,
    now: Instant,
    blast: &mut Blast,
) -> Option<(NodeKey, ExitReason)> {
    let node = seen.node(key)?;
    let Some(child) = &node.child else {
        blast.beyond = beyond(seen, node, reason);
        return None;
    };
    let above = seen.node(child.supervisor)?;
    let supervisor = above.supervisor.as_ref()?;
    if verdict(child.info.restart, reason) != Verdict::Restart {
        return None;
    }
    let gives_up = supervisor.left(now) == 0;
    if !gives_up && matches!(supervisor.flags.strategy, Strategy::OneForOne | Strategy::SimpleOneForOne) {
        // However many siblings there are, it is none of their business.
        blast.start.push(key);
        return None;
    }
    let siblings = siblings(seen, above);
    if gives_up {
        blast.stop.extend(alive(&siblings).rev().filter(|sibling| *sibling != key));
        blast.gives_up.push(above.key);
        return Some((above.key, ExitReason(Atom::SHUTDOWN.into())));
    }
    let restarts: Vec<Restart> = siblings.iter().map(|sibling| restart_of(sibling)).collect();
    let failed = siblings.iter().position(|sibling| sibling.key == key)?;
    let plan = plan(supervisor.flags.strategy, &restarts, failed);
    let at = |position: &usize| siblings.get(*position);
    blast.stop.extend(alive(&plan.stop.iter().filter_map(at).cloned().collect::<Vec<_>>()));
    blast.start.extend(plan.start.iter().filter_map(at).map(|sibling| sibling.key));
    None
}

/// The children that a supervisor knows, in start order.
fn siblings(seen: &Snapshot, supervisor: &TreeNode) -> Vec<Rc<TreeNode>> {
    let known = |node: &&Rc<TreeNode>| node.child.is_some() && !node.is_tombstone();
    seen.children(supervisor).filter(known).cloned().collect()
}

fn alive(nodes: &[Rc<TreeNode>]) -> impl DoubleEndedIterator<Item = NodeKey> + '_ {
    nodes.iter().filter(|node| node.state.is_alive()).map(|node| node.key)
}

fn restart_of(node: &TreeNode) -> Restart {
    node.child.as_ref().map_or(Restart::Temporary, |child| child.info.restart)
}

/// The root of an application ends it: a permanent one takes the node with it, a transient one
/// unless the reason is `normal`.
fn beyond(seen: &Snapshot, node: &TreeNode, reason: &ExitReason) -> Beyond {
    let application = node.application.and_then(|name| seen.application(name));
    let Some(view) = application.filter(|view| view.root == node.pid() || carries(seen, view.key, node)) else {
        return Beyond::Nothing;
    };
    match view.start_type {
        Some(Restart::Permanent) => Beyond::Node(view.name),
        Some(Restart::Transient) if !reason.is_normal() => Beyond::Node(view.name),
        _ => Beyond::Application(view.name),
    }
}

/// Is it the application's master or its starter?
fn carries(seen: &Snapshot, application: NodeKey, node: &TreeNode) -> bool {
    let above = node.parent.and_then(|key| seen.node(key));
    node.supervisor.is_none()
        && above.is_some_and(|above| {
            above.key == application || (above.parent == Some(application) && above.kind == NodeKind::Process)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::ChildInfo;
    use crate::event::Mfa;
    use crate::observe::snapshot::{ApplicationView, ChildView, ProcessView, State, SupervisorView};
    use crate::supervision::{ChildType, Flags, Shutdown};
    use crate::term::{Pid, Term};

    const NOW: Instant = Instant(20_000_000_000);

    fn key(slot: u32) -> NodeKey {
        NodeKey::new(slot, 0)
    }

    fn child(id: u32, supervisor: u32, restart: Restart) -> Rc<ChildView> {
        let info = ChildInfo {
            id: Term::from(id),
            restart,
            shutdown: Shutdown::Infinity,
            kind: ChildType::Worker,
            significant: false,
            start: Term::Nil,
        };
        Rc::new(ChildView { info: Rc::new(info), position: id, supervisor: key(supervisor) })
    }

    fn supervisor(strategy: Strategy, spent: usize) -> Option<Rc<SupervisorView>> {
        let flags = Flags { strategy, intensity: 1, period: 5, ..Flags::default() };
        Some(Rc::new(SupervisorView { flags, restarts: vec![NOW; spent], ..SupervisorView::default() }))
    }

    fn node(slot: u32, parent: Option<u32>, children: &[u32]) -> TreeNode {
        let initial_call = Mfa { module: Atom::new("m"), function: Atom::INIT, arity: 1 };
        TreeNode {
            key: key(slot),
            parent: parent.map(key),
            state: State::Running,
            process: Some(Rc::new(ProcessView::new(Pid::new(slot, slot), key(slot), initial_call))),
            children: children.iter().copied().map(key).collect(),
            application: Some(Atom::new("seq")),
            ..TreeNode::default()
        }
    }

    /// Application 0, root supervisor 1 over worker 2 and supervisor 3 over workers 4, 5, 6.
    fn seen(strategy: Strategy, restarts: [Restart; 3], spent: [usize; 2], start_type: Restart) -> Snapshot {
        let mut nodes = vec![
            TreeNode { kind: NodeKind::Application, ..node(0, None, &[1]) },
            TreeNode { supervisor: supervisor(Strategy::OneForAll, spent[0]), ..node(1, Some(0), &[2, 3]) },
            TreeNode { child: Some(child(2, 1, Restart::Permanent)), ..node(2, Some(1), &[]) },
            TreeNode {
                child: Some(child(3, 1, Restart::Permanent)),
                supervisor: supervisor(strategy, spent[1]),
                ..node(3, Some(1), &[4, 5, 6])
            },
        ];
        for (slot, restart) in (4..).zip(restarts) {
            nodes.push(TreeNode { child: Some(child(slot, 3, restart)), ..node(slot, Some(3), &[]) });
        }
        let application = ApplicationView {
            root: Some(Pid::new(1, 1)),
            start_type: Some(start_type),
            ..ApplicationView::new(Atom::new("seq"), key(0))
        };
        Snapshot {
            nodes: nodes.into_iter().map(|node| Some(Rc::new(node))).collect(),
            roots: [key(0)].into_iter().collect(),
            applications: Rc::new(vec![Rc::new(application)]),
            ..Snapshot::default()
        }
    }

    fn keys(slots: &[u32]) -> Vec<NodeKey> {
        slots.iter().copied().map(key).collect()
    }

    const ALL: [Restart; 3] = [Restart::Permanent; 3];

    #[test]
    fn rest_for_one_stops_the_later_ones_last_first_and_starts_them_in_order() {
        let seen = seen(Strategy::RestForOne, ALL, [0, 0], Restart::Temporary);
        let blast = blast(&seen, key(4), NOW).unwrap();
        assert_eq!((blast.stop, blast.start), (keys(&[6, 5]), keys(&[4, 5, 6])));
        assert_eq!((blast.gives_up, blast.beyond), (vec![], Beyond::Nothing));
    }

    #[test]
    fn a_temporary_child_falls_alone() {
        let restarts = [Restart::Temporary, Restart::Permanent, Restart::Permanent];
        let seen = seen(Strategy::OneForAll, restarts, [0, 0], Restart::Temporary);
        assert_eq!(blast(&seen, key(4), NOW), Some(Blast::default()));
    }

    #[test]
    fn a_spent_budget_takes_the_supervisor_down_and_the_one_above_restarts_it() {
        let seen = seen(Strategy::OneForOne, ALL, [0, 1], Restart::Temporary);
        let blast = blast(&seen, key(5), NOW).unwrap();
        assert_eq!(blast.gives_up, keys(&[3]));
        assert_eq!((blast.stop, blast.start), (keys(&[6, 4, 2]), keys(&[2, 3])));
    }

    #[test]
    fn budgets_spent_all_the_way_up_end_the_application_and_what_its_type_says() {
        let with = |start_type| {
            let seen = seen(Strategy::OneForOne, ALL, [1, 1], start_type);
            let blast = blast(&seen, key(5), NOW).unwrap();
            assert_eq!((blast.gives_up, blast.start), (keys(&[3, 1]), vec![]));
            blast.beyond
        };
        let name = Atom::new("seq");
        assert_eq!(with(Restart::Temporary), Beyond::Application(name));
        assert_eq!(with(Restart::Transient), Beyond::Node(name));
        assert_eq!(with(Restart::Permanent), Beyond::Node(name));
    }

    #[test]
    fn a_slot_that_is_free_again_saves_the_supervisor() {
        let seen = seen(Strategy::OneForOne, ALL, [0, 1], Restart::Temporary);
        let later = NOW + crate::time::Duration::from_secs(6);
        let blast = blast(&seen, key(5), later).unwrap();
        assert_eq!((blast.gives_up, blast.start), (vec![], keys(&[5])));
    }

    #[test]
    fn the_dead_cannot_die() {
        let mut seen = seen(Strategy::OneForOne, ALL, [0, 0], Restart::Temporary);
        let dead = TreeNode { state: State::Crashed, ..(**seen.node(key(4)).unwrap()).clone() };
        *seen.nodes.get_mut(4).unwrap() = Some(Rc::new(dead));
        assert_eq!(blast(&seen, key(4), NOW), None);
    }
}
