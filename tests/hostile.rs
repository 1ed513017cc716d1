//! Programs that mean harm: the process or the node dies as OTP would have it, and the host goes on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;

use let_it_crash::event::{Event, Mfa};
use let_it_crash::exit::Raise;
use let_it_crash::kernel::process::Status;
use let_it_crash::limits::Limits;
use let_it_crash::otp::gen_server::{self, GenServer, Init, Next, Start};
use let_it_crash::otp::supervisor;
use let_it_crash::process::fault::Fault;
use let_it_crash::process::module::Called;
use let_it_crash::process::{Budget, Cx, Module, Progress, Runtime, SpawnOptions};
use let_it_crash::seq::integer::Integers;
use let_it_crash::session::hash::LifecycleHash;
use let_it_crash::term;
use let_it_crash::term::inspect::{Options, inspect};
use let_it_crash::term::{Atom, Pid, Term};
use let_it_crash::time::{Duration, Instant};

/// The code of a process, boxed.
type Life = Pin<Box<dyn Future<Output = Result<(), Raise>>>>;

fn mfa() -> Mfa {
    Mfa { module: Atom::new("hostile"), function: Atom::new("run"), arity: 0 }
}

fn spawn<F, Fut>(node: &mut Runtime, body: F) -> Pid
where
    F: FnOnce(Cx) -> Fut,
    Fut: Future<Output = Result<(), Raise>> + 'static,
{
    node.spawn(mfa(), body).unwrap()
}

fn turns(node: &mut Runtime, turns: u64) -> Progress {
    node.run(Budget { turns, until: Instant(u64::MAX) })
}

/// A process that counts its turns for ever: who sees it count sees the others served.
fn counter(node: &mut Runtime) -> Rc<Cell<u64>> {
    let count = Rc::new(Cell::new(0));
    let mine = count.clone();
    spawn(node, |cx| async move {
        loop {
            mine.set(mine.get() + 1);
            cx.yield_now().await;
        }
    });
    count
}

/// The others are served, and a kill ends it.
fn is_contained(node: &mut Runtime, hostile: Pid) {
    let count = counter(node);
    turns(node, 1_000);
    assert!(count.get() > 100, "the others had {} turns of 1,000", count.get());
    node.kernel_mut(|kernel| kernel.exit_signal(hostile, hostile, Atom::KILL.into()));
    assert!(node.kernel().process(hostile).is_none());
    let before = count.get();
    turns(node, 100);
    assert!(count.get() >= before + 90);
}

/// The exit reason of a process, from the log.
fn reason(node: &mut Runtime, of: Pid) -> Option<Term> {
    node.drain_log().into_iter().find_map(|entry| match entry.event {
        Event::Exited { pid, reason, .. } if pid == of => Some(reason),
        _ => None,
    })
}

// --- B1: loops

#[test]
fn endless_loops_hold_nobody_up() {
    let bodies: [fn(Cx) -> Life; 4] = [
        |cx| {
            Box::pin(async move {
                loop {
                    cx.send(cx.me(), Term::Nil)?;
                    cx.receive().await;
                }
            })
        },
        |cx| {
            Box::pin(async move {
                loop {
                    cx.tick().await;
                    cx.charge(1);
                }
            })
        },
        |cx| {
            Box::pin(async move {
                loop {
                    cx.receive_within(Some(Duration::ZERO), |_| None::<()>).await;
                }
            })
        },
        |cx| {
            Box::pin(async move {
                loop {
                    let _ = cx.monitor(Atom::new("nobody"));
                    cx.receive().await;
                }
            })
        },
    ];
    for body in bodies {
        let mut node = Runtime::new(Limits::default());
        let hostile = spawn(&mut node, body);
        is_contained(&mut node, hostile);
    }
}

struct Server;

impl GenServer for Server {
    async fn init(cx: &Cx, args: Term) -> Result<Init<Self>, Raise> {
        if args.is_atom(Atom::new("hang")) {
            cx.receive_if(|_| None::<()>).await;
        }
        if args.is_atom(Atom::new("boom")) {
            return Err(Raise::error(Term::atom("boom")));
        }
        Ok(Init::Ok(Server, Next::Wait))
    }

    fn state(&self) -> Term {
        Term::Nil
    }
}

#[test]
fn an_endless_callback_holds_nobody_up_and_its_callers_time_out() {
    let mut node = Runtime::new(Limits::default());
    let outcome = Rc::new(Cell::new(None));
    let theirs = outcome.clone();
    let server = Rc::new(Cell::new(None));
    let found = server.clone();
    spawn(&mut node, |cx| async move {
        let started = gen_server::start::<Server>(&cx, Start::new(Atom::new("server"), Term::Nil)).await?;
        let pid = started.as_tuple().unwrap()[1].as_pid().unwrap();
        found.set(Some(pid));
        cx.inject(pid, Fault::EndlessLoop);
        let answer = gen_server::call(&cx, pid, Term::Nil, Some(Duration::from_millis(100))).await;
        theirs.set(Some(answer));
        Ok(())
    });
    turns(&mut node, 20_000);
    let raise = outcome.take().expect("the call has ended").unwrap_err();
    assert_eq!(raise.reason.as_tuple().unwrap()[0], Atom::TIMEOUT.into());
    is_contained(&mut node, server.get().unwrap());
}

// --- B2: fork bombs

/// Spawns for ever; each child does the same.
fn multiply(cx: Cx) -> Life {
    Box::pin(async move {
        loop {
            let options = SpawnOptions { link: true, initial_call: mfa() };
            match cx.spawn(options, multiply) {
                Err(raise) if raise.reason.is_atom(Atom::SYSTEM_LIMIT) => {}
                other => assert!(other.is_ok()),
            }
            cx.tick().await;
        }
    })
}

#[test]
fn a_fork_bomb_meets_the_process_limit_and_ends_with_one_kill() {
    let mut node = Runtime::new(Limits { processes: 5_000, ..Limits::default() });
    let count = counter(&mut node);
    let bomb = spawn(&mut node, multiply);
    turns(&mut node, 30_000);
    assert_eq!(node.kernel().process_count(), 5_000);
    assert!(count.get() > 1);
    let refused = spawn_refused(&mut node);
    assert_eq!(refused, Raise::error(Atom::SYSTEM_LIMIT));
    // All are linked, so all end.
    node.kernel_mut(|kernel| kernel.exit_signal(bomb, bomb, Atom::KILL.into()));
    assert_eq!(node.kernel().process_count(), 1);
    assert!(node.spawn(mfa(), |_| async { Ok(()) }).is_ok());
}

fn spawn_refused(node: &mut Runtime) -> Raise {
    node.spawn(mfa(), |_| async { Ok(()) }).unwrap_err()
}

// --- B3: mailbox floods

#[test]
fn a_million_messages_kill_a_receiver_that_does_not_listen() {
    let limits = Limits { mailbox_words: 100_000, ..Limits::default() };
    let mut node = Runtime::new(limits.clone());
    let deaf = spawn(&mut node, |cx| async move {
        cx.trap_exits(true);
        cx.receive_if(|_| None::<()>).await;
        Ok(())
    });
    turns(&mut node, 1);
    let most = Rc::new(Cell::new(0));
    let seen = most.clone();
    let message = Term::tuple([Term::Int(1), Term::Int(2)]);
    spawn(&mut node, move |cx| async move {
        for _ in 0..1_000_000 {
            cx.send(deaf, message.clone())?;
            let words = cx.of(deaf, |deaf| deaf.mailbox.words()).unwrap_or(0);
            seen.set(seen.get().max(words));
            cx.tick().await;
        }
        Ok(())
    });
    node.run_until_idle();
    assert!(most.get() <= limits.mailbox_words, "{} words waited", most.get());
    assert_eq!(node.kernel().process_count(), 0);
    assert_eq!(reason(&mut node, deaf), Some(Atom::KILLED.into()));
}

// --- B4: atoms

#[test]
fn a_full_atom_table_stops_the_node_and_a_new_one_runs() {
    let mut node = Runtime::new(Limits::default());
    let count = counter(&mut node);
    spawn(&mut node, |cx| async move {
        for number in 0..1 << 20 {
            cx.binary_to_atom(&format!("hostile_{number}"))?;
            cx.tick().await;
        }
        Ok(())
    });
    assert_eq!(turns(&mut node, 1_000_000), Progress::Halted);
    assert_eq!(node.halted(), Some(Term::string("no more index entries in atom_tab")));
    let stopped = count.get();
    assert_eq!(turns(&mut node, 100), Progress::Halted);
    assert_eq!(count.get(), stopped);
    drop(node);
    let mut again = Runtime::new(Limits::default());
    let count = counter(&mut again);
    turns(&mut again, 100);
    assert!(count.get() > 90);
}

#[test]
fn a_full_atom_table_stays_full_and_a_node_goes_on_with_what_there_is() {
    let mut node = Runtime::new(Limits::default());
    spawn(&mut node, |cx| async move {
        loop {
            cx.binary_to_atom(&format!("filler_{}", cx.now().0))?;
            cx.sleep(Duration(1)).await;
        }
    });
    assert_eq!(turns(&mut node, 1_000_000), Progress::Halted);
    let mut again = Runtime::new(Limits::default());
    let known = spawn(&mut again, |cx| async move { cx.binary_to_atom("normal").map(drop) });
    turns(&mut again, 10);
    assert_eq!((reason(&mut again, known), again.halted()), (Some(Atom::NORMAL.into()), None));
    spawn(&mut again, |cx| async move { cx.binary_to_atom("one_more").map(drop) });
    assert_eq!(turns(&mut again, 10), Progress::Halted);
}

#[test]
fn an_atom_that_is_too_long_is_the_process_s_error() {
    let mut node = Runtime::new(Limits::default());
    let pid = spawn(&mut node, |cx| async move { cx.binary_to_atom(&"x".repeat(256)).map(drop) });
    turns(&mut node, 10);
    assert_eq!(reason(&mut node, pid).unwrap().as_tuple().unwrap()[0], Atom::SYSTEM_LIMIT.into());
    assert_eq!(node.halted(), None);
}

// --- B5: large integers

#[test]
fn an_integer_that_grows_for_ever_ends_its_process_with_system_limit() {
    let mut node = Runtime::new(Limits { integer_bits: 100_000, ..Limits::default() });
    let pid = spawn(&mut node, |cx| async move {
        let integers = Integers::of(&cx);
        let mut n = Term::Int(3);
        loop {
            n = integers.multiply(&n, &n)?;
            cx.tick().await;
        }
    });
    turns(&mut node, 1_000);
    assert_eq!(reason(&mut node, pid).unwrap().as_tuple().unwrap()[0], Atom::SYSTEM_LIMIT.into());
}

#[test]
fn a_tower_of_powers_is_refused_before_it_is_reckoned() {
    assert_eq!(Term::Int(9).pow(387_420_489, Limits::default().integer_bits), None);
}

// --- B6: terms that share themselves

/// A pair of itself, so many levels deep: small in memory, 2^levels words when unshared.
fn doubled(levels: u32) -> Term {
    (0..levels).fold(Term::Int(1), |term, _| Term::tuple([term.clone(), term]))
}

#[test]
fn a_doubled_term_counts_unshared_and_kills_its_receiver() {
    let mut node = Runtime::new(Limits::default());
    let bomb = doubled(70);
    assert_eq!(bomb.words(), u32::MAX);
    let deaf = spawn(&mut node, |cx| async move {
        cx.receive_if(|_| None::<()>).await;
        Ok(())
    });
    let sender = spawn(&mut node, move |cx| async move {
        cx.put(Term::atom("kept"), Term::Int(1));
        cx.send(deaf, bomb.clone())?;
        cx.put(Term::atom("bomb"), bomb);
        Ok(())
    });
    turns(&mut node, 10);
    assert_eq!(node.kernel().process_count(), 0);
    let ends: Vec<_> = (node.drain_log().into_iter())
        .filter_map(|entry| match entry.event {
            Event::Exited { pid, reason, .. } => Some((pid, reason)),
            _ => None,
        })
        .collect();
    assert_eq!(ends, [(deaf, Atom::KILLED.into()), (sender, Atom::KILLED.into())]);
}

#[test]
fn a_doubled_term_can_be_shown_and_dropped() {
    let bomb = doubled(70);
    let (whole, usual) = (bomb.to_string(), inspect(&bomb, &Options::default()));
    assert!(whole.len() <= Options::WHOLE.max_bytes + 3, "{} bytes", whole.len());
    assert!(usual.len() <= Options::default().max_bytes + 3, "{} bytes", usual.len());
}

// --- B7: timers

#[test]
fn a_million_timers_are_refused_beyond_the_limit_and_fire_in_slices() {
    let mut node = Runtime::new(Limits { timers: 50_000, ns_per_reduction: 0, ..Limits::default() });
    let fired = Rc::new(Cell::new(0_u32));
    let seen = fired.clone();
    let sink = spawn(&mut node, move |cx| async move {
        loop {
            cx.receive().await;
            seen.set(seen.get() + 1);
        }
    });
    let refused = Rc::new(Cell::new(0_u32));
    let counted = refused.clone();
    spawn(&mut node, move |cx| async move {
        for _ in 0..1_000_000 {
            if cx.send_after(Duration::from_millis(1), sink, Term::Nil).is_err() {
                counted.set(counted.get() + 1);
            }
            cx.tick().await;
        }
        Ok(())
    });
    node.run_until_idle();
    assert_eq!(refused.get(), 950_000);
    let due = node.kernel_mut(|kernel| kernel.next_due()).unwrap();
    node.advance_to(due);
    let waiting = node.kernel().process(sink).unwrap().mailbox.len();
    assert!(waiting <= 1_000, "{waiting} timers fired at once");
    node.advance(Duration::from_millis(1));
    assert_eq!(fired.get(), 50_000);
}

#[test]
fn a_timer_that_sets_itself_again_at_once_holds_nobody_up() {
    let mut node = Runtime::new(Limits { ns_per_reduction: 0, ..Limits::default() });
    let hostile = spawn(&mut node, |cx| async move {
        loop {
            cx.send_after(Duration::ZERO, cx.me(), Term::Nil)?;
            cx.receive().await;
        }
    });
    let progress = turns(&mut node, 1_000);
    assert_eq!(progress, Progress::Spent);
    is_contained(&mut node, hostile);
}

#[test]
fn a_clock_that_jumps_thirty_years_fires_what_is_due_and_no_more() {
    let mut node = Runtime::new(Limits::default());
    let pid = spawn(&mut node, |cx| async move {
        cx.sleep(Duration::from_secs(1_000_000_000)).await;
        Ok(())
    });
    turns(&mut node, 1);
    node.advance(Duration::from_secs(999_999_999));
    assert_eq!(node.kernel().process(pid).unwrap().status, Status::Waiting);
    node.advance(Duration::from_secs(2));
    assert!(node.kernel().process(pid).is_none());
}

// --- B8: restart storms, hanging starts

fn supervised(argument: &'static str) -> Runtime {
    let mut node = Runtime::new(Limits::default());
    let children = match argument {
        "boom" => |_: Cx, _: Vec<Term>| -> Called { Box::pin(async { Ok(tree("boom")) }) },
        _ => |_: Cx, _: Vec<Term>| -> Called { Box::pin(async { Ok(tree("hang")) }) },
    };
    let module = Module::new(Atom::new("hostile_tree"), "1").export("init", 1, children);
    let worker = Module::new(Atom::new("hostile_worker"), "1").export("start_link", 1, |cx, args| {
        Box::pin(async move {
            let first = args.into_iter().next().unwrap_or_default();
            // The first start succeeds, restarts do as they are told.
            let again = cx.get(&Term::atom("again")).is_some();
            cx.put(Term::atom("again"), Term::Int(1));
            let args = if again || first.is_atom(Atom::new("hang")) { first } else { Term::Nil };
            gen_server::start_link::<Server>(&cx, Start::new(Atom::new("hostile_worker"), args)).await
        })
    });
    node.load(module);
    node.load(worker);
    node
}

fn tree(argument: &str) -> Term {
    let start =
        Term::tuple([Term::atom("hostile_worker"), Term::atom("start_link"), Term::list([Term::atom(argument)])]);
    let child = Term::map(vec![(Atom::ID.into(), Term::Int(1)), (Atom::START.into(), start)]);
    let flags = term!(#{intensity => 1000000000, period => 1});
    Term::ok(Term::tuple([flags, Term::list([child])]))
}

fn start_tree(node: &mut Runtime) -> Pid {
    spawn(node, |cx| async move {
        cx.trap_exits(true);
        supervisor::start_link(&cx, None, Atom::new("hostile_tree"), Term::Nil).await?;
        cx.receive_if(|_| None::<()>).await;
        Ok(())
    })
}

#[test]
fn a_restart_storm_holds_nobody_up() {
    let mut node = supervised("boom");
    start_tree(&mut node);
    turns(&mut node, 100);
    let worker = *node.kernel().processes().last().unwrap();
    node.kernel_mut(|kernel| kernel.exit_signal(worker, worker, Atom::KILL.into()));
    turns(&mut node, 2_000);
    let counted = node.drain_log().iter().filter(|entry| matches!(entry.event, Event::RestartCounted { .. })).count();
    assert!(counted > 100, "{counted} restarts");
    let supervisor = node.kernel().processes()[1];
    is_contained(&mut node, supervisor);
}

#[test]
fn an_init_that_hangs_holds_only_its_starter_up() {
    let mut node = supervised("hang");
    let starter = start_tree(&mut node);
    turns(&mut node, 100);
    assert_eq!(node.kernel().process_count(), 3);
    let supervisor = node.kernel().processes()[1];
    is_contained(&mut node, supervisor);
    // The child was linked to its supervisor; the starter has been told.
    assert_eq!(node.kernel().processes()[0], starter);
    assert_eq!(node.kernel().process_count(), 2);
}

// --- B9: depth

#[test]
fn a_term_a_million_levels_deep_is_sent_kept_and_dropped() {
    let mut node = Runtime::new(Limits { mailbox_words: u64::MAX, ..Limits::default() });
    let keeper = spawn(&mut node, |cx| async move {
        let deep = cx.receive().await;
        let text = inspect(&deep, &Options::default());
        assert!(text.len() <= Options::default().max_bytes + 3);
        assert_eq!(deep, deep.clone());
        Ok(())
    });
    spawn(&mut node, move |cx| async move {
        let deep = (0..1_000_000).fold(Term::Nil, |term, _| Term::tuple([term]));
        cx.send(keeper, deep)
    });
    turns(&mut node, 100);
    assert_eq!(node.kernel().process_count(), 0);
    assert_eq!(reason(&mut node, keeper), Some(Atom::NORMAL.into()));
}

#[test]
fn an_end_for_a_doubled_reason_is_logged_hashed_and_compared() {
    let mut node = Runtime::new(Limits::default());
    let pid = spawn(&mut node, |_| async move { Err(Raise::exit(doubled(70))) });
    turns(&mut node, 10);
    let log = node.drain_log();
    let mut hash = LifecycleHash::default();
    log.iter().for_each(|entry| hash.feed(entry));
    let of = |entry: &let_it_crash::event::Entry| match &entry.event {
        Event::Exited { pid: ended, reason, .. } if *ended == pid => Some(reason.clone()),
        _ => None,
    };
    let reason = log.iter().find_map(of).unwrap();
    assert_eq!(reason, reason.clone());
    assert_eq!(reason.words(), u32::MAX);
}

#[test]
fn the_largest_integer_is_shown() {
    let bits = Limits::default().integer_bits;
    let largest = Term::Int(2).pow(u32::try_from(bits).unwrap() - 1, bits).unwrap();
    let text = let_it_crash::term::erlang::print(
        &largest,
        let_it_crash::term::erlang::Style { max_bytes: usize::MAX, ..let_it_crash::term::erlang::Style::TP },
    );
    assert_eq!(text.len(), 315_653);
    assert!(inspect(&largest, &Options::default()).len() <= 315_653);
    assert_eq!(Term::Int(2).pow(u32::try_from(bits).unwrap() + 1, bits), None);
}
