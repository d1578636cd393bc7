//! What the reports over transactions have in common: selection, interval, grouping, and how they are made.

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::{
    commands::selection::{IntervalArgs, Selection},
    context::Context,
    domain::views::{Grouping, Sum, main_currencies},
    error::Result,
    reports::{Report, ReportError, Request},
};

/// Selection, interval, grouping and length of a report.
#[derive(Debug, clap::Args, Default)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    interval: IntervalArgs,
    /// What the rows are
    #[arg(long, value_name = "WHAT", value_parser = grouping())]
    by: Option<Grouping>,
    /// At most so many rows of each currency, the rest in one more
    #[arg(long, value_name = "N")]
    top: Option<usize>,
}

/// The word of `--by`.
pub(super) fn grouping() -> impl TypedValueParser<Value = Grouping> {
    let words = Grouping::ALL.iter().map(|grouping| grouping.as_str()).chain(["merchant"]);
    PossibleValuesParser::new(words.collect::<Vec<_>>())
        .map(|word| Grouping::from_word(&word).unwrap_or(Grouping::Category))
}

impl ReportArgs {
    /// Asks the book for sums, builds the report and shows it.
    pub(super) fn show(
        &self,
        context: &mut Context,
        default: Grouping,
        build: fn(&Request, &[Sum]) -> std::result::Result<Report, ReportError>,
    ) -> Result<()> {
        let (query, period) = self.selection.resolve(context)?;
        let request = Request {
            period,
            interval: self.interval.interval(),
            by: self.by.unwrap_or(default),
            today: context.clock.today(),
            top: self.top,
        };
        let book = context.book()?;
        let sums = book.sums(&request.sums(query))?;
        let mut report = build(&request, &sums)?;
        report.order(&main_currencies(&book.accounts()?));
        context.present(&report)
    }
}
