//! Applications: units that are loaded, started in order of dependency, and stopped.
//!
//! | module | holds |
//! |---|---|
//! | [`spec`] | the `.app` file: read, checked, written |
//! | [`config`] | `config.exs` and `runtime.exs`, read |
//! | [`mix`] | the `.app` file that a project description amounts to |
//! | [`release`] | applications together: boot order, upgrade and downgrade |
//! | [`mod@env`] | the application environment and where its values come from |
//! | `controller` | the application controller: what is loaded, started, running |
//! | `master` | the pair of processes above every application's root |
//! | `phases` | start phases over included applications |
//!
//! ```
//! use std::rc::Rc;
//! use let_it_crash::otp::application::{self, AppFiles};
//! use let_it_crash::supervision::Restart;
//! use let_it_crash::term;
//! use let_it_crash::term::Atom;
//!
//! let files = AppFiles::default();
//! files.add("shop", "{application, shop, [{vsn, \"1\"}, {applications, [kernel, stdlib, stock]}]}.");
//! files.add("stock", "{application, stock, [{vsn, \"1\"}, {env, [{shelves, 3}]}]}.");
//! let mut node = let_it_crash::otp::node();
//! node.install(Rc::new(files));
//! let (started, shelves) = node.eval(|cx| async move {
//!     application::start_controller(&cx).await?;
//!     let started = application::ensure_all_started(&cx, Atom::new("shop"), Restart::Temporary).await?;
//!     Ok((started, application::get_env(&cx, Atom::new("stock"), Atom::new("shelves"))))
//! }).unwrap();
//! assert_eq!(started, term!({ok, [stock, shop]})); // dependencies first
//! assert_eq!(shelves, Some(3.into()));
//! ```
//!
//! OTP: <https://www.erlang.org/docs/25/design_principles/applications>

pub mod config;
mod controller;
pub mod env;
mod master;
pub mod mix;
mod phases;
pub mod release;
pub mod spec;

pub use controller::start_controller;
pub use env::{Config, fetch_env, fetch_env_or_raise, get_all_env, get_env, get_env_source, set_env, unset_env};
pub use spec::AppFiles;

use crate::exit::Raise;
use crate::kernel::planted::Fault;
use crate::process::Cx;
use crate::supervision::Restart;
use crate::term::{Atom, Pid, Term};

use super::child_spec::restart_term;
use super::gen_server;
use spec::Spec;

/// The name of the controller's process.
#[must_use]
pub fn controller_name() -> Atom {
    Atom::new("application_controller")
}

/// The table of what is loaded, of masters and of environments: OTP's `ac_tab`.
pub(crate) fn table() -> Atom {
    Atom::new("ac_tab")
}

async fn ask(cx: &Cx, request: Term) -> Result<Term, Raise> {
    gen_server::call(cx, controller_name(), request, None).await
}

fn tagged<const N: usize>(tag: &str, arguments: [Term; N]) -> Term {
    Term::tuple_from([Term::atom(tag)].into_iter().chain(arguments).collect())
}

/// Loads the spec of an application from its `.app` file: `ok` or `{error, Reason}`.
///
/// # Errors
/// exit, if there is no controller.
///
/// OTP: <https://www.erlang.org/docs/25/man/application#load-1>
pub async fn load(cx: &Cx, application: Atom) -> Result<Term, Raise> {
    ask(cx, tagged("load_application", [application.into()])).await
}

/// Forgets a loaded application that does not run: `ok` or `{error, Reason}`.
///
/// # Errors
/// exit, if there is no controller.
///
/// OTP: <https://www.erlang.org/docs/25/man/application#unload-1>
pub async fn unload(cx: &Cx, application: Atom) -> Result<Term, Raise> {
    ask(cx, tagged("unload_application", [application.into()])).await
}

/// Starts an application whose dependencies run: `ok` or `{error, Reason}`.
///
/// # Errors
/// exit, if there is no controller, or it ends with the start.
///
/// OTP: <https://www.erlang.org/docs/25/man/application#start-2>
pub async fn start(cx: &Cx, application: Atom, start_type: Restart) -> Result<Term, Raise> {
    start_as(cx, application, restart_term(start_type)).await
}

/// [`start`] with a start type that may be none.
///
/// # Errors
/// As of [`start`].
pub async fn start_as(cx: &Cx, application: Atom, start_type: Term) -> Result<Term, Raise> {
    match ensure_loaded(cx, application).await? {
        Ok(name) => ask(cx, tagged("start_application", [name.into(), start_type])).await,
        Err(reason) => Ok(Term::error(reason)),
    }
}

/// [`start`], but an application that runs already is no error.
///
/// # Errors
/// As of [`start`].
///
/// OTP: <https://www.erlang.org/docs/25/man/application#ensure_started-2>
pub async fn ensure_started(cx: &Cx, application: Atom, start_type: Restart) -> Result<Term, Raise> {
    let answer = start(cx, application, start_type).await?;
    Ok(if answer == Term::error(already_started(application)) { Atom::OK.into() } else { answer })
}

fn already_started(application: Atom) -> Term {
    Term::tuple([Atom::ALREADY_STARTED.into(), application.into()])
}

/// Its name, or the error's reason. Loaded already is fine.
async fn ensure_loaded(cx: &Cx, application: Atom) -> Result<Result<Atom, Term>, Raise> {
    let answer = load(cx, application).await?;
    Ok(match answer.as_tuple() {
        None => Ok(application),
        Some([_, reason]) if is_already_loaded(reason) => Ok(application),
        Some([_, reason]) => Err(reason.clone()),
        Some(_) => Err(answer.clone()),
    })
}

fn is_already_loaded(reason: &Term) -> bool {
    matches!(reason.as_tuple(), Some([Term::Atom(tag), _]) if *tag == Atom::new("already_loaded"))
}

/// Starts an application and before it, in order, everything it depends on: `{ok, Started}`.
/// If something fails, what was started is stopped again: `{error, {Application, Reason}}`.
///
/// # Errors
/// exit, if there is no controller, or it ends with a start.
///
/// OTP: <https://www.erlang.org/docs/25/man/application#ensure_all_started-2>
pub async fn ensure_all_started(cx: &Cx, application: Atom, start_type: Restart) -> Result<Term, Raise> {
    ensure_all_started_as(cx, application, restart_term(start_type)).await
}

/// [`ensure_all_started`] with a start type that may be none.
///
/// # Errors
/// As of [`start`].
pub async fn ensure_all_started_as(cx: &Cx, application: Atom, start_type: Term) -> Result<Term, Raise> {
    let mut started = Vec::new();
    match ensure_with_dependencies(cx, application, &start_type, &mut started).await? {
        Ok(()) => Ok(Term::ok(Term::list(started.into_iter().map(Term::Atom).collect::<Vec<_>>()))),
        Err(reason) => {
            let kept = cx.planted(Fault::NothingIsTakenBack);
            for application in started.into_iter().rev().filter(|_| !kept) {
                stop(cx, application).await?;
            }
            Ok(Term::error(reason))
        }
    }
}

/// One application on the way of [`ensure_all_started`], with the dependencies still to start.
struct Pending {
    application: Atom,
    dependencies: std::vec::IntoIter<Atom>,
    optional: Vec<Atom>,
}

/// Depth first by an explicit stack: the depth of a graph of applications is a stranger's.
async fn ensure_with_dependencies(
    cx: &Cx,
    application: Atom,
    start_type: &Term,
    started: &mut Vec<Atom>,
) -> Result<Result<(), Term>, Raise> {
    let root = Pending { application: Atom::NIL, dependencies: vec![application].into_iter(), optional: Vec::new() };
    let mut path = vec![root];
    while let Some(pending) = path.last_mut() {
        let Some(next) = pending.dependencies.next() else {
            let done = path.pop().map(|pending| pending.application);
            let Some(application) = done.filter(|_| !path.is_empty()) else { break };
            match start_one(cx, application, start_type).await? {
                Ok(true) => started.push(application),
                Ok(false) => {}
                Err(reason) => return Ok(Err(blame(application, reason))),
            }
            continue;
        };
        let optional = pending.optional.contains(&next);
        if is_running(cx, next).await? {
            continue;
        }
        if path.iter().any(|pending| pending.application == next) {
            // OTP would go round for ever; a cycle can never start.
            let reason = Term::tuple([Term::atom("circular_dependencies"), next.into()]);
            return Ok(Err(blame(next, reason)));
        }
        match ensure_loaded(cx, next).await? {
            Ok(name) => {
                let spec = loaded_spec(cx, name);
                let (dependencies, optional) = spec.map(|spec| (spec.applications, spec.optional)).unwrap_or_default();
                path.push(Pending { application: name, dependencies: dependencies.into_iter(), optional });
            }
            Err(reason) if optional && is_missing_file(&reason) => {}
            Err(reason) if cx.planted(Fault::WrongIsBlamed) => return Ok(Err(blame(application, reason))),
            Err(reason) => return Ok(Err(blame(next, reason))),
        }
    }
    Ok(Ok(()))
}

fn blame(application: Atom, reason: Term) -> Term {
    Term::tuple([application.into(), reason])
}

fn is_missing_file(reason: &Term) -> bool {
    matches!(reason.as_tuple(), Some([text, _]) if *text == spec::no_such_file())
}

/// Did it start now? `false` if somebody else was faster.
async fn start_one(cx: &Cx, application: Atom, start_type: &Term) -> Result<Result<bool, Term>, Raise> {
    let answer = ask(cx, tagged("start_application", [application.into(), start_type.clone()])).await?;
    Ok(match answer.as_tuple() {
        None => Ok(true),
        Some([_, reason]) if *reason == already_started(application) => Ok(false),
        Some([_, reason]) => Err(reason.clone()),
        Some(_) => Err(answer.clone()),
    })
}

async fn is_running(cx: &Cx, application: Atom) -> Result<bool, Raise> {
    Ok(ask(cx, tagged("is_running", [application.into()])).await?.as_bool() == Some(true))
}

/// Stops an application: `ok` or `{error, {not_started, Application}}`. Those that depend on it
/// run on.
///
/// # Errors
/// exit, if there is no controller.
///
/// OTP: <https://www.erlang.org/docs/25/man/application#stop-1>
pub async fn stop(cx: &Cx, application: Atom) -> Result<Term, Raise> {
    ask(cx, tagged("stop_application", [application.into()])).await
}

/// The running applications, last started first: `[{Name, Description, Vsn}]`.
///
/// # Errors
/// exit, if there is no controller.
///
/// OTP: <https://www.erlang.org/docs/25/man/application#which_applications-0>
pub async fn which_applications(cx: &Cx) -> Result<Term, Raise> {
    ask(cx, Term::atom("which_applications")).await
}

/// The loaded applications by name: `[{Name, Description, Vsn}]`.
///
/// OTP: <https://www.erlang.org/docs/25/man/application#loaded_applications-0>
#[must_use]
pub fn loaded_applications(cx: &Cx) -> Term {
    Term::list(loaded_specs(cx).iter().map(Spec::line).collect::<Vec<_>>())
}

/// The specs of the loaded applications, by name.
pub(crate) fn loaded_specs(cx: &Cx) -> Vec<Spec> {
    let spec = |(key, value): (Term, Term)| match key.as_tuple() {
        Some([Term::Atom(tag), Term::Atom(_)]) if *tag == loaded_tag() => Spec::from_term(&value).ok(),
        _ => None,
    };
    cx.table_rows(table()).into_iter().filter_map(spec).collect()
}

pub(super) fn loaded_tag() -> Atom {
    Atom::new("loaded")
}

pub(super) fn loaded_key(application: Atom) -> Term {
    Term::tuple([loaded_tag().into(), application.into()])
}

/// The spec of a loaded application.
#[must_use]
pub fn loaded_spec(cx: &Cx, application: Atom) -> Option<Spec> {
    cx.table_lookup(table(), &loaded_key(application)).and_then(|term| Spec::from_term(&term).ok())
}

/// Gives a loaded application another spec, that of another version: `ok`. Its environment is
/// that of the new spec and of the configuration; what was set at run time goes.
///
/// # Errors
/// exit, if there is no controller.
///
/// OTP: <https://www.erlang.org/docs/25/man/release_handler#upgrade_app-2>
pub async fn change_application_data(cx: &Cx, spec: Term) -> Result<Term, Raise> {
    ask(cx, tagged("change_application_data", [spec])).await
}

/// Reads the configuration again for every loaded application, and tells the callback modules of
/// those that run what changed: `ok`, or `{error, [{Application, Reason}]}`.
///
/// # Errors
/// exit, if there is no controller.
///
/// OTP: <https://www.erlang.org/docs/25/man/application#Module:config_change-3>
pub async fn reload_config(cx: &Cx) -> Result<Term, Raise> {
    let before = env::all(cx);
    ask(cx, Term::atom("reload_config")).await?;
    config_change(cx, &before).await
}

/// Calls `config_change(Changed, New, Removed)` of every running application whose environment
/// is not what it was `before`.
pub(crate) async fn config_change(cx: &Cx, before: &[(Atom, Term)]) -> Result<Term, Raise> {
    let pairs = before.iter().map(|(name, env)| Term::tuple([(*name).into(), env.clone()]));
    ask(cx, tagged("config_change", [Term::list(pairs.collect::<Vec<_>>())])).await
}

/// The functions of the module `application` that instructions of an upgrade apply.
///
/// OTP: <https://www.erlang.org/docs/25/man/application>
#[must_use]
pub fn module() -> crate::process::Module {
    fn named(args: &[Term]) -> Result<Atom, Raise> {
        args.first().and_then(Term::as_atom).ok_or_else(|| Raise::error(Atom::FUNCTION_CLAUSE))
    }
    crate::process::Module::new(Atom::APPLICATION, "8.5.3")
        .export("load", 1, |cx, args| Box::pin(async move { load(&cx, named(&args)?).await }))
        .export("unload", 1, |cx, args| Box::pin(async move { unload(&cx, named(&args)?).await }))
        .export("stop", 1, |cx, args| Box::pin(async move { stop(&cx, named(&args)?).await }))
        .export("start", 1, |cx, args| Box::pin(async move { start(&cx, named(&args)?, Restart::Temporary).await }))
        .export("start", 2, |cx, args| {
            Box::pin(async move { start_as(&cx, named(&args)?, args.get(1).cloned().unwrap_or_default()).await })
        })
}

/// A key of a loaded application's spec: `{ok, Value}` or `undefined`.
///
/// OTP: <https://www.erlang.org/docs/25/man/application#get_key-2>
#[must_use]
pub fn get_key(cx: &Cx, application: Atom, key: Atom) -> Term {
    let Some(spec) = loaded_spec(cx, application) else { return Atom::UNDEFINED.into() };
    let value = if &*key.text() == "env" { Some(get_all_env(cx, application)) } else { spec.key(key) };
    value.map_or(Atom::UNDEFINED.into(), Term::ok)
}

/// The application that a process belongs to: the one whose master leads its group.
///
/// OTP: <https://www.erlang.org/docs/25/man/application#get_application-1>
#[must_use]
pub fn get_application(cx: &Cx, pid: Pid) -> Option<Atom> {
    let leader = cx.of(pid, |process| process.group_leader()).flatten()?;
    cx.table_rows(table()).into_iter().find_map(|(key, value)| match key.as_tuple() {
        Some([Term::Atom(tag), Term::Atom(name)]) if *tag == master::master_tag() && value == Term::Pid(leader) => {
            Some(*name)
        }
        _ => None,
    })
}

/// `catch Expression`
pub(super) fn caught(outcome: Result<Term, Raise>) -> Term {
    outcome.unwrap_or_else(Raise::into_caught)
}
