//! Stopping children.
//!
//! OTP: <https://www.erlang.org/docs/25/man/supervisor#type-shutdown>

use crate::exit::ExitReason;
use crate::kernel::mailbox::Position;
use crate::kernel::planted::Fault;
use crate::process::Cx;
use crate::supervision::Shutdown;
use crate::term::{Atom, Pid, Ref, Term};
use crate::time::Duration;

use super::super::proc_lib::flush_exit;
use super::Supervisor;
use super::children::{Child, ChildPid};

impl Supervisor {
    /// Stops all children, last started first, one after the other. Temporary ones are forgotten.
    pub(super) async fn terminate_children(&mut self, cx: &Cx) {
        let mut before = self.children().map_or(0, |children| children.end());
        while let Some((order, child)) = self.children().and_then(|children| children.last_before(before)) {
            before = order;
            if order == 0 && cx.planted(Fault::OrphanIsLeft) {
                child.pid.pid().into_iter().for_each(|pid| cx.unlink(pid));
                continue;
            }
            self.shut_down(cx, &child).await;
            self.child_is_down(cx, order, child.spec.restart);
        }
    }

    /// Stops a child that runs, and reports if it ended in another way than asked.
    pub(super) async fn shut_down(&mut self, cx: &Cx, child: &Child) {
        let ChildPid::Pid(pid) = child.pid else { return };
        let reason = stop(cx, pid, child.spec.shutdown).await;
        self.note_end(cx, &child.spec.id, pid, &ExitReason(reason.clone()), true);
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
async fn stop(cx: &Cx, pid: Pid, shutdown: Shutdown) -> Term {
    let mark = cx.mark();
    let monitor = cx.monitor_with_alias(pid);
    let (told, patience) = match shutdown {
        Shutdown::BrutalKill => (Atom::KILL, None),
        Shutdown::Infinity => (Atom::SHUTDOWN, None),
        Shutdown::Timeout(span) => (Atom::SHUTDOWN, Some(span)),
    };
    cx.exit(pid, told);
    let mut down = ended(cx, mark, monitor, patience).await;
    while down.is_none() {
        cx.exit(pid, Atom::KILL);
        down = ended(cx, mark, monitor, None).await;
    }
    let exit = unlink_flush(cx, pid).await;
    exit.or(down).unwrap_or_default()
}

/// Waits for the `'DOWN'` of a child: its reason, `None` if patience is at its end.
async fn ended(cx: &Cx, mark: Position, monitor: Ref, patience: Option<Duration>) -> Option<Term> {
    let down = cx.receive_message(mark, patience, |message| message.is_down_of(monitor)).await?;
    Some(down.into_reason())
}

/// The `'EXIT'` of a dead child may hold the real reason where the `'DOWN'` says `noproc`.
pub(super) async fn unlink_flush(cx: &Cx, pid: Pid) -> Option<Term> {
    cx.unlink(pid);
    flush_exit(cx, pid).await
}
