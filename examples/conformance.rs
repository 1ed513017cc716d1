//! Runs scenario files or folders on our node and compares their traces with those of real
//! Erlang/OTP. `--area NAME` selects, `--print FILE` shows our trace as JSON.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use let_it_crash::lab::conformance::{self, Scenario};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (mut area, mut files) = (None, Vec::new());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--print" => return print(arguments.next().unwrap_or_default().as_ref()),
            "--area" => area = arguments.next(),
            path => collect(path.as_ref(), &mut files),
        }
    }
    let results: Vec<_> = files.iter().filter_map(|file| check(file, area.as_deref())).collect();
    let failed = results.iter().filter(|passed| !**passed).count();
    println!("{} passed, {failed} failed", results.len() - failed);
    if failed == 0 && !results.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(path) else { return files.push(path.to_owned()) };
    let mut inside: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    inside.retain(|path| path.is_dir() || path.extension().is_some_and(|end| end == "json"));
    inside.sort();
    inside.iter().for_each(|path| collect(path, files));
}

/// Did it pass? `None` if it is of another area.
fn check(file: &Path, area: Option<&str>) -> Option<bool> {
    let outcome = match std::fs::read_to_string(file) {
        Ok(text) if area.is_some_and(|area| is_of_other_area(&text, area)) => return None,
        Ok(text) => conformance::check(&text),
        Err(error) => Err(error.to_string()),
    };
    if let Err(why) = &outcome {
        println!("FAIL {}: {why}", file.display());
    }
    Some(outcome.is_ok())
}

fn is_of_other_area(text: &str, area: &str) -> bool {
    Scenario::read(text).is_ok_and(|scenario| scenario.area != area)
}

fn trace(file: &Path) -> Result<serde_json::Value, String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let scenario = Scenario::read(&text).map_err(|error| error.to_string())?;
    let steps = conformance::run(&scenario).map_err(|error| error.to_string())?;
    Ok(serde_json::json!({ "steps": steps }))
}

fn print(file: &Path) -> ExitCode {
    match trace(file) {
        Ok(trace) => {
            println!("{trace}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}: {error}", file.display());
            ExitCode::FAILURE
        }
    }
}
