//! Which places show, in which order: what the list shows, and which roots the picture does.

use std::rc::Rc;

use super::super::act::Choice;
use crate::observe::snapshot::{NodeKey, NodeKind, Snapshot, TreeNode};
use crate::view::tidy_tree::is_wall;

/// The most rows. Larger groups are walls, so only trees by the hundred come near.
const MOST: usize = 10_000;

/// A place that shows.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// The place.
    pub(crate) node: Rc<TreeNode>,
    /// The row of its parent.
    pub(crate) parent: Option<usize>,
    /// Depth, from 1.
    pub(crate) level: usize,
    /// Its place among its siblings, from 1.
    pub(crate) position: usize,
    /// How many siblings there are, itself included.
    pub(crate) siblings: usize,
    /// Whether its children show; `None` if it has none.
    pub(crate) open: Option<bool>,
    /// Its children, if they are too many for rows and show as a wall of cells.
    pub(crate) hidden: usize,
}

/// The rows in pre-order. The reader's application is unfolded, all else folded, unless the
/// reader wanted it otherwise.
pub(crate) fn rows(snapshot: &Snapshot, choice: &Choice, app: &str) -> Vec<Row> {
    let (mut rows, mut ahead) = (Vec::new(), Vec::new());
    put(&mut ahead, &roots(snapshot, app), None, 1);
    while let Some(mut row) = ahead.pop().filter(|_| rows.len() < MOST) {
        let node = row.node.clone();
        let (open, walled) = (is_open(&node, choice, app), is_wall(&node));
        row.open = (!node.children.is_empty() && !walled).then_some(open);
        row.hidden = if walled { node.children.len() } else { 0 };
        let level = row.level + 1;
        rows.push(row);
        if open && !walled {
            put(&mut ahead, &snapshot.children(&node).collect::<Vec<_>>(), Some(rows.len() - 1), level);
        }
    }
    rows
}

/// Puts siblings on a stack, so that the first of them is the next to come.
fn put(ahead: &mut Vec<Row>, siblings: &[&Rc<TreeNode>], parent: Option<usize>, level: usize) {
    for (at, node) in siblings.iter().enumerate().rev() {
        let (node, position, siblings) = ((*node).clone(), at + 1, siblings.len());
        ahead.push(Row { node, parent, level, position, siblings, open: None, hidden: 0 });
    }
}

/// The reader's application first, the others as they were loaded.
fn roots<'a>(snapshot: &'a Snapshot, app: &str) -> Vec<&'a Rc<TreeNode>> {
    let roots = snapshot.roots.iter().filter_map(|key| snapshot.node(key));
    let (mut own, others): (Vec<_>, Vec<_>) = roots.partition(|root| is(root, app));
    own.extend(others);
    own
}

/// The roots that the picture shows; those that are folded stand in the strip of applications.
pub(crate) fn drawn(snapshot: &Snapshot, choice: &Choice, app: &str) -> Vec<NodeKey> {
    let open = |root: &&Rc<TreeNode>| !root.children.is_empty() && is_open(root, choice, app);
    roots(snapshot, app).into_iter().filter(open).map(|root| root.key).collect()
}

fn is_open(node: &TreeNode, choice: &Choice, app: &str) -> bool {
    !choice.folding(node.key).unwrap_or_else(|| usually_folded(node, app))
}

fn usually_folded(node: &TreeNode, app: &str) -> bool {
    match node.kind {
        NodeKind::Application => !is(node, app),
        NodeKind::System | NodeKind::Clients => true,
        NodeKind::Process => false,
    }
}

fn is(node: &TreeNode, app: &str) -> bool {
    node.kind == NodeKind::Application && node.application.is_some_and(|name| &*name.text() == app)
}

/// Where a key leads from the row that is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Go {
    Up,
    Down,
    Left,
    Right,
    First,
    Last,
}

/// What a move in the tree does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moved {
    To(NodeKey),
    Fold(NodeKey, bool),
    Nowhere,
}

/// The tree pattern of the ARIA practices: left folds or climbs, right unfolds or descends.
pub(crate) fn go(rows: &[Row], selected: Option<NodeKey>, way: Go) -> Moved {
    let at = selected.and_then(|key| rows.iter().position(|row| row.node.key == key));
    let end = if way == Go::Last { rows.last() } else { rows.first() };
    let Some(row) = at.and_then(|at| rows.get(at)) else { return to(end) };
    let at = at.unwrap_or_default();
    match (way, row.open) {
        (Go::Up, _) => to(at.checked_sub(1).and_then(|above| rows.get(above))),
        (Go::Down, _) | (Go::Right, Some(true)) => to(rows.get(at + 1)),
        (Go::First, _) => to(rows.first()),
        (Go::Last, _) => to(rows.last()),
        (Go::Right, Some(false)) => Moved::Fold(row.node.key, false),
        (Go::Left, Some(true)) => Moved::Fold(row.node.key, true),
        (Go::Left, _) => to(row.parent.and_then(|parent| rows.get(parent))),
        (Go::Right, None) => Moved::Nowhere,
    }
}

fn to(row: Option<&Row>) -> Moved {
    row.map_or(Moved::Nowhere, |row| Moved::To(row.node.key))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, clippy::unwrap_used)]
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::super::act::Act;
    use super::*;
    use crate::observe::pages::Pages;
    use crate::term::Atom;

    fn key(slot: u32) -> NodeKey {
        NodeKey::new(slot, 0)
    }

    /// seq(0) -> root(1) -> [a(2), b(3)]; kernel(4) -> [k(5)]
    fn snapshot() -> Snapshot {
        let node = |slot, parent: Option<u32>, children: &[u32], app: Option<&str>| {
            Some(Rc::new(TreeNode {
                key: key(slot),
                parent: parent.map(key),
                kind: if app.is_some() { NodeKind::Application } else { NodeKind::Process },
                application: app.map(Atom::new),
                children: children.iter().copied().map(key).collect(),
                ..TreeNode::default()
            }))
        };
        let nodes: Pages<_> = [
            node(0, None, &[1], Some("seq")),
            node(1, Some(0), &[2, 3], None),
            node(2, Some(1), &[], None),
            node(3, Some(1), &[], None),
            node(4, None, &[5], Some("kernel")),
            node(5, Some(4), &[], None),
        ]
        .into_iter()
        .collect();
        Snapshot { nodes, roots: [key(0), key(4)].into_iter().collect(), ..Snapshot::default() }
    }

    fn shown(choice: &Choice) -> Vec<(u32, usize, usize, usize)> {
        let rows = rows(&snapshot(), choice, "seq");
        rows.iter().map(|row| (row.node.key.slot() as u32, row.level, row.position, row.siblings)).collect()
    }

    #[test]
    fn only_the_readers_application_is_unfolded() {
        assert_eq!(shown(&Choice::default()), [(0, 1, 1, 2), (1, 2, 1, 1), (2, 3, 1, 2), (3, 3, 2, 2), (4, 1, 2, 2)]);
        let mut choice = Choice::default();
        choice.take(&Act::Fold(key(1), true));
        choice.take(&Act::Fold(key(4), false));
        assert_eq!(shown(&choice), [(0, 1, 1, 2), (1, 2, 1, 1), (4, 1, 2, 2), (5, 2, 1, 1)]);
    }

    #[test]
    fn arrows_walk_and_fold_the_tree() {
        let rows = rows(&snapshot(), &Choice::default(), "seq");
        let go = |from: u32, way| go(&rows, Some(key(from)), way);
        assert_eq!(go(0, Go::Down), Moved::To(key(1)));
        assert_eq!(go(0, Go::Up), Moved::Nowhere);
        assert_eq!(go(1, Go::Right), Moved::To(key(2)));
        assert_eq!(go(1, Go::Left), Moved::Fold(key(1), true));
        assert_eq!(go(3, Go::Left), Moved::To(key(1)));
        assert_eq!(go(3, Go::Right), Moved::Nowhere);
        assert_eq!(go(4, Go::Right), Moved::Fold(key(4), false));
        assert_eq!(go(2, Go::Last), Moved::To(key(4)));
        assert_eq!(super::go(&rows, None, Go::Down), Moved::To(key(0)));
        assert_eq!(super::go(&rows, None, Go::Last), Moved::To(key(4)));
    }

    #[test]
    fn very_many_siblings_are_a_wall_instead_of_rows() {
        let mut snapshot = snapshot();
        let children: Vec<NodeKey> = (10..1010).map(key).collect();
        while snapshot.nodes.len() < 1010 {
            let slot = snapshot.nodes.len() as u32;
            snapshot.nodes.push(Some(Rc::new(TreeNode { key: key(slot), ..TreeNode::default() })));
        }
        let root = Rc::make_mut(snapshot.nodes.get_mut(1).unwrap().as_mut().unwrap());
        root.children = children.into_iter().collect();
        let rows = rows(&snapshot, &Choice::default(), "seq");
        assert_eq!((rows.len(), rows[1].hidden, rows[1].open), (3, 1000, None));
    }
}
