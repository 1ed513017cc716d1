//! The line between the tree and the inspector: how much of a wide page the tree takes.

use serde_json::json;

use crate::page::{Page, View};
use crate::reader::open;

const HOME: &str = "\u{E011}";
const END: &str = "\u{E010}";
const LEFT: &str = "\u{E012}";
const RIGHT: &str = "\u{E014}";
const ENTER: &str = "\u{E007}";
const TAB: &str = "\u{E004}";

/// The line says so many percent, the tree has them, and the inspector the rest.
fn shares(page: &Page, percent: i64) {
    page.wait_for(&format!(
        "((all, left, right) => deep('.split').ariaValueNow === '{percent}'
           && Math.abs(left * 100 / all - {percent}) < 1 && Math.abs(left + right - all) < 3)(
           deep('.panes').offsetWidth, deep('.pane.tree').offsetWidth, deep('.side').offsetWidth)"
    ));
}

#[test]
fn keys_make_the_tree_wider_and_narrower_within_bounds() {
    open(View::default(), |page| {
        let line = "const line = deep('.split'); return [line.role, line.ariaOrientation, line.ariaLabel, line.ariaValueMin, line.ariaValueMax]";
        assert_eq!(page.eval(line), json!(["separator", "vertical", "Width of the tree", "30", "75"]));
        shares(page, 57);
        page.eval("deep('.list').focus()");
        let at_line = "return deep('let-it-crash').shadowRoot.activeElement === deep('.split')";
        for _ in 0..12 {
            if page.eval(at_line) == json!(true) {
                break;
            }
            page.press(TAB);
        }
        assert_eq!(page.eval(at_line), json!(true), "Tab comes to it behind the tree");
        for (key, percent) in
            [(RIGHT, 59), (LEFT, 57), (LEFT, 55), (HOME, 30), (LEFT, 30), (END, 75), (RIGHT, 75), (ENTER, 57)]
        {
            page.press(key);
            shares(page, percent);
        }
        assert_eq!(page.eval("return deep('.row[aria-selected=true]').dataset.name"), "Seq.FibServer");
        page.press(END);
        shares(page, 75);
        page.screenshot("split-75");
        // The picture has the room, and so have the charts.
        page.wait_for("deep('.picture').clientWidth > 900 && deep('.timeline svg').clientWidth > 900");
    });
}

#[test]
fn the_pointer_drags_the_line_and_a_double_click_puts_it_back() {
    open(View { language: "ko-KR", ..View::default() }, |page| {
        assert_eq!(page.eval("return deep('.split').ariaLabel"), "트리의 너비");
        let x = page.eval("return Math.round(deep('.side').getBoundingClientRect().left)").as_i64().unwrap();
        page.drag_to((x, 300), (896, 420));
        shares(page, 70);
        page.drag_to((896, 300), (30, 300));
        shares(page, 30);
        page.screenshot("split-30-ko");
        // Over the line without a button pressed nothing moves.
        page.point_at(".split");
        page.point_at(".picture");
        shares(page, 30);
        page.eval("deep('.split').dispatchEvent(new MouseEvent('dblclick', { bubbles: true, composed: true }))");
        shares(page, 57);
    });
}

#[test]
fn where_the_tree_has_the_whole_width_there_is_no_line() {
    open(View::default(), |page| {
        page.eval("deep('.split').focus()");
        page.press(HOME);
        shares(page, 30);
        for view in [View::wide(768), View::wide(360), View { height: 520, ..View::default() }] {
            page.dress(view);
            page.wait_for(&format!(
                "!deep('.split').checkVisibility() && deep('.pane.tree').offsetWidth === {}",
                view.width
            ));
        }
        page.dress(View::default());
        shares(page, 30);
    });
}
