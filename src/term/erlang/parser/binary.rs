//! Binaries in Erlang text: segments of whole bytes.

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use crate::term::Term;
use crate::term::erlang::Error;
use crate::term::erlang::lexer::{Kind, Lexer, Token};

/// Most bits of one segment.
const MAX_SEGMENT: i64 = 65_536;

/// The rest of a binary behind its `<<`.
pub(super) fn parse(lexer: &mut Lexer<'_>) -> Result<Term, Error> {
    let mut bytes = Vec::new();
    if lexer.accept(">>")? {
        return Ok(Term::binary(bytes));
    }
    loop {
        segment(lexer, &mut bytes)?;
        let token = lexer.next()?;
        match token.kind {
            Kind::Mark(",") => {}
            Kind::Mark(">>") => return Ok(Term::binary(bytes)),
            _ => return Err(token.is_not("\",\" or \">>\"")),
        }
    }
}

fn segment(lexer: &mut Lexer<'_>, bytes: &mut Vec<u8>) -> Result<(), Error> {
    let is_negative = lexer.accept("-")?;
    let token = lexer.next()?;
    match &token.kind {
        Kind::Text(text) if !is_negative => push_text(&token, text, unit(lexer)?, bytes),
        Kind::Leaf(value @ (Term::Int(_) | Term::Big(_))) => {
            let value = value.to_bigint().unwrap_or_default();
            push_integer(lexer, &token, if is_negative { -value } else { value }, bytes)
        }
        _ => Err(token.is_not("an integer or a string")),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Unit {
    Byte,
    Utf8,
}

/// `/utf8`, `/integer` or nothing.
fn unit(lexer: &mut Lexer<'_>) -> Result<Unit, Error> {
    if !lexer.accept("/")? {
        return Ok(Unit::Byte);
    }
    let token = lexer.next()?;
    match &token.kind {
        Kind::Leaf(Term::Atom(name)) if &*name.text() == "utf8" => Ok(Unit::Utf8),
        Kind::Leaf(Term::Atom(name)) if &*name.text() == "integer" => Ok(Unit::Byte),
        _ => Err(token.is_not("utf8 or integer")),
    }
}

fn push_text(token: &Token, text: &str, unit: Unit, bytes: &mut Vec<u8>) -> Result<(), Error> {
    if unit == Unit::Utf8 {
        bytes.extend_from_slice(text.as_bytes());
        return Ok(());
    }
    for c in text.chars() {
        bytes.push(u8::try_from(c).map_err(|_| token.is_not("characters of one byte, or /utf8"))?);
    }
    Ok(())
}

/// `value:size`, big-endian; a size beyond whole bytes is refused, a value beyond its size cut.
fn push_integer(lexer: &mut Lexer<'_>, token: &Token, value: BigInt, bytes: &mut Vec<u8>) -> Result<(), Error> {
    let size = if lexer.accept(":")? { size(lexer)? } else { 1 };
    if unit(lexer)? == Unit::Utf8 {
        let c = value.to_u32().and_then(char::from_u32).ok_or_else(|| token.is_not("a Unicode character"))?;
        bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        return Ok(());
    }
    let fill = if value.sign() == num_bigint::Sign::Minus { 0xff } else { 0 };
    let digits = value.to_signed_bytes_be();
    let padding = size.saturating_sub(digits.len());
    bytes.extend(std::iter::repeat_n(fill, padding));
    bytes.extend(digits.iter().skip(digits.len().saturating_sub(size)));
    Ok(())
}

/// A size in bits as bytes.
fn size(lexer: &mut Lexer<'_>) -> Result<usize, Error> {
    let token = lexer.next()?;
    match token.kind {
        Kind::Leaf(Term::Int(bits @ 0..=MAX_SEGMENT)) if bits % 8 == 0 => Ok(usize::try_from(bits / 8).unwrap_or(0)),
        _ => Err(token.is_not("a size of whole bytes")),
    }
}
