//! `process_info`: what a process can be asked about itself and others.
//!
//! OTP: <https://www.erlang.org/docs/25/man/erlang#process_info-2>

use crate::event::Mfa;
use crate::exit::Raise;
use crate::kernel::Kernel;
use crate::kernel::process::{Process, Status};
use crate::term::{Atom, Pid, Term};

use super::cx::Cx;

impl Cx {
    /// `process_info(pid, item)`: `{Item, Value}`; `[]` for the name of a process that has none;
    /// `undefined` if the process is dead.
    ///
    /// Differs: knows nothing of heaps and the collection of garbage, which there is not.
    ///
    /// # Errors
    /// `badarg` for an item that there is not.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#process_info-2>
    pub fn process_info(&self, pid: Pid, item: &str) -> Result<Term, Raise> {
        self.charge(1);
        let told = self.tell(pid, item);
        let value = told.as_ref().ok().and_then(|told| told.as_tuple()?.get(1));
        self.charge_many(value.map_or(0, |value| value.iter().count()));
        told
    }

    fn tell(&self, pid: Pid, item: &str) -> Result<Term, Raise> {
        let kernel = self.kernel();
        match kernel.process(pid) {
            Some(process) => {
                let value = value(&kernel, process, item).ok_or_else(|| Raise::error(Atom::BADARG))?;
                Ok(if item == "registered_name" && value == Term::Nil { value } else { pair(item, value) })
            }
            None if ITEMS.contains(&item) => Ok(Atom::UNDEFINED.into()),
            None => Err(Raise::error(Atom::BADARG)),
        }
    }

    /// `process_info(pid)`: a list of `{Item, Value}`, the name first if it has one; `undefined`
    /// if the process is dead.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erlang#process_info-1>
    #[must_use]
    pub fn process_info_list(&self, pid: Pid) -> Term {
        self.charge(2);
        let kernel = self.kernel();
        let Some(process) = kernel.process(pid) else { return Atom::UNDEFINED.into() };
        let name = process.name.map(|name| pair("registered_name", name.into()));
        let others = ITEMS
            .iter()
            .filter(|item| !WHEN_ASKED.contains(item))
            .filter_map(|item| Some(pair(item, value(&kernel, process, item)?)));
        Term::list(name.into_iter().chain(others).collect::<Vec<_>>())
    }
}

fn pair(item: &str, value: Term) -> Term {
    Term::tuple([Term::atom(item), value])
}

/// Every item that can be asked for, in the order in which `process_info/1` tells them.
const ITEMS: [&str; 15] = [
    "registered_name",
    "initial_call",
    "status",
    "message_queue_len",
    "messages",
    "links",
    "monitors",
    "monitored_by",
    "dictionary",
    "trap_exit",
    "priority",
    "group_leader",
    "reductions",
    "suspending",
    "parent",
];

/// What `process_info/1` leaves out; the name it puts first.
const WHEN_ASKED: [&str; 5] = ["registered_name", "messages", "monitors", "monitored_by", "parent"];

fn value(kernel: &Kernel, process: &Process, item: &str) -> Option<Term> {
    Some(match item {
        "registered_name" => process.name.map_or(Term::Nil, Term::from),
        "initial_call" => {
            let Mfa { module, function, arity } = process.initial_call;
            Term::tuple([module.into(), function.into(), i64::from(arity).into()])
        }
        "status" => Term::atom(match process.status {
            _ if process.suspended > 0 => "suspended",
            Status::Running => "running",
            Status::Runnable => "runnable",
            Status::Waiting => "waiting",
            Status::Suspended => "suspended",
        }),
        "message_queue_len" => process.mailbox.len().into(),
        "messages" => list(process.mailbox.iter()),
        "links" => list(process.links.to_vec().into_iter().map(Term::from)),
        "monitors" => list(process.monitors.to_vec().into_iter().map(|(_, watch)| {
            let node = || Term::from(Atom::NONODE);
            Term::tuple([
                Atom::PROCESS.into(),
                watch.name.map_or(watch.target.into(), |name| Term::tuple([name.into(), node()])),
            ])
        })),
        "monitored_by" => list(process.monitored_by.to_vec().into_iter().map(|(_, by)| by.into())),
        "dictionary" => list(process.dictionary().iter().map(|(key, value)| Term::tuple([key.clone(), value.clone()]))),
        "trap_exit" => process.trap_exit.into(),
        "priority" => Atom::NORMAL.into(),
        "group_leader" => process.group_leader().unwrap_or(process.pid).into(),
        "reductions" => Term::Int(i64::try_from(process.reductions).unwrap_or(i64::MAX)),
        "suspending" => list(
            process
                .suspending()
                .into_iter()
                .filter(|(pid, _)| kernel.process(*pid).is_some())
                .map(|(pid, times)| Term::tuple([pid.into(), i64::from(times).into(), 0.into()])),
        ),
        "parent" => process.parent().map_or(Atom::UNDEFINED.into(), Term::from),
        _ => return None,
    })
}

fn list(items: impl Iterator<Item = Term>) -> Term {
    Term::list(items.collect::<Vec<_>>())
}
