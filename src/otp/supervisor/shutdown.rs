//! Stopping children.
//!
//! OTP: <https://www.erlang.org/docs/25/man/supervisor#type-shutdown>

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::kernel::mailbox::Position;
use crate::kernel::message::Message;
use crate::kernel::planted::Fault;
use crate::process::Cx;
use crate::process::receive::poll_match;
use crate::supervision::{Restart, Shutdown};
use crate::term::{Atom, Pid, Ref, Term};
use crate::time::Instant;

use super::children::{Child, ChildPid};
use super::{Kids, Supervisor};

impl Supervisor {
    /// Stops all children, last started first, one after the other. Temporary ones are forgotten.
    /// Nobody asks for one of them meanwhile, so all are noted at once in the end.
    pub(super) async fn terminate_children(&mut self, cx: &Cx) {
        self.stop_all(cx).await;
        if let Some(children) = self.children() {
            children.are_down();
        }
    }

    async fn stop_all(&self, cx: &Cx) {
        let Kids::Many(children) = &self.kids else { return };
        for (order, child) in children.newest_first() {
            if order == 0 && cx.planted(Fault::OrphanIsLeft) {
                child.pid.pid().into_iter().for_each(|pid| cx.unlink(pid));
                continue;
            }
            self.shut_down(cx, child).await;
            if child.spec.restart == Restart::Temporary {
                Self::note_removed(cx, child);
            }
        }
    }

    /// Stops a child that runs, and reports if it ended in another way than asked.
    pub(super) async fn shut_down(&self, cx: &Cx, child: &Child) {
        let ChildPid::Pid(pid) = child.pid else { return };
        let reason = stop(cx, pid, child.spec.shutdown).await;
        self.note_end(cx, &child.spec.id, pid, &reason, true);
        let asked = match child.spec.shutdown {
            Shutdown::BrutalKill => Atom::KILLED,
            Shutdown::Timeout(_) | Shutdown::Infinity => Atom::SHUTDOWN,
        };
        if !reason.is_atom(asked) && !Self::is_expected(child.spec.restart, &reason) {
            self.report_error(cx, "shutdown_error", &reason, &child.spec, &pid.into());
        }
    }
}

/// Stops a child and waits for its end: the reason. It is monitored, for a naughty child may have
/// unlinked itself and would hang the supervisor.
fn stop(cx: &Cx, pid: Pid, shutdown: Shutdown) -> Stop<'_> {
    let position = cx.mark();
    let monitor = cx.monitor_with_alias(pid);
    let (told, patience) = match shutdown {
        Shutdown::BrutalKill => (Atom::KILL, None),
        Shutdown::Infinity => (Atom::SHUTDOWN, None),
        Shutdown::Timeout(span) => (Atom::SHUTDOWN, Some(span)),
    };
    cx.exit(pid, told);
    cx.charge(1);
    Stop { cx, pid, monitor, position, deadline: patience.map(|span| cx.now() + span) }
}

/// The end of a child that is waited for.
struct Stop<'a> {
    cx: &'a Cx,
    pid: Pid,
    monitor: Ref,
    position: Position,
    deadline: Option<Instant>,
}

impl Future for Stop<'_> {
    type Output = Term;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Term> {
        let Stop { cx, pid, monitor, position, deadline } = &mut *self;
        loop {
            match ready!(poll_match(cx, position, *deadline, |message| message.is_down_of(*monitor))) {
                Some(down) => return Poll::Ready(real_reason(cx, *pid, down)),
                None => {
                    cx.exit(*pid, Atom::KILL);
                    *deadline = None;
                }
            }
        }
    }
}

/// The `'EXIT'` of a dead child may hold the real reason where the `'DOWN'` says `noproc`.
fn real_reason(cx: &Cx, pid: Pid, down: Message) -> Term {
    cx.unlink(pid);
    cx.flush_exit(pid).unwrap_or_else(|| down.into_reason())
}
