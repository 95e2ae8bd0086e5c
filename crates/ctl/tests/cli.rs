//! The binary as a shell sees it: help, mistakes, exit codes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::process::{Command, Output};

/// Runs `chronikctl` in an empty environment.
fn chronikctl(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chronikctl"))
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn help_tells_everything_that_is_needed() {
    let output = chronikctl(&["--help"], &[]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!("help", text(&output.stdout));
    for command in [
        &["status"][..],
        &["add-node"],
        &["remove-node"],
        &["rebalance"],
        &["operation"],
        &["operation", "list"],
        &["operation", "show"],
        &["operation", "watch"],
        &["operation", "cancel"],
    ] {
        let output = chronikctl(&[command, &["--help"]].concat(), &[]);
        assert_eq!(output.status.code(), Some(0), "{command:?}");
        insta::assert_snapshot!(format!("help_{}", command.join("_")), text(&output.stdout));
    }
}

#[test]
fn wrong_usage_exits_with_2_and_prints_nothing_on_standard_output() {
    for arguments in [
        &[][..],
        &["statuss"],
        &["status", "--admin"],
        &["status", "--output", "xml"],
        &["status", "--admin", "http://a:1", "--config", "x"],
        &["status", "--config", "/nowhere/node.toml"],
        &["status", "--admin", "https://a:1"],
        &["status", "--admin", "http://a:1", "--api-key-file", "/nowhere/key"],
        &["add-node", "4"],
        &["remove-node", "4", "--no-wait", "--timeout", "5"],
        &["rebalance", "--leaders-only", "--replication-factor", "3"],
        &["operation"],
        &["operation", "watch", "seven"],
    ] {
        let output = chronikctl(arguments, &[]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_missing_key_exits_with_4() {
    let output = chronikctl(&["status"], &[]);
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(
        text(&output.stderr),
        "chronikctl: there is no admin API key; set CHRONIK_ADMIN_API_KEY, or name a file with \
         --api-key-file (./data/admin.key: No such file or directory (os error 2))\n"
    );
}

#[test]
fn nobody_there_exits_with_3() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let output = chronikctl(&["status", "--admin", &url], &[("CHRONIK_ADMIN_API_KEY", "correct-horse")]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(
        text(&output.stderr),
        format!(
            "chronikctl: no node answers: {url} (Connection refused (os error 111)); check that one of them \
             runs and that --admin or --config names it\n"
        )
    );
}

/// What scripts do: there is no terminal, so nobody is asked, and the key is
/// the only thing that is missing.
#[test]
fn force_needs_no_confirmation_where_nobody_is() {
    let output = chronikctl(&["remove-node", "4", "--force"], &[]);
    assert_eq!(output.status.code(), Some(4));
    assert!(!text(&output.stderr).contains("Type its id"), "{}", text(&output.stderr));
}

#[test]
fn the_version_is_the_workspaces() {
    let output = chronikctl(&["--version"], &[]);
    assert_eq!(text(&output.stdout), concat!("chronikctl ", env!("CARGO_PKG_VERSION"), "\n"));
}
