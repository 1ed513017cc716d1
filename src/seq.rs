//! The application `seq`: number sequences behind servers, under supervision.
//!
//! # Where it starts from
//!
//! ```
//! /// The nth Fibonacci number, slowly.
//! fn fib(n: u64) -> u64 {
//!     match n {
//!         0 => 0,
//!         1 => 1,
//!         _ => fib(n - 1) + fib(n - 2),
//!     }
//! }
//!
//! /// a_n = a1 + (n - 1)d
//! fn arith(a1: i64, d: i64, n: i64) -> i64 {
//!     a1 + (n - 1) * d
//! }
//!
//! assert_eq!((fib(10), arith(3, 5, 3)), (55, 13));
//! ```
//!
//! Functions have no state, answer nobody, survive nothing and cannot be watched. Here is what
//! it takes to change that, in the order in which it was built:
//!
//! | module | is | adds |
//! |---|---|---|
//! | [`sequence`] | `Seq.Sequence`, the behaviour | a state that only moves by `next` |
//! | [`fib`], [`arith`], [`geo`] | `Seq.Fib`, `Seq.Arith`, `Seq.Geo` | strategies; integers of any size ([`integer`]) |
//! | [`server`] | `Seq.Server` | a process that answers `next` and `peek`, and measures itself |
//! | [`server_v2`] | `Seq.Server` 0.2.0 | a count, with which it goes on while it runs |
//! | [`supervisor`] | `Seq.Supervisor` | a server that dies comes back |
//! | [`tuning`] | | other flags and another order while it runs |
//! | [`dynamic`] | `Seq.Dynamic` | sequences that come and go |
//! | [`demo`] | `meter`, `ticker`, `cache`, `audit` | applications that depend on it |
//! | [`config`] | `config/runtime.exs` | parameters from outside |
//! | [`application`] | `Seq.Application` | the whole tree as one thing to start and stop |

pub mod application;
pub mod arith;
pub mod config;
pub mod demo;
pub mod dynamic;
pub mod fib;
pub mod geo;
pub mod integer;
mod keyword;
pub mod sequence;
pub mod server;
pub mod server_v2;
pub mod supervisor;
pub mod tuning;

use crate::otp::application::release::handler::Library;
use crate::process::{Module, Runtime};
use crate::term::{Atom, Term};

/// The version of the application and of its modules.
pub const VSN: &str = "0.1.0";

/// Loads the modules of the application into a node.
pub fn load(node: &mut Runtime) {
    for module in modules() {
        node.load(module);
    }
}

/// The modules of the application.
#[must_use]
pub fn modules() -> Vec<Module> {
    vec![
        sequence::module::<fib::Fib>(),
        sequence::module::<arith::Arith>(),
        sequence::module::<geo::Geo>(),
        server::module(),
        supervisor::module(),
        dynamic::module(),
        application::module(),
    ]
}

/// The modules of version 0.2.0.
#[must_use]
pub fn modules_v2() -> Vec<Module> {
    let is_server = |module: &Module| module.name == Atom::new(server::NAME);
    modules().into_iter().map(|module| if is_server(&module) { server_v2::module() } else { module }).collect()
}

/// Both versions, with the way between them.
#[must_use]
pub fn libraries() -> [Library; 2] {
    let library = |vsn: &str, app: &str, appup: &str, modules| Library {
        application: "seq".to_owned(),
        vsn: vsn.to_owned(),
        app: app.to_owned(),
        appup: appup.to_owned(),
        modules,
    };
    [
        library(VSN, include_str!("../static/seq.app"), "", modules),
        library(
            server_v2::VSN,
            include_str!("../static/seq-0.2.0/seq.app"),
            include_str!("../static/seq-0.2.0/seq.appup"),
            modules_v2,
        ),
    ]
}

/// Elixir's `%{strategy: :one_for_one, intensity: 3, period: 5}`, the defaults of
/// `Supervisor.init/2`.
fn one_for_one() -> Term {
    crate::term!(#{strategy => one_for_one, intensity => 3, period => 5})
}
