//! Text from strangers through every input: it stays text, short, and turns nothing around it; no
//! element is made of it, and the page answers.

use serde_json::{Value, json};

use crate::page::{Page, View, with_page};
use crate::reader::{FIB, choose, let_pass, of, open, press, select, write};

/// Markup in the shapes that have broken pages, an address that runs, and text that hides.
const HOSTILE: [&str; 10] = [
    "<img src=x onerror=window.pwned=1>",
    "\"><svg/onload=window.pwned=1>",
    "</style></textarea></title><script>window.pwned=1</script>",
    "javascript:window.pwned=1//",
    "'-window['pwned']=1-'",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<!--<b>]]>&lt;i&gt;&#60;u&#62;",
    "<form id=body><input name=children></form>",
    "a\u{202e}txt.exe\u{2066}b\u{200f}\u{61c}",
    "\u{0}\u{8}\u{1b}[31m\u{200b}\u{feff}\u{2028}",
];

/// What the page is made of; nothing else may ever stand in it.
const MADE_OF: &str = "header div span button select option label p ul ol li section article nav main h1 h2 h3 \
    table thead tbody tr th td dl dt dd form input details summary code pre b em small kbd time output i \
    svg g rect path circle text tspan title polyline line slot br";

/// No element that is not the page's own, no attribute that runs, loads or styles, no text that
/// turns its surroundings, not much of anything; and a press of pause is answered.
fn is_unharmed(page: &Page, what: &str) {
    let found = page.eval(&format!(
        "const allowed = new Set({:?}.split(/\\s+/)), root = deep('let-it-crash').shadowRoot;
         const all = [...root.querySelectorAll('*')];
         const strange = all.filter((one) => !allowed.has(one.localName)).map((one) => one.outerHTML.slice(0, 80));
         const bad = all.flatMap((one) => [...one.attributes])
           .filter((one) => /^(on|style$|href$|src|action$|formaction$)/i.test(one.name)).map((one) => one.name);
         const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
         let turned = '', length = 0;
         while (texts.nextNode()) {{
           length += texts.currentNode.data.length;
           turned ||= (texts.currentNode.data.match(/[\\u0000-\\u0008\\u000b-\\u001f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]/) ?? [''])[0];
         }}
         return {{ strange, bad, turned: escape(turned), long: length > 60000 ? length : 0,
           many: all.length > 3000 ? all.length : 0, pwned: window.pwned ?? null, at: location.hash, title: document.title.slice(0, 12),
           wide: document.documentElement.scrollWidth > innerWidth }}",
        MADE_OF
    ));
    let unharmed = json!({ "strange": [], "bad": [], "turned": "", "long": 0, "many": 0, "pwned": null, "at": "",
        "title": "let-it-crash", "wide": false });
    assert_eq!(found, unharmed, "{what}");
}

fn answers(page: &Page) {
    let before = page.eval("return Boolean(deep('.paused'))");
    press(page, ".transport .play");
    let took = page.wait_for(&format!("Boolean(deep('.paused')) === {}", before == json!(false)));
    assert!(took.as_secs() < 2, "a press was answered after {took:?}");
    press(page, ".transport .play");
    page.wait_for(&format!("Boolean(deep('.paused')) === {before}"));
}

/// Sets a field past its own limit of length, as a script or a paste may.
fn force(page: &Page, css: &str, text: &str) {
    page.eval(&format!(
        "const field = deep({}); field.value = {}; field.dispatchEvent(new Event('input', {{ bubbles: true }}));",
        json!(css),
        json!(text)
    ));
}

/// Forces a text on a field and sends its form, pressed or not.
fn submit(page: &Page, css: &str, text: &str) {
    force(page, css, text);
    page.eval(&format!("deep({}).form.requestSubmit()", json!(css)));
}

fn close(page: &Page, form: &str) {
    page.eval(&format!("deep('{form} header button').click()"));
}

/// Shows the tree as a table or as a picture.
fn show(page: &Page, form: &str) {
    page.eval(&format!("deepAll('.forms button').find((button) => button.textContent === '{form}').click()"));
}

fn megabyte() -> String {
    HOSTILE[0].repeat((1 << 20) / HOSTILE[0].len())
}

fn texts() -> impl Iterator<Item = String> {
    HOSTILE.iter().map(|text| (*text).to_owned()).chain([megabyte()])
}

fn name(text: &str) -> String {
    text.chars().take(40).collect()
}

#[test]
fn the_address_says_anything_and_is_only_read() {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    with_page("index.html", View::default(), |page| {
        for text in HOSTILE.iter().map(|text| (*text).to_owned()).chain([HOSTILE[0].repeat(400)]) {
            let hostile = encoded(&text);
            for key in ["app", "seed", "lang", "theme", "SEQ_A1", "SEQ_D", "page", "height"] {
                if text.len() > 1_000 && !["app", "SEQ_A1"].contains(&key) {
                    continue;
                }
                page.goto(&format!("index.html?{key}={hostile}"));
                page.wait_for("deep('.row') || deep('[role=alert]')");
                is_unharmed(page, &format!("{key}={}", name(&text)));
            }
        }
        // What is refused is named, cut short.
        page.goto(&format!("index.html?app={}", encoded(&HOSTILE[0].repeat(400))));
        page.wait_for("deep('[role=alert]')");
        let said = page.text("[role=alert]");
        assert!(said.starts_with("there is no application \"<img src=x") && said.chars().count() <= 401, "{said}");
    });
}

#[test]
fn every_field_takes_anything_and_shows_it_as_text() {
    open(View::default(), |page| {
        for text in texts() {
            let what = name(&text);
            // The search.
            show(page, "Table");
            page.wait_for("deep('#search')");
            force(page, "#search", &text);
            page.wait_for("deep('.processes .empty')");
            is_unharmed(page, &format!("search {what}"));
            show(page, "Picture");
            // A way to die, told as a term.
            press(page, ".do-crash");
            page.wait_for("deep('.crash-menu input')");
            force(page, ".crash-menu input", &text);
            page.eval("deepAll('.crash-menu button').find((button) => button.textContent.startsWith('throw')).click()");
            is_unharmed(page, &format!("reason {what}"));
            page.eval("deep('.crash-menu') && deep('.do-crash').click()");
            // The environment.
            press(page, ".row[data-name=seq]");
            page.wait_for("deep('#SEQ_A1')");
            submit(page, "#SEQ_A1", &text);
            is_unharmed(page, &format!("environment {what}"));
            // The flags of a supervisor.
            select(page, "Seq.Supervisor");
            page.wait_for("deep('#flags-intensity')");
            submit(page, "#flags-intensity", &text);
            page.wait_for("deep('.flags [role=alert]')");
            is_unharmed(page, &format!("flags {what}"));
            // A new sequence.
            select(page, "Seq.Dynamic");
            press(page, ".deeds .primary");
            page.wait_for("deep('#seq-name')");
            force(page, "#seq-name", &text);
            force(page, "#seq-first", &text);
            submit(page, "#seq-second", &text);
            page.wait_for("deep('.sequence-form [role=alert]').textContent");
            is_unharmed(page, &format!("sequence {what}"));
            close(page, ".sequence-form");
            // Chaos.
            press(page, ".bar .chaos");
            page.wait_for("deep('#chaos-seed')");
            submit(page, "#chaos-seed", &text);
            page.wait_for("deep('.chaos-form [role=alert]').textContent");
            is_unharmed(page, &format!("chaos {what}"));
            close(page, ".chaos-form");
            page.wait_for("!deep('[role=dialog]')");
            select(page, FIB);
        }
        answers(page);
    });
}

#[test]
fn a_reason_is_text_in_every_pane_that_tells_it() {
    // Terms whose printed form carries markup and marks of direction: an atom, a binary, a
    // charlist, an exception with such a message.
    let terms = [
        "'<img src=x onerror=window.pwned=1>'",
        "{<<\"<svg/onload=window.pwned=1>\">>, \"</style><script>window.pwned=1</script>\"}",
        "<<\"a\\x{202e}txt.exe\\x{2066}b\"/utf8>>",
        "#{'__exception__' => true, '__struct__' => 'Elixir.RuntimeError', message => <<\"<b>x\\x{202e}y</b>\"/utf8>>}",
    ];
    open(View::default(), |page| {
        page.eval("deepAll('.tools .trace')[0].click()");
        choose(page, ".speed select", "64×");
        for (at, term) in terms.iter().enumerate() {
            for way in ["throw", "exit", "{:stop"] {
                let again = page.eval("return deep('.inspector .again')?.textContent ?? '×1'");
                press(page, ".do-crash");
                page.wait_for("deep('.crash-menu input')");
                write(page, ".crash-menu input", term);
                page.eval(&format!(
                    "deepAll('.crash-menu button').filter((button) => button.textContent.startsWith({})).at(-1).click()",
                    json!(way)
                ));
                page.wait_for(&format!(
                    "deep('.inspector .again') && deep('.inspector .again').textContent !== {again}"
                ));
                is_unharmed(page, &format!("{way} {term}"));
                let crashes = page.eval("return Number(deep('.crashes b').textContent)");
                assert!(crashes.as_f64() > Some(0.0));
                // Three restarts in five seconds are the budget; none may be on its way to spent.
                let_pass(page, 5.1);
            }
            // Each pane that shows it: the log, opened; beats; the table of values; every tab.
            page.eval(
                "deepAll('.line .first').slice(0, 12).forEach((line) => line.ariaExpanded !== 'true' && line.click())",
            );
            page.eval("deep('.watch')?.click()");
            page.eval("deepAll('.beats li button')[0]?.click()");
            for tab in ["#tab-state", "#tab-spec", "#tab-messages", "#tab-process"] {
                press(page, tab);
                is_unharmed(page, &format!("{tab} {term}"));
            }
            let told = page.eval("return deepAll('.line').map((line) => line.textContent).join()");
            let word = ["<img src=x", "<svg/onload", "txt.exe", "<b>x"][at];
            assert!(told.as_str().unwrap().contains(word), "the log tells of {word} as text");
            page.eval("deep('.beats .plain')?.click()");
        }
        page.screenshot("hostile-reasons");
        answers(page);
    });
}

#[test]
fn scenarios_of_strangers_are_refused_in_a_line_and_the_old_node_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = |at: usize, text: &str| {
        let file = folder.path().join(format!("lic-hostile-{at}.json"));
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    open(View::default(), |page| {
        let mut scenarios: Vec<String> = Vec::new();
        for text in texts() {
            let tree = json!({ "id": "top", "children": [{ "id": "a" }] });
            scenarios.push(text.clone());
            scenarios.push(json!({ "name": "x", "tree": { "id": text, "children": [] } }).to_string());
            scenarios.push(json!({ "name": "x", text.clone(): 1, "tree": tree }).to_string());
            let fault = json!({ "at_ms": 1, "target": text, "reason": "boom" });
            scenarios.push(json!({ "name": "x", "tree": tree, "faults": [fault] }).to_string());
            let fault = json!({ "at_ms": 1, "target": "a", "reason": format!("({text}") });
            scenarios.push(json!({ "name": "x", "tree": tree, "faults": [fault] }).to_string());
        }
        scenarios.push("[".repeat(1 << 20));
        scenarios.push("{\"tree\":".repeat(1 << 16));
        for (at, scenario) in scenarios.iter().enumerate() {
            let before = page.eval("return deepAll('.refused').map((one) => one.textContent).join()");
            page.eval("const file = deep('#scenario-file'); file.value = ''");
            page.upload("#scenario-file", &file(at, scenario));
            page.wait_for("deep('.refused')");
            // Two refusals in a row may read the same.
            if before == json!("") {
                page.wait_for("deep('.refused').textContent.length > 20");
            }
            std::thread::sleep(std::time::Duration::from_millis(60));
            let said = page.eval("return deep('.refused').textContent.length");
            assert!(said.as_u64().unwrap() < 450, "{said}: {}", name(scenario));
            is_unharmed(page, &format!("scenario {at}: {}", name(scenario)));
        }
        assert_eq!(page.eval(&format!("return {}", of(FIB, ".dataset.state"))), "running", "the old one goes on");
        // A name and a reason may be anything that parses; then they are shown as text.
        let fault = json!({ "at_ms": 100, "target": "a", "reason": "'<img src=x onerror=window.pwned=1>'" });
        let fine =
            json!({ "name": HOSTILE[2], "tree": { "id": "top", "children": [{ "id": "a" }] }, "faults": [fault] });
        page.upload("#scenario-file", &file(9_999, &fine.to_string()));
        page.wait_for(&of(":a", "?.querySelector('.again')"));
        is_unharmed(page, "a scenario that runs");
        answers(page);
    });
}

#[test]
fn a_flood_of_reports_neither_fills_the_page_nor_stops_it() {
    open(View::default(), |page| {
        choose(page, ".auto-run select", "1000 /s");
        press(page, ".bar .chaos");
        page.wait_for("deep('.chaos-form')");
        choose(page, ".rate select", "12 /min");
        press(page, ".do-chaos");
        choose(page, ".speed select", "64×");
        // Patience is for each step: a busy machine needs long for a hundred crashes.
        let wait_for_crashes = |page: &mut Page, counts: &[u32]| {
            for count in counts {
                page.wait_for(&format!("Number(deep('.crashes b').textContent) > {count}"));
            }
        };
        wait_for_crashes(page, &[20, 40]);
        let (nodes, listeners) = page.held();
        wait_for_crashes(page, &[60, 80, 100, 120, 140]);
        let (later, listeners_later) = page.held();
        assert!(later < nodes + 1_500, "{nodes} nodes, later {later}");
        assert!(listeners_later < listeners + 300, "{listeners} listeners, later {listeners_later}");
        let drawn: Value = page.eval(
            "return [deepAll('.log .line').length <= 60, deepAll('*').length < 2000, deepAll('.lane').length < 40]",
        );
        assert_eq!(drawn, json!([true, true, true]));
        answers(page);
    });
}

#[test]
fn what_is_drawn_is_what_lives() {
    open(View::default(), |page| {
        // The list, the table and the count are three ways to tell the same.
        for _ in 0..3 {
            press(page, ".do-crash");
            press(page, ".crash-menu .kill");
            page.wait_for("!deep('.crash-menu')");
        }
        page.wait_for("deep('.inspector .again')?.textContent === '×4'");
        press(page, ".transport .play");
        page.wait_for("deep('.paused')");
        page.eval("deepAll('.row').filter((row) => row.ariaExpanded === 'false').forEach((row) => row.querySelector('.twisty').click())");
        page.wait_for("deepAll('.row').every((row) => row.ariaExpanded !== 'false')");
        let list = page.eval(
            "return deepAll('.row').filter((row) => row.ariaLevel > 1 && ['running', 'starting', 'suspended'].includes(row.dataset.state))
               .map((row) => row.dataset.name).sort()",
        );
        let drawn = page.eval("return deepAll('.card .name').length");
        assert!(drawn.as_u64() > Some(7), "{drawn}");
        page.eval("deepAll('.forms button').find((button) => button.textContent === 'Table').click()");
        page.wait_for("deep('.processes tbody')");
        let table =
            page.eval("return deepAll('.processes tbody td:nth-child(2)').map((cell) => cell.textContent).sort()");
        assert_eq!(list, table);
        let alive = page.eval("return Number(deep('.alive b').textContent)");
        assert_eq!(json!(table.as_array().unwrap().len()), alive);
    });
}
