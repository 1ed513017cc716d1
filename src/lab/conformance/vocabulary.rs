//! Every operation of the format: what it must have, what it shows, which code runs it.

use crate::process::module::Called;
use crate::term::Term;

use super::Malformed;
use super::actor::Actor;
use super::op::Op;
use super::ops::{applications, elixir, processes, servers, supervisors};
use super::text;

/// What a step shows of an operation that succeeds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
    /// Its result.
    Result,
    /// Nothing.
    Nothing,
    /// It raises, or decides a callback's value: nothing is caught.
    Raises,
}

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// A target: its text is resolved when the operation runs.
    Target,
    /// A term as text.
    Term,
    /// Terms as texts.
    Terms,
    /// Texts.
    Texts,
    /// An integer, not negative.
    Int,
    /// An integer, not negative, or a text.
    Timeout,
    Flag,
    Script,
    /// Scripts by name.
    Scripts,
    /// Terms by name.
    TermsByName,
    /// A child specification.
    Spec,
    /// Child specifications.
    Specs,
    /// `[[name, term]]`
    Pairs,
    Any,
}
use Kind::{Any, Flag, Int, Pairs, Script, Scripts, Spec, Specs, Target, Terms, TermsByName, Text, Texts, Timeout};
use Shows::{Nothing, Raises, Result as Shown};

type Field = (&'static str, Need, Kind);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Must,
    May,
}
use Need::{May, Must};

/// An operation.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) shows: Shows,
    fields: &'static [Field],
    pub(super) run: fn(Actor, Op) -> Called,
}

macro_rules! rows {
    ($($name:literal $shows:ident [$($need:ident $field:literal $kind:expr),*] $run:path;)*) => {
        const ROWS: &[Row] = &[$(Row {
            name: $name,
            shows: $shows,
            fields: &[$(($field, $need, $kind)),*],
            run: |actor, op| Box::pin(async move { $run(&actor, &op).await }),
        }),*];
    };
}

rows! {
    "spawn" Shown [Must "id" Text, May "link" Flag, May "monitor" Text, May "trap_exit" Flag, May "name" Text,
        May "do" Script, May "exit_after" Flag] processes::spawn;
    "exit" Nothing [Must "to" Target, May "reason" Kind::Term] processes::exit;
    "exit_self" Raises [May "reason" Kind::Term] processes::exit_self;
    "error" Raises [May "reason" Kind::Term] processes::error;
    "throw" Raises [May "reason" Kind::Term] processes::throw;
    "return" Raises [May "value" Text, May "reason" Kind::Term, May "reply" Kind::Term, May "save" Text,
        May "timeout" Int, May "continue" Script, May "raw" Kind::Term] processes::nothing;
    "link" Nothing [Must "to" Target] processes::link;
    "unlink" Nothing [Must "to" Target] processes::unlink;
    "monitor" Nothing [Must "to" Target, May "as" Text] processes::monitor;
    "demonitor" Shown [Must "ref" Text, May "opts" Texts] processes::demonitor;
    "trap_exit" Nothing [Must "value" Flag] processes::trap_exit;
    "send" Nothing [Must "to" Target, May "msg" Kind::Term, May "do" Script] processes::send;
    "send_after" Nothing [Must "ms" Int, Must "to" Target, May "msg" Kind::Term, May "do" Script, May "as" Text]
        processes::send_after;
    "cancel_timer" Shown [Must "ref" Text] processes::cancel_timer;
    "register" Shown [Must "name" Text, May "to" Target] processes::register;
    "unregister" Shown [Must "name" Text] processes::unregister;
    "whereis" Shown [Must "name" Text] processes::whereis;
    "alive" Shown [Must "to" Target] processes::alive;
    "links" Shown [Must "to" Target] processes::links;
    "sleep" Nothing [Must "ms" Int] processes::sleep;

    "start" Shown [Must "spec" Spec, May "link" Flag] servers::start;
    "call" Shown [Must "to" Target, May "msg" Kind::Term, May "do" Script, May "timeout" Timeout] servers::call;
    "cast" Nothing [Must "to" Target, May "msg" Kind::Term, May "do" Script] servers::cast;
    "reply" Nothing [Must "from" Text, May "value" Kind::Term] servers::reply;
    "stop" Shown [Must "to" Target, May "reason" Kind::Term, May "timeout" Timeout] servers::stop;

    "start_child" Shown [Must "sup" Target, May "spec" Spec, May "args" Terms] supervisors::start_child;
    "terminate_child" Shown [Must "sup" Target, May "child" Text, May "pid" Target] supervisors::terminate_child;
    "restart_child" Shown [Must "sup" Target, May "child" Text, May "pid" Target] supervisors::restart_child;
    "delete_child" Shown [Must "sup" Target, May "child" Text, May "pid" Target] supervisors::delete_child;
    "get_childspec" Shown [Must "sup" Target, May "child" Text, May "pid" Target] supervisors::get_childspec;
    "which_children" Shown [Must "sup" Target] supervisors::which_children;
    "count_children" Shown [Must "sup" Target] supervisors::count_children;

    "app_load" Shown [Must "app" Text] applications::load;
    "app_unload" Shown [Must "app" Text] applications::unload;
    "app_stop" Shown [Must "app" Text] applications::stop;
    "app_start" Shown [Must "app" Text, May "type" Text] applications::start;
    "app_ensure" Shown [Must "app" Text, May "type" Text] applications::ensure;
    "app_which" Shown [] applications::which;
    "app_loaded" Shown [] applications::loaded;
    "app_get_env" Shown [Must "app" Text, Must "key" Text] applications::get_env;
    "app_set_env" Shown [Must "app" Text, Must "key" Text, May "value" Kind::Term] applications::set_env;
    "app_unset_env" Shown [Must "app" Text, Must "key" Text] applications::unset_env;
    "app_all_env" Shown [Must "app" Text] applications::all_env;
    "app_get_key" Shown [Must "app" Text, Must "key" Text] applications::get_key;

    "registry_start" Shown [Must "name" Text, Must "keys" Text] elixir::registry_start;
    "reg_register" Shown [Must "name" Text, Must "key" Kind::Term, May "value" Kind::Term] elixir::reg_register;
    "reg_unregister" Shown [Must "name" Text, Must "key" Kind::Term] elixir::reg_unregister;
    "reg_lookup" Shown [Must "name" Text, Must "key" Kind::Term] elixir::reg_lookup;
    "reg_count" Shown [Must "name" Text] elixir::reg_count;
    "reg_keys" Shown [Must "name" Text, Must "of" Target] elixir::reg_keys;
    "task_async" Shown [Must "as" Text, May "do" Script, May "value" Kind::Term] elixir::task_async;
    "task_await" Shown [Must "task" Text, May "timeout" Timeout] elixir::task_await;
    "task_yield" Shown [Must "task" Text, May "timeout" Timeout] elixir::task_yield;
    "task_shutdown" Shown [Must "task" Text, May "shutdown" Timeout] elixir::task_shutdown;
    "agent_start" Shown [Must "id" Text, May "value" Kind::Term, May "name" Text, May "link" Flag, May "do" Script]
        elixir::agent_start;
    "agent_get" Shown [Must "to" Target, May "do" Script, May "timeout" Timeout] elixir::agent_get;
    "agent_put" Shown [Must "to" Target, May "value" Kind::Term, May "do" Script, May "timeout" Timeout]
        elixir::agent_put;
    "agent_stop" Shown [Must "to" Target, May "reason" Kind::Term, May "timeout" Timeout] elixir::agent_stop;
}

/// The operation of that name.
pub(super) fn row(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == name)
}

/// Fields of child specifications.
const SPEC: &[Field] = &[
    ("id", Must, Text),
    ("type", May, Text),
    ("restart", May, Text),
    ("name", May, Text),
    ("args", May, Terms),
    ("init", May, Script),
    ("init_n", May, Scripts),
    ("trap_exit", May, Flag),
    ("terminate", May, Script),
    ("init_timeout", May, Int),
    ("strategy", May, Text),
    ("auto_shutdown", May, Text),
    ("children", May, Specs),
    ("extra_args", May, Terms),
    ("shutdown", May, Any),
    ("significant", May, Any),
    ("max_restarts", May, Any),
    ("max_seconds", May, Any),
    ("max_children", May, Any),
];

/// Fields of applications.
const APP: &[Field] = &[
    ("name", Must, Text),
    ("applications", May, Texts),
    ("included_applications", May, Texts),
    ("optional_applications", May, Texts),
    ("registered", May, Texts),
    ("env", May, TermsByName),
    ("start_phases", May, Pairs),
    ("starter", May, Flag),
    ("library", May, Flag),
    ("no_file", May, Flag),
    ("tree", May, Spec),
    ("start", May, Script),
    ("phase_do", May, Scripts),
    ("prep_stop", May, Script),
    ("stop", May, Script),
];

/// Is it a step that can be run?
pub(super) fn check_step(op: &Op) -> Result<(), Malformed> {
    if op.name() == "advance" { check_fields("advance", op, &[("ms", Must, Int)]) } else { check_op(op) }
}

pub(super) fn check_app(app: &Op) -> Result<(), Malformed> {
    check_fields("an application", app, APP)
}

fn check_op(op: &Op) -> Result<(), Malformed> {
    let Some(row) = row(op.name()) else { return Err(Malformed(format!("unknown operation {:?}", op.name()))) };
    check_fields(row.name, op, row.fields)?;
    check_fields(row.name, op, &[("by", May, Target), ("catch", May, Flag)])
}

fn check_fields(owner: &str, op: &Op, fields: &[Field]) -> Result<(), Malformed> {
    if op.0.as_map().is_none() {
        return Err(Malformed(format!("{owner} is no object")));
    }
    fields.iter().try_for_each(|(field, need, kind)| {
        let wrong = |why: String| Malformed(format!("{owner}, field \"{field}\": {why}"));
        match op.get(field) {
            None if *need == Must => Err(wrong("missing".to_owned())),
            None => Ok(()),
            Some(value) => check_kind(value, *kind).map_err(|Malformed(why)| wrong(why)),
        }
    })
}

fn check_kind(value: &Term, kind: Kind) -> Result<(), Malformed> {
    let is = |fits: bool, what: &str| if fits { Ok(()) } else { Err(Malformed(format!("{what} expected"))) };
    match kind {
        Kind::Any => Ok(()),
        Kind::Text | Kind::Target => is(value.as_str().is_some(), "a text"),
        Kind::Term => text::parse(value.as_str().ok_or_else(|| Malformed("a text expected".to_owned()))?).map(drop),
        Kind::Int => is(value.as_int().is_some_and(|n| n >= 0), "an integer, not negative,"),
        Kind::Timeout => is(value.as_str().is_some() || value.as_int().is_some_and(|n| n >= 0), "a time"),
        Kind::Flag => is(value.as_bool().is_some(), "true or false"),
        Kind::Terms => each(value, |item| check_kind(item, Kind::Term)),
        Kind::Texts => each(value, |item| check_kind(item, Kind::Text)),
        Kind::Script => each(value, |item| check_op(&Op(item.clone()))),
        Kind::Scripts => each_value(value, |item| check_kind(item, Kind::Script)),
        Kind::TermsByName => each_value(value, |item| check_kind(item, Kind::Term)),
        Kind::Spec => check_spec(value),
        Kind::Specs => each(value, check_spec),
        Kind::Pairs => each(value, check_pair),
    }
}

fn each(list: &Term, check: impl FnMut(&Term) -> Result<(), Malformed>) -> Result<(), Malformed> {
    let items = list.to_vec().ok_or_else(|| Malformed("a list expected".to_owned()))?;
    items.iter().try_for_each(check)
}

fn each_value(object: &Term, mut check: impl FnMut(&Term) -> Result<(), Malformed>) -> Result<(), Malformed> {
    let pairs = object.as_map().ok_or_else(|| Malformed("an object expected".to_owned()))?;
    pairs.iter().try_for_each(|(_, value)| check(value))
}

fn check_spec(spec: &Term) -> Result<(), Malformed> {
    let spec = Op(spec.clone());
    check_fields("a child", &spec, SPEC)?;
    match spec.text("type") {
        None | Some("worker" | "supervisor" | "dynamic") => Ok(()),
        Some(other) => Err(Malformed(format!("unknown type {other:?} of a child"))),
    }
}

fn check_pair(pair: &Term) -> Result<(), Malformed> {
    match pair.to_vec().as_deref() {
        Some([name, term]) => check_kind(name, Kind::Text).and_then(|()| check_kind(term, Kind::Term)),
        _ => Err(Malformed("a pair of name and term expected".to_owned())),
    }
}
