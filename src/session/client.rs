//! The page's clients: real processes of the node, so that `noproc` and time-outs are real.

pub mod auto_run;
pub mod chaos;
pub mod random;

use std::rc::Rc;

use crate::event::{Behaviour, ClientCall, Event, Mfa};
use crate::exit::Raise;
use crate::otp::application::env::Config;
use crate::otp::application::release::handler;
use crate::otp::{application, dynamic_supervisor, gen_server, sys};
use crate::process::{Cx, Dest};
use crate::seq;
use crate::supervision::Restart;
use crate::term;
use crate::term::{Atom, Pid, Term};
use crate::time::Duration;

use super::boot::{ConfigFiles, SystemEnv};

/// What a client does in its short life.
#[derive(Clone, Debug, PartialEq)]
pub enum Task {
    /// `Seq.Server.next(server)`
    Next(Dest),
    /// `Seq.Server.peek(server)`
    Peek(Dest),
    /// `Process.exit(pid, reason)`
    Exit(Pid, Term),
    /// `Process.link(pid)`, and the client's own end for that reason
    Peer(Pid, Term),
    /// So many messages to a process.
    Flood(Pid, u32),
    /// `Seq.Dynamic.start_seq(name, module, opts)`
    StartSequence {
        /// The name to register.
        name: Atom,
        /// The sequence.
        module: Atom,
        /// Its options.
        opts: Term,
    },
    /// `DynamicSupervisor.terminate_child(Seq.Dynamic, pid)`
    StopSequence(Dest),
    /// `Application.ensure_all_started(name, type)`
    StartApplication(Atom, Restart),
    /// `Application.stop(name)`
    StopApplication(Atom),
    /// `:release_handler.upgrade_app(name, vsn)`
    Upgrade(Atom, String),
    /// `:release_handler.downgrade_app(name, vsn)`
    Downgrade(Atom, String),
    /// A supervisor takes over these `flags` or this `child_order` by its code change.
    Tune(Atom, &'static str, Term),
    /// `:sys.suspend(process)`
    Suspend(Dest),
    /// `:sys.resume(process)`
    Resume(Dest),
}

impl Task {
    /// The function that the client is there to call.
    #[must_use]
    pub fn initial_call(&self) -> Mfa {
        let (module, function, arity) = match self {
            Task::Next(_) => (seq::server::NAME, "next", 1),
            Task::Peek(_) => (seq::server::NAME, "peek", 1),
            Task::Exit(..) => ("Elixir.Process", "exit", 2),
            Task::Peer(..) => ("Elixir.Process", "link", 1),
            Task::Flood(..) => ("Elixir.Process", "send", 3),
            Task::StartSequence { .. } => (seq::dynamic::NAME, "start_seq", 3),
            Task::StopSequence(_) => ("Elixir.DynamicSupervisor", "terminate_child", 2),
            Task::StartApplication(..) => ("Elixir.Application", "ensure_all_started", 2),
            Task::StopApplication(_) => ("Elixir.Application", "stop", 1),
            Task::Upgrade(..) => ("release_handler", "upgrade_app", 2),
            Task::Downgrade(..) => ("release_handler", "downgrade_app", 2),
            Task::Tune(..) => ("sys", "change_code", 4),
            Task::Suspend(_) => ("sys", "suspend", 1),
            Task::Resume(_) => ("sys", "resume", 1),
        };
        Mfa { module: Atom::new(module), function: Atom::new(function), arity }
    }

    /// Whom the client calls, and for what.
    fn call(&self) -> (Term, Term) {
        let dynamic = || Term::atom(seq::dynamic::NAME);
        match self {
            Task::Next(server) => (dest_term(*server), term!(next)),
            Task::Peek(server) => (dest_term(*server), term!(peek)),
            Task::Exit(pid, reason) => ((*pid).into(), term!({exit, (reason.clone())})),
            Task::Peer(pid, reason) => ((*pid).into(), term!({link, (reason.clone())})),
            Task::Flood(pid, many) => ((*pid).into(), term!({flood, (*many)})),
            Task::StartSequence { name, module, opts } => {
                (dynamic(), term!({start_seq, (*name), (*module), (opts.clone())}))
            }
            Task::StopSequence(server) => (dynamic(), term!({terminate_child, (dest_term(*server))})),
            Task::StartApplication(name, start_type) => {
                ((*name).into(), term!({ensure_all_started, (crate::otp::child_spec::restart_term(*start_type))}))
            }
            Task::StopApplication(name) => ((*name).into(), term!(stop)),
            Task::Upgrade(name, vsn) => ((*name).into(), term!({upgrade_app, (Term::string(vsn))})),
            Task::Downgrade(name, vsn) => ((*name).into(), term!({downgrade_app, (Term::string(vsn))})),
            Task::Tune(name, _, value) => ((*name).into(), term!({change_code, (value.clone())})),
            Task::Suspend(process) => (dest_term(*process), term!(suspend)),
            Task::Resume(process) => (dest_term(*process), term!(resume)),
        }
    }

    async fn perform(self, cx: &Cx) -> Result<Term, Raise> {
        match self {
            Task::Next(server) => seq::server::next(cx, server).await,
            Task::Peek(server) => seq::server::peek(cx, server).await,
            Task::Exit(pid, reason) => {
                cx.exit(pid, reason);
                Ok(true.into())
            }
            Task::Peer(pid, _) => cx.link(pid).map(|()| true.into()),
            Task::Flood(pid, many) => {
                (0..many).for_each(|number| drop(cx.send(pid, term!({flood, (number)}))));
                Ok(many.into())
            }
            Task::StartSequence { name, module, opts } => seq::dynamic::start_seq(cx, name, module, opts).await,
            Task::StopSequence(server) => stop_sequence(cx, server).await,
            Task::StartApplication(name, start_type) => {
                configure(cx).await?;
                application::ensure_all_started(cx, name, start_type).await
            }
            Task::StopApplication(name) => application::stop(cx, name).await,
            Task::Upgrade(name, vsn) => handler::upgrade_app(cx, name, &vsn).await,
            Task::Downgrade(name, vsn) => handler::downgrade_app(cx, name, &vsn).await,
            Task::Tune(name, key, value) => seq::tuning::change(cx, name, key, value).await,
            Task::Suspend(process) => sys::suspend(cx, process).await,
            Task::Resume(process) => sys::resume(cx, process).await,
        }
    }
}

/// The life of a client: one call, and what came of it.
pub async fn life(cx: Cx, task: Task) -> Result<(), Raise> {
    introduce(&cx, task.initial_call().module);
    let (target, request) = task.call();
    let falls = if let Task::Peer(_, reason) = &task { Some(Raise::exit(reason.clone())) } else { None };
    Box::pin(observed(&cx, target, request, task.perform(&cx))).await;
    falls.map_or(Ok(()), Err)
}

/// Tells the log who this is.
fn introduce(cx: &Cx, module: Atom) {
    cx.emit(Event::Initialised { pid: cx.me(), behaviour: Behaviour::Client, module });
}

/// Makes a call and tells the log how it ended.
async fn observed(cx: &Cx, target: Term, request: Term, call: impl Future<Output = Result<Term, Raise>>) {
    let began = cx.monotonic_time();
    let outcome = call.await.map_err(|raise| raise.into_exit_reason().0);
    let took = cx.monotonic_time().since(began);
    let call = Rc::new(ClientCall { target, request, outcome, took });
    cx.emit(Event::CallEnded { client: cx.me(), call });
}

fn dest_term(dest: Dest) -> Term {
    match dest {
        Dest::Pid(pid) => pid.into(),
        Dest::Name(name) => name.into(),
        Dest::Alias(alias) => alias.into(),
    }
}

async fn stop_sequence(cx: &Cx, server: Dest) -> Result<Term, Raise> {
    let pid = match server {
        Dest::Pid(pid) => Some(pid),
        Dest::Name(name) => cx.whereis(name),
        Dest::Alias(_) => None,
    };
    match pid {
        Some(pid) => dynamic_supervisor::terminate_child(cx, Atom::new(seq::dynamic::NAME), pid).await,
        None => Ok(Term::error(Atom::NOT_FOUND.into())),
    }
}

/// Reads the configuration files anew, with the system's environment as it is now. If they say
/// something else than before, the applications that are loaded take it over.
async fn configure(cx: &Cx) -> Result<(), Raise> {
    let variables = cx.installed::<SystemEnv>().map(|env| env.variables()).unwrap_or_default();
    let (Some(files), Some(config)) = (cx.installed::<ConfigFiles>(), cx.installed::<Config>()) else { return Ok(()) };
    let settings = files.read(&variables).map_err(|bad| Raise::error(Term::string(&bad)))?;
    if config.replace(settings) {
        application::reload_config(cx).await?;
    }
    Ok(())
}

/// The sequence servers that are alive: the children of `Seq.Supervisor`, then of `Seq.Dynamic`,
/// in the order in which they were started. A supervisor that does not answer soon has none.
async fn sequence_servers(cx: &Cx) -> Vec<Pid> {
    let mut servers = Vec::new();
    for (supervisor, newest_first) in [(seq::supervisor::NAME, true), (seq::dynamic::NAME, false)] {
        let soon = Some(Duration::from_millis(1_000));
        let answer = gen_server::call(cx, Atom::new(supervisor), term!(which_children), soon).await;
        let children = answer.ok().and_then(|children| children.to_vec()).unwrap_or_default();
        let mut pids: Vec<Pid> = children.iter().filter_map(child_pid).collect();
        if newest_first {
            pids.reverse();
        }
        servers.append(&mut pids);
    }
    servers
}

/// The pid in `{Id, Pid, Type, Modules}`.
pub(super) fn child_pid(child: &Term) -> Option<Pid> {
    child.as_tuple()?.get(1)?.as_pid()
}

/// What a long-lived client was told, as `{What, N}`.
fn told(message: &Term, what: &str) -> Option<u64> {
    let [tag, number] = message.as_tuple_of()?;
    (*tag == Term::atom(what)).then(|| number.to().ok()).flatten()
}
