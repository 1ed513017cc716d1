//! What a release asks of an `.app` file beyond what loading it asks.
//!
//! OTP: <https://www.erlang.org/docs/25/man/systools>

use crate::term::{Atom, Term};

use super::chars;

/// The keys in the order in which OTP looks at them, and what their values have to be.
const ITEMS: [(&str, Need, Kind); 13] = [
    ("vsn", Need::Must, Kind::Text),
    ("id", Need::May, Kind::Text),
    ("description", Need::Must, Kind::Text),
    ("modules", Need::Must, Kind::Atoms),
    ("registered", Need::Must, Kind::Atoms),
    ("applications", Need::Must, Kind::Atoms),
    ("optional_applications", Need::May, Kind::Atoms),
    ("included_applications", Need::May, Kind::Atoms),
    ("mod", Need::May, Kind::Callback),
    ("start_phases", Need::May, Kind::Phases),
    ("env", Need::May, Kind::Pairs),
    ("maxT", Need::May, Kind::Bound),
    ("maxP", Need::May, Kind::Bound),
];

#[derive(Clone, Copy, PartialEq)]
enum Need {
    Must,
    May,
}

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Atoms,
    Callback,
    Phases,
    Pairs,
    Bound,
}

/// Checks a spec as the making of a release does, key by key: the first that is missing or bad.
///
/// # Errors
/// `{badly_formatted_application, Term}`, `{{missing_param, Key}, Term}`,
/// `{{bad_param, Key}, Term}`.
///
/// OTP: <https://www.erlang.org/docs/25/man/systools#make_script-2>
pub fn check(term: &Term) -> Result<(), Term> {
    let Some([Term::Atom(Atom::APPLICATION), Term::Atom(_), props]) = term.as_tuple() else {
        return Err(Term::tuple([Term::atom("badly_formatted_application"), term.clone()]));
    };
    if props.to_vec().is_none() {
        return Err(Term::tuple([Term::atom("badly_formatted_application"), term.clone()]));
    }
    for (key, need, kind) in ITEMS {
        let wrong = match props.keyword_get(Atom::new(key)) {
            None if need == Need::Must => "missing_param",
            Some(value) if !is_good(value, kind) => "bad_param",
            _ => continue,
        };
        return Err(Term::tuple([Term::tuple([Term::atom(wrong), Term::atom(key)]), term.clone()]));
    }
    Ok(())
}

fn is_good(value: &Term, kind: Kind) -> bool {
    let all = |is: fn(&Term) -> bool| value.to_vec().is_some_and(|items| items.iter().all(is));
    match kind {
        Kind::Text => value.to_vec().is_some() && chars(value).is_some(),
        Kind::Atoms => all(|item| item.as_atom().is_some()),
        Kind::Callback => *value == Term::Nil || matches!(value.as_tuple(), Some([Term::Atom(_), _])),
        Kind::Phases if value.is_atom(Atom::UNDEFINED) => true,
        Kind::Phases | Kind::Pairs => all(|item| matches!(item.as_tuple(), Some([Term::Atom(_), _]))),
        Kind::Bound => value.is_atom(Atom::INFINITY) || value.as_int().is_some_and(|bound| bound > 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term::erlang;

    fn complain(props: &str) -> String {
        let text = format!("{{application, a, [{props}]}}");
        let outcome = check(&erlang::parse(&text).unwrap());
        outcome.map_or_else(|reason| reason.as_tuple().unwrap()[0].to_string(), |()| "ok".to_owned())
    }

    /// Each line as `systools:make_script/2` of OTP 25 says it.
    #[test]
    fn the_first_key_that_is_missing_or_bad_is_named() {
        let whole = r#"{vsn,"1"},{description,""},{modules,[]},{registered,[]},{applications,[]}"#;
        assert_eq!(complain(whole), "ok");
        assert_eq!(complain(""), "{:missing_param, :vsn}");
        assert_eq!(complain("{vsn,1}"), "{:bad_param, :vsn}");
        assert_eq!(complain(r#"{vsn,"1"},{modules,[]}"#), "{:missing_param, :description}");
        assert_eq!(complain(&format!("{whole},{{mod,a}}")), "{:bad_param, :mod}");
        assert_eq!(complain(&format!("{whole},{{mod,[]}}")), "ok");
        assert_eq!(complain(&format!("{whole},{{maxT,0}}")), "{:bad_param, :maxT}");
        assert_eq!(complain(&format!("{whole},{{start_phases,undefined}},{{maxP,infinity}}")), "ok");
        assert_eq!(complain(&format!("{whole},{{env,[a]}}")), "{:bad_param, :env}");
        assert_eq!(
            complain(&format!("{whole},{{included_applications,[\"a\"]}}")),
            "{:bad_param, :included_applications}"
        );
    }
}
