//! Application specifications: the `.app` file.
//!
//! OTP: <https://www.erlang.org/docs/25/man/app>

mod check;
mod words;

use std::cell::RefCell;

use crate::process::Cx;
use crate::term::erlang;
use crate::term::{Atom, Ordered, Term};

pub use check::check;
pub use words::format_error;

/// The `.app` files that a node finds, by application. Installed on the node by its host.
#[derive(Default)]
pub struct AppFiles(RefCell<Ordered<String, String>>);

impl AppFiles {
    /// Puts a file on the path, in place of one of that name.
    pub fn add(&self, application: &str, text: &str) {
        self.0.borrow_mut().insert(application.to_owned(), text.to_owned());
    }

    /// Takes a file off the path.
    pub fn remove(&self, application: &str) {
        self.0.borrow_mut().remove(application);
    }

    fn text(&self, application: &str) -> Option<String> {
        self.0.borrow().get(application).cloned()
    }
}

/// What an `.app` file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// The application's name.
    pub name: Atom,
    /// The whole term, `{application, Name, Props}`.
    pub term: Term,
    /// Applications that run before it.
    pub applications: Vec<Atom>,
    /// Those of them that may be missing.
    pub optional: Vec<Atom>,
    /// Applications that are loaded with it and started by it.
    pub included: Vec<Atom>,
    /// `{Module, Args}`, `None` for a library.
    pub callback: Option<(Atom, Term)>,
    /// `[{Phase, Args}]`, if it has start phases.
    pub start_phases: Option<Term>,
    /// `[{Key, Value}]`
    pub env: Vec<(Atom, Term)>,
}

pub(super) fn no_such_file() -> Term {
    Term::charlist("no such file or directory")
}

impl Spec {
    /// Finds and reads an application's file. `Err` is the reason that OTP gives.
    pub(super) fn read(cx: &Cx, application: Atom) -> Result<Self, Term> {
        let file = format!("{}.app", application.text());
        let text = cx.installed::<AppFiles>().and_then(|files| files.text(&application.text()));
        let text = text.ok_or_else(|| Term::tuple([no_such_file(), Term::charlist(&file)]))?;
        let limits = cx.limits();
        let bounds =
            erlang::Limits { depth: limits.term_depth as usize, bytes: limits.text_bytes, ..erlang::Limits::default() };
        Self::parse(&text, bounds, &file)
    }

    /// Reads the text of a file that is called `file`.
    ///
    /// # Errors
    /// `{Description, File}` for text that is no term, and as of [`Spec::from_term`].
    pub fn parse(text: &str, bounds: erlang::Limits, file: &str) -> Result<Self, Term> {
        let terms = erlang::parse_file(text, bounds)
            .map_err(|error| Term::tuple([Term::charlist(&error.to_string()), Term::charlist(file)]))?;
        match terms.as_slice() {
            [term] => Self::from_term(term),
            _ => Err(Term::tuple([Term::atom("bad_application"), Term::list(terms)])),
        }
    }

    /// The text of the `.app` file: one key on a line, in the order that they came in. Reading
    /// it gives an equal spec.
    #[must_use]
    pub fn to_text(&self) -> String {
        let style = erlang::Style { max_bytes: usize::MAX, ..erlang::Style::TP };
        let print = |term: &Term| erlang::print(term, style);
        let props = self.props().iter().map(print).collect::<Vec<_>>();
        format!("{{application, {}, [\n    {}\n]}}.\n", print(&self.name.into()), props.join(",\n    "))
    }

    /// The keys and their values, as they stand in the file.
    #[must_use]
    pub fn props(&self) -> &Term {
        self.term.as_tuple().and_then(|term| term.get(2)).unwrap_or(&Term::Nil)
    }

    /// The versions of applications that it was made for: `[{Application, Vsn}]`, from texts like
    /// `"stdlib-4.0"`. Nothing is checked against them at run time.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/app>
    #[must_use]
    pub fn runtime_dependencies(&self) -> Vec<(String, String)> {
        let listed = self.props().keyword_get(Atom::new("runtime_dependencies"));
        let split = |text: &Term| {
            let text = chars(text)?;
            text.rsplit_once('-').map(|(app, vsn)| (app.to_owned(), vsn.to_owned()))
        };
        listed.map(|list| list.iter().filter_map(split).collect()).unwrap_or_default()
    }

    /// Its version, as text.
    #[must_use]
    pub fn vsn(&self) -> String {
        self.props().keyword_get(Atom::new("vsn")).and_then(chars).unwrap_or_default()
    }

    /// The modules that it consists of.
    #[must_use]
    pub fn modules(&self) -> Vec<Atom> {
        let modules = self.props().keyword_get(Atom::new("modules"));
        modules.map(|list| list.iter().filter_map(Term::as_atom).collect()).unwrap_or_default()
    }

    /// Checks a spec.
    ///
    /// # Errors
    /// OTP's reason: `{bad_application, X}`, `{invalid_name, X}`, `{invalid_options, X}`,
    /// `{badstartspec, X}`.
    pub fn from_term(term: &Term) -> Result<Self, Term> {
        let bad = |tag: &str, what: &Term| Term::tuple([Term::atom(tag), what.clone()]);
        let Some([Term::Atom(Atom::APPLICATION), name, props]) = term.as_tuple() else {
            return Err(bad("bad_application", term));
        };
        if props.to_vec().is_none() {
            return Err(bad("invalid_options", props));
        }
        let Term::Atom(name) = name else { return Err(bad("invalid_name", name)) };
        let get = |key: &str| props.keyword_get(Atom::new(key));
        let atoms =
            |key: &str| get(key).map(|list| list.iter().filter_map(Term::as_atom).collect()).unwrap_or_default();
        let callback = match get("mod") {
            None | Some(Term::Nil) => None,
            Some(pair) => match pair.as_tuple() {
                Some([Term::Atom(module), args]) => Some((*module, args.clone())),
                _ => return Err(bad("badstartspec", pair)),
            },
        };
        Ok(Spec {
            name: *name,
            term: term.clone(),
            applications: atoms("applications"),
            optional: atoms("optional_applications"),
            included: atoms("included_applications"),
            callback,
            start_phases: get("start_phases").filter(|phases| !phases.is_atom(Atom::UNDEFINED)).cloned(),
            env: get("env").map(key_values).unwrap_or_default(),
        })
    }

    /// The value of a key; one that is not in the file has OTP's default. `None` for no such key.
    #[must_use]
    pub fn key(&self, key: Atom) -> Option<Term> {
        let default = match &*key.text() {
            "description"
            | "id"
            | "vsn"
            | "modules"
            | "registered"
            | "applications"
            | "included_applications"
            | "optional_applications"
            | "mod" => Term::Nil,
            "maxP" | "maxT" => Atom::INFINITY.into(),
            "start_phases" => Atom::UNDEFINED.into(),
            _ => return None,
        };
        let props = self.term.as_tuple()?.get(2)?;
        Some(props.keyword_get(key).cloned().unwrap_or(default))
    }

    /// `{Name, Description, Vsn}`
    #[must_use]
    pub fn line(&self) -> Term {
        let key = |key: &str| self.key(Atom::new(key)).unwrap_or_default();
        Term::tuple([self.name.into(), key("description"), key("vsn")])
    }
}

/// The text of a list of characters, or of a binary. `None` for anything else.
pub(in crate::otp) fn chars(text: &Term) -> Option<String> {
    if let Some(text) = text.as_str() {
        return Some(text.to_owned());
    }
    let char = |item: Term| char::from_u32(u32::try_from(item.as_int()?).ok()?);
    text.to_vec()?.into_iter().map(char).collect()
}

/// The pairs of a list `[{Key, Value}]`, in order.
pub(super) fn key_values(list: &Term) -> Vec<(Atom, Term)> {
    let pair = |pair: &Term| match pair.as_tuple() {
        Some([Term::Atom(key), value]) => Some((*key, value.clone())),
        _ => None,
    };
    list.iter().filter_map(pair).collect()
}
