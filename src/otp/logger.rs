//! A small logger: an application that keeps what is reported, by level, and hands it to handlers.
//!
//! It is fed by the reports of all behaviours and by [`log`]. A handler is a module with `log/2`;
//! the one called `default` keeps the last lines in the logger itself.
//!
//! ```
//! use let_it_crash::event::Level;
//! use let_it_crash::otp::logger;
//! use let_it_crash::term;
//! use let_it_crash::term::Atom;
//!
//! let kept = let_it_crash::otp::node().eval(|cx| async move {
//!     cx.apply(Atom::new("logger"), Atom::START_LINK, vec![]).await?;
//!     logger::set_level(&cx, Level::Warning).await?;
//!     logger::log(&cx, Level::Info, term!(all_is_well));
//!     logger::log(&cx, Level::Error, term!({out_of, milk}));
//!     logger::kept(&cx).await
//! });
//! assert_eq!(kept, Ok(term!([{error, {out_of, milk}}])));
//! ```
//!
//! Differs: handlers run in the logger's process, where OTP runs them in the caller's.
//!
//! OTP: <https://www.erlang.org/docs/25/man/logger>

use std::collections::VecDeque;

use crate::event::Level;
use crate::exit::Raise;
use crate::process::{Cx, Module};
use crate::term;
use crate::term::{Atom, Term};

use super::gen_server::{self, From, GenServer, Init, Next, Reply, Start};
use super::supervisor;

/// The application's `.app` file.
pub const APP: &str = r#"{application, logger, [
    {description, "A logger of levels and handlers"}, {vsn, "1.14.0"}, {modules, [logger]},
    {registered, [logger, logger_sup]}, {applications, [kernel, stdlib, elixir]}, {mod, {logger, []}},
    {env, [{level, info}]}]}."#;

/// Lines that the default handler keeps.
const KEPT: usize = 100;

fn name() -> Atom {
    Atom::new("logger")
}

/// A level as OTP calls it.
#[must_use]
pub fn level_term(level: Level) -> Term {
    Term::atom(match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Notice => "notice",
        Level::Info => "info",
        Level::Debug => "debug",
    })
}

fn decode_level(term: &Term) -> Option<Level> {
    let levels = [Level::Error, Level::Warning, Level::Notice, Level::Info, Level::Debug];
    levels.into_iter().find(|level| level_term(*level) == *term)
}

/// Logs `message`, if there is a logger.
///
/// OTP: <https://www.erlang.org/docs/25/man/logger#log-2>
pub fn log(cx: &Cx, level: Level, message: Term) {
    if let Some(logger) = cx.whereis(name()) {
        gen_server::cast(cx, logger, Term::tuple([Term::atom("log"), level_term(level), message]));
    }
}

/// Adds a handler: `Module:log(#{level, msg}, Config)` is called for what is at least as grave as
/// `level`. `ok`, or `{error, {already_exist, Id}}`.
///
/// # Errors
/// exit, if there is no logger.
///
/// OTP: <https://www.erlang.org/docs/25/man/logger#add_handler-3>
pub async fn add_handler(cx: &Cx, id: Atom, module: Atom, level: Level, config: Term) -> Result<Term, Raise> {
    let handler = [Term::atom("add_handler"), id.into(), module.into(), level_term(level), config];
    gen_server::call(cx, name(), Term::tuple(handler), None).await
}

/// Takes a handler away: `ok`, or `{error, {not_found, Id}}`.
///
/// # Errors
/// exit, if there is no logger.
///
/// OTP: <https://www.erlang.org/docs/25/man/logger#remove_handler-1>
pub async fn remove_handler(cx: &Cx, id: Atom) -> Result<Term, Raise> {
    gen_server::call(cx, name(), Term::tuple([Term::atom("remove_handler"), id.into()]), None).await
}

/// Sets the level below which nothing gets to any handler.
///
/// # Errors
/// exit, if there is no logger.
///
/// OTP: <https://www.erlang.org/docs/25/man/logger#set_primary_config-2>
pub async fn set_level(cx: &Cx, level: Level) -> Result<Term, Raise> {
    gen_server::call(cx, name(), Term::tuple([Term::atom("set_level"), level_term(level)]), None).await
}

/// What the default handler keeps, oldest first: `[{Level, Message}]`.
///
/// # Errors
/// exit, if there is no logger.
pub async fn kept(cx: &Cx) -> Result<Term, Raise> {
    gen_server::call(cx, name(), Term::atom("kept"), None).await
}

struct Handler {
    id: Atom,
    module: Atom,
    level: Level,
    config: Term,
}

struct Logger {
    level: Level,
    handlers: Vec<Handler>,
    kept: VecDeque<Term>,
}

impl Logger {
    /// Keeps the line and hands it on. A handler that fails is taken away, as OTP does.
    async fn take(&mut self, cx: &Cx, level: Level, message: &Term) {
        if level > self.level {
            return;
        }
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(Term::tuple([level_term(level), message.clone()]));
        let mut failed = Vec::new();
        for handler in self.handlers.iter().filter(|handler| level <= handler.level) {
            let event = term!(#{level => (level_term(level)), msg => (message.clone())});
            let call = cx.apply(handler.module, Atom::new("log"), vec![event, handler.config.clone()]);
            if call.await.is_err() {
                failed.push(handler.id);
            }
        }
        self.handlers.retain(|handler| !failed.contains(&handler.id));
    }

    fn add(&mut self, handler: Handler) -> Term {
        if self.handlers.iter().any(|other| other.id == handler.id) {
            return Term::error(Term::tuple([Term::atom("already_exist"), handler.id.into()]));
        }
        self.handlers.push(handler);
        Atom::OK.into()
    }

    fn remove(&mut self, id: Atom) -> Term {
        match self.handlers.iter().position(|handler| handler.id == id) {
            Some(at) => {
                self.handlers.remove(at);
                Atom::OK.into()
            }
            None => Term::error(Term::tuple([Atom::NOT_FOUND.into(), id.into()])),
        }
    }
}

impl GenServer for Logger {
    async fn init(cx: &Cx, _args: Term) -> Result<Init<Self>, Raise> {
        let level = super::application::get_env(cx, name(), Atom::new("level"));
        let level = level.as_ref().and_then(decode_level).unwrap_or(Level::Info);
        Ok(Init::Ok(Logger { level, handlers: Vec::new(), kept: VecDeque::new() }, Next::Wait))
    }

    async fn handle_call(&mut self, _cx: &Cx, request: Term, _from: From) -> Result<Reply, Raise> {
        let tag = request.as_atom().or_else(|| request.as_tuple()?.first()?.as_atom()).map(Atom::text);
        let answer = match (tag.as_deref(), request.as_tuple()) {
            (Some("kept"), None) => Term::list(self.kept.iter().cloned().collect::<Vec<_>>()),
            (Some("remove_handler"), Some([_, Term::Atom(id)])) => self.remove(*id),
            (Some("add_handler"), Some([_, Term::Atom(id), Term::Atom(module), level, config])) => {
                let level = decode_level(level).ok_or_else(|| Raise::error(Atom::FUNCTION_CLAUSE))?;
                self.add(Handler { id: *id, module: *module, level, config: config.clone() })
            }
            (Some("set_level"), Some([_, level])) => {
                self.level = decode_level(level).ok_or_else(|| Raise::error(Atom::FUNCTION_CLAUSE))?;
                Atom::OK.into()
            }
            _ => return Err(Raise::error(Atom::FUNCTION_CLAUSE)),
        };
        Ok(Reply::value(answer))
    }

    async fn handle_cast(&mut self, cx: &Cx, message: Term) -> Result<Reply, Raise> {
        if let Some([_, level, message]) = message.as_tuple()
            && let Some(level) = decode_level(level)
        {
            self.take(cx, level, message).await;
        }
        Ok(Reply::none())
    }

    fn state(&self) -> Term {
        let handlers = self.handlers.iter().map(|handler| handler.id.into()).collect::<Vec<_>>();
        term!(#{level => (level_term(self.level)), handlers => (Term::list(handlers)), kept => (self.kept.len())})
    }
}

/// The module of the application.
#[must_use]
pub fn modules() -> Vec<Module> {
    let module = Module::new(name(), "1.14.0")
        .export("start", 2, |cx, _| {
            Box::pin(async move { supervisor::start_link(&cx, Some(Atom::new("logger_sup")), name(), Term::Nil).await })
        })
        .export("stop", 1, |_, _| Box::pin(async { Ok(Atom::OK.into()) }))
        .export("init", 1, |_, _| {
            Box::pin(async { Ok(term!({ok, {#{}, [#{id => logger, start => {logger, start_link, []}}]}})) })
        })
        .export("start_link", 0, |cx, _| {
            Box::pin(async move {
                gen_server::start_link::<Logger>(&cx, Start::new(name(), Term::Nil).named(Some(name()))).await
            })
        });
    vec![module]
}
