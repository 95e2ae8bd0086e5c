//! What a fresh node makes of its peers' answers: whether it founds a cluster, belongs to one as a founder, joins one,
//! or waits.
//!
//! A cluster with static peers is founded by the peer with the lowest id, once every peer has answered that it has no
//! cluster. The founders are all peers with the data directories that they had then; whoever is not among them comes
//! later, by joining: a node that lost its directory, one that was added, one whose configuration names other peers. So
//! nobody initialises a cluster twice, and no vote or acknowledgement of a lost disk is given again.
//!
//! Must never: do I/O.

use std::collections::BTreeMap;

use crate::raft::transport::hello::{Answer, AskError, Cluster, Founder};

/// Every peer that was asked, and what it answered.
pub type Answers = BTreeMap<i32, Result<Answer, AskError>>;

/// What a fresh node does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It founds a cluster with these voters, itself among them.
    Found(Vec<Founder>),
    /// It is a founder of this cluster.
    Belong(Cluster),
    /// It asks to be let into this cluster.
    Join(Cluster),
}

/// Why it cannot be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undecided {
    /// Not yet: it asks again, and this is what it waits for.
    Wait(String),
    /// Not at all.
    Hopeless(Hopeless),
}

impl From<Hopeless> for Undecided {
    fn from(e: Hopeless) -> Self {
        Self::Hopeless(e)
    }
}

/// Why a fresh node cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Hopeless {
    /// Peers belong to different clusters.
    #[error(
        "the configured nodes belong to different clusters ({first} and {second}): check their addresses"
    )]
    MixedClusters {
        /// One of them.
        first: String,
        /// Another.
        second: String,
    },
    /// A peer does not talk to this node as both are.
    #[error("node {peer} does not talk to this node: {reason}")]
    Refused {
        /// The peer.
        peer: i32,
        /// Why.
        reason: String,
    },
}

/// What a node with static peers does. `answers` has an entry for each of the others.
pub fn decide_among_peers(me: Founder, answers: &Answers) -> Result<Decision, Undecided> {
    if let Some(cluster) = one_cluster(answers)? {
        return match cluster {
            cluster if cluster.founders.contains(&me) => Ok(Decision::Belong(cluster)),
            cluster if cluster.formed || !cluster.founders.is_empty() => Ok(Decision::Join(cluster)),
            cluster => Err(Undecided::Wait(format!(
                "cluster {} has not formed yet; an older build founded it and did not write down with which nodes",
                cluster.id
            ))),
        };
    }
    let missing = missing(answers);
    if !missing.is_empty() {
        return Err(Undecided::Wait(format!(
            "a first start needs every peer to answer once ({missing}): start the missing nodes, or correct [[peers]]"
        )));
    }
    let others = answers.values().flatten();
    let mut founders: Vec<Founder> =
        others.map(|a| Founder { id: a.node_id, directory_id: a.directory_id }).chain([me]).collect();
    founders.sort_unstable_by_key(|f| f.id);
    match founders.first() {
        Some(lowest) if lowest.id != me.id => Err(Undecided::Wait(format!(
            "node {}, the peer with the lowest id, has not founded the cluster yet",
            lowest.id
        ))),
        _ => Ok(Decision::Found(founders)),
    }
}

/// The cluster that a node with seeds joins: what one of them belongs to.
pub fn decide_by_seeds(answers: &Answers) -> Result<Cluster, Undecided> {
    match one_cluster(answers)? {
        Some(cluster) if cluster.formed => Ok(cluster),
        Some(cluster) => Err(Undecided::Wait(format!("cluster {} has not formed yet", cluster.id))),
        None => {
            let missing = missing(answers);
            let missing = if missing.is_empty() { "none of them has a cluster yet" } else { &missing };
            Err(Undecided::Wait(format!(
                "no seed node belongs to a cluster ({missing}): the first node of a cluster is started with seed_nodes = []"
            )))
        }
    }
}

/// The cluster that the peers belong to: formed, if one of them says so.
fn one_cluster(answers: &Answers) -> Result<Option<Cluster>, Hopeless> {
    let mut found: Option<Cluster> = None;
    for (peer, answer) in answers {
        let cluster = match answer {
            Ok(answer) if answer.node_id == *peer => answer.cluster.clone(),
            Err(AskError::Refused(reason)) => {
                return Err(Hopeless::Refused { peer: *peer, reason: reason.clone() });
            }
            _ => None,
        };
        found = match (found, cluster) {
            (Some(first), Some(second)) if first.id != second.id => {
                return Err(Hopeless::MixedClusters { first: first.id, second: second.id });
            }
            (Some(first), Some(second)) => Some(Cluster {
                founders: if first.founders.is_empty() { second.founders } else { first.founders },
                formed: first.formed || second.formed,
                id: first.id,
            }),
            (first, second) => first.or(second),
        };
    }
    Ok(found)
}

/// Who has not answered, and why.
fn missing(answers: &Answers) -> String {
    let reason = |(peer, answer): (&i32, &Result<Answer, AskError>)| match answer {
        Ok(answer) if answer.node_id == *peer => None,
        Ok(answer) => Some(format!("node {} answers at the address of node {peer}", answer.node_id)),
        Err(e) => Some(format!("node {peer}: {e}")),
    };
    answers.iter().filter_map(reason).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// A node with the directory that it had when the cluster was founded.
    fn node(id: i32) -> Founder {
        Founder { id, directory_id: Uuid::from_u128(id as u128) }
    }

    /// The same node after it has lost that directory.
    fn wiped(id: i32) -> Founder {
        Founder { id, directory_id: Uuid::from_u128(100 + id as u128) }
    }

    fn cluster(id: &str, formed: bool) -> Cluster {
        Cluster { id: id.into(), founders: [1, 2, 3].map(node).into(), formed }
    }

    fn fresh(id: i32) -> (i32, Result<Answer, AskError>) {
        (id, Ok(Answer { node_id: id, directory_id: node(id).directory_id, cluster: None }))
    }

    fn member(id: i32, cluster: Cluster) -> (i32, Result<Answer, AskError>) {
        (id, Ok(Answer { node_id: id, directory_id: node(id).directory_id, cluster: Some(cluster) }))
    }

    fn silent(id: i32) -> (i32, Result<Answer, AskError>) {
        (id, Err(AskError::NoAnswer("Connection refused".into())))
    }

    fn decide<const N: usize>(
        me: Founder,
        answers: [(i32, Result<Answer, AskError>); N],
    ) -> Result<Decision, Undecided> {
        decide_among_peers(me, &answers.into())
    }

    fn waits_for<T: std::fmt::Debug>(decision: Result<T, Undecided>, what: &str) {
        assert!(matches!(&decision, Err(Undecided::Wait(reason)) if reason.contains(what)), "{decision:?}");
    }

    #[test]
    fn the_lowest_of_the_fresh_peers_founds_when_all_have_answered() {
        let founders = [1, 2, 3].map(node).to_vec();
        assert_eq!(decide(node(1), [fresh(2), fresh(3)]), Ok(Decision::Found(founders)));
        waits_for(decide(node(2), [fresh(1), fresh(3)]), "node 1, the peer with the lowest id");
        waits_for(decide(node(1), [fresh(2), silent(3)]), "node 3: Connection refused");
        assert_eq!(decide(node(1), []), Ok(Decision::Found(vec![node(1)])), "it is the only peer");
    }

    #[test]
    fn a_node_that_answers_at_anothers_address_does_not_count() {
        let mistaken = (3, fresh(4).1);
        waits_for(decide(node(1), [fresh(2), mistaken]), "node 4 answers at the address of node 3");
    }

    #[test]
    fn a_founder_takes_the_cluster_from_any_peer_that_has_it() {
        let founded = cluster("c", false);
        for answers in [[member(1, founded.clone()), silent(3)], [fresh(1), member(3, founded.clone())]] {
            assert_eq!(decide(node(2), answers), Ok(Decision::Belong(founded.clone())));
        }
    }

    #[test]
    fn a_founder_that_died_before_it_stored_its_identity_is_still_a_founder_of_the_formed_cluster() {
        let formed = cluster("c", true);
        assert_eq!(decide(node(3), [member(1, formed.clone()), silent(2)]), Ok(Decision::Belong(formed)));
    }

    #[test]
    fn a_wiped_founder_joins_even_if_it_has_the_lowest_id() {
        let formed = cluster("c", true);
        assert_eq!(decide(wiped(1), [member(2, formed.clone()), silent(3)]), Ok(Decision::Join(formed)));
    }

    #[test]
    fn a_node_that_was_not_there_at_the_founding_joins() {
        for known in [cluster("c", false), cluster("c", true)] {
            let answers = [member(1, known.clone()), member(2, known.clone()), silent(3)];
            assert_eq!(decide(node(4), answers), Ok(Decision::Join(known)));
        }
    }

    #[test]
    fn one_peer_that_has_seen_it_formed_is_enough() {
        let answers = [member(1, cluster("c", false)), member(2, cluster("c", true))];
        assert_eq!(decide(node(4), answers), Ok(Decision::Join(cluster("c", true))));
    }

    #[test]
    fn a_cluster_of_an_older_build_is_joined_once_it_is_formed() {
        let old = |formed| Cluster { founders: Vec::new(), ..cluster("c", formed) };
        waits_for(decide(node(2), [member(1, old(false)), fresh(3)]), "an older build founded it");
        assert_eq!(decide(node(2), [member(1, old(true)), fresh(3)]), Ok(Decision::Join(old(true))));
    }

    #[test]
    fn peers_of_different_clusters_are_a_mistake() {
        let answers = Answers::from([member(1, cluster("a", true)), member(2, cluster("b", true))]);
        let mixed = Hopeless::MixedClusters { first: "a".into(), second: "b".into() };
        assert_eq!(decide_among_peers(node(3), &answers), Err(mixed.clone().into()));
        assert_eq!(decide_by_seeds(&answers), Err(mixed.into()));
    }

    #[test]
    fn a_peer_that_refuses_to_talk_ends_the_start() {
        let refusal = (1, Err(AskError::Refused("upgrade node 1".into())));
        let answers = Answers::from([refusal, fresh(2)]);
        let hopeless = Hopeless::Refused { peer: 1, reason: "upgrade node 1".into() };
        assert_eq!(decide_among_peers(node(3), &answers), Err(hopeless.into()));
    }

    #[test]
    fn a_node_with_seeds_joins_a_formed_cluster_and_never_founds_one() {
        let decide = |answers: Vec<_>| decide_by_seeds(&answers.into_iter().collect());
        let formed = cluster("c", true);
        assert_eq!(decide(vec![silent(1), member(2, formed.clone())]), Ok(formed));
        waits_for(decide(vec![member(1, cluster("c", false))]), "has not formed");
        waits_for(decide(vec![fresh(1), silent(2)]), "node 2: Connection refused");
        waits_for(decide(vec![fresh(1)]), "none of them has a cluster yet");
    }
}
