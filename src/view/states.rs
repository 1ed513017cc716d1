//! What a state looks like: the name of a CSS class and a glyph, so that no state is told by
//! colour alone.

use crate::observe::snapshot::{ApplicationState, State};

/// The CSS class of a state.
#[must_use]
pub const fn class(state: State) -> &'static str {
    match state {
        State::Waiting => "waiting",
        State::Starting => "starting",
        State::Running => "running",
        State::Suspended => "suspended",
        State::Restarting => "restarting",
        State::Crashed => "crashed",
        State::Exited => "exited",
        State::GaveUp => "gave-up",
    }
}

/// The glyph of a state.
#[must_use]
pub const fn glyph(state: State) -> &'static str {
    match state {
        State::Waiting => "◐",
        State::Starting | State::Restarting => "↻",
        State::Running => "●",
        State::Suspended => "◉",
        State::Crashed => "✕",
        State::Exited => "○",
        State::GaveUp => "⚠",
    }
}

/// The state that an application's state looks like.
#[must_use]
pub const fn of_application(state: ApplicationState) -> State {
    match state {
        ApplicationState::Loaded | ApplicationState::Unloaded => State::Waiting,
        ApplicationState::Starting => State::Starting,
        ApplicationState::Started => State::Running,
        ApplicationState::Stopping => State::Restarting,
        ApplicationState::Stopped => State::Exited,
        ApplicationState::StartFailed => State::Crashed,
    }
}
