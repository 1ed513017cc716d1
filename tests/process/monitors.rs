//! Monitors and aliases.
//!
//! OTP: <https://www.erlang.org/docs/25/reference_manual/processes#monitors>

use let_it_crash::exit::Raise;
use let_it_crash::kernel::Dest;
use let_it_crash::term::{Atom, Ref, Term};

use crate::stage::*;

fn down_message(mref: Ref, object: impl Into<Term>, reason: impl Into<Term>) -> Term {
    Term::tuple([Atom::DOWN.into(), mref.into(), Atom::PROCESS.into(), object.into(), reason.into()])
}

#[test]
fn each_monitor_gives_one_down() {
    run(|cx| async move {
        let pid = idle(&cx, false);
        let (first, second) = (cx.monitor(pid), cx.monitor(pid));
        cx.exit(pid, atom("boom"));
        settle(&cx).await;
        let downs = [down_message(first, pid, atom("boom")), down_message(second, pid, atom("boom"))];
        assert_eq!(messages(&cx).await, downs);
        Ok(())
    });
}

#[test]
fn a_monitor_of_the_dead_says_noproc() {
    run(|cx| async move {
        let pid = dead(&cx).await;
        let mref = cx.monitor(pid);
        assert_eq!(messages(&cx).await, [down_message(mref, pid, Atom::NOPROC)]);
        Ok(())
    });
}

#[test]
fn a_monitor_by_name_names_it() {
    run(|cx| async move {
        let object = |name: &str| Term::tuple([atom(name), atom("nonode@nohost")]);
        let pid = idle(&cx, false);
        cx.register(Atom::new("carl"), pid)?;
        let mref = cx.monitor(Atom::new("carl"));
        cx.unregister(Atom::new("carl"))?;
        cx.exit(pid, atom("boom"));
        settle(&cx).await;
        assert_eq!(messages(&cx).await, [down_message(mref, object("carl"), atom("boom"))]);
        let missing = cx.monitor(Atom::new("nobody"));
        assert_eq!(messages(&cx).await, [down_message(missing, object("nobody"), Atom::NOPROC)]);
        Ok(())
    });
}

#[test]
fn demonitor_takes_effect_once_and_flush_takes_a_down_out() {
    run(|cx| async move {
        let pid = idle(&cx, false);
        let (kept, flushed, taken) = (cx.monitor(pid), cx.monitor(pid), cx.monitor(pid));
        assert!(cx.demonitor(taken));
        assert!(!cx.demonitor(taken));
        cx.exit(pid, atom("boom"));
        settle(&cx).await;
        assert!(!cx.demonitor(kept));
        assert!(!cx.demonitor_flush(flushed));
        assert_eq!(messages(&cx).await, [down_message(kept, pid, atom("boom"))]);
        Ok(())
    });
}

#[test]
fn a_monitor_has_one_side_and_ends_with_its_watcher() {
    run(|cx| async move {
        let watched = idle(&cx, false);
        let watcher = spawn(&cx, false, move |cx| async move {
            cx.monitor(watched);
            Err(Raise::exit(atom("boom")))
        });
        end_of(&cx, watcher).await;
        assert!(cx.is_alive(watched));
        assert!(cx.of(watched, |process| process.monitored_by.is_empty()).unwrap());
        Ok(())
    });
}

#[test]
fn exits_come_before_downs() {
    run(|cx| async move {
        cx.trap_exits(true);
        let pid = idle(&cx, false);
        let mref = cx.monitor(pid);
        cx.link(pid)?;
        cx.exit(pid, atom("boom"));
        settle(&cx).await;
        let order = [exit_message(pid, atom("boom")), down_message(mref, pid, atom("boom"))];
        assert_eq!(messages(&cx).await, order);
        Ok(())
    });
}

#[test]
fn a_message_by_alias_arrives_only_while_the_alias_is_active() {
    run(|cx| async move {
        let pid = idle(&cx, false);
        let alias = cx.monitor_with_alias(pid);
        cx.send(Dest::Alias(alias), atom("in time"))?;
        assert_eq!(messages(&cx).await, [atom("in time")]);
        cx.demonitor(alias);
        cx.send(Dest::Alias(alias), atom("late"))?;
        assert!(messages(&cx).await.is_empty());
        Ok(())
    });
}

#[test]
fn an_alias_ends_with_the_down_of_its_monitor() {
    run(|cx| async move {
        let pid = idle(&cx, false);
        let alias = cx.monitor_with_alias(pid);
        cx.exit(pid, Atom::KILL);
        settle(&cx).await;
        cx.send(Dest::Alias(alias), atom("late"))?;
        assert_eq!(messages(&cx).await, [down_message(alias, pid, atom("killed"))]);
        Ok(())
    });
}

#[test]
fn an_alias_of_the_dead_reaches_nobody_who_lives_in_its_place() {
    run(|cx| async move {
        let me = cx.me();
        let target = idle(&cx, false);
        let owner = spawn(&cx, false, move |cx| async move {
            let alias = cx.monitor_with_alias(target);
            cx.send(me, alias.into())?;
            Ok(())
        });
        let alias = cx.receive_if(Term::as_ref_id).await;
        end_of(&cx, owner).await;
        let heirs: Vec<_> = (0..10)
            .map(|_| {
                spawn(&cx, false, move |cx| async move {
                    let message = cx.receive().await;
                    cx.send(me, message)
                })
            })
            .collect();
        cx.send(Dest::Alias(alias), atom("late"))?;
        settle(&cx).await;
        assert!(messages(&cx).await.is_empty());
        assert!(heirs.iter().all(|heir| cx.is_alive(*heir)));
        Ok(())
    });
}
