//! `chronikctl` as a library: the command tree, from which parser, help, man
//! pages and completions are made, and the commands themselves.
//!
//! The commands of the seeds are in [`chronik_common::admin::command`], where
//! a server binary can use them too; everything else is here, one file a
//! family. No command decides anything about the cluster: the nodes do.

mod audit;
mod bundle;
mod call;
mod cli;
mod complete;
mod config;
mod context;
mod contexts;
mod doctor;
mod events;
mod group;
mod guard;
mod health;
mod key;
mod node;
mod partition;
mod raft;
mod table;
mod time;
mod top;
mod topic;

pub use cli::{Cli, Command, run};
pub use complete::complete_if_asked;
