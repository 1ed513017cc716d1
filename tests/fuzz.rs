//! The fuzz targets, on the same few thousand inputs each time. Longer, and other inputs:
//! `FUZZ_INPUTS=1000000 FUZZ_SEED=7 cargo test --release --no-default-features --features lab --test fuzz`,
//! or with a guide, where cargo-fuzz is installed: `cargo fuzz run term` (or `scenario`, `commands`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use let_it_crash::lab::fuzz::{Target, commands, mutated, scenario, term};
use let_it_crash::lab::simulator::random::Random;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Runs a target on its seeds, and on so many inputs made from them.
fn smoke(target: Target, seeds: &[Vec<u8>], inputs: u64) {
    seeds.iter().for_each(|seed| target(seed).unwrap());
    let mut random = Random::new(setting("FUZZ_SEED", 1));
    for _ in 0..setting("FUZZ_INPUTS", inputs) {
        let seed = &seeds[random.below(seeds.len())];
        let data = mutated(&mut random, seed);
        if let Err(wrong) = target(&data) {
            panic!("{wrong}; the input was {:?}", String::from_utf8_lossy(&data));
        }
    }
}

fn bytes(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

#[test]
fn terms() {
    let app = std::fs::read("static/seq.app").unwrap();
    let mut seeds = bytes(&[
        "{ok, [1, -2, 3.5e10, 'an atom', \"text\\n\\x{1F600}\", <<\"bytes\", 1, 255>>], #{a => #{}, [] => {}}}.",
        "[a | b]",
        "16#ff. $a. 2#1010. -0.0. 1_000. 123456789012345678901234567890.",
    ]);
    seeds.push(app);
    smoke(term, &seeds, 20_000);
}

#[test]
fn scenarios() {
    let names = ["process__link_chain", "supervisor__one_for_all_permanent_kill", "gen_server__call_timeout"];
    let read = |name: &str| std::fs::read(format!("tests/conformance/{name}.json")).unwrap();
    smoke(scenario, &names.map(read), 1_500);
}

#[test]
fn command_streams() {
    let seeds = bytes(&[
        r#"{"do":"next","server":{"name":"Seq.FibServer"}}
{"do":"crash","target":{"name":"Seq.ArithServer"},"how":{"kind":"raise","with":"boom"}}
{"do":"chaos","per_minute":600}
{"do":"auto_run","rate":50}"#,
        r#"{"do":"start_sequence","name":":geo1","spec":{"sequence":"geo","a1":"3","r":"7"}}
{"do":"crash","target":{"pid":5},"how":{"kind":"signal","with":"kill"}}
{"do":"stop_application","name":":seq"}
{"do":"start_application","name":":seq","start_type":"permanent"}
{"do":"suspend","target":{"name":"Seq.FibServer"}}"#,
        r#"{"do":"crash","target":{"name":"Seq.Supervisor"},"how":{"kind":"exit","with":"{shutdown, [x]}"}}
{"do":"system_env","variable":"SEQ_A1","value":"99"}
{"do":"crash","target":{"name":"Seq.FibServer"},"how":{"kind":"endless_loop"}}
{"do":"trace","on":true}"#,
    ]);
    smoke(commands, &seeds, 300);
}
