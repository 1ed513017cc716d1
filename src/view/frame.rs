//! The tree's picture in a pane: how large it shows, what of it, and its edges.
//!
//! In a low pane all cards are pressed flat, which changes no place but by a factor.

use super::tidy_tree::{CARD, Drawn, GAP, INDENT, Joint, Rect};

/// Around the picture.
const MARGIN: i32 = 12;
/// A card pressed flat, of a roomy one: across and down.
const FLAT: [(i32, i32); 2] = [(14, 15), (14, 25)];
/// Text is not drawn smaller than by this factor: the picture scrolls instead.
const SMALLEST: f64 = 0.72;
const LARGEST: f64 = 1.15;
/// Cards are flat where they are to shrink more than this otherwise.
const ROOMY: f64 = 0.8;
/// A step of the zoom, and the most of them either way.
const STEP: f64 = 1.25;

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

    fn of(self, fits: f64) -> f64 {
        let steps = |steps: i8| (0..steps.unsigned_abs()).fold(1.0, |factor, _| factor * STEP);
        match self {
            Zoom::Whole => fits.clamp(0.1, LARGEST),
            Zoom::Steps(out) if out < 0 => fits.clamp(SMALLEST, LARGEST) / steps(out),
            Zoom::Steps(to) => fits.clamp(SMALLEST, LARGEST) * steps(to),
        }
    }
}

/// How a tree shows in a pane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Is there room for one line on a card only?
    pub flat: bool,
    /// Pixels of the pane in a pixel of the drawing.
    pub scale: f64,
    size: (i32, i32),
}

impl Frame {
    /// Of a tree of that size, in a pane with that room.
    #[must_use]
    pub fn new(size: (i32, i32), room: (i32, i32), zoom: Zoom) -> Frame {
        let flat = f64::from(room.1) < f64::from(size.1 + 2 * MARGIN) * ROOMY;
        let drawn = Frame { flat, scale: 1.0, size };
        let fit = |room: i32, need: i32| f64::from(room) / f64::from(need.max(1));
        let (width, height) = drawn.size();
        Frame { scale: zoom.of(fit(room.0, width).min(fit(room.1, height))), ..drawn }
    }

    /// How wide a tree may be that still can be read and need not scroll, in a pane of that width.
    #[must_use]
    pub fn widest(room: i32) -> i32 {
        if room > 0 { (f64::from(room) / SMALLEST) as i32 - 2 * MARGIN } else { i32::MAX }
    }

    fn flattened(&self, lengths: (i32, i32)) -> (i32, i32) {
        let [across, down] = if self.flat { FLAT } else { [(1, 1); 2] };
        (lengths.0 * across.0 / across.1, lengths.1 * down.0 / down.1)
    }

    /// Width and height of a card as drawn.
    #[must_use]
    pub fn card(&self) -> (i32, i32) {
        self.flattened(CARD)
    }

    /// Width and height of the picture as drawn.
    #[must_use]
    pub fn size(&self) -> (i32, i32) {
        let (width, height) = self.flattened(self.size);
        (width + 2 * MARGIN, height + 2 * MARGIN)
    }

    /// The same in pixels of the pane.
    #[must_use]
    pub fn shown(&self) -> (i32, i32) {
        let (width, height) = self.size();
        (self.scaled(width), self.scaled(height))
    }

    fn scaled(&self, length: i32) -> i32 {
        (f64::from(length) * self.scale) as i32
    }

    /// The left upper corner of a card as drawn.
    #[must_use]
    pub fn corner(&self, card: &Rect) -> (i32, i32) {
        let (x, y) = self.flattened((card.x, card.y));
        (x + MARGIN, y + MARGIN)
    }

    /// The same of the whole card, in pixels of the pane.
    #[must_use]
    pub fn in_pane(&self, card: &Rect) -> Rect {
        let ((x, y), (width, height)) = (self.corner(card), self.card());
        let [x, y, width, height] = [x, y, width, height].map(|length| self.scaled(length));
        Rect { x, y, width, height }
    }

    /// What of the tree stands where this part of the picture shows, in pixels of the pane.
    #[must_use]
    pub fn window(&self, part: &Rect) -> Rect {
        let [across, down] = if self.flat { FLAT } else { [(1, 1); 2] };
        let length = |pixels: i32, (of, whole): (i32, i32)| (f64::from(pixels) / self.scale) as i32 * whole / of;
        let (x, y) = (length(part.x, across) - MARGIN, length(part.y, down) - MARGIN);
        Rect { x, y, width: length(part.width, across) + MARGIN, height: length(part.height, down) + MARGIN }
    }

    /// The edge from a card to the one above it, as an SVG path.
    #[must_use]
    pub fn edge(&self, drawn: &Drawn) -> Option<String> {
        let (above, joint) = drawn.above?;
        let ((px, py), (x, y), (width, height)) = (self.corner(&above), self.corner(&drawn.rect), self.card());
        let (bottom, middle) = (py + height, y + height / 2);
        if joint == Joint::Beside {
            return Some(format!("M{} {middle}H{x}", px + width));
        }
        let (gap, indent) = (self.flattened(GAP).1, self.flattened((INDENT, 0)).0);
        let (from, bend) = (px + width / 2, bottom + gap / 2);
        Some(match joint {
            Joint::Column if drawn.rect.x == above.x + INDENT => format!("M{} {bottom}V{middle}H{x}", px + indent / 2),
            Joint::Column => format!("M{from} {bottom}V{bend}H{}V{middle}H{x}", x - indent + indent / 2),
            _ => format!("M{from} {bottom}V{bend}H{}V{y}", x + width / 2),
        })
    }

    /// A tie from one card to another, from edge to edge so that it crosses no text, beside what
    /// joins cards in the tree.
    #[must_use]
    pub fn tie(&self, from: &Rect, to: &Rect) -> Tie {
        let ((x0, y0), (x1, y1), (width, height)) = (self.corner(from), self.corner(to), self.card());
        let (from_x, to_x) = (x0 + width * 2 / 3, x1 + width * 2 / 3);
        let (middle, bend) = (i32::midpoint(y0, y1), self.flattened(GAP).1);
        match (x0 == x1, y1 - y0) {
            (false, 0) => {
                Tie::new(format!("M{from_x} {y0}Q{} {} {to_x} {y1}", i32::midpoint(from_x, to_x), y0 - bend), DOWN)
            }
            (true, _) => {
                let (right, half) = (x0 + width, height / 2);
                Tie::new(
                    format!("M{right} {}Q{} {} {right} {}", y0 + half, right + bend, middle + half, y1 + half),
                    LEFT,
                )
            }
            (_, down) if down < 0 => curve((from_x, y0), (to_x, y1 + height), UP),
            _ => curve((from_x, y0 + height), (to_x, y1), DOWN),
        }
    }
}

/// A link, a monitor, or a signal on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    /// An SVG path.
    pub path: String,
    /// What goes on from there as the head of an arrow.
    pub head: &'static str,
}

impl Tie {
    fn new(path: String, head: &'static str) -> Tie {
        Tie { path, head }
    }
}

const UP: &str = "l-4 7m4 -7l4 7";
const DOWN: &str = "l-4 -7m4 7l4 -7";
const LEFT: &str = "l7 -4m-7 4l7 4";

/// Leaves and arrives upright.
fn curve((x0, y0): (i32, i32), (x1, y1): (i32, i32), head: &'static str) -> Tie {
    let middle = i32::midpoint(y0, y1);
    Tie::new(format!("M{x0} {y0}C{x0} {middle} {x1} {middle} {x1} {y1}"), head)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOW: (i32, i32) = (700, 200);

    fn drawn(x: i32, y: i32, joint: Joint) -> Drawn {
        let rect = |x, y| Rect { x, y, width: CARD.0, height: CARD.1 };
        Drawn {
            key: crate::observe::snapshot::NodeKey::new(1, 0),
            rect: rect(x, y),
            hidden: 0,
            above: Some((rect(194, 0), joint)),
        }
    }

    #[test]
    fn a_low_pane_gets_flat_cards_and_a_picture_never_too_small_to_read() {
        let roomy = Frame::new((374, 290), (700, 500), Zoom::default());
        assert_eq!((roomy.flat, roomy.card(), roomy.shown()), (false, CARD, (457, 361)));
        let low = Frame::new((374, 290), LOW, Zoom::default());
        assert_eq!((low.flat, low.card()), (true, (168, 28)));
        assert!(low.shown().1 <= 200, "{:?}", low.shown());
        assert_eq!(Frame::new((374, 290), (10, 10), Zoom::default()).scale, SMALLEST);
        assert_eq!(Frame::new((Frame::widest(500), 50), (500, 500), Zoom::default()).shown().0, 500);
    }

    #[test]
    fn zoom_goes_in_steps_and_the_whole_fits() {
        let scale = |zoom| Frame::new((1_000, 600), (300, 200), zoom).scale;
        let shown = Frame::new((1_000, 600), (300, 200), Zoom::Whole).shown();
        assert!(shown.0 <= 300 && shown.1 <= 200, "{shown:?}");
        let auto = scale(Zoom::default());
        assert_eq!([scale(Zoom::Steps(1)), scale(Zoom::Steps(-1))], [auto * STEP, auto / STEP]);
        assert_eq!([Zoom::Whole.by(1), Zoom::Whole.toggled()], [Zoom::default(); 2]);
        assert_eq!((0..99).fold(Zoom::default(), |zoom, _| zoom.by(1)), Zoom::Steps(Zoom::MOST));
        assert_eq!(Zoom::Steps(3).toggled(), Zoom::Whole);
    }

    #[test]
    fn edges_leave_and_arrive_straight() {
        let roomy = Frame::new((1_000, 100), (9_000, 900), Zoom::default());
        let edge = |x, y, joint| roomy.edge(&drawn(x, y, joint)).unwrap();
        assert_eq!(edge(388, 0, Joint::Beside), "M386 37H400");
        assert_eq!(edge(0, 80, Joint::Below), "M296 62V77H102V92");
        assert_eq!(edge(212, 144, Joint::Column), "M215 62V181H224", "down from the left edge of the one above");
        assert_eq!(edge(18, 144, Joint::Column), "M296 62V77H21V181H30", "by way of the line that they hang on");
        assert_eq!(roomy.edge(&Drawn { above: None, ..drawn(0, 0, Joint::Below) }), None);
    }

    #[test]
    fn ties_go_from_edge_to_edge() {
        let roomy = Frame::new((1_000, 300), (9_000, 900), Zoom::default());
        let card = |x, y| Rect { x, y, width: CARD.0, height: CARD.1 };
        let tie = |from: (i32, i32), to: (i32, i32)| roomy.tie(&card(from.0, from.1), &card(to.0, to.1));
        assert_eq!(tie((0, 80), (194, 0)), Tie::new("M132 92C132 77 326 77 326 62".into(), UP));
        assert_eq!(tie((194, 0), (0, 80)), Tie::new("M326 62C326 77 132 77 132 92".into(), DOWN));
        assert_eq!(tie((0, 80), (194, 80)), Tie::new("M132 92Q229 62 326 92".into(), DOWN), "over what is between");
        assert_eq!(tie((18, 80), (18, 208)), Tie::new("M210 117Q240 181 210 245".into(), LEFT), "past what is between");
    }

    #[test]
    fn a_window_holds_what_the_pane_shows_there() {
        for (room, zoom) in [(LOW, Zoom::default()), ((700, 900), Zoom::Steps(2)), (LOW, Zoom::Whole)] {
            let frame = Frame::new((5_000, 4_000), room, zoom);
            let card = Rect { x: 2_000, y: 1_600, width: CARD.0, height: CARD.1 };
            let shown = frame.in_pane(&card);
            assert!(frame.window(&shown).meets(&card));
            let beyond = Rect { x: shown.x + 2 * shown.width, ..shown };
            assert!(!frame.window(&beyond).meets(&card), "{:?} {card:?}", frame.window(&beyond));
        }
    }
}
