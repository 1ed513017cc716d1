//! Forms with their own validation: a new sequence, the system environment.

mod check;

use yew::{Callback, Html, Properties, SubmitEvent, TargetCast, function_component, use_state_eq};

use super::html::{component, html};

use super::act::Act;
use super::i18n::{Lang, Words};
use super::shared::{Ptr, Write, doing, icon, use_act};
use super::words;
use crate::observe::snapshot::Snapshot;
use crate::session::{Command, SequenceSpec};
use crate::supervision::{Flags, Strategy};

use check::{name_problem, number_problem};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct SequenceProps {
    pub(crate) snapshot: Ptr<Snapshot>,
    pub(crate) lang: Lang,
}

/// Which sequence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Fib,
    Arith,
    Geo,
}

#[derive(Clone, PartialEq)]
struct Draft {
    name: String,
    kind: Kind,
    first: String,
    second: String,
    /// Problems show once the reader has tried to start it.
    tried: bool,
}

impl Draft {
    fn spec(&self) -> SequenceSpec {
        let (a1, step) = (self.first.trim().to_owned(), self.second.trim().to_owned());
        match self.kind {
            Kind::Fib => SequenceSpec::Fib,
            Kind::Arith => SequenceSpec::Arith { a1, d: step },
            Kind::Geo => SequenceSpec::Geo { a1, r: step },
        }
    }

    fn problems(&self, snapshot: &Snapshot, t: &'static Words) -> [Option<&'static str>; 3] {
        let number = |text: &str| if self.kind == Kind::Fib { None } else { number_problem(text, t) };
        [name_problem(&self.name, snapshot, t), number(&self.first), number(&self.second)]
    }
}

/// The form of a sequence to start under `Seq.Dynamic`.
#[function_component]
pub(crate) fn SequenceForm(props: &SequenceProps) -> Html {
    let act = use_act();
    let draft = use_state_eq(|| Draft {
        name: "geo1".into(),
        kind: Kind::Geo,
        first: "2".into(),
        second: "3".into(),
        tried: false,
    });
    let t = props.lang.words();
    let problems = draft.problems(&props.snapshot, t);
    let runs = check::dynamic_runs(&props.snapshot);
    let submit = {
        let (act, draft, fine) = (act.clone(), draft.clone(), runs && problems == [None; 3]);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            draft.set(Draft { tried: !fine, ..(*draft).clone() });
            if fine {
                act.emit(Act::Do(Command::StartSequence { name: draft.name.trim().to_owned(), spec: draft.spec() }));
                act.emit(Act::Close);
            }
        })
    };
    let change = |set: fn(&mut Draft, String)| {
        let draft = draft.clone();
        Callback::from(move |value: String| {
            let mut next = (*draft).clone();
            set(&mut next, value);
            draft.set(next);
        })
    };
    let [name, first, second] = problems.map(|problem| problem.filter(|_| draft.tried));
    let step = if draft.kind == Kind::Geo { t.ratio } else { t.difference };
    html! {
        <form class="sequence-form" onsubmit={submit} novalidate={true}>
            <header><h2>{ t.new_sequence }</h2>
                <button type="button" class="plain" aria-label={t.close} onclick={doing(&act, Act::Close)}>{ icon("M4 4l8 8M12 4l-8 8") }</button>
            </header>
            { field("seq-name", t.name, &draft.name, name, change(|draft, value| draft.name = value)) }
            { kinds(draft.kind, change(|draft, value| draft.kind = kind_of(&value)), t) }
            if draft.kind != Kind::Fib {
                <div class="pair">
                    { field("seq-first", t.first_term, &draft.first, first, change(|draft, value| draft.first = value)) }
                    { field("seq-second", step, &draft.second, second, change(|draft, value| draft.second = value)) }
                </div>
            }
            if !runs { <em role="alert">{ t.not_running }</em> }
            <button type="submit" class="primary">{ t.start_sequence }</button>
        </form>
    }
}

fn kinds(kind: Kind, change: Callback<String>, t: &'static Words) -> Html {
    let onchange = Callback::from(move |event: yew::Event| {
        change.emit(event.target_unchecked_into::<web_sys::HtmlSelectElement>().value());
    });
    let option = |value: &'static str, label: &'static str, of: Kind| html! { <option {value} selected={of == kind}>{ label }</option> };
    html! {
        <label class="field"><span>{ t.sequence }</span>
            <select {onchange}>
                { option("fib", "Seq.Fib (0, 1, 1, 2, …)", Kind::Fib) }
                { option("arith", "Seq.Arith (a1, a1 + d, …)", Kind::Arith) }
                { option("geo", "Seq.Geo (a1, a1 · r, …)", Kind::Geo) }
            </select>
        </label>
    }
}

fn kind_of(name: &str) -> Kind {
    match name {
        "fib" => Kind::Fib,
        "arith" => Kind::Arith,
        _ => Kind::Geo,
    }
}

pub(crate) fn field(
    id: &'static str,
    label: &'static str,
    value: &str,
    problem: Option<&'static str>,
    on: Callback<String>,
) -> Html {
    html! {
        <label class="field"><span>{ label }</span>
            { component! { <Write {id} initial={value.to_owned()} wrong={problem.is_some()} {on} /> } }
            <em role="alert">{ problem.unwrap_or_default() }</em>
        </label>
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct FlagsProps {
    /// Its name.
    pub(crate) supervisor: String,
    /// As they are now.
    pub(crate) flags: Flags,
    /// Its children in start order: name, and what would happen if it died now.
    pub(crate) children: Vec<(String, String)>,
    pub(crate) lang: Lang,
}

/// Strategy, intensity and period of a supervisor that goes on running.
#[function_component]
pub(crate) fn FlagsForm(props: &FlagsProps) -> Html {
    let act = use_act();
    let now = props.flags;
    let draft =
        use_state_eq(|| (words::strategy(now.strategy).to_owned(), now.intensity.to_string(), now.period.to_string()));
    let wrong = use_state_eq(|| false);
    let t = props.lang.words();
    let change = |set: fn(&mut (String, String, String), String)| {
        let (draft, wrong) = (draft.clone(), wrong.clone());
        Callback::from(move |value: String| {
            let mut next = (*draft).clone();
            set(&mut next, value);
            draft.set(next);
            wrong.set(false);
        })
    };
    let submit = {
        let (act, draft, wrong, supervisor) = (act.clone(), draft.clone(), wrong.clone(), props.supervisor.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match flags_of(&supervisor, &draft) {
                Some(command) => act.emit(Act::Do(command)),
                None => wrong.set(true),
            }
        })
    };
    let pick = change(|draft, value| draft.0 = value);
    let onchange = Callback::from(move |event: yew::Event| {
        pick.emit(event.target_unchecked_into::<web_sys::HtmlSelectElement>().value());
    });
    html! {
        <details class="flags"><summary>{ t.change_flags }</summary>
            <form onsubmit={submit} novalidate={true}>
                <label class="field"><span>{ t.strategy }</span>
                    <select {onchange}>{ for STRATEGIES.into_iter().map(words::strategy).map(|name| html! { <option value={name} selected={name == draft.0}>{ name }</option> }) }</select>
                </label>
                <div class="pair">
                    { field("flags-intensity", t.intensity, &draft.1, None, change(|draft, value| draft.1 = value)) }
                    { field("flags-period", t.period, &draft.2, None, change(|draft, value| draft.2 = value)) }
                </div>
                if *wrong { <em role="alert">{ t.flags_form }</em> }
                <p class="hint">{ t.flags_hint }</p>
                <button type="submit" class="primary">{ t.apply }</button>
            </form>
            { order(&act, &props.supervisor, &props.children, t) }
        </details>
    }
}

/// The children in start order, each to be moved, with what its place means.
fn order(act: &Callback<Act>, supervisor: &str, children: &[(String, String)], t: &'static Words) -> Html {
    let ids: Vec<String> = children.iter().map(|(name, _)| name.clone()).collect();
    let moved = |at: usize, to: usize, label: &'static str, path: &'static str, name: &str| {
        let mut ids = ids.clone();
        let there = at < ids.len() && to < ids.len();
        if there {
            ids.swap(at, to);
        }
        let (label, order) =
            ([name, ": ", label].concat(), Command::ChildOrder { supervisor: Some(supervisor.to_owned()), ids });
        html! { <button type="button" class="plain" disabled={!there} aria-label={label.clone()} title={label} onclick={doing(act, Act::Do(order))}>{ icon(path) }</button> }
    };
    let child = |(at, (name, blast)): (usize, &(String, String))| {
        html! {
            <li key={name.as_str()}><code>{ name }</code>{ moved(at, at.wrapping_sub(1), t.earlier, "M8 13V3M4 7l4-4 4 4", name) }
                { moved(at, at + 1, t.later, "M8 3v10M4 9l4 4 4-4", name) }<p class="hint">{ blast }</p></li>
        }
    };
    html! { <><h3>{ t.start_order }</h3><ol class="terms order">{ for children.iter().enumerate().map(child) }</ol></> }
}

const STRATEGIES: [Strategy; 3] = [Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne];

fn flags_of(supervisor: &str, (strategy, intensity, period): &(String, String, String)) -> Option<Command> {
    let strategy = STRATEGIES.into_iter().find(|other| words::strategy(*other) == strategy)?;
    let intensity = intensity.trim().parse().ok().filter(|intensity| *intensity <= 1_000)?;
    let period = period.trim().parse().ok().filter(|period| (1..=86_400).contains(period))?;
    Some(Command::SupervisorFlags { supervisor: Some(supervisor.to_owned()), strategy, intensity, period })
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct EnvProps {
    pub(crate) lang: Lang,
}

/// `SEQ_A1` and `SEQ_D`, which the configuration reads when the application starts.
#[function_component]
pub(crate) fn EnvForm(props: &EnvProps) -> Html {
    let t = props.lang.words();
    html! {
        <div class="env-form">
            <h3>{ t.system_env }</h3>
            { component! { <EnvRow variable="SEQ_A1" usual="3" lang={props.lang} /> } }
            { component! { <EnvRow variable="SEQ_D" usual="5" lang={props.lang} /> } }
            <p class="hint">{ t.env_hint }</p>
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct EnvRowProps {
    variable: &'static str,
    usual: &'static str,
    lang: Lang,
}

#[function_component]
fn EnvRow(props: &EnvRowProps) -> Html {
    let act = use_act();
    let value = use_state_eq(String::new);
    let (done, wrong) = (use_state_eq(|| false), use_state_eq(|| None));
    let t = props.lang.words();
    let put = |new: Option<String>| {
        let (act, done, variable) = (act.clone(), done.clone(), props.variable.to_owned());
        Callback::from(move |()| {
            done.set(true);
            act.emit(Act::Do(Command::SystemEnv { variable: variable.clone(), value: new.clone() }));
        })
    };
    let (set, unset) = (put(Some((*value).clone())), put(None));
    let problem = number_problem(&value, t);
    let submit = {
        let wrong = wrong.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match problem {
                None => set.emit(()),
                Some(_) => wrong.set(problem),
            }
        })
    };
    let write = {
        let (value, done, wrong) = (value.clone(), done.clone(), wrong.clone());
        Callback::from(move |text: String| {
            value.set(text);
            done.set(false);
            wrong.set(None);
        })
    };
    html! {
        <form onsubmit={submit} novalidate={true}>
            <div class="env-row">
                <label><code>{ props.variable }</code>
                    { component! { <Write id={props.variable} placeholder={props.usual} wrong={wrong.is_some()} on={write} /> } }
                </label>
                <button type="submit">{ t.set }{ if *done { " ✓" } else { "" } }</button>
                <button type="button" onclick={unset.reform(|_: yew::MouseEvent| ())}>{ t.unset }</button>
            </div>
            <em role="alert">{ wrong.unwrap_or_default() }</em>
        </form>
    }
}
