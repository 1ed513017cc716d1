//! A simulator: a whole node with random trees, random faults and signals in flight, and the
//! rules of [`crate::lab::invariants`] checked after every step.
//!
//! The scheduler is the one of production: first come, first served. What a seed decides is when a
//! signal lands and when a process has its turn, what processes do, and what befalls them. A run
//! is a row of episodes, each a node of its own: first anything may happen (safety), then nothing
//! bad happens any more and the node has to come to rest with its trees whole (liveness), then it
//! is stopped and nothing may be left. A step is a turn, a signal that lands, or a move of the
//! clock; only the first two are counted.
//!
//! | module | holds |
//! |---|---|
//! | [`random`] | choices of a seed |
//! | [`world`] | what the processes share with the simulator |
//! | `actor` | plain processes that do everything |
//! | `tree` | supervision trees, workers, clients |
//! | [`applications`] | applications that depend on each other, and who starts and stops them |

pub(crate) mod actor;
pub mod applications;
pub mod random;
mod tree;
pub mod world;

use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use crate::exit::{ExitReason, Raise};
use crate::kernel::planted::{Fault as PlantedFault, Planted};
use crate::kernel::process::Status;
use crate::lab::invariants::{Counters, Invariants, Step, Violation};
use crate::limits::Limits;
use crate::process::Runtime;
use crate::process::fault::Fault;
use crate::term::{Atom, Pid};
use crate::time::Duration;

use crate::lab::invariants::Before;
use actor::mfa;
use applications::Graph;
use random::Random;
use world::World;

/// An episode: everything that decides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Decides all choices.
    pub seed: u64,
    /// Steps of the safety phase.
    pub steps: u64,
    /// Plain processes.
    pub actors: usize,
    /// Supervision trees.
    pub trees: usize,
    /// Applications; if there are some, others that are included or can never start come with them.
    pub applications: usize,
    /// A fault planted in the kernel or in the supervisors.
    pub planted: Option<PlantedFault>,
}

impl fmt::Display for Plan {
    /// `SEED/STEPS/ACTORS/TREES/APPLICATIONS`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}/{}", self.seed, self.steps, self.actors, self.trees, self.applications)
    }
}

impl FromStr for Plan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Result<Vec<u64>, _> = text.split('/').map(str::parse).collect();
        match numbers.as_deref() {
            Ok([seed, steps, rest @ ..]) if rest.len() == 3 => {
                let small = |at: usize| usize::try_from(rest.get(at).copied().unwrap_or(0)).unwrap_or(usize::MAX);
                let (actors, trees, applications) = (small(0), small(1), small(2));
                Ok(Plan { seed: *seed, steps: *steps, actors, trees, applications, planted: None })
            }
            _ => Err(format!("{text:?} is not SEED/STEPS/ACTORS/TREES/APPLICATIONS")),
        }
    }
}

impl Plan {
    /// The episode that a seed stands for.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let kind = random.below(4);
        let actors = if kind == 0 { 0 } else { 2 + random.below(8) };
        let trees = if kind == 1 { 0 } else { 1 + random.below(3) };
        let steps = 1_000 + random.below(4_000) as u64;
        let applications = if random.chance(700) { 0 } else { 1 + random.below(7) };
        Plan { seed, steps, actors, trees, applications, planted: None }
    }

    /// The same with a planted fault.
    #[must_use]
    pub fn with(self, fault: PlantedFault) -> Self {
        Plan { planted: Some(fault), ..self }
    }

    /// Plans with less in them, the least first.
    fn smaller(self) -> Vec<Plan> {
        let steps = [self.steps / 8, self.steps / 2, self.steps * 7 / 8, self.steps.saturating_sub(1)];
        let mut plans: Vec<Plan> = steps.map(|steps| Plan { steps, ..self }).to_vec();
        plans.push(Plan { applications: 0, ..self });
        plans.push(Plan { applications: self.applications.saturating_sub(1), ..self });
        plans.push(Plan { trees: 0, ..self });
        plans.push(Plan { actors: 0, ..self });
        plans.push(Plan { trees: self.trees.saturating_sub(1), ..self });
        plans.push(Plan { actors: self.actors.saturating_sub(1), ..self });
        plans.retain(|plan| *plan != self);
        plans
    }
}

/// What an episode or a run showed.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Turns and landed signals.
    pub steps: u64,
    /// Episodes.
    pub episodes: u64,
    /// The first rule that was broken, with the plan that shows it.
    pub violation: Option<(Violation, Option<Plan>)>,
    /// How often each rule was put to the test.
    pub counters: Counters,
}

/// Runs episodes until there were so many steps, or a rule was broken: then the plan is made smaller.
#[must_use]
pub fn run(seed: u64, steps: u64, planted: Option<PlantedFault>) -> Outcome {
    let mut seeds = Random::new(seed);
    let mut total = Outcome::default();
    while total.steps < steps {
        let plan = Plan { planted, ..Plan::new(seeds.bits()) };
        let outcome = episode(plan);
        total.steps += outcome.steps;
        total.episodes += 1;
        total.counters.add(&outcome.counters);
        if let Some((violation, _)) = outcome.violation {
            let (plan, violation) = shrink(plan, violation);
            total.violation = Some((violation, Some(plan)));
            break;
        }
    }
    total
}

/// The smallest plan found that breaks the same rule.
fn shrink(plan: Plan, violation: Violation) -> (Plan, Violation) {
    let mut best = (plan, violation);
    for _ in 0..60 {
        let again = best.0.smaller().into_iter().find_map(|plan| {
            let (violation, _) = episode(plan).violation?;
            (violation.rule == best.1.rule).then_some((plan, violation))
        });
        match again {
            Some(smaller) => best = smaller,
            None => break,
        }
    }
    best
}

/// Runs one episode.
#[must_use]
pub fn episode(plan: Plan) -> Outcome {
    let mut simulation = Simulation::new(plan);
    simulation.safety();
    simulation.liveness();
    let violation = simulation.rules.violation().map(|violation| (violation.clone(), Some(plan)));
    Outcome { steps: simulation.steps, episodes: 1, violation, counters: simulation.rules.counters }
}

/// Runs an episode up to its last step and drops the node as it is: faults, floods and signals in
/// flight. How many pairs of processes had some.
#[must_use]
pub fn cut_short(plan: Plan) -> usize {
    let mut simulation = Simulation::new(plan);
    simulation.safety();
    simulation.node.kernel().in_flight().len()
}

/// Steps in which a node without faults has to come to rest.
const REST: u64 = 100_000;
/// Steps between two looks at the whole node.
const AUDIT: u64 = 1_000;

struct Simulation {
    node: Runtime,
    world: Rc<World>,
    rules: Invariants,
    random: Random,
    plan: Plan,
    steps: u64,
    /// In so many of 1,000 cases a signal lands rather than a process has its turn.
    landing: usize,
    /// Who sends the signals of chaos.
    devil: Pid,
    keepers: Vec<Pid>,
    suspended: Vec<Pid>,
}

impl Simulation {
    fn new(plan: Plan) -> Self {
        let mut random = Random::new(plan.seed ^ 0x5151);
        let ns_per_reduction = if random.chance(500) { 0 } else { 200 };
        let fuel = if random.chance(300) { 20 } else { 2_000 };
        let limits = Limits { mailbox_words: 3_000, fuel, ns_per_reduction, ..Limits::default() };
        let mut node = Runtime::new(limits);
        let population = plan.actors + plan.actors / 2;
        let world = Rc::new(World::new(Random::new(random.bits()), population));
        node.install(world.clone());
        tree::modules().into_iter().for_each(|module| node.load(module));
        if plan.applications > 0 {
            let graph = Graph::random(&mut Random::new(plan.seed ^ 0xa995), plan.applications);
            graph.install(&mut node);
            *world.graph.borrow_mut() = graph;
        }
        node.kernel_mut(|kernel| {
            kernel.keep_in_flight();
            kernel.log_level = None;
            kernel.planted = Planted::new(plan.planted);
        });
        let landing = 200 + random.below(700);
        let mut simulation = Simulation {
            node,
            world,
            rules: Invariants::default(),
            random,
            plan,
            steps: 0,
            landing,
            devil: Pid::new(0, 0),
            keepers: Vec::new(),
            suspended: Vec::new(),
        };
        simulation.populate();
        simulation
    }

    fn spawn<Fut>(&mut self, name: &str, body: impl FnOnce(crate::process::Cx) -> Fut) -> Option<Pid>
    where
        Fut: Future<Output = Result<(), Raise>> + 'static,
    {
        self.node.spawn(mfa(name), body).ok()
    }

    fn populate(&mut self) {
        let devil = self.spawn("devil", |cx| async move {
            cx.trap_exits(true);
            loop {
                cx.receive().await;
            }
        });
        self.devil = devil.unwrap_or(Pid::new(0, 0));
        for _ in 0..self.plan.trees {
            let start = tree::tree_start(&mut self.random, 2);
            let keeper = self.spawn("keep", |cx| tree::keep(cx, start));
            self.keepers.extend(keeper);
        }
        if self.plan.trees > 0 {
            let _ = self.spawn("meddle", tree::meddle);
            let _ = self.spawn("meddle", tree::meddle);
        }
        if self.plan.applications > 0 {
            let _ = self.spawn("boot", applications::boot);
            let _ = self.spawn("operate", applications::operate);
            let _ = self.spawn("topple", applications::topple);
        }
    }

    fn is_broken(&self) -> bool {
        self.rules.violation().is_some()
    }

    /// Anything may happen.
    fn safety(&mut self) {
        self.observe(None, None);
        while self.steps < self.plan.steps && !self.is_broken() {
            self.mischief();
            if !self.step() {
                break;
            }
        }
    }

    /// Things that befall the node between two steps.
    fn mischief(&mut self) {
        let actors = self.world.actors.borrow().len();
        if actors < self.plan.actors {
            let actor = self.spawn("live", actor::live);
            self.world.actors.borrow_mut().extend(actor);
            self.observe(None, None);
        }
        match self.random.below(400) {
            0..3 => self.strike(),
            3 => self.inject(),
            4 => self.flood(),
            5 => self.suspend(),
            6..8 => self.resume(),
            _ => return,
        }
        self.observe(None, None);
    }

    /// Somebody, with supervisors and workers in the majority.
    fn victim(&mut self) -> Option<Pid> {
        match self.random.below(5) {
            0 => self.world.peer(),
            1 => self.world.supervisor(|_| true).map(|supervisor| supervisor.0),
            _ => self.world.worker(),
        }
    }

    fn strike(&mut self) {
        let Some(victim) = self.victim() else { return };
        let why = ExitReason(actor::reason(&self.world));
        let devil = self.devil;
        self.node.kernel_mut(|kernel| kernel.exit_signal(devil, victim, why));
    }

    fn inject(&mut self) {
        let Some(worker) = self.world.worker() else { return };
        let why = actor::reason(&self.world);
        let fault = match self.random.below(5) {
            0 => Fault::Raise(Raise::error(why)),
            1 => Fault::Raise(Raise::exit(why)),
            2 => Fault::Raise(Raise::throw(why)),
            3 => Fault::Return(why),
            _ => Fault::Stop(why),
        };
        self.node.inject(worker, fault);
        let devil = self.devil;
        self.node.kernel_mut(|kernel| kernel.send(devil, tree::dest(worker), tree::tick().into()));
    }

    fn flood(&mut self) {
        let Some(victim) = self.victim() else { return };
        let many = 100 + self.random.below(500);
        let devil = self.devil;
        for _ in 0..many {
            let message = actor::message(&self.world, devil);
            self.node.kernel_mut(|kernel| kernel.send(devil, tree::dest(victim), message.into()));
        }
    }

    fn suspend(&mut self) {
        if let Some(victim) = self.victim() {
            self.node.kernel_mut(|kernel| kernel.suspend(victim));
            self.suspended.push(victim);
        }
    }

    fn resume(&mut self) {
        if let Some(pid) = self.suspended.pop() {
            self.node.kernel_mut(|kernel| kernel.resume(pid));
        }
    }

    fn has_halted(&self) -> bool {
        self.node.kernel().halted().is_some()
    }

    /// One step; `false` if nothing can happen any more.
    fn step(&mut self) -> bool {
        if self.has_halted() {
            return false;
        }
        let flying = self.node.kernel().in_flight().len();
        let runnable = self.node.kernel().has_runnable();
        let lands = match (flying > 0, runnable) {
            (true, true) => self.random.chance(self.landing),
            (true, false) => !self.random.chance(10) || !self.skip(),
            (false, _) => false,
        };
        match (lands, runnable) {
            (true, _) => self.land(flying),
            (false, true) => self.turn(),
            (false, false) if flying > 0 => {} // the clock has moved
            (false, false) => return self.skip(),
        }
        true
    }

    /// Moves the clock to what is due next. `false` if nothing is.
    fn skip(&mut self) -> bool {
        let due = self.node.kernel_mut(|kernel| kernel.next_due());
        let Some(due) = due else { return false };
        self.node.advance_to(due);
        self.observe(None, None);
        true
    }

    fn land(&mut self, flying: usize) {
        let at = self.random.below(flying);
        let kernel = self.node.kernel();
        let pair = kernel.in_flight().get(at).copied();
        let signal = pair.and_then(|(from, to)| kernel.flying(from, to).next());
        let Some(signal) = signal else { return };
        let before = Before::of(&kernel, &signal);
        drop(kernel);
        self.node.kernel_mut(|kernel| kernel.land(signal.from, signal.to));
        self.observe(Some((signal, before)), None);
        self.count();
    }

    fn turn(&mut self) {
        let turns = self.node.turns();
        self.node.turn();
        let turn = self.node.last_turn().filter(|_| self.node.turns() > turns);
        self.observe(None, turn);
        self.count();
    }

    fn count(&mut self) {
        self.steps += 1;
        if self.steps.is_multiple_of(AUDIT) {
            self.rules.audit(&self.node, &self.world);
        }
    }

    fn observe(&mut self, landed: Option<(crate::kernel::transport::Flying, Before)>, turn: Option<(Pid, u64)>) {
        let entries = self.node.drain_log();
        let sent = self.node.kernel_mut(|kernel| kernel.take_sent());
        for entry in &entries {
            if let crate::event::Event::Exited { pid, .. } = entry.event {
                self.world.forget(pid);
            }
        }
        let acts = self.world.take_acts();
        self.rules.observe(&self.node, Step { landed, sent, entries, acts, turn, world: &self.world });
    }

    /// Nothing bad happens any more: the node comes to rest, its trees are whole, and when they
    /// are told to stop everything ends.
    fn liveness(&mut self) {
        self.world.chaos.set(false);
        while !self.suspended.is_empty() {
            self.resume();
        }
        self.rest("after the last fault");
        let _ = self.spawn("count", tree::count);
        self.rest("counting children");
        if !self.is_broken() && !self.has_halted() {
            let kernel = self.node.kernel();
            self.rules.answers(&kernel, &self.world);
        }
        self.stop_trees();
        if self.plan.applications > 0 {
            let _ = self.spawn("close", applications::close);
            self.rest("stopping the applications");
        }
        if self.has_halted() {
            return;
        }
        self.rules.forget_applications();
        let left = self.node.kernel().processes();
        for pid in left {
            self.node.kernel_mut(|kernel| kernel.exit_signal(pid, pid, Atom::KILL.into()));
        }
        self.rest("ending everybody");
        if !self.is_broken() {
            self.rules.at_the_end(&self.node);
        }
    }

    /// Stopping a tree takes no longer than its children may take.
    fn stop_trees(&mut self) {
        let before = self.node.now();
        for keeper in std::mem::take(&mut self.keepers) {
            let devil = self.devil;
            self.node.kernel_mut(|kernel| {
                kernel.send(devil, tree::dest(keeper), crate::term::Term::from(Atom::STOP).into())
            });
        }
        self.rest("stopping the trees");
        let took = self.node.now().since(before);
        let fine = took <= LONGEST_STOP;
        if !fine && !self.is_broken() {
            self.rules.broken("S10", format!("stopping the trees took {took}"));
        }
    }

    /// Who could run, and what is in flight to whom.
    fn busy(&self) -> String {
        let kernel = self.node.kernel();
        let pids = kernel.processes();
        let processes = pids.iter().filter_map(|pid| kernel.process(*pid));
        let runnable = processes.filter(|process| process.status == Status::Runnable);
        let runnable: Vec<_> = runnable.map(|process| (process.pid, process.initial_call)).collect();
        format!("runnable {runnable:?}, in flight {:?}", kernel.in_flight())
    }

    fn rest(&mut self, when: &str) {
        self.observe(None, None);
        let last = self.steps + REST;
        while self.steps < last && !self.is_broken() && self.step() {}
        if self.is_broken() {
            return;
        }
        if self.steps >= last {
            let busy = self.busy();
            self.rules.broken("S10", format!("no rest within {REST} steps, {when}: {busy}"));
        }
        self.rules.applications_at_rest(&self.node.kernel(), &self.world);
        if !self.has_halted() {
            self.rules.at_rest(&self.node, &self.world);
        }
    }
}

/// The sum of all time-outs of the largest tree, and some.
const LONGEST_STOP: Duration = Duration::from_secs(20);
