//! What the node costs: the items of the actor benchmarks, through the public API.
//!
//! `cargo bench --no-default-features --bench node -- [ITEM...]` prints a JSON line an item:
//! `{"system","item","n","seconds","per_sec","bytes"}`. Fuel and limits are on, message events
//! off, reports off (as the BEAM's benchmark has its logger). Compare ratios of one run, never
//! seconds of two.
//!
//! `curves` are measured only when asked for, all or one by name: an item `NAME/SIZE` a point.
//! With `--messages` every message is in the log. `./dev bench-wasm` runs the same items in Chrome.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the wall clock")]

use std::cell::Cell;
use std::rc::Rc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use let_it_crash::event::Mfa;
use let_it_crash::exit::Raise;
use let_it_crash::limits::Limits;
use let_it_crash::observe::model::Model;
use let_it_crash::observe::snapshot::{NodeKey, Snapshot, State as Fares, TreeNode};
use let_it_crash::otp::gen_server::{self, GenServer, Incoming, Init, Next, Reply, Start};
use let_it_crash::otp::supervisor;
use let_it_crash::process::module::Called;
use let_it_crash::process::{Cx, Module, Runtime, SpawnOptions, Starting};
use let_it_crash::session::{Options, Session};
use let_it_crash::term;
use let_it_crash::term::{Atom, ListIter, Pid, Term};
use let_it_crash::view::tidy_tree::{Rect, Tree};
use let_it_crash::view::wall::Cells;

#[path = "node/curves.rs"]
mod curves;
#[path = "node/platform.rs"]
mod platform;

use curves::CURVES;
use platform::{Instant, resident};

// --- the server that every item uses

enum State {
    Count(i64),
    Fib(Term, Term),
}

impl GenServer for State {
    fn init_at_once(cx: &Cx, args: &Term) -> Option<Result<Init<Self>, Raise>> {
        let state = match args.as_tuple() {
            Some([a @ Term::Int(_), b]) => State::Fib(a.clone(), b.clone()),
            Some([_, Term::Pid(listener)]) => {
                cx.send(*listener, Term::tuple([Atom::START.into(), cx.me().into()])).unwrap();
                State::Count(0)
            }
            _ => State::Count(0),
        };
        Some(Ok(Init::Ok(state, Next::Wait)))
    }

    fn at_once(&mut self, _: &Cx, message: Incoming<'_>) -> Option<Result<Reply, Raise>> {
        Some(Ok(match (message, self) {
            (Incoming::Call(Term::Atom(Atom::OK), _), State::Count(n)) => Reply::value(*n),
            (Incoming::Call(..), State::Fib(a, b)) => {
                let Some(next) = a.add(b) else { return Some(Err(Raise::error(Atom::BADARG))) };
                Reply::value(std::mem::replace(a, std::mem::replace(b, next)))
            }
            (Incoming::Call(..), _) => Reply::value(Atom::NORMAL),
            (Incoming::Cast(_), State::Count(n)) => {
                *n += 1;
                Reply::none()
            }
            _ => Reply::none(),
        }))
    }

    fn state(&self) -> Term {
        Term::Nil
    }
}

/// An atom that a program names is no look-up on the BEAM either.
fn server() -> Atom {
    static SERVER: OnceLock<Atom> = OnceLock::new();
    *SERVER.get_or_init(|| Atom::new("bench_server"))
}

fn pid_of(started: &Term) -> Pid {
    started.as_tuple().unwrap()[1].as_pid().unwrap()
}

fn module() -> Module {
    fn start_link(cx: &Cx, mut args: ListIter<'_>) -> Starting {
        gen_server::begin_link::<State>(cx, Start::new(server(), args.next().cloned().unwrap_or_default()))
    }
    fn init(_: Cx, mut args: Vec<Term>) -> Called {
        let args = args.pop().unwrap_or_default();
        Box::pin(async move { Ok(Term::ok(args)) })
    }
    Module::new(server(), "1").starts("start_link", 1, start_link).export("init", 1, init)
}

async fn start(cx: &Cx, args: Term) -> Result<Pid, Raise> {
    Ok(pid_of(&gen_server::start::<State>(cx, Start::new(server(), args)).await?))
}

async fn call(cx: &Cx, server: Pid, request: Atom) -> Result<Term, Raise> {
    gen_server::call(cx, server, request.into(), Some(let_it_crash::time::Duration::from_secs(5))).await
}

async fn calls(cx: &Cx, server: Pid, n: u64) -> Result<(), Raise> {
    for _ in 0..n {
        call(cx, server, Atom::NORMAL).await?;
    }
    Ok(())
}

async fn time_calls(cx: &Cx, clock: &Clock, server: Pid, n: u64) -> Result<(), Raise> {
    let begin = Instant::now();
    calls(cx, server, n).await?;
    clock.set(begin.elapsed());
    Ok(())
}

async fn sup(cx: &Cx, flags: Term, specs: Term) -> Result<Pid, Raise> {
    Ok(pid_of(&supervisor::start_link(cx, None, server(), Term::tuple([flags, specs])).await?))
}

// --- the stopwatch

/// Is every message in the log?
static MESSAGES: AtomicBool = AtomicBool::new(false);

/// What an item measured: operations, time, bytes an operation.
type Measured = (u64, Duration, Option<f64>);

type Clock = Rc<Cell<Duration>>;

fn fresh_node() -> Runtime {
    let limits = Limits { ns_per_reduction: 0, mailbox_words: 1 << 40, ..Limits::default() };
    let mut node = Runtime::new(limits);
    let messages = MESSAGES.load(Ordering::Relaxed);
    node.kernel_mut(|kernel| {
        kernel.log_level = None;
        kernel.trace_all(messages);
    });
    node.load(module());
    node
}

/// Runs `body` in a process of a fresh node until nothing runs any more.
fn in_a_node<F, Fut>(body: F) -> Duration
where
    F: FnOnce(Cx, Clock) -> Fut + 'static,
    Fut: Future<Output = Result<(), Raise>> + 'static,
{
    in_node(&mut fresh_node(), body)
}

fn in_node<F, Fut>(node: &mut Runtime, body: F) -> Duration
where
    F: FnOnce(Cx, Clock) -> Fut + 'static,
    Fut: Future<Output = Result<(), Raise>> + 'static,
{
    let took = Rc::new(Cell::new(Duration::ZERO));
    let clock = took.clone();
    let initial_call = Mfa { module: server(), function: Atom::new("bench"), arity: 0 };
    node.spawn(initial_call, |cx| body(cx, clock)).unwrap();
    node.run_until_idle();
    assert_ne!(took.get(), Duration::ZERO, "the item did not finish");
    took.get()
}

fn plain() -> SpawnOptions {
    SpawnOptions { link: false, initial_call: Mfa { module: server(), function: Atom::INIT, arity: 0 } }
}

// --- items

fn pingpong() -> Measured {
    let n = 300_000;
    let took = in_a_node(move |cx, clock| async move {
        let server = start(&cx, term!(0)).await?;
        calls(&cx, server, 20_000).await?;
        time_calls(&cx, &clock, server, n).await
    });
    (n, took, None)
}

fn cast() -> Measured {
    let n = 1_000_000;
    let took = in_a_node(move |cx, clock| async move {
        let server = start(&cx, term!(0)).await?;
        let begin = Instant::now();
        for _ in 0..n {
            gen_server::cast(&cx, server, Atom::NORMAL.into());
            cx.tick().await;
        }
        assert_eq!(gen_server::call(&cx, server, Atom::OK.into(), None).await?, Term::Int(n));
        clock.set(begin.elapsed());
        Ok(())
    });
    (n.unsigned_abs(), took, None)
}

fn ring() -> Measured {
    let took = in_a_node(|cx, clock| in_a_ring(cx, clock, RING, RING));
    (RING * RING, took, None)
}

const RING: u64 = 1_000;

async fn in_a_ring(cx: Cx, clock: Clock, processes: u64, rounds: u64) -> Result<(), Raise> {
    let mut next = cx.me();
    for _ in 1..processes {
        let to = next;
        next = cx.spawn(plain(), move |cx| async move {
            loop {
                let message = cx.receive().await;
                cx.send(to, message)?;
            }
        })?;
    }
    let begin = Instant::now();
    for _ in 0..rounds {
        cx.send(next, Atom::OK.into())?;
        cx.receive().await;
    }
    clock.set(begin.elapsed());
    Ok(())
}

/// What a message event costs: a ring with all its messages in the log, and without. Two events a
/// message; the BEAM has no such item.
fn message_event() -> Measured {
    let run = |traced| {
        let mut node = fresh_node();
        node.kernel_mut(|kernel| kernel.trace_all(traced));
        in_node(&mut node, |cx, clock| in_a_ring(cx, clock, 10, 100_000))
    };
    (2 * 10 * 100_000, run(true).saturating_sub(run(false)), None)
}

/// What a message event occupies in a log with room for all of them: messages of `{noise, 1}`, a
/// send and a receive each.
fn message_bytes() -> Measured {
    let n = 200_000;
    let run = |traced: bool| {
        let limits = Limits { log_bytes: 1 << 30, ns_per_reduction: 0, ..Limits::default() };
        let mut node = Runtime::new(limits);
        node.kernel_mut(|kernel| kernel.trace_all(traced));
        let before = resident();
        in_node(&mut node, move |cx, clock| async move {
            for _ in 0..n {
                cx.send(cx.me(), term!({noise, 1}))?;
                cx.receive().await;
            }
            clock.set(Duration::from_nanos(1));
            Ok(())
        });
        let entries = node.drain_log().len();
        (resident() - before, entries)
    };
    let (without, few) = run(false);
    let (with, many) = run(true);
    let events = (many - few) as u64;
    (events, Duration::ZERO, Some((with - without).max(0.0) / events as f64))
}

fn spawn() -> Measured {
    let n = 100_000;
    let took = in_a_node(move |cx, clock| async move {
        let me = cx.me();
        let begin = Instant::now();
        for _ in 0..n {
            let pid = cx.spawn(plain(), move |cx| async move {
                cx.receive().await;
                cx.send(me, Atom::OK.into())
            })?;
            cx.send(pid, Atom::START.into())?;
            cx.tick().await;
        }
        for _ in 0..n {
            cx.receive().await;
        }
        clock.set(begin.elapsed());
        Ok(())
    });
    (n, took, None)
}

fn dynamic_flags() -> Term {
    term!({simple_one_for_one, 1, 5})
}

fn dynamic_spec() -> Term {
    term!([{c, {(server()), start_link, []}, permanent, 5000, worker, []}])
}

fn sup_start() -> Measured {
    let n = 100_000;
    let took = in_a_node(move |cx, clock| async move {
        let sup = sup(&cx, dynamic_flags(), dynamic_spec()).await?;
        let begin = Instant::now();
        for _ in 0..n {
            supervisor::start_child(&cx, sup, term!([0])).await?;
        }
        clock.set(begin.elapsed());
        Ok(())
    });
    (n, took, None)
}

fn memory() -> Measured {
    let n = 100_000_u32;
    let bytes = Rc::new(Cell::new(0.0));
    let kept = bytes.clone();
    in_a_node(move |cx, clock| async move {
        let before = resident();
        for _ in 0..n {
            start(&cx, term!(0)).await?;
        }
        cx.yield_now().await;
        kept.set((resident() - before) / f64::from(n));
        clock.set(Duration::from_nanos(1));
        Ok(())
    });
    (u64::from(n), Duration::ZERO, Some(bytes.get()))
}

fn restart(n: u64) -> Measured {
    let took = in_a_node(move |cx, clock| restarts(cx, clock, n));
    (n, took, None)
}

async fn restarts(cx: Cx, clock: Clock, n: u64) -> Result<(), Raise> {
    sup(&cx, restless(), Term::list([telling(&cx)])).await?;
    time_restarts(&cx, &clock, n).await
}

/// Flags of a supervisor that does not give up.
fn restless() -> Term {
    term!({one_for_one, 100000000, 1})
}

/// A child that tells of each start.
fn telling(cx: &Cx) -> Term {
    term!({c, {(server()), start_link, [{notify, (cx.me())}]}, permanent, 5000, worker, []})
}

/// A kill, the word of the successor and a call to it, again and again.
async fn time_restarts(cx: &Cx, clock: &Clock, n: u64) -> Result<(), Raise> {
    let mut child = pid_of(&cx.receive().await);
    let begin = Instant::now();
    for _ in 0..n {
        cx.exit(child, Atom::KILL);
        child = pid_of(&cx.receive().await);
        call(cx, child, Atom::NORMAL).await?;
    }
    clock.set(begin.elapsed());
    Ok(())
}

/// Reads the log of restarts into the model that the page draws: entries.
fn apply() -> Measured {
    let mut node = fresh_node();
    in_node(&mut node, |cx, clock| restarts(cx, clock, 5_000));
    let entries = node.drain_log();
    let mut model = Model::default();
    let begin = Instant::now();
    entries.iter().for_each(|entry| model.apply(entry));
    let took = begin.elapsed();
    assert_ne!(model.snapshot(node.now()).seq, 0);
    (entries.len() as u64, took, None)
}

/// Boots the page's node with its application.
fn boot() -> Measured {
    let n = 100;
    let begin = Instant::now();
    for _ in 0..n {
        let mut session = Session::new(Options::default()).unwrap();
        assert_ne!(session.snapshot().seq, 0);
    }
    (n, begin.elapsed(), None)
}

fn treestop() -> Measured {
    let n = 10_000;
    let took = in_a_node(move |cx, clock| async move {
        let spec = |id: i64| term!({(id), {(server()), start_link, [0]}, permanent, 5000, worker, []});
        let sup = sup(&cx, term!({one_for_one, 1, 5}), Term::list((1..=n).map(spec).collect::<Vec<_>>())).await?;
        cx.unlink(sup);
        let begin = Instant::now();
        gen_server::stop(&cx, sup, Atom::NORMAL.into(), None).await?;
        clock.set(begin.elapsed());
        Ok(())
    });
    (n.unsigned_abs(), took, None)
}

async fn send_noise(cx: &Cx, to: Pid, n: u64) -> Result<(), Raise> {
    for _ in 0..n {
        cx.send(to, term!({noise, 1}))?;
        cx.tick().await;
    }
    Ok(())
}

fn selrecv_ref() -> Measured {
    let n = 100_000;
    let took = in_a_node(move |cx, clock| async move {
        let server = start(&cx, term!(0)).await?;
        send_noise(&cx, cx.me(), 10_000).await?;
        calls(&cx, server, 1_000).await?;
        time_calls(&cx, &clock, server, n).await
    });
    (n, took, None)
}

fn selrecv_scan() -> Measured {
    let n = 2_000;
    let took = in_a_node(move |cx, clock| async move {
        let me = cx.me();
        let echo = cx.spawn(plain(), move |cx| async move {
            loop {
                cx.receive().await;
                cx.send(me, Atom::OK.into())?;
            }
        })?;
        send_noise(&cx, cx.me(), 10_000).await?;
        let begin = Instant::now();
        for _ in 0..n {
            cx.send(echo, Atom::START.into())?;
            cx.receive_if(|message| message.is_atom(Atom::OK).then_some(())).await;
        }
        clock.set(begin.elapsed());
        Ok(())
    });
    (n, took, None)
}

fn fib_seq() -> Measured {
    let n = 10_000;
    let took = in_a_node(move |cx, clock| async move {
        let server = start(&cx, term!({0, 1})).await?;
        time_calls(&cx, &clock, server, n).await
    });
    (n, took, None)
}

// --- drawing

/// A tree of so many places: each has up to ten below it.
fn tree(places: u32) -> Snapshot {
    let key = |at: u32| NodeKey::new(at, 0);
    let place = |at: u32| TreeNode {
        key: key(at),
        parent: (at > 0).then(|| key((at - 1) / 10)),
        state: Fares::Running,
        incarnation: 1,
        children: (at * 10 + 1..(at * 10 + 11).min(places)).map(key).collect(),
        ..TreeNode::default()
    };
    Snapshot { nodes: (0..places).map(|at| Some(Rc::new(place(at)))).collect(), ..Snapshot::default() }
}

/// A place with so many children.
fn group(places: u32) -> Snapshot {
    let mut seen = tree(places);
    for at in 0..places {
        let place = Rc::make_mut(seen.nodes.get_mut(at as usize).unwrap().as_mut().unwrap());
        place.parent = (at > 0).then(|| NodeKey::new(0, 0));
        place.children = (1..if at == 0 { places } else { 0 }).map(|at| NodeKey::new(at, 0)).collect();
    }
    seen
}

/// Every card of a tree, from scratch.
fn layout(places: u32) -> Measured {
    let seen = tree(places);
    let begin = Instant::now();
    let mut laid_out = Tree::default();
    laid_out.see(&seen, [NodeKey::new(0, 0)], &Rc::default(), 1_000);
    let drawn = laid_out.within(&Rect::ALL, usize::MAX);
    let took = begin.elapsed();
    assert_eq!(drawn.len(), places as usize);
    (1, took, None)
}

/// The same tree after one change, a place that comes or goes, and what a window shows of it.
fn layout_change(places: u32) -> Measured {
    let mut seen = tree(places);
    let (root, window) = (NodeKey::new(0, 0), Rect { x: 900, y: 0, width: 1_200, height: 700 });
    let (mut laid_out, folded) = (Tree::default(), Rc::default());
    laid_out.see(&seen, [root], &folded, 1_000);
    let (mut took, mut anew, mut shown) = (Duration::ZERO, 0, 0);
    for at in 0..1_000 {
        come_or_go(&mut seen, places as usize, at);
        let begin = Instant::now();
        anew += laid_out.see(&seen, [root], &folded, 1_000);
        shown += laid_out.within(&window, 240).len();
        took += begin.elapsed();
    }
    assert!((1..20_000).contains(&anew) && shown > 1_000, "{anew} laid out anew, {shown} shown");
    (1_000, took, None)
}

/// A place below some leaf comes (even steps), and goes again (odd ones).
fn come_or_go(seen: &mut Snapshot, places: usize, at: usize) {
    let leaf = places - 1 - (at / 2 * 37) % (places / 2);
    let key = NodeKey::new(places as u32, at as u32);
    let come = at.is_multiple_of(2);
    let place =
        come.then(|| Rc::new(TreeNode { key, parent: Some(NodeKey::new(leaf as u32, 0)), ..TreeNode::default() }));
    match seen.nodes.get_mut(places) {
        Some(last) => *last = place,
        None => seen.nodes.push(place),
    }
    let leaf = Rc::make_mut(seen.nodes.get_mut(leaf).unwrap().as_mut().unwrap());
    leaf.children = leaf.children.iter().filter(|_| false).chain(come.then_some(key)).collect();
}

/// Every cell of a group, from scratch.
fn wall(places: u32) -> Measured {
    let seen = group(places);
    let (mut cells, begin) = (Cells::default(), Instant::now());
    cells.see(&seen, NodeKey::new(0, 0));
    let took = begin.elapsed();
    assert_eq!(cells.len(), places as usize - 1);
    (1, took, None)
}

/// The same after one process has changed.
fn wall_change(places: u32) -> Measured {
    let (mut seen, mut cells) = (group(places), Cells::default());
    cells.see(&seen, NodeKey::new(0, 0));
    let mut took = Duration::ZERO;
    for at in 1..=1_000 {
        Rc::make_mut(seen.nodes.get_mut(at % (places as usize - 1) + 1).unwrap().as_mut().unwrap()).state =
            if at % 2 == 0 { Fares::Running } else { Fares::Crashed };
        let begin = Instant::now();
        cells.see(&seen, NodeKey::new(0, 0));
        took += begin.elapsed();
    }
    (1_000, took, None)
}

type Item = fn() -> Measured;

const ITEMS: &[(&str, Item)] = &[
    ("pingpong", pingpong),
    ("cast", cast),
    ("ring", ring),
    ("spawn", spawn),
    ("sup_start", sup_start),
    ("memory", memory),
    ("restart_1k", || restart(1_000)),
    ("restart", || restart(10_000)),
    ("treestop", treestop),
    ("selrecv_ref", selrecv_ref),
    ("selrecv_scan", selrecv_scan),
    ("fib_seq", fib_seq),
    ("message_event", message_event),
    ("message_bytes", message_bytes),
    ("apply", apply),
    ("boot", boot),
    ("layout_1k", || layout(1_000)),
    ("layout_10k", || layout(10_000)),
    ("layout_100k", || layout(100_000)),
    ("layout_change_1k", || layout_change(1_000)),
    ("layout_change_10k", || layout_change(10_000)),
    ("layout_change_100k", || layout_change(100_000)),
    ("wall_1k", || wall(1_000)),
    ("wall_10k", || wall(10_000)),
    ("wall_100k", || wall(100_000)),
    ("wall_change_1k", || wall_change(1_000)),
    ("wall_change_10k", || wall_change(10_000)),
    ("wall_change_100k", || wall_change(100_000)),
];

fn main() {
    // A page calls `bench` when it wants to.
    if cfg!(target_arch = "wasm32") {
        return;
    }
    let args: Vec<String> = std::env::args().skip(1).collect();
    MESSAGES.store(args.iter().any(|arg| arg == "--messages"), Ordering::Relaxed);
    let wanted: Vec<&str> = args.iter().map(String::as_str).filter(|arg| !arg.starts_with('-')).collect();
    run(&wanted, &mut |line| println!("{line}"));
}

/// What a page calls: the lines of an item.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
#[allow(unreachable_pub, reason = "the page reaches it")]
pub fn bench(item: &str, messages: bool) -> String {
    MESSAGES.store(messages, Ordering::Relaxed);
    let mut lines = String::new();
    run(&[item], &mut |line| lines = format!("{lines}{line}\n"));
    lines
}

fn run(wanted: &[&str], tell: &mut dyn FnMut(String)) {
    for (item, measure) in ITEMS {
        if wanted.is_empty() || wanted.contains(item) {
            tell(line(item, measure()));
        }
    }
    for (curve, measure, sizes) in CURVES {
        for size in *sizes {
            let point = format!("{curve}/{size}");
            if wanted.iter().any(|name| ["curves", curve, point.as_str()].contains(name)) {
                tell(line(&point, measure(*size)));
            }
        }
    }
}

fn line(item: &str, (n, took, bytes): Measured) -> String {
    let seconds = took.as_secs_f64();
    let per_sec = if seconds > 0.0 { n as f64 / seconds } else { 0.0 };
    let bytes = bytes.map_or("null".to_owned(), |bytes| format!("{bytes:.1}"));
    let system = if cfg!(target_arch = "wasm32") { "let-it-crash-wasm" } else { "let-it-crash" };
    format!(
        r#"{{"system":"{system}","item":"{item}","n":{n},"seconds":{seconds:.6},"per_sec":{per_sec:.1},"bytes":{bytes}}}"#
    )
}
