//! Random supervision trees, with workers that fail in every way, and clients that meddle.

use std::rc::Rc;

use crate::exit::Raise;
use crate::kernel::Dest;
use crate::otp::gen_server::{self, From, GenServer, Init, Next, Reply, Start};
use crate::otp::{dynamic_supervisor, supervisor};
use crate::process::{Cx, Module};
use crate::term::{Atom, Pid, Term};
use crate::time::Duration;

use super::actor::reason;
use super::applications::ask_while_ending;
use super::random::{Random, one_of};
use super::world::{Supervised, World};

const TREE: &str = "sim_tree";
const WORKER: &str = "sim_worker";

/// The code of trees and workers.
pub(super) fn modules() -> Vec<Module> {
    let tree = Module::new(Atom::new(TREE), "1")
        .export("start_link", 1, |cx, args| {
            Box::pin(async move { supervisor::start_link(&cx, None, Atom::new(TREE), first(args)).await })
        })
        .export("start_dynamic", 1, |cx, args| {
            Box::pin(async move { dynamic_supervisor::start_link(&cx, None, Atom::new(TREE), first(args)).await })
        })
        .export("init", 1, |cx, args| Box::pin(async move { Ok(init(&cx, &first(args))) }));
    let worker = Module::new(Atom::new(WORKER), "1").export("start_link", 1, |cx, args| {
        Box::pin(async move { gen_server::start_link::<Worker>(&cx, Start::new(Atom::new(WORKER), first(args))).await })
    });
    [vec![tree, worker], crate::otp::modules()].concat()
}

fn first(args: Vec<Term>) -> Term {
    args.into_iter().next().unwrap_or_default()
}

/// `init` of a supervisor: its argument is `{Kind, Open, Max, Answer}`.
fn init(cx: &Cx, spec: &Term) -> Term {
    let Some([kind, open, Term::Int(max), answer]) = spec.as_tuple() else { return Atom::IGNORE.into() };
    let dynamic = kind.is_atom(Atom::new("dynamic"));
    let max_children = usize::try_from(*max).unwrap_or(0);
    let supervised = Supervised { open: open.as_bool() == Some(true), dynamic, max_children };
    World::of(cx).supervisors.borrow_mut().insert(cx.me(), supervised);
    answer.clone()
}

/// A child spec whose process starts as a random tree of at most this depth, or a worker.
pub(super) fn child(random: &mut Random, id: usize, depth: usize, auto: bool) -> Term {
    let tree = depth > 0 && random.chance(400);
    let restart = one_of!(random; "permanent", "permanent", "transient", "temporary");
    let significant = auto && restart != "permanent" && random.chance(400);
    let start = if tree { tree_start(random, depth - 1) } else { worker_start(random) };
    let shutdown = match random.below(6) {
        _ if tree => Atom::INFINITY.into(),
        0 => Atom::BRUTAL_KILL.into(),
        1 => Atom::INFINITY.into(),
        _ => Term::Int(i64::try_from(random.below(60)).unwrap_or(0)),
    };
    Term::map(vec![
        (Atom::ID.into(), Term::Int(i64::try_from(id).unwrap_or(0))),
        (Atom::START.into(), start),
        (Atom::RESTART.into(), Term::atom(restart)),
        (Atom::SIGNIFICANT.into(), significant.into()),
        (Atom::SHUTDOWN.into(), shutdown),
        (Atom::TYPE.into(), if tree { Atom::SUPERVISOR.into() } else { Atom::WORKER.into() }),
    ])
}

fn mfa(module: &str, function: &str, argument: Term) -> Term {
    Term::tuple([Term::atom(module), Term::atom(function), Term::list([argument])])
}

/// A worker's argument is `{Traps, Milliseconds}`: how long `terminate` takes.
fn worker_start(random: &mut Random) -> Term {
    let millis = if random.chance(300) { random.below(80) } else { 0 };
    let argument = Term::tuple([random.chance(500).into(), millis.into()]);
    mfa(WORKER, "start_link", argument)
}

/// The start function of a random supervisor.
pub(super) fn tree_start(random: &mut Random, depth: usize) -> Term {
    let open = random.chance(300);
    let tagged = |kind: &str, max: usize, answer| {
        Term::tuple([Term::atom(kind), open.into(), Term::Int(i64::try_from(max).unwrap_or(0)), answer])
    };
    match random.below(8) {
        0 => {
            let max = 1 + random.below(4);
            let options = [("max_children", max), ("max_restarts", random.below(4)), ("max_seconds", 1)];
            let options = options.map(|(key, value)| Term::tuple([Term::atom(key), value.into()]));
            mfa(TREE, "start_dynamic", tagged("dynamic", max, dynamic_supervisor::init(&Term::list(options))))
        }
        1 => mfa(TREE, "start_link", tagged("simple", 0, simple(random))),
        _ => mfa(TREE, "start_link", tagged("tree", 0, children(random, depth))),
    }
}

fn flags(random: &mut Random, strategy: &str, auto: &str) -> Term {
    Term::map(vec![
        (Atom::STRATEGY.into(), Term::atom(strategy)),
        (Atom::INTENSITY.into(), random.below(6).into()),
        (Atom::PERIOD.into(), (1 + random.below(3)).into()),
        (Atom::AUTO_SHUTDOWN.into(), Term::atom(auto)),
    ])
}

fn simple(random: &mut Random) -> Term {
    let template = Term::map(vec![
        (Atom::ID.into(), Term::atom("instance")),
        (Atom::START.into(), worker_template(random)),
        (Atom::RESTART.into(), Term::atom(one_of!(random; "permanent", "transient", "temporary"))),
        (Atom::SHUTDOWN.into(), random.below(50).into()),
    ]);
    Term::ok(Term::tuple([flags(random, "simple_one_for_one", "never"), Term::list([template])]))
}

/// The instances of `simple_one_for_one` get their argument from `start_child`.
fn worker_template(_: &mut Random) -> Term {
    Term::tuple([Term::atom(WORKER), Term::atom("start_link"), Term::Nil])
}

fn children(random: &mut Random, depth: usize) -> Term {
    let strategy = one_of!(random; "one_for_one", "one_for_all", "rest_for_one");
    let auto = one_of!(random; "never", "never", "any_significant", "all_significant");
    let many = 1 + random.below(4);
    let specs: Vec<Term> = (0..many).map(|id| child(random, id, depth, auto != "never")).collect();
    Term::ok(Term::tuple([flags(random, strategy, auto), Term::list(specs)]))
}

/// A worker: fails at will while there is chaos.
struct Worker {
    slow_end: Duration,
}

impl GenServer for Worker {
    async fn init(cx: &Cx, args: Term) -> Result<Init<Self>, Raise> {
        let world = World::of(cx);
        world.workers.borrow_mut().push(cx.me());
        let [traps, millis] = args.as_tuple_of().cloned().unwrap_or_default();
        cx.trap_exits(traps.as_bool() == Some(true));
        let slow_end = Duration::from_millis(millis.as_int().unwrap_or(0).unsigned_abs());
        let dice = if world.chaos.get() { world.random().below(30) } else { 30 };
        let why = reason(&world);
        match dice {
            0..4 => {
                let span = world.random().below(50) as u64;
                cx.sleep(Duration::from_millis(span)).await;
            }
            4 => return Ok(Init::Ignore),
            5 => return Ok(Init::Stop(why)),
            6 => return Err(Raise::error(why)),
            7 => return Err(Raise::exit(why)),
            8 => drop(cx.die(why).await),
            9 => return Ok(Init::Raw(why)),
            _ => {}
        }
        Ok(Init::Ok(Worker { slow_end }, Next::Wait))
    }

    async fn handle_call(&mut self, _cx: &Cx, request: Term, _from: From) -> Result<Reply, Raise> {
        Ok(Reply::value(request))
    }

    async fn handle_cast(&mut self, _cx: &Cx, _message: Term) -> Result<Reply, Raise> {
        Ok(Reply::none())
    }

    async fn terminate(&mut self, cx: &Cx, _reason: &Term) -> Result<(), Raise> {
        if self.slow_end > Duration::ZERO {
            cx.sleep(self.slow_end).await;
        }
        let world = World::of(cx);
        ask_while_ending(cx, &world).await;
        let raises = world.chaos.get() && world.random().chance(100);
        if raises { Err(Raise::error(reason(&world))) } else { Ok(()) }
    }

    fn state(&self) -> Term {
        self.slow_end.as_millis().into()
    }
}

/// Keeps a tree: starts it again whenever it ends, until it is told to stop it.
pub(super) async fn keep(cx: Cx, start: Term) -> Result<(), Raise> {
    cx.trap_exits(true);
    let [module, function, args]: [Term; 3] = start.as_tuple_of().cloned().unwrap_or_default();
    let (module, function) = (module.as_atom().unwrap_or_default(), function.as_atom().unwrap_or_default());
    loop {
        let started = cx.apply(module, function, args.to_vec().unwrap_or_default()).await;
        let root = started.ok().and_then(|started| started.as_tuple()?.get(1)?.as_pid());
        let Some(root) = root else {
            cx.sleep(Duration::from_millis(200)).await;
            continue;
        };
        let told = cx.receive_if(|message| of_root(message, root)).await;
        if told {
            cx.exit(root, Atom::SHUTDOWN);
            cx.receive_if(|message| of_root(message, root).eq(&Some(false)).then_some(())).await;
            return Ok(());
        }
        cx.sleep(Duration::from_millis(50)).await;
    }
}

/// `Some(true)`: to stop the tree; `Some(false)`: it has ended.
fn of_root(message: &Term, root: Pid) -> Option<bool> {
    match message.as_tuple() {
        Some([Term::Atom(Atom::EXIT), Term::Pid(from), _]) if *from == root => Some(false),
        None if message.is_atom(Atom::STOP) => Some(true),
        _ => None,
    }
}

/// A client that asks supervisors for things, and one that only asks what they have.
pub(super) async fn meddle(cx: Cx) -> Result<(), Raise> {
    let world = World::of(&cx);
    while world.chaos.get() {
        let asked = ask(&cx, &world).await;
        if asked.is_none() {
            cx.sleep(Duration::from_millis(5)).await;
        }
        cx.tick().await;
    }
    Ok(())
}

async fn ask(cx: &Cx, world: &Rc<World>) -> Option<Term> {
    let (pid, kind) = world.supervisor(|supervised| supervised.open)?;
    let dice = world.random().below(6);
    let id = Term::Int(i64::try_from(world.random().below(6)).unwrap_or(0));
    let spec = child(&mut world.random(), 4, 0, false);
    let answer = match (dice, kind.dynamic) {
        (0, true) => dynamic_supervisor::which_children(cx, pid).await,
        (1..5, true) => dynamic_supervisor::start_child(cx, pid, spec).await,
        (_, true) => match world.worker() {
            Some(worker) => dynamic_supervisor::terminate_child(cx, pid, worker).await,
            None => return None,
        },
        (0, false) => supervisor::which_children(cx, pid).await,
        (1, false) => supervisor::start_child(cx, pid, spec).await,
        (2, false) => {
            // For simple_one_for_one: further arguments.
            let argument = Term::tuple([true.into(), 10.into()]);
            supervisor::start_child(cx, pid, Term::list([argument])).await
        }
        (3, false) => supervisor::terminate_child(cx, pid, world.worker().map_or(id, Term::from)).await,
        (4, false) => supervisor::restart_child(cx, pid, id).await,
        (_, false) => supervisor::delete_child(cx, pid, id).await,
    };
    answer.ok()
}

/// Asks every supervisor what it has, and writes it down.
pub(super) async fn count(cx: Cx) -> Result<(), Raise> {
    let world = World::of(&cx);
    let all: Vec<(Pid, Supervised)> = world.supervisors.borrow().iter().map(|(pid, kind)| (*pid, *kind)).collect();
    for (pid, kind) in all.into_iter().filter(|(pid, _)| cx.is_alive(*pid)) {
        let (which, count) = if kind.dynamic {
            (dynamic_supervisor::which_children(&cx, pid).await?, dynamic_supervisor::count_children(&cx, pid).await?)
        } else {
            (supervisor::which_children(&cx, pid).await?, supervisor::count_children(&cx, pid).await?)
        };
        world.answers.borrow_mut().push((pid, which, count));
    }
    Ok(())
}

/// A message that a worker meets its fault with.
pub(super) fn tick() -> Term {
    Term::tuple([Atom::GEN_CAST.into(), Term::atom("tick")])
}

/// Where to.
pub(super) fn dest(pid: Pid) -> Dest {
    Dest::Pid(pid)
}
