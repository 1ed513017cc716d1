//! Upgrade instructions: what an `.appup` file says, and what a relup makes of it.
//!
//! An application says in few words how it gets from one version to another (`update`,
//! `load_module`, ...). Translated, that is a list of steps that can be played one by one: load
//! the object code; from the point of no return on suspend, load, change code, resume.
//!
//! OTP: <https://www.erlang.org/docs/25/man/appup>

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
        Some([vsn, instructions]) if chars(vsn).as_deref() == Some(other) => Some(instructions),
        _ => None,
    });
    let way = way.ok_or_else(|| pair("version_not_in_appup", Term::charlist(other)))?;
    way.to_vec().ok_or_else(|| pair("bad_appup", appup.clone()))
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

/// An instruction on a module that the order of loading and suspending is made of.
struct Update {
    module: Atom,
    what: What,
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

/// The low-level instructions.
///
/// Differs: instructions keep the order in which they stand; OTP also sorts them by the
/// dependencies that they name.
///
/// # Errors
/// `{unknown_instruction, X}`; `{no_such_module, Module}`, if the library does not have it.
///
/// OTP: <https://www.erlang.org/docs/25/man/relup>
pub fn translate(direction: Direction, high: &[Term], lib: &Lib) -> Result<Vec<Term>, Term> {
    let (mut after, mut updates, mut loaded) = (Vec::new(), Vec::new(), Vec::new());
    for instruction in high {
        if let Some(update) = read_update(instruction) {
            if !matches!(update.what, What::Delete) {
                require(lib, update.module)?;
                loaded.push(update.module);
            }
            updates.push(update);
            continue;
        }
        after.extend(play(direction, std::mem::take(&mut updates)));
        after.extend(independent(instruction, lib, &mut loaded)?);
    }
    after.extend(play(direction, updates));
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
    let what = match &*tag.text() {
        "update" => read_change(rest)?,
        "load_module" | "add_module" => What::Load,
        "delete_module" => What::Delete,
        _ => return None,
    };
    Some(Update { module: *module, what })
}

/// What stands behind `update, Module`: `supervisor`; a change (`soft`, `{advanced, Extra}`),
/// before it perhaps type and time-out.
fn read_change(rest: &[Term]) -> Option<What> {
    let change = |term: &Term| match term.as_tuple() {
        Some([Term::Atom(tag), extra]) if *tag == Atom::new("advanced") => Some(Some(extra.clone())),
        _ => term.is_atom(Atom::new("soft")).then_some(None),
    };
    let update = |timing, extra, static_type| Some(What::Update { timing, extra, static_type });
    match rest {
        [] => update(None, None, false),
        [first, ..] if first.is_atom(Atom::new("supervisor")) => update(None, Some(Term::Nil), true),
        [first, ..] if change(first).is_some() => update(None, change(first)?, false),
        [list] if list.to_vec().is_some() => update(None, None, false),
        [timeout, second, ..] if change(second).is_some() => update(timing(timeout), change(second)?, false),
        [kind, timeout, third, ..] => update(timing(timeout), change(third)?, kind.is_atom(Atom::new("static"))),
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
    for Update { module, what } in updates {
        match what {
            What::Load => load.push(vec![pair("load", purged(module))]),
            What::Delete => {
                load.push(vec![pair("remove", purged(module)), pair("purge", atoms(&[module]))]);
            }
            What::Update { timing, extra, static_type } => {
                suspend.push(timing.map_or(module.into(), |timeout| Term::tuple([module.into(), timeout])));
                resume.push(module);
                load.push(vec![pair("load", purged(module))]);
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
        let lib =
            Lib { name: "a".into(), vsn: "2".into(), before: vec![], after: vec![Atom::new("m"), Atom::new("n")] };
        let high = erlang::parse(high).unwrap().to_vec().unwrap();
        match translate(direction, &high, &lib) {
            Ok(script) => erlang::print(&Term::list(script), erlang::Style::TP),
            Err(reason) => reason.to_string(),
        }
    }

    /// As `systools:make_relup/3` of OTP 25 writes it.
    #[test]
    fn instructions_become_steps_as_systools_makes_them() {
        assert_eq!(
            translated(Direction::Up, "[{update,m,{advanced,[]}}]"),
            r#"[{load_object_code,{a,"2",[m]}},point_of_no_return,{suspend,[m]},{load,{m,brutal_purge,brutal_purge}},{code_change,up,[{m,[]}]},{resume,[m]}]"#
        );
        assert_eq!(
            translated(Direction::Down, "[{update,m,{advanced,x}}]"),
            r#"[{load_object_code,{a,"2",[m]}},point_of_no_return,{suspend,[m]},{code_change,down,[{m,x}]},{load,{m,brutal_purge,brutal_purge}},{resume,[m]}]"#
        );
        assert_eq!(
            translated(Direction::Down, "[{update,m,supervisor}]"),
            r#"[{load_object_code,{a,"2",[m]}},point_of_no_return,{suspend,[m]},{load,{m,brutal_purge,brutal_purge}},{code_change,down,[{m,[]}]},{resume,[m]}]"#
        );
        assert_eq!(
            translated(Direction::Up, "[{load_module,m},{update,n,7000,soft,brutal_purge,brutal_purge,[]}]"),
            r#"[{load_object_code,{a,"2",[m,n]}},point_of_no_return,{suspend,[{n,7000}]},{load,{n,brutal_purge,brutal_purge}},{load,{m,brutal_purge,brutal_purge}},{resume,[n]}]"#
        );
        assert_eq!(
            translated(Direction::Up, "[{delete_module,o}]"),
            "[point_of_no_return,{remove,{o,brutal_purge,brutal_purge}},{purge,[o]}]"
        );
        assert_eq!(translated(Direction::Up, "[{update,o}]"), "{:no_such_module, :o}");
        assert_eq!(translated(Direction::Up, "[{dance,m}]"), "{:unknown_instruction, {:dance, :m}}");
    }
}
