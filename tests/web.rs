//! What needs a browser but not the whole page: `wasm-pack test --headless --chrome -- --features lab`.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "web/page.rs"]
mod page;
#[path = "web/sample.rs"]
mod sample;

use let_it_crash::ui::{App, Options};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

#[cfg(feature = "lab")]
#[path = "recorded/hashes.rs"]
mod hashes;
#[cfg(feature = "lab")]
#[path = "recorded/scenarios.rs"]
mod scenarios;

mod web {
    #[cfg(feature = "lab")]
    mod hashes;
    mod replay;
}

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn the_app_mounts_in_the_theme_and_language_asked_for() {
    let document = web_sys::window().unwrap().document().unwrap();
    let root = document.create_element("div").unwrap();
    let options = Options { theme: "dark".into(), lang: "ko".into(), ..Options::default() };
    let app = yew::Renderer::<App>::with_root_and_props(root.clone(), options).render();
    yew::scheduler::flush().await;
    let shown = root.first_element_child().expect("the app is mounted");
    assert_eq!(shown.get_attribute("data-theme").as_deref(), Some("dark"));
    assert_eq!(shown.get_attribute("lang").as_deref(), Some("ko"));
    app.destroy();
}
