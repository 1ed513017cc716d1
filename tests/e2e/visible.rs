//! What must be visible of a process: its ties, its spec, its lives and its end.

use serde_json::json;

use crate::page::{Page, View, with_page};
use crate::reader::{FIB, drawn, of, open, press, select, write};
use crate::ways::{again, button, die};

/// Shows what is folded in the list and the picture.
pub(crate) fn unfold(page: &Page, name: &str) {
    let row = of(name, "");
    page.wait_for(&row);
    page.eval(&format!("{row}.querySelector('.twisty:not(.open)')?.click()"));
    page.wait_for(&of(name, ".ariaExpanded === 'true'"));
}

#[test]
fn a_link_beside_the_tree_is_a_line_of_its_own() {
    open(View::default(), |page| {
        unfold(page, "System");
        select(page, "application master");
        page.wait_for("deepAll('.picture .link').length === 1");
        let dashes = |css: &str| page.eval(&format!("return getComputedStyle(deep('{css}')).strokeDasharray"));
        assert_ne!(dashes(".picture .link"), "none");
        assert_eq!(dashes(".picture .edge"), "none");
        select(page, FIB);
        page.wait_for("!deep('.picture .link')");
    });
}

#[test]
fn pointing_at_a_card_tells_what_would_happen_if_it_died() {
    with_page("index.html?app=strategies&seed=7", View::default(), |page| {
        page.wait_for("deep('.row[data-name=\":b2\"]')");
        page.click(".transport .play");
        let card = "deepAll('.card').find((card) => card.textContent.startsWith(':b2'))";
        page.eval(&format!("{card}.dispatchEvent(new MouseEvent('mouseenter', {{ composed: true }}))"));
        let told = "If it died now → stop: :b3, :b1 · start again: :b1, :b2, :b3";
        page.wait_for(&format!("deep('.preview').textContent === {}", json!(told)));
        page.wait_for("deepAll('.card .tag.start').length === 3 && deepAll('.card .tag.stop').length === 2");
        page.eval("deep('.picture svg').dispatchEvent(new MouseEvent('mouseleave', { composed: true }))");
        page.wait_for("deep('.preview').textContent === '' && !deep('.card .tag')");
    });
}

#[test]
fn a_child_spec_says_how_the_child_is_started_stopped_and_restarted() {
    open(View::default(), |page| {
        press(page, "#tab-spec");
        let facts = "Object.fromEntries(deepAll('.panel dt').map((name) => [name.textContent, name.nextElementSibling.innerText]))";
        let facts = page.eval(&format!("return {facts}"));
        let said = |name: &str| facts[name].as_str().unwrap_or_default().to_owned();
        assert_eq!([said("id"), said("restart"), said("type")], [FIB, "permanent", "worker"]);
        assert_eq!([said("shutdown"), said("significant")], ["5000 ms", "false"]);
        assert!(said("start").contains("Seq.Server") && said("start").contains("start_link"), "{facts}");
        assert!(page.text(".panel .hint").contains("permanent always comes back"));
    });
}

#[test]
fn sequences_of_all_three_kinds_are_started_with_ones_own_numbers() {
    open(View::default(), |page| {
        for (kind, name, numbers, values) in [
            ("arith", "mine", Some(("100", "-30")), ["100", "70", "40"]),
            ("fib", "second", None, ["0", "1", "1"]),
            ("geo", "third", Some(("5", "-2")), ["5", "-10", "20"]),
        ] {
            press(page, ".new-sequence");
            page.wait_for("deep('.sequence-form')");
            page.eval(&format!(
                "const kinds = deep('.sequence-form select'); kinds.value = '{kind}';
                 kinds.dispatchEvent(new Event('change', {{ bubbles: true }}))"
            ));
            page.wait_for(&format!("Boolean(deep('#seq-first')) === {}", numbers.is_some()));
            write(page, "#seq-name", name);
            if let Some((first, second)) = numbers {
                write(page, "#seq-first", first);
                write(page, "#seq-second", second);
            }
            press(page, ".sequence-form .primary");
            page.wait_for(&format!("deep('.inspector h2')?.textContent === ':{name}'"));
            for (value, calls) in values.into_iter().zip(1..) {
                press(page, ".do-next");
                page.wait_for(&format!("deep('.reply output')?.textContent === '{value}' && {calls} > 0"));
            }
        }
    });
}

#[test]
fn a_lane_marks_each_end_each_new_life_and_the_time_between() {
    open(View::default(), |page| {
        die(page, ":kill");
        again(page, 2);
        page.wait_for("deep('.lane.selected .exit title')?.textContent.endsWith(':killed')");
        assert_eq!(drawn(page, ".lane.selected .again title"), "×2");
        page.wait_for("deepAll('.lane.selected .up').length === 2 && deepAll('.lane.selected .up.over').length === 1");
        press(page, ".do-relentless");
        page.wait_for("deep('.start-again')");
        page.wait_for("deepAll('.lane .gap').length >= 2");
        // The same in words, for who does not see them.
        let words = page.eval("return deepAll('.timeline ul.sr li').map((lane) => lane.textContent).join()");
        assert!(words.as_str().unwrap().contains(&format!("{FIB}: incarnation ")), "{words}");
    });
}

#[test]
fn a_normal_signal_is_ignored_and_a_normal_exit_of_a_permanent_child_is_not() {
    open(View::default(), |page| {
        let pid = page.text(".inspector .under code");
        die(page, ":normal");
        press(page, ".do-next");
        page.wait_for("deep('.reply output')?.textContent === '0'");
        assert_eq!(page.text(".inspector .under code"), pid, "it has died of nothing");
        die(page, "exit(:normal)");
        again(page, 2);
        page.wait_for("deep('.chain')?.textContent.includes('It had finished.')");
        die(page, ":shutdown");
        again(page, 3);
        page.wait_for("deep('.chain')?.textContent.includes('It was told to stop.')");
    });
}

#[test]
fn an_endless_loop_works_on_while_the_page_answers_until_it_is_killed() {
    open(View::default(), |page| {
        let reductions = "Number(deepAll('.panel dt').find((name) => name.textContent === 'reductions').nextElementSibling.textContent)";
        die(page, "endless loop");
        press(page, ".do-next");
        page.wait_for(&format!("{reductions} > 100000"));
        page.click(".help-button");
        page.wait_for("deep('.help')");
        page.press("\u{E00C}");
        select(page, "Seq.ArithServer");
        press(page, ".do-next");
        page.wait_for("deep('.reply output')?.textContent === '3'");
        select(page, FIB);
        die(page, ":kill");
        again(page, 2);
        button(page, "peek");
        page.wait_for("deep('.reply output')?.textContent === '0'");
    });
}
