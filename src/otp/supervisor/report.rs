//! What a supervisor reports, in the shapes of OTP's reports.
//!
//! OTP: <https://www.erlang.org/docs/25/man/logger_chapter#sasl-reports>

use crate::event::Level;
use crate::process::Cx;
use crate::term::{Atom, Pid, Term};

use super::super::child_spec::{self, ChildSpec};
use super::super::proc_lib;
use super::Supervisor;

fn pair(key: &str, value: Term) -> Term {
    Term::tuple([Term::atom(key), value])
}

/// `[{pid, Pid}, {id, Id}, {mfargs, MFA}, ...]`
fn offender(spec: &ChildSpec, pid: &Term) -> Term {
    Term::list([
        pair("pid", pid.clone()),
        pair("id", spec.id.clone()),
        pair("mfargs", spec.start_term()),
        pair("restart_type", child_spec::restart_term(spec.restart)),
        pair("significant", spec.significant.into()),
        pair("shutdown", child_spec::shutdown_term(spec.shutdown)),
        pair("child_type", child_spec::type_term(spec.kind)),
    ])
}

impl Supervisor {
    /// `{local, Name}` or `{Pid, Module}`
    fn report_name(&self, cx: &Cx) -> Term {
        match self.name {
            Some(name) => pair("local", name.into()),
            None => Term::tuple([cx.me().into(), self.module.into()]),
        }
    }

    pub(super) fn report_error(&self, cx: &Cx, context: &str, reason: &Term, spec: &ChildSpec, pid: &Term) {
        proc_lib::report(cx, Level::Error, || {
            let body = Term::list([
                pair("supervisor", self.report_name(cx)),
                pair("errorContext", Term::atom(context)),
                pair("reason", reason.clone()),
                pair("offender", offender(spec, pid)),
            ]);
            (Term::tuple([Atom::SUPERVISOR.into(), Term::atom(context)]), body)
        });
    }

    pub(super) fn report_progress(&self, cx: &Cx, spec: &ChildSpec, pid: Pid) {
        proc_lib::report(cx, Level::Info, || {
            let started = offender(spec, &pid.into());
            let body = Term::list([pair("supervisor", self.report_name(cx)), pair("started", started)]);
            (Term::tuple([Atom::SUPERVISOR.into(), Term::atom("progress")]), body)
        });
    }

    pub(super) fn report_unexpected(&self, cx: &Cx, message: &Term) {
        proc_lib::report(cx, Level::Error, || {
            let body = Term::list([pair("supervisor", self.report_name(cx)), pair("message", message.clone())]);
            (Term::tuple([Atom::SUPERVISOR.into(), Term::atom("unexpected_message")]), body)
        });
    }
}
