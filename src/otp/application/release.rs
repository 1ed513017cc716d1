//! Releases: which applications, in which versions, started how; their boot order; the way from
//! one version to another.
//!
//! | module | holds |
//! |---|---|
//! | [`appup`] | what an `.appup` file says, as instructions that can be played |
//! | [`handler`] | plays them: suspend, load, change code, resume |
//!
//! OTP: <https://www.erlang.org/docs/25/design_principles/release_structure>

pub mod appup;
pub mod handler;

use std::collections::VecDeque;

use crate::exit::Raise;
use crate::process::Cx;
use crate::supervision::Restart;
use crate::term::ordered::sort_by_key;
use crate::term::{Atom, Term};

use super::super::child_spec::{decode_restart, restart_term};
use super::super::gen_server;
use super::spec::{Spec, chars, check};
use super::{controller_name, load, start};

/// How a release has an application at its boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boot {
    /// Started, as this type.
    Started(Restart),
    /// Loaded.
    Load,
    /// Only its code is there.
    None,
}

/// An application in a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub application: Atom,
    /// Its version.
    pub vsn: String,
    /// How it boots.
    pub boot: Boot,
}

/// A release: the contents of a `.rel` file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Its name.
    pub name: String,
    /// Its version.
    pub vsn: String,
    /// The version of the runtime system.
    pub erts: String,
    /// Its applications.
    pub members: Vec<Member>,
}

/// Why an application comes after another in the boot order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It depends on it.
    Uses(Atom),
    /// It includes it.
    Includes(Atom),
}

/// A step of the boot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which application.
    pub application: Atom,
    /// Its version.
    pub vsn: String,
    /// What is done with it.
    pub boot: Boot,
    /// The application that includes it and starts it instead of the node.
    pub included_by: Option<Atom>,
    /// What has to come before it.
    pub after: Vec<Why>,
}

fn pair(tag: &str, value: Term) -> Term {
    Term::tuple([Term::atom(tag), value])
}

impl Release {
    /// Reads `{release, {Name, Vsn}, {erts, EVsn}, [{App, Vsn} | {App, Vsn, Type}]}`.
    ///
    /// # Errors
    /// As `systools`: `badly_formatted_release`, `{illegal_name, X}`, `{illegal_form, X}`,
    /// `{illegal_applications, [X]}`, `{missing_mandatory_app, App}`, `{mandatory_app, App, Type}`.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/rel>
    pub fn from_term(term: &Term) -> Result<Self, Term> {
        let bad = || Term::atom("badly_formatted_release");
        let Some([Term::Atom(tag), name, erts, members]) = term.as_tuple() else { return Err(bad()) };
        let (Some([name, vsn]), Some([Term::Atom(_), erts]), Some(members)) =
            (name.as_tuple(), erts.as_tuple(), members.to_vec())
        else {
            return Err(bad());
        };
        if *tag != Atom::new("release") {
            return Err(bad());
        }
        let release = Release {
            name: chars(name).ok_or_else(|| pair("illegal_name", name.clone()))?,
            vsn: chars(vsn).ok_or_else(|| pair("illegal_form", vsn.clone()))?,
            erts: chars(erts).ok_or_else(|| pair("illegal_form", pair("erts", erts.clone())))?,
            members: read_members(&members)?,
        };
        release.check_mandatory()?;
        Ok(release)
    }

    fn check_mandatory(&self) -> Result<(), Term> {
        for name in ["kernel", "stdlib"] {
            match self.members.iter().find(|member| member.application == Atom::new(name)).map(|member| member.boot) {
                Some(Boot::Started(Restart::Permanent)) => {}
                None => return Err(pair("missing_mandatory_app", Term::atom(name))),
                Some(other) => {
                    return Err(Term::tuple([Term::atom("mandatory_app"), Term::atom(name), boot_term(other)]));
                }
            }
        }
        Ok(())
    }

    /// The spec of a part of the machine, which has no file: of the version that is asked for.
    fn built_in(&self, name: Atom) -> Option<Spec> {
        let member = self.members.iter().find(|member| member.application == name)?;
        let uses = if name == Atom::new("kernel") { Vec::new() } else { vec![Term::atom("kernel")] };
        let props = [
            pair("vsn", Term::charlist(&member.vsn)),
            pair("description", Term::Nil),
            pair("modules", Term::Nil),
            pair("registered", Term::Nil),
            pair("applications", Term::list(uses)),
        ];
        Spec::from_term(&Term::tuple([Atom::APPLICATION.into(), name.into(), Term::list(props)])).ok()
    }

    /// The boot order, with the reason for each place: what an application uses and includes
    /// comes before it; otherwise the release's own order stays.
    ///
    /// # Errors
    /// As `systools`: `[{error_reading, {App, Why}}]`, `{undefined_applications, [App]}`,
    /// `{circular_dependencies, [App]}`.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/systools#make_script-2>
    pub fn resolve(&self, find: impl Fn(Atom) -> Option<Spec>) -> Result<Vec<Step>, Term> {
        let specs = self.members.iter().map(|member| read(member, &find)).collect::<Result<Vec<_>, _>>()?;
        let order = sort(&specs)?;
        let is_member = |name: &Atom| self.members.iter().any(|member| member.application == *name);
        let step = |name: Atom| {
            let member = self.members.iter().find(|member| member.application == name)?;
            let spec = specs.iter().find(|spec| spec.name == name)?;
            let uses = spec.applications.iter().copied().filter(is_member).map(Why::Uses);
            let includes = spec.included.iter().copied().filter(is_member).map(Why::Includes);
            Some(Step {
                application: name,
                vsn: member.vsn.clone(),
                boot: member.boot,
                included_by: specs.iter().find(|other| other.included.contains(&name)).map(|other| other.name),
                after: uses.chain(includes).collect(),
            })
        };
        Ok(order.into_iter().filter_map(step).collect())
    }
}

fn read_members(members: &[Term]) -> Result<Vec<Member>, Term> {
    let illegal = |term: &&Term| read_member(term).is_none();
    let illegal: Vec<Term> = members.iter().filter(illegal).cloned().collect();
    if !illegal.is_empty() {
        return Err(pair("illegal_applications", Term::list(illegal)));
    }
    Ok(members.iter().filter_map(read_member).collect())
}

fn read_member(term: &Term) -> Option<Member> {
    let (application, vsn, boot) = match term.as_tuple()? {
        [Term::Atom(name), vsn] => (*name, vsn, Boot::Started(Restart::Permanent)),
        [Term::Atom(name), vsn, boot] => (*name, vsn, decode_boot(boot)?),
        _ => return None,
    };
    Some(Member { application, vsn: chars(vsn)?, boot })
}

fn decode_boot(term: &Term) -> Option<Boot> {
    match term.as_atom().map(Atom::text).as_deref() {
        Some("load") => Some(Boot::Load),
        Some("none") => Some(Boot::None),
        _ => decode_restart(term).map(Boot::Started),
    }
}

fn boot_term(boot: Boot) -> Term {
    match boot {
        Boot::Started(kind) => restart_term(kind),
        Boot::Load => Term::atom("load"),
        Boot::None => Term::atom("none"),
    }
}

fn read(member: &Member, find: &impl Fn(Atom) -> Option<Spec>) -> Result<Spec, Term> {
    let name = member.application;
    let file = Term::charlist(&format!("{}.app", name.text()));
    let unreadable = |why: Term| Term::list([pair("error_reading", Term::tuple([name.into(), why]))]);
    let spec = find(name).ok_or_else(|| unreadable(pair("not_found", file.clone())))?;
    check(&spec.term).map_err(unreadable)?;
    if spec.vsn() != member.vsn {
        let (wanted, found) = (Term::charlist(&member.vsn), Term::charlist(&spec.vsn()));
        let both = Term::tuple([
            Term::tuple([Term::charlist("should be"), wanted]),
            Term::tuple([Term::charlist("found file"), file, found]),
        ]);
        return Err(unreadable(pair("no_valid_version", both)));
    }
    Ok(spec)
}

/// What `systools` does: an application whose dependencies are still to come goes behind them.
fn sort(specs: &[Spec]) -> Result<Vec<Atom>, Term> {
    let mut todo: VecDeque<&Spec> = specs.iter().collect();
    let (mut order, mut visited) = (Vec::new(), Vec::new());
    let (mut missing, mut circular) = (Vec::new(), Vec::new());
    while let Some(spec) = todo.pop_front() {
        let mut first: Vec<&Spec> = Vec::new();
        for (name, is_use) in
            spec.applications.iter().map(|n| (n, true)).chain(spec.included.iter().map(|n| (n, false)))
        {
            match todo.iter().position(|other| other.name == *name) {
                // X includes Y and Y uses X is fine.
                Some(at) if todo.get(at).is_some_and(|other| other.included.contains(&spec.name)) => {}
                Some(at) => first.extend(todo.remove(at)),
                None if visited.contains(name) || (is_use && spec.optional.contains(name)) => {}
                None => missing.push(*name),
            }
        }
        if first.is_empty() {
            order.push(spec.name);
        } else {
            let again: Vec<Atom> = first.iter().map(|spec| spec.name).filter(|name| visited.contains(name)).collect();
            if !again.is_empty() {
                circular.push(spec.name);
                circular.extend(&again);
            }
            first.retain(|spec| !again.contains(&spec.name));
            todo.push_front(spec);
            first.into_iter().rev().for_each(|spec| todo.push_front(spec));
        }
        visited.push(spec.name);
    }
    match (missing.is_empty(), circular.is_empty()) {
        (true, true) => Ok(order),
        (false, true) => Err(pair("undefined_applications", set(missing))),
        (true, false) => Err(pair("circular_dependencies", set(circular))),
        (false, false) => {
            let both = [pair("circular_dependencies", set(circular)), pair("undefined_applications", set(missing))];
            Err(pair("apps", Term::list(both)))
        }
    }
}

fn set(mut names: Vec<Atom>) -> Term {
    sort_by_key(&mut names, |name| name.text());
    names.dedup();
    Term::list(names.into_iter().map(Term::Atom).collect::<Vec<_>>())
}

/// Boots a release on a node whose controller runs: each step in order, as its boot script would.
/// The applications that were started, in order; or `{error, {Application, Reason}}` with the first
/// that failed. A permanent one that fails takes the node down.
///
/// # Errors
/// exit, if the node goes down meanwhile.
///
/// OTP: <https://www.erlang.org/docs/25/man/init>
pub async fn boot(cx: &Cx, release: &Release) -> Result<Term, Raise> {
    let find = |name| if is_built_in(name) { release.built_in(name) } else { Spec::read(cx, name).ok() };
    let steps = match release.resolve(find) {
        Ok(steps) => steps,
        Err(reason) => return Ok(Term::error(reason)),
    };
    let mut started = Vec::new();
    for step in steps {
        let name = step.application;
        let answer = match step.boot {
            Boot::None => continue,
            _ if is_built_in(name) => continue,
            Boot::Load => load(cx, name).await?,
            Boot::Started(_) if step.included_by.is_some() => load(cx, name).await?,
            Boot::Started(kind) => {
                started.push(name);
                start(cx, name, kind).await?
            }
        };
        if let Some([_, reason]) = answer.as_tuple()
            && !super::is_already_loaded(reason)
        {
            return Ok(Term::error(Term::tuple([name.into(), reason.clone()])));
        }
    }
    Ok(Term::ok(Term::list(started.into_iter().map(Term::Atom).collect::<Vec<_>>())))
}

fn is_built_in(name: Atom) -> bool {
    matches!(&*name.text(), "kernel" | "stdlib")
}

/// Stops the node in good order: applications last started first, then the node.
///
/// # Errors
/// exit, if there is no controller.
///
/// OTP: <https://www.erlang.org/docs/25/man/init#stop-0>
pub async fn halt(cx: &Cx) -> Result<(), Raise> {
    gen_server::stop(cx, controller_name(), Atom::SHUTDOWN.into(), None).await
}
