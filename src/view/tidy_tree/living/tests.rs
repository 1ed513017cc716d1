#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::observe::snapshot::Children;
use crate::view::tidy_tree::layout;

/// A change of the tree; numbers choose among what there is.
#[derive(Clone, Debug)]
enum Change {
    /// A new place below one, at a position.
    Add(usize, usize),
    /// Many at once: a group becomes a wall.
    Many(usize, usize),
    /// A place goes, with all below it.
    Remove(usize),
    /// A place stands below another one now, if that is not below itself.
    Move(usize, usize),
    /// Its children stand in another order.
    Turn(usize),
    Fold(usize, bool),
    /// It fares otherwise: nothing moves.
    Fare(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let (at, few) = (0..1_000usize, 0..9usize);
    prop_oneof![
        4 => (at.clone(), few.clone()).prop_map(|(at, few)| Change::Add(at, few)),
        1 => (at.clone(), few).prop_map(|(at, few)| Change::Many(at, few)),
        2 => at.clone().prop_map(Change::Remove),
        1 => (at.clone(), at.clone()).prop_map(|(at, to)| Change::Move(at, to)),
        1 => at.clone().prop_map(Change::Turn),
        2 => (at.clone(), any::<bool>()).prop_map(|(at, fold)| Change::Fold(at, fold)),
        1 => at.prop_map(Change::Fare),
    ]
}

/// A tree that changes as the model of a node does: slots are used again by a next generation.
struct Tree {
    seen: Snapshot,
    generation: u32,
    folded: Vec<NodeKey>,
}

impl Tree {
    fn new() -> Self {
        let mut tree = Tree { seen: Snapshot::default(), generation: 0, folded: Vec::new() };
        for _ in 0..2 {
            let key = tree.place(None);
            let roots: Vec<NodeKey> = tree.seen.roots.iter().chain([key]).collect();
            tree.seen.roots = roots.into_iter().collect();
        }
        tree
    }

    /// A place in the first free slot.
    fn place(&mut self, parent: Option<NodeKey>) -> NodeKey {
        let free = self.seen.nodes.iter().position(Option::is_none);
        let slot = free.unwrap_or(self.seen.nodes.len());
        self.generation += 1;
        let key = NodeKey::new(slot as u32, self.generation);
        let node = Some(Rc::new(TreeNode { key, parent, ..TreeNode::default() }));
        match self.seen.nodes.get_mut(slot) {
            Some(place) => *place = node,
            None => self.seen.nodes.push(node),
        }
        key
    }

    fn any(&self, number: usize) -> NodeKey {
        let keys: Vec<NodeKey> = self.seen.nodes.iter().flatten().map(|node| node.key).collect();
        keys[number % keys.len()]
    }

    fn edit(&mut self, key: NodeKey, edit: impl FnOnce(&mut TreeNode)) {
        edit(Rc::make_mut(self.seen.nodes.get_mut(key.slot()).unwrap().as_mut().unwrap()));
    }

    fn children(&mut self, key: NodeKey, edit: impl FnOnce(&mut Vec<NodeKey>)) {
        let mut children: Vec<NodeKey> = self.seen.node(key).unwrap().children.iter().collect();
        edit(&mut children);
        self.edit(key, |node| node.children = children.into_iter().collect::<Children>());
    }

    fn is_below(&self, key: NodeKey, above: NodeKey) -> bool {
        let mut at = Some(key);
        while let Some(key) = at {
            if key == above {
                return true;
            }
            at = self.seen.node(key).unwrap().parent;
        }
        false
    }

    fn take(&mut self, change: &Change, living: &mut Living) {
        match *change {
            Change::Add(at, position) => self.add(at, position, 1),
            Change::Many(at, many) => self.add(at, 0, many + 5),
            Change::Remove(at) => {
                let key = self.any(at);
                let Some(parent) = self.seen.node(key).unwrap().parent else { return };
                self.children(parent, |children| children.retain(|child| *child != key));
                let mut rest = vec![key];
                while let Some(key) = rest.pop() {
                    rest.extend(self.seen.node(key).unwrap().children.iter());
                    *self.seen.nodes.get_mut(key.slot()).unwrap() = None;
                }
            }
            Change::Move(at, to) => {
                let (key, to) = (self.any(at), self.any(to));
                let Some(parent) = self.seen.node(key).unwrap().parent.filter(|_| !self.is_below(to, key)) else {
                    return;
                };
                self.children(parent, |children| children.retain(|child| *child != key));
                self.children(to, |children| children.push(key));
                self.edit(key, |node| node.parent = Some(to));
            }
            Change::Turn(at) => {
                let key = self.any(at);
                self.children(key, |children| children.reverse());
            }
            Change::Fold(at, fold) => {
                let key = self.any(at);
                self.folded.retain(|other| *other != key);
                self.folded.extend(fold.then_some(key));
                living.fold(key, fold);
            }
            Change::Fare(at) => {
                let key = self.any(at);
                self.edit(key, |node| node.incarnation += 1);
            }
        }
    }

    fn add(&mut self, at: usize, position: usize, many: usize) {
        let parent = self.any(at);
        for _ in 0..many {
            let key = self.place(Some(parent));
            self.children(parent, |children| children.insert(position.min(children.len()), key));
        }
    }
}

fn options(direction: Direction) -> Options {
    Options { direction, node: (40.0, 20.0), gap: (10.0, 30.0), wall_above: 8, most: usize::MAX }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6
}

fn same(a: &Layout, b: &Layout) -> bool {
    let box_of = |(a, b): (&Placed, &Placed)| {
        let rects =
            [(a.rect.x, b.rect.x), (a.rect.y, b.rect.y), (a.rect.width, b.rect.width), (a.rect.height, b.rect.height)];
        (a.key, a.what, a.parent, a.depth) == (b.key, b.what, b.parent, b.depth)
            && rects.into_iter().all(|(a, b)| near(a, b))
    };
    a.boxes.len() == b.boxes.len()
        && a.boxes.iter().zip(&b.boxes).all(box_of)
        && near(a.width, b.width)
        && near(a.height, b.height)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever changes, going on from what was laid out ends where laying out anew does; and a
    /// window shows what meets it.
    #[test]
    fn going_on_ends_where_laying_out_anew_does(steps in vec(vec(change(), 1..4), 1..40), down: bool, at in 0.0..300.0) {
        let options = options(if down { Direction::TopDown } else { Direction::LeftToRight });
        let (mut tree, mut living) = (Tree::new(), Living::new(options));
        for step in &steps {
            step.iter().for_each(|change| tree.take(change, &mut living));
            living.see(&tree.seen, tree.seen.roots.iter());
            let anew = layout(&tree.seen, tree.seen.roots.iter(), &options, |key| tree.folded.contains(&key));
            let gone_on = living.layout();
            prop_assert!(same(&gone_on, &anew), "after {:?}:\n{:#?}\nanew:\n{:#?}", step, gone_on.boxes, anew.boxes);
            let window = Rect { x: at / 2.0, y: at, width: 90.0, height: 70.0 };
            let mut shown = Vec::new();
            living.within(&window, |key, what, rect| shown.push((key, what, rect)));
            let expected: Vec<_> = gone_on.within(&window).map(|placed| (placed.key, placed.what, placed.rect)).collect();
            prop_assert_eq!(shown, expected);
        }
    }
}

#[test]
fn only_what_changed_and_what_stands_above_it_is_laid_out_anew() {
    let mut tree = Tree::new();
    // Below the first root five places, each with five below it; and so on, 156 in all.
    let mut generation = vec![tree.any(0)];
    for _ in 0..3 {
        let mut next = Vec::new();
        for parent in generation {
            for _ in 0..5 {
                let key = tree.place(Some(parent));
                tree.children(parent, |children| children.push(key));
                next.push(key);
            }
        }
        generation = next;
    }
    let mut living = Living::new(options(Direction::LeftToRight));
    let mut see = |tree: &Tree| living.see(&tree.seen, tree.seen.roots.iter());
    assert_eq!(see(&tree), 157);
    assert_eq!(see(&tree), 0);
    let leaf = generation[60];
    tree.edit(leaf, |node| node.incarnation += 1);
    assert_eq!(see(&tree), 0, "a crash moves nobody");
    // One below a leaf is no broader than the leaf: nobody above it moves.
    let key = tree.place(Some(leaf));
    tree.children(leaf, |children| children.push(key));
    assert_eq!(see(&tree), 2);
    // A second one is: the leaf, its three ancestors, and itself.
    let key = tree.place(Some(leaf));
    tree.children(leaf, |children| children.push(key));
    assert_eq!(see(&tree), 5);
}
