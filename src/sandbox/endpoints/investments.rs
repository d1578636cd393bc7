//! `/investments/holdings/get`: funds and cash that add up to the balances of the IRA and the 401k.

use super::{
    super::{
        call::{Answer, Call},
        draw::Root,
        faults::Fault,
        item::Item,
        refusal::Refusal,
        seed::{
            accounts::{IRA, RETIREMENT},
            calendar::shift,
        },
        state::State,
    },
    accounts, defects,
};
use crate::{
    domain::dates::Date,
    plaid::wire::{
        investments::{Holding, HoldingsGetResponse, Security},
        liabilities::ProductGetRequest,
    },
};

/// Name, symbol, kind, finer kind, price.
type Paper = (&'static str, &'static str, &'static str, &'static str, &'static str);

const PAPERS: [Paper; 4] = [
    ("Platypus Total Market Fund", "PTMFX", "mutual fund", "mutual fund", "60.25"),
    ("Gingham Bond Index ETF", "GBND", "etf", "etf", "73.73"),
    ("Houndstooth Bancshares Inc.", "HNDS", "equity", "common stock", "27"),
    ("U S Dollar", "CUR:USD", "cash", "cash", "1"),
];

/// Place of the account, place of the paper, quantity, value, cost.
type Lot = (usize, usize, &'static str, &'static str, Option<&'static str>);

const LOTS: [Lot; 5] = [
    (IRA, 2, "10", "270", Some("230")),
    (IRA, 3, "50.76", "50.76", None),
    (RETIREMENT, 0, "250.5", "15092.625", Some("12003.75")),
    (RETIREMENT, 1, "100.05", "7376.6865", Some("7502.11")),
    (RETIREMENT, 3, "1162.669", "1162.669", None),
];

/// `/investments/holdings/get`.
pub(crate) fn holdings(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let request: ProductGetRequest = call.parse()?;
    let (today, root) = (state.today(), Root::new(state.config.seed, &["security"]));
    let item = state.healthy_item(request.access_token.expose(), call.path)?;
    if [IRA, RETIREMENT].iter().all(|place| item.chosen(*place).is_none()) {
        return Err(Refusal::new("NO_INVESTMENT_ACCOUNTS"));
    }
    item.start("investments")?;
    let mut accounts = accounts::chosen(item, request.options.unwrap_or_default().account_ids.as_deref())?;
    for account in &mut accounts {
        account.balances.margin_loan_amount = "0".parse().ok();
    }
    let asked = |id: &str| accounts.iter().any(|account| account.account_id == id);
    let yesterday = shift(today, -1);
    let holdings: Vec<Holding> = LOTS
        .iter()
        .filter_map(|lot| holding(item, lot, &root, yesterday))
        .filter(|one| asked(&one.account_id))
        .collect();
    let held = |id: &str| holdings.iter().any(|one| one.security_id == id);
    let securities = (0..PAPERS.len()).map(|place| security(place, &root, yesterday));
    let securities = securities.filter(|security| held(&security.security_id)).collect();
    let item = item.describe(false);
    let response = HoldingsGetResponse { accounts, holdings, securities, item, request_id: call.request_id.clone() };
    let bad = state.faults.strikes(Fault::BadProductRow, call.path, Some(&response.item.item_id));
    defects::product(response, "quantity", bad)
}

pub(super) fn security_id(root: &Root, place: usize) -> String {
    root.member(place as u64).id()
}

fn holding(item: &Item, lot: &Lot, root: &Root, day: Date) -> Option<Holding> {
    let (place, paper, quantity, value, cost) = *lot;
    let (id, _) = item.chosen(place)?;
    Some(Holding {
        account_id: id.to_owned(),
        security_id: security_id(root, paper),
        institution_price: PAPERS[paper].4.parse().ok()?,
        institution_price_as_of: Some(day.to_string()),
        institution_price_datetime: None,
        institution_value: value.parse().ok()?,
        cost_basis: cost.and_then(|cost| cost.parse().ok()),
        quantity: quantity.parse().ok()?,
        iso_currency_code: Some("USD".to_owned()),
        unofficial_currency_code: None,
        vested_quantity: None,
        vested_value: None,
    })
}

pub(super) fn security(place: usize, root: &Root, day: Date) -> Security {
    let (name, ticker, kind, subtype, price) = PAPERS[place];
    Security {
        security_id: security_id(root, place),
        name: Some(name.to_owned()),
        ticker_symbol: Some(ticker.to_owned()),
        is_cash_equivalent: Some(kind == "cash"),
        kind: Some(kind.to_owned()),
        subtype: Some(subtype.to_owned()),
        close_price: price.parse().ok(),
        close_price_as_of: Some(day.to_string()),
        iso_currency_code: Some("USD".to_owned()),
        ..Security::default()
    }
}
