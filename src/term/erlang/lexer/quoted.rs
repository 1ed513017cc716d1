//! Strings, quoted atoms and characters in Erlang text.

use super::Lexer;
use crate::term::Term;
use crate::term::erlang::Error;

impl Lexer<'_> {
    /// The text between two `quote`s, escapes resolved.
    pub(super) fn quoted(&mut self, quote: char) -> Result<String, Error> {
        let (line, column) = (self.line, self.column);
        self.bump();
        let mut text = String::new();
        loop {
            match self.bump() {
                Some(c) if c == quote => return Ok(text),
                Some('\\') => text.push(self.escape()?),
                Some(c) => text.push(c),
                None => {
                    let found = "the end of the text".to_owned();
                    let expected =
                        if quote == '"' { "a string with its closing \"" } else { "an atom with its closing '" };
                    return Err(Error { line, column, found, expected });
                }
            }
        }
    }

    /// `$a`, `$\n`: a character's number.
    pub(super) fn character(&mut self) -> Result<Term, Error> {
        self.bump();
        let c = match self.bump() {
            Some('\\') => self.escape()?,
            Some(c) => c,
            None => return Err(self.error("the end of the text".to_owned(), "a character behind $")),
        };
        Ok(Term::from(c))
    }

    /// What stands behind a backslash.
    ///
    /// OTP: <https://www.erlang.org/docs/25/reference_manual/data_types#escape-sequences>
    fn escape(&mut self) -> Result<char, Error> {
        let c = self.bump().ok_or_else(|| self.error("the end of the text".to_owned(), "an escape"))?;
        Ok(match c {
            'b' => '\x08',
            'd' => '\x7f',
            'e' => '\x1b',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            's' => ' ',
            't' => '\t',
            'v' => '\x0b',
            'x' => return self.hexadecimal(),
            '0'..='7' => return self.octal(c),
            '^' => return self.control(),
            _ => c,
        })
    }

    fn octal(&mut self, first: char) -> Result<char, Error> {
        let mut number = first.to_digit(8).unwrap_or(0);
        for _ in 0..2 {
            let Some(digit) = self.rest.next_if(|c| c.is_digit(8)) else { break };
            self.column += 1;
            number = number * 8 + digit.to_digit(8).unwrap_or(0);
        }
        self.code_point(number)
    }

    /// `\xFF` or `\x{202E}`.
    fn hexadecimal(&mut self) -> Result<char, Error> {
        let is_braced = self.take("{");
        let most = if is_braced { 8 } else { 2 };
        let mut digits = String::new();
        while digits.len() < most {
            let Some(digit) = self.rest.next_if(char::is_ascii_hexdigit) else { break };
            self.column += 1;
            digits.push(digit);
        }
        if (is_braced && !self.take("}")) || (!is_braced && digits.len() < 2) {
            return Err(self.error(format!("\"{digits}\""), "hexadecimal digits"));
        }
        match u32::from_str_radix(&digits, 16) {
            Ok(number) => self.code_point(number),
            Err(_) => Err(self.error(format!("\"{digits}\""), "hexadecimal digits")),
        }
    }

    fn control(&mut self) -> Result<char, Error> {
        match self.bump() {
            Some(c @ '@'..='_') => self.code_point(u32::from(c) & 31),
            Some(c) => Err(self.error(format!("{c:?}"), "a control character")),
            None => Err(self.error("the end of the text".to_owned(), "a control character")),
        }
    }

    fn code_point(&self, number: u32) -> Result<char, Error> {
        char::from_u32(number).ok_or_else(|| self.error(format!("{number:X}"), "a Unicode character"))
    }
}
