//! Large groups of processes: a wall of cells, in words, by pointer and by keyboard.

use serde_json::json;

use crate::page::{Page, View, with_page};
use crate::reader::{choose, of, open};

const GRID: &str = ".wall [role=\"grid\"]";

/// What the wall is called, with its counts.
fn label(page: &Page) -> String {
    let label = page.eval(&format!("return deep({}).getAttribute('aria-label')", json!(GRID)));
    label.as_str().expect("a label").to_owned()
}

fn says(words: &str) -> String {
    format!("deep({})?.getAttribute('aria-label').includes({})", json!(GRID), json!(words))
}

fn crowd(view: View, test: impl FnOnce(&mut Page)) {
    with_page("index.html?app=crowd&seed=7", view, |page| {
        page.wait_for(&says("10,000 "));
        test(page);
    });
}

#[test]
fn ten_thousand_children_are_a_wall_that_shows_who_crashed() {
    open(View::default(), |page| {
        choose(page, ".scene select", "10,000 children");
        page.wait_for(&says(":crowd: 10,000 running"));
        assert_eq!(page.text(".row[data-name=\":crowd\"] .who + small"), "10,000 cells");
        assert!(page.text(".nothing").contains("100 of them crash each second"));
        page.wait_for(&says("crashed just now"));
        page.wait_for(&says("restarted"));
        page.screenshot("wall");
        let shown = page.text(".counts-of-wall");
        assert!(shown.contains("running") && shown.contains("restarted"), "{shown}");
        let elements = page.eval("return deepAll('.app *').length").as_u64().unwrap();
        assert!(elements < 3_000, "{elements} elements");
    });
}

#[test]
fn a_click_names_a_cell_and_arrows_move_on_from_it() {
    crowd(View::default(), |page| {
        page.click(".wall canvas");
        page.wait_for("deep('.inspector h2')?.textContent.startsWith('{:crowd, ')");
        assert_eq!(page.text(".wall .told").split(' ').next(), Some("{:crowd,"));
        let number = |page: &Page| -> u32 {
            let text = page.text(".inspector h2");
            text.trim_start_matches("{:crowd, ").split('}').next().unwrap().parse().expect("a number")
        };
        let (first, columns) = (number(page), page.eval(&format!("return Number(deep({}).ariaColCount)", json!(GRID))));
        let to = |page: &Page, key: &str, expected: u32| {
            page.press(key);
            page.wait_for(&format!("deep('.inspector h2').textContent.startsWith('{{:crowd, {expected}}}')"));
        };
        to(page, "\u{E014}", first + 1);
        to(page, "\u{E015}", first + 1 + u32::try_from(columns.as_u64().unwrap()).unwrap());
        to(page, "\u{E012}", first + u32::try_from(columns.as_u64().unwrap()).unwrap());
        let cell = page.eval(&format!(
            "const grid = deep({}); const id = grid.getAttribute('aria-activedescendant');
             const cell = grid.querySelector('[role=gridcell]');
             return [cell.id === id, cell.getAttribute('aria-selected'), cell.textContent].join('|')",
            json!(GRID)
        ));
        let expected = format!("true|true|{{:crowd, {}}}", first + u32::try_from(columns.as_u64().unwrap()).unwrap());
        assert!(cell.as_str().unwrap().starts_with(&expected), "{cell}");
        page.press("\u{E011}");
        page.wait_for("Number(deep('.cells .selected').getAttribute('x')) === -2");
    });
}

#[test]
fn the_wall_stands_on_a_phone_too_and_speaks_korean() {
    let view = View { language: "ko-KR", scheme: "dark", ..View::wide(360) };
    crowd(view, |page| {
        page.wait_for(&says("재시작"));
        assert!(label(page).contains("방금 죽음"), "{}", label(page));
        assert_eq!(page.eval("return document.documentElement.scrollWidth"), 360);
        assert_eq!(page.eval(&format!("return {}", of(":crowd", ".dataset.state"))), "running");
        let height = page.eval(&format!("return deep({}).clientHeight", json!(GRID))).as_u64().unwrap();
        assert!(height > 100, "the cells have {height} pixels");
        page.screenshot("wall-360-dark-ko");
    });
}

#[test]
#[ignore = "needs axe-core, which ./dev test installs where npm is there"]
fn axe_finds_nothing_on_a_wall() {
    for view in [View::default(), View { scheme: "dark", language: "ko-KR", ..View::wide(360) }] {
        crowd(view, |page| assert_eq!(page.axe(), Vec::<String>::new(), "{view:?}"));
    }
}

#[test]
fn the_three_strategies_fit_and_can_be_made_larger() {
    with_page("index.html?app=strategies&seed=7", View::default(), |page| {
        page.wait_for("deepAll('.card').length >= 13");
        let width = |page: &Page| page.eval("return deep('.picture svg').clientWidth").as_i64().unwrap();
        let room = page.eval("return deep('.picture').clientWidth").as_i64().unwrap();
        assert!(width(page) <= room, "{} of {room}: it scrolls sideways", width(page));
        // Below each other, in start order.
        let tops = "['a1', 'a2', 'a3'].map((id) => deepAll('.card').find((card) =>
            card.textContent.startsWith(':' + id)).getBoundingClientRect().top)";
        assert_eq!(
            page.eval(&format!("const tops = {tops}; return tops[0] < tops[1] && tops[1] < tops[2]")),
            json!(true)
        );
        let before = width(page);
        for _ in 0..3 {
            page.click(".zoom .larger");
        }
        page.wait_for(&format!("deep('.picture svg').clientWidth > {before} * 1.8"));
        // Dragging moves it.
        page.eval("deep('.picture').scrollLeft = 0");
        page.drag(".picture", -60, 0);
        page.wait_for("deep('.picture').scrollLeft >= 40");
        page.eval("deep('.list').focus()");
        page.press("0");
        page.wait_for(&format!(
            "deep('.picture svg').clientWidth <= {room} && deep('.zoom .whole').ariaPressed === 'true'"
        ));
        page.press("0++-");
        page.wait_for(&format!("deep('.picture svg').clientWidth > {before}"));
    });
}
