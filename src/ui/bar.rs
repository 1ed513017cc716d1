//! The bar: time, inputs that run by themselves, and how the page looks.

use yew::{Callback, Html, NodeRef, Properties, TargetCast, function_component};

use super::html::html;

use super::act::{Act, Choice, Layer, Scene};
use super::browser;
use super::i18n::Words;
use super::shared::{doing, icon, use_act};
use super::words;
use crate::observe::snapshot::Counts;
use crate::session::{Command, Speed, Stride, scenario};
use crate::time::Instant;

/// How time passes and what runs by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Does time pass?
    pub playing: bool,
    /// Only until the next crash?
    pub awaits_crash: bool,
    /// How fast.
    pub speed: Speed,
    /// Calls a second of auto-run.
    pub rate: u32,
    /// Crashes a minute of chaos.
    pub chaos: u32,
    /// Are all messages seen?
    pub tracing: bool,
    /// Are messages of anybody seen?
    pub traced: bool,
    /// The seed of the run.
    pub seed: u64,
}

impl Default for Pace {
    fn default() -> Self {
        let speed = Speed::REAL;
        Pace { playing: true, awaits_crash: false, speed, rate: 0, chaos: 0, tracing: false, traced: false, seed: 0 }
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct BarProps {
    pub(crate) pace: Pace,
    pub(crate) choice: Choice,
    pub(crate) counts: Counts,
    pub(crate) now: Instant,
    /// Is the widget the whole page?
    pub(crate) page: bool,
}

const PLAY: &str = "M4.5 2.5v11l9-5.5z";
const PAUSE: &str = "M4 3h3v10H4zM9 3h3v10H9z";
const STEP: &str = "M3 3l7 5-7 5zM11 3h2v10h-2z";
const RESET: &str = "M8 3a5 5 0 1 1-4.6 3M3 2v4h4";
const SUN: &str =
    "M8 5a3 3 0 1 0 .01 0M8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.5 1.5M11.5 11.5L13 13M3 13l1.5-1.5M11.5 4.5L13 3";
const MOON: &str = "M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z";

#[function_component]
pub(crate) fn Bar(props: &BarProps) -> Html {
    let act = use_act();
    let t = props.choice.lang.words();
    let more = props.choice.shows(Layer::More);
    let open = if more { Act::Close } else { Act::Open(Layer::More) };
    html! {
        <header class="bar">
            if props.page { { brand() } }
            { transport(&act, props, t) }
            <div class="clock" title={t.clock}><span class="sr">{ t.clock }{ " " }</span><b>{ words::clock(props.now) }</b>
                if !props.pace.playing { <span class="paused">{ t.paused }</span> }
                if props.pace.awaits_crash { <span class="paused">{ t.until_crash }</span> }
            </div>
            { counts(&props.counts, t) }
            <span class="spring" />
            <div class={if more { "extra open" } else { "extra" }}>
                if props.pace.awaits_crash || !props.pace.playing { { stride(&act, props, t) } }
                { speed(&act, props, t) }
                { automatic(&act, props, t) }
                if props.page { { looks(&act, props, t) } }
            </div>
            <button type="button" class="plain more" aria-expanded={more.to_string()} aria-label={t.more} onclick={doing(&act, open)}>
                { icon("M3 8h.01M8 8h.01M13 8h.01") }
            </button>
            <button type="button" class="plain help-button" aria-label={t.help} title={t.help} onclick={doing(&act, Act::Open(Layer::Help))}>{ "?" }</button>
        </header>
    }
}

fn brand() -> Html {
    html! {
        <h1 class="brand">
            <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
                <rect x="10" y="2" width="12" height="10" rx="3" class="brand-sup" /><path class="brand-edge" d="M16 12v6M16 18H7v3M16 18h9v3" />
                <circle cx="7" cy="25" r="5" class="brand-ok" /><path class="brand-dead" d="m21 21 8 8m0-8-8 8" />
            </svg>
            <span>{ "let-it-crash" }</span>
        </h1>
    }
}

fn button(act: &Callback<Act>, class: &'static str, label: &'static str, path: &'static str, deed: Act) -> Html {
    html! { <button type="button" {class} aria-label={label} title={label} onclick={doing(act, deed)}>{ icon(path) }</button> }
}

fn transport(act: &Callback<Act>, props: &BarProps, t: &'static Words) -> Html {
    let (label, path) = if props.pace.playing { (t.pause, PAUSE) } else { (t.play, PLAY) };
    html! {
        <div class="transport">
            { button(act, "play", label, path, Act::Play(!props.pace.playing)) }
            { button(act, "step", t.step, STEP, Act::Step) }
            { button(act, "reset", t.reset, RESET, Act::Reset) }
        </div>
    }
}

fn counts(counts: &Counts, t: &'static Words) -> Html {
    let one = |class: &'static str, number: u64, label: &'static str| html! { <span {class}><b>{ number }</b>{ " " }{ label }</span> };
    html! {
        <p class="counts">
            { one("alive", counts.alive, t.alive) }{ one("crashes", counts.crashes, t.crashes) }{ one("restarts", counts.restarts, t.restarts) }
        </p>
    }
}

/// A choice among values that are named in place.
pub(crate) fn choice<T: Copy + PartialEq + 'static>(
    class: &'static str,
    label: &'static str,
    options: &[(T, String)],
    chosen: T,
    then: Callback<T>,
) -> Html {
    html! { <label {class}><span>{ label }</span>{ select(label, options, chosen, then) }</label> }
}

/// [`choice`] among values whose names say what they are for.
fn select<T: Copy + PartialEq + 'static>(
    label: &'static str,
    options: &[(T, String)],
    chosen: T,
    then: Callback<T>,
) -> Html {
    let values: Vec<T> = options.iter().map(|(value, _)| *value).collect();
    let now = values.iter().position(|value| *value == chosen).and_then(|at| i32::try_from(at).ok());
    let onchange = Callback::from(move |event: yew::Event| {
        let select: web_sys::HtmlSelectElement = event.target_unchecked_into();
        let at = select.selected_index();
        // It shows what is the case: what is refused is not.
        select.set_selected_index(now.unwrap_or(-1));
        if let Some(value) = usize::try_from(at).ok().and_then(|at| values.get(at)) {
            then.emit(*value);
        }
    });
    html! {
        <select {onchange} aria-label={label}>
            { for options.iter().map(|(value, name)| html! { <option selected={*value == chosen}>{ name }</option> }) }
        </select>
    }
}

/// What node there is to see.
pub(crate) fn scene(act: &Callback<Act>, scene: Scene, input: &NodeRef, t: &'static Words) -> Html {
    let shipped = scenario::BUILT_IN.iter().find(|(name, _)| *name == scene.name());
    let text = shipped.map(|(_, text)| (*text).to_owned());
    // One's own is opened, not chosen.
    let there = Scene::ALL.into_iter().filter(|other| *other != Scene::Own || scene == Scene::Own);
    let options: Vec<(Scene, String)> = there.map(|scene| (scene, t.scene(scene).to_owned())).collect();
    let opened = act.clone();
    let onchange = Callback::from(move |event: yew::Event| {
        let opened = opened.clone();
        let input: web_sys::HtmlInputElement = event.target_unchecked_into();
        let _ = browser::read(&input, move |text| opened.emit(Act::Scenario(text)));
        // The same file, opened again, is a change too: it may have another text by then.
        input.set_value("");
    });
    let (own, input) = (input.clone(), input.clone());
    let onclick = Callback::from(move |_: yew::MouseEvent| {
        own.cast::<web_sys::HtmlElement>().iter().for_each(web_sys::HtmlElement::click);
    });
    html! {
        <>
            { choice("scene", t.scenario, &options, scene, act.reform(Act::Scene)) }
            <button type="button" class="plain open-scenario" title={t.open_hint} {onclick}>{ t.open_scenario }</button>
            if let Some(text) = text {
                <button type="button" class="plain save-scenario" onclick={doing(act, Act::SaveText("scenario.json", text))}>{ t.save_scenario }</button>
            }
            <input type="file" id="scenario-file" hidden={true} accept=".json" aria-label={t.open_scenario} ref={input} {onchange} />
        </>
    }
}

fn stride(act: &Callback<Act>, props: &BarProps, t: &'static Words) -> Html {
    let strides = [
        (Stride::Turn, t.stride_turn),
        (Stride::Message, t.stride_message),
        (Stride::Callback, t.stride_callback),
        (Stride::Crash, t.stride_crash),
    ];
    let options = strides.map(|(stride, name)| (stride, name.to_owned()));
    html! { <label class="stride"><span>{ t.step }</span>{ select(t.stride, &options, props.choice.stride, act.reform(Act::Stride)) }</label> }
}

fn speed(act: &Callback<Act>, props: &BarProps, t: &'static Words) -> Html {
    let options: Vec<(Speed, String)> = Speed::all().map(|speed| (speed, format!("{speed}×"))).collect();
    choice("speed", t.speed, &options, props.pace.speed, act.reform(Act::Speed))
}

fn automatic(act: &Callback<Act>, props: &BarProps, t: &'static Words) -> Html {
    let options = |rates: &[u32], unit: &str| -> Vec<(u32, String)> {
        let name = |rate: u32| if rate == 0 { t.off.to_owned() } else { format!("{rate} {unit}") };
        rates.iter().map(|rate| (*rate, name(*rate))).collect()
    };
    let run = options(&[0, 1, 2, 5, 10, 50, 100, 1000], t.per_second);
    let (class, chaos) = match props.pace.chaos {
        0 => ("chaos", t.off.to_owned()),
        rate => ("chaos danger", format!("{rate} {}", t.per_minute)),
    };
    html! {
        <>
            { choice("auto-run", t.auto_run, &run, props.pace.rate, act.reform(|rate| Act::Do(Command::AutoRun { rate }))) }
            <button type="button" {class} aria-haspopup="dialog" onclick={doing(act, Act::Open(Layer::Chaos))}>{ t.chaos }{ ": " }{ chaos }</button>
        </>
    }
}

fn looks(act: &Callback<Act>, props: &BarProps, t: &'static Words) -> Html {
    let theme = props.choice.theme.other();
    let (label, path) = if theme.name() == "dark" { (t.to_dark, MOON) } else { (t.to_light, SUN) };
    let lang = props.choice.lang.other();
    html! {
        <>
            { button(act, "plain save", t.save_run, "M8 2v8M4.5 7L8 10.5 11.5 7M3 13.5h10", Act::Save) }
            <button type="button" class="plain lang" lang={lang.tag()} onclick={doing(act, Act::Speak(lang))}>{ t.to_other_language }</button>
            { button(act, "plain theme", label, path, Act::Dress(theme)) }
        </>
    }
}
