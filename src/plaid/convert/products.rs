//! Debts and holdings. What is owed turns negative here; demands and payments towards a debt stay positive.
//!
//! Invariant: rates, quantities and prices keep every digit; a row whose digits cannot be kept is left out.

use super::{
    KnownCurrencies, amount,
    text::{self, SHORT, keep, keep_some},
};
use crate::{
    domain::{
        dates::Date,
        money::{Currency, Money},
        products::{Holding, Liability, LiabilityKind, Portfolio, Rate, Security, Terms},
    },
    plaid::wire::{
        Decimal,
        investments::{Holding as WireHolding, Security as WireSecurity},
        liabilities::{Credit, Liabilities, Mortgage, Student},
    },
};

/// Reads all debts; one without a known account is left out.
pub(crate) fn liabilities(rows: Liabilities, known: &KnownCurrencies) -> Vec<Liability> {
    let mut found = Vec::new();
    let mut take = |id: Option<String>, terms: &dyn Fn(Currency) -> Terms| {
        let id = id.filter(|id| text::is_id(id)).map(Into::into);
        if let Some((account, currency)) = id.and_then(|id| known.get(&id).copied().map(|currency| (id, currency))) {
            found.push(Liability { account, terms: terms(currency) });
        }
    };
    for mut row in rows.credit.unwrap_or_default() {
        take(row.account_id.take(), &|currency| credit(&row, currency));
    }
    for mut row in rows.mortgage.unwrap_or_default() {
        take(row.account_id.take(), &|currency| mortgage(&row, currency));
    }
    for mut row in rows.student.unwrap_or_default() {
        take(row.account_id.take(), &|currency| student(&row, currency));
    }
    found
}

fn credit(row: &Credit, currency: Currency) -> Terms {
    Terms {
        kind: LiabilityKind::Credit,
        rates: row.aprs.iter().filter_map(|apr| rate(&apr.apr_type, &apr.apr_percentage)).collect(),
        statement_balance: owed(row.last_statement_balance.as_ref(), currency),
        statement_date: day(row.last_statement_issue_date.as_deref()),
        minimum: money(row.minimum_payment_amount.as_ref(), currency),
        due: day(row.next_payment_due_date.as_deref()),
        overdue: row.is_overdue,
        past_due: None,
        last_payment: money(row.last_payment_amount.as_ref(), currency),
        last_payment_date: day(row.last_payment_date.as_deref()),
    }
}

fn mortgage(row: &Mortgage, currency: Currency) -> Terms {
    let kind = row.interest_rate.kind.as_deref().unwrap_or("interest");
    let past_due = money(row.past_due_amount.as_ref(), currency);
    Terms {
        kind: LiabilityKind::Mortgage,
        rates: row.interest_rate.percentage.iter().filter_map(|percent| rate(kind, percent)).collect(),
        statement_balance: None,
        statement_date: None,
        minimum: money(row.next_monthly_payment.as_ref(), currency),
        due: day(row.next_payment_due_date.as_deref()),
        overdue: past_due.map(|amount| amount.minor > 0),
        past_due,
        last_payment: money(row.last_payment_amount.as_ref(), currency),
        last_payment_date: day(row.last_payment_date.as_deref()),
    }
}

fn student(row: &Student, currency: Currency) -> Terms {
    Terms {
        kind: LiabilityKind::Student,
        rates: row.interest_rate_percentage.iter().filter_map(|percent| rate("interest", percent)).collect(),
        statement_balance: owed(row.last_statement_balance.as_ref(), currency),
        statement_date: day(row.last_statement_issue_date.as_deref()),
        minimum: money(row.minimum_payment_amount.as_ref(), currency),
        due: day(row.next_payment_due_date.as_deref()),
        overdue: row.is_overdue,
        past_due: None,
        last_payment: money(row.last_payment_amount.as_ref(), currency),
        last_payment_date: day(row.last_payment_date.as_deref()),
    }
}

/// Reads what is held. A holding without a currency, or with digits that cannot be kept, is left out.
pub(crate) fn portfolio(securities: Vec<WireSecurity>, holdings: Vec<WireHolding>) -> Portfolio {
    let securities = securities.into_iter().filter(|row| text::is_id(&row.security_id)).map(|row| Security {
        id: row.security_id,
        name: keep_some(row.name, SHORT),
        ticker: keep_some(row.ticker_symbol, SHORT),
        kind: keep_some(row.kind, SHORT),
    });
    Portfolio { securities: securities.collect(), holdings: holdings.into_iter().filter_map(holding).collect() }
}

fn holding(row: WireHolding) -> Option<Holding> {
    let named = amount::currency(row.iso_currency_code.as_deref(), row.unofficial_currency_code.as_deref());
    let currency = named.ok().flatten()?;
    if !text::is_id(&row.account_id) || !text::is_id(&row.security_id) {
        return None;
    }
    Some(Holding {
        account: row.account_id.into(),
        security: row.security_id,
        quantity: exact(&row.quantity)?,
        price: exact(&row.institution_price)?,
        price_date: day(row.institution_price_as_of.as_deref()),
        value: money(Some(&row.institution_value), currency)?,
        cost: money(row.cost_basis.as_ref(), currency),
        currency,
    })
}

fn rate(kind: &str, percent: &Decimal) -> Option<Rate> {
    Some(Rate { kind: keep(kind.to_owned(), SHORT), percent: exact(percent)? })
}

/// Plain decimal text without superfluous zeros; none where more digits came than can be kept.
fn exact(number: &Decimal) -> Option<String> {
    let text = number.as_str();
    let parsed = rust_decimal::Decimal::from_str_exact(text).or_else(|_| rust_decimal::Decimal::from_scientific(text));
    parsed.ok().map(|number| number.normalize().to_string())
}

/// An amount that is no balance of the book: replaced by the next answer, so rounded like a balance.
fn money(number: Option<&Decimal>, currency: Currency) -> Option<Money> {
    number.and_then(|number| amount::balance("amount", number, currency, &mut Vec::new()))
}

fn owed(number: Option<&Decimal>, currency: Currency) -> Option<Money> {
    money(number, currency).and_then(|owed| owed.checked_neg().ok())
}

fn day(text: Option<&str>) -> Option<Date> {
    text.filter(|text| text.len() == 10).and_then(|text| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn digits_are_kept_and_never_rounded() {
        for (text, kept) in [
            ("12.50", Some("12.5")),
            ("0.177494362", Some("0.177494362")),
            ("-47.74104242992852", Some("-47.74104242992852")),
            ("1e-8", Some("0.00000001")),
            ("1e400", None),
            ("0.12345678901234567890123456789012345", None),
        ] {
            assert_eq!(exact(&decimal(text)).as_deref(), kept, "{text}");
        }
    }

    #[test]
    fn what_is_owed_is_negative_and_what_is_asked_for_is_not() {
        let json = r#"{"credit":[{"account_id":"A","aprs":[{"apr_percentage":12.5,"apr_type":"purchase_apr",
            "balance_subject_to_apr":null,"interest_charge_amount":null}],"is_overdue":false,"last_payment_amount":168.25,
            "last_payment_date":"2019-05-22","last_statement_issue_date":"2019-05-28","last_statement_balance":1708.77,
            "minimum_payment_amount":20,"next_payment_due_date":"2020-05-28"},{"account_id":"unknown","aprs":[],
            "is_overdue":null,"last_payment_amount":null,"last_payment_date":null,"last_statement_issue_date":null,
            "last_statement_balance":null,"minimum_payment_amount":null,"next_payment_due_date":null}],
            "mortgage":null,"student":null}"#;
        let known = KnownCurrencies::from([("A".into(), Currency::iso("USD").unwrap())]);
        let found = liabilities(serde_json::from_str(json).unwrap(), &known);
        assert_eq!(found.len(), 1, "{found:?}");
        let terms = &found[0].terms;
        assert_eq!(terms.statement_balance.unwrap().minor, -170_877);
        assert_eq!((terms.minimum.unwrap().minor, terms.last_payment.unwrap().minor), (2000, 16_825));
        assert_eq!(terms.rates, [Rate { kind: "purchase_apr".to_owned(), percent: "12.5".to_owned() }]);
        assert_eq!(terms.due, Some("2020-05-28".parse().unwrap()));
    }

    #[test]
    fn a_holding_without_a_currency_is_left_out() {
        let json = r#"{"account_id":"A","security_id":"S","institution_price":0.177494362,"institution_price_as_of":null,
            "institution_price_datetime":null,"institution_value":4437.35905,"cost_basis":null,"quantity":25000,
            "iso_currency_code":CODE,"unofficial_currency_code":null,"vested_quantity":null,"vested_value":null}"#;
        let read = |code: &str| portfolio(Vec::new(), vec![serde_json::from_str(&json.replace("CODE", code)).unwrap()]);
        let held = read("\"USD\"").holdings;
        assert_eq!((held[0].value.minor, held[0].price.as_str()), (443_736, "0.177494362"));
        assert!(read("null").holdings.is_empty());
    }
}
