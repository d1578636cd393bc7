//! What the sandbox refuses, in Plaid's codes and words. May use `plaid::wire` only.

use crate::plaid::wire::{ErrorObject, error::ErrorType};

/// An error answer on its way out.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    /// HTTP status.
    pub(crate) status: u16,
    kind: ErrorType,
    code: String,
    message: String,
    display: Option<&'static str>,
    /// Whether a limit is refused without saying when to come again.
    pub(crate) is_bare: bool,
}

const RELINK: &str = "The login details of this account have changed. Please sign in again.";
const BANK_TROUBLE: &str = "The bank is not reachable at the moment. Please try again later.";
const CREDENTIALS: &str = "The provided credentials were not correct. Please try again.";

type Known = (&'static str, &'static str, u16, &'static str, Option<&'static str>);

/// Code, type, status, message for developers, message for people.
const KNOWN: &[Known] = &[
    ("MISSING_FIELDS", "INVALID_REQUEST", 400, "required fields are missing", None),
    ("UNKNOWN_FIELDS", "INVALID_REQUEST", 400, "fields are not recognized by this endpoint", None),
    ("INVALID_FIELD", "INVALID_REQUEST", 400, "a field has an invalid value", None),
    ("INVALID_BODY", "INVALID_REQUEST", 400, "body could not be parsed as JSON", None),
    ("INVALID_HEADERS", "INVALID_REQUEST", 400, "header 'Content-Type' must be 'application/json'", None),
    ("NOT_FOUND", "INVALID_REQUEST", 404, "not found", None),
    ("SANDBOX_ONLY", "INVALID_REQUEST", 400, "this endpoint is only available in the sandbox environment", None),
    ("INVALID_API_KEYS", "INVALID_INPUT", 400, "invalid client_id or secret provided", None),
    ("INVALID_ACCESS_TOKEN", "INVALID_INPUT", 400, "could not find matching access token", None),
    ("INVALID_PUBLIC_TOKEN", "INVALID_INPUT", 400, "provided public token is expired, used or unknown", None),
    ("INVALID_LINK_TOKEN", "INVALID_INPUT", 400, "invalid link_token provided", None),
    ("INVALID_INSTITUTION", "INVALID_INPUT", 400, "invalid institution_id provided", None),
    ("INVALID_ACCOUNT_ID", "INVALID_INPUT", 400, "failed to find requested account ID for requested item", None),
    ("INVALID_PRODUCT", "INVALID_INPUT", 400, "client is not authorized to access the product", None),
    ("ADDITIONAL_CONSENT_REQUIRED", "INVALID_INPUT", 400, "the user has not consented to this product", None),
    ("USER_PERMISSION_REVOKED", "INVALID_INPUT", 400, "the account holder has revoked their permission", None),
    (
        "ITEM_LOGIN_REQUIRED",
        "ITEM_ERROR",
        400,
        "the login details of this item have changed (credentials, MFA, or required user action) and a user login is required to update this information. use Link's update mode to restore the item to a good state",
        Some(RELINK),
    ),
    (
        "ITEM_NOT_FOUND",
        "ITEM_ERROR",
        400,
        "The Item you requested cannot be found. This Item does not exist, has been previously removed via /item/remove, or has had access removed by the user.",
        None,
    ),
    (
        "ITEM_LOCKED",
        "ITEM_ERROR",
        400,
        "the account is locked. prompt the user to visit the institution's site to unlock their account",
        Some("The given account has been locked. Please visit the bank's website to unlock it."),
    ),
    (
        "ITEM_NOT_SUPPORTED",
        "ITEM_ERROR",
        400,
        "this account is currently not supported",
        Some("This account is not supported."),
    ),
    ("NO_ACCOUNTS", "ITEM_ERROR", 400, "no valid accounts were found for this item", Some("No accounts were found.")),
    ("INVALID_CREDENTIALS", "ITEM_ERROR", 400, "the provided credentials were not correct", Some(CREDENTIALS)),
    (
        "INVALID_MFA",
        "ITEM_ERROR",
        400,
        "the provided MFA response(s) were not correct",
        Some("The answer was not correct. Please try again."),
    ),
    (
        "INSUFFICIENT_CREDENTIALS",
        "ITEM_ERROR",
        400,
        "insufficient authorization was granted to complete the request",
        Some(CREDENTIALS),
    ),
    (
        "INVALID_UPDATED_USERNAME",
        "ITEM_ERROR",
        400,
        "the username provided to Link update mode was not the same as the one used to create the item",
        Some("This is another user's login."),
    ),
    (
        "MFA_NOT_SUPPORTED",
        "ITEM_ERROR",
        400,
        "this account requires a MFA type that we do not currently support for the institution",
        Some("This kind of sign-in is not supported."),
    ),
    (
        "PASSWORD_RESET_REQUIRED",
        "ITEM_ERROR",
        400,
        "a password reset is required",
        Some("Please reset your password on the bank's website."),
    ),
    (
        "USER_SETUP_REQUIRED",
        "ITEM_ERROR",
        400,
        "the account has not been fully set up. prompt the user to visit the issuing institution's site and finish the setup process",
        Some("Please finish setting up the account on the bank's website."),
    ),
    (
        "USER_INPUT_TIMEOUT",
        "ITEM_ERROR",
        400,
        "user did not respond within the timeout",
        Some("There was no answer in time."),
    ),
    (
        "PRODUCT_NOT_READY",
        "ITEM_ERROR",
        400,
        "the requested product is not yet ready. please provide a webhook or try the request again later",
        None,
    ),
    ("PRODUCTS_NOT_SUPPORTED", "ITEM_ERROR", 400, "the following products are not supported by this institution", None),
    ("NO_INVESTMENT_ACCOUNTS", "ITEM_ERROR", 400, "no investment accounts were found for this item", None),
    ("NO_LIABILITY_ACCOUNTS", "ITEM_ERROR", 400, "no liability accounts were found for this item", None),
    (
        "INSTITUTION_DOWN",
        "INSTITUTION_ERROR",
        400,
        "this institution is not currently responding to this request. please try again soon",
        Some(BANK_TROUBLE),
    ),
    (
        "INSTITUTION_NOT_RESPONDING",
        "INSTITUTION_ERROR",
        400,
        "this institution is not currently responding to this request. please try again soon",
        Some(BANK_TROUBLE),
    ),
    (
        "INSTITUTION_NOT_AVAILABLE",
        "INSTITUTION_ERROR",
        400,
        "this institution is not currently available",
        Some(BANK_TROUBLE),
    ),
    (
        "INSTITUTION_NO_LONGER_SUPPORTED",
        "INSTITUTION_ERROR",
        400,
        "this institution is no longer supported",
        Some("This bank is no longer supported."),
    ),
    (
        "UNAUTHORIZED_INSTITUTION",
        "INSTITUTION_ERROR",
        400,
        "not authorized to access this institution in your current environment",
        None,
    ),
    (
        "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION",
        "TRANSACTIONS_ERROR",
        400,
        "Underlying transaction data changed since last page was fetched. Please restart pagination from last update.",
        None,
    ),
    ("RATE_LIMIT", "RATE_LIMIT_EXCEEDED", 429, "rate limit exceeded for this endpoint. please try again later", None),
    (
        "TRANSACTIONS_SYNC_LIMIT",
        "RATE_LIMIT_EXCEEDED",
        429,
        "rate limit exceeded for attempts to access transactions sync. please try again later",
        None,
    ),
    (
        "ACCOUNTS_LIMIT",
        "RATE_LIMIT_EXCEEDED",
        429,
        "rate limit exceeded for attempts to access accounts. please try again later",
        None,
    ),
    (
        "BALANCE_LIMIT",
        "RATE_LIMIT_EXCEEDED",
        429,
        "rate limit exceeded for attempts to access this item's balances. please try again later",
        None,
    ),
    (
        "ITEM_GET_LIMIT",
        "RATE_LIMIT_EXCEEDED",
        429,
        "rate limit exceeded for attempts to access this item. please try again later",
        None,
    ),
    (
        "INSTITUTIONS_GET_BY_ID_LIMIT",
        "RATE_LIMIT_EXCEEDED",
        429,
        "rate limit exceeded for attempts to get an institution. please try again later",
        None,
    ),
    ("CREDITS_EXHAUSTED", "RATE_LIMIT_EXCEEDED", 429, "free usage for this product has been exhausted", None),
    ("INTERNAL_SERVER_ERROR", "API_ERROR", 500, "an unexpected error occurred", None),
    ("PLANNED_MAINTENANCE", "API_ERROR", 503, "the service is down for planned maintenance", None),
    ("SANDBOX_WEBHOOK_INVALID", "SANDBOX_ERROR", 400, "webhook for this item is either not set up, or invalid", None),
];

impl Refusal {
    /// The refusal of a code; a code that the catalogue does not know becomes an Item error of that name.
    pub(crate) fn new(code: &str) -> Self {
        let (code, kind, status, message, display) =
            *KNOWN.iter().find(|known| known.0 == code).unwrap_or(&(code, "ITEM_ERROR", 400, "simulated error", None));
        Self { status, kind: kind.into(), code: code.to_owned(), message: message.to_owned(), display, is_bare: false }
    }

    /// Says nothing of when to come again.
    pub(crate) fn bare(mut self) -> Self {
        self.is_bare = true;
        self
    }

    /// Says it more exactly.
    pub(crate) fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// `INVALID_FIELD` with its sentence.
    pub(crate) fn field(message: impl Into<String>) -> Self {
        Self::new("INVALID_FIELD").saying(message)
    }

    /// The stable code.
    pub(crate) fn code(&self) -> &str {
        &self.code
    }

    /// The class of the error.
    pub(crate) fn kind(&self) -> &str {
        self.kind.as_str()
    }

    /// What to tell people.
    pub(crate) fn display(&self) -> &str {
        self.display.unwrap_or(&self.message)
    }

    /// The body of the answer, or the state of an Item (then without a request).
    pub(crate) fn object(&self, request_id: Option<&str>) -> ErrorObject {
        ErrorObject {
            error_type: self.kind.clone(),
            error_code: self.code.clone(),
            error_code_reason: None,
            error_message: self.message.clone(),
            display_message: self.display.map(str::to_owned),
            request_id: request_id.map(str::to_owned),
            causes: Vec::new(),
            status: None,
            documentation_url: Some("https://plaid.com/docs/errors/".to_owned()),
            suggested_action: None,
        }
    }
}
