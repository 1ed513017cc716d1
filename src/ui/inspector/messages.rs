//! What waits in the mailbox, and the calls that were made.

use yew::Html;

use super::super::html::html;

use super::super::i18n::Words;
use super::super::words;
use crate::observe::snapshot::{Snapshot, TreeNode};
use crate::session::Info;

/// The most of each shown.
const MOST: usize = 30;

pub(super) fn panel(snapshot: &Snapshot, info: Option<&Info>, node: &TreeNode, t: &'static Words) -> Html {
    html! {
        <>
            <h3>{ t.in_mailbox }</h3>{ mailbox(info, t) }
            <h3>{ t.calls }</h3>{ calls(snapshot, node, t) }
        </>
    }
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
                <tr key={call.seq} {class}><td>{ words::moment(call.at) }</td><td><code>{ words::brief(&call.request) }</code></td>
                    <td><code>{ words::brief(outcome) }</code></td><td>{ call.took.to_string() }</td></tr>
            }
        })
        .collect();
    if rows.is_empty() {
        return html! { <p class="empty">{ t.no_calls }</p> };
    }
    html! { <table><tbody>{ for rows }</tbody></table> }
}
