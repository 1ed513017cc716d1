//! Every recorded scenario has the hash in the browser that it has natively.

use let_it_crash::lab::conformance;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::hashes::{KEPT, Way, differences, table};
use crate::scenarios::RANDOM;

fn agree(run: Way) {
    let now: String = RANDOM.iter().map(|(_, lines, _)| table(lines, run)).collect();
    let count = now.lines().count();
    let kept: String = KEPT.lines().take(count).map(|line| line.to_owned() + "\n").collect();
    let differ = differences(&kept, &now);
    wasm_bindgen_test::console_log!("{count} hashes, {} differ", differ.len());
    assert!(differ.is_empty(), "{differ:#?}");
    assert!(count >= 200);
}

#[wasm_bindgen_test]
fn every_scenario_has_the_hash_that_it_has_natively() {
    agree(conformance::hashed);
}

#[wasm_bindgen_test]
fn every_scenario_has_it_with_its_messages_logged() {
    agree(conformance::hashed_with_messages);
}
