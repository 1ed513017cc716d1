//! New processes, and functions found by name.

use std::future::Future;

use crate::exit::Raise;
use crate::kernel::Birth;
use crate::process::body::BoxBody;
use crate::process::module::Code;
use crate::process::{Cx, SpawnOptions, Starting};
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
        let origin = if ancestors { parent.origin_of_descendants() } else { parent.origin_of_children() };
        match kernel.spawn_child(birth, Some(origin)) {
            Some(pid) => Ok(Cx::new(self.shared.clone(), pid)),
            None => Err(Raise::error(Atom::SYSTEM_LIMIT)),
        }
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
        match self.shared.code(module, function, args.len())? {
            Code::Calls(code) => code(self.same(), args).await,
            Code::Begins(code) => code(self, Term::list(args).iter()).ended(self).await,
        }
    }

    /// [`Cx::apply`] with a list of arguments, which a child's spec has.
    pub(crate) fn begin(&self, module: Atom, function: Atom, args: &Term) -> Starting {
        self.shared.charge(2);
        let mut rest = args.iter();
        let arity = rest.by_ref().count();
        match (self.shared.code(module, function, arity), rest.rest()) {
            (_, tail) if !matches!(tail, Term::Nil) => Starting::over(Err(no_arguments())),
            (Ok(Code::Calls(code)), _) => Starting::working(code(self.same(), args.iter().cloned().collect())),
            (Ok(Code::Begins(code)), _) => code(self, args.iter()),
            (Err(undef), _) => Starting::over(Err(undef)),
        }
    }

    /// Is there such a function?
    #[must_use]
    pub fn exports(&self, module: Atom, function: Atom, arity: usize) -> bool {
        self.shared.code(module, function, arity).is_ok()
    }

    /// The version of a loaded module.
    #[must_use]
    pub fn module_vsn(&self, module: Atom) -> Option<Term> {
        self.shared.module(module).map(|loaded| loaded.vsn.clone())
    }
}

/// What stands where a list of arguments should is none.
#[cold]
fn no_arguments() -> Raise {
    Raise::error(Atom::BADARG).in_function(Atom::ERLANG, Atom::new("apply"), 3)
}
