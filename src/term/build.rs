//! Constructors of terms.

use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::node::{Children, Measure};
use super::{Atom, Fun, Node, Pair, Pid, Ref, Term};
use crate::term::ordered::sort_by;

impl Term {
    /// A tuple of elements known in number: `Term::tuple([a, b])`. One allocation for two to five
    /// elements.
    #[inline]
    #[must_use]
    pub fn tuple(items: impl Elements) -> Self {
        items.into_tuple()
    }

    /// A tuple of any number of elements.
    #[must_use]
    pub fn tuple_from(items: Vec<Term>) -> Self {
        match items.len() {
            2 => narrow::<2>(items),
            3 => narrow::<3>(items),
            4 => narrow::<4>(items),
            5 => narrow::<5>(items),
            _ => Term::Tuple(tuple_node(items.len(), items)),
        }
    }

    /// A list cell.
    #[inline]
    #[must_use]
    pub fn cons(head: Term, tail: Term) -> Self {
        let measure = Measure::default().and(&head).and(&tail);
        Term::List(Rc::new(Node::new(2, measure, Pair { head, tail })))
    }

    /// A proper list.
    #[must_use]
    pub fn list<I>(items: I) -> Self
    where
        I: IntoIterator<Item = Term, IntoIter: DoubleEndedIterator>,
    {
        Term::list_with_tail(items, Term::Nil)
    }

    /// A list that goes on as `tail`: `[a, b | tail]`.
    #[must_use]
    pub fn list_with_tail<I>(items: I, tail: Term) -> Self
    where
        I: IntoIterator<Item = Term, IntoIter: DoubleEndedIterator>,
    {
        items.into_iter().rev().fold(tail, |tail, head| Term::cons(head, tail))
    }

    /// A charlist: a list of code points.
    #[must_use]
    pub fn charlist(text: &str) -> Self {
        Term::list(text.chars().map(|c| Term::Int(i64::from(u32::from(c)))).collect::<Vec<_>>())
    }

    /// A binary.
    #[must_use]
    pub fn binary(bytes: impl Into<Box<[u8]>>) -> Self {
        Term::Binary(Rc::new(bytes.into()))
    }

    /// A binary of UTF-8 text: an Elixir string.
    #[must_use]
    pub fn string(text: &str) -> Self {
        Term::binary(text.as_bytes())
    }

    /// A map. Of equal keys the last one given wins.
    #[must_use]
    pub fn map(mut pairs: Vec<(Term, Term)>) -> Self {
        sort_by(&mut pairs, |(a, _), (b, _)| a.cmp_exact(b));
        pairs.reverse();
        pairs.dedup_by(|(a, _), (b, _)| a == b);
        pairs.reverse();
        Self::map_in_order(pairs)
    }

    pub(super) fn map_in_order(pairs: Vec<(Term, Term)>) -> Self {
        let measure = pairs.iter().fold(Measure::default(), |sum, (key, value)| sum.and(key).and(value));
        let words = 5u32.saturating_add(u32::try_from(pairs.len()).unwrap_or(u32::MAX).saturating_mul(2));
        Term::Map(Rc::new(Node::new(words, measure, pairs)))
    }

    /// An integer, small or big as it comes.
    #[must_use]
    pub fn integer(value: BigInt) -> Self {
        match value.to_i64() {
            Some(small) => Term::Int(small),
            None => Term::Big(Rc::new(value)),
        }
    }

    /// A function as data.
    #[must_use]
    pub fn fun(fun: Fun) -> Self {
        let measure = Measure::of(&fun.env);
        let words = 4u32.saturating_add(u32::try_from(fun.env.len()).unwrap_or(u32::MAX));
        Term::Fun(Rc::new(Node::new(words, measure, fun)))
    }

    /// An atom from a text that the program itself chose.
    #[must_use]
    pub fn atom(text: &str) -> Self {
        Term::Atom(Atom::new(text))
    }

    /// `{error, reason}`
    #[inline]
    #[must_use]
    pub fn error(reason: Term) -> Self {
        Term::tuple([Atom::ERROR.into(), reason])
    }

    /// `{ok, value}`
    #[inline]
    #[must_use]
    pub fn ok(value: Term) -> Self {
        Term::tuple([Atom::OK.into(), value])
    }
}

#[inline]
fn tuple_node<T: AsRef<[Term]> + Children>(arity: usize, items: T) -> Rc<Node<T>> {
    let words = u32::try_from(arity).unwrap_or(u32::MAX).saturating_add(1);
    let measure = Measure::of(items.as_ref());
    Rc::new(Node::new(words, measure, items))
}

/// A `Vec` of known length becomes an array and so a single allocation of exact size.
fn narrow<const N: usize>(items: Vec<Term>) -> Term
where
    [Term; N]: Elements,
{
    <[Term; N]>::try_from(items).map(Term::tuple).unwrap_or_default()
}

/// The elements of a tuple: an array of up to 16.
pub trait Elements {
    /// The tuple of them.
    fn into_tuple(self) -> Term;
}

macro_rules! elements {
    ($($n:literal => $tuple:ident)*; $($other:literal)*) => {
        $(impl Elements for [Term; $n] {
            #[inline]
            fn into_tuple(self) -> Term {
                Term::$tuple(tuple_node($n, self))
            }
        })*
        $(impl Elements for [Term; $other] {
            fn into_tuple(self) -> Term {
                Term::tuple_from(self.into())
            }
        })*
    };
}

elements! {
    2 => Tuple2 3 => Tuple3 4 => Tuple4 5 => Tuple5;
    0 1 6 7 8 9 10 11 12 13 14 15 16
}

macro_rules! from {
    ($($source:ty => |$value:ident| $term:expr;)*) => {$(
        impl From<$source> for Term {
            #[inline]
            fn from($value: $source) -> Self {
                $term
            }
        }
    )*};
}

from! {
    Atom => |value| Term::Atom(value);
    Pid => |value| Term::Pid(value);
    Ref => |value| Term::Ref(value);
    i64 => |value| Term::Int(value);
    i32 => |value| Term::Int(i64::from(value));
    u32 => |value| Term::Int(i64::from(value));
    char => |value| Term::Int(i64::from(u32::from(value)));
    bool => |value| Term::Atom(if value { Atom::TRUE } else { Atom::FALSE });
    BigInt => |value| Term::integer(value);
    u64 => |value| Term::integer(value.into());
    usize => |value| Term::integer(value.into());
    &str => |value| Term::string(value);
}
