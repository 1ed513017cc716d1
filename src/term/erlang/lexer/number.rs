//! Numbers in Erlang text.

use num_bigint::BigInt;

use super::Lexer;
use crate::term::erlang::Error;
use crate::term::{Term, float};

impl Lexer<'_> {
    /// `12`, `1_000`, `16#FF`, `1.5e-3`.
    pub(super) fn number(&mut self) -> Result<Term, Error> {
        let whole = self.run_of_digits(10)?;
        match self.peek_char() {
            Some('#') => self.based(&whole),
            Some('.') if self.is_fraction() => self.float(whole),
            _ => self.integer(&whole, 10),
        }
    }

    /// A dot and a digit; a dot and anything else ends the term.
    fn is_fraction(&self) -> bool {
        let mut ahead = self.rest.clone();
        ahead.next() == Some('.') && ahead.next().is_some_and(|c| c.is_ascii_digit())
    }

    fn based(&mut self, base: &str) -> Result<Term, Error> {
        let base: u32 = base.parse().unwrap_or(0);
        if !(2..=36).contains(&base) {
            return Err(self.error(base.to_string(), "a base of 2 to 36"));
        }
        self.bump();
        let digits = self.run_of_digits(base)?;
        self.integer(&digits, base)
    }

    fn float(&mut self, mut text: String) -> Result<Term, Error> {
        self.bump();
        text.push('.');
        text += &self.run_of_digits(10)?;
        if matches!(self.peek_char(), Some('e' | 'E')) {
            self.bump();
            text.push('e');
            if let Some(sign) = self.rest.next_if(|c| matches!(c, '+' | '-')) {
                self.column += 1;
                text.push(sign);
            }
            text += &self.run_of_digits(10)?;
        }
        match float::parse(&text) {
            Some(float) => Ok(Term::Float(float)),
            None => Err(self.error(text, "a float below 1.8e308")),
        }
    }

    /// At least one digit; single underscores between them are dropped.
    fn run_of_digits(&mut self, base: u32) -> Result<String, Error> {
        let mut digits = String::new();
        while let Some(c) = self.peek_char() {
            let separates = c == '_' && !digits.is_empty() && self.is_digit_behind(base);
            if !c.is_digit(base) && !separates {
                break;
            }
            if digits.len() >= self.limits.digits {
                return Err(self.error("more digits than allowed".to_owned(), "a shorter number"));
            }
            self.bump();
            if !separates {
                digits.push(c);
            }
        }
        if digits.is_empty() {
            let found = self.peek_char().map_or("the end of the text".to_owned(), |c| format!("{c:?}"));
            return Err(self.error(found, "a digit"));
        }
        Ok(digits)
    }

    fn is_digit_behind(&self, base: u32) -> bool {
        self.rest.clone().nth(1).is_some_and(|c| c.is_digit(base))
    }

    fn integer(&self, digits: &str, base: u32) -> Result<Term, Error> {
        match BigInt::parse_bytes(digits.as_bytes(), base) {
            Some(value) => Ok(Term::integer(value)),
            None => Err(self.error(format!("\"{digits}\""), "an integer")),
        }
    }
}
