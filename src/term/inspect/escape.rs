//! Texts in Elixir notation: what is printable, and what is escaped how.

use std::fmt::{self, Write};

/// Is it text that Elixir shows as text? Decided by the first `limit` characters.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/String.html#printable?/2>
pub(super) fn printable_text(bytes: &[u8], limit: usize) -> Option<&str> {
    let text = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let mut seen = 0;
    let all = text.chars().take(limit).all(|c| {
        seen += 1;
        is_printable(c)
    });
    (all && (seen == limit || text.len() == bytes.len())).then_some(text)
}

fn is_printable(c: char) -> bool {
    match c {
        '\x07'..='\r' | '\x1b' | '\x7f' => true,
        ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' => true,
        _ => c >= '\u{10000}',
    }
}

/// Is it a character that Elixir shows in a charlist?
///
/// OTP: <https://hexdocs.pm/elixir/1.14/List.html#ascii_printable?/2>
pub(super) fn charlist_character(code: i64) -> Option<char> {
    match u8::try_from(code).ok()? {
        byte @ (7..=13 | 27 | 32..=126) => Some(char::from(byte)),
        _ => None,
    }
}

/// Writes a text as it stands between two `quote`s.
pub(super) fn write_escaped(out: &mut dyn Write, text: &str, quote: char) -> fmt::Result {
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let opens_interpolation = c == '#' && characters.peek() == Some(&'{');
        if opens_interpolation || c == quote {
            out.write_char('\\')?;
            out.write_char(c)?;
        } else {
            write_character(out, c)?;
        }
    }
    Ok(())
}

/// Differs: marks that turn the direction of text around them, and line separators, are
/// escaped too: a term must not rearrange the text it is shown in.
fn write_character(out: &mut dyn Write, c: char) -> fmt::Result {
    match c {
        '\0' => out.write_str("\\0"),
        '\x07' => out.write_str("\\a"),
        '\x08' => out.write_str("\\b"),
        '\t' => out.write_str("\\t"),
        '\n' => out.write_str("\\n"),
        '\x0b' => out.write_str("\\v"),
        '\x0c' => out.write_str("\\f"),
        '\r' => out.write_str("\\r"),
        '\x1b' => out.write_str("\\e"),
        '\x7f' => out.write_str("\\d"),
        '\\' => out.write_str("\\\\"),
        '\u{feff}' => out.write_str("\\uFEFF"),
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            write!(out, "\\u{{{:04X}}}", u32::from(c))
        }
        _ if is_printable(c) => out.write_char(c),
        '\0'..='\u{ff}' => write!(out, "\\x{:02X}", u32::from(c)),
        _ => write!(out, "\\x{{{:04X}}}", u32::from(c)),
    }
}
