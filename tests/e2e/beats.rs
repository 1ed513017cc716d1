//! A crash, step by step.

use serde_json::json;

use crate::page::{Page, View, with_page};
use crate::reader::{FIB, choose, drawn, open, press, select, write};

fn heads(page: &Page) -> serde_json::Value {
    page.eval("return deepAll('.beats li').map((beat) => beat.textContent)")
}

fn says(page: &Page, what: &str) {
    page.wait_for(&format!("deep('.beats p')?.textContent === {}", json!(what)));
}

#[test]
fn a_crash_is_told_in_beats_forth_and_back() {
    open(View::default(), |page| {
        press(page, ".do-crash");
        press(page, ".crash-menu .kill");
        page.wait_for("deepAll('.beats li').length === 4");
        assert_eq!(heads(page), json!(["1 dies", "2 signals", "3 budget", "4 restarts"]));
        press(page, ".beats li button");
        says(page, "Seq.FibServer ended: :killed");
        assert_eq!(drawn(page, ".card.fallen .mark text"), "✕ :killed");
        press(page, ".next-beat");
        says(page, "exit signal through the link to Seq.Supervisor");
        assert_eq!(page.eval("return deepAll('.picture .signal').length"), 1);
        page.screenshot("beat-told");
        press(page, ".next-beat");
        says(page, "Seq.Supervisor: restarts spent 1 / 3");
        press(page, ".next-beat");
        says(page, "started again, in this order: 1. Seq.FibServer");
        assert_eq!(drawn(page, ".card .tag.start text"), "▶1");
        press(page, ".previous-beat");
        says(page, "Seq.Supervisor: restarts spent 1 / 3");
        press(page, ".beats .plain");
        page.wait_for("!deep('.beats .previous-beat')");
        press(page, ".watch");
        says(page, "Seq.FibServer ended: :killed");
    });
}

#[test]
fn while_time_stands_still_each_press_plays_one_more_beat() {
    open(View::default(), |page| {
        page.click(".transport .play");
        page.wait_for("deep('.paused')");
        page.eval("deep('.list').focus()");
        page.press("\u{E017}"); // Delete kills
        for (number, head) in [(1, "dies"), (2, "signals"), (3, "budget"), (4, "restarts")] {
            page.press("b");
            page.wait_for(&format!("deep('.beats [aria-current=step]')?.textContent === '{number} {head}'"));
            if number == 1 {
                assert_eq!(page.eval("return deepAll('.beats li').length < 4"), true, "the rest has not happened yet");
            }
        }
        assert_eq!(page.eval("return deep('.inspector .again')?.textContent"), "×2");
    });
}

#[test]
fn a_crash_beyond_the_budget_is_followed_to_the_end_of_the_application() {
    open(View::default(), |page| {
        press(page, ".do-relentless");
        page.wait_for("deep('.start-again')");
        page.wait_for("deep('.beats')");
        page.eval("deep('.watch')?.click()");
        let heads: Vec<String> = serde_json::from_value(heads(page)).unwrap();
        let heads: Vec<&str> = heads.iter().filter_map(|head| head.split_once(' ')).map(|(_, head)| head).collect();
        assert_eq!(heads.first(), Some(&"dies"));
        assert_eq!(heads.iter().filter(|head| **head == "gives up").count(), 2, "{heads:?}");
        assert_eq!(heads.last(), Some(&"application ends"), "{heads:?}");
    });
}

#[test]
fn without_motion_the_beats_are_still() {
    with_page("index.html?seed=7", View::default(), |page| {
        page.calm();
        page.wait_for(&format!("deep('.row[data-name=\"{FIB}\"]')"));
        select(page, FIB);
        press(page, ".do-crash");
        press(page, ".crash-menu .kill");
        page.wait_for("deepAll('.beats li').length === 4");
        press(page, ".beats li:nth-child(2) button");
        page.wait_for("deep('.picture .signal')");
        assert_eq!(page.eval("return getComputedStyle(deep('.picture .signal')).animationName"), "none");
    });
}

#[test]
fn a_strategy_that_is_edited_live_counts_from_the_next_crash() {
    open(View::default(), |page| {
        select(page, "Seq.Supervisor");
        let pid = drawn(page, ".card.selected .sub");
        press(page, ".flags summary");
        choose(page, ".flags select", "rest_for_one");
        write(page, "#flags-intensity", "many");
        press(page, ".flags .primary");
        page.wait_for("deep('.flags [role=alert]')");
        write(page, "#flags-intensity", "2");
        write(page, "#flags-period", "30");
        press(page, ".flags .primary");
        page.wait_for("deep('.card.selected .sub')?.textContent === 'rest_for_one'");
        page.wait_for("deep('.panel dl').textContent.includes('2 / 30 s')");
        assert_ne!(pid, "rest_for_one");
        select(page, FIB);
        press(page, ".do-crash");
        press(page, ".crash-menu .kill");
        page.wait_for("deepAll('.beats li').length === 5");
        assert_eq!(heads(page), json!(["1 dies", "2 signals", "3 budget", "4 stops", "5 restarts"]));
        press(page, ".beats li:nth-child(4) button");
        says(page, "stopped, in this order: 1. Seq.ArithServer");
        press(page, ".next-beat");
        says(page, "started again, in this order: 1. Seq.FibServer  2. Seq.ArithServer");
        page.screenshot("rest-for-one");
    });
}

#[test]
fn a_child_that_is_moved_takes_others_along_or_no_longer() {
    open(View::default(), |page| {
        select(page, "Seq.Supervisor");
        press(page, ".flags summary");
        choose(page, ".flags select", "rest_for_one");
        press(page, ".flags .primary");
        page.wait_for("deep('.card.selected .sub')?.textContent === 'rest_for_one'");
        let told = || page.eval("return deepAll('.order li').map((child) => child.textContent)");
        let both = "If it died now → stop: Seq.ArithServer · start again: Seq.FibServer, Seq.ArithServer";
        let alone = "If it died now → start again: Seq.ArithServer";
        assert_eq!(told(), json!([format!("Seq.FibServer{both}"), format!("Seq.ArithServer{alone}")]));
        press(page, ".order li:nth-child(2) button[aria-label=\"Seq.ArithServer: Start earlier\"]");
        page.wait_for("deep('.order li code').textContent === 'Seq.ArithServer'");
        let both = "If it died now → stop: Seq.FibServer · start again: Seq.ArithServer, Seq.FibServer";
        let alone = "If it died now → start again: Seq.FibServer";
        assert_eq!(told(), json!([format!("Seq.ArithServer{both}"), format!("Seq.FibServer{alone}")]));
        let names = page.eval("return deepAll('.row').slice(5, 7).map((row) => row.dataset.name)");
        assert_eq!(names, json!(["Seq.ArithServer", "Seq.FibServer"]), "the tree shows them in that order too");
        page.screenshot("child-order");
    });
}

#[test]
fn one_process_is_traced_and_the_other_is_not() {
    open(View::default(), |page| {
        press(page, "#tab-messages");
        press(page, ".trace-own");
        page.wait_for("deep('.trace-own').ariaPressed === 'true' && deep('.timeline .trace').ariaPressed === 'false'");
        press(page, ".do-next");
        page.wait_for("deepAll('.traced tr').length === 2");
        let told = page.eval("return deepAll('.traced tr').map((row) => row.textContent).join()");
        assert!(told.as_str().unwrap().contains("$gen_call"), "{told}");
        select(page, "Seq.ArithServer");
        press(page, ".do-next");
        page.wait_for("deep('.reply output')?.textContent === '3'");
        assert_eq!(page.eval("return deepAll('.traced tr').length"), 0);
        assert_eq!(drawn(page, ".trace-own"), "Trace this process");
    });
}
