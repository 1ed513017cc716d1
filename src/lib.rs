//! An Erlang/OTP node in a browser tab, drawn while it lives.
