//! The documents of `-o json` and the columns of `-o plain`, for the manual: one entry for each answer. The fields are
//! read from the types of the answers.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use super::changes::Changes;
use super::checks::{Checks, Explanation};
use super::doctor::Report;
use super::failure::Failure;
use super::forwarders::Forwarders;
use super::lookup::Lookups;
use super::record::ShownRecords;
use super::records::Records;
use super::status::Status;
use super::sync::SyncChanges;
use super::zones::{ShownZone, Zones};

/// An answer, as programs read it.
#[derive(Debug)]
pub struct Document {
    /// What the manual calls it.
    pub title: &'static str,
    /// The commands that print it, for people; empty for a failure.
    pub commands: &'static [&'static str],
    /// The columns of `-o plain`, in order; empty where it has none.
    pub plain: &'static [&'static str],
    /// The fields of `-o json`, each after the one that holds it.
    pub fields: Vec<Field>,
}

/// A field of a document.
#[derive(Debug)]
pub struct Field {
    /// The names that lead to it, such as `records[].fqdn`.
    pub path: String,
    /// What it holds, such as `string or null`.
    pub kind: String,
    /// Whether every document has it.
    pub is_required: bool,
    /// What it means.
    pub description: String,
    /// The values that it may have, and their meanings, where the type lists them.
    pub values: Vec<(String, String)>,
}

const CHANGE: &[&str] = &["action", "name", "from", "to"];
const RECORD: &[&str] = &["hostname", "fqdn", "addresses", "switch", "static or dynamic", "alias of"];
const ZONE: &[&str] = &["switch", "domain", "hosts", "records", "UUID"];

/// Every document, failures last.
pub fn all() -> Vec<Document> {
    vec![
        document::<Changes>(
            "CHANGES",
            &[
                "zone create",
                "zone rm",
                "zone set",
                "zone share",
                "zone unshare",
                "record add",
                "record rm",
                "record rename",
                "record import",
                "forwarders set",
                "forwarders clear",
            ],
            CHANGE,
        ),
        document::<SyncChanges>("CHANGES OF SEVERAL SWITCHES", &["sync", "prune-stale"], CHANGE),
        document::<Status>(
            "STATUS",
            &["status"],
            &[
                "switch",
                "domain",
                "hosts",
                "owners of names",
                "forwarders",
                "shared with",
                "shares",
                "findings",
            ],
        ),
        document::<Records>("HOSTS", &["record ls"], RECORD),
        document::<ShownRecords>("ONE HOST", &["record show"], RECORD),
        document::<Zones>("ZONES", &["zone ls"], ZONE),
        document::<ShownZone>("ONE ZONE", &["zone show"], ZONE),
        document::<Forwarders>(
            "FORWARDERS",
            &["forwarders show"],
            &["switch", "network", "resolvers", "search domains", "UUID of the row", "mode", "upstreams"],
        ),
        document::<Lookups>(
            "LOOKUPS",
            &["lookup"],
            &["name", "type", "verdict", "answers", "owners of the rows", "switch", "ports"],
        ),
        document::<Report>(
            "REPORT OF DOCTOR",
            &["doctor"],
            &[
                "severity, `changed` or `skipped`",
                "code or action",
                "switch",
                "subject or name",
                "message",
                "fix",
            ],
        ),
        document::<Checks>("CHECKS", &["doctor --list"], &["code", "severity", "category", "title"]),
        document::<Explanation>("ONE CHECK", &["doctor --explain"], &[]),
        document::<Failure>("FAILURES", &[], &[]),
    ]
}

fn document<T: JsonSchema>(
    title: &'static str,
    commands: &'static [&'static str],
    plain: &'static [&'static str],
) -> Document {
    let settings =
        SchemaSettings::draft2020_12().for_serialize().with(|settings| settings.inline_subschemas = true);
    let schema: Schema = settings.into_generator().into_root_schema_for::<T>();
    let mut fields = Vec::new();
    add_fields(schema.as_value(), "", &mut fields);
    Document { title, commands, plain, fields }
}

/// Adds the fields below a schema. A map with free names has none.
fn add_fields(schema: &Value, path: &str, fields: &mut Vec<Field>) {
    let Some(properties) = schema["properties"].as_object() else {
        let items = &schema["items"];
        let some =
            schema["anyOf"].as_array().and_then(|either| either.iter().find(|other| other["type"] != "null"));
        if items.is_object() {
            add_fields(items, &format!("{path}[]"), fields);
        } else if let Some(some) = some {
            add_fields(some, path, fields);
        }
        return;
    };
    let required = schema["required"].as_array();
    for (name, schema) in properties {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        fields.push(Field {
            kind: kind(schema),
            is_required: required.is_some_and(|names| names.iter().any(|other| other == name)),
            description: described(schema),
            values: values(schema),
            path: path.clone(),
        });
        add_fields(schema, &path, fields);
    }
}

fn described(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or_default().replace('\n', " ")
}

fn values(schema: &Value) -> Vec<(String, String)> {
    let listed = schema["oneOf"].as_array().into_iter().flatten();
    listed.filter_map(|one| Some((one["const"].as_str()?.to_owned(), described(one)))).collect()
}

/// What a field holds, in words.
fn kind(schema: &Value) -> String {
    if let Some(either) = schema["anyOf"].as_array() {
        return either.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    let word = |name: &str| match name {
        "integer" | "number" => "number".to_owned(),
        "array" => match kind(&schema["items"]).as_str() {
            "any" => "array".to_owned(),
            items => format!("array of {items}s"),
        },
        other => other.to_owned(),
    };
    match &schema["type"] {
        Value::String(name) => word(name),
        Value::Array(names) => {
            names.iter().filter_map(Value::as_str).map(word).collect::<Vec<_>>().join(" or ")
        }
        _ if schema["oneOf"].is_array() => "string".to_owned(),
        _ => "any".to_owned(),
    }
}
