//! Scenarios made at random, and corners that chance does not reach, recorded from Erlang/OTP, one a
//! line; shared by the native tests and those in the browser, which has no files.

/// By area the scenarios, and how many there are.
pub(crate) const RANDOM: [(&str, &str, usize); 6] = [
    ("process", include_str!("process.jsonl"), 77),
    ("gen_server", include_str!("gen_server.jsonl"), 45),
    ("supervisor", include_str!("supervisor.jsonl"), 130),
    ("dynamic", include_str!("dynamic.jsonl"), 59),
    ("application", include_str!("application.jsonl"), 40),
    ("corners", include_str!("corners.jsonl"), 64),
];
