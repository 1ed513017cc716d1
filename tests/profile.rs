//! Which functions of the page run while a reader only looks: `./dev profile`.
//!
//! Wants a page built with `LIC_MARK=1`, whose every function sets a global when it runs (dev.d/lib/parts.mjs),
//! and writes the keys of all that did not into the file `$LIC_LATER`: the second part of the page.

#![cfg(not(target_arch = "wasm32"))]
// A harness waits by the real clock, and may fail loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::indexing_slicing, clippy::disallowed_methods)]
#![allow(unreachable_pub, dead_code)]

#[path = "e2e/page.rs"]
mod page;
#[path = "e2e/server.rs"]
mod server;
#[path = "e2e/webdriver.rs"]
mod webdriver;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::page::{Page, View, with_page};

/// How long a reader looks at each page.
const LOOK: Duration = Duration::from_secs(6);

const TAB: &str = "\u{E004}";

/// Keeps the exports of every instance, which nothing else of the page gives away.
const KEEP: &str = "window.kept = [];
    WebAssembly.Instance = class extends WebAssembly.Instance {
      constructor(...of) { super(...of); kept.push(this.exports); }
    };";

/// The marks of all instances: `KEY 1` where one ran, `KEY 0` where none did.
const MARKS: &str = "return kept.flatMap((exports) => Object.entries(exports))
    .filter(([name]) => name.startsWith('ran '))
    .map(([name, mark]) => `${name.slice(4)} ${mark.value}`);";

#[test]
fn what_a_reader_who_only_looks_does_not_run_comes_later() {
    let mut ran = BTreeMap::new();
    for (width, scheme, language) in [(1280, "light", "en-US"), (768, "dark", "ko-KR"), (360, "light", "ko-KR")] {
        with_page("", View { scheme, language, ..View::wide(width) }, |page| {
            page.before_every_page(KEEP);
            for path in ["index.html", "guide.html", "guide.ko.html"] {
                page.goto(path);
                look(page);
                note(page, &mut ran);
            }
        });
    }
    let later: Vec<&str> = ran.iter().filter(|(_, ran)| !**ran).map(|(key, _)| key.as_str()).collect();
    assert!(later.len() > 500 && ran.len() - later.len() > 500, "{} of {} never ran", later.len(), ran.len());
    let about =
        "Keys (parts.mjs) of the functions that a reader who only looks does not need: ./dev profile writes them.";
    let file = std::env::var("LIC_LATER").expect("LIC_LATER names the file to write");
    std::fs::write(file, format!("# {about}\n{}\n", later.join("\n"))).expect("the file can be written");
    println!("{} functions for a reader who looks, {} later", ran.len() - later.len(), later.len());
}

/// Every widget is brought into view and lives for a while; the pointer and the focus come by.
fn look(page: &Page) {
    page.wait_for("deep('.app')");
    page.eval("deepAll('let-it-crash').at(-1).scrollIntoView()");
    page.wait_for("deepAll('.app').length === deepAll('let-it-crash').length");
    std::thread::sleep(LOOK);
    page.eval("deep('let-it-crash').scrollIntoView()");
    for part in [".card", ".timeline", ".log", ".app"] {
        if page.eval(&format!("return Boolean(deep('{part}')?.getClientRects().length)")) == true {
            page.point_at(part);
        }
    }
    page.press(&TAB.repeat(3));
}

fn note(page: &Page, ran: &mut BTreeMap<String, bool>) {
    let marks = page.eval(MARKS);
    for mark in marks.as_array().expect("a list of marks") {
        let (key, value) = mark.as_str().and_then(|mark| mark.split_once(' ')).expect("a mark");
        *ran.entry(key.to_owned()).or_default() |= value == "1";
    }
}
