//! `simple_one_for_one`: any number of children of one spec, stopped all at once.
//!
//! OTP: <https://www.erlang.org/docs/25/design_principles/sup_princ#simplified-one_for_one-supervisors>

use std::rc::Rc;
use std::task::Poll;

use crate::event::{ChildInfo, Event};
use crate::kernel::few::Few;
use crate::kernel::message::{End, Message};
use crate::process::Cx;
use crate::supervision::{Restart, Shutdown};
use crate::term::{Atom, Ordered, Pid, Ref, Term};
use crate::time::Duration;

use super::super::child_spec::{self, ChildSpec};
use super::super::gen_server::Reply;
use super::requests::counts;
use super::start::{Outcome, Purpose, Started};
use super::{Kids, Supervisor};

/// The children of one spec.
pub(super) struct Simple {
    pub(super) template: Rc<ChildSpec>,
    /// What an observer is told of each.
    info: Rc<ChildInfo>,
    /// Arguments of each child; `undefined` for temporary ones, which need none any more.
    args: Few<Pid, Term>,
    /// Children whose restart has failed and is tried again, by their last pid.
    restarting: Ordered<Pid, Term>,
    /// Restarts that were ignored leave an entry without a process, as in OTP.
    ignored: usize,
}

impl Simple {
    pub(super) fn new(template: ChildSpec) -> Self {
        let info = Rc::new(template.info());
        let (args, restarting) = (Few::default(), Ordered::new());
        Simple { template: Rc::new(template), info, args, restarting, ignored: 0 }
    }

    /// Children are of this spec from now on.
    pub(super) fn follow(&mut self, template: ChildSpec) {
        self.info = Rc::new(template.info());
        self.template = Rc::new(template);
    }

    pub(super) fn count(&self) -> usize {
        self.args.len() + self.restarting.len() + self.ignored
    }

    /// The instance that a process is.
    pub(super) fn running(&self, pid: Pid) -> Option<(Purpose, Rc<ChildSpec>)> {
        let args = self.args.get(pid)?.clone();
        Some((Purpose::RestartInstance(args, pid), self.template.clone()))
    }

    /// The instance whose restart is to be tried again: `{restarting, Pid}`.
    pub(super) fn to_restart(&self, id: &Term) -> Option<(Purpose, Rc<ChildSpec>)> {
        let [_, Term::Pid(pid)] = id.as_tuple()? else { return None };
        let args = self.restarting.get(pid)?.clone();
        Some((Purpose::RestartInstance(args, *pid), self.template.clone()))
    }

    pub(super) fn forget(&mut self, pid: Pid) {
        self.args.remove(pid);
        self.restarting.remove(&pid);
    }

    fn keep(&mut self, pid: Pid, args: Term) {
        let temporary = self.template.restart == Restart::Temporary;
        self.args.insert(pid, if temporary { Atom::UNDEFINED.into() } else { args });
    }
}

impl Supervisor {
    fn simple(&mut self) -> Option<&mut Simple> {
        match &mut self.kids {
            Kids::Simple(simple) => Some(simple),
            Kids::Many(_) => None,
        }
    }

    pub(super) fn start_instance(&mut self, cx: &Cx, more: &Term) -> Outcome {
        let Some(simple) = self.simple() else { return Poll::Ready(Ok(Reply::none())) };
        let (template, child) = (simple.template.clone(), simple.info.clone());
        // `First ++ More`: with a child's spec for `More` these are no arguments, and it fails.
        let first: Vec<Term> = template.start.2.iter().cloned().collect();
        let args = first.into_iter().rev().fold(more.clone(), |rest, argument| Term::cons(argument, rest));
        cx.emit(Event::ChildAdded { supervisor: cx.me(), child, position: 0 });
        self.start_for(cx, Purpose::Instance(args), template)
    }

    /// What the client is told who wanted it.
    pub(super) fn instance_started(&mut self, args: Term, started: Result<Started, Term>) -> Term {
        match started {
            Ok(started) => {
                if let (Started::Running(pid, _), Some(simple)) = (&started, self.simple()) {
                    simple.keep(*pid, args);
                }
                started.into_answer()
            }
            Err(reason) => Term::error(reason),
        }
    }

    pub(super) fn which_simple(&mut self) -> Term {
        let Some(simple) = self.simple() else { return Term::Nil };
        let spec = simple.template.clone();
        let entry = |pid: Term| {
            let kind = child_spec::type_term(spec.kind);
            Term::tuple([Atom::UNDEFINED.into(), pid, kind, spec.modules.clone()])
        };
        let running = simple.args.keys().into_iter().map(|pid| entry(pid.into()));
        let restarting = simple.restarting.keys().map(|_| entry(Atom::RESTARTING.into()));
        let ignored = (0..simple.ignored).map(|_| entry(Atom::UNDEFINED.into()));
        Term::list(running.chain(restarting).chain(ignored).collect::<Vec<_>>())
    }

    pub(super) fn count_simple(&mut self) -> Term {
        let Some(simple) = self.simple() else { return Term::Nil };
        let size = simple.count();
        let active = size - simple.restarting.len();
        if Self::is_worker(&simple.template) { counts(1, active, 0, size) } else { counts(1, active, size, 0) }
    }

    pub(super) async fn terminate_simple_child(&mut self, cx: &Cx, pid: Pid) -> Term {
        let Some(simple) = self.simple() else { return Term::Nil };
        if simple.args.contains(pid) {
            let child = super::Child { spec: simple.template.clone(), pid: super::ChildPid::Pid(pid) };
            self.shut_down(cx, &child).await;
        } else if !simple.restarting.contains_key(&pid) && cx.is_alive(pid) {
            return Term::error(Atom::NOT_FOUND.into());
        }
        self.drop_simple(cx, pid);
        Atom::OK.into()
    }

    pub(super) fn drop_simple(&mut self, cx: &Cx, pid: Pid) {
        if let Some(simple) = self.simple() {
            simple.forget(pid);
            let id = simple.template.id.clone();
            cx.emit(Event::ChildRemoved { supervisor: cx.me(), id, pid: Some(pid) });
        }
    }

    pub(super) fn simple_childspec(&mut self, cx: &Cx, child: &Term) -> Term {
        let Some(simple) = self.simple() else { return Term::Nil };
        match child {
            Term::Pid(pid)
                if simple.args.contains(*pid) || simple.restarting.contains_key(pid) || !cx.is_alive(*pid) =>
            {
                Term::ok(simple.template.to_term())
            }
            id if *id == simple.template.id => Term::ok(simple.template.to_term()),
            _ => Term::error(Atom::NOT_FOUND.into()),
        }
    }

    /// An instance has been started again, or not: then what to try again.
    pub(super) fn instance_restarted(
        &mut self,
        cx: &Cx,
        (args, was): (Term, Pid),
        spec: &ChildSpec,
        started: Result<Started, Term>,
    ) -> Option<Term> {
        let simple = self.simple()?;
        match started {
            Ok(Started::Running(new, _)) => simple.keep(new, args),
            Ok(Started::Ignored) => simple.ignored += 1,
            Err(reason) => {
                simple.restarting.insert(was, args);
                self.report_error(cx, "start_error", &reason, spec, &was.into());
                return Some(Term::tuple([Atom::RESTARTING.into(), was.into()]));
            }
        }
        None
    }

    /// Stops all children at once: each is monitored and told, then all are waited for.
    pub(super) async fn terminate_simple(&mut self, cx: &Cx) {
        let Some(simple) = self.simple() else { return };
        let template = simple.template.clone();
        let told = if template.shutdown == Shutdown::BrutalKill { Atom::KILL } else { Atom::SHUTDOWN };
        let mut waiting = Waiting::default();
        for pid in simple.args.keys() {
            waiting.await_end(pid, cx.monitor_with_alias(pid));
            cx.exit(pid, told);
            cx.tick().await;
        }
        let deadline = match template.shutdown {
            Shutdown::Timeout(span) => Some(cx.now() + span),
            Shutdown::BrutalKill | Shutdown::Infinity => None,
        };
        if template.shutdown == Shutdown::Timeout(Duration::ZERO) {
            cx.yield_now().await; // OTP's time-out is a message, which comes after the children's turns
        }
        let mut killed = false;
        while !waiting.monitors.is_empty() {
            let left = deadline.filter(|_| !killed).map(|at| at.since(cx.now()));
            match cx.receive_message(0, left, |message| waiting.awaits(message)).await {
                Some(message) => {
                    if let Some((pid, reason)) = waiting.told(message) {
                        self.simple_down(cx, &template, pid, reason);
                    }
                }
                None => {
                    killed = true;
                    waiting.monitors.values().for_each(|pid| cx.exit(*pid, Atom::KILL));
                }
            }
        }
        if let Some(simple) = self.simple() {
            simple.args = Few::default();
        }
    }

    fn simple_down(&mut self, cx: &Cx, template: &ChildSpec, pid: Pid, reason: Term) {
        self.note_end(cx, &template.id, pid, &reason, true);
        let asked = if template.shutdown == Shutdown::BrutalKill { Atom::KILLED } else { Atom::SHUTDOWN };
        if !reason.is_atom(asked) && !Self::is_expected(template.restart, &reason) {
            self.report_error(cx, "shutdown_error", &reason, template, &pid.into());
        }
    }
}

/// Children whose end is awaited.
#[derive(Default)]
struct Waiting {
    monitors: Ordered<Ref, Pid>,
    awaited: Ordered<Pid, ()>,
    /// What the `'EXIT'`s of some have said. They come before the `'DOWN'`s, so each message is
    /// looked at once; a search for the one of each child would look at those of all the others.
    reasons: Ordered<Pid, Term>,
}

impl Waiting {
    fn await_end(&mut self, pid: Pid, monitor: Ref) {
        self.monitors.insert(monitor, pid);
        self.awaited.insert(pid, ());
    }

    fn awaits(&self, message: &Message) -> bool {
        match message.end() {
            Some(End::Exit(pid)) => self.awaited.contains_key(&pid),
            Some(End::Down(monitor)) => self.monitors.contains_key(&monitor),
            None => false,
        }
    }

    /// A message that was awaited has come: the child that is down now, and why.
    fn told(&mut self, message: Message) -> Option<(Pid, Term)> {
        let (end, reason) = (message.end()?, message.into_reason());
        match end {
            End::Exit(pid) => {
                self.reasons.insert(pid, reason);
                None
            }
            End::Down(monitor) => self.ended(monitor, reason),
        }
    }

    /// The child of a monitor and why it ended: the `'DOWN'` may say `noproc` where the `'EXIT'`
    /// knows better.
    fn ended(&mut self, monitor: Ref, reason: Term) -> Option<(Pid, Term)> {
        let pid = self.monitors.remove(&monitor)?;
        self.awaited.remove(&pid);
        Some((pid, self.reasons.remove(&pid).unwrap_or(reason)))
    }
}
