//! Stopping children: all are monitored and told, then all are waited for. So however many there
//! are, it takes no longer than the slowest of them may.
//!
//! OTP: <https://hexdocs.pm/elixir/1.14/DynamicSupervisor.html#module-exit-reasons-and-restarts>

use std::rc::Rc;

use crate::process::Cx;
use crate::supervision::{Restart, Shutdown};
use crate::term::{Atom, Ordered, Pid, Ref, Term};
use crate::time::Duration;

use super::super::child_spec::ChildSpec;
use super::DynamicSupervisor;
use super::children::note_end;

/// Children that have been told, and the timers that run out on them.
#[derive(Default)]
struct Waiting {
    monitors: Ordered<Pid, (Ref, Rc<ChildSpec>)>,
    timers: Ordered<Ref, Vec<Pid>>,
}

/// What a stopping supervisor waits for.
enum News {
    Down(Pid, Term),
    TimeIsUp(Ref),
}

impl DynamicSupervisor {
    /// Stops these children and reports those that ended in another way than asked.
    pub(super) async fn stop_children(&self, cx: &Cx, children: &[(Pid, Rc<ChildSpec>)]) {
        let mut waiting = Waiting::default();
        for (pid, spec) in children {
            waiting.monitors.insert(*pid, (cx.monitor(*pid), spec.clone()));
            cx.unlink(*pid);
            cx.tick().await;
        }
        let mut odd = self.ended_before(cx, &mut waiting).await;
        waiting.tell(cx).await;
        while !waiting.monitors.is_empty() {
            match cx.receive_if(|message| waiting.news(message)).await {
                News::TimeIsUp(timer) => {
                    let late = waiting.timers.remove(&timer).unwrap_or_default();
                    late.into_iter().for_each(|pid| cx.exit(pid, Atom::KILL));
                }
                News::Down(pid, reason) => {
                    let Some((_, spec)) = waiting.monitors.remove(&pid) else { continue };
                    note_end(cx, &spec.id, pid, &reason, true);
                    if !is_expected(&spec, &reason) {
                        odd.insert(pid, (spec, reason));
                    }
                }
            }
        }
        waiting.cancel_timers(cx).await;
        for (pid, (spec, reason)) in odd {
            self.report_error(cx, "shutdown_error", &reason, &pid.into(), &spec);
        }
    }

    /// Children whose `'EXIT'` had come already. It holds the real reason, where the `'DOWN'`
    /// says `noproc`.
    async fn ended_before(&self, cx: &Cx, waiting: &mut Waiting) -> Ordered<Pid, (Rc<ChildSpec>, Term)> {
        let mut odd = Ordered::new();
        while let Some((pid, reason)) = cx.receive_within(Some(Duration::ZERO), |message| waiting.exit(message)).await {
            let Some((monitor, spec)) = waiting.monitors.remove(&pid) else { continue };
            cx.demonitor_flush(monitor);
            note_end(cx, &spec.id, pid, &reason, false);
            if !(reason.is_atom(Atom::NORMAL) && spec.restart != Restart::Permanent) {
                odd.insert(pid, (spec, reason));
            }
        }
        odd
    }
}

impl Waiting {
    /// Children with the same time share a timer.
    async fn tell(&mut self, cx: &Cx) {
        let mut times: Ordered<Duration, Vec<Pid>> = Ordered::new();
        for (pid, (_, spec)) in &self.monitors {
            match spec.shutdown {
                Shutdown::BrutalKill => cx.exit(*pid, Atom::KILL),
                Shutdown::Infinity => cx.exit(*pid, Atom::SHUTDOWN),
                Shutdown::Timeout(span) => {
                    cx.exit(*pid, Atom::SHUTDOWN);
                    times.update(span, |pids| pids.push(*pid));
                }
            }
            cx.tick().await;
        }
        for (span, pids) in times {
            match cx.start_timer(span, cx.me(), Atom::KILL.into()) {
                Ok(timer) => drop(self.timers.insert(timer, pids)),
                // Without a timer nobody would ever be killed: rather now than never.
                Err(_) => pids.into_iter().for_each(|pid| cx.exit(pid, Atom::KILL)),
            }
        }
    }

    fn news(&self, message: &Term) -> Option<News> {
        match message.as_tuple()? {
            [Term::Atom(Atom::DOWN), Term::Ref(monitor), _, Term::Pid(pid), reason] => {
                let (expected, _) = self.monitors.get(pid)?;
                (monitor == expected).then(|| News::Down(*pid, reason.clone()))
            }
            [Term::Atom(Atom::TIMEOUT), Term::Ref(timer), _] => {
                self.timers.contains_key(timer).then_some(News::TimeIsUp(*timer))
            }
            _ => None,
        }
    }

    fn exit(&self, message: &Term) -> Option<(Pid, Term)> {
        match message.as_tuple()? {
            [Term::Atom(Atom::EXIT), Term::Pid(pid), reason] if self.monitors.contains_key(pid) => {
                Some((*pid, reason.clone()))
            }
            _ => None,
        }
    }

    async fn cancel_timers(self, cx: &Cx) {
        for timer in self.timers.keys() {
            if cx.cancel_timer(*timer).is_none() {
                let _ = cx.receive_within(Some(Duration::ZERO), |message| self.news(message)).await;
            }
        }
    }
}

/// Did a child end as it was asked to?
fn is_expected(spec: &ChildSpec, reason: &Term) -> bool {
    match (spec.shutdown, reason, reason.as_tuple()) {
        (Shutdown::BrutalKill, reason, _) => reason.is_atom(Atom::KILLED),
        (_, Term::Atom(Atom::SHUTDOWN), _) | (_, _, Some([Term::Atom(Atom::SHUTDOWN), _])) => true,
        (_, Term::Atom(Atom::NORMAL), _) => spec.restart != Restart::Permanent,
        _ => false,
    }
}
