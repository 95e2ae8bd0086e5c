//! Requests that one node makes of another.
//!
//! A request that reached the wrong node is passed to the right one once; it is never passed on again.

use bytes::Bytes;

use crate::raft::METADATA_GROUP;
use crate::raft::transport::wire::{Call, envelope::Body};
use crate::raft::transport::{Class, LinkError, Peers};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Method {
    /// Propose a metadata command to the metadata leader.
    ProposeMetadata = 1,
    /// Append record batches at the partition's leader.
    Produce = 2,
    /// Look up an offset at the partition's leader.
    ListOffset = 3,
    /// Move the log start offset at the partition's leader.
    DeleteRecords = 4,
    /// Tell how large the groups on the node are, and how far replicas being added have come.
    Report = 5,
    /// Hand leadership of a partition to its preferred replica, or to one that is named.
    HandOver = 6,
    /// Answer a request of the admin API that another node has authenticated.
    Admin = 7,
    /// Tell of the node itself and of the groups that it leads.
    Survey = 8,
    /// About consumer groups, at their coordinator, and the bounds of partitions, at their leader.
    Groups = 20,
}

impl Method {
    /// The method of that number.
    pub fn from_number(number: u32) -> Option<Self> {
        let all = [
            Self::ProposeMetadata,
            Self::Produce,
            Self::ListOffset,
            Self::DeleteRecords,
            Self::Report,
            Self::HandOver,
            Self::Groups,
            Self::Survey,
            Self::Admin,
        ];
        all.into_iter().find(|m| *m as u32 == number)
    }

    /// Bulk data must not delay control messages.
    fn class(self) -> Class {
        match self {
            Self::ProposeMetadata | Self::HandOver => Class::Control,
            Self::Produce
            | Self::ListOffset
            | Self::DeleteRecords
            | Self::Report
            | Self::Groups
            | Self::Survey
            | Self::Admin => Class::Bulk,
        }
    }
}

/// Why a call has no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CallError {
    /// The stream to the node is down, broke, or the node refused.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The node is not known.
    #[error("node {0} is not known here")]
    UnknownNode(i32),
    /// The answer makes no sense.
    #[error("an answer that cannot be read: {0}")]
    Malformed(String),
}

/// Makes calls. Cheap to clone.
#[derive(Clone)]
pub struct Caller {
    peers: Peers,
}

impl Caller {
    /// Calls over these peers' streams.
    pub fn new(peers: Peers) -> Self {
        Self { peers }
    }

    /// This node's broker id.
    pub fn me(&self) -> i32 {
        self.peers.me()
    }

    /// Sends the request before it returns, so that the order of calls is the order on the wire, and gives the
    /// answer. Takes nothing of the stream's byte budget: what is passed on is held by the budget of the listener that
    /// it came from.
    pub fn call(
        &self,
        node: i32,
        method: Method,
        header: Bytes,
        body: Vec<Bytes>,
    ) -> impl Future<Output = Result<Bytes, CallError>> + Send + use<> {
        let answer = self.peers.link(node, method.class()).map(|link| {
            let call = Body::Call(Call { method: method as u32, header, body });
            link.request(METADATA_GROUP, 0, call, None)
        });
        async move {
            match answer.ok_or(CallError::UnknownNode(node))?.await {
                Ok(Ok(Body::CallReply(reply))) => Ok(reply.payload),
                Ok(Ok(_)) => Err(CallError::Malformed("not an answer to a call".into())),
                Ok(Err(e)) => Err(e.into()),
                Err(_) => Err(LinkError::Broken(node).into()),
            }
        }
    }
}
