//! `/investments/transactions/get`: the same every fortnight: fund shares for the 401k, and a dividend each second time.

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
    investments::{security, security_id},
};
use crate::{
    domain::dates::Date,
    plaid::wire::investments::{Trade, TradesGetRequest, TradesGetResponse},
};

/// Days between two rounds, and how many days back there are any.
const EVERY: i64 = 14;
const DAYS: i64 = 730;

pub(crate) fn get(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let request: TradesGetRequest = call.parse()?;
    let options = request.options.unwrap_or_default();
    let count = options.count.unwrap_or(100);
    if !(1..=500).contains(&count) {
        return Err(Refusal::field("count must be from 1 to 500"));
    }
    let day = |name: &str, text: &str| {
        text.parse::<Date>().map_err(|_| Refusal::field(format!("{name} must be a day of the form YYYY-MM-DD")))
    };
    let (begin, end) = (day("start_date", &request.start_date)?, day("end_date", &request.end_date)?);
    if begin > end {
        return Err(Refusal::field("start_date must not be after end_date"));
    }
    let (today, seed) = (state.today(), state.config.seed);
    let item = state.healthy_item(request.access_token.expose(), call.path)?;
    if [IRA, RETIREMENT].iter().all(|place| item.chosen(*place).is_none()) {
        return Err(Refusal::new("NO_INVESTMENT_ACCOUNTS"));
    }
    item.start("investments")?;
    let mut accounts = accounts::chosen(item, options.account_ids.as_deref())?;
    for account in &mut accounts {
        account.balances.margin_loan_amount = "0".parse().ok();
    }
    let papers = Root::new(seed, &["security"]);
    let all = (0..=DAYS / EVERY).flat_map(|round| of_round(item, seed, round, shift(today, -round * EVERY)));
    let fits = |trade: &Trade| {
        let asked = accounts.iter().any(|account| account.account_id == trade.account_id);
        asked && trade.date.parse::<Date>().is_ok_and(|date| (begin..=end).contains(&date))
    };
    let all: Vec<Trade> = all.filter(fits).collect();
    let total_investment_transactions = all.len() as u64;
    let skip = usize::try_from(options.offset.unwrap_or(0)).unwrap_or(usize::MAX);
    let investment_transactions: Vec<Trade> =
        all.into_iter().skip(skip).take(usize::try_from(count).unwrap_or(500)).collect();
    let named = |id: &str| investment_transactions.iter().any(|trade| trade.security_id.as_deref() == Some(id));
    let securities = (0..3).map(|place| security(place, &papers, shift(today, -1)));
    let response = TradesGetResponse {
        securities: securities.filter(|one| named(&one.security_id)).collect(),
        accounts,
        investment_transactions,
        total_investment_transactions,
        item: item.describe(false),
        request_id: call.request_id.clone(),
    };
    let bad = state.faults.strikes(Fault::BadProductRow, call.path, Some(&response.item.item_id));
    defects::product(response, "quantity", bad)
}

/// What happens on a day: a purchase in the 401k, each second time a dividend in the IRA.
fn of_round(item: &Item, seed: u64, round: i64, date: Date) -> impl Iterator<Item = Trade> {
    let papers = Root::new(seed, &["security"]);
    let ids = Root::new(seed, &["trade", &item.id]);
    let id = |offset: u64| {
        ids.member(date.year().unsigned_abs().into()).id().chars().take(20).collect::<String>()
            + &format!("{}x{offset}", date.to_string().replace('-', "x"))
    };
    let make = |place: usize, paper: usize, words: [&str; 3], numbers: [&str; 3]| {
        let (account, _) = item.chosen(place)?;
        let ([kind, subtype, name], [quantity, price, amount]) = (words, numbers);
        Some(Trade {
            investment_transaction_id: id(paper as u64),
            account_id: account.to_owned(),
            security_id: Some(security_id(&papers, paper)),
            date: date.to_string(),
            name: name.to_owned(),
            quantity: quantity.parse().ok()?,
            amount: amount.parse().ok()?,
            price: price.parse().ok()?,
            fees: "0".parse().ok(),
            kind: kind.to_owned(),
            subtype: subtype.to_owned(),
            iso_currency_code: Some("USD".to_owned()),
            unofficial_currency_code: None,
        })
    };
    let bought = make(RETIREMENT, 0, ["buy", "buy", "BUY Platypus Total Market Fund"], ["2.5", "60.25", "150.63"]);
    let paid = make(IRA, 2, ["cash", "dividend", "DIVIDEND Houndstooth Bancshares"], ["0", "0", "-3.10"]);
    bought.into_iter().chain(paid.filter(|_| round % 2 == 0))
}
