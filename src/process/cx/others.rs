//! What a process does to others: messages, exits, links, monitors, suspension.

use crate::exit::{ExitReason, Raise};
use crate::kernel::Dest;
use crate::kernel::message::Message;
use crate::kernel::process::Process;
use crate::kernel::signal::LinkOutcome;
use crate::process::Cx;
use crate::term::{Atom, Pid, Ref, Term};

impl Cx {
    /// Reads something of a live process.
    #[must_use]
    pub fn of<T>(&self, pid: Pid, read: impl FnOnce(&Process) -> T) -> Option<T> {
        self.kernel().process(pid).map(read)
    }

    /// `is_process_alive(pid)`
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#is_process_alive-1>
    #[must_use]
    pub fn is_alive(&self, pid: Pid) -> bool {
        self.kernel().process(pid).is_some()
    }

    /// `processes()`, oldest first.
    #[must_use]
    pub fn processes(&self) -> Vec<Pid> {
        let pids = self.kernel().processes();
        self.charge_many(pids.len());
        pids
    }

    /// Sends a message. Sending to a dead process is no error.
    ///
    /// OTP: <https://www.erlang.org/docs/25/reference_manual/expressions#send>
    ///
    /// # Errors
    /// `badarg` if the destination is a name that nobody has.
    #[inline]
    pub fn send(&self, to: impl Into<Dest>, message: Term) -> Result<(), Raise> {
        match to.into() {
            Dest::Pid(to) => {
                self.send_term(to, message);
                Ok(())
            }
            other => self.send_message(other, message.into()),
        }
    }

    /// [`Cx::send`] to a process.
    fn send_term(&self, to: Pid, message: Term) {
        self.send_made(to, message.words(), || message.into());
    }

    /// [`Cx::send`] of a message of so many words, which is made where it is needed.
    #[inline(always)]
    pub(crate) fn send_made(&self, to: Pid, words: u32, make: impl FnOnce() -> Message) {
        self.shared.charge(1 + words / 64);
        let mut kernel = self.kernel();
        // Who has ended itself sends nothing any more.
        if kernel.lives(self.me) {
            kernel.dispatch_to(self.me, to, words, make);
        }
    }

    /// [`Cx::send`] of a message that may be in parts.
    pub(crate) fn send_message(&self, to: Dest, message: Message) -> Result<(), Raise> {
        let words = message.words();
        self.shared.charge(1 + words / 64);
        let mut kernel = self.kernel();
        if !kernel.lives(self.me) || kernel.dispatch(self.me, to, message, words) {
            Ok(())
        } else {
            Err(Raise::error(Atom::BADARG))
        }
    }

    /// `exit(to, reason)`: an exit signal.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#exit-2>
    pub fn exit(&self, to: Pid, reason: impl Into<ExitReason>) {
        self.act(1, |kernel, me| kernel.exit_signal(me, to, reason.into()));
    }

    /// `link(to)`
    ///
    /// # Errors
    /// `noproc` if there is no such process and this one does not trap exits.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#link-1>
    pub fn link(&self, to: Pid) -> Result<(), Raise> {
        match self.act(1, |kernel, me| Some(kernel.link(me, to))) {
            Some(LinkOutcome::NoProc) => Err(Raise::error(Atom::NOPROC)),
            _ => Ok(()),
        }
    }

    /// `unlink(to)`
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#unlink-1>
    pub fn unlink(&self, to: Pid) {
        self.act(1, |kernel, me| kernel.unlink(me, to));
    }

    /// `monitor(process, target)`
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#monitor-2>
    pub fn monitor(&self, target: impl Into<Dest>) -> Ref {
        self.shared.charge(1);
        self.kernel().monitor(self.me, target.into(), false)
    }

    /// `monitor(process, target, [{alias, demonitor}])`: the reference is also an alias of this
    /// process until the monitor is gone.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#monitor-3>
    #[inline]
    pub fn monitor_with_alias(&self, target: impl Into<Dest>) -> Ref {
        self.shared.charge(1);
        self.kernel().monitor(self.me, target.into(), true)
    }

    /// `demonitor(mref)`; `false` if it was not active (any more).
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#demonitor-1>
    #[inline]
    pub fn demonitor(&self, mref: Ref) -> bool {
        self.shared.charge(1);
        self.kernel().demonitor(self.me, mref)
    }

    /// `demonitor(mref, [flush, info])`: also takes a `'DOWN'` out that has already come. `true`
    /// if the monitor was active.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#demonitor-2>
    pub fn demonitor_flush(&self, mref: Ref) -> bool {
        self.demonitor(mref) || self.flush_down(mref)
    }

    #[cold]
    fn flush_down(&self, mref: Ref) -> bool {
        self.charge_many(self.with_me(|process| process.mailbox.len()).unwrap_or(0));
        self.with_me(|process| process.mailbox.flush(|message| message.is_down_of(mref)));
        false
    }

    /// `suspend_process(pid)`: it does not run until it is resumed as often, or this process ends.
    ///
    /// # Errors
    /// `badarg` if it is this process or a dead one.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#suspend_process-1>
    pub fn suspend(&self, pid: Pid) -> Result<(), Raise> {
        let me = self.me;
        self.badarg_unless(|kernel| kernel.suspend_by(me, pid))
    }

    /// `resume_process(pid)`
    ///
    /// # Errors
    /// `badarg` if this process has not suspended it.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#resume_process-1>
    pub fn resume(&self, pid: Pid) -> Result<(), Raise> {
        let me = self.me;
        self.badarg_unless(|kernel| kernel.resume_by(me, pid))
    }
}
