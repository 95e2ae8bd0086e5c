//! What other nodes ask of this one.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use futures::FutureExt;

use super::Node;
use crate::admin::Api;
use crate::cluster::MetadataLog;
use crate::cluster::calls::Method;
use crate::raft::transport::CallHandler;
use crate::raft::transport::server::BoxFuture;

/// Answers calls: metadata proposals from the moment that the metadata group runs, the rest once the node does.
#[derive(Clone, Default)]
pub(super) struct Calls {
    pub(super) metadata: Arc<OnceLock<MetadataLog>>,
    pub(super) node: Arc<OnceLock<Node>>,
    /// Holds the node, so it is not in there.
    pub(super) admin: Arc<OnceLock<Api>>,
}

fn not_yet() -> BoxFuture<Result<Bytes, String>> {
    std::future::ready(Err("this node is still starting".to_owned())).boxed()
}

impl CallHandler for Calls {
    fn call(
        &self,
        _from: i32,
        method: u32,
        header: Bytes,
        body: Vec<Bytes>,
    ) -> BoxFuture<Result<Bytes, String>> {
        match Method::from_number(method) {
            Some(Method::ProposeMetadata) => {
                let Some(metadata) = self.metadata.get().cloned() else { return not_yet() };
                let command = body.into_iter().next().unwrap_or_default();
                async move { Ok(metadata.serve(command).await) }.boxed()
            }
            Some(Method::Produce) => match self.node.get() {
                Some(node) => node.serve_produce(&header, body),
                None => not_yet(),
            },
            Some(Method::Report) => {
                let Some(node) = self.node.get().cloned() else { return not_yet() };
                async move { node.serve_report() }.boxed()
            }
            Some(Method::HandOver) => {
                let Some(node) = self.node.get().cloned() else { return not_yet() };
                async move { node.serve_hand_over(&header).await }.boxed()
            }
            Some(Method::DeleteRecords) => {
                let Some(node) = self.node.get().cloned() else { return not_yet() };
                async move { node.serve_deletion(&header).await }.boxed()
            }
            Some(Method::ListOffset) => {
                let Some(node) = self.node.get().cloned() else { return not_yet() };
                async move { node.serve_lookup(&header).await }.boxed()
            }
            Some(Method::Survey) => {
                let Some(node) = self.node.get().cloned() else { return not_yet() };
                async move { Ok(node.serve_survey(header).await) }.boxed()
            }
            Some(Method::Groups) => {
                let Some(node) = self.node.get().cloned() else { return not_yet() };
                async move { node.serve_group_call(&header).await }.boxed()
            }
            Some(Method::Admin) => {
                let Some(api) = self.admin.get().cloned() else { return not_yet() };
                let body = body.into_iter().next().unwrap_or_default();
                api.answer_peer(header, body).boxed()
            }
            None => std::future::ready(Err(format!("method {method} is not known to this version"))).boxed(),
        }
    }
}
