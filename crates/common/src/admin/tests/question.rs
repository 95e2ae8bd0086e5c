//! Whom the client asks, and what it makes of the answers.

use super::*;

#[test]
fn only_plain_addresses_are_admin_urls() {
    assert_eq!("host:1".parse::<AdminUrl>().unwrap().to_string(), "http://host:1");
    assert_eq!("http://[::1]:10001/".parse::<AdminUrl>().unwrap().to_string(), "http://[::1]:10001");
    assert_eq!("https://host:1".parse::<AdminUrl>().unwrap().to_string(), "https://host:1");
    for bad in
        ["ftp://host", "http://host:1/admin", "https://host:1/admin", "http://host:1/?x", "http://", ""]
    {
        assert!(bad.parse::<AdminUrl>().is_err(), "{bad}");
    }
}

fn client(urls: &[String]) -> AdminClient {
    AdminClient::new(urls.iter().map(|url| url.parse().unwrap()).collect(), None).unwrap()
}

#[tokio::test]
async fn an_unhealthy_nodes_health_is_an_answer() {
    let reasons = vec![Reason { code: "no_metadata_leader".into(), message: "x".into() }];
    let health = Health { healthy: false, node_id: 2, reasons };
    let node = FakeNode::answering(503, serde_json::to_string(&health).unwrap()).await;
    assert_eq!(client(&[node.url()]).health().await.unwrap(), health);
}

#[tokio::test]
async fn who_answered_last_is_asked_first() {
    let (down, up) = (FakeNode::refusing(503, "starting").await, FakeNode::serving(&healthy()).await);
    let client = client(&[nobody().await, down.url(), up.url()]);
    client.status().await.unwrap();
    client.status().await.unwrap();
    assert_eq!((down.asked(), up.asked()), (1, 2));
}

#[tokio::test]
async fn after_the_last_node_the_first_is_asked() {
    let first = FakeNode::with(vec![Reply::problem(503, "starting"), Reply::ok(&healthy())]).await;
    let second = FakeNode::with(vec![Reply::ok(&healthy()), Reply::HangUp]).await;
    let client = client(&[first.url(), second.url()]);
    client.status().await.unwrap();
    client.status().await.unwrap();
    assert_eq!((first.asked(), second.asked()), (2, 2));
}

#[tokio::test]
async fn each_question_has_its_route() {
    let report = StorageReport {
        node_id: 2,
        disk_bytes: u64::MAX,
        live_bytes: 9,
        files: vec![StorageFile {
            file: "1.wal".into(),
            kind: StorageFileKind::Segment,
            bytes: 64,
            live_bytes: 9,
            pinned_by: vec![PinnedBy { topic: "my-topic".into(), partition: 3, bytes: 9 }],
        }],
    };
    let node = FakeNode::serving(&report).await;
    assert_eq!(client(&[node.url()]).storage().await.unwrap(), report);
    assert_eq!(node.requests(), ["GET /admin/v1/storage"]);
    let members = Members { cluster_id: None, leader_id: None, members: vec![] };
    let node = FakeNode::serving(&members).await;
    assert_eq!(client(&[node.url()]).members().await.unwrap(), members);
    assert_eq!(node.requests(), ["GET /admin/cluster/members"]);
}
