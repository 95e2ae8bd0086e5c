//! The live dashboard of a Chronik cluster, `chronikctl top`.
//!
//! One channel of [`event::Event`]s gives a total order to keys, time, network and answers. The reducer
//! ([`state::State::on`]) turns an event into a new state and into actions; [`draw::draw`] turns a state into a frame.
//! Both are pure: terminal, network and clock are in [`shell`] alone.
//!
//! Must never change the cluster unless it was armed and a person confirmed the very change.

#![expect(
    clippy::cast_precision_loss,
    reason = "numbers are ordered and rounded for people here, never counted on"
)]

pub mod act;
pub mod cmd;
pub mod draw;
pub mod event;
pub mod plain;
pub mod shell;
pub mod state;
#[cfg(test)]
mod tests;
pub mod views;

pub use shell::{TopError, TopOptions, run};
pub use state::{Colour, Context};
pub use views::View;
