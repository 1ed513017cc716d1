//! What is kept over time: lanes, series, log lines, messages, calls.

use std::rc::Rc;

use super::applications::in_good_order;
use super::tree::put;
use super::{Model, Stamp};
use crate::event::{ClientCall, Level, Report, Telemetry};
use crate::observe::lanes::Lane;
use crate::observe::report;
use crate::observe::series::Series;
use crate::observe::snapshot::{ApplicationState, CallView, LogLine, MessageView, NodeKey};
use crate::observe::spans::Part;
use crate::term::{Atom, Pid, Term};
use crate::time::Instant;

impl Model {
    fn lane_mut(&mut self, key: NodeKey) -> Option<&mut Lane> {
        self.shown.lane(key)?;
        self.shown.lanes.get_mut(key.slot())?.as_mut().map(Rc::make_mut)
    }

    fn new_lane(&mut self, key: NodeKey, name: Term) {
        if self.shown.lane(key).is_none() {
            let lane = Lane::new(key, name, self.bounds.lives);
            put(&mut self.shown.lanes, key.slot(), Some(Rc::new(lane)));
        }
    }

    /// A supervised child's process began; says it once for each process.
    pub(super) fn life_began(&mut self, key: NodeKey) {
        let Some(node) = self.shown.node(key) else { return };
        let (Some(child), Some(process)) = (&node.child, &node.process) else { return };
        let pid = Some(process.pid);
        let begun = self.shown.lane(key).and_then(|lane| lane.lives.last()).is_some_and(|life| life.pid == pid);
        if begun || process.exit.is_some() {
            return;
        }
        let (name, incarnation, at) = (child.info.id.clone(), node.incarnation, process.started_at);
        self.new_lane(key, name);
        self.lane_up(key, at);
        if let Some(lane) = self.lane_mut(key) {
            lane.begin(at, incarnation, pid);
        }
    }

    pub(super) fn life_ended(&mut self, key: NodeKey, stamp: Stamp, reason: &Term, orderly: bool) {
        let Some(lane) = self.lane_mut(key) else { return };
        lane.end(stamp.at, stamp.seq, reason.clone(), orderly);
        if !orderly {
            self.lane_down(key, stamp.at);
        }
    }

    /// A place is down by a failure; says it once for each outage.
    #[inline(never)]
    pub(super) fn lane_down(&mut self, key: NodeKey, at: Instant) {
        if self.lane_mut(key).is_some_and(|lane| lane.fail(at)) {
            self.application_impaired(key, at);
        }
    }

    fn lane_up(&mut self, key: NodeKey, at: Instant) {
        if self.lane_mut(key).is_some_and(|lane| lane.repair(at)) {
            self.application_restored(key, at);
        }
    }

    /// A place will not come back: its outage ends without a repair.
    #[inline(never)]
    pub(super) fn lane_closed(&mut self, key: NodeKey, at: Instant) {
        if self.lane_mut(key).is_some_and(|lane| lane.close(at)) {
            self.application_restored(key, at);
        }
    }

    #[inline(never)]
    fn application_impaired(&mut self, key: NodeKey, at: Instant) {
        let Some(name) = self.shown.node(key).and_then(|node| node.application) else { return };
        let mut count = 0;
        self.down.update(name, |down| {
            *down += 1;
            count = *down;
        });
        if count == 1
            && let Some(lane) = self.running_application_lane(name)
        {
            lane.fail(at);
        }
    }

    #[inline(never)]
    fn application_restored(&mut self, key: NodeKey, at: Instant) {
        let Some(name) = self.shown.node(key).and_then(|node| node.application) else { return };
        let Some(count) = self.down.get_mut(&name) else { return };
        *count = count.saturating_sub(1);
        if *count == 0
            && let Some(lane) = self.running_application_lane(name)
        {
            lane.repair(at);
        }
    }

    fn running_application_lane(&mut self, name: Atom) -> Option<&mut Lane> {
        let view = self.shown.application(name)?;
        let key = view.key;
        matches!(view.state, ApplicationState::Started).then(|| self.lane_mut(key)).flatten()
    }

    /// An application is up while it is started and no child of it is down by a failure.
    pub(super) fn application_lane(
        &mut self,
        key: NodeKey,
        name: Atom,
        stamp: Stamp,
        state: ApplicationState,
        reason: Option<&Term>,
        master: Option<Pid>,
    ) {
        match state {
            ApplicationState::Started => {
                self.new_lane(key, name.into());
                self.down.remove(&name);
                let runs = self.lane_mut(key).map_or(0, |lane| lane.lives.next());
                if let Some(lane) = self.lane_mut(key) {
                    lane.repair(stamp.at);
                    lane.begin(stamp.at, u32::try_from(runs + 1).unwrap_or(u32::MAX), master);
                }
            }
            ApplicationState::Stopped => {
                self.down.remove(&name);
                let (Some(reason), Some(lane)) = (reason, self.lane_mut(key)) else { return };
                let orderly = in_good_order(reason);
                lane.end(stamp.at, stamp.seq, reason.clone(), orderly);
                if orderly {
                    lane.close(stamp.at);
                } else {
                    lane.fail(stamp.at);
                }
            }
            _ => {}
        }
    }

    #[inline(never)]
    pub(super) fn telemetry(&mut self, stamp: Stamp, pid: Pid, event: &Telemetry) {
        let Some(part) = Part::of_next(&event.name) else { return };
        let Some(key) = self.shown.key_of(pid) else { return };
        if self.shown.series_of(key).is_none() {
            let series = Series::new(key, self.label(key, pid), self.bounds.points);
            put(&mut self.shown.series, key.slot(), Some(Rc::new(series)));
        }
        let Some(series) = self.series_mut(key) else { return };
        series.spans.note(part, &event.measurements, &event.metadata);
        if part == Part::Stop
            && let Some(value) = event.metadata.map_get(&Term::atom("value"))
        {
            series.record(stamp.at, stamp.seq, value);
        }
    }

    fn series_mut(&mut self, key: NodeKey) -> Option<&mut Series> {
        self.shown.series_of(key)?;
        self.shown.series.get_mut(key.slot())?.as_mut().map(Rc::make_mut)
    }

    fn label(&self, key: NodeKey, pid: Pid) -> Term {
        let node = self.shown.node(key);
        let name = self.shown.process(pid).and_then(|process| process.name).map(Term::from);
        let id = node.and_then(|node| node.child.as_ref()).map(|child| child.info.id.clone());
        name.or(id.filter(|id| !id.is_atom(Atom::UNDEFINED))).unwrap_or(Term::Pid(pid))
    }

    #[inline(never)]
    pub(super) fn state_lost(&mut self, key: NodeKey, stamp: Stamp, reason: &Term, orderly: bool) {
        if let Some(series) = self.series_mut(key) {
            series.break_off(stamp.at, stamp.seq, reason.clone(), orderly);
        }
    }

    pub(super) fn reported(&mut self, stamp: Stamp, pid: Pid, report: &Rc<Report>) {
        match report.level {
            Level::Error => self.shown.counts.errors += 1,
            Level::Warning => self.shown.counts.warnings += 1,
            _ => {}
        }
        let key = self.place_of(pid);
        let about = report::child(report).and_then(|child| self.place_of(child)).or(key);
        let line = LogLine { seq: stamp.seq, at: stamp.at, pid, key, about, report: report.clone() };
        self.shown.log.push(Rc::new(line));
    }

    #[inline(never)]
    pub(super) fn sent(&mut self, stamp: Stamp, id: u64, from: Pid, to: Pid, message: &Term) {
        self.shown.counts.messages += 1;
        let view = MessageView {
            id,
            seq: stamp.seq,
            from,
            from_key: self.place_of(from),
            to,
            to_key: self.place_of(to),
            message: message.clone(),
            sent_at: stamp.at,
            received_at: None,
        };
        self.shown.messages.push(Rc::new(view));
    }

    /// Ids grow with time, so the message is found by halving.
    #[inline(never)]
    pub(super) fn received(&mut self, stamp: Stamp, id: u64) {
        let at = self.shown.messages.partition_point(|message| message.id < id);
        if self.shown.messages.get(at).is_some_and(|message| message.id == id)
            && let Some(message) = self.shown.messages.get_mut(at)
        {
            Rc::make_mut(message).received_at = Some(stamp.at);
        }
    }

    #[inline(never)]
    pub(super) fn call_ended(&mut self, stamp: Stamp, client: Pid, call: &ClientCall) {
        let ClientCall { target, request, outcome, took } = call;
        match outcome {
            Ok(_) => self.shown.counts.calls += 1,
            Err(_) => self.shown.counts.failed_calls += 1,
        }
        self.upgrade_ended(target, request, outcome);
        let key = self.place_called(target);
        let (request, outcome) = (request.clone(), outcome.clone());
        let target = target.clone();
        let view = CallView { seq: stamp.seq, at: stamp.at, client, target, key, request, outcome, took: *took };
        self.shown.calls.push(Rc::new(view));
    }

    /// The place of whom a call was for: a pid, or a name. It may have died meanwhile.
    fn place_called(&self, target: &Term) -> Option<NodeKey> {
        let Some(name) = target.as_atom() else { return self.place_of(target.as_pid()?) };
        self.registered.get(&name).copied()
    }
}
