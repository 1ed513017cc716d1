//! The last crash in beats: which one shows, what it says, and the buttons that lead through.

use yew::{Callback, Html};

use super::html::html;

use super::act::{Act, Choice};
use super::i18n::Words;
use super::process_tree::name_of;
use super::shared::{doing, icon};
use super::words;
use crate::observe::beats::{Beat, Crash, last_crash};
use crate::observe::snapshot::{NodeKey, Snapshot};
use crate::term::Term;
use crate::view::blast::Blast;

/// The most names in a line.
const NAMES: usize = 8;
/// The most beats with a button each.
const MOST: usize = 24;

/// The last crash, and the beat of it that shows: the one the reader looks at, or the clock's.
pub(super) fn shown(snapshot: &Snapshot, choice: &Choice, playing: bool) -> Option<(Crash, Option<usize>)> {
    let crash = last_crash(snapshot)?;
    let pinned = choice.beat.filter(|(seq, _)| *seq == crash.seq).map(|(_, at)| at);
    let at = pinned.or_else(|| crash.beat_at(snapshot.now, !playing));
    Some((crash, at))
}

/// What the key and the button for the next beat do.
#[inline(never)]
pub(super) fn next(snapshot: &Snapshot, choice: &Choice, playing: bool) -> Act {
    match shown(snapshot, choice, playing) {
        None => Act::NextBeat,
        Some((crash, at)) => match at.map_or(0, |at| at + 1) {
            // Time may stand still before all of it has happened.
            next if next >= crash.beats.len() && !playing => Act::NextBeat,
            next => Act::Beat(Some((crash.seq, next.min(crash.beats.len().saturating_sub(1))))),
        },
    }
}

/// The beats as a row of buttons, and what the one that shows says. Before the reader asks and
/// when the clock has passed it, only the way in.
pub(super) fn strip(
    act: &Callback<Act>,
    snapshot: &Snapshot,
    choice: &Choice,
    crash: Option<&(Crash, Option<usize>)>,
    playing: bool,
) -> Html {
    let t = choice.lang.words();
    let forth = |label: Html| {
        html! { <button type="button" class="next-beat" aria-label={t.next_beat} onclick={doing(act, next(snapshot, choice, playing))}>{ label }</button> }
    };
    let (crash, at) = match crash {
        None if playing => return Html::default(),
        None => return html! { <div class="beats">{ forth(html! { t.next_beat }) }</div> },
        Some((crash, None)) => {
            let name = name_of(snapshot, Some(crash.key), t).unwrap_or_default();
            let label = ["✕ ", &name, " · ", t.watch_crash].concat();
            let first = Act::Beat(Some((crash.seq, 0)));
            return html! { <div class="beats"><button type="button" class="watch" onclick={doing(act, first)}>{ label }</button></div> };
        }
        Some((crash, Some(at))) => (crash, *at),
    };
    let to = |at: usize| doing(act, Act::Beat(Some((crash.seq, at))));
    let one = |(number, beat): (usize, &Beat)| {
        let current = (number == at).then_some("step");
        html! { <li><button type="button" aria-current={current} title={head(beat, t)} onclick={to(number)}>{ number + 1 }<span>{ " " }{ head(beat, t) }</span></button></li> }
    };
    let pinned = choice.beat.is_some();
    html! {
        <div class="beats" role="group" aria-label={t.last_crash}>
            <button type="button" class="previous-beat" aria-label={t.previous_beat} onclick={to(at.saturating_sub(1))}>{ "‹" }</button>
            <ol>{ for crash.beats.iter().enumerate().take(MOST).map(one) }</ol>
            { forth(html! { "›" }) }
            if pinned { <button type="button" class="plain" aria-label={t.close} onclick={doing(act, Act::Beat(None))}>{ icon("M4 4l8 8M12 4l-8 8") }</button> }
            <p aria-live={if pinned { "polite" } else { "off" }}>{ crash.beats.get(at).map(|beat| said(snapshot, beat, t)) }</p>
        </div>
    }
}

const fn head(beat: &Beat, t: &'static Words) -> &'static str {
    match beat {
        Beat::Fell { .. } => t.beat_fell,
        Beat::Told(_) => t.beat_told,
        Beat::Spent { .. } => t.beat_spent,
        Beat::GaveUp { .. } => t.beat_gave_up,
        Beat::Stopped(_) => t.beat_stopped,
        Beat::Started(_) => t.beat_started,
        Beat::Gone { .. } => t.beat_gone,
        Beat::Application { .. } => t.beat_application,
        Beat::Halted { .. } => t.beat_halted,
    }
}

/// A beat in a line.
fn said(snapshot: &Snapshot, beat: &Beat, t: &'static Words) -> String {
    let name = |key: NodeKey| name_of(snapshot, Some(key), t).unwrap_or_default();
    let numbered = |label: &str, keys: &[NodeKey]| {
        let names = keys.iter().take(NAMES).zip(1..).map(|(key, number)| format!("{number}. {}", name(*key)));
        let more = if keys.len() > NAMES { " …" } else { "" };
        [label, ": ", &names.collect::<Vec<_>>().join("  "), more].concat()
    };
    let with = |who: String, what: &str, reason: &Term| [&who, " ", what, ": ", &words::brief(reason)].concat();
    match beat {
        Beat::Fell { key, reason } => with(name(*key), t.says_fell, reason),
        Beat::Gone { key, reason } => with(name(*key), t.says_gone, reason),
        Beat::Told(all) => {
            let to = |down: bool, label: &str| {
                let names: Vec<String> =
                    all.iter().filter(|told| told.down == down).take(NAMES).map(|told| name(told.to)).collect();
                (!names.is_empty()).then(|| [label, " ", &names.join(", ")].concat())
            };
            let parts = [to(false, t.says_link), to(true, t.says_down)];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
        }
        Beat::Spent { supervisor, used } => {
            let node = snapshot.node(*supervisor).and_then(|node| node.supervisor.as_ref());
            let most = node.map_or(0, |supervisor| supervisor.flags.intensity);
            format!("{}: {} {used} / {most}", name(*supervisor), t.says_spent)
        }
        Beat::GaveUp { supervisor } => [&name(*supervisor), " ", t.says_gave_up].concat(),
        Beat::Stopped(keys) => numbered(t.says_stopped, keys),
        Beat::Started(keys) => numbered(t.says_started, keys),
        Beat::Application { name, reason } => with(words::application(*name), t.says_fell, reason),
        Beat::Halted { reason } => with(t.node_stopped.to_owned(), "", reason),
    }
}

/// The numbers that a beat puts on the cards.
#[inline(never)]
pub(super) fn as_blast(beat: &Beat) -> Blast {
    match beat {
        Beat::Stopped(keys) => Blast { stop: keys.clone(), ..Blast::default() },
        Beat::Started(keys) => Blast { start: keys.clone(), ..Blast::default() },
        _ => Blast::default(),
    }
}

/// What a beat writes on the card of a place.
pub(super) fn mark(beat: &Beat, at: NodeKey) -> Option<String> {
    match beat {
        Beat::Fell { key, reason } | Beat::Gone { key, reason } if *key == at => {
            Some(["✕ ", &words::brief(reason)].concat())
        }
        Beat::Spent { supervisor, .. } if *supervisor == at => Some("−1".to_owned()),
        Beat::GaveUp { supervisor } if *supervisor == at => Some("⚠".to_owned()),
        _ => None,
    }
}
