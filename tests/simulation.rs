//! The simulator: the rules hold over millions of steps, and each of them catches its faults.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use let_it_crash::kernel::planted::Fault;
use let_it_crash::lab::invariants::RULES;
use let_it_crash::lab::simulator::{self, Outcome, Plan};

fn run(seed: u64, steps: u64) -> Outcome {
    let outcome = simulator::run(seed, steps, None);
    println!("seed {seed}: {} steps in {} episodes; {}", outcome.steps, outcome.episodes, outcome.counters);
    if let Some((violation, plan)) = &outcome.violation {
        panic!("{violation}; again: {}", plan.unwrap());
    }
    outcome
}

/// Every rule is put to the test by a run.
fn exercises_every_rule(outcome: &Outcome) {
    for rule in RULES {
        assert!(outcome.counters.of(rule) > 0, "{rule} was never put to the test");
    }
}

#[test]
fn the_rules_hold_for_millions_of_steps() {
    exercises_every_rule(&run(1, 2_500_000));
}

#[test]
fn the_rules_hold_for_millions_more() {
    exercises_every_rule(&run(2, 2_500_000));
}

/// Which rules may be the first to notice a fault.
fn caught_by(fault: Fault) -> &'static [&'static str] {
    match fault {
        Fault::NameIsKept => &["I7"],
        Fault::DownTwice => &["I3"],
        Fault::HalfUnlinked | Fault::UnlinkIsForgotten => &["I2", "I6"],
        Fault::KillIsTrapped | Fault::NormalKills => &["I5"],
        Fault::TimerFiresEarly | Fault::CancelledTimerFires => &["I8"],
        Fault::MailboxSwaps => &["I4"],
        Fault::WakeUpIsLost => &["I11"],
        Fault::ReasonIsLost => &["I6"],
        Fault::TemporaryIsRestarted => &["S4", "S5", "S8"],
        Fault::StopsInStartOrder => &["S1"],
        Fault::RestartsAreNotCounted => &["S3"],
        Fault::OrphanIsLeft => &["S2"],
        Fault::OthersAreRestarted => &["S5"],
        Fault::DependencyIsSkipped => &["A1", "A6"],
        Fault::ApplicationsStopInStartOrder | Fault::NothingIsTakenBack => &["A1"],
        Fault::EndIsIgnored => &["A2"],
        Fault::GroupIsLeft => &["A3"],
        Fault::ConfigIsIgnored => &["A4"],
        Fault::PhasesAreReversed => &["A5"],
        Fault::WrongIsBlamed => &["A6"],
        Fault::StopIsNotAnswered => &["A7"],
    }
}

#[test]
fn planted_faults_are_caught_by_their_rules() {
    for fault in Fault::ALL {
        let outcome = simulator::run(3, 300_000, Some(fault));
        let (violation, plan) = outcome.violation.unwrap_or_else(|| panic!("{fault:?} was not caught"));
        println!("{fault:?}: {violation}; {}", plan.unwrap());
        assert!(caught_by(fault).contains(&violation.rule), "{fault:?} was caught as {violation}");
    }
}

#[test]
fn a_seed_means_the_same_run() {
    let plan = Plan::new(7);
    let (one, other) = (simulator::episode(plan), simulator::episode(plan));
    assert_eq!((one.steps, one.counters), (other.steps, other.counters));
}

/// Episodes that once broke a rule, as small as they could be made.
#[test]
fn what_once_failed_holds() {
    for plan in KEPT {
        let outcome = simulator::episode(plan.parse().unwrap());
        assert_eq!(outcome.violation, None, "{plan}");
    }
}

const KEPT: [&str; 0] = [];

mod small {
    use let_it_crash::kernel::planted::Fault;
    use let_it_crash::lab::exhaustive::{explore, templates};

    /// More schedules than any template has.
    const MOST: u64 = 300_000;

    #[test]
    fn every_schedule_of_every_template_is_right() {
        let mut all = 0;
        for template in templates::ALL {
            let explored = explore(&template, MOST, None);
            println!("{}: {} schedules, at most {} steps", template.name, explored.schedules, explored.longest);
            assert_eq!(explored.wrong, None, "{}", template.name);
            assert!(!explored.cut && explored.schedules > 1, "{}: not all schedules were tried", template.name);
            all += explored.schedules;
        }
        println!("{all} schedules");
    }

    #[test]
    fn planted_faults_are_found_among_the_schedules() {
        for fault in [Fault::DownTwice, Fault::HalfUnlinked, Fault::UnlinkIsForgotten, Fault::ReasonIsLost] {
            let found = templates::ALL.iter().any(|template| explore(template, MOST, Some(fault)).wrong.is_some());
            assert!(found, "{fault:?} was not found");
        }
    }
}
