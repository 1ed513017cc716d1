//! What a supervisor is asked for.
//!
//! OTP: <https://www.erlang.org/docs/25/man/supervisor#exports>

use std::rc::Rc;

use crate::event::Event;
use crate::exit::Raise;
use crate::process::Cx;
use crate::supervision::{ChildType, Restart};
use crate::term::{Atom, Term};

use super::super::child_spec::{self, ChildSpec};
use super::children::{Child, ChildPid};
use super::{Kids, Started, Supervisor, which_child};

fn error(reason: Atom) -> Term {
    Term::error(reason.into())
}

impl Supervisor {
    pub(super) async fn answer(&mut self, cx: &Cx, request: &Term) -> Result<Term, Raise> {
        let name = request.as_atom().or_else(|| request.as_tuple()?.first()?.as_atom());
        let name = name.unwrap_or_default();
        let simple = matches!(self.kids, Kids::Simple(_));
        Ok(match (name, request.as_tuple(), simple) {
            (Atom::WHICH_CHILDREN, None, false) => self.which_children(),
            (Atom::WHICH_CHILDREN, None, true) => self.which_simple(),
            (Atom::COUNT_CHILDREN, None, false) => self.count_children(cx),
            (Atom::COUNT_CHILDREN, None, true) => self.count_simple(),
            (Atom::START_CHILD, Some([_, spec]), false) => self.start_child(cx, spec).await,
            (Atom::START_CHILD, Some([_, args]), true) => self.start_simple(cx, args).await,
            (Atom::TERMINATE_CHILD, Some([_, id]), false) => self.terminate_child(cx, id).await,
            (Atom::TERMINATE_CHILD, Some([_, Term::Pid(pid)]), true) => self.terminate_simple_child(cx, *pid).await,
            (Atom::GET_CHILDSPEC, Some([_, id]), false) => self.get_childspec(id),
            (Atom::GET_CHILDSPEC, Some([_, child]), true) => self.simple_childspec(cx, child),
            (Atom::TERMINATE_CHILD | Atom::RESTART_CHILD | Atom::DELETE_CHILD, Some([_, _]), true) => {
                error(Atom::SIMPLE_ONE_FOR_ONE)
            }
            (Atom::RESTART_CHILD, Some([_, id]), false) => self.restart_child(cx, id).await,
            (Atom::DELETE_CHILD, Some([_, id]), false) => self.delete_child(cx, id),
            _ => return Err(Raise::error(Atom::FUNCTION_CLAUSE)),
        })
    }

    fn which_children(&mut self) -> Term {
        let children = self.children().map(|children| children.in_order().map(which_child).collect::<Vec<_>>());
        let mut children = children.unwrap_or_default();
        children.reverse();
        Term::list(children)
    }

    fn count_children(&mut self, cx: &Cx) -> Term {
        let (mut specs, mut active, mut supervisors) = (0_usize, 0_usize, 0_usize);
        for child in self.children().iter().flat_map(|children| children.in_order()) {
            specs += 1;
            active += usize::from(child.pid.pid().is_some_and(|pid| cx.is_alive(pid)));
            supervisors += usize::from(child.spec.kind == ChildType::Supervisor);
        }
        counts(specs, active, supervisors, specs - supervisors)
    }

    async fn start_child(&mut self, cx: &Cx, spec: &Term) -> Term {
        let spec = match ChildSpec::check(spec, self.flags.auto_shutdown) {
            Ok(spec) => spec,
            Err(reason) => return Term::error(reason),
        };
        match self.children().and_then(|children| children.find(&spec.id)).map(|(_, child)| child.pid) {
            None => self.start_new_child(cx, spec).await,
            Some(ChildPid::Pid(pid)) => super::gen_server::already_started(pid),
            Some(_) => error(Atom::ALREADY_PRESENT),
        }
    }

    async fn start_new_child(&mut self, cx: &Cx, spec: ChildSpec) -> Term {
        let position = self.children().map_or(0, |children| children.in_order().count());
        self.announce(cx, &spec, position);
        let refused = || cx.emit(Event::ChildRemoved { supervisor: cx.me(), id: spec.id.clone(), pid: None });
        match self.start_with(cx, &spec, &spec.start.2, None).await {
            Ok(Started::Ignored) if spec.restart == Restart::Temporary => {
                refused();
                Term::ok(Atom::UNDEFINED.into())
            }
            Ok(started) => {
                let (pid, answer) = match started {
                    Started::Ignored => (ChildPid::Undefined, Term::ok(Atom::UNDEFINED.into())),
                    Started::Running(pid, answer) => {
                        self.report_progress(cx, &spec, pid);
                        (ChildPid::Pid(pid), answer.into_term())
                    }
                };
                if let Some(children) = self.children() {
                    children.push(Child { spec: Rc::new(spec), pid });
                }
                answer
            }
            Err(reason) => {
                refused();
                Term::error(Term::tuple([reason, child_record(&spec)]))
            }
        }
    }

    async fn terminate_child(&mut self, cx: &Cx, id: &Term) -> Term {
        let found = self.children().and_then(|children| children.find(id).map(|(order, child)| (order, child.clone())));
        let Some((order, child)) = found else { return error(Atom::NOT_FOUND) };
        self.shut_down(cx, &child).await;
        self.child_is_down(cx, order, child.spec.restart);
        Atom::OK.into()
    }

    async fn restart_child(&mut self, cx: &Cx, id: &Term) -> Term {
        let found = self.children().and_then(|children| children.find(id).map(|(order, child)| (order, child.clone())));
        let Some((order, child)) = found else { return error(Atom::NOT_FOUND) };
        match child.pid {
            ChildPid::Restarting => error(Atom::RESTARTING),
            ChildPid::Pid(_) => error(Atom::RUNNING),
            ChildPid::Undefined => match self.start_with(cx, &child.spec, &child.spec.start.2, None).await {
                Ok(Started::Running(pid, answer)) => {
                    self.report_progress(cx, &child.spec, pid);
                    self.set_pid(order, ChildPid::Pid(pid));
                    answer.into_term()
                }
                Ok(Started::Ignored) => Term::ok(Atom::UNDEFINED.into()),
                Err(reason) => Term::error(reason),
            },
        }
    }

    fn delete_child(&mut self, cx: &Cx, id: &Term) -> Term {
        let found = self.children().and_then(|children| children.find(id).map(|(order, child)| (order, child.pid)));
        match found {
            None => error(Atom::NOT_FOUND),
            Some((order, ChildPid::Undefined)) => {
                self.forget(cx, order);
                Atom::OK.into()
            }
            Some((_, ChildPid::Restarting)) => error(Atom::RESTARTING),
            Some((_, ChildPid::Pid(_))) => error(Atom::RUNNING),
        }
    }

    fn get_childspec(&mut self, id: &Term) -> Term {
        match self.children().and_then(|children| children.find(id)) {
            Some((_, child)) => Term::ok(child.spec.to_term()),
            None => error(Atom::NOT_FOUND),
        }
    }
}

pub(super) fn counts(specs: usize, active: usize, supervisors: usize, workers: usize) -> Term {
    let pair = |key: &str, n: usize| Term::tuple([Term::atom(key), n.into()]);
    Term::list([
        pair("specs", specs),
        pair("active", active),
        pair("supervisors", supervisors),
        pair("workers", workers),
    ])
}

/// OTP's internal record of a child that could not be started, as it shows in the error.
fn child_record(spec: &ChildSpec) -> Term {
    Term::tuple([
        Atom::CHILD.into(),
        Atom::UNDEFINED.into(),
        spec.id.clone(),
        spec.start_term(),
        child_spec::restart_term(spec.restart),
        spec.significant.into(),
        child_spec::shutdown_term(spec.shutdown),
        child_spec::type_term(spec.kind),
        spec.modules.clone(),
    ])
}
