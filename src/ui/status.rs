//! What happened, said once: politely and merged, at once only when a supervisor gives up.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::{Component, Context, Html, Properties};

use super::html::html;

use super::i18n::Lang;
use super::process_tree::name_of;
use super::refusals;
use super::shared::Ptr;
use super::words;
use crate::observe::snapshot::{Happening, Moment, NodeKey, Snapshot};
use crate::session::refusal::Refusal;

/// Milliseconds between two announcements.
const PAUSE: u32 = 1500;
/// Milliseconds that an alert stays in sight, and a refusal, which is longer to read.
const ALERT: u32 = 6_000;
const REFUSAL: u32 = 15_000;
/// The most events told one by one.
const MOST: usize = 3;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct StatusProps {
    pub(crate) snapshot: Ptr<Snapshot>,
    pub(crate) lang: Lang,
    /// Why the last deed was refused, with its number.
    pub(crate) refused: Option<Rc<(u64, Refusal)>>,
}

/// A status region and an alert.
#[derive(Debug)]
pub(crate) struct Status {
    /// The next log position to tell about.
    next: u64,
    polite: String,
    urgent: String,
    pending: Option<Timeout>,
    /// The last refusal that has been read.
    read: u64,
    hush: Option<Timeout>,
}

#[derive(Debug)]
pub(crate) enum Say {
    News,
    Hush,
}

impl Component for Status {
    type Message = Say;
    type Properties = StatusProps;

    fn create(ctx: &Context<Self>) -> Self {
        let (polite, urgent) = Default::default();
        Status { next: ctx.props().snapshot.seq, polite, urgent, pending: None, read: 0, hush: None }
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &StatusProps) -> bool {
        let snapshot = &ctx.props().snapshot;
        // A new node counts anew, and nobody has given up in it.
        if snapshot.seq < self.next {
            self.next = snapshot.seq;
            self.urgent.clear();
        }
        if self.pending.is_none() && snapshot.seq > self.next {
            let link = ctx.link().clone();
            self.pending = Some(Timeout::new(PAUSE, move || link.send_message(Say::News)));
        }
        self.read = self.read.min(number(ctx.props()));
        if number(ctx.props()) > number(old) {
            self.hush_after(ctx, REFUSAL);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, say: Say) -> bool {
        if let Say::Hush = say {
            self.urgent.clear();
            self.read = number(ctx.props());
            return true;
        }
        self.pending = None;
        let (snapshot, lang) = (&ctx.props().snapshot, ctx.props().lang);
        let news: Vec<&Rc<Moment>> = since(snapshot, self.next).collect();
        self.polite = told(snapshot, &news, lang);
        self.next = snapshot.seq;
        if let Some(text) = urgent(snapshot, &news, lang) {
            self.urgent = text;
            self.hush_after(ctx, if number(ctx.props()) > self.read { REFUSAL } else { ALERT });
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let t = ctx.props().lang.words();
        let refused = ctx.props().refused.as_ref().filter(|refused| refused.0 > self.read).map(|refused| {
            html! {
                <p class="refused" key={refused.0} aria-live="assertive">{ t.said_refused }{ ": " }{ refusals::refusal(&refused.1, ctx.props().lang) }</p>
            }
        });
        html! {
            <div class="status">
                <p role="status" aria-live="polite">{ &self.polite }</p>
                <p class="urgent" aria-live="assertive">{ &self.urgent }</p>
                { refused }
            </div>
        }
    }
}

impl Status {
    fn hush_after(&mut self, ctx: &Context<Self>, millis: u32) {
        let link = ctx.link().clone();
        self.hush = Some(Timeout::new(millis, move || link.send_message(Say::Hush)));
    }
}

/// The number of the refusal; 0 without one.
fn number(props: &StatusProps) -> u64 {
    props.refused.as_ref().map_or(0, |refused| refused.0)
}

fn since(snapshot: &Snapshot, seq: u64) -> impl Iterator<Item = &Rc<Moment>> {
    let first = snapshot.moments.partition_point(|moment| moment.seq < seq);
    snapshot.moments.since(first)
}

/// The news in a line: the last few by name, the rest as a count.
fn told(snapshot: &Snapshot, news: &[&Rc<Moment>], lang: Lang) -> String {
    let t = lang.words();
    let texts: Vec<String> = news.iter().filter_map(|moment| text(snapshot, moment, lang)).collect();
    let more = texts.len().saturating_sub(MOST);
    let mut told = texts.iter().skip(more).cloned().collect::<Vec<_>>().join(" · ");
    if more > 0 {
        told.push_str(&format!(" (+{more} {})", t.hidden_children));
    }
    told
}

fn text(snapshot: &Snapshot, moment: &Moment, lang: Lang) -> Option<String> {
    let t = lang.words();
    match &moment.what {
        Happening::ChildEnded { child, reason, by_supervisor: false, .. } => {
            Some([&name(snapshot, *child, lang), " ", t.said_exited, ": ", &words::brief(reason)].concat())
        }
        Happening::ChildStarted { child, pid, again: true } => {
            Some([&name(snapshot, *child, lang), " ", t.said_started, " ", &pid.to_string()].concat())
        }
        Happening::Application { name, state, .. } => {
            Some([&words::application(*name), ": ", t.app_state(*state)].concat())
        }
        Happening::Halted { reason } => Some([t.node_stopped, ": ", &words::brief(reason)].concat()),
        _ => None,
    }
}

fn urgent(snapshot: &Snapshot, news: &[&Rc<Moment>], lang: Lang) -> Option<String> {
    let gave_up = news.iter().rev().find(|moment| matches!(moment.what, Happening::GaveUp { .. }))?;
    let t = lang.words();
    Some([&name_of(snapshot, gave_up.key, t).unwrap_or_default(), " ", t.said_gave_up].concat())
}

fn name(snapshot: &Snapshot, key: NodeKey, lang: Lang) -> String {
    name_of(snapshot, Some(key), lang.words()).unwrap_or_default()
}
