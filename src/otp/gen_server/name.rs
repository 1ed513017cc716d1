//! Servers by what names them: a pid, a registered name, `{via, Module, Name}`, `{Name, Node}`.
//!
//! OTP: <https://www.erlang.org/docs/25/man/gen_server#type-server_ref>

use crate::exit::Raise;
use crate::process::Cx;
use crate::term::{Atom, Pid, Term};
use crate::time::Duration;

use super::client::{self, Flavour, timeout_term};

/// The name of this node.
#[must_use]
pub fn node() -> Atom {
    Atom::new("nonode@nohost")
}

/// What names a server, read.
enum Reference<'a> {
    Pid(Pid),
    Local(Atom),
    Via(Atom, &'a Term),
    Elsewhere(Atom),
    Unknown,
}

fn read(server: &Term) -> Reference<'_> {
    match (server, server.as_tuple()) {
        (Term::Pid(pid), _) => Reference::Pid(*pid),
        (Term::Atom(name), _) => Reference::Local(*name),
        (_, Some([Term::Atom(via), Term::Atom(module), name])) if *via == Atom::new("via") => {
            Reference::Via(*module, name)
        }
        (_, Some([Term::Atom(name), Term::Atom(at)])) if *at == node() => Reference::Local(*name),
        (_, Some([Term::Atom(_), Term::Atom(at)])) => Reference::Elsewhere(*at),
        _ => Reference::Unknown,
    }
}

/// Who is named, now: `None` if nobody is. A `{via, Module, Name}` asks `Module:whereis_name(Name)`.
///
/// # Errors
/// `function_clause` for what is no name; whatever the module raises.
///
/// OTP: <https://hexdocs.pm/elixir/1.14/GenServer.html#whereis/1>
pub async fn whereis(cx: &Cx, server: &Term) -> Result<Option<Pid>, Raise> {
    match read(server) {
        Reference::Pid(pid) => Ok(Some(pid)),
        Reference::Local(name) => Ok(cx.whereis(name)),
        Reference::Via(module, name) => {
            Ok(cx.apply(module, Atom::new("whereis_name"), vec![name.clone()]).await?.as_pid())
        }
        Reference::Elsewhere(_) => Ok(None),
        Reference::Unknown => Err(Raise::error(Atom::FUNCTION_CLAUSE)),
    }
}

/// [`call`](super::call) of a server by anything that names one.
///
/// # Errors
/// As of [`call`](super::call); `{nodedown, Node}` for a server on another node.
///
/// OTP: <https://www.erlang.org/docs/25/man/gen_server#call-3>
pub async fn call_by(cx: &Cx, server: &Term, request: Term, timeout: Option<Duration>) -> Result<Term, Raise> {
    let exit = |reason: Term, request: Term| {
        let args = Term::list([server.clone(), request, timeout_term(timeout)]);
        let Flavour { module, function } = Flavour { module: Atom::GEN_SERVER, function: Atom::CALL };
        Raise::exit(Term::tuple([reason, Term::tuple([module.into(), function.into(), args])]))
    };
    if let Reference::Elsewhere(node) = read(server) {
        return Err(exit(Term::tuple([Term::atom("nodedown"), node.into()]), request));
    }
    let Some(pid) = whereis(cx, server).await? else { return Err(exit(Atom::NOPROC.into(), request)) };
    let answer = client::exchange(cx, pid.into(), Atom::GEN_CALL, request.clone(), timeout).await;
    answer.map_err(|reason| exit(reason, request))
}

/// [`cast`](super::cast) to a server by anything that names one. Nobody tells whether it arrived.
///
/// # Errors
/// As of [`whereis`].
///
/// OTP: <https://www.erlang.org/docs/25/man/gen_server#cast-2>
pub async fn cast_by(cx: &Cx, server: &Term, message: Term) -> Result<(), Raise> {
    if let Some(pid) = whereis(cx, server).await? {
        client::cast(cx, pid, message);
    }
    Ok(())
}

/// Casts to the servers of a name on the nodes. `abcast`
///
/// OTP: <https://www.erlang.org/docs/25/man/gen_server#abcast-3>
pub fn abcast(cx: &Cx, nodes: &[Atom], name: Atom, message: &Term) -> Atom {
    for _ in nodes.iter().filter(|other| **other == node()) {
        client::cast(cx, name, message.clone());
    }
    Atom::new("abcast")
}

/// Calls the servers of a name on the nodes: `{[{Node, Reply}], BadNodes}`. A node is bad where
/// there is no such server, or no answer in time.
///
/// OTP: <https://www.erlang.org/docs/25/man/gen_server#multi_call-4>
pub async fn multi_call(cx: &Cx, nodes: &[Atom], name: Atom, request: Term, timeout: Option<Duration>) -> Term {
    let (mut replies, mut bad) = (Vec::new(), Vec::new());
    for at in nodes {
        let answer = match *at == node() {
            true => client::exchange(cx, name.into(), Atom::GEN_CALL, request.clone(), timeout).await.ok(),
            false => None,
        };
        match answer {
            Some(reply) => replies.push(Term::tuple([(*at).into(), reply])),
            None => bad.push(Term::from(*at)),
        }
    }
    Term::tuple([Term::list(replies), Term::list(bad)])
}

/// The name under which a server is started.
#[derive(Clone, Debug, PartialEq)]
pub enum Name {
    /// `{local, Name}`
    Local(Atom),
    /// `{via, Module, Name}`: `Module` has `register_name/2`, `unregister_name/1`, `whereis_name/1`.
    Via(Atom, Term),
}

impl Name {
    /// The name in Elixir's option `name`: an atom or `{:via, Module, Name}`.
    #[must_use]
    pub fn from_term(term: &Term) -> Option<Self> {
        match read(term) {
            Reference::Local(name) => Some(Name::Local(name)),
            Reference::Via(module, name) => Some(Name::Via(module, name.clone())),
            _ => None,
        }
    }

    /// Who has it.
    pub(super) async fn holder(&self, cx: &Cx) -> Result<Option<Pid>, Raise> {
        match self {
            Name::Local(name) => Ok(cx.whereis(*name)),
            Name::Via(module, name) => {
                Ok(cx.apply(*module, Atom::new("whereis_name"), vec![name.clone()]).await?.as_pid())
            }
        }
    }

    /// Gives it to the calling process. `false` if somebody has it.
    pub(super) async fn register(&self, cx: &Cx) -> Result<bool, Raise> {
        match self {
            Name::Local(name) => Ok(cx.register(*name, cx.me()).is_ok()),
            Name::Via(module, name) => {
                let answer = cx.apply(*module, Atom::new("register_name"), vec![name.clone(), cx.me().into()]);
                Ok(answer.await?.is_atom(Atom::new("yes")))
            }
        }
    }

    /// Takes it back from the calling process. What goes wrong in it does not matter, as in OTP.
    pub(super) async fn unregister(&self, cx: &Cx) {
        match self {
            Name::Local(name) => drop(cx.unregister(*name)),
            Name::Via(module, name) => {
                drop(cx.apply(*module, Atom::new("unregister_name"), vec![name.clone()]).await);
            }
        }
    }
}
