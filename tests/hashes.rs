//! The same scenario gives the same lifecycle hash: in debug and release, in the browser
//! (`tests/web/hashes.rs`), and with messages logged or not. `RECORD=1` keeps today's hashes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use let_it_crash::lab::conformance::{self, Scenario};

#[path = "recorded/hashes.rs"]
mod hashes;
#[path = "recorded/scenarios.rs"]
mod scenarios;

use hashes::{KEPT, Way, differences, table};
use scenarios::RANDOM;

/// All scenarios: those made at random, then the files.
fn everything(run: Way) -> String {
    let random = RANDOM.iter().map(|(_, lines, _)| table(lines, run));
    random.chain([table(&files(), run)]).collect()
}

fn files() -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read_to_string(file).unwrap().replace('\n', " ") + "\n").collect()
}

#[test]
fn every_scenario_has_the_hash_that_was_kept() {
    let now = everything(conformance::hashed);
    if std::env::var_os("RECORD").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recorded/hashes.txt"), &now).unwrap();
        return;
    }
    let differ = differences(KEPT, &now);
    println!("{} hashes, {} differ", now.lines().count(), differ.len());
    assert!(differ.is_empty(), "{differ:#?}");
    assert_eq!(now.lines().count(), 351 + 64 + 290);
}

#[test]
fn logging_the_messages_leaves_every_hash_as_it_is() {
    let differ = differences(&everything(conformance::hashed), &everything(conformance::hashed_with_messages));
    assert!(differ.is_empty(), "{differ:#?}");
}

#[test]
fn another_run_has_another_hash() {
    let mut hashes: Vec<&str> = KEPT.lines().map(|line| line.split(' ').nth(1).unwrap()).collect();
    let all = hashes.len();
    hashes.sort_unstable();
    hashes.dedup();
    // Short scenarios may do the same thing; no more than a few.
    assert!(hashes.len() > all - all / 20, "{} of {all} hashes are different ones", hashes.len());
}

#[test]
fn messages_are_logged_when_they_are_asked_for() {
    let scenario = Scenario::read(RANDOM[0].1.lines().next().unwrap()).unwrap();
    let without = conformance::hashed(&scenario).unwrap();
    let with = conformance::hashed_with_messages(&scenario).unwrap();
    assert_eq!((without.messages, with.messages > 0), (0, true));
    assert_eq!(with.trace, without.trace);
}
