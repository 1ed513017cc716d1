//! What a run begins with.

use serde::{Deserialize, Serialize};

use crate::limits::Limits;
use crate::seq;
use crate::term::Ordered;

/// The `.app` file of the application as it is shipped.
pub const SEQ_APP: &str = include_str!("../../static/seq.app");

/// The configuration as it is shipped: what is known at build time.
pub const CONFIG: &str = include_str!("../../static/config.exs");

/// The configuration as it is shipped: what is known at boot.
pub const RUNTIME: &str = include_str!("../../static/runtime.exs");

/// The versions of `seq` that a node finds on its code path, the one that boots first.
pub const SEQ_VERSIONS: [&str; 2] = [seq::VSN, seq::server_v2::VSN];

/// What a run begins with. The same options and the same inputs give the same run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// The seed of everything random: chaos.
    pub seed: u64,
    /// The system's environment, as name and value: `SEQ_A1`, `SEQ_D`. Of equal names the last
    /// one counts.
    pub env: Vec<(String, String)>,
    /// The text of `seq.app`.
    pub app: String,
    /// The text of `config/config.exs`.
    pub config: String,
    /// The text of `config/runtime.exs`.
    pub runtime: String,
    /// Boot the whole demo release, not `seq` alone.
    pub demo: bool,
    /// A tree and what befalls it, as JSON ([`scenario`](super::scenario)): boot that and neither.
    pub scenario: Option<String>,
    /// The node's bounds.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            seed: 1,
            env: Vec::new(),
            app: SEQ_APP.to_owned(),
            config: CONFIG.to_owned(),
            runtime: RUNTIME.to_owned(),
            demo: false,
            scenario: None,
            limits: limits(),
        }
    }
}

/// A single turn can end all processes there are, and the log has to hold it until it is read.
fn limits() -> Limits {
    Limits { log_bytes: 64 << 20, ..Limits::default() }
}

impl Options {
    pub(super) fn variables(&self) -> Ordered<String, String> {
        self.env.iter().cloned().collect()
    }
}
