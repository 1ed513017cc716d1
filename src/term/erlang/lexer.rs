//! Erlang text as tokens.

mod number;
mod quoted;

use std::iter::Peekable;
use std::str::Chars;

use super::Error;
use super::parser::Limits;
use super::printer::{Style, print};
use crate::term::{Atom, Pid, Ref, Term};

/// A token and where it begins.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) line: u32,
    pub(super) column: u32,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// An atom, a number, a character, a pid or a reference.
    Leaf(Term),
    /// A string literal.
    Text(String),
    /// `{`, `=>`, `<<`, ...; also `fun` and `#Fun<`.
    Mark(&'static str),
    /// A word that is no term: a variable, a reserved word.
    Word(String),
    /// The dot that ends a term.
    Dot,
    End,
}

impl Kind {
    pub(super) fn is(&self, mark: &str) -> bool {
        matches!(self, Kind::Mark(text) if *text == mark)
    }

    /// The token as an error names it.
    pub(super) fn describe(&self) -> String {
        match self {
            Kind::Leaf(term) => print(term, Style::SHORT),
            Kind::Text(_) => "a string".to_owned(),
            Kind::Mark(mark) => format!("\"{mark}\""),
            Kind::Word(word) => format!("\"{word}\""),
            Kind::Dot => "\".\"".to_owned(),
            Kind::End => "the end of the text".to_owned(),
        }
    }
}

/// OTP: <https://www.erlang.org/docs/25/reference_manual/introduction#reserved-words>
pub(super) const RESERVED: [&str; 27] = [
    "after", "and", "andalso", "band", "begin", "bnot", "bor", "bsl", "bsr", "bxor", "case", "catch", "cond", "div",
    "end", "fun", "if", "let", "not", "of", "or", "orelse", "receive", "rem", "try", "when", "xor",
];

pub(super) struct Lexer<'a> {
    rest: Peekable<Chars<'a>>,
    line: u32,
    column: u32,
    limits: Limits,
    peeked: Option<Token>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, limits: Limits) -> Self {
        Lexer { rest: text.chars().peekable(), line: 1, column: 1, limits, peeked: None }
    }

    pub(super) fn next(&mut self) -> Result<Token, Error> {
        match self.peeked.take() {
            Some(token) => Ok(token),
            None => self.read(),
        }
    }

    pub(super) fn peek(&mut self) -> Result<&Token, Error> {
        let token = self.next()?;
        Ok(self.peeked.insert(token))
    }

    /// Takes the next token if it is this mark.
    pub(super) fn accept(&mut self, mark: &str) -> Result<bool, Error> {
        let is_there = self.peek()?.kind.is(mark);
        if is_there {
            self.peeked = None;
        }
        Ok(is_there)
    }

    pub(super) fn expect(&mut self, mark: &str, expected: &'static str) -> Result<(), Error> {
        let token = self.next()?;
        if token.kind.is(mark) { Ok(()) } else { Err(token.is_not(expected)) }
    }

    fn read(&mut self) -> Result<Token, Error> {
        self.skip_blanks();
        let (line, column) = (self.line, self.column);
        let kind = self.kind()?;
        Ok(Token { kind, line, column })
    }

    fn kind(&mut self) -> Result<Kind, Error> {
        let Some(first) = self.peek_char() else {
            return Ok(Kind::End);
        };
        match first {
            '0'..='9' => self.number().map(Kind::Leaf),
            '"' => self.quoted('"').map(Kind::Text),
            '\'' => self.quoted_atom().map(Kind::Leaf),
            '$' => self.character().map(Kind::Leaf),
            '.' => self.dot(),
            _ if is_name_start(first) => self.word(),
            _ => self.tagged_or_mark(),
        }
    }

    fn dot(&mut self) -> Result<Kind, Error> {
        self.bump();
        match self.peek_char() {
            None | Some('%') => Ok(Kind::Dot),
            Some(c) if is_blank(c) => Ok(Kind::Dot),
            Some(c) => Err(self.error(format!("{c:?}"), "a blank behind \".\"")),
        }
    }

    fn word(&mut self) -> Result<Kind, Error> {
        let (line, column) = (self.line, self.column);
        let mut word = String::new();
        while let Some(c) = self.rest.next_if(|c| is_name(*c)) {
            self.column += 1;
            word.push(c);
        }
        if word == "fun" {
            return Ok(Kind::Mark("fun"));
        }
        if !word.starts_with(is_atom_start) || RESERVED.contains(&&*word) {
            return Ok(Kind::Word(word));
        }
        atom(&word, line, column).map(Kind::Leaf)
    }

    fn quoted_atom(&mut self) -> Result<Term, Error> {
        let (line, column) = (self.line, self.column);
        let text = self.quoted('\'')?;
        atom(&text, line, column)
    }

    fn tagged_or_mark(&mut self) -> Result<Kind, Error> {
        let is_tag = self.peek_char() == Some('#');
        if is_tag && self.take("#Pid<") {
            let (slot, serial) = (self.digits(".")?, self.digits(">")?);
            return Ok(Kind::Leaf(Pid::new(slot, serial).into()));
        }
        if is_tag && self.take("#Ref<") {
            return Ok(Kind::Leaf(Ref(self.digits(">")?).into()));
        }
        match self.mark() {
            Some(mark) => Ok(Kind::Mark(mark)),
            None => {
                let found = self.peek_char().map_or(String::new(), |c| format!("{c:?}"));
                Err(self.error(found, "a term"))
            }
        }
    }

    fn mark(&mut self) -> Option<&'static str> {
        let candidates: &[&str] = match self.peek_char()? {
            '{' => &["{"],
            '}' => &["}"],
            '[' => &["["],
            ']' => &["]"],
            '|' => &["|"],
            ',' => &[","],
            ':' => &[":"],
            '/' => &["/"],
            '-' => &["-"],
            '+' => &["+"],
            '#' => &["#Fun<", "#"],
            '=' => &["=>"],
            '<' => &["<<"],
            '>' => &[">>", ">"],
            _ => &[],
        };
        candidates.iter().find(|mark| self.take(mark)).copied()
    }

    /// A decimal number and the mark behind it.
    fn digits<N: std::str::FromStr>(&mut self, end: &str) -> Result<N, Error> {
        let mut digits = String::new();
        while let Some(digit) = self.rest.next_if(char::is_ascii_digit) {
            self.column += 1;
            digits.push(digit);
        }
        match digits.parse() {
            Ok(number) if self.take(end) => Ok(number),
            _ => Err(self.error(format!("\"{digits}\""), "a number of a pid or reference")),
        }
    }

    fn skip_blanks(&mut self) {
        while let Some(c) = self.peek_char() {
            match c {
                '%' => {
                    while self.peek_char().is_some_and(|c| c != '\n') {
                        self.bump();
                    }
                }
                c if is_blank(c) => drop(self.bump()),
                _ => break,
            }
        }
    }

    fn peek_char(&mut self) -> Option<char> {
        self.rest.peek().copied()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        if c == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(c)
    }

    /// Takes a mark if the text goes on with it.
    fn take(&mut self, mark: &str) -> bool {
        let mut ahead = self.rest.clone();
        let matches = mark.chars().all(|c| ahead.next() == Some(c));
        if matches {
            self.rest = ahead;
            self.column += mark.len() as u32;
        }
        matches
    }

    fn error(&self, found: String, expected: &'static str) -> Error {
        Error { line: self.line, column: self.column, found, expected }
    }
}

impl Token {
    pub(super) fn is_not(&self, expected: &'static str) -> Error {
        Error { line: self.line, column: self.column, found: self.kind.describe(), expected }
    }
}

fn atom(text: &str, line: u32, column: u32) -> Result<Term, Error> {
    let expected = "an atom of at most 255 characters, with room in the atom table";
    let error = |why: crate::term::atom::AtomError| Error { line, column, found: why.to_string(), expected };
    Atom::try_new(text).map(Term::Atom).map_err(error)
}

fn is_blank(c: char) -> bool {
    matches!(c, '\0'..=' ' | '\u{80}'..='\u{a0}')
}

fn is_name_start(c: char) -> bool {
    c == '_' || is_atom_start(c) || c.is_ascii_uppercase() || matches!(c, 'À'..='Þ' if c != '×')
}

/// May an atom without quotes begin with it?
pub(super) fn is_atom_start(c: char) -> bool {
    c.is_ascii_lowercase() || matches!(c, 'ß'..='ÿ' if c != '÷')
}

/// May an atom without quotes go on with it?
pub(super) fn is_name(c: char) -> bool {
    is_name_start(c) || c.is_ascii_digit() || c == '@'
}
