//! What a supervisor is asked for.
//!
//! OTP: <https://www.erlang.org/docs/25/man/supervisor#exports>

use std::rc::Rc;
use std::task::Poll;

use crate::exit::Raise;
use crate::process::Cx;
use crate::supervision::ChildType;
use crate::term::{Atom, Term};

use super::super::child_spec::ChildSpec;
use super::super::gen_server::Reply;
use super::children::{Child, ChildPid};
use super::start::{Outcome, Purpose};
use super::{Kids, Supervisor, which_child};

fn error(reason: Atom) -> Term {
    Term::error(reason.into())
}

impl Supervisor {
    /// Answers a request that starts no child.
    pub(super) async fn answer(&mut self, cx: &Cx, request: &Term) -> Result<Term, Raise> {
        let name = request.as_atom().or_else(|| request.as_tuple()?.first()?.as_atom());
        let name = name.unwrap_or_default();
        let simple = matches!(self.kids, Kids::Simple(_));
        Ok(match (name, request.as_tuple(), simple) {
            (Atom::WHICH_CHILDREN, None, false) => self.which_children(),
            (Atom::WHICH_CHILDREN, None, true) => self.which_simple(),
            (Atom::COUNT_CHILDREN, None, false) => self.count_children(cx),
            (Atom::COUNT_CHILDREN, None, true) => self.count_simple(),
            (Atom::TERMINATE_CHILD, Some([_, id]), false) => self.terminate_child(cx, id).await,
            (Atom::TERMINATE_CHILD, Some([_, Term::Pid(pid)]), true) => self.terminate_simple_child(cx, *pid).await,
            (Atom::GET_CHILDSPEC, Some([_, id]), false) => self.get_childspec(id),
            (Atom::GET_CHILDSPEC, Some([_, child]), true) => self.simple_childspec(cx, child),
            (Atom::TERMINATE_CHILD | Atom::RESTART_CHILD | Atom::DELETE_CHILD, Some([_, _]), true) => {
                error(Atom::SIMPLE_ONE_FOR_ONE)
            }
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

    pub(super) fn start_child(&mut self, cx: &Cx, spec_or_args: &Term) -> Outcome {
        if !self.is_many() {
            return self.start_instance(cx, spec_or_args);
        }
        let answer = |answer: Term| Poll::Ready(Ok(Reply::value(answer)));
        let spec = match ChildSpec::check(spec_or_args, self.flags.auto_shutdown) {
            Ok(spec) => spec,
            Err(reason) => return answer(Term::error(reason)),
        };
        match self.children().and_then(|children| children.find(&spec.id)).map(|(_, child)| child.pid) {
            None => {
                let position = self.children().map_or(0, |children| children.len());
                self.announce(cx, &spec, position);
                self.start_for(cx, Purpose::New, Rc::new(spec))
            }
            Some(ChildPid::Pid(pid)) => answer(super::gen_server::already_started(pid)),
            Some(_) => answer(error(Atom::ALREADY_PRESENT)),
        }
    }

    async fn terminate_child(&mut self, cx: &Cx, id: &Term) -> Term {
        let found = self.children().and_then(|children| children.find(id).map(|(order, child)| (order, child.clone())));
        let Some((order, child)) = found else { return error(Atom::NOT_FOUND) };
        self.shut_down(cx, &child).await;
        self.child_is_down(cx, order, child.spec.restart);
        Atom::OK.into()
    }

    pub(super) fn restart_child(&mut self, cx: &Cx, id: &Term) -> Outcome {
        let found = self.children().and_then(|children| children.find(id).map(|(order, child)| (order, child.clone())));
        let answer = match found {
            None => error(Atom::NOT_FOUND),
            Some((order, Child { spec, pid: ChildPid::Undefined })) => {
                return self.start_for(cx, Purpose::Again(order), spec);
            }
            Some((_, Child { pid: ChildPid::Restarting, .. })) => error(Atom::RESTARTING),
            Some((_, Child { pid: ChildPid::Pid(_), .. })) => error(Atom::RUNNING),
        };
        Poll::Ready(Ok(Reply::value(answer)))
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
