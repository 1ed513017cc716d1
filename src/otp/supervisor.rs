//! Supervisors: a server whose children are its state.
//!
//! The decisions are in [`crate::supervision`], pure; here are the effects, in the order in which
//! OTP has them.
//!
//! | module | holds |
//! |---|---|
//! | `children` | the children, by start order, id and pid |
//! | `requests` | start_child, terminate_child, which_children, ... |
//! | `start` | starting a child, and waiting for it |
//! | `restart` | what happens when a child ends |
//! | `shutdown` | stopping children |
//! | `simple` | `simple_one_for_one`: many children of one spec |
//! | `report` | progress and error reports |
//!
//! ```
//! use let_it_crash::otp::{self, supervisor};
//! use let_it_crash::process::Module;
//! use let_it_crash::term::{Atom, Term};
//! use let_it_crash::{term, time::Duration};
//!
//! // `tree:init/1` supervises an agent, which begins with `tree:zero()`.
//! let tree = Module::new(Atom::new("tree"), "1")
//!     .export("zero", 0, |_, _| Box::pin(async { Ok(Term::Int(0)) }))
//!     .export("init", 1, |_, _| Box::pin(async {
//!         let start = term!({:"Elixir.Agent", start_link, [{tree, zero, []}, [{name, counter}]]});
//!         Ok(term!({ok, {#{strategy => one_for_one}, [#{id => counter, start => (start)}]}}))
//!     }));
//! let mut node = otp::node();
//! node.load(tree);
//! let counter = Atom::new("counter");
//! let (before, after) = node.eval(|cx| async move {
//!     supervisor::start_link(&cx, None, Atom::new("tree"), Term::Nil).await?;
//!     let before = cx.whereis(counter);
//!     cx.exit(before.unwrap(), Atom::KILL);
//!     cx.sleep(Duration::from_millis(1)).await;
//!     Ok((before, cx.whereis(counter)))
//! }).unwrap();
//! assert!(after.is_some() && after != before);
//! ```
//!
//! OTP: <https://www.erlang.org/docs/25/man/supervisor>

mod children;
mod report;
mod requests;
mod restart;
mod shutdown;
mod simple;
pub(super) mod start;

use std::rc::Rc;
use std::task::Poll;

use crate::event::{Behaviour, Event};
use crate::exit::Raise;
use crate::kernel::Dest;
use crate::kernel::planted::Fault;
use crate::process::Cx;
use crate::supervision::{ChildType, Flags, Strategy, Window};
use crate::term::{Atom, Pid, Term};

use super::child_spec::{self, ChildSpec};
use super::gen_server::{self, Call, From, GenServer, Incoming, Init, Next, Reply, Start};
use children::{Child, ChildPid, Children};
use simple::Simple;
use start::Awaited;

/// A supervisor's state.
pub struct Supervisor {
    name: Option<Atom>,
    module: Atom,
    args: Term,
    flags: Flags,
    window: Window,
    kids: Kids,
    /// The start of a child that it waits for, between requests.
    awaited: Option<Awaited>,
}

/// The children: each with a spec of its own, or many of one spec.
enum Kids {
    Many(Children),
    Simple(Simple),
}

/// Does the supervisor go on?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    GoesOn,
    ShutsDown,
}

/// Starts a supervisor linked to the caller: `module:init(args)` says what it supervises.
/// `{ok, Pid}`, `ignore` or `{error, Reason}`.
///
/// # Errors
/// `system_limit` when the process table is full.
///
/// OTP: <https://www.erlang.org/docs/25/man/supervisor#start_link-2>
pub async fn start_link(cx: &Cx, name: Option<Atom>, module: Atom, args: Term) -> Result<Term, Raise> {
    let init = Term::tuple([name.map_or(Term::Nil, Term::from), module.into(), args]);
    let start = Start::new(Atom::SUPERVISOR, init).named(name);
    gen_server::start_link::<Supervisor>(cx, start).await
}

fn request(cx: &Cx, supervisor: Dest, request: Term) -> Call<'_> {
    gen_server::call(cx, supervisor, request, None)
}

fn tagged(tag: Atom, argument: Term) -> Term {
    Term::tuple([tag.into(), argument])
}

/// Starts a child: of a child spec, or under `simple_one_for_one` with further arguments (a list).
///
/// # Errors
/// exit, if the supervisor does not answer.
///
/// OTP: <https://www.erlang.org/docs/25/man/supervisor#start_child-2>
pub fn start_child(cx: &Cx, supervisor: impl Into<Dest>, spec_or_args: Term) -> Call<'_> {
    request(cx, supervisor.into(), tagged(Atom::START_CHILD, spec_or_args))
}

/// Stops a child, by id; under `simple_one_for_one` by pid.
///
/// # Errors
/// exit, if the supervisor does not answer.
///
/// OTP: <https://www.erlang.org/docs/25/man/supervisor#terminate_child-2>
pub fn terminate_child(cx: &Cx, supervisor: impl Into<Dest>, child: Term) -> Call<'_> {
    request(cx, supervisor.into(), tagged(Atom::TERMINATE_CHILD, child))
}

/// Starts a stopped child again.
///
/// # Errors
/// exit, if the supervisor does not answer.
///
/// OTP: <https://www.erlang.org/docs/25/man/supervisor#restart_child-2>
pub fn restart_child(cx: &Cx, supervisor: impl Into<Dest>, id: Term) -> Call<'_> {
    request(cx, supervisor.into(), tagged(Atom::RESTART_CHILD, id))
}

/// Forgets a stopped child.
///
/// # Errors
/// exit, if the supervisor does not answer.
///
/// OTP: <https://www.erlang.org/docs/25/man/supervisor#delete_child-2>
pub fn delete_child(cx: &Cx, supervisor: impl Into<Dest>, id: Term) -> Call<'_> {
    request(cx, supervisor.into(), tagged(Atom::DELETE_CHILD, id))
}

/// The spec of a child: `{ok, Map}` or `{error, not_found}`.
///
/// # Errors
/// exit, if the supervisor does not answer.
///
/// OTP: <https://www.erlang.org/docs/25/man/supervisor#get_childspec-2>
pub fn get_childspec(cx: &Cx, supervisor: impl Into<Dest>, child: Term) -> Call<'_> {
    request(cx, supervisor.into(), tagged(Atom::GET_CHILDSPEC, child))
}

/// The children, last started first: `[{Id, Pid | undefined | restarting, Type, Modules}]`.
///
/// # Errors
/// exit, if the supervisor does not answer.
///
/// OTP: <https://www.erlang.org/docs/25/man/supervisor#which_children-1>
pub fn which_children(cx: &Cx, supervisor: impl Into<Dest>) -> Call<'_> {
    request(cx, supervisor.into(), Atom::WHICH_CHILDREN.into())
}

/// `[{specs, N}, {active, N}, {supervisors, N}, {workers, N}]`
///
/// # Errors
/// exit, if the supervisor does not answer.
///
/// OTP: <https://www.erlang.org/docs/25/man/supervisor#count_children-1>
pub fn count_children(cx: &Cx, supervisor: impl Into<Dest>) -> Call<'_> {
    request(cx, supervisor.into(), Atom::COUNT_CHILDREN.into())
}

impl GenServer for Supervisor {
    const BEHAVIOUR: Behaviour = Behaviour::Supervisor;

    async fn init(cx: &Cx, args: Term) -> Result<Init<Self>, Raise> {
        cx.trap_exits(true);
        let Some([name, Term::Atom(module), args]) = args.as_tuple() else { return Err(Raise::error(Atom::BADARG)) };
        let (name, module) = (name.as_atom(), *module);
        let answer = cx.apply(module, Atom::INIT, vec![args.clone()]).await?;
        match (&answer, answer.as_tuple().map(|answer| (answer, answer.get(1).and_then(Term::as_tuple)))) {
            (Term::Atom(Atom::IGNORE), _) => Ok(Init::Ignore),
            (_, Some(([Term::Atom(Atom::OK), _], Some([flags, specs])))) => {
                let flags = match child_spec::check_flags(flags) {
                    Ok(flags) => flags,
                    Err(reason) => return Ok(Init::Stop(tagged(Atom::new("supervisor_data"), reason))),
                };
                if !matches!(specs, Term::Nil | Term::List(_)) && flags.strategy != Strategy::SimpleOneForOne {
                    let raise = Raise::error(Atom::FUNCTION_CLAUSE);
                    return Err(raise.in_function(Atom::SUPERVISOR, Atom::new("check_startspec"), 2));
                }
                let mut supervisor = Supervisor {
                    name,
                    module,
                    args: args.clone(),
                    flags,
                    window: Window::default(),
                    kids: Kids::Many(Children::default()),
                    awaited: None,
                };
                match supervisor.bring_up(cx, specs).await {
                    Ok(()) => Ok(Init::Ok(supervisor, Next::Wait)),
                    Err(reason) => Ok(Init::Stop(reason)),
                }
            }
            _ => {
                let call = Term::tuple([module.into(), Atom::INIT.into(), answer]);
                Ok(Init::Stop(Term::tuple([Atom::BAD_RETURN.into(), call])))
            }
        }
    }

    /// What waits for nothing but the start of one child.
    fn begin(&mut self, cx: &Cx, message: Incoming<'_>) -> Option<Poll<Result<Reply, Raise>>> {
        match message {
            Incoming::Call(request, _) => match request.as_tuple()? {
                [Term::Atom(Atom::START_CHILD), spec_or_args] => Some(self.start_child(cx, spec_or_args)),
                [Term::Atom(Atom::RESTART_CHILD), id] if self.is_many() => Some(self.restart_child(cx, id)),
                _ => None,
            },
            Incoming::Cast(message) => match message.as_tuple()? {
                [Term::Atom(Atom::TRY_AGAIN_RESTART), id] if self.restarts_one(cx) => Some(self.try_again(cx, id)),
                _ => None,
            },
            Incoming::Info(message) => match message.as_tuple()? {
                [Term::Atom(Atom::EXIT), Term::Pid(pid), reason] => self.begin_exit(cx, *pid, reason),
                _ => None,
            },
        }
    }

    fn begin_exit(&mut self, cx: &Cx, pid: Pid, reason: &Term) -> Option<Poll<Result<Reply, Raise>>> {
        self.restarts_one(cx).then(|| self.child_ended(cx, pid, reason))
    }

    fn go_on(&mut self, cx: &Cx) -> Poll<Result<Reply, Raise>> {
        self.await_start(cx)
    }

    fn has_begun(&self) -> bool {
        self.awaited.is_some()
    }

    async fn handle_call(&mut self, cx: &Cx, request: Term, _from: From) -> Result<Reply, Raise> {
        self.answer(cx, &request).await.map(Reply::value)
    }

    /// A failed restart is tried again through the mailbox, so that requests come in between.
    async fn handle_cast(&mut self, cx: &Cx, message: Term) -> Result<Reply, Raise> {
        match message.as_tuple() {
            Some([Term::Atom(Atom::TRY_AGAIN_RESTART), id]) => Ok(self.try_group_again(cx, id).await),
            _ => Err(Raise::error(Atom::FUNCTION_CLAUSE)),
        }
    }

    async fn handle_info(&mut self, cx: &Cx, message: Term) -> Result<Reply, Raise> {
        match message.as_tuple() {
            Some([Term::Atom(Atom::EXIT), Term::Pid(pid), reason]) => {
                Ok(self.child_of_group_ended(cx, *pid, reason).await)
            }
            _ => {
                self.report_unexpected(cx, &message);
                Ok(Reply::none())
            }
        }
    }

    async fn terminate(&mut self, cx: &Cx, _reason: &Term) -> Result<(), Raise> {
        match &mut self.kids {
            Kids::Many(_) => self.terminate_children(cx).await,
            Kids::Simple(_) => self.terminate_simple(cx).await,
        }
        Ok(())
    }

    fn state(&self) -> Term {
        let pair = |key: &str, value: Term| (Term::atom(key), value);
        let children = match &self.kids {
            Kids::Many(children) => Term::list(children.in_order().map(which_child).collect::<Vec<_>>()),
            Kids::Simple(simple) => simple.count().into(),
        };
        Term::map(vec![
            pair("module", self.module.into()),
            pair("strategy", strategy_term(self.flags.strategy)),
            pair("intensity", self.flags.intensity.into()),
            pair("period", self.flags.period.into()),
            pair("children", children),
        ])
    }

    /// Flags and children change as `module:init(args)` now says; running children go on.
    ///
    /// OTP: <https://www.erlang.org/docs/25/design_principles/appup_cookbook#changing-properties>
    async fn change_code(&mut self, cx: &Cx, _old_vsn: &Term, _extra: &Term) -> Option<Result<(), Term>> {
        Some(self.adopt_new_init(cx).await)
    }
}

fn strategy_term(strategy: Strategy) -> Term {
    Term::Atom(match strategy {
        Strategy::OneForOne => Atom::ONE_FOR_ONE,
        Strategy::OneForAll => Atom::ONE_FOR_ALL,
        Strategy::RestForOne => Atom::REST_FOR_ONE,
        Strategy::SimpleOneForOne => Atom::SIMPLE_ONE_FOR_ONE,
    })
}

/// `{Id, Pid | undefined | restarting, Type, Modules}`
fn which_child(child: &Child) -> Term {
    let spec = &child.spec;
    Term::tuple([spec.id.clone(), child.pid.shown(), child_spec::type_term(spec.kind), spec.modules.clone()])
}

impl std::convert::From<Fate> for Reply {
    fn from(fate: Fate) -> Self {
        match fate {
            Fate::GoesOn => Reply::none(),
            Fate::ShutsDown => Reply::Stop(Atom::SHUTDOWN.into()),
        }
    }
}

impl Supervisor {
    fn is_many(&self) -> bool {
        matches!(self.kids, Kids::Many(_))
    }

    /// Does a child that ends concern no other?
    fn restarts_one(&self, cx: &Cx) -> bool {
        let alone = matches!(self.flags.strategy, Strategy::OneForOne | Strategy::SimpleOneForOne);
        !self.is_many() || alone && !cx.planted(Fault::OthersAreRestarted)
    }

    /// Checks the specs and starts the children. `Err` is the reason that init stops with.
    async fn bring_up(&mut self, cx: &Cx, specs: &Term) -> Result<(), Term> {
        self.announce_flags(cx);
        if self.flags.strategy == Strategy::SimpleOneForOne {
            let template = match specs.to_vec().as_deref() {
                Some([_]) => child_spec::check_all(specs, self.flags.auto_shutdown),
                _ => return Err(tagged(Atom::new("bad_start_spec"), specs.clone())),
            };
            let template = template.map_err(|error| tagged(Atom::new("start_spec"), error))?.pop();
            let template = template.ok_or_else(|| tagged(Atom::new("bad_start_spec"), specs.clone()))?;
            self.kids = Kids::Simple(Simple::new(template));
            return Ok(());
        }
        let specs =
            child_spec::check_all(specs, self.flags.auto_shutdown).map_err(|e| tagged(Atom::new("start_spec"), e))?;
        for (position, spec) in specs.iter().enumerate() {
            self.announce(cx, spec, position);
        }
        let children = specs.into_iter().map(Child::new).collect();
        self.kids = Kids::Many(children);
        match self.start_children(cx, 0).await {
            Ok(()) => Ok(()),
            Err((id, reason)) => {
                self.terminate_children(cx).await;
                let failed = Term::tuple([Term::atom("failed_to_start_child"), id, reason]);
                Err(Term::tuple([Atom::SHUTDOWN.into(), failed]))
            }
        }
    }

    fn announce_flags(&self, cx: &Cx) {
        let dynamic = self.flags.strategy == Strategy::SimpleOneForOne;
        cx.emit(Event::Supervises { pid: cx.me(), flags: self.flags, dynamic });
    }

    fn announce(&self, cx: &Cx, spec: &ChildSpec, position: usize) {
        let position = u32::try_from(position).unwrap_or(u32::MAX);
        cx.emit(Event::ChildAdded { supervisor: cx.me(), child: Rc::new(spec.info()), position });
    }

    /// The children with specs of their own. There are none under `simple_one_for_one`.
    fn children(&mut self) -> Option<&mut Children> {
        match &mut self.kids {
            Kids::Many(children) => Some(children),
            Kids::Simple(_) => None,
        }
    }

    fn set_pid(&mut self, order: u64, pid: ChildPid) {
        if let Some(children) = self.children() {
            children.set_pid(order, pid);
        }
    }

    fn forget(&mut self, cx: &Cx, order: u64) {
        if let Some(child) = self.children().and_then(|children| children.remove(order)) {
            Self::note_removed(cx, &child);
        }
    }

    fn note_removed(cx: &Cx, child: &Child) {
        cx.emit(Event::ChildRemoved { supervisor: cx.me(), id: child.spec.id.clone(), pid: child.pid.pid() });
    }

    async fn adopt_new_init(&mut self, cx: &Cx) -> Result<(), Term> {
        let answer = cx.apply(self.module, Atom::INIT, vec![self.args.clone()]).await;
        let answer = answer.map_err(Raise::into_caught)?;
        if answer.is_atom(Atom::IGNORE) {
            return Ok(());
        }
        let Some([Term::Atom(Atom::OK), pair]) = answer.as_tuple() else { return Err(answer) };
        let Some([flags, specs]) = pair.as_tuple() else { return Err(answer.clone()) };
        let flags = child_spec::check_flags(flags).map_err(Term::error)?;
        let specs = child_spec::check_all(specs, flags.auto_shutdown).map_err(Term::error)?;
        match &mut self.kids {
            Kids::Simple(simple) => match <[ChildSpec; 1]>::try_from(specs) {
                Ok([template]) => simple.follow(template),
                Err(_) => return Err(Term::error(answer.clone())),
            },
            Kids::Many(children) => children.update(specs),
        }
        self.flags = flags;
        self.announce_flags(cx);
        if let Kids::Many(children) = &self.kids {
            for (position, child) in children.in_order().enumerate() {
                self.announce(cx, &child.spec, position);
            }
        }
        Ok(())
    }

    fn is_worker(spec: &ChildSpec) -> bool {
        spec.kind == ChildType::Worker
    }
}
