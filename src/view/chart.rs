//! A series in a window of time as step lines that break where state was lost.

use super::scale::{TimeScale, ValueScale};
use crate::observe::series::{Mark, Point, Series, Value};
use crate::term::Term;
use crate::term::float::tenths;
use crate::time::Instant;

/// What a series looks like.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// The stretches between breaks: corners of a step line, in pixels.
    pub stretches: Vec<Vec<(f64, f64)>>,
    /// Where the state was lost.
    pub breaks: Vec<Break>,
}

/// A loss of state.
#[derive(Clone, Debug, PartialEq)]
pub struct Break {
    /// Where, in pixels.
    pub x: f64,
    /// The height of the last value before it.
    pub y: f64,
    /// When.
    pub at: Instant,
    /// The log position of the exit.
    pub seq: u64,
    /// Why.
    pub reason: Term,
    /// In good order?
    pub orderly: bool,
}

/// The values that a window shows, to scale by: those in it, and the one in force at its begin.
pub fn values_in<'a>(series: &'a Series, time: &TimeScale) -> impl Iterator<Item = &'a Value> {
    let (from, to) = window(series, time);
    let points = series.points.since(from).take(usize::try_from(to - from).unwrap_or(usize::MAX));
    let values = points.filter_map(|point| match &point.what {
        Mark::Value(value) => Some(value),
        Mark::Break { .. } => None,
    });
    let last = series.last.iter().filter(|(at, _)| time.shows(*at, *at)).map(|(_, value)| value);
    values.chain(last)
}

/// The numbers of the points that matter to a window: from the last one before it to the first
/// one behind it.
fn window(series: &Series, time: &TimeScale) -> (u64, u64) {
    let before = series.points.partition_point(|point| point.at < time.from);
    let behind = series.points.partition_point(|point| point.at <= time.to);
    (before.saturating_sub(1).max(series.points.first()), behind)
}

/// The step line of a series: a value holds until the next one, a break, or `now`.
#[must_use]
pub fn line(series: &Series, time: &TimeScale, values: &ValueScale, now: Instant) -> Line {
    let (from, to) = window(series, time);
    let mut line = Line::default();
    let mut pen: Option<(Vec<(f64, f64)>, f64)> = None;
    for point in series.points.since(from).take(usize::try_from(to - from).unwrap_or(usize::MAX)) {
        let x = time.x(point.at.max(time.from));
        match &point.what {
            Mark::Value(value) => step(&mut pen, x, values.y(value)),
            Mark::Break { reason, orderly } => {
                let y = lift(&mut line, &mut pen, x);
                if point.at >= time.from {
                    line.breaks.push(mark(point, x, y.unwrap_or_else(|| values.y(&Value::Small(0))), reason, *orderly));
                }
            }
        }
    }
    if let Some((at, value)) = series.last.as_ref().filter(|(at, _)| *at <= time.to && pen.is_some()) {
        step(&mut pen, time.x((*at).max(time.from)), values.y(value));
    }
    lift(&mut line, &mut pen, time.x(now.min(time.to)));
    line
}

fn mark(point: &Point, x: f64, y: f64, reason: &Term, orderly: bool) -> Break {
    Break { x, y, at: point.at, seq: point.seq, reason: reason.clone(), orderly }
}

/// Goes along at the old height, then up or down to the new one.
fn step(pen: &mut Option<(Vec<(f64, f64)>, f64)>, x: f64, y: f64) {
    match pen {
        None => *pen = Some((vec![(x, y)], y)),
        Some((_, height)) if *height == y => {}
        Some((corners, height)) => {
            corners.extend([(x, *height), (x, y)]);
            *height = y;
        }
    }
}

/// Ends a stretch and gives its last height.
fn lift(line: &mut Line, pen: &mut Option<(Vec<(f64, f64)>, f64)>, x: f64) -> Option<f64> {
    let (mut corners, height) = pen.take()?;
    corners.push((x, height));
    line.stretches.push(corners);
    Some(height)
}

/// Corners as the `points` of an SVG polyline.
#[must_use]
pub fn polyline(corners: &[(f64, f64)]) -> String {
    corners.iter().map(|(x, y)| tenths(*x) + "," + &tenths(*y)).collect::<Vec<_>>().join(" ")
}

/// The newest `most` values as a sparkline in a box, evenly spaced, broken where state was lost.
#[must_use]
pub fn sparkline(series: &Series, most: usize, width: f64, height: f64) -> Vec<Vec<(f64, f64)>> {
    let points: Vec<&Point> = series.points.iter().rev().take(most).collect();
    let value = |point: &&Point| match &point.what {
        Mark::Value(value) => Some(signed_log(value)),
        Mark::Break { .. } => None,
    };
    let values: Vec<Option<f64>> = points.iter().rev().map(value).collect();
    let known = || values.iter().flatten().copied();
    let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
    let (span, step) = ((high - low).max(1e-9), width / (values.len().max(2) - 1) as f64);
    let place = |(at, value): (usize, &Option<f64>)| {
        value.map(|value| (at as f64 * step, height - (value - low) / span * height))
    };
    let places: Vec<Option<(f64, f64)>> = values.iter().enumerate().map(place).collect();
    places
        .split(Option::is_none)
        .filter(|part| !part.is_empty())
        .map(|part| part.iter().copied().flatten().collect())
        .collect()
}

fn signed_log(value: &Value) -> f64 {
    let log = value.log10().map_or(0.0, |log| log.max(0.0) + 0.3);
    if value.to_f64() < 0.0 { -log } else { log }
}

#[cfg(test)]
mod tests {
    use super::super::scale::{Kind, Range};
    use super::*;
    use crate::observe::snapshot::NodeKey;
    use crate::term;
    use crate::time::Duration;

    fn at(seconds: u64) -> Instant {
        Instant::BOOT + Duration::from_secs(seconds)
    }

    fn series(marks: &[(u64, Option<i64>)]) -> Series {
        let mut series = Series::new(NodeKey::default(), term!(fib), 2048);
        for (second, value) in marks {
            let what = match value {
                Some(value) => Mark::Value(Value::Small(*value)),
                None => Mark::Break { reason: term!(boom), orderly: false },
            };
            if let Some(value) = value {
                series.last = Some((at(*second), Value::Small(*value)));
            }
            series.points.push(Point { at: at(*second), seq: *second, what });
        }
        series
    }

    fn scales(from: u64, to: u64) -> (TimeScale, ValueScale) {
        let time = TimeScale { from: at(from), to: at(to), range: Range { from: 0.0, to: 10.0 * (to - from) as f64 } };
        let values = [0, 10].map(Value::Small);
        (time, ValueScale::holding(Kind::Linear, &values, Range { from: 10.0, to: 0.0 }))
    }

    #[test]
    fn a_line_steps_and_breaks_where_state_was_lost() {
        let series = series(&[(1, Some(2)), (3, Some(5)), (4, None), (6, Some(0)), (7, Some(1))]);
        let (time, values) = scales(0, 10);
        let line = line(&series, &time, &values, at(9));
        assert_eq!(
            line.stretches,
            [
                vec![(10.0, 8.0), (30.0, 8.0), (30.0, 5.0), (40.0, 5.0)],
                vec![(60.0, 10.0), (70.0, 10.0), (70.0, 9.0), (90.0, 9.0)]
            ]
        );
        assert_eq!((line.breaks.len(), line.breaks[0].x, line.breaks[0].y), (1, 40.0, 5.0));
        assert_eq!(polyline(&line.stretches[0]), "10.0,8.0 30.0,8.0 30.0,5.0 40.0,5.0");
    }

    #[test]
    fn a_window_begins_with_the_value_in_force() {
        let series = series(&[(1, Some(2)), (3, Some(5)), (20, Some(7))]);
        let (time, values) = scales(10, 15);
        let line = line(&series, &time, &values, at(30));
        assert_eq!(line.stretches, [vec![(0.0, 5.0), (50.0, 5.0)]]);
        let shown: Vec<_> = values_in(&series, &time).cloned().collect();
        assert_eq!(shown, [Value::Small(5)]);
    }

    #[test]
    fn a_window_behind_a_break_is_empty() {
        let series = series(&[(1, Some(2)), (3, None)]);
        let (time, values) = scales(10, 15);
        assert_eq!(line(&series, &time, &values, at(30)), Line::default());
    }

    #[test]
    fn a_sparkline_breaks_too() {
        let series = series(&[(1, Some(1)), (2, Some(100)), (3, None), (4, Some(1))]);
        let parts = sparkline(&series, 16, 30.0, 10.0);
        assert_eq!(parts, [vec![(0.0, 10.0), (10.0, 0.0)], vec![(30.0, 10.0)]]);
    }
}
