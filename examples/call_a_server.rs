//! Boots a node, starts the application and calls its servers, as in the first IEx session.
//! `SEQ_A1` and `SEQ_D` are read from the environment: `SEQ_A1=100 cargo run --no-default-features
//! --example call_a_server`.

use let_it_crash::event::Mfa;
use let_it_crash::exit::Raise;
use let_it_crash::process::Cx;
use let_it_crash::seq::{dynamic, server};
use let_it_crash::session::{Options, boot};
use let_it_crash::term;
use let_it_crash::term::Atom;
use let_it_crash::time::Duration;

fn main() -> Result<(), String> {
    let env = std::env::vars().filter(|(name, _)| name.starts_with("SEQ_")).collect();
    let mut node = boot::node(&Options { env, ..Options::default() })?;
    let call = Mfa { module: Atom::new("example"), function: Atom::new("main"), arity: 0 };
    let body = |cx: Cx| async move {
        let (fib, arith) = (Atom::new("Elixir.Seq.FibServer"), Atom::new("Elixir.Seq.ArithServer"));
        println!("Seq.Server.peek(Seq.FibServer)   # {}", server::peek(&cx, fib).await?);
        for _ in 0..4 {
            println!("Seq.Server.next(Seq.FibServer)   # {}", server::next(&cx, fib).await?);
        }
        println!("Seq.Server.peek(Seq.ArithServer) # {}", server::peek(&cx, arith).await?);
        for _ in 0..3 {
            println!("Seq.Server.next(Seq.ArithServer) # {}", server::next(&cx, arith).await?);
        }
        let geo1 = Atom::new("geo1");
        let started = dynamic::start_seq(&cx, geo1, Atom::new("Elixir.Seq.Geo"), term!([{a1, 2}, {r, 3}])).await?;
        println!("Seq.Dynamic.start_seq(:geo1, Seq.Geo, a1: 2, r: 3) # {started}");
        for _ in 0..3 {
            println!("Seq.Server.next(:geo1)           # {}", server::next(&cx, geo1).await?);
        }
        let nobody = server::next(&cx, Atom::new("nobody")).await;
        println!("Seq.Server.next(:nobody)         # exit {}", nobody.unwrap_or_else(Raise::into_reason));
        Ok(())
    };
    node.spawn(call, body).map_err(|raise| format!("{raise:?}"))?;
    node.advance(Duration::from_secs(1));
    Ok(())
}
