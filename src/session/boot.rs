//! From options to a running node.

use std::cell::RefCell;
use std::rc::Rc;

use crate::event::{Behaviour, Event, Mfa};
use crate::exit::Raise;
use crate::otp;
use crate::otp::application::config;
use crate::otp::application::env::{Config, Setting};
use crate::otp::application::release::handler::{CodePath, Library};
use crate::otp::application::release::{self, Release};
use crate::otp::application::{self, AppFiles};
use crate::process::{Cx, Runtime};
use crate::seq;
use crate::supervision::Restart;
use crate::term::{Atom, Ordered, Term, erlang};

use super::refusal::{Refusal, Why};
use super::{Options, scenario};

/// The system's environment, as the processes of a node find it.
#[derive(Debug, Default)]
pub struct SystemEnv(RefCell<Ordered<String, String>>);

impl SystemEnv {
    /// All variables.
    #[must_use]
    pub fn variables(&self) -> Ordered<String, String> {
        self.0.borrow().clone()
    }

    /// Sets a variable, or unsets it.
    pub fn set(&self, variable: &str, value: Option<String>) {
        let mut variables = self.0.borrow_mut();
        match value {
            Some(value) => variables.insert(variable.to_owned(), value),
            None => variables.remove(variable),
        };
    }
}

/// The configuration files of a node.
pub struct ConfigFiles {
    config: String,
    runtime: String,
}

impl ConfigFiles {
    /// What they say, with these variables in the system's environment.
    ///
    /// # Errors
    /// What is wrong, by file and line, or by the name of the variable.
    pub fn read(&self, variables: &Ordered<String, String>) -> Result<Vec<Setting>, String> {
        let mut settings = config::read("config.exs", &self.config, variables, "config")?;
        settings.extend(config::read("runtime.exs", &self.runtime, variables, "runtime")?);
        Ok(settings)
    }
}

/// Turns that a boot may take.
const TURNS: u32 = 100_000;

/// What applications depend on; the node has its code built in.
const BUILT_IN: [(&str, &str); 3] = [
    (
        "elixir",
        r#"{application, elixir, [{description, "elixir"}, {vsn, "1.14.0"}, {modules, []}, {registered, []}, {applications, [kernel, stdlib]}]}."#,
    ),
    (
        "logger",
        r#"{application, logger, [{description, "logger"}, {vsn, "1.14.0"}, {applications, [kernel, stdlib, elixir]}]}."#,
    ),
    ("telemetry", otp::telemetry::APP),
];

/// A node with the application controller and, unless its `.app` file is in the way, `seq`
/// running. Time has passed only by work done.
///
/// # Errors
/// A line for a person: a variable that is no integer (by its name), an `.app` file that is no
/// Erlang term (by line and column), no room for a process.
pub fn node(options: &Options) -> Result<Runtime, Refusal> {
    node_with_env(options).map(|(node, _)| node)
}

pub(super) fn node_with_env(options: &Options) -> Result<(Runtime, Rc<SystemEnv>), Refusal> {
    let variables = options.variables();
    let files = ConfigFiles { config: options.config.clone(), runtime: options.runtime.clone() };
    let settings = files.read(&variables).map_err(|error| match seq::config::arith(&variables) {
        Err(bad) => Refusal::from(&bad),
        Ok(_) => Why::Configuration.of(&[&error]),
    })?;
    check_app_file(options)?;
    let scenario = options.scenario.as_deref().map(|text| scenario::parse(text, &options.limits));
    let scenario = scenario.transpose()?.map(Rc::new);
    let mut node = Runtime::new(options.limits.clone());
    // What the applications here name; tasks, agents and registries would be so much more to download.
    let own = vec![application::module()];
    let named = [otp::dynamic_supervisor::modules(), otp::telemetry::modules(), otp::logger::modules(), own];
    named.into_iter().flatten().for_each(|module| node.load(module));
    seq::load(&mut node);
    seq::demo::modules().into_iter().for_each(|module| node.load(module));
    let system_env = Rc::new(SystemEnv(RefCell::new(variables)));
    node.install(system_env.clone());
    node.install(Rc::new(app_files(options)));
    node.install(Rc::new(configuration(settings)));
    node.install(Rc::new(files));
    node.install(Rc::new(code_path(options)));
    let init = Mfa { module: Atom::INIT, function: Atom::new("boot"), arity: 1 };
    let what = match (&scenario, options.demo) {
        (Some(_), _) => Boot::One(scenario::APP),
        (None, true) => Boot::Release,
        (None, false) => Boot::One("seq"),
    };
    let refused = |raise: Raise| Why::NoBoot.of(&[&format!("{raise:?}")]);
    node.spawn(init, move |cx| init_process(cx, what)).map_err(refused)?;
    if let Some(scenario) = scenario {
        node.load(scenario::module());
        node.install(scenario.clone());
        let seed = options.seed;
        node.spawn(scenario::initial_call(), move |cx| scenario::befall(cx, scenario, seed)).map_err(refused)?;
    }
    for _ in 0..TURNS {
        if !node.turn() {
            break;
        }
    }
    Ok((node, system_env))
}

fn check_app_file(options: &Options) -> Result<(), Refusal> {
    let limits = &options.limits;
    let bounds =
        erlang::Limits { depth: limits.term_depth as usize, bytes: limits.text_bytes, ..erlang::Limits::default() };
    erlang::parse_file(&options.app, bounds).map(|_| ()).map_err(|error| Why::AppFile.of(&[&error]))
}

fn app_files(options: &Options) -> AppFiles {
    let files = AppFiles::default();
    BUILT_IN.iter().for_each(|(name, text)| files.add(name, text));
    let is_there = |name: &str| BUILT_IN.iter().any(|(other, _)| *other == name);
    let new = seq::demo::APPS.iter().filter(|(name, _)| options.demo || !is_there(name));
    new.for_each(|(name, text)| files.add(name, text));
    if options.scenario.is_some() {
        files.add(scenario::APP, scenario::APP_FILE);
    }
    files.add("seq", &options.app);
    files
}

fn configuration(settings: Vec<Setting>) -> Config {
    let config = Config::default();
    config.replace(settings);
    config
}

/// Both versions of `seq`; the first is the one that runs.
fn code_path(options: &Options) -> CodePath {
    let path = CodePath::default();
    for library in seq::libraries() {
        let app = if library.vsn == seq::VSN { options.app.clone() } else { library.app.clone() };
        path.add(Library { app, ..library });
    }
    path
}

/// What a node boots.
#[derive(Clone, Copy)]
enum Boot {
    /// An application, and what it needs.
    One(&'static str),
    /// The release of the demo.
    Release,
}

/// The first process: it brings up the controller, then the application, and stays.
///
/// OTP: <https://www.erlang.org/docs/25/man/init>
async fn init_process(cx: Cx, what: Boot) -> Result<(), Raise> {
    cx.trap_exits(true);
    cx.register(Atom::INIT, cx.me())?;
    cx.emit(Event::Initialised { pid: cx.me(), behaviour: Behaviour::System, module: Atom::INIT });
    application::start_controller(&cx).await?;
    // Its failure is told by events; the node lives on without it.
    if let Boot::One(application) = what {
        let _ = application::ensure_all_started(&cx, Atom::new(application), Restart::Temporary).await;
    } else {
        let release = erlang::parse_file(seq::demo::RELEASE, erlang::Limits::default()).ok();
        let release = release.and_then(|terms| Release::from_term(terms.first()?).ok());
        if let Some(release) = release {
            let answer = Box::pin(release::boot(&cx, &release)).await?;
            if let Some([Term::Atom(Atom::ERROR), reason]) = answer.as_tuple() {
                cx.halt(Term::tuple([Term::atom("cannot_boot"), reason.clone()]));
            }
        }
    }
    loop {
        let message = cx.receive().await;
        if let Some([Term::Atom(Atom::EXIT), _, reason]) = message.as_tuple() {
            cx.halt(reason.clone());
        }
    }
}
