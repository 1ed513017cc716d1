//! What a window shows of the tree.

use std::collections::VecDeque;

use super::{BELOW, CARD, GAP, Stem, Tree};
use crate::observe::snapshot::NodeKey;

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    /// Left edge.
    pub x: i32,
    /// Top edge.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
}

impl Rect {
    /// Shows everything.
    pub const ALL: Rect = Rect { x: 0, y: 0, width: i32::MAX, height: i32::MAX };

    /// Do the two overlap?
    #[must_use]
    pub fn meets(&self, other: &Rect) -> bool {
        self.x < other.x.saturating_add(other.width)
            && other.x < self.x.saturating_add(self.width)
            && self.y < other.y.saturating_add(other.height)
            && other.y < self.y.saturating_add(self.height)
    }

    /// The least that holds both.
    fn with(&self, other: &Rect) -> Rect {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let width = (self.x + self.width).max(other.x + other.width) - x;
        let height = (self.y + self.height).max(other.y + other.height) - y;
        Rect { x, y, width, height }
    }
}

/// How an edge comes from the card above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// Straight from its right edge.
    Beside,
    /// From its middle to the middle of the card.
    Below,
    /// From its middle, or its left edge if that is straight, to the line that leaves hang on.
    Column,
}

/// A card to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The place.
    pub key: NodeKey,
    /// Where its card stands.
    pub rect: Rect,
    /// Its children that are not drawn.
    pub hidden: usize,
    /// The card above, and how the edge comes from there.
    pub above: Option<(Rect, Joint)>,
}

/// Where a place stands: its stretch begins at `at`, its card at `x` and `y`.
#[derive(Clone, Copy, Debug)]
struct Place {
    at: i32,
    x: i32,
    y: i32,
}

impl Place {
    fn root(stem: &Stem) -> Place {
        Place { at: stem.from, x: stem.from + stem.size.own, y: 0 }
    }

    fn of_child(self, parent: &Stem, child: &Stem) -> Place {
        let at = self.at + parent.size.inset + child.from;
        if child.beside {
            return Place { at, x: self.x + CARD.0 + GAP.0, y: self.y };
        }
        let down = CARD.1 + GAP.1 + child.line.unwrap_or(0) * (CARD.1 + BELOW);
        Place { at, x: at + child.size.own, y: self.y + down }
    }

    fn card(self) -> Rect {
        Rect { x: self.x, y: self.y, width: CARD.0, height: CARD.1 }
    }

    /// Its stretch; of a card beside another, together with the card.
    fn stretch(self, stem: &Stem) -> Rect {
        Rect { x: self.at, y: self.y, width: stem.size.width, height: stem.size.height }.with(&self.card())
    }
}

fn joint(stem: &Stem) -> Joint {
    match stem.line {
        _ if stem.beside => Joint::Beside,
        Some(_) => Joint::Column,
        None => Joint::Below,
    }
}

impl Tree {
    /// The cards that a window shows or whose edges it shows, outermost first, parents before
    /// children. Where these are more than `most`, the innermost are left out and counted as
    /// hidden. Costs what shows, not what there is.
    #[must_use]
    pub fn within(&self, window: &Rect, most: usize) -> Vec<Drawn> {
        let mut drawn: Vec<Drawn> = Vec::new();
        let mut next = VecDeque::new();
        for stem in self.roots.iter().filter_map(|key| self.stem(*key)) {
            let place = Place::root(stem);
            if drawn.len() < most && place.stretch(stem).meets(window) {
                next.push_back((drawn.len(), stem, place));
                drawn.push(Drawn { key: stem.key, rect: place.card(), hidden: stem.hidden, above: None });
            }
        }
        while let Some((at, stem, place)) = next.pop_front() {
            let children = || stem.boxes.iter().filter_map(|key| self.stem(*key));
            let shown = |child: &&Stem| place.of_child(stem, child).stretch(child).with(&place.card()).meets(window);
            if drawn.len() + children().filter(shown).count() > most {
                drawn.get_mut(at).into_iter().for_each(|drawn| drawn.hidden += stem.boxes.len());
                continue;
            }
            for child in children().filter(shown) {
                let spot = place.of_child(stem, child);
                next.push_back((drawn.len(), child, spot));
                let above = Some((place.card(), joint(child)));
                drawn.push(Drawn { key: child.key, rect: spot.card(), hidden: child.hidden, above });
            }
        }
        drawn
    }

    /// Where the card of a place stands.
    #[must_use]
    pub fn card(&self, key: NodeKey) -> Option<Rect> {
        let mut path = vec![self.stem(key)?];
        while let Some(above) = path.last().and_then(|stem| stem.parent) {
            path.push(self.stem(above)?);
        }
        let root = path.pop()?;
        let (_, place) = path
            .into_iter()
            .rev()
            .fold((root, Place::root(root)), |(above, place), stem| (stem, place.of_child(above, stem)));
        Some(place.card())
    }
}
