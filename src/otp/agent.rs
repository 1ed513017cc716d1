//! Elixir's agents: a process that keeps a state, which functions read and change.
//!
//! A function is data here, as in a message between nodes: a fun, or `{Module, Function, Args}`
//! with the state before the other arguments. It runs in the agent.
//!
//! ```
//! use let_it_crash::otp::{self, agent};
//! use let_it_crash::process::Module;
//! use let_it_crash::term;
//! use let_it_crash::term::Atom;
//!
//! let list = Module::new(Atom::new("list"), "1")
//!     .export("new", 0, |_, _| Box::pin(async { Ok(term!([])) }))
//!     .export("push", 2, |_, args| Box::pin(async move { Ok(term!([(&args[1]) | (&args[0])])) }))
//!     .export("all", 1, |_, mut args| Box::pin(async move { Ok(args.remove(0)) }));
//! let mut node = otp::node();
//! node.load(list);
//! let all = node.eval(|cx| async move {
//!     let stack = Atom::new("stack");
//!     agent::start_link(&cx, Some(stack), term!({list, new, []})).await?;
//!     agent::update(&cx, stack, term!({list, push, [milk]}), None).await?;
//!     agent::update(&cx, stack, term!({list, push, [bread]}), None).await?;
//!     agent::get(&cx, stack, term!({list, all, []}), None).await
//! });
//! assert_eq!(all, Ok(term!([bread, milk])));
//! ```
//!
//! OTP: <https://hexdocs.pm/elixir/1.14/Agent.html>

use crate::exit::Raise;
use crate::kernel::Dest;
use crate::process::{Cx, Module};
use crate::term::{Atom, Term};
use crate::time::Duration;

use super::elixir::{self, apply_fun};
use super::gen_server::{self, From, GenServer, Init, Name, Next, Reply, Start};

/// An agent's state.
pub struct Agent(Term);

fn name() -> Atom {
    Atom::new("Elixir.Agent")
}

fn start_of(name: Option<Atom>, fun: Term) -> Start {
    Start::new(Atom::new("Elixir.Agent.Server"), fun).named(name)
}

/// Starts an agent linked to the caller; `fun` (without arguments) makes the state. `{ok, Pid}`
/// or `{error, Reason}`.
///
/// # Errors
/// `system_limit` when the process table is full.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Agent.html#start_link/2>
pub async fn start_link(cx: &Cx, name: Option<Atom>, fun: Term) -> Result<Term, Raise> {
    gen_server::start_link::<Agent>(cx, start_of(name, fun)).await
}

/// Starts an agent on its own, as [`start_link`].
///
/// # Errors
/// `system_limit` when the process table is full.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Agent.html#start/2>
pub async fn start(cx: &Cx, name: Option<Atom>, fun: Term) -> Result<Term, Raise> {
    gen_server::start::<Agent>(cx, start_of(name, fun)).await
}

async fn request(cx: &Cx, agent: Dest, tag: &str, fun: Term, timeout: Option<Duration>) -> Result<Term, Raise> {
    gen_server::call_elixir(cx, agent, Term::tuple([Term::atom(tag), fun]), timeout).await
}

/// What `fun` makes of the state.
///
/// # Errors
/// exit `{Reason, {'Elixir.GenServer', call, [Agent, Request, Timeout]}}`.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Agent.html#get/3>
pub async fn get(cx: &Cx, agent: impl Into<Dest>, fun: Term, timeout: Option<Duration>) -> Result<Term, Raise> {
    request(cx, agent.into(), "get", fun, timeout).await
}

/// The first of `{Reply, State}`, which `fun` makes of the state; the other is the new one.
///
/// # Errors
/// exit, as of [`get`]; another return ends the agent with `{bad_return_value, Term}`.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Agent.html#get_and_update/3>
pub async fn get_and_update(
    cx: &Cx,
    agent: impl Into<Dest>,
    fun: Term,
    timeout: Option<Duration>,
) -> Result<Term, Raise> {
    request(cx, agent.into(), "get_and_update", fun, timeout).await
}

/// The new state is what `fun` makes of the old one. `ok`.
///
/// # Errors
/// exit, as of [`get`].
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Agent.html#update/3>
pub async fn update(cx: &Cx, agent: impl Into<Dest>, fun: Term, timeout: Option<Duration>) -> Result<Term, Raise> {
    request(cx, agent.into(), "update", fun, timeout).await
}

/// [`update`] without waiting for it.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Agent.html#cast/2>
pub fn cast(cx: &Cx, agent: impl Into<Dest>, fun: Term) {
    gen_server::cast(cx, agent, Term::tuple([Term::atom("cast"), fun]));
}

/// Stops an agent with `reason` and waits for its end.
///
/// # Errors
/// exit `{Reason, {'Elixir.GenServer', stop, [Agent, Reason, Timeout]}}`.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Agent.html#stop/3>
pub async fn stop(cx: &Cx, agent: impl Into<Dest>, reason: Term, timeout: Option<Duration>) -> Result<(), Raise> {
    elixir::stop(cx, agent.into(), reason, timeout).await
}

/// `Agent` as child specs name it.
#[must_use]
pub fn modules() -> Vec<Module> {
    let agent = Module::new(name(), "1.14.0")
        .export("start_link", 1, |cx, args| {
            Box::pin(async move { start_link(&cx, None, args.into_iter().next().unwrap_or_default()).await })
        })
        .export("start_link", 2, |cx, args| {
            Box::pin(async move {
                let [fun, options] = <[Term; 2]>::try_from(args).unwrap_or_default();
                let name = options.keyword_get(Atom::new("name")).and_then(Name::from_term);
                gen_server::start_link::<Agent>(&cx, start_of(None, fun).named_by(name)).await
            })
        })
        .export("child_spec", 1, |_, args| Box::pin(async move { Ok(child_spec(args)) }));
    vec![agent]
}

fn child_spec(args: Vec<Term>) -> Term {
    let start = [name().into(), Atom::START_LINK.into(), Term::list(args)];
    Term::map(vec![(Atom::ID.into(), name().into()), (Atom::START.into(), Term::tuple(start))])
}

/// Calls a fun or `{Module, Function, Args}` with the state, if there is one yet.
async fn run(cx: &Cx, fun: &Term, state: Option<&Term>) -> Result<Term, Raise> {
    let state = state.cloned().into_iter();
    match fun.as_tuple() {
        Some([Term::Atom(module), Term::Atom(function), args]) => {
            cx.apply(*module, *function, state.chain(args.iter().cloned()).collect()).await
        }
        _ => apply_fun(cx, fun, state.collect()).await,
    }
}

fn initial_call(fun: &Term) -> Term {
    match (fun.as_fun(), fun.as_tuple()) {
        (Some(code), _) => Term::tuple([code.module.into(), code.name.into(), 0.into()]),
        (_, Some([module, function, args])) => {
            Term::tuple([module.clone(), function.clone(), args.iter().count().into()])
        }
        _ => Term::Nil,
    }
}

impl GenServer for Agent {
    async fn init(cx: &Cx, fun: Term) -> Result<Init<Self>, Raise> {
        cx.put(Term::atom("$initial_call"), initial_call(&fun));
        Ok(Init::Ok(Agent(run(cx, &fun, None).await?), Next::Wait))
    }

    async fn handle_call(&mut self, cx: &Cx, request: Term, _from: From) -> Result<Reply, Raise> {
        let Some([Term::Atom(tag), fun]) = request.as_tuple() else { return Err(Raise::error(Atom::FUNCTION_CLAUSE)) };
        match &*tag.text() {
            "get" => Ok(Reply::value(run(cx, fun, Some(&self.0)).await?)),
            "update" => {
                self.0 = run(cx, fun, Some(&self.0)).await?;
                Ok(Reply::value(Atom::OK))
            }
            "get_and_update" => {
                let returned = run(cx, fun, Some(&self.0)).await?;
                let Some([reply, state]) = returned.as_tuple() else {
                    return Ok(Reply::Stop(Term::tuple([Atom::BAD_RETURN_VALUE.into(), returned])));
                };
                self.0 = state.clone();
                Ok(Reply::value(reply.clone()))
            }
            _ => Err(Raise::error(Atom::FUNCTION_CLAUSE)),
        }
    }

    async fn handle_cast(&mut self, cx: &Cx, message: Term) -> Result<Reply, Raise> {
        match message.as_tuple() {
            Some([tag, fun]) if *tag == Term::atom("cast") => {
                self.0 = run(cx, fun, Some(&self.0)).await?;
                Ok(Reply::none())
            }
            _ => Err(Raise::error(Atom::FUNCTION_CLAUSE)),
        }
    }

    fn state(&self) -> Term {
        self.0.clone()
    }

    fn from_state(state: Term) -> Result<Self, Raise> {
        Ok(Agent(state))
    }

    /// The function that the upgrade names as `extra` converts the state.
    async fn change_code(&mut self, cx: &Cx, _old_vsn: &Term, extra: &Term) -> Option<Result<(), Term>> {
        Some(match run(cx, extra, Some(&self.0)).await {
            Ok(state) => {
                self.0 = state;
                Ok(())
            }
            Err(raise) => Err(raise.into_caught()),
        })
    }
}
