//! The process itself, and the state it holds.

use yew::{Callback, Html};

use super::super::html::html;

use super::super::act::Act;
use super::super::i18n::Words;
use super::super::process_tree::{in_words, name_of};
use super::super::shared::{doing, term};
use super::super::{timeline, words};
use super::{InspectorProps, fact};
use crate::observe::cause;
use crate::observe::snapshot::{Happening, Snapshot, TreeNode};
use crate::session::Info;
use crate::term::Pid;
use crate::term::ordered::sort_by_key;
use crate::view::blast::blast;
use crate::view::number;

/// The most pids listed of one kind.
const MOST: usize = 24;
/// The most pids put in order: of more, those that come first as they are.
const SORTED: usize = 500;
/// The most steps from an exit back to the first fault.
const STEPS: usize = 12;

pub(super) fn panel(props: &InspectorProps, act: &Callback<Act>, node: &TreeNode, t: &'static Words) -> Html {
    let preview = blast(&props.snapshot, node.key, props.now)
        .filter(|_| node.child.is_some())
        .map(|blast| in_words(&props.snapshot, &blast, t));
    html! {
        <>
            { ended(props, act, node, t).unwrap_or_default() }
            <p class="hint">{ preview.unwrap_or_default() }</p>
            <dl>
                { supervisor(props, node, t) }
                { life(props, act, node, t) }
                { connections(props, act, node, t) }
                { measured(props, node, t) }
                { dictionary(props.info.as_deref(), t) }
            </dl>
        </>
    }
}

fn supervisor(props: &InspectorProps, node: &TreeNode, t: &'static Words) -> Html {
    let Some(supervisor) = &node.supervisor else { return Html::default() };
    let flags = &supervisor.flags;
    let intensity = format!("{} / {}{}", flags.intensity, flags.period, t.second);
    let left = format!("{} / {}", supervisor.left(props.now), flags.intensity);
    html! {
        <>
            { fact(t.strategy, html! { <><code>{ words::strategy(flags.strategy) }</code>{ ": " }{ words::means(flags.strategy, t) }</> }) }
            { fact(t.intensity, html! { intensity }) }
            { fact(t.budget, html! { left }) }
            { fact(t.total_restarts, html! { supervisor.total }) }
            { fact("auto_shutdown", html! { <code>{ words::auto_shutdown(flags.auto_shutdown) }</code> }) }
        </>
    }
}

fn life(props: &InspectorProps, act: &Callback<Act>, node: &TreeNode, t: &'static Words) -> Html {
    let Some(process) = &node.process else { return Html::default() };
    let call = process.initial_call;
    let call = format!("{}.{}/{}", words::atom(call.module), call.function.text(), call.arity);
    let yes_no = |yes: bool| if yes { t.yes } else { t.no };
    html! {
        <>
            { process.module.map(|module| fact(t.module, html! { <code>{ words::atom(module) }</code> })) }
            { fact(t.initial_call, html! { <code>{ call }</code> }) }
            { fact(t.started_at, html! { words::moment(process.started_at) }) }
            { process.exit.as_ref().map(|exit| fact(t.died_at, html! { words::moment(exit.at) })) }
            { for process.parent.map(|parent| fact(t.parent, pids(&props.snapshot, act, [parent].into_iter(), t))) }
            { props.info.as_ref().map(|info| html! {
                <>
                    { fact(t.mailbox, html! { info.message_queue_len }) }
                    { fact(t.reductions, html! { info.reductions }) }
                    { fact(t.trap_exit, html! { yes_no(info.trap_exit) }) }
                </>
            }) }
        </>
    }
}

fn connections(props: &InspectorProps, act: &Callback<Act>, node: &TreeNode, t: &'static Words) -> Html {
    let Some(process) = &node.process else { return Html::default() };
    let list = |found: &mut dyn Iterator<Item = Pid>| pids(&props.snapshot, act, found, t);
    // The node knows those of calls too, which are not logged.
    let (monitors, by) = match props.info.as_deref() {
        Some(info) => (list(&mut info.monitors.iter().copied()), list(&mut info.monitored_by.iter().copied())),
        None => (
            list(&mut process.monitors.iter().map(|monitor| monitor.pid)),
            list(&mut process.monitored_by.iter().map(|monitor| monitor.pid)),
        ),
    };
    html! {
        <>
            { fact(t.links, list(&mut process.links.iter().copied())) }
            { fact(t.monitors, monitors) }
            { fact(t.monitored_by, by) }
        </>
    }
}

/// Pids as buttons that select their process.
fn pids(snapshot: &Snapshot, act: &Callback<Act>, found: impl Iterator<Item = Pid>, t: &'static Words) -> Html {
    let mut found = found;
    let mut pids: Vec<Pid> = found.by_ref().take(SORTED).collect();
    sort_by_key(&mut pids, |pid| *pid);
    pids.dedup();
    if pids.is_empty() {
        return html! { <span class="none">{ t.none }</span> };
    }
    let more = pids.len().saturating_sub(MOST) + found.count();
    html! {
        <>
            { for pids.into_iter().take(MOST).map(|pid| self::pid(snapshot, act, pid, t)) }
            if more > 0 { <small>{ "+" }{ more }{ " " }{ t.hidden_children }</small> }
        </>
    }
}

fn pid(snapshot: &Snapshot, act: &Callback<Act>, pid: Pid, t: &'static Words) -> Html {
    let node = snapshot.key_of(pid).and_then(|key| snapshot.node(key));
    let name = node.filter(|node| node.process.as_ref().is_some_and(|process| process.name.is_some()));
    let text = name.map_or_else(|| pid.to_string(), |node| words::label(node, t));
    match node {
        Some(node) => html! {
            <button type="button" class="pid" key={pid.number()} title={pid.to_string()} onclick={doing(act, Act::Select(node.key))}>{ text }</button>
        },
        None => html! { <code key={pid.number()}>{ text }</code> },
    }
}

fn measured(props: &InspectorProps, node: &TreeNode, t: &'static Words) -> Html {
    let Some(measured) = timeline::measured(&props.snapshot, node.key, props.now) else { return Html::default() };
    html! {
        <>
            { fact(t.mtbf, html! { number::mean(measured.mtbf) }) }
            { fact(t.mttr, html! { number::mean(measured.mttr) }) }
            { fact(t.availability, html! { number::percent(measured.ratio) }) }
        </>
    }
}

fn dictionary(info: Option<&Info>, t: &'static Words) -> Html {
    let Some(info) = info.filter(|info| !info.dictionary.is_empty()) else { return Html::default() };
    let pairs = info.dictionary.iter().take(MOST).map(|(key, value)| {
        html! {
            <div><code>{ words::brief(key) }{ " => " }{ words::brief(value) }</code></div>
        }
    });
    fact(t.dictionary, html! { <>{ for pairs }</> })
}

pub(super) fn state(props: &InspectorProps, act: &Callback<Act>, t: &'static Words) -> Html {
    match props.info.as_ref().and_then(|info| info.state.as_ref()) {
        Some(state) => term(act, &props.choice, words::full(state)),
        None => html! { <p class="empty">{ t.no_state }</p> },
    }
}

/// Why it ended; of one that was started again, why the one before it did. Moment by moment back to
/// the first fault, and what that means.
fn ended(props: &InspectorProps, act: &Callback<Act>, node: &TreeNode, t: &'static Words) -> Option<Html> {
    let snapshot = &props.snapshot;
    let (title, exit) = match node.exit() {
        Some(exit) => (t.chain, exit.seq),
        None => {
            let mut ends = snapshot.lane(node.key)?.lives.iter().rev().filter_map(|life| life.end.as_ref());
            (t.chain_before, ends.next()?.seq)
        }
    };
    let chain = cause::chain(snapshot, exit);
    let means = match &chain.moments.last()?.what {
        Happening::Exited { reason, .. } | Happening::Signal { reason, .. } => words::means_to_die(reason, t),
        _ => None,
    };
    let items = chain.moments.iter().take(STEPS).filter_map(|moment| {
        let (who, what) = step(&moment.what)?;
        let who = match moment.key {
            Some(key) => html! { <button type="button" class="pid" onclick={doing(act, Act::Select(key))}>{ name_of(snapshot, Some(key), t).unwrap_or(who) }</button> },
            None => html! { <code>{ who }</code> },
        };
        Some(html! { <li key={moment.seq}><time>{ words::moment(moment.at) }</time>{ " " }{ who }{ " " }<code>{ what }</code></li> })
    });
    Some(html! { <div class="chain"><h3>{ title }</h3><ol>{ for items }</ol>{ means }</div> })
}

/// Who, and what it did or got.
fn step(what: &Happening) -> Option<(String, String)> {
    Some(match what {
        Happening::Exited { pid, reason, .. } => (pid.to_string(), ["✕ ", &words::brief(reason)].concat()),
        Happening::Signal { to, reason, link, .. } => {
            (to.to_string(), [if *link { "⇠ link " } else { "⇠ exit/2 " }, &words::brief(reason)].concat())
        }
        Happening::Down { to, reason, .. } => (to.to_string(), ["⇠ DOWN ", &words::brief(reason)].concat()),
        Happening::RestartCounted { used, .. } => (String::new(), format!("↻ {used}")),
        Happening::GaveUp { .. } => (String::new(), "⚠".to_owned()),
        _ => return None,
    })
}
