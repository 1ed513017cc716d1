//! Runs the simulator for as long as one likes:
//! `cargo run --release --no-default-features --features lab --example simulate -- --steps N --seed S`,
//! or one episode again: `-- --plan SEED/STEPS/ACTORS/TREES/APPLICATIONS`. Exit status 1 on a violation.

use std::process::ExitCode;

use let_it_crash::lab::simulator::{self, Outcome, Plan};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| args.iter().position(|arg| arg == name).and_then(|at| args.get(at + 1));
    let number = |name: &str, default: u64| option(name).map_or(Ok(default), |text| text.parse::<u64>());
    let outcome =
        match (option("--plan").map(|plan| plan.parse::<Plan>()), number("--steps", 1_000_000), number("--seed", 1)) {
            (Some(Ok(plan)), _, _) => simulator::episode(plan),
            (None, Ok(steps), Ok(seed)) => simulator::run(seed, steps, None),
            _ => {
                eprintln!("usage: simulate [--steps N] [--seed S] | --plan SEED/STEPS/ACTORS/TREES/APPLICATIONS");
                return ExitCode::from(2);
            }
        };
    report(&outcome)
}

fn report(outcome: &Outcome) -> ExitCode {
    let Outcome { steps, episodes, violation, counters } = outcome;
    println!("{steps} steps in {episodes} episodes, {} violations", u8::from(violation.is_some()));
    println!("checked: {counters}");
    match violation {
        None => ExitCode::SUCCESS,
        Some((violation, plan)) => {
            println!("{violation}");
            plan.iter().for_each(|plan| println!("again: --plan {plan}"));
            ExitCode::FAILURE
        }
    }
}
