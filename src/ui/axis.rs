//! The axis of virtual time that chart and lanes share.

use yew::Html;

use super::html::html;

use crate::term::float::tenths;
use crate::time::{Duration, Instant};
use crate::view::scale::{Range, TimeScale};

use super::act::Choice;

/// Pixels between two names of moments.
const SPACING: f64 = 64.0;

/// The window that ends at `now`, between room for names at the left and for values at the right.
/// With a moment that is looked at it stands still, once that has come to its middle.
pub(crate) fn axis(now: Instant, choice: &Choice, width: i32) -> TimeScale {
    let all = now.as_secs().saturating_add(1).max(15);
    let span = Duration::from_secs(choice.span.seconds().unwrap_or(all));
    let to = choice.moment.map_or(now, |at| now.min(at + Duration(span.0 / 2))).max(Instant::BOOT + span);
    let width = f64::from(width.max(160));
    let range = Range { from: (width * 0.16).clamp(58.0, 120.0), to: width - 104.0 };
    TimeScale { from: Instant(to.0 - span.0), to, range }
}

/// Lines at round moments between two heights, with their names at `text`.
pub(crate) fn grid(axis: &TimeScale, top: f64, bottom: f64, text: f64) -> Html {
    let ticks = axis.ticks(SPACING).into_iter().map(|tick| {
        // At the edge of the pane it begins there.
        let middle = tick.at.max(tick.label.len() as f64 * 3.4);
        html! {
            <>
                <path class="grid" d={format!("M{} {}V{}", tenths(tick.at), tenths(top), tenths(bottom))} />
                <text class="tick" x={tenths(middle)} y={tenths(text)}>{ tick.label }</text>
            </>
        }
    });
    html! { <g>{ for ticks }</g> }
}

/// A line at the moment that is looked at.
pub(crate) fn moment(axis: &TimeScale, choice: &Choice, bottom: f64) -> Option<Html> {
    let x = tenths(axis.x(choice.moment?));
    Some(html! { <path class="moment" d={format!("M{x} 0V{}", tenths(bottom))} /> })
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::act::Span;
    use super::*;

    #[test]
    fn the_window_ends_now_and_at_boot_lies_ahead() {
        let at = |seconds| Instant::BOOT + Duration::from_secs(seconds);
        let of = |span| Choice { span, ..Choice::default() };
        let late = axis(at(125), &of(Span::Minute), 800);
        assert_eq!((late.from, late.to, late.range.from, late.range.to), (at(65), at(125), 120.0, 696.0));
        let early = axis(at(2), &of(Span::Short), 300);
        assert_eq!((early.from, early.to), (at(0), at(15)));
        assert_eq!(axis(at(999), &of(Span::All), 300).from, at(0));
    }

    #[test]
    fn the_window_around_a_moment_stands_still_with_it_in_the_middle() {
        let at = |seconds| Instant::BOOT + Duration::from_secs(seconds);
        let window = |now, moment, span| {
            let axis = axis(at(now), &Choice { span, moment: Some(at(moment)), ..Choice::default() }, 800);
            (axis.from, axis.to)
        };
        assert_eq!(window(100, 90, Span::Minute), (at(40), at(100)), "goes on with the time");
        assert_eq!(window(500, 90, Span::Minute), (at(60), at(120)), "and then no more");
        assert_eq!(window(500, 3, Span::Minute), (at(0), at(60)), "nothing is before the boot");
        assert_eq!(window(500, 3, Span::All), (at(0), at(501)));
    }
}
