//! Servers by `{via, Module, Name}` and `{Name, Node}`; abcast and multi_call.
//!
//! OTP: <https://www.erlang.org/docs/25/man/gen_server#type-server_name>

use let_it_crash::exit::Raise;
use let_it_crash::otp::gen_server::{self, From, GenServer, Init, Name, Next, Reply, Start};
use let_it_crash::otp::registry::{self, Keys};
use let_it_crash::process::Cx;
use let_it_crash::term;
use let_it_crash::term::{Atom, Term};

use super::support::{millis, pid, run, text};

/// Counts its casts; does not answer `never`; does not start with `no`.
struct Counter(i64);

impl GenServer for Counter {
    async fn init(_: &Cx, args: Term) -> Result<Init<Self>, Raise> {
        if args.is_atom(Atom::new("no")) {
            return Ok(Init::Stop(args));
        }
        Ok(Init::Ok(Counter(0), Next::Wait))
    }

    async fn handle_call(&mut self, _: &Cx, request: Term, _: From) -> Result<Reply, Raise> {
        Ok(if request.is_atom(Atom::new("never")) { Reply::none() } else { Reply::value(self.0) })
    }

    async fn handle_cast(&mut self, _: &Cx, _: Term) -> Result<Reply, Raise> {
        self.0 += 1;
        Ok(Reply::none())
    }

    fn state(&self) -> Term {
        self.0.into()
    }
}

fn via(key: &str) -> Term {
    term!({via, :"Elixir.Registry", {names, (key)}})
}

async fn start(cx: &Cx, name: &Term, args: Term) -> Result<Term, Raise> {
    gen_server::start::<Counter>(cx, Start::new(Atom::new("counter"), args).named_by(Name::from_term(name))).await
}

#[test]
fn a_server_is_found_by_the_name_that_its_registry_keeps() {
    run(|cx| async move {
        registry::start_link(&cx, Atom::new("names"), Keys::Unique, &[]).await?;
        let name = via("k");
        assert_eq!(gen_server::whereis(&cx, &name).await?, None);
        let server = pid(&start(&cx, &name, Term::Nil).await?);
        assert_eq!(gen_server::whereis(&cx, &name).await?, Some(server));
        assert_eq!(start(&cx, &name, Term::Nil).await?, term!({error, {already_started, (server)}}));
        gen_server::cast_by(&cx, &name, term!(up)).await?;
        assert_eq!(gen_server::call_by(&cx, &name, term!(get), None).await?, 1.into());
        cx.exit(server, Atom::KILL);
        cx.sleep(millis(1)).await;
        let exit = gen_server::call_by(&cx, &name, term!(get), None).await.unwrap_err().into_reason();
        let shown = "{:noproc, {:gen_server, :call, [{:via, Registry, {:names, \"k\"}}, :get, :infinity]}}";
        assert_eq!(text(&exit), shown);
        gen_server::cast_by(&cx, &name, term!(up)).await
    });
}

#[test]
fn a_start_that_fails_gives_its_name_back() {
    run(|cx| async move {
        registry::start_link(&cx, Atom::new("names"), Keys::Unique, &[]).await?;
        let name = via("k");
        assert_eq!(start(&cx, &name, term!(no)).await?, term!({error, no}));
        assert_eq!(registry::count(&cx, Atom::new("names"))?, 0.into());
        pid(&start(&cx, &name, Term::Nil).await?);
        Ok(())
    });
}

#[test]
fn a_via_of_an_unknown_module_or_registry_raises() {
    run(|cx| async move {
        let unknown = start(&cx, &term!({via, no_module, k}), Term::Nil).await.unwrap_err();
        assert_eq!(unknown.reason, term!(undef));
        let unknown = gen_server::whereis(&cx, &via("k")).await.unwrap_err().into_reason();
        assert_eq!(unknown.map_get(&term!(message)), Some(&Term::string("unknown registry: :names")));
        Ok(())
    });
}

#[test]
fn a_name_on_this_node_is_a_name_and_other_nodes_are_down() {
    run(|cx| async move {
        let server = pid(&start(&cx, &term!(cnt), Term::Nil).await?);
        assert_eq!(gen_server::whereis(&cx, &term!({cnt, :"nonode@nohost"})).await?, Some(server));
        assert_eq!(gen_server::call_by(&cx, &term!({cnt, :"nonode@nohost"}), term!(get), None).await?, 0.into());
        let down = gen_server::call_by(&cx, &term!({cnt, :"other@host"}), term!(get), None).await.unwrap_err();
        assert_eq!(down.reason.as_tuple().unwrap()[0], term!({nodedown, :"other@host"}));
        assert_eq!(gen_server::whereis(&cx, &term!(7)).await, Err(Raise::error(Atom::FUNCTION_CLAUSE)));
        Ok(())
    });
}

#[test]
fn abcast_and_multi_call_reach_this_node_and_name_the_bad_ones() {
    run(|cx| async move {
        let (cnt, nobody) = (Atom::new("cnt"), Atom::new("nobody"));
        let (here, there) = (gen_server::node(), Atom::new("other@host"));
        start(&cx, &cnt.into(), Term::Nil).await?;
        assert_eq!(gen_server::abcast(&cx, &[here, there], cnt, &term!(up)), Atom::new("abcast"));
        assert_eq!(gen_server::abcast(&cx, &[here], nobody, &term!(up)), Atom::new("abcast"));
        let both = gen_server::multi_call(&cx, &[here, there], cnt, term!(get), None).await;
        assert_eq!(both, term!({[{:"nonode@nohost", 1}], [:"other@host"]}));
        let none = term!({[], [:"nonode@nohost"]});
        assert_eq!(gen_server::multi_call(&cx, &[here], nobody, term!(get), None).await, none);
        assert_eq!(gen_server::multi_call(&cx, &[here], cnt, term!(never), Some(millis(50))).await, none);
        Ok(())
    });
}
