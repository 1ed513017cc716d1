//! The same layout while the tree lives: only what is dirty is laid out anew, that is a place
//! whose children changed, and above it as far as its breadth is another now. Each place knows
//! where it begins within its parent's stretch, so what stands beside a change just moves along.

use std::collections::BinaryHeap;
use std::rc::Rc;

use super::{Direction, Layout, Options, Placed, Rect, Wall, What, across, wall};
use crate::observe::pages::Pages;
use crate::observe::snapshot::{NodeKey, Snapshot, TreeNode};
use crate::term::Ordered;

/// What is below a place.
#[derive(Clone, Debug, PartialEq)]
enum Below {
    /// So many children that are not drawn, or none.
    Hidden(usize),
    /// Each child as a box.
    Boxes(Vec<NodeKey>),
    /// All children as one wall.
    Wall(Wall),
}

/// What is known of a place that is drawn.
#[derive(Clone, Debug)]
struct Stem {
    key: NodeKey,
    parent: Option<NodeKey>,
    depth: usize,
    below: Below,
    /// What it and all below it take across.
    breadth: f64,
    /// Where that begins within the stretch of its parent.
    from: f64,
}

/// What stands in one generation.
#[derive(Clone, Debug, Default)]
struct Generation {
    boxes: usize,
    /// Lengths of its walls.
    walls: Vec<f64>,
}

/// A tree that stays laid out. [`Options::most`] does not count: all that is open is laid out, and
/// a window shows what stands in it.
#[derive(Debug, Default)]
pub struct Living {
    options: Options,
    folded: Ordered<NodeKey, ()>,
    /// By slot of the place.
    stems: Vec<Option<Stem>>,
    roots: Vec<NodeKey>,
    generations: Vec<Generation>,
    /// Where each generation begins, and how long it all is.
    begins: (Vec<f64>, f64),
    /// How broad it all is.
    breadth: f64,
    nodes: Pages<Option<Rc<TreeNode>>>,
    /// Places whose children are to be looked at again.
    to_list: Vec<NodeKey>,
    /// Places to be measured again, by depth: the deepest first.
    to_measure: BinaryHeap<(usize, NodeKey)>,
}

impl Living {
    /// Nothing yet.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Living { options, ..Living::default() }
    }

    /// Folds or unfolds a place, from the next look on.
    pub fn fold(&mut self, key: NodeKey, folded: bool) {
        if folded {
            self.folded.insert(key, ());
        } else {
            self.folded.remove(&key);
        }
        self.to_list.push(key);
    }

    /// Goes on to what there is to see now; tells how many places were laid out anew.
    pub fn see(&mut self, seen: &Snapshot, roots: impl IntoIterator<Item = NodeKey>) -> usize {
        self.mark(seen);
        let before = std::mem::take(&mut self.roots);
        self.roots = roots.into_iter().filter(|key| seen.node(*key).is_some()).collect();
        let roots = self.roots.clone();
        self.keep(&before, &roots, None);
        while let Some(key) = self.to_list.pop() {
            self.list(seen, key);
        }
        self.nodes = seen.nodes.clone();
        let measured = self.measure();
        self.breadth = self.line_up(&roots, 0.0);
        self.begins = self.begins();
        measured
    }

    /// Notes what changed since the last look.
    fn mark(&mut self, seen: &Snapshot) {
        let beyond = seen.nodes.len()..self.nodes.len();
        for slot in seen.nodes.changed(&self.nodes).chain(beyond) {
            let of = |nodes: &Pages<Option<Rc<TreeNode>>>| nodes.get(slot).and_then(Clone::clone);
            match (of(&self.nodes), of(&seen.nodes)) {
                (Some(old), Some(new)) if Rc::ptr_eq(&old, &new) => {}
                (Some(old), Some(new)) if old.key == new.key => {
                    if !old.children.same(&new.children) {
                        self.to_list.push(new.key);
                    }
                }
                // Who comes or goes changes what stands below the parent.
                (old, new) => {
                    self.to_list.extend(old.and_then(|old| old.parent));
                    self.to_list.extend(new.and_then(|new| new.parent));
                }
            }
        }
    }

    fn stem(&self, key: NodeKey) -> Option<&Stem> {
        self.stems.get(key.slot())?.as_ref().filter(|stem| stem.key == key)
    }

    fn stem_mut(&mut self, key: NodeKey) -> Option<&mut Stem> {
        self.stems.get_mut(key.slot())?.as_mut().filter(|stem| stem.key == key)
    }

    /// Looks at the children of a place again.
    fn list(&mut self, seen: &Snapshot, key: NodeKey) {
        let Some(depth) = self.stem(key).map(|stem| stem.depth) else { return };
        let Some(node) = seen.node(key) else { return };
        let below = self.below(seen, node);
        let Some(stem) = self.stem_mut(key) else { return };
        let before = std::mem::replace(&mut stem.below, below.clone());
        self.tally(depth + 1, &before, false);
        self.tally(depth + 1, &below, true);
        let boxes = |below: Below| if let Below::Boxes(boxes) = below { boxes } else { Vec::new() };
        self.keep(&boxes(before), &boxes(below), Some((key, depth)));
        self.to_measure.push((depth, key));
    }

    fn below(&self, seen: &Snapshot, node: &TreeNode) -> Below {
        match node.children.len() {
            0 => Below::Hidden(0),
            many if self.folded.contains_key(&node.key) => Below::Hidden(many),
            many if many > self.options.wall_above => Below::Wall(wall(many, &self.options)),
            _ => Below::Boxes(node.children.iter().filter(|child| seen.node(*child).is_some()).collect()),
        }
    }

    /// Of these boxes below a parent, lets go those that are not there any more, and plants those
    /// that are new.
    fn keep(&mut self, before: &[NodeKey], now: &[NodeKey], parent: Option<(NodeKey, usize)>) {
        let above = parent.map(|(key, _)| key);
        let depth = parent.map_or(0, |(_, depth)| depth + 1);
        let stands =
            |tree: &Self, key: NodeKey| tree.stem(key).is_some_and(|stem| stem.parent == above && stem.depth == depth);
        let kept: Ordered<NodeKey, ()> =
            if before == now { Ordered::new() } else { now.iter().map(|key| (*key, ())).collect() };
        for key in before.iter().filter(|key| before != now && !kept.contains_key(*key)) {
            if stands(self, *key) {
                self.uproot(*key);
            }
        }
        for key in now {
            if !stands(self, *key) {
                self.plant(*key, above, depth);
            }
        }
    }

    /// A place to draw; what is below it is listed later.
    fn plant(&mut self, key: NodeKey, parent: Option<NodeKey>, depth: usize) {
        if let Some(other) = self.stems.get(key.slot()).and_then(|stem| Some(stem.as_ref()?.key)) {
            self.uproot(other);
        }
        if self.stems.len() <= key.slot() {
            self.stems.resize(key.slot() + 1, None);
        }
        let stem = Stem { key, parent, depth, below: Below::Hidden(0), breadth: 0.0, from: 0.0 };
        self.stems.get_mut(key.slot()).into_iter().for_each(|place| *place = Some(stem.clone()));
        self.generation(depth).boxes += 1;
        self.to_list.push(key);
    }

    /// Takes out a place with all below it.
    fn uproot(&mut self, key: NodeKey) {
        let parent = self.stem(key).and_then(|stem| stem.parent);
        let mut rest = vec![(key, parent)];
        while let Some((key, parent)) = rest.pop() {
            // One that stands below another by now stays.
            if self.stem(key).is_none_or(|stem| stem.parent != parent) {
                continue;
            }
            let Some(stem) = self.stems.get_mut(key.slot()).and_then(Option::take) else { continue };
            self.generation(stem.depth).boxes -= 1;
            self.tally(stem.depth + 1, &stem.below, false);
            if let Below::Boxes(boxes) = stem.below {
                rest.extend(boxes.into_iter().map(|child| (child, Some(key))));
            }
        }
    }

    fn generation(&mut self, depth: usize) -> &mut Generation {
        if self.generations.len() <= depth {
            self.generations.resize_with(depth + 1, Generation::default);
        }
        // It is there: the line above made it.
        #[allow(clippy::indexing_slicing)]
        &mut self.generations[depth]
    }

    /// Counts a wall in, or out.
    fn tally(&mut self, depth: usize, below: &Below, there: bool) {
        let Below::Wall(wall) = below else { return };
        let length = self.size_of(wall).1;
        let walls = &mut self.generation(depth).walls;
        match walls.iter().position(|other| *other == length).filter(|_| !there) {
            Some(at) => drop(walls.swap_remove(at)),
            None => walls.push(length),
        }
    }

    /// Across and along.
    fn size_of(&self, wall: &Wall) -> (f64, f64) {
        let (width, height) = wall.size();
        across(&Rect { width, height, ..Rect::default() }, self.options.direction)
    }

    fn own(&self) -> (f64, f64) {
        let (width, height) = self.options.node;
        across(&Rect { width, height, ..Rect::default() }, self.options.direction)
    }

    /// Measures what is to be measured, children before parents; tells how many that were.
    fn measure(&mut self) -> usize {
        let (mut measured, own) = (0, self.own().0);
        while let Some((depth, key)) = self.to_measure.pop() {
            while self.to_measure.peek() == Some(&(depth, key)) {
                self.to_measure.pop();
            }
            let Some(stem) = self.stem_mut(key) else { continue };
            measured += 1;
            let below = std::mem::replace(&mut stem.below, Below::Hidden(0));
            let across = match &below {
                Below::Hidden(_) => 0.0,
                Below::Wall(wall) => self.size_of(wall).0,
                Below::Boxes(boxes) => {
                    let sum = self.line_up(boxes, 0.0);
                    if sum < own { self.line_up(boxes, (own - sum) / 2.0) - (own - sum) / 2.0 } else { sum }
                }
            };
            let Some(stem) = self.stem_mut(key) else { continue };
            stem.below = below;
            let before = std::mem::replace(&mut stem.breadth, own.max(across));
            if let Some(parent) = stem.parent.filter(|_| before != own.max(across)) {
                self.to_measure.push((depth - 1, parent));
            }
        }
        measured
    }

    /// Puts places beside each other from there on; tells where the last one ends.
    fn line_up(&mut self, places: &[NodeKey], from: f64) -> f64 {
        let (mut next, mut end, gap) = (from, from, self.options.gap.0);
        for key in places {
            let Some(stem) = self.stem_mut(*key) else { continue };
            stem.from = next;
            end = next + stem.breadth;
            next = end + gap;
        }
        end
    }

    fn begins(&self) -> (Vec<f64>, f64) {
        let (mut begins, mut next, mut end, own) = (Vec::new(), 0.0, 0.0, self.own().1);
        for Generation { boxes, walls } in &self.generations {
            let longest = walls.iter().copied().fold(if *boxes > 0 { own } else { 0.0 }, f64::max);
            begins.push(next);
            if longest > 0.0 {
                end = next + longest;
            }
            next += longest + self.options.gap.1;
        }
        (begins, end)
    }

    /// Width and height of it all.
    #[must_use]
    pub fn size(&self) -> (f64, f64) {
        self.turned(self.breadth, self.begins.1)
    }

    fn turned(&self, across: f64, along: f64) -> (f64, f64) {
        match self.options.direction {
            Direction::LeftToRight => (along, across),
            Direction::TopDown => (across, along),
        }
    }

    /// The boxes that a window shows, in reading order: costs what shows, not what there is.
    pub fn within(&self, window: &Rect, mut show: impl FnMut(NodeKey, What, Rect)) {
        let (from, till) = match self.options.direction {
            Direction::LeftToRight => (window.y, window.y + window.height),
            Direction::TopDown => (window.x, window.x + window.width),
        };
        let mut rest: Vec<(NodeKey, f64)> = Vec::new();
        self.in_view(&self.roots, 0.0, (from, till), &mut rest);
        while let Some((key, at)) = rest.pop() {
            let Some(stem) = self.stem(key) else { continue };
            for (what, rect) in self.boxes_of(stem, at) {
                if rect.meets(window) {
                    show(key, what, rect);
                }
            }
            if let Below::Boxes(boxes) = &stem.below {
                self.in_view(boxes, at, (from, till), &mut rest);
            }
        }
    }

    /// Those of these siblings whose stretch is in view, the last one first.
    fn in_view(&self, boxes: &[NodeKey], at: f64, view: (f64, f64), rest: &mut Vec<(NodeKey, f64)>) {
        let begin = |key: &NodeKey| self.stem(*key).map_or(at, |stem| at + stem.from);
        let end = |key: &NodeKey| begin(key) + self.stem(*key).map_or(0.0, |stem| stem.breadth);
        let first = boxes.partition_point(|key| end(key) <= view.0);
        let last = boxes.partition_point(|key| begin(key) < view.1);
        let shown = boxes.get(first..last).unwrap_or_default();
        rest.extend(shown.iter().rev().map(|key| (*key, begin(key))));
    }

    /// The box of a place whose stretch begins there, and its wall if it has one.
    fn boxes_of(&self, stem: &Stem, at: f64) -> impl Iterator<Item = (What, Rect)> {
        let hidden = if let Below::Hidden(hidden) = stem.below { hidden } else { 0 };
        let (width, height) = self.options.node;
        let own = (What::Node { hidden }, self.rect(stem, at, stem.depth, (width, height)));
        let wall = match &stem.below {
            Below::Wall(wall) => Some((What::Wall(*wall), self.rect(stem, at, stem.depth + 1, wall.size()))),
            _ => None,
        };
        std::iter::once(own).chain(wall)
    }

    /// A box in the middle of a stretch.
    fn rect(&self, stem: &Stem, at: f64, depth: usize, (width, height): (f64, f64)) -> Rect {
        let own = across(&Rect { width, height, ..Rect::default() }, self.options.direction).0;
        let along = self.begins.0.get(depth).copied().unwrap_or_default();
        let (x, y) = self.turned(at + (stem.breadth - own) / 2.0, along);
        Rect { x, y, width, height }
    }

    /// Everything, as [`super::layout`] gives it.
    #[must_use]
    pub fn layout(&self) -> Layout {
        let mut boxes: Vec<Placed> = Vec::new();
        let mut rest: Vec<(NodeKey, f64, Option<usize>)> =
            self.roots.iter().rev().map(|key| (*key, 0.0, None)).collect();
        while let Some((key, above, parent)) = rest.pop() {
            let Some(stem) = self.stem(key) else { continue };
            let (at, from, depth) = (boxes.len(), above + stem.from, stem.depth);
            for (number, (what, rect)) in self.boxes_of(stem, from).enumerate() {
                let parent = if number == 0 { parent } else { Some(at) };
                boxes.push(Placed { key, what, parent, depth: depth + number, rect });
            }
            if let Below::Boxes(children) = &stem.below {
                rest.extend(children.iter().rev().map(|child| (*child, from, Some(at))));
            }
        }
        let (width, height) = self.size();
        Layout { boxes, width, height }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
