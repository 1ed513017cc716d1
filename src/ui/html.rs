//! `html!` in Yew's notation, with little code behind it.
//!
//! Yew's own macro writes out the making of every element where it stands. This one leaves a row
//! of calls there: an element opens, each attribute is set, what is inside is put, it closes.
//! A component is put by Yew's macro, which knows its properties:
//! `{ component! { <Bar {now} /> } }`.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use yew::virtual_dom::{
    AttributeOrProperty, Attributes, Key, Listener, ListenerKind, Listeners, VList, VNode, VTag, VText,
};
use yew::{AttrValue, Callback, Classes, Html, NodeRef};

pub(crate) use yew::html as component;

macro_rules! html {
    ($($nodes:tt)*) => {{
        #[allow(unused_mut)]
        let mut html = $crate::ui::html::Builder::new();
        $crate::ui::html::nodes!(html $($nodes)*);
        html.done()
    }};
}
pub(crate) use html;

/// Nodes in a row, one after the other.
macro_rules! nodes {
    ($to:ident) => {};
    ($to:ident < > $($rest:tt)*) => {
        $to.open_list();
        $crate::ui::html::nodes!($to $($rest)*);
    };
    ($to:ident < / $($tag:ident)? > $($rest:tt)*) => {
        $to.close();
        $crate::ui::html::nodes!($to $($rest)*);
    };
    ($to:ident < $tag:ident $($rest:tt)*) => {
        $crate::ui::html::attributes!($to $tag [] [] $($rest)*);
    };
    ($to:ident if $($rest:tt)*) => {
        $crate::ui::html::condition!($to [] $($rest)*);
    };
    ($to:ident { for $items:expr } $($rest:tt)*) => {
        $to.put_all($items);
        $crate::ui::html::nodes!($to $($rest)*);
    };
    ($to:ident { $($value:tt)* } $($rest:tt)*) => {
        $crate::ui::html::Put::put({ $($value)* }, &mut *$to);
        $crate::ui::html::nodes!($to $($rest)*);
    };
    ($to:ident $value:expr) => {
        $crate::ui::html::Put::put($value, &mut *$to);
    };
}
pub(crate) use nodes;

/// Collects names and values up to the end of the tag.
macro_rules! attributes {
    ($to:ident $tag:ident [$($names:tt)*] [$($value:tt)*] > $($rest:tt)*) => {
        $to.open(stringify!($tag), &[$($names)*]);
        $( $crate::ui::html::Attribute::set($value, &mut *$to); )*
        $crate::ui::html::nodes!($to $($rest)*);
    };
    ($to:ident $tag:ident [$($names:tt)*] [$($value:tt)*] / > $($rest:tt)*) => {
        $crate::ui::html::attributes!($to $tag [$($names)*] [$($value)*] > < / > $($rest)*);
    };
    ($to:ident $tag:ident [$($names:tt)*] [$($value:tt)*] key = $key:tt $($rest:tt)*) => {
        $crate::ui::html::attributes!($to $tag [$($names)*] [$($value)* { yew::virtual_dom::Key::from($key) }] $($rest)*);
    };
    ($to:ident $tag:ident [$($names:tt)*] [$($value:tt)*] ref = $node:tt $($rest:tt)*) => {
        $crate::ui::html::attributes!($to $tag [$($names)*] [$($value)* $node] $($rest)*);
    };
    ($to:ident $tag:ident [$($names:tt)*] [$($value:tt)*] { $name:ident } $($rest:tt)*) => {
        $crate::ui::html::attributes!($to $tag [$($names)* stringify!($name),] [$($value)* $name] $($rest)*);
    };
    ($to:ident $tag:ident [$($names:tt)*] [$($value:tt)*] $name:ident $(- $more:ident)* = $new:tt $($rest:tt)*) => {
        $crate::ui::html::attributes!(
            $to $tag [$($names)* concat!(stringify!($name) $(, "-", stringify!($more))*),] [$($value)* $new] $($rest)*
        );
    };
}
pub(crate) use attributes;

/// Nodes that are there or not. A place is kept for them: what follows must not move up.
macro_rules! condition {
    ($to:ident [$($when:tt)*] { $($then:tt)* } else { $($otherwise:tt)* } $($rest:tt)*) => {
        $to.open_list();
        if $($when)* {
            $crate::ui::html::nodes!($to $($then)*);
        } else {
            $crate::ui::html::nodes!($to $($otherwise)*);
        }
        $to.close();
        $crate::ui::html::nodes!($to $($rest)*);
    };
    ($to:ident [$($when:tt)*] { $($then:tt)* } $($rest:tt)*) => {
        $crate::ui::html::condition!($to [$($when)*] { $($then)* } else {} $($rest)*);
    };
    ($to:ident [$($when:tt)*] $next:tt $($rest:tt)*) => {
        $crate::ui::html::condition!($to [$($when)* $next] $($rest)*);
    };
}
pub(crate) use condition;

/// What has been opened and not closed, innermost last; below it what is done.
#[derive(Default)]
pub(crate) struct Builder {
    done: Vec<VNode>,
    open: Vec<Open>,
}

struct Open {
    /// None for a list of nodes without an element around it.
    tag: Option<&'static str>,
    node_ref: NodeRef,
    key: Option<Key>,
    names: &'static [&'static str],
    values: Vec<Option<AttributeOrProperty>>,
    listeners: Vec<Option<Rc<dyn Listener>>>,
    /// Where its children begin among what is done.
    children: usize,
}

impl Builder {
    /// Boxed, because a pointer is little code to hand on.
    #[inline(never)]
    pub(crate) fn new() -> Box<Self> {
        Box::default()
    }

    #[inline(never)]
    pub(crate) fn open(&mut self, tag: &'static str, names: &'static [&'static str]) {
        self.start(Some(tag), names);
    }

    #[inline(never)]
    pub(crate) fn open_list(&mut self) {
        self.start(None, &[]);
    }

    fn start(&mut self, tag: Option<&'static str>, names: &'static [&'static str]) {
        self.open.push(Open {
            tag,
            node_ref: NodeRef::default(),
            key: None,
            names,
            values: Vec::with_capacity(names.len()),
            listeners: Vec::new(),
            children: self.done.len(),
        });
    }

    #[inline(never)]
    pub(crate) fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let children: Vec<VNode> = self.done.drain(open.children.min(self.done.len())..).collect();
        let node = match open.tag {
            Some(tag) => element(tag, open, children),
            None => VList::with_children(children, None).into(),
        };
        self.done.push(node);
    }

    pub(crate) fn put_all<T: Put>(&mut self, items: impl IntoIterator<Item = T>) {
        items.into_iter().for_each(|item| item.put(self));
    }

    #[inline(never)]
    #[allow(clippy::boxed_local)]
    pub(crate) fn done(self: Box<Self>) -> Html {
        one(self.done)
    }

    #[inline(never)]
    fn value(&mut self, value: Option<AttrValue>) {
        if let Some(open) = self.open.last_mut() {
            open.values.push(value.map(AttributeOrProperty::Attribute));
        }
    }

    #[inline(never)]
    fn text(&mut self, text: AttrValue) {
        self.done.push(VText::new(text).into());
    }
}

fn one(mut nodes: Vec<VNode>) -> VNode {
    match nodes.pop() {
        Some(node) if nodes.is_empty() => node,
        last => {
            nodes.extend(last);
            VList::with_children(nodes, None).into()
        }
    }
}

/// As Yew's macro does.
fn element(tag: &'static str, open: Open, children: Vec<VNode>) -> VNode {
    let Open { node_ref, key, names, values, listeners, .. } = open;
    let attributes = Attributes::Dynamic { keys: names, values: values.into() };
    let listeners = if listeners.is_empty() { Listeners::None } else { Listeners::Pending(listeners.into()) };
    match tag {
        "input" => VTag::__new_input(None, None, node_ref, key, attributes, listeners),
        _ => VTag::__new_other(AttrValue::Static(tag), node_ref, key, attributes, listeners, one(children)),
    }
    .into()
}

/// What an attribute can be.
pub(crate) trait Attribute {
    /// Sets the next attribute of the innermost element.
    fn set(self, html: &mut Builder);
}

impl Attribute for Option<AttrValue> {
    fn set(self, html: &mut Builder) {
        html.value(self);
    }
}

impl Attribute for &'static str {
    #[inline(never)]
    fn set(self, html: &mut Builder) {
        html.value(Some(AttrValue::Static(self)));
    }
}

impl Attribute for String {
    #[inline(never)]
    fn set(self, html: &mut Builder) {
        html.value(Some(self.into()));
    }
}

impl Attribute for AttrValue {
    fn set(self, html: &mut Builder) {
        html.value(Some(self));
    }
}

impl Attribute for Option<String> {
    fn set(self, html: &mut Builder) {
        html.value(self.map(AttrValue::from));
    }
}

impl Attribute for Option<&'static str> {
    fn set(self, html: &mut Builder) {
        html.value(self.map(AttrValue::Static));
    }
}

impl Attribute for Classes {
    #[inline(never)]
    fn set(self, html: &mut Builder) {
        html.value(Some(self.to_string().into()));
    }
}

/// There or not. An option that a reader has chosen once no longer heeds its attribute, only its
/// property.
impl Attribute for bool {
    fn set(self, html: &mut Builder) {
        let Some(open) = html.open.last_mut() else { return };
        let there = self.then_some(AttributeOrProperty::Attribute(AttrValue::Static("")));
        open.values.push(match open.names.get(open.values.len()) {
            Some(&"selected") => Some(AttributeOrProperty::Property(self.into())),
            _ => there,
        });
    }
}

impl Attribute for Key {
    fn set(self, html: &mut Builder) {
        if let Some(open) = html.open.last_mut() {
            open.key = Some(self);
        }
    }
}

impl Attribute for NodeRef {
    fn set(self, html: &mut Builder) {
        if let Some(open) = html.open.last_mut() {
            open.node_ref = self;
        }
    }
}

impl<E: JsCast + 'static> Attribute for Callback<E> {
    fn set(self, html: &mut Builder) {
        html.listen(|name| Rc::new(On { name, callback: self }));
    }
}

impl Builder {
    fn listen(&mut self, listener: impl FnOnce(&'static str) -> Rc<dyn Listener>) {
        if let Some(open) = self.open.last_mut() {
            let name = open.names.get(open.values.len()).copied().unwrap_or_default();
            open.values.push(None);
            open.listeners.push(Some(listener(name)));
        }
    }
}

struct On<E> {
    name: &'static str,
    callback: Callback<E>,
}

impl<E: JsCast> Listener for On<E> {
    fn kind(&self) -> ListenerKind {
        kind(self.name)
    }

    fn handle(&self, event: web_sys::Event) {
        self.callback.emit(event.unchecked_into());
    }

    fn passive(&self) -> bool {
        false
    }
}

fn kind(name: &'static str) -> ListenerKind {
    match name {
        "onclick" => ListenerKind::onclick,
        "onchange" => ListenerKind::onchange,
        "oninput" => ListenerKind::oninput,
        "onkeydown" => ListenerKind::onkeydown,
        "onmouseenter" => ListenerKind::onmouseenter,
        "onmouseleave" => ListenerKind::onmouseleave,
        "onsubmit" => ListenerKind::onsubmit,
        other => ListenerKind::other(other.trim_start_matches("on").into()),
    }
}

/// What can stand inside an element.
pub(crate) trait Put {
    /// Puts it behind what the innermost element already holds.
    fn put(self, html: &mut Builder);
}

impl Put for Html {
    #[inline(never)]
    fn put(self, html: &mut Builder) {
        html.done.push(self);
    }
}

/// An empty place is kept for nothing.
impl<T: Put> Put for Option<T> {
    fn put(self, html: &mut Builder) {
        match self {
            Some(some) => some.put(html),
            None => Html::default().put(html),
        }
    }
}

impl Put for &'static str {
    #[inline(never)]
    fn put(self, html: &mut Builder) {
        html.text(AttrValue::Static(self));
    }
}

impl Put for String {
    #[inline(never)]
    fn put(self, html: &mut Builder) {
        html.text(self.into());
    }
}

impl Put for &String {
    fn put(self, html: &mut Builder) {
        self.clone().put(html);
    }
}

impl Put for u64 {
    fn put(self, html: &mut Builder) {
        self.to_string().put(html);
    }
}

impl Put for u32 {
    fn put(self, html: &mut Builder) {
        u64::from(self).put(html);
    }
}

impl Put for usize {
    fn put(self, html: &mut Builder) {
        (self as u64).put(html);
    }
}
