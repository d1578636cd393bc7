//! `/sandbox/*`: endpoints that exist in Plaid's sandbox only, for tests, `demo` and linking without a browser.

use super::{
    client::{Bearer, Client},
    convert,
    endpoint::Endpoint,
    error::PlaidError,
    wire::{
        Token,
        item::{DoneResponse, ItemRequest},
        sandbox::{
            CustomTransaction, FireWebhookRequest, FireWebhookResponse, ResetLoginResponse, SandboxPublicTokenOptions,
            SandboxPublicTokenRequest, SandboxPublicTokenResponse, SandboxTransactionsCreateRequest,
            SandboxTransactionsOptions,
        },
    },
};
use crate::{
    domain::{dates::Date, ids::InstitutionId, money::Money},
    secret::Secret,
};

/// Who signs in where, without a browser.
#[derive(Debug, Clone)]
pub struct TestLogin<'a> {
    /// The invented bank, `ins_109508` …
    pub institution: &'a InstitutionId,
    /// `user_good` unless said otherwise.
    pub user: Option<&'a str>,
    /// `pass_good` unless said otherwise.
    pub password: Option<&'a str>,
    /// Days of history, 1 to 730.
    pub days_requested: u16,
}

/// A transaction to make up, in bursar's sign.
#[derive(Debug, Clone)]
pub struct MadeUp<'a> {
    /// When it occurred.
    pub transacted: Date,
    /// When it was posted: today or up to 14 days ago.
    pub posted: Date,
    /// Negative leaves the account.
    pub amount: Money,
    /// The bank's text.
    pub description: &'a str,
}

impl Client {
    /// Signs in at an invented bank; the public token is exchanged like any other.
    pub async fn sandbox_public_token_create(&self, login: &TestLogin<'_>) -> Result<Secret<String>, PlaidError> {
        let options = SandboxPublicTokenOptions {
            override_username: login.user.map(str::to_owned),
            override_password: login.password.map(str::to_owned),
            transactions: Some(SandboxTransactionsOptions {
                days_requested: Some(i64::from(login.days_requested)),
                ..SandboxTransactionsOptions::default()
            }),
            webhook: None,
        };
        let request = SandboxPublicTokenRequest {
            institution_id: login.institution.to_string(),
            initial_products: vec!["transactions".to_owned()],
            options: Some(options),
            user_token: None,
            user_id: None,
        };
        let answer: SandboxPublicTokenResponse =
            self.call(Endpoint::SandboxPublicTokenCreate, Bearer::Nothing, &request).await?;
        Ok(answer.public_token.into_secret())
    }

    /// Breaks a connection as a changed password would; says whether it did.
    pub async fn sandbox_reset_login(&self, access_token: &Secret<String>) -> Result<bool, PlaidError> {
        let request = ItemRequest { access_token: Token::from(access_token) };
        let answer: ResetLoginResponse =
            self.call(Endpoint::SandboxResetLogin, Bearer::Access(access_token), &request).await?;
        Ok(answer.reset_login)
    }

    /// Makes up transactions, ten at most, for `user_transactions_dynamic`. Returns the answer's id.
    pub async fn sandbox_transactions_create(
        &self,
        access_token: &Secret<String>,
        rows: &[MadeUp<'_>],
    ) -> Result<String, PlaidError> {
        let transactions: Option<Vec<_>> = rows
            .iter()
            .map(|row| {
                Some(CustomTransaction {
                    date_transacted: row.transacted.to_string(),
                    date_posted: row.posted.to_string(),
                    amount: convert::to_plaid(row.amount)?,
                    description: row.description.to_owned(),
                    iso_currency_code: row.amount.currency.is_official().then(|| row.amount.currency.to_string()),
                    account_id: None,
                })
            })
            .collect();
        let request = SandboxTransactionsCreateRequest {
            access_token: Token::from(access_token),
            transactions: transactions.ok_or(PlaidError::Unsendable {
                endpoint: Endpoint::SandboxTransactionsCreate,
                reason: "an amount has no opposite",
            })?,
        };
        let answer: DoneResponse =
            self.call(Endpoint::SandboxTransactionsCreate, Bearer::Access(access_token), &request).await?;
        Ok(answer.request_id)
    }

    /// Has a webhook sent for a connection; says whether it was.
    pub async fn sandbox_fire_webhook(&self, access_token: &Secret<String>, code: &str) -> Result<bool, PlaidError> {
        let request = FireWebhookRequest {
            access_token: Token::from(access_token),
            webhook_code: code.to_owned(),
            webhook_type: None,
            options: None,
        };
        let answer: FireWebhookResponse =
            self.call(Endpoint::SandboxFireWebhook, Bearer::Access(access_token), &request).await?;
        Ok(answer.webhook_fired)
    }

    /// Makes the embedded sandbox misbehave: a fault by name, so many times (its own number when `None`, 0 takes it away).
    pub async fn sandbox_fault(&self, name: &str, times: Option<u32>) -> Result<(), PlaidError> {
        let request = FaultRequest { name, times };
        let _armed: FaultResponse = self.call(Endpoint::SandboxFault, Bearer::Nothing, &request).await?;
        Ok(())
    }
}

#[derive(serde::Serialize)]
struct FaultRequest<'a> {
    name: &'a str,
    times: Option<u32>,
}

#[derive(serde::Deserialize)]
struct FaultResponse {}
