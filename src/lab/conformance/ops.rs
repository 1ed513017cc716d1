//! The operations, by what they are about. Each runs in the executing process and gives its
//! result as a term, or raises.

pub(super) mod applications;
pub(super) mod elixir;
pub(super) mod processes;
pub(super) mod servers;
pub(super) mod supervisors;
