//! The tree as a picture, beside the list that says the same.

use std::rc::Rc;

use web_sys::Element;
use yew::{
    Callback, Event, Html, MouseEvent, NodeRef, Properties, WheelEvent, function_component, hook, use_effect_with,
    use_mut_ref, use_node_ref, use_state_eq,
};

use super::super::html::{component, html};

use super::super::act::Act;
use super::super::i18n::Lang;
use super::super::shared::{Ptr, doing, use_act, use_size};
use super::super::{beats, shared, words};
use super::glyph;
use super::{Budget, budget, facts, value};
use crate::observe::beats::{Beat, Told};
use crate::observe::snapshot::{NodeKey, Snapshot, TreeNode};
use crate::term::ordered::sort_by_key;
use crate::term::{Ordered, Pid};
use crate::time::Instant;
use crate::view::blast::{Blast, blast};
use crate::view::chart::{polyline, sparkline};
use crate::view::frame::{Frame, Zoom};
use crate::view::states;
use crate::view::tidy_tree::{Drawn, Rect, Tree, leads_to_root};

/// The most cards drawn at once.
const MOST_CARDS: usize = 240;
/// The most links and monitors of a process that are looked at.
const LOOKED_AT: usize = 500;
/// Around a card that is brought into view.
const AROUND: i32 = 12;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct PictureProps {
    /// The roots that show.
    pub(crate) roots: Vec<NodeKey>,
    pub(crate) folded: Rc<Ordered<NodeKey, bool>>,
    pub(crate) snapshot: Ptr<Snapshot>,
    pub(crate) selected: Option<NodeKey>,
    pub(crate) hover: Option<NodeKey>,
    pub(crate) mailboxes: Ptr<Vec<(Pid, usize)>>,
    /// Monitors of the selected process, either way.
    pub(crate) monitors: Vec<Pid>,
    pub(crate) zoom: Zoom,
    pub(crate) lang: Lang,
    pub(crate) now: Instant,
    /// The beat of a crash to show, in place of what would happen.
    pub(crate) beat: Option<Ptr<Beat>>,
}

#[function_component]
pub(crate) fn Picture(props: &PictureProps) -> Html {
    let (act, pane, tree) = (use_act(), use_node_ref(), use_mut_ref(Tree::default));
    let room = use_size(&pane);
    let mut tree = tree.borrow_mut();
    tree.see(&props.snapshot, props.roots.iter().copied(), &props.folded, Frame::widest(room.0));
    let frame = Frame::new(tree.size(), room, props.zoom);
    let (scrolled, part) = use_part(&pane, room);
    let window = if tree.count() > MOST_CARDS { frame.window(&part) } else { Rect::ALL };
    let drawn = tree.within(&window, MOST_CARDS);
    use_kept_middle(&pane, frame.scale);
    let looked_at = props.selected.or(props.roots.first().copied()).filter(|_| room.0 > 0);
    // One that was clicked stays where the pointer is.
    let away = looked_at.filter(|_| props.hover != looked_at).and_then(|key| tree.card(key));
    use_in_view(&pane, looked_at, away.map(|card| frame.in_pane(&card)));
    let ((width, height), (across, down)) = (frame.shown(), frame.size());
    let blast = match &props.beat {
        Some(beat) => Some(beats::as_blast(beat)),
        None => props.hover.or(props.selected).and_then(|key| blast(&props.snapshot, key, props.now)),
    };
    html! {
        <div class="picture" ref={pane.clone()} aria-hidden="true" onwheel={zoomed(&act, props.zoom)} onmousemove={panned(pane)} onscroll={scrolled}>
            <svg viewBox={format!("0 0 {across} {down}")} width={width.to_string()} height={height.to_string()}
                onmouseleave={doing(&act, Act::Hover(None))}>
                <g>{ for drawn.iter().map(|drawn| edge(props, &frame, drawn)) }</g>
                { relations(props, &tree, &frame) }
                <g>{ for drawn.iter().filter_map(|drawn| card(props, drawn, &frame, blast.as_ref())) }</g>
                { told(props, &tree, &frame) }
            </svg>
        </div>
    }
}

/// The wheel with Ctrl, as browsers zoom.
fn zoomed(act: &Callback<Act>, zoom: Zoom) -> Callback<WheelEvent> {
    let act = act.clone();
    Callback::from(move |event: WheelEvent| {
        if event.ctrl_key() && event.delta_y() != 0.0 {
            event.prevent_default();
            act.emit(Act::Zoom(zoom.by(if event.delta_y() < 0.0 { 1 } else { -1 })));
        }
    })
}

/// Dragged with the first button, the picture moves along.
fn panned(pane: NodeRef) -> Callback<MouseEvent> {
    Callback::from(move |event: MouseEvent| {
        if let Some(pane) = pane.cast::<Element>().filter(|_| event.buttons() == 1) {
            shift(&pane, -event.movement_x(), -event.movement_y());
        }
    })
}

/// Scrolls by so many pixels.
pub(super) fn shift(pane: &Element, x: i32, y: i32) {
    pane.set_scroll_left(pane.scroll_left() + x);
    pane.set_scroll_top(pane.scroll_top() + y);
}

/// The part of the picture that shows, with half a pane around it: told anew each half a pane that
/// it scrolls.
#[hook]
fn use_part(pane: &NodeRef, room: (i32, i32)) -> (Callback<Event>, Rect) {
    let (pane, tile) = (pane.clone(), use_state_eq(|| (0, 0)));
    let (width, height) = ((room.0 / 2).max(1), (room.1 / 2).max(1));
    let part = Rect { x: (tile.0 - 1) * width, y: (tile.1 - 1) * height, width: 5 * width, height: 5 * height };
    let set = tile.setter();
    let scrolled = Callback::from(move |_| {
        if let Some(pane) = pane.cast::<Element>() {
            set.set((pane.scroll_left() / width, pane.scroll_top() / height));
        }
    });
    (scrolled, part)
}

/// What was in the middle of the pane is there again once the picture shows larger or smaller.
#[hook]
fn use_kept_middle(pane: &NodeRef, scale: f64) {
    let (pane, before) = (pane.clone(), use_mut_ref(|| scale));
    use_effect_with(scale, move |scale| {
        let (old, Some(pane)) = (before.replace(*scale), pane.cast::<Element>()) else { return };
        let moved = |at: i32, room: i32| (f64::from(at + room / 2) * (scale / old - 1.0)) as i32;
        let (x, y) = (moved(pane.scroll_left(), pane.client_width()), moved(pane.scroll_top(), pane.client_height()));
        shift(&pane, x, y);
    });
}

/// Once another place is looked at, its card is in view.
#[hook]
fn use_in_view(pane: &NodeRef, looked_at: Option<NodeKey>, card: Option<Rect>) {
    let pane = pane.clone();
    use_effect_with(looked_at, move |_| {
        let (Some(pane), Some(card)) = (pane.cast::<Element>(), card) else { return };
        let beyond = |from: i32, length: i32, at: i32, room: i32| {
            (from - AROUND - at).min(0) + (from + length + AROUND - at - room).max(0)
        };
        let x = beyond(card.x, card.width, pane.scroll_left(), pane.client_width());
        shift(&pane, x, beyond(card.y, card.height, pane.scroll_top(), pane.client_height()));
    });
}

fn edge(props: &PictureProps, frame: &Frame, drawn: &Drawn) -> Html {
    let alive = props.snapshot.node(drawn.key).is_some_and(|node| node.state.is_alive());
    let class = if alive { "edge" } else { "edge down" };
    frame.edge(drawn).map_or_else(Html::default, |d| html! { <path {class} {d} /> })
}

/// Links (dotted) and monitors (dash-dot) of the selected process, but for those along the tree.
#[inline(never)]
fn relations(props: &PictureProps, tree: &Tree, frame: &Frame) -> Html {
    let selected = props.selected.and_then(|key| props.snapshot.node(key)).filter(|node| node.state.is_alive());
    let Some(node) = selected else { return Html::default() };
    let (Some(process), Some(from)) = (&node.process, tree.card(node.key)) else { return Html::default() };
    let below = |key: NodeKey| props.snapshot.node(key).is_some_and(|child| child.parent == Some(node.key));
    let along = |key: NodeKey| node.parent == Some(key) || below(key);
    let line = |class: &'static str, pid| {
        let key = props.snapshot.key_of(pid).filter(|key| !along(*key))?;
        Some(html! { <path {class} d={frame.tie(&from, &tree.card(key)?).path} /> })
    };
    let links = process.links.iter().take(LOOKED_AT).filter_map(|pid| line("link", *pid));
    let logged = process.monitors.iter().take(LOOKED_AT).chain(process.monitored_by.iter().take(LOOKED_AT));
    let mut monitors: Vec<Pid> = logged.map(|monitor| monitor.pid).chain(props.monitors.iter().copied()).collect();
    sort_by_key(&mut monitors, |pid| *pid);
    monitors.dedup();
    links.chain(monitors.into_iter().filter_map(|pid| line("monitor", pid))).take(60).collect()
}

/// The signals of a beat on their way.
#[inline(never)]
fn told(props: &PictureProps, tree: &Tree, frame: &Frame) -> Html {
    let Some(Beat::Told(all)) = props.beat.as_deref() else { return Html::default() };
    let line = |told: &Told| {
        let class = if told.down { "signal down" } else { "signal" };
        let tie = frame.tie(&tree.card(told.from)?, &tree.card(told.to)?);
        Some(html! { <path {class} pathLength="1" d={tie.path + tie.head} /> })
    };
    html! { <g key="told">{ for all.iter().filter_map(line).take(60) }</g> }
}

/// How many messages wait for the process of a place.
fn mail(props: &PictureProps, node: &TreeNode) -> usize {
    let own = node.pid().filter(|_| node.state.is_alive());
    shared::mail(&props.mailboxes, own)
}

/// Its number in an order, from 1.
fn number(order: &[NodeKey], key: NodeKey) -> Option<usize> {
    order.iter().position(|other| *other == key).map(|at| at + 1)
}

fn card(props: &PictureProps, drawn: &Drawn, frame: &Frame, blast: Option<&Blast>) -> Option<Html> {
    let (key, (x, y), (width, height)) = (drawn.key, frame.corner(&drawn.rect), frame.card());
    let node = props.snapshot.node(key)?;
    Some(component! { <CardOf key={key.to_string()} node={Ptr(node.clone())} {x} {y} {width} {height}
    flat={frame.flat} selected={props.selected == Some(key)} lang={props.lang}
    left={budget(node, props.now)} value={value(&props.snapshot, key).unwrap_or_default()}
    spark={if frame.flat { String::new() } else { spark(&props.snapshot, key, width) }}
    lit={props.hover == Some(key)} mail={mail(props, node)}
    mark={props.beat.as_ref().and_then(|beat| beats::mark(beat, key)).unwrap_or_default()}
    stop={blast.and_then(|blast| number(&blast.stop, key))} start={blast.and_then(|blast| number(&blast.start, key))}
    hidden={drawn.hidden} /> })
}

/// The path of the newest values of a sequence server, along the lower edge of its card.
fn spark(snapshot: &Snapshot, key: NodeKey, width: i32) -> String {
    let parts =
        snapshot.series_of(key).map_or_else(Vec::new, |series| sparkline(series, 32, f64::from(width - 32), 5.0));
    parts.iter().map(|part| format!("M{}", polyline(part))).collect()
}

#[derive(Clone, PartialEq, Properties)]
struct CardProps {
    node: Ptr<TreeNode>,
    x: i32,
    y: i32,
    width: i32,
    height: i32,
    flat: bool,
    selected: bool,
    hidden: usize,
    lang: Lang,
    left: Option<Budget>,
    value: String,
    /// The path of its newest values.
    spark: String,
    /// Is it looked at elsewhere?
    lit: bool,
    /// Messages that wait.
    mail: usize,
    /// What a beat says about it.
    mark: String,
    stop: Option<usize>,
    start: Option<usize>,
}

#[function_component]
fn CardOf(props: &CardProps) -> Html {
    let act = use_act();
    let node = &*props.node;
    let key = node.key;
    let class = yew::classes!(
        "card",
        states::class(node.state),
        node.supervisor.is_some().then_some("sup"),
        props.selected.then_some("selected"),
        node.is_tombstone().then_some("tombstone"),
        (props.stop.is_some() || props.start.is_some() || !props.mark.is_empty()).then_some("struck"),
        props.lit.then_some("lit"),
        props.mark.starts_with('✕').then_some("fallen"),
    );
    let rx = if node.supervisor.is_some() { "5" } else { "14" };
    html! {
        <g {class} data-key={key.to_string()} transform={format!("translate({} {})", props.x, props.y)}
            onclick={doing(&act, Act::Inspect(key))} onmouseenter={doing(&act, Act::Hover(Some(key)))}
            onmouseleave={Callback::from(|_: yew::MouseEvent| ())}>
            <rect class="box" width={props.width.to_string()} height={props.height.to_string()} {rx} />
            // Keyed by incarnation: a new life enters with its own motion.
            <g key={node.incarnation} class="life">{ inside(props) }</g>
            { numbers(props) }{ below(props) }
        </g>
    }
}

fn inside(props: &CardProps) -> Html {
    let (node, t) = (&*props.node, props.lang.words());
    let middle = props.height / 2;
    let (name_y, mark_y) = if props.flat { (middle + 4, middle) } else { (20, 16) };
    // Tenths of a pixel for a letter: where something stands behind the name it must not be too few.
    let letter = if props.flat { 80 } else { 75 };
    let letters = usize::try_from((props.width - 33 - room(props)) * 10 / letter).unwrap_or(10);
    let value_room = if props.value.is_empty() { 0 } else { 8 + 8 * count(&props.value) };
    let small = usize::try_from((props.width - 34 - value_room.max(room(props))) * 10 / 67).unwrap_or(10);
    let second = (!props.flat).then(|| {
        html! {
            <text class="sub" x="27" y="37">{ words::cut(&facts(node, t), small) }</text>
        }
    });
    let ring = props.left.as_ref().map(|budget| {
        let (x, radius) = if props.flat { (props.width - 17, 10.0) } else { (props.width - 20, 12.0) };
        html! { <g transform={format!("translate({x} {middle})")}><title>{ super::budget_in_words(budget, t) }</title>{ glyph::ring(budget, radius) }</g> }
    });
    let value = (!props.value.is_empty()).then(|| html! {
        <text class="value" x={(props.width - 10).to_string()} y={if props.flat { middle + 4 } else { 38 }.to_string()}>
            { &props.value }
        </text>
    });
    html! {
        <>
            <g transform={format!("translate(15 {mark_y})")}>{ glyph::glyph(node.state, node.supervisor.is_some()) }</g>
            <text class="name" x="27" y={name_y.to_string()}>{ words::cut(&name(props), letters) }</text>
            if !props.spark.is_empty() { <path class="spark" fill="none" transform={format!("translate(16 {})", props.height - 7)} d={props.spark.clone()} /> }
            { second }{ ring }{ value }{ badge(props) }
        </>
    }
}

/// What the place is called; on a flat card without what its application says of it already.
fn name(props: &CardProps) -> String {
    let label = words::label(&props.node, props.lang.words());
    let short = match label.rsplit(' ').next() {
        _ if !props.flat => None,
        Some(last) if leads_to_root(&props.node) => Some(last),
        _ => label.strip_prefix("Seq."),
    };
    short.map_or_else(|| label.clone(), str::to_owned)
}

/// What stands to the right of the name.
fn room(props: &CardProps) -> i32 {
    let value = count(&props.value) * 15 / 2;
    match &props.left {
        Some(_) if props.flat => 26,
        Some(_) => 28,
        None if props.flat && !props.value.is_empty() => value + 8,
        None => 0,
    }
}

/// The incarnation, from the second on.
fn badge(props: &CardProps) -> Html {
    let again = props.node.incarnation;
    if again > 1 { tag(props.width - 30, -7, "again", format!("×{again}")) } else { Html::default() }
}

/// On the lower edge: what a beat says, how many children do not show, how many messages wait. Where
/// the next card is near, each out of the way of what stands on that one's upper edge.
fn below(props: &CardProps) -> Html {
    let (y, letters, mail) = if props.flat { (props.height - 6, 12, 82) } else { (props.height - 8, 18, 46) };
    let mark = words::cut(&props.mark, letters);
    html! {
        <>
            if props.hidden > 0 { { tag(props.width / 2 - 15, y, "folded", format!("+{}", props.hidden)) } }
            if props.mail > 0 { { tag(props.width - mail, y, "mail", format!("✉{}", props.mail)) } }
            if !mark.is_empty() { { tag((props.width - breadth(&mark)) / 2, y, "mark", mark) } }
        </>
    }
}

/// A small label on a card.
pub(crate) fn tag(x: i32, y: i32, class: &'static str, text: String) -> Html {
    let width = breadth(&text);
    html! {
        <g class={yew::classes!("tag", class)} transform={format!("translate({x} {y})")}>
            <rect width={width.to_string()} height="15" rx="7.5" /><text x={(width / 2).to_string()} y="11">{ text }</text>
        </g>
    }
}

/// How wide a label is.
fn breadth(text: &str) -> i32 {
    10 + 7 * count(text)
}

fn count(text: &str) -> i32 {
    i32::try_from(text.chars().count()).unwrap_or(0)
}

/// Who would stop and who would start, numbered, if the place looked at died now: beside each other
/// on the upper edge.
#[inline(never)]
fn numbers(props: &CardProps) -> Html {
    let stop = props.stop.map(|number| format!("■{number}"));
    let behind = stop.as_deref().map_or(-8, |stop| breadth(stop) - 6);
    let start = props.start.map(|number| tag(behind, -8, "start", format!("▶{number}")));
    html! { <>{ stop.map(|stop| tag(-8, -8, "stop", stop)) }{ start }</> }
}
