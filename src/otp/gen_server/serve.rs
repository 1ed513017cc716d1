//! The serve loop: one for all servers.

use std::cell::RefCell;
use std::rc::Rc;

use crate::event::{Event, Level};
use crate::exit::{Class, Raise};
use crate::process::Cx;
use crate::process::fault::Fault;
use crate::process::runtime::ViewState;
use crate::term::{Atom, Pid, Term};

use super::super::{proc_lib, sys};
use super::outcome::{Callback, Flow, decode_next, flow};
use super::{From, GenServer, Init, Next, Reply, Start, already_started, reply};

/// A server's state, where the inspector finds it between callbacks.
struct StateCell<S>(RefCell<S>);

impl<S: GenServer> ViewState for StateCell<S> {
    fn view(&self) -> Option<Term> {
        self.0.try_borrow().ok().map(|state| state.state())
    }
}

struct Server<S> {
    cx: Cx,
    parent: Pid,
    module: Atom,
    state: Rc<StateCell<S>>,
}

/// The life of a server, from its first step to its end.
pub(super) async fn run<S: GenServer>(cx: Cx, starter: Pid, link: bool, start: Start) -> Result<(), Raise> {
    let parent = if link { starter } else { cx.me() };
    let module = start.module;
    // Boxed: a future is as large as its largest await, and most of a life is spent in the loop.
    let started = Box::pin(initialise::<S>(&cx, starter, start)).await;
    let (state, next) = match started {
        Ok(Some(started)) => started,
        Ok(None) => return Ok(()),
        Err(raise) => {
            proc_lib::report_crash(&cx, &raise);
            return Err(raise);
        }
    };
    let state = Rc::new(StateCell(RefCell::new(state)));
    cx.offer_state(state.clone());
    Server { cx, parent, module, state }.serve(next).await
}

/// Registers, calls `init` and acknowledges. `None` for `ignore`.
async fn initialise<S: GenServer>(cx: &Cx, starter: Pid, start: Start) -> Result<Option<(S, Next)>, Raise> {
    let Start { name, module, args, .. } = start;
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
            Ok(Some((state, next)))
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

/// How a turn of the loop ended.
enum Step {
    Go(Next),
    /// Ends as `raise` says; `message` is what it was working on.
    End(Box<End>),
}

struct End {
    raise: Raise,
    message: Term,
    reply: Option<(From, Term)>,
}

impl<S: GenServer> Server<S> {
    async fn serve(self, mut next: Next) -> Result<(), Raise> {
        loop {
            let step = match next {
                Next::Wait | Next::Hibernate => {
                    let message = self.cx.receive().await;
                    self.decode(message).await
                }
                Next::Timeout(span) => {
                    let message = self.cx.receive_next(Some(span)).await;
                    self.decode(message.unwrap_or(Atom::TIMEOUT.into())).await
                }
                Next::Continue(argument) => self.continue_with(argument).await,
            };
            match step {
                Step::Go(then) => next = then,
                Step::End(end) => return Box::pin(self.end(*end)).await,
            }
        }
    }

    #[inline]
    async fn decode(&self, message: Term) -> Step {
        match message.as_tuple() {
            Some([Term::Atom(Atom::GEN_CALL), from, request]) => {
                let (from, request) = (From(from.clone()), request.clone());
                drop(message);
                self.call(request, from).await
            }
            Some([Term::Atom(Atom::GEN_CAST), content]) => {
                let content = content.clone();
                drop(message);
                self.cast(content).await
            }
            Some([Term::Atom(Atom::SYSTEM), from, request]) => {
                let (from, request) = (From(from.clone()), request.clone());
                Box::pin(self.system(request, from)).await
            }
            Some([Term::Atom(Atom::EXIT), Term::Pid(pid), reason]) if *pid == self.parent => {
                let raise = Raise::exit(reason.clone());
                Step::End(Box::new(End { raise, message, reply: None }))
            }
            _ => self.info(message).await,
        }
    }

    // The state is borrowed while a callback works on it. Only the inspector looks besides, and
    // it tries first.
    #[allow(clippy::await_holding_refcell_ref)]
    #[inline]
    async fn call(&self, request: Term, from: From) -> Step {
        let outcome = match self.cx.take_fault() {
            None => self.state.0.borrow_mut().handle_call(&self.cx, request.clone(), from.clone()).await,
            Some(fault) => Box::pin(faulty(&self.cx, fault)).await,
        };
        match self.flow(Callback::Call, "handle_call", 3, outcome) {
            Flow::Go { reply: Some(value), next } => {
                reply(&self.cx, &from, value);
                Step::Go(next)
            }
            Flow::Go { reply: None, next } => Step::Go(next),
            Flow::End { raise, reply } => {
                let reply = reply.map(|value| (from, value));
                Step::End(Box::new(End { raise, message: request, reply }))
            }
        }
    }

    #[allow(clippy::await_holding_refcell_ref)]
    async fn cast(&self, message: Term) -> Step {
        let outcome = match self.cx.take_fault() {
            None => self.state.0.borrow_mut().handle_cast(&self.cx, message.clone()).await,
            Some(fault) => Box::pin(faulty(&self.cx, fault)).await,
        };
        self.after("handle_cast", message, outcome)
    }

    #[allow(clippy::await_holding_refcell_ref)]
    async fn info(&self, message: Term) -> Step {
        let outcome = match self.cx.take_fault() {
            None => self.state.0.borrow_mut().handle_info(&self.cx, message.clone()).await,
            Some(fault) => Box::pin(faulty(&self.cx, fault)).await,
        };
        self.after("handle_info", message, outcome)
    }

    #[allow(clippy::await_holding_refcell_ref)]
    async fn continue_with(&self, argument: Term) -> Step {
        let outcome = match self.cx.take_fault() {
            None => self.state.0.borrow_mut().handle_continue(&self.cx, argument.clone()).await,
            Some(fault) => Box::pin(faulty(&self.cx, fault)).await,
        };
        self.after("handle_continue", argument, outcome)
    }

    fn after(&self, function: &str, message: Term, outcome: Result<Reply, Raise>) -> Step {
        match self.flow(Callback::Other, function, 2, outcome) {
            Flow::Go { next, .. } => Step::Go(next),
            Flow::End { raise, .. } => Step::End(Box::new(End { raise, message, reply: None })),
        }
    }

    #[inline]
    fn flow(&self, callback: Callback, function: &str, arity: usize, outcome: Result<Reply, Raise>) -> Flow {
        let outcome = match outcome {
            Err(raise) if raise.class == Class::Error => {
                Err(raise.in_function(self.module, Atom::new(function), arity))
            }
            other => other,
        };
        flow::<S>(callback, outcome, |state| {
            self.state.0.replace(state);
        })
    }

    // --- system messages

    async fn system(&self, request: Term, from: From) -> Step {
        let mut suspended = false;
        let (mut request, mut from) = (request, from);
        loop {
            match sys::Request::decode(&request) {
                sys::Request::Suspend => suspended = true,
                sys::Request::Resume => suspended = false,
                sys::Request::Terminate(reason) => {
                    reply(&self.cx, &from, Atom::OK.into());
                    return Step::End(Box::new(End { raise: Raise::exit(reason), message: Term::Nil, reply: None }));
                }
                other => {
                    let answer = self.answer(other).await;
                    reply(&self.cx, &from, answer);
                    if !suspended {
                        return Step::Go(Next::Wait);
                    }
                    (request, from) = match self.while_suspended().await {
                        Ok(next) => next,
                        Err(end) => return Step::End(end),
                    };
                    continue;
                }
            }
            reply(&self.cx, &from, Atom::OK.into());
            if !suspended {
                return Step::Go(Next::Wait);
            }
            (request, from) = match self.while_suspended().await {
                Ok(next) => next,
                Err(end) => return Step::End(end),
            };
        }
    }

    /// The next system message; or the end, if the parent ends.
    async fn while_suspended(&self) -> Result<(Term, From), Box<End>> {
        let parent = self.parent;
        self.cx
            .receive_if(|message| match message.as_tuple()? {
                [Term::Atom(Atom::SYSTEM), from, request] => Some(Ok((request.clone(), From(from.clone())))),
                [Term::Atom(Atom::EXIT), Term::Pid(pid), reason] if *pid == parent => {
                    let raise = Raise::exit(reason.clone());
                    Some(Err(Box::new(End { raise, message: message.clone(), reply: None })))
                }
                _ => None,
            })
            .await
    }

    #[allow(clippy::await_holding_refcell_ref)]
    async fn answer(&self, request: sys::Request) -> Term {
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
    async fn end(self, end: End) -> Result<(), Raise> {
        let End { raise, message, reply: pending } = end;
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
            reply(&self.cx, &from, value);
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
