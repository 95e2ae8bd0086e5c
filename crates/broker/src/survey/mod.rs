//! The whole cluster as one node sees it: the metadata, who lives and leads, and what every node tells of itself.
//!
//! [`told`] is what nodes tell each other, [`ledger`] what this one tells and since when, [`known`] what others have told,
//! [`picture`] everything put together at one moment, [`rates`] what two moments say about the time between them, [`views`]
//! what the admin API shows of it, [`select`] which partitions, in which order, [`board`] the partitions as dashboards show
//! them, [`delta`] what changed from one state of a dashboard to the next, and [`journal`] what happened.
//!
//! All of it is pure. Must never: ask a node or read a clock; what a picture needs is in it.

#![allow(clippy::cast_precision_loss, reason = "rates and shares are shown, not counted with")]

pub mod board;
pub mod delta;
pub mod journal;
pub mod known;
pub mod ledger;
pub mod picture;
pub mod rates;
#[cfg(test)]
pub(crate) mod samples;
pub mod select;
pub mod told;
pub mod views;

pub use board::Board;
pub use journal::{Glance, Journal};
pub use known::{Known, Surveys};
pub use ledger::{Ledger, Seen};
pub use picture::Picture;
pub use rates::Rates;
pub use told::{FollowerSurvey, GroupSurvey, NodeSurvey, SurveyRequest};
