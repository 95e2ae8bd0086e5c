//! The checkpoint at the head of each file: the state of every group. Pure encoding.
//!
//! A checkpoint is one flush of its own: a head frame that lists the groups, one frame a group, and
//! a tail frame that lists them again (so that one damaged list does not hide who was there).

use bytes::{BufMut, Bytes, BytesMut};

use super::codec::Cursor;
use super::{Body, GroupId, GroupState, LogId, Vote};

/// What a checkpoint says of one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupCheckpoint {
    /// The state of its log.
    pub state: GroupState,
    /// Whether it is quarantined.
    pub quarantined: bool,
    /// The application's state.
    pub app: Option<Bytes>,
}

const VOTE: u32 = 1;
const VOTE_COMMITTED: u32 = 2;
const COMMITTED: u32 = 4;
const PURGED: u32 = 8;
const LAST: u32 = 16;
const QUARANTINED: u32 = 32;
const APP: u32 = 64;

impl GroupCheckpoint {
    /// The body of the group's frame.
    pub fn encode(&self) -> Body {
        let state = &self.state;
        let flag = |bit: u32, set: bool| if set { bit } else { 0 };
        let mut out = BytesMut::with_capacity(112);
        out.put_u32_le(
            flag(VOTE, state.vote.is_some())
                | flag(VOTE_COMMITTED, state.vote.is_some_and(|vote| vote.committed))
                | flag(COMMITTED, state.committed.is_some())
                | flag(PURGED, state.purged.is_some())
                | flag(LAST, state.last.is_some())
                | flag(QUARANTINED, self.quarantined)
                | flag(APP, self.app.is_some()),
        );
        let (term, leader) = state.vote.map_or((0, 0), |vote| (vote.term, vote.leader));
        out.put_u64_le(term);
        out.put_u64_le(leader);
        for id in [state.committed, state.purged, state.last] {
            let (term, leader, index) = id.map_or((0, 0, 0), |id| (id.term, id.leader, id.index));
            out.put_u64_le(term);
            out.put_u64_le(leader);
            out.put_u64_le(index);
        }
        out.put_u64_le(state.purged_base);
        out.put_u64_le(state.end);
        let fixed = out.freeze();
        match &self.app {
            None => fixed.into(),
            Some(app) => vec![fixed, app.clone()].into(),
        }
    }

    /// Reads the body of a group's frame.
    pub fn decode(body: &Bytes) -> Option<Self> {
        let mut cursor = Cursor::new(body);
        let flags = cursor.u32()?;
        let has = |bit: u32| flags & bit != 0;
        let vote = Vote { term: cursor.u64()?, leader: cursor.u64()?, committed: has(VOTE_COMMITTED) };
        let mut id = || Some(LogId { term: cursor.u64()?, leader: cursor.u64()?, index: cursor.u64()? });
        let (committed, purged, last) = (id()?, id()?, id()?);
        let state = GroupState {
            vote: has(VOTE).then_some(vote),
            committed: has(COMMITTED).then_some(committed),
            purged: has(PURGED).then_some(purged),
            last: has(LAST).then_some(last),
            purged_base: cursor.u64()?,
            end: cursor.u64()?,
        };
        let app = body.slice_ref(cursor.rest());
        Some(Self { state, quarantined: has(QUARANTINED), app: has(APP).then_some(app) })
    }
}

/// The body of a head or tail frame.
pub fn encode_list(groups: impl Iterator<Item = GroupId>) -> Body {
    let mut out = BytesMut::new();
    groups.for_each(|group| out.put_u64_le(group));
    out.freeze().into()
}

/// Reads the body of a head or tail frame.
pub fn decode_list(body: &Bytes) -> Vec<GroupId> {
    body.as_chunks().0.iter().map(|group| u64::from_le_bytes(*group)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_group_survives_the_round_trip() {
        let id = |index| LogId { term: 3, leader: 1, index };
        let full = GroupCheckpoint {
            state: GroupState {
                vote: Some(Vote { term: 4, leader: 2, committed: true }),
                committed: Some(id(8)),
                purged: Some(id(5)),
                purged_base: 77,
                last: Some(id(9)),
                end: 99,
            },
            quarantined: true,
            app: Some(Bytes::from_static(b"state")),
        };
        for group in [full, GroupCheckpoint::default()] {
            assert_eq!(GroupCheckpoint::decode(&group.encode().to_bytes()), Some(group));
        }
    }

    #[test]
    fn lists_survive_the_round_trip() {
        assert_eq!(decode_list(&encode_list([3, 1, u64::MAX].into_iter()).to_bytes()), [3, 1, u64::MAX]);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
            let _ = GroupCheckpoint::decode(&Bytes::from(bytes));
        }
    }
}
