//! Reading terms.

use super::{Atom, Fun, Pair, Pid, Ref, Term};

impl Term {
    /// The elements of a tuple.
    #[inline]
    #[must_use]
    pub fn as_tuple(&self) -> Option<&[Term]> {
        match self {
            Term::Tuple2(node) => Some(&node.items),
            Term::Tuple3(node) => Some(&node.items),
            Term::Tuple4(node) => Some(&node.items),
            Term::Tuple5(node) => Some(&node.items),
            Term::Tuple(node) => Some(&node.items),
            _ => None,
        }
    }

    /// The elements of a tuple of exactly `N`.
    #[inline]
    #[must_use]
    pub fn as_tuple_of<const N: usize>(&self) -> Option<&[Term; N]> {
        self.as_tuple()?.try_into().ok()
    }

    /// A clone, for what is most often an atom or a small number, as names and reasons are: these
    /// need no call.
    #[inline(always)]
    pub(crate) fn quick_clone(&self) -> Term {
        match self {
            Term::Atom(atom) => Term::Atom(*atom),
            Term::Int(int) => Term::Int(*int),
            other => other.clone(),
        }
    }

    /// Has it nothing on the heap?
    #[inline(always)]
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self, Term::Nil | Term::Int(_) | Term::Float(_) | Term::Atom(_) | Term::Ref(_) | Term::Pid(_))
    }

    /// The atom, if it is one.
    #[inline]
    #[must_use]
    pub fn as_atom(&self) -> Option<Atom> {
        if let Term::Atom(atom) = self { Some(*atom) } else { None }
    }

    /// The pid, if it is one.
    #[inline]
    #[must_use]
    pub fn as_pid(&self) -> Option<Pid> {
        if let Term::Pid(pid) = self { Some(*pid) } else { None }
    }

    /// The reference, if it is one.
    #[inline]
    #[must_use]
    pub fn as_ref_id(&self) -> Option<Ref> {
        if let Term::Ref(reference) = self { Some(*reference) } else { None }
    }

    /// The integer, if it is one of 64 bits.
    #[inline]
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        if let Term::Int(value) = self { Some(*value) } else { None }
    }

    /// `true` or `false`.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.as_atom()? {
            Atom::TRUE => Some(true),
            Atom::FALSE => Some(false),
            _ => None,
        }
    }

    /// The bytes of a binary.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        if let Term::Binary(bytes) = self { Some(bytes) } else { None }
    }

    /// The text of a binary that is UTF-8.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(self.as_bytes()?).ok()
    }

    /// The function, if it is one.
    #[must_use]
    pub fn as_fun(&self) -> Option<&Fun> {
        if let Term::Fun(node) = self { Some(&node.items) } else { None }
    }

    /// Head and tail of a list cell.
    #[inline]
    #[must_use]
    pub fn as_cons(&self) -> Option<(&Term, &Term)> {
        match self {
            Term::List(node) => {
                let Pair { head, tail } = &node.items;
                Some((head, tail))
            }
            _ => None,
        }
    }

    /// The pairs of a map in key order.
    #[must_use]
    pub fn as_map(&self) -> Option<&[(Term, Term)]> {
        if let Term::Map(node) = self { Some(&node.items) } else { None }
    }

    /// The value of a key in a map.
    #[must_use]
    pub fn map_get(&self, key: &Term) -> Option<&Term> {
        let pairs = self.as_map()?;
        let at = pairs.binary_search_by(|(other, _)| other.cmp_exact(key)).ok()?;
        pairs.get(at).map(|(_, value)| value)
    }

    /// The map with `key` set to `value`; `None` if this is no map. Costs its length.
    #[must_use]
    pub fn map_put(&self, key: Term, value: Term) -> Option<Term> {
        let mut pairs = self.as_map()?.to_vec();
        match pairs.binary_search_by(|(other, _)| other.cmp_exact(&key)) {
            Ok(at) => pairs.get_mut(at).map(|pair| pair.1 = value)?,
            Err(at) => pairs.insert(at, (key, value)),
        }
        Some(Term::map_in_order(pairs))
    }

    /// The elements of a list, up to an improper tail.
    #[must_use]
    pub fn iter(&self) -> ListIter<'_> {
        ListIter { rest: self }
    }

    /// The elements of a proper list; `None` for an improper one or another term.
    #[must_use]
    pub fn to_vec(&self) -> Option<Vec<Term>> {
        let mut iter = self.iter();
        let items = iter.by_ref().cloned().collect();
        matches!(iter.rest, Term::Nil).then_some(items)
    }

    /// The value of `key` in a keyword list (the first `{key, value}`).
    #[must_use]
    pub fn keyword_get(&self, key: Atom) -> Option<&Term> {
        self.iter().find_map(|pair| match pair.as_tuple() {
            Some([Term::Atom(name), value]) if *name == key => Some(value),
            _ => None,
        })
    }

    /// Is this the atom?
    #[inline]
    #[must_use]
    pub fn is_atom(&self, atom: Atom) -> bool {
        self.as_atom() == Some(atom)
    }
}

/// Walks a list; see [`Term::iter`].
#[derive(Clone)]
pub struct ListIter<'a> {
    rest: &'a Term,
}

impl ListIter<'_> {
    /// What is behind the last element taken: `[]` at the end of a proper list.
    #[must_use]
    pub fn rest(&self) -> &Term {
        self.rest
    }
}

impl<'a> Iterator for ListIter<'a> {
    type Item = &'a Term;

    fn next(&mut self) -> Option<&'a Term> {
        let (head, tail) = self.rest.as_cons()?;
        self.rest = tail;
        Some(head)
    }
}
