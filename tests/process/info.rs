//! `process_info`, and the process dictionary.
//!
//! OTP: <https://www.erlang.org/docs/25/man/erlang#process_info-2>

use let_it_crash::exit::Raise;
use let_it_crash::term;
use let_it_crash::term::{Atom, Term};

use crate::stage::*;

#[test]
fn each_item_is_told_as_in_otp() {
    run(|cx| async move {
        let (me, other) = (cx.me(), idle(&cx, true));
        cx.register(Atom::new("me"), me)?;
        let mref = cx.monitor(other);
        let by_name = cx.monitor(Atom::new("nobody"));
        cx.receive_if(|message| down(message, by_name)).await;
        cx.put(term!(a), term!(1));
        cx.send(me, term!(hello))?;
        for (item, value) in [
            ("registered_name", term!(me)),
            ("initial_call", term!({test, run, 0})),
            ("status", term!(running)),
            ("message_queue_len", term!(1)),
            ("messages", term!([hello])),
            ("links", term!([(other)])),
            ("monitors", term!([{process, (other)}])),
            ("monitored_by", Term::Nil),
            ("dictionary", term!([{a, 1}])),
            ("trap_exit", term!(false)),
            ("priority", term!(normal)),
            ("suspending", Term::Nil),
        ] {
            assert_eq!(cx.process_info(me, item)?, Term::tuple([atom(item), value]));
        }
        assert_eq!(cx.process_info(other, "monitored_by")?, term!({monitored_by, [(me)]}));
        assert_eq!(cx.process_info(other, "parent")?, term!({parent, (me)}));
        settle(&cx).await;
        assert_eq!(cx.process_info(other, "status")?, term!({status, waiting}));
        assert!(cx.demonitor(mref));
        Ok(())
    });
}

#[test]
fn the_name_of_a_nameless_process_is_no_pair() {
    run(|cx| async move {
        assert_eq!(cx.process_info(cx.me(), "registered_name")?, Term::Nil);
        let items = |cx: &let_it_crash::process::Cx| {
            let list = cx.process_info_list(cx.me());
            list.iter().map(|pair| pair.as_tuple().unwrap()[0].to_string()).collect::<Vec<_>>()
        };
        assert_eq!(items(&cx)[..2], [":initial_call", ":status"]);
        cx.register(Atom::new("named"), cx.me())?;
        assert_eq!(items(&cx)[..2], [":registered_name", ":initial_call"]);
        Ok(())
    });
}

#[test]
fn of_a_dead_process_nothing_is_told_and_of_an_odd_item_an_error() {
    run(|cx| async move {
        let gone = dead(&cx).await;
        assert_eq!(cx.process_info(gone, "status")?, term!(undefined));
        assert_eq!(cx.process_info_list(gone), term!(undefined));
        let badarg = Err(Raise::error(Atom::BADARG));
        assert_eq!((cx.process_info(gone, "odd"), cx.process_info(cx.me(), "odd")), (badarg.clone(), badarg));
        Ok(())
    });
}

#[test]
fn the_dictionary_gives_back_what_it_replaces() {
    run(|cx| async move {
        assert_eq!((cx.put(term!(a), term!(1)), cx.put(term!(a), term!(2))), (None, Some(term!(1))));
        cx.put(term!(1.0), term!(float));
        assert_eq!(cx.get(&term!(1)), None);
        assert_eq!(cx.process_info(cx.me(), "dictionary")?, term!({dictionary, [{a, 2}, {1.0, float}]}));
        assert_eq!((cx.erase(&term!(a)), cx.erase(&term!(a))), (Some(term!(2)), None));
        let other = spawn(&cx, false, |cx| async move {
            assert_eq!(cx.get(&term!(1.0)), None);
            Ok(())
        });
        assert_eq!(end_of(&cx, other).await, atom("normal"));
        Ok(())
    });
}
