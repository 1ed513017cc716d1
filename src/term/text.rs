//! What both notations share: a bounded sink, and the text of floats.

use std::fmt::{self, Write};

use super::float::shortest;

/// A writer that takes so many bytes and then ends the text with `...`.
pub(super) struct Sink<'a> {
    out: &'a mut dyn Write,
    left: usize,
    cut: bool,
}

impl<'a> Sink<'a> {
    pub(super) fn new(out: &'a mut dyn Write, max_bytes: usize) -> Self {
        Sink { out, left: max_bytes, cut: false }
    }

    /// What `print` wrote; running out of room is a success.
    pub(super) fn finish(mut self, print: impl FnOnce(&mut Self) -> fmt::Result) -> fmt::Result {
        match print(&mut self) {
            Err(_) if self.cut => Ok(()),
            result => result,
        }
    }
}

impl Write for Sink<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if let Some(left) = self.left.checked_sub(text.len()) {
            self.left = left;
            return self.out.write_str(text);
        }
        if !self.cut {
            self.cut = true;
            let fits = (0..=self.left).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            self.left = 0;
            self.out.write_str(text.get(..fits).unwrap_or_default())?;
            self.out.write_str("...")?;
        }
        Err(fmt::Error)
    }
}

/// A float in the fewest digits that read back as the same float, as Erlang writes it.
///
/// OTP: `io_lib_format:fwrite_g/1`
pub(super) fn write_float(out: &mut dyn Write, float: f64) -> fmt::Result {
    let (digits, exponent) = shortest(float);
    if float.is_sign_negative() {
        out.write_char('-')?;
    }
    if float == 0.0 {
        return out.write_str("0.0");
    }
    match place_point(&digits, exponent + 1, float.abs() < TWO_TO_53) {
        Some(decimal) => out.write_str(&decimal),
        None => write_scientific(out, &digits, exponent),
    }
}

/// As Elixir writes a float: a whole one below `1.0e16` without an exponent, others as Erlang.
pub(super) fn write_float_elixir(out: &mut dyn Write, float: f64) -> fmt::Result {
    if (1.0..1.0e16).contains(&float.abs()) && libm::trunc(float) == float {
        return write!(out, "{}.0", float as i64);
    }
    write_float(out, float)
}

/// From here on neighbouring integers share a float, and Erlang shows an exponent.
const TWO_TO_53: f64 = 9_007_199_254_740_992.0;

/// `0.digits × 10^point` without an exponent, where that is no longer than with one.
fn place_point(digits: &str, point: i32, is_exact: bool) -> Option<String> {
    let length = i32::try_from(digits.len()).ok()?;
    let exponent_cost = i32::try_from((point - 1).to_string().len()).ok()? + if length == 1 { 3 } else { 2 };
    match point {
        0 => Some(format!("0.{digits}")),
        ..0 if 2 - point <= exponent_cost => Some(format!("0.{}{digits}", zeros(-point))),
        ..0 => None,
        _ if point < length => {
            let (whole, fraction) = digits.split_at_checked(usize::try_from(point).ok()?)?;
            Some(format!("{whole}.{fraction}"))
        }
        _ if is_exact && point - length + 2 <= exponent_cost => Some(format!("{digits}{}.0", zeros(point - length))),
        _ => None,
    }
}

fn zeros(count: i32) -> String {
    "0".repeat(usize::try_from(count).unwrap_or(0))
}

fn write_scientific(out: &mut dyn Write, digits: &str, exponent: i32) -> fmt::Result {
    match digits.split_at_checked(1) {
        Some((first, "")) => write!(out, "{first}.0e{exponent}"),
        Some((first, rest)) => write!(out, "{first}.{rest}e{exponent}"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits of a float, and the texts that Elixir 1.14 and OTP 25 give it.
    const RECORDED: &str = include_str!("text/floats.txt");

    #[test]
    fn floats_read_as_in_elixir_and_otp() {
        for line in RECORDED.lines() {
            let [bits, elixir, erlang] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let float = f64::from_bits(u64::from_str_radix(bits, 16).unwrap());
            let written = |write: fn(&mut dyn Write, f64) -> fmt::Result| {
                let mut text = String::new();
                write(&mut text, float).unwrap();
                text
            };
            assert_eq!(written(write_float_elixir), elixir);
            assert_eq!(written(write_float), erlang);
            assert_eq!(erlang.parse::<f64>().unwrap().to_bits(), float.to_bits());
        }
    }

    #[test]
    fn a_full_sink_ends_at_a_character() {
        let mut text = String::new();
        Sink::new(&mut text, 4).finish(|sink| sink.write_str("한글입니다")).unwrap();
        assert_eq!(text, "한...");
    }
}
