//! Debts with their terms, and how much of each credit line is used.

use crate::{
    render::{Cell, Column, Kind, Place, Sheet, Style, ToSheet},
    reports::{
        liabilities::{Liabilities, Row},
        utilization::Utilization,
    },
};

impl ToSheet for Liabilities {
    fn count(&self) -> u64 {
        self.rows.len() as u64
    }

    fn to_sheet(&self) -> Sheet {
        use Kind::{Date, Money, Text};
        let mut sheet = Sheet::new(
            vec![
                Column::new(Text, "label", "Account"),
                Column::new(Text, "account", "Id").priority(7),
                Column::new(Text, "type", "Type").place(Place::Files),
                Column::new(Text, "currency", "Currency").place(Place::Several),
                Column::new(Money, "balance", "Balance").names_currency(),
                Column::new(Text, "apr", "APR %").priority(3),
                Column::new(Money, "statement_balance", "Statement").priority(5),
                Column::new(Date, "statement_date", "Of").priority(8),
                Column::new(Money, "minimum", "Minimum").priority(2),
                Column::new(Date, "due", "Due"),
                Column::new(Text, "days_left", "Days").priority(4),
                Column::new(Text, "overdue", "Status").priority(6),
                Column::new(Money, "past_due", "Past due").place(Place::Files),
                Column::new(Money, "last_payment", "Last payment").place(Place::Files),
                Column::new(Date, "last_payment_date", "Paid on").place(Place::Files),
                Column::new(Date, "as_of", "As of (UTC)").priority(9),
            ],
            "there are no cards or loans",
        );
        self.rows.iter().for_each(|row| sheet.push(Style::Normal, cells(row)));
        for total in &self.totals {
            let front = ["Total".into(), Cell::Empty, Cell::Empty, total.currency.code().into()];
            sheet.push(Style::Total, front.into_iter().chain([(*total).into()]).collect());
        }
        sheet
    }
}

fn cells(row: &Row) -> Vec<Cell> {
    vec![
        (&row.label).into(),
        row.account.to_string().into(),
        row.kind.as_str().into(),
        row.currency.code().into(),
        row.balance.into(),
        row.apr.as_ref().into(),
        row.statement_balance.into(),
        row.statement_date.into(),
        row.minimum.into(),
        row.due.into(),
        row.days_left.map(|days| days.to_string()).into(),
        if row.overdue { "overdue".into() } else { Cell::Empty },
        row.past_due.into(),
        row.last_payment.into(),
        row.last_payment_date.into(),
        row.as_of.into(),
    ]
}

impl ToSheet for Utilization {
    fn count(&self) -> u64 {
        self.rows.len() as u64
    }

    fn to_sheet(&self) -> Sheet {
        use Kind::{Money, Share, Text};
        let mut sheet = Sheet::new(
            vec![
                Column::new(Text, "label", "Card"),
                Column::new(Text, "account", "Id").priority(3),
                Column::new(Text, "currency", "Currency").place(Place::Several),
                Column::new(Money, "used", "Used").names_currency(),
                Column::new(Money, "limit", "Limit"),
                Column::new(Money, "left", "Left").priority(2),
                Column::new(Share, "utilization", "Utilization"),
            ],
            "there are no credit accounts",
        );
        for row in &self.rows {
            let front = [(&row.label).into(), row.account.to_string().into(), row.currency.code().into()];
            let figures = [row.used.into(), row.limit.into(), row.left.into(), row.utilization.into()];
            sheet.push(Style::Normal, front.into_iter().chain(figures).collect());
        }
        for total in &self.totals {
            let front = ["Total".into(), Cell::Empty, total.currency.code().into()];
            let figures = [total.used.into(), total.limit.into(), total.left.into(), total.utilization.into()];
            sheet.push(Style::Total, front.into_iter().chain(figures).collect());
        }
        sheet
    }
}
