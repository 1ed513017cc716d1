//! Registered names.
//!
//! OTP: <https://www.erlang.org/docs/25/reference_manual/processes#registered-processes>

use let_it_crash::exit::Raise;
use let_it_crash::term::{Atom, Term};

use crate::stage::*;

fn badarg() -> Result<(), Raise> {
    Err(Raise::error(Atom::BADARG))
}

#[test]
fn a_name_has_one_process_and_a_process_one_name() {
    run(|cx| async move {
        let (anna, bert) = (Atom::new("anna"), Atom::new("bert"));
        let pid = idle(&cx, false);
        cx.register(anna, pid)?;
        assert_eq!(cx.register(anna, cx.me()), badarg());
        assert_eq!(cx.register(bert, pid), badarg());
        assert_eq!((cx.whereis(anna), cx.whereis(bert)), (Some(pid), None));
        cx.unregister(anna)?;
        assert_eq!(cx.unregister(anna), badarg());
        cx.register(bert, pid)?;
        assert_eq!(cx.registered(), [bert]);
        Ok(())
    });
}

#[test]
fn the_dead_and_the_word_undefined_have_no_names() {
    run(|cx| async move {
        let pid = dead(&cx).await;
        assert_eq!(cx.register(Atom::new("anna"), pid), badarg());
        assert_eq!(cx.register(Atom::UNDEFINED, cx.me()), badarg());
        Ok(())
    });
}

#[test]
fn a_send_to_a_name_that_nobody_has_is_badarg() {
    run(|cx| async move {
        assert_eq!(cx.send(Atom::new("nobody"), Term::Nil), badarg());
        Ok(())
    });
}

#[test]
fn a_name_is_free_before_anybody_hears_of_the_end() {
    run(|cx| async move {
        cx.trap_exits(true);
        let name = Atom::new("anna");
        for watched_by_link in [true, false] {
            let pid = idle(&cx, watched_by_link);
            cx.register(name, pid)?;
            let mref = (!watched_by_link).then(|| cx.monitor(pid));
            cx.exit(pid, Atom::KILL);
            let message = cx.receive().await;
            assert!(message == exit_message(pid, atom("killed")) || down(&message, mref.unwrap()).is_some());
            assert_eq!(cx.whereis(name), None);
            cx.register(name, cx.me())?;
            cx.unregister(name)?;
        }
        Ok(())
    });
}
