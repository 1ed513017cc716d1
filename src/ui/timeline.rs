//! Lanes: the lives of each child on the time axis of the chart. A gap is downtime; exits and
//! restarts are marks.

use std::rc::Rc;

use web_sys::HtmlElement;
use yew::{Callback, Html, NodeRef, Properties, function_component, hook, use_effect_with, use_mut_ref, use_node_ref};

use super::html::html;

use super::act::{Act, Choice};
use super::axis::{axis, grid, moment};
use super::i18n::Words;
use super::inspector::trace;
use super::shared::{Ptr, doing, use_act, use_size};
use super::words;
use crate::observe::lanes::{Availability, Lane};
use crate::observe::snapshot::{NodeKey, Snapshot, TreeNode};
use crate::term::float::tenths;
use crate::time::{Duration, Instant};
use crate::view::number;
use crate::view::scale::{Range, TimeScale};
use crate::view::timeline::{Arrow, Bar, Gap, Mark, arrows, close_up, row};

/// The most lanes drawn, and the most marks of a kind in one.
const MOST: usize = 40;
const MARKS: usize = 120;
/// The most messages drawn.
const ARROWS: usize = 150;
/// Messages of one exchange: how long after each other at most, and how many.
const CLOSE: Duration = Duration::from_millis(1);
const EXCHANGE: usize = 12;
/// Pixels above the first lane.
const TOP: i32 = 20;
/// Where a pane has fewer pixels, no chart shares its axis: the names take the room they want.
const NARROW: i32 = 420;

/// How lanes are laid out: pixels from one to the next, and above its bars. Where names would be
/// cut they stand above.
#[derive(Clone, Copy)]
struct Lanes {
    pitch: i32,
    above: i32,
}

impl Lanes {
    const fn of((width, height): (i32, i32)) -> Self {
        let tall = width < NARROW && height > 120;
        if tall { Lanes { pitch: 38, above: 16 } } else { Lanes { pitch: 22, above: 0 } }
    }

    fn top(self, row: usize) -> i32 {
        TOP + self.pitch * i32::try_from(row).unwrap_or(0)
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TimelineProps {
    pub(crate) snapshot: Ptr<Snapshot>,
    pub(crate) choice: Choice,
    pub(crate) app: Rc<str>,
    /// Are all messages seen?
    pub(crate) tracing: bool,
    /// Are messages of anybody seen?
    pub(crate) traced: bool,
    pub(crate) now: Instant,
}

#[function_component]
pub(crate) fn Timeline(props: &TimelineProps) -> Html {
    let (act, frame) = (use_act(), use_node_ref());
    let size = use_size(&frame);
    let t = props.choice.lang.words();
    let lanes = lanes(&props.snapshot, &props.app);
    let layout = Lanes::of(size);
    let at = lanes.iter().position(|lane| props.choice.selected == Some(lane.key)).unwrap_or(0);
    use_moment(&frame, props.choice.moments, size.0 > 0, layout.top(at + 1));
    let looked_at = props.choice.moment.map(words::moment);
    let label = looked_at.as_ref().map_or_else(|| t.timeline.to_owned(), |at| [t.timeline, " ", at].concat());
    let body = match (lanes.is_empty(), size.0) {
        (true, _) => html! { <p class="empty">{ t.no_lanes }</p> },
        (false, 0) => Html::default(),
        (false, width) => drawing(props, &act, &lanes, width, layout),
    };
    html! {
        <div class="timeline">
            <div class="tools"><h2>{ t.timeline }</h2><small>{ t.availability }{ " A = MTBF / (MTBF + MTTR)" }</small>
                { looked_at.map(|at| html! { <button type="button" class="now" onclick={doing(&act, Act::Now)}><time>{ at }</time>{ t.to_now }</button> }) }
                { trace(&act, props.tracing, t) }
                if props.traced {
                    <button type="button" class="close-up" aria-pressed={props.choice.close_up.to_string()} onclick={doing(&act, Act::CloseUp(!props.choice.close_up))}>{ t.close_up }</button>
                }
            </div>
            <div class="plot scroll" ref={frame} tabindex="0" role="group" aria-label={label}>{ body }</div>
            <ul class="sr">{ for lanes.iter().map(|lane| html! { <li>{ in_words(lane, props.now, t) }</li> }) }</ul>
        </div>
    }
}

/// Once another moment is asked for, the focus is here and the lane in view, as soon as there is
/// anything to see: where panes share a place this one has first to come up.
#[hook]
fn use_moment(frame: &NodeRef, asked: u32, there: bool, bottom: i32) {
    let (frame, answered) = (frame.clone(), use_mut_ref(|| 0));
    use_effect_with((asked, there), move |(asked, there)| {
        let frame = frame.cast::<HtmlElement>().filter(|_| *there && answered.replace(*asked) != *asked);
        frame.iter().for_each(|frame| {
            drop(frame.focus());
            frame.set_scroll_top(bottom - frame.client_height());
        });
    });
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
        let children: Vec<_> = snapshot.children(node).take(MOST).collect();
        open.extend(children.into_iter().rev());
    }
    lanes
}

fn drawing(props: &TimelineProps, act: &Callback<Act>, lanes: &[Rc<Lane>], width: i32, layout: Lanes) -> Html {
    let mut axis = window(props, width);
    if width < NARROW {
        axis.range = Range { from: if layout.above > 0 { 12.0 } else { 94.0 }, to: f64::from(width) - 62.0 };
    }
    // One more lane while messages are seen: for those whose sender or receiver has none.
    let rows = lanes.len() + usize::from(props.traced);
    let height = layout.top(rows) + 4;
    html! {
        <svg width={width.to_string()} height={height.to_string()} aria-hidden="true">
            { grid(&axis, 16.0, f64::from(height), 11.0) }
            { for lanes.iter().zip(0..).map(|(lane, at)| drawn(props, act, lane, &axis, at, layout)) }
            if props.traced { { messages(props, lanes, &axis, layout) } }
            { moment(&axis, &props.choice, f64::from(height)) }
        </svg>
    }
}

/// The window of time that the reader chose, or around the last exchange of messages.
fn window(props: &TimelineProps, width: i32) -> TimeScale {
    let axis = axis(props.now, &props.choice, width);
    let close = (props.traced && props.choice.close_up).then(|| close_up(&props.snapshot.messages, CLOSE, EXCHANGE));
    close.flatten().map_or(axis, |(from, to)| TimeScale { from, to, ..axis })
}

/// Messages on their way from lane to lane.
#[inline(never)]
fn messages(props: &TimelineProps, lanes: &[Rc<Lane>], axis: &TimeScale, layout: Lanes) -> Html {
    let (seen, t) = (&props.snapshot, props.choice.lang.words());
    let middle = |row: usize| f64::from(layout.top(row) + layout.above + 10);
    let height = |key| Some(middle(lanes.iter().position(|lane| lane.key == key).unwrap_or(lanes.len())));
    let arrow = |arrow: &Arrow| {
        let at = seen.messages.partition_point(|message| message.id < arrow.id);
        let ((x0, y0), (x1, y1)) = (arrow.from, arrow.to);
        let class = if arrow.received { "message" } else { "message waiting" };
        let term = seen.messages.get(at).map(|message| words::full(&message.message));
        html! { <g {class}><path d={format!("M{} {}L{} {}", tenths(x0), tenths(y0), tenths(x1), tenths(y1))} /><circle cx={tenths(x1)} cy={tenths(y1)} r="3" /><title>{ term }</title></g> }
    };
    html! {
        <>
            { title(t.others, "who others", axis, layout, layout.top(lanes.len())) }
            { for arrows(&seen.messages, axis, props.now, ARROWS, height).iter().filter(|arrow| arrow.from.1 != arrow.to.1).map(arrow) }
        </>
    }
}

/// The name of a lane: before its bars, cut to the room there is, or whole above them.
fn title(name: &str, class: &'static str, axis: &TimeScale, layout: Lanes, y: i32) -> Html {
    if layout.above > 0 {
        return html! { <text class="label" x={tenths(axis.range.from)} y={(y + 13).to_string()}>{ name.to_owned() }</text> };
    }
    let letters = ((axis.range.from - 12.0) / 7.4) as usize;
    html! { <text {class} x={tenths(axis.range.from - 8.0)} y={(y + 14).to_string()}>{ words::cut(name, letters) }</text> }
}

fn drawn(props: &TimelineProps, act: &Callback<Act>, lane: &Lane, axis: &TimeScale, at: usize, layout: Lanes) -> Html {
    let name = words::brief(&lane.name);
    let (y, above) = (layout.top(at), layout.above);
    let lit = (props.choice.hover == Some(lane.key)).then_some("lit");
    let class = yew::classes!("lane", (props.choice.selected == Some(lane.key)).then_some("selected"), lit);
    let row = row(lane, axis, props.now);
    let skip = |all: usize| all.saturating_sub(MARKS);
    html! {
        <g {class} transform={format!("translate(0 {y})")} onclick={doing(act, Act::Select(lane.key))}
            onmouseenter={doing(act, Act::Hover(Some(lane.key)))} onmouseleave={doing(act, Act::Hover(None))}>
            <rect class="hit" width={tenths(axis.range.to + 100.0)} height={(layout.pitch - 2).to_string()} rx="4" />
            { title(name.trim_start_matches("Seq."), "who", axis, layout, 0) }
            <g transform={format!("translate(0 {above})")}>
                { for row.gaps.iter().skip(skip(row.gaps.len())).map(gap) }
                { for row.bars.iter().skip(skip(row.bars.len())).map(bar) }
                { for row.marks.iter().skip(skip(row.marks.len())).map(mark) }
                <text class="share" x={tenths(axis.range.to + 7.0)} y="14">{ number::percent(lane.availability(props.now).ratio) }</text>
            </g>
        </g>
    }
}

#[inline(never)]
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

#[inline(never)]
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
        t.times_down,
        availability.failures,
        t.availability,
        number::percent(availability.ratio)
    )
}

/// Measured times of the lane of a place: MTBF, MTTR and availability.
pub(crate) fn measured(snapshot: &Snapshot, key: NodeKey, now: Instant) -> Option<Availability> {
    Some(snapshot.lane(key)?.availability(now)).filter(|availability| availability.failures > 0)
}
