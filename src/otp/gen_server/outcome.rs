//! What a callback's outcome means to the serve loop.

use crate::exit::Raise;
use crate::term::{Atom, Term};
use crate::time::Duration;

use super::server::{Callback, Outcome, Server};
use super::{Next, Reply};

/// What the serve loop does after a callback.
pub(super) enum Flow {
    /// Goes on; in `handle_call` with the reply, if there is one.
    Go { reply: Option<Term>, next: Next },
    /// Ends; with the reply that is sent after `terminate`.
    End { raise: Raise, reply: Option<Term> },
}

/// The rows of the table of returns. A raw return carries a new state, which `server` adopts.
pub(super) fn flow(callback: Callback, outcome: Outcome, server: &dyn Server) -> Flow {
    match outcome {
        Ok(Reply::Reply(value, next)) if callback == Callback::Call => Flow::Go { reply: Some(value), next },
        Ok(Reply::NoReply(next)) => Flow::Go { reply: None, next },
        Ok(Reply::Stop(reason)) => Flow::End { raise: Raise::exit(reason), reply: None },
        Ok(Reply::StopReply(reason, value)) if callback == Callback::Call => {
            Flow::End { raise: Raise::exit(reason), reply: Some(value) }
        }
        Ok(Reply::Reply(value, _)) => bad_return(Term::tuple([Atom::REPLY.into(), value])),
        Ok(Reply::StopReply(reason, value)) => bad_return(Term::tuple([Atom::STOP.into(), reason, value])),
        Ok(Reply::Raw(term)) => raw(callback, term, server),
        Err(raise) => match raise.into_thrown() {
            Ok(thrown) => raw(callback, thrown, server),
            Err(raise) => Flow::End { raise, reply: None },
        },
    }
}

fn bad_return(term: Term) -> Flow {
    Flow::End { raise: Raise::exit(Term::tuple([Atom::BAD_RETURN_VALUE.into(), term])), reply: None }
}

/// A term that a callback returned as it is.
fn raw(callback: Callback, term: Term, server: &dyn Server) -> Flow {
    let call = callback == Callback::Call;
    let (flow, state) = match term.as_tuple() {
        Some([Term::Atom(Atom::NOREPLY), state]) => (Flow::Go { reply: None, next: Next::Wait }, state),
        Some([Term::Atom(Atom::NOREPLY), state, next]) => match decode_next(next) {
            Some(next) => (Flow::Go { reply: None, next }, state),
            None => return bad_return(term),
        },
        Some([Term::Atom(Atom::REPLY), value, state]) if call => {
            (Flow::Go { reply: Some(value.clone()), next: Next::Wait }, state)
        }
        Some([Term::Atom(Atom::REPLY), value, state, next]) if call => match decode_next(next) {
            Some(next) => (Flow::Go { reply: Some(value.clone()), next }, state),
            None => return bad_return(term),
        },
        Some([Term::Atom(Atom::STOP), reason, state]) => {
            (Flow::End { raise: Raise::exit(reason.clone()), reply: None }, state)
        }
        Some([Term::Atom(Atom::STOP), reason, value, state]) if call => {
            (Flow::End { raise: Raise::exit(reason.clone()), reply: Some(value.clone()) }, state)
        }
        _ => return bad_return(term),
    };
    // A state that this server cannot hold leaves the old one: a Rust server has no other.
    let _ = server.adopt(state.clone());
    flow
}

/// `Timeout | infinity | hibernate | {continue, Argument}`
pub(super) fn decode_next(next: &Term) -> Option<Next> {
    match (next, next.as_tuple()) {
        (Term::Int(millis), _) => u64::try_from(*millis).ok().map(|ms| Next::Timeout(Duration::from_millis(ms))),
        (Term::Atom(Atom::INFINITY), _) => Some(Next::Wait),
        (Term::Atom(Atom::HIBERNATE), _) => Some(Next::Hibernate),
        (_, Some([Term::Atom(Atom::CONTINUE), argument])) => Some(Next::Continue(argument.clone())),
        _ => None,
    }
}
