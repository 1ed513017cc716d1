//! Child specs and flags, checked as Elixir checks them: a spec in the caller, the flags in init.
//!
//! OTP: <https://hexdocs.pm/elixir/1.14/Supervisor.html#module-child-specification>

use crate::exit::Raise;
use crate::process::Cx;
use crate::supervision::{AutoShutdown, ChildType, Flags, Restart, Shutdown, Strategy};
use crate::term::{Atom, Term};
use crate::time::Duration;

use super::super::child_spec::{self, ChildSpec};
use super::super::elixir;

fn invalid(tag: &str, value: &Term) -> Term {
    Term::tuple([Term::atom(tag), value.clone()])
}

/// `Module` and `{Module, Arg}` stand for what `Module.child_spec(Arg)` returns.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Supervisor.html#child_spec/2>
pub(super) async fn resolve(cx: &Cx, spec: Term) -> Result<Term, Raise> {
    let (module, arg) = match (&spec, spec.as_tuple()) {
        (Term::Atom(module), _) => (*module, Term::Nil),
        (_, Some([Term::Atom(module), arg])) => (*module, arg.clone()),
        _ => return Ok(spec),
    };
    let function = Atom::new("child_spec");
    if cx.exports(module, function, 1) {
        return cx.apply(module, function, vec![arg]).await;
    }
    let module = Term::from(module);
    let message =
        format!("The module {module} was given as a child to a supervisor but it does not implement child_spec/1.");
    Err(elixir::raise("ArgumentError", &message))
}

/// Checks a spec. The inner error is what `start_child` returns as `{error, Reason}`.
pub(super) fn check(spec: &Term) -> Result<Result<ChildSpec, Term>, Raise> {
    if let Some([id, start, restart, shutdown, kind, modules]) = spec.as_tuple() {
        return Ok(check_parts(id, [start, restart, shutdown, kind, modules]));
    }
    let field = |key: Atom| spec.map_get(&key.into());
    let (Some(id), Some(start)) = (field(Atom::ID), field(Atom::START)) else {
        return Ok(Err(invalid("invalid_child_spec", spec)));
    };
    let Some([module, _, _]) = start.as_tuple() else { return Ok(Err(invalid("invalid_child_spec", spec))) };
    let worker = Atom::WORKER.into();
    let kind = field(Atom::TYPE).unwrap_or(&worker);
    let shutdown = match kind.as_atom() {
        Some(Atom::WORKER) => 5_000.into(),
        Some(Atom::SUPERVISOR) => Atom::INFINITY.into(),
        _ => return Err(Raise::error(Term::tuple([Term::atom("case_clause"), kind.clone()]))),
    };
    let (permanent, modules) = (Atom::PERMANENT.into(), Term::list([module.clone()]));
    let restart = field(Atom::RESTART).unwrap_or(&permanent);
    let shutdown = field(Atom::SHUTDOWN).unwrap_or(&shutdown);
    let modules = field(Atom::MODULES).unwrap_or(&modules);
    Ok(check_parts(id, [start, restart, shutdown, kind, modules]))
}

fn check_parts(id: &Term, [start, restart, shutdown, kind, modules]: [&Term; 5]) -> Result<ChildSpec, Term> {
    let start = match start.as_tuple() {
        Some([Term::Atom(module), Term::Atom(function), args @ (Term::Nil | Term::List(_))]) => {
            (*module, *function, args.clone())
        }
        _ => return Err(invalid("invalid_mfa", start)),
    };
    let restart = child_spec::decode_restart(restart).ok_or_else(|| invalid("invalid_restart_type", restart))?;
    let shutdown = decode_shutdown(shutdown).ok_or_else(|| invalid("invalid_shutdown", shutdown))?;
    let kind = decode_type(kind).ok_or_else(|| invalid("invalid_child_type", kind))?;
    if !are_modules(modules) {
        return Err(invalid("invalid_modules", modules));
    }
    Ok(ChildSpec { id: id.clone(), start, restart, shutdown, kind, significant: false, modules: modules.clone() })
}

/// Zero is no shutdown time here, unlike in `supervisor`.
fn decode_shutdown(value: &Term) -> Option<Shutdown> {
    match value {
        Term::Int(millis @ 1..) => Some(Shutdown::Timeout(Duration::from_millis(millis.unsigned_abs()))),
        Term::Atom(Atom::INFINITY) => Some(Shutdown::Infinity),
        Term::Atom(Atom::BRUTAL_KILL) => Some(Shutdown::BrutalKill),
        _ => None,
    }
}

fn decode_type(value: &Term) -> Option<ChildType> {
    match value.as_atom()? {
        Atom::WORKER => Some(ChildType::Worker),
        Atom::SUPERVISOR => Some(ChildType::Supervisor),
        _ => None,
    }
}

fn are_modules(modules: &Term) -> bool {
    let atoms = || modules.to_vec().is_some_and(|modules| modules.iter().all(|module| module.as_atom().is_some()));
    modules.is_atom(Atom::DYNAMIC) || atoms()
}

/// `{start_child, {Start, Restart, Shutdown, Type, Modules}, Id}`
pub(super) fn to_request(spec: &ChildSpec) -> Term {
    let child = Term::tuple([
        spec.start_term(),
        child_spec::restart_term(spec.restart),
        child_spec::shutdown_term(spec.shutdown),
        child_spec::type_term(spec.kind),
        spec.modules.clone(),
    ]);
    Term::tuple([Term::atom("start_child"), child, spec.id.clone()])
}

pub(super) fn from_request(id: &Term, child: &Term) -> Result<ChildSpec, Raise> {
    let parts = child.as_tuple_of::<5>().ok_or_else(|| Raise::error(Atom::FUNCTION_CLAUSE))?;
    check_parts(id, parts.each_ref()).map_err(Raise::error)
}

/// The spec of a task. `nil` for restart or shutdown means what the task supervisor was started
/// with, which its process dictionary holds.
pub(super) fn of_task(cx: &Cx, args: &Term, restart: &Term, shutdown: &Term) -> Result<ChildSpec, Raise> {
    let default = cx.get(&Term::atom("Elixir.Task.Supervisor"));
    let [default_restart, default_shutdown] = default
        .as_ref()
        .and_then(Term::as_tuple_of::<2>)
        .cloned()
        .ok_or_else(|| Raise::error(Term::tuple([Atom::BADMATCH.into(), Atom::NIL.into()])))?;
    let or = |given: &Term, default: Term| if given.is_atom(Atom::NIL) { default } else { given.clone() };
    let supervised = Atom::new("Elixir.Task.Supervised");
    let start = Term::tuple([supervised.into(), Atom::START_LINK.into(), args.clone()]);
    let (restart, shutdown) = (or(restart, default_restart), or(shutdown, default_shutdown));
    let modules = Term::list([Term::from(supervised)]);
    check_parts(&supervised.into(), [&start, &restart, &shutdown, &Atom::WORKER.into(), &modules]).map_err(Raise::error)
}

/// What init decided.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settings {
    pub(super) flags: Flags,
    /// Most children at once; `None`: any number.
    pub(super) max_children: Option<usize>,
    /// Arguments before those of each child.
    pub(super) extra: Term,
}

impl Settings {
    /// Checks the flags, in Elixir's order.
    pub(super) fn check(flags: &Term) -> Result<Self, Term> {
        let field = |key: Atom| flags.map_get(&key.into());
        match field(Atom::STRATEGY) {
            None | Some(Term::Atom(Atom::ONE_FOR_ONE)) => {}
            Some(strategy) => return Err(invalid("invalid_strategy", strategy)),
        }
        let known = [Atom::INTENSITY, Atom::PERIOD].into_iter();
        let known = known.filter_map(|key| Some((Term::from(key), field(key)?.clone()))).collect();
        let counts = child_spec::check_flags(&Term::map(known))?;
        let max_children = match field(Atom::new("max_children")) {
            None | Some(Term::Atom(Atom::INFINITY)) => None,
            Some(Term::Int(most @ 0..)) => Some(usize::try_from(*most).unwrap_or(usize::MAX)),
            Some(most) => return Err(invalid("invalid_max_children", most)),
        };
        let extra = field(Atom::new("extra_arguments")).cloned().unwrap_or_default();
        if !matches!(extra, Term::Nil | Term::List(_)) {
            return Err(invalid("invalid_extra_arguments", &extra));
        }
        let flags = Flags { strategy: Strategy::OneForOne, auto_shutdown: AutoShutdown::Never, ..counts };
        Ok(Settings { flags, max_children, extra })
    }

    /// The arguments that a child is started with.
    pub(super) fn arguments(&self, spec: &ChildSpec) -> Vec<Term> {
        self.extra.iter().chain(spec.start.2.iter()).cloned().collect()
    }
}

/// A temporary child's arguments are not needed any more once it runs.
pub(super) fn to_keep(mut spec: ChildSpec) -> ChildSpec {
    if spec.restart == Restart::Temporary {
        spec.start.2 = Atom::UNDEFINED.into();
    }
    spec
}
