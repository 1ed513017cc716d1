//! Terms in serde formats: the [`Style::TAGGED`] text as a string.

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, Serializer};

use super::{Limits, Style, parse_within, to_text};
use crate::term::Term;

/// Most bytes of a serialised term.
const MAX_BYTES: usize = 16 << 20;

impl Serialize for Term {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let style = Style { max_bytes: MAX_BYTES, ..Style::TAGGED };
        serializer.serialize_str(&to_text(self, style).map_err(S::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Term {
    /// Nesting is not bounded here: the parser and every walk over a term go by an explicit stack.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let limits = Limits { depth: usize::MAX, bytes: MAX_BYTES, ..Limits::default() };
        parse_within(&text, limits).map_err(D::Error::custom)
    }
}
