//! Random applications that depend on each other, an operator who starts and stops them, and
//! somebody who ends their roots.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::exit::Raise;
use crate::otp::application::env::{Config, Setting};
use crate::otp::application::{self, AppFiles};
use crate::otp::gen_server;
use crate::process::{Cx, Module, Runtime, SpawnOptions};
use crate::supervision::Restart;
use crate::term::{Atom, Pid, Term};
use crate::time::Duration;

use super::actor::mfa;
use super::random::{Random, one_of};
use super::tree;
use super::world::{Act, World};

const CODE: &str = "sim_app";

/// The applications of an episode.
#[derive(Default)]
pub struct Graph {
    /// All that have a file.
    pub apps: Vec<App>,
}

/// An application as its file has it.
pub struct App {
    /// Its name.
    pub name: Atom,
    /// What it needs, in the order of its file.
    pub uses: Vec<Atom>,
    /// Those of them that may be missing.
    pub optional: Vec<Atom>,
    /// What is loaded with it.
    pub included: Vec<Atom>,
    /// Its start phases, if it has any.
    pub phases: Option<Vec<Atom>>,
    /// The environment of its spec.
    pub env: Vec<(Atom, i64)>,
    /// What the configuration says over it.
    pub config: Vec<(Atom, i64)>,
    /// What its `start/2` does; `None` for a library.
    pub start: Option<Begin>,
    /// Can it never start?
    pub broken: bool,
}

/// What a `start/2` does.
pub enum Begin {
    /// Calls this: `{Module, Function, Args}`.
    Tree(Term),
    /// Returns an error.
    Fails,
    /// Raises one.
    Raises,
}

/// Keys of an environment.
pub const KEYS: [&str; 3] = ["k0", "k1", "k2"];
const PHASES: [&str; 4] = ["init", "wire", "warm", "go"];
/// A name without a file.
const GONE: &str = "sim_gone";

impl Graph {
    /// Applications without circles, perhaps included ones, and some that can never start.
    pub(super) fn random(random: &mut Random, many: usize) -> Self {
        let name = |kind: &str, at: usize| Atom::new(&format!("sim_{kind}_{at}"));
        let mut apps: Vec<App> = Vec::new();
        for at in 0..many {
            let uses: Vec<Atom> = (0..at).filter(|_| random.chance(350)).map(|at| name("app", at)).collect();
            apps.push(App { uses, ..App::random(random, name("app", at)) });
        }
        for at in 0..random.below(3) {
            let mut included = App::random(random, name("part", at));
            included.start = Some(Begin::Fails); // it is never started by itself
            let owner = random.below(many);
            if let Some(owner) = apps.get_mut(owner).filter(|owner| owner.start.is_some()) {
                owner.included.push(included.name);
                owner.phases.get_or_insert_with(|| some_phases(random));
                included.phases.get_or_insert_with(|| some_phases(random));
                apps.push(included);
            }
        }
        let length = 1 + random.below(4);
        let end = if random.chance(300) { Atom::new(GONE) } else { name("odd", random.below(length)) };
        for at in 0..length {
            let next = if at + 1 == length { end } else { name("odd", at + 1) };
            let mut odd = App::random(random, name("odd", at));
            (odd.uses, odd.optional, odd.broken) = (vec![next], Vec::new(), true);
            apps.push(odd);
        }
        Graph { apps }
    }

    /// An application by its name.
    #[must_use]
    pub fn app(&self, name: Atom) -> Option<&App> {
        self.apps.iter().find(|app| app.name == name)
    }

    /// The phases that a start of this application goes through: each over itself and what it
    /// includes.
    #[must_use]
    pub fn phases(&self, app: &App) -> Vec<(Atom, Atom)> {
        let parts = || app.included.iter().filter_map(|name| self.app(*name));
        let have = |phase: Atom| {
            let with = move |app: &&App| app.phases.as_ref().is_some_and(|phases| phases.contains(&phase));
            std::iter::once(app).chain(parts()).filter(with).map(move |app| (app.name, phase))
        };
        app.phases.iter().flatten().flat_map(|phase| have(*phase)).collect()
    }

    /// Everything that has to be started for an application, itself included, if these run: what
    /// they need is not asked for again.
    fn needs(&self, name: Atom, running: &[Atom]) -> Vec<Atom> {
        let mut needs: Vec<Atom> = std::iter::once(name).filter(|name| !running.contains(name)).collect();
        let mut at = 0;
        while let Some(app) = needs.get(at).copied() {
            let uses = self.app(app).map(|app| app.uses.as_slice()).unwrap_or_default();
            let new = |name: &Atom| !needs.contains(name) && !running.contains(name);
            let new: Vec<Atom> = uses.iter().copied().filter(new).collect();
            needs.extend(new);
            at += 1;
        }
        needs
    }

    /// What `ensure_all_started` says of one that can never start: whoever closes the circle, or
    /// has no file.
    fn refusal(&self, name: Atom) -> Term {
        let mut path = vec![name];
        while let Some(next) = path.last().and_then(|name| self.app(*name)).and_then(|app| app.uses.first()) {
            if path.contains(next) {
                let circle = Term::tuple([Term::atom("circular_dependencies"), (*next).into()]);
                return Term::error(Term::tuple([(*next).into(), circle]));
            }
            path.push(*next);
        }
        let file = Term::charlist(&format!("{GONE}.app"));
        let missing = Term::tuple([Term::charlist("no such file or directory"), file]);
        Term::error(Term::tuple([Atom::new(GONE).into(), missing]))
    }

    /// Puts files, configuration and code on a node.
    pub(super) fn install(&self, node: &mut Runtime) {
        let (files, config) = (AppFiles::default(), Config::default());
        for (at, app) in self.apps.iter().enumerate() {
            files.add(&app.name.text(), &app.text(at));
            for (key, value) in &app.config {
                let source = Atom::new("config");
                config.add(Setting { application: app.name, key: *key, value: Term::Int(*value), source });
            }
        }
        node.install(Rc::new(files));
        node.install(Rc::new(config));
        node.load(code());
    }
}

fn some_phases(random: &mut Random) -> Vec<Atom> {
    PHASES.iter().filter(|_| random.chance(600)).map(|phase| Atom::new(phase)).collect()
}

impl App {
    fn random(random: &mut Random, name: Atom) -> Self {
        let values = |random: &mut Random| {
            let keys = KEYS.iter().filter(|_| random.chance(500)).map(|key| Atom::new(key)).collect::<Vec<_>>();
            keys.into_iter().map(|key| (key, i64::try_from(random.below(1_000)).unwrap_or(0))).collect()
        };
        let start = match random.below(12) {
            0 => None,
            1 => Some(Begin::Fails),
            2 => Some(Begin::Raises),
            _ => Some(Begin::Tree(tree::tree_start(random, 1))),
        };
        let phases = (start.is_some() && random.chance(300)).then(|| some_phases(random));
        let optional = if random.chance(200) { vec![Atom::new(GONE)] } else { Vec::new() };
        App {
            name,
            uses: Vec::new(),
            optional,
            included: Vec::new(),
            phases,
            env: values(random),
            config: values(random),
            start,
            broken: false,
        }
    }

    fn text(&self, at: usize) -> String {
        let names = |list: &[Atom]| list.iter().map(|name| name.text().to_string()).collect::<Vec<_>>().join(", ");
        let applications = names(&[self.optional.as_slice(), &self.uses].concat());
        let env: Vec<String> = self.env.iter().map(|(key, value)| format!("{{{}, {value}}}", key.text())).collect();
        let phases = self.phases.as_ref().map(|phases| {
            let each: Vec<String> = phases.iter().map(|phase| format!("{{{}, {at}}}", phase.text())).collect();
            format!(", {{start_phases, [{}]}}", each.join(", "))
        });
        let callback = match (&self.start, self.included.is_empty()) {
            (None, _) => String::new(),
            (Some(_), true) => format!(", {{mod, {{{CODE}, {at}}}}}"),
            (Some(_), false) => format!(", {{mod, {{application_starter, [{CODE}, {at}]}}}}"),
        };
        format!(
            "{{application, {}, [{{vsn, \"1\"}}, {{applications, [{applications}]}}, {{optional_applications, [{}]}}, \
             {{included_applications, [{}]}}, {{env, [{}]}}{}{callback}]}}.",
            self.name.text(),
            names(&self.optional),
            names(&self.included),
            env.join(", "),
            phases.unwrap_or_default(),
        )
    }
}

/// The callback module of all applications. Its argument is the application's number.
fn code() -> Module {
    Module::new(Atom::new(CODE), "1")
        .export("start", 2, |cx, args| Box::pin(async move { start(&cx, args.get(1).and_then(Term::as_int)).await }))
        .export("start_phase", 3, |cx, args| {
            Box::pin(async move {
                let world = World::of(&cx);
                let number = args.get(2).and_then(Term::as_int).and_then(|number| usize::try_from(number).ok());
                let app = number.and_then(|number| Some(world.graph.borrow().apps.get(number)?.name));
                let phase = args.first().and_then(Term::as_atom).unwrap_or_default();
                world.act(Act::Phase { by: cx.me(), app: app.unwrap_or_default(), phase });
                doze(&cx, &world).await;
                let fails = world.chaos.get() && world.random().chance(60);
                Ok(if fails { Term::error(Term::atom("phase_failed")) } else { Atom::OK.into() })
            })
        })
        .export("stop", 1, |cx, _| {
            Box::pin(async move {
                doze(&cx, &World::of(&cx)).await;
                Ok(Atom::OK.into())
            })
        })
}

async fn doze(cx: &Cx, world: &World) {
    if world.random().chance(300) {
        let span = world.random().below(20) as u64;
        cx.sleep(Duration::from_millis(span)).await;
    }
}

async fn start(cx: &Cx, number: Option<i64>) -> Result<Term, Raise> {
    let world = World::of(cx);
    // A stray, in nobody's tree: only its group leader tells whose it is.
    let stray = cx.spawn(SpawnOptions { link: false, initial_call: mfa("stray") }, |cx| async move {
        loop {
            cx.receive().await;
        }
    })?;
    doze(cx, &world).await;
    let call = {
        let graph = world.graph.borrow();
        let app = number.and_then(|number| graph.apps.get(usize::try_from(number).ok()?));
        match app.and_then(|app| app.start.as_ref()) {
            Some(Begin::Tree(call)) => call.clone(),
            Some(Begin::Raises) => return Err(Raise::error(Term::atom("boom"))),
            _ => return Ok(Term::error(Term::atom("failed"))),
        }
    };
    let [module, function, args]: [Term; 3] = call.as_tuple_of().cloned().unwrap_or_default();
    let (module, function) = (module.as_atom().unwrap_or_default(), function.as_atom().unwrap_or_default());
    let answer = cx.apply(module, function, args.to_vec().unwrap_or_default()).await;
    if !answer.as_ref().is_ok_and(|answer| answer.as_tuple().is_some_and(|it| it.first() == Some(&Atom::OK.into()))) {
        cx.exit(stray, Atom::KILL);
    }
    answer
}

/// The node's first process: the controller is linked to it.
pub(super) async fn boot(cx: Cx) -> Result<(), Raise> {
    cx.trap_exits(true);
    application::start_controller(&cx).await?;
    loop {
        cx.receive().await;
    }
}

/// Starts and stops applications, loads and unloads them, sets their environment, and holds what
/// it is told against what must be.
pub(super) async fn operate(cx: Cx) -> Result<(), Raise> {
    let world = World::of(&cx);
    let mut operator = Operator::new(cx, world.clone());
    while operator.cx.whereis(application::controller_name()).is_none() {
        operator.cx.sleep(Duration::from_millis(1)).await;
    }
    while world.chaos.get() {
        // Without an answer the controller has ended, and the node is about to.
        let Ok(()) = operator.act().await else { break };
        world.asking.set(None);
        let span = world.random().below(30) as u64;
        operator.cx.sleep(Duration::from_millis(span)).await;
    }
    world.asking.set(None);
    Ok(())
}

struct Operator {
    cx: Cx,
    world: Rc<World>,
    /// What was started by command and not stopped by one; `false` if that is not known.
    started: BTreeMap<Atom, bool>,
}

impl Operator {
    fn new(cx: Cx, world: Rc<World>) -> Self {
        Operator { cx, world, started: BTreeMap::new() }
    }

    fn check(&self, rule: &'static str, fine: bool, what: impl FnOnce() -> String) {
        self.world.act(if fine { Act::Checked(rule) } else { Act::Saw(rule, what()) });
    }

    async fn act(&mut self) -> Result<(), Raise> {
        let picked = {
            let graph = self.world.graph.borrow();
            // Parts are loaded and unloaded with who includes them.
            let whole = |app: &&App| !graph.apps.iter().any(|other| other.included.contains(&app.name));
            let whole: Vec<&App> = graph.apps.iter().filter(whole).collect();
            let at = self.world.random().below(whole.len());
            whole.get(at).map(|app| (app.name, app.broken))
        };
        let Some((name, broken)) = picked else { return Ok(()) };
        let kind = match self.world.random().below(20) {
            0 => Restart::Permanent,
            1..4 => Restart::Transient,
            _ => Restart::Temporary,
        };
        self.world.start_type.set(kind);
        let dice = self.world.random().below(12);
        let asking = one_of_calls(dice);
        self.world.asking.set(Some(asking));
        match dice {
            0..4 if broken => self.refused(name, kind).await,
            0..4 => self.ensure(name, kind).await,
            4..7 => self.start(name, kind).await,
            7..9 => self.stop(name).await,
            9 => application::load(&self.cx, name).await.map(drop),
            10 => application::unload(&self.cx, name).await.map(drop),
            _ => self.set_env(name).await,
        }
    }

    async fn running(&self) -> Result<Vec<Atom>, Raise> {
        let lines = application::which_applications(&self.cx).await?;
        Ok(lines.iter().filter_map(|line| line.as_tuple()?.first()?.as_atom()).collect())
    }

    /// Dependencies first, and all or nothing.
    async fn ensure(&mut self, name: Atom, kind: Restart) -> Result<(), Raise> {
        let before = self.running().await?;
        let answer = application::ensure_all_started(&self.cx, name, kind).await?;
        let Some([Term::Atom(tag), told]) = answer.as_tuple() else { return Ok(()) };
        if *tag != Atom::OK {
            let after = self.running().await?;
            let extra = after.iter().find(|name| !before.contains(name));
            self.check("A1", extra.is_none(), || format!("{extra:?} is left of {name:?}, which failed with {told}"));
            // One that had ended may have been started again, and stopped.
            let again = self.world.graph.borrow().needs(name, &before);
            self.started.extend(again.into_iter().map(|name| (name, false)));
            return Ok(());
        }
        let told: Vec<Atom> = told.iter().filter_map(Term::as_atom).collect();
        self.started.extend(told.iter().map(|name| (*name, true)));
        let graph = self.world.graph.borrow();
        for (at, app) in told.iter().enumerate() {
            let uses = graph.app(*app).map(|app| app.uses.as_slice()).unwrap_or_default();
            let early = |needed: &&Atom| {
                !before.contains(needed)
                    && told.iter().position(|other| other == *needed).is_none_or(|place| place > at)
            };
            let late = uses.iter().find(early);
            self.check("A1", late.is_none(), || format!("{app:?} was started before {late:?}: {told:?}"));
        }
        let missing = graph.needs(name, &before).into_iter().find(|needed| !told.contains(needed));
        self.check("A1", missing.is_none(), || format!("{name:?} was started without {missing:?}"));
        Ok(())
    }

    /// What can never start is refused, and whoever is to blame is named.
    async fn refused(&self, name: Atom, kind: Restart) -> Result<(), Raise> {
        let expected = self.world.graph.borrow().refusal(name);
        let answer = application::ensure_all_started(&self.cx, name, kind).await?;
        self.check("A6", answer == expected, || format!("{name:?} was refused with {answer}, should be {expected}"));
        Ok(())
    }

    /// Without its dependencies started it is refused, with the first that is missing.
    async fn start(&mut self, name: Atom, kind: Restart) -> Result<(), Raise> {
        let uses = self.world.graph.borrow().app(name).map(|app| app.uses.clone()).unwrap_or_default();
        let unknown = uses.iter().any(|needed| self.started.get(needed) == Some(&false));
        let missing = uses.into_iter().find(|needed| !self.started.contains_key(needed));
        let known = unknown || self.started.contains_key(&name);
        let answer = application::start(&self.cx, name, kind).await?;
        if let Some(missing) = missing.filter(|_| !known) {
            let expected = Term::error(Term::tuple([Term::atom("not_started"), missing.into()]));
            self.check("A6", answer == expected, || format!("start of {name:?} said {answer}, should be {expected}"));
        } else if answer.is_atom(Atom::OK) {
            self.started.insert(name, true);
        }
        Ok(())
    }

    async fn stop(&mut self, name: Atom) -> Result<(), Raise> {
        let known = self.started.remove(&name);
        let answer = application::stop(&self.cx, name).await?;
        let refused = Term::error(Term::tuple([Term::atom("not_started"), name.into()]));
        let expected = match known {
            Some(true) => Atom::OK.into(),
            Some(false) => return Ok(()),
            None => refused,
        };
        self.check("A6", answer == expected, || format!("stop of {name:?} said {answer}, should be {expected}"));
        Ok(())
    }

    async fn set_env(&self, name: Atom) -> Result<(), Raise> {
        let key = self.world.random().pick(&KEYS).unwrap_or("k0");
        let value = Term::Int(-1 - i64::try_from(self.world.random().below(1_000)).unwrap_or(0));
        application::set_env(&self.cx, name, Atom::new(key), value).await.map(drop)
    }
}

fn one_of_calls(dice: usize) -> &'static str {
    match dice {
        0..4 => "ensure_all_started",
        4..7 => "start",
        7..9 => "stop",
        9 => "load",
        10 => "unload",
        _ => "set_env",
    }
}

/// Ends the roots of applications.
pub(super) async fn topple(cx: Cx) -> Result<(), Raise> {
    let world = World::of(&cx);
    while world.chaos.get() {
        let span = world.random().below(150) as u64;
        cx.sleep(Duration::from_millis(span)).await;
        let roots = roots(&cx);
        let Some(root) = world.random().pick(&roots) else { continue };
        let why = one_of!(world.random(); "normal", "normal", "shutdown", "boom", "kill");
        if why == "kill" {
            cx.exit(root, Atom::KILL);
        } else {
            world.act(Act::Ends(root));
            // A root that is suspended, or has ended, is let be.
            let _ = gen_server::stop(&cx, root, Term::atom(why), Some(Duration::from_millis(100))).await;
        }
    }
    Ok(())
}

fn roots(cx: &Cx) -> Vec<Pid> {
    let of_root = |(key, value): (Term, Term)| match key.as_tuple() {
        Some([tag, _]) if tag.is_atom(Atom::new("application_root")) => value.as_pid(),
        _ => None,
    };
    cx.table_rows(Atom::new("ac_tab")).into_iter().filter_map(of_root).collect()
}

/// A child that ends asks the controller, which may be the one who waits for its end.
pub(super) async fn ask_while_ending(cx: &Cx, world: &World) {
    if !world.graph.borrow().apps.is_empty() && world.random().chance(100) {
        let timeout = Some(Duration::from_millis(100));
        let _ = gen_server::call(cx, application::controller_name(), Term::atom("which_applications"), timeout).await;
    }
}

/// Stops every application, or the whole node.
pub(super) async fn close(cx: Cx) -> Result<(), Raise> {
    let world = World::of(&cx);
    let mut operator = Operator::new(cx.same(), world.clone());
    let names: Vec<(Atom, bool)> = world.graph.borrow().apps.iter().map(|app| (app.name, app.broken)).collect();
    world.start_type.set(Restart::Temporary);
    world.asking.set(Some("start of everything"));
    for (name, broken) in &names {
        match broken {
            true => operator.refused(*name, Restart::Temporary).await?,
            false => operator.ensure(*name, Restart::Temporary).await?,
        }
    }
    let start = cx.now();
    world.asking.set(Some("stop of everything"));
    if world.random().chance(500) {
        world.closing.set(true);
        let _ = application::release::halt(&cx).await;
    } else {
        let running = operator.running().await?;
        for name in running.into_iter().filter(|name| names.iter().any(|(of, _)| of == name)) {
            operator.started.insert(name, true);
            operator.stop(name).await?;
        }
    }
    world.asking.set(None);
    let took = cx.now().since(start);
    world.act(if took <= LONGEST_STOP {
        Act::Checked("A7")
    } else {
        Act::Saw("A7", format!("stopping the applications took {took}"))
    });
    Ok(())
}

/// The sum of all time-outs of the largest graph, and some.
const LONGEST_STOP: Duration = Duration::from_secs(60);
