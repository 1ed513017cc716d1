//! Log reports in the words of Elixir 1.14's `Logger` at level debug, with SASL reports on.
//!
//! A report's label says which it is, its body (a map or a keyword list) holds what OTP's own
//! report of that label holds:
//!
//! | label | body |
//! |---|---|
//! | `{gen_server, terminate}` | map: `name` (pid or name), `last_message`, `state`, `reason`, `client_info` (`undefined`, or `{Pid, dead}`, or `{Pid, {NameOrPid, Stack}}`). Without `client_info` a `last_message` of `{'$gen_call', {Pid, _}, Request}` says the same |
//! | `{gen_server, no_handle_info}` | map: `module`, `message`, and `name` (pid or name) |
//! | `{proc_lib, crash}` | `[Info, Linked]`, `Info` a keyword list: `initial_call`, `pid`, `registered_name` (`[]` if none), `error_info` (`{Class, Reason, Stack}`), `ancestors`, `message_queue_len`, `messages`, `links`, `dictionary`, `trap_exit`, `status`, `heap_size`, `stack_size`, `reductions`; keys that are missing are not shown, others are ignored |
//! | `{supervisor, progress}` | `supervisor` (`{local, Name}` or `{Pid, Module}`), `started`: a child |
//! | `{supervisor, Context}` | `supervisor`, `errorContext` (`start_error`, `child_terminated`, `shutdown`, `shutdown_error`), `reason`, `offender`: a child |
//! | `{application_controller, progress}` | `application`, `started_at` (a node's name) |
//! | `{application_controller, exit}` | `application`, `exited` (the reason), `type` |
//! | `{error_logger, error_msg}` | `{Pid, {Reason, Stack}}`: a process without behaviour raised an error |
//! | anything | a binary: the text itself |
//!
//! A child is a keyword list: `pid` (or `nb_children`), `id`, `mfargs` (`{M, F, A}`), `restart_type`,
//! `significant`, `shutdown`, `child_type`.
//!
//! OTP: <https://hexdocs.pm/logger/1.14/Logger.Translator.html>

mod exception;
#[cfg(test)]
mod tests;

pub use exception::{format_application_error, format_exit, format_mfa, format_stacktrace_entry};

use crate::event::Report;
use crate::term::{Atom, Pid, Term};
use exception::{Exception, error_banner, is_stacktrace, show};

/// A report's text: a headline, then lines of detail.
#[must_use]
pub fn text(report: &Report) -> String {
    worded(report).unwrap_or_else(|| match report.body.as_str() {
        Some(text) => text.to_owned(),
        None => format!("{} {}", show(&report.label), show(&report.body)),
    })
}

/// The first line of a report's text, and its second where that says why.
#[must_use]
pub fn headline(report: &Report) -> String {
    let text = text(report);
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    match lines.next() {
        Some(why) if why.starts_with("** ") => format!("{first} {why}"),
        _ => first.to_owned(),
    }
}

fn worded(report: &Report) -> Option<String> {
    let [Term::Atom(who), Term::Atom(what)] = report.label.as_tuple_of::<2>()? else { return None };
    let body = &report.body;
    match (&*who.text(), &*what.text()) {
        ("gen_server", "terminate") => gen_server_terminate(body),
        ("gen_server", "no_handle_info") => no_handle_info(body),
        ("proc_lib", "crash") => process_crash(body),
        ("supervisor", "progress") => child_started(body),
        ("supervisor", _) => child_trouble(body),
        ("application_controller", "progress") => {
            let name = field(body, "application")?.as_atom()?.text();
            Some(format!("Application {name} started at {}", show(field(body, "started_at")?)))
        }
        ("application_controller", "exit") => {
            let name = field(body, "application")?.as_atom()?.text();
            Some(format!("Application {name} exited: {}", format_application_error(field(body, "exited")?)))
        }
        ("error_logger", "error_msg") => {
            let [pid, why] = body.as_tuple_of::<2>()?;
            let [reason, stack] = why.as_tuple_of::<2>()?;
            let stack_lines = stack_lines(stack);
            Some(format!("Process {} raised an exception\n{}{stack_lines}", show(pid), error_banner(reason, stack)))
        }
        _ => None,
    }
}

/// The child that a supervisor reports of.
#[must_use]
pub fn child(report: &Report) -> Option<Pid> {
    let child = field(&report.body, "offender").or_else(|| field(&report.body, "started"))?;
    match field(child, "pid") {
        Some(Term::Pid(pid)) => Some(*pid),
        _ => None,
    }
}

fn field<'a>(body: &'a Term, key: &str) -> Option<&'a Term> {
    body.map_get(&Term::atom(key)).or_else(|| body.keyword_get(Atom::new(key)))
}

fn stack_lines(stack: &Term) -> String {
    stack.iter().map(|frame| format!("\n    {}", format_stacktrace_entry(frame))).collect()
}

#[inline(never)]
fn gen_server_terminate(body: &Term) -> Option<String> {
    let name = show(field(body, "name")?);
    let why = format_reason(field(body, "reason")?);
    let last = field(body, "last_message")?;
    let (client, last) = match field(body, "client_info") {
        Some(client) => (client_of(client), last),
        None => caller_of(last).unwrap_or((None, last)),
    };
    let (from, about) = client.unwrap_or_default();
    let state = field(body, "state").map(|state| format!("\nState: {}", show(state))).unwrap_or_default();
    Some(format!("GenServer {name} terminating{why}\nLast message{from}: {}{state}{about}", show(last)))
}

/// Who sent the last message, and how it fares now.
fn client_of(client: &Term) -> Option<(String, String)> {
    let [pid, about] = client.as_tuple_of::<2>()?;
    Some(match about.as_tuple() {
        Some([name, stack]) => {
            let name = show(name);
            (format!(" (from {name})"), format!("\nClient {name} is alive\n{}", stack_lines(stack)))
        }
        _ => (format!(" (from {})", show(pid)), format!("\nClient {} is dead", show(pid))),
    })
}

/// The client and the request of a call.
fn caller_of(message: &Term) -> Option<(Option<(String, String)>, &Term)> {
    match message.as_tuple()? {
        [Term::Atom(Atom::GEN_CALL), from, request] => {
            let [pid, _] = from.as_tuple_of::<2>()?;
            Some((Some((format!(" (from {})", show(pid)), String::new())), request))
        }
        _ => None,
    }
}

#[inline(never)]
fn no_handle_info(body: &Term) -> Option<String> {
    let (module, message) = (field(body, "module")?, field(body, "message")?);
    let name = field(body, "name").map(|name| format!(" {}", show(name))).unwrap_or_default();
    Some(format!("{}{name} received unexpected message in handle_info/2: {}", show(module), show(message)))
}

/// The reason of a server's end: an exception with its stack, or the reason of a stop.
fn format_reason(reason: &Term) -> String {
    match reason.as_tuple() {
        Some([why, stack]) if is_stacktrace(stack) => {
            let banner = if Exception::of(why, stack).bare {
                format!("** (stop) {}", format_exit(why))
            } else {
                error_banner(why, stack)
            };
            format!("\n{banner}{}", stack_lines(stack))
        }
        _ => format!("\n** (stop) {}", format_exit(reason)),
    }
}

#[inline(never)]
fn process_crash(body: &Term) -> Option<String> {
    let info = body.iter().next()?;
    let pid = show(field(info, "pid")?);
    let name = match field(info, "registered_name") {
        None | Some(Term::Nil) => pid,
        Some(name) => format!("{} ({pid})", show(name)),
    };
    let [class, reason, stack] = field(info, "error_info")?.as_tuple_of::<3>()?;
    let banner = match &*class.as_atom()?.text() {
        "error" => error_banner(reason, stack),
        "throw" => format!("** (throw) {}", show(reason)),
        _ => format!("** (exit) {}", format_exit(reason)),
    };
    let details: String = CRASH_DETAILS.iter().filter_map(|(key, label)| crash_detail(info, key, label)).collect();
    Some(format!("Process {name} terminating\n{banner}{}{details}", stack_lines(stack)))
}

const CRASH_DETAILS: [(&str, &str); 11] = [
    ("initial_call", "Initial Call"),
    ("ancestors", "Ancestors"),
    ("message_queue_len", "Message Queue Length"),
    ("messages", "Messages"),
    ("links", "Links"),
    ("dictionary", "Dictionary"),
    ("trap_exit", "Trapping Exits"),
    ("status", "Status"),
    ("heap_size", "Heap Size"),
    ("stack_size", "Stack Size"),
    ("reductions", "Reductions"),
];

fn crash_detail(info: &Term, key: &str, label: &str) -> Option<String> {
    let value = field(info, key)?;
    let text = match value.as_tuple() {
        Some([Term::Atom(Atom::SUPERVISOR), Term::Atom(module), _]) if key == "initial_call" => {
            format_mfa(*module, Atom::INIT, &Term::Int(1))
        }
        Some([Term::Atom(module), Term::Atom(function), arity]) if key == "initial_call" => {
            let arity =
                arity.to_vec().filter(|_| arity.as_int().is_none()).map_or(arity.clone(), |args| args.len().into());
            format_mfa(*module, *function, &arity)
        }
        _ => show(value),
    };
    Some(format!("\n{label}: {text}"))
}

fn child_started(body: &Term) -> Option<String> {
    let (supervisor, child) = (field(body, "supervisor")?, field(body, "started")?);
    let id = field(child, "id").map(|id| format!("Child {}", show(id)));
    let pid = show(field(child, "pid")?);
    let who = id.unwrap_or_else(|| "Child".into());
    Some(format!("{who} of Supervisor {} started\nPid: {pid}{}", supervisor_name(supervisor), child_details(child)))
}

#[inline(never)]
fn child_trouble(body: &Term) -> Option<String> {
    let supervisor = supervisor_name(field(body, "supervisor")?);
    let child = field(body, "offender")?;
    let context = field(body, "errorContext")?.as_atom()?.text();
    let what = match &*context {
        "start_error" => "failed to start",
        "child_terminated" => "terminated",
        "shutdown" => "caused shutdown",
        "shutdown_error" => "shut down abnormally",
        _ => return None,
    };
    let reason = field(body, "reason")?;
    let reason = match reason.as_tuple() {
        Some([Term::Atom(Atom::EXIT), why]) if &*context == "start_error" => why,
        _ => reason,
    };
    let id = field(child, "id").map(|id| format!(" {}", show(id))).unwrap_or_default();
    let (who, number) = match (field(child, "nb_children"), field(child, "pid")) {
        (Some(count), _) => ("Children", format!("\nNumber: {}", show(count))),
        (None, Some(Term::Pid(pid))) if &*context != "shutdown" => ("Child", format!("\nPid: {pid}")),
        _ => ("Child", String::new()),
    };
    let why = format_exit(reason);
    Some(format!("{who}{id} of Supervisor {supervisor} {what}\n** (exit) {why}{number}{}", child_details(child)))
}

fn supervisor_name(name: &Term) -> String {
    match name.as_tuple() {
        Some([Term::Pid(pid), module]) => format!("{pid} ({})", show(module)),
        Some([Term::Atom(_), name] | [Term::Atom(_), _, name]) => show(name),
        _ => show(name),
    }
}

fn child_details(child: &Term) -> String {
    let line = |label: &str, key: &str| field(child, key).map(|value| format!("\n{label}: {}", show(value)));
    let significant = field(child, "significant").filter(|value| value.is_atom(Atom::TRUE));
    let lines = [
        field(child, "mfargs").and_then(start_call),
        line("Restart", "restart_type"),
        significant.map(|_| "\nSignificant: true".to_owned()),
        line("Shutdown", "shutdown"),
        line("Type", "child_type"),
    ];
    lines.into_iter().flatten().collect()
}

/// `{Module, Function, Args}`; `undefined` for arguments that are not kept.
fn start_call(mfargs: &Term) -> Option<String> {
    let [Term::Atom(module), Term::Atom(function), args] = mfargs.as_tuple_of::<3>()? else { return None };
    let call = format_mfa(*module, *function, args);
    Some(match call.strip_suffix("/:undefined") {
        Some(call) => format!("\nStart Call: {call}/?"),
        None => format!("\nStart Call: {call}"),
    })
}
