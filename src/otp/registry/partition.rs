//! The server that the registered are linked to, so that it learns of their ends, and the
//! supervisor above it, which has the registry's name.

use crate::exit::Raise;
use crate::otp::gen_server::{self, From, GenServer, Init, Next, Reply, Start};
use crate::otp::supervisor;
use crate::process::{Cx, Module};
use crate::term::{Atom, Term};

use super::Keys;
use super::tables::{INFO, forget, key_table, pid_table};

fn partition() -> Atom {
    Atom::new("Elixir.Registry.Partition")
}

fn registry_supervisor() -> Atom {
    Atom::new("Elixir.Registry.Supervisor")
}

pub(super) async fn start_supervisor(cx: &Cx, name: Atom, keys: Keys, listeners: &[Atom]) -> Result<Term, Raise> {
    let listeners = listeners.iter().map(|listener| Term::from(*listener)).collect::<Vec<_>>();
    let args = Term::tuple([keys.atom().into(), name.into(), Term::list(listeners)]);
    supervisor::start_link(cx, Some(name), registry_supervisor(), args).await
}

pub(super) fn modules() -> Vec<Module> {
    let above = Module::new(registry_supervisor(), "1.14.0")
        .export("init", 1, |cx, args| Box::pin(async move { init(&cx, args.first().unwrap_or(&Term::Nil)) }));
    let below = Module::new(partition(), "1.14.0").export("start_link", 2, |cx, args| {
        Box::pin(async move {
            let [name, args] = <[Term; 2]>::try_from(args).unwrap_or_default();
            let start = Start::new(partition(), args).named(name.as_atom());
            gen_server::start_link::<Partition>(&cx, start).await
        })
    });
    vec![above, below]
}

/// Makes the table of the registry's name and says what to supervise.
fn init(cx: &Cx, args: &Term) -> Result<Term, Raise> {
    let Some([keys, Term::Atom(registry), _]) = args.as_tuple() else { return Err(Raise::error(Atom::BADARG)) };
    cx.table_create(*registry);
    let id = Term::from(pid_table(*registry));
    let start = [partition().into(), Atom::START_LINK.into(), Term::list([id.clone(), args.clone()])];
    let child = Term::map(vec![(Atom::ID.into(), id), (Atom::START.into(), Term::tuple(start))]);
    let strategy = match Keys::from_term(keys) {
        Some(Keys::Unique) => Atom::ONE_FOR_ALL,
        _ => Atom::ONE_FOR_ONE,
    };
    let flags = Term::map(vec![
        (Atom::STRATEGY.into(), strategy.into()),
        (Atom::INTENSITY.into(), 3.into()),
        (Atom::PERIOD.into(), 5.into()),
    ]);
    Ok(Term::ok(Term::tuple([flags, Term::list([child])])))
}

/// Owns the rows of keys and processes.
struct Partition {
    registry: Atom,
}

impl GenServer for Partition {
    async fn init(cx: &Cx, args: Term) -> Result<Init<Self>, Raise> {
        let Some([keys, Term::Atom(registry), listeners]) = args.as_tuple() else {
            return Err(Raise::error(Atom::BADARG));
        };
        cx.trap_exits(true);
        cx.table_create(key_table(*registry));
        cx.table_create(pid_table(*registry));
        cx.table_insert(*registry, INFO, Term::tuple([keys.clone(), cx.me().into(), listeners.clone()]));
        Ok(Init::Ok(Partition { registry: *registry }, Next::Wait))
    }

    async fn handle_call(&mut self, _cx: &Cx, request: Term, _from: From) -> Result<Reply, Raise> {
        match request.as_atom() {
            Some(sync) if &*sync.text() == "sync" => Ok(Reply::value(Atom::OK)),
            _ => Err(Raise::error(Atom::FUNCTION_CLAUSE)),
        }
    }

    async fn handle_info(&mut self, cx: &Cx, message: Term) -> Result<Reply, Raise> {
        match message.as_tuple() {
            Some([Term::Atom(Atom::EXIT), Term::Pid(pid), _]) => {
                forget(cx, self.registry, *pid);
                Ok(Reply::none())
            }
            _ => Err(Raise::error(Atom::FUNCTION_CLAUSE)),
        }
    }

    fn state(&self) -> Term {
        pid_table(self.registry).into()
    }
}
