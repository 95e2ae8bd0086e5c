//! `DescribeCluster` (KIP-700, KIP-919): brokers and controller.

use kafka_protocol::{
    error::ResponseError,
    messages::{
        BrokerId, DescribeClusterRequest, DescribeClusterResponse,
        describe_cluster_response::DescribeClusterBroker,
    },
};

use super::{
    super::{
        answer::Answer,
        backend::{Backend, BrokerInfo},
        request::Envelope,
        session::Session,
    },
    operations::{ALL_ON_CLUSTER, authorized},
    text,
};

/// The only kind of endpoint there is: every node is a broker.
const BROKERS: i8 = 1;

pub(super) fn answer<B: Backend>(
    session: &Session<B>,
    envelope: Envelope,
    request: &DescribeClusterRequest,
) -> Answer {
    if envelope.version >= 1 && request.endpoint_type != BROKERS {
        let response = DescribeClusterResponse::default()
            .with_error_code(ResponseError::MismatchedEndpointType.code())
            .with_error_message(Some(text("This listener has brokers: ask for endpoint type 1")));
        return Answer::encode(envelope, &response);
    }
    let cluster = session.node.cluster();
    let response = DescribeClusterResponse::default()
        .with_endpoint_type(BROKERS)
        .with_cluster_id(text(&*cluster.cluster_id))
        .with_controller_id(BrokerId(cluster.controller.unwrap_or(-1)))
        .with_brokers(cluster.brokers.iter().map(respond_broker).collect())
        .with_cluster_authorized_operations(authorized(
            request.include_cluster_authorized_operations,
            ALL_ON_CLUSTER,
        ));
    Answer::encode(envelope, &response)
}

fn respond_broker(broker: &BrokerInfo) -> DescribeClusterBroker {
    DescribeClusterBroker::default()
        .with_broker_id(BrokerId(broker.id))
        .with_host(text(&*broker.host))
        .with_port(i32::from(broker.port))
        .with_rack(broker.rack.as_deref().map(text))
}
