//! Terms as the format writes them: Erlang text without spaces, with labels for processes and
//! references, and stand-ins for what no two systems have in common.

use crate::term::{Atom, Term};

use super::Malformed;
use super::stage::Stage;

/// The canonical text of a term.
pub(super) fn text(stage: &Stage, term: &Term) -> String {
    let mut out = String::new();
    write(stage, term, &mut out);
    out
}

fn write(stage: &Stage, term: &Term, out: &mut String) {
    match term {
        Term::Pid(pid) => out.push_str(stage.label(*pid).as_deref().unwrap_or("#pid")),
        Term::Ref(reference) => match stage.ref_name(*reference) {
            Some(name) => *out += &format!("#{name}"),
            None => out.push_str("#ref"),
        },
        Term::Atom(atom) => write_atom(*atom, out),
        Term::Int(value) => *out += &value.to_string(),
        Term::Big(value) => *out += &value.to_string(),
        Term::Float(value) => *out += &value.to_string(),
        Term::Binary(bytes) => *out += &format!("<<\"{}\">>", String::from_utf8_lossy(bytes)),
        Term::Fun(_) => out.push_str("#fun"),
        Term::Nil => out.push_str("[]"),
        Term::List(_) => write_list(stage, term, out),
        Term::Map(_) => write_map(stage, term.as_map().unwrap_or_default(), out),
        Term::Tuple(_) | Term::Wide(_) => write_tuple(stage, term.as_tuple().unwrap_or_default(), out),
    }
}

fn write_items<'a>(stage: &Stage, items: impl IntoIterator<Item = &'a Term>, out: &mut String) {
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(stage, item, out);
    }
}

fn write_list(stage: &Stage, list: &Term, out: &mut String) {
    if is_stack(list) {
        return out.push_str("#st");
    }
    if let Some(text) = printable(list) {
        return *out += &format!("\"{text}\"");
    }
    let mut items = list.iter();
    out.push('[');
    write_items(stage, items.by_ref(), out);
    if !matches!(items.rest(), Term::Nil) {
        out.push('|');
        write(stage, items.rest(), out);
    }
    out.push(']');
}

fn write_tuple(stage: &Stage, items: &[Term], out: &mut String) {
    match items {
        [Term::Atom(module), Term::Atom(_), Term::Int(_) | Term::Nil | Term::List(_)] if is_library(*module) => {
            out.push_str("#call");
        }
        [Term::Atom(Atom::CHILD), ..] if items.len() >= 9 => out.push_str("#child"),
        _ => {
            out.push('{');
            write_items(stage, items, out);
            out.push('}');
        }
    }
}

/// The fields of a child specification that name code differ between systems.
fn write_map(stage: &Stage, pairs: &[(Term, Term)], out: &mut String) {
    let shown = pairs.iter().filter(|(key, _)| !(key.is_atom(Atom::START) || key.is_atom(Atom::MODULES)));
    out.push_str("#{");
    for (at, (key, value)) in shown.enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(stage, key, out);
        out.push_str("=>");
        write(stage, value, out);
    }
    out.push('}');
}

/// Modules whose function names and arguments differ between systems.
fn is_library(module: Atom) -> bool {
    match module {
        Atom::GEN_SERVER | Atom::GEN | Atom::SUPERVISOR | Atom::APPLICATION | Atom::PROC_LIB | Atom::SYS => true,
        other => &*other.text() == "application_master" || other.text().starts_with("Elixir."),
    }
}

/// `[{Module, Function, Arity, Location} | _]`
fn is_stack(list: &Term) -> bool {
    let Some((first, _)) = list.as_cons() else { return false };
    match first.as_tuple() {
        Some([Term::Atom(_), Term::Atom(_), arity, location]) => is_arity(arity) && is_list(location),
        Some([Term::Fun(_), arity, location]) => is_arity(arity) && is_list(location),
        _ => false,
    }
}

fn is_arity(term: &Term) -> bool {
    matches!(term, Term::Int(_)) || is_list(term)
}

fn is_list(term: &Term) -> bool {
    matches!(term, Term::Nil | Term::List(_))
}

/// A proper list of at least three printable Latin-1 characters.
fn printable(list: &Term) -> Option<String> {
    let items = list.to_vec().filter(|items| items.len() > 2)?;
    items.iter().map(|item| char::from_u32(u32::try_from(item.as_int()?).ok()?).filter(|c| is_printable(*c))).collect()
}

fn is_printable(c: char) -> bool {
    matches!(u32::from(c), 8..=13 | 27 | 32..=126 | 160..=255)
}

fn write_atom(atom: Atom, out: &mut String) {
    let text = atom.text();
    // The stand-in for a stack that was caught.
    if &*text == "#st" || is_bare(&text) {
        return out.push_str(&text);
    }
    out.push('\'');
    for c in text.chars() {
        match c {
            '\'' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('\'');
}

fn is_bare(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_lowercase())
        && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '@')
        && !RESERVED.contains(&text)
}

const RESERVED: [&str; 28] = [
    "after", "and", "andalso", "band", "begin", "bnot", "bor", "bsl", "bsr", "bxor", "case", "catch", "cond", "div",
    "else", "end", "fun", "if", "let", "not", "of", "or", "orelse", "receive", "rem", "try", "when", "xor",
];

/// Most levels of a term in a scenario.
const MAX_DEPTH: usize = 64;

/// Reads a term of a scenario: atoms, integers, tuples, lists.
pub(super) fn parse(source: &str) -> Result<Term, Malformed> {
    let mut parser = Parser { rest: source, depth: 0 };
    let term = parser.term()?;
    parser.skip_spaces();
    if parser.rest.is_empty() { Ok(term) } else { Err(parser.error("the end")) }
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl Parser<'_> {
    fn error(&self, wanted: &str) -> Malformed {
        Malformed(format!("a term has {:?} where {wanted} should be", self.rest))
    }

    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, c: char) -> bool {
        self.skip_spaces();
        let eaten = self.rest.strip_prefix(c);
        self.rest = eaten.unwrap_or(self.rest);
        eaten.is_some()
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken.to_owned()
    }

    fn term(&mut self) -> Result<Term, Malformed> {
        self.skip_spaces();
        match self.rest.chars().next() {
            Some('{') => self.items('{', '}').map(Term::tuple_from),
            Some('[') => self.items('[', ']').map(Term::list),
            Some('\'') => self.quoted(),
            Some(c) if c.is_lowercase() => {
                let text = self.take_while(|c| c.is_alphanumeric() || c == '_' || c == '@');
                self.atom(&text)
            }
            Some(c) if c == '-' || c.is_ascii_digit() => self.integer(),
            _ => Err(self.error("a term")),
        }
    }

    fn items(&mut self, open: char, close: char) -> Result<Vec<Term>, Malformed> {
        self.eat(open);
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Malformed(format!("a term has more than {MAX_DEPTH} levels")));
        }
        let mut items = Vec::new();
        if !self.eat(close) {
            loop {
                items.push(self.term()?);
                if self.eat(close) {
                    break;
                }
                if !self.eat(',') {
                    return Err(self.error("a comma"));
                }
            }
        }
        self.depth -= 1;
        Ok(items)
    }

    fn integer(&mut self) -> Result<Term, Malformed> {
        let sign = if self.eat('-') { "-" } else { "" };
        let digits = self.take_while(|c| c.is_ascii_digit());
        format!("{sign}{digits}").parse().map(Term::Int).map_err(|_| self.error("an integer of 64 bits"))
    }

    fn quoted(&mut self) -> Result<Term, Malformed> {
        self.eat('\'');
        let mut text = String::new();
        let mut chars = self.rest.chars();
        loop {
            match chars.next() {
                Some('\'') => break,
                Some('\\') => text.extend(chars.next()),
                Some(c) => text.push(c),
                None => return Err(self.error("a closing quote")),
            }
        }
        self.rest = chars.as_str();
        self.atom(&text)
    }

    fn atom(&self, text: &str) -> Result<Term, Malformed> {
        Atom::try_new(text).map(Term::Atom).map_err(|error| Malformed(error.to_string()))
    }
}
