//! What waits in the mailbox, and the calls that were made.

use std::rc::Rc;

use yew::{Callback, Html};

use super::super::act::Act;
use super::super::html::html;
use super::super::i18n::Words;
use super::super::shared::doing;
use super::super::words;
use super::InspectorProps;
use crate::observe::snapshot::{MessageView, Snapshot, TreeNode};
use crate::session::{Command, Info};

/// The most of each shown.
const MOST: usize = 30;
/// The most messages looked through.
const SEARCHED: usize = 2_000;

pub(super) fn panel(props: &InspectorProps, act: &Callback<Act>, node: &TreeNode, t: &'static Words) -> Html {
    html! {
        <>
            <h3>{ t.in_mailbox }</h3>{ mailbox(props.info.as_deref(), t) }
            <h3>{ t.calls }</h3>{ calls(&props.snapshot, node, t) }
            <h3>{ t.traced }</h3><p class="deeds">{ trace_own(act, props, node, t) }{ trace(act, props.tracing, t) }</p>{ traced(&props.snapshot, node, t) }
        </>
    }
}

/// The button that begins and ends the tracing of this process alone.
fn trace_own(act: &Callback<Act>, props: &InspectorProps, node: &TreeNode, t: &'static Words) -> Html {
    let (Some(info), Some(target)) = (&props.info, words::target(node)) else { return Html::default() };
    let on = !info.traced;
    html! { <button type="button" class="trace-own" aria-pressed={info.traced.to_string()} onclick={doing(act, Act::Do(Command::TraceProcess { target, on }))}>{ t.trace_own }</button> }
}

/// The button that begins and ends the tracing of all messages.
pub(crate) fn trace(act: &Callback<Act>, tracing: bool, t: &'static Words) -> Html {
    html! { <button type="button" class="trace" aria-pressed={tracing.to_string()} onclick={doing(act, Act::Do(Command::Trace { on: !tracing }))}>{ t.trace }</button> }
}

/// The messages that it sent and got while they were traced, newest first, each whole.
fn traced(snapshot: &Snapshot, node: &TreeNode, t: &'static Words) -> Html {
    let own = |message: &&Rc<MessageView>| [message.from_key, message.to_key].contains(&Some(node.key));
    let row = |message: &Rc<MessageView>| {
        let (arrow, other) = if message.to_key == Some(node.key) { ("←", message.from) } else { ("→", message.to) };
        html! {
            <tr key={message.id}><td>{ words::moment(message.sent_at) }</td><td>{ arrow }{ " " }{ other.to_string() }</td>
                <td><code>{ words::full(&message.message) }</code></td></tr>
        }
    };
    let rows: Vec<Html> = snapshot.messages.iter().rev().take(SEARCHED).filter(own).take(MOST).map(row).collect();
    if rows.is_empty() {
        return html! { <p class="empty">{ t.nothing_traced }</p> };
    }
    html! { <table class="traced"><tbody>{ for rows }</tbody></table> }
}

fn mailbox(info: Option<&Info>, t: &'static Words) -> Html {
    let Some(info) = info.filter(|info| info.message_queue_len > 0) else {
        return html! { <p class="empty">{ t.mailbox_empty }</p> };
    };
    let more = info.message_queue_len.saturating_sub(MOST.min(info.messages.len()));
    html! {
        <ol class="terms">
            { for info.messages.iter().take(MOST).map(|message| html! { <li><code>{ words::brief(message) }</code></li> }) }
            if more > 0 { <li><small>{ "+" }{ more }{ " " }{ t.hidden_children }</small></li> }
        </ol>
    }
}

fn calls(snapshot: &Snapshot, node: &TreeNode, t: &'static Words) -> Html {
    let calls = snapshot.calls.iter().rev().filter(|call| call.key == Some(node.key)).take(MOST);
    let rows: Vec<Html> = calls
        .map(|call| {
            let (class, outcome) = match &call.outcome {
                Ok(reply) => ("", reply),
                Err(reason) => ("failed", reason),
            };
            html! {
                <tr key={call.seq} {class}><td>{ words::moment(call.at) }</td><td><code>{ words::request(&call.request) }</code></td>
                    <td><code>{ words::brief(outcome) }</code></td><td>{ call.took.to_string() }</td></tr>
            }
        })
        .collect();
    if rows.is_empty() {
        return html! { <p class="empty">{ t.no_calls }</p> };
    }
    html! { <table><tbody>{ for rows }</tbody></table> }
}
