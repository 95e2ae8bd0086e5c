//! What the broker, `chronikctl` and later the dashboard share: addresses,
//! configuration, the types of the admin API and its client.
//!
//! Nothing here knows how a node works inside: this crate must stay small
//! enough that a tool which only asks a node questions can depend on it.

pub mod admin;
mod clock;
pub mod config;
mod host_port;
mod latency;
pub mod pem;
mod suggest;

pub use clock::now_ms;
pub use host_port::{HostPort, HostPortError};
pub use latency::{Latency, LatencyHistogram};
pub use suggest::nearest;
