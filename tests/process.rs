//! The rules of processes, by name, as the reference manual states them.
//!
//! OTP: <https://www.erlang.org/docs/25/reference_manual/processes>
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "process/aliases.rs"]
mod aliases;
#[path = "process/exit_signals.rs"]
mod exit_signals;
#[path = "process/freed.rs"]
mod freed;
#[path = "process/fuel.rs"]
mod fuel;
#[path = "process/info.rs"]
mod info;
#[path = "process/limits.rs"]
mod limits;
#[path = "process/links.rs"]
mod links;
#[path = "process/monitors.rs"]
mod monitors;
#[path = "process/names.rs"]
mod names;
#[path = "process/receive.rs"]
mod receive;
#[path = "process/stage.rs"]
mod stage;
#[path = "process/suspend.rs"]
mod suspend;
#[path = "process/timers.rs"]
mod timers;
