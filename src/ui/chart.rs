//! Values over time: a step line for each sequence server, broken where its state was lost.

use std::rc::Rc;

use yew::{Callback, Html, Properties, function_component, use_node_ref};

use super::html::html;

use super::act::{Act, Choice, SEQ, Span, Values};
use super::axis::{axis, grid, moment};
use super::i18n::Words;
use super::shared::{Ptr, doing, use_act, use_size};
use super::spans;
use super::words;
use crate::observe::series::{Mark, Series};
use crate::observe::snapshot::Snapshot;
use crate::term::Term;
use crate::term::float::tenths;
use crate::term::ordered::{sort_by, sort_by_key};
use crate::time::Instant;
use crate::view::chart::{Line, line, polyline, values_in};
use crate::view::number;
use crate::view::scale::{Kind, Range, TimeScale, ValueScale};

/// The most series drawn, and the most told of in rows.
const MOST: usize = 12;
const ROWS: usize = 60;
/// Rows of the data table.
const TABLE: usize = 60;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ChartProps {
    pub(crate) snapshot: Ptr<Snapshot>,
    pub(crate) choice: Choice,
    /// Who is attached to telemetry.
    pub(crate) handlers: Vec<[Term; 3]>,
    pub(crate) now: Instant,
}

#[function_component]
pub(crate) fn Chart(props: &ChartProps) -> Html {
    let (act, frame) = (use_act(), use_node_ref());
    let size = use_size(&frame);
    let (t, form) = (props.choice.lang.words(), props.choice.form_of_values);
    let series: Vec<Rc<Series>> =
        props.snapshot.all_series().take(if form == Values::Chart { MOST } else { ROWS }).cloned().collect();
    let body = match (form, series.is_empty()) {
        (Values::Telemetry, _) => spans::panel(&series, &props.handlers, t),
        (_, true) => {
            html! { <p class="empty">{ if props.choice.scene.app() == SEQ { t.no_values } else { t.values_nowhere } }</p> }
        }
        (Values::Table, false) => self::table(&series, t),
        (Values::Chart, false) => drawing(props, &act, &series, size),
    };
    let toggle = |other: Values, label: &'static str| {
        let deed = Act::Values(if form == other { Values::Chart } else { other });
        html! { <button type="button" aria-pressed={(form == other).to_string()} onclick={doing(&act, deed)}>{ label }</button> }
    };
    html! {
        <div class="chart">
            <div class="tools">
                <h2>{ t.values }</h2>
                if form != Values::Telemetry {
                    { widths(&act, &props.choice, t) }
                    <span class="segmented" role="group" aria-label={t.scale}>
                        { scale_button(&act, &props.choice, false, t.logarithmic) }
                        { scale_button(&act, &props.choice, true, t.linear) }
                    </span>
                }
                { toggle(Values::Table, t.table) }{ toggle(Values::Telemetry, t.telemetry) }
            </div>
            <div class="plot" ref={frame}>{ body }</div>
        </div>
    }
}

fn scale_button(act: &Callback<Act>, choice: &Choice, linear: bool, label: &'static str) -> Html {
    let pressed = (choice.linear == linear).to_string();
    html! { <button type="button" aria-pressed={pressed} onclick={doing(act, Act::Linear(linear))}>{ label }</button> }
}

fn widths(act: &Callback<Act>, choice: &Choice, t: &'static Words) -> Html {
    let button = |span: Span| {
        let label = match span.seconds() {
            None => t.all.to_owned(),
            Some(seconds) if seconds < 60 => format!("{seconds}{}", t.second),
            Some(seconds) => format!("{}{}", seconds / 60, t.minute),
        };
        let pressed = (choice.span == span).to_string();
        html! { <button type="button" aria-pressed={pressed} onclick={doing(act, Act::Span(span))}>{ label }</button> }
    };
    html! { <span class="segmented" role="group" aria-label={t.span}>{ for Span::ALL.into_iter().map(button) }</span> }
}

#[inline(never)]
fn drawing(props: &ChartProps, act: &Callback<Act>, series: &[Rc<Series>], (width, height): (i32, i32)) -> Html {
    if width == 0 {
        return Html::default();
    }
    let height = height.max(60);
    let axis = axis(props.now, &props.choice, width);
    let bottom = f64::from(height) - 18.0;
    let kind = if props.choice.linear { Kind::Linear } else { Kind::Log };
    let values = series.iter().flat_map(|series| values_in(series, &axis));
    let scale = ValueScale::holding(kind, values, Range { from: bottom, to: 12.0 });
    let lines: Vec<Line> = series.iter().map(|series| line(series, &axis, &scale, props.now)).collect();
    let ends: Vec<Option<(f64, f64)>> = series.iter().zip(&lines).map(|(series, line)| tip(series, line)).collect();
    let selected = |series: &Series| props.choice.selected == Some(series.key);
    let heights = spread(&ends, bottom);
    html! {
        <svg width={width.to_string()} height={height.to_string()} aria-hidden="true">
            { grid(&axis, 8.0, bottom, bottom + 14.0) }
            { levels(&axis, &scale) }
            { moment(&axis, &props.choice, bottom) }
            { for series.iter().zip(&lines).zip(&ends).enumerate().map(|(at, ((series, line), end))| {
                let lit = (props.choice.hover == Some(series.key)).then_some("lit");
                let class = yew::classes!("series", format!("s{}", at % 6), selected(series).then_some("selected"), lit);
                html! {
                    <g {class} onclick={doing(act, Act::Select(series.key))} onmouseenter={doing(act, Act::Hover(Some(series.key)))}
                        onmouseleave={doing(act, Act::Hover(None))}>{ drawn(line, *end) }</g>
                }
            }) }
            { for series.iter().zip(heights).enumerate().filter_map(|(at, (series, y))| Some(label(at, series, &axis, y?, f64::from(width)))) }
        </svg>
    }
}

/// Where a line ends, unless it has just broken.
fn tip(series: &Series, line: &Line) -> Option<(f64, f64)> {
    let broken = matches!(series.points.last()?.what, Mark::Break { .. });
    line.stretches.last()?.last().copied().filter(|_| !broken)
}

fn levels(axis: &TimeScale, scale: &ValueScale) -> Html {
    let (left, right) = (axis.range.from, axis.range.to);
    let levels = scale.ticks(26.0).into_iter().map(|tick| {
        html! {
            <>
                <path class="grid" d={format!("M{} {}H{}", tenths(left), tenths(tick.at), tenths(right))} />
                <text class="tick y" x={tenths(left - 6.0)} y={tenths(tick.at + 3.5)}>{ tick.label }</text>
            </>
        }
    });
    html! { <g>{ for levels }</g> }
}

fn drawn(line: &Line, end: Option<(f64, f64)>) -> Html {
    let stretches = line.stretches.iter().map(|corners| html! { <polyline class="line" points={polyline(corners)} /> });
    let breaks = line.breaks.iter().map(|lost| {
        let class = if lost.orderly { "lost orderly" } else { "lost" };
        html! {
            <g {class} transform={format!("translate({} {})", tenths(lost.x), tenths(lost.y))}>
                <path d="M-4 -4L4 4M4 -4L-4 4" /><title>{ format!("{} {}", words::moment(lost.at), words::brief(&lost.reason)) }</title>
            </g>
        }
    });
    let end = end.map(|(x, y)| html! { <circle class="end" cx={tenths(x)} cy={tenths(y)} r="3" /> });
    html! { <>{ for stretches }{ for breaks }{ end }</> }
}

/// Heights of the labels at the right edge: near their line, never on top of each other.
fn spread(ends: &[Option<(f64, f64)>], bottom: f64) -> Vec<Option<f64>> {
    const APART: f64 = 13.0;
    let mut order: Vec<(usize, f64)> = ends.iter().enumerate().filter_map(|(at, end)| Some((at, (*end)?.1))).collect();
    sort_by(&mut order, |a, b| b.1.total_cmp(&a.1));
    let (mut heights, mut below) = (vec![None; ends.len()], bottom + APART);
    for (at, y) in order {
        below = y.min(below - APART);
        if let Some(height) = heights.get_mut(at) {
            *height = Some(below);
        }
    }
    heights
}

/// Name and value beside the end of a line; where there is no room for both they end at the edge.
fn label(at: usize, series: &Series, axis: &TimeScale, y: f64, width: f64) -> Html {
    let name = words::brief(&series.name);
    let short = name.rsplit('.').next().unwrap_or(&name).trim_start_matches(':').trim_end_matches("Server");
    let name = words::cut(short, 9);
    let value = series.last.as_ref().map(|(_, value)| number::short(value)).unwrap_or_default();
    let letters = |text: &str| text.chars().count() as f64;
    let (beside, breadth) = (axis.range.to + 7.0, letters(&name) * 7.5 + letters(&value) * 6.7 + 4.0);
    let (x, anchor) = if beside + breadth < width { (beside, "start") } else { (width - 2.0, "end") };
    html! {
        <text class={format!("label s{}", at % 6)} x={tenths(x)} y={tenths(y + 4.0)} text-anchor={anchor}>
            <tspan class="who">{ name }</tspan>{ " " }<tspan>{ value }</tspan>
        </text>
    }
}

/// The same as a table, newest first.
#[inline(never)]
fn table(series: &[Rc<Series>], t: &'static Words) -> Html {
    let mut points: Vec<_> = series
        .iter()
        .flat_map(|series| {
            series.points.iter().rev().take(TABLE).map(move |point| (point.at, point.seq, series, point))
        })
        .collect();
    sort_by_key(&mut points, |(at, seq, ..)| std::cmp::Reverse((*at, *seq)));
    let rows = points.into_iter().take(TABLE).map(|(at, seq, series, point)| {
        let what = match &point.what {
            Mark::Value(value) => html! { number::full(value, t.digits) },
            Mark::Break { reason, .. } => html! { <em>{ "✕ " }{ t.state_lost }{ ": " }{ words::brief(reason) }</em> },
        };
        html! { <tr key={format!("{seq}-{}", series.key)}><td>{ words::moment(at) }</td><td>{ words::brief(&series.name) }</td><td>{ what }</td></tr> }
    });
    html! {
        <div class="scroll" tabindex="0">
            <table>
                <thead><tr><th scope="col">{ t.time }</th><th scope="col">{ t.server }</th><th scope="col">{ t.value }</th></tr></thead>
                <tbody>{ for rows }</tbody>
            </table>
        </div>
    }
}
