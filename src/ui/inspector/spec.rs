//! The child specification, as its supervisor has it.

use yew::{Callback, Html};

use super::super::html::html;

use super::super::act::Act;
use super::super::i18n::Words;
use super::super::shared::term;
use super::super::words;
use super::{InspectorProps, fact};
use crate::observe::snapshot::TreeNode;

pub(super) fn panel(props: &InspectorProps, act: &Callback<Act>, node: &TreeNode, t: &'static Words) -> Html {
    let Some(child) = &node.child else { return html! { <p class="empty">{ t.no_spec }</p> } };
    let info = &child.info;
    let code = |text: String| html! { <code>{ text }</code> };
    html! {
        <>
        <dl>
            { fact(t.child_id, code(words::brief(&info.id))) }
            { fact(t.start, term(act, &props.choice, words::full(&info.start))) }
            { fact(t.restart, code(words::restart(info.restart).to_owned())) }
            { fact(t.shutdown, code(words::shutdown(info.shutdown))) }
            { fact(t.child_type, code(words::child_type(info.kind).to_owned())) }
            { fact(t.significant, code(info.significant.to_string())) }
        </dl>
        <p class="hint">{ t.about_restarts }</p>
        </>
    }
}
