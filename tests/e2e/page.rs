//! What a test of the built page says: open it in a view, look, click, and leave a clean console.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::server::Server;
use crate::webdriver::Session;

const PATIENCE: Duration = Duration::from_secs(20);
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// `deep(css)` and `deepAll(css)`: querySelector that enters open shadow roots.
const PRELUDE: &str = "
    const deepAll = (css, root = document) => [...root.querySelectorAll('*')].flatMap((node) => [
      ...(node.matches(css) ? [node] : []), ...(node.shadowRoot ? deepAll(css, node.shadowRoot) : [])]);
    const deep = (css) => deepAll(css)[0] ?? null;
";

/// One Chrome at a time: two cores are not enough for two pages to be on time.
static TURN: Mutex<()> = Mutex::new(());

/// How the reader sees the page.
#[derive(Clone, Copy, Debug)]
pub struct View {
    pub width: u32,
    pub height: u32,
    /// `light` or `dark`.
    pub scheme: &'static str,
    /// The browser's language, `en-US` or `ko-KR`.
    pub language: &'static str,
}

impl Default for View {
    fn default() -> View {
        View { width: 1280, height: 800, scheme: "light", language: "en-US" }
    }
}

impl View {
    /// The three widths of the layout: 1280, 768 and 360 pixels.
    pub fn wide(width: u32) -> View {
        View { width, ..View::default() }
    }
}

/// An open page and everything behind it.
pub struct Page {
    session: Session,
    pub server: Server,
    tolerated: Vec<&'static str>,
}

/// Opens `path` of the built site, runs the test, and fails it on any console error.
pub fn with_page(path: &str, view: View, test: impl FnOnce(&mut Page)) {
    let _turn = TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut page = Page { session: Session::start(), server: Server::start(&dist()), tolerated: Vec::new() };
    page.dress(view);
    page.goto(path);
    let outcome = catch_unwind(AssertUnwindSafe(|| test(&mut page)));
    let errors = page.console_errors();
    if let Err(cause) = outcome {
        let thread = std::thread::current();
        page.screenshot(&format!("failed-{}", thread.name().unwrap_or("test").replace("::", "-")));
        eprintln!("console errors: {errors:#?}");
        resume_unwind(cause);
    }
    assert!(errors.is_empty(), "console errors: {errors:#?}");
}

impl Page {
    pub fn goto(&self, path: &str) {
        self.session.post("url", &json!({ "url": self.server.url(path) }));
    }

    /// Runs a script's body, which may use `deep` and `deepAll`, and returns what it returns.
    pub fn eval(&self, script: &str) -> Value {
        self.session.post("execute/sync", &json!({ "script": format!("{PRELUDE}{script}"), "args": [] }))
    }

    /// Waits until the expression holds; tells how long that took.
    pub fn wait_for(&self, expression: &str) -> Duration {
        let start = Instant::now();
        while self.eval(&format!("return Boolean({expression});")) != json!(true) {
            assert!(start.elapsed() < PATIENCE, "waited in vain for: {expression}");
            std::thread::sleep(Duration::from_millis(20));
        }
        start.elapsed()
    }

    /// The text of the first element that matches, as a reader sees it.
    pub fn text(&self, css: &str) -> String {
        let text = self.eval(&format!("return deep({}).innerText;", json!(css)));
        text.as_str().unwrap_or_default().to_owned()
    }

    /// A real click in the middle of the first element that matches.
    pub fn click(&self, css: &str) {
        self.session.post(&format!("element/{}/click", self.find(css)), &json!({}));
    }

    /// Types into the first element that matches; WebDriver's key codes (`\u{E007}`: Enter) work.
    pub fn type_into(&self, css: &str, text: &str) {
        self.session.post(&format!("element/{}/value", self.find(css)), &json!({ "text": text }));
    }

    /// Presses keys where the focus is.
    pub fn press(&self, keys: &str) {
        let actions: Vec<Value> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key })))
            .collect();
        self.session.post("actions", &json!({ "actions": [{ "type": "key", "id": "keys", "actions": actions }] }));
    }

    /// Presses a key while another is held.
    pub fn chord(&self, held: char, key: char) {
        let step = |kind: &str, key: char| json!({ "type": kind, "value": key });
        let steps = [step("keyDown", held), step("keyDown", key), step("keyUp", key), step("keyUp", held)];
        self.session.post("actions", &json!({ "actions": [{ "type": "key", "id": "keys", "actions": steps }] }));
    }

    /// This test makes the console say something with these words, on purpose.
    pub fn tolerate(&mut self, words: &'static str) {
        self.tolerated.push(words);
    }

    /// Writes `NAME.png` into the folder of screenshots.
    pub fn screenshot(&self, name: &str) {
        let shot = self.session.get("screenshot");
        let folder = std::env::var_os("LIC_SHOTS").map_or_else(|| root().join("target/shots"), PathBuf::from);
        std::fs::create_dir_all(&folder).expect("a folder for screenshots");
        let bytes = base64(shot.as_str().unwrap_or_default());
        std::fs::write(folder.join(format!("{name}.png")), bytes).expect("a screenshot is written");
    }

    /// Nodes and listeners that the page still holds, after a collection of garbage.
    pub fn held(&self) -> (i64, i64) {
        self.session.devtools("Performance.enable", &json!({}));
        for _ in 0..3 {
            self.session.devtools("HeapProfiler.collectGarbage", &json!({}));
        }
        let metrics = self.session.devtools("Performance.getMetrics", &json!({}));
        let metrics = metrics["metrics"].as_array().cloned().unwrap_or_default();
        let read = |name: &str| {
            let metric = metrics.iter().find(|metric| metric["name"] == name);
            metric.and_then(|metric| metric["value"].as_f64()).expect("a metric") as i64
        };
        (read("Nodes"), read("JSEventListeners"))
    }

    /// What axe-core finds wrong with the page and its widgets, a line for each rule broken.
    pub fn axe(&self) -> Vec<String> {
        let file = std::env::var("LIC_AXE").expect("LIC_AXE names axe-core's axe.min.js");
        let axe = std::fs::read_to_string(file).expect("axe-core is readable");
        let script = format!(
            "{axe}; const done = arguments[0];
            axe.run().then((found) => done(found.violations.map((rule) =>
              `${{rule.id}}: ${{rule.help}}: ${{rule.nodes.map((node) => node.html).join(' ')}}`)),
              (error) => done([String(error)]));"
        );
        let found = self.session.post("execute/async", &json!({ "script": script, "args": [] }));
        let found = found.as_array().expect("a list of violations");
        found.iter().map(|rule| rule.as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Changes size, colour scheme and language; the language counts from the next load.
    pub fn dress(&self, view: View) {
        let View { width, height, scheme, language } = view;
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.session.devtools("Emulation.setDeviceMetricsOverride", &size);
        let scheme = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.session.devtools("Emulation.setEmulatedMedia", &scheme);
        let agent = self.session.devtools("Browser.getVersion", &json!({}))["userAgent"].clone();
        let language = json!({ "userAgent": agent, "acceptLanguage": language });
        self.session.devtools("Emulation.setUserAgentOverride", &language);
    }

    /// Runs a script in every page from now on, before the page's own.
    pub fn before_every_page(&self, script: &str) {
        self.session.devtools("Page.enable", &json!({}));
        self.session.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": script }));
    }

    /// Moves the pointer into the middle of the first element that matches.
    pub fn point_at(&self, css: &str) {
        let origin = json!({ ELEMENT: self.find(css) });
        let step = json!({ "type": "pointerMove", "origin": origin, "x": 0, "y": 0 });
        let moved = json!({ "type": "pointer", "id": "pointer", "actions": [step] });
        self.session.post("actions", &json!({ "actions": [moved] }));
    }

    /// Presses and releases the mouse at a point of the view.
    pub fn pointer(&self, x: i64, y: i64) {
        let actions = json!([
            { "type": "pointerMove", "duration": 0, "x": x, "y": y },
            { "type": "pointerDown", "button": 0 }, { "type": "pointerUp", "button": 0 }
        ]);
        let mouse =
            json!({ "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" }, "actions": actions });
        self.session.post("actions", &json!({ "actions": [mouse] }));
    }

    /// Drags the middle of the first element that matches by so much.
    pub fn drag(&self, css: &str, x: i64, y: i64) {
        let origin = json!({ ELEMENT: self.find(css) });
        let to = |x: i64, y: i64| json!({ "type": "pointerMove", "duration": 50, "origin": origin, "x": x, "y": y });
        let actions = json!([
            to(0, 0), { "type": "pointerDown", "button": 0 }, to(x / 2, y / 2), to(x, y), { "type": "pointerUp", "button": 0 }
        ]);
        let mouse =
            json!({ "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" }, "actions": actions });
        self.session.post("actions", &json!({ "actions": [mouse] }));
    }

    /// Drags the mouse from one point of the view to another.
    pub fn drag_to(&self, from: (i64, i64), to: (i64, i64)) {
        let go = |at: (i64, i64)| json!({ "type": "pointerMove", "duration": 50, "x": at.0, "y": at.1 });
        let actions =
            json!([go(from), { "type": "pointerDown", "button": 0 }, go(to), { "type": "pointerUp", "button": 0 }]);
        let mouse =
            json!({ "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" }, "actions": actions });
        self.session.post("actions", &json!({ "actions": [mouse] }));
    }

    /// Chooses a file in an input, whether that shows or not.
    pub fn upload(&self, css: &str, file: &str) {
        self.type_into(css, file);
    }

    /// The reader wants no motion.
    pub fn calm(&self) {
        let calm = json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] });
        self.session.devtools("Emulation.setEmulatedMedia", &calm);
    }

    fn find(&self, css: &str) -> String {
        self.wait_for(&format!("deep({})", json!(css)));
        let found = self.eval(&format!("return deep({});", json!(css)));
        found[ELEMENT].as_str().expect("an element").to_owned()
    }

    /// Severe entries of the console: uncaught errors, failed loads, violations of the policy.
    fn console_errors(&self) -> Vec<String> {
        let log = self.session.post("se/log", &json!({ "type": "browser" }));
        let entries = log.as_array().cloned().unwrap_or_default();
        let severe = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        severe
            .filter_map(|entry| entry["message"].as_str().map(str::to_owned))
            .filter(|message| !self.tolerated.iter().any(|words| message.contains(words)))
            .collect()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn dist() -> PathBuf {
    let dist = std::env::var_os("LIC_DIST").map_or_else(|| root().join("dist"), PathBuf::from);
    assert!(dist.join("index.html").is_file(), "no built page in {}: run `trunk build`", dist.display());
    dist
}

fn base64(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.bytes().filter_map(base64_digit).collect();
    let groups = digits.chunks(4).flat_map(|group| {
        let bits = group.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - group.len()));
        bits.to_be_bytes()[1..group.len()].to_vec()
    });
    groups.collect()
}

fn base64_digit(byte: u8) -> Option<u32> {
    let digit = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(digit.into())
}

#[test]
fn base64_is_decoded() {
    assert_eq!(base64("aGVsbG8="), b"hello");
    assert_eq!(base64("aGVsbG8h"), b"hello!");
    assert_eq!(base64("aGVsbA=="), b"hell");
}
