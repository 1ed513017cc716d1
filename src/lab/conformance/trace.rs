//! Traces, and when two are the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use super::Malformed;

/// An event: `[kind, subject, ...]`, texts and integers.
pub type Event = Vec<Value>;

/// The events between a step and the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The events, in order.
    pub events: Vec<Event>,
    /// Pairs of positions in `events` that OTP does not order.
    pub loose: BTreeSet<(usize, usize)>,
}

/// Where a trace first differs from the recorded one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The step, from 0.
    pub step: usize,
    /// In words.
    pub what: String,
    /// The recorded events of the step; `None` if there is no such step.
    pub expected: Option<Vec<Event>>,
    /// Our events of the step.
    pub got: Option<Vec<Event>>,
}

impl Step {
    pub(super) fn read(value: &Value) -> Result<Step, Malformed> {
        let malformed = || Malformed(format!("{value} is no step of a trace"));
        let events = value.get("events").and_then(Value::as_array).ok_or_else(malformed)?;
        let events = events.iter().map(|event| event.as_array().cloned()).collect::<Option<Vec<_>>>();
        let pair = |pair: &Value| {
            let at = |n: usize| pair.get(n)?.as_u64().and_then(|at| usize::try_from(at).ok());
            Some((at(0)?, at(1)?))
        };
        let loose = match value.get("loose") {
            None => Some(BTreeSet::new()),
            Some(pairs) => pairs.as_array().and_then(|pairs| pairs.iter().map(pair).collect()),
        };
        Ok(Step { events: events.ok_or_else(malformed)?, loose: loose.ok_or_else(malformed)? })
    }

    /// Does `got` show this step? Says what is wrong if not.
    ///
    /// The events have to be the same, each subject's in the same order, and every pair that is
    /// not loose in the recorded order.
    fn difference(&self, got: &[Event]) -> Option<String> {
        let (expected, got) = (keyed(&self.events), keyed(got));
        let positions: BTreeMap<&Keyed, usize> = got.iter().enumerate().map(|(at, key)| (key, at)).collect();
        if let Some(absent) = expected.iter().find(|key| !positions.contains_key(key)) {
            return Some(format!("missing {absent}"));
        }
        let wanted: BTreeSet<&Keyed> = expected.iter().collect();
        if let Some(extra) = got.iter().find(|key| !wanted.contains(key)) {
            return Some(format!("unexpected {extra}"));
        }
        let placed: Vec<_> = expected.iter().filter_map(|key| Some((key, *positions.get(key)?))).collect();
        let pairs = placed.iter().enumerate().flat_map(|(i, a)| {
            let later = placed.iter().enumerate().skip(i + 1);
            later.map(move |(j, b)| ((i, j), a, b))
        });
        pairs
            .filter(|(places, a, b)| a.1 > b.1 && !self.loose.contains(places))
            .map(|(_, a, b)| format!("{} has to come before {}", a.0, b.0))
            .next()
    }
}

/// The first difference between a recorded trace and ours.
#[must_use]
pub fn compare(expected: &[Step], got: &[Vec<Event>]) -> Option<Difference> {
    (0..expected.len().max(got.len())).find_map(|step| {
        let (wanted, ours) = (expected.get(step), got.get(step));
        let what = match (wanted, ours) {
            (Some(wanted), Some(ours)) => wanted.difference(ours)?,
            (Some(_), None) => "the trace ends before this step".to_owned(),
            (None, _) => "the trace should have ended before this step".to_owned(),
        };
        let expected = wanted.map(|wanted| wanted.events.clone());
        Some(Difference { step, what, expected, got: ours.cloned() })
    })
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |events: &Option<Vec<Event>>| events.as_ref().map_or("nothing".to_owned(), |events| text(events));
        write!(f, "step {}: {}", self.step, self.what)?;
        write!(f, "\n    expected {}\n    got      {}", show(&self.expected), show(&self.got))
    }
}

fn text(events: &[Event]) -> String {
    Value::from(events.iter().cloned().map(Value::from).collect::<Vec<_>>()).to_string()
}

/// An event with its place among its subject's events: what it is recognised by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Keyed {
    event: String,
    place: usize,
}

impl fmt::Display for Keyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.event)
    }
}

fn keyed(events: &[Event]) -> Vec<Keyed> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut key = |event: &Event| {
        let subject = event.get(1).map(Value::to_string).unwrap_or_default();
        let count = counts.entry(subject).or_default();
        *count += 1;
        Keyed { event: Value::from(event.clone()).to_string(), place: *count }
    };
    events.iter().map(&mut key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(json: &str) -> Step {
        Step::read(&serde_json::from_str(json).unwrap()).unwrap()
    }

    fn events(json: &str) -> Vec<Event> {
        step(&format!("{{\"events\":{json}}}")).events
    }

    const OPEN: &str = r##"{"events":[["down","#a.1","x"],["init","#a.2","[]"],["msg","#b.1","m"]],"loose":[[1,2]]}"##;

    #[test]
    fn the_recorded_order_is_the_same() {
        assert_eq!(step(OPEN).difference(&step(OPEN).events), None);
    }

    #[test]
    fn a_loose_pair_may_come_the_other_way() {
        let swapped = events(r##"[["down","#a.1","x"],["msg","#b.1","m"],["init","#a.2","[]"]]"##);
        assert_eq!(step(OPEN).difference(&swapped), None);
    }

    #[test]
    fn a_pair_that_is_not_listed_keeps_its_order() {
        let early = events(r##"[["msg","#b.1","m"],["down","#a.1","x"],["init","#a.2","[]"]]"##);
        assert!(step(OPEN).difference(&early).is_some());
    }

    #[test]
    fn an_event_that_is_missing_or_changed_differs() {
        assert!(step(OPEN).difference(&events(r##"[["down","#a.1","x"],["init","#a.2","[]"]]"##)).is_some());
        assert!(compare(&[step(OPEN)], &[]).is_some());
        assert!(compare(&[], &[Vec::new()]).is_some());
    }

    #[test]
    fn equal_events_of_a_subject_are_told_apart_by_their_place() {
        let twice = step(r##"{"events":[["msg","#a.1","m"],["msg","#a.1","m"]]}"##);
        assert!(twice.difference(&events(r##"[["msg","#a.1","m"]]"##)).is_some());
        assert_eq!(twice.difference(&twice.events), None);
    }
}
