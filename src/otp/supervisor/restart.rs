//! What happens when a child ends by itself.
//!
//! OTP: <https://www.erlang.org/docs/25/design_principles/sup_princ#restart-strategy>

use crate::event::Event;
use crate::exit::ExitReason;
use crate::kernel::planted::Fault;
use crate::process::Cx;
use crate::supervision::{AutoShutdown, Budget, Restart, Strategy, Verdict, Window, plan, verdict};
use crate::term::{Atom, Pid, Term};

use super::super::gen_server;
use super::children::{Child, ChildPid};
use super::{Fate, Kids, Started, Supervisor};

impl Supervisor {
    /// An `'EXIT'` came. Of a process that is no child it means nothing.
    pub(super) async fn child_ended(&mut self, cx: &Cx, pid: Pid, reason: ExitReason) -> Fate {
        if matches!(self.kids, Kids::Simple(_)) {
            return self.simple_ended(cx, pid, reason).await;
        }
        let found =
            self.children().and_then(|children| children.find_pid(pid).map(|(order, child)| (order, child.clone())));
        let Some((order, child)) = found else { return Fate::GoesOn };
        self.note_end(cx, &child.spec.id, pid, &reason, false);
        let orderly = reason.is_orderly();
        if !orderly || child.spec.restart == Restart::Permanent {
            self.report_error(cx, "child_terminated", &reason.0, &child.spec, &pid.into());
        }
        let again = cx.planted(Fault::TemporaryIsRestarted);
        match verdict(child.spec.restart, &reason) {
            Verdict::Forget if again => self.restart(cx, order, child).await,
            Verdict::Restart => self.restart(cx, order, child).await,
            Verdict::Rest | Verdict::Forget => {
                self.child_is_down(cx, order, child.spec.restart);
                self.auto_shutdown(&child)
            }
        }
    }

    pub(super) fn note_end(&self, cx: &Cx, id: &Term, pid: Pid, reason: &ExitReason, by_supervisor: bool) {
        let (id, reason) = (id.clone(), reason.0.clone());
        cx.emit(Event::ChildEnded { supervisor: cx.me(), id, pid, reason, by_supervisor });
    }

    /// A child is not running any more: a temporary one is forgotten.
    pub(super) fn child_is_down(&mut self, cx: &Cx, order: u64, restart: Restart) {
        match restart {
            Restart::Temporary => self.forget(cx, order),
            _ => self.set_pid(order, ChildPid::Undefined),
        }
    }

    /// OTP: <https://www.erlang.org/docs/25/design_principles/sup_princ#automatic-shutdown>
    fn auto_shutdown(&mut self, ended: &Child) -> Fate {
        match (self.flags.auto_shutdown, ended.spec.significant) {
            (AutoShutdown::Never, _) | (_, false) => Fate::GoesOn,
            (AutoShutdown::AnySignificant, true) => Fate::ShutsDown,
            (AutoShutdown::AllSignificant, true) => {
                let holds = |child: &Child| child.spec.significant && child.pid != ChildPid::Undefined;
                let held = self.children().is_some_and(|children| children.in_order().any(holds));
                if held { Fate::GoesOn } else { Fate::ShutsDown }
            }
        }
    }

    /// Counts a restart. Beyond the budget the supervisor gives up.
    pub(super) fn spend(&mut self, cx: &Cx, id: &Term) -> Budget {
        let now = cx.now();
        if cx.planted(Fault::RestartsAreNotCounted) {
            self.window = Window::default();
        }
        let budget = self.window.record(now, &self.flags);
        let supervisor = cx.me();
        match budget {
            Budget::Within => {
                let used = self.window.used(now, self.flags.period);
                cx.emit(Event::RestartCounted { supervisor, id: id.clone(), used })
            }
            Budget::Exceeded => cx.emit(Event::GaveUp { supervisor, id: id.clone() }),
        };
        budget
    }

    async fn restart(&mut self, cx: &Cx, order: u64, child: Child) -> Fate {
        if self.spend(cx, &child.spec.id) == Budget::Exceeded {
            let reason = Term::atom("reached_max_restart_intensity");
            self.report_error(cx, "shutdown", &reason, &child.spec, &child.pid.shown());
            self.child_is_down(cx, order, child.spec.restart);
            return Fate::ShutsDown;
        }
        let failed = match self.flags.strategy {
            Strategy::OneForOne if cx.planted(Fault::OthersAreRestarted) => {
                Box::pin(self.restart_group(cx, Strategy::OneForAll, order)).await
            }
            Strategy::OneForOne | Strategy::SimpleOneForOne => self.restart_one(cx, order, &child).await,
            strategy @ (Strategy::RestForOne | Strategy::OneForAll) => {
                // What is rare is boxed: a supervisor's work is as large as the largest that it may await.
                Box::pin(self.restart_group(cx, strategy, order)).await
            }
        };
        if let Some(id) = failed {
            gen_server::cast(cx, cx.me(), Term::tuple([Atom::TRY_AGAIN_RESTART.into(), id]));
        }
        Fate::GoesOn
    }

    /// The id of the child to try again, if the start failed.
    async fn restart_one(&mut self, cx: &Cx, order: u64, child: &Child) -> Option<Term> {
        match self.start_with(cx, &child.spec, &child.spec.start.2, None).await {
            Ok(started) => {
                let pid = match started {
                    Started::Running(pid, _) => {
                        self.report_progress(cx, &child.spec, pid);
                        ChildPid::Pid(pid)
                    }
                    Started::Ignored => ChildPid::Undefined,
                };
                self.set_pid(order, pid);
                None
            }
            Err(reason) => {
                self.set_pid(order, ChildPid::Restarting);
                self.report_error(cx, "start_error", &reason, &child.spec, &child.pid.shown());
                Some(child.spec.id.clone())
            }
        }
    }

    /// Stops and starts what the strategy says; the id to try again, if a start failed.
    async fn restart_group(&mut self, cx: &Cx, strategy: Strategy, failed: u64) -> Option<Term> {
        let children = self.children().map(|children| children.restarts()).unwrap_or_default();
        let at = children.iter().position(|(order, _)| *order == failed)?;
        let restarts: Vec<Restart> = children.iter().map(|(_, restart)| *restart).collect();
        let plan = plan(strategy, &restarts, at);
        self.child_is_down(cx, failed, *restarts.get(at)?);
        let mut stop = plan.stop;
        if cx.planted(Fault::StopsInStartOrder) {
            stop.reverse();
        }
        for position in stop {
            let (order, _) = *children.get(position)?;
            self.terminate_at(cx, order).await;
        }
        let first = children.get(*plan.start.first()?)?.0;
        match self.start_children(cx, first).await {
            Ok(()) => None,
            Err((id, _)) => {
                let order = self.children().and_then(|children| children.find(&id).map(|(order, _)| order))?;
                self.set_pid(order, ChildPid::Restarting);
                Some(id)
            }
        }
    }

    /// A failed restart is tried again, unless the child was stopped or started meanwhile.
    pub(super) async fn try_again(&mut self, cx: &Cx, id: &Term) -> Fate {
        if matches!(self.kids, Kids::Simple(_)) {
            return self.try_again_simple(cx, id).await;
        }
        let found = self.children().and_then(|children| children.find(id).map(|(order, child)| (order, child.clone())));
        match found {
            Some((order, child)) if child.pid == ChildPid::Restarting => self.restart(cx, order, child).await,
            _ => Fate::GoesOn,
        }
    }

    /// Stops one child of a group restart.
    async fn terminate_at(&mut self, cx: &Cx, order: u64) {
        if let Some(child) = self.children().and_then(|children| children.get(order).cloned()) {
            self.shut_down(cx, &child).await;
            self.child_is_down(cx, order, child.spec.restart);
        }
    }

    /// Does a `shutdown`-like reason of a child that is not permanent go unreported?
    pub(super) fn is_expected(restart: Restart, reason: &Term) -> bool {
        let permanent = restart == Restart::Permanent;
        match reason {
            Term::Atom(Atom::SHUTDOWN | Atom::NORMAL) => !permanent,
            other => !permanent && ExitReason(other.clone()).is_orderly(),
        }
    }
}
