//! The page itself.

use std::time::{Duration, Instant};

use crate::page::{Page, View, with_page};

#[test]
fn the_page_is_there_within_three_seconds() {
    with_page("", View::default(), |page| {
        let start = Instant::now();
        page.goto("?again");
        page.wait_for("deep('.app')");
        let took = start.elapsed();
        assert!(took < Duration::from_secs(3), "the page took {took:?}");
    });
}

#[test]
fn every_width_scheme_and_language_is_drawn_without_an_error() {
    in_every_view(|page, view| {
        let View { width, scheme, language, .. } = view;
        assert_eq!(page.eval("return deep('.app').dataset.theme"), scheme);
        assert_eq!(page.eval("return deep('.app').lang"), language[..2]);
        assert_eq!(page.eval("return innerWidth"), width);
        let across = page.eval("return document.documentElement.scrollWidth");
        assert_eq!(across, width, "the page scrolls sideways");
        page.screenshot(&format!("page-{width}-{scheme}-{}", &language[..2]));
    });
}

#[test]
fn the_address_may_ask_for_a_language_and_a_theme() {
    with_page("index.html?lang=ko&theme=dark", View::default(), |page| {
        page.wait_for("deep('.app')");
        assert_eq!(page.eval("return [deep('.app').lang, deep('.app').dataset.theme].join()"), "ko,dark");
    });
}

#[test]
#[ignore = "needs axe-core, which ./dev test installs where npm is there"]
fn axe_finds_nothing_on_any_page_in_any_view() {
    in_every_view(|page, view| assert_eq!(page.axe(), Vec::<String>::new(), "{view:?}"));
    for guide in ["guide.html", "guide.ko.html"] {
        with_page(guide, View::default(), |page| {
            page.wait_for("deep('.app')");
            assert_eq!(page.axe(), Vec::<String>::new(), "{guide}");
        });
    }
}

/// The page at each width, in light and dark, in English and Korean, loaded anew for each.
fn in_every_view(look: impl Fn(&Page, View)) {
    with_page("index.html", View::default(), |page| {
        for width in [1280, 768, 360] {
            for (scheme, language) in [("light", "en-US"), ("dark", "en-US"), ("light", "ko-KR"), ("dark", "ko-KR")] {
                let view = View { scheme, language, ..View::wide(width) };
                page.dress(view);
                page.goto("index.html");
                page.wait_for("deep('.app')");
                look(page, view);
            }
        }
    });
}
