//! The records of `__consumer_offsets`, in Kafka's own formats: `OffsetCommitKey` 0–1 with
//! `OffsetCommitValue` 0–4, `GroupMetadataKey` 2 with `GroupMetadataValue` 0–4. Written are the
//! versions that Kafka 4 writes: key 1 and value 3 (value 1 when the client set a retention time),
//! key 2 and value 3. A null value deletes (a tombstone).
//!
//! Must never panic on what it reads, and must never take a record that it does not understand for
//! one that it does.

use bytes::Bytes;
use kafka_protocol::protocol::StrBytes;

use super::wire::{Reader, WireError, Writer};

/// Why a record cannot be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A key of a version that this broker does not know; perhaps a newer one wrote it.
    #[error(
        "a record of __consumer_offsets has a key of unknown version {0}; a newer broker may have written it"
    )]
    UnknownKey(i16),
    /// A value of a version that this broker does not know.
    #[error(
        "a record of __consumer_offsets has a value of unknown version {0}; a newer broker may have written it"
    )]
    UnknownValue(i16),
    /// The bytes are not what their version says, or a field cannot be written.
    #[error("a record of __consumer_offsets is malformed: {0}")]
    Malformed(#[from] WireError),
}

/// What a record is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// The committed offset of a partition.
    Offset {
        /// Group that committed it.
        group: StrBytes,
        /// Topic.
        topic: StrBytes,
        /// Partition of the topic.
        partition: i32,
    },
    /// The generation of a group.
    Group {
        /// The group.
        group: StrBytes,
    },
}

/// A committed offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedOffset {
    /// The next offset that the group will read.
    pub offset: i64,
    /// Leader epoch of the last record that was read; −1: unknown (KIP-320).
    pub leader_epoch: i32,
    /// Text that the client attached.
    pub metadata: StrBytes,
    /// When it was committed, in milliseconds since 1970.
    pub commit_timestamp_ms: i64,
    /// When it expires, if the client said so (`OffsetCommit` 2–4), in milliseconds since 1970.
    pub expire_timestamp_ms: Option<i64>,
}

/// A generation of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMetadata {
    /// Type of the protocol; empty while nobody has joined.
    pub protocol_type: StrBytes,
    /// The generation.
    pub generation: i32,
    /// Selected protocol.
    pub protocol: Option<StrBytes>,
    /// Member id of the leader.
    pub leader: Option<StrBytes>,
    /// Since when the group is in its state, in milliseconds since 1970; −1: unknown.
    pub state_timestamp_ms: i64,
    /// The members.
    pub members: Vec<MemberMetadata>,
}

/// A member of a stored generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberMetadata {
    /// Member id.
    pub member_id: StrBytes,
    /// Instance id of a static member.
    pub instance_id: Option<StrBytes>,
    /// `client.id`.
    pub client_id: StrBytes,
    /// Address of the client.
    pub client_host: StrBytes,
    /// Rebalance timeout in milliseconds; −1: as the session timeout.
    pub rebalance_timeout_ms: i32,
    /// Session timeout in milliseconds.
    pub session_timeout_ms: i32,
    /// Metadata for the selected protocol.
    pub subscription: Bytes,
    /// The member's assignment.
    pub assignment: Bytes,
}

impl Key {
    /// The key's bytes.
    ///
    /// # Errors
    /// A name that is longer than 32,767 bytes.
    pub fn encode(&self) -> Result<Bytes, RecordError> {
        let mut writer = Writer::default();
        match self {
            Self::Offset { group, topic, partition } => {
                writer.i16(1);
                writer.string(group, "group")?;
                writer.string(topic, "topic")?;
                writer.i32(*partition);
            }
            Self::Group { group } => {
                writer.i16(2);
                writer.string(group, "group")?;
            }
        }
        Ok(writer.finish())
    }

    /// Reads a key.
    ///
    /// # Errors
    /// Unknown versions and malformed bytes.
    pub fn decode(bytes: Bytes) -> Result<Self, RecordError> {
        let mut reader = Reader::new(bytes);
        match reader.i16("version")? {
            0 | 1 => Ok(Self::Offset {
                group: reader.string("group")?,
                topic: reader.string("topic")?,
                partition: reader.i32("partition")?,
            }),
            2 => Ok(Self::Group { group: reader.string("group")? }),
            version => Err(RecordError::UnknownKey(version)),
        }
    }
}

impl CommittedOffset {
    /// The value's bytes.
    ///
    /// # Errors
    /// Metadata that is longer than 32,767 bytes.
    pub fn encode(&self) -> Result<Bytes, RecordError> {
        let mut writer = Writer::default();
        writer.i16(if self.expire_timestamp_ms.is_some() { 1 } else { 3 });
        writer.i64(self.offset);
        if self.expire_timestamp_ms.is_none() {
            writer.i32(self.leader_epoch);
        }
        writer.string(&self.metadata, "metadata")?;
        writer.i64(self.commit_timestamp_ms);
        if let Some(expire) = self.expire_timestamp_ms {
            writer.i64(expire);
        }
        Ok(writer.finish())
    }

    /// Reads a value.
    ///
    /// # Errors
    /// Unknown versions and malformed bytes.
    pub fn decode(bytes: Bytes) -> Result<Self, RecordError> {
        let mut reader = Reader::new(bytes);
        let version = reader.i16("version")?;
        if !(0..=4).contains(&version) {
            return Err(RecordError::UnknownValue(version));
        }
        reader.set_compact(version >= 4);
        let offset = reader.i64("offset")?;
        let leader_epoch = if version >= 3 { reader.i32("leaderEpoch")? } else { -1 };
        let metadata = reader.string("metadata")?;
        let commit_timestamp_ms = reader.i64("commitTimestamp")?;
        let expire = if version == 1 { reader.i64("expireTimestamp")? } else { -1 };
        reader.skip_tags("OffsetCommitValue")?;
        Ok(Self {
            offset,
            leader_epoch,
            metadata,
            commit_timestamp_ms,
            expire_timestamp_ms: Some(expire).filter(|at| *at >= 0),
        })
    }
}

impl GroupMetadata {
    /// The value's bytes.
    ///
    /// # Errors
    /// A string that is longer than 32,767 bytes.
    pub fn encode(&self) -> Result<Bytes, RecordError> {
        let mut writer = Writer::default();
        writer.i16(3);
        writer.string(&self.protocol_type, "protocolType")?;
        writer.i32(self.generation);
        writer.nullable_string(self.protocol.as_deref(), "protocol")?;
        writer.nullable_string(self.leader.as_deref(), "leader")?;
        writer.i64(self.state_timestamp_ms);
        writer.count(self.members.len(), "members")?;
        for member in &self.members {
            writer.string(&member.member_id, "memberId")?;
            writer.nullable_string(member.instance_id.as_deref(), "groupInstanceId")?;
            writer.string(&member.client_id, "clientId")?;
            writer.string(&member.client_host, "clientHost")?;
            writer.i32(member.rebalance_timeout_ms);
            writer.i32(member.session_timeout_ms);
            writer.bytes(&member.subscription, "subscription")?;
            writer.bytes(&member.assignment, "assignment")?;
        }
        Ok(writer.finish())
    }

    /// Reads a value.
    ///
    /// # Errors
    /// Unknown versions and malformed bytes.
    pub fn decode(bytes: Bytes) -> Result<Self, RecordError> {
        let mut reader = Reader::new(bytes);
        let version = reader.i16("version")?;
        if !(0..=4).contains(&version) {
            return Err(RecordError::UnknownValue(version));
        }
        reader.set_compact(version >= 4);
        let protocol_type = reader.string("protocolType")?;
        let generation = reader.i32("generation")?;
        let protocol = reader.nullable_string("protocol")?;
        let leader = reader.nullable_string("leader")?;
        let state_timestamp_ms = if version >= 2 { reader.i64("currentStateTimestamp")? } else { -1 };
        let count = reader.count("members")?;
        let mut members = Vec::new();
        for _ in 0..count {
            members.push(MemberMetadata::decode(&mut reader, version)?);
        }
        reader.skip_tags("GroupMetadataValue")?;
        Ok(Self { protocol_type, generation, protocol, leader, state_timestamp_ms, members })
    }
}

impl MemberMetadata {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, WireError> {
        let member_id = reader.string("memberId")?;
        let instance_id = if version >= 3 { reader.nullable_string("groupInstanceId")? } else { None };
        let client_id = reader.string("clientId")?;
        let client_host = reader.string("clientHost")?;
        let rebalance_timeout_ms = if version >= 1 { reader.i32("rebalanceTimeout")? } else { -1 };
        let session_timeout_ms = reader.i32("sessionTimeout")?;
        let subscription = reader.bytes("subscription")?;
        let assignment = reader.bytes("assignment")?;
        reader.skip_tags("MemberMetadata")?;
        Ok(Self {
            member_id,
            instance_id,
            client_id,
            client_host,
            rebalance_timeout_ms,
            session_timeout_ms,
            subscription,
            assignment,
        })
    }
}

/// The topics in a `consumer` subscription, as far as they can be read: every version of the
/// format begins with a version and the array of topics. `None`: it is something else.
pub fn subscribed_topics(subscription: &Bytes) -> Option<Vec<StrBytes>> {
    let mut reader = Reader::new(subscription.clone());
    reader.i16("version").ok()?;
    let count = reader.count("topics").ok()?;
    let mut topics = Vec::new();
    for _ in 0..count {
        topics.push(reader.string("topic").ok()?);
    }
    Some(topics)
}

/// The partitions in a `consumer` assignment, as far as they can be read: every version of the format begins with a
/// version and the array of topics with their partitions. `None`: it is something else.
pub fn assigned_partitions(assignment: &Bytes) -> Option<Vec<(StrBytes, i32)>> {
    let mut reader = Reader::new(assignment.clone());
    reader.i16("version").ok()?;
    let mut assigned = Vec::new();
    for _ in 0..reader.count("topics").ok()? {
        let topic = reader.string("topic").ok()?;
        for _ in 0..reader.count("partitions").ok()? {
            assigned.push((topic.clone(), reader.i32("partition").ok()?));
        }
    }
    Some(assigned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text() -> impl Strategy<Value = StrBytes> {
        ".{0,12}".prop_map(StrBytes::from_string)
    }

    fn blob() -> impl Strategy<Value = Bytes> {
        proptest::collection::vec(any::<u8>(), 0..20).prop_map(Bytes::from)
    }

    prop_compose! {
        fn member()(
            member_id in text(), instance_id in proptest::option::of(text()), client_id in text(),
            client_host in text(), rebalance_timeout_ms in any::<i32>(), session_timeout_ms in any::<i32>(),
            subscription in blob(), assignment in blob(),
        ) -> MemberMetadata {
            MemberMetadata {
                member_id, instance_id, client_id, client_host, rebalance_timeout_ms, session_timeout_ms,
                subscription, assignment,
            }
        }
    }

    proptest! {
        #[test]
        fn offset_records_round_trip(
            group in text(), topic in text(), partition in any::<i32>(), offset in any::<i64>(),
            leader_epoch in any::<i32>(), metadata in text(), commit_timestamp_ms in any::<i64>(),
        ) {
            let key = Key::Offset { group, topic, partition };
            prop_assert_eq!(Key::decode(key.encode().unwrap()).unwrap(), key);
            let value = CommittedOffset {
                offset, leader_epoch, metadata, commit_timestamp_ms, expire_timestamp_ms: None,
            };
            prop_assert_eq!(CommittedOffset::decode(value.encode().unwrap()).unwrap(), value);
        }

        #[test]
        fn group_records_round_trip(
            group in text(), protocol_type in text(), generation in any::<i32>(),
            protocol in proptest::option::of(text()), leader in proptest::option::of(text()),
            state_timestamp_ms in any::<i64>(), members in proptest::collection::vec(member(), 0..4),
        ) {
            let key = Key::Group { group };
            prop_assert_eq!(Key::decode(key.encode().unwrap()).unwrap(), key);
            let value =
                GroupMetadata { protocol_type, generation, protocol, leader, state_timestamp_ms, members };
            prop_assert_eq!(GroupMetadata::decode(value.encode().unwrap()).unwrap(), value);
        }

        #[test]
        fn any_bytes_are_read_or_refused_but_never_panic(version in -1i16..6, rest in blob()) {
            let bytes = Bytes::from([&version.to_be_bytes()[..], &rest[..]].concat());
            let _ = Key::decode(bytes.clone());
            let _ = CommittedOffset::decode(bytes.clone());
            let _ = GroupMetadata::decode(bytes.clone());
            let _ = subscribed_topics(&bytes);
        }
    }

    #[test]
    fn an_expiry_is_kept_in_the_version_that_has_one() {
        let value = CommittedOffset {
            offset: 7,
            leader_epoch: -1,
            metadata: StrBytes::from_static_str("m"),
            commit_timestamp_ms: 5,
            expire_timestamp_ms: Some(9),
        };
        let bytes = value.encode().unwrap();
        assert_eq!(&bytes[..2], [0, 1]);
        assert_eq!(CommittedOffset::decode(bytes).unwrap(), value);
    }

    #[test]
    fn the_bytes_are_those_of_kafka() {
        let key = Key::Offset {
            group: StrBytes::from_static_str("g"),
            topic: StrBytes::from_static_str("tt"),
            partition: 3,
        };
        assert_eq!(&key.encode().unwrap()[..], b"\0\x01\0\x01g\0\x02tt\0\0\0\x03");
        assert_eq!(
            &Key::Group { group: StrBytes::from_static_str("g") }.encode().unwrap()[..],
            b"\0\x02\0\x01g"
        );
        let value = CommittedOffset {
            offset: 1,
            leader_epoch: 2,
            metadata: StrBytes::new(),
            commit_timestamp_ms: 3,
            expire_timestamp_ms: None,
        };
        assert_eq!(&value.encode().unwrap()[..], b"\0\x03\0\0\0\0\0\0\0\x01\0\0\0\x02\0\0\0\0\0\0\0\0\0\x03");
    }

    #[test]
    fn a_flexible_value_with_a_tag_is_read() {
        // Version 4, as Kafka 4.1 writes it with the topic id in tag 0.
        let mut bytes = vec![0, 4];
        bytes.extend(42i64.to_be_bytes());
        bytes.extend(6i32.to_be_bytes());
        bytes.extend([2, b'x']);
        bytes.extend(99i64.to_be_bytes());
        bytes.extend([1, 0, 16]);
        bytes.extend([7; 16]);
        let value = CommittedOffset::decode(Bytes::from(bytes)).unwrap();
        assert_eq!((value.offset, value.leader_epoch, value.commit_timestamp_ms), (42, 6, 99));
        assert_eq!(value.metadata, StrBytes::from_static_str("x"));
    }

    #[test]
    fn a_count_beyond_the_bytes_is_an_error_not_an_allocation() {
        let mut writer = Writer::default();
        writer.i16(3);
        writer.string("consumer", "").unwrap();
        writer.i32(1);
        writer.nullable_string(None, "").unwrap();
        writer.nullable_string(None, "").unwrap();
        writer.i64(0);
        writer.i32(i32::MAX);
        assert_eq!(
            GroupMetadata::decode(writer.finish()),
            Err(RecordError::Malformed(WireError::Truncated("memberId")))
        );
    }

    #[test]
    fn an_assignment_tells_its_partitions_whatever_follows_them() {
        let mut writer = Writer::default();
        writer.i16(3);
        writer.count(2, "topics").unwrap();
        for (topic, partitions) in [("a", &[0, 2][..]), ("b", &[1])] {
            writer.string(topic, "topic").unwrap();
            writer.count(partitions.len(), "partitions").unwrap();
            for partition in partitions {
                writer.i32(*partition);
            }
        }
        writer.bytes(b"user data", "user data").unwrap();
        let assignment = writer.finish();
        let told = assigned_partitions(&assignment).unwrap();
        let told: Vec<(&str, i32)> = told.iter().map(|(topic, p)| (topic.as_str(), *p)).collect();
        assert_eq!(told, [("a", 0), ("a", 2), ("b", 1)]);
        assert_eq!(assigned_partitions(&assignment.slice(..12)), None);
        assert_eq!(assigned_partitions(&Bytes::new()), None);
    }
}
