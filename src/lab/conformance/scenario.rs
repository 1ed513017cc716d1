//! The scenario file, read and checked before anything runs.

use serde_json::Value;

use crate::limits::Limits;
use crate::term::{Atom, Term};

use super::op::{Op, atom};
use super::trace::Step;
use super::{Malformed, vocabulary};

/// A scenario.
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What it is about: `process`, `gen_server`, `supervisor`, ...
    pub area: String,
    /// The trace of real OTP, a step each, if it was recorded; shorter than the steps if the node
    /// stopped.
    pub expected: Option<Vec<Step>>,
    pub(super) steps: Vec<Op>,
    pub(super) apps: Vec<(Atom, Op)>,
}

/// Most steps of a scenario.
const MAX_STEPS: usize = 10_000;

impl Scenario {
    /// Reads a scenario file.
    ///
    /// # Errors
    /// Says what is malformed, too long, nested too deeply or unknown to the vocabulary.
    pub fn read(source: &str) -> Result<Scenario, Malformed> {
        if source.len() > Limits::default().text_bytes {
            return Err(Malformed(format!("a scenario has at most {} bytes", Limits::default().text_bytes)));
        }
        // The reader's own bound on nesting (128) protects every walk over the value.
        let file: Value = serde_json::from_str(source).map_err(|error| Malformed(error.to_string()))?;
        let scenario = file.get("scenario").ok_or_else(|| missing("scenario"))?;
        let steps = array(scenario, "steps")?.iter().map(step).collect::<Result<Vec<_>, _>>()?;
        if steps.len() > MAX_STEPS {
            return Err(Malformed(format!("a scenario has at most {MAX_STEPS} steps")));
        }
        let apps = match scenario.get("apps") {
            None | Some(Value::Null) => Vec::new(),
            Some(_) => array(scenario, "apps")?.iter().map(app).collect::<Result<_, _>>()?,
        };
        let expected = match file.get("expected") {
            None => None,
            Some(_) => Some(array(&file, "expected")?.iter().map(Step::read).collect::<Result<_, _>>()?),
        };
        Ok(Scenario { name: text(&file, "name")?, area: text(&file, "area")?, expected, steps, apps })
    }
}

fn missing(field: &str) -> Malformed {
    Malformed(format!("no \"{field}\", or not of the right kind"))
}

fn text(value: &Value, field: &str) -> Result<String, Malformed> {
    value.get(field).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| missing(field))
}

fn array<'a>(value: &'a Value, field: &str) -> Result<&'a Vec<Value>, Malformed> {
    value.get(field).and_then(Value::as_array).ok_or_else(|| missing(field))
}

fn step(value: &Value) -> Result<Op, Malformed> {
    let op = Op(to_term(value)?);
    vocabulary::check_step(&op)?;
    Ok(op)
}

fn app(value: &Value) -> Result<(Atom, Op), Malformed> {
    let app = Op(to_term(value)?);
    vocabulary::check_app(&app)?;
    let name = app.text("name").ok_or_else(|| missing("name"))?;
    let name = atom(name).map_err(|raise| Malformed(format!("{raise:?}")))?;
    Ok((name, app))
}

/// Objects become maps with binary keys, texts binaries, `null` the atom `nil`.
fn to_term(value: &Value) -> Result<Term, Malformed> {
    Ok(match value {
        Value::Null => Atom::NIL.into(),
        Value::Bool(truth) => (*truth).into(),
        Value::Number(number) => {
            Term::Int(number.as_i64().ok_or_else(|| Malformed(format!("{number} is no integer of 64 bits")))?)
        }
        Value::String(text) => Term::string(text),
        Value::Array(items) => Term::list(items.iter().map(to_term).collect::<Result<Vec<_>, _>>()?),
        Value::Object(fields) => {
            let pair = |(key, value): (&String, &Value)| Ok((Term::string(key), to_term(value)?));
            Term::map(fields.iter().map(pair).collect::<Result<Vec<_>, Malformed>>()?)
        }
    })
}
