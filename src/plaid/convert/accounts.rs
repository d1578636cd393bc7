//! Accounts and their balances: what is owed turns negative here.

use super::{
    KnownCurrencies, Refusal, RowKind, amount, item,
    text::{self, SHORT, keep, keep_some},
};
use crate::{
    domain::accounts::{AccountType, Balances, ProviderAccount},
    plaid::wire,
};

/// Reads one account. Its currency is the one its balances name, else the one `known` for it, else it is refused: a book
/// without a currency cannot be added up.
pub fn account(row: wire::accounts::Account, known: &KnownCurrencies) -> Result<ProviderAccount, Refusal> {
    let id = text::shown(&row.account_id);
    let refuse = |reason: String| Refusal { kind: RowKind::Account, id: id.clone(), reason };
    if !text::is_id(&row.account_id) {
        return Err(refuse("its `account_id` is empty or too long".to_owned()));
    }
    let named = &row.balances;
    let currency = amount::currency(named.iso_currency_code.as_deref(), named.unofficial_currency_code.as_deref())
        .map_err(refuse)?
        .or_else(|| known.get(&row.account_id.as_str().into()).copied())
        .ok_or_else(|| {
            refuse("neither `iso_currency_code` nor `unofficial_currency_code` names its currency".to_owned())
        })?;
    let kind = kind(&row.kind);
    let mut notes = Vec::new();
    let mut read = |name: &str, value: Option<&wire::Decimal>| {
        value.and_then(|value| amount::balance(name, value, currency, &mut notes))
    };
    let current = read("current", named.current.as_ref());
    let balances = Balances {
        current: if kind.is_debt() { current.and_then(|owed| owed.checked_neg().ok()) } else { current },
        available: read("available", named.available.as_ref()),
        limit: read("limit", named.limit.as_ref()),
    };
    Ok(ProviderAccount {
        id: row.account_id.into(),
        persistent_id: keep_some(row.persistent_account_id, SHORT),
        name: keep(row.name, SHORT),
        official_name: keep_some(row.official_name, SHORT),
        mask: keep_some(row.mask, SHORT),
        kind,
        subtype: keep_some(row.subtype, SHORT),
        currency,
        balances,
        as_of: named.last_updated_datetime.as_deref().and_then(item::moment),
        notes,
    })
}

fn kind(word: &wire::accounts::AccountType) -> AccountType {
    use wire::accounts::AccountType as Wire;
    match word {
        Wire::Depository => AccountType::Depository,
        Wire::Credit => AccountType::Credit,
        Wire::Loan => AccountType::Loan,
        Wire::Investment | Wire::Brokerage => AccountType::Investment,
        Wire::Plain | Wire::Other(_) => AccountType::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;

    fn row(kind: &str, balances: &str) -> wire::accounts::Account {
        let json = format!(
            r#"{{"account_id":"A1","balances":{balances},"mask":"0000","name":"N","official_name":"","subtype":"s","type":"{kind}"}}"#
        );
        serde_json::from_str(&json).unwrap()
    }

    const USD: &str =
        r#"{"available":1590,"current":410.5,"limit":2000,"iso_currency_code":"USD","unofficial_currency_code":null}"#;
    const NONE: &str =
        r#"{"available":null,"current":1,"limit":null,"iso_currency_code":null,"unofficial_currency_code":null}"#;

    #[test]
    fn what_is_owed_is_negative_and_lines_are_positive() {
        for (kind, expected, minor) in [
            ("depository", AccountType::Depository, 41_050),
            ("credit", AccountType::Credit, -41_050),
            ("loan", AccountType::Loan, -41_050),
            ("investment", AccountType::Investment, 41_050),
            ("brokerage", AccountType::Investment, 41_050),
            ("other", AccountType::Other, 41_050),
            ("piggy bank", AccountType::Other, 41_050),
        ] {
            let account = account(row(kind, USD), &KnownCurrencies::new()).unwrap();
            assert_eq!((account.kind, account.balances.current.unwrap().minor), (expected, minor), "{kind}");
            assert_eq!(account.balances.available.unwrap().minor, 159_000);
            assert_eq!(account.balances.limit.unwrap().minor, 200_000);
            assert_eq!(account.official_name, None);
        }
        let overpaid = USD.replace("410.5", "-20");
        let card = account(row("credit", &overpaid), &KnownCurrencies::new()).unwrap();
        assert_eq!(card.balances.current.unwrap().minor, 2000, "the bank owes the owner");
    }

    #[test]
    fn a_missing_currency_comes_from_what_the_book_knows_or_refuses() {
        let refusal = account(row("depository", NONE), &KnownCurrencies::new()).unwrap_err();
        assert!(refusal.to_string().starts_with("account A1 was not kept: neither `iso_currency_code`"));
        let eur = Currency::iso("EUR").unwrap();
        let known = KnownCurrencies::from([("A1".into(), eur)]);
        assert_eq!(account(row("depository", NONE), &known).unwrap().currency, eur);
        let odd = NONE.replace(r#""iso_currency_code":null"#, r#""iso_currency_code":"ZZZ""#);
        assert!(account(row("depository", &odd), &known).is_err());
    }
}
