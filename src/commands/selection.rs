//! The arguments by which commands select transactions: query words, a period, an interval.

use crate::{
    context::Context,
    domain::{
        dates::{self, Date, Interval, Period},
        query::Query,
    },
    error::Result,
};

/// Query words and a period (`bursar help queries`, `bursar help periods`).
#[derive(Debug, clap::Args, Default)]
pub(crate) struct Selection {
    /// Query words: coffee, cat:food, acct:0000, amt:'>50' … (bursar help queries)
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
    #[command(flatten)]
    period: PeriodArgs,
}

/// A period.
#[derive(Debug, clap::Args, Default)]
pub(crate) struct PeriodArgs {
    /// Period: 2026, 2026-03, 2026Q1, lastmonth, 'last 90 days', 2026-01..2026-03 …
    #[arg(short, long, value_name = "PERIOD")]
    period: Option<String>,
    /// First day, included
    #[arg(short, long, value_name = "DATE")]
    begin: Option<String>,
    /// Day after the last, excluded
    #[arg(short, long, value_name = "DATE")]
    end: Option<String>,
}

impl Selection {
    /// The query and the period, or what is wrong with them and where.
    pub(crate) fn resolve(&self, context: &mut Context) -> Result<(Query, Period)> {
        let query = Query::from_words(&self.query, context.clock.today())?;
        if !query.is_empty() {
            let kinds: std::collections::BTreeSet<_> = query.terms.iter().map(|term| term.test.prefix()).collect();
            context.note_fact("query", kinds.into_iter().collect::<Vec<_>>());
        }
        Ok((query, self.period.resolve(context)?))
    }
}

impl PeriodArgs {
    /// The period, narrowed by `--begin` and `--end`.
    pub(crate) fn resolve(&self, context: &mut Context) -> Result<Period> {
        let today = context.clock.today();
        let bound = |text: &Option<String>| -> Result<Option<Date>> {
            Ok(text.as_deref().map(|text| dates::parse_bound(text, today)).transpose()?)
        };
        let period = match &self.period {
            Some(text) => Period::parse(text, today)?,
            None => Period::ALL,
        };
        let period = period.intersection(Period { begin: bound(&self.begin)?, end: bound(&self.end)? });
        if period != Period::ALL {
            context.note_fact("period", period.to_string());
        }
        Ok(period)
    }
}

/// How a report cuts its period into columns.
#[derive(Debug, clap::Args, Default)]
#[group(multiple = false)]
#[expect(clippy::struct_excessive_bools, reason = "one field a flag; a flag is a bool")]
pub(crate) struct IntervalArgs {
    /// One column a day
    #[arg(long, short = 'D')]
    daily: bool,
    /// One column a week, from Monday
    #[arg(long, short = 'W')]
    weekly: bool,
    /// One column a month
    #[arg(long, short = 'M')]
    monthly: bool,
    /// One column a quarter
    #[arg(long, short = 'Q')]
    quarterly: bool,
    /// One column a year
    #[arg(long, short = 'Y')]
    yearly: bool,
}

impl IntervalArgs {
    /// The interval, if one was asked for.
    pub(crate) fn interval(&self) -> Option<Interval> {
        [
            (self.daily, Interval::Daily),
            (self.weekly, Interval::Weekly),
            (self.monthly, Interval::Monthly),
            (self.quarterly, Interval::Quarterly),
            (self.yearly, Interval::Yearly),
        ]
        .into_iter()
        .find_map(|(asked, interval)| asked.then_some(interval))
    }
}
