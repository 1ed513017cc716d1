//! Floats as text and back, and the little arithmetic on them that the node needs.
//!
//! One way each, for the page's sake: the standard library's ways, in all their forms and with
//! their tables, are thirty times the code.

use num_bigint::BigUint;
use num_traits::{ToPrimitive, Zero};

/// Beyond these powers of ten a float is infinite, or nothing.
const HIGHEST: i64 = 310;
const LOWEST: i64 = -345;

/// The float nearest to a decimal number: digits, maybe a fraction, maybe an exponent. `None` for
/// anything else and beyond the greatest float.
#[must_use]
pub fn parse(text: &str) -> Option<f64> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i64 = exponent.parse().ok()?;
    let digits = [whole, fraction].concat();
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let number = BigUint::parse_bytes(digits.as_bytes(), 10)?;
    let size = nearest(&number, exponent.saturating_sub(i64::try_from(fraction.len()).ok()?), digits.len())?;
    Some(if negative { -size } else { size })
}

/// The float nearest to `number × 10^power`.
fn nearest(number: &BigUint, power: i64, digits: usize) -> Option<f64> {
    let top = power.saturating_add(i64::try_from(digits).ok()?);
    let ten = |power: i64| BigUint::from(10_u8).pow(u32::try_from(power).unwrap_or(0));
    let float = match power {
        _ if number.is_zero() || top < LOWEST => 0.0,
        // Leading zeros do not count: the digits may be fewer than they look.
        _ if power > HIGHEST => f64::INFINITY,
        0.. => ratio(&(number * ten(power)), &BigUint::from(1_u8)),
        _ => ratio(number, &ten(-power)),
    };
    float.is_finite().then_some(float)
}

/// The float nearest to a fraction, of two equally near ones the even one.
fn ratio(above: &BigUint, below: &BigUint) -> f64 {
    let bits = |number: &BigUint| i32::try_from(number.bits()).unwrap_or(i32::MAX);
    // So that the quotient has 64 or 65 bits.
    let shift = bits(below).saturating_sub(bits(above)).saturating_add(64);
    let (above, below) = match shift {
        0.. => (above << shift, below.clone()),
        _ => (above.clone(), below << -shift),
    };
    let (quotient, rest) = (&above / &below, &above % &below);
    let quotient = quotient.to_u128().unwrap_or(u128::MAX);
    let width = 128 - i32::try_from(quotient.leading_zeros()).unwrap_or(0);
    // Below the normal floats there are fewer bits.
    let dropped = (width - 53).max(shift - 1074).clamp(0, 127);
    let (kept, lost) = (quotient >> dropped, quotient & ((1 << dropped) - 1));
    let half = 1_u128 << (dropped - 1).max(0);
    let up = lost > half || lost == half && (!rest.is_zero() || kept % 2 == 1);
    libm::scalbn((kept + u128::from(up)) as f64, dropped - shift)
}

/// The fewest digits that read back as the same absolute value, and the exponent of the first.
pub(super) fn shortest(float: f64) -> (String, i32) {
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(float.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    let significant = digits.trim_start_matches('0');
    let first = i32::try_from(whole.len() + significant.len()).unwrap_or(0) - i32::try_from(digits.len()).unwrap_or(0);
    let significant = significant.trim_end_matches('0');
    let digits = if significant.is_empty() { "0" } else { significant };
    (digits.to_owned(), exponent.parse::<i32>().unwrap_or(0) + first - 1)
}

/// With so many decimals: `1.50`.
#[must_use]
pub fn fixed(float: f64, decimals: u32) -> String {
    let unit = 10_u64.saturating_pow(decimals);
    let scaled = libm::round(float * unit as f64);
    let (size, sign) = (scaled.abs() as u64, if scaled < 0.0 { "-" } else { "" });
    let (whole, rest) = (size / unit, size % unit);
    match decimals as usize {
        0 => format!("{sign}{whole}"),
        width => format!("{sign}{whole}.{rest:0width$}"),
    }
}

/// With one decimal: what a place in a picture needs.
#[must_use]
pub fn tenths(float: f64) -> String {
    fixed(float, 1)
}

/// As short as can be: `3`, `0.25`, `-12.5`; no exponent.
#[must_use]
pub fn plain(float: f64) -> String {
    let text = fixed(float, 6);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `10^power`, for whole powers as exact as a float can be.
#[must_use]
pub fn power_of_ten(power: f64) -> f64 {
    let whole = libm::floor(power);
    let size = (0..(whole.abs() as u32).min(400)).fold(1.0, |size, _| size * 10.0);
    let part = if whole == power { 1.0 } else { libm::exp((power - whole) * std::f64::consts::LN_10) };
    if whole < 0.0 { part / size } else { part * size }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits that look random and are the same in every run.
    fn floats(count: usize) -> impl Iterator<Item = f64> {
        let mut state = 1_u64;
        let random = std::iter::repeat_with(move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            f64::from_bits(state ^ state >> 29)
        });
        random.filter(|float| float.is_finite()).take(count)
    }

    #[test]
    fn reads_what_the_standard_library_writes() {
        for float in floats(3_000) {
            for text in [format!("{float:e}"), format!("{float:.3e}"), format!("{float:.25e}"), format!("{float}")] {
                let expected: f64 = text.parse().unwrap();
                assert_eq!(parse(&text), Some(expected).filter(|float| float.is_finite()), "{text}");
            }
        }
    }

    #[test]
    fn reads_the_borders() {
        for text in [
            "0",
            "0.0",
            "-0.0",
            "1",
            "5e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "4.9e-324",
            "2.2250738585072011e-308",
            "2.2250738585072014e-308",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "9007199254740993",
            "9007199254740993.0000000000000000001",
            "9007199254740995",
            "0.1",
            "123456789.125",
            "1e23",
            "8.5e-320",
            "0000000000000000000001.5",
            "1e-400",
            "0e999999999999",
        ] {
            let expected: f64 = text.parse().unwrap();
            assert_eq!(parse(text).map(f64::to_bits), Some(expected.to_bits()), "{text}");
        }
        let halfway = format!("{:.1100}", f64::from_bits(1) / 1.0);
        assert_eq!(parse(&halfway), Some(5e-324));
        for bad in ["1.7976931348623159e308", "1e400", "", "x", "1.5x", "--1", "1e", "1e5.0", "inf", "nan", "1_0"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn writes_the_fewest_digits() {
        for float in floats(3_000).chain([1.0, 10.0, 0.001, 123.0, 1e22, 1e16, 5e-324, 0.5]) {
            let (digits, exponent) = shortest(float);
            let theirs = format!("{:e}", float.abs());
            let (mantissa, theirs) = theirs.split_once('e').unwrap();
            assert_eq!(
                (digits.len(), exponent.to_string().as_str()),
                (mantissa.replace('.', "").len(), theirs),
                "{float:e}"
            );
            assert_eq!(parse(&format!("{digits}e{}", exponent + 1 - digits.len() as i32)), Some(float.abs()));
        }
    }

    #[test]
    fn writes_decimals() {
        assert_eq!([fixed(1.25, 1), fixed(-0.04, 1), fixed(-2.5, 0), fixed(3.0, 3)], ["1.3", "0.0", "-3", "3.000"]);
        assert_eq!([plain(3.0), plain(0.25), plain(-12.5), plain(1.0 / 3.0)], ["3", "0.25", "-12.5", "0.333333"]);
    }

    #[test]
    fn powers_of_ten() {
        for power in -22..=22 {
            assert_eq!(power_of_ten(f64::from(power)), format!("1e{power}").parse::<f64>().unwrap());
        }
        for power in [-307.5, -3.7, -0.1, 0.5, 12.3, 300.9] {
            assert!((power_of_ten(power) / libm::pow(10.0, power) - 1.0).abs() < 1e-13, "{power}");
        }
    }
}
