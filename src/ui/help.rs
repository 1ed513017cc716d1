//! Keyboard and legend.

use yew::{Html, Properties, function_component};

use super::html::html;

use super::act::Act;
use super::i18n::{Lang, Words};
use super::process_tree::glyph;
use super::shared::{doing, icon, use_act};
use crate::observe::snapshot::State;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct HelpProps {
    pub(crate) lang: Lang,
}

#[function_component]
pub(crate) fn Help(props: &HelpProps) -> Html {
    let act = use_act();
    let t = props.lang.words();
    html! {
        <div class="help">
            <header><h2>{ t.help }</h2>
                <button type="button" class="plain" aria-label={t.close} onclick={doing(&act, Act::Close)}>{ icon("M4 4l8 8M12 4l-8 8") }</button>
            </header>
            <p>{ t.about_page }</p>
            <div class="columns">
                <section><h3>{ t.legend }</h3>{ legend(t) }</section>
                <section><h3>{ t.keyboard }</h3><dl class="keys">{ keys(t) }</dl></section>
            </div>
        </div>
    }
}

fn keys(t: &'static Words) -> Html {
    let rows: [(&[&str], &str); 15] = [
        (&["Space"], t.key_space),
        (&["."], t.key_step),
        (&["/"], t.key_search),
        (&["b"], t.key_beat),
        (&["[", "]"], t.key_speed),
        (&["↑", "↓", "←", "→", "Home", "End"], t.key_arrows),
        (&["+", "-", "0"], t.key_zoom),
        (&["Shift", "↑", "↓", "←", "→"], t.key_pan),
        (&["Enter"], t.key_enter),
        (&["n"], t.key_next),
        (&["x"], t.key_crash),
        (&["Delete"], t.key_delete),
        (&["t"], t.key_timeline),
        (&["Esc"], t.key_escape),
        (&["?"], t.key_help),
    ];
    let row = |(keys, means): (&[&'static str], &'static str)| {
        html! {
            <><dt>{ for keys.iter().map(|key| html! { <kbd>{ *key }</kbd> }) }</dt><dd>{ means }</dd></>
        }
    };
    rows.into_iter().map(row).collect()
}

fn legend(t: &'static Words) -> Html {
    let states = [
        State::Running,
        State::Starting,
        State::Restarting,
        State::Crashed,
        State::Exited,
        State::Waiting,
        State::Suspended,
        State::GaveUp,
    ];
    html! {
        <ul class="legend">
            <li>{ glyph::inline(State::Running, true) }{ t.supervisor }</li>
            { for states.into_iter().map(|state| html! { <li>{ glyph::inline(state, false) }{ t.state_name(state) }</li> }) }
            <li><svg class="small-ring" viewBox="-11 -11 22 22" width="22" height="22" aria-hidden="true">{ glyph::sample(3) }</svg>{ t.budget_ring }</li>
            { for [("edge", t.supervision_line), ("link", t.link_line), ("monitor", t.monitor_line)].into_iter().map(|(class, label)| html! {
                <li><svg viewBox="0 0 22 16" width="22" height="16" aria-hidden="true"><path {class} d="M1 8H21" /></svg>{ label }</li>
            }) }
        </ul>
    }
}
