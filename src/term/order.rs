//! Erlang's term order, and equality.
//!
//! number < atom < reference < fun < pid < tuple < map < nil < list < binary.
//! Rust's `==` on terms is Erlang's `=:=`, and [`Ord`] is the order of map keys: exact, with
//! integers before floats of the same value. [`Term::compare`] is Erlang's `<`, `==`, `>`,
//! for which `1` and `1.0` are equal.

use std::cmp::Ordering::{self, Equal, Greater, Less};

use num_bigint::BigInt;
use num_traits::{FromPrimitive, Signed, ToPrimitive};

use super::Term;

#[derive(Clone, Copy, PartialEq)]
enum Numbers {
    /// `1 < 1.0`: map keys, `=:=`.
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

/// Compares by an explicit stack of pairs: depth costs heap, never stack.
fn compare(a: &Term, b: &Term, numbers: Numbers) -> Ordering {
    let mut pairs = Vec::new();
    let mut next = Some((a, b));
    while let Some((a, b)) = next {
        match compare_node(a, b, numbers, &mut pairs) {
            Equal => next = pairs.pop(),
            unequal => return unequal,
        }
    }
    Equal
}

/// Compares what can be told at once and pushes the pairs of children, last first.
fn compare_node<'a>(a: &'a Term, b: &'a Term, numbers: Numbers, pairs: &mut Vec<(&'a Term, &'a Term)>) -> Ordering {
    match (a, b) {
        (Term::Int(a), Term::Int(b)) => a.cmp(b),
        (Term::Atom(a), Term::Atom(b)) => a.cmp(b),
        (Term::Pid(a), Term::Pid(b)) => a.cmp(b),
        (Term::Ref(a), Term::Ref(b)) => a.cmp(b),
        (Term::Binary(a), Term::Binary(b)) => a.cmp(b),
        (Term::List(x), Term::List(y)) if std::rc::Rc::ptr_eq(x, y) => Equal,
        (Term::List(x), Term::List(y)) => {
            pairs.push((&x.items.tail, &y.items.tail));
            pairs.push((&x.items.head, &y.items.head));
            Equal
        }
        (Term::Map(x), Term::Map(y)) => {
            let by_size = x.items.len().cmp(&y.items.len());
            if by_size == Equal {
                let both = || x.items.iter().zip(&y.items).rev();
                pairs.extend(both().map(|((_, v), (_, w))| (v, w)));
                pairs.extend(both().map(|((k, _), (l, _))| (k, l)));
            }
            by_size
        }
        (Term::Fun(x), Term::Fun(y)) => {
            let (f, g) = (&x.items, &y.items);
            let by_name = (f.module, f.name, f.arity, f.env.len()).cmp(&(g.module, g.name, g.arity, g.env.len()));
            if by_name == Equal {
                pairs.extend(f.env.iter().zip(&g.env).rev());
            }
            by_name
        }
        _ => match (a.as_tuple(), b.as_tuple()) {
            (Some(x), Some(y)) => {
                let by_size = x.len().cmp(&y.len());
                if by_size == Equal && !std::ptr::eq(x, y) {
                    pairs.extend(x.iter().zip(y).rev());
                }
                by_size
            }
            _ => rank(a).cmp(&rank(b)).then_with(|| compare_numbers(a, b, numbers)),
        },
    }
}

fn rank(term: &Term) -> u8 {
    match term {
        Term::Int(_) | Term::Big(_) | Term::Float(_) => 0,
        Term::Atom(_) => 1,
        Term::Ref(_) => 2,
        Term::Fun(_) => 3,
        Term::Pid(_) => 4,
        Term::Tuple(_) | Term::Wide(_) => 5,
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

/// An integer against a float, by exact value: the float's whole part first, then its fraction.
fn integer_to_float(integer: &Term, float: f64, numbers: Numbers) -> Ordering {
    let whole = BigInt::from_f64(libm::trunc(float)).unwrap_or_default();
    let by_whole = match integer {
        Term::Int(small) => BigInt::from(*small).cmp(&whole),
        Term::Big(big) => (**big).cmp(&whole),
        _ => return Equal,
    };
    let fraction = float - libm::trunc(float);
    by_whole.then(0.0.partial_cmp(&fraction).unwrap_or(Equal)).then(match numbers {
        Numbers::Exact => Less,
        Numbers::ByValue => Equal,
    })
}

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
