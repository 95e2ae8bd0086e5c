//! Routes that answer questions, and what strangers may do to the server.

use super::*;

#[tokio::test]
async fn health_is_open_and_says_why_not() {
    let served = served().await;
    let answer = served.ask("GET", "/admin/health", &[]).await;
    assert_eq!((answer.status, answer.json::<Health>().healthy), (200, true));
    served.node.unhealthy.store(true, Ordering::SeqCst);
    let answer = served.ask("GET", "/admin/health", &[]).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json::<Health>().reasons[0].code, "no_metadata_leader");
}

#[tokio::test]
async fn both_headers_carry_the_key() {
    let served = served().await;
    for header in [
        ("X-API-Key", KEY),
        ("Authorization", "Bearer correct-horse"),
        ("authorization", "bearer correct-horse"),
    ] {
        let answer = served.ask("GET", "/admin/status", &[header]).await;
        assert_eq!((answer.status, answer.json::<Status>().leader_id), (200, Some(2)), "{header:?}");
    }
    let answer = served.ask("GET", "/admin/cluster/members", &[("X-API-Key", KEY)]).await;
    assert_eq!(answer.json::<Members>().cluster_id.as_deref(), Some("c"));
}

#[tokio::test]
async fn without_the_right_key_nothing_is_told() {
    for path in ["/admin/status", "/admin/cluster/members", "/admin/v1/operations", "/admin/v1/storage"] {
        // A node for each: who fails too often is told to wait.
        let served = served().await;
        for headers in [
            &[][..],
            &[("X-API-Key", "")],
            &[("X-API-Key", "correct-hors")],
            &[("X-API-Key", "correct-horsf")],
            &[("X-API-Key", "correct-horse!")],
            &[("Authorization", "Bearer ")],
            &[("Authorization", "Basic correct-horse")],
            &[("Authorization", "é")],
            &[("X-API-Key", "wrong"), ("Authorization", "Bearer correct-horse")],
        ] {
            let answer = served.ask("GET", path, headers).await;
            assert_eq!((answer.status, answer.problem().code.as_str()), (401, "unauthorized"), "{headers:?}");
            assert!(answer.head.contains("www-authenticate: bearer"));
        }
    }
}

#[tokio::test]
async fn as_long_as_the_key_is_unknown_nobody_gets_in() {
    let served = served().await;
    served.node.forgot_key.store(true, Ordering::SeqCst);
    for headers in [&[][..], &[("X-API-Key", "")], &[("X-API-Key", KEY)]] {
        let answer = served.ask("GET", "/admin/status", headers).await;
        assert_eq!((answer.status, answer.problem().code.as_str()), (503, "key_unknown"));
    }
    assert_eq!(served.ask("GET", "/admin/health", &[]).await.status, 200);
}

#[tokio::test]
async fn an_unknown_path_is_told_the_nearest_route() {
    let served = served().await;
    let answer = served.ask("GET", "/admin/stauts", &[]).await;
    assert_eq!(answer.status, 404);
    let hint = answer.problem().hint;
    assert!(hint.starts_with("did you mean /admin/status? the routes are /admin/health, "), "{hint}");
    let answer = served.ask("GET", "/favicon.ico", &[]).await;
    assert!(answer.problem().hint.starts_with("the routes are "));
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_one() {
    let served = served().await;
    for path in ["/admin/health", "/admin/status", "/admin/v1/operations/7"] {
        let answer = served.ask("POST", path, &[("X-API-Key", KEY), ("content-length", "0")]).await;
        assert_eq!((answer.status, answer.problem().code.as_str()), (405, "method_not_allowed"), "{path}");
        assert!(answer.head.contains("allow: get, head\r\n"), "{}", answer.head);
    }
    for path in ["/admin/add-node", "/admin/remove-node", "/admin/rebalance", "/admin/v1/operations/7/cancel"]
    {
        let answer = served.get(path).await;
        assert_eq!((answer.status, answer.problem().hint.as_str()), (405, "use POST"), "{path}");
        assert!(answer.head.contains("allow: post\r\n"), "{}", answer.head);
    }
    let answer = served.ask("HEAD", "/admin/health", &[]).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
}

#[tokio::test]
async fn an_endless_head_is_refused() {
    let served = served().await;
    let request = format!("GET /admin/health HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "a".repeat(100_000));
    assert!([0, 431].contains(&served.raw(request.as_bytes()).await.status));
    assert_eq!(served.raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 TLS \r\n\r\n").await.status, 400);
    assert_eq!(served.ask("GET", "/admin/health", &[]).await.status, 200);
}

#[tokio::test]
async fn a_body_that_nobody_asked_for_is_not_waited_for() {
    let served = served().await;
    let answer = served.ask("GET", "/admin/health", &[("content-length", "99999999999")]).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn who_sends_nothing_is_cut_off_and_lets_others_in() {
    let head = Duration::from_millis(500);
    let served = served_within(Limits { connections: 2, head, connection: PATIENCE }).await;
    let mut silent = [
        TcpStream::connect(served.address).await.unwrap(),
        TcpStream::connect(served.address).await.unwrap(),
    ];
    // Both places are taken; the third waits until one of them is cut off.
    let answer = timeout(PATIENCE, served.ask("GET", "/admin/health", &[])).await.unwrap();
    assert_eq!(answer.status, 200);
    for stream in &mut silent {
        timeout(PATIENCE, stream.read_to_end(&mut Vec::new())).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_connection_that_takes_too_long_is_dropped() {
    let served =
        served_within(Limits { connections: 2, head: PATIENCE, connection: Duration::from_millis(50) }).await;
    let mut slow = TcpStream::connect(served.address).await.unwrap();
    slow.write_all(b"GET /admin/hea").await.unwrap();
    assert_eq!(timeout(PATIENCE, slow.read_to_end(&mut Vec::new())).await.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn after_the_stop_nobody_listens() {
    let served = served().await;
    assert_eq!(served.ask("GET", "/admin/health", &[]).await.status, 200);
    served.stop.cancel();
    let gone = async {
        while TcpStream::connect(served.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, gone).await.unwrap();
}

#[tokio::test]
async fn metrics_are_open_and_in_openmetrics_text() {
    let answer = served().await.ask("GET", "/metrics", &[]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("content-type: application/openmetrics-text; version=1.0.0"));
    assert_eq!(
        answer.body,
        "# HELP chronik_cluster_nodes Registered nodes\n# TYPE chronik_cluster_nodes gauge\n\
         chronik_cluster_nodes 3\n# EOF\n"
    );
}

#[tokio::test]
async fn operations_and_storage_have_large_numbers_as_strings() {
    let served = served().await;
    let list = served.get("/admin/v1/operations").await;
    assert_eq!(list.json::<Operations>().operations, [operation(OperationKind::Rebalance)]);
    let json: serde_json::Value = served.get("/admin/v1/operations/7").await.json();
    assert_eq!((&json["operation_id"], &json["kind"]), (&"7".into(), &"rebalance".into()));
    assert_eq!((&json["state"], &json["bytes_total"]), (&"planning".into(), &"1152921504606846976".into()));
    let json: serde_json::Value = served.get("/admin/v1/storage").await.json();
    assert_eq!(json["disk_bytes"], "1152921504606846976");
    assert_eq!((&json["files"][0]["kind"], &json["files"][0]["bytes"]), (&"wal".into(), &"64".into()));
}

#[tokio::test]
async fn an_operation_that_is_not_there_is_not_found_and_no_number_is_invalid() {
    let served = served().await;
    assert_eq!(served.get("/admin/v1/operations/9").await.status, 404);
    for id in ["x", "-1", "18446744073709551616", "%20"] {
        let answer = served.get(&format!("/admin/v1/operations/{id}")).await;
        assert_eq!((answer.status, answer.problem().code.as_str()), (400, "invalid_request"), "{id}");
        assert_eq!(answer.problem().hint, "GET /admin/v1/operations lists them");
    }
}
