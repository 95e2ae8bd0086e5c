//! The binary as a shell sees it: help, mistakes, exit codes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::process::{Command, Output};

use chronik_ctl::Cli;
use chronik_tui::act::Act;
use clap::{CommandFactory, Parser};

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
    for command in commands(&Cli::command()) {
        let words: Vec<_> = command.iter().map(String::as_str).collect();
        let output = chronikctl(&[&words[..], &["--help"]].concat(), &[]);
        assert_eq!(output.status.code(), Some(0), "{command:?}");
        insta::assert_snapshot!(format!("help_{}", command.join("_")), text(&output.stdout));
    }
}

/// The words of every command of the tree, those that have others below them
/// included.
fn commands(command: &clap::Command) -> Vec<Vec<String>> {
    let below = command.get_subcommands().filter(|c| c.get_name() != "help");
    below
        .flat_map(|c| {
            let name = c.get_name().to_owned();
            let deeper = commands(c).into_iter().map(|words| [vec![c.get_name().to_owned()], words].concat());
            std::iter::once(vec![name]).chain(deeper).collect::<Vec<_>>()
        })
        .collect()
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
        &["status", "--admin", "ftp://a:1"],
        &["status", "--admin", "https://a:1", "--ca-file", "/nowhere/ca.pem"],
        &["status", "--admin", "https://a:1", "--cert-file", "/nowhere/cert.pem"],
        &["status", "--admin", "http://a:1", "--api-key-file", "/nowhere/key"],
        &["add-node", "4"],
        &["remove-node", "4", "--no-wait", "--timeout", "5"],
        &["rebalance", "--leaders-only", "--replication-factor", "3"],
        &["operation"],
        &["operation", "watch", "seven"],
        &["topic"],
        &["topic", "alter", "orders"],
        &["topic", "create", "orders", "--set", "retention"],
        &["topic", "create", "orders", "--partitions", "0"],
        &["partition", "describe", "orders"],
        &["partition", "move", "orders-3"],
        &["partition", "list", "--state", "sick"],
        &["group", "reset-offsets", "g"],
        &["group", "reset-offsets", "g", "--to-earliest", "--to-latest"],
        &["group", "reset-offsets", "g", "--to-earliest", "--partitions", "0"],
        &["events", "--since", "yesterday"],
        &["key", "create", "x"],
        &["config", "set", "retention.ms=1"],
        &["completions", "tcsh"],
        &["top", "--view", "weather"],
        &["top", "--once", "--rw"],
        &["top", "--replay", "a", "--record", "b"],
        &["top", "--replay", "a", "--rw"],
        &["top", "--once", "-o", "json"],
        &["context", "show"],
        &["--context", "nowhere", "status"],
    ] {
        let output = chronikctl(arguments, &[("CHRONIK_ADMIN_API_KEY", "correct-horse")]);
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

#[test]
fn errors_have_the_form_that_was_asked_for() {
    for (format, name) in [("json", "error_json"), ("yaml", "error_yaml")] {
        let output = chronikctl(&["node", "list", "-o", format], &[]);
        assert_eq!(output.status.code(), Some(4));
        assert!(output.stdout.is_empty());
        insta::assert_snapshot!(name, text(&output.stderr));
    }
}

#[test]
fn nobody_is_there_to_confirm_exits_with_2_before_anything_is_sent() {
    let key = [("CHRONIK_ADMIN_API_KEY", "correct-horse"), ("CHRONIK_ADMIN_URL", "http://127.0.0.1:1")];
    for arguments in [
        &["topic", "delete", "orders"][..],
        &["group", "delete", "billing"],
        &["group", "reset-offsets", "billing", "--to-earliest"],
        &["key", "revoke", "3f9a"],
    ] {
        let output = chronikctl(arguments, &key);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains("give --yes"), "{}", text(&output.stderr));
    }
}

#[test]
fn a_context_names_the_cluster_and_guards_it() {
    let folder = tempfile::tempdir().unwrap();
    let home = [("HOME", folder.path().to_str().unwrap()), ("CHRONIK_ADMIN_API_KEY", "correct-horse")];
    let add = ["context", "add", "prod", "--url", "http://127.0.0.1:1", "--read-only"];
    assert_eq!(chronikctl(&add, &home).status.code(), Some(0));

    let output = chronikctl(&["status"], &home);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("http://127.0.0.1:1 "), "{}", text(&output.stderr));

    let output = chronikctl(&["remove-node", "4", "--yes"], &home);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("context \"prod\" is read-only"), "{}", text(&output.stderr));

    let output = chronikctl(&["config", "view", "--show-origin"], &home);
    let shown = text(&output.stdout).replace(folder.path().to_str().unwrap(), "HOME");
    assert!(shown.contains("context \"prod\"") && shown.contains("contexts file"), "{shown}");
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

/// What the dashboard prints under "same as" can be pasted into a shell.
#[test]
fn the_commands_that_the_dashboard_names_are_commands() {
    for act in [
        Act::TransferLeader { topic: "orders".into(), partition: 3, to: 2 },
        Act::MoveReplicas { topic: "a-b.c".into(), partition: 3, replicas: vec![2, 3, 4] },
        Act::Drain(2),
        Act::Undrain(2),
        Act::RemoveNode(2),
        Act::CancelOperation(7),
    ] {
        let command = act.command();
        let parsed = Cli::try_parse_from(command.split_whitespace());
        assert!(parsed.is_ok(), "{command}: {}", parsed.unwrap_err());
    }
}

#[test]
fn a_context_that_is_named_guards_whatever_else_names_the_nodes() {
    let folder = tempfile::tempdir().unwrap();
    let home = [("HOME", folder.path().to_str().unwrap()), ("CHRONIK_ADMIN_API_KEY", "correct-horse")];
    let add = ["context", "add", "prod", "--url", "http://127.0.0.1:1", "--read-only"];
    assert_eq!(chronikctl(&add, &home).status.code(), Some(0));

    let elsewhere = ["node", "drain", "2", "--yes", "--admin", "http://127.0.0.1:2"];
    let named = [&["--context", "prod"], &elsewhere[..]].concat();
    let output = chronikctl(&named, &home);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("context \"prod\" is read-only"), "{}", text(&output.stderr));

    let variable = [&home[..], &[("CHRONIK_CONTEXT", "prod")]].concat();
    assert_eq!(chronikctl(&elsewhere, &variable).status.code(), Some(2));

    // Nobody named it: the address alone says where, and nobody answers there.
    assert_eq!(chronikctl(&elsewhere, &home).status.code(), Some(3));
}

#[test]
fn the_dashboard_is_armed_only_where_somebody_can_confirm() {
    let output = chronikctl(&["top", "--rw"], &[("CHRONIK_ADMIN_API_KEY", "correct-horse")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("nobody is there to confirm"), "{}", text(&output.stderr));
}

/// A file that cannot be shown fails alone, and needs neither node nor key.
#[test]
fn a_recording_is_shown_without_a_cluster() {
    let output = chronikctl(&["top", "--replay", "/nowhere/record"], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("chronikctl: /nowhere/record: "), "{}", text(&output.stderr));
}
