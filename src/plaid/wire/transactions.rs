//! `/transactions/sync` and `/transactions/refresh`.

use serde::{Deserialize, Serialize};

use super::{Decimal, Token, accounts::Account, open::open_enum};

open_enum! {
    /// How far Plaid has got with an Item's history.
    TransactionsUpdateStatus {
        Unknown = "TRANSACTIONS_UPDATE_STATUS_UNKNOWN",
        NotReady = "NOT_READY",
        Initial = "INITIAL_UPDATE_COMPLETE",
        Historical = "HISTORICAL_UPDATE_COMPLETE",
    }
}

open_enum! {
    /// How a transaction was made.
    PaymentChannel { Online = "online", InStore = "in store", Elsewhere = "other" }
}

open_enum! {
    /// What part a counterparty played.
    CounterpartyType {
        Merchant = "merchant",
        FinancialInstitution = "financial_institution",
        PaymentApp = "payment_app",
        Marketplace = "marketplace",
        PaymentTerminal = "payment_terminal",
        IncomeSource = "income_source",
    }
}

open_enum! {
    /// Version of the personal finance categories.
    CategoryVersion { V1 = "v1", V2 = "v2" }
}

open_enum! {
    /// How sure Plaid is of a category or counterparty.
    Confidence { VeryHigh = "VERY_HIGH", High = "HIGH", Medium = "MEDIUM", Low = "LOW", Unknown = "UNKNOWN" }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    pub address: Option<String>,
    pub city: Option<String>,
    pub region: Option<String>,
    pub postal_code: Option<String>,
    pub country: Option<String>,
    pub lat: Option<Decimal>,
    pub lon: Option<Decimal>,
    pub store_number: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentMeta {
    pub reference_number: Option<String>,
    pub ppd_id: Option<String>,
    pub payee: Option<String>,
    pub by_order_of: Option<String>,
    pub payer: Option<String>,
    pub payment_method: Option<String>,
    pub payment_processor: Option<String>,
    pub reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalFinanceCategory {
    pub primary: String,
    pub detailed: String,
    #[serde(default)]
    pub confidence_level: Option<Confidence>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<CategoryVersion>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counterparty {
    pub name: String,
    #[serde(default)]
    pub entity_id: Option<String>,
    #[serde(rename = "type")]
    pub kind: CounterpartyType,
    #[serde(default)]
    pub website: Option<String>,
    #[serde(default)]
    pub logo_url: Option<String>,
    #[serde(default)]
    pub confidence_level: Option<Confidence>,
}

/// A transaction in Plaid's sign: positive leaves the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    pub transaction_id: String,
    pub account_id: String,
    pub amount: Decimal,
    pub iso_currency_code: Option<String>,
    pub unofficial_currency_code: Option<String>,
    /// Posting date; of a pending one the day it occurred.
    pub date: String,
    pub authorized_date: Option<String>,
    pub datetime: Option<String>,
    pub authorized_datetime: Option<String>,
    pub pending: bool,
    pub pending_transaction_id: Option<String>,
    pub name: String,
    #[serde(default)]
    pub merchant_name: Option<String>,
    #[serde(default)]
    pub merchant_entity_id: Option<String>,
    #[serde(default)]
    pub merchant_category_code: Option<String>,
    #[serde(default)]
    pub logo_url: Option<String>,
    #[serde(default)]
    pub website: Option<String>,
    /// Only when asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_description: Option<String>,
    pub payment_channel: PaymentChannel,
    pub payment_meta: PaymentMeta,
    pub location: Location,
    pub account_owner: Option<String>,
    pub transaction_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_type: Option<String>,
    #[serde(default)]
    pub check_number: Option<String>,
    #[serde(default)]
    pub personal_finance_category: Option<PersonalFinanceCategory>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal_finance_category_icon_url: Option<String>,
    #[serde(default)]
    pub counterparties: Vec<Counterparty>,
    #[serde(default)]
    pub running_balance: Option<Decimal>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovedTransaction {
    pub transaction_id: String,
    /// The definition requires it; older answers were without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyncOptions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_original_description: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_personal_finance_category: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_logo_and_counterparty_beta: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal_finance_category_version: Option<CategoryVersion>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_requested: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
}

/// One page of the change stream after `cursor`; without a cursor from the beginning.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransactionsSyncRequest {
    pub access_token: Token,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<SyncOptions>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TransactionsSyncResponse {
    /// Only accounts with transactions, with their cached balances.
    #[serde(default)]
    pub accounts: Vec<Account>,
    pub added: Vec<Transaction>,
    pub modified: Vec<Transaction>,
    pub removed: Vec<RemovedTransaction>,
    /// Empty while there is no history yet.
    pub next_cursor: String,
    pub has_more: bool,
    pub transactions_update_status: TransactionsUpdateStatus,
    pub request_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = r#"{"account_id":"a","account_owner":null,"amount":72.10,"iso_currency_code":"USD",
        "unofficial_currency_code":null,"category":["Shops"],"category_id":"1","check_number":null,
        "counterparties":[{"name":"Walmart","type":"robot","logo_url":null,"website":"walmart.com","entity_id":"e",
        "confidence_level":"VERY_HIGH"}],"date":"2023-09-24","datetime":null,"authorized_date":"2023-09-22",
        "authorized_datetime":null,"location":{"address":null,"city":"Poway","region":"CA","postal_code":null,
        "country":"US","lat":32.959068,"lon":-117.037666,"store_number":"1700"},"name":"PURCHASE","merchant_name":"Walmart",
        "payment_meta":{"by_order_of":null,"payee":null,"payer":null,"payment_method":null,"payment_processor":null,
        "ppd_id":null,"reason":null,"reference_number":null},"payment_channel":"by drone","pending":false,
        "pending_transaction_id":null,"personal_finance_category":{"primary":"NEW","detailed":"NEW_THING"},
        "transaction_id":"t","transaction_code":null,"transaction_type":"place","tomorrow":{"x":[1,2]}}"#;

    #[test]
    fn passes_over_new_fields_and_keeps_new_words() {
        let row: Transaction = serde_json::from_str(ROW).unwrap();
        assert_eq!(row.amount.as_str(), "72.10");
        assert_eq!(row.location.lat.as_ref().map(Decimal::as_str), Some("32.959068"));
        assert_eq!(row.payment_channel, PaymentChannel::Other("by drone".into()));
        assert_eq!(row.counterparties[0].kind.as_str(), "robot");
        let text = serde_json::to_string(&row).unwrap();
        assert!(text.contains(r#""amount":72.10"#) && text.contains(r#""payment_channel":"by drone""#), "{text}");
        assert!(text.contains(r#""account_owner":null"#) && text.contains(r#""reference_number":null"#), "{text}");
        assert_eq!(serde_json::from_str::<Transaction>(&text).unwrap(), row);
    }

    #[test]
    fn request_leaves_out_what_is_not_said_and_hides_the_token() {
        let request = TransactionsSyncRequest {
            access_token: Token::from("access-sandbox-1".to_owned()),
            cursor: None,
            count: Some(500),
            options: None,
        };
        assert_eq!(serde_json::to_string(&request).unwrap(), r#"{"access_token":"access-sandbox-1","count":500}"#);
        assert!(!format!("{request:?}").contains("access-sandbox"));
        assert!(serde_json::from_str::<TransactionsSyncRequest>(r#"{"access_token":"a","cursr":""}"#).is_err());
    }
}
