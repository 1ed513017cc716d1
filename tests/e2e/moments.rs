//! From a line of the log to its moment in the timeline, and back to now.

use serde_json::json;

use crate::page::{Page, View};
use crate::reader::{FIB, choose, drawn, let_pass, of, open, press, select};
use crate::ways::die;

const ENTER: &str = "\u{E007}";
const ESCAPE: &str = "\u{E00C}";
const TAB: &str = "\u{E004}";

/// The focus is in the plot of the timeline, which says the moment that the button back to now does.
fn shows(page: &Page, moment: &str) {
    let label = json!(format!("Timeline {moment}"));
    page.wait_for(&format!(
        "deep('.timeline .now time')?.textContent === '{moment}' && deep('.timeline .moment') && deep('.timeline .plot').ariaLabel === {label}
           && deep('let-it-crash').shadowRoot.activeElement === deep('.timeline .plot')"
    ));
}

/// Opens the newest error of the log; the time it bears.
fn open_error(page: &Page) -> String {
    press(page, ".line.error:not(.open) .first");
    page.wait_for("deep('.line.error.open .to-moment')");
    page.text(".line.error.open time")
}

#[test]
fn a_line_of_the_log_leads_to_its_moment_and_its_process_by_keys() {
    open(View::default(), |page| {
        die(page, ":kill");
        page.wait_for("deep('.line.error') && deep('.lane.selected .exit')");
        select(page, "Seq.ArithServer");
        page.eval("deep('.line.error .first').focus()");
        page.press(ENTER);
        page.wait_for("deep('.line.error .first').ariaExpanded === 'true'");
        let moment = page.text(".line.error time");
        for _ in 0..4 {
            if page.eval("return deep('let-it-crash').shadowRoot.activeElement.textContent")
                == json!("Show in timeline")
            {
                break;
            }
            page.press(TAB);
        }
        page.press(ENTER);
        shows(page, &moment);
        page.wait_for(&of(FIB, ".ariaSelected === 'true'"));
        page.wait_for("deep('.inspector h2').textContent.startsWith('Seq.FibServer')");
        // The line stands where the exit is marked.
        let apart = "Math.abs(deep('.timeline .moment').getBoundingClientRect().x
            - deep('.lane.selected .exit').getBoundingClientRect().x - deep('.lane.selected .exit').getBoundingClientRect().width / 2)";
        page.wait_for(&format!("{apart} < 3"));
        page.screenshot("moment");
        page.press(ESCAPE);
        page.wait_for(
            "!deep('.moment') && !deep('.timeline .now') && deep('.timeline .plot').ariaLabel === 'Timeline'",
        );
    });
}

#[test]
fn a_moment_stays_in_sight_while_time_goes_on_until_now_is_wanted() {
    open(View::default(), |page| {
        press(page, ".do-next");
        page.wait_for("deep('.reply')");
        die(page, ":kill");
        page.wait_for("deep('.line.error')");
        button_of_span(page, "15 s");
        choose(page, ".speed select", "16×");
        let moment = open_error(page);
        press(page, ".to-moment");
        shows(page, &moment);
        let_pass(page, 40.0);
        // In the middle, in both charts.
        for chart in [".timeline", ".chart"] {
            let middle = format!(
                "((ticks, at) => {{ const all = ticks.map((tick) => tick.getBoundingClientRect().x);
                   return Math.min(...all) < at && at < Math.max(...all); }})(
                   deepAll('{chart} .tick:not(.y)'), deep('{chart} .moment').getBoundingClientRect().x)"
            );
            page.wait_for(&middle);
        }
        assert!(drawn(page, ".lane.selected .exit title").ends_with(":killed"));
        press(page, ".timeline .now");
        page.wait_for("!deep('.moment')");
    });
}

fn button_of_span(page: &Page, label: &str) {
    page.eval(&format!("deepAll('.chart .segmented button').find((one) => one.textContent === '{label}').click()"));
}

#[test]
fn where_panes_share_a_place_the_timeline_comes_up_with_the_moment() {
    for width in [768, 360] {
        open(View::wide(width), |page| {
            press(page, &format!(".row[data-name=\"{FIB}\"]"));
            die(page, ":kill");
            page.wait_for("deep('.line.error')");
            press(page, ".switch .log");
            page.wait_for("deep('.pane.log').checkVisibility()");
            let moment = open_error(page);
            page.screenshot(&format!("moment-log-{width}"));
            press(page, ".to-moment");
            page.wait_for("deep('.pane.timeline').checkVisibility() && !deep('.pane.log').checkVisibility()");
            shows(page, &moment);
            assert_eq!(page.eval("return deep('.side').checkVisibility()"), json!(false), "nothing lies over it");
            assert_eq!(page.eval("return deep('.switch [aria-current]').textContent"), "Timeline");
            let within = "((at, plot) => at.x > plot.left && at.x < plot.right)(
                deep('.timeline .moment').getBoundingClientRect(), deep('.timeline .plot').getBoundingClientRect())";
            page.wait_for(within);
            page.screenshot(&format!("moment-{width}"));
            // The same line leads there again.
            press(page, ".switch .log");
            page.wait_for("deep('.pane.log').checkVisibility()");
            press(page, ".to-moment");
            shows(page, &moment);
        });
    }
}
