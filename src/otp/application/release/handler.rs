//! Plays the way from one version of an application to another while it runs.
//!
//! OTP: <https://www.erlang.org/docs/25/man/release_handler>

use std::cell::RefCell;

use crate::event::Event;
use crate::exit::Raise;
use crate::process::{Cx, Module};
use crate::term::{Atom, Pid, Term, erlang};
use crate::time::Duration;

use super::super::spec::{Spec, chars};
use super::super::{change_application_data, config_change, env, loaded_spec, master, which_applications};
use super::appup::{self, Direction, Lib};
use super::pair;
use crate::otp::{supervisor, sys};

/// A version of an application as it lies on the code path: `lib/seq-0.2.0/ebin`.
#[derive(Clone)]
pub struct Library {
    /// The application.
    pub application: String,
    /// Its version.
    pub vsn: String,
    /// The text of its `.app` file.
    pub app: String,
    /// The text of its `.appup` file; empty if it has none.
    pub appup: String,
    /// Its object code.
    pub modules: fn() -> Vec<Module>,
}

/// The libraries that a node finds. Installed on the node by its host.
#[derive(Default)]
pub struct CodePath(RefCell<Vec<Library>>);

impl CodePath {
    /// Puts a library on the path, in place of one of that name and version.
    pub fn add(&self, library: Library) {
        let mut libraries = self.0.borrow_mut();
        libraries.retain(|other| (&other.application, &other.vsn) != (&library.application, &library.vsn));
        libraries.push(library);
    }

    /// The versions of an application, in the order in which they were added.
    #[must_use]
    pub fn versions(&self, application: &str) -> Vec<String> {
        let libraries = self.0.borrow();
        libraries
            .iter()
            .filter(|library| library.application == application)
            .map(|library| library.vsn.clone())
            .collect()
    }

    fn find(&self, application: Atom, vsn: &str) -> Option<Library> {
        let name = application.text();
        let libraries = self.0.borrow();
        libraries.iter().find(|library| library.application == *name && library.vsn == vsn).cloned()
    }
}

/// Upgrades a running application to a version on the path, by that version's `.appup`:
/// `{ok, Unpurged}`, with `{Module, PostPurge}` of those whose old code somebody still runs; or
/// `{error, Reason}` if nothing was done; or `{'EXIT', Reason}` with what an instruction beyond the
/// point of no return has thrown, or `catch` made of it. The reason is `{old_processes, Module}`
/// if somebody runs code that is old already and that may be purged only softly before it is
/// replaced.
///
/// Differs: what is suspended then is resumed, where OTP leaves it to who starts the node anew.
///
/// # Errors
/// exit, if there is no controller.
///
/// OTP: <https://www.erlang.org/docs/25/man/release_handler#upgrade_app-2>
pub async fn upgrade_app(cx: &Cx, application: Atom, vsn: &str) -> Result<Term, Raise> {
    change(cx, Direction::Up, application, vsn).await
}

/// Takes a running application back to an older version on the path, by the `.appup` of the
/// version that runs: `{ok, Unpurged}`, `{error, Reason}` or `{'EXIT', Reason}`, as [`upgrade_app`].
///
/// # Errors
/// exit, if there is no controller.
///
/// OTP: <https://www.erlang.org/docs/25/man/release_handler#downgrade_app-3>
pub async fn downgrade_app(cx: &Cx, application: Atom, vsn: &str) -> Result<Term, Raise> {
    change(cx, Direction::Down, application, vsn).await
}

async fn change(cx: &Cx, direction: Direction, application: Atom, vsn: &str) -> Result<Term, Raise> {
    match Player::new(cx, direction, application, vsn) {
        Ok(mut player) => player.play_all(cx).await,
        Err(reason) => Ok(Term::error(reason)),
    }
}

/// A way under way: a script, how far it has been played, and what was suspended for it.
pub struct Player {
    application: Atom,
    direction: Direction,
    script: Vec<Term>,
    at: usize,
    library: Library,
    spec: Spec,
    env_before: Vec<(Atom, Term)>,
    object_code: Vec<Module>,
    /// What each module's version was before, and is after.
    vsns: Vec<(Atom, Term, Term)>,
    suspended: Vec<(Atom, Vec<Pid>)>,
    stopped: Vec<(Atom, Vec<(Pid, Term)>)>,
    /// Modules whose old code somebody still runs, with how it is to be purged later.
    unpurged: Vec<Term>,
}

impl Player {
    /// Finds the way, without a step on it.
    ///
    /// # Errors
    /// `{app_not_running, App}`, `{no_such_library, {App, Vsn}}`, `{version_not_in_appup, Vsn}`,
    /// and what is wrong with the files.
    pub fn new(cx: &Cx, direction: Direction, application: Atom, vsn: &str) -> Result<Self, Term> {
        let path = cx.installed::<CodePath>().ok_or_else(|| Term::atom("no_code_path"))?;
        let current = loaded_spec(cx, application).filter(|_| master::root(cx, application).is_some());
        let current = current.ok_or_else(|| pair("app_not_running", application.into()))?;
        let find = |vsn: &str| {
            let missing = Term::tuple([application.into(), Term::charlist(vsn)]);
            path.find(application, vsn).ok_or_else(|| pair("no_such_library", missing))
        };
        let library = find(vsn)?;
        let bounds = erlang::Limits::default();
        let spec = Spec::parse(&library.app, bounds, &format!("{}.app", application.text()))?;
        let (newer, other) = match direction {
            Direction::Up => (library.clone(), current.vsn()),
            Direction::Down => (find(&current.vsn())?, vsn.to_owned()),
        };
        let appup = appup_term(&newer)?;
        let high = appup::instructions(&appup, direction, &other)?;
        let lib = Lib {
            name: library.application.clone(),
            vsn: library.vsn.clone(),
            before: current.modules(),
            after: (library.modules)().iter().map(|module| module.name).collect(),
        };
        let script = appup::translate(direction, &high, &lib)?;
        let env_before = env::all(cx);
        Ok(Player {
            application,
            direction,
            script,
            at: 0,
            library,
            spec,
            env_before,
            object_code: Vec::new(),
            vsns: Vec::new(),
            suspended: Vec::new(),
            stopped: Vec::new(),
            unpurged: Vec::new(),
        })
    }

    /// The instructions, as a relup has them.
    #[must_use]
    pub fn script(&self) -> &[Term] {
        &self.script
    }

    /// How many of them have been played.
    #[must_use]
    pub fn played(&self) -> usize {
        self.at
    }

    /// Plays to the end: `{ok, Unpurged}`, `{error, Reason}` or `{'EXIT', Reason}`, see
    /// [`upgrade_app`].
    ///
    /// # Errors
    /// exit, if there is no controller.
    pub async fn play_all(&mut self, cx: &Cx) -> Result<Term, Raise> {
        loop {
            match self.step(cx).await? {
                // A turn for each, so that one who watches can hold time between two.
                Ok(true) => cx.yield_now().await,
                Ok(false) => return Ok(Term::ok(Term::list(self.unpurged.clone()))),
                Err(answer) => return Ok(answer),
            }
        }
    }

    /// Plays one instruction. After the last one the application has its new spec, and its
    /// callback module hears what changed in its configuration. `false` when nothing was left;
    /// `Err` with the answer if it was refused or failed, which was the last step then.
    ///
    /// # Errors
    /// exit, if there is no controller when all is done.
    pub async fn step(&mut self, cx: &Cx) -> Result<Result<bool, Term>, Raise> {
        let Some(instruction) = self.script.get(self.at).cloned() else { return Ok(Ok(false)) };
        if let Some(reason) = self.refuses(cx, &instruction).await {
            return Ok(Err(self.give_up(cx, Term::error(reason)).await));
        }
        self.at += 1;
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        cx.emit(Event::Upgrade {
            application: self.application,
            number: count(self.at),
            of: count(self.script.len()),
            instruction: instruction.clone(),
        });
        if let Err(raise) = self.eval(cx, &instruction).await {
            let reason = raise.into_caught();
            let answer = if self.is_past_return() { pair("EXIT", reason) } else { Term::error(reason) };
            return Ok(Err(self.give_up(cx, answer).await));
        }
        if self.at == self.script.len() {
            change_application_data(cx, self.spec.term.clone()).await?;
            config_change(cx, &self.env_before).await?;
        }
        Ok(Ok(true))
    }

    /// What forbids to go on, before the first instruction and at the point of no return.
    async fn refuses(&self, cx: &Cx, next: &Term) -> Option<Term> {
        if self.at == 0
            && let Some(module) = self.old_processes(cx).await
        {
            return Some(pair("old_processes", module.into()));
        }
        let beyond = self.script.get(self.at..).filter(|_| is_point_of_no_return(next))?;
        let illegal = beyond.iter().find(|instruction| !is_legal(instruction))?;
        Some(pair("illegal_instruction_after_point_of_no_return", illegal.clone()))
    }

    fn is_past_return(&self) -> bool {
        self.script.iter().take(self.at).any(is_point_of_no_return)
    }

    async fn give_up(&mut self, cx: &Cx, answer: Term) -> Term {
        self.at = self.script.len();
        for (_, pids) in std::mem::take(&mut self.suspended) {
            resume(cx, pids).await;
        }
        answer
    }

    async fn eval(&mut self, cx: &Cx, instruction: &Term) -> Result<(), Raise> {
        let (tag, rest) = parts(instruction);
        match (&*tag, rest) {
            ("load_object_code", [code]) => self.load_object_code(cx, code),
            ("point_of_no_return", []) => Ok(()),
            ("load", [what]) => self.load(cx, what).await,
            ("remove", [what]) => {
                self.remove(cx, what).await;
                Ok(())
            }
            ("purge", [modules]) => {
                for module in modules.iter().filter_map(Term::as_atom) {
                    cx.purge_module(module).await;
                }
                Ok(())
            }
            ("suspend", [modules]) => self.suspend(cx, modules).await,
            ("resume", [modules]) => {
                self.resume(cx, modules).await;
                Ok(())
            }
            ("code_change", [list]) => self.code_change(cx, Direction::Up, list).await,
            ("code_change", [_, list]) => self.code_change(cx, self.direction, list).await,
            ("stop", [modules]) => self.stop(cx, modules).await,
            ("start", [modules]) => {
                self.start(cx, modules).await;
                Ok(())
            }
            ("apply", [call]) => apply(cx, call).await,
            _ => Err(Raise::error(Atom::FUNCTION_CLAUSE)),
        }
    }

    fn load_object_code(&mut self, cx: &Cx, code: &Term) -> Result<(), Raise> {
        let names = code.as_tuple().and_then(|code| code.get(2)).and_then(Term::to_vec).unwrap_or_default();
        let mut there = (self.library.modules)();
        for name in names.iter().filter_map(Term::as_atom) {
            let at = there.iter().position(|module| module.name == name);
            let missing = || pair("no_such_file", Term::charlist(&format!("{}.beam", name.text())));
            let at = at.ok_or_else(|| Raise::throw(missing()))?;
            let module = there.swap_remove(at);
            let before = cx.module_vsn(name).unwrap_or(Atom::UNDEFINED.into());
            self.vsns.push((name, before, module.vsn.clone()));
            self.object_code.push(module);
        }
        Ok(())
    }

    /// The first module whose code is old, is run by somebody, and may be purged only softly.
    async fn old_processes(&self, cx: &Cx) -> Option<Atom> {
        for instruction in &self.script {
            let Some([Term::Atom(tag), what]) = instruction.as_tuple() else { continue };
            let Some([Term::Atom(module), pre, _]) = what.as_tuple() else { continue };
            let replaces = *tag == Atom::new("load") || *tag == Atom::new("remove");
            if replaces && pre.is_atom(Atom::new("soft_purge")) && cx.is_old_code_run(*module).await {
                return Some(*module);
            }
        }
        None
    }

    /// Loads object code; what is left of a still older version is purged first.
    async fn load(&mut self, cx: &Cx, what: &Term) -> Result<(), Raise> {
        let missing = || Raise::error(pair("badmatch", false.into()));
        let Some([Term::Atom(name), _, post]) = what.as_tuple() else { return Err(missing()) };
        let at = self.object_code.iter().position(|module| module.name == *name).ok_or_else(missing)?;
        cx.purge_module(*name).await;
        cx.load_module(self.object_code.swap_remove(at));
        self.purge_later(cx, *name, post).await;
        Ok(())
    }

    async fn remove(&mut self, cx: &Cx, what: &Term) {
        if let Some([Term::Atom(module), _, post]) = what.as_tuple() {
            cx.purge_module(*module).await;
            cx.delete_module(*module);
            self.purge_later(cx, *module, post).await;
        }
    }

    /// Code that has just become old goes at once if nobody runs it.
    async fn purge_later(&mut self, cx: &Cx, module: Atom, post: &Term) {
        if !cx.soft_purge_module(module).await {
            self.unpurged.insert(0, Term::tuple([module.into(), post.clone()]));
        }
    }

    async fn suspend(&mut self, cx: &Cx, modules: &Term) -> Result<(), Raise> {
        let supervised = supervised(cx).await?;
        for module in modules.iter() {
            let (module, timeout) = match module.as_tuple() {
                Some([module, timeout]) => (module, Some(timeout)),
                _ => (module, None),
            };
            let Some(module) = module.as_atom() else { continue };
            let mut pids = Vec::new();
            for child in supervised.iter().filter(|child| child.modules.contains(&module)) {
                match suspend(cx, child.pid, timeout).await {
                    Ok(_) => pids.push(child.pid),
                    // When it gets to it, it is not to stay suspended.
                    Err(_) => resume(cx, vec![child.pid]).await,
                }
            }
            self.suspended.push((module, pids));
        }
        Ok(())
    }

    async fn resume(&mut self, cx: &Cx, modules: &Term) {
        for module in modules.iter().filter_map(Term::as_atom) {
            for (_, pids) in self.suspended.extract_if(.., |(of, _)| *of == module).collect::<Vec<_>>() {
                resume(cx, pids).await;
            }
        }
    }

    async fn code_change(&self, cx: &Cx, direction: Direction, list: &Term) -> Result<(), Raise> {
        for change in list.iter() {
            let Some([Term::Atom(module), extra]) = change.as_tuple() else { continue };
            let versions = self.vsns.iter().find(|(of, ..)| of == module);
            let vsn = match (direction, versions) {
                (Direction::Up, Some((_, before, _))) => before.clone(),
                (Direction::Up, None) => Atom::UNDEFINED.into(),
                (Direction::Down, Some((_, _, after))) => pair("down", after.clone()),
                (Direction::Down, None) => pair("down", Atom::UNDEFINED.into()),
            };
            let pids = self.suspended.iter().filter(|(of, _)| of == module).flat_map(|(_, pids)| pids);
            for pid in pids {
                let answer = sys::change_code(cx, *pid, *module, vsn.clone(), extra.clone()).await?;
                if let Some([Term::Atom(Atom::ERROR), reason]) = answer.as_tuple() {
                    let failed = Term::atom("code_change_failed");
                    let failed = [failed, (*pid).into(), (*module).into(), vsn, reason.clone()];
                    return Err(Raise::throw(Term::tuple(failed)));
                }
            }
        }
        Ok(())
    }

    async fn stop(&mut self, cx: &Cx, modules: &Term) -> Result<(), Raise> {
        let supervised = supervised(cx).await?;
        for module in modules.iter().filter_map(Term::as_atom) {
            let mut stopped = Vec::new();
            for child in supervised.iter().filter(|child| child.modules.contains(&module)) {
                let Some(supervisor) = child.supervisor else { continue };
                let answer = supervisor::terminate_child(cx, supervisor, child.id.clone()).await;
                if answer.is_ok_and(|answer| answer.is_atom(Atom::OK)) {
                    stopped.push((supervisor, child.id.clone()));
                }
            }
            self.stopped.push((module, stopped));
        }
        Ok(())
    }

    async fn start(&mut self, cx: &Cx, modules: &Term) {
        for module in modules.iter().filter_map(Term::as_atom) {
            for (_, children) in self.stopped.extract_if(.., |(of, _)| *of == module).collect::<Vec<_>>() {
                for (supervisor, id) in children {
                    let _ = supervisor::restart_child(cx, supervisor, id).await;
                }
            }
        }
    }
}

fn is_point_of_no_return(instruction: &Term) -> bool {
    instruction.is_atom(Atom::new("point_of_no_return"))
}

/// May it stand beyond the point of no return?
fn is_legal(instruction: &Term) -> bool {
    let is_triple = |what: &Term| what.as_tuple_of::<3>().is_some();
    let (tag, rest) = parts(instruction);
    match (&*tag, rest) {
        ("point_of_no_return", []) | ("purge" | "suspend" | "resume" | "code_change" | "stop" | "start", [_]) => true,
        ("code_change", [_, _]) => true,
        ("load" | "remove" | "apply", [what]) => is_triple(what),
        _ => false,
    }
}

/// The name of an instruction, and what it is about.
fn parts(instruction: &Term) -> (String, &[Term]) {
    match (instruction, instruction.as_tuple()) {
        (Term::Atom(tag), _) => (tag.text().to_string(), &[]),
        (_, Some([Term::Atom(tag), rest @ ..])) => (tag.text().to_string(), rest),
        _ => (String::new(), &[]),
    }
}

async fn apply(cx: &Cx, call: &Term) -> Result<(), Raise> {
    let Some([Term::Atom(module), Term::Atom(function), args]) = call.as_tuple() else {
        return Err(Raise::error(Atom::BADARG));
    };
    let args = args.to_vec().ok_or_else(|| Raise::error(Atom::BADARG))?;
    cx.apply(*module, *function, args).await.map(|_| ())
}

fn appup_term(library: &Library) -> Result<Term, Term> {
    let file = Term::charlist(&format!("{}.appup", library.application));
    let terms = erlang::parse_file(&library.appup, erlang::Limits::default())
        .map_err(|error| Term::tuple([Term::charlist(&error.to_string()), file.clone()]))?;
    match terms.as_slice() {
        [appup] if appup.as_tuple().and_then(|appup| appup.first()).and_then(chars).as_ref() == Some(&library.vsn) => {
            Ok(appup.clone())
        }
        [] => Err(pair("no_appup", file)),
        _ => Err(pair("bad_appup", file)),
    }
}

/// With the time-out that the instruction names, in milliseconds or `infinity`.
async fn suspend(cx: &Cx, pid: Pid, timeout: Option<&Term>) -> Result<Term, Raise> {
    match timeout {
        Some(Term::Int(millis @ 0..)) => {
            sys::suspend_within(cx, pid, Some(Duration::from_millis(millis.unsigned_abs()))).await
        }
        Some(Term::Atom(Atom::INFINITY)) => sys::suspend_within(cx, pid, None).await,
        _ => sys::suspend(cx, pid).await,
    }
}

async fn resume(cx: &Cx, pids: Vec<Pid>) {
    for pid in pids {
        let _ = sys::resume(cx, pid).await;
    }
}

/// The root of a running application, which nobody supervises, or a child somewhere below it.
struct Supervised {
    supervisor: Option<Pid>,
    id: Term,
    pid: Pid,
    modules: Vec<Atom>,
}

/// All of them: every supervisor of every running application is asked for its children.
///
/// # Errors
/// error `suspended_supervisor` if one cannot be asked; exit, if one does not tell how it is.
async fn supervised(cx: &Cx) -> Result<Vec<Supervised>, Raise> {
    let running = which_applications(cx).await?;
    let names = running.iter().filter_map(|line| line.as_tuple()?.first()?.as_atom());
    let mut found = Vec::new();
    for root in names.filter_map(|name| master::root(cx, name)) {
        let mut own = below(cx, root).await?;
        let state = sys::get_state(cx, root).await.unwrap_or_default();
        let module = state.map_get(&Term::atom("module")).and_then(Term::as_atom);
        let modules = module.into_iter().collect();
        own.push(Supervised { supervisor: None, id: Atom::UNDEFINED.into(), pid: root, modules });
        own.append(&mut found);
        found = own;
    }
    Ok(found)
}

async fn below(cx: &Cx, root: Pid) -> Result<Vec<Supervised>, Raise> {
    let (mut pending, mut found) = (vec![root], Vec::new());
    while let Some(supervisor) = pending.pop() {
        for child in children_of(cx, supervisor).await?.iter() {
            let Some([id, Term::Pid(pid), kind, modules]) = child.as_tuple() else { continue };
            if kind.is_atom(Atom::SUPERVISOR) {
                pending.push(*pid);
            }
            let modules = modules.iter().filter_map(Term::as_atom).collect();
            found.push(Supervised { supervisor: Some(supervisor), id: id.clone(), pid: *pid, modules });
        }
    }
    Ok(found)
}

/// The children of a supervisor; none of one that has ended meanwhile.
async fn children_of(cx: &Cx, supervisor: Pid) -> Result<Term, Raise> {
    let status = match sys::get_status(cx, supervisor).await {
        Ok(status) => status,
        Err(raise) if raise.reason.as_tuple().and_then(|reason| reason.first()) == Some(&Atom::TIMEOUT.into()) => {
            return Err(raise);
        }
        Err(_) => return Ok(Term::Nil),
    };
    let parts = status.as_tuple().and_then(|status| status.get(3));
    if parts.and_then(|parts| parts.iter().nth(1)).is_some_and(|now| now.is_atom(Atom::new("suspended"))) {
        return Err(Raise::error(Term::atom("suspended_supervisor")));
    }
    Ok(supervisor::which_children(cx, supervisor).await.unwrap_or_default())
}
