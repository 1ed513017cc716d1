//! Exit reasons, exceptions and stack traces in Elixir's words.
//!
//! Differs: there is no application before a function of a stack trace, for there is no code
//! server to ask; an error with `error_info` shows without what its module would add.
//!
//! OTP: <https://hexdocs.pm/elixir/1.14/Exception.html>

use crate::term::inspect::{Options, inspect};
use crate::term::{Atom, Term};

pub(super) fn show(term: &Term) -> String {
    inspect(term, &Options::default())
}

/// An exit reason in Elixir's words; lines after the first are indented.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Exception.html#format_exit/1>
#[must_use]
pub fn format_exit(reason: &Term) -> String {
    format_exit_within(reason, 1)
}

/// Reasons nest (a call that exits in a call), as deep as a term does; below this the reason is
/// shown as a term.
const DEEPEST: usize = 16;

fn format_exit_within(reason: &Term, level: usize) -> String {
    let joiner = format!("\n{}", "    ".repeat(level));
    match reason.as_tuple() {
        _ if level > DEEPEST => show(reason),
        Some([exception, stack]) if is_stacktrace(stack) => {
            let lines = stack.iter().map(|entry| format!("{joiner}    {}", format_stacktrace_entry(entry)));
            format!("an exception was raised:{joiner}{}{}", error_banner(exception, stack), lines.collect::<String>())
        }
        Some([Term::Atom(Atom::SHUTDOWN), why]) => match failed_child(why) {
            Some((child, why)) => {
                let why = format_exit_within(why, level + 1);
                format!("shutdown: failed to start child: {}{joiner}** (EXIT) {why}", show(child))
            }
            None => format_exit_reason(reason),
        },
        Some([why, call]) => match format_call(call) {
            Some(call) => format!("exited in: {call}{joiner}** (EXIT) {}", format_exit_within(why, level + 1)),
            None => format_exit_reason(reason),
        },
        _ => format_exit_reason(reason),
    }
}

/// `{failed_to_start_child, Child, Reason | {'EXIT', Reason}}`
fn failed_child(why: &Term) -> Option<(&Term, &Term)> {
    match why.as_tuple()? {
        [Term::Atom(tag), child, why] if &*tag.text() == "failed_to_start_child" => match why.as_tuple() {
            Some([Term::Atom(Atom::EXIT), inner]) => Some((child, inner)),
            _ => Some((child, why)),
        },
        _ => None,
    }
}

/// `{Module, Function, Arguments}`
fn format_call(call: &Term) -> Option<String> {
    match call.as_tuple()? {
        [Term::Atom(module), Term::Atom(function), args] if is_short_list(args) => {
            Some(format_mfa(*module, *function, args))
        }
        _ => None,
    }
}

fn is_short_list(term: &Term) -> bool {
    term.to_vec().is_some_and(|items| items.len() < 256)
}

fn format_exit_reason(reason: &Term) -> String {
    match reason {
        Term::Atom(Atom::NORMAL) => "normal".into(),
        Term::Atom(Atom::SHUTDOWN) => "shutdown".into(),
        Term::Atom(Atom::CALLING_SELF) => "process attempted to call itself".into(),
        Term::Atom(Atom::TIMEOUT) => "time out".into(),
        Term::Atom(Atom::KILLED) => "killed".into(),
        Term::Atom(Atom::NOPROC) => "no process: the process is not alive or there's no process currently associated \
                                     with the given name, possibly because its application isn't started"
            .into(),
        _ => format_tagged(reason).unwrap_or_else(|| show(reason)),
    }
}

fn format_tagged(reason: &Term) -> Option<String> {
    let [Term::Atom(tag), value] = reason.as_tuple()? else { return None };
    Some(match &*tag.text() {
        "shutdown" => format!("shutdown: {}", show(value)),
        "already_started" => format!("already started: {}", show(value)),
        "bad_return_value" => format!("bad return value: {}", show(value)),
        "bad_call" => format!("bad call: {}", show(value)),
        "bad_cast" => format!("bad cast: {}", show(value)),
        "bad_return" => bad_return(value)?,
        "bad_start_spec" => format!("bad child specification, invalid children: {}", show(value)),
        "start_spec" => format!("bad child specification, {}", format_start_spec(value)),
        "supervisor_data" => format!("bad supervisor configuration, {}", format_supervisor_data(value)),
        _ => return None,
    })
}

fn bad_return(value: &Term) -> Option<String> {
    match value.as_tuple()? {
        [Term::Atom(module), Term::Atom(Atom::INIT), value] => {
            let init = format_mfa(*module, Atom::INIT, &Term::Int(1));
            Some(format!("{init} returned a bad value: {}", show(value)))
        }
        _ => None,
    }
}

fn tagged(term: &Term) -> Option<(std::rc::Rc<str>, &Term)> {
    match term.as_tuple()? {
        [Term::Atom(tag), value] => Some((tag.text(), value)),
        _ => None,
    }
}

fn format_supervisor_data(data: &Term) -> String {
    let Some((tag, value)) = tagged(data) else { return format!("got: {}", show(data)) };
    let value = show(value);
    match &*tag {
        "invalid_type" => format!("invalid type: {value}"),
        "invalid_strategy" => format!("invalid strategy: {value}"),
        "invalid_intensity" => format!("invalid max_restarts (intensity): {value}"),
        "invalid_period" => format!("invalid max_seconds (period): {value}"),
        "invalid_max_children" => format!("invalid max_children: {value}"),
        "invalid_extra_arguments" => format!("invalid extra_arguments: {value}"),
        _ => format!("got: {}", show(data)),
    }
}

fn format_start_spec(spec: &Term) -> String {
    let Some((tag, value)) = tagged(spec) else { return format!("got: {}", show(spec)) };
    let value = show(value);
    match &*tag {
        "duplicate_child_name" => format!(
            "more than one child specification has the id: {value}.\n\
             If using maps as child specifications, make sure the :id keys are unique.\n\
             If using a module or {{module, arg}} as child, use Supervisor.child_spec/2 to change the :id, for \
             example:\n\n    \
             children = [\n      \
             Supervisor.child_spec({{MyWorker, arg}}, id: :my_worker_1),\n      \
             Supervisor.child_spec({{MyWorker, arg}}, id: :my_worker_2)\n    \
             ]\n"
        ),
        "invalid_child_spec" => format!("invalid child specification: {value}"),
        "invalid_child_type" => format!("invalid child type: {value}. Must be :worker or :supervisor."),
        "invalid_mfa" => format!("invalid mfa: {value}"),
        "invalid_restart_type" => {
            format!("invalid restart type: {value}. Must be :permanent, :transient or :temporary.")
        }
        "invalid_shutdown" => {
            format!("invalid shutdown: {value}. Must be an integer >= 0, :infinity or :brutal_kill.")
        }
        "invalid_module" => format!("invalid module: {value}. Must be an atom."),
        "invalid_modules" => format!("invalid modules: {value}. Must be a list of atoms or :dynamic."),
        _ => format!("got: {}", show(spec)),
    }
}

/// Why an application exited or did not start.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Application.html#format_error/1>
#[must_use]
pub fn format_application_error(reason: &Term) -> String {
    start_error(reason).or_else(|| controller_error(reason)).unwrap_or_else(|| format_exit(reason))
}

/// What `start/2` did wrong.
fn start_error(reason: &Term) -> Option<String> {
    match reason.as_tuple()? {
        [why, call] => match (call.as_tuple(), why.as_tuple()) {
            (Some([Term::Atom(_), Term::Atom(start), _]), Some([Term::Atom(Atom::EXIT), Term::Atom(Atom::NORMAL)]))
                if *start == Atom::START =>
            {
                Some(format_exit(&Term::tuple([Atom::NORMAL.into(), call.clone()])))
            }
            (Some([Term::Atom(_), Term::Atom(start), _]), _) if *start == Atom::START => {
                Some(format!("{} returned an error: {}", format_call(call)?, format_exit(why)))
            }
            (Some([call, value]), _) if why.is_atom(Atom::BAD_RETURN) => bad_start_value(call, value),
            _ => None,
        },
        _ => None,
    }
}

/// `{bad_return, {{Module, start, Args}, Value}}`
fn bad_start_value(call: &Term, value: &Term) -> Option<String> {
    let text = format_call(call)?;
    Some(match value.as_tuple() {
        Some([Term::Atom(Atom::EXIT), why]) => format_exit(&Term::tuple([why.clone(), call.clone()])),
        _ => format!("{text} returned a bad value: {}", show(value)),
    })
}

fn controller_error(reason: &Term) -> Option<String> {
    if let Some([message, file]) = reason.as_tuple()
        && *message == Term::charlist("no such file or directory")
    {
        return Some(format!("could not find application file: {}", charlist_text(file)?));
    }
    let (tag, value) = tagged(reason)?;
    let name = value.as_atom().map(Atom::text);
    Some(match (&*tag, name) {
        ("already_started", Some(name)) => format!("already started application {name}"),
        ("not_started", Some(name)) => format!("not started application {name}"),
        ("already_loaded", Some(name)) => format!("already loaded application {name}"),
        ("not_loaded", Some(name)) => format!("not loaded application {name}"),
        ("bad_application", _) => format!("bad application: {}", show(value)),
        ("invalid_restart_type", _) => format!("invalid application restart type: {}", show(value)),
        ("invalid_name", _) => format!("invalid application name: {}", show(value)),
        ("invalid_options", _) => format!("invalid application options: {}", show(value)),
        ("badstartspec", _) => format!("bad application start specs: {}", show(value)),
        _ => return None,
    })
}

/// The text of a charlist or a binary.
pub(super) fn charlist_text(term: &Term) -> Option<String> {
    if let Some(text) = term.as_str() {
        return Some(text.to_owned());
    }
    let character = |item: &Term| char::from_u32(u32::try_from(item.as_int()?).ok()?);
    term.to_vec()?.iter().map(character).collect()
}

/// The first line for an error: `** (RuntimeError) boom`.
pub(super) fn error_banner(reason: &Term, stack: &Term) -> String {
    let Exception { name, message, .. } = Exception::of(reason, stack);
    format!("** ({name}) {message}")
}

/// Name and message of an Elixir exception.
pub(super) struct Exception {
    name: String,
    message: String,
    /// Is it a bare Erlang reason without an exception of its own?
    pub(super) bare: bool,
}

impl Exception {
    /// An exception as raised, or the one that Elixir makes of an Erlang error reason.
    pub(super) fn of(reason: &Term, stack: &Term) -> Exception {
        if let Some(exception) = Exception::raised(reason) {
            return exception;
        }
        match normalized(reason, stack) {
            Some((name, message)) => Exception { name: name.into(), message, bare: false },
            None => {
                Exception { name: "ErlangError".into(), message: format!("Erlang error: {}", show(reason)), bare: true }
            }
        }
    }

    /// The exception in a struct of one: a map with `__exception__: true`.
    fn raised(reason: &Term) -> Option<Exception> {
        let field = |key: &str| reason.map_get(&Term::atom(key)).filter(|value| !value.is_atom(Atom::NIL));
        field("__exception__").filter(|value| value.is_atom(Atom::TRUE))?;
        let name = show(field("__struct__")?);
        let message = match field("message").and_then(Term::as_str) {
            Some(message) => message.to_owned(),
            None => computed_message(&name, &field).unwrap_or_else(|| show(reason)),
        };
        Some(Exception { name, message, bare: false })
    }
}

/// The message of an exception that keeps none.
fn computed_message<'a>(name: &str, field: &impl Fn(&str) -> Option<&'a Term>) -> Option<String> {
    let term = || field("term").map_or_else(|| "nil".into(), show);
    Some(match name {
        "MatchError" => format!("no match of right hand side value: {}", term()),
        "CaseClauseError" => format!("no case clause matching: {}", term()),
        "WithClauseError" => format!("no with clause matching: {}", term()),
        "TryClauseError" => format!("no try clause matching: {}", term()),
        "CondClauseError" => "no cond clause evaluated to a truthy value".into(),
        "BadMapError" => format!("expected a map, got: {}", term()),
        "BadFunctionError" => format!("expected a function, got: {}", term()),
        "KeyError" => key_not_found(field("key")?, field("term")),
        "ErlangError" => format!("Erlang error: {}", show(field("original")?)),
        "FunctionClauseError" => format!("no function clause matching in {}", field_mfa(field)?),
        "UndefinedFunctionError" => undefined_function(&field_mfa(field)?, field("reason"), field("module")),
        _ => return None,
    })
}

fn field_mfa<'a>(field: &impl Fn(&str) -> Option<&'a Term>) -> Option<String> {
    Some(format_mfa(field("module")?.as_atom()?, field("function")?.as_atom()?, field("arity")?))
}

fn key_not_found(key: &Term, term: Option<&Term>) -> String {
    match term {
        Some(term) => format!("key {} not found in: {}", show(key), show(term)),
        None => format!("key {} not found", show(key)),
    }
}

fn undefined_function(mfa: &str, reason: Option<&Term>, module: Option<&Term>) -> String {
    let reason = reason.and_then(Term::as_atom).map(Atom::text);
    match reason.as_deref() {
        Some("function not exported") => format!("function {mfa} is undefined or private"),
        Some("module could not be loaded") => {
            let module = module.map_or_else(|| "nil".into(), show);
            format!("function {mfa} is undefined (module {module} is not available)")
        }
        Some(other) => format!("function {mfa} is undefined ({other})"),
        None => format!("function {mfa} is undefined or private"),
    }
}

/// Name and message of the exception that stands for an Erlang error reason.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Exception.html#normalize/3>
fn normalized(reason: &Term, stack: &Term) -> Option<(&'static str, String)> {
    match reason {
        Term::Atom(Atom::BADARG) => Some(("ArgumentError", "argument error".into())),
        Term::Atom(Atom::SYSTEM_LIMIT) => Some(("SystemLimitError", "a system limit has been reached".into())),
        Term::Atom(Atom::UNDEF) => {
            let mfa = top_of(stack).map(|mfa| format!("function {mfa} is undefined or private"));
            Some(("UndefinedFunctionError", mfa.unwrap_or_else(|| "undefined function".into())))
        }
        Term::Atom(Atom::FUNCTION_CLAUSE) => {
            let mfa = top_of(stack).map(|mfa| format!("no function clause matching in {mfa}"));
            Some(("FunctionClauseError", mfa.unwrap_or_else(|| "no function clause matches".into())))
        }
        Term::Atom(atom) => match &*atom.text() {
            "badarith" => Some(("ArithmeticError", "bad argument in arithmetic expression".into())),
            "cond_clause" => Some(("CondClauseError", "no cond clause evaluated to a truthy value".into())),
            "module could not be loaded" | "function not exported" => Some((
                "UndefinedFunctionError",
                undefined_function(&top_of(stack)?, Some(reason), top_module(stack).as_ref()),
            )),
            _ => None,
        },
        _ => normalized_tuple(reason),
    }
}

fn normalized_tuple(reason: &Term) -> Option<(&'static str, String)> {
    let [Term::Atom(tag), rest @ ..] = reason.as_tuple()? else { return None };
    Some(match (&*tag.text(), rest) {
        ("badmatch", [term]) => ("MatchError", format!("no match of right hand side value: {}", show(term))),
        ("case_clause", [term]) => ("CaseClauseError", format!("no case clause matching: {}", show(term))),
        ("with_clause", [term]) => ("WithClauseError", format!("no with clause matching: {}", show(term))),
        ("try_clause", [term]) => ("TryClauseError", format!("no try clause matching: {}", show(term))),
        ("badmap", [term]) => ("BadMapError", format!("expected a map, got: {}", show(term))),
        ("badfun", [term]) => ("BadFunctionError", format!("expected a function, got: {}", show(term))),
        ("badbool", [op, term]) => {
            let op = op.as_atom().map_or_else(|| show(op).into(), Atom::text);
            ("BadBooleanError", format!("expected a boolean on left-side of \"{op}\", got: {}", show(term)))
        }
        ("badarity", [pair]) => ("BadArityError", bad_arity(pair)?),
        ("badkey", [key]) => ("KeyError", key_not_found(key, None)),
        ("badkey", [key, map]) if map.as_map().is_some() => ("KeyError", key_not_found(key, Some(map))),
        ("badarg", [payload]) => ("ArgumentError", format!("argument error: {}", show(payload))),
        _ => return None,
    })
}

/// `{Fun, Args}`
fn bad_arity(pair: &Term) -> Option<String> {
    let [fun, args] = pair.as_tuple_of::<2>()?;
    let args = args.to_vec()?;
    let shown: Vec<String> = args.iter().map(show).collect();
    let called = match shown.as_slice() {
        [] => "no arguments".to_owned(),
        [one] => format!("1 argument ({one})"),
        many => format!("{} arguments ({})", many.len(), many.join(", ")),
    };
    Some(format!("{} with arity {} called with {called}", show(fun), fun.as_fun()?.arity))
}

/// The innermost function of a stack trace, with its arity.
fn top_of(stack: &Term) -> Option<String> {
    let [Term::Atom(module), Term::Atom(function), arity, _] = stack.iter().next()?.as_tuple()? else { return None };
    let arity = arity.to_vec().filter(|_| arity.as_int().is_none()).map(|args| Term::from(args.len()));
    let arity = arity.or_else(|| stack.iter().next()?.as_tuple()?.get(2).cloned())?;
    Some(format_mfa(*module, *function, &arity))
}

fn top_module(stack: &Term) -> Option<Term> {
    stack.iter().next()?.as_tuple()?.first().cloned()
}

/// Is it a list of stack frames, and not empty?
pub(super) fn is_stacktrace(term: &Term) -> bool {
    let mut frames = term.iter();
    term.as_cons().is_some() && frames.by_ref().all(is_frame) && matches!(frames.rest(), Term::Nil)
}

fn is_frame(frame: &Term) -> bool {
    let is_arity = |term: &Term| term.as_int().is_some() || is_short_list(term);
    match frame.as_tuple() {
        Some([Term::Atom(_), Term::Atom(_), arity, Term::Nil | Term::List(_)]) => is_arity(arity),
        Some([Term::Fun(_), arity, Term::Nil | Term::List(_)]) => is_arity(arity),
        _ => false,
    }
}

/// A stack frame: `file.ex:12: Module.function/1`.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Exception.html#format_stacktrace_entry/1>
#[must_use]
pub fn format_stacktrace_entry(frame: &Term) -> String {
    match frame.as_tuple() {
        Some([Term::Atom(module), Term::Atom(function), arity, location]) => {
            format!("{}{}", format_location(location), format_mfa(*module, *function, arity))
        }
        Some([fun, arity, location]) => format!("{}{}{}", format_location(location), show(fun), format_arity(arity)),
        _ => show(frame),
    }
}

fn format_location(location: &Term) -> String {
    let Some(file) = location.keyword_get(Atom::new("file")).and_then(charlist_text) else { return String::new() };
    match location.keyword_get(Atom::new("line")).and_then(Term::as_int) {
        Some(line) if line > 0 => format!("{file}:{line}: "),
        _ => format!("{file}: "),
    }
}

/// A function with its arity or, given a list, its arguments.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Exception.html#format_mfa/3>
#[must_use]
pub fn format_mfa(module: Atom, function: Atom, arity: &Term) -> String {
    let text = function.text();
    let module = show(&module.into());
    match anonymous_parent(&text) {
        Some((outer, outer_arity)) => {
            let outer = remote_call(Atom::new(outer));
            format!("anonymous fn{} in {module}.{outer}/{outer_arity}", format_arity(arity))
        }
        None => format!("{module}.{}{}", remote_call(function), format_arity(arity)),
    }
}

/// The function in which an anonymous one was made: `-name/arity-fun-0-`.
fn anonymous_parent(name: &str) -> Option<(&str, &str)> {
    let (outer, count) = name.strip_prefix('-')?.strip_suffix('-')?.rsplit_once("-fun-")?;
    count.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
    let (outer, arity) = outer.rsplit_once('/')?;
    arity.bytes().all(|byte| byte.is_ascii_digit()).then_some((outer, arity))
}

/// A function's name behind a module and a dot.
fn remote_call(function: Atom) -> String {
    let shown = show(&function.into());
    shown.strip_prefix(':').map(str::to_owned).unwrap_or(shown)
}

fn format_arity(arity: &Term) -> String {
    match arity.to_vec().filter(|_| arity.as_int().is_none()) {
        Some(args) => format!("({})", args.iter().map(show).collect::<Vec<_>>().join(", ")),
        None => format!("/{}", show(arity)),
    }
}
