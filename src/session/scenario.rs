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
use crate::limits::Limits;
use crate::otp::child_spec::restart_term;
use crate::otp::gen_server::{self, GenServer, Init, Next, Reply, Start};
use crate::otp::{dynamic_supervisor, supervisor};
use crate::process::{Cx, Module};
use crate::seq::tuning;
use crate::supervision::{Restart, Strategy};
use crate::term;
use crate::term::{Atom, Pid, Term, erlang};
use crate::time::{Duration, Instant};

use super::client::child_pid;
use super::client::random::Random;
use super::reading::unreadable;
use super::refusal::{Refusal, Why, quoted};

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
#[serde(untagged, expecting = "expected milliseconds, `brutal_kill` or `infinity`")]
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

/// Reads a scenario that keeps within these limits.
///
/// # Errors
/// The place in the text, or the name of what is wrong.
pub fn parse(text: &str, limits: &Limits) -> Result<Scenario, Refusal> {
    if text.len() > limits.scenario_bytes {
        return Err(Why::ScenarioBytes.of(&[&limits.scenario_bytes]));
    }
    let scenario: Scenario = serde_json::from_str(text).map_err(|error| unreadable(text, &error))?;
    let mut ids = Vec::new();
    check_place(&scenario.tree, 1, &mut ids, limits)?;
    if scenario.tree.children.is_none() {
        return Err(Why::NoSupervisor.of(&[&quoted(&scenario.tree.id)]));
    }
    if scenario.faults.len() > limits.scenario_faults {
        return Err(Why::ScenarioFaults.of(&[&limits.scenario_faults]));
    }
    scenario.faults.iter().try_for_each(|blow| check_blow(blow, &scenario.tree, limits))?;
    check_crowds(&scenario.tree, &scenario.tree, limits)?;
    Ok(scenario)
}

fn check_place(place: &Place, depth: usize, ids: &mut Vec<String>, limits: &Limits) -> Result<(), Refusal> {
    let id = &place.id;
    let is_name = id.len() <= 40
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let wrong = match place {
        _ if !is_name => Some(Why::PlaceId),
        _ if ids.contains(id) => Some(Why::PlaceTwice),
        Place { strategy: Strategy::SimpleOneForOne, .. } => Some(Why::PlaceStrategy),
        Place { period: 0, .. } => Some(Why::PlacePeriod),
        _ => None,
    };
    if let Some(why) = wrong {
        return Err(why.of(&[&quoted(id)]));
    }
    ids.push(id.clone());
    if ids.len() > limits.scenario_places || depth > limits.scenario_depth {
        return Err(Why::ScenarioPlaces.of(&[&limits.scenario_places, &limits.scenario_depth]));
    }
    place.children.iter().flatten().try_for_each(|child| check_place(child, depth + 1, ids, limits))
}

fn check_crowds(place: &Place, tree: &Place, limits: &Limits) -> Result<(), Refusal> {
    let id = quoted(&place.id);
    if place.dynamic && place.children.is_some() {
        return Err(Why::CrowdOfItsOwn.of(&[&id]));
    }
    if let Some((under, many)) = &place.starts {
        if place.children.is_some() || !tree.find(under).is_some_and(|under| under.dynamic) {
            return Err(Why::CrowdUnder.of(&[&id, &quoted(under)]));
        }
        if *many > limits.scenario_started {
            return Err(Why::CrowdSize.of(&[&id, &limits.scenario_started]));
        }
    }
    place.children.iter().flatten().try_for_each(|child| check_crowds(child, tree, limits))
}

fn check_blow(blow: &Blow, tree: &Place, limits: &Limits) -> Result<(), Refusal> {
    let target = quoted(&blow.target);
    if blow.children > limits.scenario_hit {
        return Err(Why::FaultChildren.of(&[&target, &limits.scenario_hit]));
    }
    let Some(place) = tree.find(&blow.target) else { return Err(Why::FaultTarget.of(&[&target])) };
    if blow.children > 0 && !place.supervises() {
        return Err(Why::FaultChildless.of(&[&target]));
    }
    if blow.every_ms.is_some_and(|every| every < limits.scenario_every_ms) {
        return Err(Why::FaultEvery.of(&[&target, &limits.scenario_every_ms]));
    }
    let refused = |error: erlang::Error| {
        Why::FaultReason.of(&[&target, &error.line, &error.column, &error.found, &error.expected])
    };
    erlang::parse(&blow.reason).map(|_| ()).map_err(refused)
}

impl Place {
    fn find(&self, id: &str) -> Option<&Place> {
        if self.id == id {
            return Some(self);
        }
        self.children.iter().flatten().find_map(|child| child.find(id))
    }

    fn supervises(&self) -> bool {
        self.dynamic || self.children.is_some()
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
        let shutdown = match self.shutdown {
            Some(Patience::Millis(millis)) => Term::from(millis),
            Some(Patience::Named(Extreme::BrutalKill)) => term!(brutal_kill),
            Some(Patience::Named(Extreme::Infinity)) => term!(infinity),
            None if self.supervises() => term!(infinity),
            None => Term::Int(5_000),
        };
        term!(#{id => (id.clone()), start => {scenario, (Term::atom(function)), [(id)]}, restart => (restart), shutdown => (shutdown), type => (kind)})
    }
}

/// A worker: it waits, and takes its time to stop.
struct Worker(Duration);

impl GenServer for Worker {
    fn init_at_once(cx: &Cx, args: &Term) -> Option<Result<Init<Self>, Raise>> {
        let stop = args.as_int().and_then(|millis| u64::try_from(millis).ok()).unwrap_or(0);
        cx.trap_exits(stop > 0);
        Some(Ok(Init::Ok(Worker(Duration::from_millis(stop)), Next::Wait)))
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
        .export("init", 1, |cx, args| {
            Box::pin(async move {
                let place = place(&cx, &args)?;
                Ok(tuning::tuned(&cx, APP, Atom::new(&place.id), place.init()))
            })
        })
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
        .starts("start_like", 0, |cx, _| gen_server::begin_link::<Worker>(cx, Start::new(Atom::new(APP), Term::Int(0))))
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
            assert_eq!(parse(text, &Limits::default()).unwrap().name, name);
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let tree =
            |tree: &str, faults: &str| format!("{{\"name\": \"x\",\n \"tree\": {tree}, \"faults\": [{faults}]}}");
        let wrong = |text: &str| parse(text, &Limits::default()).unwrap_err().to_string();
        assert!(wrong("{\n \"name\": 3 }").contains("line 2, column 10"), "{}", wrong("{\n \"name\": 3 }"));
        assert!(wrong(&tree(r#"{"id": "a", "colour": 1}"#, "")).contains("unknown field `colour`"));
        assert!(wrong(&tree(r#"{"id": "a"}"#, "")).contains("has to be a supervisor"));
        assert!(wrong(&tree(r#"{"id": "a", "children": [{"id": "a"}]}"#, "")).contains("stands there twice"));
        assert!(wrong(&tree(r#"{"id": "<b>", "children": []}"#, "")).contains("small letter"));
        let fault = r#"{"at_ms": 1, "target": "b", "reason": "boom"}"#;
        assert!(wrong(&tree(r#"{"id": "a", "children": []}"#, fault)).contains("not in the tree"));
        let starter = |under: &str| {
            let place =
                format!(r#"{{"id": "a", "children": [{{"id": "b", {under}}}, {{"id": "c", "starts": ["b", 9]}}]}}"#);
            parse(&tree(&place, ""), &Limits::default())
                .map_err(|refusal| matches!(refusal.why, Why::CrowdUnder | Why::CrowdOfItsOwn))
        };
        assert!(starter(r#""dynamic": true"#).is_ok());
        assert_eq!(
            [r#""dynamic": false"#, r#""dynamic": true, "children": []"#].map(|under| starter(under).unwrap_err()),
            [true; 2]
        );
        let fault = r#"{"at_ms": 1, "target": "a", "reason": "{"}"#;
        assert!(wrong(&tree(r#"{"id": "a", "children": []}"#, fault)).contains("the reason of the fault of \"a\""));
    }

    #[test]
    fn a_bound_of_the_node_is_kept_and_named() {
        let place = |id: usize| format!(r#"{{"id": "w{id}"}}"#);
        let places = |count: usize| (1..count).map(place).collect::<Vec<_>>().join(", ");
        let tree = |inner: &str, faults: &str| {
            format!(r#"{{"name": "x", "tree": {{"id": "top", "children": [{inner}]}}, "faults": [{faults}]}}"#)
        };
        let fault = r#"{"at_ms": 1, "every_ms": 50, "target": "top", "reason": "boom"}"#;
        let limits = Limits { scenario_places: 3, scenario_depth: 2, scenario_faults: 1, ..Limits::default() };
        let why = |text: &str, limits: &Limits| parse(text, limits).map_err(|refusal| refusal.why).map(|_| ());
        assert_eq!(why(&tree(&places(3), fault), &limits), Ok(()));
        assert_eq!(why(&tree(&places(4), fault), &limits), Err(Why::ScenarioPlaces));
        let deep = r#"{"id": "a", "children": [{"id": "b"}]}"#;
        assert_eq!(why(&tree(deep, ""), &limits), Err(Why::ScenarioPlaces));
        assert_eq!(why(&tree("", &[fault, fault].join(", ")), &limits), Err(Why::ScenarioFaults));
        let slower = Limits { scenario_every_ms: 51, ..Limits::default() };
        assert_eq!(why(&tree("", fault), &limits.lowered_to(&slower)), Err(Why::FaultEvery));
        let few = Limits { scenario_started: 8, scenario_hit: 2, ..Limits::default() };
        let crowd = r#"{"id": "b", "dynamic": true}, {"id": "c", "starts": ["b", 9]}"#;
        assert_eq!(why(&tree(crowd, ""), &Limits::default()), Ok(()));
        assert_eq!(why(&tree(crowd, ""), &few), Err(Why::CrowdSize));
        let hits = r#"{"at_ms": 1, "target": "b", "children": 3, "reason": "boom"}"#;
        assert_eq!(why(&tree(crowd, hits), &Limits { scenario_hit: 2, ..Limits::default() }), Err(Why::FaultChildren));
        let worker = r#"{"at_ms": 1, "target": "c", "children": 1, "reason": "boom"}"#;
        assert_eq!(why(&tree(crowd, worker), &Limits::default()), Err(Why::FaultChildless));
        let short = Limits { scenario_bytes: 10, ..Limits::default() };
        assert_eq!(why(&tree("", ""), &Limits::default().lowered_to(&short)), Err(Why::ScenarioBytes));
    }
}
