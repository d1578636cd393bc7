//! Sums over many transactions: how reports ask for them and how the store answers.
//!
//! The store adds up a million rows in one scan and hands over few; reports only shape them. Nothing here is printed.

use serde::Serialize;

use crate::domain::{
    dates::{Date, Interval, Period},
    ids::AccountId,
    money::Money,
    query::Query,
    transactions::Kind,
};

/// What the rows of a report are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grouping {
    /// All in one row a currency.
    Total,
    /// The category as given, `FOOD_AND_DRINK_GROCERIES`.
    Category,
    /// The category's primary group, `FOOD_AND_DRINK`.
    Primary,
    /// The other side of the payment.
    Payee,
    /// The account.
    Account,
    /// The bank connection.
    Connection,
    /// The institution.
    Institution,
}

impl Grouping {
    /// All of them, in the order of the help text.
    pub const ALL: [Self; 7] =
        [Self::Category, Self::Primary, Self::Payee, Self::Account, Self::Connection, Self::Institution, Self::Total];

    /// The word of `--by` and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Category => "category",
            Self::Primary => "primary",
            Self::Payee => "payee",
            Self::Account => "account",
            Self::Connection => "connection",
            Self::Institution => "institution",
        }
    }

    /// The grouping of that word; `merchant` is another word for `payee`.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = if word == "merchant" { "payee" } else { word };
        Self::ALL.into_iter().find(|grouping| grouping.as_str() == word)
    }
}

/// Which transactions to add up, and along which lines.
///
/// Closed and hidden accounts count; tombstones never do. Sums are always kept apart by currency and by
/// [`Kind`], whatever the grouping, so that one scan serves spending, income and cash flow alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SumRequest {
    /// Which transactions.
    pub query: Query,
    /// Which days.
    pub period: Period,
    /// How to cut the period; `None` for one bucket.
    pub interval: Option<Interval>,
    /// What the groups are.
    pub grouping: Grouping,
}

/// What one group is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Group {
    /// What identifies it: a category's or primary group's value, `a3`, `c1`, the payee as written, the institution's
    /// name; `None` where a transaction has none (uncategorised, no connection) and for [`Grouping::Total`].
    pub key: Option<String>,
    /// What people call it; empty when there is no key: reports know the right word.
    pub label: String,
}

/// The sum of the transactions of one bucket, group, kind and currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// First day of the bucket as [`Interval::start_of`] gives it (it may lie before the period); `None` when the request
    /// has no interval.
    pub begin: Option<Date>,
    /// The group.
    pub group: Group,
    /// What these transactions mean for the owner.
    pub kind: Kind,
    /// Signed sum: negative left the owner.
    pub amount: Money,
    /// How many transactions.
    pub count: u64,
}

/// What one account moved on one day: the signed sum of its posted transactions, transfers included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyFlow {
    /// The account.
    pub account: AccountId,
    /// The posting date.
    pub date: Date,
    /// Signed sum in the transactions' currency.
    pub amount: Money,
}

/// How the accounts moved, as far as net worth has to know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flows {
    /// The days from the wanted one on, in any order.
    pub daily: Vec<DailyFlow>,
    /// The first posted transaction of each account that has one, whenever that was: before it nothing is known.
    pub since: Vec<(AccountId, Date)>,
}

/// A balance that was once seen, from the daily balance history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BalancePoint {
    /// The account.
    pub account: AccountId,
    /// The day at whose end it held.
    pub date: Date,
    /// The balance, negative when it is owed.
    pub balance: Money,
}
