//! Configuration files: `config/config.exs` and `config/runtime.exs`.
//!
//! A file is read, not run: literals, `config`, `if`, and the few functions by which values come
//! from the system's environment. Anything else is an error with its line.
//!
//! ```elixir
//! import Config
//! config :seq, timeout: 7_500
//! config :seq, :arith,
//!   a1: String.to_integer(System.get_env("SEQ_A1", "3")),
//!   d: String.to_integer(System.get_env("SEQ_D", "5"))
//! ```
//!
//! OTP: <https://hexdocs.pm/elixir/1.14/Config.html>

mod lexer;

use num_bigint::BigInt;

use crate::term::{Atom, Ordered, Term};

use super::env::Setting;
use lexer::{Token, tokens};

/// Most digits of an integer that comes from a variable.
pub const MAX_DIGITS: usize = 1_000;
/// How deep values may nest.
const MAX_DEPTH: usize = 64;

/// The settings of a file, in order, each with `source` (`config` or `runtime`) as where it is
/// from.
///
/// # Errors
/// A line for a person: what is wrong where, and for a bad value of the system's environment the
/// name of the variable.
pub fn read(file: &str, text: &str, variables: &Ordered<String, String>, source: &str) -> Result<Vec<Setting>, String> {
    let in_file = |(line, what): (u32, String)| format!("{file}:{line}: {what}");
    let tokens = tokens(text).map_err(in_file)?;
    let mut reader =
        Reader { tokens, at: 0, depth: 0, obeyed: true, variables, bound: Vec::new(), settings: Vec::new() };
    reader.statements(true).map_err(|error| match error {
        Error::At(line, what) => in_file((line, what)),
        Error::Variable(what) => what,
    })?;
    let source = Atom::new(source);
    let setting = |(application, key, value)| Setting { application, key, value, source };
    Ok(reader.settings.into_iter().map(setting).collect())
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

enum Error {
    /// Something in the file.
    At(u32, String),
    /// The value of a variable of the system's environment.
    Variable(String),
}

/// A value, and the variable that it comes from.
#[derive(Clone)]
struct Value {
    term: Term,
    variable: Option<String>,
}

impl From<Term> for Value {
    fn from(term: Term) -> Self {
        Value { term, variable: None }
    }
}

struct Reader<'a> {
    tokens: Vec<(u32, Token)>,
    at: usize,
    depth: usize,
    /// Does what is read now count?
    obeyed: bool,
    variables: &'a Ordered<String, String>,
    /// What `if name = ... do` has bound.
    bound: Vec<(String, Value)>,
    settings: Vec<(Atom, Atom, Term)>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.at += usize::from(token.is_some());
        token
    }

    fn error<T>(&self, expected: &str) -> Result<T, Error> {
        let found = self.peek().map_or("the end of the file".to_owned(), Token::to_string);
        Err(self.at_line(format!("expected {expected}, found {found}")))
    }

    fn at_line(&self, what: String) -> Error {
        let line = self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |(line, _)| *line);
        Error::At(line, what)
    }

    fn is_next(&self, mark: char) -> bool {
        self.peek() == Some(&Token::Mark(mark))
    }

    fn skip(&mut self, mark: char) -> bool {
        let found = self.is_next(mark);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, mark: char) -> Result<(), Error> {
        if self.skip(mark) { Ok(()) } else { self.error(&format!("`{mark}`")) }
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(found)) if found == word);
        self.at += usize::from(found);
        found
    }

    /// Statements up to `end` or `else`, or to the end of the file. Without `obeyed` they are
    /// read only.
    fn statements(&mut self, obeyed: bool) -> Result<(), Error> {
        let before = self.settings.len();
        let outer = std::mem::replace(&mut self.obeyed, obeyed);
        while let Some(Token::Word(word)) = self.peek() {
            match word.as_str() {
                "end" | "else" if self.depth > 0 => break,
                "import" => {
                    self.at += 1;
                    self.take();
                }
                "config" => {
                    self.at += 1;
                    self.config()?;
                }
                "if" => {
                    self.at += 1;
                    self.conditional(obeyed)?;
                }
                _ => return self.error("`config`, `if` or `import`"),
            }
        }
        self.obeyed = outer;
        if !obeyed {
            self.settings.truncate(before);
        }
        if self.depth == 0 && self.peek().is_some() { self.error("`config`, `if` or `import`") } else { Ok(()) }
    }

    fn atom(&mut self, what: &str) -> Result<Atom, Error> {
        let value = self.value()?;
        value.term.as_atom().ok_or_else(|| self.at_line(format!("{what} has to be an atom, not {}", value.term)))
    }

    /// `:app, key: value, ...` or `:app, Key, value`
    fn config(&mut self) -> Result<(), Error> {
        let application = self.atom("an application's name")?;
        self.expect(',')?;
        if matches!(self.peek(), Some(Token::Key(_))) {
            for (key, value) in self.keywords()? {
                self.settings.push((application, key, value));
            }
            return Ok(());
        }
        let key = self.atom("a key")?;
        self.expect(',')?;
        let value = if matches!(self.peek(), Some(Token::Key(_))) {
            keyword_list(self.keywords()?)
        } else {
            self.value()?.term
        };
        self.settings.push((application, key, value));
        Ok(())
    }

    /// `name = value do ... else ... end`
    fn conditional(&mut self, obeyed: bool) -> Result<(), Error> {
        let name = match (self.peek().cloned(), self.tokens.get(self.at + 1)) {
            (Some(Token::Word(name)), Some((_, Token::Mark('=')))) => {
                self.at += 2;
                Some(name)
            }
            _ => None,
        };
        let value = self.value()?;
        let holds = obeyed && !value.term.is_atom(Atom::NIL) && value.term.as_bool() != Some(false);
        if !self.word("do") {
            return self.error("`do`");
        }
        self.deeper()?;
        let bound = self.bound.len();
        self.bound.extend(name.map(|name| (name, value)));
        self.statements(holds)?;
        self.bound.truncate(bound);
        if self.word("else") {
            self.statements(obeyed && !holds)?;
        }
        if !self.word("end") {
            return self.error("`end`");
        }
        self.depth -= 1;
        Ok(())
    }

    fn deeper(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(self.at_line("this nests too deeply".to_owned())) } else { Ok(()) }
    }

    /// `key: value, key: value`
    fn keywords(&mut self) -> Result<Vec<(Atom, Term)>, Error> {
        let mut pairs = Vec::new();
        while let Some(Token::Key(key)) = self.peek().cloned() {
            self.at += 1;
            let key = self.new_atom(&key)?;
            pairs.push((key, self.value()?.term));
            if !(self.is_next(',') && matches!(self.tokens.get(self.at + 1), Some((_, Token::Key(_))))) {
                break;
            }
            self.at += 1;
        }
        Ok(pairs)
    }

    fn new_atom(&self, text: &str) -> Result<Atom, Error> {
        Atom::try_new(text).map_err(|error| self.at_line(error.to_string()))
    }

    fn value(&mut self) -> Result<Value, Error> {
        self.deeper()?;
        let value = self.value_at_depth();
        self.depth -= 1;
        value
    }

    fn value_at_depth(&mut self) -> Result<Value, Error> {
        let start = self.at;
        let Some(token) = self.take() else { return self.error("a value") };
        let term = match token {
            Token::Integer(digits) => match digits.parse::<BigInt>() {
                Ok(number) => Term::integer(number),
                Err(_) => return self.error("an integer"),
            },
            Token::Float(number) => Term::from(number),
            Token::Text(text) => Term::string(&text),
            Token::Atom(name) => self.new_atom(&name)?.into(),
            Token::Word(name) => match &*name {
                "true" | "false" | "nil" => Term::atom(&name),
                _ => match self.bound.iter().rev().find(|(bound, _)| *bound == name) {
                    Some((_, value)) => return Ok(value.clone()),
                    None => {
                        self.at = start;
                        return self.error("a value");
                    }
                },
            },
            Token::Module(name) if self.skip('.') => return self.call(&name),
            Token::Module(name) => self.new_atom(&format!("Elixir.{name}"))?.into(),
            Token::Mark('[') => self.list()?,
            Token::Mark('{') => Term::tuple_from(self.items('}')?),
            _ => {
                self.at = start;
                return self.error("a value");
            }
        };
        Ok(term.into())
    }

    fn list(&mut self) -> Result<Term, Error> {
        let items = self.items(']')?;
        Ok(Term::list(items))
    }

    /// Values up to a closing mark; the last of them may be keywords.
    fn items(&mut self, close: char) -> Result<Vec<Term>, Error> {
        let mut items = Vec::new();
        while !self.skip(close) {
            if matches!(self.peek(), Some(Token::Key(_))) {
                let pairs = self.keywords()?;
                let pair = |(key, value): (Atom, Term)| Term::tuple([key.into(), value]);
                items.extend(pairs.into_iter().map(pair));
            } else {
                items.push(self.value()?.term);
            }
            if !self.skip(',') {
                self.expect(close)?;
                break;
            }
        }
        Ok(items)
    }

    /// `Module.function(arguments)`
    fn call(&mut self, module: &str) -> Result<Value, Error> {
        let Some(Token::Word(function)) = self.take() else { return self.error("a function") };
        self.expect('(')?;
        let mut args = Vec::new();
        while !self.skip(')') {
            args.push(self.value()?);
            if !self.skip(',') {
                self.expect(')')?;
                break;
            }
        }
        match (module, function.as_str(), args.as_slice()) {
            _ if !self.obeyed => Ok(Term::from(Atom::NIL).into()),
            ("System", "get_env", [name]) => Ok(self.variable(name)?.unwrap_or(Term::from(Atom::NIL).into())),
            ("System", "get_env", [name, default]) => Ok(self.variable(name)?.unwrap_or_else(|| default.clone())),
            ("System", "fetch_env!", [name]) => self.variable(name)?.ok_or_else(|| {
                let name = &name.term;
                Error::Variable(format!("could not fetch environment variable {name} because it is not set"))
            }),
            ("String", "to_integer", [text]) => self.to_integer(text),
            ("String", "to_atom", [text]) => match text.term.as_str() {
                Some(text) => Ok(Term::from(self.new_atom(text)?).into()),
                None => Err(self.at_line(format!("String.to_atom({}): no text", text.term))),
            },
            _ => Err(self.at_line(format!("{module}.{function}/{} is not known in a configuration", args.len()))),
        }
    }

    fn variable(&self, name: &Value) -> Result<Option<Value>, Error> {
        let Some(name) = name.term.as_str() else {
            return Err(self.at_line(format!("a variable's name has to be a text, not {}", name.term)));
        };
        let found = self.variables.get(name);
        Ok(found.map(|value| Value { term: Term::string(value), variable: Some(name.to_owned()) }))
    }

    fn to_integer(&self, text: &Value) -> Result<Value, Error> {
        let read = text.term.as_str().and_then(integer);
        let variable = text.variable.clone();
        match (read, &variable) {
            (Some(term), _) => Ok(Value { term, variable }),
            (None, Some(name)) => Err(Error::Variable(bad_variable(name, text.term.as_str().unwrap_or_default()))),
            (None, None) => Err(self.at_line(format!("String.to_integer({}): no integer", text.term))),
        }
    }
}

/// What is said of a variable that has to be an integer and is not.
fn bad_variable(name: &str, value: &str) -> String {
    let shown: String = value.chars().take(40).collect();
    format!("{name} must be an integer of at most {MAX_DIGITS} digits, not {shown:?}")
}

fn keyword_list(pairs: Vec<(Atom, Term)>) -> Term {
    Term::list(pairs.into_iter().map(|(key, value)| Term::tuple([key.into(), value])).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, variables: &[(&str, &str)]) -> Result<String, String> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let settings = read("runtime.exs", text, &variables, "runtime")?;
        let show =
            |setting: &Setting| format!("{}.{} {}", setting.application.text(), setting.key.text(), setting.value);
        Ok(settings.iter().map(show).collect::<Vec<_>>().join("; "))
    }

    const RUNTIME: &str = r#"
        # config/runtime.exs
        import Config

        config :seq, :arith,
          a1: String.to_integer(System.get_env("SEQ_A1", "3")),
          d:  String.to_integer(System.get_env("SEQ_D",  "5"))
        config :seq, timeout: 7_500
    "#;

    #[test]
    fn variables_of_the_system_feed_the_settings() {
        assert_eq!(of(RUNTIME, &[]).unwrap(), "seq.arith [a1: 3, d: 5]; seq.timeout 7500");
        assert_eq!(of(RUNTIME, &[("SEQ_D", "-7")]).unwrap(), "seq.arith [a1: 3, d: -7]; seq.timeout 7500");
        let error = of(RUNTIME, &[("SEQ_A1", "three")]).unwrap_err();
        assert_eq!(error, "SEQ_A1 must be an integer of at most 1000 digits, not \"three\"");
    }

    #[test]
    fn what_is_under_a_condition_counts_if_it_holds() {
        let text = r#"if a1 = System.get_env("A") do config :seq, :arith, a1: String.to_integer(a1)
                      else config :seq, a: nil end
                      config :b, Seq.Fib, [:x, {1.5, "y"}, z: [true]]"#;
        assert_eq!(
            of(text, &[("A", "7")]).unwrap(),
            "seq.arith [a1: 7]; b.Elixir.Seq.Fib [:x, {1.5, \"y\"}, {:z, [true]}]"
        );
        assert!(of(text, &[]).unwrap().starts_with("seq.a nil; b."));
        assert_eq!(
            of("config :a, b: System.fetch_env!(\"X\")", &[]).unwrap_err(),
            "could not fetch environment variable \"X\" because it is not set"
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let wrong = [
            ("import Config\nconfig :seq, arith,\n a1: 3", "runtime.exs:2: expected a value, found `arith`"),
            ("config :seq, a: File.read!(\"x\")", "runtime.exs:1: File.read!/1 is not known in a configuration"),
            ("config :seq", "runtime.exs:1: expected `,`, found the end of the file"),
            ("config :seq, a: \"x", "runtime.exs:1: a text without end"),
            ("\n\nhalt()", "runtime.exs:3: expected `config`, `if` or `import`, found `halt`"),
        ];
        for (text, words) in wrong {
            assert_eq!(of(text, &[]).unwrap_err(), words);
        }
        assert!(
            of(&format!("config :a, b: {}", "[".repeat(100_000)), &[]).unwrap_err().ends_with("this nests too deeply")
        );
    }
}
