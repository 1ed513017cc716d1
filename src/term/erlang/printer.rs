//! Terms to Erlang text, on one line.

use std::fmt::{self, Write};

use super::lexer::{RESERVED, is_atom_start, is_name};
use crate::term::number::write_big;
use crate::term::text::{Sink, write_float};
use crate::term::{Atom, Fun, Term};

/// How terms are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Are lists and binaries of printable Latin-1 written as text?
    pub strings: bool,
    /// Are pids, references and functions written so that the parser can read them?
    pub tagged: bool,
    /// What stands between a map's key and value.
    pub arrow: &'static str,
    /// Digits of an integer; one with more is written as its magnitude.
    pub max_digits: usize,
    /// Bytes of the whole text; then `...`.
    pub max_bytes: usize,
}

impl Style {
    /// As `io_lib:format("~tw", [Term])` writes.
    pub const TW: Style =
        Style { strings: false, tagged: false, arrow: " => ", max_digits: usize::MAX, max_bytes: 4 << 20 };
    /// As `io_lib:format("~0tp", [Term])` writes.
    pub const TP: Style = Style { strings: true, ..Style::TW };
    /// As the parser reads back whatever the term is, without blanks.
    pub const TAGGED: Style = Style { tagged: true, arrow: "=>", ..Style::TP };
    /// A line in an error.
    pub const SHORT: Style = Style { max_digits: 30, max_bytes: 80, ..Style::TP };
}

/// The text of the term would be longer than [`Style::max_bytes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the term is too large to be written as text")
    }
}

impl std::error::Error for TooLarge {}

/// The term as text, cut where it goes beyond the style's bounds.
#[must_use]
pub fn print(term: &Term, style: Style) -> String {
    print_with(term, style, &mut |_| None)
}

/// As [`print()`]; a term to which `name` gives a text, at any depth, is written as that text.
#[must_use]
pub fn print_with(term: &Term, style: Style, name: &mut dyn FnMut(&Term) -> Option<String>) -> String {
    let mut text = String::new();
    // Writing to a String never fails.
    let _ = Sink::new(&mut text, style.max_bytes).finish(|sink| write_term(sink, term, style, name));
    text
}

/// The whole text of the term.
///
/// # Errors
/// [`TooLarge`] beyond [`Style::max_bytes`].
pub fn to_text(term: &Term, style: Style) -> Result<String, TooLarge> {
    let mut text = String::new();
    let mut sink = Sink::new(&mut text, style.max_bytes);
    match write_term(&mut sink, term, style, &mut |_| None) {
        Ok(()) => Ok(text),
        Err(_) => Err(TooLarge),
    }
}

/// What is still to be written, innermost last.
enum Frame<'a> {
    Text(&'static str),
    Term(&'a Term),
    Items(&'a [Term], &'static str),
    List(&'a Term),
    Pairs(&'a [(Term, Term)], &'static str),
}

fn write_term(
    sink: &mut Sink<'_>,
    term: &Term,
    style: Style,
    name: &mut dyn FnMut(&Term) -> Option<String>,
) -> fmt::Result {
    let mut printer = Printer { sink, style, name, stack: vec![Frame::Term(term)] };
    while let Some(frame) = printer.stack.pop() {
        printer.step(frame)?;
    }
    Ok(())
}

struct Printer<'a, 's, 'o> {
    sink: &'s mut Sink<'o>,
    style: Style,
    name: &'s mut dyn FnMut(&Term) -> Option<String>,
    stack: Vec<Frame<'a>>,
}

impl<'a> Printer<'a, '_, '_> {
    fn step(&mut self, frame: Frame<'a>) -> fmt::Result {
        match frame {
            Frame::Text(text) => self.sink.write_str(text),
            Frame::Term(term) => match (self.name)(term) {
                Some(name) => self.sink.write_str(&name),
                None => self.term(term),
            },
            Frame::Items(items, close) => self.items(items, close),
            Frame::List(rest) => self.list(rest),
            Frame::Pairs(pairs, close) => self.pairs(pairs, close),
        }
    }

    fn term(&mut self, term: &'a Term) -> fmt::Result {
        match term {
            Term::Nil => self.sink.write_str("[]"),
            Term::Int(value) => write!(self.sink, "{value}"),
            Term::Big(value) => write_big(self.sink, value, self.style.max_digits),
            Term::Float(value) => write_float(self.sink, *value),
            Term::Atom(value) => write_atom(self.sink, *value),
            Term::Pid(pid) if self.style.tagged => write!(self.sink, "#Pid<{}.{}>", pid.slot(), pid.number()),
            Term::Pid(pid) => write!(self.sink, "<0.{}.0>", pid.number()),
            Term::Ref(reference) if self.style.tagged => write!(self.sink, "#Ref<{}>", reference.0),
            Term::Ref(reference) => self.sink.write_str(&reference.to_string().replacen("#Reference", "#Ref", 1)),
            Term::Binary(bytes) => self.binary(bytes),
            Term::Fun(node) => self.fun(&node.items),
            Term::Tuple2(_) | Term::Tuple3(_) | Term::Tuple4(_) | Term::Tuple5(_) | Term::Tuple(_) => {
                self.tuple(term.as_tuple().unwrap_or_default())
            }
            Term::List(_) => match printable_list(term).filter(|_| self.style.strings) {
                Some(text) => write_quoted(self.sink, &text, '"'),
                None => {
                    self.sink.write_char('[')?;
                    self.list(term)
                }
            },
            Term::Map(node) => {
                self.sink.write_str("#{")?;
                self.stack.push(Frame::Pairs(&node.items, ""));
                Ok(())
            }
        }
    }

    fn tuple(&mut self, items: &'a [Term]) -> fmt::Result {
        self.sink.write_char('{')?;
        self.stack.push(Frame::Items(items, ""));
        Ok(())
    }

    fn items(&mut self, items: &'a [Term], separator: &'static str) -> fmt::Result {
        let Some((first, rest)) = items.split_first() else {
            return self.sink.write_char('}');
        };
        self.stack.extend([Frame::Items(rest, ","), Frame::Term(first)]);
        self.sink.write_str(separator)
    }

    fn list(&mut self, list: &'a Term) -> fmt::Result {
        let Some((head, tail)) = list.as_cons() else {
            return self.sink.write_char(']');
        };
        match tail {
            Term::Nil => self.stack.push(Frame::Text("]")),
            Term::List(_) => self.stack.extend([Frame::List(tail), Frame::Text(",")]),
            _ => self.stack.extend([Frame::Text("]"), Frame::Term(tail), Frame::Text("|")]),
        }
        self.stack.push(Frame::Term(head));
        Ok(())
    }

    fn pairs(&mut self, pairs: &'a [(Term, Term)], separator: &'static str) -> fmt::Result {
        let Some(((key, value), rest)) = pairs.split_first() else {
            return self.sink.write_char('}');
        };
        let arrow = Frame::Text(self.style.arrow);
        self.stack.extend([Frame::Pairs(rest, ","), Frame::Term(value), arrow, Frame::Term(key)]);
        self.sink.write_str(separator)
    }

    fn fun(&mut self, fun: &'a Fun) -> fmt::Result {
        if fun.env.is_empty() {
            self.sink.write_str("fun ")?;
            return write_name(self.sink, fun);
        }
        self.sink.write_str("#Fun<")?;
        write_name(self.sink, fun)?;
        if !self.style.tagged {
            return self.sink.write_char('>');
        }
        self.sink.write_str(",[")?;
        self.stack.push(Frame::Text("]>"));
        for (at, term) in fun.env.iter().enumerate().rev() {
            self.stack.push(Frame::Term(term));
            if at > 0 {
                self.stack.push(Frame::Text(","));
            }
        }
        Ok(())
    }

    fn binary(&mut self, bytes: &[u8]) -> fmt::Result {
        self.sink.write_str("<<")?;
        match printable_binary(bytes).filter(|_| self.style.strings && !bytes.is_empty()) {
            Some((text, suffix)) => {
                write_quoted(self.sink, &text, '"')?;
                self.sink.write_str(suffix)?;
            }
            None => {
                for (at, byte) in bytes.iter().enumerate() {
                    self.sink.write_str(if at > 0 { "," } else { "" })?;
                    write!(self.sink, "{byte}")?;
                }
            }
        }
        self.sink.write_str(">>")
    }
}

fn write_name(out: &mut dyn Write, fun: &Fun) -> fmt::Result {
    write_atom(out, fun.module)?;
    out.write_char(':')?;
    write_atom(out, fun.name)?;
    write!(out, "/{}", fun.arity)
}

/// An atom, in quotes where Erlang needs them.
pub(super) fn write_atom(out: &mut dyn Write, atom: Atom) -> fmt::Result {
    let text = &*atom.text();
    let is_bare = text.starts_with(is_atom_start) && text.chars().all(is_name) && !RESERVED.contains(&text);
    if is_bare { out.write_str(text) } else { write_quoted(out, text, '\'') }
}

fn write_quoted(out: &mut dyn Write, text: &str, quote: char) -> fmt::Result {
    out.write_char(quote)?;
    for c in text.chars() {
        write_character(out, c, quote)?;
    }
    out.write_char(quote)
}

/// OTP: `io_lib:write_string/2`. Differs: marks that turn the direction of text around them are
/// escaped.
fn write_character(out: &mut dyn Write, c: char, quote: char) -> fmt::Result {
    match c {
        '\x08' => out.write_str("\\b"),
        '\t' => out.write_str("\\t"),
        '\n' => out.write_str("\\n"),
        '\x0b' => out.write_str("\\v"),
        '\x0c' => out.write_str("\\f"),
        '\r' => out.write_str("\\r"),
        '\x1b' => out.write_str("\\e"),
        '\x7f' => out.write_str("\\d"),
        '\\' => out.write_str("\\\\"),
        _ if c == quote => write!(out, "\\{c}"),
        '\0'..='\x1f' | '\u{80}'..='\u{9f}' => write!(out, "\\{:03o}", u32::from(c)),
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            write!(out, "\\x{{{:X}}}", u32::from(c))
        }
        _ => out.write_char(c),
    }
}

/// OTP: `io_lib:printable_latin1_list/1`
fn is_printable(c: char) -> bool {
    matches!(c, '\x08'..='\r' | '\x1b' | ' '..='~' | '\u{a0}'..='\u{ff}')
}

fn printable_list(list: &Term) -> Option<String> {
    let mut rest = list.iter();
    let text = rest.by_ref().map(|item| {
        let byte = u8::try_from(item.as_int()?).ok()?;
        Some(char::from(byte)).filter(|c| is_printable(*c))
    });
    let text = text.collect::<Option<String>>()?;
    matches!(rest.rest(), Term::Nil).then_some(text)
}

/// The text of a binary, and what must stand behind it.
fn printable_binary(bytes: &[u8]) -> Option<(String, &'static str)> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.chars().all(is_printable) => {
            Some((text.to_owned(), if text.is_ascii() { "" } else { "/utf8" }))
        }
        _ => {
            let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
            text.chars().all(is_printable).then_some((text, ""))
        }
    }
}
