//! An Erlang/OTP node in a browser tab, drawn while it lives.

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
