//! An ordered map that is usually tiny: nothing, one entry, and sorted pages once it grows.
//!
//! Most processes have one link and, while they call, one monitor: that one is kept in place. A
//! supervisor of 100,000 children has 100,000 links, and adding or removing one of them must not
//! cost the others. Pids and references grow with time, so what is new goes behind the rest.

use crate::term::Ordered;

/// An ordered map for few entries that copes with many.
#[derive(Clone, Debug, Default)]
pub enum Few<K, V> {
    /// Nothing.
    #[default]
    Empty,
    /// One entry, in place.
    One(K, V),
    /// There was more than one once; never goes back until it is emptied.
    Many(Box<Ordered<K, V>>),
}

impl<K: Ord + Copy, V> Few<K, V> {
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
            Few::Many(many) => many.insert(key, value),
            Few::Empty | Few::One(..) => {
                let mut many: Ordered<K, V> = std::mem::take(self).into_iter().collect();
                let old = many.insert(key, value);
                *self = Few::Many(Box::new(many));
                old
            }
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
            Few::Many(_) => self.remove_among(key),
        }
    }

    #[inline(never)]
    fn remove_among(&mut self, key: K) -> Option<V> {
        let Few::Many(many) = self else { return None };
        let removed = many.remove(&key);
        if many.is_empty() {
            *self = Few::Empty;
        }
        removed
    }

    /// Takes the first entry out.
    #[inline]
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        match self {
            Few::Empty => None,
            Few::One(..) => match std::mem::take(self) {
                Few::One(key, value) => Some((key, value)),
                _ => None,
            },
            Few::Many(_) => self.pop_first_of_many(),
        }
    }

    #[inline(never)]
    fn pop_first_of_many(&mut self) -> Option<(K, V)> {
        let Few::Many(many) = self else { return None };
        let first = many.pop_first();
        if many.is_empty() {
            *self = Few::Empty;
        }
        first
    }

    /// The value of a key.
    #[inline]
    #[must_use]
    pub fn get(&self, key: K) -> Option<&V> {
        match self {
            Few::Empty => None,
            Few::One(only, value) => (*only == key).then_some(value),
            Few::Many(many) => many.get(&key),
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
            Few::Many(many) => many.len(),
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
            Few::Many(many) => many.keys().copied().collect(),
        }
    }
}

/// The entries of a [`Few`] in key order.
pub enum IntoIter<K, V> {
    /// None or one.
    One(Option<(K, V)>),
    /// More.
    Many(std::vec::IntoIter<(K, V)>),
}

impl<K, V> Iterator for IntoIter<K, V> {
    type Item = (K, V);

    #[inline]
    fn next(&mut self) -> Option<(K, V)> {
        match self {
            IntoIter::One(entry) => entry.take(),
            IntoIter::Many(entries) => entries.next(),
        }
    }
}

impl<K, V> IntoIterator for Few<K, V> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    #[inline]
    fn into_iter(self) -> IntoIter<K, V> {
        match self {
            Few::Empty => IntoIter::One(None),
            Few::One(key, value) => IntoIter::One(Some((key, value))),
            Few::Many(many) => IntoIter::Many((*many).into_iter()),
        }
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
    fn many_come_and_go_in_order() {
        let mut few = Few::default();
        for key in 0..10_000 {
            few.insert(key, key);
            assert_eq!(few.remove(key - 100), (key >= 100).then_some(key - 100));
        }
        assert_eq!(few.get(9_950), Some(&9_950));
        assert_eq!(few.keys(), (9_900..10_000).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_emptied_holds_nothing() {
        let mut few = Few::default();
        (0..3).for_each(|key| assert_eq!(few.insert(key, ()), None));
        assert!(std::iter::from_fn(|| few.pop_first()).eq((0..3).map(|key| (key, ()))));
        assert!(matches!(few, Few::Empty));
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
