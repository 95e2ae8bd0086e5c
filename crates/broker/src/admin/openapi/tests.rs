use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::admin::{routes, v1};

#[test]
fn every_route_is_in_the_document_and_nothing_else_is() {
    let document = document();
    let described: BTreeSet<&str> =
        document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    let served = [&routes::ROUTES[..], &v1::ACTS, &v1::SIGHTS].concat();
    assert_eq!(described, served.into_iter().collect::<BTreeSet<_>>());
}

#[test]
fn the_document_that_is_checked_in_is_the_one_that_is_served() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let served = document();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, serde_json::to_string_pretty(&served).unwrap() + "\n").unwrap();
    }
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let hint = "docs/openapi.json is behind; write it with UPDATE=1 cargo test -p chronik-broker openapi";
    assert!(kept == served, "{hint}");
}

#[test]
fn every_reference_leads_to_a_schema() {
    fn check(document: &Value, value: &Value) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| check(document, value)),
            Value::Object(fields) => {
                if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
                    let place = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(place).is_some(), "{reference}");
                }
                fields.values().for_each(|value| check(document, value));
            }
            _ => {}
        }
    }
    let document = document();
    check(&document, &document);
}

#[test]
fn roles_are_those_that_the_door_asks_for() {
    let document = document();
    for (path, method, role) in [
        ("/admin/status", "get", "read"),
        ("/admin/v1/topics", "post", "operator"),
        ("/admin/v1/keys", "get", "admin"),
    ] {
        assert_eq!(document["paths"][path][method]["x-role"], role, "{path}");
    }
    assert!(document["paths"]["/admin/health"]["get"].get("security").is_none());
}

#[tokio::test]
async fn the_page_shows_every_route_and_names_no_other_host() {
    let (headers, Html(page)) = docs().await;
    assert!(headers[0].1.starts_with("default-src 'none'; "));
    for path in document()["paths"].as_object().unwrap().keys() {
        assert!(page.contains(&format!("<code>{path}</code>")), "{path}");
    }
    assert!(!page.contains("://") && !page.contains("<script") && !page.contains("url("), "{page}");
}
