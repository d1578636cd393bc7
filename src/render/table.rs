//! Tables for people: aligned columns, two spaces apart, a rule under the heading on a terminal, one line a row but where
//! text that must be read goes on below.
//!
//! Invariant: the escape sequences in the output are bursar's own.

use std::io::Write;

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

use super::{Cell, Column, Kind, Options, RenderError, Row, Sheet, Style, cells, fit};
use crate::domain::text;

/// Columns of the screen between two columns.
const GAP: usize = 2;
/// Other columns go before text is cut below this width, the most important text below the second; if that is not enough, no
/// text below the third.
const LEAST_TEXT: usize = 12;
const LEAST_MAIN_TEXT: usize = 24;
const SCANT_TEXT: usize = 4;
const BAR: usize = 16;
const SPARK: usize = 24;

/// Writes the table and returns what to tell the person besides.
pub(super) fn write(out: &mut dyn Write, sheet: &Sheet, options: &Options) -> Result<Vec<String>, RenderError> {
    let fields = options.fields.as_deref();
    let chosen = cells::choose_for_people(sheet, fields, options.terminal)?;
    let mut notes = sheet.notes.clone();
    let rows: Vec<_> = sheet.rows.iter().filter(|row| cells::is_shown(row.style, fields)).collect();
    if rows.is_empty() {
        notes.insert(0, sheet.empty.to_owned());
        return Ok(notes);
    }
    let headings: Vec<String> =
        chosen.iter().map(|index| cells::heading(&sheet.columns[*index], sheet.currency())).collect();
    let show = |index: usize, cell: &Cell, room: usize| {
        cells::for_people(cell, sheet.columns[index].kind, room, options.unicode)
    };
    let needs: Vec<fit::Need> = chosen
        .iter()
        .zip(&headings)
        .map(|(index, heading)| {
            let column = &sheet.columns[*index];
            let widths =
                rows.iter().map(|row| text::width(&show(*index, &row.cells[*index], natural_room(column.kind))));
            let natural = widths.max().unwrap_or(0).max(text::width(heading));
            need(column, natural)
        })
        .collect();
    let fitted = fit::fit(&needs, GAP, options.width.map(usize::from));
    let mark = if options.unicode { "…" } else { "~" };
    let cut = |words: &str, width: usize| text::truncate(words, width, mark).into_owned();

    let mut table = Table::new();
    table.load_style(style(options));
    let headed = headings.iter().any(|heading| !heading.is_empty());
    if headed {
        table.set_header(fitted.iter().map(|(position, width)| cut(&headings[*position], *width)).collect::<Vec<_>>());
    }
    let mut styles = Vec::new();
    for row in rows.iter().filter(|row| says_something(row, fitted.iter().map(|(position, _)| chosen[*position]))) {
        let shown: Vec<Vec<String>> = fitted
            .iter()
            .map(|(position, width)| {
                let index = chosen[*position];
                let words = show(index, &row.cells[index], *width);
                if sheet.columns[index].wraps { text::wrap(&words, *width) } else { vec![cut(&words, *width)] }
            })
            .collect();
        for line in 0..shown.iter().map(Vec::len).max().unwrap_or(0) {
            table.add_row(shown.iter().map(|lines| lines.get(line).map_or("", String::as_str)).collect::<Vec<_>>());
            styles.push(Some(row.style));
        }
    }
    let last = fitted.len().saturating_sub(1);
    for (place, (position, _)) in fitted.iter().enumerate() {
        if let Some(column) = table.column_mut(place) {
            column.set_padding((0, if place == last { 0 } else { u16::try_from(GAP).unwrap_or(2) }));
            let numeric = sheet.columns[chosen[*position]].kind.is_numeric();
            column.set_cell_alignment(if numeric { CellAlignment::Right } else { CellAlignment::Left });
        }
    }
    let above = if headed { 1 + usize::from(options.terminal) } else { 0 };
    styles.splice(0..0, (0..above).map(|_| None));
    print(out, &table, &styles, options.color)?;
    let left_out = (0..chosen.len()).filter(|position| fitted.iter().all(|(kept, _)| kept != position));
    notes.extend(hidden(&left_out.map(|position| headings[position].clone()).collect::<Vec<_>>()));
    Ok(notes)
}

/// Whether a row is worth a line: a sum is not when the columns of its figures are left out.
fn says_something(row: &Row, mut columns: impl Iterator<Item = usize>) -> bool {
    let is_figure = |cell: &Cell| !matches!(cell, Cell::Text(_) | Cell::Indented(_)) && !cells::is_blank(cell);
    row.style != Style::Total || columns.any(|index| is_figure(&row.cells[index]))
}

fn natural_room(kind: Kind) -> usize {
    if kind == Kind::Bar { BAR } else { SPARK }
}

fn need(column: &Column, natural: usize) -> fit::Need {
    let (least, scant) = match column.kind {
        Kind::Text if !column.whole && column.priority == 0 => (natural.min(LEAST_MAIN_TEXT), natural.min(SCANT_TEXT)),
        Kind::Text if !column.whole => (natural.min(LEAST_TEXT), natural.min(SCANT_TEXT)),
        Kind::Bar | Kind::Spark => (natural.min(BAR / 2), natural.min(BAR / 4)),
        _ => (natural, natural),
    };
    fit::Need { natural, least, scant, priority: column.priority }
}

/// No lines but one under the heading, and that only on a terminal.
fn style(options: &Options) -> TableStyle {
    let rule = if options.unicode { '─' } else { '-' };
    if options.terminal { TableStyle::new().header_separator(LineStyle::none().fill(rule)) } else { TableStyle::new() }
}

/// Heading and totals stand out in bold when colours are wanted; words say the same without.
fn print(out: &mut dyn Write, table: &Table, styles: &[Option<Style>], color: bool) -> Result<(), RenderError> {
    for (number, (line, style)) in table.lines().zip(styles).enumerate() {
        let line = line.trim_end();
        let emphasis = match style {
            None if number > 0 => "2",
            None | Some(Style::Heading | Style::Total | Style::Result) => "1",
            Some(Style::Normal | Style::FileOnly) => "",
        };
        if color && !emphasis.is_empty() {
            writeln!(out, "\u{1b}[{emphasis}m{line}\u{1b}[0m")?;
        } else {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

fn hidden(headings: &[String]) -> Option<String> {
    let named = headings.iter().filter(|heading| !heading.is_empty()).map(String::as_str).collect::<Vec<_>>();
    (!named.is_empty()).then(|| format!("not shown, the screen is too narrow: {}", named.join(", ")))
}
