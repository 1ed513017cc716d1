//! The serve loop: one for all servers.
//!
//! A server's body is this state machine, written by hand: an idle server of any type is as small
//! as its state, and a type of server adds to the program no more than its callbacks. What
//! happens rarely in a life (its start, system messages, its end) is async code in a box.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};

use crate::exit::{Class, Raise};
use crate::kernel::message::{Caller, Message};
use crate::process::fault::Fault;
use crate::process::receive::poll_next;
use crate::process::{Body, BoxBody, Cx, Turn, ViewState};
use crate::term::{Atom, Pid, Term};
use crate::time::Instant;

use super::super::sys::debug::Event as Noted;
use super::client::reply;
use super::end::{Over, end};
use super::init::{Starter, initialise};
use super::outcome::{Flow, flow};
use super::server::{Callback, Done, Server, Work};
use super::{From, Next, Reply, Sender, Start};

/// The body of a server, from its first step to its end.
pub(super) enum Life {
    /// Until `init` has returned; then it serves, or ends for `ignore` or an error.
    Starting(Work<Result<Option<Serving>, Raise>>),
    /// Until something ends it.
    Serving(Serving),
    /// Until `terminate` has returned.
    Ending(Rc<dyn Server>, Work<Result<(), Raise>>),
}

/// A server that serves.
pub(super) struct Serving {
    pub(super) handle: Handle,
    phase: Phase,
}

/// Whom the loop serves.
pub(super) struct Handle {
    pub(super) cx: Cx,
    pub(super) parent: Pid,
    pub(super) module: Atom,
    /// The count of loads up to which it has looked for newer code.
    pub(super) seen: u32,
    pub(super) server: Rc<dyn Server>,
}

/// `seen` while `sys` notes what the server does: no count of loads, so every message is looked at
/// closer, and other servers pay nothing for it.
const NOTED: u32 = u32::MAX;

/// What a serving server does.
enum Phase {
    /// It waits for a message, until the deadline if there is one.
    Waiting(Option<Instant>),
    /// It has a message to begin with: after a handover.
    Given(Box<Message>),
    /// A callback works.
    Calling(Work<Done>),
    /// System messages are answered.
    Managed(Work<Result<Next, Over>>),
}

/// Besides its state, an idle server costs this and a process.
const _: () = assert!(size_of::<Life>() <= 72);

impl Life {
    pub(super) fn starting(cx: Cx, starter: Starter, start: Start) -> BoxBody {
        Box::pin(Life::Starting(Box::pin(initialise(cx, starter, start))))
    }
}

impl Body for Life {
    fn resume(mut self: Pin<&mut Self>) -> Turn {
        loop {
            let next = match &mut *self {
                Life::Starting(work) => match poll(work) {
                    Poll::Pending => return Turn::Pending,
                    Poll::Ready(Ok(Some(serving))) => Life::Serving(serving),
                    Poll::Ready(Ok(None)) => return Turn::Exited(Ok(())),
                    Poll::Ready(Err(raise)) => return Turn::Exited(Err(raise)),
                },
                Life::Serving(serving) => match serving.run() {
                    Poll::Pending => return Turn::Pending,
                    Poll::Ready(Over::Becomes(body)) => return Turn::Become(body),
                    Poll::Ready(Over::Ends(how)) => {
                        let handle = serving.handle.same();
                        Life::Ending(handle.server.clone(), Box::pin(end(handle, how)))
                    }
                },
                Life::Ending(_, work) => match poll(work) {
                    Poll::Pending => return Turn::Pending,
                    Poll::Ready(result) => return Turn::Exited(result),
                },
            };
            self.set(next);
        }
    }

    fn server(&self) -> Option<&dyn ViewState> {
        match self {
            Life::Starting(_) => None,
            Life::Serving(serving) => Some(&*serving.handle.server),
            Life::Ending(server, _) => Some(&**server),
        }
    }
}

/// Nothing wakes a process but the kernel.
#[inline]
fn poll<T>(work: &mut Work<T>) -> Poll<T> {
    work.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

impl Serving {
    pub(super) fn new(handle: Handle, next: Next) -> Self {
        let mut serving = Serving::begun(handle, Phase::Waiting(None));
        serving.phase = serving.follow(next);
        serving
    }

    /// Begins with this message.
    pub(super) fn given(handle: Handle, message: Term) -> Self {
        Serving::begun(handle, Phase::Given(Box::new(message.into())))
    }

    /// Begins under management.
    pub(super) fn managed(handle: Handle, work: Work<Result<Next, Over>>) -> Self {
        Serving::begun(handle, Phase::Managed(work))
    }

    fn begun(handle: Handle, phase: Phase) -> Self {
        handle.cx.runs(handle.module);
        Serving { handle, phase }
    }

    /// Runs until it has to wait, or ends.
    fn run(&mut self) -> Poll<Over> {
        loop {
            let next = match &mut self.phase {
                Phase::Waiting(deadline) => {
                    let message = ready!(poll_next(&self.handle.cx, *deadline));
                    self.dispatch(message.unwrap_or(Term::Atom(Atom::TIMEOUT).into()))
                }
                Phase::Given(message) => {
                    let message = std::mem::take(&mut **message);
                    self.dispatch(message)
                }
                Phase::Calling(work) => {
                    let done = ready!(poll(work));
                    self.conclude(done)
                }
                Phase::Managed(work) => {
                    let next = ready!(poll(work));
                    if self.handle.is_noted() {
                        self.handle.seen = NOTED;
                    }
                    next.map(|next| self.follow(next))
                }
            };
            match next {
                Ok(phase) => self.phase = phase,
                Err(end) => return Poll::Ready(end),
            }
        }
    }

    /// What it does after a callback.
    #[inline]
    fn follow(&self, next: Next) -> Phase {
        let cx = &self.handle.cx;
        match next {
            Next::Wait | Next::Hibernate => {
                cx.charge(1);
                Phase::Waiting(None)
            }
            Next::Timeout(span) => {
                cx.charge(1);
                Phase::Waiting(Some(cx.now() + span))
            }
            Next::Continue(argument) => self.call(Callback::Continue, argument, None),
        }
    }

    /// What it does with a message.
    #[inline]
    fn dispatch(&mut self, message: Message) -> Result<Phase, Over> {
        if self.handle.seen != self.handle.cx.loads() {
            self.look_closer(&message)?;
        }
        match message {
            Message::Call { mref, serial, aliased, request } => {
                let from = From(Sender::Caller(Caller { mref, serial, aliased }));
                Ok(self.call(Callback::Call, request, Some(from)))
            }
            Message::Cast(content) => Ok(self.call(Callback::Cast, content, None)),
            other => self.dispatch_term(other.into_term()),
        }
    }

    /// Looks for newer code, and has `sys` note the message if it wants to.
    #[cold]
    fn look_closer(&mut self, message: &Message) -> Result<(), Over> {
        self.look_for_newer(message)?;
        if self.handle.is_noted() && !self.handle.is_of_the_loop(message) {
            self.handle.seen = NOTED;
            self.handle.note(&Noted::In(&message.clone().into_term()));
        }
        Ok(())
    }

    fn dispatch_term(&self, message: Term) -> Result<Phase, Over> {
        match message.as_tuple() {
            Some([Term::Atom(Atom::GEN_CALL), from, request]) => {
                Ok(self.call(Callback::Call, request.clone(), Some(From::from_term(from.clone()))))
            }
            Some([Term::Atom(Atom::GEN_CAST), content]) => Ok(self.call(Callback::Cast, content.clone(), None)),
            Some([Term::Atom(Atom::SYSTEM), from, request]) => {
                let (from, request) = (From::from_term(from.clone()), request.clone());
                Ok(Phase::Managed(Box::pin(self.handle.same().answer_system(request, from))))
            }
            Some([Term::Atom(Atom::EXIT), Term::Pid(pid), reason]) if *pid == self.handle.parent => {
                Err(Over::exit(reason.clone(), message.clone()))
            }
            _ => Ok(self.call(Callback::Info, message, None)),
        }
    }

    /// Calls a callback, or what an injected fault puts in its place.
    #[inline]
    fn call(&self, callback: Callback, message: Term, from: Option<From>) -> Phase {
        let Handle { cx, server, .. } = &self.handle;
        Phase::Calling(match cx.has_faults().then(|| cx.take_fault()).flatten() {
            None => server.clone().invoke(cx.same(), callback, message, from),
            Some(fault) => {
                Box::pin(faulty(cx.same(), fault, Done { callback, message, from, outcome: Ok(Reply::none()) }))
            }
        })
    }

    /// Does what a callback's outcome asks for.
    #[inline]
    fn conclude(&self, done: Done) -> Result<Phase, Over> {
        let Done { callback, message, from, outcome } = done;
        let Handle { cx, server, .. } = &self.handle;
        match flow(callback, self.handle.placed(callback, outcome), &**server) {
            Flow::Go { reply: None, next } => {
                if self.handle.seen == NOTED {
                    self.handle.note(&Noted::NoReply(server.state()));
                }
                Ok(self.follow(next))
            }
            Flow::Go { reply: Some(value), next } => {
                if let Some(from) = from {
                    if self.handle.seen == NOTED {
                        self.handle.note(&Noted::Out(&value, &from.term(), server.state()));
                    }
                    reply(cx, &from, value);
                }
                Ok(self.follow(next))
            }
            Flow::End { raise, reply } => Err(Over::raised(raise, message, from.zip(reply))),
        }
    }
}

impl Handle {
    pub(super) fn new(cx: Cx, parent: Pid, module: Atom, server: Rc<dyn Server>) -> Self {
        let seen = cx.loads();
        Handle { cx, parent, module, seen, server }
    }

    /// For work that has to own one.
    pub(super) fn same(&self) -> Handle {
        let Handle { cx, server, .. } = self;
        Handle { cx: cx.same(), server: server.clone(), ..*self }
    }

    /// An error that a callback raised tells in which it was.
    #[inline]
    pub(super) fn placed<T>(&self, callback: Callback, outcome: Result<T, Raise>) -> Result<T, Raise> {
        match outcome {
            Err(raise) if raise.class == Class::Error => {
                let (function, arity) = callback.function();
                Err(raise.in_function(self.module, function, arity))
            }
            other => other,
        }
    }

    /// Is it for the loop itself, and no callback's?
    pub(super) fn is_of_the_loop(&self, message: &Message) -> bool {
        let Message::Term(message) = message else { return false };
        match message.as_tuple() {
            Some([Term::Atom(Atom::SYSTEM), _, _]) => true,
            Some([Term::Atom(Atom::EXIT), Term::Pid(pid), _]) => *pid == self.parent,
            _ => false,
        }
    }
}

/// What a callback does that a fault was injected into: other than `done`.
async fn faulty(cx: Cx, fault: Fault, done: Done) -> Done {
    let outcome = match fault {
        Fault::Raise(raise) => Err(raise),
        Fault::Return(term) => Ok(Reply::Raw(term)),
        Fault::Stop(reason) => Ok(Reply::Stop(reason)),
        Fault::EndlessLoop => loop {
            cx.charge(1);
            cx.tick().await;
        },
    };
    Done { outcome, ..done }
}
