//! What each of Plaid's error codes leads to: one table, walked by a test and printed in docs/plaid.md.
//!
//! Invariant: a code stands in the table at most once; codes that are not in it fall back on their `error_type`.

use crate::domain::standing::Remedy;

/// What bursar does about an error, or asks of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Transient: asked again at once, with growing pauses, a few times.
    Retry,
    /// The data is being prepared: asked again with growing pauses, else at the next sync.
    NotReady,
    /// The bank or Plaid's way to it is down for a while: the next sync tries again.
    RetryLater,
    /// The owner signs in again through update mode.
    Relink,
    /// The owner grants one more consent through update mode.
    Consent,
    /// The owner chooses accounts through update mode.
    ChooseAccounts,
    /// The owner acts at the bank first, then signs in again through update mode.
    UserAtBank,
    /// Only Link shows it: the owner tries again there.
    RetryInLink,
    /// The connection no longer exists at Plaid: marked as gone, its data kept.
    Gone,
    /// Access was withdrawn: remove the connection (which ends its bill), then link anew.
    RemoveAndLink,
    /// A one-time token was used or has expired: linking again makes a new one.
    NewToken,
    /// Balances as fresh as was asked for are not to be had: the cached ones are used.
    UseCached,
    /// The page loop starts again at its first cursor.
    RestartLoop,
    /// The stored cursor is of no use: everything is read again and matched by id.
    FullResync,
    /// This bank does not offer it: noted, and only a sync that cannot do without it fails.
    Unsupported,
    /// Keys or environment need a change.
    Reconfigure,
    /// The Plaid dashboard needs a change: a registration, a product, a permission.
    Dashboard,
    /// The token is of other keys, or was replaced: no other connection is concerned.
    DeadToken,
    /// The bank is read by nobody any more: the connection can only be removed.
    Retire,
    /// The Plaid plan's allowance is used up.
    PlanLimit,
    /// bursar sent something wrong: report it.
    OurBug,
    /// Permanent and not bursar's to mend: shown as it is.
    Report,
}

impl Action {
    /// All actions, in the order of the documentation.
    pub const ALL: [Self; 22] = [
        Self::Retry,
        Self::NotReady,
        Self::RetryLater,
        Self::Relink,
        Self::Consent,
        Self::ChooseAccounts,
        Self::UserAtBank,
        Self::RetryInLink,
        Self::Gone,
        Self::RemoveAndLink,
        Self::NewToken,
        Self::UseCached,
        Self::RestartLoop,
        Self::FullResync,
        Self::Unsupported,
        Self::Reconfigure,
        Self::Dashboard,
        Self::DeadToken,
        Self::Retire,
        Self::PlanLimit,
        Self::OurBug,
        Self::Report,
    ];

    /// What it means, as docs/plaid.md prints it.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Retry => "asked again a few times, with growing pauses",
            Self::NotReady => "asked again with growing pauses, else at the next sync",
            Self::RetryLater => "the bank is down for a while: the next sync tries again",
            Self::Relink => "sign in again: `bursar link --repair`",
            Self::Consent => "grant the missing consent: `bursar link --repair`",
            Self::ChooseAccounts => "choose accounts: `bursar link --add-accounts`",
            Self::UserAtBank => "act at the bank first, then `bursar link --repair`",
            Self::RetryInLink => "try again in the Link window",
            Self::Gone => "the connection is marked as gone, its data is kept",
            Self::RemoveAndLink => "remove the connection (ends its bill), then link anew",
            Self::NewToken => "the one-time token was used or has expired: link again, with a new one",
            Self::UseCached => "fresh balances are not to be had: the cached ones are used",
            Self::RestartLoop => "the page loop starts again at its first cursor",
            Self::FullResync => "the cursor is of no use: everything is read again and matched by id",
            Self::Unsupported => "this bank does not offer it: noted; a sync fails only for want of transactions",
            Self::Reconfigure => "check keys and environment: `bursar config plaid`",
            Self::Dashboard => "settle it in the Plaid dashboard (registration, products), then sync again",
            Self::DeadToken => {
                "the token is of other keys or was replaced: check the keys in use, else remove the connection and link anew"
            }
            Self::Retire => "the bank is not read any more: remove the connection (ends its bill)",
            Self::PlanLimit => "the Plaid plan's allowance is used up: `bursar metrics` shows what used it",
            Self::OurBug => "a defect in bursar: please report it with the request id",
            Self::Report => "permanent: shown as it is",
        }
    }

    /// What it leaves to be done about the connection; an error never leaves nothing.
    pub fn remedy(self) -> Remedy {
        match self {
            Self::Retry | Self::NotReady | Self::RetryLater | Self::RestartLoop | Self::FullResync => Remedy::Wait,
            Self::Relink | Self::Consent | Self::RetryInLink => Remedy::SignIn,
            Self::ChooseAccounts => Remedy::ChooseAccounts,
            Self::UserAtBank => Remedy::ActAtBank,
            Self::RemoveAndLink => Remedy::Replace,
            Self::Gone => Remedy::Gone,
            Self::Reconfigure => Remedy::Keys,
            Self::Dashboard => Remedy::Setup,
            Self::DeadToken | Self::Retire => Remedy::Retire,
            Self::PlanLimit => Remedy::Plan,
            Self::NewToken | Self::UseCached | Self::Unsupported | Self::OurBug | Self::Report => Remedy::Report,
        }
    }

    /// What a sentence about such an error adds, where Plaid's own words do not say who can do something.
    pub fn advice(self) -> Option<&'static str> {
        Some(match self {
            Self::Dashboard => "that is settled in the Plaid dashboard (registration, products), not with other keys",
            Self::DeadToken => {
                "its token belongs to other Plaid keys, or was replaced: check the keys in use, else remove the connection and link it anew"
            }
            Self::Retire => "the connection can only be removed, which ends its bill",
            _ => return None,
        })
    }

    /// Whether the same request may succeed within seconds.
    pub fn retries_now(self) -> bool {
        matches!(self, Self::Retry | Self::NotReady)
    }

    /// Whether nobody needs to do anything but run bursar again.
    pub fn heals_by_itself(self) -> bool {
        matches!(self, Self::Retry | Self::NotReady | Self::RetryLater | Self::RestartLoop | Self::FullResync)
    }

    /// Whether the bank's customer has to act.
    pub fn needs_user(self) -> bool {
        matches!(
            self,
            Self::Relink
                | Self::Consent
                | Self::ChooseAccounts
                | Self::UserAtBank
                | Self::RetryInLink
                | Self::RemoveAndLink
        )
    }
}

/// Plaid's codes and what each leads to, grouped as in Plaid's error reference.
pub const TABLE: &[(&str, Action)] = &[
    ("ITEM_LOGIN_REQUIRED", Action::Relink),
    ("PENDING_DISCONNECT", Action::Relink),
    ("PENDING_EXPIRATION", Action::Relink),
    ("ACCESS_NOT_GRANTED", Action::Consent),
    ("ADDITIONAL_CONSENT_REQUIRED", Action::Consent),
    ("NO_ACCOUNTS", Action::ChooseAccounts),
    ("ITEM_LOCKED", Action::UserAtBank),
    ("PASSWORD_RESET_REQUIRED", Action::UserAtBank),
    ("USER_SETUP_REQUIRED", Action::UserAtBank),
    ("INVALID_CREDENTIALS", Action::RetryInLink),
    ("INVALID_MFA", Action::RetryInLink),
    ("INSUFFICIENT_CREDENTIALS", Action::RetryInLink),
    ("USER_INPUT_TIMEOUT", Action::RetryInLink),
    ("MFA_NOT_SUPPORTED", Action::RetryInLink),
    ("ITEM_NOT_SUPPORTED", Action::RetryInLink),
    ("ITEM_NOT_FOUND", Action::Gone),
    ("ITEM_CONCURRENTLY_DELETED", Action::Gone),
    ("USER_PERMISSION_REVOKED", Action::RemoveAndLink),
    ("INVALID_UPDATED_USERNAME", Action::RemoveAndLink),
    ("PRODUCT_NOT_READY", Action::NotReady),
    ("PRODUCTS_NOT_SUPPORTED", Action::Unsupported),
    ("PRODUCT_NOT_ENABLED", Action::Unsupported),
    ("NO_INVESTMENT_ACCOUNTS", Action::Unsupported),
    ("NO_LIABILITY_ACCOUNTS", Action::Unsupported),
    ("TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION", Action::RestartLoop),
    ("RATE_LIMIT", Action::Retry),
    ("RATE_LIMIT_EXCEEDED", Action::Retry),
    ("TRANSACTIONS_LIMIT", Action::Retry),
    ("TRANSACTIONS_SYNC_LIMIT", Action::Retry),
    ("ACCOUNTS_LIMIT", Action::Retry),
    ("BALANCE_LIMIT", Action::Retry),
    ("ITEM_GET_LIMIT", Action::Retry),
    ("INSTITUTIONS_GET_LIMIT", Action::Retry),
    ("INSTITUTIONS_GET_BY_ID_LIMIT", Action::Retry),
    ("INSTITUTION_RATE_LIMIT", Action::Retry),
    ("CREDITS_EXHAUSTED", Action::PlanLimit),
    ("INSTITUTION_DOWN", Action::RetryLater),
    ("INSTITUTION_NOT_RESPONDING", Action::RetryLater),
    ("INSTITUTION_NOT_AVAILABLE", Action::RetryLater),
    ("INSTITUTION_NO_LONGER_SUPPORTED", Action::Retire),
    ("UNSUPPORTED_RESPONSE", Action::Report),
    ("UNAUTHORIZED_INSTITUTION", Action::Dashboard),
    ("INSTITUTION_REGISTRATION_REQUIRED", Action::Dashboard),
    ("INVALID_API_KEYS", Action::Reconfigure),
    ("INVALID_ACCESS_TOKEN", Action::DeadToken),
    ("UNAUTHORIZED_ENVIRONMENT", Action::Reconfigure),
    ("UNAUTHORIZED_ROUTE_ACCESS", Action::Dashboard),
    ("INVALID_PRODUCT", Action::Dashboard),
    // Every sync reads the accounts first, and no request of bursar's names one.
    ("INVALID_ACCOUNT_ID", Action::OurBug),
    ("INVALID_LINK_TOKEN", Action::NewToken),
    ("INVALID_PUBLIC_TOKEN", Action::NewToken),
    ("INVALID_INSTITUTION", Action::Report),
    ("LAST_UPDATED_DATETIME_OUT_OF_RANGE", Action::UseCached),
    ("MISSING_FIELDS", Action::OurBug),
    ("UNKNOWN_FIELDS", Action::OurBug),
    ("INVALID_FIELD", Action::OurBug),
    ("INVALID_BODY", Action::OurBug),
    ("INVALID_HEADERS", Action::OurBug),
    ("INVALID_CONFIGURATION", Action::OurBug),
    ("NOT_FOUND", Action::OurBug),
    ("NO_LONGER_AVAILABLE", Action::OurBug),
    ("SANDBOX_ONLY", Action::Reconfigure),
    ("SANDBOX_PRODUCT_NOT_ENABLED", Action::Reconfigure),
    ("SANDBOX_WEBHOOK_INVALID", Action::Report),
    ("INTERNAL_SERVER_ERROR", Action::Retry),
    ("PLANNED_MAINTENANCE", Action::Retry),
];

/// What codes that are not in [`TABLE`] lead to, by their `error_type`; any other type is shown as it is.
pub const BY_TYPE: &[(&str, Action)] = &[
    ("RATE_LIMIT_EXCEEDED", Action::Retry),
    ("API_ERROR", Action::Retry),
    ("INSTITUTION_ERROR", Action::RetryLater),
    ("INVALID_REQUEST", Action::OurBug),
];

/// What an error leads to; unknown codes go by their type, unknown types are shown as they are.
pub fn action_of(error_type: &str, error_code: &str) -> Action {
    let find =
        |table: &[(&str, Action)], word: &str| table.iter().find(|(key, _)| *key == word).map(|(_, action)| *action);
    find(TABLE, error_code).or_else(|| find(BY_TYPE, error_type)).unwrap_or(Action::Report)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// The codes of the error table bursar was written against, so that none is dropped by accident.
    const KNOWN: &str = "ITEM_LOGIN_REQUIRED PENDING_DISCONNECT PENDING_EXPIRATION ITEM_NOT_FOUND INVALID_ACCESS_TOKEN
        USER_PERMISSION_REVOKED ACCESS_NOT_GRANTED ADDITIONAL_CONSENT_REQUIRED NO_ACCOUNTS PRODUCT_NOT_READY
        PRODUCTS_NOT_SUPPORTED PRODUCT_NOT_ENABLED NO_INVESTMENT_ACCOUNTS NO_LIABILITY_ACCOUNTS
        TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION INVALID_FIELD RATE_LIMIT TRANSACTIONS_SYNC_LIMIT ACCOUNTS_LIMIT
        BALANCE_LIMIT ITEM_GET_LIMIT INSTITUTION_RATE_LIMIT CREDITS_EXHAUSTED INSTITUTION_DOWN INSTITUTION_NOT_RESPONDING
        INSTITUTION_NOT_AVAILABLE INSTITUTION_NO_LONGER_SUPPORTED UNSUPPORTED_RESPONSE UNAUTHORIZED_INSTITUTION
        INSTITUTION_REGISTRATION_REQUIRED ITEM_LOCKED PASSWORD_RESET_REQUIRED USER_SETUP_REQUIRED INVALID_CREDENTIALS
        INVALID_MFA INSUFFICIENT_CREDENTIALS USER_INPUT_TIMEOUT MFA_NOT_SUPPORTED ITEM_NOT_SUPPORTED INVALID_UPDATED_USERNAME
        ITEM_CONCURRENTLY_DELETED INVALID_ACCOUNT_ID INVALID_API_KEYS UNAUTHORIZED_ENVIRONMENT UNAUTHORIZED_ROUTE_ACCESS
        INVALID_PRODUCT INVALID_LINK_TOKEN INVALID_PUBLIC_TOKEN INVALID_INSTITUTION LAST_UPDATED_DATETIME_OUT_OF_RANGE
        MISSING_FIELDS UNKNOWN_FIELDS INVALID_BODY INVALID_HEADERS INVALID_CONFIGURATION SANDBOX_ONLY
        SANDBOX_PRODUCT_NOT_ENABLED SANDBOX_WEBHOOK_INVALID INTERNAL_SERVER_ERROR PLANNED_MAINTENANCE NOT_FOUND
        NO_LONGER_AVAILABLE";

    #[test]
    fn every_known_code_has_exactly_one_action() {
        let codes: HashSet<_> = TABLE.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes.len(), TABLE.len(), "a code stands twice");
        for code in KNOWN.split_whitespace() {
            assert!(codes.contains(code), "{code} is missing");
        }
        for (code, action) in TABLE {
            assert_eq!(action_of("A_TYPE_OF_TOMORROW", code), *action);
            assert!(Action::ALL.contains(action));
        }
    }

    #[test]
    fn what_a_bank_does_not_offer_is_no_failure_of_it_and_all_else_is() {
        for (code, action) in TABLE {
            let absent = matches!(action, Action::Unsupported | Action::Consent | Action::NotReady);
            assert_eq!(crate::domain::products::is_failure(code), !absent, "{code}");
        }
    }

    #[test]
    fn unknown_codes_go_by_their_type() {
        assert_eq!(action_of("RATE_LIMIT_EXCEEDED", "SOME_NEW_LIMIT"), Action::Retry);
        assert_eq!(action_of("INSTITUTION_ERROR", "BANK_ON_FIRE"), Action::RetryLater);
        assert_eq!(action_of("INVALID_REQUEST", "NEW"), Action::OurBug);
        assert_eq!(action_of("ITEM_ERROR", "NEW"), Action::Report);
        assert_eq!(action_of("", ""), Action::Report);
    }

    #[test]
    fn an_action_is_never_both_ours_and_the_users() {
        for action in Action::ALL {
            assert!(!(action.heals_by_itself() && action.needs_user()), "{action:?}");
            assert_eq!(action.remedy().needs_owner(), action.needs_user(), "{action:?}");
            assert_ne!(action.remedy(), Remedy::Nothing, "an error that leaves the connection healthy: {action:?}");
            assert_eq!(action.heals_by_itself(), action.remedy() == Remedy::Wait, "{action:?}");
            assert!(!action.retries_now() || action.heals_by_itself(), "{action:?}");
        }
    }
}
