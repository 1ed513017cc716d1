//! Rules of Elixir's behaviours that are cheap to state in Rust.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "otp_elixir/agent.rs"]
mod agent;
#[path = "otp_elixir/dynamic_supervisor.rs"]
mod dynamic_supervisor;
#[path = "otp_elixir/registry.rs"]
mod registry;
#[path = "otp_elixir/names.rs"]
mod names;
#[path = "otp_elixir/sys.rs"]
mod sys;
#[path = "otp_elixir/support.rs"]
mod support;
#[path = "otp_elixir/task.rs"]
mod task;
#[path = "otp_elixir/telemetry.rs"]
mod telemetry;
