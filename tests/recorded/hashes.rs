//! The lifecycle hash of every recorded scenario, as a text to be compared with the one kept.

use let_it_crash::lab::conformance::{self, Run, Scenario};

/// Kept from a native debug run: a line a scenario, its name and hash.
pub(crate) const KEPT: &str = include_str!("hashes.txt");

/// How a scenario is run: with its messages logged or without.
pub(crate) type Way = fn(&Scenario) -> Result<Run, conformance::Malformed>;

/// The hashes of the scenarios in `lines`, a line each.
pub(crate) fn table(lines: &str, run: Way) -> String {
    let row = |line| {
        let scenario = Scenario::read(line).unwrap();
        format!("{} {:016x}\n", scenario.name, run(&scenario).unwrap().hash)
    };
    lines.lines().map(row).collect()
}

/// The lines in which two tables differ.
pub(crate) fn differences(kept: &str, now: &str) -> Vec<String> {
    let lines = kept.lines().count().max(now.lines().count());
    let line = |table: &str, at| table.lines().nth(at).unwrap_or("nothing").to_owned();
    let pairs = (0..lines).map(|at| (line(kept, at), line(now, at)));
    pairs.filter(|(kept, now)| kept != now).map(|(kept, now)| format!("kept {kept}, now {now}")).collect()
}
