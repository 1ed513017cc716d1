//! Telemetry: events that code executes and handlers attach to, as Erlang's `telemetry` has them.
//!
//! A handler runs in the process that executes the event. It is a function as data of four
//! arguments: event name (a list of atoms), measurements (a map), metadata (a map), config.
//!
//! | module | holds |
//! |---|---|
//! | `table` | the server that owns the handler table, and the application around it |
//!
//! ```
//! use let_it_crash::otp::telemetry;
//! use let_it_crash::process::Module;
//! use let_it_crash::term;
//! use let_it_crash::term::{Atom, Fun, Term};
//!
//! // The handler tells the process that executes the event what it got.
//! let metrics = Module::new(Atom::new("metrics"), "1").export("handle", 4, |cx, args| {
//!     Box::pin(async move { cx.send(cx.me(), args[1].clone()).map(|()| Term::atom("ok")) })
//! });
//! let mut node = let_it_crash::otp::node();
//! node.load(metrics);
//! let told = node.eval(|cx| async move {
//!     cx.apply(Atom::new("telemetry_app"), Atom::START, vec![term!(normal), term!([])]).await?;
//!     let handle = Fun { module: Atom::new("metrics"), name: Atom::new("handle"), arity: 4, env: vec![] };
//!     telemetry::attach(&cx, term!(id), term!([shop, sold]), Term::fun(handle), term!([])).await?;
//!     telemetry::execute(&cx, term!([shop, sold]), term!(#{price => 5}), term!(#{})).await?;
//!     Ok(cx.receive().await)
//! });
//! assert_eq!(told, Ok(term!(#{price => 5})));
//! ```
//!
//! OTP: <https://hexdocs.pm/telemetry/1.2.1/telemetry.html>

mod table;

use std::future::Future;
use std::rc::Rc;

use crate::event::{Event, Level, Telemetry};
use crate::exit::Raise;
use crate::process::{Cx, Module, Runtime};
use crate::term::{Atom, Term};

use super::elixir::apply_fun;
use super::proc_lib;
use table::Handler;

pub use table::APP;

/// The modules of the application `telemetry`: `telemetry_app`, `telemetry_sup`,
/// `telemetry_handler_table`, and `telemetry` with its functions.
#[must_use]
pub fn modules() -> Vec<Module> {
    let mut modules = table::modules();
    modules.push(exports());
    modules
}

fn exports() -> Module {
    Module::new(Atom::new("telemetry"), "1.2.1")
        .export("attach", 4, |cx, args| {
            Box::pin(async move {
                let [id, event, fun, config] = table::arguments(args)?;
                attach(&cx, id, event, fun, config).await
            })
        })
        .export("attach_many", 4, |cx, args| {
            Box::pin(async move {
                let [id, events, fun, config] = table::arguments(args)?;
                attach_many(&cx, id, events, fun, config).await
            })
        })
        .export("detach", 1, |cx, args| {
            Box::pin(async move {
                let [id] = table::arguments(args)?;
                detach(&cx, id).await
            })
        })
        .export("list_handlers", 1, |cx, args| {
            Box::pin(async move {
                let [prefix] = table::arguments(args)?;
                list_handlers(&cx, &prefix)
            })
        })
        .export("execute", 2, |cx, args| {
            Box::pin(async move {
                let [name, measurements] = table::arguments(args)?;
                execute(&cx, name, measurements, Term::map(Vec::new())).await
            })
        })
        .export("execute", 3, |cx, args| {
            Box::pin(async move {
                let [name, measurements, metadata] = table::arguments(args)?;
                execute(&cx, name, measurements, metadata).await
            })
        })
        .export("span", 3, |cx, args| Box::pin(async move { span_of_fun(&cx, args).await }))
}

/// `telemetry:span/3`: the function returns `{Result, StopMetadata}`.
async fn span_of_fun(cx: &Cx, args: Vec<Term>) -> Result<Term, Raise> {
    let [prefix, metadata, fun] = table::arguments(args)?;
    let work = async {
        let returned = apply_fun(cx, &fun, Vec::new()).await?;
        match returned.as_tuple() {
            Some([result, metadata]) => Ok((result.clone(), metadata.clone())),
            _ => Err(badmatch(returned)),
        }
    };
    span(cx, &prefix, metadata, work).await
}

fn badmatch(term: Term) -> Raise {
    Raise::error(Term::tuple([Atom::BADMATCH.into(), term]))
}

/// Attaches a handler to an event: `ok`, or `{error, already_exists}` for an id in use.
///
/// # Errors
/// `badarg` for a name that is no list of atoms, `function_clause` for a handler that is no
/// function of four arguments; exit, if the application `telemetry` does not run.
///
/// OTP: <https://hexdocs.pm/telemetry/1.2.1/telemetry.html#attach-4>
pub async fn attach(cx: &Cx, id: Term, event: Term, fun: Term, config: Term) -> Result<Term, Raise> {
    attach_many(cx, id, Term::list([event]), fun, config).await
}

/// Attaches a handler to several events (a list of names) under one id.
///
/// # Errors
/// As of [`attach`].
///
/// OTP: <https://hexdocs.pm/telemetry/1.2.1/telemetry.html#attach_many-4>
pub async fn attach_many(cx: &Cx, id: Term, events: Term, fun: Term, config: Term) -> Result<Term, Raise> {
    if fun.as_fun().is_none_or(|code| code.arity != 4) {
        return Err(Raise::error(Atom::FUNCTION_CLAUSE));
    }
    let names = events.to_vec().ok_or_else(|| Raise::error(Atom::BADARG))?;
    if !names.iter().all(|name| is_prefix(name) && *name != Term::Nil) {
        return Err(Raise::error(Atom::BADARG));
    }
    table::insert(cx, id, events, fun, config).await
}

fn is_prefix(name: &Term) -> bool {
    name.to_vec().is_some_and(|segments| segments.iter().all(|segment| segment.as_atom().is_some()))
}

/// Detaches a handler from all its events: `ok` or `{error, not_found}`.
///
/// # Errors
/// exit, if the application `telemetry` does not run.
///
/// OTP: <https://hexdocs.pm/telemetry/1.2.1/telemetry.html#detach-1>
pub async fn detach(cx: &Cx, id: Term) -> Result<Term, Raise> {
    table::delete(cx, id).await
}

/// The handlers of events whose names begin so: `[%{id, event_name, function, config}]`.
///
/// # Errors
/// `badarg` for a prefix that is no list of atoms.
///
/// OTP: <https://hexdocs.pm/telemetry/1.2.1/telemetry.html#list_handlers-1>
pub fn list_handlers(cx: &Cx, prefix: &Term) -> Result<Term, Raise> {
    if !is_prefix(prefix) {
        return Err(Raise::error(Atom::BADARG));
    }
    let shown = table::by_prefix(cx, prefix).into_iter().map(|handler| {
        let pair = |key: &str, value: Term| (Term::atom(key), value);
        Term::map(vec![
            pair("id", handler.id),
            pair("event_name", handler.event),
            pair("function", handler.fun),
            pair("config", handler.config),
        ])
    });
    Ok(Term::list(shown.collect::<Vec<_>>()))
}

/// The handlers of events whose names begin so, as somebody outside of the node sees them: id,
/// event and function. Changes nothing.
#[must_use]
pub fn attached(node: &Runtime, prefix: &Term) -> Vec<[Term; 3]> {
    let rows = node.kernel().tables.rows(table::table());
    table::with_prefix(rows, prefix).map(|handler| [handler.id, handler.event, handler.fun]).collect()
}

/// Executes an event: writes it to the log and calls its handlers in the order in which they were
/// attached. A handler that raises is detached, and `[telemetry, handler, failure]` says so.
/// Returns `ok`.
///
/// # Errors
/// `function_clause`, unless the name is a list that is not empty and the others are maps.
///
/// OTP: <https://hexdocs.pm/telemetry/1.2.1/telemetry.html#execute-3>
pub async fn execute(cx: &Cx, name: Term, measurements: Term, metadata: Term) -> Result<Term, Raise> {
    let (Term::List(_), Term::Map(_), Term::Map(_)) = (&name, &measurements, &metadata) else {
        return Err(Raise::error(Atom::FUNCTION_CLAUSE));
    };
    cx.charge(1);
    let handlers = table::of_event(cx, &name);
    let event = Telemetry { name: name.clone(), measurements: measurements.clone(), metadata: metadata.clone() };
    cx.emit(Event::Telemetry { pid: cx.me(), event: Rc::new(event) });
    for handler in handlers {
        let args = vec![name.clone(), measurements.clone(), metadata.clone(), handler.config.clone()];
        // Boxed: a handler may itself execute events.
        if let Err(raise) = Box::pin(apply_fun(cx, &handler.fun, args)).await {
            Box::pin(handler_failed(cx, &name, handler, raise)).await?;
        }
    }
    Ok(Atom::OK.into())
}

async fn handler_failed(cx: &Cx, event: &Term, handler: Handler, raise: Raise) -> Result<(), Raise> {
    detach(cx, handler.id.clone()).await?;
    let pair = |key: &str, value: Term| (Term::atom(key), value);
    let metadata = Term::map(vec![
        pair("event_name", event.clone()),
        pair("handler_id", handler.id.clone()),
        pair("handler_config", handler.config),
        pair("kind", raise.class.atom().into()),
        pair("reason", raise.reason.clone()),
        pair("stacktrace", raise.stack.clone()),
    ]);
    let failure = Term::list(["telemetry", "handler", "failure"].map(Term::atom));
    execute(cx, failure, times(cx), metadata.clone()).await?;
    proc_lib::report(cx, Level::Error, || (Term::list(["telemetry", "handler_failed"].map(Term::atom)), metadata));
    Ok(())
}

/// Both clocks are the node's: nanoseconds of virtual time since boot.
fn times(cx: &Cx) -> Term {
    let now = Term::from(cx.monotonic_time().0);
    Term::map(vec![(Term::atom("monotonic_time"), now.clone()), (Term::atom("system_time"), now)])
}

/// Executes `prefix ++ [start]`, awaits the work, and executes `prefix ++ [stop]` with the
/// metadata that it gives besides its result; or, if it raises, `prefix ++ [exception]` with
/// `kind`, `reason` and `stacktrace`, and raises the same again. `duration` and the times are in
/// nanoseconds of virtual time. All carry one `telemetry_span_context`.
///
/// # Errors
/// Whatever the work raises; `badmatch` if its metadata is no map.
///
/// # Cancel
/// A process that is killed meanwhile executes no further event.
///
/// Differs: takes the work itself, where telemetry takes a function; `system_time` is virtual.
///
/// OTP: <https://hexdocs.pm/telemetry/1.2.1/telemetry.html#span-3>
pub async fn span<T>(
    cx: &Cx,
    prefix: &Term,
    metadata: Term,
    work: impl Future<Output = Result<(T, Term), Raise>>,
) -> Result<T, Raise> {
    let started = cx.monotonic_time();
    let context = Term::from(cx.make_ref());
    execute(cx, with(prefix, "start"), times(cx), in_context(&metadata, &context)).await?;
    let outcome = match work.await {
        Ok((_, stop)) if stop.as_map().is_none() => Err(badmatch(stop)),
        other => other,
    };
    let now = cx.monotonic_time();
    let measurements = Term::map(vec![
        (Term::atom("duration"), now.since(started).0.into()),
        (Term::atom("monotonic_time"), now.0.into()),
    ]);
    match outcome {
        Ok((result, stop)) => {
            execute(cx, with(prefix, "stop"), measurements, in_context(&stop, &context)).await?;
            Ok(result)
        }
        Err(raise) => {
            let metadata = in_context(&exception(metadata, &raise), &context);
            execute(cx, with(prefix, "exception"), measurements, metadata).await?;
            Err(raise)
        }
    }
}

fn exception(metadata: Term, raise: &Raise) -> Term {
    let mut pairs = metadata.as_map().unwrap_or_default().to_vec();
    pairs.push((Term::atom("kind"), raise.class.atom().into()));
    pairs.push((Term::atom("reason"), raise.reason.clone()));
    pairs.push((Term::atom("stacktrace"), raise.stack.clone()));
    Term::map(pairs)
}

fn with(prefix: &Term, last: &str) -> Term {
    Term::list_with_tail(prefix.to_vec().unwrap_or_default(), Term::list([Term::atom(last)]))
}

/// A context that the caller gave stays.
fn in_context(metadata: &Term, context: &Term) -> Term {
    let key = Term::atom("telemetry_span_context");
    match metadata.map_get(&key) {
        Some(_) => metadata.clone(),
        None => metadata.map_put(key, context.clone()).unwrap_or_else(|| metadata.clone()),
    }
}
