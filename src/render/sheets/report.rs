//! Reports: a row a group, a column a period, totals a currency, and a bar or a sparkline for the eye.

use crate::{
    domain::{
        dates::Interval,
        money::{Currency, Money},
        ratio::Ratio,
        views::Grouping,
    },
    render::{Cell, Column, Kind, Place, Sheet, Style, ToSheet},
    reports::{Gap, PeriodAmount, PeriodTotals, Report, Row, cashflow, categories, merchants, networth},
};

/// How soon a period's column goes when the screen is narrow; the oldest goes first.
const PERIOD: u8 = 9;

impl ToSheet for Report {
    fn count(&self) -> u64 {
        self.rows.len() as u64
    }

    fn to_sheet(&self) -> Sheet {
        let mut sheet = Sheet::new(columns(self), "nothing in this period");
        for totals in &self.period_totals {
            let rows: Vec<&Row> = self.rows.iter().filter(|row| row.currency == totals.currency).collect();
            let largest = rows.iter().map(|row| row.total.minor.unsigned_abs()).max().unwrap_or(0);
            let mut group = None;
            for row in &rows {
                if row.group.is_some() && row.group != group {
                    group.clone_from(&row.group);
                    head(&mut sheet, self, &rows, row);
                }
                sheet.push(style_of(self, row), cells(self, row, largest));
            }
            if self.by.is_some() {
                sheet.push(Style::Total, total_cells(self, totals));
            }
        }
        sheet.notes.extend(self.gaps.iter().map(|gap| note(gap, self.interval.is_some())));
        if self.interval.is_some() && self.by.is_none() && !self.gaps.is_empty() {
            let advice = "`bursar report networth --by account` shows each account from where it is known";
            sheet.notes.push(advice.to_owned());
        }
        sheet
    }
}

fn columns(report: &Report) -> Vec<Column> {
    let title = match report.by {
        Some(Grouping::Category) => "Category",
        Some(Grouping::Primary) => "Group",
        Some(Grouping::Payee) => "Payee",
        Some(Grouping::Account) => "Account",
        Some(Grouping::Connection) => "Connection",
        Some(Grouping::Institution) => "Institution",
        Some(Grouping::Total) | None => "",
    };
    let periods = periods(report);
    let mut columns = vec![
        Column::new(Kind::Text, "group", "Group").place(Place::Files),
        Column::new(Kind::Text, "label", title),
        Column::new(Kind::Text, "key", "Key").place(Place::Files),
        Column::new(Kind::Text, "currency", "Currency").place(Place::Several),
    ];
    if let Some(interval) = report.interval {
        let told = told(report);
        columns.extend(periods.iter().filter_map(|period| period.begin).enumerate().map(|(index, begin)| {
            let label = interval.label(interval.start_of(begin));
            let place = if index < told { Place::Always } else { Place::Files };
            Column::new(Kind::Money, label.clone(), label).priority(PERIOD).place(place)
        }));
    }
    let several = periods.len() > 1;
    let total = match (report.report, several) {
        (networth::NAME, _) => "Balance",
        (_, true) => "Total",
        (_, false) => "Amount",
    };
    // What can be worked out from the columns goes before them.
    let derived = PERIOD + 1;
    let people_want = |wanted: bool| if wanted { Place::Always } else { Place::Files };
    columns.push(Column::new(Kind::Money, "total", total).names_currency());
    columns
        .push(Column::new(Kind::Money, "average", average_title(report)).priority(derived).place(people_want(several)));
    columns.push(Column::new(Kind::Share, "share", "Share").priority(if several { derived } else { 3 }));
    let counted = [categories::NAME, merchants::NAME].contains(&report.report);
    columns.push(Column::new(Kind::Number, "count", "Count").priority(5).place(people_want(counted)));
    if periods.len() > 2 {
        columns.push(Column::new(Kind::Spark, "trend", "Trend").priority(6).place(Place::Terminal));
    } else if report.report != cashflow::NAME && report.report != networth::NAME {
        columns.push(Column::new(Kind::Bar, "bar", "").priority(6).place(Place::Terminal));
    }
    columns
}

fn average_title(report: &Report) -> &'static str {
    match report.interval {
        Some(Interval::Daily) => "A day",
        Some(Interval::Weekly) => "A week",
        Some(Interval::Monthly) => "A month",
        Some(Interval::Quarterly) => "A quarter",
        Some(Interval::Yearly) => "A year",
        None => "Average",
    }
}

/// The columns every row has; without rows there are none to show.
fn periods(report: &Report) -> &[PeriodAmount] {
    report.period_totals.first().map_or(&[], |totals| &totals.periods)
}

/// How many periods there are up to the last in which something happened: people need no columns of the future.
fn told(report: &Report) -> usize {
    let last = |row: &Row| row.periods.iter().rposition(|period| period.amount.is_some_and(|amount| amount.minor != 0));
    report.rows.iter().filter_map(last).max().map_or(usize::MAX, |last| last + 1)
}

fn style_of(report: &Report, row: &Row) -> Style {
    if report.by.is_none() && row.label == "net" { Style::Result } else { Style::Normal }
}

fn cells(report: &Report, row: &Row, largest: u64) -> Vec<Cell> {
    let label = match (&row.group, report.by) {
        (Some(group), _) if *group != row.label => Cell::Indented(row.label.clone()),
        (_, None) => capitalised(&row.label).into(),
        _ => (&row.label).into(),
    };
    let front = [row.group.as_ref().into(), label, row.key.as_ref().into()];
    let figures = Figures { total: row.total, average: row.average, share: row.share, count: row.count };
    line(report, front, &row.periods, &figures, largest)
}

fn total_cells(report: &Report, totals: &PeriodTotals) -> Vec<Cell> {
    let figures = Figures { total: totals.total, average: totals.average, share: None, count: totals.count };
    line(report, [Cell::Empty, "Total".into(), Cell::Empty], &totals.periods, &figures, 0)
}

/// What a line shows besides its columns.
struct Figures {
    total: Money,
    average: Option<Money>,
    share: Option<Ratio>,
    count: u64,
}

fn line(report: &Report, front: [Cell; 3], periods: &[PeriodAmount], figures: &Figures, largest: u64) -> Vec<Cell> {
    let mut cells: Vec<Cell> = front.into();
    cells.push(figures.total.currency.code().into());
    if report.interval.is_some() {
        cells.extend(periods.iter().map(|period| Cell::from(period.amount)));
    }
    cells.extend([figures.total.into(), figures.average.into(), figures.share.into(), figures.count.into()]);
    if periods.len() > 2 {
        cells.push(Cell::Spark(periods.iter().filter_map(|period| period.amount).map(|amount| amount.minor).collect()));
    } else if report.report != cashflow::NAME && report.report != networth::NAME {
        cells.push(bar(figures.total, largest));
    }
    cells
}

/// How much of the largest row this one is; what is negative has no bar.
fn bar(total: Money, largest: u64) -> Cell {
    let part = u128::try_from(total.minor).unwrap_or(0) * 10_000;
    let part = part.checked_div(u128::from(largest)).and_then(|part| u32::try_from(part).ok());
    part.filter(|part| *part > 0).map_or(Cell::Empty, Cell::Bar)
}

/// The heading over the categories of a group, unless the group is its only category.
fn head(sheet: &mut Sheet, report: &Report, rows: &[&Row], first: &Row) {
    let own: Vec<&&Row> = rows.iter().filter(|row| row.group == first.group).collect();
    let Some(group) = first.group.as_ref().filter(|group| own.len() > 1 || **group != first.label) else {
        return;
    };
    let Some(total) = sum_of(first.currency, own.iter().map(|row| row.total)) else { return };
    let columns = first.periods.iter().enumerate();
    let summed = columns.filter_map(|(index, period)| {
        let amounts = own.iter().filter_map(|row| row.periods.get(index)).filter_map(|period| period.amount);
        let amount = sum_of(first.currency, amounts)?;
        Some(PeriodAmount { amount: Some(amount), ..*period })
    });
    let summed: Vec<PeriodAmount> = summed.collect();
    let whole = report.period_totals.iter().find(|totals| totals.currency == first.currency);
    let share = whole.and_then(|totals| Ratio::of(total, totals.total));
    let figures = Figures { total, average: None, share, count: own.iter().map(|row| row.count).sum() };
    let cells = line(report, [Cell::Empty, group.into(), Cell::Empty], &summed, &figures, 0);
    sheet.push(Style::Heading, cells);
}

fn sum_of(currency: Currency, mut amounts: impl Iterator<Item = Money>) -> Option<Money> {
    amounts.try_fold(Money::zero(currency), Money::checked_add).ok()
}

fn note(gap: &Gap, series: bool) -> String {
    let (account, name) = (gap.account, &gap.name);
    match gap.known_from {
        Some(day) if series => {
            format!("the history of {account} {name} begins {day}; what would need it before is left blank")
        }
        Some(day) => format!("the history of {account} {name} begins {day}; before that it does not count"),
        None => format!("the balance of {account} {name} is not known; it does not count"),
    }
}

fn capitalised(label: &str) -> String {
    let mut chars = label.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
