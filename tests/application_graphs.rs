//! What holds of applications however they depend on each other: random graphs, random deaths.
//! A failure names its seed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use let_it_crash::event::{ApplicationPhase, Event, Mfa};
use let_it_crash::exit::Raise;
use let_it_crash::limits::Limits;
use let_it_crash::otp::application::env::{Config, Setting};
use let_it_crash::otp::application::{self, AppFiles};
use let_it_crash::otp::gen_server::{self, GenServer, Init, Next, Start};
use let_it_crash::otp::supervisor;
use let_it_crash::process::{Cx, Module, Runtime, SpawnOptions};
use let_it_crash::supervision::Restart;
use let_it_crash::term::{Atom, Term, erlang};
use let_it_crash::time::Duration;

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }
}

/// A child that may take its time to stop, or never stop by itself.
struct Worker(i64);

impl GenServer for Worker {
    async fn init(cx: &Cx, stop_takes: Term) -> Result<Init<Self>, Raise> {
        cx.trap_exits(true);
        // A stray, in nobody's tree: only the group leader knows whose it is.
        cx.spawn(SpawnOptions { link: false, initial_call: mfa("stray") }, |cx| async move {
            loop {
                cx.receive().await;
            }
        })?;
        Ok(Init::Ok(Worker(stop_takes.as_int().unwrap()), Next::Wait))
    }

    async fn terminate(&mut self, cx: &Cx, _reason: &Term) -> Result<(), Raise> {
        cx.sleep(Duration::from_millis(u64::try_from(self.0).unwrap())).await;
        Ok(())
    }

    fn state(&self) -> Term {
        self.0.into()
    }
}

/// The callback module of all applications: `start(_, {ok, StopTakes} | fail)`.
fn callback() -> Module {
    Module::new(Atom::new("app"), "1")
        .export("start", 2, |cx, args| {
            Box::pin(async move {
                match args[1].as_tuple() {
                    Some([_, stop_takes]) => {
                        supervisor::start_link(&cx, None, Atom::new("app"), stop_takes.clone()).await
                    }
                    _ => Ok(Term::error(Term::atom("failed"))),
                }
            })
        })
        .export("start_phase", 3, |cx, args| {
            Box::pin(async move {
                note(&cx, &format!("{} {}", args[0], args[2]));
                Ok(Term::atom("ok"))
            })
        })
        .export("stop", 1, |_, _| Box::pin(async { Ok(Term::atom("ok")) }))
        .export("init", 1, |_, args| {
            Box::pin(async move {
                let text =
                    "{ok, {#{intensity => 0}, [#{id => w, start => {app, worker, [stop_takes]}, shutdown => 500}]}}";
                let spec = text.replace("stop_takes", &args[0].to_string());
                Ok(erlang::parse(&spec).unwrap())
            })
        })
        .export("worker", 1, |cx, args| {
            Box::pin(async move {
                gen_server::start_link::<Worker>(&cx, Start::new(Atom::new("app"), args[0].clone())).await
            })
        })
}

#[derive(Default)]
struct Notes(RefCell<Vec<String>>);

fn note(cx: &Cx, text: &str) {
    cx.installed::<Notes>().unwrap().0.borrow_mut().push(text.to_owned());
}

fn mfa(name: &str) -> Mfa {
    Mfa { module: Atom::new(name), function: Atom::new("run"), arity: 0 }
}

struct Graph {
    /// By number: on whom each depends.
    uses: Vec<Vec<usize>>,
    fails: Vec<bool>,
    stop_takes: Vec<u64>,
}

impl Graph {
    /// Without circles: each depends on some before it.
    fn random(dice: &mut Dice) -> Self {
        let count = 2 + dice.roll(10) as usize;
        let uses = (0..count).map(|app| (0..app).filter(|_| dice.one_in(3)).collect()).collect();
        let fails = (0..count).map(|_| dice.one_in(12)).collect();
        let stop_takes = (0..count).map(|_| [0, 0, 10, 10_000][dice.roll(4) as usize]).collect();
        Graph { uses, fails, stop_takes }
    }

    fn install(&self, files: &AppFiles) {
        for (app, uses) in self.uses.iter().enumerate() {
            let uses = uses.iter().map(|app| name(*app).text().to_string()).collect::<Vec<_>>().join(", ");
            let arg = if self.fails[app] { "fail".to_owned() } else { format!("{{ok, {}}}", self.stop_takes[app]) };
            let text = format!("{{application, a{app}, [{{applications, [{uses}]}}, {{mod, {{app, {arg}}}}}]}}.");
            files.add(&format!("a{app}"), &text);
        }
    }

    /// Everything that has to run for `app`, itself included.
    fn needs(&self, app: usize) -> BTreeSet<usize> {
        let mut needs = BTreeSet::from([app]);
        self.uses[app].iter().for_each(|uses| needs.extend(self.needs(*uses)));
        needs
    }
}

fn name(app: usize) -> Atom {
    Atom::new(&format!("a{app}"))
}

fn number(name: &Atom) -> Option<usize> {
    name.text().strip_prefix('a')?.parse().ok()
}

fn node(install: impl FnOnce(&AppFiles)) -> (Runtime, Rc<Notes>) {
    let mut node = Runtime::new(Limits { ns_per_reduction: 0, ..Limits::default() });
    let (files, notes) = (AppFiles::default(), Rc::new(Notes::default()));
    install(&files);
    node.install(Rc::new(files));
    node.install(notes.clone());
    node.load(callback());
    (node, notes)
}

fn run<Fut>(node: &mut Runtime, body: impl FnOnce(Cx) -> Fut + 'static)
where
    Fut: Future<Output = Result<(), Raise>> + 'static,
{
    node.spawn(mfa("init"), |cx| async move {
        application::start_controller(&cx).await?;
        body(cx.same()).await?;
        // The controller ends with who started it.
        loop {
            cx.receive().await;
        }
    })
    .unwrap();
    node.advance(Duration::from_secs(600));
}

/// The applications that started and stopped, in order.
fn story(node: &mut Runtime) -> (Vec<usize>, Vec<usize>) {
    let (mut started, mut stopped) = (Vec::new(), Vec::new());
    for entry in node.drain_log() {
        match entry.event {
            Event::Application { name, phase: ApplicationPhase::Started { .. }, .. } => started.extend(number(&name)),
            Event::Application { name, phase: ApplicationPhase::Stopped { .. }, .. } => stopped.extend(number(&name)),
            _ => {}
        }
    }
    (started, stopped)
}

/// A1, A3, A7: dependencies first, all or nothing, the node's halt in reverse, nobody left.
#[test]
fn dependencies_start_first_and_stop_last_and_nobody_is_left() {
    for seed in 0..300 {
        let mut dice = Dice(seed);
        let graph = Graph::random(&mut dice);
        let goal = dice.roll(graph.uses.len() as u64) as usize;
        let needs = graph.needs(goal);
        let fails = needs.iter().any(|app| graph.fails[*app]);
        let (mut node, notes) = node(|files| graph.install(files));
        run(&mut node, move |cx| async move {
            cx.trap_exits(true);
            let before = cx.processes().len();
            let answer = application::ensure_all_started(&cx, name(goal), Restart::Temporary).await?;
            note(&cx, &format!("{}", answer.as_tuple().unwrap()[0]));
            let running = application::which_applications(&cx).await?;
            note(&cx, &running.iter().count().to_string());
            let leaders = cx.processes().into_iter().filter(|pid| application::get_application(&cx, *pid).is_some());
            note(&cx, &leaders.count().to_string());
            if fails {
                note(&cx, &(cx.processes().len() - before).to_string());
            }
            let _ = application::release::halt(&cx).await;
            Ok(())
        });
        let (started, stopped) = story(&mut node);
        let notes = notes.0.borrow().clone();
        for (at, app) in started.iter().enumerate() {
            let missing = graph.uses[*app].iter().find(|uses| !started[..at].contains(uses));
            assert_eq!(missing, None, "seed {seed}: a{app} started before what it needs");
        }
        let mut reverse = started.clone();
        reverse.reverse();
        assert_eq!(stopped, reverse, "seed {seed}");
        assert!(node.halted().is_some(), "seed {seed}");
        // kernel and stdlib always run; master, starter, root, worker and stray are an application's.
        if fails {
            assert_eq!(notes, [":error", "2", "0", "0"], "seed {seed}");
        } else {
            let count = needs.len();
            assert_eq!(notes, [":ok".to_owned(), (2 + count).to_string(), (5 * count).to_string()], "seed {seed}");
            assert_eq!(started.iter().copied().collect::<BTreeSet<_>>(), needs, "seed {seed}");
        }
        let slowest: u64 = started.iter().map(|app| graph.stop_takes[*app].min(500)).sum();
        let took = node.now().0 / 1_000_000;
        assert!(took <= slowest, "seed {seed}: {took} ms to stop, at most {slowest}");
    }
}

/// A2: what the end of an application means for the node.
#[test]
fn the_start_type_decides_whether_the_node_goes_down() {
    for seed in 0..60 {
        let mut dice = Dice(seed);
        let kind = [Restart::Permanent, Restart::Transient, Restart::Temporary][dice.roll(3) as usize];
        let reason = ["normal", "shutdown", "boom", "kill"][dice.roll(4) as usize];
        let (mut node, _) = node(|files| files.add("a0", "{application, a0, [{mod, {app, {ok, 0}}}]}."));
        run(&mut node, move |cx| async move {
            application::start(&cx, name(0), kind).await?;
            let of_app = |pid: &_| application::get_application(&cx, *pid).is_some();
            let root = cx.processes().into_iter().filter(of_app).nth(2).unwrap();
            supervisor::which_children(&cx, root).await?;
            if reason == "kill" {
                cx.exit(root, Atom::KILL);
            } else {
                let _ = gen_server::stop(&cx, root, Term::atom(reason), None).await;
            }
            cx.sleep(Duration::from_secs(1)).await;
            Ok(())
        });
        let reason = if reason == "kill" { "killed" } else { reason };
        let goes_down = match (kind, reason) {
            (Restart::Permanent, _) => true,
            (Restart::Transient, reason) => reason != "normal",
            (Restart::Temporary, _) => false,
        };
        let halted = node.halted().map(|why| why.to_string());
        let expected = goes_down.then(|| format!("{{:application_terminated, :a0, :{reason}}}"));
        assert_eq!(halted, expected, "seed {seed}: {kind:?} {reason}");
    }
}

/// A4: the spec's values, the configuration over them, what is set over that.
#[test]
fn the_environment_is_merged_in_order_and_remembers_where_from() {
    for seed in 0..100 {
        let mut dice = Dice(seed);
        let layers: Vec<[bool; 3]> = (0..6).map(|_| [dice.one_in(2), dice.one_in(2), dice.one_in(2)]).collect();
        let in_spec = |at: usize| layers[at][0].then(|| format!("{{k{at}, spec}}"));
        let env = (0..6).filter_map(in_spec).collect::<Vec<_>>().join(", ");
        let (mut node, notes) = node(|files| files.add("a0", &format!("{{application, a0, [{{env, [{env}]}}]}}.")));
        let config = Config::default();
        for at in (0..6).filter(|at| layers[*at][1]) {
            let (key, value) = (Atom::new(&format!("k{at}")), Term::atom("configured"));
            config.add(Setting { application: name(0), key, value, source: Atom::new("config") });
        }
        node.install(Rc::new(config));
        let set: Vec<bool> = layers.iter().map(|layer| layer[2]).collect();
        run(&mut node, move |cx| async move {
            application::load(&cx, name(0)).await?;
            for at in (0..6).filter(|at| set[*at]) {
                application::set_env(&cx, name(0), Atom::new(&format!("k{at}")), Term::atom("set")).await?;
            }
            for at in 0..6 {
                let key = Atom::new(&format!("k{at}"));
                let source = application::get_env_source(&cx, name(0), key).map_or(Term::Nil, Term::from);
                note(&cx, &format!("{} {source}", application::fetch_env(&cx, name(0), key)));
            }
            Ok(())
        });
        for (at, layer) in layers.iter().enumerate() {
            let expected = match layer {
                [_, _, true] => "{:ok, :set} :set_env",
                [_, true, false] => "{:ok, :configured} :config",
                [true, false, false] => "{:ok, :spec} :app",
                [false, false, false] => ":error []",
            };
            assert_eq!(notes.0.borrow()[at], expected, "seed {seed}, k{at}");
        }
    }
}

/// A5: phases run in the order of the spec.
#[test]
fn start_phases_run_in_their_order() {
    for seed in 0..40 {
        let mut dice = Dice(seed);
        let phases: Vec<String> = (0..dice.roll(5)).map(|at| format!("{{p{}, {at}}}", dice.roll(100))).collect();
        let text =
            format!("{{application, a0, [{{mod, {{app, {{ok, 0}}}}}}, {{start_phases, [{}]}}]}}.", phases.join(", "));
        let (mut node, notes) = node(|files| files.add("a0", &text));
        run(&mut node, |cx| async move {
            application::start(&cx, name(0), Restart::Temporary).await?;
            Ok(())
        });
        // Of equal names the first one's argument counts, as `lists:keyfind` finds it.
        let names: Vec<&str> = phases.iter().map(|phase| phase[1..].split(',').next().unwrap()).collect();
        let expected: Vec<String> = names
            .iter()
            .map(|name| format!(":{name} {}", names.iter().position(|other| other == name).unwrap()))
            .collect();
        assert_eq!(*notes.0.borrow(), expected, "seed {seed}");
    }
}

/// A6: what cannot be started is named.
#[test]
fn circles_and_gaps_are_told_and_leave_nothing_running() {
    for seed in 0..60 {
        let mut dice = Dice(seed);
        let length = 1 + dice.roll(6) as usize;
        let circle = dice.one_in(2);
        let (mut node, notes) = node(|files| {
            for app in 0..length {
                let uses = match (app + 1 == length, circle) {
                    (false, _) => format!("a{}", app + 1),
                    (true, true) => "a0".to_owned(),
                    (true, false) => "gone".to_owned(),
                };
                files.add(&format!("a{app}"), &format!("{{application, a{app}, [{{applications, [{uses}]}}]}}."));
            }
        });
        run(&mut node, |cx| async move {
            note(&cx, &application::ensure_all_started(&cx, name(0), Restart::Temporary).await?.to_string());
            note(&cx, &application::which_applications(&cx).await?.iter().count().to_string());
            Ok(())
        });
        let expected = if circle {
            "{:error, {:a0, {:circular_dependencies, :a0}}}".to_owned()
        } else {
            "{:error, {:gone, {'no such file or directory', 'gone.app'}}}".to_owned()
        };
        assert_eq!(*notes.0.borrow(), [expected, "2".to_owned()], "seed {seed}");
    }
}
