//! Elixir's Registry: processes found by keys, which vanish with them.
//!
//! | module | holds |
//! |---|---|
//! | `tables` | the rows of keys and of processes |
//! | `select` | looking for registrations by pattern |
//! | `matching` | match specifications |
//! | `partition` | the server that the registered are linked to, and the supervisor above it |
//!
//! ```
//! use let_it_crash::otp::registry::{self, Keys};
//! use let_it_crash::term;
//! use let_it_crash::term::Atom;
//!
//! let found = let_it_crash::otp::node().eval(|cx| async move {
//!     let rooms = Atom::new("rooms");
//!     registry::start_link(&cx, rooms, Keys::Duplicate, &[]).await?;
//!     registry::register(&cx, rooms, term!(lobby), term!({guest, 1}))?;
//!     registry::register(&cx, rooms, term!(lobby), term!({host, 2}))?;
//!     let guests = term!({guest, :"_"});
//!     let found = registry::match_entries(&cx, rooms, &term!(lobby), &guests, &term!([]))?;
//!     Ok((found == term!([{(cx.me()), {guest, 1}}]), registry::count(&cx, rooms)?))
//! });
//! assert_eq!(found, Ok((true, 2.into())));
//! ```
//!
//! Differs: a registry has one partition, whatever `partitions` asks for: there is one thread.
//!
//! OTP: <https://hexdocs.pm/elixir/1.14/Registry.html>

mod matching;
mod partition;
mod select;
mod tables;

pub use select::{count_match, count_select, match_entries, select, unregister_match};

use crate::exit::Raise;
use crate::process::{Cx, Module};
use crate::term::{Atom, Pid, Term};

use super::elixir;
use tables::Tables;

/// Whether a key belongs to one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// To one.
    Unique,
    /// To any number, and to each any number of times.
    Duplicate,
}

impl Keys {
    fn atom(self) -> Atom {
        match self {
            Keys::Unique => Atom::new("unique"),
            Keys::Duplicate => Atom::new("duplicate"),
        }
    }

    fn from_term(term: &Term) -> Option<Keys> {
        [Keys::Unique, Keys::Duplicate].into_iter().find(|keys| term.is_atom(keys.atom()))
    }
}

fn name() -> Atom {
    Atom::new("Elixir.Registry")
}

fn argument_error(message: &str) -> Raise {
    elixir::raise("ArgumentError", message)
}

/// Starts a registry linked to the caller: `{ok, Pid}` or `{error, Reason}`. Listeners are names
/// of processes that get `{register, Registry, Key, Pid, Value}` and
/// `{unregister, Registry, Key, Pid}`.
///
/// # Errors
/// `system_limit` when the process table is full.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Registry.html#start_link/1>
pub async fn start_link(cx: &Cx, name: Atom, keys: Keys, listeners: &[Atom]) -> Result<Term, Raise> {
    partition::start_supervisor(cx, name, keys, listeners).await
}

async fn start_from(cx: &Cx, options: &Term) -> Result<Term, Raise> {
    let given = options.keyword_get(Atom::new("keys")).cloned().unwrap_or(Atom::NIL.into());
    let Some(keys) = Keys::from_term(&given) else {
        let what = format!("expected :keys to be given and be one of :unique or :duplicate, got: {given}");
        return Err(argument_error(&what));
    };
    let name = match options.keyword_get(Atom::new("name")) {
        Some(Term::Atom(name)) => *name,
        Some(other) => return Err(argument_error(&format!("expected :name to be an atom, got: {other}"))),
        None => return Err(argument_error("expected :name option to be present")),
    };
    let listeners = options.keyword_get(Atom::new("listeners")).cloned().unwrap_or_default();
    let listeners = listeners.iter().filter_map(Term::as_atom).collect::<Vec<_>>();
    start_link(cx, name, keys, &listeners).await
}

/// `Registry` as child specs name it, with what a fun may call, and the modules inside it.
#[must_use]
pub fn modules() -> Vec<Module> {
    let registry = Module::new(name(), "1.14.0")
        .export("start_link", 1, |cx, args| {
            Box::pin(async move { start_from(&cx, args.first().unwrap_or(&Term::Nil)).await })
        })
        .export("child_spec", 1, |_, args| Box::pin(async move { Ok(child_spec(args)) }))
        .export("whereis_name", 1, |cx, args| Box::pin(async move { via(&cx, args, Via::Whereis) }))
        .export("register_name", 2, |cx, args| Box::pin(async move { via(&cx, args, Via::Register) }))
        .export("unregister_name", 1, |cx, args| Box::pin(async move { via(&cx, args, Via::Unregister) }))
        .export("send", 2, |cx, args| Box::pin(async move { via(&cx, args, Via::Send) }));
    [vec![registry], partition::modules()].concat()
}

/// What the module of a `{via, Module, Name}` is asked for.
#[derive(Clone, Copy)]
enum Via {
    Whereis,
    Register,
    Unregister,
    Send,
}

/// The functions by which `{via, 'Elixir.Registry', {Registry, Key}}` or
/// `{..., {Registry, Key, Value}}` is a name.
fn via(cx: &Cx, args: Vec<Term>, function: Via) -> Result<Term, Raise> {
    let mut args = args.into_iter();
    let (name, argument) = (args.next().unwrap_or_default(), args.next().unwrap_or_default());
    let (registry, key, value) = match name.as_tuple() {
        Some([Term::Atom(registry), key]) => (*registry, key, Atom::NIL.into()),
        Some([Term::Atom(registry), key, value]) => (*registry, key, value.clone()),
        _ => return Err(Raise::error(Atom::FUNCTION_CLAUSE)),
    };
    match function {
        Via::Whereis => Ok(whereis_name(cx, registry, key)?.map_or(Atom::UNDEFINED.into(), Term::from)),
        Via::Register if argument != cx.me().into() => Err(Raise::error(Atom::FUNCTION_CLAUSE)),
        Via::Register => {
            let registered = register(cx, registry, key.clone(), value)?;
            let ok = registered.as_tuple().and_then(<[Term]>::first) == Some(&Atom::OK.into());
            Ok(Term::atom(if ok { "yes" } else { "no" }))
        }
        Via::Unregister => unregister(cx, registry, key.clone()),
        Via::Send => {
            let pid = whereis_name(cx, registry, key)?.ok_or_else(|| Raise::error(Atom::BADARG))?;
            cx.send(pid, argument.clone())?;
            Ok(argument)
        }
    }
}

fn child_spec(args: Vec<Term>) -> Term {
    let id = args.first().and_then(|options| options.keyword_get(Atom::new("name"))).cloned();
    Term::map(vec![
        (Atom::ID.into(), id.unwrap_or_else(|| name().into())),
        (Atom::START.into(), Term::tuple([name().into(), Atom::START_LINK.into(), Term::list(args)])),
        (Atom::TYPE.into(), Atom::SUPERVISOR.into()),
    ])
}

/// Registers the calling process under a key, with a value: `{ok, Owner}` or
/// `{error, {already_registered, Pid}}`. A process may have any number of keys.
///
/// # Errors
/// `ArgumentError` if there is no such registry.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Registry.html#register/3>
pub fn register(cx: &Cx, registry: Atom, key: Term, value: Term) -> Result<Term, Raise> {
    let tables = Tables::of(cx, registry)?;
    cx.link(tables.owner)?;
    if let Some(holder) = tables.holder(cx, &key) {
        tables.unlink_if_unregistered(cx);
        return Ok(Term::error(Term::tuple([Term::atom("already_registered"), holder.into()])));
    }
    tables.add(cx, &key, &value);
    for listener in &tables.listeners {
        let news = [Term::atom("register"), registry.into(), key.clone(), cx.me().into(), value.clone()];
        cx.send(*listener, Term::tuple(news))?;
    }
    Ok(Term::ok(tables.owner.into()))
}

/// Takes a key back from the calling process; as often as it has it. `ok`, also if it has not.
///
/// # Errors
/// `ArgumentError` if there is no such registry.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Registry.html#unregister/2>
pub fn unregister(cx: &Cx, registry: Atom, key: Term) -> Result<Term, Raise> {
    let tables = Tables::of(cx, registry)?;
    tables.remove(cx, &key);
    tables.unlink_if_unregistered(cx);
    for listener in &tables.listeners {
        let news = [Term::atom("unregister"), registry.into(), key.clone(), cx.me().into()];
        cx.send(*listener, Term::tuple(news))?;
    }
    Ok(Atom::OK.into())
}

/// Who has a key, first registered first: `[{Pid, Value}]`.
///
/// # Errors
/// `ArgumentError` if there is no such registry.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Registry.html#lookup/2>
pub fn lookup(cx: &Cx, registry: Atom, key: &Term) -> Result<Term, Raise> {
    let tables = Tables::of(cx, registry)?;
    Ok(Term::list(tables.entries(cx, key)))
}

/// The live process that has a key of a unique registry, as `{via, 'Elixir.Registry', ...}` finds
/// it.
///
/// # Errors
/// `ArgumentError` if there is no such registry, or its keys are not unique.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Registry.html#module-using-in-via>
pub fn whereis_name(cx: &Cx, registry: Atom, key: &Term) -> Result<Option<Pid>, Raise> {
    let tables = Tables::of(cx, registry)?;
    match tables.keys {
        Keys::Unique => Ok(tables.holder(cx, key)),
        Keys::Duplicate => Err(argument_error(":via is not supported for duplicate registries")),
    }
}

/// The values that a process has under a key.
///
/// # Errors
/// `ArgumentError` if there is no such registry.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Registry.html#values/3>
pub fn values(cx: &Cx, registry: Atom, key: &Term, pid: Pid) -> Result<Term, Raise> {
    let tables = Tables::of(cx, registry)?;
    let entries = tables.entries(cx, key).into_iter();
    let values = entries.filter_map(|entry| match entry.as_tuple()? {
        [Term::Pid(holder), value] if *holder == pid => Some(value.clone()),
        _ => None,
    });
    Ok(Term::list(values.collect::<Vec<_>>()))
}

/// The keys of a process, as often as it has each, in no promised order.
///
/// # Errors
/// `ArgumentError` if there is no such registry.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Registry.html#keys/2>
pub fn keys(cx: &Cx, registry: Atom, pid: Pid) -> Result<Term, Raise> {
    Ok(Term::list(Tables::of(cx, registry)?.keys_of(cx, pid)))
}

/// How many registrations there are.
///
/// # Errors
/// `ArgumentError` if there is no such registry.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Registry.html#count/1>
pub fn count(cx: &Cx, registry: Atom) -> Result<Term, Raise> {
    Ok(Tables::of(cx, registry)?.count(cx).into())
}

/// Calls a fun, or `{Module, Function, Args}`, in the calling process with `[{Pid, Value}]` of a
/// key, unless nobody has it. `ok`.
///
/// # Errors
/// `ArgumentError` if there is no such registry; whatever the function raises.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Registry.html#dispatch/4>
pub async fn dispatch(cx: &Cx, registry: Atom, key: &Term, fun: &Term) -> Result<Term, Raise> {
    let entries = lookup(cx, registry, key)?;
    if entries != Term::Nil {
        match fun.as_tuple() {
            Some([Term::Atom(module), Term::Atom(function), args]) => {
                let args = std::iter::once(entries).chain(args.iter().cloned()).collect();
                cx.apply(*module, *function, args).await?;
            }
            _ => drop(elixir::apply_fun(cx, fun, vec![entries]).await?),
        }
    }
    Ok(Atom::OK.into())
}

/// Replaces the value that the calling process has under a key of a unique registry by what a fun
/// makes of it: `{New, Old}`, or `error` if it does not have the key.
///
/// # Errors
/// `ArgumentError` if there is no such registry, or its keys are not unique; whatever the
/// function raises.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Registry.html#update_value/3>
pub async fn update_value(cx: &Cx, registry: Atom, key: &Term, fun: &Term) -> Result<Term, Raise> {
    let tables = Tables::of(cx, registry)?;
    if tables.keys == Keys::Duplicate {
        return Err(argument_error("Registry.update_value/3 is not supported for duplicate registries"));
    }
    let mine = tables.entries(cx, key).pop().and_then(|entry| entry.as_tuple_of::<2>().cloned());
    match mine {
        Some([Term::Pid(pid), old]) if pid == cx.me() => {
            let new = elixir::apply_fun(cx, fun, vec![old.clone()]).await?;
            tables.set_entries(cx, key, vec![Term::tuple([pid.into(), new.clone()])]);
            Ok(Term::tuple([new, old]))
        }
        _ => Ok(Atom::ERROR.into()),
    }
}

/// Something that is known of a registry: `{ok, Value}` or `error`.
///
/// # Errors
/// `ArgumentError` if there is no such registry.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Registry.html#meta/2>
pub fn meta(cx: &Cx, registry: Atom, key: &Term) -> Result<Term, Raise> {
    Tables::of(cx, registry)?;
    Ok(cx.table_lookup(registry, key).map_or(Atom::ERROR.into(), Term::ok))
}

/// Makes something known of a registry, under an atom or a tuple. `ok`.
///
/// # Errors
/// `ArgumentError` if there is no such registry; `function_clause` for another key.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Registry.html#put_meta/3>
pub fn put_meta(cx: &Cx, registry: Atom, key: Term, value: Term) -> Result<Term, Raise> {
    if key.as_atom().is_none() && key.as_tuple().is_none() {
        return Err(Raise::error(Atom::FUNCTION_CLAUSE));
    }
    Tables::of(cx, registry)?;
    cx.table_insert(registry, key, value);
    Ok(Atom::OK.into())
}
