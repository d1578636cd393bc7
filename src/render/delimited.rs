//! CSV (RFC 4180, with line feeds) and TSV: a header of keys, then data rows only, numbers raw.
//!
//! Invariant: no cell begins a formula in a spreadsheet, and no cell spans lines.

use std::io::Write;

use super::{Place, RenderError, Sheet, cells};

pub(super) fn csv(out: &mut dyn Write, sheet: &Sheet, fields: Option<&[String]>) -> Result<(), RenderError> {
    write(csv::WriterBuilder::new().from_writer(out), sheet, fields)
}

pub(super) fn tsv(out: &mut dyn Write, sheet: &Sheet, fields: Option<&[String]>) -> Result<(), RenderError> {
    // Sanitised text has neither tabs nor line breaks, so nothing ever has to be quoted.
    let writer = csv::WriterBuilder::new().delimiter(b'\t').quote_style(csv::QuoteStyle::Never).from_writer(out);
    write(writer, sheet, fields)
}

fn write(mut writer: csv::Writer<&mut dyn Write>, sheet: &Sheet, fields: Option<&[String]>) -> Result<(), RenderError> {
    let chosen = cells::choose(sheet, fields, |column| column.place != Place::Terminal)?;
    writer.write_record(chosen.iter().map(|index| sheet.columns[*index].key.as_str())).map_err(failed)?;
    for row in sheet.rows.iter().filter(|row| cells::is_data(row.style)) {
        for index in &chosen {
            writer.write_field(cells::for_files(&row.cells[*index]).as_bytes()).map_err(failed)?;
        }
        writer.write_record(None::<&[u8]>).map_err(failed)?;
    }
    Ok(writer.flush()?)
}

fn failed(error: csv::Error) -> RenderError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => RenderError::Io(error),
        other => RenderError::Io(std::io::Error::other(format!("{other:?}"))),
    }
}
