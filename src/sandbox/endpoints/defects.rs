//! What a page of changes should not have: written into its first row, or into the text that is sent.
//!
//! Uses `plaid::wire`, `faults` and `call`. Invariant: a page without a row to spoil goes out as it is.

use jiff::ToSpan as _;

use serde::Serialize;

use super::super::{call::Answer, faults::Fault, refusal::Refusal};
use crate::{
    domain::dates::Date,
    plaid::wire::{
        Decimal,
        transactions::{RemovedTransaction, Transaction, TransactionsSyncResponse},
    },
};

/// The faults that are written into a page.
pub(crate) const OF_A_PAGE: &[Fault] = &[
    Fault::DuplicateInPage,
    Fault::AddedAndRemoved,
    Fault::BadAmount,
    Fault::HugeAmount,
    Fault::NanAmount,
    Fault::UnknownCurrency,
    Fault::ChangedCurrency,
    Fault::EscapeSequences,
    Fault::ImpossibleDate,
    Fault::FutureDate,
    Fault::UnknownAccount,
    Fault::MissingField,
    Fault::WrongKind,
    Fault::AmountAsText,
    Fault::UnknownField,
];

/// Stands for NaN until the text is written; no household spends this much.
const NAN: &str = "987654321987654321";

/// Writes a fault into a page.
pub(crate) fn into_page(page: &mut TransactionsSyncResponse, fault: Fault) {
    let Some(row) = page.added.first_mut() else { return };
    match fault {
        Fault::DuplicateInPage => {
            let twin = row.clone();
            page.added.push(twin);
        }
        Fault::AddedAndRemoved => {
            let account_id = Some(row.account_id.clone());
            page.removed.push(RemovedTransaction { transaction_id: row.transaction_id.clone(), account_id });
        }
        Fault::ChangedCurrency => {
            row.iso_currency_code = Some("EUR".to_owned());
            for account in &mut page.accounts {
                account.balances.iso_currency_code = Some("EUR".to_owned());
            }
        }
        _ => into_row(row, fault),
    }
}

fn into_row(row: &mut Transaction, fault: Fault) {
    let number = |text: &str| text.parse::<Decimal>().ok();
    match fault {
        Fault::BadAmount => row.amount = number("1e400").unwrap_or_else(|| row.amount.clone()),
        Fault::HugeAmount => row.amount = number("9999999999999999999").unwrap_or_else(|| row.amount.clone()),
        Fault::NanAmount => row.amount = number(NAN).unwrap_or_else(|| row.amount.clone()),
        Fault::UnknownCurrency => row.iso_currency_code = Some("ZZZ".to_owned()),
        Fault::EscapeSequences => {
            let name = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[31mEVIL\u{202e}\u{0}\r\n=cmd|' /C calc'!A0".to_owned();
            (row.name, row.merchant_name) = (name.clone(), Some(name));
        }
        Fault::ImpossibleDate => "2026-02-30".clone_into(&mut row.date),
        Fault::FutureDate => {
            let day = row.date.parse::<Date>().ok().and_then(|day| day.checked_add(1.year()).ok());
            row.date = day.map_or_else(|| row.date.clone(), |day| day.to_string());
        }
        Fault::UnknownAccount => row.account_id = row.account_id.chars().rev().collect(),
        _ => {}
    }
}

/// Writes into the text what no row of the definition can hold.
pub(crate) fn into_text(body: Vec<u8>, fault: Fault) -> Vec<u8> {
    let Ok(text) = String::from_utf8(body) else { return Vec::new() };
    let text = match fault {
        Fault::NanAmount => text.replace(NAN, "NaN"),
        Fault::MissingField => without(&text, "\"date\":\"", "\","),
        Fault::WrongKind => text.replacen("\"pending\":false", "\"pending\":\"no\"", 1),
        Fault::AmountAsText => quoted(&text, "\"amount\":", ","),
        Fault::UnknownField => text.replacen("{\"transaction_id\":", "{\"surprise\":1,\"transaction_id\":", 1),
        _ => text,
    };
    text.into_bytes()
}

/// The answer of a product; a fault puts the first of its numbers of that name into quotation marks.
#[expect(clippy::unnecessary_wraps, reason = "every endpoint ends with it")]
pub(crate) fn product<T: Serialize + Send + 'static>(
    value: T,
    number: &'static str,
    bad: bool,
) -> Result<Answer, Refusal> {
    Ok(Box::new(move || {
        let text = serde_json::to_string(&value).unwrap_or_default();
        let text = if bad { quoted(&text, &format!("\"{number}\":"), ",") } else { text };
        text.into_bytes()
    }))
}

/// Leaves out the first place from `start` to the end of `end`.
fn without(text: &str, start: &str, end: &str) -> String {
    let Some((before, rest)) = text.split_once(start) else { return text.to_owned() };
    let after = rest.split_once(end).map_or("", |(_, after)| after);
    format!("{before}{after}")
}

/// Puts the first value after `start` into quotation marks.
fn quoted(text: &str, start: &str, end: &str) -> String {
    let Some((before, rest)) = text.split_once(start) else { return text.to_owned() };
    let (value, after) = rest.split_once(end).unwrap_or((rest, ""));
    format!("{before}{start}\"{value}\"{end}{after}")
}
