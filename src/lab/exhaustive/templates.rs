//! Small programs in which the order of signals matters: at most four processes and eight signals.

use std::future::Future;
use std::rc::Rc;

use crate::event::Mfa;
use crate::exit::Raise;
use crate::process::{Cx, Runtime};
use crate::term::{Atom, Pid, Term};
use crate::time::Duration;

use super::Template;

/// The programs.
pub const ALL: [Template; 12] = [
    Template { name: "two link each other", start: two_link, wrong: linked },
    Template { name: "link against unlink", start: link_against_unlink, wrong: agree },
    Template { name: "both unlink, one links again", start: unlink_and_relink, wrong: agree },
    Template { name: "both unlink and link again", start: both_relink, wrong: agree },
    Template { name: "link to one who dies", start: link_the_dying, wrong: told_once },
    Template { name: "monitor one who dies", start: monitor_the_dying, wrong: told_once },
    Template { name: "demonitor one who dies", start: demonitor_the_dying, wrong: not_told },
    Template { name: "two killers", start: two_killers, wrong: told_once },
    Template { name: "a chain of links", start: chain, wrong: nobody },
    Template { name: "a ring of links", start: ring, wrong: nobody },
    Template { name: "a name changes hands", start: name_changes_hands, wrong: named },
    Template { name: "messages before the end", start: last_messages, wrong: heard_all },
];

fn mfa() -> Mfa {
    Mfa { module: Atom::new("exhaustive"), function: Atom::new("run"), arity: 0 }
}

fn spawn<F, Fut>(node: &mut Runtime, body: F) -> Pid
where
    F: FnOnce(Cx) -> Fut,
    Fut: Future<Output = Result<(), Raise>> + 'static,
{
    node.spawn(mfa(), body).unwrap_or(Pid::new(0, 0))
}

/// Waits for ever, without taking a message.
async fn linger(cx: &Cx) -> Result<(), Raise> {
    cx.receive_if(|_| None::<()>).await;
    Ok(())
}

/// Pids that processes learn after they were spawned.
#[derive(Default)]
struct Cast(std::cell::RefCell<Vec<Pid>>);

/// Spawns these processes; each finds the others in the cast, in this order.
macro_rules! play {
    ($node:ident; $($cx:ident, $all:ident => $body:block),+ $(,)?) => {{
        let cast = Rc::new(Cast::default());
        $(
            let mine = cast.clone();
            let pid = spawn($node, |$cx| async move {
                let $all = mine.0.borrow().clone();
                let _ = &$all;
                $body
            });
            cast.0.borrow_mut().push(pid);
        )+
    }};
}

fn of(all: &[Pid], at: usize) -> Pid {
    all.get(at).copied().unwrap_or(Pid::new(0, 0))
}

fn two_link(node: &mut Runtime) {
    play!(node;
        cx, all => { cx.link(of(&all, 1))?; linger(&cx).await },
        cx, all => { cx.link(of(&all, 0))?; linger(&cx).await });
}

fn link_against_unlink(node: &mut Runtime) {
    play!(node;
        cx, all => { cx.link(of(&all, 1))?; cx.unlink(of(&all, 1)); linger(&cx).await },
        cx, all => { cx.link(of(&all, 0))?; cx.yield_now().await; cx.unlink(of(&all, 0)); linger(&cx).await });
}

fn unlink_and_relink(node: &mut Runtime) {
    play!(node;
    cx, all => { cx.link(of(&all, 1))?; cx.yield_now().await; cx.unlink(of(&all, 1)); linger(&cx).await },
    cx, all => {
        cx.yield_now().await;
        cx.unlink(of(&all, 0));
        cx.link(of(&all, 0))?;
        linger(&cx).await
    });
}

fn both_relink(node: &mut Runtime) {
    play!(node;
        cx, all => { cx.link(of(&all, 1))?; cx.unlink(of(&all, 1)); cx.link(of(&all, 1))?; linger(&cx).await },
        cx, all => { cx.link(of(&all, 0))?; cx.unlink(of(&all, 0)); linger(&cx).await });
}

fn link_the_dying(node: &mut Runtime) {
    play!(node;
        cx, all => { cx.trap_exits(true); cx.link(of(&all, 1))?; linger(&cx).await },
        cx, all => { cx.trap_exits(true); cx.link(of(&all, 2))?; linger(&cx).await },
        cx, all => { cx.yield_now().await; Err(Raise::exit(Term::atom("boom"))) });
    // Here the second one watches; the first is its friend.
}

fn monitor_the_dying(node: &mut Runtime) {
    play!(node;
        cx, all => { cx.link(of(&all, 1))?; linger(&cx).await },
        cx, all => { let _ = cx.monitor(of(&all, 2)); linger(&cx).await },
        cx, all => { cx.yield_now().await; Err(Raise::exit(Term::atom("boom"))) },
        cx, all => { cx.exit(of(&all, 2), Atom::KILL); linger(&cx).await });
}

fn demonitor_the_dying(node: &mut Runtime) {
    play!(node;
        cx, all => { cx.link(of(&all, 1))?; linger(&cx).await },
        cx, all => {
            let mref = cx.monitor(of(&all, 2));
            cx.yield_now().await;
            cx.demonitor_flush(mref);
            linger(&cx).await
        },
        cx, all => { cx.yield_now().await; Ok(()) },
        cx, all => { cx.exit(of(&all, 2), Atom::KILL); linger(&cx).await });
}

fn two_killers(node: &mut Runtime) {
    play!(node;
        cx, all => { cx.exit(of(&all, 2), Atom::KILL); linger(&cx).await },
        cx, all => { let _ = cx.monitor(of(&all, 2)); linger(&cx).await },
        cx, all => { cx.trap_exits(true); cx.link(of(&all, 3))?; linger(&cx).await },
        cx, all => { cx.trap_exits(true); cx.exit(of(&all, 2), Term::atom("boom")); cx.exit(of(&all, 2), Atom::KILL); linger(&cx).await });
}

fn chain(node: &mut Runtime) {
    play!(node;
        cx, all => { cx.link(of(&all, 1))?; linger(&cx).await },
        cx, all => { cx.link(of(&all, 2))?; linger(&cx).await },
        cx, all => { cx.link(of(&all, 3))?; linger(&cx).await },
        cx, all => { cx.yield_now().await; Err(Raise::exit(Term::atom("boom"))) });
}

fn ring(node: &mut Runtime) {
    play!(node;
        cx, all => { cx.link(of(&all, 1))?; linger(&cx).await },
        cx, all => { cx.link(of(&all, 2))?; linger(&cx).await },
        cx, all => { cx.link(of(&all, 0))?; cx.yield_now().await; Err(Raise::exit(Term::atom("boom"))) });
}

fn name_changes_hands(node: &mut Runtime) {
    play!(node;
        cx, all => { cx.register(Atom::new("handed"), cx.me())?; linger(&cx).await },
        cx, all => {
            let _ = cx.monitor(of(&all, 0));
            cx.receive().await;
            cx.register(Atom::new("handed"), cx.me())?;
            linger(&cx).await
        },
        cx, all => { cx.exit(of(&all, 0), Atom::KILL); cx.yield_now().await; drop(cx.send(Atom::new("handed"), Term::Int(1))); linger(&cx).await },
        cx, all => { cx.link(of(&all, 0)).or(Ok(())) });
}

fn last_messages(node: &mut Runtime) {
    play!(node;
        cx, all => {
            cx.trap_exits(true);
            cx.receive_within(Some(Duration::from_secs(1)), |_| None::<()>).await;
            Ok(())
        },
        cx, all => { cx.trap_exits(true); linger(&cx).await },
        cx, all => {
            cx.link(of(&all, 1))?;
            cx.send(of(&all, 1), Term::Int(1))?;
            cx.send(of(&all, 1), Term::Int(2))?;
            Err(Raise::exit(Term::atom("boom")))
        },
        cx, all => { cx.send(of(&all, 1), Term::Int(3))?; linger(&cx).await });
}

// --- what has to be true at rest

fn links(node: &Runtime) -> Vec<(Pid, Vec<Pid>)> {
    let pids = node.kernel().processes();
    pids.into_iter().filter_map(|pid| Some((pid, node.inspect(pid, 0)?.links))).collect()
}

/// Both sides of each link know of it.
fn agree(node: &Runtime) -> Option<String> {
    let links = links(node);
    let knows = |a: Pid, b: Pid| links.iter().any(|(pid, others)| *pid == a && others.contains(&b));
    let one_sided = links.iter().any(|(pid, others)| others.iter().any(|other| !knows(*other, *pid)));
    one_sided.then(|| format!("links do not agree: {links:?}"))
}

fn linked(node: &Runtime) -> Option<String> {
    let whole = links(node).iter().all(|(_, others)| others.len() == 1);
    agree(node).or_else(|| (!whole).then(|| "both linked, and are not".to_owned()))
}

/// The messages that wait for the second process.
fn heard(node: &Runtime) -> Vec<Term> {
    let second = node.kernel().processes().get(1).copied();
    second.and_then(|pid| node.inspect(pid, 16)).map(|info| info.messages).unwrap_or_default()
}

fn told_once(node: &Runtime) -> Option<String> {
    let heard = heard(node);
    (heard.len() != 1).then(|| format!("it should have been told once, of {heard:?}"))
}

fn not_told(node: &Runtime) -> Option<String> {
    let heard = heard(node);
    (!heard.is_empty()).then(|| format!("it should not have been told {heard:?}"))
}

fn nobody(node: &Runtime) -> Option<String> {
    let left = node.kernel().processes();
    (!left.is_empty()).then(|| format!("{left:?} are left"))
}

fn named(node: &Runtime) -> Option<String> {
    let owner = node.kernel().whereis(Atom::new("handed"));
    let named = owner.is_some_and(|owner| node.kernel().process(owner).is_some());
    (!named).then(|| format!("the name belongs to {owner:?}"))
}

/// The first two messages come in order, and before the end of who sent them.
fn heard_all(node: &Runtime) -> Option<String> {
    let heard = heard_by_the_second(node);
    let at = |wanted: &dyn Fn(&Term) -> bool| heard.iter().position(wanted);
    let (one, two) = (at(&|it| *it == Term::Int(1)), at(&|it| *it == Term::Int(2)));
    let end = at(&|it| it.as_tuple().is_some());
    let ordered = one.is_some() && one < two && two < end && heard.len() == 4;
    (!ordered).then(|| format!("heard {heard:?}"))
}

/// The second process, whoever is left before it.
fn heard_by_the_second(node: &Runtime) -> Vec<Term> {
    let pids = node.kernel().processes();
    let most = pids.into_iter().filter_map(|pid| Some(node.inspect(pid, 16)?.messages)).max_by_key(Vec::len);
    most.unwrap_or_default()
}
