//! `ElectLeaders` (KIP-183, KIP-460): gives partitions back to their preferred leaders.
//!
//! Unclean elections are never held: a leader that a majority of the replicas did not elect could be one
//! that lacks acknowledged records.

use std::sync::Arc;

use futures::{FutureExt, future::ready};
use kafka_protocol::{
    error::ResponseError,
    messages::{
        ElectLeadersRequest, ElectLeadersResponse, TopicName,
        elect_leaders_request::TopicPartitions,
        elect_leaders_response::{PartitionResult, ReplicaElectionResult},
    },
};

use super::{
    super::{
        backend::{Backend, Failure, PartitionInfo, TopicInfo},
        request::Envelope,
        session::Session,
    },
    Pending, each_once, failed, later, millis, next_result, text, unknown_partition,
};

/// `ElectionType` of Kafka.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Election {
    Preferred,
    Unclean,
}

/// A partition that an election is asked for.
struct Asked {
    name: TopicName,
    topic: Option<Arc<TopicInfo>>,
    partition: i32,
}

pub(super) fn start<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: ElectLeadersRequest,
) -> Pending {
    // Version 0 knows preferred ones only, and is decoded so.
    let election = match request.election_type {
        0 => Election::Preferred,
        1 => Election::Unclean,
        _ => {
            let code = ResponseError::InvalidRequest.code();
            return later(envelope, ready(ElectLeadersResponse::default().with_error_code(code)));
        }
    };
    let all = request.topic_partitions.is_none();
    let asked = match request.topic_partitions {
        Some(topics) => each_once(named(session, topics), |asked| (asked.name.clone(), asked.partition)),
        None => every_partition(session),
    };
    let mut possible = Vec::new();
    let mut checked = Vec::with_capacity(asked.len());
    for Asked { name, topic, partition } in asked {
        let result = check(election, topic.as_ref().and_then(|topic| topic.partition(partition)));
        if let (Ok(()), Some(topic)) = (&result, topic) {
            possible.push((topic, partition));
        }
        checked.push((name, partition, result));
    }
    let elected = session.node.elect_leaders(possible, millis(request.timeout_ms));
    later(
        envelope,
        elected.map(move |elected| {
            let mut elected = elected.into_iter();
            let results = checked.into_iter().map(|(name, partition, result)| {
                (name, partition, result.and_then(|()| next_result(&mut elected)))
            });
            // Who asks for all wants to hear only of those where something was to be done.
            let told = results.filter(|(_, _, result)| !(all && is_not_needed(result)));
            ElectLeadersResponse::default().with_replica_election_results(by_topic(told))
        }),
    )
}

fn named<B: Backend>(session: &Session<B>, topics: Vec<TopicPartitions>) -> Vec<Asked> {
    let asked = topics.into_iter().flat_map(|asked| {
        let topic = session.node.topic(&asked.topic);
        let name = asked.topic;
        let partition = move |partition| Asked { name: name.clone(), topic: topic.clone(), partition };
        asked.partitions.into_iter().map(partition)
    });
    asked.collect()
}

fn every_partition<B: Backend>(session: &Session<B>) -> Vec<Asked> {
    let asked = session.node.topics().into_iter().flat_map(|topic| {
        let name = TopicName(text(&*topic.name));
        let indexes: Vec<i32> = topic.partitions.iter().map(|partition| partition.index).collect();
        indexes.into_iter().map(move |partition| Asked {
            name: name.clone(),
            topic: Some(Arc::clone(&topic)),
            partition,
        })
    });
    asked.collect()
}

/// What can be told without an election.
fn check(election: Election, partition: Option<&PartitionInfo>) -> Result<(), Failure> {
    let partition = partition.ok_or_else(unknown_partition)?;
    let preferred = partition.replicas.first();
    match (election, partition.leader) {
        (Election::Preferred, leader) if leader.as_ref() == preferred => {
            Err(ResponseError::ElectionNotNeeded.into())
        }
        (Election::Preferred, _) if preferred.is_none_or(|id| !partition.isr.contains(id)) => {
            Err(Failure::new(
                ResponseError::PreferredLeaderNotAvailable,
                "the preferred leader is not alive or not in sync: try again once it is",
            ))
        }
        (Election::Preferred, _) => Ok(()),
        (Election::Unclean, Some(_)) => Err(ResponseError::ElectionNotNeeded.into()),
        (Election::Unclean, None) => Err(Failure::new(
            ResponseError::EligibleLeadersNotAvailable,
            "leaders are never elected uncleanly: bring back brokers until a majority of the replicas is alive",
        )),
    }
}

fn is_not_needed(result: &Result<(), Failure>) -> bool {
    matches!(result, Err(failure) if failure.error == ResponseError::ElectionNotNeeded)
}

fn by_topic(
    results: impl Iterator<Item = (TopicName, i32, Result<(), Failure>)>,
) -> Vec<ReplicaElectionResult> {
    let mut topics: Vec<ReplicaElectionResult> = Vec::new();
    for (name, partition, result) in results {
        let (code, message) = result.map_or_else(failed, |()| (0, None));
        let result = PartitionResult::default()
            .with_partition_id(partition)
            .with_error_code(code)
            .with_error_message(message);
        match topics.last_mut() {
            Some(topic) if topic.topic == name => topic.partition_result.push(result),
            _ => topics
                .push(ReplicaElectionResult::default().with_topic(name).with_partition_result(vec![result])),
        }
    }
    topics
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition(leader: Option<i32>, isr: &[i32]) -> PartitionInfo {
        let replicas = vec![1, 2, 3];
        PartitionInfo { index: 0, leader, leader_epoch: 5, replicas, isr: isr.to_vec(), offline: vec![] }
    }

    fn refusal(election: Election, partition: Option<&PartitionInfo>) -> Option<ResponseError> {
        check(election, partition).err().map(|failure| failure.error)
    }

    #[test]
    fn a_preferred_leader_that_is_in_sync_is_elected_unless_it_leads() {
        let refusal = |leader, isr| refusal(Election::Preferred, Some(&partition(leader, isr)));
        assert_eq!(refusal(Some(2), &[1, 2, 3]), None);
        assert_eq!(refusal(Some(1), &[1, 2, 3]), Some(ResponseError::ElectionNotNeeded));
        assert_eq!(refusal(Some(2), &[2, 3]), Some(ResponseError::PreferredLeaderNotAvailable));
        assert_eq!(refusal(None, &[]), Some(ResponseError::PreferredLeaderNotAvailable));
    }

    #[test]
    fn no_leader_is_ever_elected_uncleanly() {
        let refusal = |leader, isr| refusal(Election::Unclean, Some(&partition(leader, isr)));
        assert_eq!(refusal(Some(2), &[2]), Some(ResponseError::ElectionNotNeeded));
        assert_eq!(refusal(None, &[]), Some(ResponseError::EligibleLeadersNotAvailable));
    }

    #[test]
    fn a_partition_that_is_not_there_is_unknown() {
        for election in [Election::Preferred, Election::Unclean] {
            assert_eq!(refusal(election, None), Some(ResponseError::UnknownTopicOrPartition));
        }
    }
}
