//! How soon and how smoothly the built page answers, in headless Chrome: `./dev bench-ui`.
//!
//! Prints a JSON line an item, `{"item","ms","target_ms","samples"}` (frames a second as `"fps"`).
//! A frame's time is from its begin to when the page is free again after painting: what it costs,
//! not how often it comes.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::disallowed_methods, clippy::print_stdout, unreachable_pub, dead_code)]

#[path = "e2e/page.rs"]
mod page;
#[path = "e2e/server.rs"]
mod server;
#[path = "e2e/webdriver.rs"]
mod webdriver;

use std::time::Duration;

use page::{Page, View, with_page};
use serde_json::{Value, json};

/// Loads that the first paint is measured on, clicks, and seconds of frames.
const LOADS: usize = 7;
const CLICKS: usize = 15;
const SECONDS: u64 = 5;

/// Runs in each new document before anything else: when the tree has been painted first.
const FIRST_PAINT: &str = "
  const find = (css, root) => [...root.querySelectorAll('*')].map((node) =>
    node.matches(css) ? node : node.shadowRoot && find(css, node.shadowRoot)).find(Boolean);
  const look = () => {
    if (!find('.card, .row', document)) return requestAnimationFrame(look);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { window.firstPaint = performance.now(); };
    port2.postMessage(0);
  };
  requestAnimationFrame(look);
";

/// Collects the cost and the distance of frames in `window.frames`.
const WATCH: &str = "
  const { port1, port2 } = new MessageChannel();
  const seen = window.frames_ = { cost: [], gap: [], on: true };
  let begin = 0, last = 0;
  port1.onmessage = () => seen.cost.push(performance.now() - begin);
  const frame = (at) => {
    if (!seen.on) return;
    begin = at;
    if (last) seen.gap.push(at - last);
    last = at;
    port2.postMessage(0);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
";

/// From the next press of the mouse to the first paint that shows another process.
const ANSWER: &str = "
  window.answer = null;
  const title = () => deep('.inspector h2')?.textContent ?? '';
  addEventListener('mousedown', (event) => {
    const before = title(), { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { window.answer = performance.now() - event.timeStamp; };
    const look = () => title() === before ? requestAnimationFrame(look) : port2.postMessage(0);
    requestAnimationFrame(look);
  }, { once: true, capture: true });
";

fn main() {
    first_paint();
    calls();
    crowd();
    idle();
}

fn first_paint() {
    let mut times = Vec::new();
    with_page("", View::default(), |page| {
        page.before_every_page(FIRST_PAINT);
        for load in 0..LOADS {
            page.goto(&format!("?load={load}"));
            page.wait_for("window.firstPaint");
            times.push(page.eval("return window.firstPaint").as_f64().unwrap());
        }
    });
    report("first paint of the live tree", "median", percentile(&mut times, 0.5), 1_000.0, times.len());
}

fn calls() {
    with_page("index.html?seed=7", View::default(), |page| {
        page.wait_for("deep('.row[data-name=\"Seq.FibServer\"]')");
        page.eval(
            "const select = deep('.auto-run select');
             select.selectedIndex = [...select.options].findIndex((option) => option.textContent.trim() === '100 /s');
             select.dispatchEvent(new Event('change', { bubbles: true }))",
        );
        std::thread::sleep(Duration::from_secs(2));
        frames(page, "seq at 100 calls a second", 16.0, |_| ());
    });
}

fn crowd() {
    with_page("index.html?app=crowd&seed=7", View::default(), |page| {
        page.wait_for("deep('.wall [role=grid]')?.ariaLabel.includes('restarted')");
        frames(page, "10,000 processes, 100 crash a second", 33.0, |_| ());
        let mut times: Vec<f64> = (0..CLICKS).filter_map(|number| answer(page, number)).collect();
        report("a click among 10,000 processes is answered", "p95", percentile(&mut times, 0.95), 100.0, times.len());
        rows(page);
        sorted(page);
    });
}

/// The table of all of them in the order of their names, while they crash.
fn sorted(page: &Page) {
    let press = |text: &str| {
        page.wait_for(&format!("deepAll('button').some((one) => one.textContent === '{text}')"));
        page.eval(&format!("deepAll('button').find((one) => one.textContent === '{text}').click()"));
    };
    press("Table");
    press("Name");
    page.wait_for("deep('.processes th:nth-child(2)')?.ariaSort === 'ascending'");
    frames(page, "10,000 processes, sorted by name", 33.0, |_| ());
}

/// 100,000 processes that do nothing, while a reader moves from one to the next.
fn idle() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("lic-idle.json");
    let scenario = r#"{"name": "idle", "tree": {"id": "top", "strategy": "rest_for_one", "children": [
        {"id": "crowd", "dynamic": true}, {"id": "starter", "starts": ["crowd", 100000]}]}}"#;
    std::fs::write(&file, scenario).unwrap();
    with_page("index.html?seed=7", View::default(), |page| {
        page.wait_for("deep('#scenario-file')");
        page.upload("#scenario-file", file.to_str().unwrap());
        for _ in 0..6 {
            let full = "return deep('.wall [role=grid]')?.ariaLabel.includes('100,000 running') ?? false";
            if page.eval(full) == json!(true) {
                break;
            }
            std::thread::sleep(Duration::from_secs(5));
        }
        page.wait_for("deep('.wall [role=grid]').ariaLabel.includes('100,000 running')");
        page.click(".wall canvas");
        frames(page, "100,000 idle processes, selecting", 33.0, |page| page.press("\u{E014}\u{E015}"));
        frames(page, "100,000 idle processes, scrolling", 33.0, |page| {
            page.eval("const wall = deep('.wall [role=grid]'); wall.scrollTop = (wall.scrollTop + 40) % 400");
        });
        frames(page, "100,000 idle processes, looking", 33.0, |_| ());
        rows(page);
    });
}

/// The most children that any element has.
fn rows(page: &Page) {
    let most = page.eval("return Math.max(...deepAll('.app *').map((node) => node.childElementCount))");
    println!("{}", json!({ "item": "most rows of anything", "rows": most, "target_rows": 300 }));
    eprintln!("{:<48} {:>12} {:>22}", "most rows of anything", most.to_string(), "at most 300");
}

fn answer(page: &Page, number: usize) -> Option<f64> {
    page.eval(ANSWER);
    let at = page.eval("const box = deep('.wall canvas').getBoundingClientRect(); return [box.x, box.y, box.width]");
    let (x, y, width) = (at[0].as_f64()?, at[1].as_f64()?, at[2].as_f64()?);
    let x = x + 10.0 + (number as f64 * 37.0) % (width - 40.0);
    page.pointer(x as i64, (y + 12.0 + (number as f64 * 13.0) % 60.0) as i64);
    page.wait_for("window.answer !== null");
    page.eval("return window.answer").as_f64()
}

/// What frames cost, and how many there are a second, while something is done again and again.
fn frames(page: &Page, item: &str, target: f64, act: impl Fn(&Page)) {
    page.eval(WATCH);
    let begun = std::time::Instant::now();
    while begun.elapsed() < Duration::from_secs(SECONDS) {
        act(page);
        std::thread::sleep(Duration::from_millis(50));
    }
    let seen = page.eval("window.frames_.on = false; return window.frames_");
    let list = |name: &str| -> Vec<f64> { seen[name].as_array().unwrap().iter().filter_map(Value::as_f64).collect() };
    let (mut cost, gap) = (list("cost"), list("gap"));
    let fps = gap.len() as f64 / (gap.iter().sum::<f64>() / 1_000.0).max(0.001);
    let median = percentile(&mut cost, 0.5);
    report(item, "p95 of a frame", percentile(&mut cost, 0.95), target, cost.len());
    println!("{}", json!({ "item": item, "fps": (fps * 10.0).round() / 10.0, "median_ms": median, "target_fps": 30 }));
    eprintln!("{:<48} {:>10} ms {:>22}", "", rounded(median), format!("median; {:.0} frames/s", fps));
}

fn percentile(times: &mut [f64], share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    let at = ((times.len() as f64 * share).ceil() as usize).clamp(1, times.len().max(1)) - 1;
    times.get(at).copied().unwrap_or(f64::NAN)
}

fn rounded(ms: f64) -> String {
    format!("{ms:.1}")
}

fn report(item: &str, what: &str, ms: f64, target: f64, samples: usize) {
    println!("{}", json!({ "item": item, "what": what, "ms": ms, "target_ms": target, "samples": samples }));
    let verdict = if ms <= target { "within" } else { "BEYOND" };
    eprintln!("{item:<48} {:>10} ms {:>22}", rounded(ms), format!("{what}; {verdict} {target}"));
}
