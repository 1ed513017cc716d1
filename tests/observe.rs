//! What an observer sees of a real node: the log of real supervisors, read by the model.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::rc::Rc;

use let_it_crash::event::{Entry, Event, Mfa};
use let_it_crash::exit::Raise;
use let_it_crash::limits::Limits;
use let_it_crash::observe::model::Model;
use let_it_crash::observe::snapshot::{ApplicationState, Happening, NodeKey, NodeKind, Snapshot, State, TreeNode};
use let_it_crash::observe::{beats, cause, report};
use let_it_crash::otp::application::{self, AppFiles};
use let_it_crash::otp::gen_server::{self, From, GenServer, Init, Next, Reply, Start};
use let_it_crash::otp::{supervisor, sys};
use let_it_crash::process::module::Called;
use let_it_crash::process::{Cx, Module, Runtime};
use let_it_crash::supervision::Restart;
use let_it_crash::term;
use let_it_crash::term::{Atom, Term};
use let_it_crash::time::Duration;
use let_it_crash::view::blast::blast;

struct Worker;

impl GenServer for Worker {
    async fn init(_: &Cx, _: Term) -> Result<Init<Self>, Raise> {
        Ok(Init::Ok(Worker, Next::Wait))
    }

    async fn handle_call(&mut self, _: &Cx, request: Term, _: From) -> Result<Reply, Raise> {
        if request.is_atom(Atom::new("boom")) { Err(Raise::error(request)) } else { Ok(Reply::value(1)) }
    }

    fn state(&self) -> Term {
        Term::Nil
    }
}

/// `tree`: an application whose root supervises worker `a`, supervisor `sub` (rest_for_one over
/// `b`, `c`, `d`) and `crowd` (simple_one_for_one).
fn tree() -> Module {
    fn start(cx: Cx, _: Vec<Term>) -> Called {
        Box::pin(async move { supervisor::start_link(&cx, None, Atom::new("tree"), term!(root)).await })
    }
    fn start_supervisor(cx: Cx, args: Vec<Term>) -> Called {
        let name = args[0].as_atom();
        Box::pin(async move { supervisor::start_link(&cx, name, Atom::new("tree"), args[0].clone()).await })
    }
    fn start_worker(cx: Cx, args: Vec<Term>) -> Called {
        let start = Start::new(Atom::new("tree"), Term::Nil).named(args[0].as_atom());
        Box::pin(async move { gen_server::start_link::<Worker>(&cx, start).await })
    }
    fn init(_: Cx, args: Vec<Term>) -> Called {
        let text = args[0].as_atom().unwrap().text();
        Box::pin(async move { Ok(Term::ok(children(&text))) })
    }
    Module::new(Atom::new("tree"), "1")
        .export("start", 2, start)
        .export("start_supervisor", 1, start_supervisor)
        .export("start_worker", 1, start_worker)
        .export("init", 1, init)
}

fn children(of: &str) -> Term {
    let worker = |id: &str| {
        let id = Term::atom(id);
        term!(#{id => (id.clone()), start => {tree, start_worker, [(id)]}})
    };
    let supervisor = |id: &str| {
        let id = Term::atom(id);
        term!(#{id => (id.clone()), start => {tree, start_supervisor, [(id)]}, type => supervisor})
    };
    let flags = |strategy: &str, intensity: i64| {
        let strategy = Term::atom(strategy);
        term!(#{strategy => (strategy), intensity => (intensity), period => 5})
    };
    match of {
        "root" => {
            let children = Term::list([worker("a"), supervisor("sub"), supervisor("crowd")]);
            term!({(flags("one_for_one", 3)), (children)})
        }
        "sub" => {
            let children = Term::list(["b", "c", "d"].map(worker));
            term!({(flags("rest_for_one", 2)), (children)})
        }
        _ => {
            let template = term!(#{id => any, start => {tree, start_worker, []}});
            term!({(flags("simple_one_for_one", 3)), [(template)]})
        }
    }
}

struct Watched {
    node: Runtime,
    model: Model,
    log: Vec<Entry>,
}

impl Watched {
    fn boot() -> Self {
        let mut node = Runtime::new(Limits { ns_per_reduction: 0, ..Limits::default() });
        let path = Rc::new(AppFiles::default());
        path.add("tree", "{application, tree, [{vsn, \"1\"}, {mod, {tree, []}}]}.");
        node.install(path);
        node.load(tree());
        let mut watched = Watched { node, model: Model::default(), log: Vec::new() };
        watched.run(|cx| async move {
            application::start_controller(&cx).await?;
            cx.sleep(Duration::from_secs(1_000_000)).await;
            Ok(())
        });
        watched.run(|cx| async move {
            application::start(&cx, Atom::new("tree"), Restart::Temporary).await?;
            Ok(())
        });
        watched
    }

    fn run<F, Fut>(&mut self, body: F) -> Rc<Snapshot>
    where
        F: FnOnce(Cx) -> Fut + 'static,
        Fut: Future<Output = Result<(), Raise>> + 'static,
    {
        let call = Mfa { module: Atom::new("test"), function: Atom::new("run"), arity: 0 };
        self.node.spawn(call, body).unwrap();
        self.node.advance(Duration::from_millis(10));
        for entry in self.node.drain_log() {
            self.model.apply(&entry);
            self.log.push(entry);
        }
        self.model.snapshot(self.node.now())
    }

    fn crash(&mut self, name: &'static str) -> Rc<Snapshot> {
        self.run(move |cx| async move {
            let _ = gen_server::call(&cx, Atom::new(name), term!(boom), None).await;
            Ok(())
        })
    }
}

/// The place of a child id.
fn child(seen: &Snapshot, id: &str) -> Rc<TreeNode> {
    let id = Term::atom(id);
    let is_it = |node: &&Rc<TreeNode>| node.child.as_ref().is_some_and(|child| child.info.id == id);
    seen.nodes.iter().flatten().find(is_it).unwrap_or_else(|| panic!("no child {id}")).clone()
}

/// Ids and states from the application down, indented.
fn outline(seen: &Snapshot) -> String {
    let mut lines = Vec::new();
    let application = seen.application(Atom::new("tree")).unwrap();
    let mut rest = vec![(application.key, 0)];
    while let Some((key, depth)) = rest.pop() {
        let node = seen.node(key).unwrap();
        let name = match (&node.child, node.parent) {
            (Some(child), _) => format!("{:?}", child.info.id),
            (None, None) => "application".into(),
            (None, _) => "-".into(),
        };
        lines.push(format!("{}{name} {:?} {}", "  ".repeat(depth), node.state, node.incarnation));
        rest.extend(node.children.iter().rev().map(|child| (child, depth + 1)));
    }
    lines.join("\n")
}

const WHOLE: &str = "application Running 0
  - Running 1
    - Running 1
      - Running 1
        :a Running 1
        :sub Running 1
          :b Running 1
          :c Running 1
          :d Running 1
        :crowd Running 1";

#[test]
fn the_tree_of_an_application_stands_below_it_in_start_order() {
    let mut watched = Watched::boot();
    let seen = watched.run(|_| async { Ok(()) });
    assert_eq!(outline(&seen), WHOLE);
    let application = seen.application(Atom::new("tree")).unwrap();
    assert_eq!((application.state, application.start_type), (ApplicationState::Started, Some(Restart::Temporary)));
    assert_eq!(seen.process(seen.application(Atom::new("tree")).unwrap().root.unwrap()).unwrap().incarnation, 1);
}

#[test]
fn what_the_preview_says_is_what_the_supervisor_does() {
    let mut watched = Watched::boot();
    let before = watched.run(|_| async { Ok(()) });
    let [b, c, d] = ["b", "c", "d"].map(|id| child(&before, id).key);
    let preview = blast(&before, b, before.now).unwrap();
    assert_eq!((&preview.stop, &preview.start), (&vec![d, c], &vec![b, c, d]));

    let since = before.seq;
    let after = watched.crash("b");
    let happened = |wanted: fn(&Happening) -> Option<_>| {
        after
            .moments
            .iter()
            .filter(|moment| moment.seq >= since)
            .filter_map(|moment| wanted(&moment.what))
            .collect::<Vec<_>>()
    };
    let stopped = happened(|what| match what {
        Happening::ChildEnded { child, by_supervisor: true, .. } => Some(*child),
        _ => None,
    });
    let started = happened(|what| match what {
        Happening::ChildStarted { child, again: true, .. } => Some(*child),
        _ => None,
    });
    assert_eq!((stopped, started), (preview.stop, preview.start));
    for (id, key) in [("b", b), ("c", c), ("d", d)] {
        let node = child(&after, id);
        assert_eq!((node.key, node.state, node.incarnation), (key, State::Running, 2));
    }
    let supervisor = child(&after, "sub").supervisor.clone().unwrap();
    assert_eq!((supervisor.used(after.now), supervisor.left(after.now)), (1, 1));
}

#[test]
fn a_sibling_died_because_another_failed() {
    let mut watched = Watched::boot();
    let seen = watched.crash("b");
    let stopped = cause::last_exit(&seen, child(&seen, "d").key).unwrap();
    let chain = cause::chain(&seen, stopped);
    assert!(chain.complete);
    let first = chain.moments.last().unwrap();
    assert_eq!(first.key, Some(child(&seen, "b").key));
    let Happening::Exited { reason, cause: None, .. } = &first.what else { panic!("{first:?}") };
    assert_eq!(reason.as_tuple().unwrap()[0], term!(boom));
}

/// The beats of the last crash, a line each.
fn told(seen: &Snapshot) -> Vec<String> {
    use beats::Beat;
    let name = |key: &NodeKey| match seen.node(*key).and_then(|node| node.child.as_ref()) {
        Some(child) => child.info.id.to_string(),
        None => "-".to_owned(),
    };
    let names = |keys: &[NodeKey]| keys.iter().map(name).collect::<Vec<_>>().join(" ");
    let line = |beat: &Beat| match beat {
        Beat::Fell { key, .. } => format!("{} fell", name(key)),
        Beat::Told(told) => {
            let how = |down| if down { "DOWN" } else { "link" };
            told.iter()
                .map(|told| format!("{} {} {}", name(&told.from), how(told.down), name(&told.to)))
                .collect::<Vec<_>>()
                .join(", ")
        }
        Beat::Spent { supervisor, used } => format!("{} spent {used}", name(supervisor)),
        Beat::GaveUp { supervisor } => format!("{} gave up", name(supervisor)),
        Beat::Stopped(keys) => format!("stopped {}", names(keys)),
        Beat::Started(keys) => format!("started {}", names(keys)),
        Beat::Gone { key, .. } => format!("{} gone", name(key)),
        Beat::Application { name, .. } => format!("{} ended", name.text()),
        Beat::Halted { .. } => "halted".to_owned(),
    };
    beats::last_crash(seen).map(|crash| crash.beats.iter().map(line).collect()).unwrap_or_default()
}

#[test]
fn a_crash_is_told_in_beats_with_stop_and_start_order() {
    let mut watched = Watched::boot();
    assert_eq!(told(&watched.run(|_| async { Ok(()) })), [""; 0]);
    let seen = watched.crash("b");
    let beats = [":b fell", ":b link :sub, :b DOWN -", ":sub spent 1", "stopped :d :c", "started :b :c :d"];
    assert_eq!(told(&seen), beats);
    let crash = beats::last_crash(&seen).unwrap();
    let at = |millis| crash.at + Duration::from_millis(millis);
    let shown = [0, 299, 300, 1_300, 4_100, 4_300].map(|millis| crash.beat_at(at(millis), false));
    assert_eq!(shown, [Some(0), Some(0), Some(1), Some(4), Some(4), None]);
    assert_eq!(crash.beat_at(at(0), true), Some(4));
}

#[test]
fn a_crash_that_exceeds_the_budget_goes_on_a_level_above() {
    let mut watched = Watched::boot();
    watched.crash("b");
    watched.crash("d");
    let seen = watched.crash("c");
    let expected = [
        ":c fell",
        ":c link :sub, :c DOWN -",
        ":sub gave up",
        "stopped :d :b",
        ":sub fell",
        ":sub link -",
        "- spent 1",
        "started :b :c :d :sub",
    ];
    assert_eq!(told(&seen), expected);
}

#[test]
fn a_crash_of_a_temporary_child_ends_with_it() {
    let mut watched = Watched::boot();
    watched.run(|cx| async move {
        let child = term!(#{id => t, start => {tree, start_worker, [t]}, restart => temporary});
        let _ = supervisor::start_child(&cx, Atom::new("sub"), child).await;
        Ok(())
    });
    let seen = watched.crash("t");
    assert_eq!(told(&seen), [":t fell", ":t link :sub, :t DOWN -", ":t gone"]);
}

#[test]
fn a_supervisor_that_gives_up_comes_back_with_its_children_in_their_places() {
    let mut watched = Watched::boot();
    let before = watched.run(|_| async { Ok(()) });
    let keys = ["sub", "b", "c", "d"].map(|id| child(&before, id).key);
    let mut after = before;
    for _ in 0..3 {
        after = watched.crash("b");
    }
    assert_eq!(after.counts.gave_up, 1);
    assert_eq!(["sub", "b", "c", "d"].map(|id| child(&after, id).key), keys);
    assert_eq!(child(&after, "sub").incarnation, 2);
    assert!(keys.iter().all(|key| after.node(*key).unwrap().state == State::Running));
}

#[test]
fn a_suspended_server_shows_as_one_until_it_is_resumed() {
    let mut watched = Watched::boot();
    let seen = watched.run(|cx| async move {
        let _ = sys::suspend(&cx, Atom::new("a")).await;
        let _ = sys::suspend(&cx, Atom::new("a")).await;
        Ok(())
    });
    assert_eq!(child(&seen, "a").state, State::Suspended);
    let seen = watched.run(|cx| async move {
        let _ = sys::resume(&cx, Atom::new("a")).await;
        Ok(())
    });
    assert_eq!(child(&seen, "a").state, State::Running);
    let told = watched.log.iter().filter(|entry| matches!(entry.event, Event::Suspended { .. })).count();
    assert_eq!(told, 2);
}

#[test]
fn a_crowd_comes_back_place_by_place() {
    let mut watched = Watched::boot();
    let before = watched.run(|cx| async move {
        for name in ["x", "y", "z"] {
            let _ = supervisor::start_child(&cx, Atom::new("crowd"), Term::list([Term::atom(name)])).await;
        }
        Ok(())
    });
    let crowd = child(&before, "crowd").key;
    let keys: Vec<_> = before.node(crowd).unwrap().children.iter().collect();
    assert_eq!(keys.len(), 3);
    let after = watched.crash("y");
    let crowd = after.node(crowd).unwrap();
    let incarnations: Vec<_> = after.children(crowd).map(|node| (node.state, node.incarnation)).collect();
    assert_eq!(crowd.children.iter().collect::<Vec<_>>(), keys);
    assert_eq!(incarnations, [(State::Running, 1), (State::Running, 2), (State::Running, 1)]);
}

#[test]
fn a_stopped_application_leaves_nothing_alive_and_starts_in_its_old_places() {
    let mut watched = Watched::boot();
    let before = watched.run(|_| async { Ok(()) });
    let stopped = watched.run(|cx| async move {
        application::stop(&cx, Atom::new("tree")).await?;
        Ok(())
    });
    let alive = |seen: &Snapshot| {
        let nodes = seen.nodes.iter().flatten().filter(|node| node.application.is_some());
        nodes.filter(|node| node.kind == NodeKind::Process && node.state.is_alive()).count()
    };
    assert_eq!((alive(&before), alive(&stopped)), (9, 0));
    let again = watched.run(|cx| async move {
        application::start(&cx, Atom::new("tree"), Restart::Temporary).await?;
        Ok(())
    });
    let keys = |seen: &Snapshot| ["a", "sub", "b", "crowd"].map(|id| child(seen, id).key);
    assert_eq!(keys(&before), keys(&again));
    assert_eq!(alive(&again), 9);
}

#[test]
fn the_log_speaks_elixir() {
    let mut watched = Watched::boot();
    let since = watched.run(|_| async { Ok(()) }).log.next();
    let seen = watched.crash("d");
    let lines: Vec<_> = seen.log.since(since).map(|line| report::headline(&line.report)).collect();
    let before = watched.log.iter().find_map(|entry| match &entry.event {
        Event::Exited { pid, reason, .. } if reason.as_tuple().is_some() => Some(pid.to_string()),
        _ => None,
    });
    let before = before.unwrap();
    assert_eq!(
        lines,
        [
            "GenServer :d terminating ** (stop) :boom".to_owned(),
            format!("Process :d ({before}) terminating ** (ErlangError) Erlang error: :boom"),
            "Child :d of Supervisor :sub terminated ** (exit) an exception was raised:".to_owned(),
            "Child :d of Supervisor :sub started".to_owned(),
        ]
    );
}

#[test]
fn a_snapshot_can_be_rebuilt_from_the_log_alone() {
    let mut watched = Watched::boot();
    watched.crash("b");
    watched.crash("a");
    let seen = watched.crash("d");
    let mut again = Model::default();
    watched.log.iter().for_each(|entry| again.apply(entry));
    assert_eq!(again.snapshot(seen.now), seen);
}
