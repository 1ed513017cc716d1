//! The words of a configuration file.

use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

use crate::term::{Term, float};

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// `config`, `do`, a name.
    Word(String),
    /// `Seq.Fib`
    Module(String),
    /// `:seq`
    Atom(String),
    /// `timeout:`
    Key(String),
    /// `7_500`, without the underscores.
    Integer(String),
    /// `1.5`
    Float(f64),
    /// `"text"`
    Text(String),
    /// A mark of punctuation.
    Mark(char),
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Word(text) | Token::Module(text) | Token::Integer(text) => write!(f, "`{text}`"),
            Token::Atom(text) => write!(f, "`:{text}`"),
            Token::Key(text) => write!(f, "`{text}:`"),
            Token::Float(number) => write!(f, "`{}`", Term::Float(*number)),
            Token::Text(text) => write!(f, "{text:?}"),
            Token::Mark(mark) => write!(f, "`{mark}`"),
        }
    }
}

type Found = Result<Token, String>;

/// The words of a text, each with its line, from 1.
pub(super) fn tokens(text: &str) -> Result<Vec<(u32, Token)>, (u32, String)> {
    let mut chars = text.chars().peekable();
    let (mut line, mut found) = (1, Vec::new());
    while let Some(first) = chars.next() {
        let token = match first {
            '\n' => {
                line += 1;
                continue;
            }
            _ if first.is_whitespace() => continue,
            '#' => {
                while chars.next_if(|next| *next != '\n').is_some() {}
                continue;
            }
            '"' => quoted(&mut chars).and_then(|text| after_text(text, &mut chars)),
            ':' => atom(&mut chars),
            '-' | '0'..='9' => number(first, &mut chars),
            'A'..='Z' => Ok(module(first, &mut chars)),
            'a'..='z' | '_' => Ok(word(first, &mut chars)),
            '(' | ')' | '[' | ']' | '{' | '}' | ',' | '=' | '.' => Ok(Token::Mark(first)),
            other => Err(format!("{other:?} has no place here")),
        };
        let began = line;
        if let Ok(Token::Text(text)) = &token {
            line += u32::try_from(text.matches('\n').count()).unwrap_or(0);
        }
        found.push((began, token.map_err(|what| (began, what))?));
    }
    Ok(found)
}

fn is_name(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}

fn name(first: char, chars: &mut Peekable<Chars<'_>>) -> String {
    let mut text = String::from(first);
    while let Some(next) = chars.next_if(|next| is_name(*next)) {
        text.push(next);
    }
    text.extend(chars.next_if(|next| matches!(next, '!' | '?')));
    text
}

/// Is what was just read a key, `name:`?
fn is_key(chars: &mut Peekable<Chars<'_>>) -> bool {
    let mut ahead = chars.clone();
    let is_key = ahead.next() == Some(':') && ahead.next() != Some(':');
    if is_key {
        chars.next();
    }
    is_key
}

fn word(first: char, chars: &mut Peekable<Chars<'_>>) -> Token {
    let text = name(first, chars);
    if is_key(chars) { Token::Key(text) } else { Token::Word(text) }
}

/// Segments that begin with a capital; the dot before a function stays.
fn module(first: char, chars: &mut Peekable<Chars<'_>>) -> Token {
    let mut text = name(first, chars);
    loop {
        let mut ahead = chars.clone();
        match (ahead.next(), ahead.next()) {
            (Some('.'), Some(capital)) if capital.is_ascii_uppercase() => {
                chars.next();
                chars.next();
                text.push('.');
                text.push_str(&name(capital, chars));
            }
            _ => return if is_key(chars) { Token::Key(text) } else { Token::Module(text) },
        }
    }
}

fn atom(chars: &mut Peekable<Chars<'_>>) -> Found {
    match chars.next() {
        Some('"') => quoted(chars).map(Token::Atom),
        Some(first) if first.is_ascii_alphabetic() || first == '_' => Ok(Token::Atom(name(first, chars))),
        _ => Err("`:` begins an atom, and none follows".to_owned()),
    }
}

fn after_text(text: String, chars: &mut Peekable<Chars<'_>>) -> Found {
    Ok(if is_key(chars) { Token::Key(text) } else { Token::Text(text) })
}

fn quoted(chars: &mut Peekable<Chars<'_>>) -> Result<String, String> {
    let mut text = String::new();
    loop {
        match chars.next() {
            None => return Err("a text without end".to_owned()),
            Some('"') => return Ok(text),
            Some('#') if chars.peek() == Some(&'{') => return Err("a text cannot hold `#{}` here".to_owned()),
            Some('\\') => match chars.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(mark @ ('"' | '\\' | '#')) => text.push(mark),
                _ => return Err("only \\n, \\t, \\\", \\\\ and \\# are known in a text".to_owned()),
            },
            Some(other) => text.push(other),
        }
    }
}

fn number(first: char, chars: &mut Peekable<Chars<'_>>) -> Found {
    let mut text = String::from(first);
    let mut ahead = chars.clone();
    loop {
        match ahead.next() {
            Some('_') => {}
            Some(digit) if digit.is_ascii_digit() => text.push(digit),
            Some('.') if !text.contains('.') && ahead.peek().is_some_and(char::is_ascii_digit) => text.push('.'),
            _ => break,
        }
        chars.next();
    }
    let wrong = || format!("{text:?} is no number");
    match (text.contains('.'), text.ends_with('-')) {
        (_, true) => Err(wrong()),
        (true, _) => float::parse(&text).map(Token::Float).ok_or_else(wrong),
        (false, _) if text.len() > super::MAX_DIGITS => {
            Err(format!("a number of more than {} digits", super::MAX_DIGITS))
        }
        (false, _) => Ok(Token::Integer(text)),
    }
}
