//! What investment accounts hold.

use crate::{
    domain::views::TradeView,
    render::{Cell, Column, Kind, Place, Sheet, Style, ToSheet},
    reports::holdings::Holdings,
};

impl ToSheet for Holdings {
    fn count(&self) -> u64 {
        self.trades.as_ref().map_or(self.rows.len(), Vec::len) as u64
    }

    fn to_sheet(&self) -> Sheet {
        use Kind::{Date, Money, Share, Text};
        if let Some(trades) = &self.trades {
            return of_trades(trades);
        }
        let mut sheet = Sheet::new(
            vec![
                Column::new(Text, "label", "Security"),
                Column::new(Text, "account_name", "Account").priority(3),
                Column::new(Text, "quantity", "Quantity").priority(5),
                Column::new(Text, "price", "Price").priority(6),
                Column::new(Text, "currency", "Currency").place(Place::Several),
                Column::new(Money, "value", "Value").names_currency(),
                Column::new(Money, "cost", "Cost").priority(7),
                Column::new(Money, "gain", "Gain").priority(2),
                Column::new(Share, "share", "Share").priority(4),
                Column::new(Text, "account", "Id").place(Place::Files),
                Column::new(Text, "ticker", "Symbol").place(Place::Files),
                Column::new(Text, "kind", "Kind").place(Place::Files),
                Column::new(Date, "price_date", "Price of").place(Place::Files),
                Column::new(Date, "as_of", "As of (UTC)").priority(8),
            ],
            "there are no holdings",
        );
        for row in &self.rows {
            sheet.push(
                Style::Normal,
                vec![
                    row.label.as_ref().into(),
                    (&row.account_name).into(),
                    (&row.quantity).into(),
                    (&row.price).into(),
                    row.currency.code().into(),
                    row.value.into(),
                    row.cost.into(),
                    row.gain.into(),
                    row.share.into(),
                    row.account.to_string().into(),
                    row.ticker.as_ref().into(),
                    row.kind.as_ref().into(),
                    row.price_date.into(),
                    row.as_of.into(),
                ],
            );
        }
        for total in &self.totals {
            let gain = self.gains.iter().find(|gain| gain.currency == total.currency).copied();
            let between = [const { Cell::Empty }; 3];
            let front = ["Total".into()].into_iter().chain(between);
            let figures = [total.currency.code().into(), (*total).into(), Cell::Empty, gain.into()];
            sheet.push(Style::Total, front.chain(figures).collect());
        }
        sheet
    }
}

fn of_trades(trades: &[TradeView]) -> Sheet {
    use Kind::{Date, Money, Text};
    let columns = vec![
        Column::new(Date, "date", "Date"),
        Column::new(Text, "kind", "Kind"),
        Column::new(Text, "security", "Security").priority(2),
        Column::new(Text, "quantity", "Quantity").priority(3),
        Column::new(Text, "price", "Price").priority(4),
        Column::new(Text, "currency", "Currency").place(Place::Several),
        Column::new(Money, "amount", "Amount").names_currency(),
        Column::new(Money, "fees", "Fees").priority(6),
        Column::new(Text, "name", "Description").priority(5),
        Column::new(Text, "account", "Id").priority(7),
        Column::new(Text, "ticker", "Symbol").place(Place::Files),
        Column::new(Text, "subtype", "Finer kind").place(Place::Files),
    ];
    let mut sheet = Sheet::new(columns, "there are no trades");
    for trade in trades {
        let cells = vec![
            trade.date.into(),
            trade.kind.as_str().into(),
            trade.security.as_ref().into(),
            trade.quantity.as_str().into(),
            trade.price.as_str().into(),
            trade.amount.currency.code().into(),
            trade.amount.into(),
            trade.fees.into(),
            trade.name.as_str().into(),
            trade.account.to_string().into(),
            trade.ticker.as_ref().into(),
            trade.subtype.as_str().into(),
        ];
        sheet.push(Style::Normal, cells);
    }
    sheet
}
