//! Erlang terms: what processes are made of, send to each other and die of.
//!
//! A [`Term`] is a small value of 16 bytes that is cheap to clone:
//! compound terms are shared by [`Rc`], so a send never copies. Every compound node caches
//! its size in words and its depth, so that fuel, mailbox bounds and the choice between plain
//! recursion and an explicit stack cost nothing to decide.
//!
//! | module | holds |
//! |---|---|
//! | [`atom`] | interned names and the table of well-known ones |
//! | [`pid`] | [`Pid`] and [`Ref`] |
//! | `node` | the shared node of a compound term, dropped without recursion |
//! | `build` | constructors |
//! | `view` | what is inside: accessors and list iteration |
//! | `order` | Erlang's term order and equality |
//! | `hash` | a feed of bytes that is the same for equal terms on every platform |
//! | `quick` | hash maps for small keys |
//! | [`ordered`] | ordered maps |
//! | [`number`], [`float`] | integers without end; floats as text |
//! | [`mod@inspect`] | terms in Elixir notation |
//! | [`erlang`] | terms as Erlang text: parser and printer |
//! | [`convert`] | `term!`, and terms to and from Rust values |

#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) mod arbitrary;
pub mod atom;
mod build;
pub mod convert;
pub mod erlang;
pub mod float;
mod hash;
pub mod inspect;
mod node;
pub mod number;
mod order;
pub mod ordered;
pub mod pid;
pub(crate) mod quick;
mod text;
mod view;

use std::rc::Rc;

pub use atom::Atom;
pub use build::Elements;
pub use convert::{FromTerm, IntoTerm, Mismatch};
pub use inspect::inspect;
pub use node::{Node, Pair};
pub use num_bigint::BigInt;
pub use ordered::Ordered;
pub use pid::{Pid, Ref};
pub use view::ListIter;

/// An Erlang term.
///
/// Match on the leaf variants freely; read compound terms through the accessors
/// ([`Term::as_tuple`], [`Term::iter`], [`Term::map_get`], ...), which hide how they are stored.
/// An integer that fits in 64 bits is always `Int`, never `Big`.
///
/// OTP: <https://www.erlang.org/docs/25/reference_manual/data_types>
// A tag of a whole word moves as one word; a byte would move with what stands beside it, in pieces.
#[derive(Clone, Default)]
#[repr(u64)]
pub enum Term {
    /// The empty list `[]`.
    #[default]
    Nil,
    /// An integer of 64 bits.
    Int(i64),
    /// An integer beyond 64 bits.
    Big(Rc<BigInt>),
    /// A float; never NaN nor infinite.
    Float(f64),
    /// An atom.
    Atom(Atom),
    /// A reference.
    Ref(Ref),
    /// A function as data: module, name, arity, captured terms.
    Fun(Rc<Node<Fun>>),
    /// A process identifier.
    Pid(Pid),
    /// A tuple of two elements.
    Tuple2(Rc<Node<[Term; 2]>>),
    /// A tuple of three elements.
    Tuple3(Rc<Node<[Term; 3]>>),
    /// A tuple of four elements.
    Tuple4(Rc<Node<[Term; 4]>>),
    /// A tuple of five elements.
    Tuple5(Rc<Node<[Term; 5]>>),
    /// A tuple of any other number of elements.
    Tuple(Rc<Node<Vec<Term>>>),
    /// A map: pairs in key order.
    Map(Rc<Node<Vec<(Term, Term)>>>),
    /// A cell of a list, proper or not.
    List(Rc<Node<Pair>>),
    /// A binary (always whole bytes).
    Binary(Rc<Box<[u8]>>),
}

/// A function as data. It names exported code; there is never a Rust closure in a term.
#[derive(Clone)]
pub struct Fun {
    /// The module that holds the code.
    pub module: Atom,
    /// The function's name in that module.
    pub name: Atom,
    /// How many arguments a caller passes.
    pub arity: u8,
    /// Terms captured when the function was made; passed behind the caller's arguments.
    pub env: Vec<Term>,
}

/// Every message, every element of a list and every slot of a process pays for these bytes. So no
/// pointer in a term is more than a word: the tag tells the length of a common tuple.
const _: () = assert!(size_of::<Term>() <= 16);
