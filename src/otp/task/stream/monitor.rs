//! The process that spawns the tasks of a stream, times them and tells of their ends.

use crate::exit::Raise;
use crate::otp::proc_lib::down_reason;
use crate::process::Cx;
use crate::term::{Atom, Ordered, Pid, Ref, Term};
use crate::time::Duration;

use super::{Link, Under, start_task};

/// What it has to know.
pub(super) struct Watched {
    pub(super) owner: Pid,
    /// The owner as its tasks name it.
    pub(super) shown_owner: Term,
    /// Does the owner trap exits? Then this process does too.
    pub(super) traps: bool,
    pub(super) under: Under,
    pub(super) shutdown: Term,
    pub(super) timeout: Option<Duration>,
}

struct Running {
    position: Term,
    link: Link,
    pid: Pid,
    timer: Option<Ref>,
    timed_out: bool,
}

struct Watcher {
    watched: Watched,
    /// This process's monitor on the owner.
    owner_monitor: Ref,
    /// The owner's monitor on this process, which tags all messages.
    tag: Ref,
    tasks: Ordered<Ref, Running>,
    /// The task supervisor is full: nothing more but the end.
    full: bool,
}

pub(super) async fn run(cx: Cx, watched: Watched) -> Result<(), Raise> {
    cx.trap_exits(watched.traps);
    let owner = watched.owner;
    let owner_monitor = cx.monitor(owner);
    let introduced = cx.receive_if(|message| match message.as_tuple()? {
        [Term::Pid(from), Term::Ref(tag)] if *from == owner => Some(Ok(*tag)),
        _ => down_reason(message, owner_monitor).map(Err),
    });
    let tag = introduced.await.map_err(Raise::exit)?;
    let mut watcher = Watcher { watched, owner_monitor, tag, tasks: Ordered::new(), full: false };
    loop {
        let message = cx.receive().await;
        watcher.handle(&cx, &message).await?;
    }
}

impl Watcher {
    async fn handle(&mut self, cx: &Cx, message: &Term) -> Result<(), Raise> {
        match message.as_tuple() {
            Some([tag, position]) if tag.is_atom(Atom::new("spawn")) && !self.full => {
                self.spawn(cx, position.clone()).await
            }
            Some([Term::Atom(Atom::STOP), Term::Ref(tag)]) if *tag == self.tag => self.stop(cx).await,
            Some([Term::Atom(Atom::TIMEOUT), Term::Ref(monitor)]) => {
                self.time_out(cx, *monitor);
                Ok(())
            }
            Some([Term::Atom(Atom::DOWN), Term::Ref(monitor), _, _, reason]) if *monitor == self.owner_monitor => {
                self.owner_ended(cx, reason)
            }
            Some([Term::Atom(Atom::DOWN), Term::Ref(monitor), _, _, reason]) => {
                self.task_ended(cx, *monitor, reason);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn tell(&self, cx: &Cx, kind: &str, position: Term, what: Term) {
        let tag = Term::tuple([self.tag.into(), position]);
        let _ = cx.send(self.watched.owner, Term::tuple([Term::atom(kind), tag, what]));
    }

    async fn spawn(&mut self, cx: &Cx, position: Term) -> Result<(), Raise> {
        let Ok((link, pid)) = start_task(cx, &self.watched).await? else {
            self.full = true;
            let _ = cx.send(self.watched.owner, Term::tuple([Term::atom("max_children"), self.tag.into()]));
            return Ok(());
        };
        let monitor = cx.monitor(pid);
        let timer = match self.watched.timeout {
            None => None,
            Some(span) => {
                let message = Term::tuple([Atom::TIMEOUT.into(), monitor.into()]);
                Some(cx.send_after(span, cx.me(), message)?)
            }
        };
        self.tell(cx, "spawned", position.clone(), pid.into());
        self.tasks.insert(monitor, Running { position, link, pid, timer, timed_out: false });
        Ok(())
    }

    fn task_ended(&mut self, cx: &Cx, monitor: Ref, reason: &Term) {
        let Some(task) = self.tasks.remove(&monitor) else { return };
        if let Some(timer) = task.timer {
            cx.cancel_timer(timer);
        }
        let kind = if task.timed_out { "timed_out" } else { "down" };
        self.tell(cx, kind, task.position, reason.clone());
    }

    fn time_out(&mut self, cx: &Cx, monitor: Ref) {
        if let Some(task) = self.tasks.get_mut(&monitor).filter(|task| !task.timed_out) {
            task.timed_out = true;
            cx.unlink(task.pid);
            cx.exit(task.pid, Atom::KILL);
        }
    }

    /// Kills what is left, waits for its end, and ends.
    async fn stop(&mut self, cx: &Cx) -> Result<(), Raise> {
        cx.trap_exits(true);
        self.tasks.values().for_each(|task| cx.exit(task.pid, Atom::KILL));
        for (monitor, _) in std::mem::take(&mut self.tasks) {
            cx.receive_if(|message| down_reason(message, monitor)).await;
        }
        Err(Raise::exit(Atom::NORMAL))
    }

    /// The linked tasks end as the owner did.
    fn owner_ended(&self, cx: &Cx, reason: &Term) -> Result<(), Raise> {
        let linked = self.tasks.values().filter(|task| task.link == Link::Link);
        linked.for_each(|task| cx.exit(task.pid, reason.clone()));
        Err(Raise::exit(reason.clone()))
    }
}
