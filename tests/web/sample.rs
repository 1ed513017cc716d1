//! A run of the demo application, written down event by event: what a page test looks at.

use std::rc::Rc;

use let_it_crash::event::{
    ApplicationPhase, Behaviour, ChildInfo, ClientCall, Entry, Event, Level, Mfa, Report, Telemetry,
};
use let_it_crash::observe::model::Model;
use let_it_crash::observe::snapshot::{NodeKey, Snapshot};
use let_it_crash::supervision::{ChildType, Flags, Restart, Shutdown, Strategy};
use let_it_crash::term;
use let_it_crash::term::{Atom, Pid, Term};
use let_it_crash::time::{Duration, Instant};

/// A log that grows as a story is told.
pub(crate) struct Story {
    model: Model,
    seq: u64,
    pub(crate) now: Instant,
    next: u32,
    pub(crate) fib: Pid,
    pub(crate) arith: Pid,
    pub(crate) supervisor: Pid,
    pub(crate) root: Pid,
    pub(crate) dynamic: Pid,
    pub(crate) master: Pid,
    pub(crate) geo: Option<Pid>,
}

const INIT: Pid = Pid::new(0, 0);

fn module(name: &str) -> Term {
    Term::atom(&format!("Elixir.{name}"))
}

fn spec(id: Term, kind: ChildType) -> Rc<ChildInfo> {
    let shutdown =
        if kind == ChildType::Worker { Shutdown::Timeout(Duration::from_millis(5000)) } else { Shutdown::Infinity };
    let start = term!({(module("Seq.Server")), start_link, [[{name, (id.clone())}]]});
    Rc::new(ChildInfo { id, restart: Restart::Permanent, shutdown, kind, significant: false, start })
}

impl Story {
    /// `seq` has been started: Seq.Root over Seq.Supervisor (two servers) and Seq.Dynamic.
    pub(crate) fn new() -> Story {
        let mut story = Story {
            model: Model::default(),
            seq: 0,
            now: Instant::BOOT,
            next: 1,
            fib: INIT,
            arith: INIT,
            supervisor: INIT,
            root: INIT,
            dynamic: INIT,
            master: INIT,
            geo: None,
        };
        let call = Mfa { module: Atom::new("init"), function: Atom::new("boot"), arity: 1 };
        story.say(Event::Spawned { pid: INIT, parent: None, link: false, initial_call: call });
        for library in ["kernel", "stdlib", "telemetry"] {
            story.application(
                library,
                ApplicationPhase::Loaded { spec: term!({application, (Term::atom(library)), []}) },
                None,
            );
            let (root, start_type) = (INIT, Restart::Permanent);
            story.application(library, ApplicationPhase::Started { root: Some(root), start_type }, None);
        }
        let spec = term!({application, seq, [{vsn, (Term::list([Term::Int(48)]))}, {applications, [kernel, stdlib, telemetry]}]});
        story.application("seq", ApplicationPhase::Loaded { spec }, None);
        story.boot();
        story
    }

    /// Starts `seq`.
    pub(crate) fn boot(&mut self) {
        self.master = self.pid();
        self.application("seq", ApplicationPhase::Starting, Some(self.master));
        self.spawned(self.master, INIT, "application_master");
        self.initialised(self.master, Behaviour::ApplicationMaster, "application_master");
        let starter = self.spawn(self.master, "application_master");
        self.initialised(starter, Behaviour::ApplicationStarter, "application_master");
        self.root = self.supervisor(starter, "Seq.Root", &["Seq.Supervisor", "Seq.Dynamic"]);
        self.supervisor = self.start_supervisor();
        let root = self.root;
        self.dynamic = self.child(root, module("Seq.Dynamic"), |story| story.supervisor(root, "Seq.Dynamic", &[]));
        let (root, start_type) = (self.root, Restart::Temporary);
        self.application("seq", ApplicationPhase::Started { root: Some(root), start_type }, Some(self.master));
    }

    fn start_supervisor(&mut self) -> Pid {
        let root = self.root;
        self.child(root, module("Seq.Supervisor"), |story| {
            let pid = story.supervisor(root, "Seq.Supervisor", &["Seq.FibServer", "Seq.ArithServer"]);
            story.fib = story.server(pid, module("Seq.FibServer"), None);
            story.arith = story.server(pid, module("Seq.ArithServer"), None);
            pid
        })
    }

    /// A sequence is started under Seq.Dynamic.
    pub(crate) fn start_geo(&mut self) {
        let child = Rc::new(ChildInfo {
            id: Term::atom("undefined"),
            ..(*spec(Term::atom("undefined"), ChildType::Worker)).clone()
        });
        self.say(Event::ChildAdded { supervisor: self.dynamic, child, position: 0 });
        let dynamic = self.dynamic;
        self.say(Event::ChildStarting { supervisor: dynamic, id: Term::atom("undefined"), replaces: None });
        let pid = self.spawn(dynamic, "Elixir.Seq.Server");
        self.say(Event::Registered { pid, name: Atom::new("geo1") });
        self.initialised(pid, Behaviour::GenServer, "Elixir.Seq.Server");
        self.say(Event::ChildStarted { supervisor: dynamic, id: Term::atom("undefined"), pid });
        self.geo = Some(pid);
    }

    /// A client calls `next` and gets that value.
    pub(crate) fn value(&mut self, server: Pid, value: i64) {
        let metadata = term!(#{value => (Term::Int(value))});
        let measurements = term!(#{duration => 12000});
        let name = term!([seq, next, stop]);
        self.say(Event::Telemetry { pid: server, event: Rc::new(Telemetry { name, measurements, metadata }) });
        let client = self.spawn(INIT, "client");
        let took = Duration(12_000);
        let (target, request) = (Term::Pid(server), Term::atom("next"));
        let call = ClientCall { target, request, outcome: Ok(Term::Int(value)), took };
        self.say(Event::CallEnded { client, call: Rc::new(call) });
        self.say(Event::Exited { pid: client, reason: Term::atom("normal"), cause: None });
    }

    /// Seq.FibServer is killed and comes back.
    pub(crate) fn crash_fib(&mut self) {
        let (supervisor, old, id) = (self.supervisor, self.fib, module("Seq.FibServer"));
        self.end(supervisor, &id, old, &Term::atom("killed"));
        self.say(Event::RestartCounted { supervisor, id: id.clone(), used: 1 });
        self.wait(1);
        self.fib = self.server(supervisor, id, Some(old));
    }

    /// Seq.Supervisor and Seq.Root give up, and with them the application.
    pub(crate) fn give_up(&mut self) {
        let (supervisor, root) = (self.supervisor, self.root);
        let (killed, shutdown) = (Term::atom("killed"), Term::atom("shutdown"));
        self.end(supervisor, &module("Seq.FibServer"), self.fib, &killed);
        self.say(Event::GaveUp { supervisor, id: module("Seq.FibServer") });
        self.end(supervisor, &module("Seq.ArithServer"), self.arith, &shutdown);
        self.end(root, &module("Seq.Supervisor"), supervisor, &shutdown);
        self.say(Event::GaveUp { supervisor: root, id: module("Seq.Supervisor") });
        self.end(root, &module("Seq.Dynamic"), self.dynamic, &shutdown);
        self.say(Event::Exited { pid: root, reason: shutdown.clone(), cause: None });
        self.say(Event::Exited { pid: self.master, reason: shutdown.clone(), cause: None });
        self.application("seq", ApplicationPhase::Stopped { reason: shutdown }, Some(self.master));
    }

    pub(crate) fn wait(&mut self, millis: u64) {
        self.now = self.now + Duration::from_millis(millis);
    }

    pub(crate) fn snapshot(&mut self) -> Rc<Snapshot> {
        self.model.snapshot(self.now)
    }

    pub(crate) fn key(&mut self, pid: Pid) -> NodeKey {
        self.snapshot().key_of(pid).expect("a living process")
    }

    fn say(&mut self, event: Event) {
        self.model.apply(&Entry { seq: self.seq, at: self.now, event });
        self.seq += 1;
    }

    fn application(&mut self, name: &str, phase: ApplicationPhase, master: Option<Pid>) {
        self.say(Event::Application { name: Atom::new(name), master, phase });
    }

    fn pid(&mut self) -> Pid {
        let pid = Pid::new(self.next, self.next);
        self.next += 1;
        pid
    }

    fn spawn(&mut self, parent: Pid, module: &str) -> Pid {
        let pid = self.pid();
        self.spawned(pid, parent, module);
        pid
    }

    fn spawned(&mut self, pid: Pid, parent: Pid, module: &str) {
        let initial_call = Mfa { module: Atom::new(module), function: Atom::new("init"), arity: 1 };
        self.say(Event::Spawned { pid, parent: Some(parent), link: true, initial_call });
    }

    fn initialised(&mut self, pid: Pid, behaviour: Behaviour, module: &str) {
        self.say(Event::Initialised { pid, behaviour, module: Atom::new(module) });
    }

    fn supervisor(&mut self, parent: Pid, name: &str, children: &[&str]) -> Pid {
        let own = format!("Elixir.{name}");
        let pid = self.spawn(parent, &own);
        self.say(Event::Registered { pid, name: Atom::new(&own) });
        let flags = Flags { strategy: Strategy::OneForOne, intensity: 3, period: 5, ..Flags::default() };
        self.say(Event::Supervises { pid, flags, dynamic: name == "Seq.Dynamic" });
        for (position, child) in (0..).zip(children) {
            let kind = if child.ends_with("Server") { ChildType::Worker } else { ChildType::Supervisor };
            self.say(Event::ChildAdded { supervisor: pid, child: spec(module(child), kind), position });
        }
        self.initialised(pid, Behaviour::Supervisor, &own);
        pid
    }

    fn child(&mut self, supervisor: Pid, id: Term, start: impl FnOnce(&mut Story) -> Pid) -> Pid {
        self.say(Event::ChildStarting { supervisor, id: id.clone(), replaces: None });
        let pid = start(self);
        self.say(Event::ChildStarted { supervisor, id, pid });
        pid
    }

    fn server(&mut self, supervisor: Pid, id: Term, replaces: Option<Pid>) -> Pid {
        self.say(Event::ChildStarting { supervisor, id: id.clone(), replaces });
        let pid = self.spawn(supervisor, "Elixir.Seq.Server");
        self.say(Event::Registered { pid, name: id.as_atom().expect("a name") });
        self.initialised(pid, Behaviour::GenServer, "Elixir.Seq.Server");
        self.say(Event::ChildStarted { supervisor, id, pid });
        pid
    }

    fn end(&mut self, supervisor: Pid, id: &Term, pid: Pid, reason: &Term) {
        self.say(Event::Exited { pid, reason: reason.clone(), cause: None });
        let by_supervisor = !reason.is_atom(Atom::new("killed"));
        if !by_supervisor {
            self.report(supervisor, id, pid, reason);
        }
        self.say(Event::ChildEnded { supervisor, id: id.clone(), pid, reason: reason.clone(), by_supervisor });
    }

    fn report(&mut self, supervisor: Pid, id: &Term, pid: Pid, reason: &Term) {
        let child = term!([{pid, (pid)}, {id, (id.clone())}, {restart_type, permanent}, {shutdown, 5000}, {child_type, worker}]);
        let body = term!([{supervisor, {local, (module("Seq.Supervisor"))}}, {errorContext, child_terminated},
            {reason, (reason.clone())}, {offender, (child)}]);
        let label = term!({supervisor, child_terminated});
        self.say(Event::Reported { pid: supervisor, report: Rc::new(Report { level: Level::Error, label, body }) });
    }
}
