//! What a dynamic supervisor reports, in the shapes of Elixir's reports.

use crate::event::Level;
use crate::process::Cx;
use crate::term::{Atom, Term};

use super::super::child_spec::{self, ChildSpec};
use super::super::proc_lib;
use super::DynamicSupervisor;

fn pair(key: &str, value: Term) -> Term {
    Term::tuple([Term::atom(key), value])
}

impl DynamicSupervisor {
    /// `{local, Name}` or `{Pid, Module}`
    fn report_name(&self, cx: &Cx) -> Term {
        match self.name {
            Some(name) => pair("local", name.into()),
            None => Term::tuple([cx.me().into(), self.module.into()]),
        }
    }

    pub(super) fn report_error(&self, cx: &Cx, context: &str, reason: &Term, pid: &Term, spec: &ChildSpec) {
        proc_lib::report(cx, Level::Error, || {
            let body = Term::list([
                pair("supervisor", self.report_name(cx)),
                pair("errorContext", Term::atom(context)),
                pair("reason", reason.clone()),
                pair("offender", self.offender(spec, pid)),
            ]);
            (Term::tuple([Atom::SUPERVISOR.into(), Term::atom(context)]), body)
        });
    }

    /// The arguments are those of the start, the extra ones before; of a temporary child
    /// `undefined`.
    fn offender(&self, spec: &ChildSpec, pid: &Term) -> Term {
        let (module, function, args) = &spec.start;
        let args = Term::list_with_tail(self.settings.extra.to_vec().unwrap_or_default(), args.clone());
        Term::list([
            pair("pid", pid.clone()),
            pair("id", Atom::UNDEFINED.into()),
            pair("mfargs", Term::tuple([(*module).into(), (*function).into(), args])),
            pair("restart_type", child_spec::restart_term(spec.restart)),
            pair("shutdown", child_spec::shutdown_term(spec.shutdown)),
            pair("child_type", child_spec::type_term(spec.kind)),
        ])
    }

    pub(super) fn report_unexpected(&self, cx: &Cx, message: &Term) {
        proc_lib::report(cx, Level::Error, || {
            let label = Term::tuple([super::module().into(), Term::atom("unexpected_msg")]);
            (label, Term::map(vec![(Term::atom("msg"), message.clone())]))
        });
    }
}
