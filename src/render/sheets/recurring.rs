//! Payments that come back, one line a stream.

use crate::{
    domain::{categories, recurring::Standing, views::BankStreamView},
    render::{Cell, Column, Kind, Place, Sheet, Style, ToSheet},
    reports::recurring::{Recurring, Row},
};

impl ToSheet for Recurring {
    fn count(&self) -> u64 {
        self.bank.as_ref().map_or(self.rows.len(), Vec::len) as u64
    }

    fn to_sheet(&self) -> Sheet {
        use Kind::{Date, Money, Number, Text};
        if let Some(streams) = &self.bank {
            return by_the_banks(streams);
        }
        let mut sheet = Sheet::new(
            vec![
                Column::new(Text, "label", "Payee"),
                Column::new(Text, "cadence", "How often"),
                Column::new(Text, "category", "Category").priority(6),
                Column::new(Text, "status", "Status").priority(3),
                Column::new(Text, "account", "Account").priority(7),
                Column::new(Date, "last", "Last").priority(5),
                Column::new(Date, "next", "Next"),
                Column::new(Text, "currency", "Currency").place(Place::Several),
                Column::new(Money, "amount", "Amount").names_currency(),
                Column::new(Money, "was", "Was").priority(4),
                Column::new(Money, "yearly", "A year").priority(2),
                Column::new(Money, "low", "Low").place(Place::Files),
                Column::new(Money, "high", "High").place(Place::Files),
                Column::new(Date, "first", "First").place(Place::Files),
                Column::new(Number, "count", "Count").place(Place::Files),
                Column::new(Text, "type", "Type").place(Place::Files),
            ],
            "nothing comes back by the calendar",
        );
        for row in &self.rows {
            sheet.push(Style::Normal, cells(row));
        }
        for (title, totals) in [("Spent a year", &self.yearly_spent), ("Earned a year", &self.yearly_earned)] {
            for total in totals {
                let mut cells = vec![Cell::Empty; 11];
                cells[0] = title.into();
                cells[7] = total.currency.code().into();
                cells[10] = (*total).into();
                sheet.push(Style::Total, cells);
            }
        }
        sheet.notes.extend(self.rows.iter().filter_map(note));
        sheet
    }
}

fn cells(row: &Row) -> Vec<Cell> {
    vec![
        (&row.label).into(),
        row.cadence.as_str().replace('_', "-").into(),
        row.category.as_deref().map(|id| categories::name_of(id).into_owned()).into(),
        row.status.as_str().into(),
        row.account.to_string().into(),
        row.last.into(),
        row.next.into(),
        row.currency.code().into(),
        row.amount.into(),
        row.change.map(|change| change.from).into(),
        row.yearly.into(),
        row.low.into(),
        row.high.into(),
        row.first.into(),
        row.count.into(),
        row.kind.as_str().into(),
    ]
}

/// What its owner should know of a stream.
fn note(row: &Row) -> Option<String> {
    let missed = row.next.filter(|_| row.status == Standing::Missed);
    missed.map(|due| format!("{} was due on {due} and has not come", row.label))
}

/// What the banks see coming back, in their words.
fn by_the_banks(streams: &[BankStreamView]) -> Sheet {
    use Kind::{Date, Money, Text};
    let columns = vec![
        Column::new(Text, "label", "Payee"),
        Column::new(Text, "frequency", "How often"),
        Column::new(Text, "status", "Status").priority(3),
        Column::new(Text, "account", "Account").priority(6),
        Column::new(Date, "last", "Last").priority(4),
        Column::new(Date, "next", "Next"),
        Column::new(Text, "currency", "Currency").place(Place::Several),
        Column::new(Money, "amount", "Amount").names_currency(),
        Column::new(Money, "average", "Average").priority(2),
        Column::new(Date, "first", "First").place(Place::Files),
    ];
    let mut sheet = Sheet::new(columns, "no bank has said what comes back");
    for BankStreamView { account, regular, .. } in streams {
        let cells = vec![
            regular.label.as_str().into(),
            regular.frequency.replace('_', "-").into(),
            regular.status.replace('_', " ").into(),
            account.to_string().into(),
            regular.last.into(),
            regular.next.into(),
            regular.amount.currency.code().into(),
            regular.amount.into(),
            regular.average.into(),
            regular.first.into(),
        ];
        sheet.push(Style::Normal, cells);
    }
    sheet
}
