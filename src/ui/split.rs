//! The line between what stands left and right on a wide page: a reader moves it by pointer or keys.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::{
    Callback, Html, KeyboardEvent, MouseEvent, NodeRef, PointerEvent, Properties, function_component, use_node_ref,
    use_state_eq,
};

use super::html::html;

use super::i18n::Lang;
use crate::term::float::{fixed, tenths};

/// Percent of the width that the left takes: at first (as in the sheet), at least and at most.
const AT_FIRST: f64 = 57.0;
const LEAST: f64 = 30.0;
const MOST: f64 = 75.0;
/// How far a key moves it.
const STEP: f64 = 2.0;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct SplitProps {
    pub(crate) lang: Lang,
}

#[function_component]
pub(crate) fn Split(props: &SplitProps) -> Html {
    let (line, share) = (use_node_ref(), use_state_eq(|| AT_FIRST));
    let (now, own, set) = (*share, line.clone(), share.setter());
    let to = Callback::from(move |share: f64| {
        let share = share.clamp(LEAST, MOST);
        // No attribute `style`, which a strict policy forbids.
        let panes = own.cast::<Element>().and_then(|line| line.parent_element()?.dyn_into::<HtmlElement>().ok());
        panes.iter().for_each(|panes| drop(panes.style().set_property("--left", &(tenths(share) + "%"))));
        set.set(share);
    });
    html! {
        <div class="split" role="separator" tabindex="0" aria-orientation="vertical" aria-label={props.lang.words().split} title={props.lang.words().split_hint}
            aria-valuenow={whole(now)} aria-valuemin={whole(LEAST)} aria-valuemax={whole(MOST)}
            onkeydown={keys(&to, now)} onpointerdown={captured(&line)} onpointermove={dragged(&line, &to)}
            ondblclick={to.reform(|_: MouseEvent| AT_FIRST)} ref={line.clone()} />
    }
}

fn whole(percent: f64) -> String {
    fixed(percent, 0)
}

fn keys(to: &Callback<f64>, now: f64) -> Callback<KeyboardEvent> {
    let to = to.clone();
    Callback::from(move |event: KeyboardEvent| {
        let share = match event.code().as_str() {
            _ if event.ctrl_key() || event.meta_key() || event.alt_key() => return,
            "ArrowLeft" => now - STEP,
            "ArrowRight" => now + STEP,
            "Home" => LEAST,
            "End" => MOST,
            "Enter" | "NumpadEnter" => AT_FIRST,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        to.emit(share);
    })
}

/// From now on the line hears of the pointer, wherever that goes.
fn captured(line: &NodeRef) -> Callback<PointerEvent> {
    let line = line.clone();
    Callback::from(move |event: PointerEvent| {
        line.cast::<Element>().iter().for_each(|line| drop(line.set_pointer_capture(event.pointer_id())));
    })
}

fn dragged(line: &NodeRef, to: &Callback<f64>) -> Callback<PointerEvent> {
    let (line, to) = (line.clone(), to.clone());
    Callback::from(move |event: PointerEvent| {
        let line = line.cast::<HtmlElement>().filter(|_| event.buttons() == 1);
        let Some((line, panes)) = line.and_then(|line| Some((line.clone(), line.parent_element()?))) else { return };
        let middle = line.offset_left() + event.offset_x();
        to.emit(f64::from(middle) * 100.0 / f64::from(panes.client_width().max(1)));
    })
}
