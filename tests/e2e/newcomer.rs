//! Whoever does not know OTP: what it is, what to press, and nothing in the way of what happens.

use serde_json::json;

use crate::page::{Page, View, with_page};
use crate::reader::{FIB, open, press, select};

const HEIGHT: &str = "return deep('.both').clientHeight";

/// Opens it, chooses a way to die, and is back where it shows.
fn kill(page: &Page) {
    press(page, ".do-crash");
    press(page, ".crash-menu .kill");
}

#[test]
fn the_page_says_what_it_is_and_what_to_do_until_something_has_crashed() {
    for (language, word) in [("en-US", "press next"), ("ko-KR", "next를")] {
        open(View { language, ..View::default() }, |page| {
            assert!(page.text(".about").contains(word), "{}", page.text(".about"));
            kill(page);
            page.wait_for("deep('.beats') && !deep('.about')");
            page.click(".help-button");
            page.wait_for("deep('.help p').textContent.includes('Erlang/OTP')");
        });
    }
}

#[test]
fn what_a_scenario_shows_is_said_while_it_happens_too() {
    with_page("index.html?app=strategies&seed=7", View::wide(360), |page| {
        page.wait_for("deep('.beats li')?.checkVisibility() && deep('.about').checkVisibility()");
        assert!(page.text(".about").contains("rest_for_one it and those started after it"));
        let rows = page.eval("return deep('.list').clientHeight / deep('.row').offsetHeight").as_f64().unwrap();
        assert!(rows > 6.0, "room for {rows} rows");
    });
}

#[test]
fn the_tree_stays_where_it_is_while_a_crash_is_told() {
    open(View::default(), |page| {
        let before = page.eval(HEIGHT);
        kill(page);
        page.wait_for("deepAll('.beats li').length === 4");
        assert_eq!(page.eval(HEIGHT), before, "while it is told");
        page.wait_for("deep('.watch')");
        assert_eq!(page.eval(HEIGHT), before, "once it has been told");
        // Twelve steps stand in one row too.
        press(page, ".do-relentless");
        page.wait_for("deep('.start-again')");
        page.eval("deep('.watch')?.click()");
        page.wait_for("deepAll('.beats li').length > 8");
        assert_eq!(page.eval("return deep('.foot').offsetHeight"), 64);
        page.screenshot("many-beats");
    });
}

#[test]
fn an_alert_goes_away_by_itself_and_so_does_a_refusal() {
    open(View::default(), |page| {
        press(page, ".do-relentless");
        page.wait_for("deep('.urgent').textContent !== ''");
        page.wait_for("deep('.urgent').textContent === ''");
        page.eval(
            "const file = deep('#scenario-file'), all = new DataTransfer();
             all.items.add(new File(['{'], 'broken.json'));
             file.files = all.files;
             file.dispatchEvent(new Event('change', { bubbles: true }));",
        );
        page.wait_for("deep('.refused')");
        page.wait_for("!deep('.refused')");
    });
}

#[test]
fn on_a_phone_nothing_covers_a_crash_and_everything_is_large_enough_to_touch() {
    let small = "return deepAll('button, select, input, summary, .row')
        .filter((target) => target.checkVisibility() && target.getClientRects().length)
        .filter((target) => target.offsetWidth < 44 || target.offsetHeight < 44)
        .map((target) => `${target.className} ${target.textContent}`)";
    open(View { language: "ko-KR", ..View::wide(360) }, |page| {
        for pane in ["tree", "values", "timeline", "log"] {
            press(page, &format!(".switch .{pane}"));
            assert_eq!(page.eval(small), json!([]), "{pane}");
        }
        press(page, ".switch .tree");
        page.eval(&format!("deep('.row[data-name=\"{FIB}\"]').click()"));
        page.wait_for("deep('[data-sheet=true]')");
        assert_eq!(page.eval(small), json!([]), "the inspector");
        press(page, ".do-crash");
        page.wait_for("deep('.crash-menu')");
        assert_eq!(page.eval(small), json!([]), "the ways to die");
        press(page, ".crash-menu .kill");
        page.wait_for("deep('[data-sheet=false]') && deepAll('.beats li').length === 4");
        assert_eq!(page.eval(small), json!([]), "the steps of a crash");
        page.screenshot("phone-crash");
        press(page, ".more");
        press(page, "button.chaos");
        press(page, ".do-chaos");
        page.wait_for("!deep('.layer') && !deep('.extra.open')");
    });
}

#[test]
fn on_a_phone_no_name_is_cut_and_no_button_alone_in_a_row() {
    open(View::wide(360), |page| {
        let top = |css: &str| page.eval(&format!("return deep('{css}').getBoundingClientRect().top"));
        assert_eq!(top(".forms"), top(".new-sequence"));
        press(page, ".switch .timeline");
        page.wait_for("deep('.lane .label')");
        let names = page.eval("return deepAll('.lane .label').map((name) => name.textContent)");
        assert_eq!(names, json!([":seq", "Supervisor", "FibServer", "ArithServer", "Dynamic"]));
    });
}

#[test]
fn a_sequence_that_was_started_is_selected() {
    open(View::default(), |page| {
        press(page, ".new-sequence");
        press(page, ".sequence-form .primary");
        page.wait_for("deep('.inspector h2').textContent === ':geo1'");
        press(page, ".do-next");
        page.wait_for("deep('.reply output')?.textContent === '2'");
        select(page, FIB);
    });
}

#[test]
fn a_scenario_offers_only_what_it_has() {
    with_page("index.html?app=shutdown&seed=7", View::wide(768), |page| {
        page.wait_for("deep('.about')?.textContent.includes('stopped')");
        assert_eq!(page.eval("return deep('.new-sequence')"), json!(null));
        assert!(page.text(".chart .empty").contains("none runs"), "{}", page.text(".chart .empty"));
    });
}

#[test]
fn a_node_that_has_stopped_offers_to_boot_and_not_to_start_an_application() {
    with_page("index.html?app=demo&seed=7", View::default(), |page| {
        page.wait_for("deep('[data-app=audit].running')");
        press(page, ".application.own button");
        press(page, ".do-stop-app");
        page.wait_for("deep('.halted .boot-again')");
        assert_eq!(page.eval("return deep('.do-start-app')"), json!(null));
    });
}
