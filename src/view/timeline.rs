//! Lanes in a window of time: a bar for each life, a gap for downtime, marks for exits, slanted
//! arrows for messages.

use super::scale::TimeScale;
use crate::observe::lanes::Lane;
use crate::observe::pages::Ring;
use crate::observe::snapshot::{MessageView, NodeKey};
use crate::term::Term;
use crate::time::{Duration, Instant};

use std::rc::Rc;

/// One life of a lane that the window shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Left edge in pixels.
    pub x: f64,
    /// Width in pixels.
    pub width: f64,
    /// Which incarnation.
    pub incarnation: u32,
    /// Does it still live?
    pub open: bool,
}

/// An exit that the window shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Where, in pixels.
    pub x: f64,
    /// When.
    pub at: Instant,
    /// The log position of the exit.
    pub seq: u64,
    /// Why.
    pub reason: Term,
    /// In good order?
    pub orderly: bool,
}

/// Downtime between two lives, or since the last one.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// Left edge in pixels.
    pub x: f64,
    /// Width in pixels.
    pub width: f64,
    /// Has the next life begun?
    pub repaired: bool,
}

/// A lane in a window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Lives.
    pub bars: Vec<Bar>,
    /// Downtimes.
    pub gaps: Vec<Gap>,
    /// Exits.
    pub marks: Vec<Mark>,
}

/// A lane as the window shows it. Costs the lives in the window, found by halving.
#[must_use]
pub fn row(lane: &Lane, time: &TimeScale, now: Instant) -> Row {
    let mut row = Row::default();
    let first = lane.lives.partition_point(|life| life.end.as_ref().is_some_and(|end| end.at < time.from));
    let first = first.saturating_sub(1).max(lane.lives.first());
    let mut lives = lane.lives.since(first).take_while(|life| life.from <= time.to).peekable();
    while let Some(life) = lives.next() {
        let to = life.end.as_ref().map_or(now, |end| end.at);
        if time.shows(life.from, to) {
            let (x, width) = stretch(time, life.from, to);
            row.bars.push(Bar { x, width, incarnation: life.incarnation, open: life.end.is_none() });
        }
        let Some(end) = &life.end else { continue };
        if time.shows(end.at, end.at) {
            let (x, reason) = (time.x(end.at), end.reason.clone());
            row.marks.push(Mark { x, at: end.at, seq: end.seq, reason, orderly: end.orderly });
        }
        let next = lives.peek().map(|life| life.from);
        let down_now = lane.totals.down_since.is_some();
        let Some(until) = next.or_else(|| down_now.then_some(now)).filter(|until| time.shows(end.at, *until)) else {
            continue;
        };
        let (x, width) = stretch(time, end.at, until);
        row.gaps.push(Gap { x, width, repaired: next.is_some() });
    }
    row
}

/// A stretch of time within the window: left edge and width.
fn stretch(time: &TimeScale, from: Instant, to: Instant) -> (f64, f64) {
    let (left, right) = (time.x(from.max(time.from)), time.x(to.min(time.to)));
    (left, (right - left).max(0.0))
}

/// A message from its sender's lane to its receiver's.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrow {
    /// The message's id.
    pub id: u64,
    /// Where it was sent.
    pub from: (f64, f64),
    /// Where it was received; for a message still on its way, where it is at `now`.
    pub to: (f64, f64),
    /// Has it been received?
    pub received: bool,
}

/// The newest `most` messages between lanes that the window shows. `height` gives the middle of
/// a place's lane.
#[must_use]
pub fn arrows(
    messages: &Ring<Rc<MessageView>>,
    time: &TimeScale,
    now: Instant,
    most: usize,
    height: impl Fn(NodeKey) -> Option<f64>,
) -> Vec<Arrow> {
    let behind = messages.partition_point(|message| message.sent_at <= time.to);
    let skip = usize::try_from(messages.next() - behind).unwrap_or(usize::MAX);
    let arrow = |message: &Rc<MessageView>| {
        let end = message.received_at.unwrap_or(now);
        let from = (time.x(message.sent_at), height(message.from_key?)?);
        let to = (time.x(end), height(message.to_key?)?);
        let shown = time.shows(message.sent_at, end);
        shown.then_some(Arrow { id: message.id, from, to, received: message.received_at.is_some() })
    };
    let mut arrows: Vec<Arrow> = messages.iter().rev().skip(skip).take(most * 4).filter_map(arrow).take(most).collect();
    arrows.reverse();
    arrows
}

/// The window around the last exchange: the newest messages, each sent within `gap` before the
/// next one, at most `most`. `None` if there is none.
#[must_use]
pub fn close_up(messages: &Ring<Rc<MessageView>>, gap: Duration, most: usize) -> Option<(Instant, Instant)> {
    let end = |message: &MessageView| message.received_at.unwrap_or(message.sent_at);
    let mut newest = messages.iter().rev().take(most);
    let last = newest.next()?;
    let (mut from, mut to) = (last.sent_at, end(last));
    for message in newest {
        if message.sent_at + gap < from {
            break;
        }
        from = message.sent_at;
        to = to.max(end(message));
    }
    let room = Duration((to.since(from).0 / 16).max(20));
    Some((Instant(from.0.saturating_sub(room.0)), to + room))
}

#[cfg(test)]
mod tests {
    use super::super::scale::Range;
    use super::*;
    use crate::observe::lanes::{End, Life};
    use crate::term;
    use crate::term::Pid;

    fn at(seconds: u64) -> Instant {
        Instant::BOOT + Duration::from_secs(seconds)
    }

    fn time(from: u64, to: u64) -> TimeScale {
        TimeScale { from: at(from), to: at(to), range: Range { from: 0.0, to: 10.0 * (to - from) as f64 } }
    }

    fn lane(lives: &[(u64, Option<u64>)]) -> Lane {
        let mut lane = Lane::new(NodeKey::default(), term!(fib), 64);
        for (incarnation, (from, to)) in (1..).zip(lives) {
            let end = to.map(|to| End { at: at(to), seq: to, reason: term!(boom), orderly: false });
            lane.totals.down_since = to.map(at);
            lane.lives.push(Life { incarnation, pid: None, from: at(*from), end });
        }
        lane
    }

    #[test]
    fn lives_are_bars_and_downtime_is_a_gap() {
        let row = row(&lane(&[(1, Some(4)), (6, None)]), &time(0, 10), at(8));
        let bar = |x, width, incarnation, open| Bar { x, width, incarnation, open };
        assert_eq!(row.bars, [bar(10.0, 30.0, 1, false), bar(60.0, 20.0, 2, true)]);
        assert_eq!(row.gaps, [Gap { x: 40.0, width: 20.0, repaired: true }]);
        assert_eq!(row.marks.iter().map(|mark| (mark.x, mark.seq)).collect::<Vec<_>>(), [(40.0, 4)]);
    }

    #[test]
    fn a_window_cuts_what_reaches_beyond_it() {
        let lane = lane(&[(1, Some(4)), (6, Some(12)), (14, Some(20))]);
        let row = row(&lane, &time(5, 13), at(30));
        assert_eq!(row.bars.iter().map(|bar| (bar.x, bar.width)).collect::<Vec<_>>(), [(10.0, 60.0)]);
        assert_eq!(row.gaps.iter().map(|gap| (gap.x, gap.width)).collect::<Vec<_>>(), [(0.0, 10.0), (70.0, 10.0)]);
    }

    #[test]
    fn an_outage_lasts_until_now() {
        let row = row(&lane(&[(1, Some(4))]), &time(0, 10), at(9));
        assert_eq!(row.gaps, [Gap { x: 40.0, width: 50.0, repaired: false }]);
    }

    #[test]
    fn a_close_up_holds_the_last_exchange() {
        let message = |id, sent: u64, received: Option<u64>| {
            Rc::new(MessageView {
                id,
                seq: id,
                from: Pid::new(0, 0),
                from_key: None,
                to: Pid::new(1, 1),
                to_key: None,
                message: term!(hello),
                sent_at: Instant(sent),
                received_at: received.map(Instant),
            })
        };
        let messages: Ring<_> =
            [message(1, 10, Some(20)), message(2, 10_000, Some(10_200)), message(3, 10_250, Some(10_320))]
                .into_iter()
                .collect();
        assert_eq!(close_up(&messages, Duration(500), 12), Some((Instant(9_980), Instant(10_340))));
        // Each of them to the next one: the first lies further than that before the last.
        assert_eq!(close_up(&messages, Duration(9_995), 12), Some((Instant(0), Instant(10_964))));
        assert_eq!(close_up(&messages, Duration(500), 1), Some((Instant(10_230), Instant(10_340))));
        assert_eq!(close_up(&Ring::default(), Duration(500), 12), None);
    }

    #[test]
    fn messages_slant_from_send_to_receive() {
        let (a, b) = (NodeKey::new(0, 0), NodeKey::new(1, 0));
        let message = |id, sent: u64, received: Option<u64>, to_key| {
            Rc::new(MessageView {
                id,
                seq: id,
                from: Pid::new(0, 0),
                from_key: Some(a),
                to: Pid::new(1, 1),
                to_key,
                message: term!(hello),
                sent_at: at(sent),
                received_at: received.map(at),
            })
        };
        let messages: Ring<_> =
            [message(1, 1, Some(2), Some(b)), message(2, 3, None, Some(b)), message(3, 4, Some(5), None)]
                .into_iter()
                .collect();
        let height = |key: NodeKey| Some(if key == a { 5.0 } else { 25.0 });
        let arrows = arrows(&messages, &time(0, 10), at(6), 100, height);
        let arrow = |id, from, to, received| Arrow { id, from: (from, 5.0), to: (to, 25.0), received };
        assert_eq!(arrows, [arrow(1, 10.0, 20.0, true), arrow(2, 30.0, 60.0, false)]);
    }
}
