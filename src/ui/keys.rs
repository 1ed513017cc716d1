//! The keyboard of a widget. Keys count only while the focus is inside, and never while a text
//! is being composed or written.

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use super::act::{Act, Choice, Layer, Pane, TreeForm};
use super::words;
use crate::observe::snapshot::Snapshot;
use crate::session::{Command, CrashKind, Speed};

/// What a key does; `None` leaves it to the browser.
pub(crate) fn deed(
    event: &KeyboardEvent,
    snapshot: &Snapshot,
    choice: &Choice,
    playing: bool,
    speed: Speed,
) -> Option<Act> {
    let chord = event.ctrl_key() || event.meta_key() || event.alt_key();
    if event.is_composing() || chord || event.default_prevented() {
        return None;
    }
    let code = event.code();
    if code == "Escape" {
        let table = (choice.form == TreeForm::Table).then_some(Act::Tree(TreeForm::Auto));
        let moment = choice.moment.map(|_| Act::Now);
        return if choice.layers.is_empty() { moment.or(table) } else { Some(Act::Close) };
    }
    if writes(event) || (presses(event) && matches!(code.as_str(), "Space" | "Enter")) {
        return None;
    }
    plain(event, &code, snapshot, choice, playing, speed).or_else(|| at_process(&code, snapshot, choice))
}

fn plain(
    event: &KeyboardEvent,
    code: &str,
    snapshot: &Snapshot,
    choice: &Choice,
    playing: bool,
    speed: Speed,
) -> Option<Act> {
    match code {
        // The character, not the place: `?` lies elsewhere on other keyboards.
        _ if event.key() == "?" => Some(if choice.shows(Layer::Help) { Act::Close } else { Act::Open(Layer::Help) }),
        _ if event.key() == "/" => Some(Act::Search),
        _ if matches!(event.key().as_str(), "+" | "=") => Some(Act::Zoom(choice.zoom.by(1))),
        _ if event.key() == "-" => Some(Act::Zoom(choice.zoom.by(-1))),
        _ if event.key() == "0" => Some(Act::Zoom(choice.zoom.toggled())),
        "Space" => Some(Act::Play(!playing)),
        "Period" => Some(Act::Step),
        "BracketLeft" => Some(Act::Speed(speed.slower())),
        "BracketRight" => Some(Act::Speed(speed.faster())),
        "KeyB" => Some(super::beats::next(snapshot, choice, playing)),
        "KeyT" => Some(Act::Show(if choice.pane == Pane::Timeline { Pane::Tree } else { Pane::Timeline })),
        _ => None,
    }
}

fn at_process(code: &str, snapshot: &Snapshot, choice: &Choice) -> Option<Act> {
    let node = choice.selected.and_then(|key| snapshot.node(key)).filter(|node| node.state.is_alive())?;
    let target = words::target(node)?;
    match code {
        "KeyX" if choice.shows(Layer::Crash) => Some(Act::Close),
        "KeyX" => Some(Act::Open(Layer::Crash)),
        "KeyN" if words::is_sequence(node) => Some(Act::Do(Command::Next { server: target })),
        "Delete" => Some(Act::Do(Command::Crash { target, how: CrashKind::Signal("kill".into()) })),
        _ => None,
    }
}

fn focused(event: &KeyboardEvent) -> Option<Element> {
    event.composed_path().get(0).dyn_into().ok()
}

/// Is the focus where text is written or a choice is made?
fn writes(event: &KeyboardEvent) -> bool {
    focused(event).is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// Is the focus on what a key presses?
fn presses(event: &KeyboardEvent) -> bool {
    focused(event).is_some_and(|element| matches!(element.tag_name().as_str(), "BUTTON" | "A" | "SUMMARY"))
}
