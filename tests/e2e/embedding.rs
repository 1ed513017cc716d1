//! `<let-it-crash>` in a page of somebody else's: the guide.
//!
//! Of what a widget draws these tests know its root only: class `app`, `data-theme` and `lang`.

use std::time::Duration;

use serde_json::json;

use crate::page::{Page, View, with_page};

/// Both widgets of the guide run, the second one after scrolling to it.
fn start_both(page: &Page) {
    page.wait_for("deepAll('let-it-crash').length === 2");
    page.eval("deepAll('let-it-crash')[1].scrollIntoView()");
    page.wait_for("deepAll('let-it-crash .app, .app').length === 2");
}

#[test]
fn the_guide_carries_two_widgets_of_600_by_400() {
    for guide in ["guide.html", "guide.ko.html"] {
        with_page(guide, View::default(), |page| {
            start_both(page);
            let sizes = page
                .eval("return deepAll('let-it-crash').map((w) => [w.offsetWidth, w.offsetHeight, w.shadowRoot.mode])");
            assert_eq!(sizes, json!([[600, 400, "open"], [600, 400, "open"]]));
            let lang = page.eval("return deep('.app').lang");
            assert_eq!(lang, if guide.contains("ko") { "ko" } else { "en" });
            page.screenshot(&guide.replace('.', "-"));
        });
    }
}

#[test]
fn the_node_is_downloaded_once_for_all_widgets() {
    with_page("guide.html", View::default(), |page| {
        start_both(page);
        page.eval("document.body.append(document.createElement('let-it-crash'))");
        page.eval("document.body.lastChild.scrollIntoView()");
        page.wait_for("deepAll('.app').length === 3");
        let asked = page.server.asked();
        let times = asked.iter().filter(|path| path.ends_with(".wasm")).count();
        assert_eq!(times, 1, "{asked:?}");
    });
}

/// How often the second part was asked for.
fn asked_for_the_rest(page: &Page) -> usize {
    page.server.asked().iter().filter(|path| path.ends_with("_rest.wasm")).count()
}

#[test]
fn a_reader_who_only_looks_downloads_the_first_part_only() {
    for path in ["index.html", "guide.html", "guide.ko.html"] {
        with_page(path, View::default(), |page| {
            page.wait_for("deep('[data-state=running]')");
            // The absence of a request has no event to wait for.
            std::thread::sleep(Duration::from_secs(3));
            assert_eq!(asked_for_the_rest(page), 0, "{path}: ./dev profile finds out anew what comes later");
        });
    }
}

#[test]
#[ignore = "needs a page in two parts, a release build where npm's binaryen is there: ./dev test"]
fn the_rest_is_fetched_once_when_a_reader_reaches_for_a_widget() {
    with_page("guide.html", View::default(), |page| {
        start_both(page);
        for _ in 0..2 {
            page.point_at("let-it-crash");
            page.point_at("h1");
        }
        page.wait_for("performance.getEntriesByType('resource').some((one) => one.name.endsWith('_rest.wasm'))");
        assert_eq!(asked_for_the_rest(page), 1);
    });
}

/// Presses a button without a hand that comes near it first.
const PRESS_NEXT: &str = "deep('.do-next').click()";
const ANSWERED: &str = "deep('.reply output')?.textContent === '0'";

#[test]
#[ignore = "needs a page in two parts, a release build where npm's binaryen is there: ./dev test"]
fn code_of_the_rest_that_is_called_before_it_is_there_is_fetched_at_once() {
    with_page("index.html", View::default(), |page| {
        page.wait_for("deep('.do-next')");
        page.eval(PRESS_NEXT);
        page.wait_for(ANSWERED);
        assert_eq!(asked_for_the_rest(page), 1);
    });
}

#[test]
#[ignore = "needs a page in two parts, a release build where npm's binaryen is there: ./dev test"]
fn a_rest_that_cannot_be_fetched_stops_the_widget_with_a_word_and_can_be_tried_again() {
    with_page("index.html", View::default(), |page| {
        page.tolerate("404");
        page.wait_for("deep('[data-state=running]')");
        page.server.lose(Some("_rest.wasm"));
        page.eval(PRESS_NEXT);
        page.wait_for("deep('[role=alert] pre')");
        assert!(page.text("[role=alert] pre").contains("_rest.wasm: 404"));
        page.server.lose(None);
        page.click("[role=alert] button");
        page.wait_for("deep('.do-next')");
        page.eval(PRESS_NEXT);
        page.wait_for(ANSWERED);
    });
}

#[test]
fn a_panic_ends_one_widget_and_not_its_neighbour() {
    with_page("guide.html", View::default(), |page| {
        start_both(page);
        page.eval(
            "window.told = [];
             addEventListener('lic-error', (event) => told.push(event.detail.why));
             deep('let-it-crash').setAttribute('test-panic', 'now');",
        );
        page.wait_for("deepAll('let-it-crash')[0].shadowRoot.querySelector('[role=alert]')");
        let report = page.text("[role=alert] pre");
        assert!(report.contains("test-panic"), "{report}");
        assert_eq!(page.eval("return told"), json!(["panic"]));
        assert_eq!(page.eval("return deepAll('[role=alert]').length"), 1);

        // The neighbour still hears, and its instance still draws.
        page.eval("deepAll('let-it-crash')[1].setAttribute('theme', 'dark')");
        page.wait_for("deep('.app').dataset.theme === 'dark'");

        page.eval("deep('let-it-crash').removeAttribute('test-panic')");
        page.click("[role=alert] button");
        page.wait_for("deepAll('.app').length === 2 && !deep('[role=alert]')");
    });
}

#[test]
fn a_widget_that_cannot_be_loaded_says_so_and_can_be_tried_again() {
    with_page("index.html", View::default(), |page| {
        page.tolerate("404");
        page.server.lose(Some(".wasm"));
        page.goto("guide.html");
        page.wait_for("deep('[role=alert] pre')");
        assert!(page.text("[role=alert] pre").contains("404"));
        // The writer's own fallback is still there to be read.
        assert_eq!(page.eval("return deep('let-it-crash p').getClientRects().length > 0"), true);
        page.server.lose(None);
        page.click("[role=alert] button");
        page.wait_for("deep('.app')");
    });
}

#[test]
fn theme_language_and_height_follow_the_page_around_it() {
    with_page("guide.html", View::default(), |page| {
        start_both(page);
        page.eval("document.documentElement.dataset.theme = 'dark'");
        page.wait_for("deepAll('.app').every((app) => app.dataset.theme === 'dark')");
        page.eval("delete document.documentElement.dataset.theme");
        page.wait_for("deepAll('.app').every((app) => app.dataset.theme === 'light')");
        page.dress(View { scheme: "dark", ..View::default() });
        page.wait_for("deepAll('.app').every((app) => app.dataset.theme === 'dark')");
        page.eval("document.documentElement.lang = 'ko-KR'");
        page.wait_for("deepAll('.app').every((app) => app.lang === 'ko')");
        page.eval("const one = deep('let-it-crash'); one.lang = 'en'; one.setAttribute('height', 222)");
        page.wait_for("deep('.app').lang === 'en' && deep('let-it-crash').offsetHeight === 222");
    });
}

#[test]
fn widgets_that_come_and_go_leave_nothing_behind() {
    const COME: &str = "
        for (let i = 0; i < 10; i++) document.body.prepend(document.createElement('let-it-crash'));
        scrollTo(0, 0);";
    const GO: &str = "document.querySelectorAll('let-it-crash:not(.sample)').forEach((one) => one.remove())";
    let come_and_go = |page: &Page| {
        page.eval(COME);
        page.wait_for("deepAll('.app').length > 3");
        page.eval(GO);
        page.wait_for("deepAll('.app').length === 2");
    };
    with_page("guide.html", View::default(), |page| {
        start_both(page);
        come_and_go(page);
        page.eval("window.before = 0; window.before = Object.keys(window).join()");
        let (nodes, listeners) = page.held();
        for _ in 0..5 {
            come_and_go(page);
        }
        let (nodes_after, listeners_after) = page.held();
        // A widget holds dozens of nodes and a handful of listeners: 50 leaked ones would show.
        assert!(nodes_after < nodes + 20, "{nodes} nodes before, {nodes_after} after");
        assert!(listeners_after < listeners + 20, "{listeners} listeners before, {listeners_after} after");
        assert_eq!(page.eval("return Object.keys(window).join() === before"), true, "a new global");
        assert_eq!(page.eval("return document.head.querySelectorAll('style').length"), 0);
    });
}

#[test]
fn a_widget_that_moves_starts_again() {
    with_page("guide.html", View::default(), |page| {
        start_both(page);
        page.eval("document.body.append(deep('let-it-crash'))");
        page.wait_for("deepAll('.app').length === 2");
    });
}
