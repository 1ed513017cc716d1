//! The restart budget of a supervisor as a ring of arcs, one a slot, clockwise from the top. A
//! spent slot empties as its time passes. Where the slots are too many to be told apart, one arc
//! shows the share that is left.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

use crate::observe::snapshot::BudgetSlot;
use crate::term::float::fixed;
use crate::time::Instant;

/// An arc of the ring.
#[derive(Clone, Debug, PartialEq)]
pub struct Arc {
    /// An SVG path of the slot's whole arc.
    pub path: String,
    /// How much of the wait until it is free is still to pass, from 1 (just spent) to 0 (free).
    pub spent: f64,
}

/// Radians that stay open between two arcs.
const GAP: f64 = 0.18;

/// The arcs of these slots around (0, 0).
#[must_use]
pub fn arcs(slots: &[BudgetSlot], now: Instant, radius: f64) -> Vec<Arc> {
    let turn = TAU / (slots.len().max(1) as f64);
    let gap = if slots.len() > 1 { GAP.min(turn / 3.0) } else { 0.02 };
    let place = |(at, slot): (usize, &BudgetSlot)| {
        let from = turn * at as f64 + gap / 2.0;
        Arc { path: arc(from, from + turn - gap, radius), spent: spent(*slot, now) }
    };
    slots.iter().enumerate().map(place).collect()
}

/// Of a budget too large for slots: the arc of what is left of it, clockwise from the top; nothing
/// if nothing is left.
#[must_use]
pub fn share(left: u32, all: u32, radius: f64) -> Option<String> {
    let share = f64::from(left.min(all)) / f64::from(all.max(1));
    // An arc that ended where it begins would be none.
    (left > 0).then(|| arc(0.0, TAU * share.clamp(0.01, 0.999), radius))
}

/// What is left in three letters at most, as there is no more room within a ring.
#[must_use]
pub fn number(left: u32) -> String {
    match left {
        0..1_000 => left.to_string(),
        1_000..100_000 => format!("{}k", left / 1_000),
        _ => "≫".to_owned(),
    }
}

fn spent(slot: BudgetSlot, now: Instant) -> f64 {
    match slot {
        BudgetSlot::Free => 0.0,
        BudgetSlot::Spent { at, frees_at } => {
            let whole = frees_at.since(at).as_secs_f64();
            if whole > 0.0 { (frees_at.since(now).as_secs_f64() / whole).min(1.0) } else { 0.0 }
        }
    }
}

/// An SVG path along a circle, angles in radians clockwise from the top.
fn arc(from: f64, to: f64, radius: f64) -> String {
    let point = |angle: f64| (radius * sine(angle), -radius * sine(angle + FRAC_PI_2));
    let ((x0, y0), (x1, y1)) = (point(from), point(to));
    let large = u8::from(to - from > PI);
    let [x0, y0, x1, y1, radius] = [x0, y0, x1, y1, radius].map(|length| fixed(length, 2));
    format!("M{x0} {y0}A{radius} {radius} 0 {large} 1 {x1} {y1}")
}

/// By Taylor's series, good for hundredths of a pixel.
fn sine(angle: f64) -> f64 {
    let angle = angle - TAU * libm::round(angle / TAU);
    let square = angle * angle;
    angle * (1..9).rev().fold(1.0, |rest, n| 1.0 - square / f64::from(2 * n * (2 * n + 1)) * rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;

    #[test]
    fn a_spent_slot_empties_as_time_passes() {
        let at = Instant::BOOT + Duration::from_secs(10);
        let frees_at = at + Duration::from_secs(4);
        let slots = [BudgetSlot::Spent { at, frees_at }, BudgetSlot::Free];
        let spent = |seconds| arcs(&slots, at + Duration::from_secs(seconds), 10.0)[0].spent;
        assert_eq!([spent(0), spent(1), spent(4), spent(9)], [1.0, 0.75, 0.0, 0.0]);
    }

    #[test]
    fn a_large_budget_is_one_arc_as_long_as_what_is_left() {
        assert_eq!(share(500, 1_000, 10.0).unwrap(), "M0.00 -10.00A10.00 10.00 0 0 1 0.00 10.00");
        assert_eq!(share(750, 1_000, 10.0).unwrap(), "M0.00 -10.00A10.00 10.00 0 1 1 -10.00 0.00");
        let full = share(1_000, 1_000, 10.0).unwrap();
        assert_eq!(full, "M0.00 -10.00A10.00 10.00 0 1 1 -0.06 -10.00", "all of it is nearly round");
        assert!(
            share(1, 1_000_000, 10.0).is_some_and(|path| path.ends_with("0.63 -9.98")),
            "the last one is still seen"
        );
        assert_eq!(share(0, 1_000, 10.0), None);
        assert_eq!(
            [0, 7, 999, 1_000, 1_999, 99_999, 100_000, u32::MAX].map(number),
            ["0", "7", "999", "1k", "1k", "99k", "≫", "≫"]
        );
    }

    #[test]
    fn arcs_go_clockwise_from_the_top() {
        let slots = [BudgetSlot::Free; 2];
        let paths: Vec<_> = arcs(&slots, Instant::BOOT, 10.0).into_iter().map(|arc| arc.path).collect();
        let expected = ["M0.90 -9.96A10.00 10.00 0 0 1 0.90 9.96", "M-0.90 9.96A10.00 10.00 0 0 1 -0.90 -9.96"];
        assert_eq!(paths, expected);
    }
}
