//! `status`: whom it asks, with which key, and with which exit code it ends.

use super::*;

/// `status` of the nodes at these addresses.
async fn status(urls: &[String]) -> Result<Report, CommandError> {
    run(&format!("status{}", admin(urls)), &FakeConsole::log()).await
}

async fn status_with(arguments: &str, environment: &Environment) -> Result<Report, CommandError> {
    run_with(&format!("status {arguments}"), environment, &FakeConsole::log()).await
}

#[tokio::test]
async fn the_next_node_is_asked_when_one_is_gone_or_not_ready() {
    let starting = FakeNode::refusing(503, "starting").await;
    let good = FakeNode::serving(&healthy()).await;
    let report = status(&[nobody().await, starting.url(), good.url()]).await.unwrap();
    assert_eq!(report, Report { text: render_status(&healthy()), exit_code: 0 });
    assert_eq!((starting.asked(), good.asked()), (1, 1));
    assert!(good.last_request().contains("x-api-key: correct-horse\r\n"));
}

#[tokio::test]
async fn an_unhealthy_cluster_is_shown_and_exits_with_10() {
    let node = FakeNode::serving(&wounded()).await;
    let report = status(&[node.url()]).await.unwrap();
    assert_eq!(report, Report { text: render_status(&wounded()), exit_code: 10 });
}

#[tokio::test]
async fn json_comes_in_an_envelope() {
    let node = FakeNode::serving(&healthy()).await;
    let report = status_with(&format!("-o json --admin {}", node.url()), &environment()).await.unwrap();
    let envelope: Envelope<Status> = serde_json::from_str(&report.text).unwrap();
    assert_eq!((envelope.kind.as_str(), envelope.version, envelope.body), ("ClusterStatus", 1, healthy()));
}

#[tokio::test]
async fn a_wrong_key_is_not_tried_on_the_other_nodes() {
    let (strict, other) =
        (FakeNode::refusing(401, "unauthorized").await, FakeNode::serving(&healthy()).await);
    let error = status(&[strict.url(), other.url()]).await.unwrap_err();
    assert_eq!(error.exit_code(), 4);
    assert_eq!(
        error.to_string(),
        format!("{} does not accept the admin API key: the detail; the hint", strict.url())
    );
    assert_eq!(other.asked(), 0);
}

#[tokio::test]
async fn nobody_there_exits_with_3_and_names_everyone_tried() {
    let (one, two) = (nobody().await, nobody().await);
    let error = status(&[one.clone(), two.clone()]).await.unwrap_err();
    assert_eq!(error.exit_code(), 3);
    assert!(error.to_string().contains(&one) && error.to_string().contains(&two), "{error}");
    assert!(error.to_string().contains("Connection refused"), "{error}");
}

#[tokio::test]
async fn something_else_on_the_port_is_told_as_such() {
    let node = FakeNode::answering(200, "<html>").await;
    let error = status(&[node.url()]).await.unwrap_err();
    assert_eq!(error.exit_code(), 1);
    assert!(error.to_string().contains("cannot be understood"), "{error}");
}

#[tokio::test]
async fn without_a_key_nobody_is_asked() {
    let node = FakeNode::serving(&healthy()).await;
    let error = status_with(&format!("--admin {}", node.url()), &Environment::default()).await.unwrap_err();
    assert_eq!(error.exit_code(), 4);
    assert_eq!(
        error.to_string(),
        "there is no admin API key; set CHRONIK_ADMIN_API_KEY or name a file with --api-key-file"
    );
    assert_eq!(node.asked(), 0);
}

#[tokio::test]
async fn the_key_and_the_nodes_are_found_through_the_configuration() {
    let node = FakeNode::serving(&healthy()).await;
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("node.toml");
    let text = format!("data_dir = {:?}\n[advertise]\nadmin = \"{}\"\n", dir.path(), node.address());
    std::fs::write(&config, text).unwrap();
    let arguments = format!("--config {}", config.display());

    let error = status_with(&arguments, &Environment::default()).await.unwrap_err();
    assert_eq!(error.exit_code(), 4, "{error}");
    assert!(error.to_string().contains("admin.key"), "{error}");

    std::fs::write(dir.path().join(ADMIN_KEY_FILE), "from-the-data-directory\n").unwrap();
    assert_eq!(status_with(&arguments, &Environment::default()).await.unwrap().exit_code, 0);
    assert!(node.last_request().contains("x-api-key: from-the-data-directory\r\n"));
}

#[tokio::test]
async fn a_key_file_is_a_flag_and_beats_the_environment() {
    let node = FakeNode::serving(&healthy()).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "from-the-file\n").unwrap();
    let arguments = format!("--admin {} --api-key-file {}", node.url(), file.path().display());
    status_with(&arguments, &environment()).await.unwrap();
    assert!(node.last_request().contains("x-api-key: from-the-file\r\n"));
}

#[tokio::test]
async fn usage_mistakes_exit_with_2() {
    assert_eq!(status_with("--config /nowhere", &environment()).await.unwrap_err().exit_code(), 2);
    assert_eq!(status(&["ftp://a:1".into()]).await.unwrap_err().exit_code(), 2);
}

#[tokio::test]
async fn the_variable_may_name_several_nodes() {
    let node = FakeNode::serving(&healthy()).await;
    let urls = format!("{}, {}", nobody().await, node.url());
    let variables = [("CHRONIK_ADMIN_URL", urls.as_str()), ("CHRONIK_ADMIN_API_KEY", "correct-horse")];
    let console = FakeConsole::log();
    let report = run_with("status", &variables.into_iter().collect(), &console).await.unwrap();
    assert_eq!(report.exit_code, 0);
}
