//! Erlang text to terms.

mod binary;

use super::Error;
use super::lexer::{Kind, Lexer, Token};
use crate::term::{Atom, Fun, Term};

/// What a text from outside may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Levels of nesting.
    pub depth: usize,
    /// Bytes of text.
    pub bytes: usize,
    /// Digits of a number.
    pub digits: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { depth: 64, bytes: 1 << 20, digits: 100_000 }
    }
}

impl Limits {
    /// For text that this program wrote itself.
    pub const TRUSTED: Limits = Limits { depth: usize::MAX, bytes: usize::MAX, digits: usize::MAX };
}

/// Parses one term; a dot behind it is optional.
///
/// # Errors
/// [`Error`] says where the text is no term, or goes beyond the default [`Limits`].
pub fn parse(text: &str) -> Result<Term, Error> {
    parse_within(text, Limits::default())
}

/// Parses one term within limits.
///
/// # Errors
/// As [`parse`].
pub fn parse_within(text: &str, limits: Limits) -> Result<Term, Error> {
    let mut parser = Parser::new(text, limits)?;
    let term = parser.term()?;
    let end = match parser.lexer.next()? {
        Token { kind: Kind::Dot, .. } => parser.lexer.next()?,
        token => token,
    };
    if matches!(end.kind, Kind::End) { Ok(term) } else { Err(end.is_not("the end of the text")) }
}

/// Parses a file of terms, each ended by a dot.
///
/// # Errors
/// As [`parse`].
///
/// OTP: <https://www.erlang.org/docs/25/man/file#consult-1>
pub fn parse_file(text: &str, limits: Limits) -> Result<Vec<Term>, Error> {
    let mut parser = Parser::new(text, limits)?;
    let mut terms = Vec::new();
    while !matches!(parser.lexer.peek()?.kind, Kind::End) {
        terms.push(parser.term()?);
        let dot = parser.lexer.next()?;
        if !matches!(dot.kind, Kind::Dot) {
            return Err(dot.is_not("\".\" behind the term"));
        }
    }
    Ok(terms)
}

/// A compound term that is not closed yet.
enum Open {
    Tuple(Vec<Term>),
    List(Vec<Term>),
    /// Behind the bar of a list.
    Tail(Vec<Term>),
    Map(Vec<(Term, Term)>),
    /// Behind the arrow of a map.
    Value(Vec<(Term, Term)>, Term),
    /// The captured terms of a function.
    Env(Atom, Atom, u8),
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    open: Vec<Open>,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, limits: Limits) -> Result<Self, Error> {
        if text.len() > limits.bytes {
            let found = format!("{} bytes", text.len());
            return Err(Error { line: 1, column: 1, found, expected: "a shorter text" });
        }
        Ok(Parser { lexer: Lexer::new(text, limits), open: Vec::new(), depth: limits.depth })
    }

    fn term(&mut self) -> Result<Term, Error> {
        loop {
            let mut value = self.begin()?;
            while let Some(term) = value {
                match self.open.pop() {
                    None => return Ok(term),
                    Some(open) => value = self.go_on(open, term)?,
                }
            }
        }
    }

    /// A whole term, or `None` when one has been opened that holds more.
    fn begin(&mut self) -> Result<Option<Term>, Error> {
        let token = self.lexer.next()?;
        match token.kind {
            Kind::Leaf(term) => Ok(Some(term)),
            Kind::Text(text) => self.text(text).map(Some),
            Kind::Mark("-") => self.negative().map(Some),
            Kind::Mark("+") => self.positive().map(Some),
            Kind::Mark("<<") => binary::parse(&mut self.lexer).map(Some),
            Kind::Mark("fun") => self.fun().map(|(module, name, arity)| Some(fun(module, name, arity, Vec::new()))),
            Kind::Mark("{") if self.lexer.accept("}")? => Ok(Some(Term::tuple([]))),
            Kind::Mark("{") => self.open(&token, Open::Tuple(Vec::new())),
            Kind::Mark("[") if self.lexer.accept("]")? => Ok(Some(Term::Nil)),
            Kind::Mark("[") => self.open(&token, Open::List(Vec::new())),
            Kind::Mark("#") => self.map(&token),
            Kind::Mark("#Fun<") => {
                let (module, name, arity) = self.fun()?;
                self.lexer.expect(",", "\",\" and the captured terms")?;
                self.open(&token, Open::Env(module, name, arity))
            }
            _ => Err(token.is_not("a term")),
        }
    }

    fn open(&mut self, token: &Token, open: Open) -> Result<Option<Term>, Error> {
        if self.open.len() >= self.depth {
            return Err(token.is_not("less nesting"));
        }
        self.open.push(open);
        Ok(None)
    }

    fn map(&mut self, token: &Token) -> Result<Option<Term>, Error> {
        self.lexer.expect("{", "\"{\" of a map")?;
        if self.lexer.accept("}")? { Ok(Some(Term::map(Vec::new()))) } else { self.open(token, Open::Map(Vec::new())) }
    }

    /// Puts a term into the one that is open, and closes that if it ends here.
    fn go_on(&mut self, open: Open, term: Term) -> Result<Option<Term>, Error> {
        let token = self.lexer.next()?;
        let next = match (open, token.kind.clone()) {
            (Open::Tuple(items), Kind::Mark(",")) => Open::Tuple(with(items, term)),
            (Open::Tuple(items), Kind::Mark("}")) => return Ok(Some(Term::tuple_from(with(items, term)))),
            (Open::Tuple(_), _) => return Err(token.is_not("\",\" or \"}\"")),
            (Open::List(items), Kind::Mark(",")) => Open::List(with(items, term)),
            (Open::List(items), Kind::Mark("|")) => Open::Tail(with(items, term)),
            (Open::List(items), Kind::Mark("]")) => return Ok(Some(Term::list(with(items, term)))),
            (Open::List(_), _) => return Err(token.is_not("\",\", \"|\" or \"]\"")),
            (Open::Tail(items), Kind::Mark("]")) => return Ok(Some(Term::list_with_tail(items, term))),
            (Open::Tail(_), _) => return Err(token.is_not("\"]\"")),
            (Open::Map(pairs), Kind::Mark("=>")) => Open::Value(pairs, term),
            (Open::Map(_), _) => return Err(token.is_not("\"=>\"")),
            (Open::Value(pairs, key), Kind::Mark(",")) => Open::Map(with(pairs, (key, term))),
            (Open::Value(pairs, key), Kind::Mark("}")) => return Ok(Some(Term::map(with(pairs, (key, term))))),
            (Open::Value(..), _) => return Err(token.is_not("\",\" or \"}\"")),
            (Open::Env(module, name, arity), Kind::Mark(">")) => match term.to_vec() {
                Some(env) => return Ok(Some(fun(module, name, arity, env))),
                None => return Err(token.is_not("a list of captured terms before \">\"")),
            },
            (Open::Env(..), _) => return Err(token.is_not("\">\"")),
        };
        self.open.push(next);
        Ok(None)
    }

    /// Strings that follow each other are one.
    fn text(&mut self, mut text: String) -> Result<Term, Error> {
        while let Kind::Text(more) = &self.lexer.peek()?.kind {
            text += more;
            self.lexer.next()?;
        }
        Ok(Term::charlist(&text))
    }

    fn negative(&mut self) -> Result<Term, Error> {
        match self.positive()? {
            Term::Float(float) => Ok(Term::Float(-float)),
            integer => Ok(Term::integer(-integer.to_bigint().unwrap_or_default())),
        }
    }

    fn positive(&mut self) -> Result<Term, Error> {
        match self.lexer.next()? {
            Token { kind: Kind::Leaf(term @ (Term::Int(_) | Term::Big(_) | Term::Float(_))), .. } => Ok(term),
            token => Err(token.is_not("a number")),
        }
    }

    /// `module:name/arity`
    fn fun(&mut self) -> Result<(Atom, Atom, u8), Error> {
        let module = self.atom("a module")?;
        self.lexer.expect(":", "\":\"")?;
        let name = self.atom("a function's name")?;
        self.lexer.expect("/", "\"/\"")?;
        match self.lexer.next()? {
            Token { kind: Kind::Leaf(Term::Int(arity @ 0..=255)), .. } => Ok((module, name, arity as u8)),
            token => Err(token.is_not("an arity of 0 to 255")),
        }
    }

    fn atom(&mut self, expected: &'static str) -> Result<Atom, Error> {
        match self.lexer.next()? {
            Token { kind: Kind::Leaf(Term::Atom(atom)), .. } => Ok(atom),
            token => Err(token.is_not(expected)),
        }
    }
}

fn with<T>(mut items: Vec<T>, item: T) -> Vec<T> {
    items.push(item);
    items
}

fn fun(module: Atom, name: Atom, arity: u8, env: Vec<Term>) -> Term {
    Term::fun(Fun { module, name, arity, env })
}
