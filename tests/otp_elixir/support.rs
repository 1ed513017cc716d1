//! A node with a worker module on it, and a process to run a test in.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use let_it_crash::event::{Event, Mfa};
use let_it_crash::exit::Raise;
use let_it_crash::limits::Limits;
use let_it_crash::otp::gen_server::{self, From, GenServer, Init, Next, Reply, Start};
use let_it_crash::process::{Cx, Module, Runtime};
use let_it_crash::term::{Atom, Pid, Term};
use let_it_crash::time::Duration;

/// Runs a test body in a process that traps exits, for at most an hour of virtual time. Gives
/// the node afterwards.
pub(crate) fn run<F, Fut>(body: F) -> Runtime
where
    F: FnOnce(Cx) -> Fut,
    Fut: Future<Output = Result<(), Raise>> + 'static,
{
    run_with([], body)
}

/// The same with further modules.
pub(crate) fn run_with<F, Fut>(modules: impl IntoIterator<Item = Module>, body: F) -> Runtime
where
    F: FnOnce(Cx) -> Fut,
    Fut: Future<Output = Result<(), Raise>> + 'static,
{
    let mut node = Runtime::new(Limits { ns_per_reduction: 0, ..Limits::default() });
    for module in modules.into_iter().chain([worker()]).chain(let_it_crash::otp::modules()) {
        node.load(module);
    }
    let done = Rc::new(Cell::new(false));
    let flag = done.clone();
    let call = Mfa { module: Atom::new("test"), function: Atom::new("run"), arity: 0 };
    node.spawn(call, |cx| {
        cx.trap_exits(true);
        let test = body(cx);
        async move {
            if let Err(raise) = test.await {
                panic!("the test raised {raise:?}");
            }
            flag.set(true);
            Ok(())
        }
    })
    .unwrap();
    node.advance(Duration::from_secs(3_600));
    assert!(done.get(), "the test did not come to its end");
    node
}

/// The events of a run.
pub(crate) fn events(node: &Runtime) -> Vec<Event> {
    node.kernel().log.events().collect()
}

/// The text of a term in Elixir notation.
pub(crate) fn text(term: &Term) -> String {
    term.to_string()
}

/// The pid in `{ok, Pid}`.
pub(crate) fn pid(started: &Term) -> Pid {
    match started.as_tuple() {
        Some([Term::Atom(Atom::OK), Term::Pid(pid)]) => *pid,
        _ => panic!("not started: {started}"),
    }
}

pub(crate) fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// A function of a module as data.
pub(crate) fn fun(module: &str, name: &str, arity: u8) -> Term {
    Term::fun(let_it_crash::term::Fun { module: Atom::new(module), name: Atom::new(name), arity, env: Vec::new() })
}

/// A worker: traps exits, takes as long to terminate as its argument says in milliseconds, and
/// crashes, stops or exits on request.
pub(crate) struct Worker {
    slow: u64,
}

thread_local! {
    /// How many of the next starts fail.
    pub(crate) static FAILING: RefCell<u32> = const { RefCell::new(0) };
}

fn worker() -> Module {
    (0..=2).fold(Module::new(Atom::new("worker"), "1"), |module, arity| {
        module.export("start_link", arity, |cx, args| {
            Box::pin(async move {
                let fails = FAILING.with_borrow_mut(|left| std::mem::replace(left, left.saturating_sub(1)) > 0);
                if fails {
                    return Ok(Term::error(Term::atom("not_now")));
                }
                let start = Start::new(Atom::new("worker"), Term::list(args));
                gen_server::start_link::<Worker>(&cx, start).await
            })
        })
    })
}

impl GenServer for Worker {
    async fn init(cx: &Cx, args: Term) -> Result<Init<Self>, Raise> {
        cx.trap_exits(true);
        let slow = args.iter().last().and_then(Term::as_int).unwrap_or(0).unsigned_abs();
        Ok(Init::Ok(Worker { slow }, Next::Wait))
    }

    async fn handle_call(&mut self, _: &Cx, request: Term, _: From) -> Result<Reply, Raise> {
        match request.as_tuple() {
            Some([tag, reason]) if *tag == Term::atom("stop") => Ok(Reply::StopReply(reason.clone(), Atom::OK.into())),
            _ => Ok(Reply::value(request)),
        }
    }

    async fn terminate(&mut self, cx: &Cx, _: &Term) -> Result<(), Raise> {
        if self.slow > 0 {
            cx.sleep(millis(self.slow)).await;
        }
        Ok(())
    }

    fn state(&self) -> Term {
        Term::Nil
    }
}
