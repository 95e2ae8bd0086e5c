//! The document of the API against the handlers: methods, parameters, bodies and statuses are those that it names.

use std::collections::BTreeSet;

use axum::Json;
use serde_json::Value;

use super::*;
use crate::admin::openapi::openapi;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// An operation of the document, with the path of something that the fake node has.
struct Documented {
    method: &'static str,
    path: String,
    about: Value,
}

impl Documented {
    fn is_stream(&self) -> bool {
        self.about.pointer("/responses/200/content/text~1event-stream").is_some()
    }

    fn example(&self) -> String {
        let example = self.about.pointer("/requestBody/content/application~1json/example");
        example.map(ToString::to_string).unwrap_or_default()
    }

    fn query(&self) -> BTreeSet<String> {
        let parameters = self.about["parameters"].as_array().into_iter().flatten();
        let named = parameters.filter(|p| p["in"] == "query").map(|p| p["name"].as_str().unwrap().to_owned());
        named.collect()
    }
}

/// The path with what the fake node has in the place of its parameters.
fn filled(path: &str) -> String {
    let thing = if path.contains("/topics") || path.contains("/partitions") { "orders" } else { "billing" };
    let known = [
        ("{topic}", "orders"),
        ("{partition}", "1"),
        ("{group}", thing),
        ("{name}", "__metadata"),
        ("{id}", if path.contains("/keys/") { "k1" } else { "2" }),
    ];
    known.into_iter().fold(path.to_owned(), |path, (parameter, value)| path.replace(parameter, value))
}

async fn documented() -> Vec<Documented> {
    let Json(document) = openapi().await;
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in METHODS {
            if let Some(about) = methods.get(method) {
                all.push(Documented { method, path: filled(path), about: about.clone() });
            }
        }
    }
    all
}

impl Served {
    async fn try_out(&self, method: &str, path: &str, body: &str) -> Answered {
        let length = body.len();
        let head = format!(
            "{} {path} HTTP/1.1\r\nhost: x\r\nx-api-key: {KEY}\r\ncontent-length: {length}\r\n\r\n",
            method.to_uppercase()
        );
        self.raw((head + body).as_bytes()).await
    }
}

#[tokio::test]
async fn a_path_has_the_methods_that_are_documented_and_no_others() {
    let served = served().await;
    let all = documented().await;
    let paths: BTreeSet<&str> = all.iter().map(|d| d.path.as_str()).collect();
    for path in paths {
        for method in METHODS {
            if all.iter().any(|d| d.path == path && d.method == method) {
                continue;
            }
            let answer = served.try_out(method, path, "").await;
            assert_eq!(answer.status, 405, "{method} {path} is not documented: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn every_documented_request_is_understood_and_answered_with_a_documented_status() {
    let served = served().await;
    for operation in documented().await.iter().filter(|d| !d.is_stream()) {
        let Documented { method, path, about } = operation;
        let answer = served.try_out(method, path, &operation.example()).await;
        let told = format!("{method} {path}: {} {}", answer.status, answer.body);
        if answer.status < 400 {
            assert!(about["responses"].get(answer.status.to_string()).is_some(), "{told}");
            continue;
        }
        // The fake node has not everything that the examples are about, but it understands them.
        let problem = answer.problem();
        assert_ne!(answer.status, 405, "{told}");
        assert!(!["invalid_request", "not_found", "unauthorized"].contains(&problem.code.as_str()), "{told}");
    }
}

#[tokio::test]
async fn a_question_takes_the_documented_parameters_and_no_others() {
    let served = served().await;
    for operation in documented().await.iter().filter(|d| d.method == "get") {
        let documented = operation.query();
        if documented.is_empty() {
            continue;
        }
        let answer = served.try_out("get", &format!("{}?nonsense=1", operation.path), "").await;
        assert_eq!(answer.status, 400, "{}: {}", operation.path, answer.body);
        let hint = answer.problem().hint;
        let known = hint.strip_prefix("the parameters are ").expect(&hint).split(", ").map(str::to_owned);
        assert_eq!(documented, known.collect::<BTreeSet<_>>(), "{}", operation.path);
    }
}
