//! The tree as a picture, beside the list that says the same.

use web_sys::Element;
use yew::{
    Callback, Html, MouseEvent, NodeRef, Properties, WheelEvent, function_component, hook, use_effect_with,
    use_mut_ref, use_node_ref,
};

use super::super::html::{component, html};

use super::super::act::Act;
use super::super::i18n::Lang;
use super::super::shared::{Ptr, doing, use_act, use_size};
use super::super::{beats, shared, words};
use super::glyph;
use super::outline::Row;
use super::{Budget, budget, facts, value};
use crate::observe::beats::{Beat, Told};
use crate::observe::snapshot::{NodeKey, Snapshot, TreeNode};
use crate::term::Pid;
use crate::time::Instant;
use crate::view::blast::{Blast, blast};
use crate::view::places::{Card, Places, Spot, Zoom, places};
use crate::view::states;

/// The most links and monitors of a process that are looked at.
const LOOKED_AT: usize = 500;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct PictureProps {
    pub(crate) rows: Ptr<Vec<Row>>,
    pub(crate) snapshot: Ptr<Snapshot>,
    pub(crate) selected: Option<NodeKey>,
    pub(crate) hover: Option<NodeKey>,
    pub(crate) mailboxes: Ptr<Vec<(Pid, usize)>>,
    pub(crate) zoom: Zoom,
    pub(crate) lang: Lang,
    pub(crate) now: Instant,
    /// The beat of a crash to show, in place of what would happen.
    pub(crate) beat: Option<Ptr<Beat>>,
}

#[function_component]
pub(crate) fn Picture(props: &PictureProps) -> Html {
    let (act, frame) = (use_act(), use_node_ref());
    let size = use_size(&frame);
    let drawn = drawn(&props.rows);
    let spots: Vec<Spot> =
        drawn.iter().map(|row| Spot { parent: row.parent, beside: row.beside && row.siblings == 1 }).collect();
    let places = places(&spots, size);
    let (width, height) = places.shown(size, props.zoom);
    use_kept_middle(&frame, (width, height));
    let view_box = format!("0 0 {} {}", places.size().0, places.size().1);
    let edges = |at| edge(&drawn, &spots, &places, at);
    let blast = match &props.beat {
        Some(beat) => Some(beats::as_blast(beat)),
        None => props.hover.or(props.selected).and_then(|key| blast(&props.snapshot, key, props.now)),
    };
    html! {
        <div class="picture" ref={frame.clone()} aria-hidden="true" onwheel={zoomed(&act, props.zoom)} onmousemove={panned(frame)}>
            <svg viewBox={view_box} width={width.to_string()} height={height.to_string()}
                onmouseleave={doing(&act, Act::Hover(None))}>
                <g>{ for (0..drawn.len()).map(edges) }</g>
                { relations(props, &drawn, &places) }
                <g>{ for drawn.iter().enumerate().map(|(at, row)| card(props, row, places.at(at), places.card, blast.as_ref())) }</g>
                { told(props, &drawn, &places) }
            </svg>
        </div>
    }
}

/// Roots that are folded stand in the strip of applications instead.
fn drawn(rows: &[Row]) -> Vec<Row> {
    let (mut moved, mut drawn) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        moved.push(drawn.len());
        if row.level > 1 || row.open == Some(true) {
            let parent = row.parent.and_then(|parent| moved.get(parent).copied());
            drawn.push(Row { parent, ..row.clone() });
        }
    }
    drawn
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
fn panned(frame: NodeRef) -> Callback<MouseEvent> {
    Callback::from(move |event: MouseEvent| {
        if let Some(frame) = frame.cast::<Element>().filter(|_| event.buttons() == 1) {
            frame.set_scroll_left(frame.scroll_left() - event.movement_x());
            frame.set_scroll_top(frame.scroll_top() - event.movement_y());
        }
    })
}

/// What was in the middle of the frame is there again once the picture shows larger or smaller.
#[hook]
fn use_kept_middle(frame: &NodeRef, size: (i32, i32)) {
    let (frame, before) = (frame.clone(), use_mut_ref(|| size));
    use_effect_with(size, move |size| {
        let (old, Some(frame)) = (before.replace(*size), frame.cast::<Element>()) else { return };
        let keep = |at: i32, room: i32, old: i32, new: i32| (at + room / 2) * new / old.max(1) - room / 2;
        frame.set_scroll_left(keep(frame.scroll_left(), frame.client_width(), old.0, size.0));
        frame.set_scroll_top(keep(frame.scroll_top(), frame.client_height(), old.1, size.1));
    });
}

fn edge(rows: &[Row], spots: &[Spot], places: &Places, at: usize) -> Html {
    let class = if rows.get(at).is_some_and(|row| row.node.state.is_alive()) { "edge" } else { "edge down" };
    let path = places.edge(at, spots);
    path.map_or_else(Html::default, |d| html! { <path {class} {d} /> })
}

/// Links (dotted) and monitors (dash-dot) of the selected process, but for those along the tree.
fn relations(props: &PictureProps, rows: &[Row], places: &Places) -> Html {
    let find = |key: NodeKey| rows.iter().position(|row| row.node.key == key);
    let Some(from) = props.selected.and_then(find) else { return Html::default() };
    let Some(row) = rows.get(from) else { return Html::default() };
    let Some(process) = &row.node.process else { return Html::default() };
    let below = |key: NodeKey| props.snapshot.node(key).is_some_and(|node| node.parent == Some(row.node.key));
    let along = |key: NodeKey| row.node.parent == Some(key) || below(key);
    let line = |class: &'static str, pid| {
        let key = props.snapshot.key_of(pid).filter(|key| !along(*key))?;
        let to = find(key)?;
        Some(html! { <path {class} d={bow(places, from, to)} /> })
    };
    let links = process.links.iter().take(LOOKED_AT).filter_map(|pid| line("link", *pid));
    let monitors = process.monitors.iter().take(LOOKED_AT).filter_map(|monitor| line("monitor", monitor.pid));
    let by = process.monitored_by.iter().take(LOOKED_AT).filter_map(|monitor| line("monitor", monitor.pid));
    links.chain(monitors).chain(by).take(60).collect()
}

/// The signals of a beat on their way.
fn told(props: &PictureProps, rows: &[Row], places: &Places) -> Html {
    let Some(Beat::Told(all)) = props.beat.as_deref() else { return Html::default() };
    let find = |key: NodeKey| rows.iter().position(|row| row.node.key == key);
    let line = |told: &Told| {
        let class = if told.down { "signal down" } else { "signal" };
        Some(html! { <path {class} pathLength="1" d={bow(places, find(told.from)?, find(told.to)?)} /> })
    };
    html! { <g key="told">{ for all.iter().filter_map(line).take(60) }</g> }
}

fn bow(places: &Places, from: usize, to: usize) -> String {
    let Card { width, height, .. } = places.card;
    let ((x0, y0), (x1, y1)) = (places.at(from), places.at(to));
    let (x0, x1, y0, y1) = (x0 + width / 2, x1 + width / 2, y0 + height / 2, y1 + height / 2);
    let bend = if x0 == x1 { width * 2 / 3 } else { 0 };
    let (mx, my) = (i32::midpoint(x0, x1) + bend, i32::midpoint(y0, y1) - if bend == 0 { height } else { 0 });
    format!("M{x0} {y0}Q{mx} {my} {x1} {y1}")
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

fn card(props: &PictureProps, row: &Row, (x, y): (i32, i32), card: Card, blast: Option<&Blast>) -> Html {
    let key = row.node.key;
    component! { <CardOf key={key.to_string()} node={Ptr(row.node.clone())} {x} {y} width={card.width} height={card.height}
    compact={card.compact} selected={props.selected == Some(key)} lang={props.lang}
    left={budget(&row.node, props.now)} value={value(&props.snapshot, key).unwrap_or_default()}
    lit={props.hover == Some(key)} mail={mail(props, &row.node)}
    mark={props.beat.as_ref().and_then(|beat| beats::mark(beat, key)).unwrap_or_default()}
    stop={blast.and_then(|blast| number(&blast.stop, key))} start={blast.and_then(|blast| number(&blast.start, key))}
    folded={row.open == Some(false)} hidden={row.hidden} /> }
}

#[derive(Clone, PartialEq, Properties)]
struct CardProps {
    node: Ptr<TreeNode>,
    x: i32,
    y: i32,
    width: i32,
    height: i32,
    compact: bool,
    selected: bool,
    folded: bool,
    hidden: usize,
    lang: Lang,
    left: Option<Budget>,
    value: String,
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
            { numbers(props) }
            if props.mail > 0 { { tag(props.width - 46, props.height - 8, "mail", format!("✉{}", props.mail)) } }
            if !props.mark.is_empty() { { tag(8, props.height - 8, "mark", words::cut(&props.mark, 20)) } }
        </g>
    }
}

fn inside(props: &CardProps) -> Html {
    let (node, t) = (&*props.node, props.lang.words());
    let middle = props.height / 2;
    let (name_y, mark_y) = if props.compact { (middle + 4, middle) } else { (20, 16) };
    let letters = usize::try_from((props.width - 33 - room(props)) * 10 / 75).unwrap_or(10);
    let value_room = if props.value.is_empty() {
        0
    } else {
        8 + 8 * i32::try_from(props.value.chars().count().min(10)).unwrap_or(10)
    };
    let small = usize::try_from((props.width - 34 - value_room.max(room(props))) * 10 / 67).unwrap_or(10);
    let second = (!props.compact).then(|| {
        html! {
            <text class="sub" x="27" y="37">{ words::cut(&facts(node, t), small) }</text>
        }
    });
    let ring = props.left.as_ref().map(|budget| {
        let (x, radius) = if props.compact { (props.width - 15, 8.0) } else { (props.width - 20, 12.0) };
        html! { <g transform={format!("translate({x} {middle})")}><title>{ super::budget_in_words(budget, t) }</title>{ glyph::ring(budget, radius) }</g> }
    });
    let value = (!props.value.is_empty()).then(|| html! {
        <text class="value" x={(props.width - 10).to_string()} y={if props.compact { middle + 4 } else { 38 }.to_string()}>
            { words::cut(&props.value, 10) }
        </text>
    });
    html! {
        <>
            <g transform={format!("translate(15 {mark_y})")}>{ glyph::glyph(node.state, node.supervisor.is_some()) }</g>
            <text class="name" x="27" y={name_y.to_string()}>{ words::cut(&words::label(node, t), letters) }</text>
            { second }{ ring }{ value }{ badge(props) }
        </>
    }
}

/// What stands to the right of the name.
fn room(props: &CardProps) -> i32 {
    let value = i32::try_from(props.value.chars().count().min(9)).unwrap_or(9) * 7;
    match &props.left {
        Some(_) if props.compact => 22,
        Some(_) => 28,
        None if props.compact && !props.value.is_empty() => value + 8,
        None => 0,
    }
}

/// The incarnation, from the second on; or how many children do not show.
fn badge(props: &CardProps) -> Html {
    let node = &*props.node;
    let again = (node.incarnation > 1).then(|| tag(props.width - 30, -7, "again", format!("×{}", node.incarnation)));
    let hidden = match (props.folded, props.hidden) {
        (true, _) => Some(format!("+{}", node.children.len())),
        (false, 0) => None,
        (false, hidden) => Some(format!("+{hidden}")),
    };
    let hidden = hidden.map(|text| tag(props.width / 2 - 15, props.height - 7, "folded", text));
    html! { <>{ again }{ hidden }</> }
}

/// A small label on a card.
pub(crate) fn tag(x: i32, y: i32, class: &'static str, text: String) -> Html {
    let width = 10 + 7 * i32::try_from(text.chars().count()).unwrap_or(3);
    html! {
        <g class={yew::classes!("tag", class)} transform={format!("translate({x} {y})")}>
            <rect width={width.to_string()} height="15" rx="7.5" /><text x={(width / 2).to_string()} y="11">{ text }</text>
        </g>
    }
}

/// Who would stop and who would start, numbered, if the place looked at died now.
fn numbers(props: &CardProps) -> Html {
    let stop = props.stop.map(|number| tag(-8, -8, "stop", format!("■{number}")));
    let start = props.start.map(|number| tag(-8, props.height - 8, "start", format!("▶{number}")));
    html! { <>{ stop }{ start }</> }
}
