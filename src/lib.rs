//! An Erlang/OTP node in a browser tab, drawn while it lives.
#![allow(missing_docs)]
pub mod event;
pub mod exit;
pub mod limits;
pub mod supervision;
pub mod term;
pub mod time;
