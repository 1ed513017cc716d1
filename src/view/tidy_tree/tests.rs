use std::rc::Rc;

use super::*;
use crate::observe::snapshot::Children;

/// A snapshot of a tree, given as the parent of each place (the first is the root).
fn seen(parents: &[usize]) -> Snapshot {
    let key = |at: usize| NodeKey::new(at as u32, 0);
    let mut children: Vec<Vec<NodeKey>> = vec![vec![]; parents.len() + 1];
    for (at, parent) in parents.iter().enumerate() {
        children[*parent].push(key(at + 1));
    }
    let node = |(at, children): (usize, Vec<NodeKey>)| {
        let parent = at.checked_sub(1).map(|at| key(parents[at]));
        Some(Rc::new(TreeNode {
            key: key(at),
            parent,
            children: children.into_iter().collect(),
            ..TreeNode::default()
        }))
    };
    let roots: Children = [key(0)].into_iter().collect();
    Snapshot { nodes: children.into_iter().enumerate().map(node).collect(), roots, ..Snapshot::default() }
}

fn options(direction: Direction) -> Options {
    Options { direction, node: (40.0, 20.0), gap: (10.0, 30.0), wall_above: 16, most: 400 }
}

fn lay(seen: &Snapshot, options: &Options) -> Layout {
    layout(seen, seen.roots.iter(), options, |_| false)
}

fn slot(placed: &Placed) -> usize {
    placed.key.slot()
}

#[test]
fn parents_stand_over_the_middle_of_their_children() {
    let seen = seen(&[0, 0, 0]);
    let layout = lay(&seen, &options(Direction::LeftToRight));
    let at: Vec<_> = layout.boxes.iter().map(|placed| (slot(placed), placed.rect.x, placed.rect.y)).collect();
    assert_eq!(at, [(0, 0.0, 30.0), (1, 70.0, 0.0), (2, 70.0, 30.0), (3, 70.0, 60.0)]);
    assert_eq!((layout.width, layout.height), (110.0, 80.0));
    assert_eq!(
        layout.edge(&layout.boxes[1], Direction::LeftToRight).unwrap(),
        "M40.0 40.0C55.0 40.0 55.0 10.0 70.0 10.0"
    );

    let layout = lay(&seen, &options(Direction::TopDown));
    let at: Vec<_> = layout.boxes.iter().map(|placed| (placed.rect.x, placed.rect.y)).collect();
    assert_eq!(at, [(50.0, 0.0), (0.0, 50.0), (50.0, 50.0), (100.0, 50.0)]);
    assert_eq!(layout.edge(&layout.boxes[1], Direction::TopDown).unwrap(), "M70.0 20.0C70.0 35.0 20.0 35.0 20.0 50.0");
}

#[test]
fn no_two_boxes_meet_and_siblings_keep_their_order() {
    let mut state = 7u64;
    for size in 1..60usize {
        let parents: Vec<usize> = (0..size)
            .map(|at| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 33) as usize % (at + 1)
            })
            .collect();
        let seen = seen(&parents);
        for direction in [Direction::LeftToRight, Direction::TopDown] {
            let options = Options { wall_above: 100, ..options(direction) };
            let layout = lay(&seen, &options);
            assert_eq!(layout.boxes.len(), size + 1);
            for (at, placed) in layout.boxes.iter().enumerate() {
                assert!(layout.boxes[at + 1..].iter().all(|other| !placed.rect.meets(&other.rect)));
                let parent = seen.node(placed.key).unwrap().parent;
                assert_eq!(placed.parent.map(|parent| layout.boxes[parent].key), parent);
            }
            for pair in layout.boxes.windows(2).filter(|pair| pair[0].parent == pair[1].parent) {
                assert!(across_from(&pair[0], direction) < across_from(&pair[1], direction));
            }
        }
    }
}

fn across_from(placed: &Placed, direction: Direction) -> f64 {
    match direction {
        Direction::LeftToRight => placed.rect.y,
        Direction::TopDown => placed.rect.x,
    }
}

#[test]
fn many_siblings_become_a_wall() {
    let seen = seen(&vec![0; 10_000]);
    let layout = lay(&seen, &options(Direction::LeftToRight));
    assert_eq!(layout.boxes.len(), 2);
    let What::Wall(wall) = layout.boxes[1].what else { panic!("no wall") };
    assert_eq!(wall.count, 10_000);
    assert!((0..10_000).all(|number| {
        let (x, y) = wall.cell_at(number);
        wall.number_at(x + 0.5, y + 0.5) == Some(number)
    }));
    let (width, height) = wall.size();
    assert_eq!((layout.boxes[1].rect.width, layout.boxes[1].rect.height), (width, height));
    assert!(wall.number_at(width + 1.0, 0.0).is_none() && wall.number_at(-1.0, 0.0).is_none());
}

#[test]
fn a_folded_place_says_how_many_it_hides() {
    let seen = seen(&[0, 1, 1, 0]);
    let layout = layout(&seen, seen.roots.iter(), &options(Direction::LeftToRight), |key| key.slot() == 1);
    let shown: Vec<_> = layout.boxes.iter().map(|placed| (slot(placed), placed.what)).collect();
    let node = |hidden| What::Node { hidden };
    assert_eq!(shown, [(0, node(0)), (1, node(2)), (4, node(0))]);
}

#[test]
fn the_outermost_places_open_first_when_boxes_are_few() {
    let seen = seen(&[0, 0, 1, 1, 2, 2]);
    let layout = lay(&seen, &Options { most: 5, ..options(Direction::LeftToRight) });
    let shown: Vec<_> = layout.boxes.iter().map(slot).collect();
    assert_eq!(shown, [0, 1, 3, 4, 2]);
    assert_eq!(layout.of(NodeKey::new(2, 0)).unwrap().what, What::Node { hidden: 2 });
}

#[test]
fn a_window_shows_only_what_meets_it() {
    let seen = seen(&[0, 0, 0]);
    let layout = lay(&seen, &options(Direction::LeftToRight));
    let window = Rect { x: 60.0, y: 0.0, width: 100.0, height: 25.0 };
    let shown: Vec<_> = layout.within(&window).map(slot).collect();
    assert_eq!(shown, [1]);
    assert_eq!(layout.tie(NodeKey::new(1, 0), NodeKey::new(3, 0)).unwrap(), "M90.0 10.0Q81.0 40.0 90.0 70.0");
}
