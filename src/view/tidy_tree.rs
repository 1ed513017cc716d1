//! The supervision tree as boxes and edges: order kept, parents over the middle of their
//! children, two linear passes over an arena.
//!
//! What would be too much to draw is drawn as less: a group of many siblings becomes one wall
//! of cells, and when the boxes are spent, what is left stays folded, outermost first open.

pub mod living;

use std::collections::VecDeque;

use crate::observe::snapshot::{NodeKey, Snapshot, TreeNode};
use crate::term::Ordered;

/// Which way the tree grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From left to right.
    #[default]
    LeftToRight,
    /// From top to bottom.
    TopDown,
}

/// How to lay out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Which way the tree grows.
    pub direction: Direction,
    /// Width and height of a box.
    pub node: (f64, f64),
    /// Pixels between siblings, and between generations.
    pub gap: (f64, f64),
    /// A group of more siblings than this becomes a wall.
    pub wall_above: usize,
    /// The most boxes.
    pub most: usize,
}

impl Default for Options {
    fn default() -> Self {
        let direction = Direction::default();
        Options { direction, node: (168.0, 44.0), gap: (10.0, 44.0), wall_above: 48, most: 400 }
    }
}

/// Where a box is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// What a box shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What {
    /// A place.
    Node {
        /// Its children that are not drawn: it is folded.
        hidden: usize,
    },
    /// All children of the place, a cell each.
    Wall(Wall),
}

/// A wall of cells, filled row by row in start order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wall {
    /// How many cells.
    pub count: usize,
    /// Cells in a row.
    pub columns: usize,
    /// Pixels from one cell to the next.
    pub cell: f64,
}

/// A box.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The place; for a wall, the place whose children it shows.
    pub key: NodeKey,
    /// What it shows.
    pub what: What,
    /// The box above, by its position in the layout.
    pub parent: Option<usize>,
    /// Generations above it.
    pub depth: usize,
    /// Where it is.
    pub rect: Rect,
}

/// A tree laid out: boxes in reading order, parents before children.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// The boxes.
    pub boxes: Vec<Placed>,
    /// Width of it all.
    pub width: f64,
    /// Height of it all.
    pub height: f64,
}

/// Lays out the trees of these roots beside each other. `folded` tells which places a reader
/// has folded.
#[must_use]
pub fn layout(
    seen: &Snapshot,
    roots: impl IntoIterator<Item = NodeKey>,
    options: &Options,
    folded: impl Fn(NodeKey) -> bool,
) -> Layout {
    let roots: Vec<NodeKey> = roots.into_iter().collect();
    let open = affordable(seen, &roots, options, &folded);
    let mut boxes = Vec::new();
    for root in roots {
        if let Some(node) = seen.node(root) {
            plant(seen, node, options, &open, &mut boxes);
        }
    }
    let breadths = breadths(&boxes, options);
    place(boxes, &breadths, options)
}

/// The places whose children are drawn: outermost first, until the boxes are spent.
fn affordable(
    seen: &Snapshot,
    roots: &[NodeKey],
    options: &Options,
    folded: &impl Fn(NodeKey) -> bool,
) -> Ordered<NodeKey, ()> {
    let mut open = Ordered::new();
    let mut left = options.most.saturating_sub(roots.len());
    let mut rest: VecDeque<NodeKey> = roots.iter().copied().collect();
    while let Some(key) = rest.pop_front() {
        let Some(node) = seen.node(key).filter(|node| !node.children.is_empty() && !folded(key)) else { continue };
        let walled = node.children.len() > options.wall_above;
        let cost = if walled { 1 } else { node.children.len() };
        if cost > left {
            continue;
        }
        left -= cost;
        open.insert(key, ());
        if !walled {
            rest.extend(node.children.iter());
        }
    }
    open
}

/// Adds the boxes of a tree, parents before children, without recursion.
fn plant(seen: &Snapshot, root: &TreeNode, options: &Options, open: &Ordered<NodeKey, ()>, boxes: &mut Vec<Placed>) {
    let mut rest = vec![(root.key, None, 0)];
    while let Some((key, parent, depth)) = rest.pop() {
        let Some(node) = seen.node(key) else { continue };
        let (at, count) = (boxes.len(), node.children.len());
        let is_open = open.contains_key(&key);
        let hidden = if is_open { 0 } else { count };
        boxes.push(Placed { key, what: What::Node { hidden }, parent, depth, rect: sized(options.node) });
        if is_open && count > options.wall_above {
            let wall = wall(count, options);
            boxes.push(Placed {
                key,
                what: What::Wall(wall),
                parent: Some(at),
                depth: depth + 1,
                rect: sized(wall.size()),
            });
        } else if is_open {
            rest.extend(node.children.iter().rev().map(|child| (child, Some(at), depth + 1)));
        }
    }
}

fn sized((width, height): (f64, f64)) -> Rect {
    Rect { width, height, ..Rect::default() }
}

/// A wall about as wide as four boxes at most, with cells between 2 and 12 pixels.
fn wall(count: usize, options: &Options) -> Wall {
    let side = libm::sqrt(count as f64);
    let cell = (options.node.0 * 2.0 / side).clamp(2.0, 12.0);
    let columns = libm::ceil(side * 1.6) as usize;
    Wall { count, columns: columns.max(1), cell }
}

impl Wall {
    /// Width and height.
    #[must_use]
    pub fn size(&self) -> (f64, f64) {
        let rows = self.count.div_ceil(self.columns);
        (self.columns as f64 * self.cell, rows as f64 * self.cell)
    }

    /// The left top corner of a cell within the wall.
    #[must_use]
    pub fn cell_at(&self, number: usize) -> (f64, f64) {
        ((number % self.columns) as f64 * self.cell, (number / self.columns) as f64 * self.cell)
    }

    /// The cell under a point within the wall.
    #[must_use]
    pub fn number_at(&self, x: f64, y: f64) -> Option<usize> {
        if x < 0.0 || y < 0.0 {
            return None;
        }
        let (column, row) = ((x / self.cell) as usize, (y / self.cell) as usize);
        let number = row * self.columns + column;
        (column < self.columns && number < self.count).then_some(number)
    }
}

/// The breadth of a rect across the direction of growth, and its length along it.
fn across(rect: &Rect, direction: Direction) -> (f64, f64) {
    match direction {
        Direction::LeftToRight => (rect.height, rect.width),
        Direction::TopDown => (rect.width, rect.height),
    }
}

/// First pass, children before parents: what each box and all below it take across.
fn breadths(boxes: &[Placed], options: &Options) -> Vec<f64> {
    let mut below = vec![0.0f64; boxes.len()];
    let mut whole = vec![0.0f64; boxes.len()];
    for (at, placed) in boxes.iter().enumerate().rev() {
        let own = across(&placed.rect, options.direction).0;
        let children = below.get(at).copied().unwrap_or_default();
        let breadth = own.max(children);
        if let Some(whole) = whole.get_mut(at) {
            *whole = breadth;
        }
        if let Some(above) = placed.parent.and_then(|parent| below.get_mut(parent)) {
            *above += if *above > 0.0 { breadth + options.gap.0 } else { breadth };
        }
    }
    whole
}

/// Second pass, parents before children: each takes the next stretch of its parent's.
fn place(mut boxes: Vec<Placed>, breadths: &[f64], options: &Options) -> Layout {
    let lengths = generations(&boxes, options);
    // Where the next child of each box begins; for roots, where the next root does.
    let mut cursors = vec![0.0f64; boxes.len()];
    let mut next_root = 0.0f64;
    let (mut width, mut height) = (0.0f64, 0.0f64);
    let below = children_breadths(&boxes, breadths, options);
    for at in 0..boxes.len() {
        let breadth = breadths.get(at).copied().unwrap_or_default();
        let Some(placed) = boxes.get_mut(at) else { continue };
        let cursor = match placed.parent {
            Some(parent) => cursors.get_mut(parent),
            None => Some(&mut next_root),
        };
        let Some(cursor) = cursor else { continue };
        let from = *cursor;
        *cursor += breadth + options.gap.0;
        let own = across(&placed.rect, options.direction).0;
        let middle = from + (breadth - own) / 2.0;
        let along = lengths.get(placed.depth).copied().unwrap_or_default();
        (placed.rect.x, placed.rect.y) = match options.direction {
            Direction::LeftToRight => (along, middle),
            Direction::TopDown => (middle, along),
        };
        if let (Some(cursor), Some(below)) = (cursors.get_mut(at), below.get(at)) {
            *cursor = from + (breadth - below) / 2.0;
        }
        width = width.max(placed.rect.x + placed.rect.width);
        height = height.max(placed.rect.y + placed.rect.height);
    }
    Layout { boxes, width, height }
}

fn children_breadths(boxes: &[Placed], breadths: &[f64], options: &Options) -> Vec<f64> {
    let mut below = vec![0.0f64; boxes.len()];
    for (placed, breadth) in boxes.iter().zip(breadths) {
        if let Some(above) = placed.parent.and_then(|parent| below.get_mut(parent)) {
            *above += if *above > 0.0 { breadth + options.gap.0 } else { *breadth };
        }
    }
    below
}

/// Where each generation begins: behind the longest box of the one before.
fn generations(boxes: &[Placed], options: &Options) -> Vec<f64> {
    let mut longest: Vec<f64> = Vec::new();
    for placed in boxes {
        let length = across(&placed.rect, options.direction).1;
        if longest.len() <= placed.depth {
            longest.resize(placed.depth + 1, 0.0);
        }
        if let Some(known) = longest.get_mut(placed.depth) {
            *known = known.max(length);
        }
    }
    let begin = |sum: &mut f64, length: f64| {
        let from = *sum;
        *sum += length + options.gap.1;
        Some(from)
    };
    longest.into_iter().scan(0.0, begin).collect()
}

impl Rect {
    /// Do the two overlap?
    #[must_use]
    pub fn meets(&self, other: &Rect) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }

    /// The middle.
    #[must_use]
    pub fn middle(&self) -> (f64, f64) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }
}

impl Layout {
    /// The box of a place.
    #[must_use]
    pub fn of(&self, key: NodeKey) -> Option<&Placed> {
        self.boxes.iter().find(|placed| placed.key == key && matches!(placed.what, What::Node { .. }))
    }

    /// The boxes that a window shows.
    pub fn within<'a>(&'a self, window: &'a Rect) -> impl Iterator<Item = &'a Placed> {
        self.boxes.iter().filter(|placed| placed.rect.meets(window))
    }

    /// The edge from a box to the one above it: an SVG path that leaves and arrives straight.
    #[must_use]
    pub fn edge(&self, placed: &Placed, direction: Direction) -> Option<String> {
        let above = &self.boxes.get(placed.parent?)?.rect;
        let rect = &placed.rect;
        Some(match direction {
            Direction::LeftToRight => {
                let (x0, y0) = (above.x + above.width, above.middle().1);
                let (x1, y1) = (rect.x, rect.middle().1);
                let bend = (x0 + x1) / 2.0;
                format!("M{x0:.1} {y0:.1}C{bend:.1} {y0:.1} {bend:.1} {y1:.1} {x1:.1} {y1:.1}")
            }
            Direction::TopDown => {
                let (x0, y0) = (above.middle().0, above.y + above.height);
                let (x1, y1) = (rect.middle().0, rect.y);
                let bend = (y0 + y1) / 2.0;
                format!("M{x0:.1} {y0:.1}C{x0:.1} {bend:.1} {x1:.1} {bend:.1} {x1:.1} {y1:.1}")
            }
        })
    }

    /// A link or monitor between two places: an SVG path that bows away from the tree's edges.
    #[must_use]
    pub fn tie(&self, from: NodeKey, to: NodeKey) -> Option<String> {
        let ((x0, y0), (x1, y1)) = (self.of(from)?.rect.middle(), self.of(to)?.rect.middle());
        let (dx, dy) = (x1 - x0, y1 - y0);
        let (mx, my) = ((x0 + x1) / 2.0 - dy * 0.15, (y0 + y1) / 2.0 + dx * 0.15);
        Some(format!("M{x0:.1} {y0:.1}Q{mx:.1} {my:.1} {x1:.1} {y1:.1}"))
    }
}

#[cfg(test)]
mod tests;
