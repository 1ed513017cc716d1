//! What `sys` notes of a process while somebody wants it: statistics, trace, log.
//!
//! OTP: <https://www.erlang.org/docs/25/man/sys#process-implementation-functions>

use std::collections::VecDeque;

use crate::event::Level;
use crate::process::Cx;
use crate::term::erlang::{Style, print};
use crate::term::{Atom, Term};
use crate::time::Instant;

use super::super::proc_lib;

/// Events that `{log, true}` keeps.
const KEPT: usize = 10;
/// Most events that `{log, {true, N}}` keeps here.
const MOST: usize = 1_000;

/// What is being noted.
#[derive(Default)]
pub(crate) struct Debug {
    statistics: Option<Statistics>,
    trace: bool,
    log: Option<Log>,
}

struct Statistics {
    since: Instant,
    reductions: u64,
    messages_in: i64,
    messages_out: i64,
}

struct Log {
    most: usize,
    events: VecDeque<Term>,
}

/// What a process does that is worth a note.
pub(crate) enum Event<'a> {
    /// `{in, Message}`
    In(&'a Term),
    /// `{out, Reply, From, State}`
    Out(&'a Term, &'a Term, Term),
    /// `{noreply, State}`
    NoReply(Term),
}

impl Event<'_> {
    fn to_term(&self) -> Term {
        match self {
            Event::In(message) => Term::tuple([Term::atom("in"), (*message).clone()]),
            Event::Out(reply, from, state) => {
                Term::tuple([Term::atom("out"), (*reply).clone(), (*from).clone(), state.clone()])
            }
            Event::NoReply(state) => Term::tuple([Atom::NOREPLY.into(), state.clone()]),
        }
    }

    /// The line of a trace, as gen_server prints it.
    fn line(&self, name: &str) -> String {
        match self {
            Event::In(message) => match message.as_tuple() {
                Some([Term::Atom(Atom::GEN_CALL), from, call]) => {
                    format!("*DBG* {name} got call {} from {}", shown(call), shown(client(from)))
                }
                Some([Term::Atom(Atom::GEN_CAST), cast]) => format!("*DBG* {name} got cast {}", shown(cast)),
                _ => format!("*DBG* {name} got {}", shown(message)),
            },
            Event::Out(reply, from, state) => {
                format!("*DBG* {name} sent {} to {}, new state {}", shown(reply), shown(client(from)), shown(state))
            }
            Event::NoReply(state) => format!("*DBG* {name} new state {}", shown(state)),
        }
    }
}

fn shown(term: &Term) -> String {
    print(term, Style::TP)
}

fn client(from: &Term) -> &Term {
    from.as_tuple().and_then(<[Term]>::first).unwrap_or(from)
}

/// The name of the calling process, or its pid.
pub(crate) fn name(cx: &Cx) -> Term {
    cx.of(cx.me(), |process| process.name).flatten().map_or(cx.me().into(), Term::from)
}

fn reductions(cx: &Cx) -> u64 {
    cx.of(cx.me(), |process| process.reductions).unwrap_or(0)
}

impl Debug {
    /// Is nothing noted?
    pub(crate) fn is_idle(&self) -> bool {
        self.statistics.is_none() && !self.trace && self.log.is_none()
    }

    /// Notes what the calling process does.
    pub(crate) fn note(&mut self, cx: &Cx, event: &Event) {
        if let Some(statistics) = &mut self.statistics {
            match event {
                Event::In(_) => statistics.messages_in += 1,
                Event::Out(..) => statistics.messages_out += 1,
                Event::NoReply(_) => {}
            }
        }
        if self.trace {
            let label = Term::tuple([Atom::SYS.into(), Term::atom("trace")]);
            proc_lib::report(cx, Level::Info, || (label, Term::string(&event.line(&shown(&name(cx))))));
        }
        if let Some(log) = &mut self.log {
            log.events.push_back(event.to_term());
            log.trim();
        }
    }

    /// Does what a `{debug, What}` asks for; the answer.
    pub(crate) fn command(&mut self, cx: &Cx, what: &Term) -> Term {
        let (name, flag) = match (what, what.as_tuple()) {
            (Term::Atom(name), _) => (name.text(), &Term::Nil),
            (_, Some([Term::Atom(name), flag])) => (name.text(), flag),
            _ => return Term::atom("unknown_debug"),
        };
        let get = flag.is_atom(Atom::new("get"));
        match (&*name, flag, flag.as_tuple()) {
            ("no_debug", Term::Nil, _) => *self = Debug::default(),
            ("trace", Term::Atom(Atom::TRUE), _) => self.trace = true,
            ("trace", Term::Atom(Atom::FALSE), _) => self.trace = false,
            ("statistics", Term::Atom(Atom::TRUE), _) => self.statistics = Some(Statistics::begin(cx)),
            ("statistics", Term::Atom(Atom::FALSE), _) => self.statistics = None,
            ("statistics", ..) if get => {
                let none = || Term::atom("no_statistics");
                return Term::ok(self.statistics.as_ref().map_or_else(none, |statistics| statistics.to_term(cx)));
            }
            ("log", Term::Atom(Atom::TRUE), _) => self.log_most(KEPT),
            ("log", Term::Atom(Atom::FALSE), _) => self.log = None,
            ("log", ..) if get => return Term::ok(self.logged()),
            ("log", _, Some([Term::Atom(Atom::TRUE), Term::Int(most @ 1..)])) => {
                self.log_most(usize::try_from(*most).unwrap_or(MOST).min(MOST));
            }
            ("log_to_file", Term::Atom(Atom::FALSE), _) => {}
            ("log_to_file", ..) => return Term::error(Term::atom("open_file")), // there are no files
            _ => return Term::atom("unknown_debug"),
        }
        Atom::OK.into()
    }

    /// What was logged before is kept.
    fn log_most(&mut self, most: usize) {
        let log = self.log.get_or_insert_with(|| Log { most, events: VecDeque::new() });
        log.most = most;
        log.trim();
    }

    /// The events that are kept, oldest first.
    pub(crate) fn logged(&self) -> Term {
        let events = self.log.iter().flat_map(|log| log.events.iter().cloned());
        Term::list(events.collect::<Vec<_>>())
    }

    /// What is noted, as a list of `{Name, Value}`.
    pub(crate) fn to_term(&self, cx: &Cx) -> Term {
        let pair = |name: &str, value| Term::tuple([Term::atom(name), value]);
        let trace = self.trace.then(|| pair("trace", true.into()));
        let statistics = self.statistics.as_ref().map(|statistics| pair("statistics", statistics.to_term(cx)));
        let log = self.log.as_ref().map(|_| pair("log", self.logged()));
        Term::list([trace, statistics, log].into_iter().flatten().collect::<Vec<_>>())
    }
}

impl Log {
    fn trim(&mut self) {
        let surplus = self.events.len().saturating_sub(self.most);
        self.events.drain(..surplus);
    }
}

impl Statistics {
    fn begin(cx: &Cx) -> Self {
        Statistics { since: cx.now(), reductions: reductions(cx), messages_in: 0, messages_out: 0 }
    }

    fn to_term(&self, cx: &Cx) -> Term {
        let spent = reductions(cx).saturating_sub(self.reductions);
        let pair = |name: &str, value: Term| Term::tuple([Term::atom(name), value]);
        Term::list([
            pair("start_time", date_time(self.since)),
            pair("current_time", date_time(cx.now())),
            pair("reductions", Term::Int(i64::try_from(spent).unwrap_or(i64::MAX))),
            pair("messages_in", self.messages_in.into()),
            pair("messages_out", self.messages_out.into()),
        ])
    }
}

/// `{{Year, Month, Day}, {Hour, Minute, Second}}`, with the node's clock from 1970-01-01 on.
fn date_time(at: Instant) -> Term {
    let seconds = i64::try_from(at.0 / 1_000_000_000).unwrap_or(i64::MAX);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days from the first of March of the year 0, so that leap days come last.
    let from_march = days + 719_468;
    let (era, of_era) = (from_march / 146_097, from_march % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    let triple = |a: i64, b: i64, c: i64| Term::tuple([a.into(), b.into(), c.into()]);
    Term::tuple([triple(year, month, day), triple(second / 3_600, second / 60 % 60, second % 60)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let shown = |seconds| date_time(Instant::BOOT + Duration::from_secs(seconds)).to_string();
        assert_eq!(shown(0), "{{1970, 1, 1}, {0, 0, 0}}");
        assert_eq!(shown(951_782_399), "{{2000, 2, 28}, {23, 59, 59}}");
        assert_eq!(shown(951_782_400), "{{2000, 2, 29}, {0, 0, 0}}");
        assert_eq!(shown(1_704_067_199), "{{2023, 12, 31}, {23, 59, 59}}");
    }
}
