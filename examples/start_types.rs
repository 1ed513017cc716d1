//! What the end of an application means for the node: temporary, transient, permanent.
//! `cargo run --no-default-features --example start_types`

use let_it_crash::event::Mfa;
use let_it_crash::exit::Raise;
use let_it_crash::otp::application;
use let_it_crash::otp::gen_server;
use let_it_crash::process::Cx;
use let_it_crash::seq::application::ROOT;
use let_it_crash::session::{Options, boot};
use let_it_crash::supervision::Restart;
use let_it_crash::term::{Atom, Term};
use let_it_crash::time::Duration;

/// Starts `seq` as `kind` and has its root end with `reason`.
async fn end(cx: &Cx, kind: Restart, reason: &str) -> Result<(), Raise> {
    let seq = Atom::new("seq");
    application::stop(cx, seq).await?;
    application::ensure_all_started(cx, seq, kind).await?;
    gen_server::stop(cx, Atom::new(ROOT), Term::atom(reason), None).await
}

fn main() -> Result<(), String> {
    for kind in [Restart::Temporary, Restart::Transient, Restart::Permanent] {
        for reason in ["normal", "shutdown", "boom"] {
            let mut node = boot::node(&Options::default())?;
            let call = Mfa { module: Atom::new("example"), function: Atom::new("main"), arity: 0 };
            node.spawn(call, move |cx| async move { end(&cx, kind, reason).await })
                .map_err(|raise| format!("{raise:?}"))?;
            node.advance(Duration::from_secs(1));
            let outcome = node.halted().map_or("the node lives on".to_owned(), |why| format!("the node stops: {why}"));
            println!("{:<10} {reason:<9} {outcome}", format!("{kind:?}").to_lowercase());
        }
    }
    Ok(())
}
