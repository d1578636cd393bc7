//! Plaid's endpoints, one file a noun. They check what the definition demands, then ask the state.

pub(crate) mod accounts;
mod defects;
pub(crate) mod institutions;
pub(crate) mod investments;
pub(crate) mod item;
pub(crate) mod liabilities;
pub(crate) mod link;
pub(crate) mod recurring;
pub(crate) mod sandbox;
pub(crate) mod trades;
pub(crate) mod transactions;
pub(crate) mod words;

use super::call::Endpoint;

/// Every endpoint, by path.
pub(crate) const ALL: &[(&str, Endpoint)] = &[
    ("/link/token/create", link::create),
    ("/link/token/get", link::get),
    ("/item/public_token/exchange", item::exchange),
    ("/item/get", item::get),
    ("/item/remove", item::remove),
    ("/item/access_token/invalidate", item::invalidate),
    ("/item/webhook/update", item::update_webhook),
    ("/accounts/get", accounts::get),
    ("/accounts/balance/get", accounts::balance),
    ("/transactions/sync", transactions::sync),
    ("/transactions/refresh", transactions::refresh),
    ("/transactions/recurring/get", recurring::get),
    ("/liabilities/get", liabilities::get),
    ("/investments/holdings/get", investments::holdings),
    ("/investments/transactions/get", trades::get),
    ("/institutions/get_by_id", institutions::get_by_id),
    ("/sandbox/public_token/create", sandbox::public_token),
    ("/sandbox/item/reset_login", sandbox::reset_login),
    ("/sandbox/item/fire_webhook", sandbox::fire_webhook),
    ("/sandbox/transactions/create", sandbox::transactions),
];
