//! Changes that only the dashboard asks for so far.

use super::{AdminClient, AdminError};
use crate::admin::v1::{DrainAnswer, DrainRequest, TransferLeaderAnswer, TransferLeaderRequest};

impl AdminClient {
    /// Gives a partition another leader, or only tells what would change.
    pub async fn transfer_leadership(
        &self,
        topic: &str,
        partition: i32,
        request: &TransferLeaderRequest,
    ) -> Result<TransferLeaderAnswer, AdminError> {
        self.change(&format!("admin/v1/partitions/{topic}/{partition}/leader"), request).await
    }

    /// Keeps leaderships away from a node (`drain`) or lets them return (`undrain`), or only tells what would move.
    pub async fn maintain(
        &self,
        node_id: i32,
        how: &str,
        request: &DrainRequest,
    ) -> Result<DrainAnswer, AdminError> {
        self.change(&format!("admin/v1/nodes/{node_id}/{how}"), request).await
    }
}
