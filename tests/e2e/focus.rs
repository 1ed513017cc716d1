//! The focus: what stands over the page keeps it, and gives it back to where it came from.

use serde_json::json;

use crate::page::{Page, View};
use crate::reader::{of, open};

const ESCAPE: &str = "\u{E00C}";
const TAB: char = '\u{E004}';
const SHIFT: char = '\u{E008}';

/// Is the focus within the first element that matches?
fn within(page: &Page, css: &str) -> bool {
    let at = format!(
        "let at = deep('let-it-crash').shadowRoot.activeElement; return Boolean(at && deep({})?.contains(at))",
        json!(css)
    );
    page.eval(&at) == json!(true)
}

fn goes_round(page: &Page, css: &str) {
    page.wait_for(&format!("deep({})", json!(css)));
    assert!(within(page, css), "{css} has the focus");
    for (back, way) in [(false, "forth"), (true, "back")] {
        for press in 0..40 {
            if back {
                page.chord(SHIFT, TAB)
            } else {
                page.press(&TAB.to_string())
            }
            assert!(within(page, css), "{way} {press}: Tab leaves {css}");
        }
    }
}

#[test]
fn dialogs_keep_the_focus_while_open_and_give_it_back() {
    open(View::default(), |page| {
        for (opener, dialog) in [(".help-button", ".dialog"), ("button.chaos", ".dialog"), (".new-sequence", ".dialog")]
        {
            page.eval(&format!("deep({}).focus()", json!(opener)));
            page.press("\u{E007}");
            goes_round(page, dialog);
            page.press(ESCAPE);
            page.wait_for("!deep('.dialog')");
            assert!(within(page, opener), "back at {opener}");
        }
        page.eval("deep('.list').focus()");
        page.press("?");
        goes_round(page, ".dialog");
        page.press(ESCAPE);
        page.wait_for("!deep('.dialog')");
        assert!(within(page, ".list"));
        page.press("x");
        page.wait_for("deep('.crash-menu')");
        assert!(within(page, ".crash-menu"));
        page.press(ESCAPE);
        page.wait_for("!deep('.crash-menu')");
        assert!(within(page, ".list"), "the crash menu gives it back too");
    });
}

#[test]
fn the_sheet_of_a_narrow_page_keeps_the_focus_and_gives_it_back() {
    for width in [360, 768] {
        open(View::wide(width), |page| {
            page.eval("deep('.list').focus()");
            page.press("\u{E007}");
            goes_round(page, ".side");
            page.press(ESCAPE);
            page.wait_for("getComputedStyle(deep('.side')).display === 'none'");
            assert!(within(page, ".list"), "{width}: back in the list");
            page.press("\u{E011}");
            page.wait_for(&of("seq", ".ariaSelected === 'true'"));
        });
    }
}
