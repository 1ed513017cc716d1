//! Erlang's arithmetic: integers are exact, a float makes the result a float.
//!
//! Each function answers `None` where Erlang raises `badarith`: an operand is no number, a
//! divisor is zero, a float goes beyond its range. How large an integer may grow is the caller's
//! to bound ([`Term::bits`] of the operands tells before); [`Term::pow`] takes the bound.
//!
//! OTP: <https://www.erlang.org/docs/25/reference_manual/expressions#arithmetic-expressions>

use std::borrow::Cow;

use num_bigint::BigInt;
use num_traits::Zero;

use crate::term::Term;

/// Two numbers of one kind.
enum Operands<'a> {
    Big(Cow<'a, BigInt>, Cow<'a, BigInt>),
    Float(f64, f64),
}

fn operands<'a>(a: &'a Term, b: &'a Term) -> Option<Operands<'a>> {
    match (a.as_bigint(), b.as_bigint()) {
        (Some(a), Some(b)) => Some(Operands::Big(a, b)),
        _ => Some(Operands::Float(a.to_f64()?, b.to_f64()?)),
    }
}

fn float(value: f64) -> Option<Term> {
    value.is_finite().then_some(Term::Float(value))
}

impl Term {
    /// `self + other`
    #[must_use]
    pub fn add(&self, other: &Term) -> Option<Term> {
        if let (Term::Int(a), Term::Int(b)) = (self, other)
            && let Some(sum) = a.checked_add(*b)
        {
            return Some(Term::Int(sum));
        }
        match operands(self, other)? {
            Operands::Big(a, b) => Some(Term::integer(&*a + &*b)),
            Operands::Float(a, b) => float(a + b),
        }
    }

    /// `self - other`
    #[must_use]
    pub fn sub(&self, other: &Term) -> Option<Term> {
        if let (Term::Int(a), Term::Int(b)) = (self, other)
            && let Some(difference) = a.checked_sub(*b)
        {
            return Some(Term::Int(difference));
        }
        match operands(self, other)? {
            Operands::Big(a, b) => Some(Term::integer(&*a - &*b)),
            Operands::Float(a, b) => float(a - b),
        }
    }

    /// `self * other`
    #[must_use]
    pub fn mul(&self, other: &Term) -> Option<Term> {
        if let (Term::Int(a), Term::Int(b)) = (self, other)
            && let Some(product) = a.checked_mul(*b)
        {
            return Some(Term::Int(product));
        }
        match operands(self, other)? {
            Operands::Big(a, b) => Some(Term::integer(&*a * &*b)),
            Operands::Float(a, b) => float(a * b),
        }
    }

    /// `self / other`: always a float.
    #[must_use]
    pub fn divide(&self, other: &Term) -> Option<Term> {
        let (a, b) = (self.to_f64()?, other.to_f64()?);
        if b == 0.0 { None } else { float(a / b) }
    }

    /// `self div other`: integers, truncated towards zero.
    #[must_use]
    pub fn div(&self, other: &Term) -> Option<Term> {
        self.of_integers(other, i64::checked_div, |a, b| a / b)
    }

    /// `self rem other`: integers, with the sign of `self`.
    #[must_use]
    pub fn rem(&self, other: &Term) -> Option<Term> {
        self.of_integers(other, i64::checked_rem, |a, b| a % b)
    }

    fn of_integers(
        &self,
        divisor: &Term,
        small: fn(i64, i64) -> Option<i64>,
        big: fn(BigInt, BigInt) -> BigInt,
    ) -> Option<Term> {
        if let (Term::Int(a), Term::Int(b)) = (self, divisor)
            && let Some(result) = small(*a, *b)
        {
            return Some(Term::Int(result));
        }
        let (a, b) = (self.to_bigint()?, divisor.to_bigint()?);
        if b.is_zero() { None } else { Some(Term::integer(big(a, b))) }
    }

    /// An integer to the power of `exponent`; `None` as well if the result would have more than
    /// `max_bits` bits.
    #[must_use]
    pub fn pow(&self, exponent: u32, max_bits: u64) -> Option<Term> {
        let base = self.to_bigint()?;
        let fewest_bits = base.bits().saturating_sub(1).saturating_mul(exponent.into());
        if fewest_bits > max_bits {
            return None;
        }
        let power = base.pow(exponent);
        if power.bits() > max_bits { None } else { Some(Term::integer(power)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term;
    use crate::term::erlang::{Limits, parse_within};

    /// Operator, two operands and what OTP 25 answers.
    const RECORDED: &str = include_str!("recorded.txt");

    #[test]
    fn numbers_are_reckoned_as_in_otp() {
        let number = |text| parse_within(text, Limits::TRUSTED).unwrap();
        for line in RECORDED.lines() {
            let [operator, a, b, expected] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let (a, b) = (number(a), number(b));
            let result = match operator {
                "+" => a.add(&b),
                "-" => a.sub(&b),
                "*" => a.mul(&b),
                "/" => a.divide(&b),
                "div" => a.div(&b),
                _ => a.rem(&b),
            };
            assert_eq!(result, Some(number(expected)).filter(|term| term.as_atom().is_none()), "{line}");
        }
    }

    #[test]
    fn only_numbers_are_reckoned() {
        assert_eq!(term!(1).add(&term!(a)), None);
        assert_eq!(term!("1").mul(&term!(1)), None);
        assert_eq!(term!(5.0).div(&term!(2)), None);
    }

    #[test]
    fn small_results_are_small_integers() {
        let big = Term::Int(i64::MAX).add(&term!(1)).unwrap();
        assert!(matches!(big, Term::Big(_)));
        assert!(matches!(big.sub(&term!(1)), Some(Term::Int(i64::MAX))));
        assert!(matches!(Term::Int(i64::MIN).div(&term!(-1)), Some(Term::Big(_))));
    }

    #[test]
    fn a_power_is_bounded_by_bits() {
        assert_eq!(term!(2).pow(10, 100), Some(term!(1024)));
        assert_eq!(term!(-3).pow(3, 100), Some(term!(-27)));
        assert_eq!(term!(2).pow(99, 100).and_then(|term| term.bits()), Some(100));
        assert_eq!(term!(2).pow(100, 100), None);
        assert_eq!(term!(10).pow(u32::MAX, 1 << 20), None);
        assert_eq!(term!(1).pow(u32::MAX, 1), Some(term!(1)));
        assert_eq!(term!(1.5).pow(2, 100), None);
    }
}
