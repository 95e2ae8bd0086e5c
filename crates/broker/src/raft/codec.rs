//! Conversions between openraft's types, the WAL's and the wire's.
//!
//! Must never copy a record's bytes: bodies are moved as shared slices.

#![allow(clippy::zero_sized_map_values, reason = "openraft asks for a map to `EmptyNode`")]

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use openraft::EmptyNode;
use openraft::vote::RaftVote as _;

use super::transport::wire;
use super::types::{
    Command, Entry, EntryPayload, LogId, Membership, StoredMembership, Vote, log_id, term_of,
};
use crate::wal;

const BLANK: u8 = 0;
const DATA: u8 = 1;
const MEMBERSHIP: u8 = 2;

pub(super) fn invalid(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

/// The entry as the WAL stores it. `leader` is who led the entry's term, 0 if this node does not know.
pub(super) fn entry_to_wal(entry: Entry, leader: u64) -> wal::Entry {
    let id = wal::LogId { term: term_of(&entry.log_id), leader, index: entry.log_id.index };
    let (kind, count, body) = payload_parts(entry.payload);
    wal::Entry { id, kind, count, base: 0, body }
}

pub(super) fn entry_from_wal(entry: wal::Entry) -> io::Result<Entry> {
    let payload = payload_from(entry.kind, entry.count, entry.base, entry.body)?;
    Ok(Entry { log_id: log_id(entry.id.term, entry.id.index), payload })
}

pub(super) fn entry_to_wire(entry: Entry) -> wire::Entry {
    let (term, index) = (term_of(&entry.log_id), entry.log_id.index);
    let (kind, count, body) = payload_parts(entry.payload);
    let body = body.chunks().iter().filter(|c| !c.is_empty()).cloned().collect();
    wire::Entry { term, index, kind: u32::from(kind), count, body }
}

pub(super) fn entry_from_wire(entry: wire::Entry) -> io::Result<Entry> {
    let kind = u8::try_from(entry.kind).map_err(|_| invalid("entry kind out of range"))?;
    let payload = payload_from(kind, entry.count, 0, body_of(entry.body))?;
    Ok(Entry { log_id: log_id(entry.term, entry.index), payload })
}

pub(super) fn body_of(mut chunks: Vec<Bytes>) -> wal::Body {
    match chunks.len() {
        0 => wal::Body::One(Bytes::new()),
        1 => wal::Body::One(chunks.swap_remove(0)),
        _ => wal::Body::Many(chunks.into()),
    }
}

fn payload_parts(payload: EntryPayload) -> (u8, u32, wal::Body) {
    match payload {
        EntryPayload::Blank => (BLANK, 0, wal::Body::One(Bytes::new())),
        EntryPayload::Normal(command) => (DATA, command.count, command.body),
        EntryPayload::Membership(m) => (MEMBERSHIP, 0, wal::Body::One(encode_membership(&m))),
    }
}

fn payload_from(kind: u8, count: u32, base: u64, body: wal::Body) -> io::Result<EntryPayload> {
    match kind {
        BLANK => Ok(EntryPayload::Blank),
        DATA => Ok(EntryPayload::Normal(Command { count, base, body })),
        MEMBERSHIP => Ok(EntryPayload::Membership(decode_membership(body.to_bytes())?)),
        other => Err(invalid(format!("entry of unknown kind {other}"))),
    }
}

/// Voter sets (several while a change is joint), then learners: counts as u32, ids as u64, big endian.
pub(super) fn encode_membership(membership: &Membership) -> Bytes {
    let mut out = BytesMut::new();
    let configs = membership.get_joint_config();
    out.put_u32(configs.len() as u32);
    for voters in configs {
        put_ids(&mut out, voters.iter().copied());
    }
    put_ids(&mut out, membership.nodes().map(|(id, _)| *id));
    out.freeze()
}

fn put_ids(out: &mut BytesMut, ids: impl Iterator<Item = u64>) {
    let ids: Vec<u64> = ids.collect();
    out.put_u32(ids.len() as u32);
    for id in ids {
        out.put_u64(id);
    }
}

pub(super) fn decode_membership(mut bytes: Bytes) -> io::Result<Membership> {
    let short = |_| invalid("membership entry cut short");
    let sets = bytes.try_get_u32().map_err(short)?;
    let mut configs = Vec::new();
    for _ in 0..sets {
        configs.push(get_ids(&mut bytes)?);
    }
    let nodes: BTreeMap<u64, EmptyNode> =
        get_ids(&mut bytes)?.into_iter().map(|id| (id, EmptyNode {})).collect();
    Membership::new(configs, nodes).map_err(|e| invalid(format!("membership entry: {e}")))
}

fn get_ids(bytes: &mut Bytes) -> io::Result<BTreeSet<u64>> {
    let short = |_| invalid("membership entry cut short");
    let count = bytes.try_get_u32().map_err(short)?;
    let mut ids = BTreeSet::new();
    for _ in 0..count {
        ids.insert(bytes.try_get_u64().map_err(short)?);
    }
    Ok(ids)
}

pub(super) fn vote_to_wire(vote: &Vote) -> wire::RaftVote {
    wire::RaftVote { term: vote.leader_id.term, node: vote.leader_id.voted_for, committed: vote.committed }
}

pub(super) fn vote_from_wire(vote: Option<wire::RaftVote>) -> io::Result<Vote> {
    let v = vote.ok_or_else(|| invalid("message without a vote"))?;
    Ok(vote_of(v.term, v.node, v.committed))
}

pub(super) fn vote_of(term: u64, node: u64, committed: bool) -> Vote {
    Vote::from_leader_id(openraft::impls::leader_id_std::LeaderId { term, voted_for: node }, committed)
}

pub(super) fn id_to_wire(id: &LogId) -> wire::LogId {
    wire::LogId { term: term_of(id), index: id.index }
}

pub(super) fn id_from_wire(id: Option<wire::LogId>) -> Option<LogId> {
    id.map(|id| log_id(id.term, id.index))
}

pub(super) fn id_from_wal(id: wal::LogId) -> LogId {
    log_id(id.term, id.index)
}

/// A state machine at a log position, as it is put into WAL checkpoints and snapshots.
pub(super) fn encode_state(
    last: Option<&LogId>,
    membership: &StoredMembership,
    state: Bytes,
) -> wire::Snapshot {
    wire::Snapshot {
        vote: None,
        last: last.map(id_to_wire),
        membership_id: membership.log_id().as_ref().map(id_to_wire),
        membership: encode_membership(membership.membership()),
        state,
        end: 0,
        base: None,
        replica: 0,
        taken_at_ms: 0,
    }
}

pub(super) fn decode_state(snapshot: wire::Snapshot) -> io::Result<(Option<LogId>, StoredMembership, Bytes)> {
    let membership = decode_membership(snapshot.membership)?;
    let stored = StoredMembership::new(id_from_wire(snapshot.membership_id), membership);
    Ok((id_from_wire(snapshot.last), stored, snapshot.state))
}

/// A WAL checkpoint of a group.
pub(super) fn decode_checkpoint(bytes: &[u8]) -> io::Result<wire::Snapshot> {
    prost::Message::decode(bytes).map_err(|e| invalid(format!("WAL checkpoint: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_membership_survives_its_encoding(sets in prop::collection::vec(prop::collection::btree_set(0u64..20, 1..5), 1..3),
                                              learners in prop::collection::btree_set(20u64..40, 0..4)) {
            let mut nodes: BTreeMap<u64, EmptyNode> = learners.into_iter().map(|id| (id, EmptyNode {})).collect();
            sets.iter().flatten().for_each(|id| { nodes.insert(*id, EmptyNode {}); });
            let membership = Membership::new(sets, nodes).unwrap();
            prop_assert_eq!(decode_membership(encode_membership(&membership)).unwrap(), membership);
        }

        #[test]
        fn any_bytes_decode_to_a_membership_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode_membership(Bytes::from(bytes));
        }
    }
}
