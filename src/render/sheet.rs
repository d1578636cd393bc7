//! The neutral grid: typed cells in typed columns, no widths, no glyphs, no separators.
//!
//! Invariant: every row has as many cells as there are columns; what is missing is empty.

use crate::domain::{
    dates::{Date, Timestamp},
    money::{Currency, Money},
    ratio::Ratio,
};

/// What a column holds, and so how it is aligned and measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words; may be cut short.
    Text,
    /// Counts.
    Number,
    /// Amounts.
    Money,
    /// Days and instants.
    Date,
    /// Parts of a whole.
    Share,
    /// A bar as long as the part it stands for.
    Bar,
    /// A line of small bars, one for each value.
    Spark,
}

impl Kind {
    /// Whether cells stand at the right edge.
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Number | Self::Money | Self::Share)
    }
}

/// Where a column is shown without being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Everywhere.
    Always,
    /// In tables for people when the sheet has several currencies; always in files.
    Several,
    /// Only in files (CSV, TSV).
    Files,
    /// Only on a terminal.
    Terminal,
    /// In tables for people when not all rows of data say the same; always in files.
    Differing,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The name in `--fields` and in the header of files.
    pub key: String,
    /// The heading for people.
    pub title: String,
    /// What it holds.
    pub kind: Kind,
    /// Where it is shown.
    pub place: Place,
    /// When the screen is narrow, the column with the highest number goes first; 0 never goes.
    pub priority: u8,
    /// Whether the heading names the currency when the sheet has only one.
    pub names_currency: bool,
    /// Whether its text is useless when cut short (a command to run).
    pub whole: bool,
    /// Whether its text goes on below when the screen is narrow, because people have to read all of it.
    pub wraps: bool,
}

impl Column {
    /// A column that is shown everywhere and goes last when the screen is narrow.
    pub fn new(kind: Kind, key: impl Into<String>, title: impl Into<String>) -> Self {
        let (key, title) = (key.into(), title.into());
        Self { key, title, kind, place: Place::Always, priority: 0, names_currency: false, whole: false, wraps: false }
    }

    /// The same column, going earlier when the screen is narrow.
    #[must_use]
    pub fn priority(self, priority: u8) -> Self {
        Self { priority, ..self }
    }

    /// The same column, shown elsewhere.
    #[must_use]
    pub fn place(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// The same column with the currency in its heading when there is only one.
    #[must_use]
    pub fn names_currency(self) -> Self {
        Self { names_currency: true, ..self }
    }

    /// The same column, never cut short.
    #[must_use]
    pub fn whole(self) -> Self {
        Self { whole: true, ..self }
    }

    /// The same column, going on below instead of being cut short.
    #[must_use]
    pub fn wraps(self) -> Self {
        Self { wraps: true, ..self }
    }
}

/// What a row is to its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Data.
    Normal,
    /// A title over the rows that follow; people only.
    Heading,
    /// A sum of rows; people only.
    Total,
    /// Data that is itself a sum of other rows.
    Result,
    /// Data that says nothing to people, for files only.
    FileOnly,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub style: Style,
    /// Its cells, in the order of the columns.
    pub cells: Vec<Cell>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Words, as they came.
    Text(String),
    /// Words that stand a step to the right for people.
    Indented(String),
    /// A count.
    Number(u64),
    /// An amount.
    Money(Money),
    /// A day.
    Date(Date),
    /// An instant.
    Instant(Timestamp),
    /// A part of a whole.
    Share(Ratio),
    /// A bar of so many ten-thousandths of the full length.
    Bar(u32),
    /// Values in order.
    Spark(Vec<i64>),
}

/// The grid.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
    /// What to tell people when there are no rows.
    pub empty: &'static str,
    /// What people should know besides, one sentence each.
    pub notes: Vec<String>,
}

impl Sheet {
    /// A grid of these columns without rows.
    pub fn new(columns: Vec<Column>, empty: &'static str) -> Self {
        Self { columns, rows: Vec::new(), empty, notes: Vec::new() }
    }

    /// A grid of words; a column's key is its title in lower case with underscores.
    pub fn of_text<const N: usize>(titles: &[&str; N], rows: impl IntoIterator<Item = [String; N]>) -> Self {
        let column = |title: &&str| Column::new(Kind::Text, title.to_lowercase().replace(' ', "_"), *title);
        let mut sheet = Self::new(titles.iter().map(column).collect(), "there is nothing to show");
        for row in rows {
            sheet.push(Style::Normal, row.into_iter().map(Cell::Text).collect());
        }
        sheet
    }

    /// Adds a row; missing cells are empty.
    pub fn push(&mut self, style: Style, mut cells: Vec<Cell>) {
        cells.resize(self.columns.len(), Cell::Empty);
        self.rows.push(Row { style, cells });
    }

    /// The only currency of all amounts, if there is exactly one.
    pub(super) fn currency(&self) -> Option<Currency> {
        let mut amounts = self.rows.iter().flat_map(|row| &row.cells).filter_map(|cell| match cell {
            Cell::Money(money) => Some(money.currency),
            _ => None,
        });
        let first = amounts.next()?;
        amounts.all(|currency| currency == first).then_some(first)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<Money> for Cell {
    fn from(money: Money) -> Self {
        Self::Money(money)
    }
}

impl From<Date> for Cell {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl From<Timestamp> for Cell {
    fn from(instant: Timestamp) -> Self {
        Self::Instant(instant)
    }
}

impl From<Ratio> for Cell {
    fn from(ratio: Ratio) -> Self {
        Self::Share(ratio)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}
