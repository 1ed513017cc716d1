//! The application layer: a node of many, their graph, their versions.

use serde_json::json;

use crate::page::{Page, View, with_page};
use crate::reader::{choose, press};

/// The demo node, with its last application running.
fn demo(view: View, test: impl FnOnce(&mut Page)) {
    with_page("index.html?app=demo&seed=7", view, |page| {
        page.wait_for("deep('[data-app=audit].running')");
        test(page);
    });
}

fn graph(page: &Page) -> Vec<String> {
    let said = page.eval("return deepAll('.both > ol li').map((item) => item.textContent)");
    said.as_array().unwrap().iter().filter_map(|line| line.as_str()).map(str::to_owned).collect()
}

fn state(page: &Page, application: &str) -> String {
    let class = page.eval(&format!("return deep('[data-app={application}]').getAttribute('class')"));
    class.as_str().unwrap().split(' ').nth(1).unwrap_or_default().to_owned()
}

#[test]
fn the_graph_shows_who_needs_whom_in_the_order_of_the_boot() {
    demo(View::default(), |page| {
        let names: Vec<String> = graph(page).iter().map(|line| line.split(':').next().unwrap().to_owned()).collect();
        assert_eq!(names, ["elixir", "logger", "telemetry", "seq", "ticker", "meter", "audit", "cache"]);
        let ticker = graph(page).swap_remove(4);
        assert!(
            ticker.starts_with("ticker: running, boot order 5, needs") && ticker.ends_with("includes cache"),
            "{ticker}"
        );
        let numbers = page.eval("return deepAll('.graph .order text').map((text) => text.textContent)");
        assert_eq!(numbers, json!(["1", "2", "3", "4", "5", "6", "7"]));
        let lefts = page.eval(
            "return ['elixir', 'logger', 'seq', 'ticker', 'audit'].map((name) =>
               deep(`[data-app=${name}]`).getBoundingClientRect().left)",
        );
        let lefts: Vec<f64> = lefts.as_array().unwrap().iter().filter_map(|left| left.as_f64()).collect();
        assert!(lefts.is_sorted_by(|a, b| a < b), "{lefts:?}");
        page.screenshot("applications");
    });
}

#[test]
fn the_graph_waits_for_its_room_to_know_which_way_to_run() {
    demo(View::default(), |page| {
        page.eval("document.querySelector('let-it-crash').style.display = 'none'");
        page.wait_for("!deep('.graph')");
        assert_eq!(graph(page).len(), 8, "in words it is there all the same");
        page.eval("document.querySelector('let-it-crash').style.display = ''");
        page.wait_for("deep('.graph [data-app=audit]')");
    });
}

#[test]
fn an_application_is_stopped_and_started_with_a_type_and_shows_its_spec() {
    demo(View::default(), |page| {
        page.eval("deepAll('.application button').find((button) => button.textContent.startsWith('audit')).click()");
        page.wait_for("deep('.inspector h2')?.textContent.startsWith('audit')");
        let spec = page.text(".spec");
        assert!(spec.contains("optional_applications") && spec.contains("[meter]"), "{spec}");
        press(page, ".do-stop-app");
        page.wait_for("deep('[data-app=audit].exited')");
        page.wait_for("deep('.inspector .why')?.textContent.includes('stopped')");
        choose(page, ".start-type", "permanent: any end stops the node");
        press(page, ".do-start-app");
        page.wait_for("deep('[data-app=audit].running')");
        page.wait_for("deep('.inspector dl').textContent.includes('permanent: any end stops the node')");
    });
}

#[test]
fn what_a_node_cannot_do_without_takes_it_down_and_it_boots_again() {
    demo(View::default(), |page| {
        page.eval("deepAll('.application button').find((button) => button.textContent.startsWith('seq')).click()");
        press(page, ".do-stop-app");
        page.wait_for("deep('.halted')");
        let said = page.text(".halted");
        let last = "Kernel pid terminated (application_controller) ({application_terminated,ticker,shutdown})";
        assert!(said.contains(last), "{said}");
        assert!(said.contains("A transient application ended abnormally"), "{said}");
        page.screenshot("halted");
        // As who stops a node sees: seq was stopped, ticker ended, the others went the way back.
        let by_stop = "deepAll('.graph .sub').map((sub) => [sub.textContent, sub.parentNode.dataset.app])
            .sort().map(([sub, name]) => `${name} ${sub}`)";
        let last = ["seq stopped #1", "ticker stopped #2", "audit stopped #3", "meter stopped #4"];
        let all = [
            &["cache 1.0.0 loaded", "elixir 1.14.0 stopped"],
            &last[..],
            &["telemetry stopped #5", "logger stopped #6"],
        ];
        assert_eq!(page.eval(&format!("return {by_stop}")), json!(all.concat()));
        assert!(graph(page)[1].starts_with("logger: stopped, boot order 2, stop order 6, needs"), "{:?}", graph(page));
        // A rate that is refused does not stay in the picker.
        choose(page, ".auto-run select", "5 /s");
        page.wait_for("deep('.refused')?.textContent.includes('the node has stopped')");
        assert_eq!(page.eval("return deep('.auto-run select').selectedOptions[0].text"), "off");
        page.click(".boot-again");
        page.wait_for("!deep('.halted') && deep('[data-app=audit].running') && deep('[data-app=seq].running')");
        assert_eq!(state(page, "cache"), "waiting");
        assert!(!graph(page).iter().any(|line| line.contains("stop order")), "{:?}", graph(page));
    });
}

#[test]
fn an_upgrade_is_played_instruction_by_instruction_and_keeps_the_position() {
    with_page("index.html?seed=7", View::default(), |page| {
        page.wait_for("deep('.row[data-name=\"Seq.FibServer\"][aria-selected=true]')");
        for value in ["0", "1", "1", "2", "3"] {
            press(page, ".do-next");
            page.wait_for(&format!("deep('.reply output')?.textContent === '{value}'"));
        }
        press(page, ".row[data-name=seq]");
        press(page, ".do-version-slowly");
        page.wait_for("deepAll('.upgrade li').length === 1 && deep('.paused')");
        let mut last = String::new();
        for number in 2..=6 {
            press(page, ".do-instruction");
            page.wait_for(&format!("deepAll('.upgrade li').length === {number}"));
            last = page.text(".upgrade li[aria-current=step] code");
        }
        assert_eq!(last, "{resume,['Elixir.Seq.Server']}");
        press(page, ".do-instruction");
        page.wait_for("deep('.upgrade output')?.textContent === '{:ok, []}'");
        page.wait_for("deep('.inspector h2').textContent === 'seq 0.2.0'");
        let code = page.text(".inspector table");
        assert!(code.contains("Seq.Server") && code.contains("0.2.0"), "{code}");
        page.screenshot("upgraded");
        page.click(".transport .play");
        press(page, ".row[data-name=\"Seq.FibServer\"]");
        press(page, ".do-next");
        page.wait_for("deep('.reply output')?.textContent === '5'");
        press(page, ".row[data-name=seq]");
        press(page, ".do-version");
        page.wait_for("deep('.inspector h2').textContent === 'seq 0.1.0'");
        press(page, ".row[data-name=\"Seq.FibServer\"]");
        press(page, ".do-next");
        page.wait_for("deep('.reply output')?.textContent === '8'");
    });
}

#[test]
fn a_value_of_the_environment_names_its_source() {
    with_page("index.html?seed=7&SEQ_A1=10", View::default(), |page| {
        press(page, ".row[data-name=seq]");
        page.wait_for("deep('.inspector td')");
        let table = page.text(".inspector table");
        assert!(table.contains("runtime.exs, at boot"), "{table}");
    });
}

#[test]
fn another_node_is_chosen_in_the_bar_and_on_a_phone_the_boot_runs_down() {
    with_page("index.html?seed=7", View::wide(360), |page| {
        page.wait_for("deep('.scene select')");
        choose(page, ".scene select", "many applications");
        page.wait_for("deep('[data-app=audit].running')");
        let tops = page.eval(
            "return ['elixir', 'seq', 'audit'].map((name) => deep(`[data-app=${name}]`).getBoundingClientRect().top)",
        );
        let tops: Vec<f64> = tops.as_array().unwrap().iter().filter_map(|top| top.as_f64()).collect();
        assert!(tops.is_sorted_by(|a, b| a < b), "{tops:?}");
        choose(page, ".scene select", "seq");
        page.wait_for("!deep('[data-app]') && deep('.row[data-name=\"Seq.FibServer\"]')");
    });
}
