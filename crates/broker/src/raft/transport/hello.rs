//! The question that a fresh node asks its peers before it takes part in anything.

use super::link::endpoint;
use super::wire::HelloRequest;
use super::wire::peer_client::PeerClient;

/// What a peer answers.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The peer's broker id.
    pub node_id: i32,
    /// Its cluster; empty if it has none yet.
    pub cluster_id: String,
    /// Whether it knows the asking node under another data directory.
    pub registered_elsewhere: bool,
}

/// Asks the peer at `address` (`host:port` of its `raft` port). The error says why there is no answer.
pub async fn ask(address: &str, node_id: i32, directory_id: &str) -> Result<Answer, String> {
    let channel = endpoint(address).map_err(|e| e.to_string())?.connect().await.map_err(|e| e.to_string())?;
    let request = HelloRequest { node_id: node_id as u32, directory_id: directory_id.to_owned() };
    let reply =
        PeerClient::new(channel).hello(request).await.map_err(|s| s.message().to_owned())?.into_inner();
    Ok(Answer {
        node_id: reply.node_id as i32,
        cluster_id: reply.cluster_id,
        registered_elsewhere: reply.registered_elsewhere,
    })
}
