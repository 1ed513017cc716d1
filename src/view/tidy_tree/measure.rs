//! How much each place takes with all below it, and where its children stand in that.

use super::{BELOW, CARD, COLUMN, GAP, INDENT, Tree};
use crate::observe::snapshot::NodeKey;

/// What a place takes with all below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Size {
    /// Width and height of its stretch.
    pub(super) width: i32,
    pub(super) height: i32,
    /// Where its card stands in that, and how wide it is with those beside it.
    pub(super) own: i32,
    pub(super) block: i32,
    /// Where the stretches of its children begin.
    pub(super) inset: i32,
}

impl Size {
    /// A block over what takes that width, with its middle there. `height` is that of all.
    fn over(block: i32, middle: i32, width: i32, height: i32) -> Size {
        let left = middle - block / 2;
        let inset = (-left).max(0);
        let own = left + inset;
        Size { width: (inset + width).max(own + block), height, own, block, inset }
    }

    fn middle(&self) -> i32 {
        self.own + self.block / 2
    }
}

/// Children in a row, while they are put there.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    width: i32,
    height: i32,
    /// Where the edges to the first and the last arrive.
    ends: Option<(i32, i32)>,
    /// Is it one column of leaves and nothing else?
    column: bool,
}

impl Row {
    /// Room for the next; tells where it begins.
    fn add(&mut self, width: i32, height: i32, arrives: i32, column: bool) -> i32 {
        let from = if self.ends.is_some() { self.width + GAP.0 } else { 0 };
        let arrives = from + arrives;
        self.column = column && self.ends.is_none();
        self.ends = Some((self.ends.map_or(arrives, |(first, _)| first), arrives));
        (self.width, self.height) = (from + width, self.height.max(height));
        from
    }

    /// What a card above takes with all of these.
    fn below_a_card(&self) -> Size {
        let Some((first, last)) = self.ends else { return Size::over(CARD.0, CARD.0 / 2, CARD.0, CARD.1) };
        // A column hangs on a line from the card's left edge.
        let middle = if self.column { CARD.0 / 2 } else { i32::midpoint(first, last) };
        Size::over(CARD.0, middle, self.width, CARD.1 + GAP.1 + self.height)
    }
}

impl Tree {
    /// This place is to be measured.
    pub(super) fn soil(&mut self, key: NodeKey) {
        let Some(stem) = self.stem_mut(key).filter(|stem| !stem.dirty) else { return };
        stem.dirty = true;
        let depth = stem.depth;
        if self.to_measure.len() <= depth {
            self.to_measure.resize_with(depth + 1, Vec::new);
        }
        self.to_measure.get_mut(depth).into_iter().for_each(|keys| keys.push(key));
    }

    /// Measures what is to be measured, children before parents; tells how many that were.
    pub(super) fn measure(&mut self, room: i32) -> usize {
        self.stack_if(i64::try_from(self.leaves).unwrap_or(i64::MAX) * i64::from(CARD.0 + GAP.0) > i64::from(room));
        let mut measured = 0;
        for depth in (0..self.to_measure.len()).rev() {
            for key in self.to_measure.get_mut(depth).map(std::mem::take).unwrap_or_default() {
                measured += usize::from(self.measure_one(key));
            }
        }
        let roots = std::mem::take(&mut self.roots);
        let row = self.line_up(&roots, false);
        (self.roots, self.size) = (roots, (row.width, row.height));
        measured
    }

    fn stack_if(&mut self, stacked: bool) {
        if std::mem::replace(&mut self.stacked, stacked) != stacked {
            let parents = self.stems.iter().flatten().filter(|stem| !stem.boxes.is_empty()).map(|stem| stem.key);
            let parents: Vec<NodeKey> = parents.collect();
            parents.into_iter().for_each(|key| self.soil(key));
        }
    }

    fn measure_one(&mut self, key: NodeKey) -> bool {
        let Some(stem) = self.stem_mut(key).filter(|stem| stem.dirty) else { return false };
        stem.dirty = false;
        let boxes = std::mem::take(&mut stem.boxes);
        let size = self.over(&boxes);
        let Some(stem) = self.stem_mut(key) else { return false };
        stem.boxes = boxes;
        let parent = stem.parent;
        if std::mem::replace(&mut stem.size, size) != size {
            parent.into_iter().for_each(|parent| self.soil(parent));
        }
        true
    }

    /// Places the children of a card, and tells what it takes with them.
    fn over(&mut self, boxes: &[NodeKey]) -> Size {
        let beside = boxes.first().and_then(|key| self.stem_mut(*key)).filter(|stem| stem.beside);
        if let Some(stem) = beside {
            (stem.from, stem.line) = (0, None);
            let size = stem.size;
            return Size::over(CARD.0 + GAP.0 + size.block, size.middle(), size.width, size.height);
        }
        self.line_up(boxes, self.stacked).below_a_card()
    }

    /// Puts places beside each other, in order; of leaves beside each other, columns if wanted.
    fn line_up(&mut self, places: &[NodeKey], stacked: bool) -> Row {
        let (mut row, mut rest) = (Row::default(), places);
        while !rest.is_empty() {
            let leaves = if stacked { rest.iter().take_while(|key| self.is_leaf(**key)).count() } else { 0 };
            let (run, behind) = rest.split_at(leaves.max(1));
            match run {
                [one] => self.put(*one, &mut row),
                // Columns of about the same length.
                _ => run
                    .chunks(run.len().div_ceil(run.len().div_ceil(COLUMN)))
                    .for_each(|keys| self.stack(keys, &mut row)),
            }
            rest = behind;
        }
        row
    }

    fn is_leaf(&self, key: NodeKey) -> bool {
        self.stem(key).is_some_and(|stem| stem.boxes.is_empty())
    }

    fn put(&mut self, key: NodeKey, row: &mut Row) {
        let Some(stem) = self.stem_mut(key) else { return };
        let size = stem.size;
        stem.line = None;
        stem.from = row.add(size.width, size.height, size.middle(), false);
    }

    fn stack(&mut self, keys: &[NodeKey], row: &mut Row) {
        let lines = i32::try_from(keys.len()).unwrap_or(i32::MAX);
        let from = row.add(INDENT + CARD.0, lines * (CARD.1 + BELOW) - BELOW, INDENT / 2, true);
        for (line, key) in (0..).zip(keys) {
            if let Some(stem) = self.stem_mut(*key) {
                (stem.from, stem.line) = (from + INDENT, Some(line));
            }
        }
    }
}
