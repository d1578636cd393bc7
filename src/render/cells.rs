//! Cells as text: for people with thousands separators and percent signs, for files raw.
//!
//! Invariant: what is returned is one line and holds nothing that a terminal obeys.

use std::borrow::Cow;

use jiff::tz::TimeZone;

use super::{Cell, Column, Kind, Place, Sheet, Style, glyphs};
use crate::domain::{
    money::{Currency, group_thousands},
    text,
};

/// The columns to show: the wanted fields, else those whose place is here. Unknown fields are an error.
pub(super) fn choose(
    sheet: &Sheet,
    fields: Option<&[String]>,
    usual: impl Fn(&Column) -> bool,
) -> Result<Vec<usize>, super::RenderError> {
    let Some(fields) = fields else {
        return Ok((0..sheet.columns.len()).filter(|index| usual(&sheet.columns[*index])).collect());
    };
    let known = || sheet.columns.iter().map(|column| column.key.clone()).collect();
    let find = |field: &String| {
        let found = sheet.columns.iter().position(|column| column.key == *field);
        found.ok_or_else(|| super::RenderError::unknown_field(field, known()))
    };
    fields.iter().map(find).collect()
}

/// The columns that people see, on paper or on a screen: none that is empty from top to bottom.
pub(super) fn choose_for_people(
    sheet: &Sheet,
    fields: Option<&[String]>,
    terminal: bool,
) -> Result<Vec<usize>, super::RenderError> {
    let several = sheet.currency().is_none();
    let chosen = choose(sheet, fields, |column| match column.place {
        Place::Always | Place::Differing => true,
        Place::Several => several,
        Place::Files => false,
        Place::Terminal => terminal,
    })?;
    let filled = |index: &usize| {
        let mut cells = sheet.rows.iter().filter_map(|row| row.cells.get(*index));
        sheet.rows.is_empty() || cells.any(|cell| !is_blank(cell))
    };
    let differs = |index: &usize| {
        let mut cells = sheet.rows.iter().filter(|row| is_data(row.style)).filter_map(|row| row.cells.get(*index));
        let first = cells.next();
        cells.any(|cell| Some(cell) != first)
    };
    let shown = |index: &usize| filled(index) && (sheet.columns[*index].place != Place::Differing || differs(index));
    Ok(if fields.is_some() { chosen } else { chosen.into_iter().filter(shown).collect() })
}

/// Whether a cell says nothing.
pub(super) fn is_blank(cell: &Cell) -> bool {
    match cell {
        Cell::Empty => true,
        Cell::Text(text) | Cell::Indented(text) => text.trim().is_empty(),
        _ => false,
    }
}

/// Whether a row is shown to people; with `--fields` only data is.
pub(super) fn is_shown(style: Style, fields: Option<&[String]>) -> bool {
    style != Style::FileOnly && (fields.is_none() || is_data(style))
}

/// Whether a row belongs into a file.
pub(super) fn is_data(style: Style) -> bool {
    matches!(style, Style::Normal | Style::Result | Style::FileOnly)
}

/// A column's heading for people.
pub(super) fn heading(column: &Column, only: Option<Currency>) -> String {
    match only.filter(|_| column.names_currency) {
        Some(currency) => format!("{} {currency}", text::sanitize(&column.title)),
        None => text::sanitize(&column.title).into_owned(),
    }
}

/// A cell for people. Bars and sparklines are `room` columns wide at most.
pub(super) fn for_people(cell: &Cell, kind: Kind, room: usize, unicode: bool) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(words) => text::sanitize(words).trim().to_owned(),
        Cell::Indented(words) => format!("  {}", text::sanitize(words).trim()),
        Cell::Number(number) => group_thousands(&number.to_string()),
        Cell::Money(money) if kind == Kind::Money => group_thousands(&money.decimal()),
        Cell::Money(money) => money.grouped(),
        Cell::Date(date) => date.to_string(),
        Cell::Instant(instant) => instant.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M").to_string(),
        Cell::Share(ratio) => ratio.percent(),
        Cell::Bar(part) => glyphs::bar(*part, room, unicode),
        Cell::Spark(values) => glyphs::spark(values, room, unicode),
    }
}

/// A cell for a file: numbers raw (their currency has a column of its own), text safe for a spreadsheet.
pub(super) fn for_files(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Empty | Cell::Bar(_) | Cell::Spark(_) => Cow::Borrowed(""),
        Cell::Text(words) | Cell::Indented(words) => text::spreadsheet_safe(words),
        Cell::Number(number) => number.to_string().into(),
        Cell::Money(money) => money.decimal().into(),
        Cell::Date(date) => date.to_string().into(),
        Cell::Instant(instant) => instant.to_string().into(),
        Cell::Share(ratio) => ratio.decimal().into(),
    }
}
