//! Where each card of the tree's picture stands, and how large the picture shows.
//!
//! Top down, children in start order below the middle of their parent. What comes before the
//! root of an application's tree (application, master, starter) stands beside each other. Where
//! that would be wider than the pane, leaves stand below each other instead of side by side.

/// The size of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its width.
    pub width: i32,
    /// Its height.
    pub height: i32,
    /// Room between generations.
    pub gap: i32,
    /// Is there room for one line only?
    pub compact: bool,
}

const ROOMY: Card = Card { width: 180, height: 50, gap: 30, compact: false };
const COMPACT: Card = Card { width: 168, height: 28, gap: 16, compact: true };
/// Room between siblings side by side, and one below the other.
const BETWEEN: i32 = 14;
const BELOW: i32 = 9;
/// How far leaves below each other stand in from their parent's left edge.
const INDENT: i32 = 18;
const MARGIN: i32 = 10;
/// Text is not drawn smaller than by this factor: the picture scrolls instead.
const SMALLEST: f64 = 0.72;
const LARGEST: f64 = 1.15;
/// A step of the zoom, and the most of them either way.
const STEP: f64 = 1.25;

/// What the picture knows of a place, in pre-order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// The spot above.
    pub parent: Option<usize>,
    /// Does it stand beside its parent instead of below?
    pub beside: bool,
}

/// How large the picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zoom {
    /// So many steps larger or smaller than what can be read and fits as far as that goes.
    Steps(i8),
    /// The whole of it, however small.
    Whole,
}

impl Default for Zoom {
    fn default() -> Self {
        Zoom::Steps(0)
    }
}

impl Zoom {
    /// The most steps either way.
    pub const MOST: i8 = 6;

    /// A step larger (1) or smaller (-1).
    #[must_use]
    pub fn by(self, step: i8) -> Zoom {
        match self {
            Zoom::Steps(steps) => Zoom::Steps(steps.saturating_add(step).clamp(-Zoom::MOST, Zoom::MOST)),
            Zoom::Whole => Zoom::Steps(0),
        }
    }

    /// The whole, or from there back to what can be read.
    #[must_use]
    pub fn toggled(self) -> Zoom {
        if self == Zoom::Whole { Zoom::Steps(0) } else { Zoom::Whole }
    }
}

/// Places of all cards, in the order of the spots.
#[derive(Clone, Debug, PartialEq)]
pub struct Places {
    /// What all cards are like.
    pub card: Card,
    corners: Vec<(i32, i32)>,
    /// Which stand below a sibling or as the first of such.
    stacked: Vec<bool>,
    width: i32,
    height: i32,
}

impl Places {
    /// The left upper corner of a card.
    #[must_use]
    pub fn at(&self, spot: usize) -> (i32, i32) {
        self.corners.get(spot).copied().unwrap_or_default()
    }

    /// Width and height as drawn.
    #[must_use]
    pub fn size(&self) -> (i32, i32) {
        (self.width, self.height)
    }

    /// Width and height in pixels: by itself as large as fits, never larger than drawn, never too
    /// small to read.
    #[must_use]
    pub fn shown(&self, room: (i32, i32), zoom: Zoom) -> (i32, i32) {
        let fit = |room: i32, need: i32| f64::from(room) / f64::from(need.max(1));
        let fits = fit(room.0, self.width).min(fit(room.1, self.height));
        let scale = match zoom {
            Zoom::Whole => fits.clamp(0.1, LARGEST),
            Zoom::Steps(steps) => {
                let factor = (0..steps.unsigned_abs()).fold(1.0, |factor, _| factor * STEP);
                fits.clamp(SMALLEST, LARGEST) * if steps < 0 { 1.0 / factor } else { factor }
            }
        };
        let scaled = |length: i32| (f64::from(length) * scale) as i32;
        (scaled(self.width), scaled(self.height))
    }

    /// The edge from a card to the one above it, as an SVG path.
    #[must_use]
    pub fn edge(&self, spot: usize, spots: &[Spot]) -> Option<String> {
        let Spot { parent, beside } = *spots.get(spot)?;
        let parent = parent?;
        let ((px, py), (x, y), Card { width, height, .. }) = (self.at(parent), self.at(spot), self.card);
        if beside {
            return Some(format!("M{} {}H{x}", px + width, y + height / 2));
        }
        if self.stacked.get(spot) == Some(&true) {
            return Some(format!("M{} {}V{}H{x}", px + INDENT / 2, py + height, y + height / 2));
        }
        let (px, py, x) = (px + width / 2, py + height, x + width / 2);
        Some(format!("M{px} {py}V{}H{x}V{y}", i32::midpoint(py, y)))
    }
}

/// Places cards for a pane with that room.
#[must_use]
pub fn places(spots: &[Spot], room: (i32, i32)) -> Places {
    let flat = drawn(spots, room, &vec![false; spots.len()]);
    if room.0 <= 0 || f64::from(flat.width) * SMALLEST <= f64::from(room.0) {
        return flat;
    }
    drawn(spots, room, &stackable(spots))
}

/// As large as there is room for in height.
fn drawn(spots: &[Spot], room: (i32, i32), stacked: &[bool]) -> Places {
    let roomy = placed(spots, ROOMY, stacked);
    if f64::from(room.1) < f64::from(roomy.height + ROOMY.gap) * 0.8 { placed(spots, COMPACT, stacked) } else { roomy }
}

/// The leaves all of whose siblings are leaves, if there are two at least.
fn stackable(spots: &[Spot]) -> Vec<bool> {
    let mut children = vec![0usize; spots.len()];
    let mut leaves = vec![0usize; spots.len()];
    let bump = |counts: &mut Vec<usize>, at: Option<usize>| {
        at.and_then(|at| counts.get_mut(at)).into_iter().for_each(|count| *count += 1);
    };
    spots.iter().for_each(|spot| bump(&mut children, spot.parent));
    for (spot, below) in spots.iter().zip(&children) {
        bump(&mut leaves, spot.parent.filter(|_| *below == 0 && !spot.beside));
    }
    let only_leaves =
        |parent: usize| children.get(parent).is_some_and(|all| *all > 1 && leaves.get(parent) == Some(all));
    spots.iter().map(|spot| spot.parent.is_some_and(only_leaves)).collect()
}

fn placed(spots: &[Spot], card: Card, stacked: &[bool]) -> Places {
    let depths = depths(spots);
    let indent = if stacked.contains(&true) { INDENT } else { 0 };
    let (lefts, width) = lefts(spots, stacked, card.width + BETWEEN + indent);
    let down = card.height + card.gap;
    let mut corners: Vec<(i32, i32)> = Vec::with_capacity(spots.len());
    let mut last = vec![None; spots.len()];
    for (at, (left, depth)) in lefts.iter().zip(&depths).enumerate() {
        let parent = spots.get(at).and_then(|spot| spot.parent).filter(|_| stacked.get(at) == Some(&true));
        let top = match parent.and_then(|parent| last.get_mut(parent)) {
            Some(last) => *last.insert(last.map_or(depth * down, |top: i32| top + card.height + BELOW)),
            None => depth * down,
        };
        let indent = if parent.is_some() { INDENT } else { 0 };
        corners.push((left + indent + MARGIN, top + MARGIN));
    }
    let height = corners.iter().map(|(_, top)| top + card.height + MARGIN).max().unwrap_or(0);
    Places { card, corners, stacked: stacked.to_vec(), width: width - BETWEEN + 2 * MARGIN, height }
}

fn depths(spots: &[Spot]) -> Vec<i32> {
    let mut depths: Vec<i32> = Vec::with_capacity(spots.len());
    for spot in spots {
        let above = spot.parent.and_then(|parent| depths.get(parent).copied());
        depths.push(above.map_or(0, |above| above + i32::from(!spot.beside)));
    }
    depths
}

/// What stands in one column: cards beside each other are placed as one, and so are leaves below
/// each other.
#[derive(Clone, Copy, Default)]
struct Unit {
    /// The unit above, if any.
    parent: Option<usize>,
    /// How many cards wide.
    length: i32,
    /// Left edge, once known.
    left: Option<i32>,
    /// Middles of its first and last child.
    span: Option<(i32, i32)>,
}

/// Left edges by two passes over the units: those without children from left to right, then the
/// others, last first, above the middle of their first and last child.
fn lefts(spots: &[Spot], stacked: &[bool], pitch: i32) -> (Vec<i32>, i32) {
    let (mut units, homes) = units(spots, stacked);
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

/// The units, and for each spot its unit and its place in that.
fn units(spots: &[Spot], stacked: &[bool]) -> (Vec<Unit>, Vec<(usize, i32)>) {
    let (mut units, mut homes): (Vec<Unit>, Vec<(usize, i32)>) = (Vec::new(), Vec::new());
    for (spot, stacked) in spots.iter().zip(stacked) {
        let above = spot.parent.and_then(|parent| homes.get(parent).copied());
        // Nothing comes between leaves of one parent: the last unit is their column, if it is any's.
        let column = units.len().checked_sub(1).filter(|last| {
            let parent = units.get(*last).and_then(|unit| unit.parent);
            *stacked && parent.is_some() && parent == above.map(|(unit, _)| unit)
        });
        let home = match (above, column) {
            (Some((unit, place)), _) if spot.beside => (unit, place + 1),
            (_, Some(column)) => {
                homes.push((column, 0));
                continue;
            }
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
    use super::*;

    fn below(parent: usize) -> Spot {
        Spot { parent: Some(parent), beside: false }
    }

    fn beside(parent: usize) -> Spot {
        Spot { parent: Some(parent), beside: true }
    }

    /// A root over three supervisors over three workers each: spots 0; 1, 5, 9; the rest.
    fn strategies() -> Vec<Spot> {
        let one = |at: usize| [below(0), below(at), below(at), below(at)];
        [vec![Spot::default()], one(1).to_vec(), one(5).to_vec(), one(9).to_vec()].concat()
    }

    fn flat(spots: &[Spot], pitch: i32) -> (Vec<i32>, i32) {
        lefts(spots, &vec![false; spots.len()], pitch)
    }

    #[test]
    fn parents_stand_above_the_middle_of_their_children() {
        let spots = [Spot::default(), below(0), below(1), below(1), below(0)];
        assert_eq!(flat(&spots, 100), (vec![125, 50, 0, 100, 200], 300));
    }

    #[test]
    fn what_comes_before_a_root_stands_in_one_line_with_it() {
        let spots = [Spot::default(), beside(0), below(1), below(2), below(2)];
        assert_eq!(depths(&spots), [0, 0, 1, 2, 2]);
        assert_eq!(flat(&spots, 100), (vec![0, 100, 50, 0, 100], 200));
    }

    #[test]
    fn a_low_pane_gets_compact_cards_and_a_picture_never_too_small_to_read() {
        let spots = [Spot::default(), below(0), below(1), below(2)];
        assert!(!places(&spots, (700, 500)).card.compact);
        let low = places(&spots, (700, 200));
        assert!(low.card.compact);
        assert_eq!(low.shown((10, 10), Zoom::default()).0, (f64::from(low.width) * SMALLEST) as i32);
    }

    #[test]
    fn leaves_stand_below_each_other_where_side_by_side_is_too_wide() {
        let spots = strategies();
        let wide = places(&spots, (2_000, 400));
        assert!(wide.stacked.iter().all(|stacked| !stacked));
        assert_eq!(wide.size().0, 9 * (ROOMY.width + BETWEEN) - BETWEEN + 2 * MARGIN);
        let narrow = places(&spots, (705, 340));
        let (width, height) = narrow.shown((705, 340), Zoom::default());
        assert!(width <= 705 && height <= 340, "{width} x {height}: it need not scroll");
        // In start order, top to bottom, in from their parent's left edge.
        let down = narrow.card.height + BELOW;
        let (x, y) = narrow.at(2);
        assert_eq!([narrow.at(3), narrow.at(4)], [(x, y + down), (x, y + 2 * down)]);
        assert_eq!(narrow.at(1).0 + INDENT, x);
        assert_eq!([narrow.at(5).1, narrow.at(9).1], [narrow.at(1).1; 2]);
        let (px, py) = narrow.at(1);
        let spine = format!("M{} {}V{}H{x}", px + INDENT / 2, py + narrow.card.height, y + narrow.card.height / 2);
        assert_eq!(narrow.edge(2, &spots), Some(spine));
        assert_eq!(narrow.edge(0, &spots), None);
    }

    #[test]
    fn no_two_cards_overlap() {
        let mixed = [strategies(), vec![below(0), below(13), below(14), below(14), below(13)]].concat();
        for spots in [strategies(), mixed] {
            for room in [(300, 200), (705, 340), (1_000, 900), (3_000, 900)] {
                let places = places(&spots, room);
                let Card { width, height, .. } = places.card;
                for a in 0..spots.len() {
                    for b in 0..a {
                        let ((ax, ay), (bx, by)) = (places.at(a), places.at(b));
                        let apart = (ax - bx).abs() >= width || (ay - by).abs() >= height;
                        assert!(apart, "{a} and {b} in {room:?}: {:?} {:?}", (ax, ay), (bx, by));
                    }
                }
            }
        }
    }

    #[test]
    fn zoom_goes_in_steps_and_the_whole_fits() {
        let spots = strategies();
        let places = places(&spots, (300, 200));
        let (width, height) = places.shown((300, 200), Zoom::Whole);
        assert!(width <= 300 && height <= 200);
        let auto = places.shown((300, 200), Zoom::default()).0;
        assert_eq!(
            places.shown((300, 200), Zoom::default().by(1)).0,
            (f64::from(places.width) * SMALLEST * STEP) as i32
        );
        assert!(places.shown((300, 200), Zoom::default().by(-1)).0 < auto);
        assert_eq!([Zoom::Whole.by(1), Zoom::Whole.toggled()], [Zoom::default(); 2]);
        assert_eq!((0..99).fold(Zoom::default(), |zoom, _| zoom.by(1)), Zoom::Steps(Zoom::MOST));
        assert_eq!(Zoom::Steps(3).toggled(), Zoom::Whole);
    }
}
