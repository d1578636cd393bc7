//! Accounts as listed: balances in bursar's sign, and what they come to per currency.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::Serialize;

use crate::domain::{
    accounts::AccountType,
    dates::Timestamp,
    ids::{AccountId, ConnectionId},
    money::{Currency, Money, MoneyError, Sums},
};

/// Whether an account takes part in the daily lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// Listed and counted.
    Open,
    /// Counted, but listed only on request.
    Hidden,
    /// Kept for its history; no longer counted.
    Closed,
}

impl AccountStatus {
    /// The word in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Hidden => "hidden",
            Self::Closed => "closed",
        }
    }
}

/// Who says what an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TypeSource {
    /// Its bank.
    Bank,
    /// Its name, because its provider does not say.
    Name,
    /// Its owner.
    User,
}

impl TypeSource {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::Name => "name",
            Self::User => "user",
        }
    }
}

/// What an account holds, and when that was so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct BalanceView {
    /// The balance, negative when it is owed; `null` when the bank does not say.
    pub current: Option<Money>,
    /// What can be spent now.
    pub available: Option<Money>,
    /// The credit or overdraft line, positive.
    pub limit: Option<Money>,
    /// When bursar learned it.
    pub as_of: Option<Timestamp>,
}

/// One account of `accounts --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct AccountView {
    /// `a3`.
    pub id: AccountId,
    /// The owner's name for it, else the bank's.
    pub name: String,
    /// The bank's full product name.
    pub official_name: Option<String>,
    /// Last digits.
    pub mask: Option<String>,
    /// One of five.
    #[serde(rename = "type")]
    pub kind: AccountType,
    /// Who says so.
    #[serde(rename = "type_source")]
    pub kind_source: TypeSource,
    /// The provider's finer word (`checking`, `credit card`).
    pub subtype: Option<String>,
    /// The connection it comes through; `null` for a manual account.
    pub connection: Option<ConnectionId>,
    /// The institution's name.
    pub institution: Option<String>,
    /// Whether it is listed and counted.
    pub status: AccountStatus,
    /// The currency of its balances.
    pub currency: Currency,
    /// What it holds.
    pub balance: BalanceView,
}

/// What all accounts of one currency come to; `net` = `assets` + `debts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CurrencyTotals {
    /// What is owned, zero or positive.
    pub assets: Money,
    /// What is owed, zero or negative.
    pub debts: Money,
    /// Both together.
    pub net: Money,
}

/// `accounts --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Accounts {
    /// The accounts, in the order of the list.
    pub items: Vec<AccountView>,
    /// How many there are.
    pub total: u64,
    /// Always `null`: the list is whole.
    pub limit: Option<u64>,
    /// Always zero.
    pub offset: u64,
    /// One entry for each currency, that of most accounts first; closed accounts do not count.
    pub totals: Vec<CurrencyTotals>,
}

impl Accounts {
    /// The list with its totals. A balance counts by its sign: an overdrawn checking account is a debt, a card in
    /// credit an asset.
    ///
    /// Fails only when a total leaves 64 bits.
    pub fn new(items: Vec<AccountView>) -> Result<Self, MoneyError> {
        let balances =
            items.iter().filter(|a| a.status != AccountStatus::Closed).filter_map(|account| account.balance.current);
        let totals = CurrencyTotals::of(balances)?;
        Ok(Self { total: items.len() as u64, items, limit: None, offset: 0, totals })
    }
}

impl CurrencyTotals {
    /// Sorts balances into assets and debts and sums each, per currency: that of most balances first, then by code.
    pub fn of(balances: impl IntoIterator<Item = Money>) -> Result<Vec<Self>, MoneyError> {
        let (mut assets, mut debts) = (Sums::default(), Sums::default());
        let mut uses: BTreeMap<Currency, usize> = BTreeMap::new();
        for balance in balances {
            *uses.entry(balance.currency).or_default() += 1;
            let (side, other) = if balance.minor < 0 { (&mut debts, &mut assets) } else { (&mut assets, &mut debts) };
            side.add(balance);
            other.add(Money::zero(balance.currency));
        }
        let sides = assets.totals()?.into_iter().zip(debts.totals()?);
        let totals = sides.map(|(assets, debts)| Ok(Self { assets, debts, net: assets.checked_add(debts)? }));
        let mut totals = totals.collect::<Result<Vec<_>, MoneyError>>()?;
        let order = by_use(uses);
        totals.sort_by_key(|totals| order.iter().position(|currency| *currency == totals.net.currency));
        Ok(totals)
    }
}

/// The currencies of accounts that are not closed, the book's main one first: that of most accounts, then by code.
pub fn main_currencies(accounts: &[AccountView]) -> Vec<Currency> {
    let mut uses: BTreeMap<Currency, usize> = BTreeMap::new();
    for account in accounts.iter().filter(|account| account.status != AccountStatus::Closed) {
        *uses.entry(account.currency).or_default() += 1;
    }
    by_use(uses)
}

fn by_use(uses: BTreeMap<Currency, usize>) -> Vec<Currency> {
    let mut order: Vec<(Currency, usize)> = uses.into_iter().collect();
    order.sort_by_key(|(currency, uses)| (Reverse(*uses), *currency));
    order.into_iter().map(|(currency, _)| currency).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::iso("EUR").unwrap())
    }

    #[test]
    fn totals_keep_currencies_and_signs_apart() {
        let usd = |minor| Money::new(minor, Currency::iso("USD").unwrap());
        let totals = CurrencyTotals::of([usd(500), eur(-100), usd(-200), usd(1)]).unwrap();
        assert_eq!(
            totals,
            [
                CurrencyTotals { assets: usd(501), debts: usd(-200), net: usd(301) },
                CurrencyTotals { assets: eur(0), debts: eur(-100), net: eur(-100) },
            ]
        );
    }

    #[test]
    fn a_total_beyond_64_bits_is_an_error() {
        assert_eq!(
            CurrencyTotals::of([eur(i64::MAX), eur(1)]),
            Err(MoneyError::Overflow(Currency::iso("EUR").unwrap()))
        );
    }
}

/// An account by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct NamedAccount {
    /// `a1`.
    pub id: AccountId,
    /// Its name.
    pub name: String,
}

/// What changed among the accounts that a bank names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountMoves {
    /// New ones.
    pub came: Vec<NamedAccount>,
    /// Those that it had named, and then did not.
    pub back: Vec<NamedAccount>,
    /// Those that it names no more.
    pub gone: Vec<NamedAccount>,
}

impl AccountMoves {
    /// From one list of accounts, and whether the bank names each, to the next.
    pub fn between(before: &[(NamedAccount, bool)], after: &[(NamedAccount, bool)]) -> Self {
        let mut moves = Self::default();
        for (account, named) in after {
            let was = before.iter().find(|(known, _)| known.id == account.id).map(|(_, named)| *named);
            let list = match (was, named) {
                (None, true) => &mut moves.came,
                (Some(false), true) => &mut moves.back,
                (Some(true), false) => &mut moves.gone,
                _ => continue,
            };
            list.push(account.clone());
        }
        moves
    }
}
