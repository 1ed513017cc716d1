//! The application controller: which applications are loaded, started and running.
//!
//! An application is *started* from its start to its stop, *running* while its master lives; one
//! that ended by itself is started and not running. A start happens in a process of its own, so
//! that the controller answers meanwhile.
//!
//! OTP: <https://www.erlang.org/docs/25/design_principles/applications#application-callback-module>

use crate::event::{ApplicationPhase, Behaviour, Event, Level, Mfa};
use crate::exit::Raise;
use crate::kernel::planted::Fault;
use crate::process::{Cx, SpawnOptions};
use crate::supervision::Restart;
use crate::term::erlang::{Style, print};
use crate::term::{Atom, Ordered, Pid, Term};

use super::super::child_spec::{decode_restart, restart_term};
use super::super::gen_server::{self, From, GenServer, Init, Next, Reply, Start};
use super::super::proc_lib::{self, down_reason};
use super::spec::Spec;
use super::{controller_name, env, loaded_key, loaded_spec, master, table};

/// Starts the application controller, linked to the caller: the node's init process.
///
/// # Errors
/// `system_limit` when the process table is full.
///
/// OTP: <https://www.erlang.org/docs/25/man/application>
pub async fn start_controller(cx: &Cx) -> Result<Term, Raise> {
    let start = Start::new(controller_name(), Term::Nil).named(Some(controller_name()));
    gen_server::start_link::<Controller>(cx, start).await
}

/// Halts the node once the calling process has ended, from a process of its own, as OTP's init
/// does: who waits for an answer learns of the end first.
fn stop_node(cx: &Cx, reason: Term) {
    let initial_call = Mfa { module: Atom::INIT, function: Atom::STOP, arity: 1 };
    let (controller, because) = (cx.me(), reason.clone());
    let halt = cx.spawn(SpawnOptions { link: false, initial_call }, move |cx| async move {
        let monitor = cx.monitor(controller);
        cx.receive_if(|message| down_reason(message, monitor)).await;
        cx.yield_now().await;
        cx.halt(because);
        Ok(())
    });
    if halt.is_err() {
        cx.halt(reason);
    }
}

/// What is going on with applications. Lists are in OTP's order: newest first.
#[derive(Default)]
pub(super) struct Controller {
    running: Vec<(Atom, Option<Pid>)>,
    started: Vec<(Atom, Restart)>,
    starting: Ordered<Atom, Starting>,
    /// Why the node has to stop.
    fatal: Option<Term>,
}

/// What is part of the machine, in the versions of the OTP release that it follows.
const BUILT_IN: [(&str, &str); 2] = [("kernel", "8.5.3"), ("stdlib", "4.2")];

struct Starting {
    start_type: Restart,
    waiting: Vec<From>,
}

impl GenServer for Controller {
    const BEHAVIOUR: Behaviour = Behaviour::System;

    /// kernel and stdlib are part of the machine: started, and never stopped.
    async fn init(cx: &Cx, _args: Term) -> Result<Init<Self>, Raise> {
        cx.trap_exits(true);
        cx.table_create(table());
        let built_in = BUILT_IN.map(|(name, vsn)| {
            let name = Atom::new(name);
            let props = [("description", "ERTS  CXC 138 10"), ("vsn", vsn)]
                .map(|(key, text)| Term::tuple([Term::atom(key), Term::charlist(text)]));
            let spec = Term::tuple([Atom::APPLICATION.into(), name.into(), Term::list(props)]);
            cx.table_insert(table(), loaded_key(name), spec);
            name
        });
        let controller = Controller {
            running: built_in.iter().rev().map(|name| (*name, None)).collect(),
            started: built_in.iter().rev().map(|name| (*name, Restart::Permanent)).collect(),
            starting: Ordered::new(),
            fatal: None,
        };
        Ok(Init::Ok(controller, Next::Wait))
    }

    async fn handle_call(&mut self, cx: &Cx, request: Term, from: From) -> Result<Reply, Raise> {
        let name = request.as_atom().or_else(|| request.as_tuple()?.first()?.as_atom());
        let name = name.map(Atom::text).unwrap_or_default();
        let answer = match (&*name, request.as_tuple().and_then(|request| request.get(1..))) {
            ("load_application", Some([Term::Atom(app)])) => load(cx, *app),
            ("unload_application", Some([Term::Atom(app)])) => self.unload(cx, *app),
            ("start_application", Some([Term::Atom(app), start_type])) => {
                return self.start(cx, *app, start_type, from);
            }
            ("stop_application", Some([Term::Atom(app)])) => self.stop(cx, *app).await,
            ("is_running", Some([Term::Atom(app)])) => self.is_running(*app).into(),
            ("which_applications", None) => self.which(cx),
            ("set_env", Some([Term::Atom(app), Term::Atom(key), value])) => {
                env::store(cx, *app, *key, value.clone(), Atom::new("set_env"));
                Atom::OK.into()
            }
            ("change_application_data", Some([spec])) => change_application_data(cx, spec),
            ("reload_config", None) => {
                super::loaded_specs(cx).iter().for_each(|spec| env::replace(cx, spec.name, &spec.env));
                Atom::OK.into()
            }
            ("config_change", Some([before])) => self.config_change(cx, before).await,
            ("unset_env", Some([Term::Atom(app), Term::Atom(key)])) => {
                env::remove(cx, *app, *key, Atom::new("unset_env"));
                Atom::OK.into()
            }
            _ => return Err(Raise::error(Atom::FUNCTION_CLAUSE)),
        };
        Ok(Reply::value(answer))
    }

    async fn handle_cast(&mut self, cx: &Cx, message: Term) -> Result<Reply, Raise> {
        match message.as_tuple() {
            Some([_, Term::Atom(app), result]) => Ok(self.application_started(cx, *app, result)),
            _ => Err(Raise::error(Atom::FUNCTION_CLAUSE)),
        }
    }

    async fn handle_info(&mut self, cx: &Cx, message: Term) -> Result<Reply, Raise> {
        match message.as_tuple() {
            Some([Term::Atom(Atom::EXIT), Term::Pid(pid), reason]) => Ok(self.master_ended(cx, *pid, reason)),
            _ => Ok(Reply::none()),
        }
    }

    /// Stops what still runs, last started first, and the node with it.
    async fn terminate(&mut self, cx: &Cx, reason: &Term) -> Result<(), Raise> {
        if cx.planted(Fault::ApplicationsStopInStartOrder) {
            self.running.reverse();
        }
        for (app, master) in std::mem::take(&mut self.running) {
            let Some(master) = master else { continue };
            cx.emit(Event::Application { name: app, master: Some(master), phase: ApplicationPhase::Stopping });
            let monitor = cx.monitor(master);
            cx.unlink(master);
            cx.exit(master, Atom::SHUTDOWN);
            let down = cx.receive_if(|message| down_reason(message, monitor)).await;
            cx.emit(Event::Application {
                name: app,
                master: Some(master),
                phase: ApplicationPhase::Stopped { reason: down },
            });
        }
        stop_node(cx, self.fatal.take().unwrap_or_else(|| reason.clone()));
        Ok(())
    }

    fn state(&self) -> Term {
        let pair = |name: Atom, value: Term| Term::tuple([name.into(), value]);
        let running =
            self.running.iter().map(|(name, pid)| pair(*name, pid.map_or(Atom::UNDEFINED.into(), Term::from)));
        let started = self.started.iter().map(|(name, kind)| pair(*name, restart_term(*kind)));
        Term::map(vec![
            (Term::atom("running"), Term::list(running.collect::<Vec<_>>())),
            (Term::atom("started"), Term::list(started.collect::<Vec<_>>())),
        ])
    }
}

/// Loads an application and those it includes: `ok` or `{error, Reason}`.
fn load(cx: &Cx, application: Atom) -> Term {
    if loaded_spec(cx, application).is_some() {
        let already = Term::tuple([Term::atom("already_loaded"), application.into()]);
        return Term::error(already);
    }
    let mut pending = vec![application];
    while let Some(next) = pending.pop() {
        if loaded_spec(cx, next).is_some() {
            continue;
        }
        match Spec::read(cx, next) {
            Ok(spec) => {
                cx.table_insert(table(), loaded_key(next), spec.term.clone());
                let phase = ApplicationPhase::Loaded { spec: spec.term.clone() };
                cx.emit(Event::Application { name: next, master: None, phase });
                env::on_load(cx, next, &spec.env);
                pending.extend(spec.included.iter().rev());
            }
            Err(reason) => return Term::error(reason),
        }
    }
    Atom::OK.into()
}

#[inline(never)]
fn change_application_data(cx: &Cx, spec: &Term) -> Term {
    match Spec::from_term(spec) {
        Ok(spec) => {
            cx.table_insert(table(), loaded_key(spec.name), spec.term.clone());
            let phase = ApplicationPhase::Loaded { spec: spec.term.clone() };
            cx.emit(Event::Application { name: spec.name, master: None, phase });
            env::replace(cx, spec.name, &spec.env);
            Atom::OK.into()
        }
        Err(reason) => Term::error(reason),
    }
}

fn tagged(tag: &str, application: Atom) -> Term {
    Term::tuple([Term::atom(tag), application.into()])
}

impl Controller {
    fn is_running(&self, application: Atom) -> bool {
        self.running.iter().any(|(name, _)| *name == application)
    }

    fn is_started(&self, application: Atom) -> bool {
        self.started.iter().any(|(name, _)| *name == application)
    }

    #[inline(never)]
    fn which(&self, cx: &Cx) -> Term {
        let lines = self.running.iter().filter_map(|(name, _)| loaded_spec(cx, *name).map(|spec| spec.line()));
        Term::list(lines.collect::<Vec<_>>())
    }

    #[inline(never)]
    fn unload(&self, cx: &Cx, application: Atom) -> Term {
        if self.is_running(application) {
            return Term::error(tagged("running", application));
        }
        let mut pending = vec![application];
        let mut found = false;
        while let Some(next) = pending.pop() {
            let Some(spec) = loaded_spec(cx, next) else { continue };
            found = true;
            env::on_unload(cx, next);
            cx.table_delete(table(), &loaded_key(next));
            cx.emit(Event::Application { name: next, master: None, phase: ApplicationPhase::Unloaded });
            pending.extend(spec.included);
        }
        if found { Atom::OK.into() } else { Term::error(tagged("not_loaded", application)) }
    }

    /// Tells each running application what is not as it was `before`, `[{Application, Env}]`.
    async fn config_change(&self, cx: &Cx, before: &Term) -> Term {
        let mut errors = Vec::new();
        for (application, _) in &self.running {
            let Some(spec) = loaded_spec(cx, *application) else { continue };
            let Some((module, _)) = spec.callback else { continue };
            let old = before.keyword_get(*application).cloned().unwrap_or_default();
            let [changed, new, removed] = env::difference(&old, &env::get_all_env(cx, *application));
            let function = Atom::new("config_change");
            let is_same = [&changed, &new, &removed].iter().all(|list| **list == Term::Nil);
            if is_same || !cx.exports(module, function, 3) {
                continue;
            }
            let answer = super::caught(cx.apply(module, function, vec![changed, new, removed]).await);
            if let Some([_, reason]) = answer.as_tuple() {
                errors.push(Term::tuple([(*application).into(), reason.clone()]));
            }
        }
        if errors.is_empty() { Atom::OK.into() } else { Term::error(Term::list(errors)) }
    }

    // --- start

    fn start(&mut self, cx: &Cx, application: Atom, start_type: &Term, from: From) -> Result<Reply, Raise> {
        if let Some(starting) = self.starting.get_mut(&application) {
            starting.waiting.push(from);
            return Ok(Reply::none());
        }
        let (spec, start_type) = match self.check_start(cx, application, start_type) {
            Ok(checked) => checked,
            Err(reason) => return Ok(Reply::value(Term::error(reason))),
        };
        self.spawn_starter(cx, spec)?;
        self.starting.insert(application, Starting { start_type, waiting: vec![from] });
        Ok(Reply::none())
    }

    /// OTP checks what has been started, not what runs: an application that ended may start again.
    fn check_start(&self, cx: &Cx, application: Atom, start_type: &Term) -> Result<(Spec, Restart), Term> {
        let restart = decode_restart(start_type)
            .ok_or_else(|| Term::tuple([Term::atom("invalid_restart_type"), start_type.clone()]))?;
        let spec = loaded_spec(cx, application).ok_or_else(|| tagged("not_loaded", application))?;
        if self.is_running(application) {
            return Err(super::already_started(application));
        }
        let skip = cx.planted(Fault::DependencyIsSkipped);
        let missing = |name: &&Atom| !self.is_started(**name) && !spec.optional.contains(name) && !skip;
        match spec.applications.iter().find(missing) {
            Some(missing) => Err(tagged("not_started", *missing)),
            None => Ok((spec, restart)),
        }
    }

    /// A process starts the application and casts how it went.
    fn spawn_starter(&self, cx: &Cx, spec: Spec) -> Result<(), Raise> {
        let skip = cx.planted(Fault::DependencyIsSkipped);
        let missing = |name: &&Atom| !self.is_running(**name) && !spec.optional.contains(name) && !skip;
        let not_running = spec.applications.iter().find(missing).copied();
        let controller = cx.me();
        let initial_call = Mfa { module: controller_name(), function: Atom::new("init_starter"), arity: 4 };
        cx.spawn(SpawnOptions { link: true, initial_call }, |cx| async move {
            cx.trap_exits(true);
            let name = spec.name;
            let result = match (spec.callback.is_some(), not_running) {
                (false, _) => Term::ok(Atom::UNDEFINED.into()),
                (true, Some(missing)) => Term::tuple([Term::atom("info"), tagged("not_running", missing)]),
                (true, None) => master::start_link(&cx, controller, spec).await?,
            };
            gen_server::cast(&cx, controller, Term::tuple([Term::atom("application_started"), name.into(), result]));
            Ok(())
        })?;
        Ok(())
    }

    fn application_started(&mut self, cx: &Cx, application: Atom, result: &Term) -> Reply {
        let Some(Starting { start_type, waiting }) = self.starting.remove(&application) else { return Reply::none() };
        let (tag, value) = match result.as_tuple() {
            Some([Term::Atom(tag), value]) => (*tag, value.clone()),
            _ => (Atom::ERROR, result.clone()),
        };
        let answer = if tag == Atom::OK { Atom::OK.into() } else { Term::error(value.clone()) };
        // Who asked last is answered first.
        for from in waiting.into_iter().rev() {
            gen_server::reply(cx, &from, answer.clone());
        }
        if tag == Atom::OK {
            self.note_running(cx, application, start_type, value.as_pid());
            return Reply::none();
        }
        let phase = ApplicationPhase::StartFailed { reason: value.clone() };
        cx.emit(Event::Application { name: application, master: None, phase });
        if tag == Atom::ERROR {
            report_exited(cx, application, &value, start_type);
        }
        if is_fatal_start(start_type, &value) {
            return self.give_up("application_start_failure", application, value);
        }
        Reply::none()
    }

    fn note_running(&mut self, cx: &Cx, application: Atom, start_type: Restart, master: Option<Pid>) {
        report_started(cx, application);
        let root = master.and_then(|_| master::root(cx, application));
        let phase = ApplicationPhase::Started { root, start_type };
        cx.emit(Event::Application { name: application, master, phase });
        replace_or_add(&mut self.running, application, master);
        replace_or_add(&mut self.started, application, start_type);
    }

    // --- stop

    async fn stop(&mut self, cx: &Cx, application: Atom) -> Term {
        let running = self.running.iter().find(|(name, _)| *name == application).copied();
        let start_type = self.started.iter().find(|(name, _)| *name == application).map(|(_, kind)| *kind);
        let Some(start_type) = start_type else { return Term::error(tagged("not_started", application)) };
        if let Some((_, master)) = running {
            cx.emit(Event::Application { name: application, master, phase: ApplicationPhase::Stopping });
            if let Some(master) = master {
                cx.unlink(master);
                master::stop(cx, master).await;
            }
            let stopped = Term::atom("stopped");
            report_exited(cx, application, &stopped, start_type);
            master::forget(cx, application);
            let phase = ApplicationPhase::Stopped { reason: stopped };
            cx.emit(Event::Application { name: application, master, phase });
        }
        self.running.retain(|(name, _)| *name != application);
        self.started.retain(|(name, _)| *name != application);
        Atom::OK.into()
    }

    /// A master ended by itself. What that means depends on the start type:
    ///
    /// | start type | `normal` | other |
    /// |---|---|---|
    /// | temporary | - | - |
    /// | transient | - | the node stops |
    /// | permanent | the node stops | the node stops |
    ///
    /// OTP: <https://www.erlang.org/docs/25/design_principles/applications#application-start-types>
    #[inline(never)]
    fn master_ended(&mut self, cx: &Cx, master: Pid, reason: &Term) -> Reply {
        let Some(at) = self.running.iter().position(|(_, pid)| *pid == Some(master)) else { return Reply::none() };
        let (application, _) = self.running.remove(at);
        master::forget(cx, application);
        let start_type = self.started.iter().find(|(name, _)| *name == application).map(|(_, kind)| *kind);
        let start_type = start_type.unwrap_or(Restart::Temporary);
        report_exited(cx, application, reason, start_type);
        let phase = ApplicationPhase::Stopped { reason: reason.clone() };
        cx.emit(Event::Application { name: application, master: Some(master), phase });
        match (start_type, reason.is_atom(Atom::NORMAL)) {
            _ if cx.planted(Fault::EndIsIgnored) => Reply::none(),
            (Restart::Temporary, _) | (Restart::Transient, true) => Reply::none(),
            (Restart::Transient, false) | (Restart::Permanent, _) => {
                self.give_up("application_terminated", application, reason.clone())
            }
        }
    }
}

impl Controller {
    /// Ends, and the node with it. The exit reason is a text, as it is in OTP.
    #[inline(never)]
    fn give_up(&mut self, why: &str, application: Atom, reason: Term) -> Reply {
        let why = Term::tuple([Term::atom(why), application.into(), reason]);
        let text = print(&why, Style::TP);
        self.fatal = Some(why);
        Reply::Stop(Term::charlist(&text))
    }
}

/// A start that fails takes the node down, but of a temporary application, and of a transient
/// one whose `start/2` exited with `normal`.
fn is_fatal_start(start_type: Restart, reason: &Term) -> bool {
    let exit_normal = Term::tuple([Atom::EXIT.into(), Atom::NORMAL.into()]);
    match start_type {
        Restart::Temporary => false,
        Restart::Permanent => true,
        Restart::Transient => !matches!(reason.as_tuple(), Some([exit, _]) if *exit == exit_normal),
    }
}

/// Keeps the place of an entry that is there already; a new one comes first.
fn replace_or_add<T>(list: &mut Vec<(Atom, T)>, name: Atom, value: T) {
    match list.iter_mut().find(|entry| entry.0 == name) {
        Some(entry) => entry.1 = value,
        None => list.insert(0, (name, value)),
    }
}

fn report_started(cx: &Cx, application: Atom) {
    proc_lib::report(cx, Level::Info, || {
        let pair = |key: &str, value: Term| Term::tuple([Term::atom(key), value]);
        let body =
            Term::list([pair("application", application.into()), pair("started_at", Term::atom("nonode@nohost"))]);
        (Term::tuple([controller_name().into(), Term::atom("progress")]), body)
    });
}

fn report_exited(cx: &Cx, application: Atom, reason: &Term, start_type: Restart) {
    proc_lib::report(cx, Level::Notice, || {
        let pair = |key: &str, value: Term| Term::tuple([Term::atom(key), value]);
        let body = Term::list([
            pair("application", application.into()),
            pair("exited", reason.clone()),
            pair("type", restart_term(start_type)),
        ]);
        (Term::tuple([controller_name().into(), Term::atom("exit")]), body)
    });
}
