//! The marks of the tree: a shape for each state, and the ring of a restart budget.

use yew::Html;

use super::super::html::html;

use super::Budget;
use crate::observe::snapshot::{BudgetSlot, State};
use crate::term::float::fixed;
use crate::time::Instant;
use crate::view::ring::{arcs, number, share};
use crate::view::states;

/// A shape for each state, about 12 units wide around the origin. Its colour comes by class.
pub(crate) fn glyph(state: State, supervisor: bool) -> Html {
    let class = yew::classes!("glyph", states::class(state), supervisor.then_some("sup"));
    html! { <g {class}>{ shape(state, supervisor) }</g> }
}

fn shape(state: State, supervisor: bool) -> Html {
    match state {
        State::Running if supervisor => html! { <rect x="-5.5" y="-5.5" width="11" height="11" rx="3" class="fill" /> },
        State::Running => html! { <circle r="5.5" class="fill" /> },
        State::Starting => html! { <><circle r="5.5" class="line" /><circle r="2.5" class="fill" /></> },
        State::Restarting => html! { <path d="M5 -2 A5.4 5.4 0 1 0 5.2 2 M5.6 -6 V-1.6 H1.4" class="line dash" /> },
        State::Crashed => html! { <path d="M-4.5 -4.5 L4.5 4.5 M4.5 -4.5 L-4.5 4.5" class="line thick" /> },
        State::Exited => html! { <circle r="5" class="line dots" /> },
        State::Waiting => {
            html! { <><circle r="5.2" class="line" /><path d="M0 -5.2 A5.2 5.2 0 0 1 0 5.2 Z" class="fill" /></> }
        }
        State::Suspended => html! { <path d="M-2.6 -5 V5 M2.6 -5 V5" class="line thick" /> },
        State::GaveUp => html! { <path d="M0 -6 L6.2 5.2 H-6.2 Z M0 -2 V1.4 M0 3.4 V3.5" class="line" /> },
    }
}

/// The glyph alone, for a line of text.
pub(crate) fn inline(state: State, supervisor: bool) -> Html {
    html! {
        <svg class="mark" viewBox="-8 -8 16 16" width="16" height="16" aria-hidden="true">{ glyph(state, supervisor) }</svg>
    }
}

/// The most slots that a ring can tell apart.
pub(crate) const MOST_SLOTS: usize = 12;

/// The restart budget around the origin: an arc for each slot, hollow while it is spent and
/// filling as its time passes; or of a large one, an arc of what is left. The number is that too.
pub(crate) fn ring(budget: &Budget, radius: f64) -> Html {
    let class = if budget.left == 0 { "ring empty" } else { "ring" };
    let arcs = arcs(&budget.slots, budget.now, radius).into_iter().map(|arc| {
        let full = fixed(1.0 - arc.spent, 2);
        html! { <><path class="slot spent" d={arc.path.clone()} /><path class="slot" d={arc.path} opacity={full} /></> }
    });
    let share = (budget.all as usize > MOST_SLOTS).then(|| {
        html! { <><circle class="slot spent" r={fixed(radius, 0)} />{ for share(budget.left, budget.all, radius).map(|d| html! { <path class="slot" {d} /> }) }</> }
    });
    let left = number(budget.left);
    html! { <g {class}>{ for arcs }{ share }<text y="3.5" textLength={(left.len() > 2).then_some("13")} lengthAdjust="spacingAndGlyphs">{ left }</text></g> }
}

/// The ring of a legend: so many slots, the first of them spent.
pub(crate) fn sample(slots: u32) -> Html {
    let spent = BudgetSlot::Spent { at: Instant::BOOT, frees_at: Instant(1) };
    let free = (1..slots).map(|_| BudgetSlot::Free);
    ring(
        &Budget {
            slots: std::iter::once(spent).chain(free).collect(),
            all: slots,
            left: slots - 1,
            now: Instant::BOOT,
        },
        8.5,
    )
}
