//! The table of processes, search, and what is linked across panes.

use serde_json::json;

use crate::page::{Page, View, with_page};
use crate::reader::{FIB, drawn, of, open, press, select, write};

fn names(page: &Page) -> Vec<String> {
    let found = page.eval("return deepAll('.processes tbody tr td:nth-child(2)').map((cell) => cell.textContent)");
    serde_json::from_value(found).unwrap()
}

fn button(page: &Page, text: &str) {
    page.eval(&format!("deepAll('button').find((button) => button.textContent === {}).click()", json!(text)));
}

#[test]
fn a_slash_finds_a_process_by_name_id_pid_or_module() {
    open(View::default(), |page| {
        page.eval("deep('.list').focus()");
        page.press("/");
        page.wait_for("deep('let-it-crash').shadowRoot.activeElement?.id === 'search'");
        page.press("arith");
        page.wait_for("deepAll('.processes tbody tr').length === 1");
        assert_eq!(names(page), ["Seq.ArithServer"]);
        page.press("\u{E007}"); // Enter
        page.wait_for("deep('.inspector h2')?.textContent === 'Seq.ArithServer'");
        write(page, "#search", "Seq.Server");
        page.wait_for("deepAll('.processes tbody tr').length === 2");
        let pid = page.eval("return deep('.processes tbody td').textContent");
        write(page, "#search", pid.as_str().unwrap());
        page.wait_for("deepAll('.processes tbody tr').length === 1");
        write(page, "#search", "<b>nobody</b>");
        page.wait_for("deep('.processes .empty')");
        page.press("\u{E00C}\u{E00C}"); // Esc leaves the inspector, then the table
        page.wait_for("!deep('.processes') && deep('.card')");
    });
}

#[test]
fn the_table_sorts_by_a_column_and_back() {
    open(View::default(), |page| {
        button(page, "Table");
        page.wait_for("deepAll('.processes tbody tr').length > 10");
        button(page, "Name");
        page.wait_for("deep('.processes th:nth-child(2)').ariaSort === 'ascending'");
        let up = names(page);
        let lower = |name: &String| name.to_lowercase();
        assert!(up.iter().map(lower).is_sorted(), "{up:?}");
        button(page, "Name ▲");
        page.wait_for("deep('.processes th:nth-child(2)').ariaSort === 'descending'");
        assert_eq!(names(page).iter().map(lower).rev().collect::<Vec<_>>(), up.iter().map(lower).collect::<Vec<_>>());
        press(page, ".processes tbody tr:nth-child(2) .pid");
        page.wait_for("deep('.processes tr.selected')");
        page.screenshot("table");
    });
}

#[test]
fn messages_that_wait_show_on_the_card_and_in_the_table() {
    open(View::default(), |page| {
        button(page, "Suspend");
        page.wait_for(&format!("{} === 'suspended'", of(FIB, ".dataset.state")));
        for _ in 0..3 {
            press(page, ".do-next");
        }
        page.wait_for("deep('.card.selected .mail text')?.textContent === '✉3'");
        button(page, "Table");
        button(page, "mailbox");
        button(page, "mailbox ▲");
        page.wait_for("deep('.processes tbody tr td:nth-child(5)')?.textContent === '3'");
        assert_eq!(names(page)[0], FIB);
        button(page, "Resume");
        page.wait_for("deep('.processes tbody tr td:nth-child(5)')?.textContent === '0'");
    });
}

#[test]
fn what_the_pointer_is_over_is_lit_in_every_pane() {
    open(View::default(), |page| {
        press(page, ".do-next");
        page.wait_for("deep('.series')");
        let over = |kind: &str| {
            format!("deep('.lane.selected').dispatchEvent(new MouseEvent('mouse{kind}', {{ composed: true }}))")
        };
        page.eval(&over("enter"));
        page.wait_for("deep('.card.selected.lit') && deep('.lane.selected.lit') && deep('.series.lit')");
        page.wait_for(&of(FIB, ".classList.contains('lit')"));
        page.eval(&over("leave"));
        page.wait_for("!deep('.lit')");
        select(page, "Seq.ArithServer");
        page.eval("deep('.series').dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true }))");
        page.wait_for(&format!("{} === 'true'", of(FIB, ".ariaSelected")));
        assert_eq!(drawn(page, ".card.selected .name"), FIB);
    });
}

#[test]
fn a_state_is_copied_whole() {
    open(View::default(), |page| {
        page.eval("navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }");
        press(page, "#tab-state");
        press(page, ".panel .copy");
        page.wait_for("deep('.panel .copy').textContent === 'Copied ✓'");
        assert_eq!(page.eval("return window.copied"), page.eval("return deep('.panel .term').textContent"));
    });
}

#[test]
#[ignore = "needs axe-core, which ./dev test installs where npm is there"]
fn axe_finds_nothing_in_the_table_the_graph_and_the_beats() {
    for view in [View::default(), View { scheme: "dark", language: "ko-KR", ..View::wide(360) }] {
        with_page("index.html?seed=7", view, |page| {
            page.wait_for(&format!("deep('.row[data-name=\"{FIB}\"]')"));
            press(page, ".row[data-name=seq]");
            press(page, ".do-version");
            page.wait_for("deep('.upgrade output')");
            assert_eq!(page.axe(), Vec::<String>::new(), "upgrade {view:?}");
            select(page, FIB);
            press(page, ".do-crash");
            press(page, ".crash-menu .kill");
            press(page, ".beats li button");
            page.wait_for("deep('.card.fallen')");
            assert_eq!(page.axe(), Vec::<String>::new(), "beats {view:?}");
            for form in [3, 4] {
                press(page, &format!(".forms button:nth-child({form})"));
                page.wait_for("deep('.processes') || deep('.graph')");
                assert_eq!(page.axe(), Vec::<String>::new(), "form {form} {view:?}");
            }
        });
    }
}

#[test]
fn a_traced_call_slants_from_lane_to_lane_and_shows_its_terms() {
    open(View::default(), |page| {
        press(page, ".timeline .trace");
        page.wait_for("deep('.timeline .trace').ariaPressed === 'true'");
        press(page, ".do-next");
        page.wait_for("deepAll('.message').length >= 2");
        press(page, ".close-up");
        page.wait_for("deep('.close-up').ariaPressed === 'true'");
        let slants = page.eval(
            "return deepAll('.message path').map((path) => {
               const [x0, y0, x1, y1] = path.getAttribute('d').match(/[\\d.]+/g).map(Number);
               return x1 > x0 + 3 && y1 !== y0;
             })",
        );
        assert!(slants.as_array().unwrap().contains(&json!(true)), "{slants}");
        let terms = page.eval("return deepAll('.message title').map((title) => title.textContent).join()");
        assert!(terms.as_str().unwrap().contains("{:\"$gen_call\", {#PID<"), "{terms}");
        page.screenshot("messages");
        press(page, "#tab-messages");
        page.wait_for("deep('.traced')?.textContent.includes('$gen_call')");
        press(page, ".panel .trace");
        page.wait_for("!deep('.message') && deep('.timeline .trace').ariaPressed === 'false'");
    });
}
