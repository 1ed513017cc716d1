//! The few things that a browser does for the page, each undone when its guard is dropped.

use crate::term::float::tenths;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Element, HtmlAnchorElement, HtmlElement, IntersectionObserver, IntersectionObserverEntry, ShadowRoot, Window,
};

thread_local! {
    static UNHEARD: Closure<dyn FnMut(JsValue)> = Closure::new(|_| ());
}

/// The most bytes read of a file.
const MOST_READ: u32 = 1 << 20;

fn window() -> Option<Window> {
    web_sys::window()
}

/// Milliseconds on the wall clock, from an arbitrary zero.
pub(crate) fn clock() -> f64 {
    window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now())
}

/// Is the tab in the background?
pub(crate) fn hidden() -> bool {
    window().and_then(|window| window.document()).is_some_and(|document| document.hidden())
}

/// Pixels of the screen in a pixel of the page.
pub(crate) fn pixel_ratio() -> f64 {
    window().map_or(1.0, |window| window.device_pixel_ratio()).clamp(0.5, 4.0)
}

/// A custom property of the sheet, as it is for an element.
pub(crate) fn custom(element: &Element, property: &str) -> String {
    let style = window().and_then(|window| window.get_computed_style(element).ok().flatten());
    style.and_then(|style| style.get_property_value(property).ok()).unwrap_or_default()
}

/// What Tab comes to within an element, in order.
fn tab_stops(within: &Element) -> Vec<HtmlElement> {
    const STOPS: &str = "button:not(:disabled), input, select, summary, [tabindex=\"0\"]";
    let all = js_sys::Reflect::get(within, &"querySelectorAll".into()).ok();
    let all = all.and_then(|all| all.dyn_into::<js_sys::Function>().ok()?.call1(within, &STOPS.into()).ok());
    let shown = |one: JsValue| one.dyn_into::<HtmlElement>().ok().filter(|one| one.offset_parent().is_some());
    all.map(|all| js_sys::Array::from(&all).iter().filter_map(shown).collect()).unwrap_or_default()
}

/// What has the focus in the widget of an element.
pub(crate) fn focused(of: &Element) -> Option<HtmlElement> {
    of.get_root_node().dyn_into::<ShadowRoot>().ok()?.active_element()?.dyn_into().ok()
}

/// Where Tab would leave an element, it goes round instead; tells whether it did.
pub(crate) fn go_round(within: &Element, back: bool) -> bool {
    let (stops, now) = (tab_stops(within), focused(within));
    let (edge, other) = if back { (stops.first(), stops.last()) } else { (stops.last(), stops.first()) };
    let leaves = now.as_ref() == edge || (back && now.as_ref().is_some_and(|now| **now == *within));
    leaves && other.is_some_and(|other| other.focus().is_ok())
}

/// Shows an element at a size in pixels of the page.
pub(crate) fn resize(element: &web_sys::HtmlElement, width: f64, height: f64) {
    for (side, length) in [("width", width), ("height", height)] {
        let _ = element.style().set_property(side, &(tenths(length) + "px"));
    }
}

/// A call before the next repaint.
#[derive(Debug)]
pub(crate) struct Frame {
    id: i32,
    _call: Closure<dyn FnMut()>,
}

impl Frame {
    pub(crate) fn request(call: impl FnOnce() + 'static) -> Option<Self> {
        let call = Closure::once(call);
        let id = window()?.request_animation_frame(call.as_ref().unchecked_ref()).ok()?;
        Some(Frame { id, _call: call })
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        if let Some(window) = window() {
            let _ = window.cancel_animation_frame(self.id);
        }
    }
}

/// Tells when an element comes into sight and when it leaves.
#[derive(Debug)]
pub(crate) struct Sight {
    observer: IntersectionObserver,
    _call: Closure<dyn FnMut(js_sys::Array)>,
}

impl Sight {
    pub(crate) fn watch(element: &Element, seen: impl Fn(bool) + 'static) -> Option<Self> {
        let call = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            let last: Option<IntersectionObserverEntry> = entries.pop().dyn_into().ok();
            seen(last.is_none_or(|entry| entry.is_intersecting()));
        });
        let observer = IntersectionObserver::new(call.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Sight { observer, _call: call })
    }
}

impl Drop for Sight {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Puts a text on the clipboard; `None` where there is none.
pub(crate) fn copy(text: &str) -> Option<()> {
    let get = |of: &JsValue, name: &str| js_sys::Reflect::get(of, &name.into()).ok().filter(JsValue::is_truthy);
    let board = get(&get(&window()?.into(), "navigator")?, "clipboard")?;
    let write: js_sys::Function = get(&board, "writeText")?.dyn_into().ok()?;
    let done: js_sys::Promise = write.call1(&board, &text.into()).ok()?.dyn_into().ok()?;
    // A reader who does not allow it has said so already.
    UNHEARD.with(|unheard| drop(done.catch(unheard)));
    Some(())
}

/// Reads the file that was chosen in an input element.
pub(crate) fn read(input: &JsValue, then: impl FnOnce(String) + 'static) -> Option<()> {
    let get = |of: &JsValue, name: &str| js_sys::Reflect::get(of, &name.into()).ok().filter(JsValue::is_truthy);
    let file = get(&get(input, "files")?, "0")?;
    // No more of it than it takes to see that it is too much.
    let slice: js_sys::Function = get(&file, "slice")?.dyn_into().ok()?;
    let file = slice.call2(&file, &0.into(), &MOST_READ.into()).ok()?;
    let text: js_sys::Function = get(&file, "text")?.dyn_into().ok()?;
    let promise = text.call0(&file).ok()?;
    let after: js_sys::Function = get(&promise, "then")?.dyn_into().ok()?;
    let done = Closure::once_into_js(move |text: JsValue| then(text.as_string().unwrap_or_default()));
    after.call1(&promise, &done).ok().map(drop)
}

/// Hands the reader a file.
pub(crate) fn save(name: &str, text: &str) -> Result<(), JsValue> {
    let document = window().and_then(|window| window.document()).ok_or(JsValue::NULL)?;
    let blob = web_sys::Blob::new_with_str_sequence(&js_sys::Array::of1(&text.into()))?;
    let url = web_sys::Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document.create_element("a")?.dyn_into().map_err(JsValue::from)?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    web_sys::Url::revoke_object_url(&url)
}
