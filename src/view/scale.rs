//! Numbers and virtual time onto a line of pixels, with ticks at round places.

use crate::observe::series::Value;
use crate::term::float::{self, fixed, power_of_ten};
use crate::time::{Duration, Instant};

/// A line of pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Where the first value is.
    pub from: f64,
    /// Where the last value is; may be smaller, as y grows downwards.
    pub to: f64,
}

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where, in pixels.
    pub at: f64,
    /// What it says.
    pub label: String,
}

/// A window of virtual time on a line of pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeScale {
    /// The first moment.
    pub from: Instant,
    /// The last moment.
    pub to: Instant,
    /// Where they are.
    pub range: Range,
}

/// Steps between ticks of time, in milliseconds.
const STEPS: [u64; 19] = [
    1, 5, 10, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 900_000,
    3_600_000, 14_400_000,
];

impl TimeScale {
    /// The pixel of a moment, also outside the window.
    #[must_use]
    pub fn x(&self, at: Instant) -> f64 {
        let (zero, whole) = (self.from.0 as f64, (self.to.since(self.from).0 as f64).max(1.0));
        self.range.from + (at.0 as f64 - zero) / whole * (self.range.to - self.range.from)
    }

    /// The moment at a pixel, within the window.
    #[must_use]
    pub fn at(&self, x: f64) -> Instant {
        let width = self.range.to - self.range.from;
        let share = if width == 0.0 { 0.0 } else { ((x - self.range.from) / width).clamp(0.0, 1.0) };
        self.from + Duration((share * self.to.since(self.from).0 as f64) as u64)
    }

    /// Is any of this stretch of time in the window?
    #[must_use]
    pub fn shows(&self, from: Instant, to: Instant) -> bool {
        from <= self.to && to >= self.from
    }

    /// Ticks at round times, at least `spacing` pixels apart.
    #[must_use]
    pub fn ticks(&self, spacing: f64) -> Vec<Tick> {
        let nanos = self.to.since(self.from).0;
        if nanos < 2_000_000 {
            return self.close_ticks(nanos, spacing);
        }
        let millis = (nanos / 1_000_000).max(1);
        let most = ((self.range.to - self.range.from).abs() / spacing.max(1.0)).max(1.0);
        let least_step = (millis as f64 / most) as u64;
        let step = STEPS.into_iter().find(|step| *step >= least_step).unwrap_or_else(|| least_step.max(1));
        let first = self.from.as_millis().div_ceil(step) * step;
        let times = (first..=self.to.as_millis()).step_by(usize::try_from(step).unwrap_or(usize::MAX));
        let tick =
            |millis| Tick { at: self.x(Instant::BOOT + Duration::from_millis(millis)), label: time(millis, step) };
        times.map(tick).collect()
    }
}

impl TimeScale {
    /// Ticks of a window too short for milliseconds, counted from its beginning.
    fn close_ticks(&self, nanos: u64, spacing: f64) -> Vec<Tick> {
        let most = ((self.range.to - self.range.from).abs() / spacing.max(1.0)).max(1.0);
        let least = (nanos as f64 / most) as u64;
        let tens = std::iter::successors(Some(1_u64), |ten| ten.checked_mul(10));
        let step = tens.flat_map(|ten| [ten, ten * 2, ten * 5]).find(|step| *step >= least.max(1)).unwrap_or(1);
        let tick =
            |after: u64| Tick { at: self.x(self.from + Duration(after)), label: format!("+{}", Duration(after)) };
        (0..=nanos / step).map(|number| tick(number * step)).collect()
    }
}

/// A time since boot, as exact as the step between ticks needs: `7 s`, `0.25 s`, `2:05`.
fn time(millis: u64, step: u64) -> String {
    let (minutes, seconds) = (millis / 60_000, millis / 1_000 % 60);
    let decimals = match step {
        0..10 => 3,
        10..100 => 2,
        _ => 1,
    };
    match (step < 1_000, minutes) {
        (true, _) => fixed(millis as f64 / 1e3, decimals) + " s",
        (false, 0) => format!("{seconds} s"),
        (false, _) => format!("{minutes}:{seconds:02}"),
    }
}

/// How values are laid onto a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Equal distances for equal differences.
    #[default]
    Linear,
    /// Equal distances for equal ratios; around zero and below it symmetric.
    Log,
}

/// Values on a line of pixels. Values beyond the range of floats are placed by their magnitude.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueScale {
    kind: Kind,
    /// Is it a linear scale of values beyond floats? Then the ends are kept as logarithms, too.
    giants: bool,
    /// The ends: for a linear scale values, else places on the symmetric logarithmic line.
    low: f64,
    high: f64,
    range: Range,
}

/// Above this log10 a linear scale counts in shares of its highest value.
const FLOATS: f64 = 300.0;

/// A value on a symmetric logarithmic line: 0 at 0, and `log10(1 + |v|)` with its sign.
fn symlog(value: &Value) -> f64 {
    let sign = if value.to_f64() < 0.0 { -1.0 } else { 1.0 };
    match value.log10() {
        None => 0.0,
        Some(log) if log > 15.0 => sign * log,
        Some(log) => sign * libm::log10(1.0 + power_of_ten(log)),
    }
}

impl ValueScale {
    /// A scale of round ends that holds all these values, zero among them.
    #[must_use]
    pub fn holding<'a>(kind: Kind, values: impl IntoIterator<Item = &'a Value>, range: Range) -> Self {
        let (mut low, mut high) = (0.0f64, 0.0f64);
        for value in values {
            let place = symlog(value);
            (low, high) = (low.min(place), high.max(place));
        }
        let giants = kind == Kind::Linear && low.abs().max(high.abs()) > FLOATS;
        let (low, high) = match kind {
            Kind::Log => (libm::floor(low), libm::ceil(high)),
            Kind::Linear if giants => (low, high),
            Kind::Linear => linear_ends(low, high),
        };
        ValueScale { kind, giants, low, high: if high > low { high } else { low + 1.0 }, range }
    }

    /// The pixel of a value.
    #[must_use]
    pub fn y(&self, value: &Value) -> f64 {
        let share = match self.kind {
            Kind::Log => (symlog(value) - self.low) / (self.high - self.low),
            Kind::Linear if self.giants => giant_share(value, self.low, self.high),
            Kind::Linear => (value.to_f64() - self.low) / (self.high - self.low),
        };
        self.range.from + share.clamp(0.0, 1.0) * (self.range.to - self.range.from)
    }

    /// Ticks at round values, at least `spacing` pixels apart.
    #[must_use]
    pub fn ticks(&self, spacing: f64) -> Vec<Tick> {
        let most = ((self.range.to - self.range.from).abs() / spacing.max(1.0)).max(1.0);
        match self.kind {
            Kind::Log => self.ticks_by(nice_step((self.high - self.low) / most).max(1.0), power),
            Kind::Linear if self.giants => self.ends(),
            Kind::Linear => self.ticks_by(nice_step((self.high - self.low) / most), plain),
        }
    }

    fn ticks_by(&self, step: f64, label: fn(f64) -> String) -> Vec<Tick> {
        let first = libm::ceil(self.low / step - 1e-9);
        let count = libm::floor(self.high / step + 1e-9) - first;
        let marks = (0..=(count as u32)).map(|n| (first + f64::from(n)) * step);
        let share = |mark: f64| (mark - self.low) / (self.high - self.low);
        let at = |mark| self.range.from + share(mark) * (self.range.to - self.range.from);
        marks.map(|mark| Tick { at: at(mark), label: label(mark) }).collect()
    }

    fn ends(&self) -> Vec<Tick> {
        let tick = |at, place: f64| Tick { at, label: power(libm::round(place)) };
        vec![tick(self.range.from, self.low), tick(self.range.to, self.high)]
    }
}

/// Round ends of a linear scale, from ends on the symmetric logarithmic line.
fn linear_ends(low: f64, high: f64) -> (f64, f64) {
    let back = |place: f64| place.signum() * (power_of_ten(place.abs()) - 1.0);
    let (low, high) = (if low == 0.0 { 0.0 } else { back(low) }, if high == 0.0 { 0.0 } else { back(high) });
    let step = nice_step((high - low).max(1e-9) / 5.0);
    (libm::floor(low / step + 1e-9) * step, libm::ceil(high / step - 1e-9) * step)
}

/// Where a value is between two giants: their difference is that of the greater alone.
fn giant_share(value: &Value, low: f64, high: f64) -> f64 {
    let top = low.abs().max(high.abs());
    let size = |place: f64| place.signum() * power_of_ten(place.abs() - top);
    let zero = |place: f64| if place == 0.0 { 0.0 } else { size(place) };
    (zero(symlog(value)) - zero(low)) / (zero(high) - zero(low))
}

/// The smallest of 1, 2, 5 times a power of ten that is not below `least`.
#[must_use]
pub fn nice_step(least: f64) -> f64 {
    let power = power_of_ten(libm::floor(libm::log10(least.max(1e-12))));
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().find(|step| step * power >= least * (1.0 - 1e-9));
    step.unwrap_or(10.0) * power
}

fn plain(value: f64) -> String {
    match value.abs() {
        size if size >= 1e15 => {
            let exponent = libm::floor(libm::log10(size) + 1e-9);
            format!(
                "{}×10^{exponent}",
                float::plain(libm::round(value / power_of_ten(exponent))),
                exponent = exponent as u32
            )
        }
        size if size >= 1e9 => float::plain(value / 1e9) + "G",
        size if size >= 1e6 => float::plain(value / 1e6) + "M",
        size if size >= 1e4 => float::plain(value / 1e3) + "k",
        _ => float::plain(value),
    }
}

fn power(place: f64) -> String {
    let sign = if place < 0.0 { "-" } else { "" };
    match place.abs() {
        0.0 => "0".into(),
        place => format!("{sign}10^{}", float::plain(place)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term::{BigInt, Term};

    const DOWN: Range = Range { from: 100.0, to: 0.0 };

    fn power_of_ten(exponent: u32) -> Value {
        Value::of(&Term::integer(BigInt::from(10).pow(exponent))).unwrap()
    }

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| &*tick.label).collect()
    }

    #[test]
    fn time_goes_both_ways() {
        let at = |seconds| Instant::BOOT + Duration::from_secs(seconds);
        let scale = TimeScale { from: at(10), to: at(20), range: Range { from: 0.0, to: 500.0 } };
        assert_eq!((scale.x(at(15)), scale.at(250.0)), (250.0, at(15)));
        assert_eq!(scale.x(at(5)), -250.0);
        assert_eq!(labels(&scale.ticks(100.0)), ["10 s", "12 s", "14 s", "16 s", "18 s", "20 s"]);
        assert!(scale.shows(at(5), at(10)) && !scale.shows(at(21), at(30)));
    }

    #[test]
    fn ticks_of_time_are_round_and_apart() {
        for seconds in [1u64, 3, 17, 95, 700, 5_000, 90_000] {
            let to = Instant::BOOT + Duration::from_secs(seconds);
            let scale = TimeScale { from: Instant::BOOT, to, range: Range { from: 0.0, to: 600.0 } };
            let ticks = scale.ticks(60.0);
            assert!((2..=11).contains(&ticks.len()), "{seconds} s: {ticks:?}");
            assert!(ticks.windows(2).all(|pair| pair[1].at - pair[0].at >= 59.9));
        }
    }

    #[test]
    fn a_linear_scale_has_round_ends() {
        let values = [3, 8, 21].map(Value::Small);
        let scale = ValueScale::holding(Kind::Linear, &values, DOWN);
        assert_eq!(labels(&scale.ticks(20.0)), ["0", "5", "10", "15", "20", "25"]);
        assert_eq!((scale.y(&Value::Small(0)), scale.y(&Value::Small(25))), (100.0, 0.0));
        let scale = ValueScale::holding(Kind::Linear, &[-40_000, 150_000].map(Value::Small), DOWN);
        assert_eq!(labels(&scale.ticks(20.0)), ["-50k", "0", "50k", "100k", "150k"]);
        assert!((scale.y(&Value::Small(50_000)) - 50.0).abs() < 1e-9);
        let scale = ValueScale::holding(Kind::Linear, &[Value::Small(0), power_of_ten(40)], DOWN);
        assert_eq!(labels(&scale.ticks(50.0)), ["0", "5×10^39", "1×10^40"]);
    }

    #[test]
    fn a_log_scale_spreads_powers_evenly_and_knows_zero_and_below() {
        let values = [Value::Small(0), power_of_ten(40)];
        let scale = ValueScale::holding(Kind::Log, &values, DOWN);
        assert!((scale.y(&power_of_ten(20)) - 50.0).abs() < 1e-6);
        assert_eq!(labels(&scale.ticks(25.0)), ["0", "10^10", "10^20", "10^30", "10^40"]);
        let below = ValueScale::holding(Kind::Log, &[-999, 999].map(Value::Small), DOWN);
        assert!((below.y(&Value::Small(0)) - 50.0).abs() < 1e-9);
    }

    #[test]
    fn giants_are_placed_on_a_linear_scale_too() {
        let values = [Value::Small(0), power_of_ten(5_000)];
        let scale = ValueScale::holding(Kind::Linear, &values, DOWN);
        let half = Value::of(&Term::integer(BigInt::from(10).pow(5_000) / 2)).unwrap();
        assert!((scale.y(&half) - 50.0).abs() < 1e-6, "{}", scale.y(&half));
        assert_eq!(scale.y(&power_of_ten(5_000)), 0.0);
        assert_eq!(labels(&scale.ticks(25.0)), ["0", "10^5000"]);
    }

    #[test]
    fn no_value_is_no_trouble() {
        let scale = ValueScale::holding(Kind::Linear, &[], DOWN);
        assert!(scale.y(&Value::Small(0)).is_finite());
    }
}
