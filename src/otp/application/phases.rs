//! Start phases: an application, and those it includes, started in steps.
//!
//! OTP: <https://www.erlang.org/docs/25/design_principles/included_applications#synchronizing-processes-during-startup>

use crate::kernel::planted::Fault;
use crate::process::Cx;
use crate::term::{Atom, Term};

use super::spec::Spec;
use super::{caught, loaded_spec};

fn starter() -> Atom {
    Atom::new("application_starter")
}

/// The callback module and the argument of its `start/2`. With start phases a `mod` of
/// `{application_starter, [Module, Args]}` names the real one.
pub(super) fn callback(spec: &Spec) -> Result<(Atom, Term), Term> {
    let (module, args) = spec.callback.clone().unwrap_or((Atom::UNDEFINED, Term::Nil));
    if spec.start_phases.is_none() || module != starter() {
        return Ok((module, args));
    }
    starter_args(&args).ok_or_else(|| {
        let pair = |key: &str, value: Term| Term::tuple([Term::atom(key), value]);
        let both = [pair("mod", args.clone()), pair("start_phases", spec.start_phases.clone().unwrap_or_default())];
        Term::tuple([Term::atom("bad_keys"), Term::tuple(both)])
    })
}

fn starter_args(args: &Term) -> Option<(Atom, Term)> {
    match args.to_vec()?.as_slice() {
        [Term::Atom(module), args] => Some((*module, args.clone())),
        _ => None,
    }
}

/// Runs every phase of `phases` in order, each over the application and, below an
/// `application_starter`, over those it includes, that have the phase.
pub(super) async fn run(cx: &Cx, phases: &Term, start_type: &Term, application: Atom) -> Result<(), Term> {
    let mut phases: Vec<&Term> = phases.iter().collect();
    if cx.planted(Fault::PhasesAreReversed) {
        phases.reverse();
    }
    for phase in phases {
        let Some([Term::Atom(phase), _]) = phase.as_tuple() else { continue };
        let mut pending = vec![application];
        while let Some(next) = pending.pop() {
            let Some(spec) = loaded_spec(cx, next) else { continue };
            let Some((module, args)) = spec.callback.clone() else { continue };
            let real = if module == starter() { starter_args(&args).map(|(module, _)| module) } else { Some(module) };
            if let Some(real) = real {
                run_phase(cx, *phase, start_type, &spec, real).await?;
            }
            if module == starter() {
                pending.extend(spec.included.iter().rev());
            }
        }
    }
    Ok(())
}

async fn run_phase(cx: &Cx, phase: Atom, start_type: &Term, spec: &Spec, module: Atom) -> Result<(), Term> {
    let Some(phases) = &spec.start_phases else {
        return Err(Term::tuple([Term::atom("start_phases_undefined"), spec.name.into()]));
    };
    let Some(args) = phases.keyword_get(phase) else { return Ok(()) };
    let function = Atom::new("start_phase");
    let arguments = vec![phase.into(), start_type.clone(), args.clone()];
    let call = || Term::tuple([module.into(), function.into(), Term::list(arguments.clone())]);
    let answer = caught(cx.apply(module, function, arguments.clone()).await);
    match (&answer, answer.as_tuple()) {
        (Term::Atom(Atom::OK), _) => Ok(()),
        (_, Some([Term::Atom(Atom::ERROR), reason])) => Err(Term::tuple([reason.clone(), call()])),
        _ => Err(Term::tuple([Atom::BAD_RETURN_VALUE.into(), Term::tuple([call(), answer.clone()])])),
    }
}
