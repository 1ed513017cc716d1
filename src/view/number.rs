//! Numbers as text, short enough for a label.

use crate::observe::series::{Magnitude, Value};
use crate::term::float::{fixed, power_of_ten};
use crate::time::Duration;

/// The most characters of a value in a label.
const SHORT: usize = 10;

/// A value: all its digits, or where these are not at hand `≈ 2.6×10^20898 (20,899 digits)`, with
/// the word for digits of the reader's language.
#[must_use]
pub fn full(value: &Value, digits: &str) -> String {
    match value {
        Value::Small(value) => grouped(*value),
        Value::Big(magnitude) => {
            let (mantissa, exponent) = scientific(magnitude);
            let count = i64::try_from(exponent.saturating_add(1)).unwrap_or(i64::MAX);
            format!("≈ {mantissa}×10^{exponent} ({}{digits})", grouped(count))
        }
    }
}

/// A value in about ten characters: `832,040`, `1.23×10^9`, `2.6×10^200`, `10^20898`. It is never
/// cut: a number that has lost digits is another number.
#[must_use]
pub fn short(value: &Value) -> String {
    let text = rounded(value);
    let sign = if text.starts_with('-') { "-" } else { "" };
    match text.split_once('×') {
        Some((_, power)) if text.chars().count() > SHORT => [sign, power].concat(),
        _ => text,
    }
}

fn rounded(value: &Value) -> String {
    match value {
        Value::Small(value) if value.unsigned_abs() < 10_000_000 => grouped(*value),
        Value::Small(value) => {
            let digits = value.unsigned_abs().to_string();
            let (head, tail) = digits.split_at(1);
            let sign = if *value < 0 { "-" } else { "" };
            format!("{sign}{head}.{}×10^{}", tail.get(..2).unwrap_or("0"), tail.len())
        }
        Value::Big(magnitude) => {
            let (mantissa, exponent) = scientific(magnitude);
            format!("{mantissa}×10^{exponent}")
        }
    }
}

/// Mantissa to one decimal, and exponent. Rounding may carry: 9.96 is 1.0 of the next power.
fn scientific(magnitude: &Magnitude) -> (String, u64) {
    let log = magnitude.log10();
    let floor = libm::floor(log);
    let tenths = libm::round(power_of_ten(log - floor) * 10.0) as u64;
    let (tenths, exponent) = if tenths >= 100 { (10, floor as u64 + 1) } else { (tenths, floor as u64) };
    let sign = if magnitude.negative { "-" } else { "" };
    (format!("{sign}{}.{}", tenths / 10, tenths % 10), exponent)
}

/// An integer with a comma between each three digits.
#[must_use]
pub fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::from(if value < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share from 0 to 1 in per cent, with the more decimals the nearer it is to all: `99.95 %`.
/// Never rounds a share below 1 up to 100 %.
#[must_use]
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let decimals = match 100.0 - percent {
        missing if missing <= 0.0 => return "100 %".into(),
        missing if missing >= 10.0 => 0,
        missing if missing >= 1.0 => 1,
        missing if missing >= 0.1 => 2,
        _ => 3,
    };
    let unit = power_of_ten(f64::from(decimals));
    let cut = libm::floor(percent * unit) / unit;
    format!("{} %", fixed(cut, decimals))
}

/// A mean time in seconds, or a dash if there is none: `12 ms`, `3.4 s`, `2 min`.
#[must_use]
pub fn mean(seconds: Option<f64>) -> String {
    match seconds {
        None => "–".into(),
        Some(seconds) if seconds < 1e-6 => format!("{} ns", fixed(seconds * 1e9, 0)),
        Some(seconds) if seconds < 0.001 => format!("{} µs", fixed(seconds * 1e6, 0)),
        Some(seconds) if seconds < 1.0 => format!("{} ms", fixed(seconds * 1e3, 0)),
        Some(seconds) if seconds < 90.0 => format!("{} s", fixed(seconds, 1)),
        Some(seconds) if seconds < 5400.0 => format!("{} min", fixed(seconds / 60.0, 0)),
        Some(seconds) => format!("{} h", fixed(seconds / 3600.0, 1)),
    }
}

/// A span as a clock shows it: `0:07.250`, `12:03.000`, `1:00:00.000`.
#[must_use]
pub fn clock(since_boot: Duration) -> String {
    let millis = since_boot.as_millis();
    let (hours, minutes, seconds) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60);
    let rest = millis % 1000;
    match hours {
        0 => format!("{minutes}:{seconds:02}.{rest:03}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}.{rest:03}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term::{BigInt, Term};

    fn value(big: BigInt) -> Value {
        Value::of(&Term::integer(big)).unwrap()
    }

    fn fib(n: u32) -> BigInt {
        let (mut a, mut b) = (BigInt::from(0), BigInt::from(1));
        for _ in 0..n {
            (a, b) = (b.clone(), a + b);
        }
        a
    }

    #[test]
    fn big_values_show_their_magnitude() {
        assert_eq!(full(&value(fib(30)), " digits"), "832,040");
        let text = fib(100_000).to_string();
        assert_eq!(text.len(), 20_899);
        assert_eq!(full(&value(fib(100_000)), " digits"), "≈ 2.6×10^20898 (20,899 digits)");
        assert_eq!(short(&value(fib(960))), "1.9×10^200");
        assert_eq!(short(&value(-fib(100_000))), "-10^20898");
        assert_eq!(full(&value(BigInt::from(10).pow(30) - 1), "자리"), "≈ 1.0×10^30 (31자리)");
        assert_eq!(short(&Value::Small(1_234_567_890)), "1.23×10^9");
        assert_eq!(short(&Value::Small(i64::MIN)), "-10^18");
        assert_eq!(grouped(-1000), "-1,000");
    }

    #[test]
    fn magnitudes_are_those_of_all_digits() {
        for n in [94, 100, 187, 301, 1000, 5000] {
            let big = fib(n);
            let text = big.to_string();
            let (mantissa, exponent) = match value(big) {
                Value::Big(magnitude) => scientific(&magnitude),
                Value::Small(_) => panic!("F({n}) is small"),
            };
            let expected: f64 = format!("{}.{}e0", &text[..1], &text[1..12]).parse().unwrap();
            assert_eq!(exponent as usize, text.len() - 1);
            assert_eq!(mantissa, format!("{expected:.1}"), "F({n})");
        }
    }

    #[test]
    fn a_share_below_one_is_never_all() {
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(0.999_999_9), "99.999 %");
        assert_eq!(percent(0.9995), "99.950 %");
        assert_eq!(percent(0.995), "99.50 %");
        assert_eq!(percent(0.5), "50 %");
    }

    #[test]
    fn clocks_and_means() {
        assert_eq!(clock(Duration::from_millis(7_250)), "0:07.250");
        assert_eq!(clock(Duration::from_secs(3600)), "1:00:00.000");
        assert_eq!([mean(None), mean(Some(0.012)), mean(Some(600.0))], ["–", "12 ms", "10 min"]);
    }
}
