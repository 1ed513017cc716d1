//! Two versions of a module: the current one, and the old one that some process may still run.
//!
//! A call by name always goes to the current version. A server whose module has a newer version
//! goes on in it with its next callback, or earlier, when `sys:change_code/4` has its state
//! converted.
//!
//! OTP: <https://www.erlang.org/docs/25/reference_manual/code_loading#code-replacement>

use std::cell::Cell;
use std::rc::Rc;

use crate::event::{CodeChange, Event};
use crate::kernel::process::Process;
use crate::term::quick::QuickMap;
use crate::term::{Atom, Pid, Term};

use super::cx::Cx;
use super::module::Module;
use super::shared::Shared;

/// The number of a loaded version, unique in a node; 0 is none.
pub(crate) type Edition = u32;

/// Old code is to go, at the end of this turn.
pub(crate) struct Purge {
    pub(crate) edition: Edition,
    pub(crate) by: Option<Pid>,
    /// Nobody is killed for it.
    pub(crate) soft: bool,
    /// How many run it: the answer to who waits for it.
    pub(crate) users: Rc<Cell<usize>>,
}

/// What became of the code that a server runs.
pub(crate) enum Newer {
    /// It is current.
    Same,
    /// There is a newer version.
    Version(Rc<Module>),
    /// The module is not there any more.
    Gone,
}

/// The current versions of the modules.
#[derive(Default)]
pub(crate) struct Modules {
    current: QuickMap<Atom, Rc<Module>>,
    /// The one that was looked up last: whoever starts children starts many of one module.
    recent: Option<Rc<Module>>,
}

impl Modules {
    #[inline]
    pub(crate) fn get(&mut self, name: Atom) -> Option<&Rc<Module>> {
        if self.recent.as_ref().is_none_or(|recent| recent.name != name) {
            self.look_up(name);
        }
        self.recent.as_ref()
    }

    #[inline(never)]
    fn look_up(&mut self, name: Atom) {
        self.recent = self.current.get(&name).cloned();
    }

    fn insert(&mut self, module: Rc<Module>) -> Option<Rc<Module>> {
        self.recent = None;
        self.current.insert(module.name, module)
    }

    fn remove(&mut self, name: Atom) -> Option<Rc<Module>> {
        self.recent = None;
        self.current.remove(&name)
    }
}

impl Shared {
    /// Makes a module current and the version before it old. One that was old already goes.
    pub(crate) fn load(&self, mut module: Module, by: Option<Pid>) -> Option<Rc<Module>> {
        let edition = self.loads.get() + 1;
        self.loads.set(edition);
        module.edition = edition;
        let before = self.modules.borrow_mut().insert(Rc::new(module));
        if let Some(before) = &before {
            self.retire(before.clone(), by);
        }
        before
    }

    fn retire(&self, module: Rc<Module>, by: Option<Pid>) {
        if let Some(older) = self.old_modules.borrow_mut().insert(module.name, module) {
            self.unsettled.set(true);
            self.purges.borrow_mut().push(Purge { edition: older.edition, by, soft: false, users: Rc::default() });
        }
    }

    fn old(&self, module: Atom) -> Option<Rc<Module>> {
        self.old_modules.borrow().get(&module).cloned()
    }
}

impl Cx {
    /// Loads a version of a module: it is current from now on, and the one before it is old. A
    /// still older one is purged.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/code#load_binary-3>
    pub fn load_module(&self, module: Module) {
        let (name, vsn) = (module.name, module.vsn.clone());
        let old = self.shared.load(module, Some(self.me)).map(|old| old.vsn.clone());
        self.emit(Event::Code { module: name, change: CodeChange::Loaded { vsn, old } });
    }

    /// Makes the current version of a module old: nobody can call it any more. `false` if there
    /// is none.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/code#delete-1>
    pub fn delete_module(&self, module: Atom) -> bool {
        let Some(current) = self.shared.modules.borrow_mut().remove(module) else { return false };
        self.shared.loads.set(self.shared.loads.get() + 1);
        let vsn = current.vsn.clone();
        self.shared.retire(current, Some(self.me));
        self.emit(Event::Code { module, change: CodeChange::Deleted { vsn } });
        true
    }

    /// Removes the old version of a module and kills whoever still runs it. How many those were.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/code#purge-1>
    pub async fn purge_module(&self, module: Atom) -> usize {
        self.purge(module, false).await.unwrap_or(0)
    }

    /// Removes the old version of a module unless somebody still runs it. Is it gone?
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/code#soft_purge-1>
    pub async fn soft_purge_module(&self, module: Atom) -> bool {
        self.purge(module, true).await.is_none_or(|users| users == 0)
    }

    /// Does a process still run the old version of a module?
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#check_process_code-2>
    pub async fn is_old_code_run(&self, module: Atom) -> bool {
        self.users_of_old(module, true).await.is_some_and(|(_, users)| users > 0)
    }

    /// How many ran the old code; `None` if there was none.
    async fn purge(&self, module: Atom, soft: bool) -> Option<usize> {
        let (old, users) = self.users_of_old(module, soft).await?;
        if users == 0 || !soft {
            self.shared.old_modules.borrow_mut().remove(&module);
            let killed = u32::try_from(users).unwrap_or(u32::MAX);
            self.emit(Event::Code { module, change: CodeChange::Purged { vsn: old.vsn.clone(), killed } });
        }
        Some(users)
    }

    /// The old version, and how many ran it: they live on only if `soft`.
    async fn users_of_old(&self, module: Atom, soft: bool) -> Option<(Rc<Module>, usize)> {
        let old = self.shared.old(module)?;
        self.shared.unsettled.set(true);
        let users = Rc::<Cell<usize>>::default();
        let purge = Purge { edition: old.edition, by: Some(self.me), soft, users: users.clone() };
        self.shared.purges.borrow_mut().push(purge);
        self.yield_now().await;
        Some((old, users.get()))
    }

    /// The version of a module that is old.
    #[must_use]
    pub fn old_vsn(&self, module: Atom) -> Option<Term> {
        self.shared.old(module).map(|old| old.vsn.clone())
    }

    /// Says which module's code this process runs from now on: what purging it goes by.
    pub fn runs(&self, module: Atom) {
        let edition = self.shared.modules.borrow_mut().get(module).map_or(0, |module| module.edition);
        self.with_process(|process| process.edition = edition);
    }

    fn with_process(&self, act: impl FnOnce(&mut Process)) {
        if let Some(process) = self.kernel().process_mut(self.me) {
            act(process);
        }
    }

    /// How many times code was loaded: a server looks for a newer version when this changes.
    #[inline]
    pub(crate) fn loads(&self) -> u32 {
        self.shared.loads.get()
    }

    /// What became of the module whose code this process runs.
    pub(crate) fn newer_code(&self, module: Atom) -> Newer {
        let edition = self.of(self.me, |process| process.edition).unwrap_or(0);
        match self.shared.module(module) {
            _ if edition == 0 => Newer::Same,
            None => Newer::Gone,
            Some(current) if current.edition == edition => Newer::Same,
            Some(current) => Newer::Version(current),
        }
    }
}
