//! `/accounts/get` and `/accounts/balance/get`.

use super::{
    client::{Bearer, Client, decode},
    convert::{self, AccountRows},
    endpoint::Endpoint,
    error::PlaidError,
    item::ItemState,
    wire::{
        Token,
        accounts::{AccountsGetOptions, AccountsGetRequest},
    },
};
use crate::{
    domain::{
        accounts::{KnownCurrencies, ProviderAccount},
        dates::Timestamp,
        ids::ProviderAccountId,
        sync::Refusal,
    },
    secret::Secret,
};

/// The accounts of a connection.
#[derive(Debug, Clone)]
pub struct AccountList {
    /// Those that could be read, in the book's sign.
    pub accounts: Vec<ProviderAccount>,
    /// Those that could not.
    pub refused: Vec<Refusal>,
    /// Their connection; without freshness, which only `/item/get` knows.
    pub item: ItemState,
    /// The answer's id.
    pub request_id: String,
}

/// Which balances are asked for, and how old the bank's may be.
#[derive(Debug, Clone, Default)]
pub struct BalanceRequest {
    /// Some accounts; none means all.
    pub accounts: Vec<ProviderAccountId>,
    /// The oldest balance that will do; Capital One demands it for its cards.
    pub not_before: Option<Timestamp>,
}

impl Client {
    /// Reads accounts with the balances that Plaid has in stock: free, about a day old.
    pub async fn accounts_get(
        &self,
        access_token: &Secret<String>,
        known: &KnownCurrencies,
    ) -> Result<AccountList, PlaidError> {
        self.account_list(Endpoint::AccountsGet, access_token, None, known).await
    }

    /// Reads balances from the bank itself: slow, and paid for each call.
    pub async fn balance_get(
        &self,
        access_token: &Secret<String>,
        request: &BalanceRequest,
        known: &KnownCurrencies,
    ) -> Result<AccountList, PlaidError> {
        let accounts: Vec<String> = request.accounts.iter().map(ToString::to_string).collect();
        let options = AccountsGetOptions {
            account_ids: Some(accounts).filter(|accounts| !accounts.is_empty()),
            min_last_updated_datetime: request.not_before.map(|oldest| oldest.to_string()),
        };
        let wanted = options.account_ids.is_some() || options.min_last_updated_datetime.is_some();
        self.account_list(Endpoint::BalanceGet, access_token, wanted.then_some(options), known).await
    }

    async fn account_list(
        &self,
        endpoint: Endpoint,
        access_token: &Secret<String>,
        options: Option<AccountsGetOptions>,
        known: &KnownCurrencies,
    ) -> Result<AccountList, PlaidError> {
        let request = AccountsGetRequest { access_token: Token::from(access_token), options };
        let read = |answer: &_| {
            let rows: AccountRows<'_> = decode(answer)?;
            let (accounts, refused) = convert::accounts(&rows.accounts, known);
            Ok(AccountList {
                accounts,
                refused,
                item: ItemState::read(rows.item, None, &rows.request_id),
                request_id: rows.request_id,
            })
        };
        self.call_with(endpoint, Bearer::Access(access_token), &request, read).await
    }
}
