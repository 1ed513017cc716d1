//! What a run of chaos has cost: two snapshots, from its begin and its end, taken from each other.

use super::lanes::{Availability, Lane};
use super::snapshot::{NodeKey, Snapshot};
use crate::term::Term;
use crate::time::{Duration, Instant};

/// The most rows of a report, and the most places looked through for them.
const MOST: usize = 200;
const SEARCHED: usize = 2_000;

/// What happened between two moments.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// When chaos began.
    pub from: Instant,
    /// When it ended, or now.
    pub to: Instant,
    /// Exits by a fault or a kill, in the whole node.
    pub crashes: u64,
    /// Restarts that supervisors counted, in the whole node.
    pub restarts: u64,
    /// Supervisors that gave up.
    pub gave_up: u64,
    /// The application, then its supervised children in the order of its tree.
    pub rows: Vec<Row>,
}

/// What it cost one child.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its place.
    pub key: NodeKey,
    /// Child id or application name.
    pub name: Term,
    /// Time spent up.
    pub up: Duration,
    /// MTBF, MTTR, availability and failures of this time alone.
    pub measured: Availability,
    /// Processes that began here in place of another, whoever had failed.
    pub restarts: u64,
    /// Positions in its sequence that went with its processes; `None` for what has none.
    pub lost: Option<u64>,
}

/// What happened to an application from one snapshot to a later one of the same node.
#[must_use]
pub fn report(began: &Snapshot, ended: &Snapshot, application: &str) -> Report {
    let lanes = ended.places_of(application, SEARCHED).into_iter().filter_map(|node| ended.lane(node.key));
    let rows = lanes.take(MOST).map(|lane| row(began, ended, lane)).collect();
    let (before, after) = (began.counts, ended.counts);
    Report {
        from: began.now,
        to: ended.now,
        crashes: after.crashes.saturating_sub(before.crashes),
        restarts: after.restarts.saturating_sub(before.restarts),
        gave_up: after.gave_up.saturating_sub(before.gave_up),
        rows,
    }
}

fn row(began: &Snapshot, ended: &Snapshot, lane: &Lane) -> Row {
    let key = lane.key;
    let nothing = Lane::new(key, Term::Nil, 0);
    let before = began.lane(key).map_or(&nothing, |lane| lane);
    let lost = ended.series_of(key).map(|series| series.lost - began.series_of(key).map_or(0, |series| series.lost));
    // The first process of a place replaces nobody.
    let lives = |lane: &Lane| lane.lives.next().saturating_sub(1);
    let (up, measured) = between(before, began.now, lane, ended.now);
    Row { key, name: lane.name.clone(), up, measured, restarts: lives(lane).saturating_sub(lives(before)), lost }
}

/// Time up and availability from one moment of a lane to a later one.
fn between(before: &Lane, from: Instant, after: &Lane, to: Instant) -> (Duration, Availability) {
    let since = |begun: Option<Instant>, now: Instant| begun.map_or(Duration::ZERO, |begun| now.since(begun));
    let up_to = |lane: &Lane, now: Instant| lane.totals.up + since(lane.totals.up_since, now);
    let down_to = |lane: &Lane, now: Instant| lane.totals.down + since(lane.totals.down_since, now);
    let up = up_to(after, to).saturating_sub(up_to(before, from));
    let down = down_to(after, to).saturating_sub(down_to(before, from));
    // An outage that lasts has not been repaired; what of it lies before the begin is not counted.
    let open = after.totals.down_since.map_or(Duration::ZERO, |begun| to.since(begun.max(from)));
    let repaired = down.saturating_sub(open);
    let failures = after.totals.failures - before.totals.failures;
    let repairs = after.totals.repairs - before.totals.repairs;
    let mean = |sum: Duration, count: u64| (count > 0).then(|| sum.as_secs_f64() / count as f64);
    let whole = (up + down).as_secs_f64();
    let ratio = if whole > 0.0 { up.as_secs_f64() / whole } else { 1.0 };
    (up, Availability { mtbf: mean(up, failures), mttr: mean(repaired, repairs), ratio, failures })
}

impl Report {
    /// The report as a text that a spreadsheet takes: a line of settings, then cells between tabs.
    /// Times in seconds, availability in per cent; what could not be measured is empty.
    #[must_use]
    pub fn text(&self, settings: &str) -> String {
        let mut text = format!(
            "# chaos: {settings}, {} s to {} s: {} crashes, {} restarts, {} gave up\n",
            seconds(since_boot(self.from)),
            seconds(since_boot(self.to)),
            self.crashes,
            self.restarts,
            self.gave_up
        );
        text.push_str("child\tuptime_s\tmtbf_s\tmttr_s\tavailability_percent\tcrashes\trestarts\tvalues_lost\n");
        for row in &self.rows {
            let mean = |mean: Option<f64>| mean.map(seconds).unwrap_or_default();
            let cells = [
                row.name.to_string(),
                seconds(row.up.as_secs_f64()),
                mean(row.measured.mtbf),
                mean(row.measured.mttr),
                seconds(row.measured.ratio * 100.0),
                row.measured.failures.to_string(),
                row.restarts.to_string(),
                row.lost.map(|lost| lost.to_string()).unwrap_or_default(),
            ];
            text.push_str(&cells.join("\t"));
            text.push('\n');
        }
        text
    }
}

fn since_boot(at: Instant) -> f64 {
    at.since(Instant::BOOT).as_secs_f64()
}

/// To the nanosecond: a restart takes less than a millionth of a second.
fn seconds(number: f64) -> String {
    crate::term::float::fixed(number, 9)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term::Pid;

    fn at(millis: u64) -> Instant {
        Instant::BOOT + Duration::from_millis(millis)
    }

    /// Up for 10 s, down for 1 s, again and again; as it is after so many crashes.
    fn lane(crashes: u64) -> Lane {
        let mut lane = Lane::new(NodeKey::new(1, 0), Term::atom("a"), 64);
        lane.begin(at(0), 1, Some(Pid::new(1, 1)));
        for crash in 1..=crashes {
            let end = at(crash * 11_000 - 1_000);
            lane.end(end, crash, Term::atom("boom"), false);
            lane.fail(end);
            lane.repair(at(crash * 11_000));
            lane.begin(at(crash * 11_000), crash as u32 + 1, Some(Pid::new(1, 1)));
        }
        lane
    }

    #[test]
    fn only_the_time_between_counts() {
        // From 5 s after the second restart to 5 s after the fifth: three cycles.
        let (up, measured) = between(&lane(2), at(27_000), &lane(5), at(60_000));
        assert_eq!(up, Duration::from_secs(30));
        assert_eq!((measured.failures, measured.mtbf, measured.mttr), (3, Some(10.0), Some(1.0)));
        assert!((measured.ratio - 10.0 / 11.0).abs() < 1e-12, "{measured:?}");
    }

    #[test]
    fn without_a_failure_there_is_no_mean() {
        let (up, measured) = between(&lane(2), at(23_000), &lane(2), at(30_000));
        assert_eq!(up, Duration::from_secs(7));
        assert_eq!(measured, Availability { mtbf: None, mttr: None, ratio: 1.0, failures: 0 });
    }

    #[test]
    fn an_outage_that_lasts_counts_as_time_down_and_not_as_repaired() {
        let mut down = lane(2);
        down.end(at(32_000), 9, Term::atom("boom"), false);
        down.fail(at(32_000));
        let (up, measured) = between(&lane(2), at(22_000), &down, at(42_000));
        assert_eq!((up, measured.mttr, measured.failures), (Duration::from_secs(10), None, 1));
        assert_eq!(measured.ratio, 0.5);
        // Begun in the middle of it, and repaired: only its second half is in the report.
        let mut up_again = down.clone();
        up_again.repair(at(42_000));
        let (_, measured) = between(&down, at(37_000), &up_again, at(47_000));
        assert_eq!((measured.mttr, measured.failures, measured.ratio), (Some(5.0), 0, 0.5));
    }

    #[test]
    fn a_child_that_came_later_counts_from_its_begin() {
        let nothing = Lane::new(NodeKey::new(1, 0), Term::Nil, 0);
        let (up, measured) = between(&nothing, at(0), &lane(1), at(12_000));
        assert_eq!((up, measured.failures), (Duration::from_secs(11), 1));
    }

    #[test]
    fn the_text_has_a_line_a_child_and_escapes_what_is_in_its_name() {
        let (up, measured) = between(&lane(0), at(0), &lane(1), at(22_000));
        let row =
            Row { key: NodeKey::new(1, 0), name: Term::atom("a\tb\n=1"), up, measured, restarts: 1, lost: Some(7) };
        let report = Report { from: at(0), to: at(22_000), crashes: 1, restarts: 1, gave_up: 0, rows: vec![row] };
        let text = report.text("60 a minute, seed 7");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "# chaos: 60 a minute, seed 7, 0.000000000 s to 22.000000000 s: 1 crashes, 1 restarts, 0 gave up"
        );
        assert_eq!(lines[2], ":\"a\\tb\\n=1\"\t21.000000000\t21.000000000\t1.000000000\t95.454545455\t1\t1\t7");
        assert_eq!(lines.len(), 3);
    }
}
