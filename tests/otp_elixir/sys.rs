//! sys: what can be noted and told of a server.
//!
//! OTP: <https://www.erlang.org/docs/25/man/sys>

use let_it_crash::event::Event;
use let_it_crash::exit::Raise;
use let_it_crash::otp::gen_server::{self, From, GenServer, Init, Next, Reply, Start};
use let_it_crash::otp::{supervisor, sys};
use let_it_crash::process::{Cx, Module};
use let_it_crash::term;
use let_it_crash::term::{Atom, Pid, Term};

use super::support::{events, millis, pid, run, run_with, text};

/// Answers a call with its state and the request; shows itself without its state.
struct Echo(Term);

impl GenServer for Echo {
    async fn init(_: &Cx, args: Term) -> Result<Init<Self>, Raise> {
        Ok(Init::Ok(Echo(args), Next::Wait))
    }

    async fn handle_call(&mut self, _: &Cx, request: Term, _: From) -> Result<Reply, Raise> {
        if request.is_atom(Atom::new("crash")) {
            return Err(Raise::error(term!(crash)));
        }
        Ok(Reply::value(Term::tuple([self.0.clone(), request])))
    }

    async fn handle_cast(&mut self, _: &Cx, _: Term) -> Result<Reply, Raise> {
        Ok(Reply::none())
    }

    fn state(&self) -> Term {
        self.0.clone()
    }

    fn from_state(state: Term) -> Result<Self, Raise> {
        Ok(Echo(state))
    }

    fn code_change(_: Term, state: Term, extra: Term) -> Result<Term, Raise> {
        match extra.as_tuple() {
            Some([Term::Atom(class), reason]) if *class == Atom::new("throw") => Err(Raise::throw(reason.clone())),
            Some([Term::Atom(class), reason]) if *class == Atom::new("exit") => Err(Raise::exit(reason.clone())),
            Some([_, reason]) => Err(Raise::error(reason.clone())),
            _ => Ok(state),
        }
    }

    fn format_status(status: Term) -> Term {
        let hidden = |(key, value): &(Term, Term)| {
            let secret = key.is_atom(Atom::new("state"));
            (key.clone(), if secret { term!(hidden) } else { value.clone() })
        };
        Term::map(status.as_map().unwrap().iter().map(hidden).collect())
    }
}

async fn server(cx: &Cx) -> Pid {
    let start = Start::new(Atom::new("echo"), 7.into()).named(Some(Atom::new("cnt")));
    pid(&gen_server::start::<Echo>(cx, start).await.unwrap())
}

/// A call, a cast and a message.
async fn talk(cx: &Cx, server: Pid) -> Result<(), Raise> {
    gen_server::call(cx, server, term!(a), None).await?;
    gen_server::cast(cx, server, term!(b));
    cx.send(server, term!(c))
}

fn value(list: &Term, key: &str) -> Term {
    list.keyword_get(Atom::new(key)).unwrap().clone()
}

#[test]
fn statistics_count_messages_and_reductions_while_they_are_on() {
    run(|cx| async move {
        let server = server(&cx).await;
        assert_eq!(sys::statistics(&cx, server, term!(get)).await?, term!({ok, no_statistics}));
        assert_eq!(sys::statistics(&cx, server, true).await?, term!(ok));
        talk(&cx, server).await?;
        let told = sys::statistics(&cx, server, term!(get)).await?;
        let told = &told.as_tuple().unwrap()[1];
        assert_eq!((value(told, "messages_in"), value(told, "messages_out")), (3.into(), 1.into()));
        assert_eq!(value(told, "start_time"), term!({{1970, 1, 1}, {0, 0, 0}}));
        assert!(value(told, "reductions").as_int().unwrap() > 0);
        assert_eq!(sys::statistics(&cx, server, false).await?, term!(ok));
        assert_eq!(sys::statistics(&cx, server, term!(get)).await?, term!({ok, no_statistics}));
        assert_eq!(sys::statistics(&cx, server, term!(odd)).await?, term!(unknown_debug));
        Ok(())
    });
}

#[test]
fn a_trace_shows_what_goes_in_and_out_in_the_words_of_gen_server() {
    let mut me = None;
    let node = run(|cx| {
        me = Some(cx.me());
        async move {
            let server = server(&cx).await;
            talk(&cx, server).await?;
            assert_eq!(sys::trace(&cx, server, true).await?, term!(ok));
            talk(&cx, server).await?;
            assert_eq!(sys::trace(&cx, server, false).await?, term!(ok));
            talk(&cx, server).await
        }
    });
    let lines: Vec<_> = events(&node)
        .into_iter()
        .filter_map(|event| match event {
            Event::Reported { report, .. } if report.label == term!({sys, trace}) => {
                Some(report.body.as_str().unwrap().to_owned())
            }
            _ => None,
        })
        .collect();
    let me = let_it_crash::term::erlang::print(&me.unwrap().into(), let_it_crash::term::erlang::Style::TP);
    assert_eq!(
        lines,
        [
            format!("*DBG* cnt got call a from {me}"),
            format!("*DBG* cnt sent {{7,a}} to {me}, new state 7"),
            "*DBG* cnt got cast b".to_owned(),
            "*DBG* cnt new state 7".to_owned(),
            "*DBG* cnt got c".to_owned(),
            "*DBG* cnt new state 7".to_owned(),
        ]
    );
}

#[test]
fn the_log_keeps_the_last_events() {
    run(|cx| async move {
        let server = server(&cx).await;
        assert_eq!(sys::log(&cx, server, true).await?, term!(ok));
        gen_server::cast(&cx, server, term!(b));
        let in_and_out = term!({ok, [{:"in", {:"$gen_cast", b}}, {noreply, 7}]});
        assert_eq!(text(&sys::log(&cx, server, term!(get)).await?), text(&in_and_out));
        for _ in 0..20 {
            talk(&cx, server).await?;
        }
        let kept = |told: Term| told.as_tuple().unwrap()[1].iter().count();
        assert_eq!(kept(sys::log(&cx, server, term!(get)).await?), 10);
        assert_eq!(sys::log(&cx, server, term!({true, 3})).await?, term!(ok));
        assert_eq!(kept(sys::log(&cx, server, term!(get)).await?), 3);
        assert_eq!(sys::no_debug(&cx, server).await?, term!(ok));
        assert_eq!(sys::log(&cx, server, term!(get)).await?, term!({ok, []}));
        Ok(())
    });
}

#[test]
fn the_status_shows_the_server_as_it_wants_to_be_shown() {
    run(|cx| async move {
        let server = server(&cx).await;
        assert_eq!(sys::get_state(&cx, server).await?, 7.into());
        let status = sys::get_status(&cx, server).await?;
        let [tag, of, module, parts] = status.as_tuple_of::<4>().unwrap();
        assert_eq!((tag, of, module), (&term!(status), &Term::from(server), &term!({module, gen_server})));
        let parts = parts.to_vec().unwrap();
        assert_eq!((&parts[1], &parts[2], &parts[3]), (&term!(running), &Term::from(server), &Term::Nil));
        assert_eq!(
            text(&parts[4]),
            format!(
                "[header: \"Status for generic server cnt\", data: [{{\"Status\", :running}}, {{\"Parent\", {0}}}, {{\"Logged events\", []}}], data: [{{\"State\", :hidden}}]]",
                text(&server.into())
            )
        );
        sys::suspend(&cx, server).await?;
        let suspended = sys::get_status(&cx, server).await?;
        assert_eq!(suspended.as_tuple().unwrap()[3].to_vec().unwrap()[1], term!(suspended));
        sys::resume(&cx, server).await?;
        Ok(())
    });
}

#[test]
fn the_report_of_an_end_shows_the_state_as_the_server_wants_it_shown() {
    let node = run(|cx| async move {
        let server = server(&cx).await;
        gen_server::call(&cx, server, term!(crash), None).await.unwrap_err();
        Ok(())
    });
    let states: Vec<_> = events(&node)
        .into_iter()
        .filter_map(|event| match event {
            Event::Reported { report, .. } => report.body.map_get(&term!(state)).cloned(),
            _ => None,
        })
        .collect();
    assert_eq!(states, [term!(hidden)]);
}

/// As OTP 25 answers, without the stacks.
#[test]
fn code_changes_while_suspended_and_what_it_raises_is_caught() {
    run(|cx| async move {
        let server = server(&cx).await;
        let change = async |extra: Term| {
            sys::change_code(&cx, server, Atom::new("echo"), "1".into(), extra).await.map(|answer| text(&answer))
        };
        let refused = "{:error, {:unknown_system_msg, {:change_code, :echo, \"1\", :fine}}}";
        assert_eq!(change(term!(fine)).await?, refused);
        sys::suspend(&cx, server).await?;
        assert_eq!(change(term!({throw, ball})).await?, "{:error, :ball}");
        assert_eq!(change(term!({exit, gone})).await?, "{:error, {:EXIT, :gone}}");
        assert_eq!(change(term!({error, boom})).await?, "{:error, {:EXIT, {:boom, []}}}");
        assert_eq!(change(term!(fine)).await?, ":ok");
        Ok(())
    });
}

#[test]
fn a_supervisor_refuses_flags_with_its_own_error() {
    let callback = Module::new(Atom::new("sup"), "1").export("init", 1, |cx, args| {
        Box::pin(async move {
            let strategy = if cx.put(args[0].clone(), true.into()).is_some() { "odd" } else { "one_for_one" };
            Ok(term!({ok, {#{strategy => (Term::atom(strategy))}, []}}))
        })
    });
    run_with([callback], |cx| async move {
        let started = supervisor::start_link(&cx, None, Atom::new("sup"), term!(asked)).await?;
        let supervisor = pid(&started);
        sys::suspend(&cx, supervisor).await?;
        let answer = sys::change_code(&cx, supervisor, Atom::new("sup"), "1".into(), Term::Nil).await?;
        assert_eq!(text(&answer), "{:error, {:error, {:invalid_strategy, :odd}}}");
        Ok(())
    });
}

#[test]
fn an_unknown_system_message_is_told_back() {
    run(|cx| async move {
        let (server, mref) = (server(&cx).await, cx.make_ref());
        let ask = |what: Term| cx.send(server, term!({system, {(cx.me()), (mref)}, (what)}));
        ask(term!({dance, 1}))?;
        assert_eq!(cx.receive().await, term!({(mref), {error, {unknown_system_msg, {dance, 1}}}}));
        ask(term!(get_state))?;
        assert_eq!(cx.receive().await, term!({(mref), 7}));
        ask(term!({replace_state, 8}))?;
        assert_eq!(cx.receive().await, term!({(mref), 8}));
        Ok(())
    });
}

#[test]
fn an_exit_names_the_function_of_sys_and_its_arguments() {
    run(|cx| async move {
        let nobody = Atom::new("nobody");
        let exits = [
            (sys::suspend(&cx, nobody).await, "{sys, suspend, [nobody]}"),
            (sys::suspend_within(&cx, nobody, Some(millis(10))).await, "{sys, suspend, [nobody, 10]}"),
            (
                sys::change_code(&cx, nobody, Atom::new("m"), "1".into(), term!(x)).await,
                "{sys, change_code, [nobody, m, \"1\", x]}",
            ),
            (sys::terminate(&cx, nobody, term!(r), Some(millis(10))).await, "{sys, terminate, [nobody, r, 10]}"),
            (sys::log(&cx, nobody, true).await, "{sys, log, [nobody, true]}"),
            (sys::no_debug(&cx, nobody).await, "{sys, {debug, no_debug}, [nobody]}"),
            (sys::replace_state(&cx, nobody, 7.into()).await, "{sys, {replace_state, 7}, [nobody]}"),
            (sys::log_to_file(&cx, nobody, false).await, "{sys, log_to_file, [nobody, false]}"),
        ];
        for (outcome, call) in exits {
            let expected = let_it_crash::term::erlang::parse(&format!("{{noproc, {call}}}")).unwrap();
            let reason = outcome.unwrap_err().into_reason();
            assert_eq!(text(&reason).replace('"', "'"), text(&expected).replace('"', "'"), "{call}");
        }
        Ok(())
    });
}

#[test]
fn there_is_no_file_to_log_to() {
    run(|cx| async move {
        let server = server(&cx).await;
        assert_eq!(sys::log_to_file(&cx, server, "events").await?, term!({error, open_file}));
        assert_eq!(sys::log_to_file(&cx, server, false).await?, term!(ok));
        Ok(())
    });
}
