//! `/transactions/recurring/get`: what of an Item's posted rows comes back by the calendar.
//!
//! Looks for itself, and not as the client does: one payee, one account, one way, and gaps of one length.

use std::collections::BTreeMap;

use super::{
    super::{
        call::{Answer, Call},
        draw::Root,
        faults::Fault,
        refusal::Refusal,
        seed::{
            Row, USD,
            calendar::{between, shift},
            decimal,
        },
        state::State,
    },
    accounts, defects,
};
use crate::{
    domain::dates::Date,
    plaid::wire::recurring::{RecurringGetRequest, RecurringGetResponse, Stream, StreamAmount},
};

/// The shortest and the longest gap in days, and Plaid's word.
const FREQUENCIES: [(i64, i64, &str); 5] =
    [(6, 8, "WEEKLY"), (13, 15, "BIWEEKLY"), (12, 19, "SEMI_MONTHLY"), (26, 35, "MONTHLY"), (355, 375, "ANNUALLY")];

pub(crate) fn get(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let request: RecurringGetRequest = call.parse()?;
    let (today, now, seed) = (state.today(), state.now(), state.config.seed);
    let item = state.healthy_item(request.access_token.expose(), call.path)?;
    item.start("transactions")?;
    let asked = accounts::chosen(item, request.account_ids.as_deref())?;
    let mut series: BTreeMap<(usize, bool, &str), Vec<&Row>> = BTreeMap::new();
    for (_, row) in item.ledger.rows().filter(|(_, row)| !row.pending && row.unit == USD) {
        let payee = row.text.as_deref().unwrap_or(row.merchant.text);
        series.entry((row.account, row.minor < 0, payee)).or_default().push(row);
    }
    let ids = Root::new(seed, &["stream", &item.id]);
    let (mut inflow_streams, mut outflow_streams) = (Vec::new(), Vec::new());
    for (number, ((account, income, _), mut rows)) in (0..).zip(series) {
        let Some(account_id) = item.account_ids.get(account) else { continue };
        if !asked.iter().any(|chosen| chosen.account_id == *account_id) {
            continue;
        }
        rows.sort_by_key(|row| row.date);
        let streams = if income { &mut inflow_streams } else { &mut outflow_streams };
        streams.extend(stream(&rows, account_id, ids.member(number).id(), today));
    }
    let (updated_datetime, request_id) = (now.to_string(), call.request_id.clone());
    let response = RecurringGetResponse { inflow_streams, outflow_streams, updated_datetime, request_id };
    let bad = state.faults.strikes(Fault::BadProductRow, call.path, None);
    defects::product(response, "amount", bad)
}

/// What comes back, or nothing where the gaps differ.
fn stream(rows: &[&Row], account_id: &str, stream_id: String, today: Date) -> Option<Stream> {
    let (first, last) = (rows.first()?, rows.last()?);
    let mut gaps: Vec<i64> = rows.windows(2).map(|pair| between(pair[0].date, pair[1].date)).collect();
    gaps.sort_unstable();
    let (short, long) = (*gaps.first()?, *gaps.last()?);
    let (_, _, frequency) = FREQUENCIES.iter().find(|(least, most, _)| *least <= short && long <= *most)?;
    let next = shift(last.date, gaps[gaps.len() / 2]);
    let is_active = between(next, today) <= gaps[gaps.len() / 2];
    let count = i64::try_from(rows.len()).ok()?;
    Some(Stream {
        account_id: account_id.to_owned(),
        stream_id,
        category: None,
        category_id: None,
        description: last.text.as_deref().unwrap_or(last.merchant.text).to_owned(),
        merchant_name: last.merchant.payee().map(str::to_owned),
        first_date: first.date.to_string(),
        last_date: last.date.to_string(),
        predicted_next_date: is_active.then(|| next.to_string()),
        frequency: (*frequency).to_owned(),
        transaction_ids: rows.iter().map(|row| row.id.clone()).collect(),
        average_amount: amount(rows.iter().map(|row| row.minor).sum::<i64>() / count)?,
        last_amount: amount(last.minor)?,
        is_active,
        status: match (is_active, count) {
            (false, _) => "TOMBSTONED",
            (true, ..3) => "EARLY_DETECTION",
            (true, _) => "MATURE",
        }
        .to_owned(),
        is_user_modified: false,
    })
}

fn amount(minor: i64) -> Option<StreamAmount> {
    Some(StreamAmount {
        amount: decimal(minor, USD.exponent).parse().ok()?,
        iso_currency_code: Some(USD.code.to_owned()),
        unofficial_currency_code: None,
    })
}
