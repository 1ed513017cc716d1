//! Atoms: interned names.
//!
//! The table is the thread's (a widget's wasm instance has one thread and one table). Its
//! numbering never shows: order and hashes go by text.
//!
//! Atoms are never collected, as in OTP, nor does a new node on the thread begin with an empty
//! table: terms of the node before may still be held. Text from outside can fill it up to
//! [`MAX_ATOMS`] and [`MAX_BYTES`] and no further; a node that runs into that stops, and the next
//! one on the thread knows what there is and makes no new atoms of such text.

use std::{cell::RefCell, cmp::Ordering, fmt, num::NonZero, rc::Rc};

use super::quick::QuickMap;

/// An atom. Equality compares numbers, order compares texts.
///
/// OTP: <https://www.erlang.org/docs/25/reference_manual/data_types#atom>
// Never zero, so that an `Option<Atom>`, of which every process has one, is no larger.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Atom(NonZero<u32>);

impl Default for Atom {
    /// `undefined`
    fn default() -> Self {
        Atom::UNDEFINED
    }
}

/// Why an atom could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtomError {
    /// The text has more than 255 characters.
    TooLong,
    /// The table is full; a real node would stop here.
    TableFull,
}

impl fmt::Display for AtomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AtomError::TooLong => "an atom has at most 255 characters",
            AtomError::TableFull => "no more index entries in atom_tab",
        })
    }
}

/// Most characters of an atom, as in OTP.
pub const MAX_CHARACTERS: usize = 255;
/// Most atoms that [`Atom::try_new`] lets into the table.
pub const MAX_ATOMS: usize = 65_536;
/// Most bytes of text that [`Atom::try_new`] lets into the table.
pub const MAX_BYTES: usize = 4 << 20;

struct Table {
    texts: Vec<Rc<str>>,
    numbers: QuickMap<Rc<str>, u32>,
    bytes: usize,
}

thread_local! {
    static TABLE: RefCell<Table> = RefCell::new(Table::well_known());
}

impl Table {
    fn well_known() -> Self {
        let mut table = Table { texts: Vec::new(), numbers: QuickMap::default(), bytes: 0 };
        for text in WELL_KNOWN {
            table.intern(text);
        }
        table.bytes = 0;
        table
    }

    fn intern(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let text: Rc<str> = text.into();
        self.bytes += text.len();
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        number
    }

    fn has_room_for(&self, text: &str) -> bool {
        self.texts.len() - WELL_KNOWN.len() < MAX_ATOMS && self.bytes + text.len() <= MAX_BYTES
    }
}

impl Atom {
    /// The atom of a text that the program itself chose. Text from outside goes through
    /// [`Atom::try_new`].
    #[must_use]
    pub fn new(text: &str) -> Self {
        TABLE.with_borrow_mut(|table| Atom::at(table.intern(text)))
    }

    /// The atom of a text from outside.
    ///
    /// # Errors
    /// [`AtomError::TooLong`] beyond [`MAX_CHARACTERS`], [`AtomError::TableFull`] beyond
    /// [`MAX_ATOMS`] or [`MAX_BYTES`].
    pub fn try_new(text: &str) -> Result<Self, AtomError> {
        TABLE.with_borrow_mut(|table| {
            if let Some(number) = table.numbers.get(text) {
                Ok(Atom::at(*number))
            } else if text.len() > MAX_CHARACTERS && text.chars().count() > MAX_CHARACTERS {
                Err(AtomError::TooLong)
            } else if table.has_room_for(text) {
                Ok(Atom::at(table.intern(text)))
            } else {
                Err(AtomError::TableFull)
            }
        })
    }

    const fn at(place: u32) -> Self {
        Atom(NonZero::<u32>::MIN.saturating_add(place))
    }

    fn place(self) -> usize {
        self.0.get() as usize - 1
    }

    /// The atom's text, without quotes.
    #[must_use]
    pub fn text(self) -> Rc<str> {
        TABLE.with_borrow(|table| table.texts.get(self.place()).cloned().unwrap_or_else(|| "".into()))
    }
}

impl Ord for Atom {
    fn cmp(&self, other: &Self) -> Ordering {
        if self == other {
            return Ordering::Equal;
        }
        TABLE.with_borrow(|table| table.texts.get(self.place()).cmp(&table.texts.get(other.place())))
    }
}

impl PartialOrd for Atom {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

macro_rules! well_known {
    ($($name:ident = $text:literal,)*) => {
        const WELL_KNOWN: &[&str] = &[$($text,)*];
        well_known!(@consts 0u32; $($name = $text,)*);
    };
    (@consts $n:expr; $name:ident = $text:literal, $($rest:tt)*) => {
        impl Atom {
            #[doc = concat!("`", $text, "`")]
            pub const $name: Atom = Atom::at($n);
        }
        well_known!(@consts $n + 1; $($rest)*);
    };
    (@consts $n:expr;) => {};
}

well_known! {
    HANDLE_CALL = "handle_call", HANDLE_CAST = "handle_cast", HANDLE_INFO = "handle_info",
    HANDLE_CONTINUE = "handle_continue", NONODE = "nonode@nohost", ELIXIR_GEN_SERVER = "Elixir.GenServer",
    TRUE = "true", FALSE = "false", NIL = "nil", OK = "ok", ERROR = "error", UNDEFINED = "undefined",
    EXIT = "EXIT", DOWN = "DOWN", PROCESS = "process", NORMAL = "normal", SHUTDOWN = "shutdown",
    KILL = "kill", KILLED = "killed", NOPROC = "noproc", NOCATCH = "nocatch", TIMEOUT = "timeout",
    GEN_CALL = "$gen_call", GEN_CAST = "$gen_cast", ALIAS = "alias", SYSTEM = "system",
    ACK = "ack", REPLY = "reply", NOREPLY = "noreply", STOP = "stop", IGNORE = "ignore",
    CONTINUE = "continue", HIBERNATE = "hibernate", INFINITY = "infinity",
    BAD_RETURN_VALUE = "bad_return_value", BAD_RETURN = "bad_return", BADARG = "badarg", BADMATCH = "badmatch",
    UNDEF = "undef", FUNCTION_CLAUSE = "function_clause", SYSTEM_LIMIT = "system_limit",
    ALREADY_STARTED = "already_started", ALREADY_PRESENT = "already_present", NOT_FOUND = "not_found",
    RUNNING = "running", RESTARTING = "restarting", TERMINATED = "terminated", CALLING_SELF = "calling_self",
    GEN_SERVER = "gen_server", GEN = "gen", SUPERVISOR = "supervisor", WORKER = "worker", PROC_LIB = "proc_lib",
    APPLICATION = "application", ERLANG = "erlang", SYS = "sys",
    PERMANENT = "permanent", TRANSIENT = "transient", TEMPORARY = "temporary",
    ONE_FOR_ONE = "one_for_one", ONE_FOR_ALL = "one_for_all", REST_FOR_ONE = "rest_for_one",
    SIMPLE_ONE_FOR_ONE = "simple_one_for_one", BRUTAL_KILL = "brutal_kill",
    ID = "id", START = "start", RESTART = "restart", TYPE = "type", MODULES = "modules", DYNAMIC = "dynamic",
    SIGNIFICANT = "significant", STRATEGY = "strategy", INTENSITY = "intensity", PERIOD = "period",
    AUTO_SHUTDOWN = "auto_shutdown", NEVER = "never", ANY_SIGNIFICANT = "any_significant",
    ALL_SIGNIFICANT = "all_significant", CHILD = "child", CALL = "call", TERMINATE = "terminate", INIT = "init",
    WHICH_CHILDREN = "which_children", COUNT_CHILDREN = "count_children", START_CHILD = "start_child",
    TERMINATE_CHILD = "terminate_child", RESTART_CHILD = "restart_child", DELETE_CHILD = "delete_child",
    GET_CHILDSPEC = "get_childspec", TRY_AGAIN_RESTART = "try_again_restart",
    INIT_IT = "init_it", START_LINK = "start_link", LINK = "link", UNLINK = "unlink",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_constants_name_their_texts() {
        assert_eq!(&*Atom::OK.text(), "ok");
        assert_eq!(Atom::new("shutdown"), Atom::SHUTDOWN);
        assert_eq!(&*Atom::UNLINK.text(), "unlink");
    }

    #[test]
    fn atoms_order_by_text() {
        assert!(Atom::new("zebra") > Atom::new("ant"));
        assert!(Atom::OK < Atom::TRUE);
    }

    #[test]
    fn text_from_outside_is_bounded() {
        assert_eq!(Atom::try_new(&"x".repeat(256)), Err(AtomError::TooLong));
        assert!(Atom::try_new(&"é".repeat(255)).is_ok());
    }
}
