//! Boots the demo node in the order that their dependencies ask for, and halts it.
//! `cargo run --no-default-features --example boot_a_node`

use let_it_crash::event::{ApplicationPhase, Event};
use let_it_crash::otp::application::{self, release};
use let_it_crash::process::Runtime;
use let_it_crash::session::{Options, boot};
use let_it_crash::time::Duration;

/// What the log tells of the applications since it was last asked.
fn tell(node: &mut Runtime) {
    for entry in node.drain_log() {
        match entry.event {
            Event::Application { name, phase: ApplicationPhase::Started { .. }, .. } => {
                println!("{} starts", name.text())
            }
            Event::Application { name, phase: ApplicationPhase::Stopped { .. }, .. } => {
                println!("{} stops", name.text())
            }
            _ => {}
        }
    }
}

fn main() -> Result<(), String> {
    let mut node = boot::node(&Options { demo: true, ..Options::default() })?;
    tell(&mut node);
    node.advance(Duration::from_secs(1));
    let running = node.eval(|cx| async move { application::which_applications(&cx).await });
    println!("\nApplication.started_applications() # {}\n", running.map_err(|raise| format!("{raise:?}"))?);
    // The answer never comes: whoever asks ends with the node.
    let _ = node.eval(|cx| async move { release::halt(&cx).await });
    tell(&mut node);
    println!("\nit is down: {}", node.halted().is_some());
    Ok(())
}
