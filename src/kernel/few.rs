//! An ordered map that is usually tiny: nothing, one entry, a sorted vector, and places in a table
//! once it grows.
//!
//! Most processes have one link and, while they call, one monitor: that one is kept in place. A
//! supervisor of 100,000 children has 100,000 links, and adding or removing one of them must not
//! cost the others; their order is asked for once, at its end.

use std::collections::hash_map::Entry;
use std::hash::Hash;

use crate::term::ordered::sort_by_key;
use crate::term::quick::QuickMap;

/// Entries up to this number stay in a vector.
const VECTOR: usize = 32;

/// An ordered map for few entries that copes with many.
#[derive(Clone, Debug, Default)]
pub enum Few<K, V> {
    /// Nothing.
    #[default]
    Empty,
    /// One entry, in place.
    One(K, V),
    /// Sorted by key.
    Vector(Box<Vec<(K, V)>>),
    /// Beyond the vector's bound; never goes back until it is emptied.
    Many(Box<Many<K, V>>),
}

impl<K: Ord + Copy + Hash, V> Few<K, V> {
    /// Adds or replaces an entry; returns the value that was there.
    #[inline]
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        if let Few::Empty = self {
            // Empty needs no drop, and the compiler does not see that.
            std::mem::forget(std::mem::replace(self, Few::One(key, value)));
            return None;
        }
        self.insert_among(key, value)
    }

    fn insert_among(&mut self, key: K, value: V) -> Option<V> {
        match self {
            Few::One(only, old) if *only == key => Some(std::mem::replace(old, value)),
            Few::Empty | Few::One(..) => {
                let mut entries = match std::mem::take(self) {
                    Few::One(only, old) => vec![(only, old)],
                    _ => Vec::new(),
                };
                let old = insert_sorted(&mut entries, key, value);
                *self = Few::Vector(Box::new(entries));
                old
            }
            Few::Vector(entries) if entries.len() < VECTOR => insert_sorted(entries, key, value),
            Few::Vector(entries) => {
                let mut many = Many::default();
                entries.drain(..).for_each(|(key, value)| many.push(key, value));
                let old = many.insert(key, value);
                *self = Few::Many(Box::new(many));
                old
            }
            Few::Many(many) => many.insert(key, value),
        }
    }

    /// Takes an entry out.
    #[inline(always)]
    pub fn remove(&mut self, key: K) -> Option<V> {
        match self {
            Few::One(only, _) if *only == key => match std::mem::take(self) {
                Few::One(_, value) => Some(value),
                _ => None,
            },
            Few::Empty | Few::One(..) => None,
            _ => self.remove_among(key),
        }
    }

    #[inline(never)]
    fn remove_among(&mut self, key: K) -> Option<V> {
        let removed = match self {
            Few::Empty | Few::One(..) => None,
            Few::Vector(entries) => position(entries, key).ok().map(|at| entries.remove(at).1),
            Few::Many(many) => many.remove(key),
        };
        if self.is_empty() {
            *self = Few::Empty;
        }
        removed
    }

    /// The value of a key.
    #[inline]
    #[must_use]
    pub fn get(&self, key: K) -> Option<&V> {
        match self {
            Few::Empty => None,
            Few::One(only, value) => (*only == key).then_some(value),
            Few::Vector(entries) => position(entries, key).ok().and_then(|at| entries.get(at)).map(|entry| &entry.1),
            Few::Many(many) => many.get(key),
        }
    }

    /// Is there an entry of this key?
    #[must_use]
    pub fn contains(&self, key: K) -> bool {
        self.get(key).is_some()
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Few::Empty => 0,
            Few::One(..) => 1,
            Few::Vector(entries) => entries.len(),
            Few::Many(many) => many.places.len(),
        }
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All entries in key order.
    #[must_use]
    pub fn to_vec(&self) -> Vec<(K, V)>
    where
        V: Clone,
    {
        self.clone().into_iter().collect()
    }

    /// All keys in order.
    #[must_use]
    pub fn keys(&self) -> Vec<K> {
        match self {
            Few::Empty => Vec::new(),
            Few::One(key, _) => vec![*key],
            Few::Vector(entries) => entries.iter().map(|entry| entry.0).collect(),
            Few::Many(many) => {
                let mut keys: Vec<K> = many.entries.iter().flatten().map(|entry| entry.0).collect();
                sort_by_key(&mut keys, |key| *key);
                keys
            }
        }
    }
}

/// Many entries as they came, with gaps, and the place of each. (Nobody walks over the places:
/// their order is no order.)
#[derive(Clone, Debug)]
pub struct Many<K, V> {
    entries: Vec<Option<(K, V)>>,
    places: QuickMap<K, usize>,
}

impl<K, V> Default for Many<K, V> {
    fn default() -> Self {
        Many { entries: Vec::new(), places: QuickMap::default() }
    }
}

impl<K: Ord + Copy + Hash, V> Many<K, V> {
    fn push(&mut self, key: K, value: V) {
        self.places.insert(key, self.entries.len());
        self.entries.push(Some((key, value)));
    }

    fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.places.entry(key) {
            Entry::Occupied(place) => self.entries.get_mut(*place.get())?.replace((key, value)).map(|old| old.1),
            Entry::Vacant(place) => {
                place.insert(self.entries.len());
                self.entries.push(Some((key, value)));
                None
            }
        }
    }

    fn remove(&mut self, key: K) -> Option<V> {
        let at = self.places.remove(&key)?;
        let removed = self.entries.get_mut(at)?.take();
        while self.entries.pop_if(|entry| entry.is_none()).is_some() {}
        if self.entries.len() > 2 * self.places.len() + VECTOR {
            self.close_gaps();
        }
        removed.map(|entry| entry.1)
    }

    /// Costs as much as the removals since it was done last.
    fn close_gaps(&mut self) {
        self.entries.retain(Option::is_some);
        for (at, (key, _)) in self.entries.iter().flatten().enumerate() {
            self.places.insert(*key, at);
        }
    }

    fn get(&self, key: K) -> Option<&V> {
        let at = *self.places.get(&key)?;
        self.entries.get(at)?.as_ref().map(|entry| &entry.1)
    }

    fn into_sorted(self) -> Vec<(K, V)> {
        let mut entries: Vec<(K, V)> = self.entries.into_iter().flatten().collect();
        sort_by_key(&mut entries, |entry| entry.0);
        entries
    }
}

/// The entries of a [`Few`] in key order.
pub enum IntoIter<K, V> {
    /// None or one.
    One(Option<(K, V)>),
    /// More.
    Vector(std::vec::IntoIter<(K, V)>),
}

impl<K, V> Iterator for IntoIter<K, V> {
    type Item = (K, V);

    #[inline]
    fn next(&mut self) -> Option<(K, V)> {
        match self {
            IntoIter::One(entry) => entry.take(),
            IntoIter::Vector(entries) => entries.next(),
        }
    }
}

impl<K: Ord + Copy + Hash, V> IntoIterator for Few<K, V> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    #[inline]
    fn into_iter(self) -> IntoIter<K, V> {
        match self {
            Few::Empty => IntoIter::One(None),
            Few::One(key, value) => IntoIter::One(Some((key, value))),
            Few::Vector(entries) => IntoIter::Vector(entries.into_iter()),
            Few::Many(many) => IntoIter::Vector(many.into_sorted().into_iter()),
        }
    }
}

fn insert_sorted<K: Ord + Copy, V>(entries: &mut Vec<(K, V)>, key: K, value: V) -> Option<V> {
    match position(entries, key) {
        Ok(at) => entries.get_mut(at).map(|entry| std::mem::replace(&mut entry.1, value)),
        Err(at) => {
            entries.insert(at, (key, value));
            None
        }
    }
}

/// The newest entry is the one asked for most, so look there first.
#[inline]
fn position<K: Ord + Copy, V>(entries: &[(K, V)], key: K) -> Result<usize, usize> {
    match entries.last() {
        None => Err(0),
        Some((last, _)) if *last == key => Ok(entries.len() - 1),
        Some((last, _)) if *last < key => Err(entries.len()),
        Some(_) => entries.binary_search_by_key(&key, |entry| entry.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_through_growth() {
        let mut few = Few::default();
        for key in (0..100).rev() {
            assert_eq!(few.insert(key, key * 2), None);
        }
        assert_eq!(few.insert(7, 0), Some(14));
        assert_eq!(few.remove(50), Some(100));
        assert_eq!(few.remove(50), None);
        assert_eq!(few.len(), 99);
        let keys: Vec<i32> = few.clone().into_iter().map(|entry| entry.0).collect();
        assert!(keys.is_sorted() && !keys.contains(&50));
        assert_eq!(few.keys(), keys);
        keys.into_iter().for_each(|key| assert!(few.remove(key).is_some()));
        assert!(matches!(few, Few::Empty));
    }

    #[test]
    fn gaps_do_not_outnumber_entries_for_long() {
        let mut few = Few::default();
        for key in 0..10_000 {
            few.insert(key, key);
            assert_eq!(few.remove(key - 100), (key >= 100).then_some(key - 100));
        }
        let Few::Many(many) = &few else { panic!("{} entries in place", few.len()) };
        assert!(many.entries.len() <= 2 * few.len() + VECTOR + 1);
        assert_eq!(few.get(9_950), Some(&9_950));
        assert_eq!(few.keys(), (9_900..10_000).collect::<Vec<_>>());
    }

    #[test]
    fn one_entry_stays_in_place() {
        let mut few = Few::default();
        assert_eq!(few.insert(1, 'a'), None);
        assert_eq!(few.insert(1, 'b'), Some('a'));
        assert!(matches!(few, Few::One(1, 'b')));
        assert_eq!(few.remove(2), None);
        assert_eq!(few.insert(0, 'c'), None);
        assert_eq!(few.to_vec(), [(0, 'c'), (1, 'b')]);
    }
}
