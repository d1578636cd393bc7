//! What a transaction means for its owner: spending, earning, or moving money between own accounts.
//!
//! Pure. Invariant: both sides of a transfer are transfers, so a card payment is neither spending nor income.

use super::{accounts::AccountType, categories, dates::Date, money::Currency, transactions::Kind};

/// How many days apart the two sides of one transfer may be booked: a card books what it was paid later than a bank moves money.
pub const PAIR_DAYS: i32 = 7;
/// The same, where no debt is paid.
const MOVE_DAYS: i32 = 4;

/// What a category says by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Money earned.
    Income,
    /// Money spent.
    Spending,
    /// Money moved between own accounts, or borrowed.
    Transfer,
    /// A payment of a debt: spending, unless the other side is an own account.
    Payment,
    /// Nothing is known: no category, or one of the owner's own.
    Unknown,
}

impl Meaning {
    /// The meaning of a category's value, by the taxonomy; a group's loan payments are payments, whatever the loan.
    pub fn of(category: Option<&str>) -> Self {
        use categories::Meaning as Table;
        let Some(id) = category else { return Self::Unknown };
        let primary = categories::primary_of(id);
        match categories::get(id).map(|category| category.meaning).or(primary.map(|primary| primary.meaning)) {
            Some(Table::Transfer) => Self::Transfer,
            Some(Table::Income) => Self::Income,
            Some(Table::Expense) if primary.is_some_and(|primary| primary.id == "LOAN_PAYMENTS") => Self::Payment,
            Some(Table::Expense) => Self::Spending,
            Some(Table::BySign) | None => Self::Unknown,
        }
    }
}

/// The kind of a transaction seen alone.
///
/// A known category decides; without one, money coming into a card is a refund, into a loan a repayment (a transfer),
/// anywhere else income. Money going out is an expense.
pub fn kind_of(meaning: Meaning, minor: i64, account: AccountType) -> Kind {
    match meaning {
        Meaning::Income => Kind::Income,
        Meaning::Transfer => Kind::Transfer,
        Meaning::Payment if minor > 0 && account.is_debt() => Kind::Transfer,
        Meaning::Spending | Meaning::Payment => Kind::Expense,
        Meaning::Unknown if minor <= 0 => Kind::Expense,
        Meaning::Unknown => match account {
            AccountType::Credit => Kind::Expense,
            AccountType::Loan => Kind::Transfer,
            AccountType::Depository | AccountType::Investment | AccountType::Other => Kind::Income,
        },
    }
}

/// What a bank's text speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    /// Of nothing that would help.
    Nothing,
    /// Of paying somebody: a card, a landlord, a friend.
    Payment,
    /// Of moving money.
    Transfer,
}

impl Speech {
    /// What a text speaks of; what goes through a service for payments between people is one, whatever else it says.
    pub fn of(description: &str) -> Self {
        const PAYMENTS: [&str; 11] = [
            "autopay",
            "payment",
            "pymt",
            "epay",
            "e-pay",
            "thank you",
            "direct debit",
            "zelle",
            "venmo",
            "cash app",
            "paypal",
        ];
        const TRANSFERS: [&str; 2] = ["transfer", "xfer"];
        let folded = description.to_lowercase();
        let speaks = |words: &[&str]| words.iter().any(|word| folded.contains(word));
        match (speaks(&PAYMENTS), speaks(&TRANSFERS)) {
            (true, _) => Self::Payment,
            (false, true) => Self::Transfer,
            (false, false) => Self::Nothing,
        }
    }
}

/// One side of a possible transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side {
    /// Number of the account.
    pub account: i64,
    /// When it was booked.
    pub date: Date,
    /// Signed minor units.
    pub minor: i64,
    /// Of this currency.
    pub currency: Currency,
    /// What its category says.
    pub meaning: Meaning,
    /// What the bank's text speaks of.
    pub speech: Speech,
    /// Whether the account is a debt: a card or a loan.
    pub debt: bool,
}

impl Side {
    /// Whether it says of itself that it is one side of a transfer. Where no debt is paid, paying somebody is none.
    fn looks_like_transfer(&self, pays_debt: bool) -> bool {
        match self.meaning {
            Meaning::Transfer | Meaning::Payment => true,
            Meaning::Unknown => self.speech == Speech::Transfer || (pays_debt && self.speech == Speech::Payment),
            Meaning::Income | Meaning::Spending => false,
        }
    }

    /// Whether it may be the other side of one that is known by its category, or that only reads like one.
    fn could_be_transfer(&self, pays_debt: bool, by_category: bool) -> bool {
        let payments_fit = pays_debt || by_category;
        match self.meaning {
            Meaning::Transfer | Meaning::Payment => true,
            Meaning::Unknown => payments_fit || self.speech != Speech::Payment,
            Meaning::Income | Meaning::Spending => {
                self.speech == Speech::Transfer || (payments_fit && self.speech == Speech::Payment)
            }
        }
    }
}

/// Whether two transactions are the two sides of one transfer: opposite amounts in two own accounts within a few days, one of
/// which looks like a side of a transfer and the other of which may be one.
pub fn are_pair(a: &Side, b: &Side) -> bool {
    let opposite = a.minor != 0 && a.minor.checked_neg() == Some(b.minor) && a.currency == b.currency;
    let pays_debt = a.debt || b.debt;
    let days = if pays_debt { PAIR_DAYS } else { MOVE_DAYS };
    let matches = |one: &Side, other: &Side| {
        let by_category = one.meaning != Meaning::Unknown;
        one.looks_like_transfer(pays_debt) && other.could_be_transfer(pays_debt, by_category)
    };
    opposite && a.account != b.account && days_apart(a.date, b.date) <= days && (matches(a, b) || matches(b, a))
}

/// How many days lie between two dates.
pub fn days_apart(a: Date, b: Date) -> i32 {
    a.since(b).map_or(i32::MAX, |span| span.get_days().abs())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const CARD: i64 = 3;

    fn side(account: i64, minor: i64, category: Option<&str>) -> Side {
        Side {
            account,
            date: date(2026, 3, 5),
            minor,
            currency: Currency::iso("USD").unwrap(),
            meaning: Meaning::of(category),
            speech: Speech::Nothing,
            debt: account == CARD,
        }
    }

    #[test]
    fn categories_decide() {
        let kind = |code, minor, account| kind_of(Meaning::of(code), minor, account);
        assert_eq!(kind(Some("FOOD_AND_DRINK_GROCERIES"), 500, AccountType::Credit), Kind::Expense, "a refund");
        assert_eq!(kind(Some("INCOME_WAGES"), 500, AccountType::Depository), Kind::Income);
        assert_eq!(kind(Some("TRANSFER_OUT_SAVINGS"), -500, AccountType::Depository), Kind::Transfer);
        assert_eq!(kind(Some("LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"), -500, AccountType::Depository), Kind::Transfer);
        assert_eq!(kind(Some("LOAN_PAYMENTS_MORTGAGE_PAYMENT"), -500, AccountType::Depository), Kind::Expense);
        assert_eq!(kind(Some("LOAN_PAYMENTS_MORTGAGE_PAYMENT"), 500, AccountType::Loan), Kind::Transfer);
        assert_eq!(kind(None, 500, AccountType::Depository), Kind::Income);
        assert_eq!(kind(None, 500, AccountType::Credit), Kind::Expense);
        assert_eq!(kind(Some("Hobbies"), -500, AccountType::Depository), Kind::Expense);
    }

    #[test]
    fn a_card_payment_pairs_with_its_other_side() {
        let out = side(1, -25_000, Some("LOAN_PAYMENTS_OTHER_PAYMENT"));
        let into = side(2, 25_000, None);
        assert!(are_pair(&out, &into));
        assert!(!are_pair(&out, &side(1, 25_000, None)), "the same account");
        assert!(!are_pair(&out, &side(2, 25_001, None)), "another amount");
        assert!(!are_pair(&out, &side(2, 25_000, Some("FOOD_AND_DRINK_COFFEE"))), "a refund");
        let late = Side { date: date(2026, 3, 10), ..into };
        assert!(!are_pair(&out, &late), "five days");
        let card = Side { account: CARD, debt: true, ..late };
        assert!(are_pair(&out, &card), "a card books later");
        assert!(!are_pair(&out, &Side { date: date(2026, 3, 13), ..card }), "eight days");
    }

    #[test]
    fn what_only_reads_like_a_payment_is_one_of_a_debt_and_nothing_else() {
        let reads = |account, minor, text| Side { speech: Speech::of(text), ..side(account, minor, None) };
        let rent = reads(1, -150_000, "RENT PAYMENT OAK ST");
        assert!(!are_pair(&rent, &reads(2, 150_000, "Zelle from ROOMMATE transfer")), "two strangers of one amount");
        assert!(!are_pair(&rent, &reads(2, 150_000, "Online transfer from checking")));
        assert!(are_pair(&reads(1, -50_000, "Online transfer to savings"), &reads(2, 50_000, "XFER FROM CHK")));
        assert!(are_pair(&reads(1, -50_000, "Online transfer to savings"), &reads(2, 50_000, "Deposit")));
        assert!(are_pair(&reads(1, -25_000, "CARDCO AUTOPAY"), &reads(CARD, 25_000, "Thank you")));
        assert!(are_pair(&reads(1, -25_000, "CARDCO AUTOPAY"), &reads(CARD, 25_000, "Received")));
        assert!(!are_pair(&reads(1, -25_000, "CARDCO"), &reads(CARD, 25_000, "Return")), "a refund");
    }

    #[test]
    fn a_gap_over_a_month_end_is_counted_in_days() {
        assert_eq!(days_apart(date(2026, 2, 27), date(2026, 3, 2)), 3);
        assert_eq!(days_apart(date(2026, 3, 2), date(2025, 3, 2)), 365);
    }

    proptest! {
        #[test]
        fn pairing_has_no_direction(minor in -3i64..3, other in -3i64..3, a in 0i64..2, b in 0i64..2, days in 0i8..7) {
            let x = side(a, minor, Some("TRANSFER_IN_DEPOSIT"));
            let y = Side { date: date(2026, 3, 1 + days), ..side(b, other, None) };
            prop_assert_eq!(are_pair(&x, &y), are_pair(&y, &x));
            if are_pair(&x, &y) {
                prop_assert_eq!(minor, -other);
                prop_assert_ne!(a, b);
            }
        }
    }
}
