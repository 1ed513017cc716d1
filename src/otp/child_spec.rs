//! Child specifications and supervisor flags: terms, checked as OTP checks them.
//!
//! OTP: <https://www.erlang.org/docs/25/man/supervisor#type-child_spec>

use crate::event::ChildInfo;
use crate::supervision::{AutoShutdown, ChildType, Flags, Restart, Shutdown, Strategy};
use crate::term::{Atom, Ordered, Term};
use crate::time::Duration;

/// A checked child specification.
#[derive(Clone, Debug, PartialEq)]
pub struct ChildSpec {
    /// The child's id.
    pub id: Term,
    /// The function that starts it.
    pub start: (Atom, Atom, Term),
    /// When it is restarted.
    pub restart: Restart,
    /// How it is stopped.
    pub shutdown: Shutdown,
    /// Worker or supervisor.
    pub kind: ChildType,
    /// Does its end count for `auto_shutdown`?
    pub significant: bool,
    /// Its modules, or `dynamic`.
    pub modules: Term,
}

/// `{Tag, Value}`: what OTP throws at a bad value.
fn invalid(tag: &str, value: &Term) -> Term {
    Term::tuple([Term::atom(tag), value.clone()])
}

impl ChildSpec {
    /// Checks a child specification: a map, or a tuple of six.
    ///
    /// # Errors
    /// OTP's error term: `{invalid_child_spec, X}`, `missing_id`, `{invalid_shutdown, X}`, ...
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/supervisor#type-child_spec>
    pub fn check(spec: &Term, auto_shutdown: AutoShutdown) -> Result<Self, Term> {
        if spec.as_map().is_some() {
            return Self::check_map(spec, auto_shutdown);
        }
        match spec.as_tuple() {
            Some([id, start, restart, shutdown, kind, modules]) => {
                let pairs = [
                    (Atom::ID, id),
                    (Atom::START, start),
                    (Atom::RESTART, restart),
                    (Atom::SHUTDOWN, shutdown),
                    (Atom::TYPE, kind),
                    (Atom::MODULES, modules),
                ];
                let map = Term::map(pairs.map(|(key, value)| (key.into(), value.clone())).to_vec());
                Self::check_map(&map, auto_shutdown)
            }
            _ => Err(invalid("invalid_child_spec", spec)),
        }
    }

    fn check_map(spec: &Term, auto_shutdown: AutoShutdown) -> Result<Self, Term> {
        let field = |key: Atom| spec.map_get(&key.into());
        let id = field(Atom::ID).ok_or_else(|| Term::atom("missing_id"))?;
        let start = check_start(field(Atom::START).ok_or_else(|| Term::atom("missing_start"))?)?;
        let restart = field(Atom::RESTART).map_or(Ok(Restart::Permanent), check_restart)?;
        let significant =
            field(Atom::SIGNIFICANT).map_or(Ok(false), |value| check_significant(value, restart, auto_shutdown))?;
        let kind = field(Atom::TYPE).map_or(Ok(ChildType::Worker), check_type)?;
        let shutdown = field(Atom::SHUTDOWN).map_or(Ok(default_shutdown(kind)), check_shutdown)?;
        let modules = field(Atom::MODULES).cloned().unwrap_or_else(|| Term::list([Term::from(start.0)]));
        check_modules(&modules)?;
        Ok(ChildSpec { id: id.clone(), start, restart, shutdown, kind, significant, modules })
    }

    /// The specification as a map, as `supervisor:get_childspec/2` returns it.
    #[must_use]
    pub fn to_term(&self) -> Term {
        Term::map(vec![
            (Atom::ID.into(), self.id.clone()),
            (Atom::START.into(), self.start_term()),
            (Atom::RESTART.into(), restart_term(self.restart)),
            (Atom::SIGNIFICANT.into(), self.significant.into()),
            (Atom::SHUTDOWN.into(), shutdown_term(self.shutdown)),
            (Atom::TYPE.into(), type_term(self.kind)),
            (Atom::MODULES.into(), self.modules.clone()),
        ])
    }

    /// `{Module, Function, Args}`
    #[must_use]
    pub fn start_term(&self) -> Term {
        let (module, function, args) = &self.start;
        Term::tuple([(*module).into(), (*function).into(), args.clone()])
    }

    /// What an observer wants to know of it.
    #[must_use]
    pub fn info(&self) -> ChildInfo {
        ChildInfo {
            id: self.id.clone(),
            restart: self.restart,
            shutdown: self.shutdown,
            kind: self.kind,
            significant: self.significant,
            start: self.start_term(),
        }
    }
}

/// Checks a list of child specifications whose ids must differ; in start order.
///
/// # Errors
/// The first bad one's error term, or `{duplicate_child_name, Id}`.
pub fn check_all(specs: &Term, auto_shutdown: AutoShutdown) -> Result<Vec<ChildSpec>, Term> {
    let mut seen = Ordered::new();
    let mut checked = Vec::new();
    for spec in specs.iter() {
        let spec = ChildSpec::check(spec, auto_shutdown)?;
        if seen.insert(spec.id.clone(), ()).is_some() {
            return Err(invalid("duplicate_child_name", &spec.id));
        }
        checked.push(spec);
    }
    Ok(checked)
}

fn check_start(start: &Term) -> Result<(Atom, Atom, Term), Term> {
    match start.as_tuple() {
        Some([Term::Atom(module), Term::Atom(function), args @ (Term::Nil | Term::List(_))]) => {
            Ok((*module, *function, args.clone()))
        }
        _ => Err(invalid("invalid_mfa", start)),
    }
}

fn check_restart(value: &Term) -> Result<Restart, Term> {
    decode_restart(value).ok_or_else(|| invalid("invalid_restart_type", value))
}

/// `permanent | transient | temporary`
#[must_use]
pub fn decode_restart(value: &Term) -> Option<Restart> {
    match value.as_atom()? {
        Atom::PERMANENT => Some(Restart::Permanent),
        Atom::TRANSIENT => Some(Restart::Transient),
        Atom::TEMPORARY => Some(Restart::Temporary),
        _ => None,
    }
}

fn check_significant(value: &Term, restart: Restart, auto_shutdown: AutoShutdown) -> Result<bool, Term> {
    let combination = |key: &str, with: Atom| {
        let with = Term::tuple([Term::atom(key), with.into()]);
        let significant = Term::tuple([Atom::SIGNIFICANT.into(), true.into()]);
        Err(invalid("bad_combination", &Term::list([with, significant])))
    };
    match (value.as_bool(), auto_shutdown, restart) {
        (Some(true), AutoShutdown::Never, _) => combination("auto_shutdown", Atom::NEVER),
        (Some(true), _, Restart::Permanent) => combination("restart", Atom::PERMANENT),
        (Some(significant), _, _) => Ok(significant),
        (None, _, _) => Err(invalid("invalid_significant", value)),
    }
}

fn check_type(value: &Term) -> Result<ChildType, Term> {
    match value.as_atom() {
        Some(Atom::WORKER) => Ok(ChildType::Worker),
        Some(Atom::SUPERVISOR) => Ok(ChildType::Supervisor),
        _ => Err(invalid("invalid_child_type", value)),
    }
}

fn default_shutdown(kind: ChildType) -> Shutdown {
    match kind {
        ChildType::Worker => Shutdown::Timeout(Duration::from_millis(5_000)),
        ChildType::Supervisor => Shutdown::Infinity,
    }
}

fn check_shutdown(value: &Term) -> Result<Shutdown, Term> {
    match value {
        Term::Int(millis @ 0..) => Ok(Shutdown::Timeout(Duration::from_millis(millis.unsigned_abs()))),
        Term::Atom(Atom::INFINITY) => Ok(Shutdown::Infinity),
        Term::Atom(Atom::BRUTAL_KILL) => Ok(Shutdown::BrutalKill),
        _ => Err(invalid("invalid_shutdown", value)),
    }
}

fn check_modules(modules: &Term) -> Result<(), Term> {
    match modules {
        Term::Atom(Atom::DYNAMIC) => Ok(()),
        Term::Nil | Term::List(_) => match modules.iter().find(|module| module.as_atom().is_none()) {
            Some(module) => Err(invalid("invalid_module", module)),
            None => Ok(()),
        },
        _ => Err(invalid("invalid_modules", modules)),
    }
}

/// `permanent | transient | temporary`
#[must_use]
pub fn restart_term(restart: Restart) -> Term {
    match restart {
        Restart::Permanent => Atom::PERMANENT.into(),
        Restart::Transient => Atom::TRANSIENT.into(),
        Restart::Temporary => Atom::TEMPORARY.into(),
    }
}

/// `brutal_kill | infinity | Millis`
#[must_use]
pub fn shutdown_term(shutdown: Shutdown) -> Term {
    match shutdown {
        Shutdown::BrutalKill => Atom::BRUTAL_KILL.into(),
        Shutdown::Timeout(span) => span.as_millis().into(),
        Shutdown::Infinity => Atom::INFINITY.into(),
    }
}

/// `worker | supervisor`
#[must_use]
pub fn type_term(kind: ChildType) -> Term {
    match kind {
        ChildType::Worker => Atom::WORKER.into(),
        ChildType::Supervisor => Atom::SUPERVISOR.into(),
    }
}

/// Checks supervisor flags: a map, or `{Strategy, Intensity, Period}`.
///
/// # Errors
/// OTP's error term: `{invalid_strategy, X}`, `{invalid_intensity, X}`, ...
///
/// OTP: <https://www.erlang.org/docs/25/man/supervisor#type-sup_flags>
pub fn check_flags(flags: &Term) -> Result<Flags, Term> {
    let default = Flags::default();
    if flags.as_map().is_some() {
        let field = |key: Atom| flags.map_get(&key.into());
        return Ok(Flags {
            strategy: field(Atom::STRATEGY).map_or(Ok(default.strategy), check_strategy)?,
            intensity: field(Atom::INTENSITY).map_or(Ok(default.intensity), check_intensity)?,
            period: field(Atom::PERIOD).map_or(Ok(default.period), check_period)?,
            auto_shutdown: field(Atom::AUTO_SHUTDOWN).map_or(Ok(default.auto_shutdown), check_auto_shutdown)?,
        });
    }
    match flags.as_tuple() {
        Some([strategy, intensity, period]) => Ok(Flags {
            strategy: check_strategy(strategy)?,
            intensity: check_intensity(intensity)?,
            period: check_period(period)?,
            auto_shutdown: AutoShutdown::Never,
        }),
        _ => Err(invalid("invalid_type", flags)),
    }
}

fn check_strategy(value: &Term) -> Result<Strategy, Term> {
    match value.as_atom() {
        Some(Atom::ONE_FOR_ONE) => Ok(Strategy::OneForOne),
        Some(Atom::ONE_FOR_ALL) => Ok(Strategy::OneForAll),
        Some(Atom::REST_FOR_ONE) => Ok(Strategy::RestForOne),
        Some(Atom::SIMPLE_ONE_FOR_ONE) => Ok(Strategy::SimpleOneForOne),
        _ => Err(invalid("invalid_strategy", value)),
    }
}

/// An integer from `least` on; beyond 32 bits it makes no difference any more.
fn check_integer(value: &Term, least: i64, tag: &str) -> Result<u32, Term> {
    match value {
        Term::Int(n) if *n >= least => Ok(u32::try_from(*n).unwrap_or(u32::MAX)),
        Term::Big(n) if n.sign() == num_bigint::Sign::Plus => Ok(u32::MAX),
        _ => Err(invalid(tag, value)),
    }
}

fn check_intensity(value: &Term) -> Result<u32, Term> {
    check_integer(value, 0, "invalid_intensity")
}

fn check_period(value: &Term) -> Result<u32, Term> {
    check_integer(value, 1, "invalid_period")
}

fn check_auto_shutdown(value: &Term) -> Result<AutoShutdown, Term> {
    match value.as_atom() {
        Some(Atom::NEVER) => Ok(AutoShutdown::Never),
        Some(Atom::ANY_SIGNIFICANT) => Ok(AutoShutdown::AnySignificant),
        Some(Atom::ALL_SIGNIFICANT) => Ok(AutoShutdown::AllSignificant),
        _ => Err(invalid("invalid_auto_shutdown", value)),
    }
}
