//! The page itself.

use std::time::{Duration, Instant};

use crate::page::{View, with_page};

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
    for (width, scheme, language) in
        [(1280, "light", "en-US"), (768, "dark", "ko-KR"), (360, "light", "ko-KR"), (360, "dark", "en-US")]
    {
        let view = View { scheme, language, ..View::wide(width) };
        with_page("index.html", view, |page| {
            page.wait_for("deep('.app')");
            assert_eq!(page.eval("return deep('.app').dataset.theme"), scheme);
            assert_eq!(page.eval("return deep('.app').lang"), language[..2]);
            assert_eq!(page.eval("return innerWidth"), width);
            let overflow = page.eval("return document.documentElement.scrollWidth");
            assert_eq!(overflow, width, "the page scrolls sideways");
            page.screenshot(&format!("page-{width}-{scheme}-{}", &language[..2]));
        });
    }
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
    for width in [1280, 768, 360] {
        for (scheme, language) in [("light", "en-US"), ("dark", "en-US"), ("light", "ko-KR"), ("dark", "ko-KR")] {
            let view = View { scheme, language, ..View::wide(width) };
            with_page("index.html", view, |page| {
                page.wait_for("deep('.app')");
                assert_eq!(page.axe(), Vec::<String>::new(), "{width} {scheme} {language}");
            });
        }
    }
    for guide in ["guide.html", "guide.ko.html"] {
        with_page(guide, View::default(), |page| {
            page.wait_for("deep('.app')");
            assert_eq!(page.axe(), Vec::<String>::new(), "{guide}");
        });
    }
}
