//! Aliases, and monitors with options.
//!
//! OTP: <https://www.erlang.org/docs/25/reference_manual/processes#process-aliases>

use let_it_crash::process::watch::{AliasEnds, MonitorOptions};
use let_it_crash::process::{Cx, Dest, SpawnOptions};
use let_it_crash::term::{Atom, Term};

use crate::stage::*;

async fn told(cx: &Cx) -> Vec<Term> {
    settle(cx).await;
    messages(cx).await
}

#[test]
fn an_alias_takes_messages_until_it_is_taken_back() {
    run(|cx| async move {
        let alias = cx.alias(AliasEnds::Explicitly);
        cx.send(Dest::Alias(alias), 1.into())?;
        cx.send(Dest::Alias(alias), 2.into())?;
        assert_eq!(told(&cx).await, [1.into(), 2.into()]);
        assert_eq!((cx.unalias(alias), cx.unalias(alias)), (true, false));
        cx.send(Dest::Alias(alias), 3.into())?;
        assert!(told(&cx).await.is_empty());
        Ok(())
    });
}

#[test]
fn a_reply_alias_takes_one_message() {
    run(|cx| async move {
        let alias = cx.alias(AliasEnds::WithReply);
        cx.send(Dest::Alias(alias), 1.into())?;
        cx.send(Dest::Alias(alias), 2.into())?;
        assert_eq!(told(&cx).await, [1.into()]);
        assert!(!cx.unalias(alias));
        Ok(())
    });
}

#[test]
fn only_its_owner_takes_an_alias_back() {
    run(|cx| async move {
        let alias = cx.alias(AliasEnds::Explicitly);
        let other = spawn(&cx, false, move |cx| async move {
            assert!(!cx.unalias(alias));
            Ok(())
        });
        assert_eq!(end_of(&cx, other).await, atom("normal"));
        assert!(cx.unalias(alias));
        Ok(())
    });
}

#[test]
fn an_explicit_alias_outlives_its_monitor() {
    run(|cx| async move {
        let (me, target) = (cx.me(), idle(&cx, false));
        let options = MonitorOptions { alias: Some(AliasEnds::Explicitly), tag: None };
        let mref = cx.monitor_with(target, options);
        cx.exit(target, Atom::KILL);
        let down = [Atom::DOWN.into(), mref.into(), Atom::PROCESS.into(), target.into(), Atom::KILLED.into()];
        assert_eq!(told(&cx).await, [Term::tuple(down)]);
        cx.send(Dest::Alias(mref), 1.into())?;
        assert_eq!(told(&cx).await, [1.into()]);
        assert!(cx.unalias(mref));
        assert_eq!(cx.me(), me);
        Ok(())
    });
}

#[test]
fn a_reply_ends_the_monitor_that_it_was_awaited_with() {
    run(|cx| async move {
        let target = idle(&cx, false);
        let options = MonitorOptions { alias: Some(AliasEnds::WithReply), tag: None };
        let mref = cx.monitor_with(target, options);
        cx.send(Dest::Alias(mref), 1.into())?;
        cx.send(Dest::Alias(mref), 2.into())?;
        cx.exit(target, Atom::KILL);
        assert_eq!(told(&cx).await, [1.into()]);
        assert!(!cx.demonitor(mref));
        Ok(())
    });
}

#[test]
fn an_alias_taken_back_leaves_its_monitor() {
    run(|cx| async move {
        let target = idle(&cx, false);
        let mref = cx.monitor_with_alias(target);
        assert_eq!((cx.unalias(mref), cx.unalias(mref)), (true, false));
        cx.send(Dest::Alias(mref), 1.into())?;
        cx.exit(target, Atom::KILL);
        assert_eq!(told(&cx).await.len(), 1);
        Ok(())
    });
}

#[test]
fn a_tag_stands_in_place_of_down() {
    run(|cx| async move {
        let target = idle(&cx, false);
        let tagged = |cx: &Cx| cx.monitor_with(target, MonitorOptions { alias: None, tag: Some(atom("gone")) });
        let (mref, other) = (tagged(&cx), tagged(&cx));
        assert!(cx.demonitor(other));
        cx.exit(target, Atom::KILL);
        let down = [atom("gone"), mref.into(), Atom::PROCESS.into(), target.into(), Atom::KILLED.into()];
        assert_eq!(told(&cx).await, [Term::tuple(down)]);
        let late = tagged(&cx);
        let down = [atom("gone"), late.into(), Atom::PROCESS.into(), target.into(), Atom::NOPROC.into()];
        assert_eq!(told(&cx).await, [Term::tuple(down)]);
        Ok(())
    });
}

#[test]
fn spawn_monitor_misses_no_end() {
    run(|cx| async move {
        let options = SpawnOptions { link: false, initial_call: mfa() };
        let (_, mref) = cx.spawn_monitor(options, |_| async { Ok(()) })?;
        assert_eq!(cx.receive_if(|message| down(message, mref)).await, atom("normal"));
        Ok(())
    });
}

#[test]
fn demonitor_tells_whether_there_was_a_monitor_and_flushes_its_message() {
    run(|cx| async move {
        let target = idle(&cx, false);
        assert!(cx.demonitor_flush(cx.monitor(target)));
        let mref = cx.monitor(target);
        cx.exit(target, Atom::KILL);
        settle(&cx).await;
        assert!(!cx.demonitor_flush(mref));
        assert!(told(&cx).await.is_empty());
        Ok(())
    });
}
