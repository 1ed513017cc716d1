//! An Erlang/OTP node in a browser tab, drawn while it lives.
pub mod exit;
pub mod term;
pub mod time;
