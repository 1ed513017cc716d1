//! The applications of a node as a graph: each stands behind all that it needs, so that a boot
//! runs through the picture one way and a stop the other.

use crate::term::ordered::sort_by_key;

/// What one application stands in relation to, as positions in the same list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Those that must run before it.
    pub before: Vec<usize>,
    /// Those that it includes.
    pub includes: Vec<usize>,
}

/// A line of the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The application that is needed, or that includes the other.
    pub from: usize,
    /// The application that needs it, or is included.
    pub to: usize,
    /// Is it an inclusion?
    pub included: bool,
    /// An SVG path.
    pub path: String,
}

/// The applications as boxes and lines, in pixels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// The left upper corner of each box.
    pub corners: Vec<(i32, i32)>,
    /// Lines. A need that follows from others has none.
    pub lines: Vec<Line>,
    /// Width and height of it all.
    pub size: (i32, i32),
}

/// Which way the graph grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From left to right.
    LeftToRight,
    /// From top to bottom.
    TopDown,
}

/// Lays out boxes of `node` pixels with `gap` pixels between those beside each other and between
/// the stages of a boot. A cycle, which no node boots, is cut somewhere.
#[must_use]
pub fn graph(needs: &[Needs], direction: Direction, node: (i32, i32), gap: (i32, i32)) -> Graph {
    let stages = stages(needs);
    let (cells, taken) = cells(needs, &stages);
    let most = taken.iter().copied().max().unwrap_or(0);
    let last = cells.iter().map(|(stage, _)| *stage).max().unwrap_or(0);
    let crowd = |stage: i32| usize::try_from(stage).ok().and_then(|stage| taken.get(stage)).copied().unwrap_or(1);
    let at = |&(stage, place): &(i32, i32)| {
        // Stages with room to spare stand in the middle, by halves of a box.
        let slack = most - crowd(stage);
        match direction {
            Direction::LeftToRight => {
                let pitch = node.1 + gap.0;
                (stage * (node.0 + gap.1), place * pitch + slack * pitch / 2)
            }
            Direction::TopDown => {
                let pitch = node.0 + gap.0;
                (place * pitch + slack * pitch / 2, stage * (node.1 + gap.1))
            }
        }
    };
    let corners: Vec<(i32, i32)> = cells.iter().map(at).collect();
    let size = match direction {
        Direction::LeftToRight => (last * (node.0 + gap.1) + node.0, most * (node.1 + gap.0) - gap.0),
        Direction::TopDown => (most * (node.0 + gap.0) - gap.0, last * (node.1 + gap.1) + node.1),
    };
    let lines = lines(needs, &corners, direction, node);
    Graph { corners, lines, size }
}

/// The stage and the place in it for each, and how many a stage holds. Who is included stands next
/// to who includes it.
fn cells(needs: &[Needs], stages: &[usize]) -> (Vec<(i32, i32)>, Vec<i32>) {
    let beside = |at: usize| needs.iter().position(|need| need.includes.contains(&at));
    let mut order: Vec<usize> = (0..needs.len()).collect();
    sort_by_key(&mut order, |at| (beside(*at).unwrap_or(*at), beside(*at).is_some()));
    let (mut cells, mut taken) = (vec![(0, 0); needs.len()], vec![0; needs.len() + 1]);
    for at in order {
        let stage = stages.get(at).copied().unwrap_or_default();
        if let (Some(cell), Some(taken)) = (cells.get_mut(at), taken.get_mut(stage)) {
            *cell = (i32::try_from(stage).unwrap_or(i32::MAX), *taken);
            *taken += 1;
        }
    }
    (cells, taken)
}

/// The stage of a boot in which each stands: behind all that it needs, and as late as those that
/// need it let it. What another one includes stands in the stage of that.
fn stages(needs: &[Needs]) -> Vec<usize> {
    let mut stages = vec![0; needs.len()];
    // The longest way through so many applications has so many steps.
    for _ in needs {
        for (at, need) in needs.iter().enumerate() {
            let before = need.before.iter().filter_map(|other| stages.get(*other)).max().map_or(0, |stage| stage + 1);
            let inside = needs.iter().zip(&stages).filter(|(other, _)| other.includes.contains(&at));
            let stage = inside.map(|(_, stage)| *stage).fold(before, usize::max).min(needs.len());
            stages.get_mut(at).into_iter().for_each(|own| *own = (*own).max(stage));
        }
    }
    for at in (0..needs.len()).rev() {
        let users = needs.iter().zip(&stages).filter(|(need, _)| need.before.contains(&at));
        if let Some(last) = users.filter_map(|(_, stage)| stage.checked_sub(1)).min() {
            stages.get_mut(at).into_iter().for_each(|own| *own = (*own).max(last));
        }
    }
    stages
}

fn lines(needs: &[Needs], corners: &[(i32, i32)], direction: Direction, node: (i32, i32)) -> Vec<Line> {
    let mut lines = Vec::new();
    for (to, need) in needs.iter().enumerate() {
        for from in need.before.iter().copied().filter(|from| !implied(needs, need, *from)) {
            lines.push(line(corners, direction, node, (from, to), false));
        }
        lines.extend(need.includes.iter().map(|inner| line(corners, direction, node, (to, *inner), true)));
    }
    lines
}

/// Is it needed by another one that is needed?
fn implied(needs: &[Needs], need: &Needs, from: usize) -> bool {
    let mut open: Vec<usize> = need.before.iter().copied().filter(|other| *other != from).collect();
    let mut seen = vec![false; needs.len()];
    while let Some(at) = open.pop() {
        let Some(before) = needs.get(at).map(|need| &need.before) else { continue };
        if before.contains(&from) {
            return true;
        }
        if let Some(seen) = seen.get_mut(at).filter(|seen| !**seen) {
            *seen = true;
            open.extend(before);
        }
    }
    false
}

fn line(
    corners: &[(i32, i32)],
    direction: Direction,
    node: (i32, i32),
    (from, to): (usize, usize),
    included: bool,
) -> Line {
    let corner = |at: usize| corners.get(at).copied().unwrap_or_default();
    let ((x0, y0), (x1, y1)) = (corner(from), corner(to));
    // What is included stands beside who includes it, what is needed a stage before.
    let path = match (direction, included) {
        (Direction::LeftToRight, false) | (Direction::TopDown, true) => {
            let (x0, y0, y1) = (x0 + node.0, y0 + node.1 / 2, y1 + node.1 / 2);
            let middle = i32::midpoint(x0, x1);
            format!("M{x0} {y0}C{middle} {y0} {middle} {y1} {x1} {y1}")
        }
        _ => {
            let (y0, x0, x1) = (y0 + node.1, x0 + node.0 / 2, x1 + node.0 / 2);
            let middle = i32::midpoint(y0, y1);
            format!("M{x0} {y0}C{x0} {middle} {x1} {middle} {x1} {y1}")
        }
    };
    Line { from, to, included, path }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(before: &[usize], includes: &[usize]) -> Needs {
        Needs { before: before.to_vec(), includes: includes.to_vec() }
    }

    /// elixir; logger needs elixir; telemetry; seq needs all three; ticker needs seq and logger
    /// and includes cache; meter needs seq; audit needs ticker and meter.
    fn demo() -> [Needs; 8] {
        [
            needs(&[], &[]),
            needs(&[0], &[]),
            needs(&[], &[]),
            needs(&[0, 1, 2], &[]),
            needs(&[1, 3], &[7]),
            needs(&[3], &[]),
            needs(&[4, 5], &[]),
            needs(&[], &[]),
        ]
    }

    #[test]
    fn each_stands_behind_what_it_needs_and_beside_what_includes_it() {
        let graph = graph(&demo(), Direction::LeftToRight, (100, 40), (10, 20));
        let expected = [(0, 50), (120, 25), (120, 75), (240, 50), (360, 0), (360, 100), (480, 50), (360, 50)];
        assert_eq!((graph.corners, graph.size), (expected.to_vec(), (580, 140)));
    }

    #[test]
    fn a_need_that_follows_from_others_has_no_line() {
        let graph = graph(&demo(), Direction::LeftToRight, (100, 40), (10, 20));
        let lines: Vec<_> = graph.lines.iter().map(|line| (line.from, line.to, line.included)).collect();
        let needed = [(0, 1), (1, 3), (2, 3), (3, 4), (4, 7), (3, 5), (4, 6), (5, 6)];
        assert_eq!(lines, needed.map(|(from, to)| (from, to, to == 7)));
        assert_eq!(graph.lines[0].path, "M100 70C110 70 110 45 120 45");
        assert_eq!(graph.lines[4].path, "M410 40C410 45 410 45 410 50");
    }

    #[test]
    fn a_narrow_pane_has_the_same_graph_top_down() {
        let graph = graph(&demo(), Direction::TopDown, (100, 40), (10, 20));
        let expected = [(110, 0), (55, 60), (165, 60), (110, 120), (0, 180), (220, 180), (110, 240), (110, 180)];
        assert_eq!((graph.corners, graph.size), (expected.to_vec(), (320, 280)));
    }

    #[test]
    fn a_cycle_and_strangers_are_laid_out_all_the_same() {
        let needs = [needs(&[1, 9], &[]), needs(&[0], &[7])];
        let graph = graph(&needs, Direction::LeftToRight, (100, 40), (10, 20));
        assert_eq!(graph.corners.len(), 2);
        assert_eq!(super::graph(&[], Direction::TopDown, (100, 40), (10, 20)).corners, []);
    }
}
