//! A configuration that is read anew while the node runs, and commands that change versions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::cell::RefCell;
use std::rc::Rc;

use let_it_crash::event::Mfa;
use let_it_crash::limits::Limits;
use let_it_crash::otp::application::env::{Config, Setting};
use let_it_crash::otp::application::{self, AppFiles};
use let_it_crash::otp::supervisor;
use let_it_crash::process::{Module, Runtime};
use let_it_crash::session::{Command, Options, Session, Target};
use let_it_crash::supervision::Restart;
use let_it_crash::term;
use let_it_crash::term::{Atom, Term};
use let_it_crash::time::Duration;

#[derive(Default)]
struct Notes(RefCell<Vec<String>>);

fn setting(key: &str, value: i64) -> Setting {
    let [application, key, source] = ["a", key, "config"].map(Atom::new);
    Setting { application, key, value: value.into(), source }
}

fn callback() -> Module {
    Module::new(Atom::new("app"), "1")
        .export("start", 2, |cx, _| {
            Box::pin(async move { supervisor::start_link(&cx, None, Atom::new("app"), Term::Nil).await })
        })
        .export("stop", 1, |_, _| Box::pin(async { Ok(term!(ok)) }))
        .export("init", 1, |_, _| Box::pin(async { Ok(term!({ok, {#{}, []}})) }))
        .export("config_change", 3, |cx, args| {
            Box::pin(async move {
                let told = format!("{} {} {}", args[0], args[1], args[2]);
                cx.installed::<Notes>().unwrap().0.borrow_mut().push(told);
                Ok(term!(ok))
            })
        })
}

#[test]
fn a_running_application_is_told_what_changed_is_new_and_is_gone() {
    let mut node = Runtime::new(Limits::default());
    let (files, config, notes) = (AppFiles::default(), Rc::new(Config::default()), Rc::new(Notes::default()));
    files.add("a", "{application, a, [{env, [{kept, 0}, {changed, 0}]}, {mod, {app, []}}]}.");
    config.replace(vec![setting("changed", 1), setting("gone", 1)]);
    node.install(Rc::new(files));
    node.install(config.clone());
    node.install(notes.clone());
    node.load(callback());
    let call = Mfa { module: Atom::new("init"), function: Atom::new("run"), arity: 0 };
    node.spawn(call, |cx| async move {
        application::start_controller(&cx).await?;
        application::start(&cx, Atom::new("a"), Restart::Temporary).await?;
        assert!(config.replace(vec![setting("changed", 2), setting("new", 2)]));
        assert_eq!(application::reload_config(&cx).await?, term!(ok));
        // Nothing changed: nobody is told.
        application::reload_config(&cx).await?;
        let all = application::get_all_env(&cx, Atom::new("a")).to_string();
        cx.installed::<Notes>().unwrap().0.borrow_mut().push(all);
        Ok(())
    })
    .unwrap();
    node.advance(Duration::from_secs(1));
    assert_eq!(*notes.0.borrow(), ["[changed: 2] [new: 2] [:gone]", "[changed: 2, kept: 0, new: 2]"]);
}

#[test]
fn a_reader_upgrades_and_downgrades_by_command() {
    let mut session = Session::new(Options::default()).unwrap();
    let mut after = |command: Command| {
        session.dispatch(command).unwrap();
        session.frame(Duration::from_millis(100), 100_000);
        session.snapshot().calls.last().map(|call| format!("{:?}", call.outcome)).unwrap_or_default()
    };
    let server = || Target::Name("Seq.FibServer".to_owned());
    let (application, newer, older) = ("seq".to_owned(), "0.2.0".to_owned(), "0.1.0".to_owned());
    after(Command::Next { server: server() });
    after(Command::Next { server: server() });
    assert_eq!(after(Command::Upgrade { application: application.clone(), vsn: newer }), "Ok({:ok, []})");
    assert_eq!(after(Command::Next { server: server() }), "Ok(1)");
    assert_eq!(after(Command::Downgrade { application, vsn: older }), "Ok({:ok, []})");
    assert_eq!(after(Command::Next { server: server() }), "Ok(2)");
}
