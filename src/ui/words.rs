//! What is shown of names, terms, times and states. Terms in Elixir's notation, short.

use crate::observe::snapshot::{Behaviour, NodeKind, ProcessView, Snapshot, TreeNode};
use crate::session::Target;
use crate::supervision::{AutoShutdown, ChildType, Restart, Shutdown, Strategy};
use crate::term::inspect::Options;
use crate::term::{Atom, Term, erlang, inspect};
use crate::time::{Duration, Instant};

use super::i18n::Words;

/// A term for a line or a label.
pub(crate) fn brief(term: &Term) -> String {
    inspect(term, &Options::SHORT)
}

/// What a client asked for; an exit signal as it is sent.
pub(crate) fn request(request: &Term) -> String {
    match request.as_tuple_of::<2>() {
        Some([Term::Atom(exit), reason]) if &*exit.text() == "exit" => format!("Process.exit(pid, {})", brief(reason)),
        _ => brief(request),
    }
}

/// What a common exit reason means.
pub(crate) fn means_to_die(reason: &Term, t: &Words) -> Option<&'static str> {
    let (head, call) = match reason.as_tuple() {
        None => (reason, false),
        Some([head, rest @ ..]) => (head, rest.first().is_some_and(|call| call.as_tuple_of::<3>().is_some())),
        Some([]) => return None,
    };
    match head {
        Term::Map(_) => return Some(t.why_raised),
        Term::Tuple(_) => {
            let fault = head.as_tuple()?.first()?.as_atom()?;
            return (&*fault.text() == "badmatch").then_some(t.why_no_match);
        }
        _ => {}
    }
    Some(match &*head.as_atom()?.text() {
        "normal" => t.why_normal,
        "shutdown" => t.why_shutdown,
        "kill" | "killed" => t.why_killed,
        "bad_return_value" => t.why_bad_return,
        "timeout" if call => t.why_timeout,
        "noproc" => t.why_no_process,
        _ => return None,
    })
}

/// A term with room for it.
pub(crate) fn full(term: &Term) -> String {
    inspect(term, &Options { max_digits: 300, max_bytes: 16 << 10, ..Options::default() })
}

/// A term as Erlang writes it, as in an `.app` file.
pub(crate) fn erlang(term: &Term) -> String {
    erlang::print(term, erlang::Style { max_bytes: 16 << 10, ..erlang::Style::TP })
}

/// A text from outside, at most `most` characters of it; what would turn, hide or break the text
/// around it is written out.
pub(crate) fn visible(text: &str, most: usize) -> String {
    let mut shown = String::new();
    for letter in text.chars().take(most) {
        match letter {
            '\n' => shown.push(letter),
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => {
                shown.extend(letter.escape_unicode());
            }
            _ if letter.is_control() => shown.extend(letter.escape_unicode()),
            _ => shown.push(letter),
        }
    }
    if text.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}

/// The text of a charlist or a string.
pub(crate) fn charlist(term: &Term) -> Option<String> {
    let letter = |term: &Term| u32::try_from(term.as_int()?).ok().and_then(char::from_u32);
    match term {
        Term::Nil => None,
        _ => term.as_str().map(str::to_owned).or_else(|| term.to_vec()?.iter().take(4_000).map(letter).collect()),
    }
}

/// The version that an application's spec names.
pub(crate) fn version(spec: &Term) -> String {
    property(spec, "vsn").and_then(charlist).unwrap_or_default()
}

/// A property in an application's spec.
pub(crate) fn property<'a>(spec: &'a Term, key: &str) -> Option<&'a Term> {
    let [_, _, props] = spec.as_tuple_of::<3>()?;
    props.keyword_get(Atom::new(key))
}

/// An atom as Elixir writes it: `Seq.Root`, `:geo1`.
pub(crate) fn atom(name: Atom) -> String {
    brief(&Term::Atom(name))
}

/// An application's name as people say it: `seq`.
pub(crate) fn application(name: Atom) -> String {
    name.text().to_string()
}

/// What a place is called: its registered name, its child id, or what it does.
pub(crate) fn label(node: &TreeNode, t: &Words) -> String {
    match node.kind {
        NodeKind::Application => node.application.map_or_else(String::new, application),
        NodeKind::System => t.system.to_owned(),
        NodeKind::Clients => t.clients.to_owned(),
        NodeKind::Process => process_label(node, t),
    }
}

fn process_label(node: &TreeNode, t: &Words) -> String {
    let process = node.process.as_deref();
    if let Some(name) = process.and_then(|process| process.name) {
        return atom(name);
    }
    if let Some(child) = &node.child {
        return brief(&child.info.id);
    }
    match process.map(|process| (process.behaviour, process)) {
        None => t.process.to_owned(),
        Some((Some(Behaviour::ApplicationMaster), _)) => t.application_master.to_owned(),
        Some((Some(Behaviour::ApplicationStarter), _)) => t.application_starter.to_owned(),
        Some((_, process)) => by_function(process),
    }
}

fn by_function(process: &ProcessView) -> String {
    match (process.module, process.initial_call) {
        (Some(module), _) => atom(module),
        (None, call) => format!("{}.{}/{}", atom(call.module), call.function.text(), call.arity),
    }
}

/// What a place is, in a word.
pub(crate) fn role(node: &TreeNode, t: &Words) -> &'static str {
    if node.supervisor.is_some() {
        return t.supervisor;
    }
    match node.process.as_ref().and_then(|process| process.behaviour) {
        Some(Behaviour::ApplicationMaster) => t.application_master,
        Some(Behaviour::ApplicationStarter) => t.application_starter,
        Some(Behaviour::Client) => t.client,
        Some(Behaviour::System) => t.system_process,
        _ if node.child.is_some() => t.worker,
        _ => t.process,
    }
}

/// The pid as a place shows it; empty without one.
pub(crate) fn pid(node: &TreeNode) -> String {
    node.pid().map(|pid| pid.to_string()).unwrap_or_default()
}

/// Whom a command about this place concerns: its name, or else its pid.
pub(crate) fn target(node: &TreeNode) -> Option<Target> {
    let process = node.process.as_ref()?;
    Some(match process.name {
        Some(name) => Target::Name(atom(name)),
        None => Target::Pid(process.pid.number()),
    })
}

pub(crate) const fn strategy(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::OneForOne => "one_for_one",
        Strategy::OneForAll => "one_for_all",
        Strategy::RestForOne => "rest_for_one",
        Strategy::SimpleOneForOne => "simple_one_for_one",
    }
}

/// Who starts again under it, in words.
pub(crate) const fn means(strategy: Strategy, t: &Words) -> &'static str {
    match strategy {
        Strategy::OneForOne | Strategy::SimpleOneForOne => t.means_one_for_one,
        Strategy::OneForAll => t.means_one_for_all,
        Strategy::RestForOne => t.means_rest_for_one,
    }
}

pub(crate) const fn restart(restart: Restart) -> &'static str {
    match restart {
        Restart::Permanent => "permanent",
        Restart::Transient => "transient",
        Restart::Temporary => "temporary",
    }
}

pub(crate) const fn child_type(kind: ChildType) -> &'static str {
    match kind {
        ChildType::Worker => "worker",
        ChildType::Supervisor => "supervisor",
    }
}

pub(crate) const fn auto_shutdown(rule: AutoShutdown) -> &'static str {
    match rule {
        AutoShutdown::Never => "never",
        AutoShutdown::AnySignificant => "any_significant",
        AutoShutdown::AllSignificant => "all_significant",
    }
}

pub(crate) fn shutdown(shutdown: Shutdown) -> String {
    match shutdown {
        Shutdown::BrutalKill => "brutal_kill".to_owned(),
        Shutdown::Timeout(span) => millis(span),
        Shutdown::Infinity => "infinity".to_owned(),
    }
}

fn millis(span: Duration) -> String {
    let mut text = span.as_millis().to_string();
    text.push_str(" ms");
    text
}

/// The clock: `0:07.4`, `12:03.0`, `1:02:03.4`.
pub(crate) fn clock(now: Instant) -> String {
    let tenths = now.as_millis() / 100;
    let (hours, minutes, seconds) = (tenths / 36_000, tenths / 600 % 60, tenths / 10 % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}.{}", tenths % 10),
        _ => format!("{hours}:{minutes:02}:{seconds:02}.{}", tenths % 10),
    }
}

/// A moment to the millisecond: `0:07.412`.
pub(crate) fn moment(at: Instant) -> String {
    let millis = at.as_millis();
    format!("{}:{:02}.{:03}", millis / 60_000, millis / 1000 % 60, millis % 1000)
}

/// At most `most` characters, the last an ellipsis if it was longer.
pub(crate) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// Is it a sequence server, which answers `next` and `peek`?
pub(crate) fn is_sequence(node: &TreeNode) -> bool {
    node.process.as_ref().and_then(|process| process.module) == Some(Atom::new("Elixir.Seq.Server"))
}

/// Was it started at run time under `Seq.Dynamic`?
pub(crate) fn is_dynamic(snapshot: &Snapshot, node: &TreeNode) -> bool {
    let parent = node.parent.and_then(|key| snapshot.node(key));
    let flags = parent.and_then(|parent| parent.supervisor.as_ref());
    is_sequence(node) && parent.is_some_and(|parent| named(parent, DYNAMIC)) && flags.is_some()
}

/// The supervisor of sequences that are started at run time.
pub(crate) const DYNAMIC: &str = "Elixir.Seq.Dynamic";

pub(crate) fn named(node: &TreeNode, name: &str) -> bool {
    let own = node.process.as_ref().and_then(|process| process.name);
    own.is_some_and(|own| &*own.text() == name)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn clocks_count_tenths_and_moments_count_milliseconds() {
        let at = |millis: u64| Instant::BOOT + Duration::from_millis(millis);
        assert_eq!(clock(at(7_412)), "0:07.4");
        assert_eq!(clock(at(723_000)), "12:03.0");
        assert_eq!(clock(at(3_723_400)), "1:02:03.4");
        assert_eq!(moment(at(7_412)), "0:07.412");
    }

    #[test]
    fn text_from_outside_is_cut_and_shows_its_controls() {
        assert_eq!(visible("<b>수열</b>\n", 20), "<b>수열</b>\n");
        assert_eq!(visible("a\u{202e}b\u{0}\u{200b}\t", 20), "a\\u{202e}b\\u{0}\\u{200b}\\u{9}");
        assert_eq!(visible(&"x".repeat(1 << 20), 4), "xxxx…");
    }

    #[test]
    fn long_names_end_in_an_ellipsis() {
        assert_eq!(cut("Seq.Root", 8), "Seq.Root");
        assert_eq!(cut("Seq.Roots", 8), "Seq.Roo…");
        assert_eq!(cut("수열수열", 3), "수열…");
    }
}
