//! JSON Schema as far as the schemas in `spec/` use it (draft 2020-12): enough to hold an output to one.

use std::{fs, path::Path};

use serde_json::{Map, Value};

/// Checks a document against a schema in `spec/`.
pub fn check(name: &str, document: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../spec")
        .join(name);
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut problems = Vec::new();
    holds(&schema, &schema, document, "", &mut problems);
    assert_eq!(problems, Vec::<String>::new());
}

/// Keywords that say nothing about a value.
const SILENT: &[&str] = &["$schema", "$defs", "title", "description", "format"];

fn holds(root: &Value, schema: &Value, value: &Value, place: &str, problems: &mut Vec<String>) {
    let Value::Object(keywords) = schema else {
        assert!(schema.is_boolean(), "{place}: no schema");
        return;
    };
    for (keyword, argument) in keywords {
        let good = match keyword.as_str() {
            silent if SILENT.contains(&silent) => true,
            "$ref" => {
                let name = argument.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                holds(root, &root["$defs"][name], value, place, problems);
                true
            }
            "type" => is_type(argument, value),
            "enum" => argument.as_array().unwrap().contains(value),
            "const" => argument == value,
            "minimum" => value
                .as_f64()
                .is_none_or(|number| number >= argument.as_f64().unwrap()),
            "maximum" => value
                .as_f64()
                .is_none_or(|number| number <= argument.as_f64().unwrap()),
            "minItems" => value
                .as_array()
                .is_none_or(|items| items.len() as u64 >= argument.as_u64().unwrap()),
            "minLength" => value
                .as_str()
                .is_none_or(|text| text.len() as u64 >= argument.as_u64().unwrap()),
            "oneOf" | "anyOf" => (argument.as_array().unwrap().iter()).any(|schema| {
                let mut own = Vec::new();
                holds(root, schema, value, place, &mut own);
                own.is_empty()
            }),
            "required" => (argument.as_array().unwrap().iter()).all(|key| {
                value
                    .as_object()
                    .is_none_or(|object| object.contains_key(key.as_str().unwrap()))
            }),
            "items" => {
                for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                    holds(root, argument, item, &format!("{place}/{number}"), problems);
                }
                true
            }
            "properties" | "additionalProperties" => {
                properties(root, keywords, value, place, keyword, problems);
                true
            }
            other => panic!("{place}: the keyword {other} is not read"),
        };
        if !good {
            problems.push(format!("{place}: {keyword} {argument} does not hold"));
        }
    }
}

fn properties(
    root: &Value,
    keywords: &Map<String, Value>,
    value: &Value,
    place: &str,
    keyword: &str,
    problems: &mut Vec<String>,
) {
    let named = keywords.get("properties").and_then(Value::as_object);
    for (key, own) in value.as_object().into_iter().flatten() {
        let place = format!("{place}/{key}");
        match (named.and_then(|named| named.get(key)), keyword) {
            (Some(schema), "properties") => holds(root, schema, own, &place, problems),
            (None, "additionalProperties") if keywords[keyword] == Value::Bool(false) => {
                problems.push(format!("{place}: no such key"));
            }
            (None, "additionalProperties") => {
                holds(root, &keywords[keyword], own, &place, problems);
            }
            _ => {}
        }
    }
}

fn is_type(argument: &Value, value: &Value) -> bool {
    if let Some(several) = argument.as_array() {
        return several.iter().any(|one| is_type(one, value));
    }
    match argument.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("type {other}"),
    }
}

#[test]
fn a_schema_can_fail() {
    let schema = serde_json::json!({
        "type": "object", "required": ["a"], "additionalProperties": false,
        "properties": { "a": { "type": "array", "items": { "enum": [1, 2] } } },
    });
    for (value, good) in [
        (serde_json::json!({ "a": [1, 2] }), true),
        (serde_json::json!({ "a": [3] }), false),
        (serde_json::json!({ "a": [1], "b": 1 }), false),
        (serde_json::json!({}), false),
        (serde_json::json!([]), false),
    ] {
        let mut problems = Vec::new();
        holds(&schema, &schema, &value, "", &mut problems);
        assert_eq!(problems.is_empty(), good, "{value}");
    }
}
