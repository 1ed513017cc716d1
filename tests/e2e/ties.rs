//! Who is tied to whom beside the tree: monitors, of calls too.

use serde_json::json;

use crate::page::{Page, View};
use crate::reader::{FIB, choose, of, open, press, select};
use crate::visible::unfold;
use crate::ways::{button, die};

/// What the inspector lists under that name.
fn fact(page: &Page, name: &str) -> String {
    let fact = page.eval(&format!(
        "return deepAll('.panel dt').find((one) => one.textContent === {})?.nextElementSibling.textContent",
        json!(name)
    ));
    fact.as_str().unwrap_or_default().to_owned()
}

#[test]
fn who_waits_for_a_reply_is_seen_to_monitor_the_server_until_it_has_come() {
    open(View::default(), |page| {
        // A call gives up after five seconds of the node: these are to last.
        choose(page, ".speed select", "1/8×");
        button(page, "Suspend");
        page.wait_for(&of(FIB, ".dataset.state === 'suspended'"));
        assert_eq!(fact(page, "monitored by"), "none");
        press(page, ".do-next");
        unfold(page, "Clients");
        select(page, FIB);
        page.wait_for("deepAll('.picture .monitor').length === 1");
        let dashes = page.eval("return getComputedStyle(deep('.picture .monitor')).strokeDasharray");
        assert_eq!(dashes, "7px, 3px, 1px, 3px", "dash and dot");
        page.wait_for("deep('.panel dl').textContent.includes('monitored by')");
        let client = fact(page, "monitored by");
        assert!(client.starts_with("#PID<"), "{client}");
        page.screenshot("monitor");
        // From the other end.
        page.eval(&format!("deepAll('.panel .pid').find((pid) => pid.textContent === '{client}').click()"));
        page.wait_for(&format!("deep('.inspector .under code').textContent === '{client}'"));
        assert_eq!(fact(page, "monitors"), FIB);
        page.wait_for("deepAll('.picture .monitor').length === 1");
        select(page, FIB);
        button(page, "Resume");
        page.wait_for("!deep('.picture .monitor') && deep('.reply output')?.textContent === '0'");
        assert_eq!(fact(page, "monitored by"), "none");
    });
}

#[test]
fn who_waits_for_the_dead_hears_of_it_by_its_monitor() {
    open(View::default(), |page| {
        choose(page, ".speed select", "1/8×");
        button(page, "Suspend");
        page.wait_for(&of(FIB, ".dataset.state === 'suspended'"));
        press(page, ".do-next");
        unfold(page, "Clients");
        select(page, FIB);
        page.wait_for("deep('.picture .monitor')");
        die(page, ":kill");
        page.wait_for("deepAll('.beats li').length === 4");
        press(page, ".beats li:nth-child(2) button");
        page.wait_for("deep('.beats p').textContent.includes('DOWN by the monitor to')");
        page.wait_for("deepAll('.picture .signal').length === 2 && deepAll('.picture .signal.down').length === 1");
        page.screenshot("beat-down");
    });
}

#[test]
fn who_stops_an_application_monitors_its_master_until_it_is_down() {
    open(View::default(), |page| {
        unfold(page, "System");
        die(page, "slow shutdown (10 s)");
        press(page, ".row[data-name=seq]");
        press(page, ".do-stop-app");
        page.wait_for("deep('.inspector .chip').textContent.includes('stopping')");
        page.click(".transport .play");
        page.wait_for("deep('.paused')");
        select(page, "application master");
        page.wait_for("deepAll('.picture .monitor').length === 1");
        assert_eq!(fact(page, "monitored by"), ":application_controller");
        page.click(".transport .play");
        page.wait_for("deep('.start-again') && !deep('.picture .monitor')");
    });
}
