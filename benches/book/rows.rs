//! Believable transactions of any number, the same for the same seed, made one page at a time.
//!
//! Twelve accounts in three currencies, the provider's categories, two thousand merchants of skewed popularity, ten
//! years, ascending dates. Invariant: memory is one page, whatever the number of rows.

use bursar::domain::{
    accounts::{AccountType, Balances, ProviderAccount},
    categories::{CATEGORIES, Meaning},
    dates::Date,
    money::{Currency, Money},
    sync::{Delta, History},
    transactions::{Counterparty, ProviderCategory, ProviderTransaction, Status},
};
use jiff::ToSpan as _;

const ACCOUNTS: [(&str, AccountType, &str); 12] = [
    ("Everyday Checking", AccountType::Depository, "USD"),
    ("Joint Checking", AccountType::Depository, "USD"),
    ("Rainy Day Savings", AccountType::Depository, "USD"),
    ("Money Market", AccountType::Depository, "USD"),
    ("Travel Card", AccountType::Credit, "USD"),
    ("Cash Back Card", AccountType::Credit, "USD"),
    ("Store Card", AccountType::Credit, "USD"),
    ("Auto Loan", AccountType::Loan, "USD"),
    ("Brokerage Cash", AccountType::Investment, "USD"),
    ("Health Savings", AccountType::Depository, "USD"),
    ("Euro Account", AccountType::Depository, "EUR"),
    ("Sterling Account", AccountType::Depository, "GBP"),
];
/// How often each account is used, added up, in percent.
const USE: [u64; 12] = [34, 52, 56, 58, 72, 86, 90, 91, 93, 94, 97, 100];
const FIRST: [&str; 40] = [
    "Amber", "Birch", "Cedar", "Delta", "Ember", "Fern", "Granite", "Harbor", "Iron", "Juniper", "Kestrel", "Linden",
    "Maple", "Nimbus", "Oak", "Prairie", "Quartz", "River", "Summit", "Timber", "Umber", "Valley", "Willow", "Xenia",
    "Yarrow", "Zephyr", "Copper", "Cobalt", "Golden", "Silver", "Crimson", "Indigo", "Olive", "Pearl", "Rustic",
    "Sunny", "Metro", "Urban", "Coastal", "Northern",
];
const SECOND: [&str; 40] = [
    "Market",
    "Cafe",
    "Books",
    "Motors",
    "Fitness",
    "Clinic",
    "Pharmacy",
    "Grill",
    "Bakery",
    "Outfitters",
    "Hardware",
    "Energy",
    "Telecom",
    "Airways",
    "Hotel",
    "Studio",
    "Games",
    "Pets",
    "Garden",
    "Transit",
    "Insurance",
    "Dental",
    "Grocers",
    "Roasters",
    "Tavern",
    "Tools",
    "Cinema",
    "Apparel",
    "Florist",
    "Parking",
    "Records",
    "Supply",
    "Services",
    "Kitchen",
    "Diner",
    "Labs",
    "Academy",
    "Storage",
    "Couriers",
    "Optical",
];
const TOWNS: [&str; 4] = ["PORTLAND OR", "AUSTIN TX", "ONLINE", "BOSTON MA"];
const MERCHANTS: u64 = 2000;
const YEARS: i32 = 10;
const LAST_DAY: Date = jiff::civil::date(2025, 12, 31);

/// `SplitMix64`: small, fast, the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        let at = self.below(from.len() as u64);
        from[usize::try_from(at).unwrap()]
    }

    /// An id like the provider's: letters and digits of both cases.
    fn token(&mut self, length: usize) -> String {
        const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        (0..length).map(|_| char::from(DIGITS[usize::try_from(self.below(62)).unwrap()])).collect()
    }
}

/// Pages of transactions.
pub(crate) struct Rows {
    random: Random,
    next: u64,
    count: u64,
    page: u64,
    accounts: Vec<ProviderAccount>,
    spending: Vec<&'static str>,
    income: Vec<&'static str>,
    transfers: Vec<&'static str>,
    tokens: Vec<String>,
}

impl Rows {
    /// `count` transactions in pages of `page`.
    pub(crate) fn new(seed: u64, count: u64, page: u64) -> Self {
        let mut random = Random(seed);
        let of = |meaning| CATEGORIES.iter().filter(|c| c.meaning == meaning).map(|c| c.id).collect();
        let account = |(name, kind, currency): &(&str, AccountType, &str), id: String| ProviderAccount {
            id: id.into(),
            persistent_id: None,
            name: (*name).to_owned(),
            official_name: Some(format!("The {name}")),
            mask: Some("0011".to_owned()),
            kind: *kind,
            subtype: None,
            currency: Currency::iso(currency).unwrap(),
            balances: Balances {
                current: Some(Money::new(131_050, Currency::iso(currency).unwrap())),
                available: None,
                limit: None,
            },
            as_of: None,
            notes: Vec::new(),
        };
        let accounts = ACCOUNTS.iter().map(|described| account(described, random.token(37))).collect();
        let tokens = (0..MERCHANTS).map(|_| random.token(43)).collect();
        Self {
            random,
            next: 0,
            count,
            page,
            accounts,
            spending: of(Meaning::Expense),
            income: of(Meaning::Income),
            transfers: of(Meaning::Transfer),
            tokens,
        }
    }

    fn row(&mut self, number: u64) -> ProviderTransaction {
        let first = LAST_DAY.saturating_sub(YEARS.years());
        let days = u64::try_from((LAST_DAY - first).get_days().max(1)).unwrap_or(3652).max(3652);
        let day = number * days / self.count;
        let date = first.saturating_add(i64::try_from(day).unwrap().days());
        let random = &mut self.random;
        let percent = random.below(100);
        let account = USE.iter().position(|limit| percent < *limit).unwrap_or(0);
        let used = &self.accounts[account];
        let (id, currency) = (random.token(37), used.currency);
        let kind = random.below(100);
        let pending = day + 4 >= days && random.below(2) == 0;
        let replaced = (!pending && random.below(10) < 3).then(|| random.token(37));
        let mut row = ProviderTransaction {
            id: id.into(),
            account: used.id.clone(),
            pending_id: replaced.map(Into::into),
            date,
            authorized_date: Some(date.saturating_sub(i64::try_from(random.below(3)).unwrap().days())),
            datetime: None,
            authorized_datetime: None,
            amount: Money::zero(currency),
            status: if pending { Status::Pending } else { Status::Posted },
            description: String::new(),
            original_description: None,
            merchant: None,
            merchant_entity_id: None,
            website: None,
            payment_channel: Some("other".to_owned()),
            check_number: None,
            category: None,
            counterparties: Vec::new(),
            location: None,
            details: Vec::new(),
        };
        let category = if kind < 90 { self.purchase(&mut row) } else { self.movement(&mut row, kind < 94) };
        let primary = CATEGORIES.iter().find(|c| c.id == category).map_or(category, |c| c.primary.id);
        row.category = Some(ProviderCategory {
            detailed: category.to_owned(),
            primary: primary.to_owned(),
            confidence: Some("HIGH".to_owned()),
            version: Some("v2".to_owned()),
        });
        row
    }

    fn purchase(&mut self, row: &mut ProviderTransaction) -> &'static str {
        let random = &mut self.random;
        // The cube of an even draw: few merchants have most of the trade.
        let draw = random.below(1000);
        let number = draw * draw * draw * MERCHANTS / 1_000_000_000;
        let name = |words: &[&'static str; 40], at: u64| words[usize::try_from(at % 40).unwrap()];
        let mut merchant = format!("{} {}", name(&FIRST, number), name(&SECOND, number / 40));
        if number >= 1600 {
            merchant.push_str(" II");
        }
        let shop = random.below(9000) + 1000;
        row.description = format!("{} #{shop} {}", merchant.to_uppercase(), random.pick(&TOWNS));
        let minor = i64::try_from(150 + random.below(300) * random.below(300)).unwrap();
        row.amount.minor = if random.below(200) < 3 { minor } else { -minor };
        row.website = Some(format!("{}.example", merchant.to_lowercase().replace(' ', "")));
        let token = self.tokens[usize::try_from(number).unwrap()].clone();
        row.counterparties = vec![Counterparty {
            name: merchant.clone(),
            kind: "merchant".to_owned(),
            entity_id: Some(token.clone()),
            website: row.website.clone(),
            confidence: Some("VERY_HIGH".to_owned()),
        }];
        row.merchant = Some(merchant);
        row.merchant_entity_id = Some(token);
        row.payment_channel = Some("in store".to_owned());
        self.spending[usize::try_from(number).unwrap() % self.spending.len()]
    }

    fn movement(&mut self, row: &mut ProviderTransaction, income: bool) -> &'static str {
        let random = &mut self.random;
        let minor = i64::try_from(1000 + random.below(400_000)).unwrap();
        if income {
            let category = random.pick(&self.income);
            row.amount.minor = minor;
            let id = random.below(1_000_000_000);
            row.description = format!("ACH CREDIT {} PPD ID {id:010}", category.replace('_', " "));
            return category;
        }
        let category = random.pick(&self.transfers);
        let out = category.starts_with("TRANSFER_OUT");
        row.amount.minor = if out { -minor } else { minor };
        let (to, reference) = (random.below(9000) + 1000, random.below(100_000_000));
        row.description = format!("ONLINE TRANSFER {} ...{to} REF {reference:08}", if out { "TO" } else { "FROM" });
        category
    }
}

impl Iterator for Rows {
    type Item = Delta;

    fn next(&mut self) -> Option<Delta> {
        if self.next >= self.count {
            return None;
        }
        let end = (self.next + self.page).min(self.count);
        let added = (self.next..end).map(|number| self.row(number)).collect();
        self.next = end;
        Some(Delta {
            accounts: self.accounts.clone(),
            added,
            modified: Vec::new(),
            removed: Vec::new(),
            next_cursor: format!("c{end}"),
            has_more: end < self.count,
            history: History::Complete,
            refused: Vec::new(),
        })
    }
}
