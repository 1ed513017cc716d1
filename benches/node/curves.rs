//! How a cost grows with what else is there. Flat, but where a receive has to look at every
//! message that waits.

use let_it_crash::otp::supervisor;
use let_it_crash::term;
use let_it_crash::term::{Atom, Term};

use super::platform::Instant;
use super::{
    Measured, calls, in_a_node, plain, restless, send_noise, server, start, sup, telling, time_calls, time_restarts,
};

/// A curve: its name, what it measures at a size, the sizes.
pub(crate) type Curve = (&'static str, fn(u64) -> Measured, &'static [u64]);

pub(crate) const CURVES: &[Curve] = &[
    ("call_idle", call_idle, &[10, 100, 1_000, 10_000, 100_000]),
    ("send_queued", send_queued, &[1_000, 10_000, 100_000, 1_000_000]),
    ("restart_siblings", restart_siblings, &[10, 100, 1_000, 10_000]),
    ("call_waiting", call_waiting, &[1_000, 10_000, 100_000, 1_000_000]),
    ("scan_waiting", scan_waiting, &[1_000, 10_000, 100_000, 1_000_000]),
];

/// A call, with so many idle servers beside.
fn call_idle(idle: u64) -> Measured {
    let n = 100_000;
    let took = in_a_node(move |cx, clock| async move {
        for _ in 0..idle {
            start(&cx, term!(0)).await?;
        }
        let server = start(&cx, term!(0)).await?;
        calls(&cx, server, 5_000).await?;
        time_calls(&cx, &clock, server, n).await
    });
    (n, took, None)
}

/// A message that arrives at a process with so many waiting, in a receive that wants none of them.
fn send_queued(queued: u64) -> Measured {
    let n = 100_000;
    let took = in_a_node(move |cx, clock| async move {
        let receiver = cx.spawn(plain(), |cx| async move {
            cx.receive_if(|message| message.is_atom(Atom::OK).then_some(())).await;
            Ok(())
        })?;
        send_noise(&cx, receiver, queued).await?;
        cx.yield_now().await;
        let begin = Instant::now();
        send_noise(&cx, receiver, n).await?;
        cx.yield_now().await;
        clock.set(begin.elapsed());
        cx.send(receiver, Atom::OK.into())
    });
    (n, took, None)
}

/// A kill, a restart and a call to the successor, under a supervisor of so many.
fn restart_siblings(siblings: u64) -> Measured {
    let n = 2_000;
    let took = in_a_node(move |cx, clock| async move {
        let quiet = |id: u64| term!({(Term::from(id)), {(server()), start_link, [0]}, permanent, 5000, worker, []});
        let mut specs: Vec<Term> = (0..siblings).map(quiet).collect();
        specs.insert(specs.len() / 2, telling(&cx));
        let sup = sup(&cx, restless(), Term::list(specs)).await?;
        time_restarts(&cx, &clock, n).await?;
        supervisor::count_children(&cx, sup).await.map(|_| ())
    });
    (n, took, None)
}

/// A call by a process with so many messages waiting: its reply is looked for from the call on.
fn call_waiting(waiting: u64) -> Measured {
    let n = 100_000;
    let took = in_a_node(move |cx, clock| async move {
        let server = start(&cx, term!(0)).await?;
        send_noise(&cx, cx.me(), waiting).await?;
        time_calls(&cx, &clock, server, n).await
    });
    (n, took, None)
}

/// A receive anew each time, that looks at so many before the one that it wants: linear, as OTP's.
fn scan_waiting(waiting: u64) -> Measured {
    let n = (20_000_000 / waiting).min(20_000);
    let took = in_a_node(move |cx, clock| async move {
        send_noise(&cx, cx.me(), waiting).await?;
        let begin = Instant::now();
        for _ in 0..n {
            cx.send(cx.me(), Atom::OK.into())?;
            cx.receive_if(|message| message.is_atom(Atom::OK).then_some(())).await;
        }
        clock.set(begin.elapsed());
        Ok(())
    });
    (n, took, None)
}
