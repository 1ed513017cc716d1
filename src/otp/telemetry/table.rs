//! The handler table, the server that owns it, and the application around that.
//!
//! A row for each event: `Name => [{Id, Function, Config}]` in the order of attachment; and a row
//! for each handler: `{handler, Id} => [Name]`.

use crate::event::Level;
use crate::exit::Raise;
use crate::otp::gen_server::{self, From, GenServer, Init, Next, Reply, Start};
use crate::otp::{proc_lib, supervisor};
use crate::process::{Cx, Module};
use crate::term::{Atom, Term};
use crate::time::Duration;

/// The application's resource file.
pub const APP: &str = r#"{application, telemetry,
 [{description, "Dynamic dispatching library for metrics and instrumentations"},
  {vsn, "1.2.1"},
  {modules, [telemetry, telemetry_app, telemetry_handler_table, telemetry_sup]},
  {registered, [telemetry_sup, telemetry_handler_table]},
  {applications, [kernel, stdlib]},
  {mod, {telemetry_app, []}},
  {env, []}]}.
"#;

/// A handler of an event.
pub(super) struct Handler {
    pub(super) id: Term,
    pub(super) event: Term,
    pub(super) fun: Term,
    pub(super) config: Term,
}

pub(super) fn table() -> Atom {
    Atom::new("telemetry_handler_table")
}

/// As many arguments as the export's arity says.
pub(super) fn arguments<const N: usize>(args: Vec<Term>) -> Result<[Term; N], Raise> {
    args.try_into().map_err(|_| Raise::error(Atom::BADARG))
}

pub(super) fn modules() -> Vec<Module> {
    let app = Module::new(Atom::new("telemetry_app"), "1.2.1")
        .export("start", 2, |cx, _| Box::pin(async move { start_supervisor(&cx).await }))
        .export("stop", 1, |_, _| Box::pin(async { Ok(Atom::OK.into()) }));
    let sup = Module::new(Atom::new("telemetry_sup"), "1.2.1")
        .export("start_link", 0, |cx, _| Box::pin(async move { start_supervisor(&cx).await }))
        .export("init", 1, |_, _| Box::pin(async { Ok(supervisor_spec()) }));
    let server = Module::new(table(), "1.2.1").export("start_link", 0, |cx, _| {
        Box::pin(async move {
            let start = Start::new(table(), Term::Nil).named(Some(table()));
            gen_server::start_link::<HandlerTable>(&cx, start).await
        })
    });
    vec![app, sup, server]
}

async fn start_supervisor(cx: &Cx) -> Result<Term, Raise> {
    let sup = Atom::new("telemetry_sup");
    supervisor::start_link(cx, Some(sup), sup, Term::Nil).await
}

fn supervisor_spec() -> Term {
    let child = Term::map(vec![
        (Atom::ID.into(), table().into()),
        (Atom::START.into(), Term::tuple([table().into(), Atom::START_LINK.into(), Term::Nil])),
    ]);
    let flags = Term::map(vec![
        (Atom::STRATEGY.into(), Atom::ONE_FOR_ONE.into()),
        (Atom::INTENSITY.into(), 1.into()),
        (Atom::PERIOD.into(), 5.into()),
    ]);
    Term::ok(Term::tuple([flags, Term::list([child])]))
}

const TIMEOUT: Option<Duration> = Some(Duration::from_secs(5));

pub(super) async fn insert(cx: &Cx, id: Term, events: Term, fun: Term, config: Term) -> Result<Term, Raise> {
    let request = Term::tuple([Term::atom("insert"), id, events, fun, config]);
    gen_server::call(cx, table(), request, TIMEOUT).await
}

pub(super) async fn delete(cx: &Cx, id: Term) -> Result<Term, Raise> {
    gen_server::call(cx, table(), Term::tuple([Term::atom("delete"), id]), TIMEOUT).await
}

/// The handlers of an event, first attached first. Without the application there are none.
pub(super) fn of_event(cx: &Cx, event: &Term) -> Vec<Handler> {
    match cx.table_lookup(table(), event) {
        Some(row) => handlers(event, &row),
        None => {
            if cx.whereis(table()).is_none() {
                report_missing(cx);
            }
            Vec::new()
        }
    }
}

fn report_missing(cx: &Cx) {
    proc_lib::report(cx, Level::Warning, || {
        let why = "Failed to lookup telemetry handlers. Ensure the telemetry application has been started.";
        let label = Term::list(["telemetry", "no_handler_table"].map(Term::atom));
        (label, Term::map(vec![(Term::atom("message"), Term::string(why))]))
    });
}

fn handlers(event: &Term, row: &Term) -> Vec<Handler> {
    let handler = |entry: &Term| {
        let [id, fun, config] = entry.as_tuple_of()?.clone();
        Some(Handler { id, event: event.clone(), fun, config })
    };
    row.iter().filter_map(handler).collect()
}

pub(super) fn by_prefix(cx: &Cx, prefix: &Term) -> Vec<Handler> {
    with_prefix(cx.table_rows(table()), prefix).collect()
}

/// The handlers in the rows of events whose names begin so.
pub(super) fn with_prefix(rows: Vec<(Term, Term)>, prefix: &Term) -> impl Iterator<Item = Handler> {
    let begins = |event: &Term| {
        let mut segments = event.iter();
        prefix.iter().all(|wanted| segments.next() == Some(wanted))
    };
    let rows = rows.into_iter().filter(move |(key, _)| matches!(key, Term::List(_)) && begins(key));
    rows.flat_map(|(event, row)| handlers(&event, &row))
}

/// The server that owns the table.
struct HandlerTable;

fn handler_key(id: &Term) -> Term {
    Term::tuple([Term::atom("handler"), id.clone()])
}

impl HandlerTable {
    fn insert(cx: &Cx, id: &Term, events: &Term, fun: &Term, config: &Term) -> Term {
        if cx.table_lookup(table(), &handler_key(id)).is_some() {
            return Term::error(Term::atom("already_exists"));
        }
        for event in events.iter() {
            let mut row = cx.table_lookup(table(), event).and_then(|row| row.to_vec()).unwrap_or_default();
            row.push(Term::tuple([id.clone(), fun.clone(), config.clone()]));
            cx.table_insert(table(), event.clone(), Term::list(row));
        }
        cx.table_insert(table(), handler_key(id), events.clone());
        Atom::OK.into()
    }

    fn delete(cx: &Cx, id: &Term) -> Term {
        let Some(events) = cx.table_delete(table(), &handler_key(id)) else {
            return Term::error(Atom::NOT_FOUND.into());
        };
        for event in events.iter() {
            let row = cx.table_delete(table(), event).and_then(|row| row.to_vec()).unwrap_or_default();
            let others = row.into_iter().filter(|entry| entry.as_tuple().and_then(<[Term]>::first) != Some(id));
            let others = others.collect::<Vec<_>>();
            if !others.is_empty() {
                cx.table_insert(table(), event.clone(), Term::list(others));
            }
        }
        Atom::OK.into()
    }
}

impl GenServer for HandlerTable {
    async fn init(cx: &Cx, _args: Term) -> Result<Init<Self>, Raise> {
        cx.table_create(table());
        Ok(Init::Ok(HandlerTable, Next::Wait))
    }

    async fn handle_call(&mut self, cx: &Cx, request: Term, _from: From) -> Result<Reply, Raise> {
        match request.as_tuple() {
            Some([tag, id, events, fun, config]) if *tag == Term::atom("insert") => {
                Ok(Reply::value(Self::insert(cx, id, events, fun, config)))
            }
            Some([tag, id]) if *tag == Term::atom("delete") => Ok(Reply::value(Self::delete(cx, id))),
            _ => Err(Raise::error(Atom::FUNCTION_CLAUSE)),
        }
    }

    async fn handle_cast(&mut self, _cx: &Cx, _message: Term) -> Result<Reply, Raise> {
        Ok(Reply::none())
    }

    fn state(&self) -> Term {
        Term::Nil
    }

    fn from_state(_state: Term) -> Result<Self, Raise> {
        Ok(HandlerTable)
    }
}
