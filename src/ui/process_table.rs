//! All living processes as a table: sorted by a column, searched by name, id, pid or module.

use std::rc::Rc;

use web_sys::{HtmlElement, HtmlInputElement, KeyboardEvent};
use yew::{
    Callback, Html, InputEvent, Properties, TargetCast, function_component, use_effect_with, use_mut_ref, use_node_ref,
};

use super::html::html;

use super::act::{Act, Choice, Column};
use super::i18n::{Lang, Words};
use super::process_tree::glyph;
use super::shared::{Ptr, doing, lowercase, use_act};
use super::{shared, words};
use crate::observe::snapshot::{Snapshot, TreeNode};
use crate::term::Pid;
use crate::term::ordered::first_by;
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
    let (act, field, known) = (use_act(), use_node_ref(), use_mut_ref(Known::default));
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
    let (found, all) = found(props, &mut known.borrow_mut(), t);
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

/// The names and texts of processes, made once for each that changes: by slot of the place.
#[derive(Default)]
struct Known {
    lang: Lang,
    texts: Vec<Option<Text>>,
}

struct Text {
    of: Rc<TreeNode>,
    /// What it is sorted by.
    name: Rc<str>,
    /// What it is searched by.
    all: Option<Rc<str>>,
}

impl Known {
    fn speak(&mut self, lang: Lang) {
        if self.lang != lang {
            *self = Known { lang, ..Known::default() };
        }
    }

    fn of(&mut self, node: &Rc<TreeNode>) -> Option<&mut Text> {
        let (slot, t) = (node.key.slot(), self.lang.words());
        if self.texts.len() <= slot {
            self.texts.resize_with(slot + 1, || None);
        }
        let place = self.texts.get_mut(slot)?;
        if !place.as_ref().is_some_and(|text| Rc::ptr_eq(&text.of, node)) {
            *place = Some(Text { of: node.clone(), name: lowercase(&words::label(node, t)).into(), all: None });
        }
        place.as_mut()
    }

    fn name(&mut self, node: &Rc<TreeNode>) -> Rc<str> {
        self.of(node).map_or_else(Rc::default, |text| text.name.clone())
    }

    fn has(&mut self, node: &Rc<TreeNode>, wanted: &str) -> bool {
        let t = self.lang.words();
        wanted.is_empty()
            || self
                .of(node)
                .is_some_and(|text| text.all.get_or_insert_with(|| lowercase(&texts(node, t)).into()).contains(wanted))
    }
}

/// A process with what it is sorted by: a number, or else a text.
type Keyed<'a> = (u64, Rc<str>, &'a Rc<TreeNode>);

/// The processes that have what is searched for, in the order that was chosen: the first of them,
/// and how many there are. Only what decides the order is looked at for all of them.
fn found(props: &TableProps, known: &mut Known, t: &'static Words) -> (Vec<Found>, usize) {
    let (column, descending) = props.choice.sort;
    let wanted = lowercase(props.choice.filter.trim());
    known.speak(props.choice.lang);
    let mut keys: Vec<Keyed> = Vec::new();
    let nodes = props.snapshot.processes().take(SCANNED).filter_map(|process| props.snapshot.node(process.key));
    for node in nodes {
        if known.has(node, &wanted) {
            let (number, text) = key(props, known, node, column, t);
            keys.push((number, text, node));
        }
    }
    let order = |a: &Keyed, b: &Keyed| (a.0, &a.1).cmp(&(b.0, &b.1));
    let all = keys.len();
    first_by(&mut keys, MOST, |a, b| if descending { order(b, a) } else { order(a, b) });
    let found = keys.into_iter().map(|(_, _, node)| Found { node: node.clone(), cells: cells(props, node, t) });
    (found.collect(), all)
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

fn key(
    props: &TableProps,
    known: &mut Known,
    node: &Rc<TreeNode>,
    column: Column,
    t: &'static Words,
) -> (u64, Rc<str>) {
    let number = |number: u64| (number, Rc::default());
    match column {
        Column::Pid => number(node.pid().map_or(0, |pid| u64::from(pid.number()))),
        Column::Name => (0, known.name(node)),
        Column::State => (0, t.state_name(node.state).into()),
        Column::Module => (0, lowercase(&module(node)).into()),
        Column::Mailbox => number(mail(props, node) as u64),
        Column::Incarnation => number(u64::from(node.incarnation)),
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
