//! The serve loop: one for all servers.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::event::{Event, Level};
use crate::exit::{Class, Raise};
use crate::process::fault::Fault;
use crate::process::runtime::ViewState;
use crate::process::{BoxBody, Cx};
use crate::term::{Atom, Pid, Term};

use super::super::{proc_lib, sys};
use super::client::answer_to as reply;
use super::handover::Change;
use super::outcome::{Callback, Flow, decode_next, flow};
use super::{From, GenServer, Init, Next, Reply, Start, already_started};

/// A server's state, where the inspector finds it between callbacks.
pub(super) struct StateCell<S>(pub(super) RefCell<S>);

impl<S: GenServer> ViewState for StateCell<S> {
    fn view(&self) -> Option<Term> {
        self.0.try_borrow().ok().map(|state| state.state())
    }

    fn is_busy(&self) -> bool {
        self.0.try_borrow().is_err()
    }
}

pub(super) struct Server<S> {
    pub(super) cx: Cx,
    pub(super) parent: Pid,
    pub(super) module: Atom,
    pub(super) state: Rc<StateCell<S>>,
    /// The count of loads up to which it has looked for newer code.
    pub(super) seen: Cell<u32>,
}

/// The life of a server, from its first step to its end.
///
/// A future is as large as the largest of its awaits and never gives back what its arguments took,
/// so what happens once in a life is boxed: 100,000 idle servers pay for the loop only.
pub(super) async fn run<S: GenServer>(cx: Cx, starter: Pid, link: bool, start: Box<Start>) -> Result<(), Raise> {
    let parent = if link { starter } else { cx.me() };
    let module = start.module;
    let (state, next) = match Box::pin(initialise::<S>(&cx, starter, start)).await {
        Ok(Some(started)) => started,
        Ok(None) => return Ok(()),
        Err(raise) => {
            proc_lib::report_crash(&cx, &raise);
            return Err(raise);
        }
    };
    let server = Server::new(cx, parent, module, state);
    let end = server.serve(next).await;
    server.finish(end).await
}

/// Registers, calls `init` and acknowledges. `None` for `ignore`.
async fn initialise<S: GenServer>(
    cx: &Cx,
    starter: Pid,
    start: Box<Start>,
) -> Result<Option<(Rc<StateCell<S>>, Next)>, Raise> {
    let Start { name, module, args, .. } = *start;
    if let Some(name) = name
        && cx.register(name, cx.me()).is_err()
    {
        let owner = cx.whereis(name).unwrap_or(cx.me());
        proc_lib::init_ack(cx, starter, already_started(owner));
        return Ok(None);
    }
    let refuse = |answer: Term| {
        // The name is free before the starter learns of the failure, so that it may try again.
        if let Some(name) = name {
            let _ = cx.unregister(name);
        }
        proc_lib::init_ack(cx, starter, answer);
    };
    match init_outcome(S::init(cx, args).await) {
        Ok(Init::Ok(state, next)) => {
            cx.emit(Event::Initialised { pid: cx.me(), behaviour: S::BEHAVIOUR, module });
            proc_lib::init_ack(cx, starter, Term::ok(cx.me().into()));
            Ok(Some((Rc::new(StateCell(RefCell::new(state))), next)))
        }
        Ok(Init::Ignore) => {
            refuse(Atom::IGNORE.into());
            Ok(None)
        }
        Ok(Init::Stop(reason)) => {
            refuse(Term::error(reason.clone()));
            Err(Raise::exit(reason))
        }
        Ok(Init::Raw(term)) => {
            let reason = Term::tuple([Atom::BAD_RETURN_VALUE.into(), term]);
            proc_lib::init_ack(cx, starter, Term::error(reason.clone()));
            Err(Raise::exit(reason))
        }
        Err(raise) => {
            let raise = raise.in_function(module, Atom::INIT, 1);
            refuse(Term::error(raise.clone().into_exit_reason().0));
            Err(raise)
        }
    }
}

/// A throw is a return value, and a raw term may be a good one.
fn init_outcome<S: GenServer>(outcome: Result<Init<S>, Raise>) -> Result<Init<S>, Raise> {
    let term = match outcome {
        Ok(Init::Raw(term)) | Err(Raise { class: Class::Throw, reason: term, .. }) => term,
        other => return other,
    };
    let decoded = match (&term, term.as_tuple()) {
        (Term::Atom(Atom::IGNORE), _) => Some(Init::Ignore),
        (_, Some([Term::Atom(Atom::STOP), reason])) => Some(Init::Stop(reason.clone())),
        (_, Some([Term::Atom(Atom::OK), state])) => init_ok(state, Some(Next::Wait)),
        (_, Some([Term::Atom(Atom::OK), state, next])) => init_ok(state, decode_next(next)),
        _ => None,
    };
    Ok(decoded.unwrap_or(Init::Raw(term)))
}

fn init_ok<S: GenServer>(state: &Term, next: Option<Next>) -> Option<Init<S>> {
    Some(Init::Ok(S::from_state(state.clone()).ok()?, next?))
}

/// How a server ends.
pub(super) struct End {
    raise: Raise,
    /// It does not end, but goes on as this.
    becomes: Option<BoxBody>,
    /// What it was working on.
    message: Term,
    /// A reply that is sent after `terminate`.
    reply: Option<(From, Term)>,
}

impl End {
    fn exit(reason: Term, message: Term) -> Box<Self> {
        Box::new(End { raise: Raise::exit(reason), becomes: None, message, reply: None })
    }

    pub(super) fn becoming(body: BoxBody) -> Box<Self> {
        Box::new(End { raise: Raise::exit(Atom::NORMAL), becomes: Some(body), message: Term::Nil, reply: None })
    }

    pub(super) fn raised(raise: Raise, message: Term) -> Box<Self> {
        Box::new(End { raise, becomes: None, message, reply: None })
    }
}

impl<S: GenServer> Server<S> {
    pub(super) fn new(cx: Cx, parent: Pid, module: Atom, state: Rc<StateCell<S>>) -> Self {
        cx.offer_state(state.clone());
        cx.runs(module);
        let seen = Cell::new(cx.loads());
        Server { cx, parent, module, state, seen }
    }

    /// Ends, or goes on as another body.
    pub(super) async fn finish(&self, mut end: Box<End>) -> Result<(), Raise> {
        match end.becomes.take() {
            Some(body) => {
                self.cx.go_on_as(body);
                Ok(())
            }
            None => Box::pin(self.end(end)).await,
        }
    }

    pub(super) async fn serve(&self, mut next: Next) -> Box<End> {
        loop {
            let message = match next {
                Next::Wait | Next::Hibernate => self.cx.receive().await,
                Next::Timeout(span) => self.cx.receive_next(Some(span)).await.unwrap_or(Atom::TIMEOUT.into()),
                Next::Continue(argument) => {
                    let outcome = self.handle_continue(&argument).await;
                    match self.conclude(Callback::Other, "handle_continue", &argument, outcome) {
                        Ok(then) => next = then,
                        Err(end) => return end,
                    }
                    continue;
                }
            };
            match self.dispatch(&message).await {
                Ok(then) => next = then,
                Err(end) => return end,
            }
        }
    }

    // The state is borrowed while a callback works on it. Only the inspector looks besides, and
    // it tries first.
    #[allow(clippy::await_holding_refcell_ref)]
    #[inline]
    pub(super) async fn dispatch(&self, message: &Term) -> Result<Next, Box<End>> {
        if self.seen.get() != self.cx.loads() {
            self.look_for_newer(message)?;
        }
        if let Some(outcome) = self.meet_fault(message).await {
            return outcome;
        }
        match message.as_tuple() {
            Some([Term::Atom(Atom::GEN_CALL), from, request]) => {
                let from = From(from.clone());
                let outcome = self.state.0.borrow_mut().handle_call(&self.cx, request.clone(), from).await;
                self.conclude(Callback::Call, "handle_call", message, outcome)
            }
            Some([Term::Atom(Atom::GEN_CAST), content]) => {
                let outcome = self.state.0.borrow_mut().handle_cast(&self.cx, content.clone()).await;
                self.conclude(Callback::Other, "handle_cast", message, outcome)
            }
            Some([Term::Atom(Atom::SYSTEM), from, request]) => {
                Box::pin(self.system(request.clone(), From(from.clone()), false)).await
            }
            Some([Term::Atom(Atom::EXIT), Term::Pid(pid), reason]) if *pid == self.parent => {
                Err(End::exit(reason.clone(), message.clone()))
            }
            _ => {
                let outcome = self.state.0.borrow_mut().handle_info(&self.cx, message.clone()).await;
                self.conclude(Callback::Other, "handle_info", message, outcome)
            }
        }
    }

    #[allow(clippy::await_holding_refcell_ref)]
    async fn handle_continue(&self, argument: &Term) -> Result<Reply, Raise> {
        match self.cx.take_fault() {
            Some(fault) => Box::pin(faulty(&self.cx, fault)).await,
            None => self.state.0.borrow_mut().handle_continue(&self.cx, argument.clone()).await,
        }
    }

    /// If a fault was injected, the message meets it instead of its callback. System messages
    /// and the parent's exit are no callbacks.
    #[inline]
    async fn meet_fault(&self, message: &Term) -> Option<Result<Next, Box<End>>> {
        if !self.cx.has_faults() || self.is_of_the_loop(message) {
            return None;
        }
        let fault = self.cx.take_fault()?;
        let outcome = Box::pin(faulty(&self.cx, fault)).await;
        let (callback, function) = match message.as_tuple() {
            Some([Term::Atom(Atom::GEN_CALL), _, _]) => (Callback::Call, "handle_call"),
            Some([Term::Atom(Atom::GEN_CAST), _]) => (Callback::Other, "handle_cast"),
            _ => (Callback::Other, "handle_info"),
        };
        Some(self.conclude(callback, function, message, outcome))
    }

    pub(super) fn is_of_the_loop(&self, message: &Term) -> bool {
        match message.as_tuple() {
            Some([Term::Atom(Atom::SYSTEM), _, _]) => true,
            Some([Term::Atom(Atom::EXIT), Term::Pid(pid), _]) => *pid == self.parent,
            _ => false,
        }
    }

    /// Does what a callback's outcome asks for.
    #[inline]
    fn conclude(
        &self,
        callback: Callback,
        function: &str,
        message: &Term,
        outcome: Result<Reply, Raise>,
    ) -> Result<Next, Box<End>> {
        let outcome = match outcome {
            Err(raise) if raise.class == Class::Error => {
                let arity = if callback == Callback::Call { 3 } else { 2 };
                Err(raise.in_function(self.module, Atom::new(function), arity))
            }
            other => other,
        };
        let replace = |state| {
            self.state.0.replace(state);
        };
        match flow::<S>(callback, outcome, replace) {
            Flow::Go { reply: None, next } => Ok(next),
            Flow::Go { reply: Some(value), next } => {
                if let Some(from) = caller(message) {
                    reply(&self.cx, from, value);
                }
                Ok(next)
            }
            Flow::End { raise, reply } => {
                let reply = reply.and_then(|value| Some((From(caller(message)?.clone()), value)));
                Err(Box::new(End { raise, becomes: None, message: content(message), reply }))
            }
        }
    }

    // --- system messages

    /// Answers a system message, and while suspended those after it.
    pub(super) async fn system(
        &self,
        mut request: Term,
        mut from: From,
        mut suspended: bool,
    ) -> Result<Next, Box<End>> {
        let mut converted = None;
        loop {
            let answer = match sys::Request::decode(&request) {
                sys::Request::Suspend => {
                    suspended = true;
                    Atom::OK.into()
                }
                sys::Request::Resume => {
                    suspended = false;
                    Atom::OK.into()
                }
                sys::Request::Terminate(reason) => {
                    reply(&self.cx, &from.0, Atom::OK.into());
                    return Err(End::exit(reason, Term::Nil));
                }
                sys::Request::ChangeCode { old_vsn, extra } if suspended => {
                    match self.change_code(old_vsn, extra, &mut converted).await {
                        Change::Done(answer) => answer,
                        Change::HandOver(body) => {
                            reply(&self.cx, &from.0, Atom::OK.into());
                            return Err(End::becoming(body));
                        }
                    }
                }
                other => self.answer(other).await,
            };
            reply(&self.cx, &from.0, answer);
            if !suspended {
                return converted.map_or(Ok(Next::Wait), |state| self.go_on_with(state));
            }
            (request, from) = self.while_suspended().await?;
        }
    }

    /// The next system message; or the end, if the parent ends.
    pub(super) async fn while_suspended(&self) -> Result<(Term, From), Box<End>> {
        let parent = self.parent;
        self.cx
            .receive_if(|message| match message.as_tuple()? {
                [Term::Atom(Atom::SYSTEM), from, request] => Some(Ok((request.clone(), From(from.clone())))),
                [Term::Atom(Atom::EXIT), Term::Pid(pid), reason] if *pid == parent => {
                    Some(Err(End::exit(reason.clone(), message.clone())))
                }
                _ => None,
            })
            .await
    }

    #[allow(clippy::await_holding_refcell_ref)]
    pub(super) async fn answer(&self, request: sys::Request) -> Term {
        match request {
            sys::Request::GetState => Term::ok(self.state.0.borrow().state()),
            sys::Request::ReplaceState(state) => match S::from_state(state.clone()) {
                Ok(new) => {
                    self.state.0.replace(new);
                    Term::ok(state)
                }
                Err(raise) => Term::error(raise.reason),
            },
            sys::Request::ChangeCode { old_vsn, extra, .. } => {
                let changed = self.state.0.borrow_mut().change_code(&self.cx, &old_vsn, &extra).await;
                match changed {
                    Some(Ok(())) => Atom::OK.into(),
                    Some(Err(reason)) => Term::error(reason),
                    None => self.convert(old_vsn, extra),
                }
            }
            _ => Term::error(Term::tuple([Term::atom("unknown_system_msg"), Term::Nil])),
        }
    }

    fn convert(&self, old_vsn: Term, extra: Term) -> Term {
        let old = self.state.0.borrow().state();
        match S::code_change(old_vsn, old, extra).and_then(S::from_state) {
            Ok(new) => {
                self.state.0.replace(new);
                Atom::OK.into()
            }
            Err(raise) => Term::error(raise.reason),
        }
    }

    // --- the end

    /// Calls `terminate`, reports, and ends as OTP does: what `terminate` raises replaces the
    /// reason, a throw in it is ignored.
    #[allow(clippy::await_holding_refcell_ref)]
    async fn end(&self, end: Box<End>) -> Result<(), Raise> {
        let End { raise, message, reply: pending, .. } = *end;
        let reason = raise.clone().into_exit_reason();
        let outcome = self.state.0.borrow_mut().terminate(&self.cx, &reason.0).await;
        let raise = match outcome {
            Err(other) if other.class != Class::Throw => {
                let other = if other.class == Class::Error {
                    other.in_function(self.module, Atom::TERMINATE, 2)
                } else {
                    other
                };
                self.report(&other, &message);
                other
            }
            _ => {
                if !(raise.class == Class::Exit && reason.is_orderly()) {
                    self.report(&raise, &message);
                }
                raise
            }
        };
        proc_lib::report_crash(&self.cx, &raise);
        if let Some((from, value)) = pending {
            reply(&self.cx, &from.0, value);
        }
        Err(raise)
    }

    /// OTP: <https://www.erlang.org/docs/25/man/gen_server#description>
    fn report(&self, raise: &Raise, message: &Term) {
        proc_lib::report(&self.cx, Level::Error, || {
            let me = self.cx.me();
            let name = self.cx.of(me, |process| process.name).flatten().map_or(me.into(), Term::from);
            let state = self.state.0.try_borrow().map_or(Term::Nil, |state| state.state());
            let body = Term::map(vec![
                (Term::atom("name"), name),
                (Term::atom("last_message"), message.clone()),
                (Term::atom("state"), state),
                (Term::atom("reason"), raise.clone().into_exit_reason().0),
                (Term::atom("module"), self.module.into()),
            ]);
            (Term::tuple([Atom::GEN_SERVER.into(), Atom::TERMINATE.into()]), body)
        });
    }
}

/// Who called, in a `'$gen_call'`.
fn caller(message: &Term) -> Option<&Term> {
    message.as_tuple()?.get(1)
}

/// What a message says, without the envelope of the protocol: the last message of a report.
fn content(message: &Term) -> Term {
    match message.as_tuple() {
        Some([Term::Atom(Atom::GEN_CALL), _, content] | [Term::Atom(Atom::GEN_CAST), content]) => content.clone(),
        _ => message.clone(),
    }
}

/// What a callback does that a fault was injected into.
async fn faulty(cx: &Cx, fault: Fault) -> Result<Reply, Raise> {
    match fault {
        Fault::Raise(raise) => Err(raise),
        Fault::Return(term) => Ok(Reply::Raw(term)),
        Fault::Stop(reason) => Ok(Reply::Stop(reason)),
        Fault::EndlessLoop => loop {
            cx.charge(1);
            cx.tick().await;
        },
    }
}
