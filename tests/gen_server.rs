//! Rules of generic servers that are cheap to state in Rust.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::cell::RefCell;
use std::rc::Rc;

use let_it_crash::event::Mfa;
use let_it_crash::exit::Raise;
use let_it_crash::limits::Limits;
use let_it_crash::otp::gen_server::{self, From, GenServer, Incoming, Init, Next, Reply, Start};
use let_it_crash::process::fault::Fault;
use let_it_crash::process::{Cx, Runtime};
use let_it_crash::term::{Atom, Term};
use let_it_crash::time::Duration;

struct Counter(i64);

impl GenServer for Counter {
    async fn init(_: &Cx, args: Term) -> Result<Init<Self>, Raise> {
        Ok(Init::Ok(Counter(args.as_int().unwrap_or(0)), Next::Wait))
    }

    async fn handle_call(&mut self, _: &Cx, _: Term, _: From) -> Result<Reply, Raise> {
        self.0 += 1;
        Ok(Reply::value(self.0))
    }

    fn state(&self) -> Term {
        self.0.into()
    }
}

fn in_a_process<F, Fut>(body: F) -> Vec<String>
where
    F: FnOnce(Cx, Rc<RefCell<Vec<String>>>) -> Fut,
    Fut: Future<Output = Result<(), Raise>> + 'static,
{
    let mut node = Runtime::new(Limits { ns_per_reduction: 0, ..Limits::default() });
    let notes = Rc::new(RefCell::new(Vec::new()));
    let kept = notes.clone();
    let call = Mfa { module: Atom::new("test"), function: Atom::new("run"), arity: 0 };
    node.spawn(call, |cx| body(cx, kept)).unwrap();
    node.advance(Duration::from_secs(10));
    notes.take()
}

#[test]
fn a_call_is_answered_and_a_dead_server_exits_the_caller_with_its_reason() {
    let notes = in_a_process(|cx, notes| async move {
        let note = |what: &dyn std::fmt::Debug| notes.borrow_mut().push(format!("{what:?}"));
        let started = gen_server::start::<Counter>(&cx, Start::new(Atom::new("counter"), 40.into())).await?;
        let server = started.as_tuple().unwrap()[1].as_pid().unwrap();
        note(&gen_server::call(&cx, server, Term::atom("next"), None).await?);
        note(&gen_server::call(&cx, server, Term::atom("next"), Some(Duration::from_millis(10))).await?);
        gen_server::stop(&cx, server, Atom::NORMAL.into(), None).await?;
        note(&cx.is_alive(server));
        let gone = gen_server::call(&cx, server, Term::atom("next"), None).await;
        note(&gone.unwrap_err().reason.as_tuple().unwrap()[0]);
        Ok(())
    });
    assert_eq!(notes, ["41", "42", "false", ":noproc"]);
}

/// Takes casts and other messages at once; a call waits.
struct Till(i64);

impl GenServer for Till {
    async fn init(_: &Cx, _: Term) -> Result<Init<Self>, Raise> {
        Ok(Init::Ok(Till(0), Next::Wait))
    }

    fn at_once(&mut self, _: &Cx, message: Incoming<'_>) -> Option<Result<Reply, Raise>> {
        match message {
            Incoming::Call(..) => None,
            Incoming::Cast(coins) => {
                self.0 += coins.as_int()?;
                Some(Ok(Reply::none()))
            }
            Incoming::Info(_) => Some(Err(Raise::error(Atom::BADARG))),
        }
    }

    async fn handle_call(&mut self, cx: &Cx, _: Term, _: From) -> Result<Reply, Raise> {
        cx.sleep(Duration::from_millis(1)).await;
        Ok(Reply::value(self.0))
    }

    fn state(&self) -> Term {
        self.0.into()
    }
}

#[test]
fn what_is_taken_at_once_is_a_callback_like_another() {
    let notes = in_a_process(|cx, notes| async move {
        let note = |what: &dyn std::fmt::Debug| notes.borrow_mut().push(format!("{what:?}"));
        let start = async || {
            let started = gen_server::start::<Till>(&cx, Start::new(Atom::new("till"), Term::Nil)).await?;
            Ok::<_, Raise>(started.as_tuple().unwrap()[1].as_pid().unwrap())
        };
        let (server, other) = (start().await?, start().await?);
        cx.inject(other, Fault::Stop(Term::atom("full"))); // somebody else's fault changes nothing
        gen_server::cast(&cx, server, 40.into());
        gen_server::cast(&cx, server, 2.into());
        note(&gen_server::call(&cx, server, Term::atom("sum"), None).await?);
        cx.monitor(other);
        gen_server::cast(&cx, other, 1.into());
        note(&cx.receive().await.as_tuple().unwrap()[4]);
        cx.monitor(server);
        cx.send(server, Term::atom("button"))?;
        note(&cx.receive().await.as_tuple().unwrap()[4]);
        Ok(())
    });
    assert_eq!(notes, ["42", ":full", "{:badarg, [{:till, :handle_info, 2, []}]}"]);
}

async fn sleeper(cx: Cx) -> Result<(), Raise> {
    cx.sleep(Duration::from_secs(60)).await;
    Ok(())
}

#[test]
fn a_fault_goes_with_the_process_that_was_to_meet_it() {
    let mut node = Runtime::new(Limits::default());
    let call = Mfa { module: Atom::new("test"), function: Atom::new("run"), arity: 0 };
    let victim = node.spawn(call, sleeper).unwrap();
    node.run_until_idle();
    node.inject(victim, Fault::EndlessLoop);
    node.inject(victim, Fault::Stop(Term::atom("later")));
    assert_eq!(node.faults(), 2);
    node.kernel_mut(|kernel| kernel.exit_signal(victim, victim, Atom::KILL.into()));
    assert_eq!(node.faults(), 0);
    node.inject(victim, Fault::EndlessLoop);
    assert_eq!(node.faults(), 0);
}

#[test]
fn who_never_runs_a_callback_gathers_few_faults() {
    let mut node = Runtime::new(Limits::default());
    let call = Mfa { module: Atom::new("test"), function: Atom::new("run"), arity: 0 };
    let plain = node.spawn(call, sleeper).unwrap();
    for _ in 0..1_000 {
        node.inject(plain, Fault::Stop(Atom::NORMAL.into()));
    }
    assert!((1..=16).contains(&node.faults()), "{}", node.faults());
    node.kernel_mut(|kernel| kernel.exit_signal(plain, plain, Atom::KILL.into()));
    assert_eq!(node.faults(), 0);
}
