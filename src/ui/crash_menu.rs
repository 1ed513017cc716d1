//! The ways in which a process can die.

use yew::{Callback, Html, Properties, UseStateHandle, function_component, use_node_ref, use_state_eq};

use super::html::{component, html};

use super::act::Act;
use super::bar::choice;
use super::i18n::{Lang, Words};
use super::shared::{Write, use_act, use_focus};
use crate::session::{Command, CrashKind, Target};
use crate::term::erlang;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct CrashProps {
    pub(crate) target: Target,
    pub(crate) lang: Lang,
}

#[function_component]
pub(crate) fn CrashMenu(props: &CrashProps) -> Html {
    let (act, menu) = (use_act(), use_node_ref());
    let custom = use_state_eq(|| "boom".to_owned());
    let t = props.lang.words();
    use_focus(&menu, true, true);
    let wrong = use_state_eq(|| false);
    let failing = use_state_eq(|| 2);
    let write = {
        let (custom, wrong) = (custom.clone(), wrong.clone());
        Callback::from(move |text: String| {
            custom.set(text);
            wrong.set(false);
        })
    };
    let button = |label: &'static str, kind: CrashKind| deed(&act, props, label, kind);
    let own = |label: &str, kind: fn(String) -> CrashKind| own(&act, props, label, &custom, kind, &wrong);
    let times = [1, 2, 3, 4, 5, 10, 20].map(|times| (times, times.to_string()));
    let (set, fails) = (failing.setter(), [t.fail_starts, " ", &failing.to_string()].concat());
    html! {
        <div class="crash-menu" role="group" aria-label={t.crash_menu} ref={menu}>
            <div class="pair">
                { reason(&custom, *wrong, write, t) }
                { choice("field", t.failing_starts, &times, *failing, Callback::from(move |times| set.set(times))) }
            </div>
            <h3>{ t.from_outside }</h3>
            <div class="deeds">
                <button type="button" class="danger kill" onclick={onclick(&act, props, CrashKind::Signal("kill".into()))}>{ ":kill" }</button>
                { button(":shutdown", CrashKind::Signal("shutdown".into())) }
                { button(":normal", CrashKind::Signal("normal".into())) }
                { own("", CrashKind::Signal) }
                { own(t.linked_peer, CrashKind::LinkedPeer) }
                { deed(&act, props, &fails, CrashKind::FailStarts(*failing)) }
                { button(t.flood, CrashKind::Flood) }
            </div>
            <h3>{ t.from_inside }</h3>
            <div class="deeds">
                { button("raise", CrashKind::Raise("boom".into())) }
                { own("throw", CrashKind::Throw) }
                { button("exit(:normal)", CrashKind::Exit("normal".into())) }
                { button("exit(:shutdown)", CrashKind::Exit("shutdown".into())) }
                { own("exit", CrashKind::Exit) }
                { own("{:stop, …}", CrashKind::Stop) }
                { button(t.bad_return, CrashKind::BadReturn) }
                { button(t.bad_match, CrashKind::BadMatch) }
                { button(t.call_timeout, CrashKind::CallTimeout) }
                { button(t.endless_loop, CrashKind::EndlessLoop) }
                { button(t.slow_shutdown, CrashKind::SlowShutdown) }
            </div>
            <p class="hint">{ t.fires_on_next }</p>
        </div>
    }
}

fn reason(custom: &str, wrong: bool, write: Callback<String>, t: &'static Words) -> Html {
    html! {
        <label class="field"><span>{ t.custom_reason }</span>
            { component! { <Write id="crash-reason" initial={custom.to_owned()} {wrong} on={write} /> } }
            if wrong { <em role="alert">{ t.wants_term }</em> }
        </label>
    }
}

fn onclick(act: &Callback<Act>, props: &CrashProps, how: CrashKind) -> Callback<yew::MouseEvent> {
    let deed = Act::Do(Command::Crash { target: props.target.clone(), how });
    super::shared::doing(act, deed)
}

fn deed(act: &Callback<Act>, props: &CrashProps, label: &str, kind: CrashKind) -> Html {
    html! { <button type="button" class="way" onclick={onclick(act, props, kind)}>{ label.to_owned() }</button> }
}

/// A way to die with the reason that the reader wrote, which is read when it is needed and not
/// while it is being written: every name read becomes an atom, and atoms stay.
fn own(
    act: &Callback<Act>,
    props: &CrashProps,
    label: &str,
    custom: &str,
    kind: fn(String) -> CrashKind,
    wrong: &UseStateHandle<bool>,
) -> Html {
    let custom_text = super::words::visible(custom, 13);
    let text = if label.is_empty() { custom_text } else { [label, "(", &custom_text, ")"].concat() };
    let (act, target, custom, wrong) = (act.clone(), props.target.clone(), custom.to_owned(), wrong.clone());
    let onclick = Callback::from(move |_: yew::MouseEvent| match erlang::parse(&custom) {
        Ok(_) => act.emit(Act::Do(Command::Crash { target: target.clone(), how: kind(custom.clone()) })),
        Err(_) => wrong.set(true),
    });
    html! { <button type="button" class="way" {onclick}>{ text }</button> }
}
