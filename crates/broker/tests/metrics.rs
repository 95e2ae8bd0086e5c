//! docs/metrics.md is generated from the table of metrics (`UPDATE=1 cargo test -p chronik-broker --test metrics` writes
//! it anew); the dashboard and the alerts in deploy/ ask only for what is in the table.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use chronik_broker::admin::{FAMILIES, Family};
use serde_json::Value;

/// Labels that Prometheus adds.
const TARGET_LABELS: [&str; 2] = ["instance", "job"];

fn in_repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn reference() -> String {
    let mut text = String::from(
        "# Metrics\n\n\
         Generated from the broker's table by `UPDATE=1 cargo test -p chronik-broker --test metrics`.\n\n\
         Every node answers `GET /metrics` on its admin port, without a key, in OpenMetrics text. It shows what it has \
         measured and nothing else: a family that is not there was not measured. What is said of the whole cluster \
         every node shows: take `max`, not `sum`. Of each partition every node with a replica shows the term and the \
         offsets; in-sync replicas and lag come from the leader alone.\n\n\
         A histogram is queried as `NAME_bucket`, `NAME_sum` and `NAME_count`. A dashboard, alerts and an example for \
         Prometheus are in `deploy/`.\n\n\
         | Name | Type | Labels | Meaning |\n|---|---|---|---|\n",
    );
    for Family { name, kind, labels, help } in FAMILIES {
        let labels: Vec<_> = labels.iter().map(|label| format!("`{label}`")).collect();
        writeln!(text, "| `{name}` | {kind} | {} | {help} |", labels.join(", ")).unwrap();
    }
    text
}

#[test]
fn the_reference_matches_the_table() {
    let path = in_repository("docs/metrics.md");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, reference()).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), reference(), "run with UPDATE=1");
}

#[test]
fn the_dashboard_asks_only_for_what_there_is() {
    let text = fs::read_to_string(in_repository("deploy/grafana/chronik.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let targets = collect(&dashboard, "targets");
    assert!(!targets.is_empty());
    let mut asked = BTreeSet::new();
    for target in targets.iter().flat_map(|t| t.as_array().unwrap()) {
        let legend = target["legendFormat"].as_str().unwrap();
        asked.extend(check(target["expr"].as_str().unwrap(), &between(legend, "{{", "}}")).unwrap());
    }
    for variable in collect(&dashboard, "list").iter().flat_map(|l| l.as_array().unwrap()) {
        if variable["type"] == "query" {
            check(variable["query"].as_str().unwrap(), &[]).unwrap();
        }
    }
    let unseen: Vec<_> = FAMILIES.iter().filter(|f| !asked.contains(f.name)).map(|f| f.name).collect();
    assert_eq!(unseen, [""; 0], "measured, and not on the dashboard");
}

#[test]
fn the_alerts_ask_only_for_what_there_is() {
    let text = fs::read_to_string(in_repository("deploy/prometheus/alerts.yml")).unwrap();
    let alerts: Vec<_> = text.split("- alert: ").skip(1).collect();
    assert!(!alerts.is_empty());
    for alert in alerts {
        let expr = alert.lines().find_map(|line| line.trim().strip_prefix("expr: ")).expect(alert);
        assert!(!expr.starts_with(['|', '>']), "an expression is on one line: {alert}");
        let told: Vec<_> = alert.split("$labels.").skip(1).map(word).collect();
        check(expr, &told).unwrap_or_else(|e| panic!("{e}\n{alert}"));
        assert!(["summary: ", "next: ", "severity: "].iter().all(|part| alert.contains(part)), "{alert}");
    }
}

#[test]
fn what_there_is_not_is_found() {
    let wrong = |expr: &str, told: &[&str]| check(expr, told).unwrap_err();
    assert!(wrong("rate(chronik_nothing_total[5m])", &[]).contains("chronik_nothing_total"));
    assert!(
        wrong("chronik_raft_commits", &[]).contains("chronik_raft_commits"),
        "a counter's name is _total"
    );
    assert!(wrong("chronik_wal_fsync_seconds", &[]).contains("fsync"), "a histogram has no value of its own");
    assert!(wrong("chronik_high_watermark{follower=\"1\"}", &[]).contains("follower"));
    assert!(wrong("sum by (topic) (chronik_cluster_nodes)", &[]).contains("topic"));
    assert!(wrong("chronik_cluster_nodes", &["peer"]).contains("peer"));
    let right = "max by (topic, instance) (chronik_high_watermark{job=\"x\", partition=~\"1|2\"}) > 0";
    assert_eq!(check(right, &["topic"]).unwrap(), BTreeSet::from(["chronik_high_watermark"]));
}

/// The values of a key, wherever it is.
fn collect<'a>(value: &'a Value, key: &str) -> Vec<&'a Value> {
    let below: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(fields) => fields.values().collect(),
        _ => Vec::new(),
    };
    value.get(key).into_iter().chain(below.into_iter().flat_map(|v| collect(v, key))).collect()
}

/// The families that a `PromQL` expression uses; an error if one of them, a label or one of the labels `told` of the
/// result is none that there is.
fn check(expr: &str, told: &[&str]) -> Result<BTreeSet<&'static str>, String> {
    let mut families = BTreeSet::new();
    let mut known: BTreeSet<&str> = TARGET_LABELS.into();
    for (at, _) in expr.match_indices("chronik_") {
        let name = word(&expr[at..]);
        let family = FAMILIES
            .iter()
            .find(|f| f.series().iter().any(|series| series == name))
            .ok_or_else(|| format!("there is no {name}: {expr}"))?;
        let mut labels: BTreeSet<&str> = TARGET_LABELS.into();
        labels.extend(family.labels);
        labels.extend(name.ends_with("_bucket").then_some("le"));
        if let Some(selector) = expr[at + name.len()..].strip_prefix('{') {
            let selector = selector.split('}').next().unwrap_or_default();
            let named = selector.split(',').map(|matcher| word(matcher.trim()));
            are_all_in(named, &labels, expr)?;
        }
        known.extend(labels);
        families.insert(family.name);
    }
    for grouping in ["by (", "without (", "on (", "ignoring ("] {
        for list in between(expr, grouping, ")") {
            are_all_in(list.split(',').map(str::trim), &known, expr)?;
        }
    }
    are_all_in(told.iter().copied(), &known, expr)?;
    Ok(families)
}

fn are_all_in<'a>(
    mut labels: impl Iterator<Item = &'a str>,
    known: &BTreeSet<&str>,
    expr: &str,
) -> Result<(), String> {
    match labels.find(|label| !known.contains(label)) {
        Some(label) => Err(format!("there is no label '{label}': {expr}")),
        None => Ok(()),
    }
}

/// What stands between each pair of marks.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    text.split(open).skip(1).filter_map(|rest| rest.split(close).next()).collect()
}

/// The name that a text begins with.
fn word(text: &str) -> &str {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default()
}
