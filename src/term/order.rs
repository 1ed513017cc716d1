//! Erlang's term order, and equality.
//!
//! number < atom < reference < fun < pid < tuple < map < nil < list < binary.
//! Rust's `==` on terms is Erlang's `=:=`, and [`Ord`] is the order of map keys: exact, with
//! every integer before every float. [`Term::compare`] is Erlang's `<`, `==`, `>`,
//! for which `1` and `1.0` are equal.

use std::cmp::Ordering::{self, Equal, Greater, Less};
use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::{FromPrimitive, Signed, ToPrimitive};

use super::Term;
use super::node::SHALLOW;

#[derive(Clone, Copy, PartialEq)]
enum Numbers {
    /// `2 < 1.0`: map keys, `=:=`.
    Exact,
    /// `1 == 1.0`.
    ByValue,
}

impl Term {
    /// Erlang's order by value, in which `1 == 1.0`.
    ///
    /// OTP: <https://www.erlang.org/docs/25/reference_manual/expressions#term-comparisons>
    #[must_use]
    pub fn compare(&self, other: &Term) -> Ordering {
        compare(self, other, Numbers::ByValue)
    }

    /// The exact order: equal only for terms that `=:=` finds equal.
    #[must_use]
    pub fn cmp_exact(&self, other: &Term) -> Ordering {
        compare(self, other, Numbers::Exact)
    }
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Term::Atom(a), Term::Atom(b)) => a == b,
            (Term::Int(a), Term::Int(b)) => a == b,
            (Term::Ref(a), Term::Ref(b)) => a == b,
            (Term::Pid(a), Term::Pid(b)) => a == b,
            _ => self.cmp_exact(other) == Equal,
        }
    }
}

impl Eq for Term {}

impl PartialOrd for Term {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Term {
    fn cmp(&self, other: &Self) -> Ordering {
        self.cmp_exact(other)
    }
}

fn compare(a: &Term, b: &Term, numbers: Numbers) -> Ordering {
    if is_shallow(a, b) { compare_shallow(a, b, numbers) } else { compare_deep(a, b, numbers) }
}

/// No walk over both goes deeper than over the flatter one.
fn is_shallow(a: &Term, b: &Term) -> bool {
    a.depth().min(b.depth()) <= SHALLOW
}

/// Compares by plain recursion.
fn compare_shallow(a: &Term, b: &Term, numbers: Numbers) -> Ordering {
    compare_node(a, b, numbers, &mut |a, b, numbers| compare_shallow(a, b, numbers))
}

/// Compares by an explicit stack of pairs: depth costs heap, never stack.
fn compare_deep(a: &Term, b: &Term, numbers: Numbers) -> Ordering {
    let mut pairs = vec![(a, b, numbers)];
    while let Some((a, b, numbers)) = pairs.pop() {
        let first = pairs.len();
        let order = compare_node(a, b, numbers, &mut |a, b, numbers| {
            // Once a pair waits, those behind it have to wait too.
            if pairs.len() == first && is_shallow(a, b) {
                return compare_shallow(a, b, numbers);
            }
            pairs.push((a, b, numbers));
            Equal
        });
        if order != Equal {
            return order;
        }
        if let Some(children) = pairs.get_mut(first..) {
            children.reverse();
        }
    }
    Equal
}

/// Compares what can be told at once, then visits the pairs of children in order until one is
/// unequal. Keys of maps always compare exactly.
fn compare_node<'a>(
    a: &'a Term,
    b: &'a Term,
    numbers: Numbers,
    visit: &mut impl FnMut(&'a Term, &'a Term, Numbers) -> Ordering,
) -> Ordering {
    match (a, b) {
        (Term::Int(a), Term::Int(b)) => a.cmp(b),
        (Term::Atom(a), Term::Atom(b)) => a.cmp(b),
        (Term::Pid(a), Term::Pid(b)) => a.cmp(b),
        (Term::Ref(a), Term::Ref(b)) => a.cmp(b),
        (Term::Binary(a), Term::Binary(b)) => a.cmp(b),
        (Term::List(x), Term::List(y)) if Rc::ptr_eq(x, y) => Equal,
        (Term::List(x), Term::List(y)) => {
            let (x, y) = (&x.items, &y.items);
            visit(&x.head, &y.head, numbers).then_with(|| visit(&x.tail, &y.tail, numbers))
        }
        (Term::Map(x), Term::Map(y)) if Rc::ptr_eq(x, y) => Equal,
        (Term::Map(x), Term::Map(y)) => {
            let (x, y) = (&x.items, &y.items);
            let keys = x.iter().zip(y).map(|((k, _), (l, _))| (k, l, Numbers::Exact));
            let values = x.iter().zip(y).map(|((_, v), (_, w))| (v, w, numbers));
            x.len().cmp(&y.len()).then_with(|| in_turn(keys.chain(values), visit))
        }
        (Term::Fun(x), Term::Fun(y)) => {
            let (f, g) = (&x.items, &y.items);
            let by_name = (f.module, f.name, f.arity, f.env.len()).cmp(&(g.module, g.name, g.arity, g.env.len()));
            by_name.then_with(|| in_turn(f.env.iter().zip(&g.env).map(|(a, b)| (a, b, numbers)), visit))
        }
        _ => match (a.as_tuple(), b.as_tuple()) {
            (Some(x), Some(y)) if std::ptr::eq(x, y) => Equal,
            (Some(x), Some(y)) => {
                let elements = x.iter().zip(y).map(|(a, b)| (a, b, numbers));
                x.len().cmp(&y.len()).then_with(|| in_turn(elements, visit))
            }
            _ => rank(a).cmp(&rank(b)).then_with(|| compare_numbers(a, b, numbers)),
        },
    }
}

fn in_turn<'a>(
    mut pairs: impl Iterator<Item = (&'a Term, &'a Term, Numbers)>,
    visit: &mut impl FnMut(&'a Term, &'a Term, Numbers) -> Ordering,
) -> Ordering {
    pairs.find_map(|(a, b, numbers)| Some(visit(a, b, numbers)).filter(|order| *order != Equal)).unwrap_or(Equal)
}

fn rank(term: &Term) -> u8 {
    match term {
        Term::Int(_) | Term::Big(_) | Term::Float(_) => 0,
        Term::Atom(_) => 1,
        Term::Ref(_) => 2,
        Term::Fun(_) => 3,
        Term::Pid(_) => 4,
        Term::Tuple2(_) | Term::Tuple3(_) | Term::Tuple4(_) | Term::Tuple5(_) | Term::Tuple(_) => 5,
        Term::Map(_) => 6,
        Term::Nil => 7,
        Term::List(_) => 8,
        Term::Binary(_) => 9,
    }
}

/// Two terms of rank 0; anything else of one rank has been compared before and is equal here.
fn compare_numbers(a: &Term, b: &Term, numbers: Numbers) -> Ordering {
    match (a, b) {
        (Term::Big(a), Term::Big(b)) => a.cmp(b),
        (Term::Big(a), Term::Int(_)) => sign(a),
        (Term::Int(_), Term::Big(b)) => sign(b).reverse(),
        (Term::Float(a), Term::Float(b)) => a.partial_cmp(b).unwrap_or(Equal),
        (Term::Float(a), _) => integer_to_float(b, *a, numbers).reverse(),
        (_, Term::Float(b)) => integer_to_float(a, *b, numbers),
        _ => Equal,
    }
}

fn sign(big: &BigInt) -> Ordering {
    if big.is_negative() { Less } else { Greater }
}

/// An integer against a float. By value that is by the float's whole part first, then by its
/// fraction; no digit is lost.
fn integer_to_float(integer: &Term, float: f64, numbers: Numbers) -> Ordering {
    if numbers == Numbers::Exact {
        return Less;
    }
    let whole = libm::trunc(float);
    let by_whole = match integer {
        Term::Int(small) if whole.abs() < TWO_TO_63 => small.cmp(&(whole as i64)),
        Term::Int(small) => BigInt::from(*small).cmp(&BigInt::from_f64(whole).unwrap_or_default()),
        Term::Big(big) => (**big).cmp(&BigInt::from_f64(whole).unwrap_or_default()),
        _ => return Equal,
    };
    by_whole.then(0.0.partial_cmp(&(float - whole)).unwrap_or(Equal))
}

/// From here on a float may be beyond an `i64`.
const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

impl Term {
    /// The number as a float; `None` for other terms and integers beyond a float's range.
    #[must_use]
    pub fn to_f64(&self) -> Option<f64> {
        match self {
            Term::Int(small) => Some(*small as f64),
            Term::Big(big) => big.to_f64().filter(|float| float.is_finite()),
            Term::Float(float) => Some(*float),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
