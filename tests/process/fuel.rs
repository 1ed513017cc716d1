//! Fuel: no process holds the node.

use let_it_crash::limits::Limits;
use let_it_crash::process::{Budget, Cx, Progress, Runtime};
use let_it_crash::term::{Atom, Pid, Term};
use let_it_crash::time::Instant;

use crate::stage::*;

fn budget(turns: u64) -> Budget {
    Budget { turns, until: Instant(u64::MAX) }
}

/// A process that never waits, in one of the ways in which one may try to hold the node.
fn greedy(cx: &Cx, way: usize) -> Pid {
    match way {
        0 => spawn(cx, false, |cx| async move {
            loop {
                cx.charge(1);
                cx.tick().await;
            }
        }),
        1 => spawn(cx, false, |cx| async move {
            loop {
                cx.send(cx.me(), Term::Nil)?;
                cx.receive().await;
            }
        }),
        2 => spawn(cx, false, |cx| async move {
            loop {
                cx.receive_next(Some(ms(0))).await;
            }
        }),
        3 => spawn(cx, false, |cx| async move {
            loop {
                cx.receive_within(Some(ms(0)), |_| None::<()>).await;
            }
        }),
        _ => spawn(cx, false, |cx| async move {
            loop {
                cx.yield_now().await;
            }
        }),
    }
}

#[test]
fn however_greedy_a_process_is_others_get_their_turns() {
    for way in 0..5 {
        run(move |cx| async move {
            greedy(&cx, way);
            for _ in 0..100 {
                cx.yield_now().await;
            }
            Ok(())
        });
    }
}

#[test]
fn an_endless_send_yields_at_every_slice() {
    let mut node = Runtime::new(Limits::default());
    let sink = node.spawn(mfa(), |cx| async move {
        loop {
            cx.receive().await;
        }
    });
    let sink = sink.unwrap();
    node.spawn(mfa(), move |cx| async move {
        loop {
            cx.send(sink, Term::Nil)?;
            cx.tick().await;
        }
    })
    .unwrap();
    assert_eq!(node.run(budget(10_000)), Progress::Spent);
    let waiting = node.inspect(sink, 0).unwrap().message_queue_len;
    assert!(waiting <= Limits::default().fuel as usize, "{waiting} messages wait");
}

#[test]
fn greedy_processes_share_alike() {
    let mut node = Runtime::new(Limits::default());
    let spawn_one = |node: &mut Runtime| {
        node.spawn(mfa(), |cx| async move {
            loop {
                cx.charge(3);
                cx.tick().await;
            }
        })
        .unwrap()
    };
    let (a, b) = (spawn_one(&mut node), spawn_one(&mut node));
    node.run(budget(1_000));
    let work = |pid| node.inspect(pid, 0).unwrap().reductions;
    assert_eq!(work(a), work(b));
    assert!(work(a) >= 500 * u64::from(Limits::default().fuel));
}

#[test]
fn a_turn_goes_over_its_fuel_by_no_more_than_one_primitive() {
    let mut node = Runtime::new(Limits::default());
    let pid = node.spawn(mfa(), |cx| async move {
        loop {
            cx.send(cx.me(), Term::Nil)?;
            cx.receive().await;
        }
    });
    let pid = pid.unwrap();
    let mut before = 0;
    for _ in 0..100 {
        node.turn();
        let work = node.inspect(pid, 0).unwrap().reductions;
        assert!(work - before <= u64::from(Limits::default().fuel) + 2);
        before = work;
    }
}

#[test]
fn the_same_inputs_give_the_same_run() {
    let log = || {
        let mut node = Runtime::new(Limits::default());
        node.spawn(mfa(), |cx| async move {
            for way in 0..5 {
                let pid = greedy(&cx, way);
                cx.send_after(ms(1), pid, Term::Nil)?;
                cx.sleep(ms(1)).await;
                cx.exit(pid, Atom::KILL);
            }
            Ok(())
        })
        .unwrap();
        node.run(budget(50_000));
        (node.now(), node.turns(), node.drain_log())
    };
    assert_eq!(log(), log());
}

#[test]
fn a_call_times_out_while_another_process_loops() {
    run(|cx| async move {
        let mute = idle(&cx, false);
        greedy(&cx, 0);
        let before = cx.now();
        let mref = cx.monitor_with_alias(mute);
        cx.send(mute, Term::tuple([cx.me().into(), mref.into()]))?;
        let answer = cx.receive_within(Some(ms(20)), |message| Some(message.clone())).await;
        assert_eq!(answer, None);
        let waited = cx.now().since(before);
        assert!(waited >= ms(20) && waited < ms(21), "{waited}");
        Ok(())
    });
}

/// What `act` costs in reductions.
fn cost(cx: &Cx, act: impl FnOnce(&Cx)) -> u64 {
    let before = cx.monotonic_time();
    act(cx);
    cx.monotonic_time().since(before).0 / cx.limits().ns_per_reduction
}

type Primitive = (&'static str, fn(&Cx, i64), fn(&Cx, i64));

/// By name: what is there before, and what is then done. Each is work that grows with the number.
const PRIMITIVES: [Primitive; 10] = [
    ("send", |_, _| (), |cx, n| cx.send(cx.me(), Term::list((0..n).map(Term::Int).collect::<Vec<_>>())).unwrap()),
    ("get", fill, |cx, n| drop(cx.get(&n.into()))),
    ("put", fill, |cx, n| drop(cx.put(n.into(), n.into()))),
    ("erase", fill, |cx, n| drop(cx.erase(&n.into()))),
    ("process_info dictionary", fill, |cx, _| drop(cx.process_info(cx.me(), "dictionary").unwrap())),
    ("process_info messages", flood, |cx, _| drop(cx.process_info(cx.me(), "messages").unwrap())),
    ("demonitor flush", flood, |cx, _| assert!(!cx.demonitor_flush(cx.make_ref()))),
    ("processes", idlers, |cx, _| drop(cx.processes())),
    ("registered", name_many, |cx, _| drop(cx.registered())),
    ("table rows", table, |cx, _| drop(cx.table_rows(Atom::new("rows")))),
];

fn fill(cx: &Cx, n: i64) {
    (0..n).for_each(|key| drop(cx.put(key.into(), key.into())));
}

fn flood(cx: &Cx, n: i64) {
    (0..n).for_each(|_| cx.send(cx.me(), Term::Nil).unwrap());
}

fn idlers(cx: &Cx, n: i64) {
    for _ in 0..n {
        idle(cx, false);
    }
}

fn name_many(cx: &Cx, n: i64) {
    (0..n).for_each(|n| cx.register(Atom::new(&format!("name{n}")), idle(cx, false)).unwrap());
}

fn table(cx: &Cx, n: i64) {
    cx.table_create(Atom::new("rows"));
    (0..n).for_each(|n| drop(cx.table_insert(Atom::new("rows"), n.into(), Term::Nil)));
}

#[test]
fn every_primitive_charges_by_the_size_of_its_work() {
    for (name, before, act) in PRIMITIVES {
        for n in [100, 1_000, 5_000] {
            run(move |cx| async move {
                before(&cx, n);
                let spent = cost(&cx, |cx| act(cx, n));
                assert!(spent >= n.unsigned_abs() / 64, "{name} of {n} cost {spent}");
                Ok(())
            });
        }
    }
}

#[test]
fn a_selective_receive_charges_for_the_messages_that_it_looks_at() {
    run(|cx| async move {
        flood(&cx, 5_000);
        cx.send(cx.me(), atom("last"))?;
        let before = cx.monotonic_time();
        cx.receive_if(|message| message.as_atom()).await;
        let spent = cx.monotonic_time().since(before).0 / cx.limits().ns_per_reduction;
        assert!(spent >= 5_000 / 64, "{spent}");
        Ok(())
    });
}
