//! The picture of the tree: moved and sized by keys, which view shows, and trees larger than the pane.

use serde_json::{Value, json};

use crate::page::{Page, View, with_page};
use crate::reader::press;

const SHIFT: char = '\u{E008}';
const LEFT: char = '\u{E012}';
const UP: char = '\u{E013}';
const RIGHT: char = '\u{E014}';
const DOWN: char = '\u{E015}';

fn number(page: &Page, expression: &str) -> i64 {
    page.eval(&format!("return Math.round({expression})")).as_i64().expect("a number")
}

/// Keys wait for what the page draws: each is done when that holds.
fn then(page: &Page, held: char, key: char, holds: &str) {
    page.chord(held, key);
    page.wait_for(holds);
}

#[test]
fn keys_size_and_move_the_picture_and_select_nobody_else() {
    with_page("index.html?app=strategies&seed=7", View::default(), |page| {
        page.wait_for("deepAll('.card').length >= 13");
        press(page, ".row[data-name=\":b2\"]");
        page.eval("deep('.list').focus()");
        let before = number(page, "deep('.picture svg').clientWidth");
        page.press("+++");
        page.wait_for(&format!("deep('.picture svg').clientWidth > {before} * 1.8"));
        page.eval("deep('.picture').scrollTo(0, 0)");
        then(page, SHIFT, RIGHT, "deep('.picture').scrollLeft === 80 && deep('.picture').scrollTop === 0");
        then(page, SHIFT, DOWN, "deep('.picture').scrollLeft === 80 && deep('.picture').scrollTop === 80");
        then(page, SHIFT, LEFT, "deep('.picture').scrollLeft === 0");
        then(page, SHIFT, UP, "deep('.picture').scrollTop === 0");
        assert_eq!(page.eval("return deep('.row[aria-selected=true]').dataset.name"), ":b2");
        // Who is selected by an arrow alone comes into view.
        let seen = "(() => { const card = deep('.card.selected').getBoundingClientRect(), pane = deep('.picture').getBoundingClientRect();
            return card.left >= pane.left && card.right <= pane.right && card.top >= pane.top && card.bottom <= pane.bottom; })()";
        page.press(&String::from(DOWN));
        page.wait_for(&format!("deep('.row[aria-selected=true]').dataset.name === ':b3' && {seen}"));
        page.press("?");
        page.wait_for("deepAll('.keys kbd').some((key) => key.textContent === 'Shift')");
    });
}

/// What each button of the views says: whether it is pressed, and what chose it if not the reader.
fn views(page: &Page) -> Value {
    page.eval("return deepAll('.forms button').map((one) => (one.ariaPressed === 'true' ? one.title || 'chosen' : ''))")
}

#[test]
fn the_view_that_shows_is_pressed_whoever_chose_it() {
    with_page("index.html?seed=7", View::default(), |page| {
        page.wait_for("deep('.card')");
        let by_itself = "shows by itself, by the room there is";
        assert_eq!(views(page), json!([by_itself, "", "", ""]));
        page.dress(View::wide(360));
        page.wait_for("deepAll('.forms button')[1].ariaPressed === 'true'");
        assert_eq!(views(page), json!(["", by_itself, "", ""]));
        page.eval("deepAll('.forms button')[0].click()");
        page.wait_for("deep('.picture').clientWidth > 0");
        assert_eq!(views(page), json!(["chosen", "", "", ""]));
    });
}

/// A scenario with 18 supervisors of 25 children each.
fn large(view: View, test: impl FnOnce(&mut Page)) {
    let child = |id: String| json!({ "id": id });
    let group = |at: usize| json!({ "id": format!("s{at}"), "children": (0..25).map(|n| child(format!("w{at}_{n}"))).collect::<Vec<_>>() });
    let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    let tree = json!({ "id": "top", "children": (0..18).map(group).collect::<Vec<_>>() });
    std::fs::write(file.path(), json!({ "name": "large", "tree": tree }).to_string()).unwrap();
    with_page("index.html?seed=7", view, |page| {
        page.wait_for("deep('#scenario-file')");
        page.upload("#scenario-file", file.path().to_str().unwrap());
        page.wait_for("deep('.row[data-name=\":s0\"]')");
        test(page);
    });
}

#[test]
fn a_tree_larger_than_the_pane_is_drawn_where_the_reader_looks() {
    large(View::default(), |page| {
        let drawn = |id: &str| format!("deepAll('.card .name').some((name) => name.textContent === ':{id}')");
        page.wait_for(&drawn("s0"));
        let few = "deepAll('.card').length <= 240 && deepAll('.edge').length <= 240";
        page.wait_for(&format!("{few} && !{}", drawn("w17_24")));
        page.eval("const pane = deep('.picture'); pane.scrollTo(pane.scrollWidth, pane.scrollHeight)");
        page.wait_for(&format!("{few} && {} && !{}", drawn("w17_24"), drawn("w0_0")));
        // All of it at once is more than can be drawn: what is left out is counted.
        page.eval("deep('.list').focus()");
        page.press("0");
        page.wait_for(&format!(
            "{few} && {} && deepAll('.folded text').some((tag) => tag.textContent === '+25')",
            drawn("s17")
        ));
        page.screenshot("large-whole");
    });
}

/// The row that is selected is the active one, and lies within the list.
const AT: &str = "((row, list) => row?.id === list.getAttribute('aria-activedescendant')
    && row.getBoundingClientRect().bottom <= list.getBoundingClientRect().bottom
    && row.getBoundingClientRect().top >= list.getBoundingClientRect().top)(deep('.row[aria-selected=true]'), deep('.list'))";

#[test]
fn every_row_of_a_long_list_is_within_reach_of_the_keyboard() {
    for view in [View::default(), View::wide(360)] {
        large(view, |page| {
            page.eval("deepAll('.forms button')[1].click()");
            page.wait_for("deep('.list').clientHeight > 100");
            page.eval("deep('.list').focus()");
            page.press("\u{E010}"); // End
            page.wait_for(AT);
            let few = "deepAll('.row').length <= 300";
            let mut up = 0;
            while page.eval("return deep('.row[aria-selected=true]').dataset.name === ':w17_24'") == json!(false) {
                let now = page.eval("return deep('.row[aria-selected=true]').dataset.name");
                page.press(&String::from(UP));
                page.wait_for(&format!("deep('.row[aria-selected=true]')?.dataset.name !== {now} && {AT} && {few}"));
                up += 1;
                assert!(up < 12, "from the end of the list to the last child");
            }
            page.press("\u{E011}"); // Home
            page.wait_for(&format!("deep('.row[aria-selected=true]')?.ariaLevel === '1' && {AT} && {few}"));
            page.eval("deep('.list').scrollTop = deep('.list').scrollHeight / 2");
            page.wait_for(&format!("deepAll('.row').some((row) => row.dataset.name === ':w9_0') && {few}"));
            let whole = page.eval("return deep('.list').scrollHeight / deep('.row').offsetHeight").as_f64().unwrap();
            assert!((470.0..500.0).contains(&whole), "room for {whole} rows");
            // Down from one out of sight goes on beside it.
            page.press(&String::from(DOWN));
            page.wait_for(&format!("deep('.row[aria-selected=true]')?.ariaLevel === '2' && {AT} && {few}"));
        });
    }
}
