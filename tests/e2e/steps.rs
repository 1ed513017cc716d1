//! Steps: a turn, a message, a callback, on to the next crash.

use serde_json::json;

use crate::page::{Page, View};
use crate::reader::{FIB, choose, open, press, select};
use crate::scenarios::saved;
use crate::ways::die;

fn crashes(page: &Page) -> i64 {
    page.eval("return Number(deep('.crashes b').textContent)").as_i64().unwrap()
}

fn shown(page: &Page) -> serde_json::Value {
    page.eval("return deep('.inspector').textContent")
}

#[test]
fn one_step_by_callbacks_is_one_value() {
    open(View::default(), |page| {
        press(page, ".transport .play");
        page.wait_for("deep('.paused')");
        assert_eq!(page.eval("return deep('.stride select').selectedOptions[0].textContent"), json!("by turn"));
        choose(page, ".stride select", "by callback");
        select(page, FIB);
        page.eval("deepAll('[role=tab]').find((tab) => tab.textContent === 'State').click()");
        for _ in 0..2 {
            let before = shown(page);
            press(page, ".deeds .do-next");
            press(page, ".transport .step");
            page.wait_for(&format!("deep('.inspector').textContent !== {before}"));
        }
        assert_eq!(page.text(".paused"), "Paused");
    });
}

#[test]
fn time_goes_on_to_the_next_crash_and_is_held_there() {
    open(View::default(), |page| {
        press(page, ".transport .play");
        page.wait_for("deep('.paused')");
        choose(page, ".stride select", "to next crash");
        press(page, ".transport .step");
        page.wait_for("deep('.paused').textContent === 'Until a crash'");
        die(page, ":kill");
        page.wait_for("deep('.paused')?.textContent === 'Paused'");
        assert_eq!(crashes(page), 1);
        assert_eq!(page.eval("return deep('.restarts b').textContent"), "0", "its supervisor has not had its turn yet");
        choose(page, ".stride select", "by turn");
        for _ in 0..20 {
            press(page, ".transport .step");
        }
        page.wait_for("deep('.restarts b').textContent === '1'");
    });
}

#[test]
fn one_step_by_messages_is_at_least_one_message_and_not_the_answer() {
    open(View::default(), |page| {
        press(page, ".timeline .trace");
        page.wait_for("deep('.timeline .trace').ariaPressed === 'true'");
        press(page, ".transport .play");
        page.wait_for("deep('.paused')");
        choose(page, ".stride select", "by message");
        press(page, "#tab-messages");
        press(page, ".deeds .do-next");
        press(page, ".transport .step");
        page.wait_for("deepAll('.traced tr').length === 1");
        assert_eq!(
            page.eval("return deep('.card.selected .mail text')?.textContent"),
            "✉1",
            "it has not been read yet"
        );
        press(page, ".transport .step");
        page.wait_for("deepAll('.traced tr').length === 2");
        press(page, ".transport .play");
        page.wait_for("deep('.reply output')?.textContent === '0'");
    });
}

#[test]
fn time_goes_from_64_times_slower_to_64_times_faster() {
    open(View::default(), |page| {
        let speeds = page.eval("return [...deep('.speed select').options].map((one) => one.text)");
        let speeds: Vec<String> = serde_json::from_value(speeds).unwrap();
        assert_eq!([speeds.len().to_string(), speeds[0].clone(), speeds[12].clone()], ["13", "1/64×", "64×"]);
        page.eval("deep('.list').focus()");
        page.press(&"]".repeat(8));
        page.wait_for("deep('.speed select').selectedOptions[0].text === '64×'");
        // So a minute of the node is a second here.
        crate::reader::let_pass(page, 60.0);
        page.press(&"[".repeat(14));
        page.wait_for("deep('.speed select').selectedOptions[0].text === '1/64×'");
    });
}

#[test]
fn a_run_is_saved_with_its_seed_and_what_the_reader_did() {
    open(View::default(), |page| {
        press(page, ".do-next");
        page.wait_for("deep('.reply')");
        die(page, ":kill");
        page.wait_for("deep('.inspector .again')");
        let run = saved(page, ".save");
        let run: serde_json::Value = serde_json::from_str(&run).unwrap();
        assert_eq!(run["options"]["seed"], 7);
        let inputs = run["inputs"].to_string();
        assert!(inputs.contains("\"next\"") && inputs.contains("\"crash\"") && inputs.contains("kill"), "{inputs}");
    });
}
