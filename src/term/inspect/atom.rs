//! Atoms in Elixir notation: which need quotes, and where.

use std::fmt::{self, Write};

use super::escape::write_escaped;
use crate::term::Atom;

/// Where an atom stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// By itself: `:ok`, `Seq.FibServer`.
    Literal,
    /// A key of a keyword list: `ok: `.
    Key,
    /// A function's name: `Mod.name`.
    Call,
}

/// What an atom's text is to Elixir's tokenizer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// `true`, `false`, `nil`.
    Word,
    /// `Elixir.Seq`.
    Alias,
    /// A name that can be called: `next`, `empty?`, `+`.
    Identifier,
    /// A name that cannot be called without quotes: `EXIT`, `a@b`, `{}`.
    Unquoted,
    /// An operator that can be called but is no atom without quotes: `::`.
    CallableOnly,
    /// Anything else.
    Quoted,
}

/// OTP: <https://hexdocs.pm/elixir/1.14/Macro.html#inspect_atom/3>
pub(super) fn write_atom(out: &mut dyn Write, atom: Atom, place: Place) -> fmt::Result {
    let text = &*atom.text();
    match (place, classify(text)) {
        (Place::Literal, Class::Word) => out.write_str(text),
        (Place::Literal, Class::Alias) => out.write_str(alias(text)),
        (Place::Literal, Class::Identifier | Class::Unquoted) => write!(out, ":{text}"),
        (Place::Literal, _) => write_quoted(out, ":", text, ""),
        (Place::Key, Class::Word | Class::Identifier | Class::Unquoted) => write!(out, "{text}:"),
        (Place::Key, _) => write_quoted(out, "", text, ":"),
        (Place::Call, Class::Word | Class::Identifier | Class::CallableOnly) => out.write_str(text),
        (Place::Call, _) => write_quoted(out, "", text, ""),
    }
}

fn write_quoted(out: &mut dyn Write, before: &str, text: &str, after: &str) -> fmt::Result {
    write!(out, "{before}\"")?;
    write_escaped(out, text, '"')?;
    write!(out, "\"{after}")
}

/// `Elixir.Seq` as `Seq`; `Elixir` and `Elixir.Elixir...` stand as they are.
fn alias(text: &str) -> &str {
    match text.strip_prefix("Elixir.") {
        Some(rest) if rest != "Elixir" && !rest.starts_with("Elixir.") => rest,
        _ => text,
    }
}

fn classify(text: &str) -> Class {
    match text {
        "true" | "false" | "nil" => Class::Word,
        "%" | "%{}" | "{}" | "<<>>" | "..." | ".." | "." | "..//" | "->" => Class::Unquoted,
        "=" | "+" | "-" | "*" | "/" | "++" | "--" | "<>" | "|>" | "|" | "||" | "|||" | "&&" | "&&&" | "!" | "=="
        | "!=" | "===" | "!==" | "=~" | "<" | ">" | "<=" | ">=" | "<-" | "\\\\" | "^" | "<<<" | ">>>" | "<<~"
        | "~>>" | "<~" | "~>" | "<~>" | "+++" | "---" | "**" | "&" | "@" => Class::Identifier,
        "::" | "^^^" | "~~~" | "<|>" => Class::CallableOnly,
        _ if is_alias(text) => Class::Alias,
        _ => classify_name(text),
    }
}

/// `Elixir` or `Elixir.Name.Name`, in ASCII.
pub(super) fn is_alias(text: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_uppercase())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    text.strip_prefix("Elixir").is_some_and(|rest| match rest.strip_prefix('.') {
        Some(parts) => parts.split('.').all(is_part),
        None => rest.is_empty(),
    })
}

fn classify_name(text: &str) -> Class {
    let name = text.strip_suffix(['?', '!']).unwrap_or(text);
    let mut characters = name.chars();
    match characters.next() {
        Some(first) if is_start(first) && characters.all(is_continue) => {
            if first.is_uppercase() || name.contains('@') {
                Class::Unquoted
            } else {
                Class::Identifier
            }
        }
        _ => Class::Quoted,
    }
}

fn is_start(c: char) -> bool {
    c == '_' || c.is_ascii_alphabetic() || (!c.is_ascii() && c.is_alphabetic() && !matches!(c, 'ª' | 'º'))
}

/// Combining accents are left out: Elixir takes composed characters (NFC) only.
fn is_continue(c: char) -> bool {
    is_start(c) || c.is_ascii_digit() || matches!(c, '@' | '·')
}
