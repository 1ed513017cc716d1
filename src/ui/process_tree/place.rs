//! Where each card of the picture stands, and how large the picture shows.

use super::outline::Row;

/// The size of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) width: i32,
    pub(crate) height: i32,
    /// Room between generations.
    gap: i32,
    /// Is there room for one line only?
    pub(crate) compact: bool,
}

const ROOMY: Card = Card { width: 180, height: 50, gap: 30, compact: false };
const COMPACT: Card = Card { width: 148, height: 28, gap: 16, compact: true };
/// Room between siblings.
const BETWEEN: i32 = 14;
const MARGIN: i32 = 10;
/// Text is not drawn smaller than by this factor: the picture scrolls instead.
const SMALLEST: f64 = 0.72;

/// Places of all cards, in the order of the rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Places {
    pub(crate) card: Card,
    corners: Vec<(i32, i32)>,
    width: i32,
    height: i32,
}

impl Places {
    /// The left upper corner of a card.
    pub(crate) fn at(&self, row: usize) -> (i32, i32) {
        self.corners.get(row).copied().unwrap_or_default()
    }

    pub(crate) fn view_box(&self) -> String {
        format!("0 0 {} {}", self.width, self.height)
    }

    /// Width and height in pixels: as large as fits, never larger than drawn, never too small to
    /// read.
    pub(crate) fn shown(&self, room: (i32, i32)) -> (i32, i32) {
        let fit = |room: i32, need: i32| f64::from(room) / f64::from(need.max(1));
        let scale = fit(room.0, self.width).min(fit(room.1, self.height)).clamp(SMALLEST, 1.15);
        let scaled = |length: i32| (f64::from(length) * scale) as i32;
        (scaled(self.width), scaled(self.height))
    }
}

/// Top down, children in start order below the middle of their parent. What comes before the
/// root of an application's tree (application, master, starter) stands beside each other.
pub(crate) fn places(rows: &[Row], room: (i32, i32)) -> Places {
    let depths = depths(rows);
    let levels = depths.iter().map(|depth| depth + 1).max().unwrap_or(1);
    let tall = levels * (ROOMY.height + ROOMY.gap);
    let card = if f64::from(room.1) < f64::from(tall) * 0.8 { COMPACT } else { ROOMY };
    let (lefts, width) = lefts(rows, card.width + BETWEEN);
    let down = card.height + card.gap;
    let corners = lefts.iter().zip(&depths).map(|(left, depth)| (left + MARGIN, depth * down + MARGIN)).collect();
    Places { card, corners, width: width - BETWEEN + 2 * MARGIN, height: levels * down - card.gap + 2 * MARGIN }
}

/// Does it stand beside its parent instead of below?
pub(crate) fn beside(row: &Row) -> bool {
    row.beside && row.siblings == 1
}

fn depths(rows: &[Row]) -> Vec<i32> {
    let mut depths: Vec<i32> = Vec::with_capacity(rows.len());
    for row in rows {
        let above = row.parent.and_then(|parent| depths.get(parent).copied());
        depths.push(above.map_or(0, |above| above + i32::from(!beside(row))));
    }
    depths
}

/// What stands in one line: rows beside each other, placed as one.
#[derive(Clone, Copy, Default)]
struct Unit {
    /// The unit above, if any.
    parent: Option<usize>,
    /// How many rows.
    length: i32,
    /// Left edge, once known.
    left: Option<i32>,
    /// Middles of its first and last child.
    span: Option<(i32, i32)>,
}

/// Left edges by two passes over the units: those without children from left to right, then the
/// others, last first, above the middle of their first and last child.
fn lefts(rows: &[Row], pitch: i32) -> (Vec<i32>, i32) {
    let (mut units, homes) = units(rows);
    let mut has_children = vec![false; units.len()];
    for parent in units.iter().filter_map(|unit| unit.parent) {
        has_children.get_mut(parent).into_iter().for_each(|has| *has = true);
    }
    let mut edge = 0;
    for (unit, _) in units.iter_mut().zip(&has_children).filter(|(_, has)| !**has) {
        unit.left = Some(edge);
        edge += unit.length * pitch;
    }
    for at in (0..units.len()).rev() {
        let Some(unit) = units.get_mut(at) else { continue };
        let middle = unit.span.map_or(0, |(first, last)| i32::midpoint(first, last));
        let left = *unit.left.get_or_insert(middle - unit.length * pitch / 2);
        let (parent, middle) = (unit.parent, left + unit.length * pitch / 2);
        let Some(parent) = parent.and_then(|parent| units.get_mut(parent)) else { continue };
        parent.span = Some(parent.span.map_or((middle, middle), |(first, last)| (first.min(middle), last.max(middle))));
    }
    let first = units.iter().filter_map(|unit| unit.left).min().unwrap_or(0);
    let last = units.iter().filter_map(|unit| Some(unit.left? + unit.length * pitch)).max().unwrap_or(edge);
    let left = |home: &(usize, i32)| units.get(home.0).and_then(|unit| unit.left).unwrap_or(0) + home.1 * pitch - first;
    (homes.iter().map(left).collect(), last.max(edge) - first)
}

/// The units, and for each row its unit and its place in that.
fn units(rows: &[Row]) -> (Vec<Unit>, Vec<(usize, i32)>) {
    let (mut units, mut homes): (Vec<Unit>, Vec<(usize, i32)>) = (Vec::new(), Vec::new());
    for row in rows {
        let above = row.parent.and_then(|parent| homes.get(parent).copied());
        let home = match above {
            Some((unit, place)) if beside(row) => (unit, place + 1),
            _ => {
                units.push(Unit { parent: above.map(|(unit, _)| unit), ..Unit::default() });
                (units.len() - 1, 0)
            }
        };
        units.get_mut(home.0).into_iter().for_each(|unit| unit.length += 1);
        homes.push(home);
    }
    (units, homes)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use std::rc::Rc;

    use super::*;
    use crate::observe::snapshot::TreeNode;

    fn row(parent: Option<usize>, level: usize) -> Row {
        Row {
            node: Rc::new(TreeNode::default()),
            parent,
            level,
            position: 1,
            siblings: 2,
            open: None,
            hidden: 0,
            beside: false,
        }
    }

    #[test]
    fn parents_stand_above_the_middle_of_their_children() {
        let rows = [row(None, 1), row(Some(0), 2), row(Some(1), 3), row(Some(1), 3), row(Some(0), 2)];
        let (lefts, width) = lefts(&rows, 100);
        assert_eq!(lefts, [125, 50, 0, 100, 200]);
        assert_eq!(width, 300);
    }

    #[test]
    fn what_comes_before_a_root_stands_in_one_line_with_it() {
        let beside = |parent, level| Row { beside: true, siblings: 1, ..row(Some(parent), level) };
        let rows = [row(None, 1), beside(0, 2), row(Some(1), 3), row(Some(2), 4), row(Some(2), 4)];
        assert_eq!(depths(&rows), [0, 0, 1, 2, 2]);
        assert_eq!(lefts(&rows, 100), (vec![0, 100, 50, 0, 100], 200));
    }

    #[test]
    fn a_low_pane_gets_compact_cards_and_a_picture_never_too_small_to_read() {
        let rows = [row(None, 1), row(Some(0), 2), row(Some(1), 3), row(Some(2), 4)];
        assert!(!places(&rows, (700, 500)).card.compact);
        let low = places(&rows, (700, 200));
        assert!(low.card.compact);
        assert_eq!(low.shown((10, 10)).0, (f64::from(low.width) * SMALLEST) as i32);
    }
}
