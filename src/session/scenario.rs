//! A tree and what befalls it, as a text that a writer can write: supervisors with their
//! strategies, workers, faults over time. Any such text becomes a running application.
//!
//! ```json
//! { "name": "shop",
//!   "tree": { "id": "top", "strategy": "rest_for_one", "intensity": 3, "period": 5, "children": [
//!     { "id": "store" }, { "id": "cart", "restart": "transient", "shutdown": 1000, "stop_ms": 200 }] },
//!   "faults": [{ "at_ms": 2000, "every_ms": 9000, "target": "store", "reason": "boom" }] }
//! ```
//!
//! What has `children` is a supervisor, all else a worker that does nothing until it is told to
//! stop, and then takes `stop_ms`. A fault is an exit signal from outside with an Erlang term.
//!
//! A crowd of like children is what a worker beside a dynamic supervisor starts below it:
//!
//! ```json
//! { "name": "crowd",
//!   "tree": { "id": "top", "strategy": "rest_for_one", "children": [
//!     { "id": "crowd", "dynamic": true, "intensity": 1000 }, { "id": "starter", "starts": ["crowd", 10000] }] },
//!   "faults": [{ "at_ms": 4000, "every_ms": 100, "target": "crowd", "children": 10, "reason": "boom" }] }
//! ```

use std::rc::Rc;

use serde::Deserialize;

use crate::event::{Behaviour, Event, Mfa};
use crate::exit::Raise;
use crate::otp::child_spec::restart_term;
use crate::otp::gen_server::{self, GenServer, Init, Next, Reply, Start};
use crate::otp::{dynamic_supervisor, supervisor};
use crate::process::{Cx, Module};
use crate::supervision::{Restart, Strategy};
use crate::term;
use crate::term::{Atom, Pid, Term, erlang};
use crate::time::{Duration, Instant};

use super::client::child_pid;
use super::client::random::Random;

/// The scenarios that are shipped, by name.
pub const BUILT_IN: [(&str, &str); 5] = [
    ("strategies", include_str!("../../static/scenarios/strategies.json")),
    ("escalation", include_str!("../../static/scenarios/escalation.json")),
    ("restarts", include_str!("../../static/scenarios/restarts.json")),
    ("shutdown", include_str!("../../static/scenarios/shutdown.json")),
    ("crowd", include_str!("../../static/scenarios/crowd.json")),
];

/// The application that a scenario becomes.
pub const APP: &str = "scenario";

/// Its `.app` file.
pub(super) const APP_FILE: &str = r#"{application, scenario, [{description, "A tree and what befalls it"}, {vsn, "1.0.0"},
    {modules, [scenario]}, {applications, [kernel, stdlib]}, {mod, {scenario, []}}]}."#;

const MOST_BYTES: usize = 256 << 10;
const MOST_PLACES: usize = 500;
const DEEPEST: usize = 12;
const MOST_FAULTS: usize = 200;
/// The most like children that are started, and the most that one fault hits.
const MOST_STARTED: u32 = 200_000;
const MOST_HIT: u32 = 1_000;
/// Milliseconds between two equal faults at least.
const LEAST_EVERY: u64 = 50;

/// A tree and what befalls it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    /// The supervisor at the top.
    pub tree: Place,
    /// What goes wrong, and when.
    #[serde(default)]
    pub faults: Vec<Blow>,
}

/// A supervisor or a worker.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Child id and registered name.
    pub id: String,
    /// Of a supervisor: whom a failed child takes along.
    #[serde(default = "one_for_one")]
    pub strategy: Strategy,
    /// Of a supervisor: restarts that may happen
    #[serde(default = "three")]
    pub intensity: u32,
    /// in so many seconds.
    #[serde(default = "five")]
    pub period: u32,
    /// When it is restarted.
    #[serde(default = "permanent")]
    pub restart: Restart,
    /// How long its supervisor waits for its end.
    #[serde(default)]
    pub shutdown: Option<Patience>,
    /// Of a worker: milliseconds that its end takes.
    #[serde(default)]
    pub stop_ms: u64,
    /// What it supervises, in start order.
    #[serde(default)]
    pub children: Option<Vec<Place>>,
    /// Is it a dynamic supervisor, without children of its own at first?
    #[serde(default)]
    pub dynamic: bool,
    /// Of a worker: the dynamic supervisor below which it starts like children, and how many.
    #[serde(default)]
    pub starts: Option<(String, u32)>,
}

/// How long a supervisor waits for the end of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Patience {
    /// So many milliseconds.
    Millis(u32),
    /// Not at all, or for ever.
    Named(Extreme),
}

/// `brutal_kill` or `infinity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extreme {
    /// Not at all.
    BrutalKill,
    /// For ever.
    Infinity,
}

/// An exit signal from outside.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blow {
    /// Milliseconds after boot.
    pub at_ms: u64,
    /// Again, each so many milliseconds.
    #[serde(default)]
    pub every_ms: Option<u64>,
    /// Whom it hits.
    pub target: String,
    /// Not the target itself but so many of its children, drawn by the seed; each of them is hit
    /// once before half of all have been.
    #[serde(default)]
    pub children: u32,
    /// The reason that it carries, as an Erlang term.
    pub reason: String,
}

const fn one_for_one() -> Strategy {
    Strategy::OneForOne
}

const fn permanent() -> Restart {
    Restart::Permanent
}

const fn three() -> u32 {
    3
}

const fn five() -> u32 {
    5
}

/// Reads a scenario.
///
/// # Errors
/// A line for a person: the place in the text, or the name of what is wrong.
pub fn parse(text: &str) -> Result<Scenario, String> {
    if text.len() > MOST_BYTES {
        return Err(format!("a scenario has at most {MOST_BYTES} bytes"));
    }
    let scenario: Scenario = serde_json::from_str(text).map_err(|error| format!("scenario: {error}"))?;
    let mut ids = Vec::new();
    check_place(&scenario.tree, 1, &mut ids)?;
    if scenario.tree.children.is_none() {
        return Err(format!("{:?} at the top has no \"children\": it has to be a supervisor", scenario.tree.id));
    }
    if scenario.faults.len() > MOST_FAULTS {
        return Err(format!("a scenario has at most {MOST_FAULTS} faults"));
    }
    scenario.faults.iter().try_for_each(|blow| check_blow(blow, &ids))?;
    check_crowds(&scenario.tree, &scenario.tree)?;
    Ok(scenario)
}

fn check_place(place: &Place, depth: usize, ids: &mut Vec<String>) -> Result<(), String> {
    let id = &place.id;
    let is_name = id.len() <= 40
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_name {
        return Err(format!("the id {:?}: start with a small letter; then letters, digits and _", cut(id)));
    }
    if ids.contains(id) {
        return Err(format!("the id {id:?} stands there twice"));
    }
    if place.strategy == Strategy::SimpleOneForOne {
        return Err(format!("{id:?}: one_for_one, one_for_all or rest_for_one"));
    }
    if place.period == 0 {
        return Err(format!("{id:?}: a period has at least one second"));
    }
    ids.push(id.clone());
    if ids.len() > MOST_PLACES || depth > DEEPEST {
        return Err(format!("a tree has at most {MOST_PLACES} places on {DEEPEST} levels"));
    }
    place.children.iter().flatten().try_for_each(|child| check_place(child, depth + 1, ids))
}

fn check_crowds(place: &Place, tree: &Place) -> Result<(), String> {
    let id = &place.id;
    if place.dynamic && place.children.is_some() {
        return Err(format!("{id:?}: a dynamic supervisor has no \"children\" of its own"));
    }
    if let Some((under, many)) = &place.starts {
        if place.children.is_some() || !tree.find(under).is_some_and(|under| under.dynamic) {
            return Err(format!("{id:?} starts children under {:?}, which has to be \"dynamic\"", cut(under)));
        }
        if *many > MOST_STARTED {
            return Err(format!("{id:?} starts at most {MOST_STARTED} children"));
        }
    }
    place.children.iter().flatten().try_for_each(|child| check_crowds(child, tree))
}

fn check_blow(blow: &Blow, ids: &[String]) -> Result<(), String> {
    let target = cut(&blow.target);
    if blow.children > MOST_HIT {
        return Err(format!("the fault of {target:?} hits at most {MOST_HIT} children"));
    }
    if !ids.contains(&blow.target) {
        return Err(format!("a fault hits {target:?}, which is not in the tree"));
    }
    if blow.every_ms.is_some_and(|every| every < LEAST_EVERY) {
        return Err(format!("the fault of {target:?} comes at most every {LEAST_EVERY} ms"));
    }
    erlang::parse(&blow.reason).map(|_| ()).map_err(|error| format!("the reason of the fault of {target:?}: {error}"))
}

fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}

impl Place {
    fn find(&self, id: &str) -> Option<&Place> {
        if self.id == id {
            return Some(self);
        }
        self.children.iter().flatten().find_map(|child| child.find(id))
    }

    /// What `init/1` returns: `{ok, {Flags, Children}}`, or of a dynamic supervisor `{ok, Flags}`.
    fn init(&self) -> Term {
        let strategy = match self.strategy {
            Strategy::OneForAll => term!(one_for_all),
            Strategy::RestForOne => term!(rest_for_one),
            Strategy::OneForOne | Strategy::SimpleOneForOne => term!(one_for_one),
        };
        let (intensity, period) = (self.intensity, self.period);
        if self.dynamic {
            return dynamic_supervisor::init(&term!([{max_restarts, (intensity)}, {max_seconds, (period)}]));
        }
        let children: Vec<Term> = self.children.iter().flatten().map(Place::spec).collect();
        Term::ok(
            term!({#{strategy => (strategy), intensity => (intensity), period => (period)}, (Term::list(children))}),
        )
    }

    fn spec(&self) -> Term {
        let (id, restart) = (Term::atom(&self.id), restart_term(self.restart));
        let (function, kind) = match self.children {
            Some(_) => ("start_supervisor", term!(supervisor)),
            None if self.dynamic => ("start_dynamic", term!(supervisor)),
            None if self.starts.is_some() => ("start_starter", term!(worker)),
            None => ("start_worker", term!(worker)),
        };
        let supervises = self.dynamic || self.children.is_some();
        let shutdown = match self.shutdown {
            Some(Patience::Millis(millis)) => Term::from(millis),
            Some(Patience::Named(Extreme::BrutalKill)) => term!(brutal_kill),
            Some(Patience::Named(Extreme::Infinity)) => term!(infinity),
            None if supervises => term!(infinity),
            None => Term::Int(5_000),
        };
        term!(#{id => (id.clone()), start => {scenario, (Term::atom(function)), [(id)]}, restart => (restart), shutdown => (shutdown), type => (kind)})
    }
}

/// A worker: it waits, and takes its time to stop.
struct Worker(Duration);

impl GenServer for Worker {
    async fn init(cx: &Cx, args: Term) -> Result<Init<Self>, Raise> {
        let stop = args.as_int().and_then(|millis| u64::try_from(millis).ok()).unwrap_or(0);
        cx.trap_exits(stop > 0);
        Ok(Init::Ok(Worker(Duration::from_millis(stop)), Next::Wait))
    }

    async fn terminate(&mut self, cx: &Cx, _reason: &Term) -> Result<(), Raise> {
        cx.sleep(self.0).await;
        Ok(())
    }

    fn state(&self) -> Term {
        term!(#{stop_ms => (self.0.as_millis())})
    }
}

/// Starts like children below a dynamic supervisor, some at a time.
struct Starter {
    under: Atom,
    started: u32,
    many: u32,
}

/// Between two portions, and how many portions there are: all are there after about a second.
const BREATH: Duration = Duration::from_millis(10);
const PORTIONS: u32 = 100;

impl GenServer for Starter {
    async fn init(_: &Cx, args: Term) -> Result<Init<Self>, Raise> {
        let Some([Term::Atom(under), Term::Int(many)]) = args.as_tuple() else {
            return Err(Raise::error(Atom::BADARG));
        };
        let many = u32::try_from(*many).unwrap_or_default();
        Ok(Init::Ok(Starter { under: *under, started: 0, many }, Next::Timeout(BREATH)))
    }

    async fn handle_info(&mut self, cx: &Cx, _timeout: Term) -> Result<Reply, Raise> {
        let until = self.many.min(self.started + self.many.div_ceil(PORTIONS));
        while self.started < until {
            let id = Term::tuple([self.under.into(), (self.started + 1).into()]);
            let spec = term!(#{id => (id), start => {scenario, start_like, []}});
            dynamic_supervisor::start_child(cx, self.under, spec).await?;
            self.started += 1;
        }
        Ok(if self.started < self.many { Reply::NoReply(Next::Timeout(BREATH)) } else { Reply::none() })
    }

    fn state(&self) -> Term {
        term!(#{under => (self.under), started => (self.started), of => (self.many)})
    }
}

/// The place that an id in the arguments names.
fn place(cx: &Cx, args: &[Term]) -> Result<Place, Raise> {
    let scenario = cx.installed::<Scenario>().ok_or_else(|| Raise::error(Atom::BADARG))?;
    let found = args.first().and_then(Term::as_atom).and_then(|id| scenario.tree.find(&id.text()).cloned());
    found.ok_or_else(|| Raise::error(Atom::BADARG))
}

async fn start_supervisor(cx: &Cx, id: Atom) -> Result<Term, Raise> {
    supervisor::start_link(cx, Some(id), Atom::new(APP), id.into()).await
}

/// The callback module of the application and of its supervisors.
pub(super) fn module() -> Module {
    Module::new(Atom::new(APP), "1.0.0")
        .export("start", 2, |cx, _| {
            Box::pin(async move {
                let scenario = cx.installed::<Scenario>().ok_or_else(|| Raise::error(Atom::BADARG))?;
                start_supervisor(&cx, Atom::new(&scenario.tree.id)).await
            })
        })
        .export("stop", 1, |_, _| Box::pin(async { Ok(Atom::OK.into()) }))
        .export("init", 1, |cx, args| Box::pin(async move { Ok(place(&cx, &args)?.init()) }))
        .export("start_supervisor", 1, |cx, args| {
            Box::pin(async move { start_supervisor(&cx, Atom::new(&place(&cx, &args)?.id)).await })
        })
        .export("start_dynamic", 1, |cx, args| {
            Box::pin(async move {
                let id = Atom::new(&place(&cx, &args)?.id);
                dynamic_supervisor::start_link(&cx, Some(id), Atom::new(APP), id.into()).await
            })
        })
        .export("start_starter", 1, |cx, args| {
            Box::pin(async move {
                let Place { id, starts, .. } = place(&cx, &args)?;
                let (under, many) = starts.unwrap_or_default();
                let start = Start::new(Atom::new(APP), Term::tuple([Term::atom(&under), many.into()]));
                gen_server::start_link::<Starter>(&cx, start.named(Some(Atom::new(&id)))).await
            })
        })
        .export("start_like", 0, |cx, _| {
            Box::pin(
                async move { gen_server::start_link::<Worker>(&cx, Start::new(Atom::new(APP), Term::Int(0))).await },
            )
        })
        .export("start_worker", 1, |cx, args| {
            Box::pin(async move {
                let place = place(&cx, &args)?;
                let stop = i64::try_from(place.stop_ms).unwrap_or(i64::MAX);
                let start = Start::new(Atom::new(APP), Term::Int(stop)).named(Some(Atom::new(&place.id)));
                gen_server::start_link::<Worker>(&cx, start).await
            })
        })
}

/// The function that [`befall`] begins in.
pub(super) fn initial_call() -> Mfa {
    Mfa { module: Atom::new("faults"), function: Atom::INIT, arity: 1 }
}

/// A client that deals the blows, each at its time.
pub(super) async fn befall(cx: Cx, scenario: Rc<Scenario>, seed: u64) -> Result<(), Raise> {
    cx.emit(Event::Initialised { pid: cx.me(), behaviour: Behaviour::Client, module: Atom::new("faults") });
    let at = |millis: u64| Instant::BOOT + Duration::from_millis(millis);
    let hand = |blow| Hand { blow, random: Random::new(seed), children: Vec::new(), half: 0, of: None };
    let mut due: Vec<(Instant, Hand)> = scenario.faults.iter().map(|blow| (at(blow.at_ms), hand(blow))).collect();
    while let Some(next) = (0..due.len()).min_by_key(|index| due.get(*index).map(|(at, _)| *at)) {
        let (when, mut hand) = due.swap_remove(next);
        cx.sleep(when.since(cx.monotonic_time())).await;
        hand.strike(&cx).await;
        due.extend(hand.blow.every_ms.map(|every| (when + Duration::from_millis(every), hand)));
    }
    Ok(())
}

/// Deals one kind of blow.
struct Hand<'a> {
    blow: &'a Blow,
    random: Random,
    /// Children not hit yet, and when it is time to ask for them again: when as few are left, or
    /// when they are another process's.
    children: Vec<Pid>,
    half: usize,
    of: Option<Pid>,
}

impl Hand<'_> {
    async fn strike(&mut self, cx: &Cx) {
        let (Some(pid), Ok(reason)) = (cx.whereis(Atom::new(&self.blow.target)), erlang::parse(&self.blow.reason))
        else {
            return;
        };
        if self.blow.children == 0 {
            cx.exit(pid, reason);
            return;
        }
        for _ in 0..self.blow.children {
            if let Some(child) = self.draw(cx, pid).await {
                cx.exit(child, reason.clone());
            }
        }
    }

    /// A supervisor that does not answer soon has no children.
    async fn draw(&mut self, cx: &Cx, supervisor: Pid) -> Option<Pid> {
        if self.of != Some(supervisor) || self.children.len() <= self.half {
            let soon = Some(Duration::from_millis(1_000));
            let children = gen_server::call(cx, supervisor, term!(which_children), soon).await.ok()?;
            self.children = children.iter().filter_map(child_pid).collect();
            (self.half, self.of) = (self.children.len() / 2, Some(supervisor));
        }
        let drawn = self.random.below(self.children.len() as u64) as usize;
        (drawn < self.children.len()).then(|| self.children.swap_remove(drawn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_scenario_is_one() {
        for (name, text) in BUILT_IN {
            assert_eq!(parse(text).unwrap().name, name);
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let tree =
            |tree: &str, faults: &str| format!("{{\"name\": \"x\",\n \"tree\": {tree}, \"faults\": [{faults}]}}");
        let wrong = |text: &str| parse(text).unwrap_err();
        assert!(wrong("{\n \"name\": 3 }").contains("line 2 column 10"), "{}", wrong("{\n \"name\": 3 }"));
        assert!(wrong(&tree(r#"{"id": "a", "colour": 1}"#, "")).contains("unknown field `colour`"));
        assert!(wrong(&tree(r#"{"id": "a"}"#, "")).contains("has to be a supervisor"));
        assert!(wrong(&tree(r#"{"id": "a", "children": [{"id": "a"}]}"#, "")).contains("stands there twice"));
        assert!(wrong(&tree(r#"{"id": "<b>", "children": []}"#, "")).contains("small letter"));
        let fault = r#"{"at_ms": 1, "target": "b", "reason": "boom"}"#;
        assert!(wrong(&tree(r#"{"id": "a", "children": []}"#, fault)).contains("not in the tree"));
        let starter = |under: &str| {
            let place =
                format!(r#"{{"id": "a", "children": [{{"id": "b", {under}}}, {{"id": "c", "starts": ["b", 9]}}]}}"#);
            parse(&tree(&place, ""))
                .map_err(|why| why.contains("\"c\" starts children under \"b\"") || why.contains("no \"children\""))
        };
        assert!(starter(r#""dynamic": true"#).is_ok());
        assert_eq!(
            [r#""dynamic": false"#, r#""dynamic": true, "children": []"#].map(|under| starter(under).unwrap_err()),
            [true; 2]
        );
        let fault = r#"{"at_ms": 1, "target": "a", "reason": "{"}"#;
        assert!(wrong(&tree(r#"{"id": "a", "children": []}"#, fault)).contains("the reason of the fault of \"a\""));
    }
}
