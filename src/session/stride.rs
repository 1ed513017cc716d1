//! How far a step goes.
//!
//! A run is divided into turns of processes, and a step ends with one: the least that can be seen.

use super::Session;
use crate::process::Runtime;
use crate::term::Pid;

/// How far a step goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stride {
    /// A turn of a process; or if none can run, on to the next timer.
    #[default]
    Turn,
    /// Until a message has been sent.
    Message,
    /// Until a callback of a server has returned.
    Callback,
    /// Until a process has crashed. Time passes meanwhile, as fast as it is set to.
    Crash,
}

impl Session {
    /// Goes on by a stride, and holds time then: by `most` turns at the most, whatever they bring.
    /// `false` if nothing will ever happen by itself.
    pub fn stride(&mut self, stride: Stride, most: u32) -> bool {
        if stride == Stride::Crash {
            self.until_crash = Some(self.model.counts().crashes);
            self.play();
            return true;
        }
        self.pause();
        for _ in 0..most {
            let before = Before::look(&self.node);
            if !self.step() {
                return false;
            }
            if before.has_passed(stride, &self.node) {
                return true;
            }
        }
        true
    }

    /// Has what it was to go on to come about?
    pub(super) fn has_met_crash(&self) -> bool {
        self.until_crash.is_some_and(|before| self.model.counts().crashes > before)
    }

    /// Does it go on to the next crash?
    #[must_use]
    pub fn awaits_crash(&self) -> bool {
        self.until_crash.is_some()
    }
}

/// A node before a turn.
struct Before {
    messages: u64,
    next: Option<Pid>,
    serves: bool,
}

impl Before {
    fn look(node: &Runtime) -> Self {
        let next = node.next_up();
        let serves = next.is_some_and(|pid| node.is_server(pid));
        Before { messages: node.kernel().messages(), next, serves }
    }

    /// Has the turn been as much as that?
    fn has_passed(&self, stride: Stride, node: &Runtime) -> bool {
        match stride {
            Stride::Turn => true,
            Stride::Message => node.kernel().messages() > self.messages,
            // `init` makes a server of a process; the last callback leaves none.
            Stride::Callback => self.next.is_some_and(|pid| (self.serves || node.is_server(pid)) && !node.is_busy(pid)),
            Stride::Crash => false,
        }
    }
}
