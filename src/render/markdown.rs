//! Markdown tables (GitHub's), for people: grouped numbers, totals in bold.
//!
//! Invariant: text from outside cannot open a link, an image, HTML or another column.

use std::io::Write;

use super::{RenderError, Sheet, Style, cells};

pub(super) fn write(out: &mut dyn Write, sheet: &Sheet, fields: Option<&[String]>) -> Result<(), RenderError> {
    let chosen = cells::choose_for_people(sheet, fields, false)?;
    let headings = chosen.iter().map(|index| escape(&cells::heading(&sheet.columns[*index], sheet.currency())));
    line(out, headings)?;
    let numeric = |index: &usize| sheet.columns[*index].kind.is_numeric();
    line(out, chosen.iter().map(|index| if numeric(index) { "---:" } else { "---" }.to_owned()))?;
    for row in sheet.rows.iter().filter(|row| cells::is_shown(row.style, fields)) {
        let shown = chosen.iter().map(|index| {
            let words = cells::for_people(&row.cells[*index], sheet.columns[*index].kind, 0, true);
            let words = escape(words.trim());
            if row.style == Style::Normal || words.is_empty() { words } else { format!("**{words}**") }
        });
        line(out, shown)?;
    }
    Ok(())
}

fn line(out: &mut dyn Write, cells: impl Iterator<Item = String>) -> Result<(), RenderError> {
    write!(out, "|")?;
    for cell in cells {
        write!(out, " {cell} |")?;
    }
    Ok(writeln!(out)?)
}

fn escape(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\\' | '|' | '[' | ']' | '`' | '*' | '_' | '~' => escaped.extend(['\\', c]),
            _ => escaped.push(c),
        }
    }
    escaped
}
