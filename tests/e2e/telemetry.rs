//! The telemetry of the sequences: spans counted and measured, and who is attached.

use serde_json::json;

use crate::page::{Page, View, with_page};
use crate::reader::{FIB, choose, open, press, select};

fn rows(page: &Page) -> Vec<Vec<String>> {
    let rows =
        page.eval("return deepAll('.telemetry tr').map((row) => [...row.cells].map((cell) => cell.textContent))");
    serde_json::from_value(rows).unwrap()
}

fn show(page: &Page, label: &str) {
    page.eval(&format!(
        "deepAll('.chart .tools button').find((button) => button.textContent === {}).click()",
        json!(label)
    ));
    page.wait_for("deep('.telemetry')");
}

#[test]
fn spans_are_counted_and_measured_for_each_sequence() {
    open(View::default(), |page| {
        show(page, "Telemetry");
        assert!(page.text(".telemetry .empty").starts_with("No value yet."));
        assert!(page.text(".telemetry .hint").starts_with("Nobody is attached"));
        for _ in 0..3 {
            press(page, ".do-next");
        }
        select(page, "Seq.ArithServer");
        press(page, ".do-next");
        page.wait_for("deepAll('.telemetry tbody tr').length === 2");
        let heads = ["Server", "start", "stop", "exception", "durations", "mean", "longest", "last metadata"];
        assert_eq!(rows(page)[0], heads);
        let fib = rows(page).swap_remove(1);
        assert_eq!(fib[..4], [FIB, "3", "3", "0"]);
        assert!(fib[4].contains(" ns: ") && fib[5].ends_with(" ns") && fib[6].ends_with(" ns"), "{fib:?}");
        assert!(fib[7].starts_with("stop %{") && fib[7].contains("value: 1"), "{fib:?}");
        // The picture: one bar for each bucket of the common scale, none higher than the drawing.
        let bars = page.eval(
            "return deepAll('.telemetry tbody svg').map((svg) => [svg.ariaHidden,
               [...svg.querySelectorAll('rect')].some((bar) => bar.getAttribute('height') === svg.getAttribute('height'))])",
        );
        assert_eq!(bars, json!([["true", true], ["true", true]]));
        page.screenshot("telemetry");
        // A crash takes the state, not the counts.
        select(page, FIB);
        press(page, ".do-crash");
        press(page, ".crash-menu .kill");
        page.wait_for("deep('.inspector .again')?.textContent === '×2'");
        press(page, ".do-next");
        page.wait_for("deep('.telemetry tbody td').textContent === '4'");
    });
}

#[test]
fn who_is_attached_is_named_and_goes_with_its_owner() {
    let korean = View { scheme: "dark", language: "ko-KR", ..View::wide(360) };
    with_page("index.html?app=demo&seed=7", korean, |page| {
        page.wait_for("deep('[data-app=audit].running')");
        press(page, ".switch .values");
        choose(page, ".auto-run select", "10 회/초");
        show(page, "텔레메트리");
        page.wait_for("deepAll('.handlers li').length === 1");
        let handler = page.text(".handlers li");
        assert!(handler.starts_with(":meter [:seq, :next, :stop] → "), "{handler}");
        page.wait_for("deepAll('.telemetry tbody tr').length === 2");
        page.screenshot("telemetry-360-ko");
        assert_eq!(page.eval("return document.documentElement.scrollWidth"), 360);
        page.eval("deepAll('.application button').find((button) => button.textContent.startsWith('meter')).click()");
        press(page, ".do-stop-app");
        page.wait_for("deepAll('.handlers li').length === 0");
    });
}
