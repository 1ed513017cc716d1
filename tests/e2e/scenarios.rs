//! Scenarios: those that are shipped, and a writer's own.

use serde_json::json;

use crate::page::{Page, View, with_page};
use crate::reader::{choose, of, open, press};

fn incarnation(page: &Page, id: &str, number: u32) {
    page.wait_for(&of(id, &format!("?.querySelector('.again')?.textContent === '×{number}'")));
}

#[test]
fn the_three_strategies_stand_side_by_side() {
    open(View::default(), |page| {
        choose(page, ".scene select", "three strategies");
        page.wait_for("deep('.row[data-name=\":rest_for_one\"]')");
        assert!(page.text(".nothing").contains("rest_for_one it and those started after it"));
        choose(page, ".speed select", "8×");
        for id in [":a2", ":b1", ":b2", ":b3", ":c2", ":c3"] {
            incarnation(page, id, 2);
        }
        for id in [":a1", ":c1"] {
            assert_eq!(page.eval(&format!("return {}", of(id, ".querySelector('.again')"))), json!(null), "{id}");
        }
        page.screenshot("strategies");
    });
}

#[test]
fn a_scenario_of_ones_own_is_opened_and_a_bad_one_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let good = write(
        "lic-good.json",
        r#"{"name": "shop", "tree": {"id": "top", "children": [{"id": "cart"}]},
            "faults": [{"at_ms": 300, "target": "cart", "reason": "sold_out"}]}"#,
    );
    let bad = write("lic-bad.json", "{\"name\": \"shop\",\n \"tree\": {\"id\": \"<b>top</b>\", \"colour\": 1}}");
    with_page("index.html?seed=7", View::default(), |page| {
        page.wait_for("deep('#scenario-file')");
        page.upload("#scenario-file", &good);
        page.wait_for("deep('.row[data-name=\":cart\"]')");
        incarnation(page, ":cart", 2);
        let changed = std::fs::read_to_string(&good).unwrap().replace("cart", "till");
        std::fs::write(&good, changed).unwrap();
        page.upload("#scenario-file", &good);
        page.wait_for("deep('.row[data-name=\":till\"]')");
        page.upload("#scenario-file", &bad);
        page.wait_for("deep('.refused')");
        let said = page.text(".refused");
        assert!(said.contains("unknown field `colour`") && said.contains("line 2"), "{said}");
        press(page, ".lang");
        page.wait_for("deep('.refused').textContent.startsWith('할 수 없음: 2행')");
        let said = page.text(".refused");
        assert!(said.contains("모르는 필드 `colour` (쓸 수 있는 것: `id`, `strategy`"), "{said}");
        assert_eq!(
            page.eval(&format!("return {}", of(":till", ".dataset.state"))),
            "running",
            "the old one keeps running"
        );
    });
}

/// What the page would have the browser save.
pub(crate) fn saved(page: &Page, button: &str) -> String {
    page.eval(
        "window.saved = null; const make = URL.createObjectURL.bind(URL);
         URL.createObjectURL = (blob) => { blob.text().then((text) => { window.saved = text; }); return make(blob); };",
    );
    press(page, button);
    page.wait_for("window.saved");
    page.eval("return window.saved").as_str().unwrap().to_owned()
}

#[test]
fn a_shipped_scenario_is_saved_as_the_start_of_ones_own() {
    open(View::default(), |page| {
        assert_eq!(page.eval("return deep('.save-scenario')"), json!(null));
        choose(page, ".scene select", "kinds of restart");
        page.wait_for("deep('.save-scenario')");
        let text: serde_json::Value = serde_json::from_str(&saved(page, ".save-scenario")).unwrap();
        assert_eq!(text["name"], "restarts");
    });
}
