//! async_stream: a task for each element of a collection, so many at once.
//!
//! As in Elixir a process of its own spawns the tasks, times them and tells of their ends; so the
//! owner is linked to that process only, and tasks that crash are results when they are not
//! linked.
//!
//! OTP: <https://hexdocs.pm/elixir/1.14/Task.html#async_stream/3>

use crate::event::Mfa;
use crate::exit::Raise;
use crate::kernel::Dest;
use crate::otp::gen_server::client::timeout_term;
use crate::otp::proc_lib::down_reason;
use crate::process::{Cx, SpawnOptions};
use crate::term::{Atom, Ordered, Pid, Ref, Term};
use crate::time::Duration;

use super::supervised::{self, Waits};
use super::{argument_error, callers, owner, supervisor};

mod monitor;

/// The options of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Most tasks at once.
    pub max_concurrency: usize,
    /// Results in the order of the elements, or as they come?
    pub ordered: bool,
    /// The time that each task has; `None`: as long as it likes.
    pub timeout: Option<Duration>,
    /// What a task that takes longer means.
    pub on_timeout: OnTimeout,
    /// `{exit, {Element, Reason}}` instead of `{exit, Reason}`?
    pub zip_input_on_exit: bool,
    /// How a task is stopped by its task supervisor; `nil`: its default.
    pub shutdown: Term,
}

/// What it means that a task of a stream takes too long. It is killed either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnTimeout {
    /// The owner exits.
    Exit,
    /// Its result is `{exit, timeout}`.
    KillTask,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            max_concurrency: 8,
            ordered: true,
            timeout: Some(Duration::from_secs(5)),
            on_timeout: OnTimeout::Exit,
            zip_input_on_exit: false,
            shutdown: Atom::NIL.into(),
        }
    }
}

/// Where the tasks of a stream live.
#[derive(Clone, Copy)]
enum Under {
    /// Linked to the process that watches them.
    Nobody,
    /// A task supervisor, linked or not.
    Supervisor(Dest, Link),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Link {
    Link,
    NoLink,
}

/// Calls `fun` (of one argument, or `{Module, Function, Args}` with the element before the
/// others) for each element in a task of its own. The results: `{ok, Value}` or `{exit, Reason}`.
///
/// # Errors
/// exit `{Reason, {'Elixir.Task.Supervised', stream, [Timeout]}}`, where `timeout` is a reason;
/// `ArgumentError` for a concurrency of zero. A task that crashes takes the caller with it by
/// their links, unless that traps exits.
///
/// Differs: gives all results at once, where Elixir's stream is lazy; `max_concurrency` is 8
/// where Elixir asks how many schedulers there are.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.html#async_stream/3>
pub async fn async_stream(cx: &Cx, items: Vec<Term>, fun: Term, options: &Options) -> Result<Vec<Term>, Raise> {
    run(cx, items, fun, options, Under::Nobody).await
}

/// [`async_stream`] with tasks under a task supervisor, linked to the process that watches them.
///
/// # Errors
/// As of [`async_stream`]; `RuntimeError` if the supervisor has `max_children`.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.Supervisor.html#async_stream/4>
pub async fn async_stream_under(
    cx: &Cx,
    supervisor: impl Into<Dest>,
    items: Vec<Term>,
    fun: Term,
    options: &Options,
) -> Result<Vec<Term>, Raise> {
    run(cx, items, fun, options, Under::Supervisor(supervisor.into(), Link::Link)).await
}

/// [`async_stream_under`] without links: a task that crashes is a result.
///
/// # Errors
/// As of [`async_stream_under`].
///
/// OTP: <https://hexdocs.pm/elixir/1.14/Task.Supervisor.html#async_stream_nolink/4>
pub async fn async_stream_nolink(
    cx: &Cx,
    supervisor: impl Into<Dest>,
    items: Vec<Term>,
    fun: Term,
    options: &Options,
) -> Result<Vec<Term>, Raise> {
    run(cx, items, fun, options, Under::Supervisor(supervisor.into(), Link::NoLink)).await
}

async fn run(cx: &Cx, items: Vec<Term>, fun: Term, options: &Options, under: Under) -> Result<Vec<Term>, Raise> {
    if options.max_concurrency == 0 {
        return Err(argument_error(":max_concurrency must be an integer greater than zero"));
    }
    let mut stream = Stream::open(cx, fun, options.clone(), under)?;
    let mut items = items.into_iter();
    let mut more = true;
    loop {
        while more && stream.running.len() < options.max_concurrency {
            match items.next() {
                Some(item) => stream.spawn(cx, item).await?,
                None => more = false,
            }
        }
        if stream.running.is_empty() {
            stream.close(cx).await?;
            return Ok(stream.results());
        }
        stream.hear(cx).await?;
    }
}

/// A stream, as its owner sees it.
struct Stream {
    watcher: Pid,
    /// The owner's monitor on the watcher, and the tag of all messages of this stream.
    monitor: Ref,
    fun: Term,
    options: Options,
    spawned: usize,
    /// Elements whose task has not ended, with its reply once it came.
    running: Ordered<usize, (Term, Option<Term>)>,
    /// Results by position, or as they came.
    done: Ordered<usize, Term>,
}

enum News {
    Reply(usize, Term),
    Ended(usize, Term),
    TimedOut(usize),
    WatcherDown(Term),
}

impl Stream {
    fn open(cx: &Cx, fun: Term, options: Options, under: Under) -> Result<Self, Raise> {
        let watched = monitor::Watched {
            owner: cx.me(),
            shown_owner: owner(cx),
            traps: cx.of(cx.me(), |process| process.trap_exit).unwrap_or_default(),
            under,
            shutdown: options.shutdown.clone(),
            timeout: options.timeout,
        };
        let initial_call = Mfa { module: supervised::name(), function: Atom::new("stream_monitor"), arity: 4 };
        let watcher = cx.spawn(SpawnOptions { link: true, initial_call }, |cx| monitor::run(cx, watched))?;
        let monitor = cx.monitor(watcher);
        let _ = cx.send(watcher, Term::tuple([cx.me().into(), monitor.into()]));
        let (running, done) = (Ordered::new(), Ordered::new());
        Ok(Stream { watcher, monitor, fun, options, spawned: 0, running, done })
    }

    fn exit(&self, reason: Term) -> Raise {
        let call = [supervised::name().into(), Term::atom("stream"), Term::list([timeout_term(self.options.timeout)])];
        Raise::exit(Term::tuple([reason, Term::tuple(call)]))
    }

    /// `{Monitor, Position}`
    fn tag(&self, position: usize) -> Term {
        Term::tuple([self.monitor.into(), position.into()])
    }

    /// Has a task spawned for the next element, and tells it its work.
    async fn spawn(&mut self, cx: &Cx, item: Term) -> Result<(), Raise> {
        let (position, monitor) = (self.spawned, self.monitor);
        let _ = cx.send(self.watcher, Term::tuple([Term::atom("spawn"), position.into()]));
        let spawned = cx.receive_if(|message| match message.as_tuple()? {
            [tag, of, Term::Pid(pid)] if tag.is_atom(Atom::new("spawned")) && *of == self.tag(position) => {
                Some(Ok(*pid))
            }
            [tag, Term::Ref(of)] if tag.is_atom(Atom::new("max_children")) && *of == monitor => Some(Err(None)),
            _ => down_reason(message, monitor).map(|reason| Err(Some(reason))),
        });
        match spawned.await {
            Ok(pid) => {
                let order =
                    [cx.me().into(), self.tag(position), cx.me().into(), callers(cx), applied(&self.fun, item.clone())];
                let _ = cx.send(pid, Term::tuple(order));
                self.spawned += 1;
                self.running.insert(position, (item, None));
                Ok(())
            }
            Err(None) => {
                self.close(cx).await?;
                Err(supervisor::too_many())
            }
            Err(Some(reason)) => {
                self.clean_up(cx).await;
                Err(self.exit(reason))
            }
        }
    }

    fn news(&self, message: &Term) -> Option<News> {
        let position = |tag: &Term| match tag.as_tuple()? {
            [Term::Ref(of), position] if *of == self.monitor => position.to::<usize>().ok(),
            _ => None,
        };
        match message.as_tuple()? {
            [tag, reply] => Some(News::Reply(position(tag)?, reply.clone())),
            [kind, tag, reason] if kind.is_atom(Atom::new("down")) => Some(News::Ended(position(tag)?, reason.clone())),
            [kind, tag, _] if kind.is_atom(Atom::new("timed_out")) => Some(News::TimedOut(position(tag)?)),
            _ => down_reason(message, self.monitor).map(News::WatcherDown),
        }
    }

    /// Takes in what happens next to a task. A reply counts only when its task has ended.
    async fn hear(&mut self, cx: &Cx) -> Result<(), Raise> {
        match cx.receive_if(|message| self.news(message)).await {
            News::Reply(position, reply) => {
                if let Some(running) = self.running.get_mut(&position) {
                    running.1 = Some(reply);
                }
            }
            News::Ended(position, reason) => self.deliver(position, reason),
            News::TimedOut(position) => {
                let replied = self.running.get(&position).is_some_and(|(_, reply)| reply.is_some());
                if self.options.on_timeout == OnTimeout::Exit && !replied {
                    self.clean_up(cx).await;
                    return Err(self.exit(Atom::TIMEOUT.into()));
                }
                self.deliver(position, Atom::TIMEOUT.into());
            }
            News::WatcherDown(reason) => {
                self.clean_up(cx).await;
                return Err(self.exit(reason));
            }
        }
        Ok(())
    }

    fn deliver(&mut self, position: usize, reason: Term) {
        let Some((item, reply)) = self.running.remove(&position) else { return };
        let reason = if self.options.zip_input_on_exit { Term::tuple([item, reason]) } else { reason };
        let result = reply.map_or_else(|| Term::tuple([Term::atom("exit"), reason]), Term::ok);
        let place = if self.options.ordered { position } else { self.done.len() };
        self.done.insert(place, result);
    }

    fn results(self) -> Vec<Term> {
        self.done.into_iter().map(|(_, result)| result).collect()
    }

    /// Ends the watcher, which kills the tasks that are left.
    async fn close(&self, cx: &Cx) -> Result<(), Raise> {
        let _ = cx.send(self.watcher, Term::tuple([Atom::STOP.into(), self.monitor.into()]));
        let reason = cx.receive_if(|message| down_reason(message, self.monitor)).await;
        self.clean_up(cx).await;
        if reason.is_atom(Atom::NORMAL) { Ok(()) } else { Err(self.exit(reason)) }
    }

    /// Leaves no message of the stream behind.
    async fn clean_up(&self, cx: &Cx) {
        cx.flush_exit(self.watcher);
        while cx.receive_within(Some(Duration::ZERO), |message| self.news(message)).await.is_some() {}
    }
}

/// The work for an element: it comes before the other arguments.
fn applied(fun: &Term, item: Term) -> Term {
    match fun.as_tuple() {
        Some([module, function, args]) => {
            Term::tuple([module.clone(), function.clone(), Term::cons(item, args.clone())])
        }
        _ => {
            let args = Term::list([fun.clone(), Term::list([item])]);
            Term::tuple([Atom::ERLANG.into(), Term::atom("apply"), args])
        }
    }
}

/// Starts a task that waits for its work.
async fn start_task(cx: &Cx, watched: &monitor::Watched) -> Result<Result<(Link, Pid), ()>, Raise> {
    let Under::Supervisor(supervisor, link) = watched.under else {
        let pid = supervised::spawn(cx, watched.shown_owner.clone(), Waits::ForEver)?;
        return Ok(Ok((Link::Link, pid)));
    };
    let args = vec![watched.shown_owner.clone(), Term::atom("monitor")];
    let answer = supervisor::start_task(cx, supervisor, args, Atom::TEMPORARY.into(), watched.shutdown.clone()).await?;
    match answer.as_tuple() {
        Some([Term::Atom(Atom::OK), Term::Pid(pid)]) => {
            if link == Link::Link {
                cx.link(*pid)?;
            }
            Ok(Ok((link, *pid)))
        }
        Some([Term::Atom(Atom::ERROR), reason]) if *reason == Term::atom("max_children") => Ok(Err(())),
        _ => Err(Raise::error(Term::tuple([Term::atom("case_clause"), answer]))),
    }
}
