//! Upgrade instructions: what an `.appup` file says, and what a relup makes of it.
//!
//! An application says in few words how it gets from one version to another (`update`,
//! `load_module`, ...). Translated, that is a list of steps that can be played one by one: load
//! the object code; from the point of no return on suspend, load, change code, resume.
//!
//! | module | holds |
//! |---|---|
//! | `dependencies` | which instructions are played together, and in which order |
//! | `pattern` | versions named by a regular expression |
//!
//! OTP: <https://www.erlang.org/docs/25/man/appup>

mod dependencies;
mod pattern;

use crate::term::{Atom, Term};

use super::super::spec::chars;
use super::pair;

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the newer version.
    Up,
    /// Back to the older version.
    Down,
}

impl Direction {
    fn atom(self) -> Term {
        Term::atom(if self == Direction::Up { "up" } else { "down" })
    }
}

/// The high-level instructions of an `.appup` term `{Vsn, [{From, Up}], [{To, Down}]}` for the way
/// between its version and `other`.
///
/// # Errors
/// `{bad_appup, Term}`; `{version_not_in_appup, Other}`.
pub fn instructions(appup: &Term, direction: Direction, other: &str) -> Result<Vec<Term>, Term> {
    let Some([_, up, down]) = appup.as_tuple() else { return Err(pair("bad_appup", appup.clone())) };
    let ways = if direction == Direction::Up { up } else { down };
    let way = ways.iter().find_map(|way| match way.as_tuple() {
        Some([vsn, instructions]) if is_version(vsn, other) => Some(instructions),
        _ => None,
    });
    let way = way.ok_or_else(|| pair("version_not_in_appup", Term::charlist(other)))?;
    way.to_vec().ok_or_else(|| pair("bad_appup", appup.clone()))
}

/// A version is a string; a binary is a regular expression that has to match the whole of it.
fn is_version(vsn: &Term, version: &str) -> bool {
    match vsn {
        Term::Binary(_) => vsn.as_str().is_some_and(|pattern| pattern::matches_whole(pattern, version)),
        _ => chars(vsn).as_deref() == Some(version),
    }
}

/// What an application has before and after: for `add_application` and the like.
#[derive(Clone, Debug, Default)]
pub struct Lib {
    /// Its name.
    pub name: String,
    /// The version that is gone to.
    pub vsn: String,
    /// The modules of the version that is left.
    pub before: Vec<Atom>,
    /// The modules of the version that is gone to.
    pub after: Vec<Atom>,
}

/// An instruction on a module. In which order several are played follows from what they depend on.
struct Update {
    module: Atom,
    what: What,
    /// How the module's old code goes: before it is loaded, and after.
    purge: [Term; 2],
    /// Modules that this one depends on.
    needs: Vec<Atom>,
}

enum What {
    /// `update`: its processes are suspended meanwhile, and have their state converted by
    /// `Extra` if `Some`.
    Update {
        timing: Option<Term>,
        extra: Option<Term>,
        static_type: bool,
    },
    Load,
    Delete,
}

/// The low-level instructions. Those on modules that depend on each other are played together,
/// where the first of them stands; all others where they stand.
///
/// Differs: of modules that do not depend on each other the one that stands first comes first,
/// where OTP takes any.
///
/// # Errors
/// `{unknown_instruction, X}`; `{no_such_module, Module}`, if the library does not have it;
/// `{undef_module, Module}` for a dependency on a module without an instruction, `{muldef_module,
/// Module}` for a second instruction on one.
///
/// OTP: <https://www.erlang.org/docs/25/man/relup>
pub fn translate(direction: Direction, high: &[Term], lib: &Lib) -> Result<Vec<Term>, Term> {
    let mut read: Vec<Option<Update>> = high.iter().map(read_update).collect();
    let modules: Vec<(Atom, &[Atom])> =
        read.iter().flatten().map(|update| (update.module, update.needs.as_slice())).collect();
    let groups = dependencies::groups(&modules)?;
    let places: Vec<usize> = (0..).zip(&read).filter_map(|(at, update)| update.as_ref().map(|_| at)).collect();
    let mut groups = groups.into_iter();
    let (mut after, mut loaded) = (Vec::new(), Vec::new());
    for (at, instruction) in high.iter().enumerate() {
        if places.binary_search(&at).is_err() {
            after.extend(independent(instruction, lib, &mut loaded)?);
        } else if read.get(at).is_some_and(Option::is_some) {
            let group = groups.next().unwrap_or_default();
            let members = group.iter().filter_map(|member| read.get_mut(*places.get(*member)?)?.take());
            let members: Vec<Update> = members.collect();
            for member in members.iter().filter(|member| !matches!(member.what, What::Delete)) {
                require(lib, member.module)?;
                loaded.push(member.module);
            }
            after.extend(play(direction, members));
        }
    }
    let mut script = Vec::new();
    if !loaded.is_empty() {
        let code = Term::tuple([Term::atom(&lib.name), Term::charlist(&lib.vsn), atoms(&loaded)]);
        script.push(pair("load_object_code", code));
    }
    script.push(Term::atom("point_of_no_return"));
    script.append(&mut after);
    Ok(script)
}

fn require(lib: &Lib, module: Atom) -> Result<(), Term> {
    if lib.after.contains(&module) { Ok(()) } else { Err(pair("no_such_module", module.into())) }
}

fn atoms(list: &[Atom]) -> Term {
    Term::list(list.iter().copied().map(Term::Atom).collect::<Vec<_>>())
}

fn purged(module: Atom) -> Term {
    Term::tuple([module.into(), Term::atom("brutal_purge"), Term::atom("brutal_purge")])
}

fn read_update(instruction: &Term) -> Option<Update> {
    let [Term::Atom(tag), Term::Atom(module), rest @ ..] = instruction.as_tuple()? else { return None };
    let (rest, needs) = match rest.split_last() {
        Some((last, before)) if last.to_vec().is_some() => (before, last.iter().filter_map(Term::as_atom).collect()),
        _ => (rest, Vec::new()),
    };
    let is_purge = |term: &Term| ["soft_purge", "brutal_purge"].iter().any(|purge| *term == Term::atom(purge));
    let (rest, purge) = match rest {
        [before @ .., pre, post] if is_purge(pre) && is_purge(post) => (before, [pre.clone(), post.clone()]),
        _ => (rest, [Term::atom("brutal_purge"), Term::atom("brutal_purge")]),
    };
    let what = match &*tag.text() {
        "update" => read_change(rest)?,
        "load_module" | "add_module" => What::Load,
        "delete_module" => What::Delete,
        _ => return None,
    };
    Some(Update { module: *module, what, purge, needs })
}

/// What stands between `update, Module` and how to purge: `supervisor`; a change (`soft`,
/// `{advanced, Extra}`), before it perhaps type and time-out.
fn read_change(rest: &[Term]) -> Option<What> {
    let change = |term: &Term| match term.as_tuple() {
        Some([Term::Atom(tag), extra]) if *tag == Atom::new("advanced") => Some(Some(extra.clone())),
        _ => term.is_atom(Atom::new("soft")).then_some(None),
    };
    let update = |timing, extra, static_type| Some(What::Update { timing, extra, static_type });
    match rest {
        [] => update(None, None, false),
        [supervisor] if supervisor.is_atom(Atom::new("supervisor")) => update(None, Some(Term::Nil), true),
        [only] => update(None, change(only)?, false),
        [timeout, second] => update(timing(timeout), change(second)?, false),
        [kind, timeout, third] => update(timing(timeout), change(third)?, kind.is_atom(Atom::new("static"))),
        _ => None,
    }
}

fn timing(term: &Term) -> Option<Term> {
    (!term.is_atom(Atom::new("default"))).then(|| term.clone())
}

/// Suspend, load, change code, resume, as the direction has it: on the way down the version that
/// is left converts the state, before the older one is loaded, unless the module is static.
fn play(direction: Direction, updates: Vec<Update>) -> Vec<Term> {
    let (mut suspend, mut resume, mut early, mut late, mut load) = (vec![], vec![], vec![], vec![], vec![]);
    for Update { module, what, purge: [pre, post], .. } in updates {
        let loading = vec![pair("load", Term::tuple([module.into(), pre, post]))];
        match what {
            What::Load => load.push(loading),
            What::Delete => {
                load.push(vec![pair("remove", purged(module)), pair("purge", atoms(&[module]))]);
            }
            What::Update { timing, extra, static_type } => {
                suspend.push(timing.map_or(module.into(), |timeout| Term::tuple([module.into(), timeout])));
                resume.push(module);
                load.push(loading);
                if let Some(extra) = extra {
                    let change = Term::tuple([module.into(), extra]);
                    let is_early = direction == Direction::Down && !static_type;
                    if is_early { early.push(change) } else { late.push(change) }
                }
            }
        }
    }
    resume.reverse();
    if direction == Direction::Up {
        load.reverse();
    }
    let change = |list: Vec<Term>| {
        let instruction = Term::tuple([Term::atom("code_change"), direction.atom(), Term::list(list.clone())]);
        (!list.is_empty()).then_some(instruction)
    };
    let has_processes = !suspend.is_empty();
    let suspended = has_processes.then(|| pair("suspend", Term::list(suspend)));
    let resumed = has_processes.then(|| pair("resume", atoms(&resume)));
    suspended
        .into_iter()
        .chain(change(early))
        .chain(load.into_iter().flatten())
        .chain(change(late))
        .chain(resumed)
        .collect()
}

/// Instructions on whole applications, and those that are low-level already.
fn independent(instruction: &Term, lib: &Lib, loaded: &mut Vec<Atom>) -> Result<Vec<Term>, Term> {
    let unknown = || pair("unknown_instruction", instruction.clone());
    let Some([Term::Atom(tag), rest @ ..]) = instruction.as_tuple() else {
        return if instruction.is_atom(Atom::new("point_of_no_return")) { Ok(Vec::new()) } else { Err(unknown()) };
    };
    let Some(subject) = rest.first() else { return Err(unknown()) };
    let add = |modules: &[Atom]| modules.iter().map(|module| pair("load", purged(*module))).collect::<Vec<_>>();
    let remove = |modules: &[Atom]| {
        let each = modules.iter().map(|module| pair("remove", purged(*module)));
        each.chain([pair("purge", atoms(modules))]).collect::<Vec<_>>()
    };
    let apply = |function: &str, args: Vec<Term>| {
        pair("apply", Term::tuple([Atom::APPLICATION.into(), Term::atom(function), Term::list(args)]))
    };
    Ok(match &*tag.text() {
        "add_application" => {
            loaded.extend(&lib.after);
            let kind = rest.get(1).cloned().unwrap_or(Term::atom("permanent"));
            let start = match kind.as_atom().map(Atom::text).as_deref() {
                Some("none") => None,
                Some("load") => Some(apply("load", vec![subject.clone()])),
                _ => Some(apply("start", vec![subject.clone(), kind])),
            };
            add(&lib.after).into_iter().chain(start).collect()
        }
        "remove_application" => {
            let stop = [apply("stop", vec![subject.clone()])];
            let unload = [apply("unload", vec![subject.clone()])];
            stop.into_iter().chain(remove(&lib.before)).chain(unload).collect()
        }
        "restart_application" => {
            loaded.extend(&lib.after);
            let stop = [apply("stop", vec![subject.clone()])];
            let start = [apply("start", vec![subject.clone(), Term::atom("permanent")])];
            stop.into_iter().chain(remove(&lib.before)).chain(add(&lib.after)).chain(start).collect()
        }
        "apply" | "suspend" | "resume" | "load" | "remove" | "purge" | "code_change" | "stop" | "start" => {
            vec![instruction.clone()]
        }
        _ => return Err(unknown()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term::erlang;

    fn translated(direction: Direction, high: &str) -> String {
        let after = ["m", "n", "o", "p", "q"].map(Atom::new).to_vec();
        let lib = Lib { name: "a".into(), vsn: "2".into(), before: vec![], after };
        let high = erlang::parse(high).unwrap().to_vec().unwrap();
        match translate(direction, &high, &lib) {
            Ok(script) => erlang::print(&Term::list(script), erlang::Style::TP),
            Err(reason) => reason.to_string(),
        }
    }

    /// As `systools_rc:translate_scripts/4` of OTP 25 gives it, with `brutal_purge` shortened.
    #[test]
    fn instructions_become_steps_as_systools_makes_them() {
        for line in include_str!("appup/recorded.txt").lines() {
            let [direction, high, low] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
            let direction = if direction == "up" { Direction::Up } else { Direction::Down };
            assert_eq!(translated(direction, high), low, "{high}");
        }
    }

    #[test]
    fn what_cannot_be_translated_is_refused_as_systools_refuses_it() {
        for (high, refused) in [
            ("[{load_module,m,[zzz]}]", "{:undef_module, :zzz}"),
            ("[{load_module,m},{update,m}]", "{:muldef_module, :m}"),
            ("[{update,z}]", "{:no_such_module, :z}"),
            ("[{dance,m}]", "{:unknown_instruction, {:dance, :m}}"),
            ("[{update,m,odd}]", "{:unknown_instruction, {:update, :m, :odd}}"),
        ] {
            assert_eq!(translated(Direction::Up, high), refused);
        }
    }

    #[test]
    fn a_version_is_found_by_its_text_or_by_a_pattern_that_matches_all_of_it() {
        let appup = r#"{"3", [{"1.0", [{update,a}]}, {<<"2\\.[0-9]+(\\.[0-9]+)*">>, [{update,b}]}, {<<".*">>, [{update,c}]}], []}"#;
        let appup = erlang::parse(appup).unwrap();
        let way = |from: &str| {
            erlang::print(&Term::list(instructions(&appup, Direction::Up, from).unwrap()), erlang::Style::TP)
        };
        assert_eq!(way("1.0"), "[{update,a}]");
        assert_eq!(
            (way("2.1"), way("2.17.3"), way("2.x")),
            ("[{update,b}]".into(), "[{update,b}]".into(), "[{update,c}]".into())
        );
        assert!(instructions(&appup, Direction::Down, "1.0").unwrap_err().to_string().contains("version_not_in_appup"));
    }
}
