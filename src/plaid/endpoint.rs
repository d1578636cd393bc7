//! What bursar knows of each endpoint it calls: path, cost of calling twice, patience, limits.
//!
//! Invariant: every fact about an endpoint that is not a shape stands in this one table.

use crate::http::Cost;

/// An endpoint of Plaid's that bursar calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Endpoint {
    /// `/link/token/create`
    LinkTokenCreate,
    /// `/link/token/get`
    LinkTokenGet,
    /// `/item/public_token/exchange`
    PublicTokenExchange,
    /// `/item/get`
    ItemGet,
    /// `/item/remove`
    ItemRemove,
    /// `/item/access_token/invalidate`
    AccessTokenInvalidate,
    /// `/institutions/get_by_id`
    InstitutionGet,
    /// `/accounts/get`
    AccountsGet,
    /// `/accounts/balance/get`
    BalanceGet,
    /// `/transactions/sync`
    TransactionsSync,
    /// `/transactions/refresh`
    TransactionsRefresh,
    /// `/transactions/recurring/get`
    RecurringGet,
    /// `/liabilities/get`
    LiabilitiesGet,
    /// `/investments/holdings/get`
    HoldingsGet,
    /// `/investments/transactions/get`
    TradesGet,
    /// `/sandbox/public_token/create`
    SandboxPublicTokenCreate,
    /// `/sandbox/item/reset_login`
    SandboxResetLogin,
    /// `/sandbox/transactions/create`
    SandboxTransactionsCreate,
    /// `/sandbox/item/fire_webhook`
    SandboxFireWebhook,
    /// `/sandbox-admin/fault`, which only the embedded sandbox has
    SandboxFault,
}

/// What sending the same request twice may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Nothing: the answer is the same or the first one is simply forgotten.
    Harmless,
    /// Cost or double data: again only when Plaid said that it did not do it, or was never reached.
    Costly,
    /// Loss: a second request kills what the first one made. Again only when Plaid was never reached.
    Fatal,
}

/// How Plaid charges for an endpoint, where a plan charges at all (its page on billing).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Billing {
    /// Never.
    Free,
    /// Each successful request.
    Request,
    /// Each connection a month from its first request on, however many follow.
    Connection,
}

impl Billing {
    /// The word in machine output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Request => "request",
            Self::Connection => "connection",
        }
    }
}

/// Requests a minute that Plaid allows for one Item and for one client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowed {
    pub(crate) item: Option<u32>,
    pub(crate) client: u32,
}

pub(crate) struct Facts {
    pub(crate) path: &'static str,
    pub(crate) repeat: Repeat,
    /// Asks the bank, or may carry a whole history: wait twice as long.
    pub(crate) slow: bool,
    pub(crate) production: Allowed,
    pub(crate) sandbox: Allowed,
}

/// Plaid documents no limit for these; bursar keeps to one that a runaway loop would meet.
const UNDOCUMENTED: Allowed = Allowed { item: None, client: 100 };

const fn allowed(item: u32, client: u32) -> Allowed {
    Allowed { item: Some(item), client }
}

const fn facts(path: &'static str, repeat: Repeat) -> Facts {
    Facts { path, repeat, slow: false, production: UNDOCUMENTED, sandbox: UNDOCUMENTED }
}

impl Facts {
    const fn slow(self) -> Self {
        Self { slow: true, ..self }
    }

    const fn limits(self, production: Allowed, sandbox: Allowed) -> Self {
        Self { production, sandbox, ..self }
    }
}

impl Endpoint {
    /// All endpoints, in the order of Plaid's reference.
    pub const ALL: [Self; 20] = [
        Self::LinkTokenCreate,
        Self::LinkTokenGet,
        Self::PublicTokenExchange,
        Self::ItemGet,
        Self::ItemRemove,
        Self::AccessTokenInvalidate,
        Self::InstitutionGet,
        Self::AccountsGet,
        Self::BalanceGet,
        Self::TransactionsSync,
        Self::TransactionsRefresh,
        Self::RecurringGet,
        Self::LiabilitiesGet,
        Self::HoldingsGet,
        Self::TradesGet,
        Self::SandboxPublicTokenCreate,
        Self::SandboxResetLogin,
        Self::SandboxTransactionsCreate,
        Self::SandboxFireWebhook,
        Self::SandboxFault,
    ];

    /// The path, as errors name it.
    pub fn path(self) -> &'static str {
        self.facts().path
    }

    /// The endpoint of a path.
    pub fn of_path(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|endpoint| endpoint.path() == path)
    }

    /// How Plaid charges for it.
    pub const fn billing(self) -> Billing {
        match self {
            Self::BalanceGet | Self::TransactionsRefresh => Billing::Request,
            Self::TransactionsSync
            | Self::RecurringGet
            | Self::LiabilitiesGet
            | Self::HoldingsGet
            | Self::TradesGet => Billing::Connection,
            _ => Billing::Free,
        }
    }

    /// What a call costs of what bursar counts beforehand.
    pub(crate) fn cost(self) -> Cost {
        if self.billing() == Billing::Request { Cost::Money } else { Cost::Nothing }
    }

    /// Limits are Plaid's per minute, from its rate limit tables.
    pub(crate) const fn facts(self) -> Facts {
        use Repeat::{Costly, Fatal, Harmless};
        match self {
            Self::LinkTokenCreate => facts("/link/token/create", Harmless),
            Self::LinkTokenGet => facts("/link/token/get", Harmless),
            Self::PublicTokenExchange => facts("/item/public_token/exchange", Fatal),
            Self::ItemGet => facts("/item/get", Harmless).limits(allowed(15, 5000), allowed(40, 5000)),
            Self::ItemRemove => facts("/item/remove", Harmless).limits(allowed(30, 2000), allowed(100, 500)),
            Self::AccessTokenInvalidate => facts("/item/access_token/invalidate", Fatal),
            Self::InstitutionGet => facts("/institutions/get_by_id", Harmless)
                .limits(Allowed { item: None, client: 400 }, Allowed { item: None, client: 400 }),
            Self::AccountsGet => facts("/accounts/get", Harmless).limits(allowed(15, 15_000), allowed(100, 5000)),
            Self::BalanceGet => {
                facts("/accounts/balance/get", Costly).slow().limits(allowed(5, 1200), allowed(25, 100))
            }
            Self::TransactionsSync => {
                facts("/transactions/sync", Harmless).slow().limits(allowed(50, 2500), allowed(50, 1000))
            }
            Self::TransactionsRefresh => {
                facts("/transactions/refresh", Costly).slow().limits(allowed(2, 100), allowed(2, 100))
            }
            Self::RecurringGet => {
                facts("/transactions/recurring/get", Harmless).slow().limits(allowed(20, 1000), allowed(20, 1000))
            }
            Self::LiabilitiesGet => {
                facts("/liabilities/get", Harmless).slow().limits(allowed(15, 1000), allowed(10, 1000))
            }
            Self::HoldingsGet => {
                facts("/investments/holdings/get", Harmless).slow().limits(allowed(15, 2000), allowed(15, 2000))
            }
            Self::TradesGet => {
                facts("/investments/transactions/get", Harmless).slow().limits(allowed(30, 20_000), allowed(30, 20_000))
            }
            Self::SandboxPublicTokenCreate => facts("/sandbox/public_token/create", Harmless),
            Self::SandboxResetLogin => facts("/sandbox/item/reset_login", Harmless),
            Self::SandboxTransactionsCreate => {
                facts("/sandbox/transactions/create", Costly).limits(allowed(2, 50), allowed(2, 50))
            }
            Self::SandboxFireWebhook => facts("/sandbox/item/fire_webhook", Harmless),
            Self::SandboxFault => facts("/sandbox-admin/fault", Harmless),
        }
    }
}
