//! Lanes: the lives of each child on the time axis of the chart. A gap is downtime; exits and
//! restarts are marks.

use std::rc::Rc;

use yew::{Callback, Html, Properties, function_component, use_node_ref};

use super::html::html;

use super::act::{Act, Choice};
use super::axis::{axis, grid};
use super::i18n::Words;
use super::shared::{Ptr, doing, use_act, use_size};
use super::words;
use crate::observe::lanes::{Availability, Lane};
use crate::observe::snapshot::{NodeKey, Snapshot, TreeNode};
use crate::term::float::tenths;
use crate::time::Instant;
use crate::view::number;
use crate::view::scale::TimeScale;
use crate::view::timeline::{Bar, Gap, Mark, row};

/// The most lanes drawn, and the most marks of a kind in one.
const MOST: usize = 40;
const MARKS: usize = 120;
/// Pixels of a lane, and above the first.
const PITCH: i32 = 22;
const TOP: i32 = 20;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TimelineProps {
    pub(crate) snapshot: Ptr<Snapshot>,
    pub(crate) choice: Choice,
    pub(crate) app: Rc<str>,
    pub(crate) now: Instant,
}

#[function_component]
pub(crate) fn Timeline(props: &TimelineProps) -> Html {
    let (act, frame) = (use_act(), use_node_ref());
    let (width, _) = use_size(&frame);
    let t = props.choice.lang.words();
    let lanes = lanes(&props.snapshot, &props.app);
    let body = match (lanes.is_empty(), width) {
        (true, _) => html! { <p class="empty">{ t.no_lanes }</p> },
        (false, 0) => Html::default(),
        (false, width) => drawing(props, &act, &lanes, width),
    };
    html! {
        <div class="timeline">
            <div class="tools"><h2>{ t.timeline }</h2><small>{ t.availability }{ " A = MTBF / (MTBF + MTTR)" }</small></div>
            <div class="plot scroll" ref={frame} tabindex="0" role="group" aria-label={t.timeline}>{ body }</div>
            <ul class="sr">{ for lanes.iter().map(|lane| html! { <li>{ in_words(lane, props.now, t) }</li> }) }</ul>
        </div>
    }
}

/// The lanes of the reader's application, in the order of its tree.
fn lanes(snapshot: &Snapshot, app: &str) -> Vec<Rc<Lane>> {
    let mut lanes = Vec::new();
    let own = |node: &&Rc<TreeNode>| node.application.is_some_and(|name| &*name.text() == app);
    let mut open: Vec<&Rc<TreeNode>> =
        snapshot.roots.iter().rev().filter_map(|key| snapshot.node(key)).filter(own).collect();
    while let Some(node) = open.pop() {
        lanes.extend(snapshot.lane(node.key).cloned());
        if lanes.len() >= MOST {
            break;
        }
        let children: Vec<_> = snapshot.children(node).collect();
        open.extend(children.into_iter().rev());
    }
    lanes
}

fn drawing(props: &TimelineProps, act: &Callback<Act>, lanes: &[Rc<Lane>], width: i32) -> Html {
    let axis = axis(props.now, props.choice.span, width);
    let height = TOP + PITCH * i32::try_from(lanes.len()).unwrap_or(0) + 4;
    html! {
        <svg width={width.to_string()} height={height.to_string()} aria-hidden="true">
            { grid(&axis, 16.0, f64::from(height), 11.0) }
            { for lanes.iter().zip(0..).map(|(lane, at)| drawn(props, act, lane, &axis, TOP + PITCH * at)) }
        </svg>
    }
}

fn drawn(props: &TimelineProps, act: &Callback<Act>, lane: &Lane, axis: &TimeScale, y: i32) -> Html {
    let name = words::brief(&lane.name);
    let letters = ((axis.range.from - 12.0) / 7.4) as usize;
    let lit = (props.choice.hover == Some(lane.key)).then_some("lit");
    let class = yew::classes!("lane", (props.choice.selected == Some(lane.key)).then_some("selected"), lit);
    let row = row(lane, axis, props.now);
    let skip = |all: usize| all.saturating_sub(MARKS);
    html! {
        <g {class} transform={format!("translate(0 {y})")} onclick={doing(act, Act::Select(lane.key))}
            onmouseenter={doing(act, Act::Hover(Some(lane.key)))} onmouseleave={doing(act, Act::Hover(None))}>
            <rect class="hit" width={tenths(axis.range.to + 100.0)} height={(PITCH - 2).to_string()} rx="4" />
            <text class="who" x={tenths(axis.range.from - 8.0)} y="14">{ words::cut(name.trim_start_matches("Seq."), letters) }</text>
            { for row.gaps.iter().skip(skip(row.gaps.len())).map(gap) }
            { for row.bars.iter().skip(skip(row.bars.len())).map(bar) }
            { for row.marks.iter().skip(skip(row.marks.len())).map(mark) }
            <text class="share" x={tenths(axis.range.to + 7.0)} y="14">{ number::percent(lane.availability(props.now).ratio) }</text>
        </g>
    }
}

fn gap(gap: &Gap) -> Html {
    html! { <path class="gap" d={format!("M{} 10h{}", tenths(gap.x), tenths(gap.width))} /> }
}

/// A life, with a mark where it began again.
fn bar(bar: &Bar) -> Html {
    let class = if bar.open { "up" } else { "up over" };
    let again = (bar.incarnation > 1).then(|| html! {
        <path class="again" d={format!("M{} 3l5 7l-5 7z", tenths(bar.x))}><title>{ format!("×{}", bar.incarnation) }</title></path>
    });
    html! {
        <>
            <rect {class} x={tenths(bar.x)} y="6" width={tenths(bar.width.max(1.0))} height="8" rx="2" />
            { again }
        </>
    }
}

fn mark(mark: &Mark) -> Html {
    let (class, shape) = match mark.orderly {
        true => ("exit orderly", "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0"),
        false => ("exit", "M-4 -4L4 4M4 -4L-4 4"),
    };
    html! {
        <g {class} transform={format!("translate({} 10)", tenths(mark.x))}>
            <path d={shape} /><title>{ format!("{} {}", words::moment(mark.at), words::brief(&mark.reason)) }</title>
        </g>
    }
}

fn in_words(lane: &Lane, now: Instant, t: &'static Words) -> String {
    let availability = lane.availability(now);
    let lives = lane.lives.next();
    format!(
        "{}: {} {}, {} {}, {} {}",
        words::brief(&lane.name),
        t.incarnation,
        lives,
        t.crashes,
        availability.failures,
        t.availability,
        number::percent(availability.ratio)
    )
}

/// Measured times of the lane of a place: MTBF, MTTR and availability.
pub(crate) fn measured(snapshot: &Snapshot, key: NodeKey, now: Instant) -> Option<Availability> {
    Some(snapshot.lane(key)?.availability(now)).filter(|availability| availability.failures > 0)
}
