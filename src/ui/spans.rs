//! The telemetry of `[:seq, :next]`: a row of figures and a small distribution for each server,
//! and who is attached.

use std::rc::Rc;

use yew::Html;

use super::html::html;
use super::i18n::Words;
use super::words;
use crate::observe::series::Series;
use crate::observe::spans::{BUCKETS, Spans};
use crate::term::Term;
use crate::term::float::tenths;
use crate::time::Duration;
use crate::view::number;

/// The most handlers listed.
const MOST: usize = 60;
/// Pixels: of a bucket, and of the fullest one.
const WIDTH: f64 = 7.0;
const HEIGHT: f64 = 22.0;

#[inline(never)]
pub(crate) fn panel(series: &[Rc<Series>], handlers: &[[Term; 3]], t: &'static Words) -> Html {
    let heads = [t.server, "start", "stop", "exception", t.duration, t.mean, t.longest, t.metadata];
    let range = range(series);
    html! {
        <div class="scroll telemetry" tabindex="0" role="group" aria-label={t.telemetry}>
            if series.is_empty() { <p class="empty">{ t.no_values }</p> } else {
                <table class="figures">
                    <thead><tr>{ for heads.map(|head| html! { <th scope="col">{ head }</th> }) }</tr></thead>
                    <tbody>{ for series.iter().map(|series| row(series, range, t)) }</tbody>
                </table>
            }
            <h3>{ t.handlers }</h3>
            if handlers.is_empty() { <p class="hint">{ t.no_handlers }</p> } else {
                <ul class="handlers">{ for handlers.iter().take(MOST).map(handler) }</ul>
            }
        </div>
    }
}

/// The buckets that any server has durations in: the same scale for all.
fn range(series: &[Rc<Series>]) -> (usize, usize) {
    let filled = |bucket: &usize| series.iter().any(|series| series.spans.buckets.get(*bucket) > Some(&0));
    let first = (0..BUCKETS).find(filled).unwrap_or(0);
    (first, (first..BUCKETS).rev().find(filled).unwrap_or(first))
}

fn row(series: &Series, range: (usize, usize), t: &'static Words) -> Html {
    let spans = &series.spans;
    let last = spans.last.as_ref().map(|(part, metadata)| {
        html! { <>{ part.name() }{ " " }<code>{ words::brief(metadata) }</code></> }
    });
    html! {
        <tr key={series.key.to_string()}>
            <th scope="row"><code>{ words::brief(&series.name) }</code></th>
            <td>{ spans.started }</td><td>{ spans.stopped }</td><td>{ spans.raised }</td>
            <td>{ distribution(spans, range) }<span class="sr">{ in_words(spans, t) }</span></td>
            <td>{ number::mean(spans.mean()) }</td><td>{ number::mean(Some(spans.longest.as_secs_f64())) }</td>
            <td>{ last }</td>
        </tr>
    }
}

/// Bars from short to long, each as high as its share of the fullest.
fn distribution(spans: &Spans, (first, last): (usize, usize)) -> Html {
    let most = spans.buckets.iter().max().copied().unwrap_or(0).max(1);
    let bar = |bucket: usize| {
        let count = spans.buckets.get(bucket).copied().unwrap_or(0);
        let height = if count > 0 { (HEIGHT * f64::from(count) / f64::from(most)).max(2.0) } else { 0.0 };
        let x = (bucket - first) as f64 * WIDTH;
        html! { <rect class="up" x={tenths(x)} y={tenths(HEIGHT - height)} width={tenths(WIDTH - 1.0)} height={tenths(height)} /> }
    };
    let width = (last + 1 - first) as f64 * WIDTH;
    html! {
        <svg width={tenths(width)} height={tenths(HEIGHT)} aria-hidden="true"><title>{ bounds(spans) }</title>{ for (first..=last).map(bar) }</svg>
    }
}

/// Every bucket that is not empty: `< 512 ns: 40, < 1 µs: 2`.
fn bounds(spans: &Spans) -> String {
    let filled = spans.buckets.iter().enumerate().filter(|(_, count)| **count > 0);
    let said = filled.map(|(bucket, count)| {
        let shown = |bound: Duration| number::mean(Some(bound.as_secs_f64()));
        match Spans::bound(bucket) {
            Ok(below) => format!("< {}: {count}", shown(below)),
            Err(least) => format!("≥ {}: {count}", shown(least)),
        }
    });
    said.collect::<Vec<_>>().join(", ")
}

fn in_words(spans: &Spans, t: &'static Words) -> String {
    if spans.stopped + spans.raised > 0 { bounds(spans) } else { t.none.to_owned() }
}

fn handler([id, event, function]: &[Term; 3]) -> Html {
    html! { <li><code>{ words::brief(id) }{ " " }{ words::brief(event) }{ " → " }{ words::brief(function) }</code></li> }
}
