//! Aliases: references that a message can be sent to as long as its process wants it.
//!
//! OTP: <https://www.erlang.org/docs/25/reference_manual/processes#process-aliases>

use crate::term::{Pid, Ref, Term};

use super::process::AliasEnds;
use super::{Dest, Kernel};

impl Kernel {
    /// `alias/1` by `me`.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#alias-1>
    pub fn alias(&mut self, me: Pid, ends: AliasEnds) -> Ref {
        let alias = self.make_ref(me);
        self.make_alias(me, alias, ends);
        alias
    }

    fn make_alias(&mut self, me: Pid, alias: Ref, ends: AliasEnds) {
        if let Some(process) = self.table.get_mut(me) {
            process.cold_mut().aliases.insert(alias, ends);
        }
    }

    /// `unalias/1` by `me`: was it active? A monitor that it is goes on.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#unalias-1>
    pub fn unalias(&mut self, me: Pid, alias: Ref) -> bool {
        let Some(process) = self.table.get_mut(me) else { return false };
        let active = process.has_alias(alias);
        if let Some(cold) = process.cold.as_mut() {
            cold.aliases.remove(alias);
        }
        if let Some(watch) = process.monitors.get(alias).copied() {
            process.monitors.insert(alias, super::process::Watch { alias: false, ..watch });
        }
        active
    }

    /// `monitor/3`: with an alias that ends as `alias` says, and `tag` in place of `'DOWN'`.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#monitor-3>
    pub fn monitor_with(&mut self, me: Pid, target: Dest, alias: Option<AliasEnds>, tag: Option<Term>) -> Ref {
        // The kernel tells of a monitor's end by its reference, so the tag has to be there first.
        let next = self.next_ref(me);
        if let (Some(tag), Some(process)) = (tag, self.table.get_mut(me)) {
            process.cold_mut().tags.insert(next, tag);
        }
        let mref = self.monitor(me, target, alias == Some(AliasEnds::WithMonitor));
        if let Some(ends @ (AliasEnds::Explicitly | AliasEnds::WithReply)) = alias {
            self.make_alias(me, mref, ends);
        }
        mref
    }

    /// A message has come by an alias: does it arrive? A reply ends what awaited it.
    pub(super) fn passes_alias(&mut self, to: Pid, alias: Ref) -> bool {
        let Some(process) = self.table.get(to).filter(|process| process.has_alias(alias)) else { return false };
        let ends = process.cold.as_ref().and_then(|cold| cold.aliases.get(alias).copied());
        if ends == Some(AliasEnds::WithReply) {
            self.unalias(to, alias);
            self.demonitor(to, alias);
        }
        true
    }

    /// The word that a monitor's message begins with, if it is its own; taken out.
    pub(super) fn take_tag(&mut self, me: Pid, mref: Ref) -> Option<Term> {
        self.table.get_mut(me)?.cold.as_mut()?.tags.remove(mref)
    }
}
