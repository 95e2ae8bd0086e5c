//! The Raft groups.

use std::borrow::Cow;

use chronik_common::admin::human_duration;
use chronik_common::admin::v1::RaftView;

use super::{Cell, Column, Order, Rows, column, wide};
use crate::state::Data;

pub(super) struct Raft;

const COLUMNS: [Column; 7] = [
    wide("GROUP", 21, 0),
    column("LEADER", 7, 2),
    column("TERM", 7, 3),
    column("COMMITTED", 12, 4),
    column("APPLIED", 12, 5),
    wide("FOLLOWERS match (trails by)", 27, 1),
    column("SNAPSHOT", 12, 6),
];

fn group(data: Data<'_>, index: usize) -> Option<&RaftView> {
    data.model.raft_group(index)
}

fn trails_by(group: &RaftView) -> u64 {
    group.followers.iter().map(|follower| follower.trails_by).max().unwrap_or(0)
}

/// `2:1041 3:980(-61)`; a learner is marked with `~`.
fn followers(group: &RaftView) -> String {
    let told: Vec<String> = group
        .followers
        .iter()
        .map(|follower| {
            let learner = if follower.votes { "" } else { "~" };
            let index = follower.match_index.map_or("-".into(), |index| index.to_string());
            let trails =
                if follower.trails_by > 0 { format!("(-{})", follower.trails_by) } else { String::new() };
            format!("{learner}{}:{index}{trails}", follower.node_id)
        })
        .collect();
    told.join(" ")
}

impl Rows for Raft {
    fn columns(&self) -> &'static [Column] {
        &COLUMNS
    }

    fn len(&self, data: Data<'_>) -> usize {
        data.model.raft_groups()
    }

    fn name<'a>(&self, data: Data<'a>, index: usize) -> Cow<'a, str> {
        group(data, index).map_or("", |group| group.name.as_str()).into()
    }

    fn badness(&self, data: Data<'_>, index: usize) -> f64 {
        group(data, index).map_or(0.0, |group| trails_by(group) as f64)
    }

    fn order(&self, data: Data<'_>, index: usize, column: usize) -> Order {
        let Some(group) = group(data, index) else { return Order::Number(0.0) };
        match column {
            1 => Order::Number(f64::from(group.leader)),
            2 => Order::count(Some(group.term)),
            3 => Order::count(group.committed_index),
            4 => Order::count(Some(group.applied_index)),
            5 => Order::count(Some(trails_by(group))),
            6 => Order::count(data.model.snapshot_age(group)),
            _ => Order::Number(index as f64),
        }
    }

    fn cell(&self, data: Data<'_>, index: usize, column: usize) -> Cell {
        let Some(group) = group(data, index) else { return Cell::plain("-") };
        match column {
            1 => Cell::plain(group.leader.to_string()),
            2 => Cell::plain(group.term.to_string()),
            3 => Cell::known(group.committed_index),
            4 => Cell::plain(group.applied_index.to_string()),
            5 => Cell::plain(followers(group)),
            6 => Cell::known(data.model.snapshot_age(group).map(human_duration)),
            _ => Cell::plain(group.name.as_str()),
        }
    }
}
