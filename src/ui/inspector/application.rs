//! An application: how it fares, its specification and environment, the buttons that start and
//! stop it, and the way to another version.

use yew::{Callback, Html, Properties, TargetCast, function_component, use_state_eq};

use super::super::html::{component, html};

use super::super::act::{Act, Choice};
use super::super::forms::EnvForm;
use super::super::i18n::Words;
use super::super::shared::{Ptr, copy, doing, use_act};
use super::super::words;
use super::fact;
use crate::observe::snapshot::{
    ApplicationState, ApplicationView, CodeView, EnvView, Snapshot, TreeNode, UpgradeStep, UpgradeView,
};
use crate::session::Command;
use crate::session::options::SEQ_VERSIONS;
use crate::supervision::Restart;
use crate::term::{Atom, Term};
use crate::view::states;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ApplicationProps {
    pub(super) snapshot: Ptr<Snapshot>,
    pub(super) node: Ptr<TreeNode>,
    pub(super) choice: Choice,
}

#[function_component]
pub(super) fn Application(props: &ApplicationProps) -> Html {
    let act = use_act();
    let start_type = use_state_eq(|| Restart::Temporary);
    let t = props.choice.lang.words();
    let Some(application) = props.node.application.and_then(|name| props.snapshot.application(name)) else {
        return Html::default();
    };
    let choose = {
        let start_type = start_type.clone();
        Callback::from(move |event: yew::Event| {
            let value = event.target_unchecked_into::<web_sys::HtmlSelectElement>().value();
            start_type.set(type_of(&value));
        })
    };
    let name = words::application(application.name);
    let is_seq = name == super::super::act::SEQ;
    html! {
        <>
            <header><h2>{ name }{ " " }<small>{ words::version(&application.spec) }</small></h2>
                <p class="under">{ chip(application, t) }<span>{ t.application }</span></p>
                { application.reason.as_ref().map(|reason| html! { <p class="why">{ t.reason }{ " " }<code>{ words::brief(reason) }</code></p> }) }
            </header>
            if props.snapshot.halted.is_none() {
                <div class="deeds">{ deeds(&act, application, *start_type, t) }{ versions(&act, application, is_seq, t) }</div>
            }
            <div class="panel" tabindex="0" role="group" aria-label={t.applications}>
                if !runs(application) && props.snapshot.halted.is_none() { { types(*start_type, choose, t) } }
                { application.upgrade.as_ref().map(|upgrade| self::upgrade(upgrade, t)) }
                if is_seq { { code(&props.snapshot.code, t) } }
                { facts(&props.snapshot, application, t) }
                { environment(application, t) }
                if is_seq { { component! { <EnvForm lang={props.choice.lang} /> } } }
                { specification(&act, &props.choice, application, t) }
            </div>
        </>
    }
}

/// Is it up, or on its way there or back?
pub(crate) fn runs(application: &ApplicationView) -> bool {
    matches!(application.state, ApplicationState::Starting | ApplicationState::Started | ApplicationState::Stopping)
}

pub(crate) fn chip(application: &ApplicationView, t: &Words) -> Html {
    let class = states::class(states::of_application(application.state));
    html! { <span class={yew::classes!("chip", class)}>{ t.app_state(application.state) }</span> }
}

fn deeds(act: &Callback<Act>, application: &ApplicationView, start_type: Restart, t: &'static Words) -> Html {
    let name = words::application(application.name);
    if runs(application) {
        let stop = Command::StopApplication { name };
        return html! { <button type="button" class="danger do-stop-app" onclick={doing(act, Act::Do(stop))}>{ t.stop_application }</button> };
    }
    let start = Command::StartApplication { name, start_type };
    let label = if application.boot_order > 0 { t.start_again } else { t.start_application };
    html! { <button type="button" class="primary do-start-app" onclick={doing(act, Act::Do(start))}>{ label }</button> }
}

/// The way to the other version: at once, or instruction by instruction.
fn versions(act: &Callback<Act>, application: &ApplicationView, is_seq: bool, t: &'static Words) -> Html {
    if !is_seq || application.state != ApplicationState::Started {
        return Html::default();
    }
    let under_way = application.upgrade.as_ref().is_some_and(|upgrade| upgrade.answer.is_none());
    let go_on = Act::Instruction(application.name);
    if under_way {
        return html! { <button type="button" class="primary do-instruction" onclick={doing(act, go_on)}>{ t.next_instruction }</button> };
    }
    let name = words::application(application.name);
    let [first, second] = SEQ_VERSIONS;
    let (label, vsn, command) = match words::version(&application.spec) == first {
        true => (t.upgrade_to, second, Command::Upgrade { application: name, vsn: second.to_owned() }),
        false => (t.downgrade_to, first, Command::Downgrade { application: name, vsn: first.to_owned() }),
    };
    let slowly = {
        let (act, command) = (act.clone(), command.clone());
        Callback::from(move |_: yew::MouseEvent| {
            act.emit(Act::Play(false));
            act.emit(Act::Do(command.clone()));
            act.emit(go_on.clone());
        })
    };
    html! {
        <>
            <button type="button" class="do-version" onclick={doing(act, Act::Do(command))}>{ label }{ " " }{ vsn }</button>
            <button type="button" class="do-version-slowly" onclick={slowly}>{ "… " }{ t.step_by_step }</button>
        </>
    }
}

fn types(chosen: Restart, choose: Callback<yew::Event>, t: &'static Words) -> Html {
    let kinds = [Restart::Temporary, Restart::Transient, Restart::Permanent];
    html! {
        <label class="field"><span>{ t.start_type }</span>
            <select class="start-type" onchange={choose}>
                { for kinds.into_iter().map(|kind| html! { <option value={words::restart(kind)} selected={kind == chosen}>{ meaning(kind, t) }</option> }) }
            </select>
        </label>
    }
}

const fn meaning(kind: Restart, t: &'static Words) -> &'static str {
    match kind {
        Restart::Temporary => t.temporary_means,
        Restart::Transient => t.transient_means,
        Restart::Permanent => t.permanent_means,
    }
}

fn type_of(name: &str) -> Restart {
    match name {
        "permanent" => Restart::Permanent,
        "transient" => Restart::Transient,
        _ => Restart::Temporary,
    }
}

/// The instructions that have been reached, and what the last one does.
fn upgrade(upgrade: &UpgradeView, t: &'static Words) -> Html {
    let last = upgrade.steps.len();
    let step = |(at, step): (usize, &UpgradeStep)| {
        let tag = step.instruction.as_atom().or_else(|| step.instruction.as_tuple()?.first()?.as_atom());
        let means = tag.map_or("", |tag| t.instruction(&tag.text()));
        let current = (at + 1 == last && upgrade.answer.is_none()).then_some("step");
        html! { <li aria-current={current}><time>{ words::moment(step.at) }</time>{ " " }<code>{ words::erlang(&step.instruction) }</code><br /><small>{ means }</small></li> }
    };
    html! {
        <div class="chain upgrade"><h3>{ t.version_change }{ " " }{ last }{ "/" }{ upgrade.of }</h3>
            <ol>{ for upgrade.steps.iter().take(200).enumerate().map(step) }</ol>
            { upgrade.answer.as_ref().map(|answer| html! { <p>{ t.answer }{ " " }<output>{ words::brief(answer) }</output></p> }) }
        </div>
    }
}

/// The versions of modules that changed.
fn code(code: &[CodeView], t: &'static Words) -> Html {
    if code.is_empty() {
        return Html::default();
    }
    let vsn = |vsn: &Option<Term>| {
        vsn.as_ref().map_or_else(|| "–".to_owned(), |vsn| words::charlist(vsn).unwrap_or_else(|| words::brief(vsn)))
    };
    let row = |view: &CodeView| {
        html! {
            <tr><td><code>{ words::atom(view.module) }</code></td><td>{ vsn(&view.current) }</td><td>{ vsn(&view.old) }</td><td>{ view.killed }</td></tr>
        }
    };
    table([t.code, t.current_code, t.old_code, t.killed_by_purge], code.iter().take(60).map(row).collect())
}

fn table<const N: usize>(heads: [&'static str; N], rows: Html) -> Html {
    html! {
        <table><thead><tr>{ for heads.into_iter().map(|head| html! { <th scope="col">{ head }</th> }) }</tr></thead><tbody>{ rows }</tbody></table>
    }
}

fn facts(snapshot: &Snapshot, application: &ApplicationView, t: &'static Words) -> Html {
    let names = |names: &mut dyn Iterator<Item = Atom>| {
        let names: Vec<String> = names.map(words::application).collect();
        if names.is_empty() { t.none.to_owned() } else { names.join(", ") }
    };
    let list = |label: &'static str, found: &mut dyn Iterator<Item = Atom>| {
        fact(label, html! { <code>{ names(found) }</code> })
    };
    let own = application.name;
    let others = |relation: fn(&ApplicationView) -> &[Atom]| {
        snapshot.applications.iter().filter(move |other| relation(other).contains(&own)).map(|other| other.name)
    };
    let mut including = others(|other| &other.included).peekable();
    html! {
        <dl>
            { application.start_type.map(|kind| fact(t.start_type, html! { meaning(kind, t) })) }
            if application.boot_order > 0 { { fact(t.boot_order, html! { application.boot_order }) } }
            if application.stop_order > 0 { { fact(t.stop_order, html! { application.stop_order }) } }
            { list(t.dependencies, &mut application.dependencies.iter().copied()) }
            { list(t.needed_by, &mut others(|other| &other.dependencies)) }
            if !application.included.is_empty() { { list(t.includes, &mut application.included.iter().copied()) } }
            if including.peek().is_some() { { list(t.included_by, &mut including) } }
            { start_phases(application).map(|phases| list(t.start_phases, &mut phases.into_iter())) }
            { application.master.map(|master| fact(t.application_master, html! { <code>{ master.to_string() }</code> })) }
        </dl>
    }
}

/// The names of its start phases, in order; `None` if it starts in one.
fn start_phases(application: &ApplicationView) -> Option<Vec<Atom>> {
    let [_, _, props] = application.spec.as_tuple_of::<3>()?;
    let phases = props.keyword_get(Atom::new("start_phases"))?;
    Some(phases.iter().filter_map(|phase| phase.as_tuple()?.first()?.as_atom()).collect())
}

fn environment(application: &ApplicationView, t: &'static Words) -> Html {
    if application.env.is_empty() {
        return Html::default();
    }
    let row = |env: &EnvView| {
        let source = env.source.text();
        let source = t.source(&source).map_or_else(|| source.to_string(), str::to_owned);
        html! { <tr><td><code>{ words::atom(env.key) }</code></td><td><code>{ words::brief(&env.value) }</code></td><td>{ source }</td></tr> }
    };
    html! {
        <>
            <h3>{ t.environment }</h3>
            { table([t.key, t.value, t.source], application.env.iter().take(60).map(row).collect()) }
        </>
    }
}

/// The `.app` file, a property a line, as Erlang writes it.
fn specification(act: &Callback<Act>, choice: &Choice, application: &ApplicationView, t: &'static Words) -> Html {
    let props = application.spec.as_tuple_of::<3>().and_then(|[_, _, props]| props.to_vec()).unwrap_or_default();
    let line = |pair: &Term| {
        let [key, value] = pair.as_tuple_of::<2>()?;
        Some(html! { <><dt><code>{ words::erlang(key) }</code></dt><dd><code>{ words::erlang(value) }</code></dd></> })
    };
    html! { <><h3>{ t.specification }{ " (.app)" }{ copy(act, choice, words::erlang(&application.spec) + ".") }</h3><dl class="spec">{ for props.iter().take(60).filter_map(line) }</dl></> }
}
