//! What a bank says of debts and investments besides transactions, in bursar's sign.
//!
//! Money is exact minor units. Rates, quantities and prices are no money: they are exact decimal text. Invariant: there is
//! no field for an account number or an address, so none can be kept.

use std::fmt;

use serde::Serialize;

use super::{
    dates::Date,
    ids::ProviderAccountId,
    money::{Currency, Money},
};

/// What a connection may offer besides transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    /// Cards and loans: rates, statements, due dates.
    Liabilities,
    /// Holdings of investment accounts.
    Investments,
    /// What was bought, sold and paid in investment accounts; a second bill where a plan bills it.
    Trades,
    /// Payments that come back, as the bank sees them; a bill of its own as well.
    Recurring,
}

impl Product {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Liabilities, Self::Investments, Self::Trades, Self::Recurring];
    /// Those that are asked for unless the owner says otherwise.
    pub const USUAL: [Self; 2] = [Self::Liabilities, Self::Investments];

    /// The word in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Liabilities => "liabilities",
            Self::Investments => "investments",
            Self::Trades => "trades",
            Self::Recurring => "recurring",
        }
    }

    /// The provider's word for what its owner agrees to.
    pub fn consent(self) -> &'static str {
        match self {
            Self::Liabilities => "liabilities",
            Self::Investments | Self::Trades => "investments",
            // An add-on of transactions: no consent of its own.
            Self::Recurring => "transactions",
        }
    }

    /// The words in sentences.
    pub fn words(self) -> &'static str {
        match self {
            Self::Recurring => "regular payments",
            other => other.as_str(),
        }
    }

    /// The product of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|product| product.as_str() == word)
    }
}

/// The provider's codes that say that there is nothing to be had: not offered, not agreed to, no such accounts, not ready yet.
const ABSENT: [&str; 7] = [
    "PRODUCTS_NOT_SUPPORTED",
    "PRODUCT_NOT_ENABLED",
    "NO_LIABILITY_ACCOUNTS",
    "NO_INVESTMENT_ACCOUNTS",
    "ADDITIONAL_CONSENT_REQUIRED",
    "ACCESS_NOT_GRANTED",
    "PRODUCT_NOT_READY",
];

/// Whether a product that was answered with this code could not be read, rather than being none that can be had.
pub fn is_failure(code: &str) -> bool {
    !ABSENT.contains(&code)
}

/// A product that was asked for and could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ProductFailure {
    /// Which.
    pub product: Product,
    /// The provider's code, or `NO_ANSWER`.
    pub code: String,
}

impl fmt::Display for ProductFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} could not be read ({})", self.product.words(), self.code)
    }
}

/// Days of trades that are asked for; a bank tells no more.
pub const TRADE_DAYS: i32 = 730;

/// What kind of debt it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LiabilityKind {
    /// A credit card or line.
    Credit,
    /// A mortgage.
    Mortgage,
    /// A student loan.
    Student,
}

impl LiabilityKind {
    /// The word in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::Mortgage => "mortgage",
            Self::Student => "student",
        }
    }

    /// The kind of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Credit, Self::Mortgage, Self::Student].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A yearly rate of interest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Rate {
    /// What it applies to, in the provider's word (`purchase_apr`, `fixed` …).
    pub kind: String,
    /// Percent a year, exact decimal text: `12.5`.
    pub percent: String,
}

/// The terms of a debt, apart from its account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Terms {
    /// What kind of debt it is.
    pub kind: LiabilityKind,
    /// Its rates, in the bank's order.
    pub rates: Vec<Rate>,
    /// The balance of the last statement; negative when owed.
    pub statement_balance: Option<Money>,
    /// The day of the last statement.
    pub statement_date: Option<Date>,
    /// What has to be paid at least, positive.
    pub minimum: Option<Money>,
    /// When.
    pub due: Option<Date>,
    /// Whether the bank says that a payment is late.
    pub overdue: Option<bool>,
    /// What is past due, positive.
    pub past_due: Option<Money>,
    /// The last payment towards it, positive.
    pub last_payment: Option<Money>,
    /// Its day.
    pub last_payment_date: Option<Date>,
}

impl Terms {
    /// Whether a payment is late on a day. That it is not counts by the bank's word only if it was said after the due date; else a
    /// date that has passed is late, unless something was paid since the statement.
    pub fn is_overdue(&self, said_on: Date, today: Date) -> bool {
        match (self.overdue, self.due) {
            (Some(true), _) => true,
            (_, None) => false,
            (Some(false), Some(due)) if said_on > due => false,
            (_, Some(due)) => due < today && !self.paid_since_statement(),
        }
    }

    fn paid_since_statement(&self) -> bool {
        matches!((self.last_payment_date, self.statement_date), (Some(paid), Some(statement)) if paid >= statement)
    }
}

/// A debt as a provider reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Liability {
    /// The account that owes.
    pub account: ProviderAccountId,
    /// Its terms.
    pub terms: Terms,
}

/// What is held: a share, a fund, a coin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Security {
    /// The provider's id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Its symbol.
    pub ticker: Option<String>,
    /// The provider's word for its kind (`equity`, `mutual fund` …).
    pub kind: Option<String>,
}

/// How much of something is held, and what it is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The account that holds it.
    pub account: ProviderAccountId,
    /// Which security, by the provider's id.
    pub security: String,
    /// Exact decimal text.
    pub quantity: String,
    /// The price of one, exact decimal text in the currency.
    pub price: String,
    /// The day of the price.
    pub price_date: Option<Date>,
    /// What it is worth by the bank's own word, which need not be quantity times price.
    pub value: Money,
    /// What was paid for it.
    pub cost: Option<Money>,
    /// The currency of price, value and cost.
    pub currency: Currency,
}

/// Everything held at one connection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Portfolio {
    /// The securities that holdings name.
    pub securities: Vec<Security>,
    /// The holdings.
    pub holdings: Vec<Holding>,
}

/// Something bought, sold, paid or moved in an investment account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trade {
    /// The provider's id.
    pub id: String,
    /// The account.
    pub account: ProviderAccountId,
    /// Which security, by the provider's id.
    pub security: Option<String>,
    /// The day.
    pub date: Date,
    /// The provider's word: `buy`, `sell`, `cash`, `fee`, `transfer`, `cancel`.
    pub kind: String,
    /// Its finer word (`dividend` …).
    pub subtype: String,
    /// The bank's description.
    pub name: String,
    /// Exact decimal text; negative for what was sold.
    pub quantity: String,
    /// The price of one, exact decimal text.
    pub price: String,
    /// What it moved: negative is money leaving the account's cash.
    pub amount: Money,
    /// Fees, positive.
    pub fees: Option<Money>,
}

/// All trades of a connection from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trades {
    /// The first day asked for.
    pub since: Date,
    /// The securities that trades name.
    pub securities: Vec<Security>,
    /// The trades.
    pub trades: Vec<Trade>,
}

/// Payments that come back, in the bank's words, apart from their account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Regular {
    /// Who is paid or pays.
    pub label: String,
    /// `weekly`, `biweekly`, `semi_monthly`, `monthly`, `annually`, `unknown`.
    pub frequency: String,
    /// `mature`, `early_detection`, `tombstoned`, `unknown`.
    pub status: String,
    /// Whether it goes on.
    pub active: bool,
    /// The latest payment; negative when it left the owner.
    pub amount: Money,
    /// The mean of all payments.
    pub average: Money,
    /// Day of the first payment.
    pub first: Date,
    /// Day of the latest payment.
    pub last: Date,
    /// When the bank expects the next one.
    pub next: Option<Date>,
}

/// The same as a provider reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankStream {
    /// The provider's id.
    pub id: String,
    /// The account.
    pub account: ProviderAccountId,
    /// What comes back.
    pub regular: Regular,
}

/// What a bank answered when it was asked for a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProductReport {
    /// All debts.
    Liabilities(Vec<Liability>),
    /// All holdings.
    Investments(Portfolio),
    /// All trades from a day on.
    Trades(Trades),
    /// All payments that come back.
    Recurring(Vec<BankStream>),
    /// Nothing this time; what is known stays. The provider's code says why.
    Nothing(Product, String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_is_late_by_the_date_unless_the_bank_knows_better() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let (due, today) = ("2026-04-10", day("2026-04-15"));
        for (said, said_on, paid, late) in [
            (Some(true), "2026-04-01", Some("2026-04-02"), true),
            (Some(false), "2026-04-11", None, false),
            (Some(false), "2026-04-10", None, true),
            (Some(false), "2026-03-20", Some("2026-03-14"), true),
            (Some(false), "2026-03-20", Some("2026-03-15"), false),
            (None, "2026-04-15", None, true),
            (None, "2026-04-15", Some("2026-04-09"), false),
        ] {
            let terms = Terms {
                kind: LiabilityKind::Credit,
                rates: Vec::new(),
                statement_balance: None,
                statement_date: Some(day("2026-03-15")),
                minimum: None,
                due: Some(day(due)),
                overdue: said,
                past_due: None,
                last_payment: None,
                last_payment_date: paid.map(day),
            };
            assert_eq!(terms.is_overdue(day(said_on), today), late, "{said:?} said on {said_on}, paid {paid:?}");
            assert_eq!(terms.is_overdue(day(said_on), day(due)), said == Some(true), "on the day itself");
            let unknown = Terms { due: None, ..terms };
            assert_eq!(unknown.is_overdue(day(said_on), today), said == Some(true), "without a date");
        }
    }
}
