//! The shared node of a compound term.
//!
//! A node caches two numbers about everything below it. `words` is the size by Erlang's
//! accounting without sharing. `depth` bounds recursion: below [`SHALLOW`] dropping, comparing
//! and printing recurse as usual; above it they go by an explicit stack, for a wasm stack is
//! 1 MiB and a term of a million levels is an ordinary value.

use std::rc::Rc;

use super::{Fun, Term};

/// Up to this depth recursion over a term is plain recursion.
pub(crate) const SHALLOW: u32 = 64;

/// A compound term's shared part: its contents and what is known about them. Laid out in order, so
/// that tuples of every length have their elements at the same place.
#[derive(Clone)]
#[repr(C)]
pub struct Node<T: Children> {
    pub(super) words: u32,
    pub(super) depth: u32,
    pub(super) items: T,
}

/// The two halves of a list cell.
#[derive(Clone, Default)]
pub struct Pair {
    /// The element.
    pub head: Term,
    /// The rest; anything but a list makes the list improper.
    pub tail: Term,
}

/// Contents of a node that hold terms.
pub trait Children {
    /// Moves every child that has children of its own onto `stack`, leaving `[]` behind.
    fn take_compound(&mut self, stack: &mut Vec<Term>);
}

impl<T: Children> Node<T> {
    #[inline]
    pub(super) fn new(own_words: u32, children: Measure, items: T) -> Self {
        Node { words: own_words.saturating_add(children.words), depth: children.depth.saturating_add(1), items }
    }
}

/// Size and depth of a group of terms, added up.
#[derive(Clone, Copy, Default)]
pub(super) struct Measure {
    pub(super) words: u32,
    pub(super) depth: u32,
}

impl Measure {
    #[inline]
    pub(super) fn of<'a>(terms: impl IntoIterator<Item = &'a Term>) -> Self {
        terms.into_iter().fold(Self::default(), Self::and)
    }

    #[inline]
    pub(super) fn and(self, term: &Term) -> Self {
        let (words, depth) = term.measure();
        Measure { words: self.words.saturating_add(words), depth: self.depth.max(depth) }
    }
}

impl Term {
    /// Words behind the term's own word, and its depth (0 for a leaf).
    #[inline]
    fn measure(&self) -> (u32, u32) {
        match self {
            Term::Nil | Term::Int(_) | Term::Atom(_) | Term::Pid(_) => (0, 0),
            other => other.measure_heap(),
        }
    }

    fn measure_heap(&self) -> (u32, u32) {
        match self {
            Term::Nil | Term::Int(_) | Term::Atom(_) | Term::Pid(_) => (0, 0),
            Term::Float(_) => (2, 0),
            Term::Ref(_) => (3, 0),
            Term::Big(big) => (1 + saturate(big.bits().div_ceil(64)), 0),
            Term::Binary(bytes) => (2u32.saturating_add(saturate(bytes.len().div_ceil(8) as u64)), 0),
            Term::Fun(node) => (node.words, node.depth),
            Term::Tuple2(node) => (node.words, node.depth),
            Term::Tuple3(node) => (node.words, node.depth),
            Term::Tuple4(node) => (node.words, node.depth),
            Term::Tuple5(node) => (node.words, node.depth),
            Term::Tuple(node) => (node.words, node.depth),
            Term::Map(node) => (node.words, node.depth),
            Term::List(node) => (node.words, node.depth),
        }
    }

    /// The term's size in words by Erlang's accounting (`erts_debug:flat_size/1`): without
    /// sharing, without the term's own word, saturating at `u32::MAX`.
    #[inline]
    #[must_use]
    pub fn words(&self) -> u32 {
        self.measure().0
    }

    /// How deeply the term is nested: 0 for a leaf. A list is as deep as it is long.
    #[inline]
    #[must_use]
    pub fn depth(&self) -> u32 {
        self.measure().1
    }
}

fn saturate(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl<T: Children> Drop for Node<T> {
    #[inline]
    fn drop(&mut self) {
        if self.depth > SHALLOW {
            drop_by_stack(&mut self.items);
        }
    }
}

fn drop_by_stack<T: Children>(items: &mut T) {
    let mut stack = Vec::new();
    items.take_compound(&mut stack);
    while let Some(term) = stack.pop() {
        match term {
            Term::Tuple2(mut node) => take(Rc::get_mut(&mut node), &mut stack),
            Term::Tuple3(mut node) => take(Rc::get_mut(&mut node), &mut stack),
            Term::Tuple4(mut node) => take(Rc::get_mut(&mut node), &mut stack),
            Term::Tuple5(mut node) => take(Rc::get_mut(&mut node), &mut stack),
            Term::Tuple(mut node) => take(Rc::get_mut(&mut node), &mut stack),
            Term::Map(mut node) => take(Rc::get_mut(&mut node), &mut stack),
            Term::List(mut node) => take(Rc::get_mut(&mut node), &mut stack),
            Term::Fun(mut node) => take(Rc::get_mut(&mut node), &mut stack),
            _ => {}
        }
    }
}

/// Empties a node that nobody else holds; its own drop then finds leaves only.
fn take<T: Children>(node: Option<&mut Node<T>>, stack: &mut Vec<Term>) {
    if let Some(node) = node {
        node.items.take_compound(stack);
        node.depth = 1;
    }
}

fn take_if_compound(term: &mut Term, stack: &mut Vec<Term>) {
    if term.depth() > 0 {
        stack.push(std::mem::take(term));
    }
}

impl Children for [Term] {
    fn take_compound(&mut self, stack: &mut Vec<Term>) {
        self.iter_mut().for_each(|term| take_if_compound(term, stack));
    }
}

impl<const N: usize> Children for [Term; N] {
    fn take_compound(&mut self, stack: &mut Vec<Term>) {
        self.as_mut_slice().take_compound(stack);
    }
}

impl Children for Vec<Term> {
    fn take_compound(&mut self, stack: &mut Vec<Term>) {
        self.as_mut_slice().take_compound(stack);
    }
}

impl Children for Vec<(Term, Term)> {
    fn take_compound(&mut self, stack: &mut Vec<Term>) {
        for (key, value) in self {
            take_if_compound(key, stack);
            take_if_compound(value, stack);
        }
    }
}

impl Children for Pair {
    fn take_compound(&mut self, stack: &mut Vec<Term>) {
        take_if_compound(&mut self.head, stack);
        take_if_compound(&mut self.tail, stack);
    }
}

impl Children for Fun {
    fn take_compound(&mut self, stack: &mut Vec<Term>) {
        self.env.take_compound(stack);
    }
}
