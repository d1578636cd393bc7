//! Trades of investment accounts. Plaid counts money out as positive; here it turns negative.
//!
//! Invariant: quantities and prices keep every digit; an amount with more decimals than its currency has is rounded half to even, as a holding's
//! value is, and one that cannot be held at all refuses its row by name.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Refusal, RowKind, amount, kept,
    products::{day, exact, money},
    row,
    text::{self, SHORT, keep},
};
use crate::{domain::products::Trade, plaid::wire::investments::Trade as WireTrade};

/// An answer of `/investments/transactions/get` whose rows are still text.
#[derive(Deserialize)]
pub(crate) struct TradeRows<'a> {
    #[serde(borrow)]
    pub(crate) investment_transactions: Vec<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) securities: Vec<&'a RawValue>,
    pub(crate) total_investment_transactions: u64,
}

/// Reads the trades of a page.
pub(crate) fn trades(rows: &TradeRows<'_>) -> (Vec<Trade>, Vec<Refusal>) {
    let mut refused = Vec::new();
    let rows = rows.investment_transactions.iter();
    let read = rows.map(|raw| row::read(RowKind::Trade, "investment_transaction_id", raw).and_then(trade));
    (kept(read, &mut refused), refused)
}

fn trade(row: WireTrade) -> Result<Trade, Refusal> {
    let id = text::shown(&row.investment_transaction_id);
    let refuse = |reason: String| Refusal { kind: RowKind::Trade, id: id.clone(), reason };
    if !text::is_id(&row.investment_transaction_id) || !text::is_id(&row.account_id) {
        return Err(refuse("one of its ids is empty or too long".to_owned()));
    }
    let named = amount::currency(row.iso_currency_code.as_deref(), row.unofficial_currency_code.as_deref());
    let currency = named.map_err(refuse)?.ok_or_else(|| {
        refuse("neither `iso_currency_code` nor `unofficial_currency_code` names its currency".to_owned())
    })?;
    let unfit = |field: &str| refuse(format!("its `{field}` cannot be held exactly"));
    let moved = money(Some(&row.amount), currency).and_then(|moved| moved.checked_neg().ok());
    Ok(Trade {
        date: day(Some(&row.date)).ok_or_else(|| refuse("its `date` is not a day".to_owned()))?,
        quantity: exact(&row.quantity).ok_or_else(|| unfit("quantity"))?,
        price: exact(&row.price).ok_or_else(|| unfit("price"))?,
        amount: moved.ok_or_else(|| unfit("amount"))?,
        fees: money(row.fees.as_ref(), currency),
        security: row.security_id.filter(|id| text::is_id(id)),
        kind: keep(row.kind, SHORT),
        subtype: keep(row.subtype, SHORT),
        name: keep(row.name, SHORT),
        account: row.account_id.into(),
        id: row.investment_transaction_id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_out_is_negative_and_a_bad_row_is_named() {
        let row = r#"{"investment_transaction_id":"T1","account_id":"A","security_id":null,"date":"2026-03-02","name":"BUY",
            "quantity":2.5,"amount":150.625,"price":60.25,"fees":0,"type":"buy","subtype":"buy","iso_currency_code":"USD",
            "unofficial_currency_code":null}"#;
        let bad = row.replace("T1", "T2").replace("150.625", "\"150\"");
        let dayless = row.replace("T1", "T3").replace("2026-03-02", "someday");
        let json = format!(
            r#"{{"investment_transactions":[{row},{bad},{dayless}],"securities":[],"total_investment_transactions":3}}"#
        );
        let (kept, refused) = trades(&serde_json::from_str(&json).unwrap());
        assert_eq!((kept.len(), kept[0].amount.minor, kept[0].quantity.as_str()), (1, -15062, "2.5"));
        let said: Vec<String> = refused.iter().map(ToString::to_string).collect();
        assert!(said[0].starts_with("trade T2") && said[0].contains("`amount`"), "{said:?}");
        assert!(said[1].starts_with("trade T3") && said[1].contains("`date`"), "{said:?}");
    }
}
