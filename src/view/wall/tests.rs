use super::*;
use crate::event::Mfa;
use crate::observe::snapshot::ProcessView;
use crate::term::{Atom, Pid};

const OF: NodeKey = NodeKey::new(0, 0);

fn key(slot: usize) -> NodeKey {
    NodeKey::new(u32::try_from(slot).unwrap(), 0)
}

/// A place 0 with so many running children at 1, 2, 3, ...
fn crowd(many: usize) -> Snapshot {
    let child = |slot: usize| TreeNode {
        key: key(slot),
        parent: (slot > 0).then_some(OF),
        state: State::Running,
        incarnation: 1,
        ..TreeNode::default()
    };
    let mut nodes: Vec<TreeNode> = (0..=many).map(child).collect();
    nodes[0].children = (1..=many).map(key).collect();
    Snapshot { nodes: nodes.into_iter().map(|node| Some(Rc::new(node))).collect(), ..Snapshot::default() }
}

fn change(seen: &mut Snapshot, slot: usize, change: impl FnOnce(&mut TreeNode)) {
    change(Rc::make_mut(seen.nodes.get_mut(slot).unwrap().as_mut().unwrap()));
}

fn restarted(seen: &mut Snapshot, slot: usize, at: Instant) {
    let initial_call = Mfa { module: Atom::new("m"), function: Atom::INIT, arity: 1 };
    change(seen, slot, |node| {
        node.incarnation += 1;
        let process = ProcessView::new(Pid::new(9_999, 9_999), node.key, initial_call);
        node.process = Some(Rc::new(ProcessView { started_at: at, ..process }));
    });
}

fn counts(cells: &Cells) -> Vec<(Look, usize)> {
    cells.counts().collect()
}

const fn at(millis: u64) -> Instant {
    Instant(millis * 1_000_000)
}

#[test]
fn only_what_changed_is_told() {
    let mut seen = crowd(1_000);
    let mut cells = Cells::default();
    assert_eq!(cells.see(&seen, OF), Changed::All);
    assert_eq!(counts(&cells), [(Look::Is(State::Running), 1_000)]);
    assert_eq!(cells.see(&seen, OF), Changed::At(vec![]));
    change(&mut seen, 500, |node| node.state = State::Crashed);
    assert_eq!(cells.see(&seen, OF), Changed::At(vec![499]));
    assert_eq!(counts(&cells), [(Look::Is(State::Running), 999), (Look::Is(State::Crashed), 1)]);
    assert_eq!((cells.position(key(500)), cells.key(499)), (Some(499), Some(key(500))));
}

#[test]
fn a_restart_shows_for_a_moment_and_then_no_more() {
    let mut seen = crowd(100);
    seen.now = at(10_000);
    let mut cells = Cells::default();
    cells.see(&seen, OF);
    restarted(&mut seen, 7, at(10_000));
    let mut look = |now: Instant| {
        seen.now = now;
        (cells.see(&seen, OF), cells.look(6))
    };
    assert_eq!(look(at(10_000)), (Changed::At(vec![6]), Look::Struck));
    assert_eq!(look(at(10_399)), (Changed::At(vec![]), Look::Struck));
    assert_eq!(look(at(10_400)), (Changed::At(vec![6]), Look::Again));
    assert_eq!(look(at(11_500)), (Changed::At(vec![6]), Look::Is(State::Running)));
    assert_eq!(look(at(20_000)), (Changed::At(vec![]), Look::Is(State::Running)));
    assert_eq!(counts(&cells), [(Look::Is(State::Running), 100)]);
}

#[test]
fn who_leaves_leaves_a_hole_and_who_comes_stands_last() {
    let mut seen = crowd(200);
    let mut cells = Cells::default();
    cells.see(&seen, OF);
    let mut keys: Vec<Option<NodeKey>> = (1..=200).map(|slot| Some(key(slot))).collect();
    keys[99] = None;
    *seen.nodes.get_mut(100).unwrap() = None;
    change(&mut seen, 0, |node| node.children = Children::with_holes(keys.clone()));
    assert_eq!(cells.see(&seen, OF), Changed::At(vec![99]));
    assert_eq!((cells.len(), cells.look(99), counts(&cells)), (200, Look::Hole, vec![(Look::Is(State::Running), 199)]));
    // The slot is used again, by a newcomer.
    keys.push(Some(NodeKey::new(100, 1)));
    let newcomer =
        TreeNode { key: NodeKey::new(100, 1), parent: Some(OF), state: State::Starting, ..TreeNode::default() };
    *seen.nodes.get_mut(100).unwrap() = Some(Rc::new(newcomer));
    change(&mut seen, 0, |node| node.children = Children::with_holes(keys));
    assert_eq!(cells.see(&seen, OF), Changed::At(vec![200]));
    assert_eq!((cells.look(99), cells.look(200)), (Look::Hole, Look::Is(State::Starting)));
    assert_eq!((cells.position(key(100)), cells.position(NodeKey::new(100, 1))), (None, Some(200)));
}

#[test]
fn another_group_or_another_run_is_seen_anew() {
    let mut seen = crowd(100);
    seen.now = at(5_000);
    let mut cells = Cells::default();
    cells.see(&seen, OF);
    let mut fresh = crowd(40);
    fresh.now = at(0);
    assert_eq!(cells.see(&fresh, OF), Changed::All);
    assert_eq!(counts(&cells), [(Look::Is(State::Running), 40)]);
    assert_eq!(cells.see(&fresh, key(3)), Changed::All);
    assert!(cells.is_empty());
    assert_eq!(cells.see(&fresh, NodeKey::new(0, 7)), Changed::All);
}

/// What holds however a group changes: going from snapshot to snapshot ends where seeing the last
/// one anew does.
#[test]
fn going_on_sees_what_seeing_anew_does() {
    let mut seen = crowd(700);
    let (mut cells, mut random) = (Cells::default(), 7u64);
    for round in 1..200u64 {
        seen.now = at(round * 50);
        for _ in 0..5 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let slot = 1 + (random >> 33) as usize % 700;
            match random >> 60 {
                0..6 => restarted(&mut seen, slot, at(round * 50)),
                6..9 => change(&mut seen, slot, |node| node.state = State::Crashed),
                9..12 => change(&mut seen, slot, |node| node.state = State::Suspended),
                _ => change(&mut seen, slot, |node| node.state = State::Running),
            }
        }
        cells.see(&seen, OF);
        let mut anew = Cells::default();
        anew.see(&seen, OF);
        assert_eq!((&cells.looks, cells.counts), (&anew.looks, anew.counts), "round {round}");
    }
}

#[test]
fn cells_are_as_large_as_fits() {
    let grid = Grid::fit(10_000, (690, 260));
    assert_eq!(grid, Grid { count: 10_000, columns: 172, pitch: 4 });
    assert_eq!((grid.rows(), grid.size(), grid.side()), (59, (688, 236), 3));
    assert_eq!(Grid::fit(10_000, (690, 60)), grid, "rows beyond the room rather than cells without shape");
    assert_eq!(Grid::fit(48, (690, 260)), Grid { count: 48, columns: 43, pitch: 16 });
    assert_eq!(Grid::fit(5, (690, 260)).size(), (80, 16));
    let beyond = Grid::fit(100_000, (690, 260));
    assert_eq!((beyond.pitch, beyond.columns, beyond.size()), (2, 345, (690, 580)));
    assert_eq!(Grid::fit(0, (0, 0)).size(), (16, 0));
}

#[test]
fn a_point_finds_its_cell_and_a_cell_its_corner() {
    let grid = Grid::fit(100, (100, 100));
    assert_eq!((grid.columns, grid.pitch), (10, 10));
    for number in 0..100 {
        let (x, y) = grid.corner(number);
        assert_eq!(grid.number_at((x, y)), Some(number));
        assert_eq!(grid.number_at((x + 9, y + 9)), Some(number));
    }
    for beyond in [(-1, 5), (5, -1), (100, 5), (5, 100)] {
        assert_eq!(grid.number_at(beyond), None, "{beyond:?}");
    }
}

#[test]
fn steps_stay_within_the_wall() {
    let grid = Grid { count: 25, columns: 10, pitch: 8 };
    let go = |from, step| grid.step(from, step);
    assert_eq!([go(0, Step::Back), go(0, Step::Up), go(24, Step::Forth), go(17, Step::Down)], [0, 0, 24, 17]);
    assert_eq!([go(9, Step::Forth), go(10, Step::Back), go(12, Step::Up), go(2, Step::Down)], [10, 9, 2, 12]);
    assert_eq!([go(13, Step::RowStart), go(13, Step::RowEnd), go(22, Step::RowEnd)], [10, 19, 24]);
    assert_eq!([go(3, Step::Rows(9)), go(7, Step::Rows(9)), go(23, Step::Rows(-9))], [23, 17, 3]);
}

#[test]
fn looks_differ_without_colour() {
    let of = |look| Look::shape(look, 6);
    assert_eq!(of(Look::Struck), [[0, 0, 2, 2], [4, 0, 2, 2], [2, 2, 2, 2], [0, 4, 2, 2], [4, 4, 2, 2]]);
    assert_eq!(of(Look::Is(State::Running)), [[0, 0, 6, 6]]);
    assert_eq!(of(Look::Is(State::Exited)), [[2, 2, 2, 2]]);
    for side in [2, 6] {
        let shapes: Vec<Vec<[i32; 4]>> = Look::ALL.iter().map(|look| look.shape(side)).collect();
        for (at, shape) in shapes.iter().enumerate() {
            let same: Vec<Look> =
                Look::ALL.into_iter().zip(&shapes).filter(|(_, other)| *other == shape).map(|(look, _)| look).collect();
            assert!(same.len() == 1 || same == [Look::Struck, Look::Is(State::Crashed)], "{side}, {at}: {same:?}");
        }
        for (look, shape) in Look::ALL.iter().zip(&shapes) {
            assert!(!shape.is_empty());
            let beyond = if look.stands_out(side) { BEYOND } else { 0 };
            let least = |from: i32, length: i32| from >= -beyond && length > 0 && from + length <= side + beyond;
            let within = |[x, y, w, h]: &[i32; 4]| least(*x, *w) && least(*y, *h);
            assert!(shape.iter().all(within), "{side}: {look:?}: {shape:?}");
        }
    }
}

#[test]
fn what_has_just_happened_stands_out_among_the_smallest_cells() {
    let out = |side: i32| Look::ALL.into_iter().filter(|look| look.stands_out(side)).collect::<Vec<_>>();
    let is = |state| Look::Is(state);
    let expected = [Look::Struck, Look::Again, is(State::Restarting), is(State::Crashed), is(State::GaveUp)];
    assert_eq!((out(2), out(3)), (expected.to_vec(), vec![]));
    // Nine times the area of its neighbours.
    assert_eq!(Look::Struck.shape(2), [[-2, -2, 2, 2], [2, -2, 2, 2], [0, 0, 2, 2], [-2, 2, 2, 2], [2, 2, 2, 2]]);
}

#[test]
fn what_stands_out_is_drawn_again_with_what_is_around_it() {
    // 0 .. 9, 10 .. 19, 20 .. 24: the last row is short.
    let grid = Grid { count: 25, columns: 10, pitch: 2 };
    let none = |_| false;
    assert_eq!(grid.again(&[14], none), [3, 4, 5, 13, 14, 15, 23, 24]);
    assert_eq!(grid.again(&[10], none), [0, 1, 10, 11, 20, 21], "nothing wraps around");
    // One that reaches into what is cleared is drawn again; one further away is not.
    assert_eq!(grid.again(&[0], |at| at == 12 || at == 3), [0, 1, 10, 11, 12]);
    assert_eq!(grid.spread(11), [0, 0, 6, 6]);
    let roomy = Grid { count: 25, columns: 10, pitch: 8 };
    assert_eq!(roomy.again(&[14, 3], |_| true), [14, 3]);
    assert_eq!(roomy.spread(11), [8, 8, 8, 8]);
}

/// Drawing only what changed leaves on the canvas what drawing everything would.
#[test]
fn drawing_again_ends_where_drawing_anew_does() {
    let grid = Grid { count: 95, columns: 10, pitch: 2 };
    let mut looks = vec![Look::Is(State::Running); grid.count];
    let mut canvas = Canvas::default();
    canvas.fill(&grid, &looks, &(0..grid.count).collect::<Vec<_>>());
    let mut random = 7u64;
    for round in 0..300 {
        let mut changed = Vec::new();
        for _ in 0..3 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = (random >> 33) as usize % grid.count;
            // Two that stand out never touch each other: which is on top is nobody's affair.
            let quiet = |near: &usize| *near == at || !looks[*near].stands_out(2);
            let next = match random >> 61 {
                0 | 1 if grid.around(&[at], 2).iter().all(quiet) => Look::Struck,
                2 => Look::Is(State::Exited),
                3 => Look::Hole,
                _ => Look::Is(State::Running),
            };
            looks[at] = next;
            changed.push(at);
        }
        let filled = grid.again(&changed, |at| looks[at].stands_out(2));
        canvas.clear(&grid, &changed);
        canvas.fill(&grid, &looks, &filled);
        let mut anew = Canvas::default();
        anew.fill(&grid, &looks, &(0..grid.count).collect::<Vec<_>>());
        assert!(canvas.0 == anew.0, "round {round}");
    }
}

/// Pixels that are drawn, each with the look that drew it last.
#[derive(Default)]
struct Canvas(std::collections::BTreeMap<(i32, i32), String>);

impl Canvas {
    fn rect(&mut self, [x, y, width, height]: [i32; 4], ink: Option<&str>) {
        for (x, y) in (x..x + width).flat_map(|x| (y..y + height).map(move |y| (x, y))) {
            match ink {
                Some(ink) => drop(self.0.insert((x, y), ink.to_owned())),
                None => drop(self.0.remove(&(x, y))),
            }
        }
    }

    fn clear(&mut self, grid: &Grid, cells: &[usize]) {
        for at in cells {
            self.rect(grid.spread(*at), None);
        }
    }

    fn fill(&mut self, grid: &Grid, looks: &[Look], cells: &[usize]) {
        for out in [false, true] {
            for at in cells.iter().filter(|at| looks[**at].stands_out(grid.side()) == out) {
                let (x, y) = grid.corner(*at);
                if out {
                    self.rect(grid.spread(*at), None);
                }
                for [left, top, width, height] in looks[*at].shape(grid.side()) {
                    self.rect([x + left, y + top, width, height], Some(&format!("{:?}", looks[*at])));
                }
            }
        }
    }
}
