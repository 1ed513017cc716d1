//! New processes, and functions found by name.

use std::future::Future;

use crate::exit::Raise;
use crate::kernel::Birth;
use crate::process::body::BoxBody;
use crate::process::{Cx, SpawnOptions};
use crate::term::{Atom, Pid, Term};

impl Cx {
    /// Spawns a process that runs `body`.
    ///
    /// # Errors
    /// `system_limit` when the process table is full; exit `noproc` if this process has ended.
    ///
    /// OTP: <https://www.erlang.org/docs/25/reference_manual/processes#process-creation>
    pub fn spawn<F, Fut>(&self, options: SpawnOptions, body: F) -> Result<Pid, Raise>
    where
        F: FnOnce(Cx) -> Fut,
        Fut: Future<Output = Result<(), Raise>> + 'static,
    {
        let child = self.bear(options, false)?;
        let pid = child.me;
        self.house(pid, Box::pin(body(child)));
        Ok(pid)
    }

    /// Makes a process that has no body yet; does it know its ancestors?
    pub(crate) fn bear(&self, options: SpawnOptions, ancestors: bool) -> Result<Cx, Raise> {
        self.shared.charge(10);
        let SpawnOptions { link, initial_call } = options;
        let birth = Birth { parent: Some(self.me), link, initial_call };
        let mut kernel = self.kernel();
        let Some(parent) = kernel.process_mut(self.me) else {
            return Err(Raise::exit(Atom::NOPROC)); // it has ended itself
        };
        let (leader, lineage) = (parent.group_leader, if ancestors { parent.lineage() } else { Term::Nil });
        let Some(pid) = kernel.spawn(birth) else { return Err(Raise::error(Atom::SYSTEM_LIMIT)) };
        if let Some(process) = kernel.process_mut(pid) {
            process.group_leader = leader;
            process.ancestors = lineage;
        }
        Ok(Cx::new(self.shared.clone(), pid))
    }

    /// Gives a process its body.
    pub(crate) fn house(&self, pid: Pid, body: BoxBody) {
        self.shared.house(pid, body);
    }

    /// `apply(module, function, args)`
    ///
    /// # Errors
    /// `undef` if there is no such function; whatever the function raises.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#apply-3>
    pub async fn apply(&self, module: Atom, function: Atom, args: Vec<Term>) -> Result<Term, Raise> {
        self.shared.charge(2);
        let arity = args.len();
        match self.shared.module(module).and_then(|loaded| loaded.find(function, arity)) {
            Some(code) => code(self.same(), args).await,
            None => Err(Raise::error(Atom::UNDEF).in_function(module, function, arity)),
        }
    }

    /// Is there such a function?
    #[must_use]
    pub fn exports(&self, module: Atom, function: Atom, arity: usize) -> bool {
        self.shared.module(module).is_some_and(|loaded| loaded.find(function, arity).is_some())
    }

    /// The version of a loaded module.
    #[must_use]
    pub fn module_vsn(&self, module: Atom) -> Option<Term> {
        self.shared.module(module).map(|loaded| loaded.vsn.clone())
    }
}
