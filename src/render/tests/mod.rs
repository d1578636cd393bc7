//! Tests of everything that is printed: tables on wide and narrow screens, files, JSON.

mod book;
mod formats;
mod lists;
mod reports;

use super::{Format, Options, RenderError, ToSheet, write};

/// A screen of so many columns with everything a modern terminal has, but colours.
fn screen(width: u16) -> Options {
    Options { width: Some(width), terminal: true, unicode: true, ..Options::default() }
}

/// A pipe or a file.
fn file(format: Format) -> Options {
    Options { format, unicode: true, ..Options::default() }
}

fn fields(options: &Options, fields: &[&str]) -> Options {
    Options { fields: Some(fields.iter().map(|field| (*field).to_owned()).collect()), ..options.clone() }
}

/// What is printed, and under it the notes.
fn print<T: ToSheet + serde::Serialize>(value: &T, options: &Options) -> String {
    let (text, notes) = try_print(value, options).unwrap();
    notes.iter().fold(text, |text, note| format!("{text}({note})\n"))
}

fn try_print<T: ToSheet + serde::Serialize>(
    value: &T,
    options: &Options,
) -> Result<(String, Vec<String>), RenderError> {
    let mut out = Vec::new();
    let notes = write(&mut out, value, options)?;
    let text = String::from_utf8(out).unwrap();
    if let (Some(width), Format::Table) = (options.width, options.format) {
        for line in text.lines().filter(|line| !line.contains('\u{1b}')) {
            let used = crate::domain::text::width(line);
            assert!(used <= usize::from(width), "{used} columns on a screen of {width}: {line}");
        }
    }
    Ok((text, notes))
}
