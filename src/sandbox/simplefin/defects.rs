//! What an answer of SimpleFIN should not have: written into the newest row of the first account that has rows.
//!
//! Uses `faults` only. Invariant: an answer without rows goes out as it is.

use serde_json::{Value, json};

use super::super::faults::Fault;

/// The faults that are written into an answer.
pub(super) const OF_AN_ANSWER: &[Fault] = &[
    Fault::SimplefinAccountGone,
    Fault::DuplicateInPage,
    Fault::BadAmount,
    Fault::HugeAmount,
    Fault::NanAmount,
    Fault::UnknownCurrency,
    Fault::ChangedCurrency,
    Fault::EscapeSequences,
    Fault::ImpossibleDate,
    Fault::FutureDate,
    Fault::MissingField,
    Fault::WrongKind,
    Fault::UnknownField,
];

/// Seconds of a year.
const YEAR: i64 = 365 * 86_400;

/// Writes a fault into an answer.
pub(super) fn into_answer(answer: &mut Value, fault: Fault) {
    let Some(accounts) = answer["accounts"].as_array_mut() else { return };
    let has_rows = |account: &Value| account["transactions"].as_array().is_some_and(|rows| !rows.is_empty());
    let Some(place) = accounts.iter().position(has_rows) else { return };
    match fault {
        Fault::SimplefinAccountGone => drop(accounts.remove(place)),
        Fault::UnknownCurrency => accounts[place]["currency"] = json!("ZZZ"),
        Fault::ChangedCurrency => accounts[place]["currency"] = json!("EUR"),
        _ => {
            let Some(rows) = accounts[place]["transactions"].as_array_mut() else { return };
            let newest = rows.iter().rposition(|row| row["pending"] != json!(true)).unwrap_or(0);
            if fault == Fault::DuplicateInPage {
                rows.push(rows[newest].clone());
            } else {
                into_row(&mut rows[newest], fault);
            }
        }
    }
}

fn into_row(row: &mut Value, fault: Fault) {
    match fault {
        Fault::BadAmount => row["amount"] = json!("1e400"),
        Fault::HugeAmount => row["amount"] = json!("9999999999999999999"),
        Fault::NanAmount => row["amount"] = json!("NaN"),
        Fault::EscapeSequences => {
            let name = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[31mEVIL\u{202e}\u{0}\r\n=cmd|' /C calc'!A0";
            (row["description"], row["payee"]) = (json!(name), json!(name));
        }
        // No calendar has a day so far away.
        Fault::ImpossibleDate => row["posted"] = json!(i64::MAX),
        Fault::FutureDate => row["posted"] = json!(row["posted"].as_i64().unwrap_or_default() + YEAR),
        Fault::MissingField => drop(row.as_object_mut().and_then(|fields| fields.remove("amount"))),
        Fault::WrongKind => row["pending"] = json!("no"),
        Fault::UnknownField => row["mood"] = json!({"of": ["the", "bank"]}),
        _ => {}
    }
}
