//! Payments that come back, as Plaid sees them. Plaid counts money out as positive; here it turns negative.
//!
//! Invariant: a stream that cannot be read is refused by name; the others are kept.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Refusal, RowKind, amount, kept,
    products::{day, money},
    row,
    text::{self, SHORT, keep, keep_some},
};
use crate::{
    domain::{
        money::Money,
        products::{BankStream, Regular},
    },
    plaid::wire::recurring::{Stream, StreamAmount},
};

/// An answer of `/transactions/recurring/get` whose rows are still text.
#[derive(Deserialize)]
pub(crate) struct StreamRows<'a> {
    #[serde(borrow)]
    inflow_streams: Vec<&'a RawValue>,
    #[serde(borrow)]
    outflow_streams: Vec<&'a RawValue>,
}

/// Reads all streams, those of income first.
pub(crate) fn streams(rows: &StreamRows<'_>) -> (Vec<BankStream>, Vec<Refusal>) {
    let mut refused = Vec::new();
    let rows = rows.inflow_streams.iter().chain(&rows.outflow_streams);
    let read = rows.map(|raw| row::read(RowKind::Stream, "stream_id", raw).and_then(stream));
    (kept(read, &mut refused), refused)
}

fn stream(row: Stream) -> Result<BankStream, Refusal> {
    let id = text::shown(&row.stream_id);
    let refuse = |reason: String| Refusal { kind: RowKind::Stream, id: id.clone(), reason };
    if !text::is_id(&row.stream_id) || !text::is_id(&row.account_id) {
        return Err(refuse("one of its ids is empty or too long".to_owned()));
    }
    let date = |field: &str, date: &str| day(Some(date)).ok_or_else(|| refuse(format!("its `{field}` is not a day")));
    let regular = Regular {
        first: date("first_date", &row.first_date)?,
        last: date("last_date", &row.last_date)?,
        next: day(row.predicted_next_date.as_deref()),
        amount: moved("last_amount", &row.last_amount).map_err(refuse)?,
        average: moved("average_amount", &row.average_amount).map_err(refuse)?,
        label: keep_some(row.merchant_name, SHORT).unwrap_or_else(|| keep(row.description, SHORT)),
        frequency: keep(row.frequency, SHORT).to_lowercase(),
        status: keep(row.status, SHORT).to_lowercase(),
        active: row.is_active,
    };
    if regular.amount.currency != regular.average.currency {
        return Err(refuse("its amounts are of two currencies".to_owned()));
    }
    Ok(BankStream { account: row.account_id.into(), id: row.stream_id, regular })
}

fn moved(field: &str, from: &StreamAmount) -> Result<Money, String> {
    let currency = amount::currency(from.iso_currency_code.as_deref(), from.unofficial_currency_code.as_deref())?
        .ok_or_else(|| format!("its `{field}` names no currency"))?;
    let moved = money(Some(&from.amount), currency).and_then(|moved| moved.checked_neg().ok());
    moved.ok_or_else(|| format!("its `{field}` cannot be held exactly"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_out_is_negative_and_a_bad_stream_is_named() {
        let stream = r#"{"account_id":"A","stream_id":"S1","category":null,"category_id":null,"description":"NETFLIX.COM",
            "merchant_name":"Netflix","first_date":"2026-01-02","last_date":"2026-03-02","predicted_next_date":null,
            "frequency":"SEMI_MONTHLY","transaction_ids":[],"is_active":true,"status":"MATURE","is_user_modified":false,
            "average_amount":{"amount":14.99,"iso_currency_code":"USD","unofficial_currency_code":null},
            "last_amount":{"amount":15.49,"iso_currency_code":"USD","unofficial_currency_code":null}}"#;
        let bad = stream.replace("S1", "S2").replace("15.49", "\"15\"");
        let dayless = stream.replace("S1", "S3").replace("2026-03-02", "someday");
        let bare = stream.replace("S1", "S4").replace("\"USD\"", "null");
        let mixed = stream.replace("S1", "S5").replacen("\"USD\"", "\"EUR\"", 1);
        let json = format!(r#"{{"inflow_streams":[],"outflow_streams":[{stream},{bad},{dayless},{bare},{mixed}]}}"#);
        let (kept, refused) = streams(&serde_json::from_str(&json).unwrap());
        let regular = &kept[0].regular;
        assert_eq!((kept.len(), regular.amount.minor, regular.average.minor), (1, -1549, -1499));
        assert_eq!(
            (regular.label.as_str(), regular.frequency.as_str(), regular.next),
            ("Netflix", "semi_monthly", None)
        );
        let said: Vec<String> = refused.iter().map(ToString::to_string).collect();
        assert!(said[0].starts_with("stream S2") && said[0].contains("`last_amount`"), "{said:?}");
        assert!(said[1].starts_with("stream S3") && said[1].contains("`last_date`"), "{said:?}");
        assert!(said[2].starts_with("stream S4") && said[2].contains("names no currency"), "{said:?}");
        assert!(said[3].starts_with("stream S5") && said[3].contains("two currencies"), "{said:?}");
    }
}
