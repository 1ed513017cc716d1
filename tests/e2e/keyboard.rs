//! Everything that can be done, done by keys alone; and what axe-core says of every layer.

use serde_json::json;

use crate::page::{Page, View, with_page};
use crate::reader::{FIB, choose, of, open, press, select};

const TAB: &str = "\u{E004}";
const ENTER: &str = "\u{E007}";
const ESCAPE: &str = "\u{E00C}";
const DOWN: &str = "\u{E015}";

fn is_at(page: &Page, css: &str) -> bool {
    let script = format!("return Boolean(deep('let-it-crash').shadowRoot.activeElement?.matches({}))", json!(css));
    page.eval(&script) == json!(true)
}

/// Presses Tab until the focus is there; every control is within reach.
fn tab_to(page: &Page, css: &str) {
    for _ in 0..220 {
        if is_at(page, css) {
            return;
        }
        page.press(TAB);
    }
    panic!("Tab never comes to {css}");
}

/// Presses what the focus comes to, and waits for what that does.
fn go(page: &Page, css: &str, key: &str, then: &str) {
    tab_to(page, css);
    page.press(key);
    page.wait_for(then);
}

/// Marks the button with this label, so that it can be named.
fn label(page: &Page, text: &str, class: &str) {
    page.eval(&format!(
        "deepAll('button, summary').filter((one) => one.textContent.trim() === {}).forEach((one) => one.setAttribute('data-test', {}))",
        json!(text),
        json!(class)
    ));
}

fn start(page: &Page) {
    page.eval("deep('.app').focus()");
}

#[test]
fn the_bar_is_worked_by_keys() {
    open(View::default(), |page| {
        start(page);
        go(page, ".play", " ", "deep('.paused')");
        go(page, ".step", ENTER, "deep('.paused')");
        go(page, ".play", ENTER, "!deep('.paused')");
        go(page, ".speed select", DOWN, "deep('.speed select').selectedOptions[0].textContent === '2×'");
        go(page, ".auto-run select", DOWN, "deep('.auto-run select').selectedOptions[0].textContent === '1 /s'");
        // Chaos: the dialog takes the focus, all in it is in reach, and closing gives it back.
        go(page, "button.chaos", ENTER, "deep('.chaos-form')");
        go(page, ".rate select", DOWN, "deep('.rate select').selectedOptions[0].textContent === '60 /min'");
        tab_to(page, "#chaos-seed");
        page.press("1");
        label(page, "Seq.ArithServer", "target");
        go(page, ".chaos-form [data-test=target]", " ", "deep('.chaos-form [aria-pressed=true]')");
        go(page, ".do-chaos", ENTER, "!deep('[role=dialog]')");
        page.wait_for("deep('button.chaos').textContent === 'Chaos: 60 /min'");
        assert!(is_at(page, "button.chaos"), "the focus is where it was before");
        page.press(ENTER);
        page.wait_for("deep('.chaos-report')");
        go(page, ".do-calm", ENTER, "deep('.do-chaos')");
        page.press(ESCAPE);
        page.wait_for("!deep('[role=dialog]')");
        page.wait_for("deep('button.chaos').textContent === 'Chaos: off'");
        go(page, ".lang", ENTER, "deep('.app').lang === 'ko'");
        page.press(ENTER);
        page.wait_for("deep('.app').lang === 'en'");
        go(page, ".theme", " ", "deep('.app').dataset.theme === 'dark'");
        go(page, ".help-button", ENTER, "deep('.help')");
        page.press(ESCAPE);
        page.wait_for("!deep('.help')");
        go(page, ".scene select", DOWN, "deep('.scene select').selectedOptions[0].textContent === 'many applications'");
        page.wait_for("deep('[data-app=audit]')");
        start(page);
        go(page, ".reset", ENTER, "deep('[data-app=audit].running')");
    });
}

#[test]
fn a_picker_shows_what_is_the_case_whoever_changed_it() {
    with_page("index.html?seed=7", View::default(), |page| {
        page.wait_for("deep('.row')");
        let shows =
            |speed: &str| page.wait_for(&format!("deep('.speed select').selectedOptions[0].text === '{speed}'"));
        choose(page, ".speed select", "8×");
        shows("8×");
        page.eval("deep('.list').focus()");
        page.press("[");
        shows("4×");
        page.press("]");
        shows("8×");
    });
}

#[test]
fn a_process_is_found_looked_into_and_crashed_by_keys() {
    open(View::default(), |page| {
        start(page);
        for (form, shows) in
            [("Table", ".processes"), ("Applications", ".graph"), ("List", ".row"), ("Picture", ".card")]
        {
            label(page, form, form);
            go(page, &format!("[data-test={form}]"), ENTER, &format!("deep('{shows}')"));
            start(page);
        }
        tab_to(page, ".list");
        page.press(DOWN);
        page.wait_for(&format!("{} === 'true'", of("Seq.ArithServer", ".ariaSelected")));
        go(page, ".do-next", ENTER, "deep('.reply output')?.textContent === '3'");
        go(page, ".do-peek", ENTER, "deep('.reply output')?.textContent === '8'");
        // Suspended and resumed.
        label(page, "Suspend", "suspend");
        go(page, "[data-test=suspend]", ENTER, &of("Seq.ArithServer", ".dataset.state === 'suspended'"));
        page.press(ENTER);
        page.wait_for(&of("Seq.ArithServer", ".dataset.state === 'running'"));
        // Every tab of the inspector, the state copied, one process traced.
        for tab in ["state", "spec", "messages"] {
            go(page, &format!("#tab-{tab}"), ENTER, &format!("deep('#tab-{tab}').ariaSelected === 'true'"));
        }
        go(page, ".trace-own", ENTER, "deep('.trace-own').ariaPressed === 'true'");
        // A way to die with a reason that is written.
        start(page);
        go(page, ".do-crash", ENTER, "deep('.crash-menu')");
        tab_to(page, "#crash-reason");
        page.press("boomy");
        label(page, "exit(boomy)", "exit");
        page.wait_for("deep('[data-test=exit]')");
        start(page);
        go(page, "[data-test=exit]", ENTER, "deep('.inspector .again')?.textContent === '×2'");
        // The crash, beat by beat; then what the log says of it.
        start(page);
        page.press("b");
        page.wait_for("deep('.beats')");
        start(page);
        go(page, ".line.error .first", ENTER, "deep('.line.open')");
        // And until nobody starts it again.
        start(page);
        go(page, ".do-relentless", ENTER, "deep('.start-again')");
        start(page);
        go(page, ".start-again", ENTER, "deep('.row[data-name=\"Seq.FibServer\"]')?.dataset.state === 'running'");
    });
}

#[test]
fn values_timeline_and_forms_are_worked_by_keys() {
    open(View::default(), |page| {
        page.eval("deep('.list').focus()");
        page.press("nn");
        page.wait_for("deep('.reply output')?.textContent === '1'");
        for (name, shows) in [("Data table", ".chart table"), ("Telemetry", ".telemetry")] {
            label(page, name, "view");
            go(page, ".chart [data-test=view]:not([aria-pressed=true])", ENTER, &format!("deep('{shows}')"));
            page.eval("deepAll('[data-test=view]').forEach((one) => one.removeAttribute('data-test'))");
            start(page);
        }
        go(page, ".timeline .trace", ENTER, "deep('.timeline .trace').ariaPressed === 'true'");
        label(page, "problems", "problems");
        go(page, "[data-test=problems]", ENTER, "deep('[data-test=problems]').ariaPressed === 'true'");
        // A sequence of one's own.
        page.eval("deep('.list').focus()");
        page.press("\u{E011}");
        label(page, "New sequence", "new");
        start(page);
        go(page, "[data-test=new]", ENTER, "deep('.sequence-form')");
        tab_to(page, "#seq-name");
        page.press("mine");
        go(page, ".sequence-form .primary", ENTER, "deep('.row[data-name=\":mine\"]')");
        // Children in another order.
        select(page, "Seq.Supervisor");
        start(page);
        go(page, ".flags summary", ENTER, "deep('.flags').open");
        go(
            page,
            ".order li:first-child button:not(:disabled)",
            ENTER,
            "deep('.order li code').textContent === 'Seq.ArithServer'",
        );
        // The application stopped, its environment set, started again.
        start(page);
        go(page, ".application.own button", ENTER, "deep('.do-stop-app')");
        tab_to(page, "#SEQ_A1");
        page.press("7");
        page.press(ENTER);
        start(page);
        go(page, ".do-stop-app", ENTER, "deep('.start-again')");
        start(page);
        go(page, ".do-start-app", ENTER, "deep('.row[data-name=\"Seq.ArithServer\"]')?.dataset.state === 'running'");
        page.eval("deep('.list').focus()");
        page.press("/");
        page.press("fib");
        page.press(ENTER);
        page.wait_for(&format!("deep('.inspector h2')?.textContent.startsWith('{FIB}')"));
    });
}

#[test]
#[ignore = "needs axe-core, which ./dev test installs where npm is there"]
fn axe_finds_nothing_where_nothing_is_selected_and_in_every_layer() {
    for width in [1280, 768, 360] {
        for (scheme, language) in [("light", "en-US"), ("dark", "ko-KR"), ("dark", "en-US"), ("light", "ko-KR")] {
            let view = View { scheme, language, ..View::wide(width) };
            with_page("index.html?app=strategies&seed=7", view, |page| {
                page.wait_for("deep('.row[data-name=\":rest_for_one\"]') && deep('.nothing')");
                assert_eq!(page.axe(), Vec::<String>::new(), "nothing selected {view:?}");
            });
            with_page("index.html?seed=7", view, |page| {
                page.wait_for(&format!("deep('.row[data-name=\"{FIB}\"]')"));
                press(page, ".row[data-name=\"Seq.Supervisor\"]");
                press(page, ".flags summary");
                assert_eq!(page.axe(), Vec::<String>::new(), "flags and order {view:?}");
                press(page, ".row[data-name=\"Seq.FibServer\"]");
                press(page, ".do-next");
                press(page, "#tab-messages");
                page.eval("deepAll('.chart .tools button').at(-1).click()");
                page.wait_for("deep('.telemetry table')");
                press(page, ".do-crash");
                page.wait_for("deep('.crash-menu')");
                assert_eq!(page.axe(), Vec::<String>::new(), "telemetry and crash menu {view:?}");
                press(page, ".crash-menu .kill");
                press(page, ".bar .chaos");
                page.wait_for("deep('.chaos-form')");
                assert_eq!(page.axe(), Vec::<String>::new(), "chaos {view:?}");
                press(page, ".do-chaos");
                press(page, ".bar .chaos");
                page.wait_for("deep('.chaos-report table')");
                assert_eq!(page.axe(), Vec::<String>::new(), "report {view:?}");
            });
        }
    }
}

#[test]
fn t_shows_the_timeline_where_panes_share_a_place_and_goes_back() {
    open(View::wide(360), |page| {
        start(page);
        for (pane, other) in [("timeline", "tree"), ("tree", "timeline")] {
            page.press("t");
            page.wait_for(&format!(
                "deep('.pane.{pane}').checkVisibility() && !deep('.pane.{other}').checkVisibility()"
            ));
        }
    });
}

#[test]
fn keys_are_left_alone_while_a_text_is_composed_or_written() {
    open(View::default(), |page| {
        page.eval(
            "deep('.list').focus();
             for (const code of ['Space', 'Delete', 'KeyX']) deep('.list').dispatchEvent(new KeyboardEvent('keydown',
               { code, key: code, isComposing: true, bubbles: true, composed: true, cancelable: true }))",
        );
        page.press("/");
        page.wait_for("deep('let-it-crash').shadowRoot.activeElement?.id === 'search'");
        page.press("xtn .?");
        page.wait_for("deep('#search').value === 'xtn .?'");
        assert_eq!(
            page.eval("return [deep('.paused'), deep('.crash-menu'), deep('.help')]"),
            json!([null, null, null])
        );
        assert_eq!(page.eval("return deep('.crashes b').textContent"), "0");
    });
}
