//! A run recorded natively, done again in the browser.

use let_it_crash::session::Session;
use wasm_bindgen_test::wasm_bindgen_test;

/// `tests/session.rs` writes it, and sees to it that it is what happens natively today.
const RUN: &str = include_str!("run.json");

#[wasm_bindgen_test]
fn the_same_run_gives_the_same_lifecycle_hash_as_natively() {
    let replay = Session::replay(RUN).unwrap();
    let recorded: serde_json::Value = serde_json::from_str(RUN).unwrap();
    assert_eq!(format!("{:016x}", replay.hash()), recorded["hash"].as_str().unwrap());
    assert!(replay.is_same());
}

#[wasm_bindgen_test]
fn another_seed_gives_another_hash() {
    let other = RUN.replacen("\"seed\":5", "\"seed\":6", 1);
    assert_ne!(other, RUN);
    assert!(!Session::replay(&other).unwrap().is_same());
}
