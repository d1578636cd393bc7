//! The nine accounts of `user_good`, figures as in Plaid's own sandbox. May use `plaid::wire`.

use super::decimal;
use crate::plaid::wire::{
    Decimal,
    accounts::{Account, AccountType, Balances},
};

/// Places in [`ACCOUNTS`].
pub(crate) const CHECKING: usize = 0;
pub(crate) const SAVING: usize = 1;
pub(crate) const CARD: usize = 3;
pub(crate) const MONEY_MARKET: usize = 4;
pub(crate) const IRA: usize = 5;
pub(crate) const RETIREMENT: usize = 6;
pub(crate) const STUDENT: usize = 7;
pub(crate) const MORTGAGE: usize = 8;

/// How much of a balance can be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Available {
    /// The bank does not say.
    Unknown,
    /// All of it.
    All,
    /// All but what is pending.
    LessPending,
    /// All but a fixed hold, in minor units.
    LessHold(i64),
}

/// What an account is, before anything happens on it.
#[derive(Debug)]
pub(crate) struct Template {
    /// Short name.
    pub(crate) name: &'static str,
    official: Option<&'static str>,
    /// Last digits.
    pub(crate) mask: &'static str,
    /// Plaid's type.
    pub(crate) kind: &'static str,
    /// Plaid's subtype.
    pub(crate) subtype: &'static str,
    /// Balance in minor units, in Plaid's sign.
    pub(crate) current: i64,
    /// Further digits of a balance that has more than two.
    digits: &'static str,
    available: Available,
    limit: Option<i64>,
}

const fn template(
    name: &'static str,
    mask: &'static str,
    kind: &'static str,
    subtype: &'static str,
    current: i64,
) -> Template {
    Template {
        name,
        official: None,
        mask,
        kind,
        subtype,
        current,
        digits: "",
        available: Available::Unknown,
        limit: None,
    }
}

/// All nine, in Plaid's order.
pub(crate) const ACCOUNTS: [Template; 9] = [
    Template {
        official: Some("Plaid Gold Standard 0% Interest Checking"),
        available: Available::LessPending,
        ..template("Plaid Checking", "0000", "depository", "checking", 110_00)
    },
    Template {
        official: Some("Plaid Silver Standard 0.1% Interest Saving"),
        available: Available::LessHold(10_00),
        ..template("Plaid Saving", "1111", "depository", "savings", 210_00)
    },
    Template {
        official: Some("Plaid Bronze Standard 0.2% Interest CD"),
        ..template("Plaid CD", "2222", "depository", "cd", 1000_00)
    },
    Template {
        official: Some("Plaid Diamond 12.5% APR Interest Credit Card"),
        limit: Some(2000_00),
        ..template("Plaid Credit Card", "3333", "credit", "credit card", 410_00)
    },
    Template {
        official: Some("Plaid Platinum Standard 1.85% Interest Money Market"),
        available: Available::All,
        ..template("Plaid Money Market", "4444", "depository", "money market", 43200_00)
    },
    template("Plaid IRA", "5555", "investment", "ira", 320_76),
    Template { digits: "05", ..template("Plaid 401k", "6666", "investment", "401k", 23631_98) },
    template("Plaid Student Loan", "7777", "loan", "student", 65262_00),
    template("Plaid Mortgage", "8888", "loan", "mortgage", 56302_06),
];

impl Template {
    /// Whether Plaid gives transactions for it.
    pub(crate) fn has_transactions(&self) -> bool {
        matches!(self.kind, "depository" | "credit") || self.subtype == "student"
    }

    /// What is owed grows with money out; what is owned shrinks.
    pub(crate) fn is_debt(&self) -> bool {
        matches!(self.kind, "credit" | "loan")
    }

    /// Plaid's account, with its balance now and what is pending on it, in minor units.
    pub(crate) fn describe(&self, id: &str, current: i64, pending: i64) -> Account {
        let available = match self.available {
            Available::Unknown => None,
            Available::All => Some(current),
            Available::LessPending => Some(current.saturating_sub(pending)),
            Available::LessHold(hold) => Some(current.saturating_sub(hold)),
        };
        let number = |minor: i64| decimal(minor, 2).parse::<Decimal>().ok();
        let balances = Balances {
            available: available.and_then(number),
            current: format!("{}{}", decimal(current, 2), self.digits).parse().ok(),
            limit: self.limit.and_then(number),
            iso_currency_code: Some("USD".to_owned()),
            unofficial_currency_code: None,
            last_updated_datetime: None,
            margin_loan_amount: None,
        };
        Account {
            account_id: id.to_owned(),
            balances,
            mask: Some(self.mask.to_owned()),
            name: self.name.to_owned(),
            official_name: self.official.map(str::to_owned),
            kind: AccountType::from(self.kind),
            subtype: Some(self.subtype.to_owned()),
            verification_status: None,
            persistent_account_id: None,
            holder_category: Some("personal".to_owned()),
            apy: None,
            paired_account_id: None,
        }
    }
}
