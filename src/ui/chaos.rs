//! Chaos: how often, whom and by which seed; and what it has cost each child.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, ShadowRoot};
use yew::{Callback, Html, Properties, SubmitEvent, function_component, use_effect_with, use_node_ref, use_state_eq};

use super::html::{component, html};

use super::act::{Act, Choice};
use super::bar::choice;
use super::forms::field;
use super::i18n::{Lang, Words};
use super::shared::{Ptr, copy, doing, icon, lowercase, use_act};
use super::words;
use crate::observe::chaos::{Report, Row, report};
use crate::observe::snapshot::{Snapshot, TreeNode};
use crate::session::{ChaosRun, Command};
use crate::view::number;

/// The most processes offered as targets, and the most places looked through for them.
const MOST: usize = 40;
const SEARCHED: usize = 1_000;
/// Crashes a minute to choose from.
const RATES: [u32; 6] = [6, 12, 30, 60, 120, 600];

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ChaosProps {
    pub(crate) snapshot: Ptr<Snapshot>,
    pub(crate) choice: Choice,
    pub(crate) app: Rc<str>,
    /// The run that goes on, or else the last one.
    pub(crate) run: Option<Ptr<ChaosRun>>,
    /// The seed of the whole run.
    pub(crate) seed: u64,
}

#[function_component]
pub(crate) fn Chaos(props: &ChaosProps) -> Html {
    let act = use_act();
    let t = props.choice.lang.words();
    let seen = &props.snapshot;
    let goes_on = props.run.as_ref().is_some_and(|run| run.ended.is_none()) && seen.halted.is_none();
    let close = use_node_ref();
    let own = close.clone();
    // The button that was pressed goes with what it began or ended: the focus must not go with it.
    use_effect_with(goes_on, move |_| {
        let Some(close) = own.cast::<HtmlElement>() else { return };
        let root = close.get_root_node().dyn_into::<ShadowRoot>();
        if root.is_ok_and(|root| root.active_element().is_none()) {
            drop(close.focus());
        }
    });
    let stop = Command::Chaos { per_minute: 0, targets: Vec::new(), seed: None };
    html! {
        <div class="chaos-form">
            <header><h2>{ t.chaos }</h2>
                <button type="button" class="plain" ref={close} aria-label={t.close} onclick={doing(&act, Act::Close)}>{ icon("M4 4l8 8M12 4l-8 8") }</button>
            </header>
            <p class="hint">{ t.about_chaos }</p>
            if goes_on {
                <button type="button" class="danger do-calm" onclick={doing(&act, Act::Do(stop))}>{ t.stop_chaos }</button>
            } else {
                { component! { <ChaosForm targets={Ptr(Rc::new(targets(seen, &props.app)))} seed={props.run.as_ref().map_or(props.seed, |run| run.seed)} rate={props.run.as_ref().map_or(30, |run| run.per_minute)} lang={props.choice.lang} /> } }
            }
            { props.run.as_ref().map(|run| result(&act, props, run, t)) }
        </div>
    }
}

/// Supervised processes of the application that have a name; with whether chaos hits them if
/// nobody is chosen.
fn targets(seen: &Snapshot, app: &str) -> Vec<(String, bool)> {
    let target = |node: &&Rc<TreeNode>| {
        let name = node.process.as_ref()?.name.filter(|_| node.child.is_some())?;
        Some((words::atom(name), node.supervisor.is_none()))
    };
    seen.places_of(app, SEARCHED).iter().filter_map(target).take(MOST).collect()
}

#[derive(Clone, PartialEq, Properties)]
struct FormProps {
    targets: Ptr<Vec<(String, bool)>>,
    seed: u64,
    rate: u32,
    lang: Lang,
}

#[function_component]
fn ChaosForm(props: &FormProps) -> Html {
    let act = use_act();
    let t = props.lang.words();
    let rate = use_state_eq(|| props.rate);
    let seed = use_state_eq(|| props.seed.to_string());
    let wrong = use_state_eq(|| false);
    let chosen = use_state_eq(Vec::<String>::new);
    let submit = {
        let (act, rate, seed, wrong, chosen) = (act.clone(), *rate, seed.clone(), wrong.clone(), chosen.clone());
        let workers = props.targets.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Ok(number) = seed.trim().parse::<u64>() else { return wrong.set(true) };
            let targets = whom(&chosen, &workers);
            act.emit(Act::Do(Command::Chaos { per_minute: rate, targets, seed: Some(number) }));
            act.emit(Act::Close);
        })
    };
    let write = {
        let (seed, wrong) = (seed.clone(), wrong.clone());
        Callback::from(move |text: String| {
            seed.set(text);
            wrong.set(false);
        })
    };
    let toggle = |name: &String| {
        let (chosen, name) = (chosen.clone(), name.clone());
        Callback::from(move |_: yew::MouseEvent| {
            let mut next: Vec<String> = chosen.iter().filter(|other| **other != name).cloned().collect();
            if next.len() == chosen.len() {
                next.push(name.clone());
            }
            chosen.set(next);
        })
    };
    let rates: Vec<(u32, String)> = RATES.into_iter().map(|rate| (rate, format!("{rate} {}", t.per_minute))).collect();
    let set = rate.setter();
    html! {
        <form onsubmit={submit} novalidate={true}>
            <div class="pair">
                { choice("field rate", t.rate, &rates, *rate, Callback::from(move |rate| set.set(rate))) }
                { field("chaos-seed", t.seed, &seed, wrong.then_some(t.seed_form), write) }
            </div>
            <div class="field" role="group" aria-label={t.targets}><span>{ t.targets }{ " · " }{ t.targets_hint }</span>
                <span class="deeds">{ for props.targets.iter().map(|(name, _)| html! {
                    <button type="button" aria-pressed={chosen.contains(name).to_string()} onclick={toggle(name)}>{ name }</button>
                }) }</span>
            </div>
            <button type="submit" class="primary do-chaos">{ t.start_chaos }</button>
        </form>
    }
}

/// Those that were chosen and are still there. Nobody chosen: all sequence servers, those to come
/// too, which is what no name means; where there are none, all workers by name.
fn whom(chosen: &[String], there: &[(String, bool)]) -> Vec<String> {
    let sequences = there.iter().any(|(name, _)| name.starts_with("Seq."));
    let wanted = |name: &String, worker: bool| if chosen.is_empty() { worker } else { chosen.contains(name) };
    match chosen.is_empty() && sequences {
        true => Vec::new(),
        false => there.iter().filter(|(name, worker)| wanted(name, *worker)).map(|(name, _)| name.clone()).collect(),
    }
}

/// What the run has cost so far, or cost in all.
fn result(act: &Callback<Act>, props: &ChaosProps, run: &ChaosRun, t: &'static Words) -> Html {
    let report = report(&run.began, run.ended.as_ref().unwrap_or(&props.snapshot.0), &props.app);
    let whom = if run.targets.is_empty() { t.every_sequence.to_owned() } else { run.targets.join(", ") };
    let settings = format!("{} {}, {} {}, {whom}", run.per_minute, t.per_minute, lowercase(t.seed), run.seed);
    let text = report.text(&settings);
    html! {
        <section class="chaos-report" aria-label={t.report}>
            <h3>{ t.report }{ " · " }{ words::moment(report.from) }{ " – " }{ words::moment(report.to) }</h3>
            <p class="hint">{ settings }</p>
            <p class="totals">{ sums(&report, t) }</p>
            <div class="scroll" tabindex="0" role="group" aria-label={t.report}>{ table(&report, t) }</div>
            <div class="deeds">
                { copy(act, &props.choice, text.clone()) }
                <button type="button" class="do-export" onclick={doing(act, Act::SaveText("let-it-crash-chaos.tsv", text))}>{ t.save_report }</button>
            </div>
        </section>
    }
}

fn sums(report: &Report, t: &'static Words) -> String {
    let said = [(report.crashes, t.crashes), (report.restarts, t.restarts), (report.gave_up, t.gave_up)];
    said.map(|(number, what)| format!("{number} {what}")).join(" · ")
}

fn table(report: &Report, t: &'static Words) -> Html {
    let heads = [t.child, t.uptime, t.mtbf, t.mttr, t.availability, t.times_down, t.restarts, t.values_lost];
    html! {
        <table class="figures">
            <thead><tr>{ for heads.map(|head| html! { <th scope="col">{ head }</th> }) }</tr></thead>
            <tbody>{ for report.rows.iter().map(line) }</tbody>
        </table>
    }
}

fn line(row: &Row) -> Html {
    let measured = &row.measured;
    let cells = [
        number::mean(Some(row.up.as_secs_f64())),
        number::mean(measured.mtbf),
        number::mean(measured.mttr),
        number::percent(measured.ratio),
        measured.failures.to_string(),
        row.restarts.to_string(),
        row.lost.map_or_else(|| "–".to_owned(), |lost| lost.to_string()),
    ];
    html! {
        <tr key={row.key.to_string()}><th scope="row"><code>{ words::brief(&row.name) }</code></th>{ for cells.map(|cell| html! { <td>{ cell }</td> }) }</tr>
    }
}
