//! The log: crash, supervisor and progress reports in Elixir's words, newest first.

use std::rc::Rc;

use yew::{Callback, Html, MouseEvent, Properties, function_component, use_state_eq};

use super::html::{component, html};

use super::act::{Act, Choice};
use super::i18n::{Lang, Words};
use super::shared::{Ptr, doing, use_act};
use super::words;
use crate::observe::report;
use crate::observe::snapshot::{Level, LogLine, Snapshot};

/// Lines shown at first, and at most.
const PAGE: usize = 60;
const MOST: usize = 280;
/// The most characters of one.
const MOST_TEXT: usize = 20_000;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct LogProps {
    pub(crate) snapshot: Ptr<Snapshot>,
    pub(crate) choice: Choice,
}

#[function_component]
pub(crate) fn Log(props: &LogProps) -> Html {
    let act = use_act();
    let most = use_state_eq(|| PAGE);
    let (choice, t) = (&props.choice, props.choice.lang.words());
    let fits = |line: &&Rc<LogLine>| !choice.problems || line.level() <= Level::Warning;
    let lines: Vec<&Rc<LogLine>> = props.snapshot.log.iter().rev().filter(fits).take(*most + 1).collect();
    let more = lines.len() > *most && *most < MOST;
    let older = {
        let most = most.clone();
        Callback::from(move |_: MouseEvent| most.set((*most + PAGE).min(MOST)))
    };
    let filter = |problems: bool, label: &'static str| {
        let pressed = (choice.problems == problems).to_string();
        html! { <button type="button" aria-pressed={pressed} onclick={doing(&act, Act::Problems(problems))}>{ label }</button> }
    };
    html! {
        <div class="log">
            <div class="tools"><h2>{ t.log }</h2><small>{ t.newest }</small>
                <span class="segmented" role="group" aria-label={t.level}>{ filter(false, t.all_levels) }{ filter(true, t.problems) }</span>
            </div>
            <div class="scroll" tabindex="0" role="log" aria-live="off" aria-label={t.log}>
                if lines.is_empty() { <p class="empty">{ t.no_log }</p> }
                <div>
                { for lines.into_iter().take(*most).map(|line| component! { <Line key={line.seq} line={Ptr(line.clone())} lit={line.key.is_some() && line.key == choice.hover} lang={choice.lang} /> }) }
                </div>
                if more { <button type="button" class="plain older" onclick={older}>{ t.older }</button> }
            </div>
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct LineProps {
    line: Ptr<LogLine>,
    lit: bool,
    lang: Lang,
}

/// A report: its first line, and all of it when it is opened.
#[function_component]
fn Line(props: &LineProps) -> Html {
    let act = use_act();
    let open = use_state_eq(|| false);
    let (line, t) = (&*props.line, props.lang.words());
    let text = words::visible(&report::text(&line.report), MOST_TEXT);
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let class = yew::classes!("line", level(line.level()), open.then_some("open"), props.lit.then_some("lit"));
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    html! {
        <article {class} onmouseenter={doing(&act, Act::Hover(line.key))} onmouseleave={doing(&act, Act::Hover(None))}>
            <button type="button" class="first" aria-expanded={open.to_string()} onclick={toggle}>
                <time>{ words::moment(line.at) }</time><span class="level">{ level(line.level()) }</span><span class="text">{ first.to_owned() }</span>
            </button>
            if *open { <pre>{ rest.to_owned() }</pre> { place(&act, line, t) }
                <button type="button" class="plain copy to-moment" onclick={doing(&act, Act::Moment(line.at, line.about))}>{ t.to_moment }</button>
                <button type="button" class="plain copy" onclick={doing(&act, Act::Copy(text.clone()))}>{ t.copy }</button> }
        </article>
    }
}

/// Leads to the place in the tree that reported it.
fn place(act: &Callback<Act>, line: &LogLine, t: &'static Words) -> Html {
    let Some(key) = line.key else { return Html::default() };
    html! { <button type="button" class="pid" onclick={doing(act, Act::Inspect(key))}>{ t.process }{ " " }{ line.pid.to_string() }</button> }
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Notice => "notice",
        Level::Info => "info",
        Level::Debug => "debug",
    }
}
