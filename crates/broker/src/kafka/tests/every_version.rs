//! Every API answers in every version that is served, and a client can read the answer.

use kafka_protocol::protocol::Request;

use super::{
    client::{Connection, Running},
    samples::*,
};
use crate::kafka::versions::served;

async fn in_every_version<R: Request>(connection: &mut Connection, make: fn(i16) -> R, asked: &mut usize) {
    let served = served(R::KEY).unwrap();
    for version in served.min..=served.max {
        connection.call(version, &make(version)).await;
    }
    *asked += 1;
}

#[tokio::test]
async fn every_api_answers_in_every_version() {
    let running = Running::new().await;
    let mut c = running.connect().await;
    let mut asked = 0;
    in_every_version(&mut c, produce, &mut asked).await;
    in_every_version(&mut c, fetch, &mut asked).await;
    in_every_version(&mut c, list_offsets, &mut asked).await;
    in_every_version(&mut c, metadata, &mut asked).await;
    in_every_version(&mut c, offset_commit, &mut asked).await;
    in_every_version(&mut c, offset_fetch, &mut asked).await;
    in_every_version(&mut c, find_coordinator, &mut asked).await;
    in_every_version(&mut c, join_group, &mut asked).await;
    in_every_version(&mut c, heartbeat, &mut asked).await;
    in_every_version(&mut c, leave_group, &mut asked).await;
    in_every_version(&mut c, sync_group, &mut asked).await;
    in_every_version(&mut c, describe_groups, &mut asked).await;
    in_every_version(&mut c, list_groups, &mut asked).await;
    in_every_version(&mut c, api_versions, &mut asked).await;
    in_every_version(&mut c, create_topics, &mut asked).await;
    in_every_version(&mut c, delete_topics, &mut asked).await;
    in_every_version(&mut c, delete_records, &mut asked).await;
    in_every_version(&mut c, init_producer_id, &mut asked).await;
    in_every_version(&mut c, offset_for_leader_epoch, &mut asked).await;
    in_every_version(&mut c, describe_configs, &mut asked).await;
    in_every_version(&mut c, alter_configs, &mut asked).await;
    in_every_version(&mut c, alter_replica_log_dirs, &mut asked).await;
    in_every_version(&mut c, describe_log_dirs, &mut asked).await;
    in_every_version(&mut c, create_partitions, &mut asked).await;
    in_every_version(&mut c, delete_groups, &mut asked).await;
    in_every_version(&mut c, elect_leaders, &mut asked).await;
    in_every_version(&mut c, incremental_alter_configs, &mut asked).await;
    in_every_version(&mut c, alter_partition_reassignments, &mut asked).await;
    in_every_version(&mut c, list_partition_reassignments, &mut asked).await;
    in_every_version(&mut c, offset_delete, &mut asked).await;
    in_every_version(&mut c, describe_cluster, &mut asked).await;
    in_every_version(&mut c, describe_topic_partitions, &mut asked).await;
    assert_eq!(asked, crate::kafka::versions::SERVED.len());
}
