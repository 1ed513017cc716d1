//! An ordered map that is usually tiny: a sorted vector, and a tree once it grows.
//!
//! Most processes have one link and no monitor; a supervisor of 100,000 children has 100,000
//! links, and removing one of them must not cost the others.

use std::collections::BTreeMap;

/// Entries up to this number stay in a vector.
const VECTOR: usize = 32;

/// An ordered map for few entries that copes with many.
#[derive(Clone, Debug)]
pub enum Few<K, V> {
    /// Sorted by key.
    Vector(Vec<(K, V)>),
    /// Beyond the vector's bound; never goes back until it is emptied.
    Tree(Box<BTreeMap<K, V>>),
}

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Few::Vector(Vec::new())
    }
}

impl<K: Ord + Copy, V> Few<K, V> {
    /// Adds or replaces an entry; returns the value that was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self {
            Few::Vector(entries) => match position(entries, key) {
                Ok(at) => entries.get_mut(at).map(|entry| std::mem::replace(&mut entry.1, value)),
                Err(at) if entries.len() < VECTOR => {
                    entries.insert(at, (key, value));
                    None
                }
                Err(_) => {
                    let mut tree: BTreeMap<K, V> = entries.drain(..).collect();
                    tree.insert(key, value);
                    *self = Few::Tree(Box::new(tree));
                    None
                }
            },
            Few::Tree(tree) => tree.insert(key, value),
        }
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: K) -> Option<V> {
        match self {
            Few::Vector(entries) => position(entries, key).ok().map(|at| entries.remove(at).1),
            Few::Tree(tree) => tree.remove(&key),
        }
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: K) -> Option<&V> {
        match self {
            Few::Vector(entries) => position(entries, key).ok().and_then(|at| entries.get(at)).map(|entry| &entry.1),
            Few::Tree(tree) => tree.get(&key),
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
            Few::Vector(entries) => entries.len(),
            Few::Tree(tree) => tree.len(),
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
        match self {
            Few::Vector(entries) => entries.clone(),
            Few::Tree(tree) => tree.iter().map(|(key, value)| (*key, value.clone())).collect(),
        }
    }
}

impl<K: Ord, V> IntoIterator for Few<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        match self {
            Few::Vector(entries) => entries.into_iter(),
            Few::Tree(tree) => tree.into_iter().collect::<Vec<_>>().into_iter(),
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
        let keys: Vec<i32> = few.into_iter().map(|entry| entry.0).collect();
        assert!(keys.is_sorted() && !keys.contains(&50));
    }
}
