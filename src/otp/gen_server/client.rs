//! The client functions of generic servers.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::exit::Raise;
use crate::kernel::Dest;
use crate::kernel::message::{Caller, Message};
use crate::process::Cx;
use crate::process::request::{Answer, Request, alias_of};
use crate::term::{Atom, Term};
use crate::time::Duration;

use super::super::proc_lib;
use super::{From, Sender};

/// Which function an exit reason says it happened in.
#[derive(Clone, Copy)]
pub(crate) struct Flavour {
    pub(crate) module: Atom,
    pub(crate) function: Atom,
}

impl Flavour {
    /// exit `{Reason, {Module, Function, Args}}`
    #[cold]
    pub(crate) fn exit(self, reason: Term, server: Dest, request: Term, timeout: Option<Term>) -> Raise {
        let args = [Some(dest_term(server)), Some(request), timeout];
        let mfa =
            [self.module.into(), self.function.into(), Term::list(args.into_iter().flatten().collect::<Vec<_>>())];
        Raise::exit(Term::tuple([reason, Term::tuple(mfa)]))
    }
}

pub(crate) fn dest_term(dest: Dest) -> Term {
    match dest {
        Dest::Pid(pid) => pid.into(),
        Dest::Name(name) => name.into(),
        Dest::Alias(alias) => alias.into(),
    }
}

pub(crate) fn timeout_term(timeout: Option<Duration>) -> Term {
    timeout.map_or(Atom::INFINITY.into(), |span| span.as_millis().into())
}

/// Calls a server and waits for its reply; `None` waits for ever.
///
/// # Errors
/// exit `{Reason, {gen_server, call, [Server, Request, Timeout]}}`: `timeout`, `noproc`, or the
/// reason the server ended with.
///
/// # Cancel
/// A caller that is killed while it waits leaves nothing behind; the late reply is dropped.
///
/// OTP: <https://www.erlang.org/docs/25/man/gen_server#call-3>
#[inline]
pub fn call(cx: &Cx, server: impl Into<Dest>, request: Term, timeout: Option<Duration>) -> Call<'_> {
    let flavour = Flavour { module: Atom::GEN_SERVER, function: Atom::CALL };
    Call { flavour, exchange: exchange(cx, server.into(), Atom::GEN_CALL, request, timeout) }
}

/// [`call`] as Elixir's `GenServer.call/3` words its exits: `{Reason, {GenServer, :call, [...]}}`.
///
/// # Errors
/// As of [`call`].
///
/// OTP: <https://hexdocs.pm/elixir/1.14/GenServer.html#call/3>
pub fn call_elixir(cx: &Cx, server: impl Into<Dest>, request: Term, timeout: Option<Duration>) -> Call<'_> {
    let flavour = Flavour { module: Atom::ELIXIR_GEN_SERVER, function: Atom::CALL };
    Call { flavour, exchange: exchange(cx, server.into(), Atom::GEN_CALL, request, timeout) }
}

/// A call on its way: what [`call`] returns. Nothing is sent before it is awaited.
///
/// Written by hand, as is `Exchange`: an async function keeps its arguments twice.
#[must_use = "a call that nobody awaits is not made"]
pub struct Call<'a> {
    flavour: Flavour,
    exchange: Exchange<'a>,
}

impl Future for Call<'_> {
    type Output = Result<Term, Raise>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match Pin::new(&mut self.exchange).poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(reply)) => Poll::Ready(Ok(reply)),
            Poll::Ready(Err(reason)) => Poll::Ready(Err(self.exit(reason))),
        }
    }
}

impl Call<'_> {
    #[cold]
    fn exit(&mut self, reason: Term) -> Raise {
        let Exchange { server, timeout, request, .. } = &mut self.exchange;
        self.flavour.exit(reason, *server, std::mem::take(request), Some(timeout_term(*timeout)))
    }
}

/// Sends `{Label, {self(), Tag}, Request}` and waits for `{Tag, Reply}`: OTP's `gen:call`.
/// `Err` is the bare exit reason.
#[inline]
pub(crate) fn exchange(cx: &Cx, server: Dest, label: Atom, request: Term, timeout: Option<Duration>) -> Exchange<'_> {
    Exchange { cx, server, label, request, timeout, sent: None }
}

/// See [`exchange`].
pub(crate) struct Exchange<'a> {
    cx: &'a Cx,
    server: Dest,
    label: Atom,
    request: Term,
    timeout: Option<Duration>,
    sent: Option<Request>,
}

impl Future for Exchange<'_> {
    type Output = Result<Term, Term>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let sent = match &mut this.sent {
            Some(sent) => sent,
            None => match this.send() {
                Ok(sent) => this.sent.insert(sent),
                Err(reason) => return Poll::Ready(Err(reason)),
            },
        };
        let Poll::Ready(answer) = this.cx.poll_answer(sent) else { return Poll::Pending };
        let mref = sent.mref;
        Poll::Ready(match answer {
            Some(Answer::Reply(reply)) => {
                this.cx.demonitor_flush(mref);
                Ok(reply)
            }
            Some(Answer::Down(reason)) => Err(reason),
            None => {
                this.cx.demonitor_flush(mref);
                Err(Atom::TIMEOUT.into())
            }
        })
    }
}

impl Exchange<'_> {
    #[inline(never)]
    fn send(&self) -> Result<Request, Term> {
        let cx = self.cx;
        let server = match self.server {
            Dest::Pid(pid) => pid,
            other => resolve(cx, other)?,
        };
        if server == cx.me() {
            return Err(Atom::CALLING_SELF.into());
        }
        let sent = cx.request(server, self.timeout, |caller| self.message(caller));
        if self.timeout == Some(Duration::ZERO) {
            // As OTP's receive with `after 0`, which does not even see that the server is dead.
            cx.demonitor_flush(sent.mref);
            return Err(Atom::TIMEOUT.into());
        }
        Ok(sent)
    }

    #[inline]
    fn message(&self, caller: Caller) -> Message {
        if self.label == Atom::GEN_CALL { caller.call(self.request.quick_clone()) } else { self.labelled(caller) }
    }

    #[inline(never)]
    fn labelled(&self, caller: Caller) -> Message {
        Term::tuple([self.label.into(), caller.term(), self.request.clone()]).into()
    }
}

#[inline(never)]
fn resolve(cx: &Cx, server: Dest) -> Result<crate::term::Pid, Term> {
    match server {
        Dest::Pid(pid) => Ok(pid),
        Dest::Name(name) => cx.whereis(name).ok_or_else(|| Atom::NOPROC.into()),
        Dest::Alias(_) => Err(Atom::NOPROC.into()),
    }
}

/// Sends a message to a server's `handle_cast`. Nobody tells whether it arrived.
///
/// OTP: <https://www.erlang.org/docs/25/man/gen_server#cast-2>
pub fn cast(cx: &Cx, server: impl Into<Dest>, message: Term) {
    let _ = cx.send_message(server.into(), Message::cast(message));
}

/// Answers a call whose `handle_call` did not.
///
/// OTP: <https://www.erlang.org/docs/25/man/gen_server#reply-2>
#[inline]
pub fn reply(cx: &Cx, from: &From, value: Term) {
    match &from.0 {
        Sender::Caller(caller) => cx.reply(*caller, value),
        Sender::Term(from) => answer_to(cx, from, value),
    }
}

fn answer_to(cx: &Cx, from: &Term, value: Term) {
    let Some([Term::Pid(client), tag]) = from.as_tuple() else { return };
    let to = alias_of(tag).map_or(Dest::Pid(*client), Dest::Alias);
    let _ = cx.send(to, Term::tuple([tag.clone(), value]));
}

/// Stops a server with `reason` and waits for its end.
///
/// # Errors
/// exit `noproc`, `timeout`, `{calling_self, {sys, terminate, [Server, Reason, Timeout]}}`, or the
/// reason it really ended with.
///
/// OTP: <https://www.erlang.org/docs/25/man/gen_server#stop-3>
pub async fn stop(cx: &Cx, server: impl Into<Dest>, reason: Term, timeout: Option<Duration>) -> Result<(), Raise> {
    let server = server.into();
    match resolve(cx, server) {
        Ok(_) => proc_lib::stop(cx, server, reason, timeout).await,
        Err(noproc) => Err(Raise::exit(noproc)),
    }
}
