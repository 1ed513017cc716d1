//! Starting children.
//!
//! A supervisor starts children more than it does anything else, and most of the time it is one
//! child that it waits for. So this wait is no future but data: what was begun, and what it was
//! for. Starts of several children, one after the other, are futures.

use std::rc::Rc;
use std::task::{Poll, ready};

use crate::event::Event;
use crate::exit::Raise;
use crate::process::start::Answer;
use crate::process::{Cx, Starting};
use crate::supervision::Restart;
use crate::term::{Atom, Pid, Term};

use super::super::child_spec::{self, ChildSpec};
use super::super::gen_server::Reply;
use super::Supervisor;
use super::children::{Child, ChildPid};

/// The start of a child that a supervisor waits for.
pub(super) struct Awaited {
    starting: Starting,
    spec: Rc<ChildSpec>,
    purpose: Purpose,
}

/// What a child is started for.
pub(super) enum Purpose {
    /// A client wants a new one.
    New,
    /// A client wants the child of this order number, which was stopped.
    Again(u64),
    /// The child of this order number has ended.
    Restart(u64, ChildPid),
    /// A client wants one of many, with these arguments.
    Instance(Term),
    /// One of many has ended, which had these arguments and was this process.
    RestartInstance(Term, Pid),
}

impl Purpose {
    /// Which process it was, as reports show it.
    pub(super) fn former(&self) -> Term {
        match self {
            Purpose::Restart(_, was) => was.shown(),
            Purpose::RestartInstance(_, pid) => (*pid).into(),
            Purpose::New | Purpose::Again(_) | Purpose::Instance(_) => Atom::UNDEFINED.into(),
        }
    }
}

/// What a callback has come to, if it does not wait.
pub(super) type Outcome = Poll<Result<Reply, Raise>>;

/// What a child's start function made.
pub(crate) enum Started {
    /// A process; and the answer, `{ok, Pid}` or `{ok, Pid, Extra}`, to pass on.
    Running(Pid, Answer),
    /// `ignore`
    Ignored,
}

impl Supervisor {
    /// Starts a child for some purpose, and waits for it.
    pub(super) fn start_for(&mut self, cx: &Cx, purpose: Purpose, spec: Rc<ChildSpec>) -> Outcome {
        let (args, replaces) = match &purpose {
            Purpose::New | Purpose::Again(_) | Purpose::Restart(..) => (&spec.start.2, None),
            Purpose::Instance(args) => (args, None),
            Purpose::RestartInstance(args, pid) => (args, Some(*pid)),
        };
        let starting = begin(cx, &spec, args, replaces);
        self.awaited = Some(Awaited { starting, spec, purpose });
        self.await_start(cx)
    }

    /// Goes on when the child that it waits for has started, or has not.
    pub(super) fn await_start(&mut self, cx: &Cx) -> Outcome {
        let Some(awaited) = &mut self.awaited else { return Poll::Ready(Ok(Reply::none())) };
        let answer = ready!(awaited.starting.poll(cx));
        let started = ended(cx, &awaited.spec, answer);
        let Some(Awaited { spec, purpose, .. }) = self.awaited.take() else { return Poll::Pending };
        Poll::Ready(Ok(match purpose {
            Purpose::New => Reply::value(self.new_child_started(cx, spec, started)),
            Purpose::Again(order) => Reply::value(self.started_again(cx, order, &spec, started)),
            Purpose::Restart(order, was) => {
                let id = self.restarted(cx, order, was, &spec, started);
                self.try_later(cx, id)
            }
            Purpose::Instance(args) => Reply::value(self.instance_started(args, started)),
            Purpose::RestartInstance(args, was) => {
                let id = self.instance_restarted(cx, (args, was), &spec, started);
                self.try_later(cx, id)
            }
        }))
    }

    /// Starts the children that are not running, in start order, from the order number `from`
    /// on. Stops at the first that fails: its id and reason.
    pub(super) async fn start_children(&mut self, cx: &Cx, from: u64) -> Result<(), (Term, Term)> {
        let mut at = from;
        while let Some((order, spec)) = self.children().and_then(|children| children.next_from(at)) {
            at = order + 1;
            let answer = begin(cx, &spec, &spec.start.2, None).answer(cx).await;
            match ended(cx, &spec, answer) {
                Ok(Started::Ignored) if spec.restart == Restart::Temporary => self.forget(cx, order),
                Ok(started) => {
                    let pid = self.noted(cx, &spec, &started);
                    self.set_pid(order, pid);
                }
                Err(reason) => {
                    self.report_error(cx, "start_error", &reason, &spec, &Term::Atom(Atom::UNDEFINED));
                    return Err((spec.id.clone(), reason));
                }
            }
        }
        Ok(())
    }

    /// Reports that a child runs, if it does. Its process from now on.
    pub(super) fn noted(&self, cx: &Cx, spec: &ChildSpec, started: &Started) -> ChildPid {
        match started {
            Started::Running(pid, _) => {
                self.report_progress(cx, spec, *pid);
                ChildPid::Pid(*pid)
            }
            Started::Ignored => ChildPid::Undefined,
        }
    }

    fn new_child_started(&mut self, cx: &Cx, spec: Rc<ChildSpec>, started: Result<Started, Term>) -> Term {
        let refused = || cx.emit(Event::ChildRemoved { supervisor: cx.me(), id: spec.id.clone(), pid: None });
        match started {
            Ok(Started::Ignored) if spec.restart == Restart::Temporary => {
                refused();
                Term::ok(Atom::UNDEFINED.into())
            }
            Ok(started) => {
                let pid = self.noted(cx, &spec, &started);
                if let Some(children) = self.children() {
                    children.push(Child { spec, pid });
                }
                started.into_answer()
            }
            Err(reason) => {
                refused();
                Term::error(Term::tuple([reason, child_record(&spec)]))
            }
        }
    }

    fn started_again(&mut self, cx: &Cx, order: u64, spec: &ChildSpec, started: Result<Started, Term>) -> Term {
        match started {
            Ok(started) => {
                let pid = self.noted(cx, spec, &started);
                self.set_pid(order, pid);
                started.into_answer()
            }
            Err(reason) => Term::error(reason),
        }
    }
}

impl Started {
    /// What a client is told.
    pub(super) fn into_answer(self) -> Term {
        match self {
            Started::Running(_, answer) => answer.into_term(),
            Started::Ignored => Term::ok(Atom::UNDEFINED.into()),
        }
    }
}

/// Calls a child's start function with these arguments. `replaces` is the former process of an
/// instance of `simple_one_for_one`.
fn begin(cx: &Cx, spec: &ChildSpec, args: &Term, replaces: Option<Pid>) -> Starting {
    let (module, function, _) = spec.start;
    cx.emit(Event::ChildStarting { supervisor: cx.me(), id: spec.id.quick_clone(), replaces });
    cx.begin(module, function, args)
}

/// Reads what a start has come to.
fn ended(cx: &Cx, spec: &ChildSpec, answer: Result<Answer, Raise>) -> Result<Started, Term> {
    let started = started(answer);
    let (supervisor, id) = (cx.me(), spec.id.quick_clone());
    cx.emit(match &started {
        Ok(Started::Running(pid, _)) => Event::ChildStarted { supervisor, id, pid: *pid },
        Ok(Started::Ignored) => Event::ChildFailed { supervisor, id, reason: Atom::IGNORE.into() },
        Err(reason) => Event::ChildFailed { supervisor, id, reason: reason.clone() },
    });
    started
}

/// `catch apply(M, F, A)`, decoded as OTP does.
fn started(outcome: Result<Answer, Raise>) -> Result<Started, Term> {
    match outcome {
        Ok(Answer::Ok(pid)) => Ok(Started::Running(pid, Answer::Ok(pid))),
        Ok(Answer::Term(answer)) => decoded(answer),
        Err(raise) => decoded(raise.into_thrown().map_err(Raise::into_caught)?),
    }
}

/// Reads what a start function returned.
pub(crate) fn decoded(answer: Term) -> Result<Started, Term> {
    match (&answer, answer.as_tuple()) {
        (_, Some([Term::Atom(Atom::OK), Term::Pid(pid)] | [Term::Atom(Atom::OK), Term::Pid(pid), _])) => {
            Ok(Started::Running(*pid, Answer::Term(answer)))
        }
        (Term::Atom(Atom::IGNORE), _) => Ok(Started::Ignored),
        (_, Some([Term::Atom(Atom::ERROR), reason])) => Err(reason.clone()),
        _ => Err(answer),
    }
}

/// OTP's internal record of a child that could not be started, as it shows in the error.
fn child_record(spec: &ChildSpec) -> Term {
    Term::tuple([
        Atom::CHILD.into(),
        Atom::UNDEFINED.into(),
        spec.id.clone(),
        spec.start_term(),
        child_spec::restart_term(spec.restart),
        spec.significant.into(),
        child_spec::shutdown_term(spec.shutdown),
        child_spec::type_term(spec.kind),
        spec.modules.clone(),
    ])
}
