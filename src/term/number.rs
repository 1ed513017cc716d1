//! Numbers: exact arithmetic on integers without end, and what a huge one looks like.

mod arithmetic;

use std::borrow::Cow;
use std::fmt::{self, Write};

use num_bigint::BigInt;
use num_traits::Signed;

use super::Term;
use crate::term::float::power_of_ten;

/// A huge integer from its bit length and leading bits, without its decimal text:
/// `2.6×10^20898`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Magnitude {
    /// Is it below zero?
    pub negative: bool,
    /// The leading digit and the next one, rounded: 10 to 99.
    pub leading: u8,
    /// The power of ten that `leading / 10` is multiplied with.
    pub exponent: u64,
    /// Decimal digits of the integer, exact.
    pub digits: u64,
}

impl Magnitude {
    /// The magnitude of an integer.
    #[must_use]
    pub fn of(big: &BigInt) -> Self {
        let (whole, fraction) = log10(big);
        let leading = libm::round(power_of_ten(fraction + 1.0)) as u8;
        let (leading, exponent) = if leading >= 100 { (10, whole + 1) } else { (leading, whole) };
        Magnitude { negative: big.is_negative(), leading, exponent, digits: whole + 1 }
    }
}

impl fmt::Display for Magnitude {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        let (ones, tenths) = (self.leading / 10, self.leading % 10);
        write!(f, "≈ {sign}{ones}.{tenths}×10^{} (", self.exponent)?;
        write_grouped(f, self.digits)?;
        f.write_str(" digits)")
    }
}

/// `20899` as `20,899`.
fn write_grouped(out: &mut dyn Write, number: u64) -> fmt::Result {
    let digits = number.to_string();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.write_char(',')?;
        }
        out.write_char(digit)?;
    }
    Ok(())
}

/// The decimal logarithm of an absolute value: its whole part exactly, and its fraction.
fn log10(big: &BigInt) -> (u64, f64) {
    let magnitude = big.magnitude();
    let dropped = magnitude.bits().saturating_sub(64);
    let top = (magnitude >> dropped).iter_u64_digits().next().unwrap_or(1) as f64;
    let log = libm::log10(top) + dropped as f64 * std::f64::consts::LOG10_2;
    let near = libm::round(log);
    // Next to a power of ten the float cannot tell the digits; the power itself can.
    let whole = if (log - near).abs() < 1e-6 && near > 0.0 {
        let is_below = *magnitude < num_bigint::BigUint::from(10u8).pow(near as u32);
        near as u64 - u64::from(is_below)
    } else {
        libm::floor(log) as u64
    };
    (whole, (log - whole as f64).clamp(0.0, 1.0))
}

impl Term {
    /// The integer of any size, if it is one.
    #[must_use]
    pub fn to_bigint(&self) -> Option<BigInt> {
        self.as_bigint().map(Cow::into_owned)
    }

    /// The same, where it is if it is big.
    fn as_bigint(&self) -> Option<Cow<'_, BigInt>> {
        match self {
            Term::Int(small) => Some(Cow::Owned((*small).into())),
            Term::Big(big) => Some(Cow::Borrowed(big)),
            _ => None,
        }
    }

    /// Bits of an integer's absolute value: 0 for 0, 3 for 5.
    #[must_use]
    pub fn bits(&self) -> Option<u64> {
        match self {
            Term::Int(small) => Some(64 - u64::from(small.unsigned_abs().leading_zeros())),
            Term::Big(big) => Some(big.bits()),
            _ => None,
        }
    }
}

/// An integer's decimal text, or its [`Magnitude`] if it has more digits than `max_digits`.
pub(super) fn write_big(out: &mut dyn Write, big: &BigInt, max_digits: usize) -> fmt::Result {
    // 3.32 bits make a digit: what is below the bound by 3 needs no logarithm.
    if big.bits() / 3 < max_digits as u64 {
        return write!(out, "{big}");
    }
    let magnitude = Magnitude::of(big);
    if magnitude.digits <= max_digits as u64 { write!(out, "{big}") } else { write!(out, "{magnitude}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn magnitude(big: &BigInt) -> String {
        Magnitude::of(big).to_string()
    }

    #[test]
    fn a_magnitude_is_two_digits_and_an_exact_count() {
        let ten = BigInt::from(10);
        assert_eq!(magnitude(&ten.pow(30)), "≈ 1.0×10^30 (31 digits)");
        assert_eq!(magnitude(&(ten.pow(30) - 1)), "≈ 1.0×10^30 (30 digits)");
        assert_eq!(magnitude(&(ten.pow(4000) * -26)), "≈ -2.6×10^4001 (4,002 digits)");
        assert_eq!(magnitude(&(ten.pow(20_898) * 7)), "≈ 7.0×10^20898 (20,899 digits)");
        assert_eq!(magnitude(&1.into()), "≈ 1.0×10^0 (1 digits)");
    }

    #[test]
    fn the_count_of_digits_is_that_of_the_text() {
        let mut big = BigInt::from(1);
        for _ in 0..700 {
            big = big * 7 + 3;
            let text = big.to_string();
            let Magnitude { digits, exponent, leading, .. } = Magnitude::of(&big);
            assert_eq!(digits, text.len() as u64);
            if text.len() > 3 && exponent + 1 == digits {
                let first: f64 = text[..4].parse::<f64>().unwrap() / 100.0;
                assert!((first - f64::from(leading)).abs() <= 0.51, "{text} {leading}");
            }
        }
    }

    #[test]
    fn only_digits_beyond_the_bound_are_left_out() {
        let text = |big: BigInt, max| {
            let mut text = String::new();
            write_big(&mut text, &big, max).unwrap();
            text
        };
        let (at, above) = (BigInt::from(10).pow(29), BigInt::from(10).pow(30));
        assert_eq!(text(at.clone(), 30), at.to_string());
        assert_eq!(text(above, 30), "≈ 1.0×10^30 (31 digits)");
    }
}
