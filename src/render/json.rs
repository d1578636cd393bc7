//! JSON and NDJSON, straight from the value that serialises.
//!
//! Invariant: the text means exactly what the value says, and still holds no character that a terminal obeys: such
//! characters are written as `\u` escapes.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use super::RenderError;
use crate::domain::text;

/// Where the items of a document are, by the names that documents of this program use.
const LISTS: [&str; 4] = ["items", "rows", "connections", "checks"];

/// One document, indented. `fields` keeps these keys of every item, or of the document itself when it has no items.
pub(super) fn document(
    out: &mut dyn Write,
    value: &impl Serialize,
    fields: Option<&[String]>,
) -> Result<(), RenderError> {
    let mut out = Escaping(out);
    match fields {
        None => serde_json::to_writer_pretty(&mut out, value).map_err(failed)?,
        Some(fields) => {
            let mut document = serde_json::to_value(value)?;
            match list_mut(&mut document) {
                Some(items) => project_all(items, fields)?,
                None => project_all(std::slice::from_mut(&mut document), fields)?,
            }
            serde_json::to_writer_pretty(&mut out, &document).map_err(failed)?;
        }
    }
    Ok(writeln!(out)?)
}

/// One item a line; a document without items is one line.
pub(super) fn lines(out: &mut dyn Write, value: &impl Serialize, fields: Option<&[String]>) -> Result<(), RenderError> {
    let mut out = Escaping(out);
    let mut document = serde_json::to_value(value)?;
    let items = match list_mut(&mut document) {
        Some(items) => std::mem::take(items),
        None => vec![document],
    };
    for mut item in items {
        if let Some(fields) = fields {
            project_all(std::slice::from_mut(&mut item), fields)?;
        }
        serde_json::to_writer(&mut out, &item).map_err(failed)?;
        writeln!(out)?;
    }
    Ok(())
}

fn failed(error: serde_json::Error) -> RenderError {
    if error.is_io() { RenderError::Io(error.into()) } else { RenderError::Json(error) }
}

fn list_mut(document: &mut Value) -> Option<&mut Vec<Value>> {
    match document {
        Value::Array(items) => Some(items),
        Value::Object(object) => {
            let key = LISTS.into_iter().find(|key| object.get(*key).is_some_and(Value::is_array))?;
            object.get_mut(key).and_then(Value::as_array_mut)
        }
        _ => None,
    }
}

fn project_all(items: &mut [Value], fields: &[String]) -> Result<(), RenderError> {
    for item in items {
        let Value::Object(object) = item else { continue };
        let mut kept = Map::new();
        for field in fields {
            let found = find(object, field).ok_or_else(|| RenderError::unknown_field(field, known(object)))?;
            kept.insert(field.clone(), found.clone());
        }
        *object = kept;
    }
    Ok(())
}

/// The value of a key of the object, or of an object in it (`available` of a balance), as files name their columns.
fn find<'a>(object: &'a Map<String, Value>, field: &str) -> Option<&'a Value> {
    let inner =
        || object.values().filter_map(Value::as_object).filter(|inner| !is_money(inner)).find_map(|o| o.get(field));
    object.get(field).or_else(inner)
}

fn known(object: &Map<String, Value>) -> Vec<String> {
    let inner = object.values().filter_map(Value::as_object).filter(|inner| !is_money(inner)).flat_map(Map::keys);
    let mut known: Vec<String> = object.keys().cloned().collect();
    known.extend(inner.filter(|key| !object.contains_key(*key)).cloned());
    known
}

fn is_money(object: &Map<String, Value>) -> bool {
    object.contains_key("minor")
}

/// Writes JSON through, with every character that must not reach a terminal as an escape. Such characters only occur inside
/// strings, where the escape means the same.
struct Escaping<'a>(&'a mut dyn Write);

impl Write for Escaping<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.iter().all(|byte| byte.is_ascii() && *byte != 0x7f) {
            return self.0.write(bytes);
        }
        let fragment = std::str::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        let mut escaped = Vec::with_capacity(fragment.len());
        for c in fragment.chars() {
            if (c.is_ascii() && c != '\u{7f}') || !text::is_unsafe(c) {
                escaped.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(escaped, "\\u{unit:04x}")?;
            }
        }
        self.0.write_all(&escaped)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
