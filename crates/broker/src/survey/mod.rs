//! The whole cluster as one node sees it: the metadata, who lives and leads, and what every node tells of itself.
//!
//! [`told`] is what nodes tell each other, [`picture`] everything put together at one moment, [`rates`] what two moments say
//! about the time between them, [`views`] what the admin API shows of it, [`select`] which partitions, in which order,
//! [`delta`] what changed from one state of a dashboard to the next, and [`journal`] what happened.
//!
//! All of it is pure. Must never: ask a node or read a clock; what a picture needs is in it.

#![allow(clippy::cast_precision_loss, reason = "rates and shares are shown, not counted with")]

pub mod delta;
pub mod journal;
pub mod picture;
pub mod rates;
#[cfg(test)]
pub(crate) mod samples;
pub mod select;
pub mod told;
pub mod views;

pub use journal::{Glance, Journal};
pub use picture::Picture;
pub use rates::Rates;
pub use told::{FollowerSurvey, GroupSurvey, NodeSurvey, Surveys};
