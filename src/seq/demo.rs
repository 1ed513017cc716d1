//! More applications around `seq`, so that a node has something to boot: each with a worker that
//! really uses what it depends on.
//!
//! | application | uses | its worker |
//! |---|---|---|
//! | `logger` | | keeps what is reported ([`crate::otp::logger`]) |
//! | `telemetry` | | keeps who listens to what |
//! | `seq` | `logger`, `telemetry` | the sequences |
//! | `meter` | `telemetry`, `seq` | counts the calls of `next` that telemetry tells of |
//! | `ticker` | `seq`, `logger`; includes `cache` | asks for the next number ten times a second |
//! | `cache` | included by `ticker` | keeps the last numbers |
//! | `audit` | `ticker`, `logger`; `meter` if there is one | logs once a second what it finds |
//!
//! `ticker` and `cache` start in phases: `init`, in which the cache is told how much to keep and
//! the ticker to wait, and `go`.

use crate::event::Level;
use crate::exit::Raise;
use crate::otp::gen_server::{self, From, GenServer, Init, Next, Reply, Start};
use crate::otp::{application, logger, supervisor, telemetry};
use crate::process::{Cx, Module};
use crate::term;
use crate::term::{Atom, Fun, Term};
use crate::time::Duration;

use super::{server, tuning};

/// The `.app` files, by application.
pub const APPS: [(&str, &str); 5] = [
    ("logger", logger::APP),
    ("meter", include_str!("../../static/demo/meter.app")),
    ("ticker", include_str!("../../static/demo/ticker.app")),
    ("cache", include_str!("../../static/demo/cache.app")),
    ("audit", include_str!("../../static/demo/audit.app")),
];

/// The release that the demo node boots.
pub const RELEASE: &str = include_str!("../../static/demo/demo.rel");

/// The name of a worker of the demo.
fn worker(application: &str) -> Atom {
    Atom::new(&format!("{application}_worker"))
}

/// How many calls of `next` the meter has counted.
///
/// # Errors
/// exit, if it does not run.
pub async fn count(cx: &Cx) -> Result<Term, Raise> {
    gen_server::call(cx, worker("meter"), term!(count), Some(server::TIMEOUT)).await
}

/// The numbers that the cache keeps, newest first.
///
/// # Errors
/// exit, if it does not run.
pub async fn numbers(cx: &Cx) -> Result<Term, Raise> {
    gen_server::call(cx, worker("cache"), term!(numbers), Some(server::TIMEOUT)).await
}

// --- meter

struct Meter(i64);

impl GenServer for Meter {
    async fn init(cx: &Cx, _args: Term) -> Result<Init<Self>, Raise> {
        cx.trap_exits(true);
        // A former life may have ended without a word.
        telemetry::detach(cx, term!(meter)).await?;
        let fun = Term::fun(Fun { module: Atom::new("meter"), name: Atom::new("handle"), arity: 4, env: vec![] });
        telemetry::attach(cx, term!(meter), term!([seq, next, stop]), fun, Term::Nil).await?;
        Ok(Init::Ok(Meter(0), Next::Wait))
    }

    async fn handle_call(&mut self, _cx: &Cx, _request: Term, _from: From) -> Result<Reply, Raise> {
        Ok(Reply::value(self.0))
    }

    async fn handle_cast(&mut self, _cx: &Cx, _message: Term) -> Result<Reply, Raise> {
        self.0 += 1;
        Ok(Reply::none())
    }

    async fn terminate(&mut self, cx: &Cx, _reason: &Term) -> Result<(), Raise> {
        telemetry::detach(cx, term!(meter)).await.map(|_| ())
    }

    fn state(&self) -> Term {
        self.0.into()
    }
}

// --- cache

struct Cache(Vec<Term>);

impl GenServer for Cache {
    async fn init(_cx: &Cx, _args: Term) -> Result<Init<Self>, Raise> {
        Ok(Init::Ok(Cache(Vec::new()), Next::Wait))
    }

    async fn handle_call(&mut self, _cx: &Cx, _request: Term, _from: From) -> Result<Reply, Raise> {
        Ok(Reply::value(self.state()))
    }

    async fn handle_cast(&mut self, cx: &Cx, number: Term) -> Result<Reply, Raise> {
        let keep = application::get_env(cx, Atom::new("cache"), Atom::new("keep"));
        let keep = keep.and_then(|keep| usize::try_from(keep.as_int()?).ok());
        self.0.insert(0, number);
        self.0.truncate(keep.unwrap_or(0));
        Ok(Reply::none())
    }

    fn state(&self) -> Term {
        Term::list(self.0.clone())
    }
}

// --- ticker

struct Ticker(i64);

const TICK: Duration = Duration::from_millis(100);

impl GenServer for Ticker {
    /// When its application starts it waits for `go`; when it is restarted later that is past.
    async fn init(cx: &Cx, _args: Term) -> Result<Init<Self>, Raise> {
        let goes = application::get_env(cx, Atom::new("ticker"), Atom::new("ticks")) == Some(true.into());
        Ok(Init::Ok(Ticker(0), if goes { Next::Timeout(TICK) } else { Next::Wait }))
    }

    async fn handle_cast(&mut self, _cx: &Cx, goes: Term) -> Result<Reply, Raise> {
        Ok(Reply::NoReply(if goes.as_bool() == Some(true) { Next::Timeout(TICK) } else { Next::Wait }))
    }

    /// Without `seq` it cannot do its work, and ends.
    async fn handle_info(&mut self, cx: &Cx, _message: Term) -> Result<Reply, Raise> {
        let number = server::next(cx, Atom::new("Elixir.Seq.FibServer")).await?;
        gen_server::cast(cx, worker("cache"), number.clone());
        logger::log(cx, Level::Debug, term!({tick, (number)}));
        self.0 += 1;
        Ok(Reply::NoReply(Next::Timeout(TICK)))
    }

    fn state(&self) -> Term {
        self.0.into()
    }
}

// --- audit

struct Audit;

impl GenServer for Audit {
    async fn init(_cx: &Cx, _args: Term) -> Result<Init<Self>, Raise> {
        Ok(Init::Ok(Audit, Next::Timeout(Duration::from_secs(1))))
    }

    async fn handle_info(&mut self, cx: &Cx, _message: Term) -> Result<Reply, Raise> {
        let kept = numbers(cx).await?.iter().count();
        let counted = if cx.whereis(worker("meter")).is_some() { count(cx).await? } else { term!(unknown) };
        logger::log(cx, Level::Notice, term!({audit, #{cached => (kept), counted => (counted)}}));
        Ok(Reply::NoReply(Next::Timeout(Duration::from_secs(1))))
    }

    fn state(&self) -> Term {
        term!(audit)
    }
}

// --- modules

/// The callback module of an application and of its supervisor; `children` are its workers.
macro_rules! application {
    ($name:literal, $server:ty, $children:expr) => {
        Module::new(Atom::new($name), "1.0.0")
            .export("start", 2, |cx, _| {
                Box::pin(async move {
                    let name = Atom::new(concat!($name, "_sup"));
                    supervisor::start_link(&cx, Some(name), Atom::new($name), Term::Nil).await
                })
            })
            .export("stop", 1, |_, _| Box::pin(async { Ok(Atom::OK.into()) }))
            .export("init", 1, |cx, _| {
                Box::pin(async move {
                    let children: &[&str] = &$children;
                    let spec = |name: &&str| {
                        let name = Term::atom(name);
                        term!(#{id => (name.clone()), start => {(name), start_link, []}})
                    };
                    let children = Term::list(children.iter().map(spec).collect::<Vec<_>>());
                    let answer = term!({ok, {#{intensity => 3, period => 5}, (children)}});
                    Ok(tuning::tuned(&cx, $name, Atom::new(concat!($name, "_sup")), answer))
                })
            })
            .starts("start_link", 0, |cx, _| {
                let start = Start::new(Atom::new($name), Term::Nil).named(Some(worker($name)));
                gen_server::begin_link::<$server>(cx, start)
            })
    };
}

/// The modules of the demo's applications.
#[must_use]
pub fn modules() -> Vec<Module> {
    let meter = application!("meter", Meter, ["meter"]).export("handle", 4, |cx, _| {
        Box::pin(async move {
            gen_server::cast(&cx, worker("meter"), term!(counted));
            Ok(Atom::OK.into())
        })
    });
    let cache = application!("cache", Cache, ["cache"]).export("start_phase", 3, |cx, args| {
        Box::pin(async move {
            let keep = args.into_iter().nth(2).unwrap_or_default();
            application::set_env(&cx, Atom::new("cache"), Atom::new("keep"), keep).await
        })
    });
    let ticker = application!("ticker", Ticker, ["cache", "ticker"]).export("start_phase", 3, |cx, args| {
        Box::pin(async move {
            let goes = Term::from(args.first() == Some(&term!(go)));
            gen_server::cast(&cx, worker("ticker"), goes.clone());
            application::set_env(&cx, Atom::new("ticker"), Atom::new("ticks"), goes).await
        })
    });
    vec![meter, cache, ticker, application!("audit", Audit, ["audit"])]
}
