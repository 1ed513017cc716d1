//! Elixir's DynamicSupervisor: children that come and go, each with a spec of its own, found by
//! pid and stopped all at once.
//!
//! | module | holds |
//! |---|---|
//! | `spec` | child specs and flags, checked as Elixir checks them |
//! | `children` | starting, restarting and counting children |
//! | `shutdown` | stopping them in parallel |
//! | `report` | error reports |
//!
//! ```
//! use let_it_crash::otp::dynamic_supervisor as dynamic;
//! use let_it_crash::process::Module;
//! use let_it_crash::term;
//! use let_it_crash::term::{Atom, Term};
//!
//! let room = Module::new(Atom::new("room"), "1")
//!     .export("init", 1, |_, _| Box::pin(async { Ok(dynamic::init(&term!([{max_children, 1}]))) }))
//!     .export("empty", 0, |_, _| Box::pin(async { Ok(Term::Nil) }));
//! let mut node = let_it_crash::otp::node();
//! node.load(room);
//! let answers = node.eval(|cx| async move {
//!     let rooms = Some(Atom::new("rooms"));
//!     dynamic::start_link(&cx, rooms, Atom::new("room"), Term::Nil).await?;
//!     let child = || term!(#{id => a, start => {:"Elixir.Agent", start_link, [{room, empty, []}]}});
//!     dynamic::start_child(&cx, Atom::new("rooms"), child()).await?;
//!     let refused = dynamic::start_child(&cx, Atom::new("rooms"), child()).await?;
//!     Ok((refused, dynamic::which_children(&cx, Atom::new("rooms")).await?.iter().count()))
//! });
//! assert_eq!(answers, Ok((term!({error, max_children}), 1)));
//! ```
//!
//! OTP: <https://hexdocs.pm/elixir/1.14/DynamicSupervisor.html>

mod children;
mod report;
mod shutdown;
mod spec;

use crate::event::{Behaviour, Event};
use crate::exit::Raise;
use crate::kernel::Dest;
use crate::process::{Cx, Module};
use crate::supervision::{Flags, Window};
use crate::term::{Atom, Pid, Term};
use crate::time::Duration;

use super::gen_server::{self, From, GenServer, Init, Next, Reply, Start};
use children::Children;
use spec::Settings;

/// A dynamic supervisor's state.
pub struct DynamicSupervisor {
    name: Option<Atom>,
    module: Atom,
    args: Term,
    settings: Settings,
    window: Window,
    children: Children,
}

/// Does the supervisor go on?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    GoesOn,
    ShutsDown,
}

fn module() -> Atom {
    Atom::new("Elixir.DynamicSupervisor")
}

fn default_module() -> Atom {
    Atom::new("Elixir.Supervisor.Default")
}

/// `DynamicSupervisor` as child specs name it: `start_link/1` with options, `start_link/2` with
/// a callback module and its argument, `start_link/3` with options besides; and
/// `Supervisor.Default`, the callback module of the first.
#[must_use]
pub fn modules() -> Vec<Module> {
    let dynamic = Module::new(module(), "1.14.0")
        .export("start_link", 1, |cx, args| Box::pin(async move { start_from(&cx, &args).await }))
        .export("start_link", 2, |cx, args| Box::pin(async move { start_from(&cx, &args).await }))
        .export("start_link", 3, |cx, args| Box::pin(async move { start_from(&cx, &args).await }))
        .export("init", 1, |_, args| Box::pin(async move { Ok(init(args.first().unwrap_or(&Term::Nil))) }));
    let default = Module::new(default_module(), "1.14.0")
        .export("init", 1, |_, args| Box::pin(async move { Ok(args.into_iter().next().unwrap_or_default()) }));
    vec![dynamic, default]
}

async fn start_from(cx: &Cx, args: &[Term]) -> Result<Term, Raise> {
    let named = |options: &Term| options.keyword_get(Atom::new("name")).and_then(Term::as_atom);
    match args {
        [options] => start_link(cx, named(options), default_module(), init(options)).await,
        [Term::Atom(module), init_arg] => start_link(cx, None, *module, init_arg.clone()).await,
        [Term::Atom(module), init_arg, options] => start_link(cx, named(options), *module, init_arg.clone()).await,
        _ => Err(Raise::error(Atom::FUNCTION_CLAUSE)),
    }
}

/// Starts a dynamic supervisor linked to the caller: `module:init(args)` gives its flags, as
/// [`init`] makes them. `{ok, Pid}`, `ignore` or `{error, Reason}`.
///
/// # Errors
/// `system_limit` when the process table is full.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/DynamicSupervisor.html#start_link/3>
pub async fn start_link(cx: &Cx, name: Option<Atom>, module: Atom, args: Term) -> Result<Term, Raise> {
    let init = Term::tuple([module.into(), args, name.unwrap_or(Atom::NIL).into()]);
    let start = Start::new(self::module(), init).named(name);
    gen_server::start_link::<DynamicSupervisor>(cx, start).await
}

/// What a callback module's `init/1` returns for these options (a keyword list of `strategy`,
/// `max_restarts`, `max_seconds`, `max_children`, `extra_arguments`): `{ok, Flags}`.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/DynamicSupervisor.html#init/1>
#[must_use]
pub fn init(options: &Term) -> Term {
    let option = |key: &str, default: Term| options.keyword_get(Atom::new(key)).cloned().unwrap_or(default);
    Term::ok(Term::map(vec![
        (Atom::STRATEGY.into(), option("strategy", Atom::ONE_FOR_ONE.into())),
        (Atom::INTENSITY.into(), option("max_restarts", 3.into())),
        (Atom::PERIOD.into(), option("max_seconds", 5.into())),
        (Term::atom("max_children"), option("max_children", Atom::INFINITY.into())),
        (Term::atom("extra_arguments"), option("extra_arguments", Term::Nil)),
    ]))
}

async fn request(cx: &Cx, supervisor: Dest, request: Term) -> Result<Term, Raise> {
    gen_server::call_elixir(cx, supervisor, request, None).await
}

/// Starts a child: of a child spec (a map, or a tuple of six), a module or `{Module, Arg}` whose
/// `child_spec/1` gives one. `{ok, Pid}`, `{ok, Pid, Info}`, `ignore` or `{error, Reason}`, where
/// `max_children` is a reason.
///
/// # Errors
/// exit, if the supervisor does not answer; error `{case_clause, Type}` for a map of an unknown
/// type.
///
/// Differs: the spec's id goes with the request, as a name for observers; Elixir drops it.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/DynamicSupervisor.html#start_child/2>
pub async fn start_child(cx: &Cx, supervisor: impl Into<Dest>, spec: Term) -> Result<Term, Raise> {
    let supervisor = supervisor.into();
    let spec = spec::resolve(cx, spec).await?;
    match spec::check(&spec)? {
        Ok(child) => request(cx, supervisor, spec::to_request(&child)).await,
        Err(reason) => Ok(Term::error(reason)),
    }
}

/// Stops a child: `ok`, or `{error, not_found}`.
///
/// # Errors
/// exit, if the supervisor does not answer.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/DynamicSupervisor.html#terminate_child/2>
pub async fn terminate_child(cx: &Cx, supervisor: impl Into<Dest>, child: Pid) -> Result<Term, Raise> {
    let terminate = Term::tuple([Term::atom("terminate_child"), child.into()]);
    request(cx, supervisor.into(), terminate).await
}

/// The children, oldest first: `[{undefined, Pid | restarting, Type, Modules}]`.
///
/// # Errors
/// exit, if the supervisor does not answer.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/DynamicSupervisor.html#which_children/1>
pub async fn which_children(cx: &Cx, supervisor: impl Into<Dest>) -> Result<Term, Raise> {
    request(cx, supervisor.into(), Term::atom("which_children")).await
}

/// `%{specs: N, active: N, supervisors: N, workers: N}`
///
/// # Errors
/// exit, if the supervisor does not answer.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/DynamicSupervisor.html#count_children/1>
pub async fn count_children(cx: &Cx, supervisor: impl Into<Dest>) -> Result<Term, Raise> {
    let counts = request(cx, supervisor.into(), Term::atom("count_children")).await?;
    let pairs = counts.iter().filter_map(|pair| pair.as_tuple_of::<2>().cloned().map(<(Term, Term)>::from));
    Ok(Term::map(pairs.collect()))
}

/// Stops the supervisor, and so its children, with `reason`; waits for its end.
///
/// # Errors
/// exit `{Reason, {'Elixir.GenServer', stop, [Supervisor, Reason, Timeout]}}`: `noproc`,
/// `timeout`, or the reason it really ended with.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/DynamicSupervisor.html#stop/3>
pub async fn stop(cx: &Cx, supervisor: impl Into<Dest>, reason: Term, timeout: Option<Duration>) -> Result<(), Raise> {
    super::elixir::stop(cx, supervisor.into(), reason, timeout).await
}

impl GenServer for DynamicSupervisor {
    const BEHAVIOUR: Behaviour = Behaviour::Supervisor;

    async fn init(cx: &Cx, args: Term) -> Result<Init<Self>, Raise> {
        let Some([Term::Atom(module), args, name]) = args.as_tuple() else { return Err(Raise::error(Atom::BADARG)) };
        cx.trap_exits(true);
        let answer = cx.apply(*module, Atom::INIT, vec![args.clone()]).await?;
        let settings = match (&answer, answer.as_tuple()) {
            (Term::Atom(Atom::IGNORE), _) => return Ok(Init::Ignore),
            (_, Some([Term::Atom(Atom::OK), flags @ Term::Map(_)])) => Settings::check(flags),
            _ => {
                let call = Term::tuple([(*module).into(), Atom::INIT.into(), answer]);
                return Ok(Init::Stop(Term::tuple([Atom::BAD_RETURN.into(), call])));
            }
        };
        let settings = match settings {
            Ok(settings) => settings,
            Err(reason) => return Ok(Init::Stop(supervisor_data(reason))),
        };
        announce(cx, &settings.flags);
        let (name, args) = (name.as_atom().filter(|name| *name != Atom::NIL), args.clone());
        let (window, children) = (Window::default(), Children::default());
        Ok(Init::Ok(DynamicSupervisor { name, module: *module, args, settings, window, children }, Next::Wait))
    }

    async fn handle_call(&mut self, cx: &Cx, request: Term, _from: From) -> Result<Reply, Raise> {
        let name = request.as_atom().or_else(|| request.as_tuple()?.first()?.as_atom());
        let answer = match (&*name.map(Atom::text).unwrap_or_default(), request.as_tuple()) {
            ("which_children", None) => self.children.which(),
            ("count_children", None) => self.children.count(),
            ("terminate_child", Some([_, child])) => self.terminate_child(cx, child).await,
            ("start_child", Some([_, child])) => {
                self.start_child(cx, spec::from_request(&Term::atom("undefined"), child)?).await
            }
            ("start_child", Some([_, child, id])) => self.start_child(cx, spec::from_request(id, child)?).await,
            ("start_task", Some([_, args, restart, shutdown])) => {
                self.start_child(cx, spec::of_task(cx, args, restart, shutdown)?).await
            }
            _ => return Err(Raise::error(Atom::FUNCTION_CLAUSE)),
        };
        Ok(Reply::value(answer))
    }

    async fn handle_cast(&mut self, _cx: &Cx, _message: Term) -> Result<Reply, Raise> {
        Ok(Reply::none())
    }

    async fn handle_info(&mut self, cx: &Cx, message: Term) -> Result<Reply, Raise> {
        let fate = match message.as_tuple() {
            Some([Term::Atom(Atom::EXIT), Term::Pid(pid), reason]) => self.child_ended(cx, *pid, reason).await,
            Some([tag, Term::Pid(pid)]) if tag.is_atom(children::try_again_tag()) => self.try_again(cx, *pid).await,
            _ => {
                self.report_unexpected(cx, &message);
                Fate::GoesOn
            }
        };
        Ok(match fate {
            Fate::GoesOn => Reply::none(),
            Fate::ShutsDown => Reply::Stop(Atom::SHUTDOWN.into()),
        })
    }

    async fn terminate(&mut self, cx: &Cx, _reason: &Term) -> Result<(), Raise> {
        let children = self.children.running();
        self.stop_children(cx, &children).await;
        Ok(())
    }

    fn state(&self) -> Term {
        let pair = |key: &str, value: Term| (Term::atom(key), value);
        let Settings { flags, max_children, extra } = &self.settings;
        Term::map(vec![
            pair("mod", self.module.into()),
            pair("strategy", Atom::ONE_FOR_ONE.into()),
            pair("max_restarts", flags.intensity.into()),
            pair("max_seconds", flags.period.into()),
            pair("max_children", max_children.map_or(Atom::INFINITY.into(), Term::from)),
            pair("extra_arguments", extra.clone()),
            pair("children", self.children.len().into()),
        ])
    }

    /// The flags change as `module:init(args)` now says; children go on.
    ///
    /// OTP: <https://www.erlang.org/docs/25/design_principles/appup_cookbook#changing-properties>
    async fn change_code(&mut self, cx: &Cx, _old_vsn: &Term, _extra: &Term) -> Option<Result<(), Term>> {
        Some(self.adopt_new_init(cx).await)
    }
}

fn supervisor_data(reason: Term) -> Term {
    Term::tuple([Term::atom("supervisor_data"), reason])
}

fn announce(cx: &Cx, flags: &Flags) {
    cx.emit(Event::Supervises { pid: cx.me(), flags: *flags, dynamic: true });
}

impl DynamicSupervisor {
    async fn adopt_new_init(&mut self, cx: &Cx) -> Result<(), Term> {
        let answer = cx.apply(self.module, Atom::INIT, vec![self.args.clone()]).await;
        let answer = answer.map_err(Raise::into_caught)?;
        match (&answer, answer.as_tuple()) {
            (Term::Atom(Atom::IGNORE), _) => Ok(()),
            (_, Some([Term::Atom(Atom::OK), flags @ Term::Map(_)])) => {
                self.settings = Settings::check(flags).map_err(|reason| Term::error(supervisor_data(reason)))?;
                announce(cx, &self.settings.flags);
                Ok(())
            }
            _ => Err(answer),
        }
    }
}
