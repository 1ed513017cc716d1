//! What is too long for its place is said in fewer letters, never cut so that it says something else.

use serde_json::json;

use crate::page::{Page, View, with_page};
use crate::reader::{choose, open, press};

/// How far what is in these elements is wider than they are.
fn over(page: &Page, all: &[&str]) -> serde_json::Value {
    page.eval(&format!("return {}.map((css) => deep(css).scrollWidth - deep(css).clientWidth)", json!(all)))
}

#[test]
fn the_counts_have_room_for_four_digits_at_every_width() {
    for language in ["en-US", "ko-KR"] {
        with_page("index.html?seed=7", View { language, ..View::default() }, |page| {
            page.wait_for("deep('.counts b')");
            let fit = |page: &Page, when: &str| {
                for width in [700, 768, 1100, 1219, 1220, 1280, 1399, 1400] {
                    page.dress(View { language, ..View::wide(width) });
                    page.wait_for(&format!("innerWidth === {width}"));
                    page.eval("deepAll('.counts b').forEach((number) => { number.textContent = '8,888'; })");
                    assert_eq!(over(page, &[".counts", ".bar"]), json!([0, 0]), "{when} {width} {language}");
                }
            };
            fit(page, "playing");
            page.dress(View { language, ..View::default() });
            press(page, ".transport .play");
            page.wait_for("deep('.stride select')");
            fit(page, "paused");
            page.eval(
                "const select = deep('.stride select'); select.selectedIndex = 3;
                select.dispatchEvent(new Event('change', { bubbles: true }))",
            );
            press(page, ".transport .step");
            page.wait_for("!deep('.transport [aria-label=Play]') && deep('.paused')");
            fit(page, "until a crash");
        });
    }
}

#[test]
fn a_value_beside_its_line_is_whole_however_large_and_narrow() {
    let nines = "9".repeat(90);
    let within = "deepAll('.chart text.label').every((text) => {
        const { x, width } = text.getBBox(); return x > 0 && x + width <= text.ownerSVGElement.clientWidth; })";
    for (first, said) in [("8333458", "8,333,"), (nines.as_str(), "1.0×10^90")] {
        with_page(&format!("index.html?seed=7&SEQ_A1={first}"), View::default(), |page| {
            page.wait_for("deep('.card')");
            choose(page, ".auto-run select", "50 /s");
            page.wait_for("deepAll('.series').length === 2");
            choose(page, ".auto-run select", "off");
            for view in [View::default(), View::wide(768), View::wide(360), View { height: 400, ..View::wide(600) }] {
                page.dress(view);
                page.wait_for(&format!("innerWidth === {}", view.width));
                page.eval("deep('.switch .values').click()");
                page.wait_for("deep('.chart svg')?.clientWidth > 100");
                page.wait_for(within);
                let labels = page.eval("return deepAll('.chart text.label').map((text) => text.textContent).join()");
                assert!(labels.as_str().unwrap().contains(said), "{view:?}: {labels}");
            }
        });
    }
}

#[test]
fn what_stands_on_a_low_card_does_not_meet() {
    with_page("index.html?seed=7&SEQ_A1=8333458", View { height: 400, ..View::wide(600) }, |page| {
        page.wait_for("deep('.card')");
        page.eval("deep('.auto-run select').selectedIndex = 5; deep('.auto-run select').dispatchEvent(new Event('change', { bubbles: true }))");
        page.wait_for("deepAll('.card .value').length === 2");
        page.eval("deep('.list').focus()");
        // The strip that tells a crash takes the room of the second line.
        page.press("\u{E017}");
        page.wait_for("deep('.beats') && deepAll('.card .sub').length === 0 && deepAll('.card .value').length === 2");
        let gaps = page.eval(
            "return deepAll('.card').map((card) => [card.querySelector('.name'), card.querySelector('.value, .ring')])
               .filter(([name, other]) => other)
               .map(([name, other]) => [name.textContent, other.getBoundingClientRect().left - name.getBoundingClientRect().right])",
        );
        let gaps: Vec<(String, f64)> = serde_json::from_value(gaps).unwrap();
        assert!(gaps.len() == 5 && gaps.iter().all(|(_, gap)| *gap >= 2.0), "{gaps:?}");
        assert!(gaps.iter().any(|(name, _)| name == "FibServer"), "{gaps:?}");
    });
}

#[test]
fn the_first_moment_of_a_narrow_timeline_is_whole() {
    open(View::wide(360), |page| {
        press(page, ".switch .timeline");
        press(page, ".timeline .trace");
        page.wait_for("deep('.timeline .trace').ariaPressed === 'true'");
        page.eval("deep('.do-next').click()");
        page.wait_for("deep('.message')");
        press(page, ".close-up");
        page.wait_for("deep('.timeline .tick').textContent === '+0 ns'");
        let left = page.eval("return deep('.timeline .tick').getBBox().x").as_f64().unwrap();
        assert!(left >= 0.0, "it begins at {left}");
    });
}
