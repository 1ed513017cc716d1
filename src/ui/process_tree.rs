//! The supervision tree: a picture, and beside it a list that says the same in words.

pub(crate) mod glyph;
mod list;
mod outline;
mod picture;
mod wall;

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::{
    Callback, Html, KeyboardEvent, MouseEvent, NodeRef, Properties, function_component, hook, use_effect_with,
    use_node_ref, use_state_eq,
};

use super::html::{component, html};

use super::act::{Act, Choice, Layer, SEQ, TreeForm};
use super::i18n::Words;
use super::process_table::ProcessTable;
use super::shared::{Ptr, doing, icon, use_act, use_size};
use super::{applications, beats, browser, words};
use crate::observe::series::Mark;
use crate::observe::snapshot::{BudgetSlot, NodeKey, Snapshot, State, TreeNode};
use crate::term::Pid;
use crate::time::Instant;
use crate::view::blast::{Beyond, Blast, blast};
use crate::view::frame::Zoom;
use crate::view::number;

use list::List;
use picture::Picture;
pub(crate) use picture::tag;
use wall::Wall;

/// Pixels that a key moves the picture.
const PAN: i32 = 80;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TreeProps {
    pub(crate) snapshot: Ptr<Snapshot>,
    pub(crate) choice: Choice,
    pub(crate) app: Rc<str>,
    pub(crate) playing: bool,
    pub(crate) mailboxes: Ptr<Vec<(Pid, usize)>>,
    /// What is tied to the selected process by a monitor.
    pub(crate) monitors: Vec<Pid>,
    /// To a tenth of a second.
    pub(crate) now: Instant,
}

#[function_component]
pub(crate) fn ProcessTree(props: &TreeProps) -> Html {
    let (act, both) = (use_act(), use_node_ref());
    let choice = &props.choice;
    let t = choice.lang.words();
    let rows = Ptr(Rc::new(outline::rows(&props.snapshot, choice, &props.app)));
    let form = match choice.form {
        TreeForm::Auto => "auto",
        TreeForm::Picture => "picture",
        TreeForm::List => "list",
        TreeForm::Table => "table",
        TreeForm::Applications => "applications",
    };
    let size = use_size(&both);
    let crash = beats::shown(&props.snapshot, choice, props.playing);
    let shown = use_shown(&both, size, choice.form);
    let to = |form, label: &'static str| {
        let (pressed, chosen) = (shown == form, choice.form == form);
        html! { <button type="button" aria-pressed={pressed.to_string()} title={(pressed && !chosen).then_some(t.as_room)} onclick={doing(&act, Act::Tree(form))}>{ label }</button> }
    };
    let empty = rows.is_empty().then(|| html! { <p class="empty">{ t.empty_tree }</p> });
    html! {
        <div class="process-tree" data-form={form}>
            <div class="tools">
                <h2>{ if choice.form == TreeForm::Applications { t.applications } else { t.processes } }</h2>
                { zoom(&act, choice, t) }<span class="segmented forms">{ to(TreeForm::Picture, t.as_picture) }{ to(TreeForm::List, t.as_list) }{ to(TreeForm::Table, t.as_table) }{ to(TreeForm::Applications, t.applications) }</span>
                if choice.scene.app() == SEQ {
                    <button type="button" class="new-sequence" onclick={doing(&act, Act::Open(Layer::Sequence))}>
                        { icon("M8 3v10M3 8h10") }{ t.new_sequence }
                    </button>
                }
            </div>
            { empty.unwrap_or_default() }
            <div class="both" ref={both.clone()} onclick={focus_list(&both)} onkeydown={panned(&both)}>
                { match choice.form {
                    TreeForm::Applications => applications::graph(&act, &props.snapshot, choice, size),
                    TreeForm::Table => component! { <ProcessTable snapshot={props.snapshot.clone()} choice={choice.clone()} mailboxes={props.mailboxes.clone()} /> },
                    TreeForm::Auto | TreeForm::Picture | TreeForm::List => html! {
                        { component! { <Picture roots={outline::drawn(&props.snapshot, choice, &props.app)} folded={choice.folded.clone()} snapshot={props.snapshot.clone()} selected={choice.selected}
                    hover={choice.hover} zoom={choice.zoom} mailboxes={props.mailboxes.clone()} monitors={props.monitors.clone()} lang={choice.lang} now={props.now} beat={crash.as_ref().and_then(|(crash, at)| Some(Ptr(Rc::new(crash.beats.get((*at)?)?.clone()))))} /> } }
                        { component! { <List rows={rows.clone()} selected={choice.selected} hover={choice.hover} lang={choice.lang} now={props.now} /> } }
                        { walled(props, &rows).map(|of| component! { <Wall {of} snapshot={props.snapshot.clone()} selected={choice.selected} hover={choice.hover} lang={choice.lang} theme={choice.theme} /> }) }
                    },
                } }
            </div>
            <div class="foot">
                // What to do has been done; what to watch goes on.
                if crash.is_none() || choice.scene.app() != SEQ { <p class="hint about">{ t.about(choice.scene) }</p> }
                { beats::strip(&act, &props.snapshot, choice, crash.as_ref(), props.playing) }
                if choice.form == TreeForm::Applications {
                    <p class="preview">{ t.graph_hint }</p>
                } else {
                    if !matches!(crash, Some((_, Some(_)))) { { preview(props, t) } }
                }
            </div>
        </div>
    }
}

/// How large the picture shows, where it does.
fn zoom(act: &Callback<Act>, choice: &Choice, t: &'static Words) -> Html {
    if !matches!(choice.form, TreeForm::Auto | TreeForm::Picture) {
        return Html::default();
    }
    let (zoom, whole) = (choice.zoom, (choice.zoom == Zoom::Whole).to_string());
    html! {
        <span class="segmented zoom">
            <button type="button" class="smaller" aria-label={t.smaller} onclick={doing(act, Act::Zoom(zoom.by(-1)))}>{ "−" }</button>
            <button type="button" class="whole" aria-label={t.whole} title={t.whole} aria-pressed={whole} onclick={doing(act, Act::Zoom(zoom.toggled()))}>{ "⤢" }</button>
            <button type="button" class="larger" aria-label={t.larger} onclick={doing(act, Act::Zoom(zoom.by(1)))}>{ "+" }</button>
        </span>
    }
}

/// The view that shows: where the reader leaves it to the room there is, the sheet decides.
#[hook]
fn use_shown(both: &NodeRef, size: (i32, i32), form: TreeForm) -> TreeForm {
    let (both, fits) = (both.clone(), use_state_eq(|| TreeForm::Picture));
    let set = fits.setter();
    use_effect_with((size, form), move |_| {
        let hides_list = |both: Element| browser::custom(&both, "--list").trim() == "1px";
        let picture = both.cast::<Element>().is_none_or(hides_list);
        set.set(if picture { TreeForm::Picture } else { TreeForm::List });
    });
    if form == TreeForm::Auto { *fits } else { form }
}

/// Shift and an arrow move the picture, wherever in its pane the focus is.
fn panned(both: &NodeRef) -> Callback<KeyboardEvent> {
    let both = both.clone();
    Callback::from(move |event: KeyboardEvent| {
        let chord = event.ctrl_key() || event.meta_key() || event.alt_key();
        let Some((x, y)) = way(&event.code()).filter(|_| event.shift_key() && !chord) else { return };
        let picture = both.cast::<Element>().and_then(|both| both.query_selector(".picture").ok().flatten());
        if let Some(picture) = picture {
            picture::shift(&picture, x * PAN, y * PAN);
            event.prevent_default();
            event.stop_propagation();
        }
    })
}

fn way(code: &str) -> Option<(i32, i32)> {
    Some(match code {
        "ArrowLeft" => (-1, 0),
        "ArrowRight" => (1, 0),
        "ArrowUp" => (0, -1),
        "ArrowDown" => (0, 1),
        _ => return None,
    })
}

/// The group that shows as a wall: the one that the reader has selected or looks into, or else the
/// first.
fn walled(props: &TreeProps, rows: &[outline::Row]) -> Option<NodeKey> {
    let selected = props.choice.selected;
    let above = selected.and_then(|key| props.snapshot.node(key)?.parent);
    let walls = || rows.iter().filter(|row| row.hidden > 0).map(|row| row.node.key);
    walls().find(|key| Some(*key) == selected || Some(*key) == above).or_else(|| walls().next())
}

/// A click in the picture takes the focus to the list, so that arrow keys go on from there.
fn focus_list(both: &NodeRef) -> Callback<MouseEvent> {
    let both = both.clone();
    Callback::from(move |_| {
        let list = both.cast::<Element>().and_then(|both| both.query_selector(".list").ok().flatten());
        if let Some(list) = list.and_then(|list| list.dyn_into::<HtmlElement>().ok()) {
            let _ = list.focus();
        }
    })
}

/// The blast radius in words.
fn preview(props: &TreeProps, t: &'static Words) -> Html {
    let key = props.choice.hover.or(props.choice.selected);
    let child = |key: &NodeKey| props.snapshot.node(*key).is_some_and(|node| node.child.is_some());
    let found = key.filter(child).and_then(|key| blast(&props.snapshot, key, props.now));
    let text = found.map(|blast| in_words(&props.snapshot, &blast, t));
    html! { <p class="preview">{ text.unwrap_or_default() }</p> }
}

/// What a blast does, in a line.
pub(crate) fn in_words(snapshot: &Snapshot, blast: &Blast, t: &Words) -> String {
    let names = |keys: &[NodeKey]| {
        let names = keys.iter().take(6).filter_map(|key| snapshot.node(*key)).map(|node| words::label(node, t));
        let more = if keys.len() > 6 { " …" } else { "" };
        names.collect::<Vec<_>>().join(", ") + more
    };
    let part = |label: &str, keys: &[NodeKey]| (!keys.is_empty()).then(|| [label, ": ", &names(keys)].concat());
    let beyond = match blast.beyond {
        Beyond::Nothing => None,
        Beyond::Application(name) => Some([t.app_would_stop, ": ", &words::application(name)].concat()),
        Beyond::Node(name) => Some([t.node_would_stop, ": ", &words::application(name)].concat()),
    };
    let nobody = (blast.start.is_empty() && beyond.is_none()).then(|| t.nobody_restarts.to_owned());
    let parts = [
        part(t.would_give_up, &blast.gives_up),
        part(t.would_stop, &blast.stop),
        part(t.would_start, &blast.start),
        beyond,
        nobody,
    ];
    [t.if_it_died, " → ", &parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")].concat()
}

/// A supervisor's restart budget.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Budget {
    /// Spent slots first; none if they are too many to be told apart.
    slots: Vec<BudgetSlot>,
    /// All slots.
    pub(crate) all: u32,
    /// Restarts that may still happen.
    pub(crate) left: u32,
    /// Matters only while slots are spent.
    now: Instant,
}

pub(crate) fn budget(node: &TreeNode, now: Instant) -> Option<Budget> {
    let supervisor = node.supervisor.as_ref().filter(|_| node.state.is_alive())?;
    let (all, left) = (supervisor.flags.intensity, supervisor.left(now));
    let most = glyph::MOST_SLOTS;
    let slots = if all as usize > most { Vec::new() } else { supervisor.slots(now, most) };
    let now = if left < all { now } else { Instant::BOOT };
    Some(Budget { slots, all, left, now })
}

pub(crate) fn budget_in_words(budget: &Budget, t: &Words) -> String {
    format!("{} {}/{}", t.budget_left, budget.left, budget.all)
}

/// The second line of a place: why it is down, or its pid, or its strategy.
pub(crate) fn facts(node: &TreeNode, t: &Words) -> String {
    if let Some(exit) = node.exit() {
        return [t.state_name(node.state), ": ", &words::brief(&exit.reason)].concat();
    }
    match (&node.supervisor, node.process.is_some()) {
        (Some(supervisor), _) => words::strategy(supervisor.flags.strategy).to_owned(),
        (None, true) if node.state == State::Suspended => [t.state_name(node.state), " ", &words::pid(node)].concat(),
        (None, true) => words::pid(node),
        (None, false) => t.state_name(node.state).to_owned(),
    }
}

/// The newest value of a sequence server; nothing right after its state was lost.
pub(crate) fn value(snapshot: &Snapshot, key: NodeKey) -> Option<String> {
    let series = snapshot.series_of(key)?;
    if matches!(series.points.last()?.what, Mark::Break { .. }) {
        return None;
    }
    series.last.as_ref().map(|(_, value)| number::short(value))
}

/// A place by the name that a reader sees.
pub(crate) fn name_of(snapshot: &Snapshot, key: Option<NodeKey>, t: &Words) -> Option<String> {
    key.and_then(|key| snapshot.node(key)).map(|node| words::label(node, t))
}
