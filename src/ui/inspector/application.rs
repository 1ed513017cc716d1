//! An application: how it fares, its environment, and the buttons that start and stop it.

use yew::{Callback, Html, Properties, TargetCast, function_component, html, use_state_eq};

use super::super::act::Act;
use super::super::forms::EnvForm;
use super::super::i18n::{Lang, Words};
use super::super::shared::{Ptr, doing, use_act};
use super::super::words;
use super::fact;
use crate::observe::snapshot::{ApplicationState, ApplicationView, Snapshot, TreeNode};
use crate::session::Command;
use crate::supervision::Restart;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ApplicationProps {
    pub(super) snapshot: Ptr<Snapshot>,
    pub(super) node: Ptr<TreeNode>,
    pub(super) lang: Lang,
}

#[function_component]
pub(super) fn Application(props: &ApplicationProps) -> Html {
    let act = use_act();
    let start_type = use_state_eq(|| Restart::Temporary);
    let t = props.lang.words();
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
    html! {
        <>
            <header><h2>{ words::application(application.name) }</h2><p class="under">{ chip(application, t) }<span>{ t.applications }</span></p>
                { application.reason.as_ref().map(|reason| html! { <p class="why">{ t.reason }{ " " }<code>{ words::brief(reason) }</code></p> }) }
            </header>
            <div class="deeds">{ deeds(&act, application, *start_type, t) }</div>
            <div class="panel" tabindex="0" role="group" aria-label={t.applications}>
                if !runs(application) { { types(*start_type, choose, t) } }
                { facts(application, t) }
                { environment(application, t) }
                <EnvForm lang={props.lang} />
            </div>
        </>
    }
}

/// Is it up, or on its way there or back?
pub(crate) fn runs(application: &ApplicationView) -> bool {
    matches!(application.state, ApplicationState::Starting | ApplicationState::Started | ApplicationState::Stopping)
}

pub(crate) fn chip(application: &ApplicationView, t: &Words) -> Html {
    let class = match application.state {
        ApplicationState::Started => "running",
        ApplicationState::Starting | ApplicationState::Stopping => "restarting",
        ApplicationState::StartFailed => "crashed",
        ApplicationState::Loaded | ApplicationState::Stopped | ApplicationState::Unloaded => "exited",
    };
    html! { <span class={yew::classes!("chip", class)}>{ t.application(application.state) }</span> }
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

fn types(chosen: Restart, choose: Callback<yew::Event>, t: &'static Words) -> Html {
    let kinds = [
        (Restart::Temporary, t.temporary_means),
        (Restart::Transient, t.transient_means),
        (Restart::Permanent, t.permanent_means),
    ];
    html! {
        <label class="field"><span>{ t.start_type }</span>
            <select onchange={choose}>
                { for kinds.into_iter().map(|(kind, means)| html! { <option value={words::restart(kind)} selected={kind == chosen}>{ means }</option> }) }
            </select>
        </label>
    }
}

fn type_of(name: &str) -> Restart {
    match name {
        "permanent" => Restart::Permanent,
        "transient" => Restart::Transient,
        _ => Restart::Temporary,
    }
}

fn facts(application: &ApplicationView, t: &'static Words) -> Html {
    let needs: Vec<String> = application.dependencies.iter().map(|name| words::application(*name)).collect();
    html! {
        <dl>
            { application.start_type.map(|kind| fact(t.start_type, html! { <code>{ words::restart(kind) }</code> })) }
            if application.boot_order > 0 { { fact(t.boot_order, html! { application.boot_order }) } }
            { fact(t.dependencies, html! { <code>{ if needs.is_empty() { t.none.to_owned() } else { needs.join(", ") } }</code> }) }
            { application.master.map(|master| fact(t.application_master, html! { <code>{ master.to_string() }</code> })) }
            { fact(".app", html! { <pre class="term">{ words::full(&application.spec) }</pre> }) }
        </dl>
    }
}

fn environment(application: &ApplicationView, t: &'static Words) -> Html {
    if application.env.is_empty() {
        return Html::default();
    }
    let rows = application.env.iter().take(60).map(|env| html! {
        <tr><td><code>{ words::atom(env.key) }</code></td><td><code>{ words::brief(&env.value) }</code></td><td>{ env.source.text().to_string() }</td></tr>
    });
    html! {
        <>
            <h3>{ t.environment }</h3>
            <table><thead><tr><th scope="col">{ t.key }</th><th scope="col">{ t.value }</th><th scope="col">{ t.source }</th></tr></thead>
                <tbody>{ for rows }</tbody></table>
        </>
    }
}
