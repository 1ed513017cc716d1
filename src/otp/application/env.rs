//! The application environment: spec, then configuration, then what was set while it ran.
//!
//! It lives in a shared table, so that reading it costs no message.
//!
//! OTP: <https://www.erlang.org/docs/25/design_principles/applications#configuring-an-application>

use std::cell::RefCell;

use crate::event::Event;
use crate::exit::Raise;
use crate::kernel::planted::Fault;
use crate::process::Cx;
use crate::term::{Atom, Term};

use super::{ask, table, tagged};

/// A value of the configuration, with the file or role that it comes from (`config`, `runtime`).
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Whose.
    pub application: Atom,
    /// Which.
    pub key: Atom,
    /// What.
    pub value: Term,
    /// Where from.
    pub source: Atom,
}

/// The configuration that a node is booted with: what `config.exs` and `runtime.exs` amount to.
/// Installed on the node by its host; read when an application is loaded.
#[derive(Default)]
pub struct Config(RefCell<Vec<Setting>>);

impl Config {
    /// Puts these settings in place of all there are. Applications see them when they are
    /// loaded, or when the configuration is read again. Are they different?
    pub fn replace(&self, settings: Vec<Setting>) -> bool {
        let mut present = self.0.borrow_mut();
        let is_new = *present != settings;
        *present = settings;
        is_new
    }

    /// Adds a setting; a later one of the same key wins.
    pub fn add(&self, setting: Setting) {
        self.0.borrow_mut().push(setting);
    }

    fn of(&self, application: Atom) -> Vec<Setting> {
        self.0.borrow().iter().filter(|setting| setting.application == application).cloned().collect()
    }
}

fn env_tag() -> Atom {
    Atom::new("env")
}

fn env_key(application: Atom, key: Atom) -> Term {
    Term::tuple([env_tag().into(), application.into(), key.into()])
}

/// The value of a key of an application's environment.
///
/// OTP: <https://www.erlang.org/docs/25/man/application#get_env-2>
#[must_use]
pub fn get_env(cx: &Cx, application: Atom, key: Atom) -> Option<Term> {
    cx.table_lookup(table(), &env_key(application, key))
}

/// An application's environment, by key: `[{Key, Value}]`.
///
/// OTP: <https://www.erlang.org/docs/25/man/application#get_all_env-1>
#[must_use]
pub fn get_all_env(cx: &Cx, application: Atom) -> Term {
    let mine = |(key, value): (Term, Term)| match key.as_tuple() {
        Some([Term::Atom(tag), Term::Atom(of), key @ Term::Atom(_)]) if *tag == env_tag() && *of == application => {
            Some(Term::tuple([key.clone(), value]))
        }
        _ => None,
    };
    Term::list(cx.table_rows(table()).into_iter().filter_map(mine).collect::<Vec<_>>())
}

/// `{ok, Value}`, or `error` for a key that is not set.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Application.html#fetch_env/2>
#[must_use]
pub fn fetch_env(cx: &Cx, application: Atom, key: Atom) -> Term {
    get_env(cx, application, key).map_or(Atom::ERROR.into(), Term::ok)
}

/// `Application.fetch_env!(application, key)`
///
/// # Errors
/// `ArgumentError` for a key that is not set.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Application.html#fetch_env!/2>
pub fn fetch_env_or_raise(cx: &Cx, application: Atom, key: Atom) -> Result<Term, Raise> {
    get_env(cx, application, key).ok_or_else(|| {
        let (key, name) = (Term::from(key), Term::from(application));
        let why = match super::loaded_spec(cx, application) {
            Some(_) => format!("because configuration at {key} was not set"),
            None => "because the application was not loaded nor configured".to_owned(),
        };
        let message = format!("could not fetch application environment {key} for application {name} {why}");
        crate::otp::elixir::raise("ArgumentError", &message)
    })
}

/// Where a value comes from: the spec (`app`), the configuration (`config`, `runtime`), a call
/// (`set_env`).
#[must_use]
pub fn get_env_source(cx: &Cx, application: Atom, key: Atom) -> Option<Atom> {
    cx.table_lookup(table(), &source_key(application, key))?.as_atom()
}

fn source_key(application: Atom, key: Atom) -> Term {
    Term::tuple([Term::atom("env_source"), application.into(), key.into()])
}

/// The environment of every loaded application.
pub(crate) fn all(cx: &Cx) -> Vec<(Atom, Term)> {
    super::loaded_specs(cx).iter().map(|spec| (spec.name, get_all_env(cx, spec.name))).collect()
}

/// What is different in `new`, new in it, and missing: `[{Key, Value}]`, `[{Key, Value}]`, `[Key]`.
pub(super) fn difference(old: &Term, new: &Term) -> [Term; 3] {
    let key = |pair: &Term| pair.as_tuple().and_then(|pair| pair.first()).and_then(Term::as_atom);
    let value = |list: &Term, pair: &Term| key(pair).and_then(|key| list.keyword_get(key).cloned());
    let now = |pair: &&Term| value(old, pair).is_some();
    let is_changed = |pair: &&Term| value(old, pair) != value(new, pair);
    let changed: Vec<Term> = new.iter().filter(now).filter(is_changed).cloned().collect();
    let added: Vec<Term> = new.iter().filter(|pair| !now(pair)).cloned().collect();
    let gone = old.iter().filter(|pair| value(new, pair).is_none()).filter_map(key).map(Term::Atom);
    [Term::list(changed), Term::list(added), Term::list(gone.collect::<Vec<_>>())]
}

/// Sets a key of an application's environment. The application need not be loaded.
///
/// # Errors
/// exit, if there is no controller.
///
/// OTP: <https://www.erlang.org/docs/25/man/application#set_env-3>
pub async fn set_env(cx: &Cx, application: Atom, key: Atom, value: Term) -> Result<Term, Raise> {
    ask(cx, tagged("set_env", [application.into(), key.into(), value])).await
}

/// Deletes a key of an application's environment.
///
/// # Errors
/// exit, if there is no controller.
///
/// OTP: <https://www.erlang.org/docs/25/man/application#unset_env-2>
pub async fn unset_env(cx: &Cx, application: Atom, key: Atom) -> Result<Term, Raise> {
    ask(cx, tagged("unset_env", [application.into(), key.into()])).await
}

/// Writes a value and says where it came from.
pub(super) fn store(cx: &Cx, application: Atom, key: Atom, value: Term, source: Atom) {
    cx.table_insert(table(), env_key(application, key), value.clone());
    cx.table_insert(table(), source_key(application, key), source.into());
    cx.emit(Event::Env { application, key, value: Some(value), source });
}

pub(super) fn remove(cx: &Cx, application: Atom, key: Atom, source: Atom) {
    cx.table_delete(table(), &source_key(application, key));
    if cx.table_delete(table(), &env_key(application, key)).is_some() {
        cx.emit(Event::Env { application, key, value: None, source });
    }
}

/// An application is loaded: the spec's values, then the configuration's over them. Values set
/// before for other keys stay.
pub(super) fn on_load(cx: &Cx, application: Atom, spec: &[(Atom, Term)]) {
    for (key, value) in spec {
        store(cx, application, *key, value.clone(), Atom::new("app"));
    }
    let settings = cx.installed::<Config>().map(|config| config.of(application)).unwrap_or_default();
    for Setting { key, value, source, .. } in settings {
        if cx.planted(Fault::ConfigIsIgnored) {
            continue;
        }
        let before = get_env(cx, application, key);
        let value = before.map_or(value.clone(), |before| merge(&before, &value));
        store(cx, application, key, value, source);
    }
}

/// The environment anew: what spec and configuration say, and nothing else.
pub(super) fn replace(cx: &Cx, application: Atom, spec: &[(Atom, Term)]) {
    let stays = |key: &Atom| spec.iter().any(|(of, _)| of == key);
    for (key, _) in super::spec::key_values(&get_all_env(cx, application)) {
        if !stays(&key) {
            remove(cx, application, key, Atom::new("config"));
        }
    }
    on_load(cx, application, spec);
}

/// Keyword lists are merged key by key, as Elixir's `Config` does; anything else is replaced.
fn merge(old: &Term, new: &Term) -> Term {
    let keyword = |list: &Term| {
        let items = list.to_vec().filter(|items| !items.is_empty())?;
        let is_pair = |item: &Term| matches!(item.as_tuple(), Some([Term::Atom(_), _]));
        items.iter().all(is_pair).then_some(items)
    };
    let (Some(old), Some(new)) = (keyword(old), keyword(new)) else { return new.clone() };
    let key = |pair: &Term| pair.as_tuple().and_then(|pair| pair.first().cloned());
    let kept = old.into_iter().filter(|pair| !new.iter().any(|other| key(other) == key(pair)));
    Term::list(kept.chain(new.iter().cloned()).collect::<Vec<_>>())
}

/// An application is unloaded: its environment is gone.
pub(super) fn on_unload(cx: &Cx, application: Atom) {
    for (key, _) in super::spec::key_values(&get_all_env(cx, application)) {
        remove(cx, application, key, Atom::new("app"));
    }
}
