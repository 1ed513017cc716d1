//! Chaos: whom it hits, how often and by which seed; and the report of what it cost.

use serde_json::json;

use crate::page::{Page, View, with_page};
use crate::reader::{FIB, choose, of, open, press, write};

/// Opens chaos and begins it with these settings.
fn begin(page: &Page, rate: &str, seed: &str, targets: &[&str]) {
    press(page, ".bar .chaos");
    page.wait_for("deep('[role=dialog] .chaos-form')");
    choose(page, ".rate select", rate);
    write(page, "#chaos-seed", seed);
    for target in targets {
        page.eval(&format!(
            "deepAll('.chaos-form [aria-pressed]').find((one) => one.textContent === {}).click()",
            json!(target)
        ));
    }
    press(page, ".do-chaos");
}

fn table(page: &Page) -> Vec<Vec<String>> {
    let rows =
        page.eval("return deepAll('.chaos-report tr').map((row) => [...row.cells].map((cell) => cell.textContent))");
    serde_json::from_value(rows).unwrap()
}

#[test]
fn chaos_hits_who_was_chosen_and_its_report_says_what_that_cost() {
    open(View::default(), |page| {
        assert_eq!(page.text(".bar .chaos"), "Chaos: off");
        choose(page, ".auto-run select", "50 /s");
        begin(page, "12 /min", "seven", &["Seq.ArithServer"]);
        page.wait_for("deep('.chaos-form [role=alert]').textContent.startsWith('A whole number from 0 to')");
        assert_eq!(
            page.eval("return deep('#chaos-seed').ariaInvalid ?? deep('#chaos-seed').getAttribute('aria-invalid')"),
            "true"
        );
        write(page, "#chaos-seed", "7");
        press(page, ".do-chaos");
        page.wait_for("!deep('[role=dialog]') && deep('.bar .chaos').textContent === 'Chaos: 12 /min'");
        choose(page, ".speed select", "16×");
        page.wait_for("Number(deep('.crashes b').textContent) >= 5");
        press(page, ".bar .chaos");
        page.wait_for("deep('.chaos-report')");
        assert_eq!(page.eval("return deep('.do-chaos')"), json!(null), "it goes on: there is only a way to stop it");
        press(page, ".do-calm");
        page.wait_for("deep('.do-chaos') && deep('.bar .chaos').textContent === 'Chaos: off'");
        let rows = table(page);
        let heads = ["child", "uptime", "MTBF", "MTTR", "availability", "times down", "restarts", "values lost"];
        assert_eq!(rows[0], heads);
        let names: Vec<&str> = rows[1..].iter().map(|row| row[0].as_str()).collect();
        assert_eq!(names, [":seq", "Seq.Supervisor", FIB, "Seq.ArithServer", "Seq.Dynamic"]);
        let (fib, arith) = (&rows[3], &rows[4]);
        assert_eq!([&fib[2], &fib[3], &fib[4], &fib[5], &fib[7]], ["–", "–", "100 %", "0", "0"]);
        let number = |cell: &str| cell.parse::<u32>().unwrap();
        assert!(number(&arith[5]) >= 5 && arith[5] == arith[6] && number(&arith[7]) > 100, "{arith:?}");
        assert!(arith[2].ends_with(" s") && arith[3].ends_with(" ns") && arith[4].starts_with("99."), "{arith:?}");
        assert!(page.text(".chaos-report .hint").starts_with("12 /min, seed 7, Seq.ArithServer"));
        assert!(page.text(".totals").starts_with(&format!("{} crashes · ", arith[5])));
        page.screenshot("chaos-report");

        // The same as a text that a spreadsheet takes, copied and saved.
        page.eval(
            "navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); };
             const make = URL.createObjectURL;
             URL.createObjectURL = (blob) => { blob.text().then((text) => window.saved = text); return make(blob); };",
        );
        press(page, ".chaos-report .copy");
        page.wait_for("deep('.chaos-report .copy').textContent === 'Copied ✓'");
        press(page, ".do-export");
        page.wait_for("window.saved && window.saved === window.copied");
        let text = page.eval("return window.saved");
        let lines: Vec<Vec<&str>> = text.as_str().unwrap().lines().map(|line| line.split('\t').collect()).collect();
        assert!(lines[0][0].starts_with("# chaos: 12 /min, seed 7, Seq.ArithServer, "), "{lines:?}");
        assert_eq!((lines.len(), lines[1].len()), (7, 8));
        assert_eq!([lines[5][0], lines[5][5], lines[5][7]], ["Seq.ArithServer", &arith[5], &arith[7]]);
    });
}

#[test]
fn chaos_that_takes_the_application_down_ends_with_it() {
    open(View::default(), |page| {
        begin(page, "600 /min", "1", &[]);
        page.wait_for("deep('.start-again')");
        page.wait_for("deep('.bar .chaos').textContent === 'Chaos: off'");
        press(page, ".bar .chaos");
        page.wait_for("deep('.chaos-report')");
        let rows = table(page);
        assert!(rows.iter().any(|row| row[0] == FIB), "its dead are counted: {rows:?}");
        // Seq.Supervisor once more than Seq.Root may restart it, and then that.
        assert!(page.text(".totals").ends_with(" 5 gave up"), "{}", page.text(".totals"));
    });
}

#[test]
fn a_scenario_is_struck_too_and_korean_readers_read_korean() {
    let korean = View { scheme: "dark", language: "ko-KR", ..View::wide(360) };
    with_page("index.html?app=strategies&seed=7", korean, |page| {
        page.wait_for("deep('.row[data-name=\":rest_for_one\"]')");
        press(page, ".more");
        begin(page, "600 회/분", "3", &[":b1"]);
        page.wait_for(&of(":b1", "?.querySelector('.again')"));
        page.wait_for("deep('.bar .chaos').textContent.startsWith('카오스: ')");
        press(page, ".bar .chaos");
        page.wait_for("deep('.chaos-report')");
        assert_eq!(table(page)[0][..4], ["자식", "가동 시간", "MTBF", "MTTR"]);
        assert_eq!(page.eval("return document.documentElement.scrollWidth"), 360);
        page.screenshot("chaos-360-ko");
    });
}
