//! What stands on a card and in a row: its place, its state, its lives, its budget, its values.

use serde_json::json;

use crate::page::{Page, View, with_page};
use crate::reader::{FIB, drawn, let_pass, of, open, press, select, write};
use crate::ways::{again, button, die};

#[test]
fn a_restarted_child_keeps_its_place_in_picture_and_list() {
    const PLACES: &str = "return [
        deepAll('.card').map((card) => card.querySelector('.name').textContent + card.getAttribute('transform')),
        deepAll('.row').slice(0, 8).map((row) => [row.dataset.name, row.ariaPosInSet, row.ariaSetSize].join())]";
    open(View::default(), |page| {
        let before = page.eval(PLACES);
        let first = before[1][5].as_str().unwrap_or_default();
        assert_eq!(first, format!("{FIB},1,2"), "children stand in start order");
        assert_eq!(page.eval("return [deep('.list').role, deep('.picture').ariaHidden]"), json!(["tree", "true"]));
        for number in [2, 3] {
            die(page, ":kill");
            again(page, number);
            page.wait_for(&format!("deep('.card.selected .tag.again text')?.textContent === '×{number}'"));
            page.wait_for(&of(FIB, &format!(".querySelector('.again')?.textContent === '×{number}'")));
            assert_eq!(page.eval(PLACES), before);
        }
    });
}

#[test]
fn each_state_has_a_shape_a_colour_and_a_word_of_its_own() {
    for (scheme, word) in [("light", "suspended"), ("dark", "suspended")] {
        open(View { scheme, ..View::default() }, |page| {
            page.click(".help-button");
            page.wait_for("deep('.legend')");
            let told = page.eval(
                "return deepAll('.legend li').filter((item) => item.querySelector('.glyph')).map((item) => [item.textContent,
                   item.querySelector('.glyph').innerHTML, getComputedStyle(item.querySelector('.glyph')).getPropertyValue('--c')])",
            );
            let told: Vec<[String; 3]> = serde_json::from_value(told).unwrap();
            for what in 0..2 {
                let mut all: Vec<&String> = told.iter().map(|one| &one[what]).collect();
                all.sort();
                all.dedup();
                assert_eq!(all.len(), 9, "{told:?}");
            }
            let suspended = told.iter().find(|one| one[0] == word).unwrap();
            let lines =
                "['edge', 'link', 'monitor'].map((line) => getComputedStyle(deep(`.legend .${line}`)).strokeDasharray)";
            let lines: Vec<String> = serde_json::from_value(page.eval(&format!("return {lines}"))).unwrap();
            assert_eq!(lines, ["none", "0.1px, 5px", "7px, 3px, 1px, 3px"], "solid, dotted, dash and dot");
            page.press("\u{E00C}");
            // The same shape on the card, the word for who does not see it.
            button(page, "Suspend");
            page.wait_for(&format!(
                "deep('.card.selected .glyph')?.innerHTML === {} && {}",
                json!(suspended[1]),
                of(FIB, &format!(".textContent.includes('{word}')"))
            ));
        });
    }
}

#[test]
fn a_spent_slot_of_the_budget_is_hollow_and_frees_itself_again() {
    open(View::default(), |page| {
        let ring = "deepAll('.card').find((card) => card.querySelector('.name').textContent === 'Seq.Supervisor').querySelector('.ring')";
        let full = format!(
            "[...{ring}.querySelectorAll('.slot:not(.spent)')].filter((slot) => Number(slot.getAttribute('opacity')) === 1).length"
        );
        let is = |left: u32| {
            page.wait_for(&format!("{ring}.textContent === '{left}' && {full} === {left}"));
            let words = format!(".querySelector('.small-ring').ariaLabel === 'restarts left {left}/3'");
            page.wait_for(&of("Seq.Supervisor", &words));
        };
        is(3);
        die(page, ":kill");
        again(page, 2);
        is(2);
        let_pass(page, 3.0);
        die(page, ":kill");
        again(page, 3);
        is(1);
        let_pass(page, 3.0);
        is(2);
        let_pass(page, 3.5);
        is(3);
    });
}

#[test]
fn the_newest_values_of_a_sequence_are_a_line_in_its_card_until_they_are_lost() {
    open(View::default(), |page| {
        assert_eq!(page.eval("return deep('.card .spark')"), json!(null));
        for value in ["0", "1", "1", "2", "3"] {
            press(page, ".do-next");
            page.wait_for(&format!("deep('.reply output')?.textContent === '{value}'"));
        }
        page.wait_for("deep('.card.selected .value')?.textContent === '3'");
        let stretches = "deep('.card.selected .spark').getAttribute('d').split('M').length - 1";
        page.wait_for(&format!("{stretches} === 1"));
        assert_eq!(page.eval("return deepAll('.card .spark').length"), 1, "only who has values");
        die(page, ":kill");
        again(page, 2);
        page.wait_for("!deep('.card.selected .value')");
        press(page, ".do-next");
        page.wait_for("deep('.card.selected .value')?.textContent === '0'");
        page.wait_for(&format!("{stretches} === 2"));
        page.screenshot("spark");
    });
}

#[test]
fn a_value_too_long_to_read_is_told_by_its_size_and_its_digits() {
    open(View::default(), |page| {
        press(page, ".new-sequence");
        page.wait_for("deep('.sequence-form')");
        write(page, "#seq-name", "huge");
        write(page, "#seq-first", "7");
        write(page, "#seq-second", &"9".repeat(60));
        press(page, ".sequence-form .primary");
        page.wait_for("deep('.inspector h2')?.textContent === ':huge'");
        for _ in 0..4 {
            press(page, ".do-next");
        }
        page.wait_for("deep('.card.selected .value')?.textContent === '7.0×10^180'");
        button(page, "Data table");
        page.wait_for("deep('.chart tbody td:nth-child(3)')?.textContent === '≈ 7.0×10^180 (181 digits)'");
    });
}

#[test]
fn a_crash_is_announced_politely_and_a_supervisor_that_gives_up_at_once() {
    open(View::default(), |page| {
        assert_eq!(
            page.eval("return deepAll('.status [aria-live]').map((one) => one.ariaLive)"),
            json!(["polite", "assertive"])
        );
        die(page, ":kill");
        page.wait_for(
            "/^Seq.FibServer ended: :killed · Seq.FibServer runs again #PID<[0-9.]+>$/.test(deep('.status [role=status]').textContent)",
        );
        assert_eq!(page.text(".urgent"), "", "nobody is interrupted for that");
        press(page, ".do-relentless");
        page.wait_for("/^Seq.(Root|Supervisor) gave up: too many restarts$/.test(deep('.urgent').textContent)");
    });
}

#[test]
fn what_the_inspector_names_is_a_way_there() {
    open(View::default(), |page| {
        let facts = "Object.fromEntries(deepAll('.panel dt').map((name) => [name.textContent, name.nextElementSibling.textContent]))";
        let told = page.eval(&format!("return {facts}"));
        let said = ["module", "parent", "links", "mailbox", "traps exits", "monitors"].map(|name| told[name].clone());
        assert_eq!(json!(said), json!(["Seq.Server", "Seq.Supervisor", "Seq.Supervisor", "0", "no", "none"]), "{told}");
        press(page, ".panel .pid");
        page.wait_for("deep('.inspector h2').textContent === 'Seq.Supervisor'");
        let told = page.eval(&format!("return {facts}"));
        let said = ["strategy", "restart intensity", "traps exits"].map(|name| told[name].clone());
        assert!(said[0].as_str().unwrap_or_default().starts_with("one_for_one: "), "{told}");
        assert_eq!(json!(said[1..]), json!(["3 / 5 s", "yes"]), "{told}");
        page.wait_for(&of("Seq.Supervisor", ".ariaSelected === 'true'"));
        assert_eq!(drawn(page, ".card.selected .name"), "Seq.Supervisor");
    });
}

/// Where there is no value yet the tree has the room.
#[test]
fn a_pane_without_values_leaves_its_room_to_the_tree() {
    let heights = "[deep('.pane.tree').offsetHeight, deep('.pane.values').offsetHeight]";
    with_page("index.html?seed=7", View::wide(768), |page| {
        page.wait_for("deep('.chart .empty') && deep('.card')");
        let low = |page: &Page| {
            page.wait_for(&format!("(([tree, values]) => values > 50 && values < 110 && tree > 400)({heights})"))
        };
        low(page);
        page.screenshot("no-values-768");
        select(page, FIB);
        press(page, ".do-next");
        page.wait_for(&format!("(([tree, values]) => values > 200 && tree > 250)({heights})"));
        page.wait_for("deep('.series') && deep('.chart svg').clientHeight > 100");
    });
}

#[test]
fn on_a_phone_a_scenario_is_named_whole_and_the_applications_can_be_reached() {
    for language in ["en-US", "ko-KR"] {
        with_page("index.html?app=strategies&seed=7", View { language, ..View::wide(360) }, |page| {
            page.wait_for("deep('.row[data-name=\":rest_for_one\"]')");
            for at in 0..7 {
                page.eval(&format!(
                    "const all = deep('.scene select'); all.selectedIndex = {at};
                     all.dispatchEvent(new Event('change', {{ bubbles: true }}))"
                ));
                page.wait_for(&format!("deep('.scene select').selectedIndex === {at} && deep('.application button')"));
                let fits = page.eval(
                    "const select = deep('.scene select'), style = getComputedStyle(select), pen = document.createElement('canvas').getContext('2d');
                     pen.font = style.font;
                     const words = pen.measureText(select.selectedOptions[0].text).width;
                     return [select.clientWidth - words - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight),
                       deep('.applications').clientWidth, document.documentElement.scrollWidth]",
                );
                assert!(fits[0].as_f64().unwrap() >= 0.0, "the name of {at} is cut: {fits}");
                assert!(fits[1].as_f64().unwrap() >= 120.0, "beside {at} the applications have {fits}");
                assert_eq!(fits[2], 360);
            }
            page.screenshot(&format!("strip-360-{language}"));
            // The last of them is not under the fading edge once one has scrolled there.
            page.eval("deep('.applications').scrollLeft = 9999");
            let apart = "deep('.applications').getBoundingClientRect().right - deepAll('.application').at(-1).getBoundingClientRect().right";
            page.wait_for(&format!("{apart} >= 23"));
        });
    }
}
