//! Terms in Elixir notation.
//!
//! [`inspect`] prints what Elixir 1.14's `inspect/2` prints on one line; [`fmt::Display`] and
//! [`fmt::Debug`] are the same without Elixir's limits. Printing goes by an explicit stack, so
//! nesting costs heap, never stack.

mod atom;
mod escape;

use std::fmt::{self, Write};

use atom::{Place, is_alias, write_atom};
use escape::{charlist_character, printable_text, write_escaped};

use super::number::write_big;
use super::text::{Sink, write_float_elixir};
use super::{Atom, Fun, Term};

/// How much of a term is shown.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Inspect.Opts.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Elements of a collection, and of those inside it together with those before them; then
    /// `...`. `None`: all.
    pub limit: Option<u32>,
    /// Characters of a string or charlist; then `<> ...`.
    pub printable_limit: usize,
    /// Digits of an integer; one with more is shown as `≈ 2.6×10^20898 (20,899 digits)`.
    pub max_digits: usize,
    /// Bytes of the whole text; then `...`.
    pub max_bytes: usize,
}

impl Options {
    /// Everything, within what a page survives: `Display`.
    pub const WHOLE: Options =
        Options { limit: None, printable_limit: usize::MAX, max_digits: 100_000, max_bytes: 4 << 20 };

    /// A line in a table or a label.
    pub const SHORT: Options = Options { limit: Some(20), printable_limit: 120, max_digits: 30, max_bytes: 480 };
}

impl Default for Options {
    /// Elixir's own limits: 50 elements, 4096 characters.
    fn default() -> Self {
        Options { limit: Some(50), printable_limit: 4096, max_digits: 100_000, max_bytes: 256 << 10 }
    }
}

/// The term in Elixir notation.
///
/// Differs: maps of more than 32 keys show in key order, and a map with a module under
/// `__struct__` shows as that struct, whether or not the module is loaded.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Kernel.html#inspect/2>
#[must_use]
pub fn inspect(term: &Term, options: &Options) -> String {
    let mut text = String::new();
    // Writing to a String never fails.
    let _ = print(&mut text, term, options);
    text
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print(f, self, &Options::WHOLE)
    }
}

impl fmt::Debug for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn print(out: &mut dyn Write, term: &Term, options: &Options) -> fmt::Result {
    Sink::new(out, options.max_bytes).finish(|sink| {
        let mut printer = Printer { sink, options, stack: Vec::new() };
        printer.term(term, Limit(options.limit.unwrap_or(u32::MAX)))?;
        while let Some(frame) = printer.stack.pop() {
            printer.step(frame)?;
        }
        Ok(())
    })
}

/// How many more elements may be shown; `u32::MAX` stands for no limit.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Limit(u32);

impl Limit {
    fn less(self) -> Self {
        if self.0 == u32::MAX { self } else { Limit(self.0.saturating_sub(1)) }
    }
}

/// What is still to be printed, innermost last.
enum Frame<'a> {
    Text(&'static str),
    Term(&'a Term, Limit),
    Tuple { rest: &'a [Term], limit: Limit, separator: &'static str },
    List { rest: &'a Term, limit: Limit, keyword: bool, separator: &'static str },
    Pairs { rest: &'a [(Term, Term)], limit: Limit, keys: Keys, separator: &'static str },
}

/// How the keys of a map show.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// `1 => value`
    Arrows,
    /// `key: value`
    Words,
    /// `key: value`, without the keys that make the map a struct.
    Fields,
}

struct Printer<'a, 's, 'o> {
    sink: &'s mut Sink<'o>,
    options: &'s Options,
    stack: Vec<Frame<'a>>,
}

impl<'a> Printer<'a, '_, '_> {
    fn step(&mut self, frame: Frame<'a>) -> fmt::Result {
        match frame {
            Frame::Text(text) => self.sink.write_str(text),
            Frame::Term(term, limit) => self.term(term, limit),
            Frame::Tuple { rest, limit, separator } => self.tuple(rest, limit, separator),
            Frame::List { rest, limit, keyword, separator } => self.list(rest, limit, keyword, separator),
            Frame::Pairs { rest, limit, keys, separator } => self.pairs(rest, limit, keys, separator),
        }
    }

    /// Prints a leaf; opens a compound term.
    fn term(&mut self, term: &'a Term, limit: Limit) -> fmt::Result {
        match term {
            Term::Nil => self.sink.write_str("[]"),
            Term::Int(value) => write!(self.sink, "{value}"),
            Term::Big(value) => write_big(self.sink, value, self.options.max_digits),
            Term::Float(value) => write_float_elixir(self.sink, *value),
            Term::Atom(value) => write_atom(self.sink, *value, Place::Literal),
            Term::Pid(value) => write!(self.sink, "{value}"),
            Term::Ref(value) => write!(self.sink, "{value}"),
            Term::Binary(bytes) => self.binary(bytes, limit),
            Term::Fun(fun) => self.fun(&fun.items),
            Term::Tuple2(_) | Term::Tuple3(_) | Term::Tuple4(_) | Term::Tuple5(_) | Term::Tuple(_) => {
                self.open_tuple(term.as_tuple().unwrap_or_default(), limit)
            }
            Term::List(_) => self.open_list(term, limit),
            Term::Map(node) => self.open_map(&node.items, limit),
        }
    }

    fn binary(&mut self, bytes: &[u8], limit: Limit) -> fmt::Result {
        match printable_text(bytes, self.options.printable_limit) {
            Some(text) => {
                let end = text.char_indices().nth(self.options.printable_limit).map_or(text.len(), |(at, _)| at);
                self.sink.write_char('"')?;
                write_escaped(self.sink, text.get(..end).unwrap_or_default(), '"')?;
                self.sink.write_str(if end < bytes.len() { "\" <> ..." } else { "\"" })
            }
            None => self.bytes(bytes, limit),
        }
    }

    fn bytes(&mut self, bytes: &[u8], limit: Limit) -> fmt::Result {
        let shown = usize::try_from(limit.0).unwrap_or(usize::MAX);
        self.sink.write_str("<<")?;
        for (at, byte) in bytes.iter().take(shown).enumerate() {
            self.sink.write_str(if at > 0 { ", " } else { "" })?;
            write!(self.sink, "{byte}")?;
        }
        if bytes.len() > shown {
            self.sink.write_str(if shown > 0 { ", ..." } else { "..." })?;
        }
        self.sink.write_str(">>")
    }

    fn fun(&mut self, fun: &Fun) -> fmt::Result {
        if fun.env.is_empty() {
            self.sink.write_char('&')?;
            write_atom(self.sink, fun.module, Place::Literal)?;
            self.sink.write_char('.')?;
            write_atom(self.sink, fun.name, Place::Call)?;
            return write!(self.sink, "/{}", fun.arity);
        }
        write!(self.sink, "#Function<{}/{} in ", fun.index(), fun.arity)?;
        write_atom(self.sink, fun.module, Place::Literal)?;
        self.sink.write_char('.')?;
        write_escaped(self.sink, &fun.maker(), '"')?;
        self.sink.write_char('>')
    }

    fn open_tuple(&mut self, items: &'a [Term], limit: Limit) -> fmt::Result {
        self.sink.write_char('{')?;
        self.tuple(items, limit, "")
    }

    fn tuple(&mut self, items: &'a [Term], limit: Limit, separator: &'static str) -> fmt::Result {
        let Some((first, rest)) = items.split_first() else {
            return self.sink.write_char('}');
        };
        self.sink.write_str(separator)?;
        if limit == Limit(0) {
            return self.sink.write_str("...}");
        }
        let limit = limit.less();
        self.stack.extend([Frame::Tuple { rest, limit, separator: ", " }, Frame::Term(first, limit)]);
        Ok(())
    }

    fn open_list(&mut self, list: &'a Term, limit: Limit) -> fmt::Result {
        if let Some((text, is_whole)) = charlist(list, self.options.printable_limit) {
            self.sink.write_char('\'')?;
            write_escaped(self.sink, &text, '\'')?;
            return self.sink.write_str(if is_whole { "'" } else { "' ++ ..." });
        }
        self.sink.write_char('[')?;
        self.list(list, limit, is_keyword(list), "")
    }

    fn list(&mut self, list: &'a Term, limit: Limit, keyword: bool, separator: &'static str) -> fmt::Result {
        let Some((head, tail)) = list.as_cons() else {
            return self.sink.write_char(']');
        };
        self.sink.write_str(separator)?;
        if limit == Limit(0) {
            return self.sink.write_str("...]");
        }
        let limit = limit.less();
        if tail.as_cons().is_some() || matches!(tail, Term::Nil) {
            self.stack.push(Frame::List { rest: tail, limit, keyword, separator: ", " });
        } else {
            self.stack.extend([Frame::Text("]"), Frame::Term(tail, limit), Frame::Text(" | ")]);
        }
        match head.as_tuple() {
            Some([Term::Atom(key), value]) if keyword => self.key(*key, value, limit),
            _ => {
                self.stack.push(Frame::Term(head, limit));
                Ok(())
            }
        }
    }

    fn key(&mut self, key: Atom, value: &'a Term, limit: Limit) -> fmt::Result {
        write_atom(self.sink, key, Place::Key)?;
        self.sink.write_char(' ')?;
        self.stack.push(Frame::Term(value, limit));
        Ok(())
    }

    fn open_map(&mut self, pairs: &'a [(Term, Term)], limit: Limit) -> fmt::Result {
        self.sink.write_char('%')?;
        let mut keys = if pairs.iter().all(|(key, _)| is_keyword_key(key)) { Keys::Words } else { Keys::Arrows };
        if let Some(name) = struct_name(pairs) {
            write_atom(self.sink, name, Place::Literal)?;
            keys = Keys::Fields;
        }
        self.sink.write_char('{')?;
        self.pairs(pairs, limit, keys, "")
    }

    fn pairs(&mut self, pairs: &'a [(Term, Term)], limit: Limit, keys: Keys, separator: &'static str) -> fmt::Result {
        let Some(((key, value), rest)) = pairs.split_first() else {
            return self.sink.write_char('}');
        };
        if keys == Keys::Fields && makes_struct(key) {
            self.stack.push(Frame::Pairs { rest, limit, keys, separator });
            return Ok(());
        }
        self.sink.write_str(separator)?;
        if limit == Limit(0) {
            return self.sink.write_str("...}");
        }
        let limit = limit.less();
        self.stack.push(Frame::Pairs { rest, limit, keys, separator: ", " });
        match key {
            Term::Atom(key) if keys != Keys::Arrows => self.key(*key, value, limit),
            _ => {
                self.stack.extend([Frame::Term(value, limit), Frame::Text(" => "), Frame::Term(key, limit)]);
                Ok(())
            }
        }
    }
}

/// A list of printable ASCII as text, and whether that is all of it. Decided by the first
/// `limit` elements.
fn charlist(list: &Term, limit: usize) -> Option<(String, bool)> {
    let mut rest = list.iter();
    let mut text = String::new();
    while text.len() < limit {
        match rest.next() {
            Some(element) => text.push(charlist_character(element.as_int()?)?),
            None => return matches!(rest.rest(), Term::Nil).then_some((text, true)),
        }
    }
    Some((text, matches!(rest.rest(), Term::Nil)))
}

/// Is every element a pair of an atom, no module, and a value?
fn is_keyword(list: &Term) -> bool {
    let mut rest = list.iter();
    rest.all(|element| element.as_tuple_of().is_some_and(|[key, _]| is_keyword_key(key)))
        && matches!(rest.rest(), Term::Nil)
}

fn is_keyword_key(key: &Term) -> bool {
    key.as_atom().is_some_and(|key| !key.text().starts_with("Elixir."))
}

fn makes_struct(key: &Term) -> bool {
    key.as_atom().is_some_and(|key| matches!(&*key.text(), "__struct__" | "__exception__"))
}

fn struct_name(pairs: &[(Term, Term)]) -> Option<Atom> {
    let (_, name) = pairs.iter().find(|(key, _)| key.as_atom().is_some_and(|key| &*key.text() == "__struct__"))?;
    name.as_atom().filter(|name| is_alias(&name.text()))
}

impl Fun {
    /// Which of its maker's functions it is: the N of a compiler's name `-maker/1-fun-N-`.
    fn index(&self) -> u32 {
        let name = self.name.text();
        let number = name.split_once("-fun-").and_then(|(_, rest)| rest.trim_end_matches('-').parse().ok());
        number.unwrap_or(0)
    }

    /// The function that made it: `maker/1` of `-maker/1-fun-N-`, else its own name.
    fn maker(&self) -> String {
        let name = self.name.text();
        name.strip_prefix('-').and_then(|rest| rest.split('-').next()).unwrap_or(&name).to_owned()
    }
}

#[cfg(test)]
mod tests;
