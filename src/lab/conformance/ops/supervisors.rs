//! Supervisors: their children, by id or pid.

use crate::exit::Raise;
use crate::kernel::Dest;
use crate::otp::{dynamic_supervisor, supervisor};
use crate::term::{Atom, Term};

use super::super::actor::Actor;
use super::super::cast;
use super::super::op::Op;
use super::processes::target;

type Outcome = Result<Term, Raise>;

/// The supervisor, and whether it is a dynamic one.
fn supervisor_of(actor: &Actor, op: &Op) -> Result<(Dest, bool), Raise> {
    let dest = target(actor, op, "sup")?;
    let pid = match dest {
        Dest::Pid(pid) => Some(pid),
        Dest::Name(name) => actor.cx.whereis(name),
        Dest::Alias(_) => None,
    };
    Ok((dest, pid.is_some_and(|pid| actor.stage.is_dynamic(pid))))
}

/// A child by id, or by a process.
fn child(actor: &Actor, op: &Op) -> Outcome {
    match op.text("pid") {
        None => Ok(op.atom("child")?.into()),
        Some(target) => Ok(match actor.stage.target(&actor.cx, target)? {
            Dest::Pid(pid) => pid.into(),
            Dest::Name(name) => name.into(),
            Dest::Alias(alias) => alias.into(),
        }),
    }
}

pub(in super::super) async fn start_child(actor: &Actor, op: &Op) -> Outcome {
    let (sup, dynamic) = supervisor_of(actor, op)?;
    let Some(spec) = op.get("spec") else {
        return supervisor::start_child(&actor.cx, sup, Term::list(op.terms("args")?)).await;
    };
    let child = cast::child(&Op(spec.clone()))?;
    if dynamic {
        return dynamic_supervisor::start_child(&actor.cx, sup, child).await;
    }
    supervisor::start_child(&actor.cx, sup, child).await
}

pub(in super::super) async fn terminate_child(actor: &Actor, op: &Op) -> Outcome {
    let (sup, dynamic) = supervisor_of(actor, op)?;
    match child(actor, op)? {
        Term::Pid(pid) if dynamic => dynamic_supervisor::terminate_child(&actor.cx, sup, pid).await,
        _ if dynamic => Err(Raise::error(Atom::FUNCTION_CLAUSE)),
        child => supervisor::terminate_child(&actor.cx, sup, child).await,
    }
}

pub(in super::super) async fn restart_child(actor: &Actor, op: &Op) -> Outcome {
    let (sup, _) = supervisor_of(actor, op)?;
    supervisor::restart_child(&actor.cx, sup, child(actor, op)?).await
}

pub(in super::super) async fn delete_child(actor: &Actor, op: &Op) -> Outcome {
    let (sup, _) = supervisor_of(actor, op)?;
    supervisor::delete_child(&actor.cx, sup, child(actor, op)?).await
}

pub(in super::super) async fn get_childspec(actor: &Actor, op: &Op) -> Outcome {
    let (sup, _) = supervisor_of(actor, op)?;
    supervisor::get_childspec(&actor.cx, sup, child(actor, op)?).await
}

/// `[{Id, Pid, Type}]`; sorted where OTP promises no order.
pub(in super::super) async fn which_children(actor: &Actor, op: &Op) -> Outcome {
    let (sup, dynamic) = supervisor_of(actor, op)?;
    let all = supervisor::which_children(&actor.cx, sup).await?;
    let children: Vec<_> = all.iter().filter_map(Term::as_tuple).map(|child| child.iter().take(3).cloned()).collect();
    let children: Vec<_> = children.into_iter().map(|child| Term::tuple_from(child.collect())).collect();
    let element =
        |child: &Term, at: usize| child.as_tuple().and_then(|child| child.get(at)).cloned().unwrap_or_default();
    let nameless = children.first().is_some_and(|child| element(child, 0).is_atom(Atom::UNDEFINED));
    if dynamic || nameless {
        return Ok(Term::list(actor.stage.sorted_by_label(children, |child| element(child, 1))));
    }
    Ok(Term::list(children))
}

/// `[{specs, N}, {active, N}, {supervisors, N}, {workers, N}]`, from a keyword list or a map.
pub(in super::super) async fn count_children(actor: &Actor, op: &Op) -> Outcome {
    let (sup, _) = supervisor_of(actor, op)?;
    let counts = supervisor::count_children(&actor.cx, sup).await?;
    let count = |key: Atom| counts.keyword_get(key).or_else(|| counts.map_get(&key.into())).cloned();
    let pairs = ["specs", "active", "supervisors", "workers"].map(|key| {
        let key = Atom::new(key);
        Some(Term::tuple([key.into(), count(key)?]))
    });
    let pairs = pairs.into_iter().collect::<Option<Vec<_>>>();
    pairs.map(Term::list).ok_or_else(|| Raise::error(Atom::FUNCTION_CLAUSE))
}
