#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::event::Mfa;
use crate::observe::snapshot::{Children, ProcessView, Snapshot};
use crate::term::{Atom, Pid};

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
    /// It turns out to lead to the root of an application.
    Lead(usize),
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
        1 => at.clone().prop_map(Change::Fare),
        1 => at.prop_map(Change::Lead),
    ]
}

/// A snapshot that changes as the model of a node does: slots are used again by a next generation.
struct Grown {
    seen: Snapshot,
    generation: u32,
    folded: Rc<Ordered<NodeKey, bool>>,
}

impl Grown {
    fn new() -> Self {
        let mut grown = Grown { seen: Snapshot::default(), generation: 0, folded: Rc::default() };
        for _ in 0..2 {
            let key = grown.place(None);
            let roots: Vec<NodeKey> = grown.seen.roots.iter().chain([key]).collect();
            grown.seen.roots = roots.into_iter().collect();
        }
        grown
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

    fn take(&mut self, change: &Change) {
        match *change {
            Change::Add(at, position) => self.add(at, position, 1),
            Change::Many(at, many) => self.add(at, 0, MOST_CHILDREN - 3 + many),
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
                Rc::make_mut(&mut self.folded).insert(key, fold);
            }
            Change::Fare(at) => {
                let key = self.any(at);
                self.edit(key, |node| node.incarnation += 1);
            }
            Change::Lead(at) => {
                let key = self.any(at);
                self.edit(key, lead);
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

/// Makes a place one of an application master.
fn lead(node: &mut TreeNode) {
    let pid = Pid::new(node.key.slot() as u32, 1);
    let mut process = ProcessView::new(pid, node.key, Mfa { module: Atom::new("m"), function: Atom::INIT, arity: 1 });
    process.behaviour = Some(Behaviour::ApplicationMaster);
    node.process = Some(Rc::new(process));
}

/// Roomy enough to stand side by side.
const WIDE: i32 = i32::MAX;
const NARROW: i32 = 0;

impl Tree {
    fn look(&mut self, grown: &Grown, room: i32) -> usize {
        self.see(&grown.seen, grown.seen.roots.iter(), &grown.folded, room)
    }

    fn all(&self) -> Vec<Drawn> {
        self.within(&Rect::ALL, usize::MAX)
    }
}

/// A tree given as the parent of each place but the first, laid out for that room.
fn laid_out(parents: &[usize], room: i32) -> (Grown, Tree) {
    let (grown, mut tree) = (planted(parents), Tree::default());
    tree.look(&grown, room);
    (grown, tree)
}

fn planted(parents: &[usize]) -> Grown {
    let mut grown = Grown { seen: Snapshot::default(), generation: 0, folded: Rc::default() };
    let root = grown.place(None);
    grown.seen.roots = [root].into_iter().collect();
    for parent in parents {
        let parent = grown.any(*parent);
        let key = grown.place(Some(parent));
        grown.children(parent, |children| children.push(key));
    }
    grown
}

/// A root over three supervisors over three workers each: places 0; 1, 2, 3; 4 to 6, 7 to 9, 10 to 12.
const STRATEGIES: [usize; 12] = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3];

/// Where each card stands, by slot.
fn corners(tree: &Tree) -> Vec<(i32, i32)> {
    let mut all: Vec<_> = tree.all().iter().map(|drawn| (drawn.key.slot(), (drawn.rect.x, drawn.rect.y))).collect();
    all.sort_unstable();
    all.into_iter().map(|(_, corner)| corner).collect()
}

fn joints(tree: &Tree) -> Vec<Option<Joint>> {
    tree.all().iter().map(|drawn| drawn.above.map(|(_, joint)| joint)).collect()
}

#[test]
fn parents_stand_over_the_middle_of_their_first_and_last_child() {
    let (_, tree) = laid_out(&[0, 0, 1, 1], WIDE);
    assert_eq!(corners(&tree), [(242, 0), (97, 80), (388, 80), (0, 160), (194, 160)]);
    assert_eq!(tree.size(), (568, 210));
}

#[test]
fn leaves_hang_below_each_other_where_side_by_side_is_too_wide() {
    let (grown, mut tree) = laid_out(&STRATEGIES, WIDE);
    assert_eq!(tree.size(), (9 * 180 + 8 * 14, 210));
    assert!(!joints(&tree).contains(&Some(Joint::Column)));
    tree.look(&grown, 9 * 194 - 1);
    assert_eq!(tree.size(), (3 * 198 + 2 * 14, 80 + 80 + 3 * 50 + 2 * 14));
    // In start order, in from their parent's left edge.
    assert_eq!(corners(&tree)[1..7], [(0, 80), (212, 80), (424, 80), (18, 160), (18, 224), (18, 288)]);
    assert_eq!(corners(&tree)[0], (212, 0));
    assert_eq!(joints(&tree)[4..], [Some(Joint::Column); 9]);
}

#[test]
fn many_leaves_hang_in_columns_of_the_same_length() {
    let (_, tree) = laid_out(&[0; 20], NARROW);
    let corners = corners(&tree);
    assert_eq!([corners[1], corners[7], corners[8], corners[20]], [(18, 80), (18, 464), (230, 80), (442, 400)]);
    assert_eq!(tree.size(), (3 * 198 + 2 * 14, 80 + 7 * 64 - 14));
}

#[test]
fn leaves_keep_their_order_around_a_subtree() {
    // Two leaves, a place with a leaf of its own, a leaf.
    let (_, tree) = laid_out(&[0, 0, 0, 0, 3], NARROW);
    assert_eq!(corners(&tree)[1..], [(18, 80), (18, 144), (212, 80), (406, 80), (212, 160)]);
    let below = Some(Joint::Below);
    assert_eq!(joints(&tree), [None, Some(Joint::Column), Some(Joint::Column), below, below, below]);
}

#[test]
fn what_leads_to_the_root_of_an_application_stands_in_one_line() {
    let mut grown = planted(&[0, 1, 2, 3, 3]);
    let mut tree = Tree::default();
    tree.look(&grown, WIDE);
    assert_eq!(tree.size(), (374, 4 * 80 + 50));
    for slot in [1, 2] {
        let key = grown.any(slot);
        grown.edit(key, lead);
    }
    assert_eq!(tree.look(&grown, WIDE), 2, "those that they stand beside");
    assert_eq!(corners(&tree), [(0, 0), (194, 0), (388, 0), (194, 80), (97, 160), (291, 160)]);
    assert_eq!(joints(&tree)[..4], [None, Some(Joint::Beside), Some(Joint::Beside), Some(Joint::Below)]);
}

#[test]
fn a_folded_place_and_a_wall_say_how_many_they_hide() {
    let mut grown = planted(&[&[0, 0, 1, 1][..], &[2; 41]].concat());
    let mut tree = Tree::default();
    let hidden = |tree: &Tree| tree.all().iter().map(|drawn| drawn.hidden).collect::<Vec<_>>();
    tree.look(&grown, WIDE);
    assert_eq!(hidden(&tree), [0, 0, 41, 0, 0]);
    let key = grown.any(1);
    Rc::make_mut(&mut grown.folded).insert(key, true);
    tree.look(&grown, WIDE);
    assert_eq!((hidden(&tree), tree.count()), (vec![0, 2, 41], 3));
}

#[test]
fn a_window_shows_what_meets_it_and_never_more_than_it_may() {
    let (_, tree) = laid_out(&STRATEGIES, WIDE);
    let slots = |window: Rect, most| tree.within(&window, most).iter().map(|one| one.key.slot()).collect::<Vec<_>>();
    // The last three workers, and what leads there.
    let corner = Rect { x: 1_300, y: 170, width: 400, height: 20 };
    assert_eq!(slots(corner, 240), [0, 3, 10, 11, 12]);
    assert_eq!(slots(Rect::ALL, 9), [0, 1, 2, 3, 4, 5, 6]);
    let some = tree.within(&Rect::ALL, 9);
    assert_eq!(
        some.iter().map(|one| one.hidden).collect::<Vec<_>>(),
        [0, 0, 3, 3, 0, 0, 0],
        "what is left out is counted"
    );
}

#[test]
fn only_what_changed_and_what_stands_above_it_is_laid_out_anew() {
    // 5 below the root, 5 below each of these and so on: 156 in all.
    let mut grown = planted(&(0..155).map(|at| at / 5).collect::<Vec<_>>());
    let mut tree = Tree::default();
    assert_eq!(tree.look(&grown, WIDE), 156);
    assert_eq!(tree.look(&grown, WIDE), 0);
    let leaf = grown.any(100);
    grown.edit(leaf, |node| node.incarnation += 1);
    assert_eq!(tree.look(&grown, WIDE), 0, "a crash moves nobody");
    // One below a leaf is no broader, but all above are higher now.
    let mut add = |grown: &mut Grown| {
        let key = grown.place(Some(leaf));
        grown.children(leaf, |children| children.push(key));
        tree.look(grown, WIDE)
    };
    assert_eq!(add(&mut grown), 5);
    assert_eq!(add(&mut grown), 5, "and broader with a second one");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever changes, going on from what was laid out ends where laying out anew does; cards stand
    /// apart, in start order, each where the tree says; and a window leaves out only what does not
    /// meet it.
    #[test]
    fn going_on_ends_where_laying_out_anew_does(steps in vec(vec(change(), 1..4), 1..40), room in 0..4_000, at in 0..900) {
        let (mut grown, mut tree) = (Grown::new(), Tree::default());
        for step in &steps {
            step.iter().for_each(|change| grown.take(change));
            tree.look(&grown, room);
            let mut anew = Tree::default();
            anew.look(&grown, room);
            let all = tree.all();
            prop_assert_eq!((&all, tree.size(), tree.count()), (&anew.all(), anew.size(), all.len()), "after {:?}", step);
            for (number, one) in all.iter().enumerate() {
                prop_assert!(all[number + 1..].iter().all(|other| !one.rect.meets(&other.rect)), "{:?}", all);
                prop_assert_eq!(tree.card(one.key), Some(one.rect));
                prop_assert_eq!(one.above.map(|(rect, _)| rect), grown.seen.node(one.key).unwrap().parent.and_then(|key| tree.card(key)));
            }
            let order = |pair: &[Drawn]| pair[0].above != pair[1].above || (pair[0].rect.x, pair[0].rect.y) < (pair[1].rect.x, pair[1].rect.y);
            prop_assert!(all.windows(2).all(order), "start order: {:?}", all);
            let window = Rect { x: at, y: at / 2, width: 300, height: 200 };
            let shown = tree.within(&window, usize::MAX);
            prop_assert!(all.iter().all(|one| !one.rect.meets(&window) || shown.contains(one)));
        }
    }
}
