//! Files with right checksums and senseless content: no panic, no runaway memory, no promise broken.

use bytes::Bytes;
use proptest::prelude::*;

use super::support::*;
use crate::wal::forge::{Forged, forge, forge_segment};

fn forged() -> impl Strategy<Value = Forged> {
    let small = || prop_oneof![4 => 0..4u64, 1 => any::<u64>()];
    let body = prop::collection::vec(prop_oneof![3 => 0..3u8, 1 => any::<u8>()], 0..150);
    (0..15u8, 0..3u8, any::<u32>(), prop::collection::vec(small(), 5), body, any::<bool>()).prop_map(
        |(frame, kind, count, numbers, body, new_flush)| Forged {
            frame,
            kind,
            count: count >> (count % 32),
            group: numbers[0],
            term: numbers[1],
            leader: numbers[2],
            index: numbers[3],
            base: numbers[4],
            body: Bytes::from(body),
            new_flush,
        },
    )
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn well_formed_nonsense_is_survived(
        contents in prop::collection::vec(prop::collection::vec(forged(), 0..12), 0..4),
        segments in prop::collection::vec(
            (0..4u64, 0..4u64, prop::collection::vec(forged(), 0..8)), 0..4,
        ),
        trailing: Vec<u8>,
    ) {
        let dir = scratch();
        for ((group, first, frames), n) in segments.into_iter().zip(0..) {
            forge_segment(dir.path(), n, group, first, frames, &trailing).unwrap();
        }
        for (frames, seq) in contents.into_iter().zip(1..) {
            forge(dir.path(), seq, frames, &trailing).unwrap();
        }
        let (wal, _) = open(dir.path());
        for group in wal.groups() {
            let log = wal.group(group);
            let state = log.state();
            let _ = log.read(state.first_index()..state.next_index(), 1000);
            let _ = log.headers(state.first_index()..state.first_index().saturating_add(10));
            let _ = log.locate(state.purged_base);
        }
        wal.reclaim().unwrap();
        let _ = wal.space();
        let before: Vec<_> = wal.groups();
        drop(wal);
        // And what was made of it is stable.
        let (wal, _) = open(dir.path());
        let mut after = wal.groups();
        after.retain(|group| before.contains(group));
        prop_assert_eq!(after.len(), before.len());
    }
}
