//! What the tests share: a process that performs a test, and simple processes for it to act on.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use let_it_crash::event::Mfa;
use let_it_crash::exit::Raise;
use let_it_crash::limits::Limits;
use let_it_crash::process::{Budget, Cx, Progress, Runtime, SpawnOptions};
use let_it_crash::term::{Atom, Pid, Ref, Term};
use let_it_crash::time::Duration;

pub(crate) fn mfa() -> Mfa {
    Mfa { module: Atom::new("test"), function: Atom::new("run"), arity: 0 }
}

/// Runs `body` as the first process of a node, for a minute. It has to come to its end.
pub(crate) fn run<F, Fut>(body: F)
where
    F: FnOnce(Cx) -> Fut + 'static,
    Fut: Future<Output = Result<(), Raise>> + 'static,
{
    run_on(&mut Runtime::new(Limits::default()), body);
}

/// [`run`] on a node of one's own.
pub(crate) fn run_on<F, Fut>(node: &mut Runtime, body: F)
where
    F: FnOnce(Cx) -> Fut + 'static,
    Fut: Future<Output = Result<(), Raise>> + 'static,
{
    let outcome = Rc::new(RefCell::new(None));
    let end = outcome.clone();
    node.spawn(mfa(), |cx| async move {
        let result = body(cx).await;
        *end.borrow_mut() = Some(result);
        Ok(())
    })
    .unwrap();
    let minute = Budget { turns: 100, until: node.now() + Duration::from_secs(60) };
    while outcome.borrow().is_none() && node.now() < minute.until && node.run(minute) == Progress::Spent {}
    assert_eq!(outcome.take(), Some(Ok(())), "the process did not come to its end");
}

/// Spawns, linked or not.
pub(crate) fn spawn<F, Fut>(cx: &Cx, link: bool, body: F) -> Pid
where
    F: FnOnce(Cx) -> Fut,
    Fut: Future<Output = Result<(), Raise>> + 'static,
{
    cx.spawn(SpawnOptions { link, initial_call: mfa() }, body).unwrap()
}

/// A process that takes messages and does nothing.
pub(crate) fn idle(cx: &Cx, link: bool) -> Pid {
    spawn(cx, link, |cx| async move {
        loop {
            cx.receive().await;
        }
    })
}

/// A process that is already dead.
pub(crate) async fn dead(cx: &Cx) -> Pid {
    let pid = spawn(cx, false, |_| async { Ok(()) });
    end_of(cx, pid).await;
    pid
}

/// Waits for the end of a process; its exit reason.
pub(crate) async fn end_of(cx: &Cx, pid: Pid) -> Term {
    let mref = cx.monitor(pid);
    cx.receive_if(|message| down(message, mref)).await
}

/// The reason in the `'DOWN'` of a monitor.
pub(crate) fn down(message: &Term, mref: Ref) -> Option<Term> {
    match message.as_tuple()? {
        [tag, Term::Ref(of), _, _, reason] if tag.is_atom(Atom::DOWN) && *of == mref => Some(reason.clone()),
        _ => None,
    }
}

/// `{'EXIT', from, reason}`
pub(crate) fn exit_message(from: Pid, reason: impl Into<Term>) -> Term {
    Term::tuple([Atom::EXIT.into(), from.into(), reason.into()])
}

/// Lets all others run until they wait.
pub(crate) async fn settle(cx: &Cx) {
    cx.sleep(Duration(100_000)).await;
}

/// The messages that wait, taken out.
pub(crate) async fn messages(cx: &Cx) -> Vec<Term> {
    let mut all = Vec::new();
    while let Some(message) = cx.receive_next(Some(Duration::ZERO)).await {
        all.push(message);
    }
    all
}

pub(crate) fn atom(text: &str) -> Term {
    Term::atom(text)
}

pub(crate) fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}
