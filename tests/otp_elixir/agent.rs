//! Agent.

use let_it_crash::otp::agent;
use let_it_crash::process::Module;
use let_it_crash::term;
use let_it_crash::term::{Atom, Term};

use super::support::{fun, pid, run_with, text};

fn functions() -> Module {
    Module::new(Atom::new("functions"), "1")
        .export("zero", 0, |_, _| Box::pin(async { Ok(Term::Int(0)) }))
        .export("add", 2, |_, args| {
            Box::pin(async move { Ok(Term::Int(args[0].as_int().unwrap() + args[1].as_int().unwrap())) })
        })
        .export("same", 1, |_, args| Box::pin(async move { Ok(args[0].clone()) }))
        .export("pop", 1, |_, args| Box::pin(async move { Ok(Term::tuple([args[0].clone(), Term::Int(100)])) }))
}

fn add(n: i64) -> Term {
    term!({functions, add, [(n)]})
}

#[test]
fn functions_read_and_change_the_state() {
    run_with([functions()], |cx| async move {
        let named = Atom::new("counter");
        let agent = pid(&agent::start_link(&cx, Some(named), fun("functions", "zero", 0)).await?);
        assert_eq!(text(&agent::update(&cx, agent, add(5), None).await?), ":ok");
        agent::cast(&cx, named, add(2));
        assert_eq!(text(&agent::get(&cx, named, fun("functions", "same", 1), None).await?), "7");
        assert_eq!(text(&agent::get(&cx, named, add(1), None).await?), "8");
        assert_eq!(text(&agent::get_and_update(&cx, named, fun("functions", "pop", 1), None).await?), "7");
        assert_eq!(text(&let_it_crash::otp::sys::get_state(&cx, agent).await?), "100");
        agent::stop(&cx, named, Atom::NORMAL.into(), None).await?;
        let gone = agent::stop(&cx, named, Atom::NORMAL.into(), None).await.unwrap_err().into_reason();
        assert_eq!(text(&gone), "{:noproc, {GenServer, :stop, [:counter, :normal, :infinity]}}");
        Ok(())
    });
}

#[test]
fn what_a_function_does_wrong_ends_the_agent() {
    run_with([functions()], |cx| async move {
        let start = || agent::start(&cx, None, fun("functions", "zero", 0));
        let agent = pid(&start().await?);
        let exit = agent::get_and_update(&cx, agent, fun("functions", "same", 1), None).await.unwrap_err();
        assert_eq!(text(&exit.reason.as_tuple().unwrap()[0]), "{:bad_return_value, 0}");
        let agent = pid(&start().await?);
        let exit = agent::get(&cx, agent, fun("functions", "zero", 0), None).await.unwrap_err().into_reason();
        assert!(text(&exit).starts_with("{{{:badarity, "), "{exit}");
        let failed = agent::start(&cx, None, term!(no_function)).await?;
        assert!(text(&failed).starts_with("{:error, {{:badfun, :no_function}, "), "{failed}");
        Ok(())
    });
}
