//! An Erlang/OTP node in a browser tab, drawn while it lives.
pub mod event;
pub mod exit;
pub mod limits;
pub mod observe;
pub mod supervision;
pub mod term;
pub mod time;
