//! The worker: a gen_server whose callbacks trace, run a script and return what it says.

use crate::exit::Raise;
use crate::otp::gen_server::{self, From, GenServer, Init, Name, Next, Reply, Start};
use crate::process::{Cx, Module};
use crate::term::{Atom, Term};

use super::super::actor::{Actor, DO, STEP};
use super::super::op::{Op, Script, millis};

/// Its state is `#{label, spec}`, until a raw return puts something else there.
pub(super) struct Worker {
    state: Term,
}

/// The module that child specifications name.
pub(super) fn module() -> Module {
    let module = Module::new(Atom::new(super::WORKER), "1");
    (1..=4).fold(module, |module, arity| {
        module.export("start_link", arity, |cx, args| Box::pin(async move { start_link(&cx, &args).await }))
    })
}

async fn start_link(cx: &Cx, args: &[Term]) -> Result<Term, Raise> {
    gen_server::start_link::<Worker>(cx, options(args)?).await
}

/// Starts a worker that is not linked to the caller.
pub(in super::super) async fn start_nolink(cx: &Cx, spec: &Op) -> Result<Term, Raise> {
    let args: Vec<_> = std::iter::once(spec.0.clone()).chain(spec.terms("args")?).collect();
    gen_server::start::<Worker>(cx, options(&args)?).await
}

fn options(args: &[Term]) -> Result<Start, Raise> {
    let (spec, _) = super::start_args(args);
    let timeout = spec.span("init_timeout");
    Ok(Start {
        name: super::name(&spec)?.map(Name::Local),
        module: Atom::new(super::WORKER),
        args: super::init_argument(args),
        timeout,
    })
}

/// A message that a callback got, as far as it differs for it.
enum Message {
    Script(Script),
    Step(Term, Op),
    Other(Term),
}

impl Message {
    fn decode(message: Term) -> Message {
        match message.as_tuple() {
            Some([tag, ops]) if tag.is_atom(Atom::new(DO)) => Message::Script(Script(ops.clone())),
            Some([tag, number, op]) if tag.is_atom(Atom::new(STEP)) => Message::Step(number.clone(), Op(op.clone())),
            _ => Message::Other(message),
        }
    }
}

impl Worker {
    fn new(spec: &Op, label: &str) -> Worker {
        let pairs = vec![(Term::atom("spec"), spec.0.clone()), (Term::atom("label"), Term::string(label))];
        Worker { state: Term::map(pairs) }
    }

    /// A state that is not ours any more has no label, which is an error as for any other map.
    fn check(&self) -> Result<(), Raise> {
        match (&self.state, self.state.map_get(&Term::atom("label"))) {
            (_, Some(_)) => Ok(()),
            (Term::Atom(_), None) => Err(Raise::error(Atom::UNDEF)),
            (other, None) => Err(Raise::error(Term::tuple([Term::atom("badkey"), Term::atom("label"), other.clone()]))),
        }
    }

    /// handle_cast, handle_info, handle_continue
    async fn handle(&self, cx: &Cx, kind: &str, message: Message) -> Result<Reply, Raise> {
        self.check()?;
        let actor = Actor::of(cx);
        match message {
            Message::Script(script) => {
                trace_script(&actor, kind);
                match actor.script(Some(script)).await? {
                    None => Ok(Reply::none()),
                    Some(end) => returned(&end),
                }
            }
            Message::Step(number, op) => trace_other(&actor, kind, &step_message(number, op)),
            Message::Other(message) => trace_other(&actor, kind, &message),
        }
    }
}

fn step_message(number: Term, op: Op) -> Term {
    Term::tuple([Term::atom(STEP), number, op.0])
}

fn trace_script(actor: &Actor, kind: &str) {
    let label = actor.stage.text(&actor.cx.me().into());
    actor.stage.trace(&actor.cx, kind, &label, [Term::string("do")]);
}

fn trace_other(actor: &Actor, kind: &str, message: &Term) -> Result<Reply, Raise> {
    actor.stage.trace_term(&actor.cx, kind, message);
    Ok(Reply::none())
}

impl GenServer for Worker {
    async fn init(cx: &Cx, argument: Term) -> Result<Init<Self>, Raise> {
        let actor = Actor::of(cx);
        let (spec, script) = super::enter(&actor, &argument);
        if spec.flag("trap_exit") {
            cx.trap_exits(true);
        }
        let worker = Worker::new(&spec, &actor.stage.text(&cx.me().into()));
        let Some(end) = actor.script(script).await? else { return Ok(Init::Ok(worker, Next::Wait)) };
        match (raw(&end)?, end.text("value")) {
            (Some(term), _) => Ok(Init::Raw(term)),
            (None, Some("ok")) => Ok(Init::Ok(worker, next(&end))),
            (None, Some("ignore")) => Ok(Init::Ignore),
            (None, Some("stop")) => Ok(Init::Stop(reason(&end)?)),
            _ => Err(case_clause(&end)),
        }
    }

    async fn handle_call(&mut self, cx: &Cx, request: Term, from: From) -> Result<Reply, Raise> {
        self.check()?;
        let actor = Actor::of(cx);
        let Message::Script(script) = Message::decode(request.clone()) else {
            actor.stage.trace_term(cx, "call", &request);
            return Ok(Reply::value(request));
        };
        trace_script(&actor, "call");
        let Some(end) = actor.script(Some(script)).await? else { return Ok(Reply::value(Atom::OK)) };
        match (raw(&end)?, end.text("value"), end.get("reply")) {
            (Some(term), ..) => Ok(Reply::Raw(term)),
            (None, Some("reply"), _) => Ok(Reply::Reply(end.term("reply", Atom::OK)?, next(&end))),
            (None, Some("noreply"), _) => {
                if let Some(name) = end.text("save") {
                    actor.stage.save_caller(name, from.term());
                }
                Ok(Reply::NoReply(next(&end)))
            }
            (None, Some("stop"), Some(_)) => Ok(Reply::StopReply(reason(&end)?, end.term("reply", Atom::OK)?)),
            (None, Some("stop"), None) => Ok(Reply::Stop(reason(&end)?)),
            _ => Err(case_clause(&end)),
        }
    }

    async fn handle_cast(&mut self, cx: &Cx, message: Term) -> Result<Reply, Raise> {
        self.handle(cx, "cast", Message::decode(message)).await
    }

    async fn handle_continue(&mut self, cx: &Cx, message: Term) -> Result<Reply, Raise> {
        self.handle(cx, "continue", Message::decode(message)).await
    }

    async fn handle_info(&mut self, cx: &Cx, message: Term) -> Result<Reply, Raise> {
        match Message::decode(message) {
            Message::Step(_, op) if op.name() == "return" => returned(&op),
            Message::Step(number, op) => {
                Actor::of(cx).step(number, op).await?;
                Ok(Reply::none())
            }
            other => self.handle(cx, "info", other).await,
        }
    }

    async fn terminate(&mut self, cx: &Cx, reason: &Term) -> Result<(), Raise> {
        let actor = Actor::of(cx);
        actor.stage.trace_term(cx, "terminate", reason);
        if let Some(spec) = self.state.map_get(&Term::atom("spec")) {
            actor.script(Op(spec.clone()).script("terminate")).await?;
        }
        Ok(())
    }

    fn state(&self) -> Term {
        self.state.clone()
    }

    fn from_state(state: Term) -> Result<Self, Raise> {
        Ok(Worker { state })
    }
}

/// What the `return` of a cast, info or continue means.
fn returned(end: &Op) -> Result<Reply, Raise> {
    match (raw(end)?, end.text("value")) {
        (Some(term), _) => Ok(Reply::Raw(term)),
        (None, Some("noreply")) => Ok(Reply::NoReply(next(end))),
        (None, Some("stop")) => Ok(Reply::Stop(reason(end)?)),
        _ => Err(Raise::error(Atom::FUNCTION_CLAUSE)),
    }
}

pub(super) fn raw(end: &Op) -> Result<Option<Term>, Raise> {
    end.get("raw").map(|_| end.term("raw", Atom::UNDEFINED)).transpose()
}

pub(super) fn reason(end: &Op) -> Result<Term, Raise> {
    end.term("reason", Atom::NORMAL)
}

/// A `return` that this callback cannot make.
fn case_clause(end: &Op) -> Raise {
    Raise::error(Term::tuple([Term::atom("case_clause"), end.0.clone()]))
}

fn next(end: &Op) -> Next {
    match (end.int("timeout"), end.script("continue")) {
        (Some(ms), _) => Next::Timeout(millis(ms)),
        (None, Some(script)) => Next::Continue(Term::tuple([Term::atom(DO), script.0])),
        (None, None) => Next::Wait,
    }
}
