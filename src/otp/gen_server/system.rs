//! System messages, and the suspended state.
//!
//! OTP: <https://www.erlang.org/docs/25/man/sys>

use crate::event::Event;
use crate::term::erlang::{Style, print};
use crate::term::{Atom, Term};

use super::super::sys;
use super::super::sys::debug::{Event as Noted, name};
use super::client::reply;
use super::end::Over;
use super::handover::Change;
use super::serve::Handle;
use super::{From, Next};

impl Handle {
    /// Answers a system message, and while suspended those after it.
    pub(super) async fn answer_system(self, request: Term, from: From) -> Result<Next, Over> {
        self.answer_system_from(request, from, false).await
    }

    /// Waits, suspended, for a system message, and answers it and those after it.
    pub(super) async fn stay_suspended(self) -> Result<Next, Over> {
        let (request, from) = self.while_suspended().await?;
        self.answer_system_from(request, from, true).await
    }

    async fn answer_system_from(&self, mut request: Term, mut from: From, mut suspended: bool) -> Result<Next, Over> {
        let mut converted = None;
        loop {
            let answer = match sys::Request::decode(&request, suspended) {
                sys::Request::Suspend => {
                    self.tell_suspended(suspended, true);
                    suspended = true;
                    Atom::OK.into()
                }
                sys::Request::Resume => {
                    self.tell_suspended(suspended, false);
                    suspended = false;
                    Atom::OK.into()
                }
                sys::Request::Terminate(reason) => {
                    reply(&self.cx, &from, Atom::OK.into());
                    return Err(Over::exit(reason, Term::Nil));
                }
                sys::Request::ChangeCode { old_vsn, extra } => {
                    match self.change_code(old_vsn, extra, &mut converted).await {
                        Change::Done(answer) => answer,
                        Change::HandOver(body) => {
                            reply(&self.cx, &from, Atom::OK.into());
                            return Err(Over::Becomes(body));
                        }
                    }
                }
                sys::Request::GetStatus => self.status(suspended),
                sys::Request::GetState => self.server.state(),
                sys::Request::ReplaceState(state) => self.replace_state(state),
                sys::Request::Debug(what) => self.debug(&what),
                sys::Request::Unknown => Term::error(Term::tuple([Term::atom("unknown_system_msg"), request])),
            };
            reply(&self.cx, &from, answer);
            if !suspended {
                return converted.map_or(Ok(Next::Wait), |state| self.go_on_with(state));
            }
            (request, from) = self.while_suspended().await?;
        }
    }

    /// Says so in the log when it changes.
    fn tell_suspended(&self, before: bool, on: bool) {
        if before != on {
            self.cx.emit(Event::Suspended { pid: self.cx.me(), on });
        }
    }

    /// The next system message; or the end, if the parent ends.
    async fn while_suspended(&self) -> Result<(Term, From), Over> {
        let parent = self.parent;
        self.cx
            .receive_if(|message| match message.as_tuple()? {
                [Term::Atom(Atom::SYSTEM), from, request] => Some(Ok((request.clone(), From::from_term(from.clone())))),
                [Term::Atom(Atom::EXIT), Term::Pid(pid), reason] if *pid == parent => {
                    Some(Err(Over::exit(reason.clone(), message.clone())))
                }
                _ => None,
            })
            .await
    }

    /// Does `sys` note what this server does?
    pub(super) fn is_noted(&self) -> bool {
        self.server.debug().borrow().is_some()
    }

    #[cold]
    pub(super) fn note(&self, event: &Noted) {
        if let Some(debug) = &mut *self.server.debug().borrow_mut() {
            debug.note(&self.cx, event);
        }
    }

    fn debug(&self, what: &Term) -> Term {
        let mut notes = self.server.debug().borrow_mut();
        let mut debug = notes.take().unwrap_or_default();
        let answer = debug.command(&self.cx, what);
        *notes = (!debug.is_idle()).then_some(debug);
        answer
    }

    /// `{status, Pid, {module, gen_server}, [Dictionary, SysState, Parent, Debug, Misc]}`
    fn status(&self, suspended: bool) -> Term {
        let cx = &self.cx;
        let notes = self.server.debug().borrow();
        let logged = notes.as_ref().map_or(Term::Nil, |debug| debug.logged());
        let now = Term::atom(if suspended { "suspended" } else { "running" });
        let shown = self.shown(vec![(Term::atom("state"), self.server.state()), (Term::atom("log"), logged)]);
        let part = |key: &str| shown.map_get(&Term::atom(key)).cloned().unwrap_or_default();
        let pair = |key, value| Term::tuple([Term::string(key), value]);
        let data = |pairs: Vec<Term>| Term::tuple([Term::atom("data"), Term::list(pairs)]);
        let header = format!("Status for generic server {}", print(&name(cx), Style::TP));
        let of_the_loop =
            vec![pair("Status", now.clone()), pair("Parent", self.parent.into()), pair("Logged events", part("log"))];
        let misc = Term::list([
            Term::tuple([Term::atom("header"), Term::string(&header)]),
            data(of_the_loop),
            data(vec![pair("State", part("state"))]),
        ]);
        let dictionary = cx.process_info(cx.me(), "dictionary").ok().and_then(|info| info.as_tuple()?.get(1).cloned());
        let debug = notes.as_ref().map_or(Term::Nil, |debug| debug.to_term(cx));
        let module = Term::tuple([Term::atom("module"), Atom::GEN_SERVER.into()]);
        let parts = Term::list([dictionary.unwrap_or_default(), now, self.parent.into(), debug, misc]);
        Term::tuple([Term::atom("status"), cx.me().into(), module, parts])
    }

    /// A status map as the server wants it shown.
    pub(super) fn shown(&self, status: Vec<(Term, Term)>) -> Term {
        self.server.format_status(Term::map(status))
    }

    /// The new state, or `{error, Reason}`.
    fn replace_state(&self, state: Term) -> Term {
        match self.server.adopt(state.clone()) {
            Ok(()) => state,
            Err(raise) => Term::error(raise.into_reason()),
        }
    }

    /// The server's own way to change its code, or else its state by `code_change`.
    pub(super) async fn change_own_code(&self, old_vsn: Term, extra: Term) -> Term {
        match self.server.clone().change_code(self.cx.same(), old_vsn.clone(), extra.clone()).await {
            Some(Ok(())) => Atom::OK.into(),
            Some(Err(reason)) => Term::error(reason),
            None => self.convert(old_vsn, extra),
        }
    }

    fn convert(&self, old_vsn: Term, extra: Term) -> Term {
        let converted = self.server.convert(old_vsn, self.server.state(), extra);
        match converted.and_then(|state| self.server.adopt(state)) {
            Ok(()) => Atom::OK.into(),
            Err(raise) => Term::error(raise.into_caught()),
        }
    }
}
