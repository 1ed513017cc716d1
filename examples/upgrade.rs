//! Upgrades a running server step by step, and takes it back: it keeps its place.
//! `cargo run --no-default-features --example upgrade`

use let_it_crash::event::Mfa;
use let_it_crash::exit::Raise;
use let_it_crash::otp::application::release::appup::Direction;
use let_it_crash::otp::application::release::handler::Player;
use let_it_crash::otp::sys;
use let_it_crash::process::Cx;
use let_it_crash::seq::server;
use let_it_crash::session::{Options, boot};
use let_it_crash::term::Atom;
use let_it_crash::term::erlang::{Style, print};
use let_it_crash::time::Duration;

async fn show(cx: &Cx) -> Result<(), Raise> {
    let fib = Atom::new("Elixir.Seq.FibServer");
    let next = server::next(cx, fib).await?;
    println!("Seq.Server.next(Seq.FibServer) # {next}, and the state is {}", sys::get_state(cx, fib).await?);
    Ok(())
}

async fn change(cx: &Cx, direction: Direction, vsn: &str) -> Result<(), Raise> {
    println!("\n--- to {vsn}");
    let mut player = Player::new(cx, direction, Atom::new("seq"), vsn).map_err(Raise::exit)?;
    while player.step(cx).await?.map_err(Raise::exit)? {
        if let Some(instruction) = player.script().get(player.played() - 1) {
            println!("{}", print(instruction, Style::TP));
        }
    }
    Ok(())
}

fn main() -> Result<(), String> {
    let mut node = boot::node(&Options::default())?;
    let call = Mfa { module: Atom::new("example"), function: Atom::new("main"), arity: 0 };
    let body = |cx: Cx| async move {
        for _ in 0..10 {
            server::next(&cx, Atom::new("Elixir.Seq.FibServer")).await?;
        }
        show(&cx).await?;
        change(&cx, Direction::Up, "0.2.0").await?;
        show(&cx).await?;
        change(&cx, Direction::Down, "0.1.0").await?;
        show(&cx).await
    };
    node.spawn(call, body).map_err(|raise| format!("{raise:?}"))?;
    node.advance(Duration::from_secs(1));
    Ok(())
}
