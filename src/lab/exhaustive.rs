//! Every schedule of a small program, by running it again with another row of choices.
//!
//! A program is a few processes. At each step either a process has its turn (first come, first
//! served, as in production) or the oldest signal of one pair lands; all rows of such choices are
//! tried, each on a fresh node, with the rules of [`crate::lab::invariants`] checked at every step
//! and the program's own rule at rest. Turns before the first signal are no choice: nobody can
//! tell in which of them a signal was sent.
//!
//! | module | holds |
//! |---|---|
//! | [`templates`] | the programs |

pub mod templates;

use std::rc::Rc;

use crate::kernel::planted::{Fault, Planted};
use crate::lab::invariants::{Before, Invariants, Step};
use crate::lab::simulator::random::Random;
use crate::lab::simulator::world::World;
use crate::limits::Limits;
use crate::process::Runtime;

/// A small program and what has to be true of it at rest.
#[derive(Clone, Copy)]
pub struct Template {
    /// Its name.
    pub name: &'static str,
    /// Spawns its processes.
    pub start: fn(&mut Runtime),
    /// What is wrong at rest, if something is.
    pub wrong: fn(&Runtime) -> Option<String>,
}

/// What trying all schedules showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explored {
    /// How many schedules there are.
    pub schedules: u64,
    /// Turns and landed signals of all of them.
    pub steps: u64,
    /// The longest one's.
    pub longest: u64,
    /// The first schedule with something wrong: its choices, and what.
    pub wrong: Option<(Vec<usize>, String)>,
    /// Were there more schedules than were asked for?
    pub cut: bool,
}

/// Tries every schedule of a program, at most so many.
#[must_use]
pub fn explore(template: &Template, most: u64, planted: Option<Fault>) -> Explored {
    let mut explored = Explored::default();
    let mut choices = Vec::new();
    loop {
        let run = Run::new(template, planted).follow(&mut choices);
        explored.schedules += 1;
        explored.steps += run.0;
        explored.longest = explored.longest.max(run.0);
        if let Some(wrong) = run.1 {
            explored.wrong = Some((choices.iter().map(|choice| choice.taken).collect(), wrong));
            return explored;
        }
        if !next(&mut choices) {
            return explored;
        }
        if explored.schedules == most {
            explored.cut = true;
            return explored;
        }
    }
}

/// A point at which so many things could happen, and which one did.
struct Choice {
    taken: usize,
    of: usize,
}

/// The next row of choices, the last ones first. `false` if there is none.
fn next(choices: &mut Vec<Choice>) -> bool {
    while let Some(last) = choices.last_mut() {
        last.taken += 1;
        if last.taken < last.of {
            return true;
        }
        choices.pop();
    }
    false
}

struct Run<'a> {
    node: Runtime,
    world: Rc<World>,
    rules: Invariants,
    template: &'a Template,
}

impl<'a> Run<'a> {
    fn new(template: &'a Template, planted: Option<Fault>) -> Self {
        let mut node = Runtime::new(Limits { ns_per_reduction: 0, ..Limits::default() });
        let world = Rc::new(World::new(Random::new(0), 0));
        node.install(world.clone());
        node.kernel_mut(|kernel| {
            kernel.keep_in_flight();
            kernel.log_level = None;
            kernel.planted = Planted::new(planted);
        });
        (template.start)(&mut node);
        Run { node, world, rules: Invariants::default(), template }
    }

    /// Takes these choices, and the first of each beyond them: steps, and what was wrong.
    fn follow(mut self, choices: &mut Vec<Choice>) -> (u64, Option<String>) {
        let (mut at, mut steps) = (0, 0);
        self.observe(None);
        loop {
            let flying = self.node.kernel().in_flight().len();
            let runnable = usize::from(self.node.kernel().has_runnable());
            let taken = match flying + runnable {
                0 => break,
                1 => 0,
                of => {
                    if at == choices.len() {
                        choices.push(Choice { taken: 0, of });
                    }
                    let taken = choices.get(at).map_or(0, |choice| choice.taken);
                    at += 1;
                    taken
                }
            };
            steps += 1;
            if taken < runnable {
                self.turn()
            } else {
                self.land(taken - runnable)
            }
            if let Some(violation) = self.rules.violation() {
                return (steps, Some(violation.to_string()));
            }
        }
        self.rules.at_rest(&self.node, &self.world);
        let broken = self.rules.violation().map(ToString::to_string);
        (steps, broken.or_else(|| (self.template.wrong)(&self.node)))
    }

    fn turn(&mut self) {
        self.node.turn();
        self.observe(None);
    }

    fn land(&mut self, at: usize) {
        let kernel = self.node.kernel();
        let pair = kernel.in_flight().get(at).copied();
        let Some(signal) = pair.and_then(|(from, to)| kernel.flying(from, to).next()) else { return };
        let before = Before::of(&kernel, &signal);
        drop(kernel);
        self.node.kernel_mut(|kernel| kernel.land(signal.from, signal.to));
        self.observe(Some((signal, before)));
    }

    fn observe(&mut self, landed: Option<(crate::kernel::transport::Flying, Before)>) {
        let entries = self.node.drain_log();
        let sent = self.node.kernel_mut(|kernel| kernel.take_sent());
        let acts = self.world.take_acts();
        self.rules.observe(&self.node, Step { landed, sent, entries, acts, turn: None, world: &self.world });
    }
}
