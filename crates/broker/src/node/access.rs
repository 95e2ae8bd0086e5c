//! What the admin API asks for about keys, and its way to the other nodes.

use bytes::Bytes;
use chronik_common::admin::Problem;
use chronik_common::admin::v1::KeyView;
use futures::future::BoxFuture;
use tokio::time::Instant;

use super::Node;
use super::operations::{TIMEOUT, problem};
use crate::admin::{Answer, KeyStore, Neighbours, StoredKey};
use crate::cluster::calls::Method;
use crate::metadata::{AccessKey, Command, MetadataImage};

impl KeyStore for Node {
    fn key(&self, id: &str) -> Option<StoredKey> {
        let image = self.inner.metadata.image();
        let key = image.keys().get(id)?;
        Some(StoredKey { view: view(key), hash: key.hash.clone() })
    }

    fn keys(&self) -> Vec<KeyView> {
        self.inner.metadata.image().keys().values().map(view).collect()
    }

    fn create_key(&self, key: StoredKey) -> Answer<()> {
        let StoredKey { view, hash } = key;
        let KeyView { id, name, role, created_at_ms, created_by } = view;
        let key = AccessKey {
            id,
            name,
            role,
            hash,
            created_at_ms: created_at_ms.unwrap_or_default(),
            created_by: created_by.unwrap_or_default(),
        };
        let (node, id) = (self.clone(), key.id.clone());
        let valid = move |image: &MetadataImage| image.keys().contains_key(&id);
        Box::pin(async move { node.change_keys(Command::CreateKey { key }, valid).await })
    }

    fn revoke_key(&self, id: String) -> Answer<()> {
        let (node, gone) = (self.clone(), id.clone());
        let revoked = move |image: &MetadataImage| !image.keys().contains_key(&gone);
        Box::pin(async move { node.change_keys(Command::RevokeKey { id }, revoked).await })
    }
}

impl Node {
    /// Proposes, and waits until this node knows: what it answered is true when it is asked next.
    async fn change_keys(
        &self,
        command: Command,
        known: impl Fn(&MetadataImage) -> bool,
    ) -> Result<(), Problem> {
        self.inner.metadata.propose(command, TIMEOUT).await.map_err(|error| problem(&error))?;
        self.inner.metadata.wait_for(Instant::now() + TIMEOUT, known).await;
        Ok(())
    }
}

fn view(key: &AccessKey) -> KeyView {
    KeyView {
        id: key.id.clone(),
        name: key.name.clone(),
        role: key.role,
        created_at_ms: Some(key.created_at_ms),
        created_by: Some(key.created_by.clone()),
    }
}

impl Neighbours for Node {
    fn node_id(&self) -> i32 {
        self.id()
    }

    fn members_alive(&self) -> Vec<(i32, bool)> {
        let image = self.inner.metadata.image();
        image
            .brokers()
            .keys()
            .map(|id| (*id, *id == self.id() || self.inner.liveness.is_alive(*id)))
            .collect()
    }

    fn pass_on(&self, node: i32, head: Bytes, body: Bytes) -> BoxFuture<'static, Result<Bytes, String>> {
        let call = self.inner.caller.call(node, Method::Admin, head, vec![body]);
        Box::pin(async move { call.await.map_err(|error| error.to_string()) })
    }
}
