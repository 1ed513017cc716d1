//! The page as a function of what there is to see: no session, no clock. A test needs only a
//! [`Snapshot`].

use std::rc::Rc;

use yew::{Callback, ContextProvider, Html, NodeRef, Properties, function_component, use_node_ref};

use super::html::{component, html};

use super::act::{Act, Choice, Layer, Pane};
use super::bar::{Bar, Pace, scene};
use super::chaos::Chaos;
use super::chart::Chart;
use super::forms::SequenceForm;
use super::help::Help;
use super::i18n::Words;
use super::inspector::{Inspector, chip, runs};
use super::log::Log;
use super::process_tree::ProcessTree;
use super::shared::{Ptr, doing, round, use_focus};
use super::split::Split;
use super::status::Status;
use super::timeline::Timeline;
use super::words;
use crate::observe::snapshot::{ApplicationView, Snapshot};
use crate::session::refusal::Refusal;
use crate::session::{ChaosRun, Command, Info, Target};
use crate::supervision::Restart;
use crate::term::ordered::sort_by_key;
use crate::term::{Pid, Term};
use crate::time::Instant;

/// The most monitors of a process that are drawn.
const MONITORS: usize = 500;

/// Everything that shows.
#[derive(Clone, PartialEq, Properties)]
pub struct PageProps {
    /// What there is to see.
    pub snapshot: Ptr<Snapshot>,
    /// What the reader has chosen to see.
    pub choice: Choice,
    /// How time passes.
    #[prop_or_default]
    pub pace: Pace,
    /// Virtual time, to a tenth of a second.
    pub now: Instant,
    /// The reader's application.
    pub app: Rc<str>,
    /// Is the widget the whole page?
    #[prop_or_default]
    pub page: bool,
    /// What the node tells of the selected process.
    #[prop_or_default]
    pub info: Option<Ptr<Info>>,
    /// Who has messages waiting, and how many.
    #[prop_or_default]
    pub mailboxes: Ptr<Vec<(Pid, usize)>>,
    /// Whom the page crashes again and again.
    #[prop_or_default]
    pub relentless: Option<Target>,
    /// The run of chaos that goes on, or else the last one.
    #[prop_or_default]
    pub chaos: Option<Ptr<ChaosRun>>,
    /// Who is attached to telemetry: id, event and function.
    #[prop_or_default]
    pub handlers: Vec<[Term; 3]>,
    /// Why the last deed was refused, with its number.
    #[prop_or_default]
    pub refused: Option<Rc<(u64, Refusal)>>,
    /// Takes what the reader does.
    pub act: Callback<Act>,
}

/// Panes in their places; which of them show is the style sheet's affair, by the room there is.
#[function_component]
pub fn Page(props: &PageProps) -> Html {
    let (file, side) = (use_node_ref(), use_node_ref());
    let (choice, act) = (&props.choice, &props.act);
    let t = choice.lang.words();
    let sheet = choice.shows(Layer::Sheet) || choice.shows(Layer::Crash);
    use_focus(&side, sheet, false);
    let pane = |pane: Pane, label: &'static str, body: Html| {
        let class = format!("pane {}", pane.id());
        html! { <section {class} id={format!("pane-{}", pane.id())} role="region" aria-label={label}>{ body }</section> }
    };
    let (snapshot, now) = (&props.snapshot, props.now);
    let body = html! {
        <>
            { component! { <Bar pace={props.pace} choice={choice.clone()} counts={snapshot.counts} {now} page={props.page} /> } }
            { applications(props, &file, t) }
            { halted(props, t) }
            <div class="panes" data-pane={choice.pane.id()} data-sheet={sheet.to_string()}>
                { pane(Pane::Tree, t.tree, component! { <ProcessTree snapshot={snapshot.clone()} choice={choice.clone()} app={props.app.clone()} playing={props.pace.playing} mailboxes={props.mailboxes.clone()} monitors={monitors(props)} {now} /> }) }
                { component! { <Split lang={choice.lang} /> } }
                <section class="pane side" role="region" aria-label={t.inspector} tabindex="-1" onkeydown={round(&side)} ref={side}>
                    { component! { <Inspector tracing={props.pace.tracing} snapshot={snapshot.clone()} choice={choice.clone()} info={props.info.clone()} relentless={props.relentless.clone()} {now} /> } }
                </section>
                { pane(Pane::Values, t.values, component! { <Chart snapshot={snapshot.clone()} choice={choice.clone()} handlers={props.handlers.clone()} {now} /> }) }
                { pane(Pane::Timeline, t.timeline, component! { <Timeline tracing={props.pace.tracing} traced={props.pace.traced} snapshot={snapshot.clone()} choice={choice.clone()} app={props.app.clone()} {now} /> }) }
                { pane(Pane::Log, t.log, component! { <Log snapshot={snapshot.clone()} choice={choice.clone()} /> }) }
            </div>
            { switch(props, t) }
            { layer(props) }
            { component! { <Status snapshot={snapshot.clone()} lang={choice.lang} refused={props.refused.clone()} /> } }
        </>
    };
    component! { <ContextProvider<Callback<Act>> context={act.clone()}>{ body }</ContextProvider<Callback<Act>>> }
}

/// Who monitors the selected process and whom it monitors, those of calls included, which are not
/// logged.
fn monitors(props: &PageProps) -> Vec<Pid> {
    let Some(info) = &props.info else { return Vec::new() };
    info.monitors.iter().chain(&info.monitored_by).take(MONITORS).copied().collect()
}

/// Which pane shows, where there is room for one.
fn switch(props: &PageProps, t: &'static Words) -> Html {
    let button = |pane: Pane, label: &'static str| {
        let current = (props.choice.pane == pane).then_some("true");
        html! { <button type="button" class={pane.id()} aria-current={current} onclick={doing(&props.act, Act::Show(pane))}>{ label }</button> }
    };
    let label = |pane: Pane| match pane {
        Pane::Tree => t.tree,
        Pane::Values => t.values,
        Pane::Timeline => t.timeline,
        Pane::Log => t.log,
    };
    html! { <nav class="switch" aria-label={t.views}>{ for Pane::ALL.into_iter().map(|pane| button(pane, label(pane))) }</nav> }
}

/// The applications, in the order they were loaded; the reader's one first.
fn applications(props: &PageProps, file: &NodeRef, t: &'static Words) -> Html {
    let own = |application: &ApplicationView| *application.name.text() == *props.app;
    let mut shown: Vec<_> = props.snapshot.applications.iter().collect();
    sort_by_key(&mut shown, |application| !own(application));
    let one = |application: &Rc<ApplicationView>| {
        let class = if own(application) { "application own" } else { "application" };
        let pressed = props.choice.selected == Some(application.key);
        html! {
            <li key={application.key.to_string()} {class}>
                <button type="button" aria-pressed={pressed.to_string()} onclick={doing(&props.act, Act::Inspect(application.key))}>
                    { words::application(application.name) }{ chip(application, t) }
                </button>
            </li>
        }
    };
    html! {
        <div class="strip">
            if props.page { { scene(&props.act, props.choice.scene, file, t) } }
            <ul class="applications" aria-label={t.applications}>{ for shown.into_iter().take(40).map(one) }</ul>
            { stopped(props, t) }
        </div>
    }
}

/// The reader's application is down: why, and a button that starts it again.
#[inline(never)]
fn stopped(props: &PageProps, t: &'static Words) -> Html {
    let own = props.snapshot.applications.iter().find(|application| *application.name.text() == *props.app);
    let Some(own) = own.filter(|own| !runs(own) && props.snapshot.halted.is_none()) else { return Html::default() };
    let said = if own.boot_order > 0 { t.app_stopped } else { t.app_not_started };
    let start = Command::StartApplication {
        name: words::application(own.name),
        start_type: own.start_type.unwrap_or(Restart::Temporary),
    };
    html! {
        <div class="banner app-stopped" role="status">
            <p><b>{ said }</b>{ own.reason.as_ref().map(|reason| html! { <>{ ": " }<code>{ words::brief(reason) }</code></> }) }</p>
            <button type="button" class="primary start-again" onclick={doing(&props.act, Act::Do(start))}>{ t.start_again }</button>
        </div>
    }
}

/// The whole node is down.
#[inline(never)]
fn halted(props: &PageProps, t: &'static Words) -> Html {
    let Some(reason) = &props.snapshot.halted else { return Html::default() };
    html! {
        <div class="banner halted" role="status">
            <div><p><b>{ t.node_stopped }</b></p>{ last_words(&props.snapshot, reason, t) }</div>
            <button type="button" class="primary boot-again" onclick={doing(&props.act, Act::Reset)}>{ t.boot_again }</button>
        </div>
    }
}

/// What OTP's node says as it goes down, and what that means.
#[inline(never)]
fn last_words(snapshot: &Snapshot, reason: &Term, t: &'static Words) -> Html {
    let Some(text) = words::charlist(reason).map(|text| words::visible(&text, 4_000)) else {
        return html! { <code>{ words::brief(reason) }</code> };
    };
    let culprit = text.strip_prefix("{application_terminated,").and_then(|rest| rest.split(',').next());
    let view = culprit.and_then(|name| snapshot.applications.iter().find(|view| *view.name.text() == *name));
    let means = match view.and_then(|view| view.start_type) {
        Some(Restart::Permanent) => t.permanent_ended,
        Some(Restart::Transient) => t.transient_ended,
        _ => "",
    };
    html! {
        <>
            if !means.is_empty() { <p>{ means }{ " " }<b>{ culprit.map(str::to_owned) }</b></p> }
            <code>{ "Kernel pid terminated (application_controller) (" }{ &text }{ ")" }</code>
        </>
    }
}

#[inline(never)]
fn layer(props: &PageProps) -> Html {
    let t = props.choice.lang.words();
    let (label, body) = match props.choice.layers.last() {
        Some(Layer::Help) => (t.help, component! { <Help lang={props.choice.lang} /> }),
        Some(Layer::Chaos) => (
            t.chaos,
            component! { <Chaos snapshot={props.snapshot.clone()} choice={props.choice.clone()} app={props.app.clone()} run={props.chaos.clone()} seed={props.pace.seed} /> },
        ),
        Some(Layer::Sequence) => {
            (t.new_sequence, component! { <SequenceForm snapshot={props.snapshot.clone()} lang={props.choice.lang} /> })
        }
        _ => return Html::default(),
    };
    html! {
        <div class="layer">
            <div class="veil" onclick={doing(&props.act, Act::Close)} />
            { component! { <Dialog {label}>{ body }</Dialog> } }
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct DialogProps {
    label: &'static str,
    children: Html,
}

/// Takes the focus when it opens, keeps it, and gives it back when it closes.
#[function_component]
fn Dialog(props: &DialogProps) -> Html {
    let dialog = use_node_ref();
    use_focus(&dialog, true, false);
    html! {
        <div class="dialog" role="dialog" aria-modal="true" aria-label={props.label} tabindex="-1" onkeydown={round(&dialog)} ref={dialog}>{ props.children.clone() }</div>
    }
}
