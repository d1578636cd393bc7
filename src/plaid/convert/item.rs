//! A connection's health, and the dates and instants that Plaid writes.

use super::text::{LONG, SHORT, keep, keep_some};
use crate::{
    domain::{
        dates::{Date, Timestamp},
        sync::{Health, ItemError},
    },
    plaid::wire::{
        ErrorObject,
        item::{Item, ItemStatus, ProductUpdates},
    },
};

/// A connection's health: the freshness of what it was linked for (investments count only where there are no transactions), the end of
/// consent, the error that stays with it.
pub fn health(item: &Item, status: Option<&ItemStatus>) -> Health {
    let read = status.and_then(|status| {
        let updated = |updates: Option<&ProductUpdates>| {
            updates.and_then(|updates| updates.last_successful_update.as_deref()).and_then(moment)
        };
        let bought = |list: &[String]| list.iter().any(|product| product == "transactions");
        let transactions = status.transactions.is_some() || bought(&item.billed_products) || bought(&item.products);
        updated(if transactions { status.transactions.as_ref() } else { status.investments.as_ref() })
    });
    Health {
        bank_updated_at: read,
        consent_expires_at: item.consent_expiration_time.as_deref().and_then(moment),
        consent_is_read: true,
        error: item.error.clone().map(item_error),
    }
}

/// The error that Plaid keeps for a connection; its words for people where there are such.
pub fn item_error(error: ErrorObject) -> ItemError {
    let words = keep_some(error.display_message, LONG).unwrap_or_else(|| keep(error.error_message, LONG));
    ItemError { code: keep(error.error_code, SHORT), message: words, request_id: keep_some(error.request_id, SHORT) }
}

/// A calendar date, `2026-03-01` and nothing else.
pub(crate) fn day(text: &str) -> Option<Date> {
    let plain = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    text.parse().ok().filter(|_| plain)
}

/// An instant with its offset, RFC 3339.
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plaid::wire::item::ItemGetResponse;

    #[test]
    fn health_names_freshness_consent_and_the_error() {
        let json = r#"{"item":{"item_id":"I","institution_id":null,"webhook":null,"consent_expiration_time":"2026-03-16T15:53:00Z",
            "update_type":"by carrier pigeon","error":{"error_type":"ITEM_ERROR","error_code":"ITEM_LOGIN_REQUIRED",
            "error_message":"the login details changed","display_message":"Sign in again.","request_id":""}},
            "status":{"transactions":{"last_successful_update":"2026-03-01T10:00:00.123Z","last_failed_update":null}},"request_id":"R"}"#;
        let answer: ItemGetResponse = serde_json::from_str(json).unwrap();
        let health = health(&answer.item, answer.status.as_ref());
        assert_eq!(health.bank_updated_at.unwrap().to_string(), "2026-03-01T10:00:00.123Z");
        assert!(health.consent_expires_at.is_some());
        let error = health.error.unwrap();
        assert_eq!((error.code.as_str(), error.message.as_str()), ("ITEM_LOGIN_REQUIRED", "Sign in again."));
        assert_eq!(error.request_id, None);
    }

    #[test]
    fn fresh_investments_do_not_date_transactions_that_were_never_read() {
        let read = |products: &str, transactions: &str| {
            let json = format!(
                r#"{{"item":{{"item_id":"I","institution_id":null,"webhook":null,"consent_expiration_time":null,"update_type":"background",
                "billed_products":[{products}],"error":null}},"status":{{"transactions":{transactions},
                "investments":{{"last_successful_update":"2026-03-01T10:00:00Z"}}}},"request_id":"R"}}"#
            );
            let answer: ItemGetResponse = serde_json::from_str(&json).unwrap();
            health(&answer.item, answer.status.as_ref()).bank_updated_at
        };
        let never = r#"{"last_successful_update":null,"last_failed_update":"2026-03-01T09:00:00Z"}"#;
        assert_eq!(read(r#""transactions","investments""#, never), None);
        assert_eq!(read(r#""investments""#, never), None, "it has transactions, whatever is billed");
        assert_eq!(read(r#""transactions","investments""#, "null"), None);
        assert!(read(r#""investments""#, "null").is_some());
    }

    #[test]
    fn dates_are_strict_and_instants_need_an_offset() {
        assert_eq!(day("2026-02-28").unwrap().to_string(), "2026-02-28");
        for bad in ["2026-02-30", "20260228", "2026-02-28T00:00:00", "2026-2-8", "+002026-02", ""] {
            assert_eq!(day(bad), None, "{bad}");
        }
        assert!(moment("2023-09-24T11:01:01Z").is_some() && moment("2024-07-29T20:24:05.330312653+02:00").is_some());
        assert!(moment("2023-09-24T11:01:01").is_none() && moment("yesterday").is_none());
    }
}
