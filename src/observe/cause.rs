//! Why did it die: from an exit back to the first fault, moment by moment.

use std::rc::Rc;

use super::snapshot::{Happening, Moment, NodeKey, Snapshot};
use crate::term::{Atom, Pid, Term};

/// What led to an exit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// The exit first, then each moment that led to the one before it; the last is the fault
    /// that began it.
    pub moments: Vec<Rc<Moment>>,
    /// Is the first fault among them? If not, it has made room in the ring.
    pub complete: bool,
}

/// The chain behind the exit at a log position.
///
/// An exit leads to the signal that caused it, a signal through a link to the exit of its
/// sender, a signal from a supervisor to the restart (or the giving up) in whose course it was
/// sent and so to the child that failed, and an exit by a failed call to the end of the process
/// that was called.
#[must_use]
pub fn chain(seen: &Snapshot, exit: u64) -> Chain {
    let mut chain = Chain::default();
    let mut next = Some(exit);
    while let Some(seq) = next {
        let Some(moment) = seen.moment(seq) else { return chain };
        chain.moments.push(moment.clone());
        next = before(seen, moment).filter(|earlier| *earlier < seq);
    }
    chain.complete = true;
    chain
}

/// The log position of the last exit of a place, to ask [`chain`] about.
#[must_use]
pub fn last_exit(seen: &Snapshot, key: NodeKey) -> Option<u64> {
    let exit = |moment: &&Rc<Moment>| moment.key == Some(key) && matches!(moment.what, Happening::Exited { .. });
    seen.moments.iter().rev().find(exit).map(|moment| moment.seq)
}

/// The log position of what led to a moment; `None` for a first fault.
fn before(seen: &Snapshot, moment: &Moment) -> Option<u64> {
    match &moment.what {
        Happening::Exited { cause: Some(signal), .. } => Some(*signal),
        Happening::Exited { pid, reason, cause: None } => {
            gave_up(seen, moment).or_else(|| failed_call(seen, moment.seq, *pid, reason))
        }
        Happening::Signal { link: true, cause, .. } => *cause,
        Happening::Signal { link: false, from_key, .. } => restart_under_way(seen, moment.seq, (*from_key)?),
        Happening::Down { cause, .. } => *cause,
        Happening::RestartCounted { .. } | Happening::GaveUp { .. } => child_lost(seen, moment),
        Happening::ChildEnded { pid, .. } => exit_of(seen, moment.seq, *pid),
        _ => None,
    }
}

fn earlier(seen: &Snapshot, seq: u64) -> impl Iterator<Item = &Rc<Moment>> {
    seen.moments.iter().rev().skip_while(move |moment| moment.seq >= seq)
}

/// A supervisor that ended because it gave up.
fn gave_up(seen: &Snapshot, exit: &Moment) -> Option<u64> {
    let of_supervisor = |moment: &&Rc<Moment>| moment.key.is_some() && moment.key == exit.key;
    let said = |moment: &Rc<Moment>| matches!(moment.what, Happening::GaveUp { .. } | Happening::Spawned { .. });
    let last = earlier(seen, exit.seq).filter(of_supervisor).find(|moment| said(moment))?;
    matches!(last.what, Happening::GaveUp { .. }).then_some(last.seq)
}

/// A process that raised because the one it called had ended: its reason is
/// `{Reason, {Module, call, Args}}` with the reason that a monitor told it.
fn failed_call(seen: &Snapshot, seq: u64, pid: Pid, reason: &Term) -> Option<u64> {
    let why = called(reason)?;
    let told = earlier(seen, seq).find(|moment| match &moment.what {
        Happening::Down { to, reason, .. } => *to == pid && reason == why,
        _ => false,
    });
    told.map(|moment| moment.seq)
}

/// The inner reason of a failed call, within the stack of an error or without.
fn called(reason: &Term) -> Option<&Term> {
    let innermost = |reason: &Term| matches!(reason.as_tuple(), Some([Term::Atom(_), Term::Atom(Atom::CALL), _]));
    let mut reason = reason;
    loop {
        let [why, what] = reason.as_tuple_of::<2>()?;
        if innermost(what) {
            return Some(why);
        }
        reason = why;
    }
}

/// The restart in whose course a supervisor sends a signal: the last one it counted, if the
/// child that failed has not been started since; or its giving up.
fn restart_under_way(seen: &Snapshot, seq: u64, supervisor: NodeKey) -> Option<u64> {
    let mut started: Vec<NodeKey> = Vec::new();
    for moment in earlier(seen, seq).filter(|moment| moment.key == Some(supervisor)) {
        match &moment.what {
            Happening::ChildStarted { child, .. } => started.push(*child),
            Happening::GaveUp { .. } => return Some(moment.seq),
            Happening::RestartCounted { child, .. } => {
                let again = child.is_some_and(|child| started.contains(&child));
                return (!again).then_some(moment.seq);
            }
            Happening::Spawned { .. } => return None,
            _ => {}
        }
    }
    None
}

/// The end of the child for which a supervisor counted a restart or gave up.
fn child_lost(seen: &Snapshot, counted: &Moment) -> Option<u64> {
    let of_supervisor = |moment: &&Rc<Moment>| moment.key == counted.key;
    let lost = |moment: &&Rc<Moment>| matches!(moment.what, Happening::ChildEnded { by_supervisor: false, .. });
    earlier(seen, counted.seq).filter(of_supervisor).find(lost).map(|moment| moment.seq)
}

/// The log position of the exit of a process, before another.
pub(super) fn exit_of(seen: &Snapshot, seq: u64, dead: Pid) -> Option<u64> {
    let exit = |moment: &&Rc<Moment>| matches!(moment.what, Happening::Exited { pid, .. } if pid == dead);
    earlier(seen, seq).find(exit).map(|moment| moment.seq)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Entry, Event, Mfa};
    use crate::observe::model::Model;
    use crate::supervision::Flags;
    use crate::term;
    use crate::term::Ref;
    use crate::time::{Duration, Instant};

    const TOP: Pid = Pid::new(0, 0);
    const A: Pid = Pid::new(1, 1);
    const B: Pid = Pid::new(2, 2);

    fn spawned(pid: Pid, parent: Option<Pid>) -> Event {
        let initial_call = Mfa { module: Atom::new("m"), function: Atom::INIT, arity: 1 };
        Event::Spawned { pid, parent, link: true, initial_call }
    }

    fn seen(events: Vec<Event>) -> Rc<Snapshot> {
        let mut model = Model::default();
        for (seq, event) in events.into_iter().enumerate() {
            let at = Instant::BOOT + Duration::from_millis(seq as u64);
            model.apply(&Entry { seq: seq as u64, at, event });
        }
        model.snapshot(Instant::BOOT + Duration::from_secs(1))
    }

    fn positions(chain: &Chain) -> Vec<u64> {
        chain.moments.iter().map(|moment| moment.seq).collect()
    }

    #[test]
    fn an_exit_through_a_link_leads_to_the_first_fault() {
        let seen = seen(vec![
            spawned(TOP, None),
            spawned(A, Some(TOP)),
            spawned(B, Some(A)),
            Event::ExitSignal { from: TOP, to: A, reason: term!(kill), link: false, cause: None },
            Event::Exited { pid: A, reason: term!(killed), cause: Some(3) },
            Event::ExitSignal { from: A, to: B, reason: term!(killed), link: true, cause: Some(4) },
            Event::Exited { pid: B, reason: term!(killed), cause: Some(5) },
        ]);
        let chain = chain(&seen, 6);
        assert_eq!((positions(&chain), chain.complete), (vec![6, 5, 4, 3], true));
        let key = chain.moments[0].key.unwrap();
        assert_eq!(last_exit(&seen, key), Some(6));
    }

    #[test]
    fn a_sibling_stopped_for_a_restart_leads_to_the_child_that_failed() {
        let child = |pid| Event::ChildStarted { supervisor: TOP, id: Term::Pid(pid), pid };
        let ended = |pid, reason, by_supervisor| Event::ChildEnded {
            supervisor: TOP,
            id: Term::Pid(pid),
            pid,
            reason,
            by_supervisor,
        };
        let seen = seen(vec![
            spawned(TOP, None),
            Event::Supervises { pid: TOP, flags: Flags::default(), dynamic: false },
            spawned(A, Some(TOP)),
            child(A),
            spawned(B, Some(TOP)),
            child(B),
            Event::Exited { pid: A, reason: term!(boom), cause: None },
            ended(A, term!(boom), false),
            Event::RestartCounted { supervisor: TOP, id: Term::Pid(A), used: 1 },
            Event::ExitSignal { from: TOP, to: B, reason: term!(shutdown), link: false, cause: None },
            Event::Exited { pid: B, reason: term!(shutdown), cause: Some(9) },
        ]);
        assert_eq!(positions(&chain(&seen, 10)), [10, 9, 8, 7, 6]);
    }

    #[test]
    fn a_supervisor_that_gave_up_ended_for_its_child() {
        let seen = seen(vec![
            spawned(TOP, None),
            spawned(A, Some(TOP)),
            Event::ChildStarted { supervisor: TOP, id: term!(a), pid: A },
            Event::Exited { pid: A, reason: term!(boom), cause: None },
            Event::ChildEnded { supervisor: TOP, id: term!(a), pid: A, reason: term!(boom), by_supervisor: false },
            Event::GaveUp { supervisor: TOP, id: term!(a) },
            Event::Exited { pid: TOP, reason: term!(shutdown), cause: None },
        ]);
        assert_eq!(positions(&chain(&seen, 6)), [6, 5, 4, 3]);
    }

    #[test]
    fn a_failed_call_leads_to_the_process_that_was_called() {
        let reason = term!({{boom, {gen_server, call, []}}, [{m, f, 1, []}]});
        let seen = seen(vec![
            spawned(A, None),
            spawned(B, None),
            Event::Monitored { by: B, target: A, mref: Ref::new(1, 0) },
            Event::Exited { pid: A, reason: term!(boom), cause: None },
            Event::Down { from: A, to: B, mref: Ref::new(1, 0), reason: term!(boom), cause: Some(3) },
            Event::Exited { pid: B, reason, cause: None },
        ]);
        assert_eq!(positions(&chain(&seen, 5)), [5, 4, 3]);
    }

    #[test]
    fn a_forgotten_beginning_is_no_first_fault() {
        let mut events = vec![
            spawned(TOP, None),
            spawned(A, Some(TOP)),
            spawned(B, Some(A)),
            Event::Exited { pid: A, reason: term!(boom), cause: None },
            Event::ExitSignal { from: A, to: B, reason: term!(boom), link: true, cause: Some(3) },
        ];
        events.extend((0..11_000).map(|number| Event::Input { number }));
        events.push(Event::Exited { pid: B, reason: term!(boom), cause: Some(4) });
        let seen = seen(events);
        let chain = chain(&seen, 11_005);
        assert_eq!((positions(&chain), chain.complete), (vec![11_005], false));
    }
}
