//! One process from outside, and what it returns.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use crate::event::Mfa;
use crate::exit::Raise;
use crate::term::Atom;
use crate::time::Instant;

use super::cx::Cx;
use super::runtime::{Budget, Progress, Runtime};

impl Runtime {
    /// Runs `body` as a process of this node and gives what it returns. Others run meanwhile, and
    /// time passes as it is waited for.
    ///
    /// # Errors
    /// What the process raised, with which it then ended; exit `killed` if it was ended by
    /// somebody, exit `timeout` if it waits for what can never come.
    ///
    /// OTP: <https://www.erlang.org/docs/25/man/erl#flags> (`-eval`)
    pub fn eval<T, Fut>(&mut self, body: impl FnOnce(Cx) -> Fut) -> Result<T, Raise>
    where
        T: 'static,
        Fut: Future<Output = Result<T, Raise>> + 'static,
    {
        let returned = Rc::new(RefCell::new(None));
        let place = returned.clone();
        let initial_call = Mfa { module: Atom::new("erl_eval"), function: Atom::new("do_apply"), arity: 6 };
        let pid = self.spawn(initial_call, |cx| {
            let body = body(cx);
            async move {
                let result = body.await;
                let end = result.as_ref().map(drop).map_err(Raise::clone);
                *place.borrow_mut() = Some(result);
                end
            }
        })?;
        let turn = Budget { turns: 1, until: Instant(u64::MAX) };
        while self.kernel().process(pid).is_some() && self.run(turn) == Progress::Spent {}
        let missing = if self.kernel().process(pid).is_some() { Atom::TIMEOUT } else { Atom::KILLED };
        returned.take().unwrap_or_else(|| Err(Raise::exit(missing)))
    }
}
