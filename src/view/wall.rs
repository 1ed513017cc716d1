//! A large group of processes as a wall: a small cell for each, in start order, row by row.
//!
//! [`Cells`] goes from snapshot to snapshot by what changed between them, so that a crash among
//! 100,000 costs what a crash among ten does. A cell keeps its place while its process is
//! restarted, and shows for a moment that it was.

use crate::observe::pages::Pages;
use crate::observe::snapshot::{Children, NodeKey, Snapshot, State, TreeNode};
use crate::term::ordered::sort_by_key;
use crate::time::{Duration, Instant};
use std::rc::Rc;

/// How long a cell shows that its process crashed although it was restarted at once,
pub const STRUCK: Duration = Duration::from_millis(400);
/// and until when after the restart it shows that it is a new one.
pub const AGAIN: Duration = Duration::from_millis(1_500);

/// Smaller cells have no room for a shape of their own.
const SHAPELESS: i32 = 3;
/// How far what stands out reaches beyond such a cell.
pub const BEYOND: i32 = 2;

/// How a cell looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// Nobody is there.
    #[default]
    Hole,
    /// As its process fares.
    Is(State),
    /// It runs again; it crashed a moment ago.
    Struck,
    /// It runs again; it was restarted not long ago.
    Again,
}

impl Look {
    /// All but the hole, what runs first, what is down next.
    pub const ALL: [Look; 10] = [
        Look::Is(State::Running),
        Look::Struck,
        Look::Again,
        Look::Is(State::Starting),
        Look::Is(State::Restarting),
        Look::Is(State::Crashed),
        Look::Is(State::GaveUp),
        Look::Is(State::Suspended),
        Look::Is(State::Exited),
        Look::Is(State::Waiting),
    ];

    /// The state whose colour it has.
    #[must_use]
    pub const fn state(self) -> Option<State> {
        match self {
            Look::Hole => None,
            Look::Is(state) => Some(state),
            Look::Struck => Some(State::Crashed),
            Look::Again => Some(State::Restarting),
        }
    }

    /// How a place looks now, and until when at most.
    fn of(node: &TreeNode, now: Instant) -> (Look, Option<Instant>) {
        let begun = node.process.as_ref().filter(|_| node.state == State::Running && node.incarnation > 1);
        let Some(begun) = begun.map(|process| process.started_at) else { return (Look::Is(node.state), None) };
        match now {
            now if now < begun + STRUCK => (Look::Struck, Some(begun + STRUCK)),
            now if now < begun + AGAIN => (Look::Again, Some(begun + AGAIN)),
            _ => (Look::Is(node.state), None),
        }
    }

    /// Is it drawn over its neighbours, where a cell is too small for a shape? What has just
    /// happened is: it is rare among many, and has to be seen.
    #[must_use]
    pub const fn stands_out(self, side: i32) -> bool {
        side < SHAPELESS
            && matches!(self, Look::Struck | Look::Again | Look::Is(State::Crashed | State::GaveUp | State::Restarting))
    }

    /// What is filled of a cell with that side: left, top, width, height. Told apart without
    /// colour; what stands out has the shape of a cell of six pixels, two beyond each edge.
    #[must_use]
    pub fn shape(self, side: i32) -> Vec<[i32; 4]> {
        let (third, half) = ((side / 3).max(1), side / 2);
        let (far, middle) = (side - third, (side - third) / 2);
        let ring = [[0, 0, side, 1], [0, side - 1, side, 1], [0, 1, 1, side - 2], [side - 1, 1, 1, side - 2]];
        match self {
            Look::Hole => Vec::new(),
            _ if self.stands_out(side) => {
                let shape = self.shape(side + 2 * BEYOND).into_iter();
                shape.map(|[x, y, width, height]| [x - BEYOND, y - BEYOND, width, height]).collect()
            }
            Look::Is(State::Starting) if side < SHAPELESS => vec![[0, 0, side, 1]],
            Look::Is(State::Suspended) if side < SHAPELESS => vec![[0, 0, 1, side]],
            Look::Is(State::Running) => vec![[0, 0, side, side]],
            Look::Is(State::GaveUp) => vec![[0, 0, side, half]],
            Look::Struck | Look::Is(State::Crashed) => {
                [[0, 0], [far, 0], [middle, middle], [0, far], [far, far]].map(|[x, y]| [x, y, third, third]).to_vec()
            }
            Look::Again => ring.into_iter().chain((side > 4).then_some([middle, middle, third, third])).collect(),
            Look::Is(State::Starting) => ring.to_vec(),
            Look::Is(State::Restarting) => vec![[0, 0, half, side]],
            Look::Is(State::Exited) => vec![[middle, middle, third, third]],
            Look::Is(State::Waiting) => vec![[0, half, side, side - half]],
            Look::Is(State::Suspended) => vec![[0, 0, third, side], [far, 0, third, side]],
        }
    }
}

/// What has to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Everything.
    All,
    /// The cells at these positions; some of them may be new.
    At(Vec<usize>),
}

/// The cells of a group, by position in start order.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    of: Option<NodeKey>,
    looks: Vec<Look>,
    /// By slot of the place: its position and one, or 0.
    positions: Vec<u32>,
    counts: [usize; Look::ALL.len()],
    /// Cells that will look otherwise by themselves, and when.
    fading: Vec<(Instant, usize)>,
    children: Children,
    nodes: Pages<Option<Rc<TreeNode>>>,
    now: Instant,
}

impl Cells {
    /// How many cells, holes included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.looks.len()
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.looks.is_empty()
    }

    /// How a cell looks.
    #[must_use]
    pub fn look(&self, position: usize) -> Look {
        self.looks.get(position).copied().unwrap_or_default()
    }

    /// Whose cell it is.
    #[must_use]
    pub fn key(&self, position: usize) -> Option<NodeKey> {
        self.children.at(position)
    }

    /// Where the cell of a place is.
    #[must_use]
    pub fn position(&self, key: NodeKey) -> Option<usize> {
        let position = (*self.positions.get(key.slot())? as usize).checked_sub(1)?;
        (self.children.at(position) == Some(key)).then_some(position)
    }

    /// How many cells look so, for each look that there is.
    pub fn counts(&self) -> impl Iterator<Item = (Look, usize)> + '_ {
        Look::ALL.into_iter().zip(self.counts).filter(|(_, count)| *count > 0)
    }

    /// Goes on to what there is to see now of the children of a place, and tells what looks
    /// otherwise. Costs what changed, and a pointer compare for every 64 places of the node.
    pub fn see(&mut self, seen: &Snapshot, of: NodeKey) -> Changed {
        let Some(node) = seen.node(of) else {
            *self = Cells::default();
            return Changed::All;
        };
        let anew = self.of != Some(of) || node.children.positions() < self.looks.len() || seen.now < self.now;
        if anew {
            *self = Cells { of: Some(of), ..Cells::default() };
        }
        let mut changed = Vec::new();
        let children = std::mem::replace(&mut self.children, node.children.clone());
        let nodes = std::mem::replace(&mut self.nodes, seen.nodes.clone());
        self.now = seen.now;
        self.looks.resize(node.children.positions(), Look::Hole);
        if !node.children.same(&children) {
            for position in node.children.changed(&children) {
                self.settle(seen, position);
                self.again(seen, position, &mut changed);
            }
        }
        for slot in seen.nodes.changed(&nodes) {
            if let Some(position) = self.moved(seen, slot, &nodes) {
                self.again(seen, position, &mut changed);
            }
        }
        self.fade(seen, &mut changed);
        if anew { Changed::All } else { Changed::At(changed) }
    }

    fn settle(&mut self, seen: &Snapshot, position: usize) {
        let Some(key) = self.children.at(position).filter(|key| seen.node(*key).is_some()) else { return };
        if self.positions.len() <= key.slot() {
            self.positions.resize(seen.nodes.len().max(key.slot() + 1), 0);
        }
        if let Some(place) = self.positions.get_mut(key.slot()) {
            *place = u32::try_from(position + 1).unwrap_or_default();
        }
    }

    /// The position of the child in a slot of the node table, if it is one and has changed.
    fn moved(&self, seen: &Snapshot, slot: usize, before: &Pages<Option<Rc<TreeNode>>>) -> Option<usize> {
        let node = seen.nodes.get(slot)?.as_ref().filter(|node| node.parent == self.of)?;
        let same = before.get(slot).and_then(Option::as_ref).is_some_and(|old| Rc::ptr_eq(old, node));
        if same { None } else { self.position(node.key) }
    }

    /// Looks at a cell again.
    fn again(&mut self, seen: &Snapshot, position: usize, changed: &mut Vec<usize>) {
        let node = self.children.at(position).and_then(|key| seen.node(key));
        let (look, until) = node.map_or((Look::Hole, None), |node| Look::of(node, seen.now));
        if let Some(until) = until {
            self.fading.push((until, position));
        }
        let Some(place) = self.looks.get_mut(position).filter(|place| **place != look) else { return };
        let before = std::mem::replace(place, look);
        changed.push(position);
        self.count(before, |count| count.saturating_sub(1));
        self.count(look, |count| count + 1);
    }

    fn count(&mut self, look: Look, change: impl Fn(usize) -> usize) {
        let at = Look::ALL.iter().position(|other| *other == look);
        if let Some(count) = at.and_then(|at| self.counts.get_mut(at)) {
            *count = change(*count);
        }
    }

    fn fade(&mut self, seen: &Snapshot, changed: &mut Vec<usize>) {
        let (due, fading): (Vec<_>, Vec<_>) = self.fading.drain(..).partition(|(until, _)| *until <= seen.now);
        self.fading = fading;
        due.into_iter().for_each(|(_, position)| self.again(seen, position, changed));
    }
}

/// The least and the greatest distance from cell to cell, in pixels; and the least for groups of
/// no more than so many, whose cells differ in shape too.
const LEAST: i32 = 2;
const GREATEST: i32 = 16;
const ROOMY: (usize, i32) = (20_000, 4);

/// Where cells are: row by row, each a square with a gap if there is room for one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    /// How many cells.
    pub count: usize,
    /// Cells in a row.
    pub columns: usize,
    /// Pixels from one cell to the next.
    pub pitch: i32,
}

/// A step from cell to cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// To the cell before, in reading order.
    Back,
    /// To the next.
    Forth,
    /// To the row above.
    Up,
    /// To the row below.
    Down,
    /// To the first of the row.
    RowStart,
    /// To the last of the row.
    RowEnd,
    /// So many rows up or down.
    Rows(i32),
}

impl Grid {
    /// The largest cells that fit; if not even the smallest do, rows beyond the room.
    #[must_use]
    pub fn fit(count: usize, (width, height): (i32, i32)) -> Grid {
        let columns = |pitch: i32| usize::try_from(width / pitch).unwrap_or_default().max(1);
        let fits = |pitch: &i32| columns(*pitch) * usize::try_from(height / pitch).unwrap_or_default() >= count;
        let least = if count > ROOMY.0 { LEAST } else { ROOMY.1 };
        let pitch = (least..=GREATEST).rev().find(fits).unwrap_or(least);
        Grid { count, columns: columns(pitch).min(count.max(1)), pitch }
    }

    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.count.div_ceil(self.columns.max(1))
    }

    /// The side of a cell.
    #[must_use]
    pub fn side(&self) -> i32 {
        if self.pitch > LEAST { self.pitch - 1 } else { self.pitch }
    }

    /// Width and height.
    #[must_use]
    pub fn size(&self) -> (i32, i32) {
        let length = |cells: usize| i32::try_from(cells).unwrap_or(i32::MAX).saturating_mul(self.pitch);
        (length(self.columns), length(self.rows()))
    }

    /// The left upper corner of a cell.
    #[must_use]
    pub fn corner(&self, number: usize) -> (i32, i32) {
        let columns = self.columns.max(1);
        let length = |cells: usize| i32::try_from(cells).unwrap_or(i32::MAX).saturating_mul(self.pitch);
        (length(number % columns), length(number / columns))
    }

    /// What a cell may cover: left, top, width, height. Beyond itself, where some stand out.
    #[must_use]
    pub fn spread(&self, number: usize) -> [i32; 4] {
        let beyond = if self.side() < SHAPELESS { BEYOND } else { 0 };
        let ((x, y), side) = (self.corner(number), self.pitch + 2 * beyond);
        [x - beyond, y - beyond, side, side]
    }

    /// The cell under a point.
    #[must_use]
    pub fn number_at(&self, (x, y): (i32, i32)) -> Option<usize> {
        let cell = |at: i32| usize::try_from(at.div_euclid(self.pitch.max(1))).ok();
        let (column, row) = (cell(x)?, cell(y)?);
        let number = row * self.columns + column;
        (column < self.columns && number < self.count).then_some(number)
    }

    /// What has to be filled again because these cells changed and were cleared. Where a cell is
    /// too small for a shape, some stand out over their neighbours: those are drawn again too.
    #[must_use]
    pub fn again(&self, changed: &[usize], stands_out: impl Fn(usize) -> bool) -> Vec<usize> {
        if self.side() >= SHAPELESS {
            return changed.to_vec();
        }
        let cleared = self.around(changed, 1);
        let mut filled = self.around(&cleared, 1);
        filled.retain(|at| cleared.binary_search(at).is_ok() || stands_out(*at));
        filled
    }

    /// These cells and all within so many of them, each once, in order.
    fn around(&self, cells: &[usize], reach: usize) -> Vec<usize> {
        let (columns, mut found) = (self.columns.max(1), Vec::new());
        for at in cells {
            let (row, column) = (at / columns, at % columns);
            for row in row.saturating_sub(reach)..=row + reach {
                let columns_near = column.saturating_sub(reach)..=(column + reach).min(columns - 1);
                found.extend(columns_near.map(|column| row * columns + column).filter(|at| *at < self.count));
            }
        }
        sort_by_key(&mut found, |at| *at);
        found.dedup();
        found
    }

    /// Where a step leads; beyond an edge, nowhere.
    #[must_use]
    pub fn step(&self, from: usize, step: Step) -> usize {
        let last = self.count.saturating_sub(1);
        let columns = self.columns.max(1);
        let row = from - from % columns;
        let to = match step {
            Step::Back => from.checked_sub(1),
            Step::Forth => Some(from + 1),
            Step::Up => from.checked_sub(columns),
            Step::Down => Some(from + columns),
            Step::RowStart => Some(row),
            Step::RowEnd => Some((row + columns - 1).min(last)),
            Step::Rows(rows) if rows < 0 => {
                let up = usize::try_from(-rows).unwrap_or_default().min(from / columns);
                Some(from - up * columns)
            }
            Step::Rows(rows) => {
                let down = usize::try_from(rows).unwrap_or_default().min((last - from.min(last)) / columns);
                Some(from + down * columns)
            }
        };
        to.filter(|to| *to <= last).unwrap_or(from)
    }
}

#[cfg(test)]
mod tests;
