//! The door of the page: what `static/let-it-crash.js` calls. One `Widget` a wasm instance.

use std::cell::RefCell;

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use crate::ui::{App, Options};

thread_local! {
    /// Whom a panic is reported to. A panic ends the instance, so there is one for each.
    static ON_PANIC: RefCell<Option<js_sys::Function>> = const { RefCell::new(None) };
}

/// A node and its picture, mounted in one element of the page.
#[wasm_bindgen]
pub struct Widget {
    app: yew::AppHandle<App>,
    options: Options,
}

#[wasm_bindgen]
impl Widget {
    /// Mounts a widget in `root`, which it owns until [`Widget::destroy`].
    ///
    /// `attributes` are those of the element, names and values in turn; `on_panic` is called once
    /// with a report if the widget panics, after which the instance must not be entered again.
    #[wasm_bindgen(constructor)]
    pub fn new(root: web_sys::Element, attributes: Vec<String>, on_panic: js_sys::Function) -> Widget {
        ON_PANIC.set(Some(on_panic));
        yew::set_custom_panic_hook(Box::new(|info| report(&info.to_string())));
        let options = Options::of(attributes);
        let app = yew::Renderer::<App>::with_root_and_props(root, options.clone()).render();
        Widget { app, options }
    }

    /// An attribute of the element changed; `None` when it was removed. Unknown names do nothing.
    pub fn set(&mut self, name: &str, value: Option<String>) {
        if name == "test-panic" {
            return panic_on_request(value);
        }
        if self.options.set(name, value) {
            self.app.update(self.options.clone());
        }
    }

    /// Unmounts the widget and frees what it held.
    pub fn destroy(self) {
        self.app.destroy();
    }
}

/// The hidden test command: our own bugs panic, and a test has to see what one does to the page.
#[allow(clippy::panic)]
fn panic_on_request(value: Option<String>) {
    if let Some(value) = value {
        panic!("asked for by the attribute test-panic={value:?}");
    }
}

fn report(text: &str) {
    let listener = ON_PANIC.take();
    if let Some(listener) = listener {
        // Whoever listens cannot help a dying instance: its own failure is dropped.
        let _ = listener.call1(&JsValue::NULL, &JsValue::from_str(text));
    }
}
