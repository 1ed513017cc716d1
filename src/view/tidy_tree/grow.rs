//! Which places are drawn: from one snapshot to the next by what changed between them.

use std::rc::Rc;

use super::{MOST_CHILDREN, Size, Stem, Tree, is_wall, leads_to_root};
use crate::observe::snapshot::{NodeKey, Snapshot, TreeNode};
use crate::term::Ordered;

impl Tree {
    /// Goes on to what there is to see now below these roots; tells how many places were laid out
    /// anew. A place is open unless `folded` says that it is not; leaves stand below each other
    /// where they would be wider than `room` side by side.
    pub fn see(
        &mut self,
        seen: &Snapshot,
        roots: impl IntoIterator<Item = NodeKey>,
        folded: &Rc<Ordered<NodeKey, bool>>,
        room: i32,
    ) -> usize {
        self.mark(seen);
        self.fold(folded);
        let roots: Vec<NodeKey> = roots.into_iter().filter(|key| seen.node(*key).is_some()).collect();
        let before = std::mem::replace(&mut self.roots, roots.clone());
        self.keep(&before, &roots, None);
        while let Some(key) = self.to_list.pop() {
            self.list(seen, key);
        }
        self.nodes = seen.nodes.clone();
        self.measure(room)
    }

    /// Notes what changed since the last look.
    fn mark(&mut self, seen: &Snapshot) {
        if self.nodes.is_empty() {
            return;
        }
        let before = std::mem::take(&mut self.nodes);
        let beyond = seen.nodes.len()..before.len();
        for slot in seen.nodes.changed(&before).chain(beyond) {
            let old = before.get(slot).and_then(Option::as_ref);
            let new = seen.nodes.get(slot).and_then(Option::as_ref);
            match (old, new) {
                (Some(old), Some(new)) if Rc::ptr_eq(old, new) => {}
                (Some(old), Some(new)) if old.key == new.key => self.compare(old, new),
                // Who comes or goes changes what stands below the parent.
                _ => [old, new].into_iter().flatten().for_each(|node| self.again(node.parent)),
            }
        }
    }

    fn compare(&mut self, old: &TreeNode, new: &TreeNode) {
        if !old.children.same(&new.children) {
            self.again(Some(new.key));
        }
        if leads_to_root(old) != leads_to_root(new) {
            self.again(new.parent);
        }
    }

    fn again(&mut self, key: Option<NodeKey>) {
        self.to_list.extend(key.filter(|key| self.to_list.last() != Some(key)));
    }

    fn fold(&mut self, folded: &Rc<Ordered<NodeKey, bool>>) {
        if Rc::ptr_eq(&self.folded, folded) {
            return;
        }
        let before = std::mem::replace(&mut self.folded, folded.clone());
        let differs = |(key, _): &(&NodeKey, &bool)| before.get(*key) != folded.get(*key);
        self.to_list.extend(before.iter().chain(folded.iter()).filter(differs).map(|(key, _)| *key));
    }

    /// Looks at the children of a place again.
    fn list(&mut self, seen: &Snapshot, key: NodeKey) {
        let Some(depth) = self.stem(key).map(|stem| stem.depth) else { return };
        let Some(node) = seen.node(key) else { return };
        let boxes = self.boxes(seen, node);
        let Some(stem) = self.stem_mut(key) else { return };
        stem.hidden = node.children.len().saturating_sub(boxes.len());
        let before = std::mem::replace(&mut stem.boxes, boxes.clone());
        self.leaves = self.leaves + usize::from(boxes.is_empty()) - usize::from(before.is_empty());
        self.keep(&before, &boxes, Some((key, depth)));
        for child in &boxes {
            let beside = boxes.len() == 1 && seen.node(*child).is_some_and(|node| leads_to_root(node));
            self.stem_mut(*child).into_iter().for_each(|stem| stem.beside = beside);
        }
        self.soil(key);
    }

    /// The children of a place that are drawn.
    fn boxes(&self, seen: &Snapshot, node: &TreeNode) -> Vec<NodeKey> {
        if is_wall(node) || self.folded.get(&node.key) == Some(&true) {
            return Vec::new();
        }
        node.children.iter().filter(|child| seen.node(*child).is_some()).take(MOST_CHILDREN).collect()
    }

    /// Of these children of a place, lets go those that are not there any more, and plants those
    /// that are new.
    fn keep(&mut self, before: &[NodeKey], now: &[NodeKey], parent: Option<(NodeKey, usize)>) {
        let above = parent.map(|(key, _)| key);
        let depth = parent.map_or(0, |(_, depth)| depth + 1);
        self.round += 1;
        let round = self.round;
        let mut new = Vec::new();
        for key in now {
            match self.stem_mut(*key).filter(|stem| stem.parent == above && stem.depth == depth) {
                Some(stem) => stem.round = round,
                None => new.push(*key),
            }
        }
        for key in before {
            if self.stem(*key).is_some_and(|stem| stem.parent == above && stem.round != round) {
                self.uproot(*key);
            }
        }
        new.into_iter().for_each(|key| self.plant(key, above, depth));
    }

    /// A place to draw; what is below it is listed later.
    fn plant(&mut self, key: NodeKey, parent: Option<NodeKey>, depth: usize) {
        if let Some(other) = self.stems.get(key.slot()).and_then(|stem| Some(stem.as_ref()?.key)) {
            self.uproot(other);
        }
        if self.stems.len() <= key.slot() {
            self.stems.resize(key.slot() + 1, None);
        }
        let stem = Stem {
            key,
            parent,
            depth,
            boxes: Vec::new(),
            hidden: 0,
            beside: false,
            from: 0,
            line: None,
            size: Size::default(),
            dirty: false,
            round: self.round,
        };
        self.stems.get_mut(key.slot()).into_iter().for_each(|place| *place = Some(stem.clone()));
        self.count += 1;
        self.leaves += 1;
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
            self.count -= 1;
            self.leaves -= usize::from(stem.boxes.is_empty());
            rest.extend(stem.boxes.into_iter().map(|child| (child, Some(key))));
        }
    }
}
