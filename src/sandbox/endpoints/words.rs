//! Words that requests may use, from Plaid's definition, and the checks on them.

use super::super::refusal::Refusal;
use crate::domain::dates::Date;

/// Products of the definition, whether or not the sandbox has them.
const PRODUCTS: &[&str] = &[
    "assets",
    "auth",
    "balance",
    "balance_plus",
    "beacon",
    "identity",
    "identity_match",
    "investments",
    "investments_auth",
    "liabilities",
    "payment_initiation",
    "identity_verification",
    "transactions",
    "credit_details",
    "income",
    "income_verification",
    "standing_orders",
    "transfer",
    "employment",
    "recurring_transactions",
    "transactions_refresh",
    "signal",
    "statements",
    "processor_payments",
    "processor_identity",
    "profile",
    "cra_base_report",
    "cra_income_insights",
    "cra_partner_insights",
    "cra_network_insights",
    "cra_cashflow_insights",
    "cra_monitoring",
    "cra_lend_score",
    "cra_plaid_credit_score",
    "layer",
    "pay_by_bank",
    "protect_linked_bank",
    "protect_transactions",
    "cra_qualify",
    "cra_home_lending",
];
const COUNTRIES: &[&str] = &[
    "US", "GB", "ES", "NL", "FR", "IE", "CA", "DE", "IT", "PL", "DK", "NO", "SE", "EE", "LT", "LV", "PT", "BE", "AT",
    "FI",
];
const WEBHOOK_CODES: &[&str] = &[
    "DEFAULT_UPDATE",
    "NEW_ACCOUNTS_AVAILABLE",
    "SMS_MICRODEPOSITS_VERIFICATION",
    "AUTHORIZATION_GRANTED",
    "USER_PERMISSION_REVOKED",
    "USER_ACCOUNT_REVOKED",
    "PENDING_DISCONNECT",
    "RECURRING_TRANSACTIONS_UPDATE",
    "LOGIN_REPAIRED",
    "SYNC_UPDATES_AVAILABLE",
    "PRODUCT_READY",
    "ERROR",
];
const WEBHOOK_TYPES: &[&str] =
    &["AUTH", "HOLDINGS", "INVESTMENTS_TRANSACTIONS", "ITEM", "LIABILITIES", "TRANSACTIONS", "ASSETS", "IDENTITY"];
const REASONS: &[&str] = &[
    "FRAUD_FIRST_PARTY",
    "FRAUD_FALSE_IDENTITY",
    "FRAUD_ABUSE",
    "FRAUD_OTHER",
    "CONNECTION_IS_NON_FUNCTIONAL",
    "OTHER",
];

fn known<'a>(field: &str, list: &[&str], words: impl IntoIterator<Item = &'a str>) -> Result<(), Refusal> {
    match words.into_iter().find(|word| !list.contains(word)) {
        Some(word) => Err(Refusal::field(format!("{field} has the unknown value {word:?}"))),
        None => Ok(()),
    }
}

/// Refuses a product that Plaid does not have.
pub(crate) fn products(field: &str, words: &[String]) -> Result<(), Refusal> {
    known(field, PRODUCTS, words.iter().map(String::as_str))
}

/// Refuses a country that Plaid does not serve.
pub(crate) fn countries(words: &[String]) -> Result<(), Refusal> {
    known("country_codes", COUNTRIES, words.iter().map(String::as_str))
}

/// Refuses an unknown webhook.
pub(crate) fn webhook(code: &str, kind: Option<&str>) -> Result<(), Refusal> {
    known("webhook_code", WEBHOOK_CODES, [code])?;
    known("webhook_type", WEBHOOK_TYPES, kind)
}

/// Refuses an unknown reason for a removal, or a note that is too long.
pub(crate) fn removal(reason: Option<&str>, note: Option<&str>) -> Result<(), Refusal> {
    known("reason_code", REASONS, reason)?;
    if note.is_some_and(|note| note.chars().count() > 512) {
        return Err(Refusal::field("reason_note must be at most 512 characters"));
    }
    Ok(())
}

/// Refuses days of history out of bounds.
pub(crate) fn days_requested(days: Option<i64>) -> Result<Option<i64>, Refusal> {
    match days {
        Some(days) if !(1..=730).contains(&days) => Err(Refusal::field("days_requested must be from 1 to 730")),
        days => Ok(days),
    }
}

/// The date of a text.
pub(crate) fn date(field: &str, text: &str) -> Result<Date, Refusal> {
    let plain = text.len() == 10;
    text.parse().ok().filter(|_| plain).ok_or_else(|| Refusal::field(format!("{field} must be a date, YYYY-MM-DD")))
}

/// Refuses an instant that is none.
pub(crate) fn datetime(field: &str, text: Option<&str>) -> Result<(), Refusal> {
    match text.map(str::parse::<crate::domain::dates::Timestamp>) {
        Some(Err(_)) => Err(Refusal::field(format!("{field} must be an instant, RFC 3339"))),
        _ => Ok(()),
    }
}

const DEPOSITORY: &[&str] = &[
    "checking",
    "savings",
    "hsa",
    "cd",
    "money market",
    "paypal",
    "prepaid",
    "cash management",
    "ebt",
    "limited purpose checking",
    "all",
];
const LOAN: &[&str] = &[
    "auto",
    "business",
    "commercial",
    "construction",
    "consumer",
    "home equity",
    "loan",
    "mortgage",
    "overdraft",
    "line of credit",
    "student",
    "other",
    "all",
    "home equity loan",
    "commercial line of credit",
];
const INVESTMENT: &[&str] = &[
    "529",
    "401a",
    "401k",
    "403B",
    "457b",
    "brokerage",
    "cash isa",
    "crypto exchange",
    "education savings account",
    "fhsa",
    "fixed annuity",
    "gic",
    "health reimbursement arrangement",
    "hsa",
    "ira",
    "isa",
    "keogh",
    "lif",
    "life insurance",
    "line of credit",
    "lira",
    "lrif",
    "lrsp",
    "mutual fund",
    "non-custodial wallet",
    "non-taxable brokerage account",
    "other",
    "other annuity",
    "other insurance",
    "pension",
    "prif",
    "profit sharing plan",
    "qshr",
    "rdsp",
    "resp",
    "retirement",
    "rlif",
    "roth",
    "roth 401k",
    "roth 403B",
    "roth 457b",
    "roth pension",
    "roth profit sharing plan",
    "roth thrift savings plan",
    "rrif",
    "rrsp",
    "sarsep",
    "sep ira",
    "simple ira",
    "sipp",
    "stock plan",
    "thrift savings plan",
    "tfsa",
    "trust",
    "ugma",
    "utma",
    "variable annuity",
    "all",
    "prediction market",
];

/// Refuses an account filter of an unknown type or subtype.
pub(crate) fn filter(kind: &str, subtypes: &[String]) -> Result<(), Refusal> {
    let list = match kind {
        "depository" => DEPOSITORY,
        "credit" => &["credit card", "paypal", "all"],
        "loan" => LOAN,
        "investment" => INVESTMENT,
        "other" => &["other", "all"],
        _ => {
            let message = format!("the following fields are not recognized by this endpoint: account_filters.{kind}");
            return Err(Refusal::new("UNKNOWN_FIELDS").saying(message));
        }
    };
    known("account_subtypes", list, subtypes.iter().map(String::as_str))
}
