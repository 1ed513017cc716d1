//! Match specifications, as far as registries take them.
//!
//! OTP: <https://www.erlang.org/docs/25/apps/erts/match_spec>

use crate::term::{Atom, Ordered, Term};

/// What a pattern's variables stand for, by number.
type Bound = Ordered<u32, Term>;

/// A pattern with its guards.
pub(super) struct Matcher<'a> {
    pattern: &'a Term,
    guards: Vec<Term>,
}

/// What a pattern matched.
pub(super) struct Match {
    whole: Term,
    bound: Bound,
}

/// A guard or a body that means nothing.
pub(super) struct Malformed;

impl<'a> Matcher<'a> {
    /// A pattern with a list of guards, all of which have to be true.
    pub(super) fn new(pattern: &'a Term, guards: &Term) -> Result<Self, Malformed> {
        let guards = guards.to_vec().ok_or(Malformed)?;
        guards.iter().try_for_each(|guard| if is_guard(guard) { Ok(()) } else { Err(Malformed) })?;
        Ok(Matcher { pattern, guards })
    }

    /// What the term matched; `None` if it does not.
    pub(super) fn run(&self, term: &Term) -> Option<Match> {
        let mut bound = Bound::new();
        matches(self.pattern, term, &mut bound).then_some(())?;
        let found = Match { whole: term.clone(), bound };
        let holds = |guard: &Term| evaluate(guard, &found).is_some_and(|value| value == true.into());
        self.guards.iter().all(holds).then_some(found)
    }
}

impl Match {
    /// What a body makes of it: the value of its last expression.
    pub(super) fn body(&self, body: &Term) -> Result<Term, Malformed> {
        body.iter().last().and_then(|last| build(last, self)).ok_or(Malformed)
    }
}

/// `$N`
fn variable(atom: Atom) -> Option<u32> {
    atom.text().strip_prefix('$')?.parse().ok()
}

fn matches(pattern: &Term, term: &Term, bound: &mut Bound) -> bool {
    let all = |patterns: &[Term], terms: &[Term], bound: &mut Bound| {
        patterns.len() == terms.len() && patterns.iter().zip(terms).all(|(p, t)| matches(p, t, bound))
    };
    match (pattern, pattern.as_tuple(), term.as_tuple()) {
        (Term::Atom(atom), ..) if *atom == Atom::new("_") => true,
        (Term::Atom(atom), ..) if variable(*atom).is_some() => {
            let number = variable(*atom).unwrap_or(0);
            match bound.get(&number) {
                Some(value) => value == term,
                None => bound.insert(number, term.clone()).is_none(),
            }
        }
        (_, Some(patterns), Some(terms)) => all(patterns, terms, bound),
        _ => match (pattern.as_cons(), term.as_cons(), pattern.as_map()) {
            (Some(_), Some(_), _) => matches_list(pattern, term, bound),
            (_, _, Some(pairs)) => {
                pairs.iter().all(|(key, pattern)| term.map_get(key).is_some_and(|value| matches(pattern, value, bound)))
            }
            _ => pattern == term,
        },
    }
}

fn matches_list(pattern: &Term, term: &Term, bound: &mut Bound) -> bool {
    let (mut pattern, mut term) = (pattern, term);
    while let (Some((first, rest)), Some((head, tail))) = (pattern.as_cons(), term.as_cons()) {
        if !matches(first, head, bound) {
            return false;
        }
        (pattern, term) = (rest, tail);
    }
    matches(pattern, term, bound)
}

/// May it stand as a guard?
fn is_guard(guard: &Term) -> bool {
    match guard.as_tuple() {
        Some([Term::Atom(operator), arguments @ ..]) => {
            let (operator, arity) = (operator.text(), arguments.len());
            match (&*operator, arity) {
                ("const", 1) => true,
                ("and" | "or" | "andalso" | "orelse", 1..) | ("not", 1) => arguments.iter().all(is_guard),
                (other, _) => (COMPARISONS.contains(&other) && arity == 2) || (TESTS.contains(&other) && arity == 1),
            }
        }
        Some([inner]) if inner.as_tuple().is_some() => true,
        Some(_) => false,
        None => true,
    }
}

const COMPARISONS: [&str; 8] = ["==", "/=", "=:=", "=/=", "<", "=<", ">", ">="];
const TESTS: [&str; 9] =
    ["is_atom", "is_integer", "is_float", "is_number", "is_pid", "is_reference", "is_binary", "is_list", "is_tuple"];

/// The value of a guard; `None` for what fails.
fn evaluate(guard: &Term, found: &Match) -> Option<Term> {
    let Some([Term::Atom(operator), arguments @ ..]) = guard.as_tuple() else { return build(guard, found) };
    let truth = |argument: &Term| evaluate(argument, found).and_then(|value| value.as_bool());
    let operator = operator.text();
    let value = match (&*operator, arguments) {
        ("const", [constant]) => return Some(constant.clone()),
        ("not", [argument]) => !truth(argument)?,
        ("and" | "andalso", arguments) => arguments.iter().all(|argument| truth(argument) == Some(true)),
        ("or" | "orelse", arguments) => arguments.iter().any(|argument| truth(argument) == Some(true)),
        (test, [argument]) => is_of(test, &evaluate(argument, found)?),
        (comparison, [a, b]) => holds(comparison, &evaluate(a, found)?, &evaluate(b, found)?),
        _ => return None,
    };
    Some(value.into())
}

fn holds(comparison: &str, a: &Term, b: &Term) -> bool {
    match comparison {
        "==" => a.cmp(b).is_eq(),
        "/=" => a.cmp(b).is_ne(),
        "=:=" => a == b,
        "=/=" => a != b,
        "<" => a < b,
        "=<" => a <= b,
        ">" => a > b,
        _ => a >= b,
    }
}

fn is_of(test: &str, term: &Term) -> bool {
    let integer = matches!(term, Term::Int(_) | Term::Big(_));
    match test {
        "is_atom" => term.as_atom().is_some(),
        "is_integer" => integer,
        "is_float" => matches!(term, Term::Float(_)),
        "is_number" => integer || matches!(term, Term::Float(_)),
        "is_pid" => term.as_pid().is_some(),
        "is_reference" => term.as_ref_id().is_some(),
        "is_binary" => matches!(term, Term::Binary(_)),
        "is_list" => *term == Term::Nil || term.as_cons().is_some(),
        _ => term.as_tuple().is_some(),
    }
}

/// A term with its variables filled in: `{{...}}` is a tuple, `{const, Term}` the term itself.
fn build(body: &Term, found: &Match) -> Option<Term> {
    match (body, body.as_tuple()) {
        (Term::Atom(atom), _) => match (&*atom.text(), variable(*atom)) {
            (_, Some(number)) => found.bound.get(&number).cloned(),
            ("$_", _) => Some(found.whole.clone()),
            ("$$", _) => Some(Term::list(found.bound.values().cloned().collect::<Vec<_>>())),
            _ => Some(body.clone()),
        },
        (_, Some([Term::Atom(quote), constant])) if *quote == Atom::new("const") => Some(constant.clone()),
        (_, Some([inner])) => {
            let parts: Option<Vec<_>> = inner.as_tuple()?.iter().map(|part| build(part, found)).collect();
            parts.map(Term::tuple_from)
        }
        (_, Some(_)) => None,
        _ if body.as_cons().is_some() => {
            let parts: Option<Vec<_>> = body.to_vec()?.iter().map(|part| build(part, found)).collect();
            parts.map(Term::list)
        }
        _ => Some(body.clone()),
    }
}
