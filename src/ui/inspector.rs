//! A look inside what is selected: a process, its state, its child spec, its messages; or an
//! application.

mod application;
mod messages;
mod process;
mod spec;

use std::rc::Rc;

use yew::{Callback, Html, Properties, function_component};

use super::html::{component, html};

use super::act::{Act, Choice, Layer, Tab};
use super::crash_menu::CrashMenu;
use super::forms::FlagsForm;
use super::i18n::Words;
use super::process_tree::{glyph, in_words};
use super::shared::{Ptr, copy, doing, icon, use_act};
use super::words;
use crate::observe::snapshot::{NodeKind, Snapshot, State, TreeNode};
use crate::session::{Command, Info, Target, can_be_tuned};
use crate::time::Instant;
use crate::view::blast::blast;
use crate::view::states;

pub(crate) use application::{chip, runs};
pub(crate) use messages::trace;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct InspectorProps {
    pub(crate) snapshot: Ptr<Snapshot>,
    pub(crate) choice: Choice,
    /// What the node tells of the selected process.
    pub(crate) info: Option<Ptr<Info>>,
    /// Whom the page crashes again and again.
    pub(crate) relentless: Option<Target>,
    pub(crate) now: Instant,
    /// Are messages seen?
    pub(crate) tracing: bool,
}

#[function_component]
pub(crate) fn Inspector(props: &InspectorProps) -> Html {
    let act = use_act();
    let t = props.choice.lang.words();
    let node = props.choice.selected.and_then(|key| props.snapshot.node(key)).cloned();
    let body = match &node {
        None => nothing(t.about(props.choice.scene), t),
        Some(node) if node.kind == NodeKind::Application => {
            component! { <application::Application snapshot={props.snapshot.clone()} node={Ptr(node.clone())} choice={props.choice.clone()} /> }
        }
        Some(node) => inside(props, &act, node, t),
    };
    html! {
        <div class="inspector">
            <button type="button" class="close plain" aria-label={t.close} onclick={doing(&act, Act::Close)}>{ icon("M4 4l8 8M12 4l-8 8") }</button>
            { body }
        </div>
    }
}

fn nothing(about: &'static str, t: &'static Words) -> Html {
    html! { <div class="nothing"><h2>{ t.inspector }</h2><p>{ t.nothing_selected }</p><p>{ t.select_hint }</p><p>{ about }</p></div> }
}

fn inside(props: &InspectorProps, act: &Callback<Act>, node: &Rc<TreeNode>, t: &'static Words) -> Html {
    let tab = |tab: Tab, label: &'static str| {
        html! {
            <button type="button" role="tab" id={tab_id(tab)} aria-selected={(props.choice.tab == tab).to_string()}
                aria-controls="inspector-panel" onclick={doing(act, Act::Look(tab))}>{ label }</button>
        }
    };
    html! {
        <>
            { head(act, &props.choice, node, t) }
            { deeds(props, act, node, t) }
            { last_call(props, node, t) }
            <div class="tabs" role="tablist" aria-label={t.inspector}>
                { tab(Tab::Process, t.tab_process) }{ tab(Tab::State, t.tab_state) }
                { tab(Tab::Spec, t.tab_spec) }{ tab(Tab::Messages, t.tab_messages) }
            </div>
            { flags(props, node, t).unwrap_or_default() }
            <div class="panel" role="tabpanel" id="inspector-panel" aria-labelledby={tab_id(props.choice.tab)} tabindex="0">
                { panel(props, act, node, t) }
            </div>
        </>
    }
}

/// The form that changes a supervisor while it runs, if its own code change will take it over.
#[inline(never)]
fn flags(props: &InspectorProps, node: &TreeNode, t: &'static Words) -> Option<Html> {
    let supervisor = node.supervisor.as_ref().filter(|it| !it.dynamic && node.state.is_alive())?;
    let name = node.process.as_ref()?.name.filter(|name| can_be_tuned(node.application, *name))?;
    let name = words::atom(name);
    Some(
        component! { <FlagsForm key={node.key.to_string()} supervisor={name} flags={supervisor.flags} children={children(props, node, t)} lang={props.choice.lang} /> },
    )
}

/// The children of a supervisor in start order, each with what would happen if it died now.
#[inline(never)]
fn children(props: &InspectorProps, node: &TreeNode, t: &'static Words) -> Vec<(String, String)> {
    let seen = &props.snapshot;
    let told = |child: &Rc<TreeNode>| {
        let id = words::brief(&child.child.as_ref()?.info.id);
        let blast = blast(seen, child.key, props.now).map(|blast| in_words(seen, &blast, t));
        Some((id, blast.unwrap_or_default()))
    };
    seen.children(node).take(100).filter_map(told).collect()
}

const fn tab_id(tab: Tab) -> &'static str {
    match tab {
        Tab::Process => "tab-process",
        Tab::State => "tab-state",
        Tab::Spec => "tab-spec",
        Tab::Messages => "tab-messages",
    }
}

fn panel(props: &InspectorProps, act: &Callback<Act>, node: &TreeNode, t: &'static Words) -> Html {
    match props.choice.tab {
        Tab::Process => process::panel(props, act, node, t),
        Tab::State => process::state(props, act, t),
        Tab::Spec => spec::panel(props, act, node, t),
        Tab::Messages => messages::panel(props, act, node, t),
    }
}

fn head(act: &Callback<Act>, choice: &Choice, node: &TreeNode, t: &'static Words) -> Html {
    let state = states::class(node.state);
    let again = (node.incarnation > 1).then(|| html! { <span class="again">{ "×" }{ node.incarnation }</span> });
    html! {
        <header>
            <h2>{ words::label(node, t) }{ again }</h2>
            <p class="under">
                <span class={yew::classes!("chip", state)}>{ glyph::inline(node.state, node.supervisor.is_some()) }{ t.state_name(node.state) }</span>
                <code>{ words::pid(node) }</code><span>{ words::role(node, t) }</span>
            </p>
            { node.exit().map(|exit| html! {
                <p class="why">{ t.reason }{ " " }<code>{ words::brief(&exit.reason) }</code>{ copy(act, choice, words::full(&exit.reason)) }</p>
            }) }
        </header>
    }
}

/// What one can do to it. Nothing can be done to the dead but to look at them.
fn deeds(props: &InspectorProps, act: &Callback<Act>, node: &TreeNode, t: &'static Words) -> Html {
    let Some(target) = words::target(node).filter(|_| node.state.is_alive()) else { return Html::default() };
    let button = |class: &'static str, label: &'static str, command: Command| {
        html! { <button type="button" {class} onclick={doing(act, Act::Do(command))}>{ label }</button> }
    };
    let server = target.clone();
    let calls = words::is_sequence(node).then(|| {
        html! {
            <>
                { button("primary do-next", t.next, Command::Next { server: server.clone() }) }
                { button("do-peek", t.peek, Command::Peek { server: server.clone() }) }
            </>
        }
    });
    let stop = words::is_dynamic(&props.snapshot, node)
        .then(|| button("do-stop", t.stop_sequence, Command::StopSequence { server: server.clone() }));
    let pause = match node.state {
        State::Suspended => button("do-resume", t.resume, Command::Resume { target: target.clone() }),
        _ => button("do-suspend", t.suspend, Command::Suspend { target: target.clone() }),
    };
    let new = words::named(node, words::DYNAMIC).then(|| {
        html! { <button type="button" class="primary" onclick={doing(act, Act::Open(Layer::Sequence))}>{ t.new_sequence }</button> }
    });
    let open = props.choice.shows(Layer::Crash);
    let toggle = if open { Act::Close } else { Act::Open(Layer::Crash) };
    html! {
        <>
            <div class="deeds">
                { calls }
                <button type="button" class="danger do-crash" aria-expanded={open.to_string()} onclick={doing(act, toggle)}>{ t.crash }{ "…" }</button>
                { relentless(props, act, node, t) }
                { pause }{ stop }{ new }
            </div>
            if open { { component! { <CrashMenu {target} lang={props.choice.lang} /> } } }
        </>
    }
}

/// For children of supervisors: crash it until nobody starts it again.
#[inline(never)]
fn relentless(props: &InspectorProps, act: &Callback<Act>, node: &TreeNode, t: &'static Words) -> Html {
    let target = words::target(node);
    if props.relentless.is_some() && props.relentless == target {
        return html! { <button type="button" class="do-relent" onclick={doing(act, Act::Relentless(None))}>{ t.stop_crashing }</button> };
    }
    if node.child.is_none() || !matches!(target, Some(Target::Name(_))) {
        return Html::default();
    }
    html! { <button type="button" class="do-relentless" onclick={doing(act, Act::Relentless(target))}>{ t.until_budget_gone }</button> }
}

/// The outcome of the last call to it by somebody at the page.
#[inline(never)]
fn last_call(props: &InspectorProps, node: &TreeNode, t: &'static Words) -> Html {
    if !words::is_sequence(node) {
        return Html::default();
    }
    let call = props.snapshot.calls.iter().rev().take(200).find(|call| call.key == Some(node.key));
    let Some(call) = call else { return Html::default() };
    let (class, label, term) = match &call.outcome {
        Ok(reply) => ("reply", t.last_reply, reply),
        Err(reason) => ("reply failed", t.last_failure, reason),
    };
    html! {
        <p {class}><code>{ words::request(&call.request) }</code>{ " → " }<span class="sr">{ label }</span><output>{ words::brief(term) }</output>
            <small>{ call.took.to_string() }</small></p>
    }
}

/// A line of a list of facts.
fn fact(name: &'static str, value: Html) -> Html {
    html! { <><dt>{ name }</dt><dd>{ value }</dd></> }
}
