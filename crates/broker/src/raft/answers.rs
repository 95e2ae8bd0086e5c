//! What peers ask of a group: the answering side of Raft's messages.
//!
//! Must never: take a message that is meant for another replica (the caller has compared the ids).

use std::io;

use openraft::raft::{AppendEntriesRequest, AppendEntriesResponse, TransferLeaderRequest, VoteRequest};
use prost::Message;

use super::codec::{decode_state, entry_from_wire, id_from_wire, id_to_wire, vote_from_wire, vote_to_wire};
use super::group::Group;
use super::transport::wire::{self, append_reply::Status, envelope::Body};
use super::types::{Snapshot, SnapshotMeta};

impl Group {
    /// Processes a peer's message.
    pub(super) async fn handle(&self, message: Body) -> Result<Body, String> {
        match message {
            Body::Append(append) => self.handle_append(append).await,
            Body::Vote(vote) => self.handle_vote(vote).await,
            Body::TransferLeader(transfer) => self.handle_transfer(transfer).await,
            Body::Snapshot(snapshot) => self.handle_snapshot(snapshot).await,
            _ => Err("a message of this kind is not for a group".into()),
        }
    }

    async fn handle_append(&self, append: wire::Append) -> Result<Body, String> {
        let entries: io::Result<Vec<_>> = append.entries.into_iter().map(entry_from_wire).collect();
        let rpc = AppendEntriesRequest {
            vote: vote_from_wire(append.vote).map_err(text)?,
            prev_log_id: id_from_wire(append.prev),
            entries: entries.map_err(text)?,
            leader_commit: id_from_wire(append.commit),
        };
        let mut reply = wire::AppendReply::default();
        match self.raft.append_entries(rpc).await.map_err(text)? {
            AppendEntriesResponse::Success => reply.set_status(Status::Success),
            AppendEntriesResponse::PartialSuccess(matched) => {
                reply.set_status(Status::Partial);
                reply.matched = matched.as_ref().map(id_to_wire);
            }
            AppendEntriesResponse::Conflict => reply.set_status(Status::Conflict),
            AppendEntriesResponse::HigherVote(vote) => {
                reply.set_status(Status::HigherVote);
                reply.vote = Some(vote_to_wire(&vote));
            }
        }
        Ok(Body::AppendReply(reply))
    }

    async fn handle_vote(&self, vote: wire::Vote) -> Result<Body, String> {
        let mut rpc = VoteRequest::new(vote_from_wire(vote.vote).map_err(text)?, id_from_wire(vote.last));
        rpc.leadership_transfer = vote.leadership_transfer;
        let answer = if vote.pre_vote { self.raft.pre_vote(rpc).await } else { self.raft.vote(rpc).await };
        let answer = answer.map_err(text)?;
        Ok(Body::VoteReply(wire::VoteReply {
            vote: Some(vote_to_wire(&answer.vote)),
            last: answer.last_log_id.as_ref().map(id_to_wire),
            granted: answer.vote_granted,
        }))
    }

    async fn handle_transfer(&self, transfer: wire::TransferLeader) -> Result<Body, String> {
        let from = vote_from_wire(transfer.from).map_err(text)?;
        let rpc = TransferLeaderRequest::new(from, transfer.to, id_from_wire(transfer.last));
        let answer = self.raft.handle_transfer_leader(rpc).await.map_err(text)?;
        Ok(Body::TransferLeaderReply(wire::TransferLeaderReply { accepted: answer.is_ok() }))
    }

    async fn handle_snapshot(&self, mut message: wire::Snapshot) -> Result<Body, String> {
        let vote = vote_from_wire(message.vote.take()).map_err(text)?;
        let (last_log_id, last_membership, _) = decode_state(message.clone()).map_err(text)?;
        let meta = SnapshotMeta { last_log_id, last_membership };
        let snapshot = Snapshot { meta, snapshot: message.encode_to_vec().into() };
        let answer = self.raft.install_full_snapshot(vote, snapshot).await.map_err(text)?;
        Ok(Body::SnapshotReply(wire::SnapshotReply { vote: Some(vote_to_wire(&answer.vote)) }))
    }
}

fn text(e: impl std::fmt::Display) -> String {
    e.to_string()
}
