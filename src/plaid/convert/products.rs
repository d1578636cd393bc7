//! Debts and holdings. What is owed turns negative here; demands and payments towards a debt stay positive.
//!
//! Invariant: rates, quantities and prices keep every digit; a row whose digits cannot be kept is left out.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    KnownCurrencies, Refusal, RowKind, amount, kept, row,
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
        liabilities::{Credit, Mortgage, Student},
    },
};

/// An answer of `/liabilities/get` whose rows are still text.
#[derive(Deserialize)]
pub(crate) struct DebtRows<'a> {
    #[serde(borrow)]
    liabilities: DebtKinds<'a>,
}

#[derive(Deserialize)]
struct DebtKinds<'a> {
    #[serde(borrow)]
    credit: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    mortgage: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    student: Option<Vec<&'a RawValue>>,
}

/// An answer of `/investments/holdings/get` whose rows are still text.
#[derive(Deserialize)]
pub(crate) struct HoldingRows<'a> {
    #[serde(borrow)]
    holdings: Vec<&'a RawValue>,
    #[serde(borrow)]
    securities: Vec<&'a RawValue>,
}

/// Reads all debts; one without a known account is left out, one that cannot be read is refused.
pub(crate) fn liabilities(rows: &DebtRows<'_>, known: &KnownCurrencies) -> (Vec<Liability>, Vec<Refusal>) {
    fn read<Row: serde::de::DeserializeOwned>(rows: Option<&Vec<&RawValue>>, refused: &mut Vec<Refusal>) -> Vec<Row> {
        let rows = rows.into_iter().flatten();
        kept(rows.map(|raw| row::read(RowKind::Debt, "account_id", raw)), refused)
    }
    let (mut found, mut refused) = (Vec::new(), Vec::new());
    let mut take = |id: Option<String>, terms: &dyn Fn(Currency) -> Terms| {
        let id = id.filter(|id| text::is_id(id)).map(Into::into);
        if let Some((account, currency)) = id.and_then(|id| known.get(&id).copied().map(|currency| (id, currency))) {
            found.push(Liability { account, terms: terms(currency) });
        }
    };
    let debts = &rows.liabilities;
    for mut row in read::<Credit>(debts.credit.as_ref(), &mut refused) {
        take(row.account_id.take(), &|currency| credit(&row, currency));
    }
    for mut row in read::<Mortgage>(debts.mortgage.as_ref(), &mut refused) {
        take(row.account_id.take(), &|currency| mortgage(&row, currency));
    }
    for mut row in read::<Student>(debts.student.as_ref(), &mut refused) {
        take(row.account_id.take(), &|currency| student(&row, currency));
    }
    (found, refused)
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

/// Reads what is held. A holding without a currency, or with digits that cannot be kept, is left out; one that cannot be read
/// is refused.
pub(crate) fn portfolio(rows: &HoldingRows<'_>) -> (Portfolio, Vec<Refusal>) {
    let mut refused = Vec::new();
    let read = rows.holdings.iter().map(|raw| row::read::<WireHolding>(RowKind::Holding, "security_id", raw));
    let holdings = kept(read, &mut refused).into_iter().filter_map(holding).collect();
    (Portfolio { securities: securities(&rows.securities), holdings }, refused)
}

/// Reads the names of securities; one that cannot be read leaves what refers to it without a name.
pub(crate) fn securities(rows: &[&RawValue]) -> Vec<Security> {
    let rows = rows.iter().filter_map(|raw| serde_json::from_str::<WireSecurity>(raw.get()).ok());
    let rows = rows.filter(|row| text::is_id(&row.security_id)).map(|row| Security {
        id: row.security_id,
        name: keep_some(row.name, SHORT),
        ticker: keep_some(row.ticker_symbol, SHORT),
        kind: keep_some(row.kind, SHORT),
    });
    rows.collect()
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
pub(super) fn exact(number: &Decimal) -> Option<String> {
    let text = number.as_str();
    let parsed = rust_decimal::Decimal::from_str_exact(text).or_else(|_| rust_decimal::Decimal::from_scientific(text));
    parsed.ok().map(|number| number.normalize().to_string())
}

/// An amount that is no balance of the book: replaced by the next answer, so rounded like a balance.
pub(super) fn money(number: Option<&Decimal>, currency: Currency) -> Option<Money> {
    number.and_then(|number| amount::balance("amount", number, currency, &mut Vec::new()))
}

fn owed(number: Option<&Decimal>, currency: Currency) -> Option<Money> {
    money(number, currency).and_then(|owed| owed.checked_neg().ok())
}

pub(super) fn day(text: Option<&str>) -> Option<Date> {
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
        let json = format!(r#"{{"liabilities":{json}}}"#);
        let (found, refused) = liabilities(&serde_json::from_str(&json).unwrap(), &known);
        assert!(refused.is_empty(), "{refused:?}");
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
        let read = |code: &str| {
            let json =
                format!(r#"{{"holdings":[{},{{"security_id":"S2"}}],"securities":[7]}}"#, json.replace("CODE", code));
            let (portfolio, refused) = portfolio(&serde_json::from_str(&json).unwrap());
            assert_eq!((refused.len(), refused[0].id.as_str()), (1, "S2"), "one bad row does not cost the others");
            portfolio
        };
        let held = read("\"USD\"").holdings;
        assert_eq!((held[0].value.minor, held[0].price.as_str()), (443_736, "0.177494362"));
        assert!(read("null").holdings.is_empty());
    }
}
