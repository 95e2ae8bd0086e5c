//! The `OpenAPI` document, made of the table of routes and the schemas of the types.

use std::collections::BTreeMap;

use axum::http::Method;
use chronik_common::admin::v1::Delta;
use chronik_common::admin::{API_KEY_HEADER, PROBLEM_JSON, Problem};
use serde_json::{Map, Value, json};

use super::table::{Answer, Route, Shape, routes};
use crate::admin::auth::{name, needed};

/// The whole document.
pub(super) fn document() -> Value {
    let routes = routes();
    let mut paths = Map::new();
    for route in &routes {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method] = operation(route);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Chronik admin API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Any node answers for the whole cluster. Fields are only ever added. Whole numbers that may \
                            pass 2^53 are strings. Errors are problem details (RFC 9457) with a code and a hint.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas(&routes),
            "securitySchemes": { "key": { "type": "apiKey", "in": "header", "name": API_KEY_HEADER } },
        },
    })
}

fn schemas(routes: &[Route]) -> BTreeMap<String, Value> {
    let mut found = Vec::new();
    for route in routes {
        if let Some((request, _)) = route.request {
            (request.collect)(&mut found);
        }
        if let Answer::Json(shape) | Answer::Events(shape) = route.answer {
            (shape.collect)(&mut found);
        }
    }
    // Named in a summary only.
    (Shape::of::<Delta>().collect)(&mut found);
    (Shape::of::<Problem>().collect)(&mut found);
    found.into_iter().map(|(name, schema)| (name, json!(schema))).collect()
}

fn operation(route: &Route) -> Value {
    let mut operation = json!({
        "tags": [route.tag],
        "summary": route.summary,
        "parameters": parameters(route),
        "responses": responses(route),
    });
    if !route.open {
        operation["security"] = json!([{ "key": [] }]);
        operation["x-role"] = json!(role(route));
    }
    if let Some((shape, example)) = route.request {
        let example: Value = serde_json::from_str(example).unwrap_or_default();
        operation["requestBody"] =
            json!({ "content": { "application/json": { "schema": shape.reference(), "example": example } } });
    }
    operation
}

/// What the door asks for, and so never another role than that.
fn role(route: &Route) -> &'static str {
    let method = Method::from_bytes(route.method.to_uppercase().as_bytes()).unwrap_or_default();
    name(needed(&method, route.path))
}

fn parameters(route: &Route) -> Vec<Value> {
    let parameter = |place: &str, name: &str, description: &str| {
        json!({
            "name": name,
            "in": place,
            "required": place == "path",
            "description": description,
            "schema": { "type": "string" },
        })
    };
    let parts = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let in_path = parts.map(|name| parameter("path", name, "which one"));
    let in_query = route.query.iter().map(|(name, meaning)| parameter("query", name, meaning));
    let in_head = route.headers.iter().map(|(name, meaning)| parameter("header", name, meaning));
    let repeated = (route.method != "get").then(|| {
        parameter(
            "header",
            "Idempotency-Key",
            "sent again with the same one, the first answer is given again",
        )
    });
    in_path.chain(in_query).chain(in_head).chain(repeated).collect()
}

fn responses(route: &Route) -> Value {
    let content = match route.answer {
        Answer::Json(shape) => json!({ "application/json": { "schema": shape.reference() } }),
        Answer::Events(shape) => {
            let description = format!("server-sent events whose data are JSON, such as {}", (shape.name)());
            json!({ "text/event-stream": { "schema": { "type": "string", "description": description } } })
        }
        Answer::Text(media) => json!({ media: { "schema": { "type": "string" } } }),
    };
    let mut responses = json!({
        "default": {
            "description": "a problem",
            "content": { PROBLEM_JSON: { "schema": Shape::of::<Problem>().reference() } },
        },
    });
    for status in route.statuses {
        responses[status.to_string()] = json!({ "description": "the answer", "content": content });
    }
    responses
}
