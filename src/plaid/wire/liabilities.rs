//! `/liabilities/get`.
//!
//! Invariant: account numbers, references and addresses are written by the sandbox and never read by the client.

use serde::{Deserialize, Serialize};

use super::{Decimal, Token, accounts::Account, item::Item};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductGetRequest {
    pub access_token: Token,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<ProductGetOptions>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductGetOptions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_ids: Option<Vec<String>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LiabilitiesGetResponse {
    pub accounts: Vec<Account>,
    pub item: Item,
    pub liabilities: Liabilities,
    pub request_id: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Liabilities {
    pub credit: Option<Vec<Credit>>,
    pub mortgage: Option<Vec<Mortgage>>,
    pub student: Option<Vec<Student>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Apr {
    pub apr_percentage: Decimal,
    pub apr_type: String,
    pub balance_subject_to_apr: Option<Decimal>,
    pub interest_charge_amount: Option<Decimal>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Credit {
    pub account_id: Option<String>,
    #[serde(default)]
    pub aprs: Vec<Apr>,
    pub is_overdue: Option<bool>,
    pub last_payment_amount: Option<Decimal>,
    pub last_payment_date: Option<String>,
    pub last_statement_issue_date: Option<String>,
    pub last_statement_balance: Option<Decimal>,
    pub minimum_payment_amount: Option<Decimal>,
    pub next_payment_due_date: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct Address {
    pub city: Option<String>,
    pub country: Option<String>,
    pub postal_code: Option<String>,
    pub region: Option<String>,
    pub street: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct InterestRate {
    pub percentage: Option<Decimal>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mortgage {
    pub account_id: Option<String>,
    #[serde(skip_deserializing)]
    pub account_number: Option<String>,
    pub current_late_fee: Option<Decimal>,
    pub escrow_balance: Option<Decimal>,
    pub has_pmi: Option<bool>,
    pub has_prepayment_penalty: Option<bool>,
    #[serde(default)]
    pub interest_rate: InterestRate,
    pub last_payment_amount: Option<Decimal>,
    pub last_payment_date: Option<String>,
    pub loan_type_description: Option<String>,
    pub loan_term: Option<String>,
    pub maturity_date: Option<String>,
    pub next_monthly_payment: Option<Decimal>,
    pub next_payment_due_date: Option<String>,
    pub origination_date: Option<String>,
    pub origination_principal_amount: Option<Decimal>,
    pub past_due_amount: Option<Decimal>,
    #[serde(skip_deserializing)]
    pub property_address: Address,
    pub ytd_interest_paid: Option<Decimal>,
    pub ytd_principal_paid: Option<Decimal>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LoanStatus {
    pub end_date: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RepaymentPlan {
    pub description: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PslfStatus {
    pub estimated_eligibility_date: Option<String>,
    pub payments_made: Option<u32>,
    pub payments_remaining: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Student {
    pub account_id: Option<String>,
    #[serde(skip_deserializing)]
    pub account_number: Option<String>,
    pub disbursement_dates: Option<Vec<String>>,
    pub expected_payoff_date: Option<String>,
    pub guarantor: Option<String>,
    pub interest_rate_percentage: Option<Decimal>,
    pub is_overdue: Option<bool>,
    pub last_payment_amount: Option<Decimal>,
    pub last_payment_date: Option<String>,
    pub last_statement_balance: Option<Decimal>,
    pub last_statement_issue_date: Option<String>,
    pub loan_name: Option<String>,
    #[serde(default)]
    pub loan_status: LoanStatus,
    pub minimum_payment_amount: Option<Decimal>,
    pub next_payment_due_date: Option<String>,
    pub origination_date: Option<String>,
    pub origination_principal_amount: Option<Decimal>,
    pub outstanding_interest_amount: Option<Decimal>,
    #[serde(skip_deserializing)]
    pub payment_reference_number: Option<String>,
    #[serde(default)]
    pub pslf_status: PslfStatus,
    #[serde(default)]
    pub repayment_plan: RepaymentPlan,
    pub sequence_number: Option<String>,
    #[serde(skip_deserializing)]
    pub servicer_address: Address,
    pub ytd_interest_paid: Option<Decimal>,
    pub ytd_principal_paid: Option<Decimal>,
}
