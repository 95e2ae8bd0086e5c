//! The document as a page. It has no script: what is not text is a link within it.

use std::fmt::Write;

use serde_json::Value;

const STYLE: &str = include_str!("page.css");

/// The page of a document.
pub(super) fn page(document: &Value) -> String {
    let mut routes = String::new();
    for (tag, group) in by_tag(document) {
        let rows: String = group.into_iter().map(|(path, method, it)| route(path, method, it)).collect();
        // Writing to a string cannot fail.
        let _ = write!(routes, "<h2>{}</h2>{rows}", escaped(tag));
    }
    let schemas = document["components"]["schemas"].as_object();
    let schemas: String = schemas.into_iter().flatten().map(|(name, it)| schema(name, it)).collect();
    let (title, about) = (text(&document["info"]["title"]), text(&document["info"]["description"]));
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style><main><h1>{title}</h1>\
         <p>{about}</p><p>For programs: <code>GET /admin/v1/openapi.json</code>. The examples take the node's address \
         from <code>$ADMIN</code> and the key from <code>$KEY</code>.</p>{routes}<h2>schemas</h2>{schemas}</main></html>"
    )
}

type Found<'a> = (&'a str, &'a str, &'a Value);

/// The operations of each tag, in the order of their paths.
fn by_tag(document: &Value) -> Vec<(&str, Vec<Found<'_>>)> {
    let mut tags: Vec<(&str, Vec<Found<'_>>)> = Vec::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let tag = operation["tags"][0].as_str().unwrap_or_default();
            let found = (path.as_str(), method.as_str(), operation);
            match tags.iter_mut().find(|(known, _)| *known == tag) {
                Some((_, group)) => group.push(found),
                None => tags.push((tag, vec![found])),
            }
        }
    }
    tags
}

fn route(path: &str, method: &str, operation: &Value) -> String {
    let role = operation["x-role"].as_str().map_or("no key".to_owned(), |role| format!("role {role}"));
    let parameters: Vec<String> = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| {
            let (name, place, meaning) = (text(&it["name"]), text(&it["in"]), text(&it["description"]));
            format!("<li><code>{name}</code> <small>{place}</small> {meaning}</li>")
        })
        .collect();
    let request = &operation["requestBody"]["content"]["application/json"];
    let takes = link("Takes", &request["schema"]["$ref"]);
    let answers = operation["responses"].as_object().into_iter().flatten();
    let answers: Vec<String> = answers
        .map(|(status, it)| {
            let content = it["content"].as_object().and_then(|content| content.iter().next());
            let (media, schema) =
                content.map_or(("", &Value::Null), |(media, it)| (media, &it["schema"]["$ref"]));
            format!("<li>{status} <small>{media}</small>{}</li>", link("", schema))
        })
        .collect();
    let (parameters, answers) = (parameters.concat(), answers.concat());
    let example = escaped(&curl(path, method, operation["x-role"].is_string(), &request["example"]));
    let (method, path, summary) = (method.to_uppercase(), escaped(path), text(&operation["summary"]));
    format!(
        "<details><summary><b>{method}</b> <code>{path}</code> {summary} <small>{role}</small></summary>\
         <ul>{parameters}</ul>{takes}<p>Answers</p><ul>{answers}</ul><pre>{example}</pre></details>"
    )
}

fn curl(path: &str, method: &str, keyed: bool, example: &Value) -> String {
    let method = method.to_uppercase();
    let key = if keyed { " -H \"X-API-Key: $KEY\"" } else { "" };
    let body = if example.is_null() { String::new() } else { format!(" -d '{example}'") };
    format!("curl -X {method}{key} \"$ADMIN{path}\"{body}")
}

fn schema(name: &str, schema: &Value) -> String {
    let shown = serde_json::to_string_pretty(schema).unwrap_or_default();
    let (name, shown) = (escaped(name), escaped(&shown));
    format!("<details id=\"{name}\"><summary><code>{name}</code></summary><pre>{shown}</pre></details>")
}

/// A link to the schema that is referred to; nothing without one.
fn link(what: &str, reference: &Value) -> String {
    let Some(name) = reference.as_str().and_then(|reference| reference.rsplit('/').next()) else {
        return String::new();
    };
    let name = escaped(name);
    format!("<p>{what} <a href=\"#{name}\">{name}</a></p>")
}

fn text(value: &Value) -> String {
    escaped(value.as_str().unwrap_or_default())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
