//! The built page in headless Chrome: `cargo test --no-default-features --test e2e`.
//!
//! Wants `chromedriver` and Chrome, and a site built by Trunk in `dist` (or `$LIC_DIST`).
//! Screenshots go to `$LIC_SHOTS`, by default `target/shots`; a failing test leaves one there.

#![cfg(not(target_arch = "wasm32"))]
// Tests may fail loudly, and a harness waits by the real clock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::indexing_slicing, clippy::disallowed_methods)]
#![allow(unreachable_pub)]

#[path = "e2e/applications.rs"]
mod applications;
#[path = "e2e/audit.rs"]
mod audit;
#[path = "e2e/beats.rs"]
mod beats;
#[path = "e2e/cards.rs"]
mod cards;
#[path = "e2e/chaos.rs"]
mod chaos;
#[path = "e2e/embedding.rs"]
mod embedding;
#[path = "e2e/fits.rs"]
mod fits;
#[path = "e2e/focus.rs"]
mod focus;
#[path = "e2e/hostile.rs"]
mod hostile;
#[path = "e2e/keyboard.rs"]
mod keyboard;
#[path = "e2e/logs.rs"]
mod logs;
#[path = "e2e/moments.rs"]
mod moments;
#[path = "e2e/newcomer.rs"]
mod newcomer;
#[path = "e2e/page.rs"]
#[allow(dead_code)] // the harness may offer more than the tests of the day use
mod page;
#[path = "e2e/picture.rs"]
mod picture;
#[path = "e2e/processes.rs"]
mod processes;
#[path = "e2e/reader.rs"]
mod reader;
#[path = "e2e/scenarios.rs"]
mod scenarios;
#[path = "e2e/server.rs"]
mod server;
#[path = "e2e/site.rs"]
mod site;
#[path = "e2e/split.rs"]
mod split;
#[path = "e2e/steps.rs"]
mod steps;
#[path = "e2e/telemetry.rs"]
mod telemetry;
#[path = "e2e/ties.rs"]
mod ties;
#[path = "e2e/visible.rs"]
mod visible;
#[path = "e2e/walls.rs"]
mod walls;
#[path = "e2e/ways.rs"]
mod ways;
#[path = "e2e/webdriver.rs"]
mod webdriver;
