//! The child specification, as its supervisor has it.

use yew::{Html, html};

use super::super::i18n::Words;
use super::super::words;
use super::fact;
use crate::observe::snapshot::TreeNode;

pub(super) fn panel(node: &TreeNode, t: &'static Words) -> Html {
    let Some(child) = &node.child else { return html! { <p class="empty">{ t.no_spec }</p> } };
    let info = &child.info;
    let code = |text: String| html! { <code>{ text }</code> };
    html! {
        <dl>
            { fact(t.child_id, code(words::brief(&info.id))) }
            { fact(t.start, html! { <pre class="term">{ words::full(&info.start) }</pre> }) }
            { fact(t.restart, code(words::restart(info.restart).to_owned())) }
            { fact(t.shutdown, code(words::shutdown(info.shutdown))) }
            { fact(t.child_type, code(words::child_type(info.kind).to_owned())) }
            { fact(t.significant, code(info.significant.to_string())) }
        </dl>
    }
}
