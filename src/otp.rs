//! OTP: the behaviours, as real protocols between processes.
//!
//! Nothing here reaches into the kernel. A behaviour is code of processes that talk by messages
//! of the shapes that OTP uses, so `sys`, monitors and links work across all of them.
//!
//! | module | implements |
//! |---|---|
//! | [`proc_lib`] | start with acknowledgement, crash reports, stop |
//! | [`gen_server`] | the client functions and the serve loop |
//! | [`sys`] | system messages: suspend, resume, get_state, terminate, ... |
//! | [`application`] | spec, controller, master, environment, start phases |
//! | [`child_spec`] | child specifications and supervisor flags, checked as OTP checks them |
//! | [`supervisor`] | all strategies, restart intensity, shutdown |
//! | [`dynamic_supervisor`] | Elixir's supervisor of children that come and go |
//! | [`logger`] | levels and handlers, fed by the reports |
//! | [`telemetry`] | events that code executes and handlers attach to |
//! | [`task`] | Elixir's Task and Task.Supervisor |
//! | [`agent`] | Elixir's Agent |
//! | [`registry`] | Elixir's Registry |
//! | [`elixir`] | what Elixir's behaviours have in common |

pub mod agent;
pub mod application;
pub mod child_spec;
pub mod dynamic_supervisor;
pub mod elixir;
pub mod gen_server;
pub mod logger;
pub mod proc_lib;
pub mod registry;
pub mod supervisor;
pub mod sys;
pub mod task;
pub mod telemetry;

/// The modules that child specs, applications and funs of this layer name, for a node to load.
#[must_use]
pub fn modules() -> Vec<crate::process::Module> {
    [
        dynamic_supervisor::modules(),
        telemetry::modules(),
        task::modules(),
        agent::modules(),
        registry::modules(),
        logger::modules(),
        vec![application::module()],
    ]
    .concat()
}

/// A node with the default limits and the modules of this layer.
#[must_use]
pub fn node() -> crate::process::Runtime {
    let mut node = crate::process::Runtime::new(crate::limits::Limits::default());
    modules().into_iter().for_each(|module| node.load(module));
    node
}
