//! The supervision tree laid out, and kept so while it lives.
//!
//! Top down: children stand in start order below the middle of their parent. What comes before the
//! root of an application's tree (application, master, starter) stands beside each other. Where
//! all leaves side by side would be too wide, neighbouring ones stand below each other.
//!
//! Each place has a stretch of its own, and knows only where that begins within its parent's. So
//! no two subtrees meet, what stands beside a change just moves along, and a change is laid out
//! anew at the place whose children changed, and above it as far as sizes differ. A process that
//! is restarted keeps its place.
//!
//! Lengths are pixels of a roomy picture; [`super::frame`] shows it in a pane.

mod draw;
mod grow;
mod measure;

use std::rc::Rc;

use crate::observe::pages::Pages;
use crate::observe::snapshot::{Behaviour, NodeKey, NodeKind, TreeNode};
use crate::term::Ordered;

pub use draw::{Drawn, Joint, Rect};
use measure::Size;

/// Width and height of a card.
pub const CARD: (i32, i32) = (180, 50);
/// Between siblings side by side, and between generations.
pub const GAP: (i32, i32) = (14, 30);
/// Between leaves below each other.
const BELOW: i32 = 14;
/// How far these stand in from the line that they hang on, and the most of them on one line.
pub(super) const INDENT: i32 = 18;
const COLUMN: usize = 8;
/// A group of more children than this is a wall of cells instead of cards.
pub const MOST_CHILDREN: usize = 40;

/// A tree that stays laid out. All that is open is; a window shows what stands in it.
#[derive(Debug, Default)]
pub struct Tree {
    roots: Vec<NodeKey>,
    /// By slot of the place.
    stems: Vec<Option<Stem>>,
    count: usize,
    leaves: usize,
    /// Do leaves stand below each other?
    stacked: bool,
    size: (i32, i32),
    nodes: Pages<Option<Rc<TreeNode>>>,
    folded: Rc<Ordered<NodeKey, bool>>,
    /// Places whose children are to be looked at again.
    to_list: Vec<NodeKey>,
    /// Places to be measured again, by depth.
    to_measure: Vec<Vec<NodeKey>>,
    /// Goes up with each group of children that is compared.
    round: u64,
}

/// What is known of a place that is drawn.
#[derive(Clone, Debug)]
struct Stem {
    key: NodeKey,
    parent: Option<NodeKey>,
    /// Places above it.
    depth: usize,
    /// Its children that are drawn, in start order, and how many are not.
    boxes: Vec<NodeKey>,
    hidden: usize,
    /// Does it stand beside its parent?
    beside: bool,
    /// Where its stretch begins within its parent's.
    from: i32,
    /// Its place among leaves below each other, if it stands so.
    line: Option<i32>,
    size: Size,
    /// Is it to be measured?
    dirty: bool,
    /// The last round in which it was found among its parent's children.
    round: u64,
}

impl Tree {
    /// How many cards there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Width and height of it all.
    #[must_use]
    pub fn size(&self) -> (i32, i32) {
        self.size
    }

    fn stem(&self, key: NodeKey) -> Option<&Stem> {
        self.stems.get(key.slot())?.as_ref().filter(|stem| stem.key == key)
    }

    fn stem_mut(&mut self, key: NodeKey) -> Option<&mut Stem> {
        self.stems.get_mut(key.slot())?.as_mut().filter(|stem| stem.key == key)
    }
}

/// Are the children of a place so many that they are a wall of cells?
#[must_use]
pub fn is_wall(node: &TreeNode) -> bool {
    node.kind == NodeKind::Process && node.children.len() > MOST_CHILDREN
}

/// Does a process only lead to the root of an application's tree: a master, a starter?
#[must_use]
pub fn leads_to_root(node: &TreeNode) -> bool {
    let behaviour = node.process.as_ref().and_then(|process| process.behaviour);
    matches!(behaviour, Some(Behaviour::ApplicationMaster | Behaviour::ApplicationStarter))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
