//! What a process is made of, and the loop that runs them all.
//!
//! | module | holds |
//! |---|---|
//! | [`body`] | [`Body`]: the code of a process; every async block is one |
//! | [`cx`] | [`Cx`]: all that a running process may do |
//! | [`receive`] | waiting for messages |
//! | `request` | what every call begins and ends with |
//! | [`start`] | what every start begins and ends with |
//! | [`fault`] | what a serve loop does instead of its next callback |
//! | [`watch`] | monitors with options, and aliases |
//! | `info` | `process_info` |
//! | `eval` | one process from outside, and what it returns |
//! | [`module`] | the export table: what a module, function and arguments name |
//! | [`code`] | versions of modules: current, old, purged |
//! | [`runtime`] | [`Runtime`]: the only poll loop |
//!
//! ```
//! use let_it_crash::event::Mfa;
//! use let_it_crash::limits::Limits;
//! use let_it_crash::process::{Runtime, SpawnOptions};
//! use let_it_crash::term;
//! use let_it_crash::term::Atom;
//!
//! let mut node = Runtime::new(Limits::default());
//! let heard = node.eval(|cx| async move {
//!     let me = cx.me();
//!     let initial_call = Mfa { module: Atom::new("echo"), function: Atom::new("loop"), arity: 0 };
//!     let options = SpawnOptions { link: false, initial_call };
//!     let (echo, monitor) = cx.spawn_monitor(options, move |cx| async move {
//!         let message = cx.receive().await;
//!         cx.send(me, message) // and so it ends
//!     })?;
//!     cx.send(echo, term!(hello))?;
//!     let normal = term!({:"DOWN", (monitor), process, (echo), normal});
//!     Ok((cx.receive().await, cx.receive().await == normal))
//! });
//! assert_eq!(heard, Ok((term!(hello), true)));
//! ```
//!
//! Differs: of the process flags there is `trap_exit`; there is nothing that the others (priority,
//! heaps, the collection of garbage) could act on.
//!
//! Fuel is the measure of a turn. Every primitive charges it by the size of its work, every await
//! yields when it is spent; so no process holds the node, and the same run takes the same turns
//! everywhere.

pub mod body;
pub mod code;
pub mod cx;
pub mod fault;
mod eval;
mod info;
pub mod module;
pub mod receive;
pub(crate) mod request;
pub mod runtime;
mod shared;
pub mod start;
pub mod watch;

pub use crate::kernel::Dest;
pub use crate::kernel::process::Status;
pub use body::{Body, BoxBody, Turn, ViewState};
pub use cx::{Cx, SpawnOptions};
pub use module::{Begin, Export, Handover, Module, ServerCode, Then};
pub use runtime::{Budget, Info, Progress, Runtime};
pub use start::Starting;
