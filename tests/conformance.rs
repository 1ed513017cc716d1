//! The scenarios recorded from real Erlang/OTP, on our node.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::PathBuf;

use let_it_crash::lab::conformance;

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
