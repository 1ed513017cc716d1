//! What happens when a child ends by itself.
//!
//! OTP: <https://www.erlang.org/docs/25/design_principles/sup_princ#restart-strategy>

use std::rc::Rc;
use std::task::Poll;

use crate::event::Event;
use crate::exit::ExitReason;
use crate::kernel::planted::Fault;
use crate::process::Cx;
use crate::supervision::{AutoShutdown, Budget, Restart, Strategy, Verdict, Window, plan, verdict};
use crate::term::{Atom, Pid, Term};

use super::super::child_spec::ChildSpec;
use super::super::gen_server::{self, Reply};
use super::children::{Child, ChildPid};
use super::start::{Outcome, Purpose, Started};
use super::{Fate, Kids, Supervisor};

/// Which child is restarted, and its spec.
type Whom = (Purpose, Rc<ChildSpec>);

impl Supervisor {
    /// An `'EXIT'` came. Of a process that is no child it means nothing.
    pub(super) fn child_ended(&mut self, cx: &Cx, pid: Pid, reason: &Term) -> Outcome {
        match self.ended(cx, pid, reason) {
            Ok((whom, spec)) => self.restart(cx, whom, spec),
            Err(fate) => Poll::Ready(Ok(fate.into())),
        }
    }

    /// [`Supervisor::child_ended`] where others may have to go with it.
    pub(super) async fn child_of_group_ended(&mut self, cx: &Cx, pid: Pid, reason: &Term) -> Reply {
        match self.ended(cx, pid, reason) {
            Ok((whom, _)) => self.restart_group(cx, whom).await,
            Err(fate) => fate.into(),
        }
    }

    /// A failed restart is tried again, unless the child was stopped or started meanwhile.
    pub(super) fn try_again(&mut self, cx: &Cx, id: &Term) -> Outcome {
        match self.tried_again(cx, id) {
            Ok((whom, spec)) => self.restart(cx, whom, spec),
            Err(fate) => Poll::Ready(Ok(fate.into())),
        }
    }

    /// [`Supervisor::try_again`] where others may have to go with it.
    pub(super) async fn try_group_again(&mut self, cx: &Cx, id: &Term) -> Reply {
        match self.tried_again(cx, id) {
            Ok((whom, _)) => self.restart_group(cx, whom).await,
            Err(fate) => fate.into(),
        }
    }

    /// A child has ended: whom to restart, or what becomes of the supervisor.
    fn ended(&mut self, cx: &Cx, pid: Pid, reason: &Term) -> Result<Whom, Fate> {
        let (whom, spec) = self.whose(pid).ok_or(Fate::GoesOn)?;
        let reason = ExitReason(reason.quick_clone());
        self.note_end(cx, &spec.id, pid, &reason.0, false);
        if !reason.is_orderly() || spec.restart == Restart::Permanent {
            self.report_error(cx, "child_terminated", &reason.0, &spec, &pid.into());
        }
        let again = cx.planted(Fault::TemporaryIsRestarted) && self.is_many();
        match verdict(spec.restart, &reason) {
            Verdict::Forget if again => self.spend(cx, whom, spec),
            Verdict::Restart => self.spend(cx, whom, spec),
            Verdict::Rest | Verdict::Forget => {
                self.whom_is_down(cx, &whom, spec.restart);
                Err(self.auto_shutdown(&spec))
            }
        }
    }

    fn tried_again(&mut self, cx: &Cx, id: &Term) -> Result<Whom, Fate> {
        let (whom, spec) = self.to_restart(id).ok_or(Fate::GoesOn)?;
        self.spend(cx, whom, spec)
    }

    /// The child that a process was.
    fn whose(&self, pid: Pid) -> Option<Whom> {
        match &self.kids {
            Kids::Many(children) => {
                let (order, child) = children.find_pid(pid)?;
                Some((Purpose::Restart(order, child.pid), child.spec.clone()))
            }
            Kids::Simple(simple) => simple.running(pid),
        }
    }

    /// The child whose restart has failed and is to be tried again.
    fn to_restart(&self, id: &Term) -> Option<Whom> {
        match &self.kids {
            Kids::Many(children) => {
                let (order, child) = children.find(id)?;
                let restarts = child.pid == ChildPid::Restarting;
                restarts.then(|| (Purpose::Restart(order, child.pid), child.spec.clone()))
            }
            Kids::Simple(simple) => simple.to_restart(id),
        }
    }

    pub(super) fn note_end(&self, cx: &Cx, id: &Term, pid: Pid, reason: &Term, by_supervisor: bool) {
        let (id, reason) = (id.quick_clone(), reason.quick_clone());
        cx.emit(Event::ChildEnded { supervisor: cx.me(), id, pid, reason, by_supervisor });
    }

    /// A child is not running any more: a temporary one is forgotten.
    pub(super) fn child_is_down(&mut self, cx: &Cx, order: u64, restart: Restart) {
        match restart {
            Restart::Temporary => self.forget(cx, order),
            _ => self.set_pid(order, ChildPid::Undefined),
        }
    }

    fn whom_is_down(&mut self, cx: &Cx, whom: &Purpose, restart: Restart) {
        match whom {
            Purpose::Restart(order, _) => self.child_is_down(cx, *order, restart),
            Purpose::RestartInstance(_, pid) => self.drop_simple(cx, *pid),
            Purpose::New | Purpose::Again(_) | Purpose::Instance(_) => {}
        }
    }

    /// OTP: <https://www.erlang.org/docs/25/design_principles/sup_princ#automatic-shutdown>
    fn auto_shutdown(&mut self, ended: &ChildSpec) -> Fate {
        match (self.flags.auto_shutdown, ended.significant) {
            (AutoShutdown::Never, _) | (_, false) => Fate::GoesOn,
            (AutoShutdown::AnySignificant, true) => Fate::ShutsDown,
            (AutoShutdown::AllSignificant, true) if self.holds_significant() => Fate::GoesOn,
            (AutoShutdown::AllSignificant, true) => Fate::ShutsDown,
        }
    }

    fn holds_significant(&self) -> bool {
        let holds = |child: &Child| child.spec.significant && child.pid != ChildPid::Undefined;
        match &self.kids {
            Kids::Many(children) => children.in_order().any(holds),
            Kids::Simple(simple) => simple.count() > 0,
        }
    }

    /// Counts a restart. Beyond the budget the supervisor gives up.
    fn spend(&mut self, cx: &Cx, whom: Purpose, spec: Rc<ChildSpec>) -> Result<Whom, Fate> {
        let (supervisor, id, now) = (cx.me(), spec.id.quick_clone(), cx.now());
        if cx.planted(Fault::RestartsAreNotCounted) {
            self.window = Window::default();
        }
        if let Budget::Within(used) = self.window.record(now, &self.flags) {
            cx.emit(Event::RestartCounted { supervisor, id, used });
            return Ok((whom, spec));
        }
        cx.emit(Event::GaveUp { supervisor, id });
        let reason = Term::atom("reached_max_restart_intensity");
        self.report_error(cx, "shutdown", &reason, &spec, &whom.former());
        self.whom_is_down(cx, &whom, spec.restart);
        Err(Fate::ShutsDown)
    }

    /// Restarts a child that concerns no other.
    fn restart(&mut self, cx: &Cx, whom: Purpose, spec: Rc<ChildSpec>) -> Outcome {
        if let (Kids::Simple(simple), Purpose::RestartInstance(_, pid)) = (&mut self.kids, &whom) {
            simple.forget(*pid);
        }
        self.start_for(cx, whom, spec)
    }

    /// It has been started again, or not: then its id, to try again.
    pub(super) fn restarted(
        &mut self,
        cx: &Cx,
        order: u64,
        was: ChildPid,
        spec: &ChildSpec,
        started: Result<Started, Term>,
    ) -> Option<Term> {
        match started {
            Ok(started) => {
                let pid = self.noted(cx, spec, &started);
                self.set_pid(order, pid);
                None
            }
            Err(reason) => {
                self.set_pid(order, ChildPid::Restarting);
                self.report_error(cx, "start_error", &reason, spec, &was.shown());
                Some(spec.id.clone())
            }
        }
    }

    /// Has a restart that failed tried again, through the mailbox.
    pub(super) fn try_later(&self, cx: &Cx, failed: Option<Term>) -> Reply {
        if let Some(id) = failed {
            gen_server::cast(cx, cx.me(), Term::tuple([Atom::TRY_AGAIN_RESTART.into(), id]));
        }
        Reply::none()
    }

    /// Restarts a child, and others with it as the strategy says.
    async fn restart_group(&mut self, cx: &Cx, whom: Purpose) -> Reply {
        let strategy = match self.flags.strategy {
            Strategy::OneForOne | Strategy::SimpleOneForOne => Strategy::OneForAll, // the planted fault
            strategy @ (Strategy::RestForOne | Strategy::OneForAll) => strategy,
        };
        let Purpose::Restart(failed, _) = whom else { return Reply::none() };
        let failed = self.stop_and_start(cx, strategy, failed).await;
        self.try_later(cx, failed)
    }

    /// Stops and starts what the strategy says; the id to try again, if a start failed.
    async fn stop_and_start(&mut self, cx: &Cx, strategy: Strategy, failed: u64) -> Option<Term> {
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
