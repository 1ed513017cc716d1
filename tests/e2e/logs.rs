//! The log: in Elixir's words, newest first, and what a reader does with it.

use serde_json::json;

use crate::page::{Page, View, with_page};
use crate::reader::{FIB, of, open, press, select};
use crate::ways::{button, die};

/// Time, level and first line of the reports that show.
fn lines(page: &Page) -> Vec<[String; 3]> {
    let lines = page.eval(
        "return deepAll('.line .first').map((line) => ['time', '.level', '.text'].map((part) => line.querySelector(part).textContent))",
    );
    serde_json::from_value(lines).unwrap()
}

#[test]
fn progress_and_crashes_are_reported_in_elixirs_words_newest_first() {
    open(View::default(), |page| {
        let boot = lines(page);
        let has = |text: &str| boot.iter().any(|line| line[1..] == ["info", text]);
        assert!(has("Application seq started at :nonode@nohost"), "{boot:?}");
        assert!(has("Child Seq.FibServer of Supervisor Seq.Supervisor started"), "{boot:?}");
        die(page, "raise");
        page.wait_for("deepAll('.line.error').length === 3");
        let all = lines(page);
        assert!(all.iter().map(|line| &line[0]).rev().is_sorted(), "{all:?}");
        let told: Vec<&str> = all[..4].iter().map(|line| line[2].as_str()).collect();
        assert_eq!(
            told,
            [
                "Child Seq.FibServer of Supervisor Seq.Supervisor started",
                "Child Seq.FibServer of Supervisor Seq.Supervisor terminated",
                "Process Seq.FibServer (#PID<0.15.0>) terminating",
                "GenServer Seq.FibServer terminating"
            ]
        );
        // The whole report, and the way to who made it.
        press(page, ".line:nth-child(4) .first");
        page.wait_for("deep('.line.open pre')");
        let report = page.text(".line.open pre");
        assert!(report.contains("** (RuntimeError) boom") && report.contains("Last message"), "{report}");
        select(page, "Seq.ArithServer");
        page.eval("deepAll('.line.open button').find((one) => one.textContent.startsWith('Process #PID<')).click()");
        page.wait_for(&of(FIB, ".ariaSelected === 'true'"));
        press(page, ".line.open .first");
        page.wait_for("!deep('.line.open') && deepAll('.line .first').every((line) => line.ariaExpanded === 'false')");
    });
}

#[test]
fn only_problems_are_warnings_and_errors() {
    open(View::default(), |page| {
        die(page, ":kill");
        page.wait_for("deep('.line.error')");
        button(page, "problems");
        page.wait_for("!deep('.line.info')");
        assert!(lines(page).iter().all(|line| ["error", "warning"].contains(&line[1].as_str())));
        press(page, ".log .segmented button");
        page.wait_for("deep('.line.info') && deep('.line.error')");
    });
}

#[test]
fn older_reports_are_shown_a_page_at_a_time() {
    with_page("index.html?app=crowd&seed=7", View::default(), |page| {
        page.wait_for(
            "deepAll('.log .line').length === 60 && deep('.older') && Number(deep('.crashes b').textContent) > 250",
        );
        page.click(".transport .play");
        page.wait_for("deep('.paused')");
        for shown in [120, 180, 240] {
            press(page, ".older");
            page.wait_for(&format!("deepAll('.log .line').length === {shown}"));
        }
        assert_eq!(page.eval("return deep('.log [role=log]').ariaLive"), json!("off"), "nobody is read all that");
    });
}

#[test]
fn applications_are_reported_in_the_order_in_which_the_graph_says_they_boot() {
    with_page("index.html?app=demo&seed=7", View::default(), |page| {
        page.wait_for("deep('[data-app=audit].running')");
        let name =
            |line: &[String; 3]| Some(line[2].strip_prefix("Application ")?.split_once(" started")?.0.to_owned());
        let told: Vec<String> = lines(page).iter().rev().filter_map(name).collect();
        // Who is included by another comes last there, and is not started by itself.
        let drawn =
            page.eval("return deepAll('.graph + ol li').slice(0, 7).map((one) => one.textContent.split(':')[0])");
        assert_eq!(json!(told), drawn);
    });
}
