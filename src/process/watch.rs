//! Monitors with options, and aliases.

use std::future::Future;

use crate::exit::Raise;
use crate::kernel::Dest;
pub use crate::kernel::process::AliasEnds;
use crate::term::{Pid, Ref, Term};

use super::cx::{Cx, SpawnOptions};

/// The options of `monitor/3`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MonitorOptions {
    /// The reference is an alias of this process too, until this.
    pub alias: Option<AliasEnds>,
    /// What the message begins with in place of `'DOWN'`.
    pub tag: Option<Term>,
}

impl Cx {
    /// `monitor(process, target, options)`
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#monitor-3>
    pub fn monitor_with(&self, target: impl Into<Dest>, options: MonitorOptions) -> Ref {
        self.shared.charge(1);
        self.kernel().monitor_with(self.me, target.into(), options.alias, options.tag)
    }

    /// `alias([explicit_unalias])`, or `alias([reply])` with [`AliasEnds::WithReply`].
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#alias-1>
    #[must_use]
    pub fn alias(&self, ends: AliasEnds) -> Ref {
        self.shared.charge(1);
        self.kernel().alias(self.me, ends)
    }

    /// `unalias(alias)`: was it an active alias of this process?
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#unalias-1>
    pub fn unalias(&self, alias: Ref) -> bool {
        self.act(1, |kernel, me| kernel.unalias(me, alias))
    }

    /// `spawn_monitor(fun)`, linked too if the options say so: `spawn_opt(fun, [monitor, link])`.
    ///
    /// # Errors
    /// As of [`Cx::spawn`].
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#spawn_monitor-1>
    pub fn spawn_monitor<F, Fut>(&self, options: SpawnOptions, body: F) -> Result<(Pid, Ref), Raise>
    where
        F: FnOnce(Cx) -> Fut,
        Fut: Future<Output = Result<(), Raise>> + 'static,
    {
        let pid = self.spawn(options, body)?;
        Ok((pid, self.monitor(pid)))
    }
}
