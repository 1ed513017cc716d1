//! The applications as a graph: each behind what it needs, numbered in the order of their boot, and of their stop.

use std::rc::Rc;

use yew::{Callback, Html};

use super::html::html;

use super::act::{Act, Choice};
use super::i18n::Words;
use super::process_tree::{glyph, tag};
use super::shared::doing;
use super::words;
use crate::observe::snapshot::{ApplicationState, ApplicationView, Snapshot};
use crate::term::Atom;
use crate::term::ordered::sort_by_key;
use crate::view::app_graph::{self, Direction, Needs};
use crate::view::states;

/// The most applications drawn.
const MOST: usize = 60;
const NODE: (i32, i32) = (132, 50);
const GAP: (i32, i32) = (22, 40);
const MARGIN: i32 = 14;
/// Narrower than this, the boot runs down.
const NARROW: i32 = 560;

/// The graph, and the same in words.
#[inline(never)]
pub(super) fn graph(act: &Callback<Act>, snapshot: &Snapshot, choice: &Choice, room: (i32, i32)) -> Html {
    let t = choice.lang.words();
    let shown = booted(snapshot);
    html! {
        <>
            // Which way it runs is not known before its room is.
            { if room.0 > 0 { drawing(act, &shown, choice, room) } else { Html::default() } }
            <ol class="sr">{ for shown.iter().map(|view| html! { <li>{ in_words(view, t) }</li> }) }</ol>
        </>
    }
}

fn drawing(act: &Callback<Act>, shown: &[Rc<ApplicationView>], choice: &Choice, (room, high): (i32, i32)) -> Html {
    let t = choice.lang.words();
    let find = |name: &Atom| shown.iter().position(|view| view.name == *name);
    let needs: Vec<Needs> = shown
        .iter()
        .map(|view| Needs {
            before: view.dependencies.iter().filter_map(find).collect(),
            includes: view.included.iter().filter_map(find).collect(),
        })
        .collect();
    let direction = if room < NARROW { Direction::TopDown } else { Direction::LeftToRight };
    let graph = app_graph::graph(&needs, direction, NODE, GAP);
    let (width, height) = (graph.size.0 + 2 * MARGIN, graph.size.1 + 2 * MARGIN);
    let fit = |room: i32, need: i32| f64::from(room) / f64::from(need.max(1));
    let scale = fit(room, width).min(fit(high, height)).clamp(0.72, 1.2);
    let scaled = |length: i32| (f64::from(length) * scale) as i32;
    html! {
        <div class="picture graph" aria-hidden="true">
            <svg viewBox={format!("{} {} {width} {height}", -MARGIN, -MARGIN)} width={scaled(width).to_string()} height={scaled(height).to_string()}>
                { for graph.lines.iter().map(|line| html! { <path class={if line.included { "edge down" } else { "edge" }} d={line.path.clone()} /> }) }
                { for shown.iter().zip(&graph.corners).map(|(view, corner)| card(act, view, *corner, choice, t)) }
            </svg>
        </div>
    }
}

/// Those that are loaded, in the order of their boot; what has not been started comes last.
fn booted(snapshot: &Snapshot) -> Vec<Rc<ApplicationView>> {
    let loaded = |view: &&Rc<ApplicationView>| view.state != ApplicationState::Unloaded;
    let mut shown: Vec<_> = snapshot.applications.iter().filter(loaded).take(MOST).cloned().collect();
    sort_by_key(&mut shown, |view| if view.boot_order == 0 { u32::MAX } else { view.boot_order });
    shown
}

fn card(act: &Callback<Act>, view: &ApplicationView, (x, y): (i32, i32), choice: &Choice, t: &'static Words) -> Html {
    let state = states::of_application(view.state);
    let selected = (choice.selected == Some(view.key)).then_some("selected");
    html! {
        <g class={yew::classes!("card", states::class(state), selected)} data-app={words::application(view.name)}
            transform={format!("translate({x} {y})")} onclick={doing(act, Act::Inspect(view.key))}>
            <rect class="box" width={NODE.0.to_string()} height={NODE.1.to_string()} rx="9" />
            <g transform="translate(15 16)">{ glyph::glyph(state, false) }</g>
            <text class="name" x="27" y="20">{ words::cut(&words::application(view.name), 13) }</text>
            <text class="sub" x="27" y="37">{ words::cut(&how_it_fares(view, t), 15) }</text>
            if view.boot_order > 0 { { tag(NODE.0 - 26, -7, "again order", view.boot_order.to_string()) } }
        </g>
    }
}

/// Its version and state; of one that has stopped, as which it did.
fn how_it_fares(view: &ApplicationView, t: &'static Words) -> String {
    let state = t.app_state(view.state);
    match view.stop_order {
        0 => [&words::version(&view.spec), " ", state].concat(),
        order => [state, " #", &order.to_string()].concat(),
    }
}

fn in_words(view: &ApplicationView, t: &'static Words) -> String {
    let list = |label: &str, names: &[Atom]| {
        let names: Vec<String> = names.iter().map(|name| words::application(*name)).collect();
        if names.is_empty() { String::new() } else { [", ", label, " ", &names.join(", ")].concat() }
    };
    let order = view.boot_order.to_string();
    let stopped = [", ", t.stop_order, " ", &view.stop_order.to_string()].concat();
    let parts = [
        &*words::application(view.name),
        ": ",
        t.app_state(view.state),
        ", ",
        t.boot_order,
        " ",
        if view.boot_order > 0 { &order } else { t.none },
        if view.stop_order > 0 { &stopped } else { "" },
        &list(t.dependencies, &view.dependencies),
        &list(t.includes, &view.included),
    ];
    parts.concat()
}
