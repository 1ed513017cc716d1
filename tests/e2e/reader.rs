//! What a reader does on the page, and what it answers.

use serde_json::json;

use crate::page::{Page, View, with_page};

pub(crate) const FIB: &str = "Seq.FibServer";

/// The page shows the running application, and Seq.FibServer is selected.
pub(crate) fn open(view: View, test: impl FnOnce(&mut Page)) {
    with_page("index.html?seed=7", view, |page| {
        page.wait_for("deep('.row[data-name=\"Seq.FibServer\"][aria-selected=\"true\"]')");
        test(page);
    });
}

fn row(name: &str) -> String {
    format!(".row[data-name=\"{name}\"]")
}

/// A fact about the row of a process, as JavaScript.
pub(crate) fn of(name: &str, what: &str) -> String {
    format!("deep({}){what}", json!(row(name)))
}

pub(crate) fn select(page: &Page, name: &str) {
    page.eval(&format!("deep({}).click()", json!(row(name))));
    page.wait_for(&format!("{} === 'true'", of(name, ".getAttribute('aria-selected')")));
}

/// The text of something drawn: SVG has no `innerText`.
pub(crate) fn drawn(page: &Page, css: &str) -> String {
    let text = page.eval(&format!("return deep({}).textContent", json!(css)));
    text.as_str().expect("a text").to_owned()
}

/// Writes into a field in place of what stands there.
pub(crate) fn write(page: &Page, css: &str, text: &str) {
    page.eval(&format!(
        "const field = deep({}); field.value = ''; field.dispatchEvent(new Event('input', {{ bubbles: true }}));",
        json!(css)
    ));
    page.type_into(css, text);
}

/// A click that does not ask whether the button is in sight: panes scroll.
pub(crate) fn press(page: &Page, css: &str) {
    page.wait_for(&format!("deep({})", json!(css)));
    page.eval(&format!("deep({}).click()", json!(css)));
}

pub(crate) fn choose(page: &Page, css: &str, text: &str) {
    page.eval(&format!(
        "const select = deep({});
         select.selectedIndex = [...select.options].findIndex((option) => option.textContent.trim() === {});
         select.dispatchEvent(new Event('change', {{ bubbles: true }}));",
        json!(css),
        json!(text)
    ));
}

/// Waits until so many seconds of the node have passed: on a busy machine they take longer than on
/// the wall, and a budget counts the node's.
pub(crate) fn let_pass(page: &Page, seconds: f64) {
    let clock = "deep('.clock b').textContent.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)";
    let begun = page.eval(&format!("return {clock}")).as_f64().expect("a clock");
    page.wait_for(&format!("{clock} >= {begun} + {seconds}"));
}

#[test]
fn the_tree_shows_the_application_from_its_master_down() {
    open(View::default(), |page| {
        let names = page.eval("return deepAll('.row').map((row) => row.dataset.name)");
        let names: Vec<&str> = names.as_array().unwrap().iter().filter_map(|name| name.as_str()).collect();
        let tree = [
            "seq",
            "application master",
            "application starter",
            "Seq.Root",
            "Seq.Supervisor",
            FIB,
            "Seq.ArithServer",
            "Seq.Dynamic",
        ];
        assert_eq!(names[..tree.len()], tree, "{names:?}");
        let levels = page.eval("return deepAll('.row').slice(0, 8).map((row) => row.ariaLevel)");
        assert_eq!(levels, json!(["1", "2", "3", "4", "5", "6", "6", "5"]));
        assert_eq!(page.eval("return deepAll('.card').length"), tree.len());
        assert_eq!(page.eval("return deepAll('[style], style').length"), 0, "a strict policy allows no inline style");
    });
}

#[test]
fn next_gives_the_sequence_and_peek_does_not_advance_it() {
    open(View::default(), |page| {
        for value in ["0", "1", "1", "2", "3"] {
            press(page, ".do-next");
            page.wait_for(&format!("deep('.reply output')?.textContent === '{value}'"));
            // Equal values follow each other: wait for the state behind.
            page.eval("deep('.do-peek').click()");
            page.wait_for("deep('.reply code')?.textContent === ':peek'");
        }
        assert_eq!(page.text(".reply output"), "5");
        select(page, "Seq.ArithServer");
        press(page, ".do-next");
        page.wait_for("deep('.reply output')?.textContent === '3'");
        page.wait_for("deepAll('.series .line').length === 2");
    });
}

#[test]
fn a_killed_server_comes_back_in_its_place_without_its_state() {
    open(View::default(), |page| {
        for _ in 0..5 {
            press(page, ".do-next");
        }
        page.wait_for("deep('.reply output')?.textContent === '3'");
        let pid = drawn(page, ".card.selected .sub");
        press(page, ".do-crash");
        press(page, ".crash-menu .kill");
        page.wait_for("deep('.inspector .again')?.textContent === '×2'");
        assert_ne!(drawn(page, ".card.selected .sub"), pid);
        assert_eq!(page.eval(&format!("return {}", of(FIB, ".dataset.state"))), "running");
        page.wait_for("deep('.lost')");
        page.wait_for("deepAll('.line.error').length > 0");
        let report = page.text(".line.error .text");
        assert!(report.starts_with("Child Seq.FibServer of Supervisor Seq.Supervisor terminated"), "{report}");
        press(page, ".do-next");
        page.wait_for("deep('.reply output')?.textContent === '0'");
        page.screenshot("crashed");
    });
}

#[test]
fn every_way_to_die_leaves_a_running_server_and_a_living_page() {
    open(View::default(), |page| {
        page.eval("deep('.speed select').selectedIndex = 9; deep('.speed select').dispatchEvent(new Event('change', { bubbles: true }))");
        press(page, ".do-crash");
        page.wait_for("deep('.crash-menu')");
        let ways = page.eval("return deepAll('.crash-menu .way').length").as_u64().unwrap();
        assert!(ways >= 12, "{ways}");
        for way in 0..ways {
            if page.eval("return deep('.crash-menu') === null") == json!(true) {
                press(page, ".do-crash");
            }
            page.wait_for("deep('.crash-menu')");
            page.eval(&format!("deepAll('.crash-menu .way')[{way}].click()"));
            // Three restarts in five seconds are the budget.
            let_pass(page, 1.7);
            page.wait_for(&format!("['running', 'crashed', 'exited'].includes({})", of(FIB, ".dataset.state")));
        }
        let state = page.eval(&format!("return {}", of(FIB, ".dataset.state")));
        assert_eq!(state, "running");
    });
}

#[test]
fn a_spent_budget_stops_the_application_and_a_button_starts_it_again() {
    open(View::default(), |page| {
        press(page, ".do-relentless");
        page.wait_for("deep('.start-again')");
        let banner = page.text(".app-stopped");
        assert!(banner.contains("shutdown"), "{banner}");
        let said = page.eval("return deepAll('.line .text').map((line) => line.textContent).join()");
        assert!(
            said.as_str().unwrap().contains("reached_max_restart_intensity")
                || said.as_str().unwrap().contains("Seq.Root"),
            "{said}"
        );
        page.screenshot("gave-up");
        page.click(".start-again");
        page.wait_for(&format!("{} === 'running' && !deep('.start-again')", of(FIB, "?.dataset.state")));
    });
}

#[test]
fn a_sequence_of_ones_own_is_started_and_stopped() {
    open(View::default(), |page| {
        press(page, ".new-sequence");
        write(page, "#seq-name", "Geo");
        page.eval("deep('.sequence-form').requestSubmit()");
        page.wait_for("deep('.sequence-form [role=alert]')?.textContent.includes('small letter')");
        write(page, "#seq-name", "tripled");
        page.eval("deep('.sequence-form').requestSubmit()");
        page.wait_for("deep('.row[data-name=\":tripled\"]')");
        select(page, ":tripled");
        for value in ["2", "6", "18"] {
            press(page, ".do-next");
            page.wait_for(&format!("deep('.reply output')?.textContent === '{value}'"));
        }
        press(page, ".do-stop");
        page.wait_for(
            "!deep('.row[data-name=\":tripled\"]') || deep('.row[data-name=\":tripled\"]').dataset.state !== 'running'",
        );
    });
}

#[test]
fn the_environment_counts_from_the_next_start() {
    open(View::default(), |page| {
        select(page, "seq");
        page.type_into("#SEQ_A1", "100");
        page.eval("deep('#SEQ_A1').form.requestSubmit()");
        press(page, ".do-stop-app");
        press(page, ".start-again");
        page.wait_for("deep('.row[data-name=\"Seq.ArithServer\"]')?.dataset.state === 'running'");
        select(page, "Seq.ArithServer");
        press(page, ".do-next");
        page.wait_for("deep('.reply output')?.textContent === '100'");
    });
}

#[test]
fn a_value_that_is_no_number_is_refused_where_it_stands() {
    open(View::default(), |page| {
        select(page, "seq");
        page.type_into("#SEQ_A1", "abc");
        page.eval("deep('#SEQ_A1').form.requestSubmit()");
        page.wait_for("deep('.env-form [role=alert]').textContent.startsWith('Only digits')");
        assert_eq!(page.eval("return deep('#SEQ_A1').ariaInvalid"), "true");
        assert_eq!(page.eval("return deep('.env-row button').textContent"), "Set");
        write(page, "#SEQ_A1", "41");
        page.eval("deep('#SEQ_A1').form.requestSubmit()");
        page.wait_for("deep('.env-row button').textContent === 'Set ✓'");
        assert_eq!(page.eval("return deep('.env-form [role=alert]').textContent"), "");
    });
}

#[test]
fn the_keyboard_is_enough() {
    open(View::default(), |page| {
        page.eval("deep('.list').focus()");
        page.press("\u{E011}"); // Home
        page.wait_for(&format!("{} === 'true'", of("seq", ".ariaSelected")));
        page.press("\u{E015}\u{E015}\u{E015}"); // three times down
        page.wait_for(&format!("{} === 'true'", of("Seq.Root", ".ariaSelected")));
        page.press("\u{E012}"); // left folds
        page.wait_for(&format!("!{}", of(FIB, "")));
        page.press("\u{E014}\u{E014}"); // right unfolds and descends
        page.wait_for(&format!("{} === 'true'", of("Seq.Supervisor", ".ariaSelected")));
        page.press("f");
        page.wait_for(&format!("{} === 'true'", of(FIB, ".ariaSelected")));
        page.press("n");
        page.wait_for("deep('.reply output')?.textContent === '0'");
        page.press("\u{E017}"); // Delete kills
        page.wait_for("deep('.inspector .again')?.textContent === '×2'");
        page.press("x");
        page.wait_for("deep('.crash-menu')");
        page.press("\u{E00C}"); // Esc
        page.wait_for("!deep('.crash-menu')");
        page.eval("deep('.list').focus()");
        page.press(" ");
        page.wait_for("deep('.paused')");
        page.press("?");
        page.wait_for("deep('.help kbd')");
    });
}

#[test]
fn paused_time_stands_still_and_a_step_moves_it() {
    open(View::default(), |page| {
        page.click(".transport .play");
        page.wait_for("deep('.paused')");
        let clock = page.text(".clock b");
        press(page, ".do-next");
        std::thread::sleep(std::time::Duration::from_millis(400));
        assert_eq!(page.text(".clock b"), clock);
        assert_eq!(page.eval("return deep('.reply')"), json!(null), "nothing runs while time stands still");
        for _ in 0..12 {
            press(page, ".transport .step");
        }
        page.wait_for("deep('.reply output')?.textContent === '0'");
        page.click(".transport .reset");
        page.wait_for("!deep('.paused') && !deep('.reply')");
    });
}

#[test]
fn auto_run_draws_values_until_it_is_switched_off() {
    open(View::default(), |page| {
        choose(page, ".auto-run select", "50 /s");
        page.wait_for("deepAll('.series').length === 2");
        page.wait_for("Number(deep('.card.selected .value').textContent.replaceAll(',', '')) > 1000");
        choose(page, ".auto-run select", "off");
        std::thread::sleep(std::time::Duration::from_millis(300));
        let value = drawn(page, ".card.selected .value");
        std::thread::sleep(std::time::Duration::from_millis(500));
        assert_eq!(drawn(page, ".card.selected .value"), value);
    });
}

#[test]
fn the_page_speaks_the_language_that_is_chosen() {
    open(View::wide(360), |page| {
        page.click(".more");
        page.click(".lang");
        page.wait_for("deep('.app').lang === 'ko'");
        assert_eq!(page.text(".switch .timeline"), "타임라인");
        page.click(".theme");
        page.wait_for("deep('.app').dataset.theme === 'dark'");
        page.click(".switch .log");
        page.wait_for("getComputedStyle(deep('.pane.log')).display !== 'none'");
        page.wait_for("getComputedStyle(deep('.pane.tree')).display === 'none'");
    });
}

#[test]
fn the_address_sets_the_environment_and_a_bad_value_is_named() {
    with_page("index.html?SEQ_A1=10&SEQ_D=-4", View::default(), |page| {
        page.wait_for("deep('.row[data-name=\"Seq.ArithServer\"]')");
        select(page, "Seq.ArithServer");
        for value in ["10", "6", "2", "-2"] {
            press(page, ".do-next");
            page.wait_for(&format!("deep('.reply output')?.textContent === '{value}'"));
        }
    });
    with_page("index.html?SEQ_D=five", View::default(), |page| {
        page.wait_for("deep('[role=\"alert\"]')?.textContent.includes('SEQ_D')");
    });
}

/// What is seen of an element: its width and height, and whether it lies within the window.
fn seen(page: &Page, css: &str) -> (u64, u64, bool) {
    let box_ = page.eval(&format!(
        "const box = deep({}).getBoundingClientRect();
         return [box.width, box.height, box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight]",
        json!(css)
    ));
    let number = |at: usize| box_[at].as_f64().unwrap() as u64;
    (number(0), number(1), box_[2].as_bool().unwrap())
}

#[test]
fn a_low_window_shows_the_tree_whatever_its_width_and_the_inspector_over_it() {
    for width in [1280, 900, 600] {
        let view = View { height: 520, ..View::wide(width) };
        open(view, |page| {
            let (wide, high, within) = seen(page, ".pane.tree");
            assert!(wide >= u64::from(width) - 2 && high > 300 && within, "{width}: {wide} x {high}");
            assert_eq!(seen(page, ".side").0, 0, "{width}: the inspector waits until it is asked for");
            select(page, FIB);
            page.wait_for(
                "((box) => box.width > 200 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight)(
                   deep('.side').getBoundingClientRect())",
            );
        });
    }
}
