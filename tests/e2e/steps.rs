//! Steps: a turn, a message, a callback, on to the next crash.

use serde_json::json;

use crate::page::{Page, View};
use crate::reader::{FIB, choose, open, press, select};
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
