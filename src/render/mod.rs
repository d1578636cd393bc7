//! From values to what is printed: a neutral grid becomes table, CSV, TSV or Markdown; JSON comes straight from the value.
//!
//! The only home of glyphs, thousands separators and column widths; uses the domain and the reports. Nothing here knows
//! whether it writes to a terminal: [`Options`] says so. Invariant: text from outside reaches no output unsanitised.

mod cells;
mod delimited;
mod fit;
mod glyphs;
mod json;
mod markdown;
mod prometheus;
mod sheet;
mod sheets;
mod table;

use std::io::{self, Write};

use serde::Serialize;

pub use self::{
    prometheus::exposition,
    sheet::{Cell, Column, Kind, Place, Row, Sheet, Style},
    sheets::{Fact, Facts},
};
use crate::domain::syntax::nearest;

/// Why something could not be printed.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// `--fields` names what is not there.
    #[error("there is no field {field:?}; there are {}", .known.join(", "))]
    UnknownField {
        /// The name that was asked for.
        field: String,
        /// The names there are.
        known: Vec<String>,
        /// The name that was perhaps meant.
        suggestion: Option<String>,
    },
    /// The value has no JSON form: a defect.
    #[error("this result cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// The output cannot be written.
    #[error("the output cannot be written")]
    Io(#[from] io::Error),
}

impl RenderError {
    fn unknown_field(field: &str, known: Vec<String>) -> Self {
        let suggestion = nearest(field, known.iter().map(String::as_str)).map(str::to_owned);
        Self::UnknownField { field: field.to_owned(), known, suggestion }
    }
}

/// How a result is written (`--format`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Columns for people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// Comma-separated values with a header.
    Csv,
    /// Tab-separated values with a header.
    Tsv,
    /// A Markdown table.
    Markdown,
}

impl Format {
    /// All formats, in the order of the help text.
    pub const ALL: [Self; 6] = [Self::Table, Self::Json, Self::Ndjson, Self::Csv, Self::Tsv, Self::Markdown];

    /// The word of `--format`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Markdown => "markdown",
        }
    }

    /// The format of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == word)
    }

    /// The format that a file's extension asks for (`--output`).
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "txt" | "prom" => Some(Self::Table),
            "jsonl" => Some(Self::Ndjson),
            "md" => Some(Self::Markdown),
            other => Self::from_word(other).filter(|format| *format != Self::Table),
        }
    }
}

/// What the output is like.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// The format.
    pub format: Format,
    /// `--fields`: these columns or keys in this order; `None` for the usual ones.
    pub fields: Option<Vec<String>>,
    /// Columns of the screen; `None` for as many as are needed.
    pub width: Option<u16>,
    /// Whether a person is looking: rules under headings, bars and sparklines.
    pub terminal: bool,
    /// Whether to use escape sequences for emphasis.
    pub color: bool,
    /// Whether the screen has more than ASCII.
    pub unicode: bool,
}

/// What can be shown as a grid.
pub trait ToSheet {
    /// The neutral grid of this value.
    fn to_sheet(&self) -> Sheet;

    /// How many things it shows, for the audit trail. Values with many rows answer without making the grid.
    fn count(&self) -> u64 {
        self.to_sheet().rows.len() as u64
    }
}

/// A value with the grid that shows it, for results that only one command knows.
#[derive(Debug, Clone)]
pub struct Shown<'a, T> {
    /// What JSON is made of.
    pub value: &'a T,
    /// What everything else is made of.
    pub sheet: Sheet,
}

impl<T: Serialize> Serialize for Shown<'_, T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<T> ToSheet for Shown<'_, T> {
    fn to_sheet(&self) -> Sheet {
        self.sheet.clone()
    }

    fn count(&self) -> u64 {
        self.sheet.rows.len() as u64
    }
}

/// Writes a result in the wanted format. Returns notes for the person in front of the screen, one sentence each: that there is
/// nothing to show, which columns did not fit, where a report had to leave something out.
pub fn write<T: Serialize + ToSheet>(
    out: &mut dyn Write,
    value: &T,
    options: &Options,
) -> Result<Vec<String>, RenderError> {
    let fields = options.fields.as_deref();
    match options.format {
        Format::Json => json::document(out, value, fields).map(|()| Vec::new()),
        Format::Ndjson => json::lines(out, value, fields).map(|()| Vec::new()),
        Format::Csv => delimited::csv(out, &value.to_sheet(), fields).map(|()| Vec::new()),
        Format::Tsv => delimited::tsv(out, &value.to_sheet(), fields).map(|()| Vec::new()),
        Format::Markdown => {
            let sheet = value.to_sheet();
            markdown::write(out, &sheet, fields)?;
            Ok(sheet.notes)
        }
        Format::Table => table::write(out, &value.to_sheet(), options),
    }
}

/// Writes any value as one JSON document; `fields` keeps only these keys, of each item where the value is a list.
pub fn json(out: &mut dyn Write, value: &impl Serialize, fields: Option<&[String]>) -> Result<(), RenderError> {
    json::document(out, value, fields)
}

#[cfg(test)]
mod tests;
