//! Registry.

use let_it_crash::event::Mfa;
use let_it_crash::otp::registry::{self, Keys};
use let_it_crash::process::{Cx, Module, SpawnOptions};
use let_it_crash::term;
use let_it_crash::term::{Atom, Pid, Term};

use super::support::{fun, millis, pid, run, run_with, text};

fn name() -> Atom {
    Atom::new("names")
}

/// A process that registers this and waits.
async fn holder(cx: &Cx, key: Term, value: Term) -> Pid {
    let initial_call = Mfa { module: Atom::new("test"), function: Atom::new("holder"), arity: 0 };
    let holder = cx.spawn(SpawnOptions { link: false, initial_call }, |cx| async move {
        registry::register(&cx, name(), key, value)?;
        cx.receive().await;
        Ok(())
    });
    cx.sleep(millis(1)).await;
    holder.unwrap()
}

#[test]
fn a_unique_key_belongs_to_one_process_as_long_as_it_lives() {
    run(|cx| async move {
        let sup = pid(&registry::start_link(&cx, name(), Keys::Unique, &[]).await?);
        assert_eq!(cx.whereis(name()), Some(sup));
        let first = holder(&cx, term!(k), term!(1)).await;
        let taken = registry::register(&cx, name(), term!(k), term!(2))?;
        assert_eq!(taken, term!({error, {already_registered, (first)}}));
        assert!(!links(&cx).contains(&owner(&cx)));
        assert_eq!(registry::whereis_name(&cx, name(), &term!(k))?, Some(first));
        assert_eq!(registry::keys(&cx, name(), first)?, term!([k]));
        cx.exit(first, Atom::KILL);
        cx.sleep(millis(1)).await;
        assert_eq!(registry::lookup(&cx, name(), &term!(k))?, Term::Nil);
        assert_eq!(registry::count(&cx, name())?, Term::Int(0));
        assert_eq!(registry::register(&cx, name(), term!(k), term!(2))?, term!({ok, (owner(&cx))}));
        assert!(links(&cx).contains(&owner(&cx)));
        assert_eq!(registry::values(&cx, name(), &term!(k), cx.me())?, term!([2]));
        registry::unregister(&cx, name(), term!(k))?;
        assert!(!links(&cx).contains(&owner(&cx)));
        assert_eq!(registry::count(&cx, name())?, Term::Int(0));
        Ok(())
    });
}

fn links(cx: &Cx) -> Vec<Pid> {
    cx.of(cx.me(), |process| process.links.to_vec()).unwrap()
}

fn owner(cx: &Cx) -> Pid {
    cx.whereis(Atom::new("names.PIDPartition0")).unwrap()
}

#[test]
fn a_duplicate_key_belongs_to_many_and_is_dispatched_to_at_once() {
    let module = Module::new(Atom::new("functions"), "1").export("send", 1, |cx, args| {
        Box::pin(async move {
            for entry in args[0].iter() {
                let [to, value] = entry.as_tuple_of().unwrap().clone();
                cx.send(to.as_pid().unwrap(), value)?;
            }
            Ok(Term::Nil)
        })
    });
    run_with([module], |cx| async move {
        registry::start_link(&cx, name(), Keys::Duplicate, &[]).await?;
        let other = holder(&cx, term!(topic), term!(go)).await;
        for n in 1..=2 {
            registry::register(&cx, name(), term!(topic), Term::Int(n))?;
        }
        let found = registry::lookup(&cx, name(), &term!(topic))?;
        assert_eq!(found, term!([{(other), go}, {(cx.me()), 1}, {(cx.me()), 2}]));
        assert_eq!(registry::count(&cx, name())?, Term::Int(3));
        assert_eq!(registry::keys(&cx, name(), cx.me())?, term!([topic, topic]));
        let send = fun("functions", "send", 1);
        assert_eq!(text(&registry::dispatch(&cx, name(), &term!(topic), &send).await?), ":ok");
        assert_eq!((cx.receive().await, cx.receive().await), (Term::Int(1), Term::Int(2)));
        cx.sleep(millis(1)).await;
        assert!(!cx.is_alive(other));
        assert_eq!(registry::count(&cx, name())?, Term::Int(2));
        registry::unregister(&cx, name(), term!(topic))?;
        assert_eq!(registry::keys(&cx, name(), cx.me())?, Term::Nil);
        // Nobody is left, so the function is not called.
        assert_eq!(text(&registry::dispatch(&cx, name(), &term!(topic), &term!(no_function)).await?), ":ok");
        Ok(())
    });
}

#[test]
fn listeners_hear_of_registrations() {
    run(|cx| async move {
        cx.register(Atom::new("listener"), cx.me())?;
        registry::start_link(&cx, name(), Keys::Unique, &[Atom::new("listener")]).await?;
        registry::register(&cx, name(), term!(k), term!(v))?;
        assert_eq!(cx.receive().await, term!({register, names, k, (cx.me()), v}));
        registry::unregister(&cx, name(), term!(k))?;
        assert_eq!(cx.receive().await, term!({unregister, names, k, (cx.me())}));
        Ok(())
    });
}

#[test]
fn an_unknown_registry_is_an_argument_error() {
    run(|cx| async move {
        let raised = registry::lookup(&cx, Atom::new("Elixir.Gone"), &Term::Nil).unwrap_err().into_reason();
        assert_eq!(raised.map_get(&term!(message)).unwrap().as_str(), Some("unknown registry: Gone"));
        registry::start_link(&cx, name(), Keys::Duplicate, &[]).await?;
        assert!(registry::whereis_name(&cx, name(), &Term::Nil).is_err());
        assert!(registry::update_value(&cx, name(), &Term::Nil, &Term::Nil).await.is_err());
        registry::put_meta(&cx, name(), term!(what), term!(this))?;
        assert_eq!(registry::meta(&cx, name(), &term!(what))?, term!({ok, this}));
        assert_eq!(registry::meta(&cx, name(), &term!(other))?, term!(error));
        Ok(())
    });
}

#[test]
fn a_registry_that_crashes_takes_the_registered_with_it_and_starts_empty() {
    run(|cx| async move {
        registry::start_link(&cx, name(), Keys::Unique, &[]).await?;
        let registered = holder(&cx, term!(k), term!(v)).await;
        cx.exit(owner(&cx), Atom::KILL);
        cx.sleep(millis(1)).await;
        assert!(!cx.is_alive(registered));
        assert_eq!(registry::lookup(&cx, name(), &term!(k))?, Term::Nil);
        Ok(())
    });
}

#[test]
fn registrations_are_found_by_patterns_of_their_values() {
    run(|cx| async move {
        registry::start_link(&cx, name(), Keys::Duplicate, &[]).await?;
        for value in [term!({atom, 1}), term!({atom, 2}), term!({other, 3})] {
            registry::register(&cx, name(), term!(k), value)?;
        }
        let me = cx.me();
        let found = |pattern: Term, guards: Term| {
            registry::match_entries(&cx, name(), &term!(k), &pattern, &guards).map(|found| text(&found))
        };
        let shown = |term: Term| Ok(text(&term));
        assert_eq!(found(term!({atom, :"_"}), Term::Nil), shown(term!([{(me), {atom, 1}}, {(me), {atom, 2}}])));
        let above = term!([{:">", :"$1", 1}]);
        assert_eq!(found(term!({:"_", :"$1"}), above.clone()), shown(term!([{(me), {atom, 2}}, {(me), {other, 3}}])));
        assert_eq!(found(term!({:"$1", :"$1"}), Term::Nil), shown(Term::Nil));
        assert!(found(term!(:"_"), term!([{odd, :"$1", 1}])).is_err());
        assert_eq!(registry::count_match(&cx, name(), &term!(k), &term!({:"_", :"$1"}), &above)?, 2.into());
        registry::unregister_match(&cx, name(), term!(k), &term!({atom, :"_"}), &Term::Nil)?;
        assert_eq!(registry::lookup(&cx, name(), &term!(k))?, term!([{(me), {other, 3}}]));
        assert_eq!(registry::keys(&cx, name(), me)?, term!([k]));
        registry::unregister_match(&cx, name(), term!(k), &term!(:"_"), &Term::Nil)?;
        assert_eq!(registry::keys(&cx, name(), me)?, Term::Nil);
        assert!(!links(&cx).contains(&owner(&cx)));
        Ok(())
    });
}

#[test]
fn all_registrations_are_selected_by_a_match_specification() {
    run(|cx| async move {
        registry::start_link(&cx, name(), Keys::Unique, &[]).await?;
        let me = cx.me();
        registry::register(&cx, name(), term!(a), term!(1))?;
        registry::register(&cx, name(), term!(b), term!("text"))?;
        let all = term!([{{:"$1", :"$2", :"$3"}, [], [{{:"$1", :"$2", :"$3"}}]}]);
        assert_eq!(registry::select(&cx, name(), &all)?, term!([{a, (me), 1}, {b, (me), (Term::string("text"))}]));
        let keys = term!([{{:"$1", :"_", :"$2"}, [{is_integer, :"$2"}], [:"$1"]}]);
        assert_eq!(registry::select(&cx, name(), &keys)?, term!([a]));
        let counted =
            term!([{{:"_", :"_", :"$1"}, [{:"orelse", {:"=:=", :"$1", 1}, {:"==", :"$1", {:"const", x}}}], [true]}]);
        assert_eq!(registry::count_select(&cx, name(), &counted)?, 1.into());
        let malformed = registry::select(&cx, name(), &term!([{a, [], []}])).unwrap_err().into_reason();
        let message = "invalid match specification in Registry.select/2: [{:a, [], []}]";
        assert_eq!(malformed.map_get(&term!(message)), Some(&Term::string(message)));
        Ok(())
    });
}
