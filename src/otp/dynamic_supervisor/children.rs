//! Starting, restarting and counting children.
//!
//! OTP: <https://hexdocs.pm/elixir/1.14/DynamicSupervisor.html#module-exit-reasons-and-restarts>

use std::rc::Rc;

use crate::event::Event;
use crate::exit::ExitReason;
use crate::process::Cx;
use crate::process::start::Answer;
use crate::supervision::{Budget, ChildType, Restart};
use crate::term::{Atom, Ordered, Pid, Term};

use super::super::child_spec::{self, ChildSpec};
use super::super::supervisor::start::{Started, decoded};
use super::{DynamicSupervisor, Fate, spec};

/// `'$gen_restart'`: what the supervisor sends itself to try a failed restart again.
pub(super) fn try_again_tag() -> Atom {
    Atom::new("$gen_restart")
}

#[derive(Clone)]
struct Child {
    spec: Rc<ChildSpec>,
    /// Its restart has failed and is tried again; the pid is its last.
    restarting: bool,
}

/// The children by pid, so oldest first.
#[derive(Default)]
pub(super) struct Children(Ordered<Pid, Child>);

impl Children {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The children that have a process.
    pub(super) fn running(&self) -> Vec<(Pid, Rc<ChildSpec>)> {
        let running = self.0.iter().filter(|(_, child)| !child.restarting);
        running.map(|(pid, child)| (*pid, child.spec.clone())).collect()
    }

    fn running_at(&self, pid: Pid) -> Option<Rc<ChildSpec>> {
        self.0.get(&pid).filter(|child| !child.restarting).map(|child| child.spec.clone())
    }

    fn restarting_at(&self, pid: Pid) -> Option<Rc<ChildSpec>> {
        self.0.get(&pid).filter(|child| child.restarting).map(|child| child.spec.clone())
    }

    pub(super) fn which(&self) -> Term {
        let entries = self.0.iter().map(|(pid, child)| {
            let pid = if child.restarting { Atom::RESTARTING.into() } else { Term::from(*pid) };
            let spec = &child.spec;
            Term::tuple([Atom::UNDEFINED.into(), pid, child_spec::type_term(spec.kind), spec.modules.clone()])
        });
        Term::list(entries.collect::<Vec<_>>())
    }

    pub(super) fn count(&self) -> Term {
        let pair = |key: &str, n: usize| Term::tuple([Term::atom(key), n.into()]);
        let active = self.0.values().filter(|child| !child.restarting).count();
        let supervisors = self.0.values().filter(|child| child.spec.kind == ChildType::Supervisor).count();
        let specs = self.len();
        Term::list([
            pair("specs", specs),
            pair("active", active),
            pair("supervisors", supervisors),
            pair("workers", specs - supervisors),
        ])
    }
}

impl DynamicSupervisor {
    pub(super) async fn start_child(&mut self, cx: &Cx, child: ChildSpec) -> Term {
        if self.settings.max_children.is_some_and(|most| self.children.len() >= most) {
            return Term::error(Term::atom("max_children"));
        }
        let announced = Event::ChildAdded { supervisor: cx.me(), child: Rc::new(child.info()), position: 0 };
        cx.emit(announced);
        match self.start(cx, &child, None).await {
            Ok(Started::Running(pid, answer)) => {
                self.keep(pid, Rc::new(spec::to_keep(child)), false);
                answer.into_term()
            }
            Ok(Started::Ignored) => Atom::IGNORE.into(),
            Err(reason) => Term::error(reason),
        }
    }

    fn keep(&mut self, pid: Pid, spec: Rc<ChildSpec>, restarting: bool) {
        self.children.0.insert(pid, Child { spec, restarting });
    }

    /// Calls a child's start function; `replaces` is its former process.
    async fn start(&self, cx: &Cx, child: &ChildSpec, replaces: Option<Pid>) -> Result<Started, Term> {
        let supervisor = cx.me();
        let id = || child.id.clone();
        cx.emit(Event::ChildStarting { supervisor, id: id(), replaces });
        let (module, function, _) = child.start;
        let started = match cx.begin(module, function, &self.settings.arguments(child)).answer(cx).await {
            Ok(Answer::Ok(pid)) => Ok(Started::Running(pid, Answer::Ok(pid))),
            Ok(Answer::Term(answer)) => decoded(answer),
            Err(raise) => Err(raise.into_exit_reason().0),
        };
        cx.emit(match &started {
            Ok(Started::Running(pid, _)) => Event::ChildStarted { supervisor, id: id(), pid: *pid },
            Ok(Started::Ignored) => Event::ChildFailed { supervisor, id: id(), reason: Atom::IGNORE.into() },
            Err(reason) => Event::ChildFailed { supervisor, id: id(), reason: reason.clone() },
        });
        started
    }

    /// An `'EXIT'` came. Of a process that is no child it means nothing.
    pub(super) async fn child_ended(&mut self, cx: &Cx, pid: Pid, reason: &Term) -> Fate {
        let Some(child) = self.children.running_at(pid) else { return Fate::GoesOn };
        note_end(cx, &child.id, pid, reason, false);
        let orderly = ExitReason(reason.clone()).is_orderly();
        match (child.restart, orderly) {
            (Restart::Permanent, _) | (Restart::Transient, false) => {
                self.report_error(cx, "child_terminated", reason, &pid.into(), &child);
                self.restart(cx, pid, child).await
            }
            (_, true) => {
                self.delete(cx, pid);
                Fate::GoesOn
            }
            (Restart::Temporary, false) => {
                self.report_error(cx, "child_terminated", reason, &pid.into(), &child);
                self.delete(cx, pid);
                Fate::GoesOn
            }
        }
    }

    pub(super) fn delete(&mut self, cx: &Cx, pid: Pid) {
        if let Some(child) = self.children.0.remove(&pid) {
            let id = child.spec.id.clone();
            cx.emit(Event::ChildRemoved { supervisor: cx.me(), id, pid: Some(pid) });
        }
    }

    /// Counts a restart. Beyond the budget the supervisor gives up.
    fn spend(&mut self, cx: &Cx, id: &Term) -> Budget {
        let (supervisor, now, flags) = (cx.me(), cx.now(), &self.settings.flags);
        let budget = self.window.record(now, flags);
        cx.emit(match budget {
            Budget::Within(used) => Event::RestartCounted { supervisor, id: id.clone(), used },
            Budget::Exceeded => Event::GaveUp { supervisor, id: id.clone() },
        });
        budget
    }

    async fn restart(&mut self, cx: &Cx, pid: Pid, child: Rc<ChildSpec>) -> Fate {
        if self.spend(cx, &child.id) == Budget::Exceeded {
            let reason = Term::atom("reached_max_restart_intensity");
            self.report_error(cx, "shutdown", &reason, &pid.into(), &child);
            self.delete(cx, pid);
            return Fate::ShutsDown;
        }
        match self.start(cx, &child, Some(pid)).await {
            Ok(Started::Running(new, _)) => {
                self.children.0.remove(&pid);
                self.keep(new, child, false);
            }
            Ok(Started::Ignored) => self.delete(cx, pid),
            Err(reason) => {
                let restarting = Term::tuple([Atom::RESTARTING.into(), pid.into()]);
                self.report_error(cx, "start_error", &reason, &restarting, &child);
                self.keep(pid, child, true);
                // Through the mailbox, so that requests come in between. A pid takes any message.
                let _ = cx.send(cx.me(), Term::tuple([try_again_tag().into(), pid.into()]));
            }
        }
        Fate::GoesOn
    }

    /// A failed restart is tried again, unless the child was stopped meanwhile.
    pub(super) async fn try_again(&mut self, cx: &Cx, pid: Pid) -> Fate {
        match self.children.restarting_at(pid) {
            Some(child) => self.restart(cx, pid, child).await,
            None => Fate::GoesOn,
        }
    }

    pub(super) async fn terminate_child(&mut self, cx: &Cx, child: &Term) -> Term {
        let known = child.as_pid().and_then(|pid| Some((pid, self.children.0.get(&pid)?.clone())));
        let Some((pid, child)) = known else { return Term::error(Atom::NOT_FOUND.into()) };
        if !child.restarting {
            self.stop_children(cx, &[(pid, child.spec)]).await;
        }
        self.delete(cx, pid);
        Atom::OK.into()
    }
}

pub(super) fn note_end(cx: &Cx, id: &Term, pid: Pid, reason: &Term, by_supervisor: bool) {
    let (id, reason) = (id.clone(), reason.clone());
    cx.emit(Event::ChildEnded { supervisor: cx.me(), id, pid, reason, by_supervisor });
}
