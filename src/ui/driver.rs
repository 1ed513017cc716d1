//! Owns the session and lets time pass: the only place that reads the wall clock.

use std::rc::Rc;

use crate::observe::beats;
use crate::observe::snapshot::{Snapshot, State};
use crate::session::refusal::{Refusal, Why, quoted};
use crate::session::{ChaosRun, Command, CrashKind, Info, Options, Session, Speed, Stride, Target, scenario};
use crate::term::ordered::sort_by_key;
use crate::term::{Atom, Pid, Term};
use crate::time::{Duration, Instant};

use super::act::Scene;
use super::bar::Pace;
use super::words;

/// A frame lets its time pass in so many slices, and looks at the clock after each: what there is
/// no time for is lost rather than owed.
const SLICES: u32 = 8;
/// The most turns of the scheduler in a slice.
const TURNS: u64 = 4_000;
/// Wall time that one frame makes up for at most: a tab that slept does not catch up.
const LONGEST: f64 = 100.0;
/// The most processes whose mailbox a frame looks at; of more, the next frame looks at others.
const MAILBOXES: u32 = 1_000;
/// The most turns that one step takes: to the next message, callback, instruction or beat.
const FARTHEST: u32 = 5_000;
/// Between two crashes of one process that is crashed again and again: virtual or wall time,
/// whichever has passed first, so that the budget runs out at every speed.
const BREATH: u64 = 250;

/// A session and its pace.
pub(crate) struct Driver {
    session: Session,
    pub(crate) scene: Scene,
    pub(crate) pace: Pace,
    pub(crate) snapshot: Rc<Snapshot>,
    /// Who has messages waiting, in the order of process slots.
    pub(crate) mailboxes: Rc<Vec<(Pid, usize)>>,
    /// The slot of the process table at which the next look at mailboxes begins.
    counted: u32,
    last: Option<f64>,
    relentless: Option<Relentless>,
}

/// Who is crashed again and again.
struct Relentless {
    target: Target,
    last: Option<(Pid, Instant, f64)>,
}

impl Driver {
    /// Boots the node of a scene, by its name.
    ///
    /// # Errors
    /// A line for a person if it does not come up.
    pub(crate) fn new(app: &str, own: Option<String>, seed: u64, env: Vec<(String, String)>) -> Result<Self, Refusal> {
        let Some(scene) = Scene::of(app).filter(|scene| *scene != Scene::Own || own.is_some()) else {
            let there = Scene::ALL.into_iter().filter(|scene| *scene != Scene::Own).map(Scene::name);
            let names = there.collect::<Vec<_>>().join(", ");
            return Err(Why::NoSuchApplication.of(&[&quoted(app), &names]));
        };
        let shipped = scenario::BUILT_IN.iter().find(|(name, _)| *name == app).map(|(_, text)| (*text).to_owned());
        let (scenario, demo) = (own.or(shipped), scene == Scene::Demo);
        let session = Session::new(Options { seed, env, demo, scenario, ..Options::default() })?;
        Ok(Driver::of(session, scene))
    }

    fn of(mut session: Session, scene: Scene) -> Self {
        let snapshot = session.snapshot();
        let pace = Pace { seed: session.seed(), ..Pace::default() };
        let mailboxes = Rc::default();
        Driver { session, scene, pace, snapshot, mailboxes, counted: 0, last: None, relentless: None }
    }

    /// Lets the time since the last frame pass, with at most `budget` milliseconds of work; tells
    /// whether there is something new to see.
    pub(crate) fn frame(&mut self, clock: &dyn Fn() -> f64, budget: f64) -> bool {
        let begun = clock();
        let passed = self.last.replace(begun).map_or(0.0, |last| (begun - last).clamp(0.0, LONGEST));
        self.relent(begun);
        self.calm_down();
        let slice = Duration((passed * 1e6) as u64 / u64::from(SLICES));
        for _ in 0..SLICES {
            self.session.pass(slice, TURNS);
            if clock() - begun > budget {
                break;
            }
        }
        let news = self.session.news();
        let (seen, playing) = (self.see(news), self.pace.playing);
        self.look_at_pace();
        self.count_mailboxes();
        seen || playing != self.pace.playing
    }

    fn count_mailboxes(&mut self) {
        let slots = self.counted..self.counted + MAILBOXES;
        let (mut waiting, all) = self.session.mailboxes(slots.clone());
        waiting.extend(self.mailboxes.iter().filter(|(pid, _)| pid.slot() < all && !slots.contains(&pid.slot())));
        sort_by_key(&mut waiting, |(pid, _)| pid.slot());
        self.counted = if slots.end < all { slots.end } else { 0 };
        if *self.mailboxes != waiting {
            self.mailboxes = Rc::new(waiting);
        }
    }

    /// Only events and tenths of a second are worth drawing.
    fn see(&mut self, news: Option<Rc<Snapshot>>) -> bool {
        let Some(news) = news else { return false };
        let seen = (self.snapshot.seq, tenth(self.snapshot.now)) != (news.seq, tenth(news.now));
        if seen {
            self.snapshot = news;
        }
        seen
    }

    /// Time that passes from now on does not count until the next frame.
    pub(crate) fn hold(&mut self) {
        self.last = None;
    }

    /// Virtual time, to a tenth of a second.
    pub(crate) fn now(&self) -> Instant {
        tenth(self.session.now())
    }

    /// Milliseconds of wall time until something is due.
    pub(crate) fn due(&mut self) -> Option<f64> {
        let (now, wake) = (self.session.now(), self.session.next_wake()?);
        let span = wake.since(now).0 as f64 / 1e6;
        self.pace.playing.then(|| span * libm::scalbn(1.0, -i32::from(self.pace.speed.exponent())))
    }

    pub(crate) fn play(&mut self, playing: bool) {
        if playing {
            self.session.play()
        } else {
            self.session.pause()
        }
        self.look_at_pace();
        self.hold();
    }

    /// Goes on by a step; to the next crash it goes frame by frame.
    #[inline(never)]
    pub(crate) fn step(&mut self, stride: Stride) {
        self.session.stride(stride, FARTHEST);
        self.hold();
        self.look_at_pace();
        self.snapshot = self.session.snapshot();
        self.count_mailboxes();
    }

    fn look_at_pace(&mut self) {
        (self.pace.playing, self.pace.awaits_crash) = (self.session.is_playing(), self.session.awaits_crash());
        self.pace.traced = self.session.sees_messages();
    }

    /// Holds time and takes steps until the next instruction of an upgrade is reached, or the
    /// upgrade has ended.
    #[inline(never)]
    pub(crate) fn step_to_instruction(&mut self, application: Atom) {
        self.step_to_change(|seen| {
            let upgrade = seen.application(application).and_then(|view| view.upgrade.as_ref());
            upgrade.map_or(0, |upgrade| upgrade.steps.len() as u64 * 2 + u64::from(upgrade.answer.is_some()))
        });
    }

    /// Holds time and takes steps until the last crash has one more beat, or there is another; the
    /// first beat that is new, if there is one.
    #[inline(never)]
    pub(crate) fn step_to_beat(&mut self) -> Option<(u64, usize)> {
        let before = beats::last_crash(&self.snapshot).map(|crash| (crash.seq, crash.beats.len()));
        self.step_to_change(|seen| {
            beats::last_crash(seen).map_or(0, |crash| crash.seq * 64 + crash.beats.len() as u64)
        });
        let crash = beats::last_crash(&self.snapshot)?;
        let known = before.filter(|(seq, _)| *seq == crash.seq).map_or(0, |(_, beats)| beats);
        (known < crash.beats.len()).then_some((crash.seq, known))
    }

    fn step_to_change(&mut self, look: impl Fn(&Snapshot) -> u64) {
        self.play(false);
        let before = look(&self.snapshot);
        for _ in 0..FARTHEST {
            let stepped = self.session.step();
            self.snapshot = self.session.snapshot();
            if !stepped || look(&self.snapshot) != before {
                break;
            }
        }
    }

    pub(crate) fn speed(&mut self, speed: Speed) {
        self.session.set_speed(speed);
        self.pace.speed = speed;
    }

    /// Begins anew: same environment, same seed, same speed.
    #[inline(never)]
    pub(crate) fn reset(&mut self, seed: u64) -> Result<(), Refusal> {
        self.session.reset(seed)?;
        self.session.play();
        self.pace = Pace {
            seed,
            speed: self.pace.speed,
            tracing: self.pace.tracing,
            traced: self.pace.tracing,
            ..Pace::default()
        };
        self.snapshot = self.session.snapshot();
        (self.last, self.relentless) = (None, None);
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn dispatch(&mut self, command: Command) -> Result<(), Refusal> {
        let mut pace = self.pace;
        note_rate(&mut pace, &command);
        self.session.dispatch(command)?;
        self.pace = Pace { tracing: self.session.is_tracing(), ..pace };
        self.pace.traced = self.session.sees_messages();
        self.snapshot = self.session.snapshot();
        Ok(())
    }

    pub(crate) fn inspect(&self, pid: Pid) -> Option<Info> {
        self.session.inspect(pid)
    }

    #[inline(never)]
    pub(crate) fn export(&mut self) -> String {
        self.session.export()
    }

    pub(crate) fn relentless(&self) -> Option<&Target> {
        self.relentless.as_ref().map(|relentless| &relentless.target)
    }

    #[inline(never)]
    pub(crate) fn set_relentless(&mut self, target: Option<Target>) {
        self.relentless = target.map(|target| Relentless { target, last: None });
        if self.relentless.is_some() && !self.pace.playing {
            self.play(true);
        }
    }

    /// The next blow to who is crashed again and again, if it is up and has had its breath.
    fn relent(&mut self, wall: f64) {
        if self.application_is_down() {
            self.relentless = None;
        }
        let now = self.session.now();
        let Some(relentless) = &mut self.relentless else { return };
        let Some(pid) = alive(&self.snapshot, &relentless.target) else { return };
        let due = relentless.last.is_none_or(|(last, at, clock)| {
            last != pid && (now.since(at).as_millis() >= BREATH || wall - clock >= BREATH as f64)
        });
        if due {
            relentless.last = Some((pid, now, wall));
            let how = CrashKind::Signal("kill".to_owned());
            let blow = Command::Crash { target: relentless.target.clone(), how };
            // Refused: it has died since the snapshot, and will be met again in the next one.
            let _ = self.session.dispatch(blow);
        }
    }

    /// Chaos ends with what it has brought down, while its dead are still there to be counted.
    fn calm_down(&mut self) {
        if self.pace.chaos > 0 && self.application_is_down() {
            let _ = self.dispatch(Command::Chaos { per_minute: 0, targets: Vec::new(), seed: None });
            self.pace.chaos = 0;
        }
    }

    pub(crate) fn handlers(&self) -> Vec<[Term; 3]> {
        self.session.handlers()
    }

    pub(crate) fn chaos_run(&self) -> Option<&Rc<ChaosRun>> {
        self.session.chaos_run()
    }

    fn application_is_down(&self) -> bool {
        let own = self.snapshot.applications.iter().find(|application| &*application.name.text() == self.scene.app());
        own.is_some_and(|own| !super::inspector::runs(own)) || self.snapshot.halted.is_some()
    }
}

/// What runs by itself from this command on.
fn note_rate(pace: &mut Pace, command: &Command) {
    match command {
        Command::AutoRun { rate } => pace.rate = *rate,
        Command::Chaos { per_minute, .. } => pace.chaos = *per_minute,
        _ => {}
    }
}

fn alive(snapshot: &Snapshot, target: &Target) -> Option<Pid> {
    let up = |pid: Pid| {
        let key = snapshot.key_of(pid)?;
        (snapshot.node(key)?.state == State::Running).then_some(pid)
    };
    let mut alive = snapshot.processes().filter(|process| match target {
        Target::Name(name) => process.name.is_some_and(|own| words::atom(own) == *name),
        Target::Pid(number) => process.pid.number() == *number,
    });
    up(alive.next()?.pid)
}

fn tenth(at: Instant) -> Instant {
    Instant(at.0 - at.0 % 100_000_000)
}
