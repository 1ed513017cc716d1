//! Rules of applications that are cheap to state in Rust.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::cell::RefCell;
use std::rc::Rc;

use let_it_crash::event::Mfa;
use let_it_crash::limits::Limits;
use let_it_crash::otp::application::{self, AppFiles};
use let_it_crash::otp::supervisor;
use let_it_crash::process::module::Called;
use let_it_crash::process::{Cx, Module, Runtime};
use let_it_crash::supervision::Restart;
use let_it_crash::term::{Atom, Term};
use let_it_crash::time::Duration;

/// What happened, in order.
#[derive(Default)]
struct Notes(RefCell<Vec<String>>);

fn note(cx: &Cx, text: &str) {
    cx.installed::<Notes>().unwrap().0.borrow_mut().push(text.to_owned());
}

fn app() -> Module {
    fn start(cx: Cx, args: Vec<Term>) -> Called {
        Box::pin(async move {
            note(&cx, &format!("start {:?} {:?}", args[0], args[1]));
            supervisor::start_link(&cx, None, Atom::new("app"), Term::Nil).await
        })
    }
    fn stop(cx: Cx, _: Vec<Term>) -> Called {
        Box::pin(async move {
            note(&cx, "stop");
            Ok(Atom::OK.into())
        })
    }
    fn init(_: Cx, _: Vec<Term>) -> Called {
        let flags = Term::map(vec![]);
        Box::pin(async move { Ok(Term::ok(Term::tuple([flags, Term::Nil]))) })
    }
    Module::new(Atom::new("app"), "1").export("start", 2, start).export("stop", 1, stop).export("init", 1, init)
}

fn node(files: &[(&str, &str)]) -> (Runtime, Rc<Notes>) {
    let mut node = Runtime::new(Limits { ns_per_reduction: 0, ..Limits::default() });
    let (path, notes) = (Rc::new(AppFiles::default()), Rc::new(Notes::default()));
    files.iter().for_each(|(name, text)| path.add(name, text));
    node.install(path);
    node.install(notes.clone());
    node.load(app());
    (node, notes)
}

fn run<F, Fut>(node: &mut Runtime, body: F)
where
    F: FnOnce(Cx) -> Fut + 'static,
    Fut: Future<Output = ()> + 'static,
{
    let call = Mfa { module: Atom::new("init"), function: Atom::new("boot"), arity: 1 };
    node.spawn(call, |cx| async move {
        application::start_controller(&cx).await?;
        body(cx).await;
        Ok(())
    })
    .unwrap();
    node.advance(Duration::from_secs(1));
}

#[test]
fn an_application_starts_after_its_dependencies_and_stops_with_its_tree() {
    let (mut node, notes) = node(&[
        ("a", "{application, a, [{vsn, \"1\"}, {applications, [kernel, stdlib, b]}, {mod, {app, [x]}}]}."),
        ("b", "{application, b, [{vsn, \"1\"}]}."),
    ]);
    run(&mut node, |cx| async move {
        let a = Atom::new("a");
        let answer = application::start(&cx, a, Restart::Temporary).await.unwrap();
        note(&cx, &format!("{answer:?}"));
        let answer = application::ensure_all_started(&cx, a, Restart::Temporary).await.unwrap();
        note(&cx, &format!("{answer:?}"));
        note(&cx, &format!("{:?}", application::stop(&cx, a).await.unwrap()));
    });
    assert_eq!(
        *notes.0.borrow(),
        ["{:error, {:not_started, :b}}", "start :normal [:x]", "{:ok, [:b, :a]}", "stop", ":ok"]
    );
}

#[test]
fn a_permanent_application_takes_the_node_down() {
    let (mut node, _) = node(&[("a", "{application, a, [{mod, {app, []}}]}.")]);
    run(&mut node, |cx| async move {
        application::start(&cx, Atom::new("a"), Restart::Permanent).await.unwrap();
        let root = cx.processes().into_iter().next_back().unwrap();
        cx.exit(root, Atom::KILL);
        cx.sleep(Duration::from_millis(1)).await;
    });
    assert_eq!(format!("{:?}", node.halted().unwrap()), "{:application_terminated, :a, :killed}");
}
