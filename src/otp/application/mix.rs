//! What Mix makes of a project: `mix.exs` projected onto the `.app` file.
//!
//! `project/0` says what the application is and what it is built with, `application/0` what it
//! is when it runs. Of both only the second kind ends up in the `.app` file; from the first come
//! name, version and the dependencies that have to run.
//!
//! OTP: <https://hexdocs.pm/mix/1.14/Mix.Tasks.Compile.App.html>

use crate::supervision::Restart;
use crate::term::ordered::sort_by_key;
use crate::term::{Atom, Term};

/// A line of `deps/0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dep {
    /// The application it gives.
    pub app: Atom,
    /// Does it run with the project, or is it for compiling only (`runtime: false`)?
    pub runtime: bool,
    /// Do others decide whether it is there (`optional: true`)?
    pub optional: bool,
    /// Is it an application at all (not `app: false`)?
    pub is_application: bool,
}

impl Dep {
    /// A dependency that runs with the project.
    #[must_use]
    pub fn new(app: &str) -> Self {
        Dep { app: Atom::new(app), runtime: true, optional: false, is_application: true }
    }
}

/// A project: what `mix.exs` says, and the modules that it was compiled to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// `app:`
    pub app: Atom,
    /// `version:`
    pub version: String,
    /// `description:`; the name, if there is none.
    pub description: Option<String>,
    /// `start_permanent:`, which is no part of the `.app` file: it says how `mix run` starts it.
    pub start_permanent: bool,
    /// `deps:`
    pub deps: Vec<Dep>,
    /// `extra_applications:` of `application/0`.
    pub extra_applications: Vec<Atom>,
    /// All else that `application/0` returns: `mod`, `env`, `included_applications`, ...
    pub application: Vec<(Atom, Term)>,
    /// The compiled modules.
    pub modules: Vec<Atom>,
}

impl Project {
    /// A project of a name and a version, with nothing in it.
    #[must_use]
    pub fn new(app: &str, version: &str) -> Self {
        Project {
            app: Atom::new(app),
            version: version.to_owned(),
            description: None,
            start_permanent: false,
            deps: Vec::new(),
            extra_applications: Vec::new(),
            application: Vec::new(),
            modules: Vec::new(),
        }
    }

    fn of_application(&self, key: &str) -> Option<&Term> {
        let key = Atom::new(key);
        self.application.iter().find(|(other, _)| *other == key).map(|(_, value)| value)
    }

    /// What has to be there to compile it: all of `deps`.
    #[must_use]
    pub fn compile_time(&self) -> Vec<Atom> {
        self.deps.iter().map(|dep| dep.app).collect()
    }

    /// What has to run before it: the key `applications`. Included and optional applications,
    /// and those for compiling only, are not among them.
    #[must_use]
    pub fn run_time(&self) -> Vec<Atom> {
        if let Some(listed) = self.of_application("applications") {
            let listed = listed.iter().filter_map(Term::as_atom);
            return unique(self.base().chain(listed));
        }
        let included = self.of_application("included_applications").cloned().unwrap_or_default();
        let runs = |dep: &&Dep| {
            dep.runtime && dep.is_application && !dep.optional && !included.iter().any(|app| app.is_atom(dep.app))
        };
        unique(self.base().chain(self.deps.iter().filter(runs).map(|dep| dep.app)))
    }

    fn base(&self) -> impl Iterator<Item = Atom> + '_ {
        ["kernel", "stdlib", "elixir"].map(Atom::new).into_iter().chain(self.extra_applications.iter().copied())
    }

    /// The term of the `.app` file, `{application, Name, Props}`, keys in Mix's order.
    #[must_use]
    pub fn to_app(&self) -> Term {
        let description = self.description.clone().unwrap_or_else(|| self.app.text().to_string());
        let mut modules = self.modules.clone();
        sort_by_key(&mut modules, |module| module.text());
        let atoms = |list: Vec<Atom>| Term::list(list.into_iter().map(Term::Atom).collect::<Vec<_>>());
        let guess = [
            ("description", Term::charlist(&description)),
            ("modules", atoms(modules)),
            ("registered", Term::Nil),
            ("vsn", Term::charlist(&self.version)),
        ];
        let applications = Atom::new("applications");
        let stated = self.application.iter().filter(|(key, _)| *key != applications);
        let guessed = guess.into_iter().map(|(key, value)| (Atom::new(key), value));
        let guessed = guessed.filter(|(key, _)| !self.application.iter().any(|(other, _)| other == key));
        let props = [(applications, atoms(self.run_time()))].into_iter().chain(guessed).chain(stated.cloned());
        let props = props.map(|(key, value)| Term::tuple([key.into(), value])).collect::<Vec<_>>();
        Term::tuple([Atom::APPLICATION.into(), self.app.into(), Term::list(props)])
    }

    /// How `mix run` starts it.
    ///
    /// OTP: <https://hexdocs.pm/mix/1.14/Mix.Tasks.Compile.App.html>
    #[must_use]
    pub fn start_type(&self) -> Restart {
        if self.start_permanent { Restart::Permanent } else { Restart::Temporary }
    }
}

fn unique(applications: impl Iterator<Item = Atom>) -> Vec<Atom> {
    let mut seen = Vec::new();
    for application in applications {
        if !seen.contains(&application) {
            seen.push(application);
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term;
    use crate::term::erlang;

    fn pair(key: &str, value: Term) -> (Atom, Term) {
        (Atom::new(key), value)
    }

    /// The text is what `mix compile` of Elixir 1.14 wrote for this project.
    #[test]
    fn a_project_becomes_the_app_file_that_mix_writes() {
        let mut project = Project::new("seq", "0.1.0");
        project.extra_applications = ["logger", "crypto"].map(Atom::new).to_vec();
        project.deps = vec![
            Dep::new("telemetry"),
            Dep { runtime: false, ..Dep::new("bld") },
            Dep { optional: true, ..Dep::new("opt") },
            Dep::new("inc"),
            Dep { is_application: false, ..Dep::new("nostart") },
        ];
        project.modules = vec![Atom::new("Elixir.Seq.Application")];
        project.application = vec![
            pair("included_applications", term!([inc])),
            pair("mod", term!({Seq.Application, []})),
            pair("registered", term!([r])),
            pair("env", term!([{a, 1}])),
            pair("start_phases", term!([{go, []}])),
            pair("maxT", term!(5000)),
        ];
        let written = r#"{application,seq,
             [{applications,[kernel,stdlib,elixir,logger,crypto,telemetry]},
              {description,"seq"},
              {modules,['Elixir.Seq.Application']},
              {vsn,"0.1.0"},
              {included_applications,[inc]},
              {mod,{'Elixir.Seq.Application',[]}},
              {registered,[r]},
              {env,[{a,1}]},
              {start_phases,[{go,[]}]},
              {maxT,5000}]}"#;
        assert_eq!(project.to_app(), erlang::parse(written).unwrap());
        assert_eq!(project.start_type(), Restart::Temporary);
        assert_eq!(project.compile_time().len(), 5);
    }

    #[test]
    fn a_library_has_a_description_and_nothing_to_start() {
        let mut project = Project::new("telemetry", "1.0.0");
        project.modules = vec![Atom::new("Elixir.Telemetry")];
        let written = r#"{application,telemetry,
             [{applications,[kernel,stdlib,elixir]},
              {description,"telemetry"},
              {modules,['Elixir.Telemetry']},
              {registered,[]},
              {vsn,"1.0.0"}]}"#;
        assert_eq!(project.to_app(), erlang::parse(written).unwrap());
    }
}
