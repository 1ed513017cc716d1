//! The tree as a list: what assistive technology reads, and what shows where the page is narrow.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};
use yew::{
    Callback, Html, NodeRef, Properties, function_component, use_effect_with, use_mut_ref, use_node_ref, use_state_eq,
};

use super::super::html::{component, html};

use super::super::act::Act;
use super::super::i18n::{Lang, Words};
use super::super::shared::{Ptr, doing, lowercase, use_act};
use super::super::words;
use super::glyph;
use super::outline::{Go, Moved, Row, go};
use super::{Budget, budget, facts};
use crate::observe::snapshot::{NodeKey, TreeNode};
use crate::time::Instant;
use crate::view::{number, states};

/// Rows in the document at a time, and how many go by before they are others.
const WINDOW: usize = 240;
const STRIDE: i32 = 60;
/// Pixels above the first row.
const ABOVE: i32 = 4;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ListProps {
    pub(crate) rows: Ptr<Vec<Row>>,
    pub(crate) selected: Option<NodeKey>,
    pub(crate) hover: Option<NodeKey>,
    pub(crate) lang: Lang,
    /// For budgets: whole tenths of a second are enough.
    pub(crate) now: Instant,
}

/// One tab stop; the active descendant is the selected row.
#[function_component]
pub(crate) fn List(props: &ListProps) -> Html {
    let (act, list) = (use_act(), use_node_ref());
    let t = props.lang.words();
    let at = props.selected.and_then(|key| props.rows.iter().position(|row| row.node.key == key));
    let (scrolled, first, height) = use_window(&list, props, at);
    let last = (first + WINDOW).min(props.rows.len());
    let newest = use_mut_ref(|| props.selected);
    newest.replace(props.selected);
    let keys = keys(&act, props, newest);
    let active = props.selected.filter(|_| at.is_some_and(|at| (first..last).contains(&at)));
    // The room of the rows that are not there: with it the list scrolls as if they were.
    let space = |key: &'static str, rows: usize| {
        html! { <svg {key} display="block" width="1" height={(rows as i32 * height).to_string()} aria-hidden="true" /> }
    };
    html! {
        <ul role="tree" class="list" tabindex="0" ref={list} aria-label={t.processes} onkeydown={keys} onscroll={scrolled}
            aria-activedescendant={active.map(|key| format!("row-{key}"))}>
            { space("above", first) }
            { for props.rows.iter().take(last).skip(first).map(|row| component! { <Item key={row.node.key.to_string()} node={Ptr(row.node.clone())} level={row.level} position={row.position}
                    siblings={row.siblings} open={row.open} hidden={row.hidden} lang={props.lang}
                    selected={props.selected == Some(row.node.key)} lit={props.hover == Some(row.node.key)} left={budget(&row.node, props.now)} /> }) }
            { space("below", props.rows.len() - last) }
        </ul>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct ItemProps {
    node: Ptr<TreeNode>,
    level: usize,
    position: usize,
    siblings: usize,
    open: Option<bool>,
    hidden: usize,
    selected: bool,
    lit: bool,
    lang: Lang,
    left: Option<Budget>,
}

#[function_component]
fn Item(props: &ItemProps) -> Html {
    let act = use_act();
    let (node, t) = (&*props.node, props.lang.words());
    let key = node.key;
    let class = yew::classes!(
        "row",
        states::class(node.state),
        node.is_tombstone().then_some("tombstone"),
        props.lit.then_some("lit")
    );
    let label = words::label(node, t);
    html! {
        <li role="treeitem" {class} id={format!("row-{key}")} data-name={label.clone()}
            data-state={states::class(node.state)} aria-level={props.level.to_string()}
            aria-setsize={props.siblings.to_string()} aria-posinset={props.position.to_string()}
            aria-expanded={props.open.map(|open| open.to_string())} aria-selected={props.selected.to_string()}
            onclick={doing(&act, Act::Inspect(key))} onmouseenter={doing(&act, Act::Hover(Some(key)))} onmouseleave={doing(&act, Act::Hover(None))}>
            { for (1..props.level).map(|_| html! { <i class="indent" /> }) }
            { twisty(&act, props) }
            { glyph::inline(node.state, node.supervisor.is_some()) }
            <span class="who"><b>{ label }</b>{ " " }<small>{ facts(node, t) }</small></span>
            { trailing(node, props, t) }
        </li>
    }
}

fn twisty(act: &Callback<Act>, props: &ItemProps) -> Html {
    let Some(open) = props.open else { return html! { <i class="twisty" /> } };
    let fold = Act::Fold(props.node.key, open);
    let act = act.clone();
    let onclick = Callback::from(move |event: yew::MouseEvent| {
        event.stop_propagation();
        act.emit(fold.clone());
    });
    html! { <i class={if open { "twisty open" } else { "twisty" }} {onclick}>{ "▸" }</i> }
}

fn trailing(node: &TreeNode, props: &ItemProps, t: &Words) -> Html {
    let again = (node.incarnation > 1).then(|| html! { <span class="again">{ "×" }{ node.incarnation }</span> });
    let budget = props.left.as_ref().map(|budget| {
        let label = super::budget_in_words(budget, t);
        html! {
            <svg class="small-ring" viewBox="-11 -11 22 22" width="22" height="22" role="img" aria-label={label}>
                { glyph::ring(budget, 8.5) }
            </svg>
        }
    });
    let hidden =
        (props.hidden > 0).then(|| html! { <small>{ number::grouped(i64::try_from(props.hidden).unwrap_or(i64::MAX)) }{ " " }{ t.as_cells }</small> });
    html! { <>{ again }{ hidden }{ budget }</> }
}

/// Keeps the selected row in view. Which row is the first in the document, by what the list is
/// scrolled to, and the height of one.
#[yew::hook]
fn use_window(list: &NodeRef, props: &ListProps, at: Option<usize>) -> (Callback<yew::Event>, usize, i32) {
    let (own, seen) = (list.clone(), use_state_eq(|| (0, 32)));
    let set = seen.setter();
    let look = move |at: Option<usize>| {
        let Some(list) = own.cast::<HtmlElement>() else { return };
        let height = row_height(&list);
        if let Some(at) = at {
            scroll_to(&list, ABOVE + at as i32 * height, height);
        }
        set.set((list.scroll_top() / height / STRIDE, height));
    };
    let scrolled = look.clone();
    use_effect_with(props.selected, move |_| look(at));
    let scrolled = Callback::from(move |_| scrolled(None));
    let (strides, height) = *seen;
    let first = usize::try_from((strides - 1) * STRIDE).unwrap_or(0);
    (scrolled, first.min(props.rows.len().saturating_sub(WINDOW)), height)
}

/// All rows are of one height.
fn row_height(list: &HtmlElement) -> i32 {
    let row = list.query_selector(".row").ok().flatten().and_then(|row| row.dyn_into::<HtmlElement>().ok());
    row.map_or(0, |row| row.offset_height()).max(1)
}

/// Scrolls the list alone: `scrollIntoView` would scroll the page around a widget too.
fn scroll_to(list: &HtmlElement, top: i32, height: i32) {
    let (above, room) = (list.scroll_top(), list.client_height());
    if top < above {
        list.set_scroll_top(top);
    } else if top + height > above + room {
        list.set_scroll_top(top + height - room);
    }
}

/// A key may come before the list shows what the one before has selected: `newest` knows.
fn keys(act: &Callback<Act>, props: &ListProps, newest: Rc<RefCell<Option<NodeKey>>>) -> Callback<KeyboardEvent> {
    let (act, rows) = (act.clone(), props.rows.clone());
    let lang = props.lang;
    Callback::from(move |event: KeyboardEvent| {
        // With Shift, arrows move the picture.
        let pans = event.shift_key() && event.code().starts_with("Arrow");
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing() || pans {
            return;
        }
        let selected = *newest.borrow();
        let Some(deed) = deed(&event, &rows, selected, lang) else { return };
        if let Act::Select(key) = deed {
            newest.replace(Some(key));
        }
        event.prevent_default();
        event.stop_propagation();
        act.emit(deed);
    })
}

fn deed(event: &KeyboardEvent, rows: &[Row], selected: Option<NodeKey>, lang: Lang) -> Option<Act> {
    let way = match event.code().as_str() {
        "ArrowUp" => Go::Up,
        "ArrowDown" => Go::Down,
        "ArrowLeft" => Go::Left,
        "ArrowRight" => Go::Right,
        "Home" => Go::First,
        "End" => Go::Last,
        "Enter" | "NumpadEnter" => return selected.map(Act::Inspect),
        _ => return type_ahead(event, rows, selected, lang),
    };
    match go(rows, selected, way) {
        Moved::To(key) => Some(Act::Select(key)),
        Moved::Fold(key, fold) => Some(Act::Fold(key, fold)),
        Moved::Nowhere => None,
    }
}

/// Shift and a letter: the next row whose name (behind its last dot) begins with it. Letters
/// alone belong to the page.
fn type_ahead(event: &KeyboardEvent, rows: &[Row], selected: Option<NodeKey>, lang: Lang) -> Option<Act> {
    let typed = event.key();
    let letter = Some(typed.as_str()).filter(|key| key.chars().count() == 1)?;
    let letter = lowercase(letter);
    if RESERVED.contains(&letter.as_str()) && !event.shift_key() {
        return None;
    }
    let from = selected.and_then(|key| rows.iter().position(|row| row.node.key == key)).map_or(0, |at| at + 1);
    let fits = |row: &&Row| {
        let label = lowercase(&words::label(&row.node, lang.words()));
        let short = label.rsplit('.').next().unwrap_or_default().trim_start_matches(':');
        short.starts_with(&letter) || label.starts_with(&letter)
    };
    let found = rows.iter().skip(from).find(fits).or_else(|| rows.iter().find(fits))?;
    Some(Act::Select(found.node.key))
}

/// Keys that mean something to the page wherever the focus is.
const RESERVED: &[&str] = &[" ", ".", "[", "]", "x", "n", "t", "?", "/", "`"];
