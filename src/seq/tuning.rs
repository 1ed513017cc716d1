//! What a person changes about a supervisor while it runs: its flags and the start order of its
//! children. They go into the environment of its application under the supervisor's name, where
//! its `init` finds them whenever it is asked; and its own code change asks at once, while its
//! children go on.
//!
//! OTP: <https://www.erlang.org/docs/25/design_principles/appup_cookbook#changing-properties>

use crate::exit::Raise;
use crate::otp::{application, sys};
use crate::process::Cx;
use crate::term;
use crate::term::ordered::sort_by_key;
use crate::term::{Atom, Term};

use super::keyword;

/// Callback modules whose `init` asks, and the application in whose environment.
const ASKING: [(&str, &str); 6] = [
    (super::supervisor::NAME, "seq"),
    ("scenario", "scenario"),
    ("meter", "meter"),
    ("ticker", "ticker"),
    ("cache", "cache"),
    ("audit", "audit"),
];

/// The application whose environment a callback module asks; `None` if it asks none.
#[must_use]
pub fn asks(module: Atom) -> Option<Atom> {
    let row = ASKING.iter().find(|(asking, _)| **asking == *module.text());
    row.map(|(_, application)| Atom::new(application))
}

/// Does a supervisor of that name have an `init` that asks? Those of the demo are called after
/// their module.
#[must_use]
pub fn is_asking(name: Atom) -> bool {
    let text = name.text();
    asks(Atom::new(text.strip_suffix("_sup").unwrap_or(&text))).is_some()
}

/// Gives a supervisor other `flags` (a map) or another `child_order` (a list of child ids;
/// children that are not named come after them). `ok` or `{error, Reason}`: `not_found` if its
/// `init` would always say the same.
///
/// # Errors
/// exit, if it does not run.
pub async fn change(cx: &Cx, supervisor: Atom, key: &str, value: Term) -> Result<Term, Raise> {
    let state = sys::get_state(cx, supervisor).await?;
    let module = state.map_get(&term!(module)).and_then(Term::as_atom);
    let Some((module, application)) = module.and_then(|module| Some((module, asks(module)?))) else {
        return Ok(Term::error(Atom::NOT_FOUND.into()));
    };
    let before = application::get_env(cx, application, supervisor).unwrap_or_default();
    let now = keyword::merge(&before, &Term::list([Term::tuple([Term::atom(key), value])]));
    application::set_env(cx, application, supervisor, now).await?;
    sys::suspend(cx, supervisor).await?;
    let answer = sys::change_code(cx, supervisor, module, Term::Nil, Term::Nil).await;
    sys::resume(cx, supervisor).await?;
    answer
}

/// What `init` answers, `{ok, {Flags, Children}}`, as a person has changed it.
#[must_use]
pub fn tuned(cx: &Cx, application: &str, supervisor: Atom, answer: Term) -> Term {
    let Some(changed) = application::get_env(cx, Atom::new(application), supervisor) else { return answer };
    let Some([_, pair]) = answer.as_tuple_of::<2>() else { return answer };
    let Some([flags, children]) = pair.as_tuple_of::<2>() else { return answer };
    let flags = changed.keyword_get(Atom::new("flags")).unwrap_or(flags).clone();
    let mut children = children.to_vec().unwrap_or_default();
    if let Some(ids) = changed.keyword_get(Atom::new("child_order")) {
        let place = |spec: &Term| ids.iter().position(|id| spec.map_get(&term!(id)) == Some(id)).unwrap_or(usize::MAX);
        sort_by_key(&mut children, place);
    }
    Term::ok(Term::tuple([flags, Term::list(children)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_supervisor_is_known_by_its_name() {
        let asking = |name: &str| is_asking(Atom::new(name));
        assert!(["Elixir.Seq.Supervisor", "meter_sup", "ticker_sup", "cache_sup", "audit_sup"].into_iter().all(asking));
        assert!(
            !["Elixir.Seq.Root", "Elixir.Seq.Dynamic", "kernel_sup", "Elixir.Seq.Supervisor2"].into_iter().any(asking)
        );
    }
}
