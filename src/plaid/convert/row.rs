//! One row of a page, read by itself; when it cannot be read, the field to blame is found without quoting its value.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Refusal, RowKind, text};

/// Reads a row, or says which field of which row stands in the way.
pub(super) fn read<'a, Row: Deserialize<'a>>(kind: RowKind, id_field: &str, raw: &'a RawValue) -> Result<Row, Refusal> {
    serde_json::from_str(raw.get()).map_err(|error| {
        let fields: HashMap<String, &RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
        let id = fields.get(id_field).and_then(|id| serde_json::from_str::<String>(id.get()).ok()).unwrap_or_default();
        Refusal { kind, id: text::shown(&id), reason: blame(raw.get(), &fields, &error) }
    })
}

fn blame(row: &str, fields: &HashMap<String, &RawValue>, error: &serde_json::Error) -> String {
    let words = error.to_string();
    let missing = words.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    if let Some(field) = missing.filter(|field| !fields.contains_key(*field)) {
        return format!("its field `{field}` is missing");
    }
    let offset = offset(row, error);
    let start = |value: &RawValue| value.get().as_ptr() as usize - row.as_ptr() as usize;
    let culprit = fields.iter().filter(|(_, value)| start(value) <= offset).max_by_key(|(_, value)| start(value));
    match culprit {
        Some((field, _)) if is_name(field) => format!("its field `{field}` is not of the kind that Plaid promises"),
        Some(_) => "one of its fields is not of the kind that Plaid promises".to_owned(),
        None => "it is not an object".to_owned(),
    }
}

/// Whether a key can be a field of Plaid's; any other could be a value that lost its way, and stays unsaid.
fn is_name(key: &str) -> bool {
    !key.is_empty() && key.len() <= 64 && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// How many bytes had been read when the error was found.
fn offset(row: &str, error: &serde_json::Error) -> usize {
    let before: usize = row.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    before + error.column()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plaid::wire::transactions::RemovedTransaction;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only whether it can be read matters")]
    struct Row {
        id: String,
        amount: crate::plaid::wire::Decimal,
        pending: bool,
        nested: Vec<RemovedTransaction>,
    }

    fn refusal(json: &str) -> String {
        let raw = RawValue::from_string(json.to_owned()).unwrap();
        read::<Row>(RowKind::Account, "id", &raw).unwrap_err().to_string()
    }

    #[test]
    fn names_the_row_and_the_field_but_no_value() {
        let nested = r#""nested":[{"transaction_id":"t"}]"#;
        for (json, field) in [
            (format!(r#"{{"id":"r1","amount":"12.34","pending":true,{nested}}}"#), "`amount` is not"),
            (format!("{{\n \"id\": \"r1\",\n \"pending\": true,\n \"amount\": true,\n {nested}}}"), "`amount` is not"),
            (format!(r#"{{"id":"r1","amount":1,"pending":"12.34",{nested}}}"#), "`pending` is not"),
            (format!(r#"{{"id":"r1","pending":true,{nested}}}"#), "`amount` is missing"),
            (r#"{"id":"r1","amount":1,"pending":true,"nested":[{"account_id":"12.34"}]}"#.to_owned(), "is missing"),
            (r#"{"id":"r1","amount":1,"pending":true,"nested":{}}"#.to_owned(), "`nested` is not"),
        ] {
            let sentence = refusal(&json);
            assert!(sentence.starts_with("account r1 was not kept: its field `"), "{sentence}");
            assert!(sentence.contains(field), "{sentence} does not blame {field}");
            assert!(!sentence.contains("12.34"), "{sentence}");
        }
        assert_eq!(refusal("[1]"), "account without an id was not kept: it is not an object");
    }
}
