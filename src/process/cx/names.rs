//! Registered names.

use crate::exit::Raise;
use crate::kernel::Kernel;
use crate::process::Cx;
use crate::term::{Atom, Pid};

impl Cx {
    /// `register(name, pid)`
    ///
    /// # Errors
    /// `badarg` if the name is taken, or the process dead or named already.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#register-2>
    pub fn register(&self, name: Atom, pid: Pid) -> Result<(), Raise> {
        self.badarg_unless(|kernel| kernel.register(name, pid))
    }

    /// `unregister(name)`
    ///
    /// # Errors
    /// `badarg` if nobody has the name.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#unregister-1>
    pub fn unregister(&self, name: Atom) -> Result<(), Raise> {
        self.badarg_unless(|kernel| kernel.unregister(name))
    }

    pub(super) fn badarg_unless(&self, act: impl FnOnce(&mut Kernel) -> bool) -> Result<(), Raise> {
        let done = self.act(1, |kernel, _| Some(act(kernel)));
        if done == Some(false) { Err(Raise::error(Atom::BADARG)) } else { Ok(()) }
    }

    /// `whereis(name)`
    #[inline]
    #[must_use]
    pub fn whereis(&self, name: Atom) -> Option<Pid> {
        self.kernel().whereis(name)
    }

    /// `registered()`, in term order.
    #[must_use]
    pub fn registered(&self) -> Vec<Atom> {
        let names = self.kernel().registered();
        self.charge_many(names.len());
        names
    }
}
