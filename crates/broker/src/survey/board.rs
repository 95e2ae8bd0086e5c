//! The partitions as dashboards show them: a view is made again only where something has changed since the last look.
//!
//! Must never: show a view of which anything has changed but the ages that dashboards are not told.

use std::sync::Arc;

use chronik_common::admin::v1::PartitionView;

use super::rates::Flow;
use super::told::GroupSurvey;
use super::{Picture, views};
use crate::metadata::{GroupId, MetadataImage, Partition, Topic, TopicDefaults};
use crate::raft::liveness::Leadership;

/// What was shown last, and of what.
#[derive(Default)]
pub struct Board {
    /// What all partitions were shown by.
    by: Option<(Arc<MetadataImage>, TopicDefaults)>,
    rows: Vec<Row>,
}

/// One partition.
struct Row {
    group: GroupId,
    leadership: Option<Leadership>,
    told: Option<Arc<GroupSurvey>>,
    flow: Option<Flow>,
    view: Arc<PartitionView>,
}

impl Board {
    /// All partitions, by topic and number. One that is as it was before is the same object as before.
    pub fn show(&mut self, picture: &Picture) -> Vec<Arc<PartitionView>> {
        let same = self.by.as_ref().is_some_and(|(image, defaults)| {
            Arc::ptr_eq(image, &picture.image) && *defaults == picture.defaults
        });
        let each = views::each(picture);
        if same {
            for (row, (topic, index, partition)) in self.rows.iter_mut().zip(each) {
                if !row.is_still_true(picture) {
                    *row = Row::new(picture, topic, index, partition);
                }
            }
        } else {
            self.rows =
                each.map(|(topic, index, partition)| Row::new(picture, topic, index, partition)).collect();
            self.by = Some((picture.image.clone(), picture.defaults));
        }
        self.rows.iter().map(|row| row.view.clone()).collect()
    }
}

impl Row {
    fn new(picture: &Picture, topic: &Topic, index: i32, partition: &Partition) -> Self {
        let mut view = views::view(picture, topic, index, partition);
        views::forget_ages(&mut view);
        let group = partition.group;
        Self {
            group,
            leadership: picture.leaderships.get(&group).cloned(),
            told: picture.told_by_leader(group).map(|told| told.group.clone()),
            flow: picture.rates.flows.get(&group).copied(),
            view: Arc::new(view),
        }
    }

    fn is_still_true(&self, picture: &Picture) -> bool {
        let told = picture.told_by_leader(self.group).map(|told| told.group);
        let same_told = match (&self.told, told) {
            (Some(before), Some(now)) => Arc::ptr_eq(before, now),
            (before, now) => before.is_none() && now.is_none(),
        };
        same_told
            && self.leadership.as_ref() == picture.leaderships.get(&self.group)
            && self.flow.as_ref() == picture.rates.flows.get(&self.group)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::Rates;
    use crate::survey::samples::{LAST, groups, picture, tell, without_node_3};

    /// What must be shown, whatever was before.
    fn anew(picture: &Picture) -> Vec<Arc<PartitionView>> {
        Board::default().show(picture)
    }

    fn tell_of(picture: &mut Picture, change: impl FnOnce(&mut GroupSurvey)) {
        let group = groups(&picture.image)[0];
        tell(picture, 1, |known| {
            let mut told = GroupSurvey::clone(&known.groups[&group]);
            change(&mut told);
            known.groups.insert(group, told.into());
        });
    }

    type Change<'a> = &'a dyn Fn(&mut Picture);

    #[test]
    fn only_what_changed_is_made_again() {
        let group = groups(&picture().image)[0];
        let changes: [(&str, Change<'_>); 4] = [
            ("told", &|p| tell_of(p, |told| told.high_watermark += 1)),
            ("not told any more", &|p| tell(p, 1, |known| drop(known.groups.remove(&group)))),
            ("the leadership", &|p| p.leaderships.get_mut(&group).unwrap().isr = vec![1]),
            ("the flow", &|p| {
                let flows = [(group, Flow { records: 1.0, bytes: 9.0 })].into();
                p.rates = Arc::new(Rates { flows, ..Rates::default() });
            }),
        ];
        for (what, change) in changes {
            let (mut board, mut picture) = (Board::default(), picture());
            let before = board.show(&picture);
            change(&mut picture);
            let after = board.show(&picture);
            assert_eq!(after, anew(&picture), "{what}");
            let same: Vec<bool> = before.iter().zip(&after).map(|(a, b)| Arc::ptr_eq(a, b)).collect();
            assert_eq!(same, [false, true, true], "{what}");
        }
    }

    #[test]
    fn as_long_as_nothing_happens_all_stays_as_it_is_even_if_a_follower_is_away() {
        let (mut board, mut picture) = (Board::default(), picture());
        tell_of(&mut picture, |told| told.followers[0].matched = Some(LAST - 1));
        let before = board.show(&picture);
        tell(&mut picture, 1, |known| known.node.uptime_ms += 1000);
        let after = board.show(&picture);
        assert!(before.iter().zip(&after).all(|(a, b)| Arc::ptr_eq(a, b)));
        assert_eq!(after, anew(&picture));
    }

    #[test]
    fn everything_is_made_again_when_the_metadata_changed() {
        let (mut board, mut changed) = (Board::default(), picture());
        board.show(&changed);
        changed.defaults.min_insync_replicas = 3;
        assert_eq!(board.show(&changed), anew(&changed));
        let other = without_node_3();
        assert_eq!(board.show(&other), anew(&other));
    }

    #[test]
    fn ages_are_not_shown() {
        let shown = anew(&picture());
        let raft = shown[0].raft.as_ref().unwrap();
        assert_eq!(
            (raft.snapshot_age_ms, raft.followers[0].acked_ms, shown[0].max_lag_ms),
            (None, None, None)
        );
        assert!(raft.snapshot_at_ms.is_some());
    }
}
