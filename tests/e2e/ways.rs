//! Each way to die, by what it leaves behind for a reader to see.

use serde_json::json;

use crate::page::{Page, View, with_page};
use crate::reader::{FIB, choose, drawn, let_pass, of, open, press, select};

/// Presses the button with this label in the crash menu.
pub(crate) fn die(page: &Page, label: &str) {
    press(page, ".do-crash");
    page.wait_for("deep('.crash-menu')");
    let all = page.eval(&format!(
        "const way = deepAll('.crash-menu button').find((way) => way.textContent === {}); way?.click();
         return way ? '' : deepAll('.crash-menu button').map((way) => way.textContent).join()",
        json!(label)
    ));
    assert_eq!(all, "", "no {label}");
}

/// Opens the error reports as they come, until one says this.
fn logged(page: &Page, words: &str) {
    page.wait_for(&format!(
        "(deepAll('.line.error:not(.open) .first').forEach((line) => line.click()),
          deepAll('.line.error').some((line) => line.textContent.includes({})))",
        json!(words)
    ));
}

pub(crate) fn again(page: &Page, number: u32) {
    page.wait_for(&format!("deep('.inspector .again')?.textContent === '×{number}'"));
}

pub(crate) fn button(page: &Page, text: &str) {
    page.wait_for(&format!("deepAll('button').some((one) => one.textContent === {})", json!(text)));
    page.eval(&format!("deepAll('button').find((one) => one.textContent === {}).click()", json!(text)));
}

#[test]
fn each_way_to_die_is_told_with_its_reason() {
    open(View::default(), |page| {
        choose(page, ".speed select", "8×");
        let ways = [
            ("raise", "(RuntimeError) boom"),
            ("throw(boom)", "bad return value: :boom"),
            ("exit(boom)", ":boom"),
            ("{:stop, …}(boom)", ":boom"),
            ("bad return", "bad return value: :oops"),
            ("bad match", "(MatchError) no match of right hand side value: :error"),
            ("call time-out", "time out"),
            ("boom", ":boom"),
            ("exit(:shutdown)", "shutdown"),
            ("linked peer ends: exit(boom)", ":boom"),
            (":kill", "killed"),
        ];
        for ((label, said), number) in ways.into_iter().zip(2..) {
            die(page, label);
            again(page, number);
            logged(page, said);
            // Three restarts in five seconds are the budget.
            let_pass(page, 1.7);
        }
        assert_eq!(page.eval(&format!("return {}", of(FIB, ".dataset.state"))), "running");
    });
}

#[test]
fn starts_that_fail_spend_the_budget_and_are_reported() {
    open(View::default(), |page| {
        die(page, "kill; starts that fail: 2");
        page.wait_for(&of(FIB, ".dataset.state === 'running'"));
        logged(page, "start_fails");
        select(page, "Seq.Supervisor");
        page.wait_for("deep('.panel dl').textContent.includes('0 / 3')");
        assert_eq!(drawn(page, ".card.selected .ring text"), "0");
        // As many as the reader chooses: with four, whoever tries to start it again gives up too.
        select(page, FIB);
        press(page, ".do-crash");
        choose(page, ".crash-menu select", "4");
        button(page, "kill; starts that fail: 4");
        page.wait_for("deep('.start-again')");
    });
}

#[test]
fn a_slow_shutdown_is_waited_for_and_then_killed() {
    open(View::default(), |page| {
        die(page, "slow shutdown (10 s)");
        press(page, ".row[data-name=seq]");
        press(page, ".do-stop-app");
        page.wait_for("deep('.inspector .chip').textContent.includes('stopping')");
        page.wait_for("deep('.start-again')");
        logged(page, "killed");
    });
}

#[test]
fn a_flood_shows_as_messages_that_wait() {
    open(View::default(), |page| {
        button(page, "Suspend");
        page.wait_for(&of(FIB, ".dataset.state === 'suspended'"));
        die(page, "flood of 1,000 messages");
        page.wait_for("deep('.card.selected .mail text')?.textContent === '✉1000'");
        press(page, "#tab-messages");
        page.wait_for("deep('.panel .terms')?.textContent.includes('{:flood, 0}')");
        assert!(page.text(".panel .terms").contains("+970"), "{}", page.text(".panel .terms"));
        press(page, ".do-resume");
        page.wait_for("!deep('.card.selected .mail')");
    });
}

#[test]
fn who_is_suspended_says_so_until_resumed() {
    open(View::default(), |page| {
        press(page, ".do-suspend");
        page.wait_for("deep('.inspector .chip').textContent === 'suspended'");
        page.wait_for("deep('.card.selected').classList.contains('suspended')");
        press(page, ".do-next");
        std::thread::sleep(std::time::Duration::from_millis(300));
        let asked = page.eval("return deep('.reply code')?.textContent");
        assert_ne!(asked, ":next", "it does not answer");
        press(page, ".do-resume");
        page.wait_for("deep('.reply output')?.textContent === '0'");
        page.wait_for("deep('.inspector .chip').textContent === 'running'");
    });
}

#[test]
fn why_something_ended_leads_back_to_the_first_fault() {
    open(View::default(), |page| {
        press(page, ".do-relentless");
        page.wait_for("deep('.start-again')");
        press(page, ".row[data-name=\"Seq.Root\"]");
        page.wait_for("deep('.chain li')");
        let steps = page.eval("return deepAll('.chain li').map((step) => step.textContent)");
        let steps: Vec<String> = serde_json::from_value(steps).unwrap();
        assert!(steps.len() >= 3, "{steps:?}");
        assert!(steps.last().unwrap().contains(":killed") || steps.last().unwrap().contains("exit/2"), "{steps:?}");
        assert!(page.text(".inspector .why").contains(":shutdown"), "{}", page.text(".inspector .why"));
        assert!(page.text(".chain h3").contains("Why did it end?"));
        // The first fault, in words; and of one that runs again, why the one before it ended.
        assert!(page.text(".chain").contains("nobody can trap it"), "{}", page.text(".chain"));
        press(page, ".start-again");
        page.wait_for(&of(FIB, "?.dataset.state === 'running'"));
        select(page, FIB);
        die(page, "raise");
        page.wait_for("deep('.chain')?.textContent.includes('nobody rescued it')");
        assert!(page.text(".chain h3").contains("Why did the one before it end?"));
    });
}

#[test]
fn a_temporary_child_stays_a_tombstone_with_its_reason() {
    with_page("index.html?app=restarts&seed=7", View::default(), |page| {
        page.wait_for("deep('.row[data-name=\":temporary\"]')");
        select(page, ":temporary");
        die(page, "exit(boom)");
        page.wait_for("deepAll('.card.tombstone .sub').some((sub) => sub.textContent.includes(':boom'))");
        page.wait_for("deep('.inspector .why')?.textContent.includes(':boom')");
    });
}

#[test]
fn repeated_crashes_give_mtbf_mttr_and_availability() {
    open(View::default(), |page| {
        choose(page, ".speed select", "8×");
        for number in 2..4 {
            die(page, ":kill");
            again(page, number);
            let_pass(page, 1.0);
        }
        let facts = "deepAll('.panel dt').map((name) => [name.textContent, name.nextElementSibling.textContent])";
        page.wait_for(&format!("{facts}.some(([name]) => name === 'MTBF')"));
        let facts = page.eval(&format!("return Object.fromEntries({facts})"));
        assert!(facts["MTBF"].as_str().unwrap().ends_with('s'), "{facts}");
        assert!(facts["MTTR"].as_str().unwrap().ends_with('s'), "{facts}");
        assert!(facts["availability"].as_str().unwrap().ends_with('%'), "{facts}");
        let share = drawn(page, ".lane.selected .share");
        assert_eq!(facts["availability"], share.as_str());
    });
}

#[test]
fn a_traced_process_is_still_traced_after_its_restart() {
    open(View::default(), |page| {
        press(page, "#tab-messages");
        press(page, ".trace-own");
        page.wait_for("deep('.trace-own').ariaPressed === 'true'");
        die(page, ":kill");
        again(page, 2);
        page.wait_for("deep('.trace-own')?.ariaPressed === 'true'");
        press(page, ".do-next");
        page.wait_for("deep('.traced')?.textContent.includes('$gen_call')");
        press(page, ".trace-own");
        page.wait_for("deep('.trace-own').ariaPressed === 'false'");
    });
}
