//! What components share: props compared by pointer, the way to act, the size of an element.

use std::ops::Deref;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, HtmlInputElement, KeyboardEvent, ResizeObserver};
use yew::{
    AttrValue, Callback, Html, InputEvent, MouseEvent, NodeRef, Properties, TargetCast, function_component, hook,
    use_context, use_effect_with, use_node_ref, use_state_eq,
};

use super::html::html;

use super::act::{Act, Choice};
use super::browser;
use crate::term::Pid;

/// A shared value that is equal to itself only.
#[derive(Debug, Default)]
pub struct Ptr<T>(pub Rc<T>);

impl<T> Clone for Ptr<T> {
    fn clone(&self) -> Self {
        Ptr(self.0.clone())
    }
}

impl<T> PartialEq for Ptr<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Ptr<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> From<Rc<T>> for Ptr<T> {
    fn from(value: Rc<T>) -> Self {
        Ptr(value)
    }
}

/// The way to act, from the context; it does nothing outside of a page.
#[hook]
pub(crate) fn use_act() -> Callback<Act> {
    use_context().unwrap_or_else(Callback::noop)
}

/// Acts whenever it is called, with the same act.
pub(crate) fn doing(act: &Callback<Act>, deed: Act) -> Callback<MouseEvent> {
    let act = act.clone();
    Callback::from(move |_| act.emit(deed.clone()))
}

/// Width and height of an element in pixels, kept up to date.
#[hook]
pub(crate) fn use_size(element: &NodeRef) -> (i32, i32) {
    let size = use_state_eq(|| (0, 0));
    let found = element.clone();
    let set = size.setter();
    use_effect_with((), move |()| {
        let watch = found.cast::<Element>().and_then(|element| {
            let seen = element.clone();
            let changed = Closure::<dyn Fn()>::new(move || set.set((seen.client_width(), seen.client_height())));
            let observer = ResizeObserver::new(changed.as_ref().unchecked_ref()).ok()?;
            observer.observe(&element);
            Some((observer, changed))
        });
        move || {
            if let Some((observer, _changed)) = watch {
                observer.disconnect();
            }
        }
    });
    *size
}

/// While `on`, an element has the focus, or the first button in it; then whoever had it before has
/// it again, unless the reader has gone elsewhere meanwhile. A pane of the layout is left alone: only
/// what stands over others takes the focus.
#[hook]
pub(crate) fn use_focus(element: &NodeRef, on: bool, first: bool) {
    let own = element.clone();
    use_effect_with(on, move |on| {
        let own = own.cast::<HtmlElement>().filter(|own| *on && (first || stands_over(own)));
        let before = own.as_ref().and_then(|own| browser::focused(own));
        let taker = own.clone().and_then(|own| {
            if first { own.query_selector("button").ok()?.and_then(|first| first.dyn_into().ok()) } else { Some(own) }
        });
        taker.iter().for_each(|taker: &HtmlElement| drop(taker.focus()));
        move || {
            let Some(own) = own else { return };
            let now = browser::focused(&own);
            if now.is_none_or(|now| own.contains(Some(&now))) {
                let home = own.closest(".app").ok().flatten().and_then(|app| app.dyn_into().ok());
                let back = before.filter(|before| before.is_connected()).or(home);
                back.iter().for_each(|back: &HtmlElement| drop(back.focus()));
            }
        }
    });
}

fn stands_over(element: &Element) -> bool {
    browser::custom(element, "position") != "static"
}

/// Tab goes round within an element that stands over others.
pub(crate) fn round(element: &NodeRef) -> Callback<KeyboardEvent> {
    let own = element.clone();
    Callback::from(move |event: KeyboardEvent| {
        let Some(own) = own.cast::<Element>().filter(|_| event.key() == "Tab") else { return };
        if stands_over(&own) && browser::go_round(&own, event.shift_key()) {
            event.prevent_default();
        }
    })
}

/// A button that copies a text, and says so once it has.
pub(crate) fn copy(act: &Callback<Act>, choice: &Choice, text: String) -> Html {
    let t = choice.lang.words();
    let label = if choice.copied == text { t.copied } else { t.copy };
    html! { <button type="button" class="plain copy" onclick={doing(act, Act::Copy(text))}>{ label }</button> }
}

/// A term on a ground of its own, with a button that copies it.
pub(crate) fn term(act: &Callback<Act>, choice: &Choice, text: String) -> Html {
    html! { <div class="copyable"><pre class="term">{ text.clone() }</pre>{ copy(act, choice, text) }</div> }
}

/// How many messages wait for a process, by mailboxes in the order of process slots.
pub(crate) fn mail(mailboxes: &[(Pid, usize)], of: Option<Pid>) -> usize {
    let found = of.and_then(|of| {
        let at = mailboxes.binary_search_by_key(&of.slot(), |(pid, _)| pid.slot()).ok()?;
        mailboxes.get(at).filter(|(pid, _)| *pid == of)
    });
    found.map_or(0, |(_, mail)| *mail)
}

/// The browser knows how, in every script.
pub(crate) fn lowercase(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

/// An icon of 16 pixels, a path drawn in the colour of the text.
pub(crate) fn icon(path: &'static str) -> Html {
    html! { <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d={path} /></svg> }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct WriteProps {
    pub(crate) id: AttrValue,
    /// What stands there at first.
    #[prop_or_default]
    pub(crate) initial: AttrValue,
    #[prop_or_default]
    pub(crate) placeholder: AttrValue,
    #[prop_or_default]
    pub(crate) wrong: bool,
    /// Told of each change.
    pub(crate) on: Callback<String>,
}

/// A line of text. It belongs to the reader once it stands there: a page that draws late must not
/// take back what has been typed since.
#[function_component]
pub(crate) fn Write(props: &WriteProps) -> Html {
    let field = use_node_ref();
    let (own, initial, on) = (field.clone(), props.initial.clone(), props.on.clone());
    use_effect_with((), move |()| {
        if let Some(field) = own.cast::<HtmlInputElement>() {
            field.set_value(&initial);
        }
    });
    let oninput =
        Callback::from(move |event: InputEvent| on.emit(event.target_unchecked_into::<HtmlInputElement>().value()));
    html! {
        <input type="text" id={props.id.clone()} placeholder={props.placeholder.clone()} ref={field} {oninput} maxlength="400"
            autocomplete="off" spellcheck="false" aria-invalid={props.wrong.to_string()} />
    }
}
