//! Releases: the order of the boot and its reasons, boot and halt.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use let_it_crash::otp::application::release::{Boot, Release, Why};
use let_it_crash::otp::application::spec::{Spec, format_error};
use let_it_crash::supervision::Restart;
use let_it_crash::term::{Atom, erlang};

fn release(members: &str) -> Result<Release, String> {
    let text = format!("{{release, {{\"demo\", \"1\"}}, {{erts, \"13.1.5\"}}, [{members}]}}");
    Release::from_term(&erlang::parse(&text).unwrap()).map_err(|why| why.to_string())
}

const BASE: &str = r#"{kernel, "1"}, {stdlib, "1"}"#;

/// Specs of applications by a text like `a: b c +included ?optional`.
fn specs(lines: &str) -> impl Fn(Atom) -> Option<Spec> {
    let lines = format!("kernel:;stdlib: kernel;{lines}");
    move |wanted| {
        let line = lines.split(';').find(|line| line.split(':').next().unwrap().trim() == &*wanted.text())?;
        let words: Vec<&str> = line.split(':').nth(1).unwrap().split_whitespace().collect();
        let with =
            |mark: char| words.iter().filter_map(move |word| word.strip_prefix(mark)).collect::<Vec<_>>().join(",");
        let uses = words.iter().filter(|word| !word.starts_with('+')).map(|word| word.trim_start_matches('?'));
        let text = format!(
            r#"{{application, {}, [{{vsn,"1"}},{{description,""}},{{modules,[]}},{{registered,[]}},
                {{applications,[{}]}},{{included_applications,[{}]}},{{optional_applications,[{}]}}]}}."#,
            wanted.text(),
            uses.collect::<Vec<_>>().join(","),
            with('+'),
            with('?'),
        );
        Some(Spec::parse(&text, erlang::Limits::default(), "x.app").unwrap())
    }
}

fn order(members: &str, lines: &str) -> String {
    let release = release(&format!("{BASE}, {members}")).unwrap();
    match release.resolve(specs(lines)) {
        Ok(steps) => steps.iter().map(|step| step.application.text().to_string()).collect::<Vec<_>>().join(" "),
        Err(why) => format_error(&why),
    }
}

#[test]
fn what_is_used_comes_first_and_otherwise_the_order_stays() {
    assert_eq!(order(r#"{c,"1"}, {a,"1"}, {b,"1"}"#, "a: kernel; b: kernel; c: b"), "kernel stdlib b c a");
    assert_eq!(order(r#"{a,"1"}, {b,"1"}, {c,"1"}"#, "a: +b; b: kernel; c: a"), "kernel stdlib b a c");
    assert_eq!(order(r#"{a,"1"}"#, "a: ?o kernel"), "kernel stdlib a");
    assert_eq!(order(r#"{a,"1"}, {o,"1"}"#, "a: ?o; o: kernel"), "kernel stdlib o a");
    // Includes, and is used by what it includes.
    assert_eq!(order(r#"{a,"1"}, {b,"1"}"#, "a: +b; b: a"), "kernel stdlib b a");
}

#[test]
fn what_cannot_be_booted_is_said_in_words() {
    assert_eq!(order(r#"{a,"1"}, {b,"1"}"#, "a: b; b: a"), "Circular dependencies among applications: [a,b]");
    assert_eq!(order(r#"{a,"1"}"#, "a: gone"), "Undefined applications: [gone]");
    assert_eq!(release(r#"{kernel, "1"}"#).unwrap_err(), "{:missing_mandatory_app, :stdlib}");
    assert_eq!(release(r#"{kernel, "1", load}, {stdlib, "1"}"#).unwrap_err(), "{:mandatory_app, :kernel, :load}");
    assert_eq!(release(&format!("{BASE}, {{a, 1}}")).unwrap_err(), "{:illegal_applications, [a: 1]}");
    let unread = release(&format!("{BASE}, {{a, \"2\"}}")).unwrap().resolve(specs("a:")).unwrap_err();
    assert!(unread.to_string().contains("no_valid_version"), "{unread}");
}

#[test]
fn each_step_knows_its_type_and_its_reasons() {
    let release = release(&format!("{BASE}, {{a,\"1\",transient}}, {{b,\"1\",load}}, {{c,\"1\",none}}")).unwrap();
    let steps = release.resolve(specs("a: kernel b +c; b: kernel; c: kernel")).unwrap();
    let a = steps.iter().find(|step| step.application == Atom::new("a")).unwrap();
    assert_eq!(a.boot, Boot::Started(Restart::Transient));
    let [kernel, b, c] = ["kernel", "b", "c"].map(Atom::new);
    assert_eq!(a.after, [Why::Uses(kernel), Why::Uses(b), Why::Includes(c)]);
    let c = steps.iter().find(|step| step.application == Atom::new("c")).unwrap();
    assert_eq!((c.boot, c.included_by), (Boot::None, Some(Atom::new("a"))));
}
