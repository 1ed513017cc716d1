//! Order: an ordered map in sorted pages, and a sort whose code is there once.
//!
//! Both are for the page's sake. The standard library's tree and sorts are compiled for every kind
//! of entry, in five to ten times the code. A small map is one vector; in a map of 100,000 entries
//! a change moves at most a page.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;

/// Entries of a page at most.
const PAGE: usize = 64;

/// A map in key order. A set is a map to `()`.
#[derive(Clone)]
pub struct Ordered<K, V> {
    /// None is empty.
    pages: Vec<Vec<(K, V)>>,
    len: usize,
}

/// A page and a place in it: of an entry, or where it would go.
type Place = (usize, usize);

impl<K, V> Default for Ordered<K, V> {
    fn default() -> Self {
        Ordered { pages: Vec::new(), len: 0 }
    }
}

impl<K: Ord, V> Ordered<K, V> {
    /// An empty map.
    #[must_use]
    pub const fn new() -> Self {
        Ordered { pages: Vec::new(), len: 0 }
    }

    /// Most maps grow at their end, and what is new is asked for most: it is looked at first.
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<Place, Place>
    where
        K: Borrow<Q>,
    {
        let newest = self.pages.len().saturating_sub(1);
        let entries = self.pages.last().map_or(&[][..], Vec::as_slice);
        match entries.last().map(|(last, _)| last.borrow().cmp(key)) {
            None | Some(Ordering::Less) => Err((newest, entries.len())),
            Some(Ordering::Equal) => Ok((newest, entries.len() - 1)),
            Some(Ordering::Greater) => self.find_before(key),
        }
    }

    fn find_before<Q: Ord + ?Sized>(&self, key: &Q) -> Result<Place, Place>
    where
        K: Borrow<Q>,
    {
        let ends_before = |page: &Vec<(K, V)>| page.last().is_some_and(|(last, _)| last.borrow() < key);
        let page = self.pages.partition_point(ends_before);
        let entries = self.pages.get(page).map_or(&[][..], Vec::as_slice);
        match entries.binary_search_by(|(other, _)| other.borrow().cmp(key)) {
            Ok(at) => Ok((page, at)),
            Err(at) => Err((page, at)),
        }
    }

    /// The value of a key.
    #[must_use]
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let (page, at) = self.find(key).ok()?;
        self.pages.get(page)?.get(at).map(|(_, value)| value)
    }

    /// The value of a key, to change it.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let place = self.find(key).ok()?;
        self.value_at(place)
    }

    fn value_at(&mut self, (page, at): Place) -> Option<&mut V> {
        self.pages.get_mut(page)?.get_mut(at).map(|(_, value)| value)
    }

    /// Is there an entry of this key?
    #[must_use]
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// Adds or replaces an entry; the value that was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(place) => self.value_at(place).map(|old| std::mem::replace(old, value)),
            Err(place) => {
                self.put(place, (key, value));
                None
            }
        }
    }

    fn put(&mut self, (page, at): Place, entry: (K, V)) {
        self.len += 1;
        match self.pages.get_mut(page) {
            Some(entries) if at == entries.len() && at < PAGE => entries.push(entry),
            Some(entries) if entries.len() < PAGE => entries.insert(at, entry),
            Some(entries) if at < PAGE => {
                let behind = entries.split_off(PAGE / 2);
                self.pages.insert(page + 1, behind);
                let (page, at) = at.checked_sub(PAGE / 2).map_or((page, at), |at| (page + 1, at));
                if let Some(entries) = self.pages.get_mut(page) {
                    entries.insert(at, entry);
                }
            }
            // Behind everything: pages that are filled in order stay full.
            _ => {
                let mut behind = Vec::with_capacity(if self.pages.is_empty() { 1 } else { PAGE });
                behind.push(entry);
                self.pages.push(behind);
            }
        }
    }

    /// Takes an entry out; its value. What is new goes first, most often.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        if let Some(newest) = self.pages.last_mut()
            && let Some((_, value)) = newest.pop_if(|(last, _)| (*last).borrow() == key)
        {
            self.len -= 1;
            if newest.is_empty() {
                self.pages.pop();
            }
            return Some(value);
        }
        let (page, at) = self.find(key).ok()?;
        self.take(page, at).map(|(_, value)| value)
    }

    fn take(&mut self, page: usize, at: usize) -> Option<(K, V)> {
        let entries = self.pages.get_mut(page).filter(|entries| at < entries.len())?;
        let entry = entries.remove(at);
        self.len -= 1;
        let left = entries.len();
        if left == 0 || left < PAGE / 2 && self.pages.len() > 1 {
            self.join(page);
            self.join(page.saturating_sub(1));
        }
        Some(entry)
    }

    /// Joins a page and the next, if both are thin; drops a page that is empty.
    fn join(&mut self, page: usize) {
        let len = |page: usize| self.pages.get(page).map(Vec::len);
        let (Some(len), next) = (len(page), len(page + 1)) else { return };
        if next.is_some_and(|next| len + next <= PAGE / 2) {
            let mut next = self.pages.remove(page + 1);
            self.pages.get_mut(page).into_iter().for_each(|page| page.append(&mut next));
        } else if len == 0 {
            self.pages.remove(page);
        }
    }

    /// The first entry.
    #[must_use]
    pub fn first(&self) -> Option<&(K, V)> {
        self.pages.first()?.first()
    }

    /// Takes the first entry out.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        self.take(0, 0)
    }

    /// The first entry at or behind a key.
    #[must_use]
    pub fn at_or_after(&self, key: &K) -> Option<&(K, V)> {
        let (page, at) = self.find(key).unwrap_or_else(|place| place);
        self.pages.get(page)?.get(at)
    }
}

impl<K: Ord, V: Default> Ordered<K, V> {
    /// Changes the value of a key; a new one if there was none.
    pub fn update(&mut self, key: K, change: impl FnOnce(&mut V)) {
        match self.find(&key) {
            Ok(place) => {
                self.value_at(place).map(change);
            }
            Err(place) => {
                let mut value = V::default();
                change(&mut value);
                self.put(place, (key, value));
            }
        }
    }
}

impl<K, V> Ordered<K, V> {
    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The entries in key order.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter { page: [].iter(), pages: self.pages.iter() }
    }

    /// The entries in key order, last first.
    pub fn last_first(&self) -> impl Iterator<Item = (&K, &V)> {
        self.pages.iter().rev().flat_map(|page| page.iter().rev()).map(|(key, value)| (key, value))
    }

    /// The keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// The values in the order of their keys, to change them.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.pages.iter_mut().flatten().map(|(_, value)| value)
    }
}

/// The entries of an [`Ordered`] map in key order.
#[derive(Debug)]
pub struct Iter<'a, K, V> {
    page: std::slice::Iter<'a, (K, V)>,
    pages: std::slice::Iter<'a, Vec<(K, V)>>,
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<(&'a K, &'a V)> {
        loop {
            if let Some((key, value)) = self.page.next() {
                return Some((key, value));
            }
            self.page = self.pages.next()?.iter();
        }
    }
}

impl<'a, K, V> IntoIterator for &'a Ordered<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<K, V> IntoIterator for Ordered<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(mut self) -> Self::IntoIter {
        let mut pages = self.pages.drain(..);
        let mut all = pages.next().unwrap_or_default();
        pages.for_each(|mut page| all.append(&mut page));
        all.into_iter()
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Ordered<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut all = Ordered::new();
        entries.into_iter().for_each(|(key, value)| drop(all.insert(key, value)));
        all
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Ordered<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

/// Equal entries, however they are spread over pages.
impl<K: PartialEq, V: PartialEq> PartialEq for Ordered<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other)
    }
}

/// Sorts; equal items keep their order.
pub fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let order = order_of(items.len(), &|a, b| match (items.get(a), items.get(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    put_in(order, &mut |a, b| items.swap(a, b));
}

/// Keeps the first `most` items of the order, in it: costs a comparison for most of the others.
pub fn first_by<T>(items: &mut Vec<T>, most: usize, compare: impl Fn(&T, &T) -> Ordering) {
    let mut kept: Vec<T> = Vec::with_capacity(most.min(items.len()));
    for item in items.drain(..) {
        if kept.len() >= most && kept.last().is_none_or(|last| compare(last, &item).is_le()) {
            continue;
        }
        let at = kept.partition_point(|other| compare(other, &item).is_le());
        kept.insert(at, item);
        kept.truncate(most);
    }
    *items = kept;
}

/// Sorts by a key; items of equal keys keep their order.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

fn order_of(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.sort_by(|a, b| compare(*a, *b));
    order
}

/// Brings what is at `order[n]` to `n`, cycle by cycle.
fn put_in(mut order: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for start in 0..order.len() {
        let mut at = start;
        while let Some(slot) = order.get_mut(at) {
            let from = std::mem::replace(slot, at);
            if from == start {
                break;
            }
            swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_first_of_many_are_those_that_sorting_brings_first() {
        for (count, below, most) in [(1_000, 300, 200), (50, 10, 200), (500, 5, 1), (9, 9, 0), (0, 1, 5)] {
            let all: Vec<(u32, usize)> = numbers(count, below).zip(0..).collect();
            let (mut first, mut sorted) = (all.clone(), all);
            first_by(&mut first, most, |a, b| a.0.cmp(&b.0));
            sort_by_key(&mut sorted, |item| item.0);
            sorted.truncate(most);
            assert_eq!(first, sorted, "{count}, {most}");
        }
    }

    /// Numbers that look random and are the same in every run.
    fn numbers(count: usize, below: u32) -> impl Iterator<Item = u32> {
        let mut state = 1_u64;
        (0..count).map(move |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u32 % below
        })
    }

    fn same(map: &Ordered<u32, u32>, tree: &BTreeMap<u32, u32>) {
        assert!(map.iter().eq(tree));
        assert!(map.last_first().eq(tree.iter().rev()));
        assert_eq!(map.len(), tree.len());
        assert_eq!(map.iter().count(), map.len());
        assert_eq!(map.is_empty(), tree.is_empty());
        assert!(map.pages.iter().all(|page| (1..=PAGE).contains(&page.len())));
    }

    #[test]
    fn does_what_the_standard_tree_does() {
        let (mut map, mut tree) = (Ordered::new(), BTreeMap::new());
        for (step, number) in numbers(20_000, 3_000).enumerate() {
            let (key, value) = (number / 2, step as u32);
            // At first mostly additions, at last mostly removals.
            match number % 2 == 0 || number as usize * 7 < step {
                true if step > 8_000 => assert_eq!(map.remove(&key), tree.remove(&key)),
                _ => assert_eq!(map.insert(key, value), tree.insert(key, value)),
            }
            assert_eq!(map.get(&key), tree.get(&key));
            assert_eq!(map.at_or_after(&key).map(|entry| entry.0), tree.range(key..).next().map(|entry| *entry.0));
            if step % 500 == 0 {
                same(&map, &tree);
            }
        }
        same(&map, &tree);
        while let Some(entry) = tree.pop_first() {
            assert_eq!(map.first(), Some(&entry));
            assert_eq!(map.pop_first(), Some(entry));
        }
        same(&map, &tree);
    }

    #[test]
    fn pages_filled_in_order_are_full_and_thin_ones_are_joined() {
        let mut map: Ordered<u32, ()> = (0..100_000).map(|key| (key, ())).collect();
        assert_eq!(map.pages.len(), 100_000_usize.div_ceil(PAGE));
        assert!((0..100_000).filter(|key| key % 50 > 0).all(|key| map.remove(&key).is_some()));
        assert_eq!(map.len(), 2_000);
        assert!(map.pages.len() <= 4 * 2_000 / PAGE, "{} pages", map.pages.len());
        assert!(map.clone().into_iter().map(|(key, ())| key).eq((0..100_000).step_by(50)));
    }

    #[test]
    fn sorts_stably() {
        let mut mine: Vec<(u32, usize)> = numbers(2_000, 100).enumerate().map(|(at, number)| (number, at)).collect();
        let mut theirs = mine.clone();
        sort_by_key(&mut mine, |item| item.0);
        theirs.sort_by_key(|item| item.0);
        assert_eq!(mine, theirs);
        let mut words = vec![String::from("b"), String::from("a"), String::from("c")];
        sort_by(&mut words, |a, b| b.cmp(a));
        assert_eq!(words, ["c", "b", "a"]);
    }

    #[test]
    fn equality_is_of_entries() {
        let up: Ordered<u32, u32> = (0..200).map(|key| (key, key)).collect();
        let mut down: Ordered<u32, u32> = (0..200).rev().map(|key| (key, key)).collect();
        assert_ne!(up.pages.len(), down.pages.len());
        assert_eq!(up, down);
        down.update(7, |value| *value += 1);
        down.update(1_000, |value| *value += 1);
        assert_eq!((down.get(&7), down.get(&1_000)), (Some(&8), Some(&1)));
        assert_ne!(up, down);
    }
}
