//! The serve loop: one for all servers.
//!
//! A server's body is this state machine, written by hand: an idle server of any type is as small
//! as its state, and a type of server adds to the program no more than its callbacks. What
//! happens rarely in a life (its start, system messages, its end) is async code in a box.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};

use crate::event::Mfa;
use crate::exit::{Class, Raise};
use crate::kernel::message::{Message, Shape};
use crate::process::fault::Fault;
use crate::process::receive::poll_next;
use crate::process::{Body, BoxBody, Cx, SpawnOptions, Turn, ViewState};
use crate::term::{Atom, Pid, Term};
use crate::time::{Duration, Instant};

use super::super::sys::debug::Event as Noted;
use super::client::{call, reply};
use super::end::{Over, end};
use super::init::{Initialised, Newborn, Starter, Step};
use super::outcome::{Flow, flow};
use super::server::{Callback, Outcome, Server, Work};
use super::{From, Next, Reply, Sender, Start, exit_message};

/// The body of a server, from its first step to its end.
pub(super) enum Life {
    /// Until its first step.
    New(Newborn),
    /// Until `init` has returned; then it serves, or ends for `ignore` or an error.
    Starting(Work<Initialised>),
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
    /// It is about to call `handle_continue`.
    Continuing(Box<Term>),
    /// A callback waits for something that the state knows.
    Begun(Box<Called>),
    /// A callback waits for something.
    Calling(Work<Done>),
    /// System messages are answered.
    Managed(Work<Then>),
}

/// Besides its state, an idle server costs this and a process.
const _: () = assert!(size_of::<Life>() <= 72);

impl Life {
    pub(super) fn starting(cx: Cx, starter: Starter, start: Start) -> BoxBody {
        let Start { name, module, args, .. } = start;
        let newborn = Newborn { cx, starter, module, args };
        Box::pin(match name {
            None => Life::New(newborn),
            Some(name) => Life::Starting(Box::pin(newborn.begin_named(name))),
        })
    }
}

/// What a server does next.
type Then = Result<Next, Over>;

/// What a callback was called for.
#[derive(Default)]
pub(super) struct Called {
    pub(super) callback: Callback,
    /// Without the envelope of the protocol; of an `'EXIT'` the reason.
    pub(super) message: Term,
    pub(super) from: Option<From>,
}

/// A callback that was called, and what came of it.
pub(super) type Done = (Called, Outcome);

impl Called {
    /// Drops it. Most have nothing to drop, which the compiler does not see.
    #[inline(always)]
    fn discard(self) {
        if self.message.is_plain() && !matches!(self.from, Some(From(Sender::Term(_)))) {
            std::mem::forget(self);
        }
    }

    /// The message as the callback is given it.
    pub(super) fn term(&self) -> Term {
        let message = self.message.clone();
        if let Callback::Exit(pid) = self.callback { exit_message(pid, message) } else { message }
    }
}

impl Body for Life {
    fn resume(self: Pin<&mut Self>) -> Turn {
        let life = self.get_mut();
        loop {
            let turned = match life {
                Life::Serving(serving) => match serving.run() {
                    Poll::Pending => return Turn::Pending,
                    Poll::Ready(over) => life.is_over(over),
                },
                Life::New(_) => life.begins(),
                Life::Starting(_) | Life::Ending(..) => life.goes_on(),
            };
            if let Some(turn) = turned {
                return turn;
            }
        }
    }

    fn server(&self) -> Option<&dyn ViewState> {
        match self {
            Life::New(_) | Life::Starting(_) => None,
            Life::Serving(serving) => Some(&*serving.handle.server),
            Life::Ending(server, _) => Some(&**server),
        }
    }
}

/// Where its life turns: how the turn has ended, unless it goes on at once.
impl Life {
    /// Its first step.
    #[inline(never)]
    fn begins(&mut self) -> Option<Turn> {
        let Life::New(newborn) = self else { return None };
        match newborn.begin() {
            Step::Serves(serving) => *self = Life::Serving(serving),
            Step::Concludes(work) => *self = Life::Starting(work),
            Step::Waits(work) => {
                *self = Life::Starting(work);
                return Some(Turn::Pending);
            }
        }
        None
    }

    /// Goes on with its start, or its end.
    #[inline(never)]
    fn goes_on(&mut self) -> Option<Turn> {
        match self {
            Life::New(_) | Life::Serving(_) => None,
            Life::Starting(work) => match poll(work) {
                Poll::Pending => Some(Turn::Pending),
                Poll::Ready(Ok(Some(serving))) => {
                    *self = Life::Serving(serving);
                    None
                }
                Poll::Ready(Ok(None)) => Some(Turn::Exited(Ok(()))),
                Poll::Ready(Err(raise)) => Some(Turn::Exited(Err(raise))),
            },
            Life::Ending(_, work) => match poll(work) {
                Poll::Pending => Some(Turn::Pending),
                Poll::Ready(result) => Some(Turn::Exited(result)),
            },
        }
    }

    /// It serves no longer.
    #[inline(never)]
    fn is_over(&mut self, over: Over) -> Option<Turn> {
        match (over, &*self) {
            (Over::Becomes(body), _) => Some(Turn::Become(body)),
            (Over::Ends(how), Life::Serving(serving)) => {
                let handle = serving.handle.same();
                *self = Life::Ending(handle.server.clone(), Box::pin(end(handle, how)));
                None
            }
            (Over::Ends(_), _) => None,
        }
    }
}

/// Nothing wakes a process but the kernel.
#[inline]
pub(super) fn poll<T>(work: &mut Work<T>) -> Poll<T> {
    work.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

impl Serving {
    pub(super) fn new(handle: Handle, next: Next) -> Self {
        let mut serving = Serving::begun(handle, Phase::Waiting(None));
        serving.follow(next);
        serving
    }

    /// Begins with this message.
    pub(super) fn given(handle: Handle, message: Term) -> Self {
        Serving::begun(handle, Phase::Given(Box::new(message.into())))
    }

    /// Begins under management.
    pub(super) fn managed(handle: Handle, work: Work<Then>) -> Self {
        Serving::begun(handle, Phase::Managed(work))
    }

    fn begun(handle: Handle, phase: Phase) -> Self {
        handle.cx.runs(handle.module);
        Serving { handle, phase }
    }

    /// Runs until it has to wait, or ends.
    fn run(&mut self) -> Poll<Over> {
        loop {
            let called = match self.phase {
                Phase::Waiting(deadline) => {
                    let message = ready!(poll_next(&self.handle.cx, deadline));
                    ready!(self.called(message.unwrap_or_else(|| Term::Atom(Atom::TIMEOUT).into())))
                }
                _ => ready!(self.go_on()),
            };
            let then = match called {
                Ok(called) => ready!(self.call(called)),
                Err(then) => then,
            };
            match then {
                Ok(next) => self.follow(next),
                Err(over) => return Poll::Ready(over),
            }
        }
    }

    /// Goes on where it does not wait for a message.
    #[inline(never)]
    fn go_on(&mut self) -> Poll<Result<Called, Then>> {
        match &mut self.phase {
            Phase::Waiting(_) => Poll::Ready(Err(Ok(Next::Wait))),
            Phase::Given(message) => {
                let message = std::mem::take(&mut **message);
                self.called(message)
            }
            Phase::Continuing(argument) => {
                let message = std::mem::take(&mut **argument);
                Poll::Ready(Ok(Called { callback: Callback::Continue, message, from: None }))
            }
            Phase::Begun(called) => {
                let outcome = ready!(self.handle.server.go_on(&self.handle.cx));
                let mut called = std::mem::take(&mut **called);
                Poll::Ready(Err(self.concluded(&mut called, outcome)))
            }
            Phase::Calling(calling) => {
                let (called, outcome) = ready!(poll(calling));
                Poll::Ready(Err(self.conclude(called, outcome)))
            }
            Phase::Managed(work) => {
                let then = ready!(poll(work));
                Poll::Ready(Err(self.after_management(then)))
            }
        }
    }

    /// What it does after a callback.
    #[inline(always)]
    fn follow(&mut self, next: Next) {
        let cx = &self.handle.cx;
        let deadline = match next {
            Next::Wait | Next::Hibernate => None,
            Next::Timeout(span) => Some(cx.now() + span),
            Next::Continue(argument) => {
                self.phase = Phase::Continuing(Box::new(argument));
                return;
            }
        };
        cx.charge(1);
        match &mut self.phase {
            Phase::Waiting(until) => *until = deadline,
            phase => *phase = Phase::Waiting(deadline),
        }
    }

    /// Which callback a message is for; what follows from it, if it is for the loop itself.
    #[inline(always)]
    fn called(&mut self, message: Message) -> Poll<Result<Called, Then>> {
        if self.handle.seen != self.handle.cx.loads()
            && let Err(over) = self.look_closer(&message)
        {
            return Poll::Ready(Err(Err(over)));
        }
        Poll::Ready(Ok(match message.shape() {
            Shape::Call => {
                let from = Some(From(Sender::Caller(message.caller())));
                Called { callback: Callback::Call, message: message.content, from }
            }
            Shape::Cast => Called { callback: Callback::Cast, message: message.content, from: None },
            Shape::Exit if !message.is_exit_of(self.handle.parent) => {
                Called { callback: Callback::Exit(message.ended()), message: message.content, from: None }
            }
            Shape::Term | Shape::Reply | Shape::Ack | Shape::AckOk | Shape::Exit | Shape::Down => {
                return self.read(message.into_term());
            }
        }))
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

    /// [`Serving::called`] of a message in no parts.
    #[inline(never)]
    fn read(&mut self, message: Term) -> Poll<Result<Called, Then>> {
        Poll::Ready(Ok(match message.as_tuple() {
            Some([Term::Atom(Atom::GEN_CALL), from, request]) => {
                Called { callback: Callback::Call, message: request.clone(), from: Some(From::from_term(from.clone())) }
            }
            Some([Term::Atom(Atom::GEN_CAST), content]) => {
                Called { callback: Callback::Cast, message: content.clone(), from: None }
            }
            Some([Term::Atom(Atom::SYSTEM), from, request]) => {
                let (from, request) = (From::from_term(from.clone()), request.clone());
                return self.manage(Box::pin(self.handle.same().answer_system(request, from))).map(Err);
            }
            Some([Term::Atom(Atom::EXIT), Term::Pid(pid), reason]) if *pid == self.handle.parent => {
                return Poll::Ready(Err(Err(Over::exit(reason.clone(), message.clone()))));
            }
            _ => Called { callback: Callback::Info, message, from: None },
        }))
    }

    fn manage(&mut self, mut work: Work<Then>) -> Poll<Then> {
        match poll(&mut work) {
            Poll::Ready(then) => Poll::Ready(self.after_management(then)),
            Poll::Pending => {
                self.phase = Phase::Managed(work);
                Poll::Pending
            }
        }
    }

    fn after_management(&mut self, then: Then) -> Then {
        if self.handle.is_noted() {
            self.handle.seen = NOTED;
        }
        then
    }

    /// Calls a callback. Most wait for nothing.
    #[inline(always)]
    fn call(&mut self, mut called: Called) -> Poll<Then> {
        match self.handle.begin(&called) {
            Some(Poll::Ready(outcome)) => {
                let then = self.concluded(&mut called, outcome);
                called.discard();
                Poll::Ready(then)
            }
            Some(Poll::Pending) => {
                self.phase = Phase::Begun(Box::new(called));
                Poll::Pending
            }
            None => self.invoke(called),
        }
    }

    /// Calls one that may have to wait.
    #[inline(never)]
    fn invoke(&mut self, called: Called) -> Poll<Then> {
        let mut work = self.handle.invoke(called);
        match poll(&mut work) {
            Poll::Ready((called, outcome)) => Poll::Ready(self.conclude(called, outcome)),
            Poll::Pending => {
                self.phase = Phase::Calling(work);
                Poll::Pending
            }
        }
    }

    /// [`Serving::conclude`] of what nearly all callbacks return. What was called for stays where it is.
    #[inline(always)]
    fn concluded(&self, called: &mut Called, outcome: Outcome) -> Then {
        match (outcome, &called.from) {
            (Ok(Reply::NoReply(next)), _) if !self.handle.notes() => Ok(next),
            (Ok(Reply::Reply(value, next)), Some(from)) if !self.handle.notes() => {
                reply(&self.handle.cx, from, value);
                Ok(next)
            }
            (outcome, _) => self.conclude(std::mem::take(called), outcome),
        }
    }

    /// Does what a callback's outcome asks for.
    #[inline(never)]
    fn conclude(&self, called: Called, outcome: Outcome) -> Then {
        let message = called.term();
        let Called { callback, from, .. } = called;
        let Handle { cx, server, .. } = &self.handle;
        let noted = self.handle.notes();
        match flow(callback, self.handle.placed(callback, outcome), &**server) {
            Flow::Go { reply: None, next } => {
                if noted {
                    self.handle.note(&Noted::NoReply(server.state()));
                }
                Ok(next)
            }
            Flow::Go { reply: Some(value), next } => {
                if let Some(from) = from {
                    if noted {
                        self.handle.note(&Noted::Out(&value, &from.term(), server.state()));
                    }
                    reply(cx, &from, value);
                }
                Ok(next)
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

    /// Does `sys` note what this callback does?
    #[inline]
    fn notes(&self) -> bool {
        self.seen == NOTED
    }

    /// What a callback does without a future. One that an injected fault waits for does nothing.
    #[inline]
    fn begin(&self, called: &Called) -> Option<Poll<Outcome>> {
        let Handle { cx, server, .. } = self;
        if cx.has_fault() { None } else { server.begin(cx, called) }
    }

    /// Calls a callback, or what an injected fault puts in its place.
    #[inline(never)]
    fn invoke(&self, called: Called) -> Work<Done> {
        let cx = self.cx.same();
        match cx.take_fault() {
            Some(fault) => Box::pin(async move { (called, faulty(&cx, fault).await) }),
            None => self.server.clone().invoke(cx, called),
        }
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
        let system = || matches!(message.content.as_tuple(), Some([Term::Atom(Atom::SYSTEM), _, _]));
        message.is_exit_of(self.parent) || message.shape() == Shape::Term && system()
    }
}

/// What a callback does that a fault was injected into.
async fn faulty(cx: &Cx, fault: Fault) -> Outcome {
    match fault {
        Fault::Raise(raise) => Err(raise),
        Fault::Return(term) => Ok(Reply::Raw(term)),
        Fault::Stop(reason) => Ok(Reply::Stop(reason)),
        Fault::EndlessLoop => loop {
            cx.charge(1);
            cx.tick().await;
        },
        Fault::CallTimeout => {
            let silent = cx.spawn(SpawnOptions { link: false, initial_call: silence() }, |cx| async move {
                cx.sleep(ANSWER + ANSWER).await;
                Ok(())
            })?;
            call(cx, silent, Atom::new("hello").into(), Some(ANSWER)).await.map(Reply::value)
        }
        Fault::SlowShutdown(span) => {
            let trapped = cx.trap_exits(true);
            cx.sleep(span).await;
            cx.trap_exits(trapped);
            Ok(Reply::none())
        }
    }
}

/// How long a call waits for an answer, unless its caller says otherwise.
const ANSWER: Duration = Duration::from_secs(5);

/// Where the process begins that answers nobody.
fn silence() -> Mfa {
    Mfa { module: Atom::new("silent"), function: Atom::INIT, arity: 0 }
}
