//! The pair of processes above an application's root.
//!
//! The application master is the group leader of all the application's processes: that is how
//! they are known, and killed when the application ends. Its child calls the callback module,
//! owns the root and says what to do when it ends.
//!
//! OTP: <https://www.erlang.org/docs/25/design_principles/applications#stopping-an-application>

use crate::event::{ApplicationPhase, Behaviour, Event, Level, Mfa};
use crate::exit::Raise;
use crate::kernel::planted::Fault;
use crate::process::{Cx, SpawnOptions};
use crate::term::{Atom, Pid, Ref, Term};

use super::super::proc_lib;
use super::spec::Spec;
use super::{caught, phases, table};

fn module() -> Atom {
    Atom::new("application_master")
}

pub(super) fn master_tag() -> Atom {
    module()
}

fn master_key(application: Atom) -> Term {
    Term::tuple([master_tag().into(), application.into()])
}

fn root_key(application: Atom) -> Term {
    Term::tuple([Term::atom("application_root"), application.into()])
}

/// The root of a running application's tree.
pub(super) fn root(cx: &Cx, application: Atom) -> Option<Pid> {
    cx.table_lookup(table(), &root_key(application))?.as_pid()
}

/// The application has ended.
pub(super) fn forget(cx: &Cx, application: Atom) {
    cx.table_delete(table(), &master_key(application));
    cx.table_delete(table(), &root_key(application));
}

/// Starts an application: `{ok, Master}` or `{error, Reason}`.
pub(super) async fn start_link(cx: &Cx, controller: Pid, spec: Spec) -> Result<Term, Raise> {
    let initial_call = Mfa { module: module(), function: Atom::INIT, arity: 4 };
    let starter = cx.me();
    proc_lib::start(cx, true, initial_call, None, |cx| Box::pin(run(cx, controller, starter, spec))).await
}

/// Has a master stop its application, and waits until it has.
pub(super) async fn stop(cx: &Cx, master: Pid) {
    let tag = cx.make_ref();
    let monitor = cx.monitor(master);
    let _ = cx.send(master, Term::tuple([Atom::STOP.into(), tag.into(), cx.me().into()]));
    let answered = |message: &Term| match message.as_tuple()? {
        [Term::Ref(answer), _] if *answer == tag => Some(()),
        [Term::Atom(Atom::DOWN), Term::Ref(down), ..] if *down == monitor => Some(()),
        _ => None,
    };
    cx.receive_if(answered).await;
    cx.demonitor_flush(monitor);
}

struct Master {
    cx: Cx,
    controller: Pid,
    child: Option<Pid>,
}

async fn run(cx: Cx, controller: Pid, starter: Pid, spec: Spec) -> Result<(), Raise> {
    let application = spec.name;
    cx.link(controller)?;
    cx.trap_exits(true);
    let me = cx.me();
    cx.set_group_leader(me, me);
    cx.table_insert(table(), master_key(application), me.into());
    cx.emit(Event::Application { name: application, master: Some(me), phase: ApplicationPhase::Starting });
    cx.emit(Event::Initialised { pid: me, behaviour: Behaviour::ApplicationMaster, module: module() });
    let tag = cx.make_ref();
    let initial_call = Mfa { module: module(), function: Atom::new("start_it"), arity: 4 };
    let child = cx.spawn(SpawnOptions { link: true, initial_call }, |cx| start_it(cx, me, tag, spec))?;
    let answer = cx.receive_if(|message| start_answer(message, tag, child)).await;
    match answer.as_tuple() {
        Some([Term::Atom(Atom::OK), Term::Pid(child)]) => {
            let child = Some(*child);
            cx.unlink(starter);
            proc_lib::init_ack(&cx, starter, Term::ok(me.into()));
            Master { cx, controller, child }.serve().await
        }
        Some([Term::Atom(Atom::ERROR), reason]) => Err(Raise::exit(reason.clone())),
        _ => Err(Raise::exit(answer)),
    }
}

/// `{Tag, Result}` of the child, or its `'EXIT'`.
fn start_answer(message: &Term, tag: Ref, child: Pid) -> Option<Term> {
    match message.as_tuple()? {
        [Term::Ref(answer), result] if *answer == tag => Some(result.clone()),
        [Term::Atom(Atom::EXIT), Term::Pid(pid), reason] if *pid == child => Some(Term::error(reason.clone())),
        _ => None,
    }
}

impl Master {
    async fn serve(mut self) -> Result<(), Raise> {
        loop {
            let message = self.cx.receive().await;
            match message.as_tuple() {
                Some([Term::Atom(Atom::EXIT), Term::Pid(pid), reason]) if *pid == self.controller => {
                    return Err(self.terminate(reason.clone()).await);
                }
                Some([Term::Atom(Atom::EXIT), Term::Pid(pid), reason]) if Some(*pid) == self.child => {
                    self.child = None;
                    return Err(self.terminate(reason.clone()).await);
                }
                Some([Term::Atom(Atom::STOP), tag, Term::Pid(from)]) => {
                    if self.cx.planted(Fault::StopIsNotAnswered) {
                        continue;
                    }
                    self.terminate(Atom::NORMAL.into()).await;
                    let _ = self.cx.send(*from, Term::tuple([tag.clone(), Atom::OK.into()]));
                    return Err(Raise::exit(Atom::NORMAL));
                }
                _ => {}
            }
        }
    }

    /// Ends the child, which ends the root, and kills what is left of the application.
    async fn terminate(&mut self, reason: Term) -> Raise {
        if let Some(child) = self.child.take() {
            let _ = self.cx.send(child, Term::tuple([self.cx.me().into(), Atom::TERMINATE.into()]));
            self.cx.receive_if(|message| exit_of(message, child)).await;
        }
        self.kill_group().await;
        Raise::exit(reason)
    }

    /// A kill is sent once: OTP's next look at a process comes after it.
    async fn kill_group(&self) {
        let me = self.cx.me();
        let mut told: Vec<Pid> = Vec::new();
        loop {
            let is_mine = |pid: &Pid| {
                *pid != me && self.cx.of(*pid, |process| process.group_leader() == Some(me)).unwrap_or(false)
            };
            let left: Vec<Pid> = self.cx.processes().into_iter().filter(is_mine).collect();
            if left.is_empty() || self.cx.planted(Fault::GroupIsLeft) {
                return;
            }
            let new: Vec<Pid> = left.into_iter().filter(|pid| !told.contains(pid)).collect();
            if new.is_empty() {
                self.cx.yield_now().await;
            }
            new.iter().for_each(|pid| self.cx.exit(*pid, Atom::KILL));
            told.extend(new);
            self.cx.tick().await;
        }
    }
}

fn exit_of(message: &Term, pid: Pid) -> Option<Term> {
    match message.as_tuple()? {
        [Term::Atom(Atom::EXIT), Term::Pid(from), reason] if *from == pid => Some(reason.clone()),
        _ => None,
    }
}

// --- the child

/// The application as its child of the pair knows it.
struct Running {
    cx: Cx,
    master: Pid,
    root: Pid,
    module: Atom,
    state: Term,
}

async fn start_it(cx: Cx, master: Pid, tag: Ref, spec: Spec) -> Result<(), Raise> {
    cx.trap_exits(true);
    cx.emit(Event::Initialised { pid: cx.me(), behaviour: Behaviour::ApplicationStarter, module: module() });
    let answer = |result: Term| {
        let _ = cx.send(master, Term::tuple([tag.into(), result]));
    };
    match start_application(&cx, &spec).await {
        Ok((module, root, state)) => {
            cx.table_insert(table(), root_key(spec.name), root.into());
            answer(Term::ok(cx.me().into()));
            Running { cx, master, root, module, state }.serve().await
        }
        Err(reason) => {
            answer(Term::error(reason));
            Ok(())
        }
    }
}

/// Calls `start/2` and the start phases: the callback module, root and state.
async fn start_application(cx: &Cx, spec: &Spec) -> Result<(Atom, Pid, Term), Term> {
    let (module, args) = phases::callback(spec)?;
    let start_type: Term = Atom::NORMAL.into();
    let answer = caught(cx.apply(module, Atom::START, vec![start_type.clone(), args.clone()]).await);
    let (root, state) = decode_start(&answer).ok_or_else(|| {
        if let Some([Term::Atom(Atom::OK), _] | [Term::Atom(Atom::OK), _, _]) = answer.as_tuple() {
            return no_root();
        }
        let call = Term::tuple([module.into(), Atom::START.into(), Term::list([start_type.clone(), args])]);
        start_error(call, &answer)
    })?;
    // A root that is gone already makes its `'EXIT'` come.
    let _ = cx.link(root);
    if let Some(phases) = &spec.start_phases {
        let outcome = phases::run(cx, phases, &start_type, spec.name).await;
        outcome.inspect_err(|_| cx.unlink(root))?;
    }
    Ok((module, root, state))
}

fn decode_start(answer: &Term) -> Option<(Pid, Term)> {
    match answer.as_tuple()? {
        [Term::Atom(Atom::OK), Term::Pid(root)] => Some((*root, Term::Nil)),
        [Term::Atom(Atom::OK), Term::Pid(root), state] => Some((*root, state.clone())),
        _ => None,
    }
}

/// OTP links to whatever start/2 calls a process.
fn no_root() -> Term {
    Raise::error(Atom::BADARG).in_function(Atom::ERLANG, Atom::new("link"), 1).into_exit_reason().0
}

fn start_error(call: Term, answer: &Term) -> Term {
    match answer.as_tuple() {
        Some([Term::Atom(Atom::ERROR), reason]) => Term::tuple([reason.clone(), call]),
        Some([Term::Atom(Atom::EXIT), Term::Atom(Atom::NORMAL)]) => Term::tuple([answer.clone(), call]),
        _ => Term::tuple([Atom::BAD_RETURN.into(), Term::tuple([call, answer.clone()])]),
    }
}

impl Running {
    async fn serve(self) -> Result<(), Raise> {
        loop {
            let message = self.cx.receive().await;
            match message.as_tuple() {
                Some([Term::Pid(from), Term::Atom(Atom::TERMINATE)]) if *from == self.master => {
                    self.stop(Some(Atom::SHUTDOWN.into())).await;
                    return Err(Raise::exit(Atom::NORMAL));
                }
                Some([Term::Atom(Atom::EXIT), Term::Pid(from), reason]) if *from == self.master => {
                    self.stop(Some(reason.clone())).await;
                    return Err(Raise::exit(reason.clone()));
                }
                Some([Term::Atom(Atom::EXIT), Term::Pid(from), reason]) if *from == self.root => {
                    self.stop(None).await;
                    return Err(Raise::exit(reason.clone()));
                }
                _ => {}
            }
        }
    }

    /// `prep_stop/1`, the tree down unless it is already, `stop/1`.
    async fn stop(&self, take_down: Option<Term>) {
        let state = self.prep_stop().await;
        if let Some(reason) = take_down {
            self.cx.exit(self.root, reason);
            self.cx.receive_if(|message| exit_of(message, self.root)).await;
        }
        let _ = self.cx.apply(self.module, Atom::STOP, vec![state]).await;
    }

    /// The state that `stop/1` gets: what `prep_stop/1` makes of it, if there is one.
    async fn prep_stop(&self) -> Term {
        let prep_stop = Atom::new("prep_stop");
        if !self.cx.exports(self.module, prep_stop, 1) {
            return self.state.clone();
        }
        let answer = caught(self.cx.apply(self.module, prep_stop, vec![self.state.clone()]).await);
        match answer.as_tuple() {
            Some([Term::Atom(Atom::EXIT), reason]) => {
                self.report_prep_stop(reason);
                self.state.clone()
            }
            _ => answer,
        }
    }

    fn report_prep_stop(&self, reason: &Term) {
        proc_lib::report(&self.cx, Level::Error, || {
            let pair = |key: &str, value: Term| Term::tuple([Term::atom(key), value]);
            let body = Term::list([pair("error_info", reason.clone()), pair("module", self.module.into())]);
            (Term::tuple([module().into(), Term::atom("shutdown_error")]), body)
        });
    }
}
