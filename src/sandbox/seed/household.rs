//! Two years of one household: salary, rent, groceries, subscriptions, card payments, transfers, refunds, fees, trips.
//!
//! Uses `domain::dates`. Invariants: what happens on a day depends on the seed and that day only; each transfer between
//! own accounts has its other side; before every payday checking is back at its balance of today.

use super::{
    Row, Unit,
    accounts::{ACCOUNTS, CARD, CHECKING, MONEY_MARKET, SAVING, STUDENT},
    calendar::{days, is_payday, is_weekend, number, shift},
    merchants::{self, Merchant},
};
use crate::{
    domain::dates::Date,
    sandbox::draw::{Draw, Root},
};

/// What one family spends and earns; drawn once.
#[derive(Debug, Clone)]
pub(crate) struct Household {
    root: Root,
    rent: i64,
    salary: i64,
}

/// Stream of the household's own traits; days use their number, which is far below.
const TRAITS: u64 = u64::MAX;

impl Household {
    /// The household of a family of draws.
    pub(crate) fn new(root: Root) -> Self {
        let mut draw = root.member(TRAITS);
        let rent = 1350_00 + draw.between(0, 8) * 25_00;
        let salary = 2480_00 + draw.between(0, 12) * 10_00;
        Self { root, rent, salary }
    }

    /// Everything booked from `first` to `last`, oldest first, transfers between own accounts included.
    pub(crate) fn history(&self, first: Date, last: Date) -> Vec<Row> {
        let mut rows: Vec<Row> = days(first, last).flat_map(|date| self.day(date)).collect();
        self.pay_card(&mut rows, first, last);
        sweep(&mut rows, first, last);
        rows.sort_by_key(|row| row.date);
        rows
    }

    /// What happens on one day, without the payments that depend on other days.
    pub(crate) fn day(&self, date: Date) -> Vec<Row> {
        let mut draw = self.root.member(number(date));
        let mut rows = Vec::new();
        self.fixed(date, &mut draw, &mut rows);
        daily(date, &mut draw, &mut rows);
        card(date, &mut draw, &mut rows);
        abroad(date, &mut draw, &mut rows);
        rows
    }

    fn fixed(&self, date: Date, draw: &mut Draw, rows: &mut Vec<Row>) {
        let mut checking = |minor: i64, merchant| rows.push(Row::new(CHECKING, minor, date, merchant));
        if is_payday(date) {
            checking(-self.salary, &merchants::SALARY);
        }
        match date.day() {
            1 => checking(self.rent, &merchants::RENT),
            3 => checking(39_00, &merchants::GYM),
            7 => checking(118_40, &merchants::CAR_INSURANCE),
            12 => checking(draw.between(62_00, 140_00), &merchants::ELECTRICITY),
            17 => checking(358_00, &merchants::STUDENT_LOAN),
            18 => checking(64_99, &merchants::INTERNET),
            19 => checking(512_06, &merchants::MORTGAGE),
            20 => checking(45_00, &merchants::PHONE),
            27 => checking(12_00, &merchants::TO_IRA),
            22 if date.month() % 3 == 1 => checking(draw.between(70_00, 95_00), &merchants::WATER),
            23 if date.month() % 3 == 2 => checking(-draw.between(250_00, 600_00), &merchants::CONTRACT),
            _ => {}
        }
        match (date.month(), date.day()) {
            (4, 16) => checking(-842_00, &merchants::TAX_REFUND),
            (3, 9) => checking(34_00, &merchants::OVERDRAFT),
            (month, 6) if month % 2 == 0 => rows.push(Row {
                check: Some((1000 + number(date) / 61 % 1000).to_string()),
                ..Row::new(CHECKING, 120_00, date, &merchants::CHILDCARE)
            }),
            _ => {}
        }
        if date == date.last_of_month() {
            rows.push(Row::new(SAVING, -draw.between(2, 31), date, &merchants::INTEREST));
            rows.push(Row::new(MONEY_MARKET, -draw.between(21_00, 48_00), date, &merchants::INTEREST));
            rows.push(Row::new(STUDENT, 258_12, date, &merchants::LOAN_INTEREST));
        }
        if date.day() == 17 {
            rows.push(Row::new(STUDENT, -358_00, date, &merchants::LOAN_PAYMENT_RECEIVED));
        }
    }

    /// Pays the card on the 25th, so that what is owed comes back to its balance of today.
    fn pay_card(&self, rows: &mut Vec<Row>, first: Date, last: Date) {
        let mut payments = Vec::new();
        for date in days(first, last).filter(|date| date.day() == 25) {
            let next = if let Some(next) = days(shift(date, 1), last).find(|day| day.day() == 25) {
                shift(next, -1)
            } else {
                last
            };
            let spent = net(rows, CARD, date, next);
            let amount = if spent > 25_00 { spent } else { 25_00 + self.root.member(number(date)).between(0, 40_00) };
            payments.push((date, amount));
        }
        for (date, amount) in payments {
            rows.push(Row::new(CHECKING, amount, date, &merchants::CARD_PAYMENT));
            rows.push(Row::new(CARD, -amount, date, &merchants::CARD_PAYMENT_RECEIVED));
        }
    }
}

/// On each payday moves what is not needed until the next one to the saving account, and on to the money market.
fn sweep(rows: &mut Vec<Row>, first: Date, last: Date) {
    let paydays: Vec<Date> = days(first, last).filter(|&date| is_payday(date)).collect();
    for (place, &date) in paydays.iter().enumerate() {
        let until = paydays.get(place + 1).map_or(last, |&next| shift(next, -1));
        let surplus = -net(rows, CHECKING, date, until);
        rows.extend(transfer(surplus, date));
        let idle = -net(rows, SAVING, date, until);
        if idle > 0 {
            rows.push(Row::new(SAVING, idle, date, &merchants::TO_MONEY_MARKET));
            rows.push(Row::new(MONEY_MARKET, -idle, date, &merchants::FROM_SAVING));
        }
    }
}

/// Both sides of a transfer from checking to saving, the other way round when negative.
fn transfer(surplus: i64, date: Date) -> Vec<Row> {
    let (out, into): (&Merchant, &Merchant) = match surplus {
        0 => return Vec::new(),
        1.. => (&merchants::TO_SAVING, &merchants::FROM_CHECKING),
        _ => (&merchants::FROM_SAVING, &merchants::TO_CHECKING),
    };
    vec![Row::new(CHECKING, surplus, date, out), Row::new(SAVING, -surplus, date, into)]
}

/// Sum of an account's dollars from `first` to `last`, both included.
fn net(rows: &[Row], account: usize, first: Date, last: Date) -> i64 {
    let counts = |row: &&Row| row.account == account && row.unit == super::USD && (first..=last).contains(&row.date);
    rows.iter().filter(counts).map(|row| row.minor).sum()
}

fn daily(date: Date, draw: &mut Draw, rows: &mut Vec<Row>) {
    let mut buy = |draw: &mut Draw, list: &'static [Merchant], low, high| {
        let merchant = draw.pick(list);
        rows.push(Row::new(CHECKING, draw.between(low, high), date, merchant));
    };
    if !is_weekend(date) && draw.chance(30) {
        buy(draw, merchants::COFFEE, 3_75, 7_20);
    }
    if matches!(date.weekday(), jiff::civil::Weekday::Saturday) || draw.chance(12) {
        buy(draw, merchants::GROCERIES, 38_00, 104_00);
    }
    if draw.chance(if is_weekend(date) { 35 } else { 8 }) {
        buy(draw, merchants::RESTAURANTS, 11_50, 48_00);
    }
    if draw.chance(11) {
        buy(draw, merchants::ERRANDS, 4_50, 46_00);
    }
    if draw.chance(3) {
        rows.push(Row::new(CHECKING, draw.between(10_00, 60_00), date, &merchants::VENMO));
    }
    if draw.chance(2) {
        rows.push(Row::new(CHECKING, 60_00, date, &merchants::ATM));
        rows.push(Row::new(CHECKING, 3_00, date, &merchants::ATM_FEE));
    }
}

fn card(date: Date, draw: &mut Draw, rows: &mut Vec<Row>) {
    let mut buy = |minor: i64, merchant, before: i64| {
        let authorized = Some(shift(date, -before));
        rows.push(Row { authorized, ..Row::new(CARD, minor, date, merchant) });
    };
    for (day, minor, merchant) in merchants::SUBSCRIPTIONS {
        if date.day() == *day {
            buy(*minor, merchant, 1);
        }
    }
    if draw.chance(22) {
        buy(draw.between(8_00, 74_00), draw.pick(merchants::ONLINE), draw.between(1, 2));
    }
    if draw.chance(2) {
        buy(-draw.between(12_00, 60_00), draw.pick(merchants::ONLINE), 0);
    }
    if date.day() == 24 && date.month() % 4 == 0 {
        buy(draw.between(1_20, 6_80), &merchants::CARD_INTEREST, 0);
    }
}

/// Two trips a year: rows in another currency, each with its fee in dollars.
fn abroad(date: Date, draw: &mut Draw, rows: &mut Vec<Row>) {
    let code = match (date.month(), date.day()) {
        (5, 10..=15) => "EUR",
        (10, 3..=6) => "JPY",
        (2, 2..=3) => "KWD",
        _ => return,
    };
    for (merchant, unit, exponent, low, high) in merchants::ABROAD.iter().filter(|place| place.1 == code) {
        if draw.chance(70) {
            let unit = Unit { code: unit, exponent: *exponent };
            rows.push(Row { unit, ..Row::new(CARD, draw.between(*low, *high), date, merchant) });
            rows.push(Row::new(CARD, draw.between(35, 3_90), date, &merchants::FOREIGN_FEE));
        }
    }
}

/// What is announced but not booked on `today`: for `user_good` exactly what its balances say.
pub(crate) fn pending(root: &Root, today: Date, lively: bool) -> Vec<Row> {
    let mut draw = root.member(TRAITS - 1);
    let mut rows = vec![Row::new(CHECKING, ACCOUNTS[CHECKING].current / 11, today, &merchants::RIDE)];
    let more = if lively { 6 } else { 2 };
    for place in 0..more {
        let account = if lively && place % 2 == 0 { CHECKING } else { CARD };
        let list = if account == CHECKING { merchants::COFFEE } else { merchants::ONLINE };
        rows.push(Row::new(account, draw.between(3_10, 9_90), shift(today, -i64::from(place % 2)), draw.pick(list)));
    }
    rows.into_iter().map(|row| Row { pending: true, ..row }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year() -> Vec<Row> {
        let today = Date::constant(2026, 3, 20);
        Household::new(Root::new(7, &["h"])).history(shift(today, -729), today)
    }

    #[test]
    fn transfers_have_two_sides_and_balances_stay_believable() {
        let rows = year();
        assert!((1000..4000).contains(&rows.len()), "{}", rows.len());
        let mut by_day = std::collections::BTreeMap::<Date, i64>::new();
        for row in rows.iter().filter(|row| row.account == CHECKING) {
            *by_day.entry(row.date).or_default() += row.minor;
        }
        let mut balance = 110_00;
        for (date, out) in by_day.iter().rev() {
            assert!((-1500_00..7000_00).contains(&balance), "{date}: {balance}");
            balance += out;
        }
        let sum = |text: &str| rows.iter().filter(|row| row.merchant.text == text).map(|row| row.minor).sum::<i64>();
        assert_eq!(sum(merchants::TO_SAVING.text), -sum(merchants::FROM_CHECKING.text));
        assert_eq!(sum(merchants::CARD_PAYMENT.text), -sum(merchants::CARD_PAYMENT_RECEIVED.text));
        assert!(sum(merchants::TO_SAVING.text) > 0);
    }

    #[test]
    fn has_what_a_household_has() {
        let rows = year();
        for code in ["EUR", "JPY", "KWD"] {
            assert!(rows.iter().any(|row| row.unit.code == code), "{code}");
        }
        assert!(rows.iter().any(|row| row.account == CARD && row.minor < 0 && row.merchant.name.is_some()), "refund");
        assert!(rows.iter().any(|row| row.check.is_some()));
        assert!(rows.iter().filter(|row| row.merchant.detail == "SALARY").count() >= 46);
    }

    #[test]
    fn the_same_seed_lives_the_same_life() {
        let text = |rows: Vec<Row>| format!("{rows:?}");
        assert_eq!(text(year()), text(year()));
    }
}
