//! An Erlang/OTP node in a browser tab, drawn while it lives.
//!
//! A single-threaded cooperative scheduler with Erlang's process semantics runs a real OTP
//! application (spec, controller, supervision tree, servers); a page draws the living tree, and a
//! reader can crash any process and watch it heal. Everything but the page is plain Rust, tested
//! natively against traces recorded from real Erlang/OTP.
//!
//! # Bird's eye
//!
//! ```text
//!   a reader's click                                          what the reader sees
//!        │ Command                                                  ▲ Rc<Snapshot>
//! ┌──────▼──────────────────────── session ─────────────────────────┴─────────────┐
//! │ inputs, pace, replay                              observe: log → model         │
//! │      │                                                        ▲               │
//! │ ┌────▼───────── process::Runtime (the only poll loop) ────────┴─────────────┐ │
//! │ │ otp, seq: code of processes  ──Cx──▶  kernel: table, signals, mailboxes,  │ │
//! │ │                                       links, monitors, timers, names, log │ │
//! │ └───────────────────────────────────────────────────────────────────────────┘ │
//! └───────────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! Three facts decide everything:
//!
//! 1. **A crash is a value.** A callback returns `Result<_, `[`exit::Raise`]`>`, and `?` is
//!    propagation. Nothing that a simulated process does unwinds the host.
//! 2. **No wakers.** Only the kernel makes a process runnable, by a signal or a timer. So the same
//!    seed and the same inputs give the same run, natively and in wasm.
//! 3. **One ordered event log feeds everything**: tree, charts, timelines, tests and replay.
//!
//! # The layers, in reading order
//!
//! | module | holds | may use |
//! |---|---|---|
//! | [`mod@term`], [`exit`], [`time`], [`limits`] | values: terms, exit reasons, virtual time, bounds | nothing |
//! | [`supervision`] | the rules of supervision, pure | values |
//! | [`event`] | the vocabulary of everything observable | the above |
//! | [`kernel`] | processes as data: signals, mailboxes, timers, the log | the above |
//! | [`process`] | bodies, fuel, [`process::Cx`], the poll loop | the above |
//! | [`otp`] | behaviours and applications, as protocols between processes | the above |
//! | [`seq`] | the example application: sequence servers | the above |
//! | [`observe`] | log → model → snapshot | values, `supervision`, `event` |
//! | [`view`] | geometry: places on a plane, no pixels | `observe` and what it uses |
//! | [`session`] | node + model + inputs + pace: all but the web | all above |
//! | `lab` | instruments: scenario runner, simulator (feature `lab`) | all above |
//! | `ui`, `embed` | the page and the custom element (feature `ui`) | `session`, `view` |
//! | `src/main.rs` | the binary `app`: what Trunk builds | `embed` |
//!
//! `tests/layers.rs` holds this table against the code; leaving the feature `ui` out holds the
//! web below it.
//!
//! # What never happens
//!
//! - The kernel has no clock, and no code of a process runs while it is borrowed.
//! - `observe` never sees the kernel: a snapshot can be rebuilt from the log alone.
//! - Only `ui` and `embed` know the DOM; only [`process::Runtime`] polls; only [`session`] runs the
//!   page's node.
//! - Every [`event::Event`] is made in one place.
//! - Nothing iterates over a `HashMap`; there is no wall clock and no randomness below `ui`.
//! - No term is a Rust closure; code is named as module, function, arguments and found in the
//!   export table ([`process::module`]).
//! - Every bound is in [`limits::Limits`]; no text from outside can panic, hang or grow the page.
//!
//! # Three paths
//!
//! **A send**, down: [`seq::server::next`] hides the protocol → [`otp::gen_server::call`] makes
//! `{:"$gen_call", {pid, tag}, request}` and a monitor → [`process::Cx::send`] charges fuel →
//! [`kernel::signal`] → [`kernel::mailbox`]. And up: the woken server's serve loop takes it out →
//! its `handle_call`.
//!
//! **A crash to a pixel**: `handle_call` returns `Err` → the runtime sees the body end →
//! [`kernel::teardown`] releases the name and sends exit and down signals → the supervisor takes
//! `{:EXIT, pid, reason}` → [`supervision`] decides → the child's start function is called → each
//! step is an event → [`observe::model`] → [`observe::snapshot`] → `ui` draws.
//!
//! **A click**: a button dispatches a [`session::Command`] → it is logged with the turn and time
//! at which it enters → a client process inside the node does it, as a real client would.

pub mod term;
pub mod exit;
pub mod time;
pub mod limits;
pub mod supervision;
pub mod event;

pub mod kernel;
pub mod process;

pub mod otp;
pub mod seq;

pub mod observe;
pub mod view;

pub mod session;
#[cfg(feature = "lab")]
pub mod lab;

#[cfg(feature = "ui")]
pub mod ui;

#[cfg(feature = "ui")]
mod embed;
