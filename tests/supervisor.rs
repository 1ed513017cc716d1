//! Rules of supervisors that no trace shows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use let_it_crash::event::Mfa;
use let_it_crash::exit::Raise;
use let_it_crash::limits::Limits;
use let_it_crash::otp::gen_server::{self, GenServer, Init, Next, Start};
use let_it_crash::otp::supervisor;
use let_it_crash::process::module::Called;
use let_it_crash::process::{Cx, Module, Runtime};
use let_it_crash::term;
use let_it_crash::term::{Atom, Pid, Term};
use let_it_crash::time::Duration;

/// Does nothing; with the argument `slow` it takes a while to end.
struct Worker;

impl GenServer for Worker {
    async fn init(cx: &Cx, args: Term) -> Result<Init<Self>, Raise> {
        cx.trap_exits(args.is_atom(Atom::new("slow")));
        Ok(Init::Ok(Worker, Next::Wait))
    }

    async fn terminate(&mut self, cx: &Cx, _: &Term) -> Result<(), Raise> {
        cx.sleep(Duration::from_millis(10)).await;
        Ok(())
    }

    fn state(&self) -> Term {
        Term::Nil
    }
}

/// Leaves its supervisor before it does nothing.
async fn naughty(cx: Cx, args: Vec<Term>) -> Result<Term, Raise> {
    let started = gen_server::start_link::<Worker>(&cx, Start::new(Atom::new("worker"), Term::Nil)).await?;
    let child = started.as_tuple().unwrap()[1].as_pid().unwrap();
    if args[0].is_atom(Atom::new("naughty")) {
        cx.unlink(child);
    }
    Ok(started)
}

fn modules() -> [Module; 2] {
    let worker = Module::new(Atom::new("worker"), "1")
        .export("start_link", 1, |cx, mut args| -> Called {
            Box::pin(async move {
                gen_server::start_link::<Worker>(&cx, Start::new(Atom::new("worker"), args.remove(0))).await
            })
        })
        .export("naughty", 1, |cx, args| -> Called { Box::pin(naughty(cx, args)) });
    let tree = Module::new(Atom::new("tree"), "1").export("init", 1, |_, args| -> Called {
        Box::pin(async move {
            let start = args[0].clone();
            Ok(term!({ok, {#{strategy => simple_one_for_one}, [#{id => child, start => (start), restart => temporary}]}}))
        })
    });
    [worker, tree]
}

/// Virtual nanoseconds that the stop of so many children took, for each of them.
fn stopping(children: u64, start: Term) -> u64 {
    let mut node = Runtime::new(Limits { log_bytes: 1 << 20, ..Limits::default() });
    modules().into_iter().for_each(|module| node.load(module));
    let call = Mfa { module: Atom::new("test"), function: Atom::new("run"), arity: 0 };
    let starter = node
        .spawn(call, move |cx| async move {
            cx.trap_exits(true);
            supervisor::start_link(&cx, Some(Atom::new("top")), Atom::new("tree"), start).await?;
            for _ in 0..children {
                supervisor::start_child(&cx, Atom::new("top"), Term::Nil).await?;
            }
            cx.receive().await;
            Ok(())
        })
        .unwrap();
    node.run_until_idle();
    assert_eq!(node.kernel().process_count() as u64, children + 2);
    let before = node.now();
    let top: Pid = node.kernel().whereis(Atom::new("top")).unwrap();
    node.kernel_mut(|kernel| kernel.exit_signal(starter, top, Atom::SHUTDOWN.into()));
    node.run_until_idle();
    node.advance(Duration::from_secs(1));
    assert_eq!(node.kernel().process_count(), 0, "of {children} and theirs");
    node.now().since(before).0.saturating_sub(1_000_000_000) / children
}

#[test]
fn a_child_of_many_takes_no_longer_to_stop_than_one_of_few() {
    for start in
        [term!({worker, start_link, [quick]}), term!({worker, start_link, [slow]}), term!({worker, naughty, [naughty]})]
    {
        let (few, many) = (stopping(100, start.clone()), stopping(4_000, start.clone()));
        println!("{start}: {few} ns a child of 100, {many} ns a child of 4,000");
        assert!(many <= few + few / 2, "{start}: {few} ns a child of 100, {many} ns a child of 4,000");
    }
}
