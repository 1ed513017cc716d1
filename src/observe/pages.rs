//! Copy-on-write containers: a snapshot is a clone that costs a pointer, and a change after it
//! copies one page. Comparing two of them compares pointers wherever nothing changed.

use std::collections::VecDeque;
use std::rc::Rc;

/// Items in a page.
const PAGE: usize = 64;

/// A growing table in pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pages<T> {
    pages: Rc<Vec<Rc<Vec<T>>>>,
    len: usize,
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Pages { pages: Rc::default(), len: 0 }
    }
}

impl<T: Clone> Pages<T> {
    /// How many items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The item at a position.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&T> {
        self.pages.get(at / PAGE)?.get(at % PAGE)
    }

    /// The item at a position, to change it: copies its page if a snapshot holds it.
    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        if at >= self.len {
            return None;
        }
        let page = Rc::make_mut(&mut self.pages).get_mut(at / PAGE)?;
        Rc::make_mut(page).get_mut(at % PAGE)
    }

    /// Adds an item at the end.
    pub fn push(&mut self, item: T) {
        let pages = Rc::make_mut(&mut self.pages);
        match pages.last_mut() {
            Some(page) if page.len() < PAGE => Rc::make_mut(page).push(item),
            _ => pages.push(Rc::new(vec![item])),
        }
        self.len += 1;
    }

    /// Takes the last item.
    pub fn pop(&mut self) -> Option<T> {
        let pages = Rc::make_mut(&mut self.pages);
        let item = Rc::make_mut(pages.last_mut()?).pop();
        pages.pop_if(|page| page.is_empty());
        self.len -= 1;
        item
    }

    /// Takes the item at a position and puts the last one there.
    pub fn swap_remove(&mut self, at: usize) -> Option<T> {
        let last = self.pop()?;
        match self.get_mut(at) {
            Some(place) => Some(std::mem::replace(place, last)),
            None => Some(last),
        }
    }

    /// The items in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + '_ {
        self.pages.iter().flat_map(|page| page.iter())
    }

    /// The positions whose item may be another than in an earlier state of the table: those of
    /// pages that changed. Costs a pointer compare a page.
    pub fn changed<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = usize> + 'a {
        let same = |at: usize, page: &Rc<Vec<T>>| before.pages.get(at).is_some_and(|old| Rc::ptr_eq(old, page));
        let pages = self.pages.iter().enumerate().filter(move |(at, page)| !same(*at, page));
        pages.flat_map(|(at, page)| at * PAGE..at * PAGE + page.len())
    }

    /// Is it the very same table, unchanged? Costs a pointer compare; `false` says nothing.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.pages, &other.pages)
    }
}

impl<T: Clone> FromIterator<T> for Pages<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut pages = Pages::default();
        items.into_iter().for_each(|item| pages.push(item));
        pages
    }
}

/// A list that keeps the last `capacity` items (up to a page more). Items keep their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring<T> {
    pages: Rc<VecDeque<Rc<Vec<T>>>>,
    first: u64,
    len: usize,
    capacity: usize,
}

impl<T> Default for Ring<T> {
    fn default() -> Self {
        Ring { pages: Rc::default(), first: 0, len: 0, capacity: 10_000 }
    }
}

impl<T: Clone> Ring<T> {
    /// An empty list that keeps `capacity` items.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Ring { capacity, ..Ring::default() }
    }

    /// How many items are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The number of the oldest item kept: how many made room for newer ones.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The number that the next item will have: how many there ever were.
    #[must_use]
    pub fn next(&self) -> u64 {
        self.first + self.len as u64
    }

    /// The item of a number, if it is still kept.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<&T> {
        let at = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.pages.get(at / PAGE)?.get(at % PAGE)
    }

    /// The item of a number, to change it.
    pub fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        let at = usize::try_from(number.checked_sub(self.first)?).ok()?;
        let page = Rc::make_mut(&mut self.pages).get_mut(at / PAGE)?;
        Rc::make_mut(page).get_mut(at % PAGE)
    }

    /// The newest item.
    #[must_use]
    pub fn last(&self) -> Option<&T> {
        self.pages.back()?.last()
    }

    /// Adds an item and gives its number; the oldest page may make room.
    pub fn push(&mut self, item: T) -> u64 {
        let number = self.next();
        let pages = Rc::make_mut(&mut self.pages);
        match pages.back_mut() {
            Some(page) if page.len() < PAGE => Rc::make_mut(page).push(item),
            _ => pages.push_back(Rc::new(vec![item])),
        }
        self.len += 1;
        if self.len >= self.capacity + PAGE {
            pages.pop_front();
            self.first += PAGE as u64;
            self.len -= PAGE;
        }
        number
    }

    /// The items kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + '_ {
        self.pages.iter().flat_map(|page| page.iter())
    }

    /// The items from a number on.
    pub fn since(&self, number: u64) -> impl Iterator<Item = &T> + '_ {
        let skip = usize::try_from(number.saturating_sub(self.first)).unwrap_or(usize::MAX);
        self.pages.iter().skip(skip / PAGE).flat_map(|page| page.iter()).skip(skip % PAGE)
    }

    /// How many items at the front satisfy `before`, which holds for a prefix: a binary search.
    #[must_use]
    pub fn partition_point(&self, before: impl Fn(&T) -> bool) -> u64 {
        let (mut low, mut high) = (self.first, self.next());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(middle).is_some_and(&before) { low = middle + 1 } else { high = middle }
        }
        low
    }
}

impl<T: Clone> FromIterator<T> for Ring<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut ring = Ring::default();
        items.into_iter().for_each(|item| {
            ring.push(item);
        });
        ring
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_keeps_its_items_and_shares_untouched_pages() {
        let mut pages: Pages<u32> = (0..1000).collect();
        let before = pages.clone();
        *pages.get_mut(500).unwrap() = 7;
        assert_eq!((before.get(500), pages.get(500)), (Some(&500), Some(&7)));
        assert!(Rc::ptr_eq(&before.pages[0], &pages.pages[0]));
        assert!(!Rc::ptr_eq(&before.pages[500 / PAGE], &pages.pages[500 / PAGE]));
        assert!(!pages.same(&before));
        let changed: Vec<usize> = pages.changed(&before).collect();
        assert_eq!(changed, (500 / PAGE * PAGE..(500 / PAGE + 1) * PAGE).collect::<Vec<_>>());
        assert_eq!(pages.changed(&pages).count(), 0);
        assert_eq!(pages.changed(&Pages::default()).count(), 1000);
    }

    #[test]
    fn swap_remove_fills_the_hole_with_the_last() {
        let mut pages: Pages<u32> = (0..130).collect();
        assert_eq!(pages.swap_remove(3), Some(3));
        assert_eq!((pages.get(3), pages.len()), (Some(&129), 129));
        assert_eq!(pages.swap_remove(128), Some(128));
        assert_eq!(pages.iter().count(), 128);
    }

    #[test]
    fn a_ring_drops_its_oldest_page_and_keeps_numbers() {
        let mut ring = Ring::new(100);
        let numbers: Vec<u64> = (0..1000).map(|item| ring.push(item)).collect();
        assert_eq!(numbers, (0..1000).collect::<Vec<u64>>());
        assert!((100..164).contains(&ring.len()));
        assert_eq!(ring.get(999), Some(&999));
        assert_eq!(ring.get(0), None);
        assert_eq!(ring.iter().copied().min(), Some(ring.first()));
        assert_eq!(ring.since(997).copied().collect::<Vec<_>>(), [997, 998, 999]);
        assert_eq!(ring.partition_point(|item| *item < 990), 990);
    }
}
