//! What else a reader sees and does: figures, scales, previews, forms, zoom, walls.

use serde_json::json;

use crate::page::{Page, View, with_page};
use crate::reader::{open, press, select, write};
use crate::ways::{again, button, die};

#[test]
fn values_have_a_linear_scale_and_a_table_with_what_was_lost() {
    open(View::default(), |page| {
        for value in ["0", "1", "1", "2", "3", "5"] {
            press(page, ".do-next");
            page.wait_for(&format!("deep('.reply output')?.textContent === '{value}'"));
        }
        let line = "deepAll('.series .line').map((line) => line.getAttribute('points')).join()";
        let log = page.eval(&format!("return {line}"));
        button(page, "linear");
        page.wait_for("deepAll('.chart [aria-pressed=true]').some((one) => one.textContent === 'linear')");
        assert_ne!(page.eval(&format!("return {line}")), log, "the line is another one");
        die(page, ":kill");
        again(page, 2);
        page.wait_for("deep('.series .lost title')?.textContent.includes(':killed')");
        button(page, "Data table");
        page.wait_for("deepAll('.chart tbody tr').length >= 7");
        let rows = page.eval("return deepAll('.chart tbody tr').slice(0, 3).map((row) => [...row.cells].slice(1).map((cell) => cell.textContent).join(': '))");
        let rows: Vec<String> = serde_json::from_value(rows).unwrap();
        assert!(rows[0].starts_with("Seq.FibServer: ✕ ") && rows[0].contains(":killed"), "{rows:?}");
        assert_eq!(rows[1..], ["Seq.FibServer: 5", "Seq.FibServer: 3"]);
    });
}

#[test]
fn a_huge_integer_is_short_until_it_is_asked_for() {
    open(View::default(), |page| {
        button(page, "New sequence");
        page.wait_for("deep('.sequence-form')");
        write(page, "#seq-name", "huge");
        write(page, "#seq-first", "7");
        write(page, "#seq-second", &"9".repeat(60));
        press(page, ".sequence-form .primary");
        page.wait_for("deep('.row[data-name=\":huge\"]')");
        select(page, ":huge");
        for _ in 0..4 {
            press(page, ".do-next");
        }
        page.wait_for("deep('.card.selected .value')?.textContent.includes('10^')");
        press(page, "#tab-state");
        let digits = "deep('.panel .term')?.textContent.match(/\\d+/g)?.some((digits) => digits.length > 200)";
        page.wait_for(digits);
        press(page, ".panel .copy");
        page.wait_for("deep('.panel .copy').textContent === 'Copied ✓'");
        page.screenshot("huge");
    });
}

#[test]
fn the_blast_radius_numbers_who_stops_and_who_starts() {
    with_page("index.html?app=strategies&seed=7", View::default(), |page| {
        page.wait_for("deep('.row[data-name=\":c2\"]')");
        page.click(".transport .play");
        select(page, ":c2");
        let tags = |kind: &str| {
            page.eval(&format!(
                "return deepAll('.card').filter((card) => card.querySelector('.tag.{kind}')).map((card) =>
                   card.querySelector('.name').textContent + card.querySelector('.tag.{kind}').textContent)"
            ))
        };
        page.wait_for("deepAll('.card .tag.start').length === 2");
        assert_eq!((tags("stop"), tags("start")), (json!([":c3■1"]), json!([":c2▶1", ":c3▶2"])));
        assert_eq!(page.text(".preview"), "If it died now → stop: :c3 · start again: :c2, :c3");
        select(page, ":b2");
        page.wait_for("deepAll('.card .tag.start').length === 3");
        assert_eq!((tags("stop"), tags("start")), (json!([":b1■2", ":b3■1"]), json!([":b1▶1", ":b2▶2", ":b3▶3"])));
    });
}

#[test]
fn start_phases_of_the_demo_are_read_in_the_inspector() {
    with_page("index.html?app=demo&seed=7", View::default(), |page| {
        page.wait_for("deep('[data-app=audit].running')");
        page.eval("deepAll('.application button').find((one) => one.textContent.startsWith('ticker')).click()");
        let facts = "Object.fromEntries(deepAll('.inspector dt').map((name) => [name.textContent, name.nextElementSibling.textContent]))";
        page.wait_for(&format!("{facts}['start phases'] === 'init, go'"));
        assert_eq!(page.eval(&format!("return {facts}['includes']")), "cache");
    });
}

#[test]
fn a_large_budget_is_an_arc_with_a_number() {
    let file = std::env::temp_dir().join("lic-budget.json");
    std::fs::write(
        &file,
        r#"{"name": "much", "tree": {"id": "top", "intensity": 1000, "period": 60, "children": [{"id": "one"}]}}"#,
    )
    .unwrap();
    with_page("index.html?seed=7", View::default(), |page| {
        page.wait_for("deep('#scenario-file')");
        page.upload("#scenario-file", file.to_str().unwrap());
        page.wait_for("deep('.row[data-name=\":one\"]')");
        let ring = |part: &str| page.eval(&format!("return deepAll('.card .ring').map((ring) => ring.{part})"));
        assert_eq!(ring("querySelectorAll('path').length"), json!([1]), "one arc, no slots");
        assert_eq!(ring("querySelectorAll('circle').length"), json!([1]));
        assert_eq!(ring("textContent"), json!(["1k"]));
        page.screenshot("large-budget");
        select(page, ":one");
        die(page, ":kill");
        page.wait_for("deep('.card .ring text').textContent === '999'");
        let width = page.eval("return deep('.card .ring text').getBBox().width");
        assert!(width.as_f64().unwrap() <= 20.0, "the number is within the ring: {width}");
    });
}

#[test]
fn the_wheel_zooms_with_ctrl_and_leaves_the_page_alone_without() {
    open(View::default(), |page| {
        let width = |page: &Page| page.eval("return deep('.picture svg').clientWidth").as_i64().unwrap();
        let wheel = |ctrl: bool, by: i32| {
            page.eval(&format!(
                "return deep('.picture').dispatchEvent(new WheelEvent('wheel',
                   {{ deltaY: {by}, ctrlKey: {ctrl}, bubbles: true, composed: true, cancelable: true }}))"
            ))
        };
        let before = width(page);
        assert_eq!(wheel(false, -100), json!(true), "the page may scroll");
        assert_eq!(wheel(true, -100), json!(false), "the page does not zoom");
        page.wait_for(&format!("deep('.picture svg').clientWidth > {before} * 1.2"));
        wheel(true, 100);
        page.wait_for(&format!("deep('.picture svg').clientWidth === {before}"));
    });
}

#[test]
fn children_of_a_scenario_change_places_by_the_form() {
    with_page("index.html?app=strategies&seed=7", View::default(), |page| {
        page.wait_for("deep('.row[data-name=\":c2\"]')");
        select(page, ":one_for_one");
        press(page, ".flags summary");
        press(page, ".order li:nth-child(3) button[aria-label=\":a3: Start earlier\"]");
        page.wait_for("deepAll('.order li code').map((id) => id.textContent).join() === ':a1,:a3,:a2'");
        let names = "deepAll('.row').map((row) => row.dataset.name).filter((name) => name.startsWith(':a')).join()";
        page.wait_for(&format!("{names} === ':a1,:a3,:a2'"));
        // One whose init always says the same has none.
        press(page, ".row[data-name=scenario]");
        page.wait_for("!deep('.flags')");
    });
}

#[test]
fn ten_thousand_are_sorted_by_name_without_making_all_names_again() {
    with_page("index.html?app=crowd&seed=7", View::default(), |page| {
        page.wait_for("deep('.wall [role=grid]')?.ariaLabel.includes('10,000 ')");
        button(page, "Table");
        page.wait_for("deepAll('.processes tbody tr').length === 200");
        button(page, "Name");
        page.wait_for("deep('.processes th:nth-child(2)').ariaSort === 'ascending'");
        let names = "deepAll('.processes tbody tr td:nth-child(2)').map((cell) => cell.textContent.toLowerCase())";
        let sorted = page
            .eval(&format!("const names = {names}; return names.every((name, at) => !at || names[at - 1] <= name)"));
        assert_eq!(sorted, json!(true));
        page.wait_for("deep('.processes .hint').textContent.includes('more')");
        write(page, "#search", "{:crowd, 777");
        page.wait_for(&format!("{names}.length === 11 && {names}.every((name) => name.startsWith('{{:crowd, 777'))"));
    });
}

#[test]
fn a_wall_of_the_smallest_cells_shows_a_crash_by_its_shape() {
    let file = std::env::temp_dir().join("lic-small.json");
    let scenario = r#"{"name": "small", "tree": {"id": "top", "strategy": "rest_for_one", "children": [
        {"id": "crowd", "dynamic": true, "intensity": 1000}, {"id": "starter", "starts": ["crowd", 30000]}]},
        "faults": [{"at_ms": 4000, "every_ms": 100, "target": "crowd", "children": 2, "reason": "boom"}]}"#;
    std::fs::write(&file, scenario).unwrap();
    with_page("index.html?seed=7", View::default(), |page| {
        page.wait_for("deep('#scenario-file')");
        page.upload("#scenario-file", file.to_str().unwrap());
        page.wait_for("deep('.wall [role=grid]')?.ariaLabel.includes('30,000 ')");
        page.wait_for("deep('.counts-of-wall').textContent.includes('crashed just now')");
        page.click(".transport .play");
        page.wait_for("deep('.paused')");
        // Holes in the wall, six pixels wide: what stands out has cleared its ground.
        let clear = page.eval(
            "const canvas = deep('.wall canvas'), data = canvas.getContext('2d').getImageData(0, 0, canvas.width, 120).data;
             let clear = 0;
             for (let at = 3; at < data.length; at += 4) clear += data[at] === 0;
             return clear",
        );
        assert!(clear.as_u64().unwrap() >= 8, "{clear} pixels of ground");
        page.screenshot("wall-small");
    });
}
