//! Tests of the reports, on a small book of two currencies.

mod flows;
mod worth;

use jiff::civil::date;

use super::{PeriodAmount, Report, Request, Row};
use crate::domain::{
    dates::{Date, Interval, Period},
    money::Money,
    views::Grouping,
};

/// The middle of a month, so that the last column is cut short.
const TODAY: Date = date(2026, 3, 15);

fn money(text: &str) -> Money {
    let (amount, code) = text.split_once(' ').unwrap_or((text, "USD"));
    Money::parse(amount, code.parse().unwrap()).unwrap()
}

fn request(period: &str, interval: Option<Interval>, by: Grouping) -> Request {
    Request { period: Period::parse(period, TODAY).unwrap(), interval, by, today: TODAY, top: None }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

/// A report as lines: label, amounts by column, total, average, share, count.
fn lines(report: &Report) -> String {
    let row = |row: &Row| {
        let cells: Vec<String> = row.periods.iter().map(shown).collect();
        let average = row.average.map_or("-".to_owned(), |average| average.decimal());
        let share = row.share.map_or("-".to_owned(), super::Ratio::percent);
        let group = row.group.as_ref().map(|group| format!("{group} / ")).unwrap_or_default();
        let (label, total) = (&row.label, row.total);
        format!("{group}{label}: {} | {total} | {average} {share} {}", cells.join(" "), row.count)
    };
    let span = |day: Option<Date>| day.map_or("…".to_owned(), |day| day.to_string());
    let mut lines = vec![format!("{} {} to {}", report.report, span(report.begin), span(report.end))];
    lines.extend(report.rows.iter().map(row));
    for totals in &report.period_totals {
        let cells: Vec<String> = totals.periods.iter().map(shown).collect();
        lines.push(format!("= {} | {} | {}", cells.join(" "), totals.total, totals.count));
    }
    for gap in &report.gaps {
        lines.push(format!("? {} {} {}", gap.account, gap.name, span(gap.known_from)));
    }
    lines.join("\n")
}

/// An amount, or a dash where it is not known.
fn shown(period: &PeriodAmount) -> String {
    period.amount.map_or_else(|| "-".to_owned(), |amount| amount.decimal())
}
