//! `config/runtime.exs`: parameters that come from the system's environment.
//!
//! ```elixir
//! config :seq, :arith,
//!   a1: String.to_integer(System.get_env("SEQ_A1")),
//!   d: String.to_integer(System.get_env("SEQ_D"))
//! ```
//!
//! A variable that is not set leaves what `seq.app` says.
//!
//! OTP: <https://hexdocs.pm/elixir/1.14/Config.html#module-config-runtime-exs>

use std::fmt;

use num_bigint::BigInt;

use crate::term::{Atom, Ordered, Term};

/// The variables that are read, and the keys of `arith` that they set.
pub const VARIABLES: [(&str, &str); 2] = [("SEQ_A1", "a1"), ("SEQ_D", "d")];

/// Most digits of a value.
pub const MAX_DIGITS: usize = 1_000;

/// A variable whose value is not what it has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadVariable {
    /// Its name.
    pub variable: String,
    /// Its value.
    pub value: String,
}

impl fmt::Display for BadVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: String = self.value.chars().take(40).collect();
        write!(f, "{} must be an integer of at most {MAX_DIGITS} digits, not {shown:?}", self.variable)
    }
}

impl std::error::Error for BadVariable {}

/// The keyword list that the variables make of `arith`; keys whose variable is not set are left
/// out.
///
/// # Errors
/// [`BadVariable`] for the first value that is no integer.
pub fn arith(variables: &Ordered<String, String>) -> Result<Term, BadVariable> {
    let mut keywords = Vec::new();
    for (variable, key) in VARIABLES {
        if let Some(value) = variables.get(variable) {
            let value =
                integer(value).ok_or_else(|| BadVariable { variable: variable.to_owned(), value: value.clone() })?;
            keywords.push(Term::tuple([Atom::new(key).into(), value]));
        }
    }
    Ok(Term::list(keywords))
}

/// What `seq.app` says of a key, and over it the configuration.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Config.html#config/3>
#[must_use]
pub fn merge(of_spec: &Term, configured: &Term) -> Term {
    if *configured == Term::Nil { of_spec.clone() } else { super::keyword::merge(of_spec, configured) }
}

/// `String.to_integer(text)`, bounded. `None` for what is no decimal integer.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/String.html#to_integer/1>
#[must_use]
pub fn integer(text: &str) -> Option<Term> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let decimal = (1..=MAX_DIGITS).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
    decimal.then(|| text.parse::<BigInt>().ok().map(Term::integer)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<String, String> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        arith(&variables).map(|term| term.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_set_is_read_and_nothing_else() {
        assert_eq!(of(&[]).unwrap(), "[]");
        assert_eq!(of(&[("SEQ_D", "-7"), ("PATH", "x")]).unwrap(), "[d: -7]");
        assert_eq!(of(&[("SEQ_D", "5"), ("SEQ_A1", "+10")]).unwrap(), "[a1: 10, d: 5]");
        assert_eq!(of(&[("SEQ_A1", "100000000000000000000")]).unwrap(), "[a1: 100000000000000000000]");
    }

    #[test]
    fn a_bad_value_names_its_variable() {
        for bad in ["", "three", "3.0", " 3", "--3", "+", "0x10", "3 "] {
            let error = of(&[("SEQ_A1", "1"), ("SEQ_D", bad)]).unwrap_err();
            assert!(error.starts_with("SEQ_D must be an integer"), "{error}");
        }
        assert!(of(&[("SEQ_A1", &"9".repeat(1_001))]).is_err());
    }
}
