//! Integers of any size up to the node's bound: exact, and a machine word wherever one will do.

use num_bigint::BigInt;

use crate::exit::Raise;
use crate::process::Cx;
use crate::term::{Atom, Term};

/// The arithmetic of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integers {
    /// Most bits of a result.
    pub bits: u64,
}

impl Integers {
    /// As the node of a process bounds it.
    #[must_use]
    pub fn of(cx: &Cx) -> Self {
        Integers { bits: cx.limits().integer_bits }
    }

    /// `a + b`
    ///
    /// # Errors
    /// `badarith` if one of them is no integer, `system_limit` if the sum is too large.
    pub fn add(self, a: &Term, b: &Term) -> Result<Term, Raise> {
        if let (Term::Int(a), Term::Int(b)) = (a, b)
            && let Some(sum) = a.checked_add(*b)
        {
            return Ok(Term::Int(sum));
        }
        self.bounded(match (a, b) {
            (Term::Big(a), Term::Big(b)) => &**a + &**b,
            (Term::Big(big), Term::Int(small)) | (Term::Int(small), Term::Big(big)) => &**big + *small,
            (Term::Int(a), Term::Int(b)) => BigInt::from(*a) + *b,
            _ => return Err(bad_arithmetic()),
        })
    }

    /// `a * b`
    ///
    /// # Errors
    /// `badarith` if one of them is no integer, `system_limit` if the product is too large.
    pub fn multiply(self, a: &Term, b: &Term) -> Result<Term, Raise> {
        if let (Term::Int(a), Term::Int(b)) = (a, b)
            && let Some(product) = a.checked_mul(*b)
        {
            return Ok(Term::Int(product));
        }
        let (Some(a_bits), Some(b_bits)) = (a.bits(), b.bits()) else { return Err(bad_arithmetic()) };
        // Too large for certain: not worth the work.
        if (a_bits + b_bits).saturating_sub(1) > self.bits && a_bits > 0 && b_bits > 0 {
            return Err(Raise::error(Atom::SYSTEM_LIMIT));
        }
        self.bounded(match (a, b) {
            (Term::Big(a), Term::Big(b)) => &**a * &**b,
            (Term::Big(big), Term::Int(small)) | (Term::Int(small), Term::Big(big)) => &**big * *small,
            (Term::Int(a), Term::Int(b)) => BigInt::from(*a) * *b,
            _ => return Err(bad_arithmetic()),
        })
    }

    fn bounded(self, value: BigInt) -> Result<Term, Raise> {
        if value.bits() > self.bits { Err(Raise::error(Atom::SYSTEM_LIMIT)) } else { Ok(Term::integer(value)) }
    }
}

fn bad_arithmetic() -> Raise {
    Raise::error(Atom::new("badarith"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTEGERS: Integers = Integers { bits: 128 };

    fn power_of_two(exponent: u32) -> Term {
        Term::integer(BigInt::from(2).pow(exponent))
    }

    #[test]
    fn results_grow_beyond_the_machine_word_and_come_back() {
        let over = INTEGERS.add(&i64::MAX.into(), &1.into()).unwrap();
        assert_eq!(over, power_of_two(63));
        assert!(matches!(INTEGERS.add(&over, &(-1).into()), Ok(Term::Int(i64::MAX))));
        assert!(matches!(INTEGERS.add(&(-1).into(), &over), Ok(Term::Int(i64::MAX))));
        assert!(matches!(INTEGERS.multiply(&over, &0.into()), Ok(Term::Int(0))));
        assert_eq!(INTEGERS.multiply(&i64::MIN.into(), &(-2).into()).unwrap(), power_of_two(64));
    }

    #[test]
    fn a_result_beyond_the_bound_is_a_system_limit() {
        let limit = |result: Result<Term, Raise>| result.unwrap_err().into_reason();
        assert!(INTEGERS.multiply(&power_of_two(64), &power_of_two(63)).is_ok());
        assert!(limit(INTEGERS.multiply(&power_of_two(64), &power_of_two(64))).is_atom(Atom::SYSTEM_LIMIT));
        assert!(INTEGERS.add(&power_of_two(127), &power_of_two(126)).is_ok());
        assert!(limit(INTEGERS.add(&power_of_two(127), &power_of_two(127))).is_atom(Atom::SYSTEM_LIMIT));
    }

    #[test]
    fn what_is_no_integer_is_bad_arithmetic() {
        for (a, b) in [(Term::Nil, 1.into()), (power_of_two(70), Term::Float(1.0))] {
            assert!(INTEGERS.add(&a, &b).unwrap_err().reason.is_atom(Atom::new("badarith")));
            assert!(INTEGERS.multiply(&a, &b).unwrap_err().reason.is_atom(Atom::new("badarith")));
        }
    }
}
