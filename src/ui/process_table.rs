//! All living processes as a table: sorted by a column, searched by name, id, pid or module.

use std::rc::Rc;

use web_sys::{HtmlElement, HtmlInputElement, KeyboardEvent};
use yew::{Callback, Html, InputEvent, Properties, TargetCast, function_component, use_effect_with, use_node_ref};

use super::html::html;

use super::act::{Act, Choice, Column};
use super::i18n::Words;
use super::process_tree::glyph;
use super::shared::{Ptr, doing, lowercase, use_act};
use super::{shared, words};
use crate::observe::snapshot::{Snapshot, TreeNode};
use crate::term::Pid;
use crate::term::ordered::sort_by;
use crate::view::states;

/// The most rows shown, and the most processes looked through.
const MOST: usize = 200;
const SCANNED: usize = 20_000;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TableProps {
    pub(crate) snapshot: Ptr<Snapshot>,
    pub(crate) choice: Choice,
    pub(crate) mailboxes: Ptr<Vec<(Pid, usize)>>,
}

/// A process that was found.
struct Found {
    node: Rc<TreeNode>,
    /// What stands in the columns, in their order.
    cells: [String; COLUMNS],
}

const COLUMNS: usize = 6;
const ORDER: [Column; COLUMNS] =
    [Column::Pid, Column::Name, Column::State, Column::Module, Column::Mailbox, Column::Incarnation];

#[function_component]
pub(crate) fn ProcessTable(props: &TableProps) -> Html {
    let (act, field) = (use_act(), use_node_ref());
    let (choice, t) = (&props.choice, props.choice.lang.words());
    let (own, filter) = (field.clone(), choice.filter.clone());
    use_effect_with(choice.searches, move |searches| {
        let Some(field) = own.cast::<HtmlInputElement>() else { return };
        field.set_value(&filter);
        if *searches > 0 {
            field.select();
            let _ = HtmlElement::focus(&field);
        }
    });
    let (found, all) = found(props, t);
    let first = found.first().map(|found| found.node.key);
    let oninput =
        act.reform(|event: InputEvent| Act::Filter(event.target_unchecked_into::<HtmlInputElement>().value()));
    let enter = act.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.is_composing() {
            first.iter().for_each(|key| enter.emit(Act::Inspect(*key)));
        }
    });
    html! {
        <div class="processes">
            <label class="field"><span>{ t.search }{ " " }<kbd>{ "/" }</kbd>{ " · " }{ all }{ " " }{ t.found }</span>
                <input type="search" id="search" ref={field} {oninput} {onkeydown} placeholder={t.search_hint} maxlength="400" autocomplete="off" spellcheck="false" />
            </label>
            <div class="scroll" tabindex="0" role="group" aria-label={t.processes}>
                if found.is_empty() { <p class="empty">{ t.not_found }</p> } else { { table(&act, choice, &found, all, t) } }
            </div>
        </div>
    }
}

fn table(act: &Callback<Act>, choice: &Choice, found: &[Found], all: usize, t: &'static Words) -> Html {
    let more = all.saturating_sub(found.len());
    html! {
        <>
            <table>
                <thead><tr>{ for ORDER.into_iter().map(|column| head(act, choice, column, t)) }</tr></thead>
                <tbody>{ for found.iter().map(|found| row(act, choice, found)) }</tbody>
            </table>
            if more > 0 { <p class="hint">{ "+" }{ more }{ " " }{ t.hidden_children }</p> }
        </>
    }
}

fn head(act: &Callback<Act>, choice: &Choice, column: Column, t: &'static Words) -> Html {
    let label = match column {
        Column::Pid => "pid",
        Column::Name => t.name,
        Column::State => t.state,
        Column::Module => t.module,
        Column::Mailbox => t.mailbox,
        Column::Incarnation => t.incarnation,
    };
    let (sorted, arrow) = match choice.sort {
        (by, false) if by == column => (Some("ascending"), " ▲"),
        (by, true) if by == column => (Some("descending"), " ▼"),
        _ => (None, ""),
    };
    html! { <th scope="col" aria-sort={sorted}><button type="button" onclick={doing(act, Act::Sort(column))}>{ label }{ arrow }</button></th> }
}

fn row(act: &Callback<Act>, choice: &Choice, found: &Found) -> Html {
    let key = found.node.key;
    let lit = (choice.hover == Some(key)).then_some("lit");
    let selected = (choice.selected == Some(key)).then_some("selected");
    let [pid, name, state, module, mail, incarnation] = &found.cells;
    html! {
        <tr key={key.to_string()} class={yew::classes!(states::class(found.node.state), selected, lit)} onclick={doing(act, Act::Inspect(key))}
            onmouseenter={doing(act, Act::Hover(Some(key)))} onmouseleave={doing(act, Act::Hover(None))}>
            <td><code>{ pid }</code></td><td><button type="button" class="pid" onclick={doing(act, Act::Inspect(key))}>{ name }</button></td>
            <td>{ glyph::inline(found.node.state, found.node.supervisor.is_some()) }{ state }</td>
            <td><code>{ module }</code></td><td>{ mail }</td><td>{ incarnation }</td>
        </tr>
    }
}

/// The processes that have what is searched for, in the order that was chosen: the first of them,
/// and how many there are. Only what decides the order is made for all of them.
fn found(props: &TableProps, t: &'static Words) -> (Vec<Found>, usize) {
    let (column, descending) = props.choice.sort;
    let wanted = lowercase(props.choice.filter.trim());
    let nodes = props.snapshot.processes().take(SCANNED).filter_map(|process| props.snapshot.node(process.key));
    let fits = |node: &&Rc<TreeNode>| wanted.is_empty() || lowercase(&texts(node, t)).contains(&wanted);
    let mut keys: Vec<(u64, String, &Rc<TreeNode>)> = nodes
        .filter(fits)
        .map(|node| {
            let (number, text) = key(props, node, column, t);
            (number, text, node)
        })
        .collect();
    let order = |a: &(u64, String, &Rc<TreeNode>), b: &(u64, String, &Rc<TreeNode>)| (a.0, &a.1).cmp(&(b.0, &b.1));
    sort_by(&mut keys, |a, b| if descending { order(b, a) } else { order(a, b) });
    let all = keys.len();
    (
        keys.into_iter()
            .take(MOST)
            .map(|(_, _, node)| Found { node: node.clone(), cells: cells(props, node, t) })
            .collect(),
        all,
    )
}

/// What a process is searched by.
fn texts(node: &TreeNode, t: &'static Words) -> String {
    let id = node.child.as_ref().map(|child| words::brief(&child.info.id)).unwrap_or_default();
    let pid = node.pid().map(|pid| pid.to_string()).unwrap_or_default();
    [pid, words::label(node, t), module(node), id].join("\n")
}

fn module(node: &TreeNode) -> String {
    node.process.as_ref().and_then(|process| process.module).map(words::atom).unwrap_or_default()
}

fn mail(props: &TableProps, node: &TreeNode) -> usize {
    shared::mail(&props.mailboxes, node.pid())
}

/// What a process is sorted by: a number, or else a text.
fn key(props: &TableProps, node: &TreeNode, column: Column, t: &'static Words) -> (u64, String) {
    match column {
        Column::Pid => (node.pid().map_or(0, |pid| u64::from(pid.number())), String::new()),
        Column::Name => (0, lowercase(&words::label(node, t))),
        Column::State => (0, t.state_name(node.state).to_owned()),
        Column::Module => (0, lowercase(&module(node))),
        Column::Mailbox => (mail(props, node) as u64, String::new()),
        Column::Incarnation => (u64::from(node.incarnation), String::new()),
    }
}

fn cells(props: &TableProps, node: &TreeNode, t: &'static Words) -> [String; COLUMNS] {
    [
        node.pid().map(|pid| pid.to_string()).unwrap_or_default(),
        words::label(node, t),
        t.state_name(node.state).to_owned(),
        module(node),
        mail(props, node).to_string(),
        node.incarnation.to_string(),
    ]
}
