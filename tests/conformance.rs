//! The scenarios recorded from real Erlang/OTP, on our node.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::PathBuf;

use let_it_crash::lab::conformance::{self, Scenario};
use serde_json::{Value, json};

#[path = "recorded/scenarios.rs"]
mod scenarios;
use scenarios::RANDOM;

/// Areas, and how many scenarios each has: a file that is lost fails its area.
const AREAS: [(&str, usize); 6] =
    [("process", 41), ("gen_server", 49), ("supervisor", 110), ("dynamic", 33), ("application", 44), ("misc", 13)];

fn files(area: &str) -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance");
    let prefix = format!("{area}__");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        paths.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(&prefix)).collect();
    files.sort();
    files
}

#[test]
fn our_traces_are_those_of_otp() {
    let mut failed = 0;
    for (area, count) in AREAS {
        let files = files(area);
        assert_eq!(files.len(), count, "scenarios of area {area}");
        let failures: Vec<_> = files
            .iter()
            .filter_map(|file| Some((file, conformance::check(&fs::read_to_string(file).unwrap()).err()?)))
            .collect();
        failures.iter().for_each(|(file, why)| println!("FAIL {}: {why}", file.display()));
        println!("{area}: {} passed, {} failed", count - failures.len(), failures.len());
        failed += failures.len();
    }
    assert_eq!(failed, 0, "scenarios failed");
}

#[test]
fn our_traces_of_random_scenarios_are_those_of_otp() {
    let mut failed = 0;
    for (area, lines, count) in RANDOM {
        assert_eq!(lines.lines().count(), count, "random scenarios of area {area}");
        let failures = lines.lines().filter_map(|line| Some((line, conformance::check(line).err()?)));
        failed += failures.inspect(|(line, why)| println!("FAIL {why}\n    {line}")).count();
    }
    assert_eq!(failed, 0, "scenarios failed");
}

#[test]
fn malformed_scenarios_are_refused_in_words() {
    let with_steps = |steps: &str| format!(r#"{{"name":"x","area":"x","scenario":{{"steps":{steps}}},"expected":[]}}"#);
    for (scenario, word) in [
        ("{".to_owned(), "EOF"),
        ("[]".to_owned(), "scenario"),
        (with_steps(r#"[{"op":"dance"}]"#), "dance"),
        (with_steps(r#"[{"op":"exit"}]"#), "\"to\""),
        (with_steps(r#"[{"op":"exit","to":7}]"#), "\"to\""),
        (with_steps(r#"[{"op":"exit","to":"ctl","reason":"{a"}]"#), "is no term"),
        (with_steps(r#"[{"op":"sleep","ms":-1}]"#), "\"ms\""),
        (with_steps(r#"[{"op":"sleep","ms":1.5}]"#), "integer"),
        (with_steps(r#"[7]"#), "unknown"),
        (with_steps(r#"[{"op":"whereis","name":"a","by":"nobody"}]"#), "nobody"),
        (with_steps(&"[".repeat(1_000)), "recursion limit"),
        (with_steps(r#"[{"op":"send","to":"ctl","msg":"DEEP"}]"#).replace("DEEP", &"{".repeat(100)), "is no term"),
        (" ".repeat(2 << 20), "bytes"),
    ] {
        let refused = conformance::check(&scenario).expect_err(&scenario);
        assert!(refused.contains(word), "{refused:?} should say {word:?}");
    }
}

/// Every place in a JSON value, as its path.
fn places(value: &Value, path: &mut Vec<String>, all: &mut Vec<Vec<String>>) {
    all.push(path.clone());
    let mut inside = |key: String, value: &Value| {
        path.push(key);
        places(value, path, all);
        path.pop();
    };
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(at, item)| inside(at.to_string(), item)),
        Value::Object(fields) => fields.iter().for_each(|(key, item)| inside(key.clone(), item)),
        _ => {}
    }
}

#[test]
fn whatever_stands_in_a_scenario_it_is_run_or_refused() {
    let odd: Value =
        json!([null, "odd", "a", "ctl", "permanent", "@a", -1, 0, 7, 1_u64 << 40, [], {}, [[["x"]]], true]);
    let odd = odd.as_array().unwrap();
    let (mut refused, mut ran) = (0, 0);
    for (number, file) in AREAS.iter().flat_map(|(area, _)| files(area)).enumerate() {
        let original: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        let mut all = Vec::new();
        places(&original["scenario"], &mut Vec::new(), &mut all);
        for (at, path) in all.iter().enumerate().skip(number % 2).step_by(2) {
            let mut changed = original.clone();
            let pointer = format!("/scenario{}", path.iter().map(|key| format!("/{key}")).collect::<String>());
            *changed.pointer_mut(&pointer).unwrap() = odd[(at + number) % odd.len()].clone();
            match Scenario::read(&changed.to_string()).and_then(|scenario| conformance::run(&scenario)) {
                Ok(_) => ran += 1,
                Err(_) => refused += 1,
            }
        }
    }
    println!("{ran} ran, {refused} refused");
    assert!(refused > 1_000 && ran > 400, "{ran} ran, {refused} refused");
}
