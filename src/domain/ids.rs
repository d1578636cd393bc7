//! Identifiers as newtypes, so that an account can never be passed where a transaction is meant.
//!
//! Ids that people type are a letter and the row number (`a3`, `t1042`): short, stable for the life of the
//! vault, and kept when a pending transaction posts. The provider's own ids are opaque, case-sensitive text.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

/// The text is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an id of {noun} (it looks like {letter}12)")]
pub struct IdError {
    text: String,
    noun: &'static str,
    letter: char,
}

macro_rules! local_id {
    ($(#[$doc:meta])* $name:ident, $letter:literal, $noun:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $letter, self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix($letter)
                    .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
                    .and_then(|digits| digits.parse().ok())
                    .map(Self)
                    .ok_or_else(|| IdError { text: text.to_owned(), noun: $noun, letter: $letter })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "pattern": concat!("^", $letter, "[0-9]+$")})
            }
        }
    };
}

local_id!(
    /// A bank connection (Plaid: Item), `c1`.
    ConnectionId, 'c', "a connection"
);
local_id!(
    /// An account, `a1`.
    AccountId, 'a', "an account"
);
local_id!(
    /// A transaction, `t1`; the same before and after it posts.
    TransactionId, 't', "a transaction"
);

macro_rules! provider_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub String);

        impl $name {
            /// The provider's text, as received.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<T: Into<String>> From<T> for $name {
            fn from(text: T) -> Self {
                Self(text.into())
            }
        }
    };
}

provider_id!(
    /// The provider's id of a connection (Plaid: `item_id`).
    ProviderItemId
);
provider_id!(
    /// The provider's id of an account (Plaid: `account_id`).
    ProviderAccountId
);
provider_id!(
    /// The provider's id of a transaction (Plaid: `transaction_id`).
    ProviderTransactionId
);
provider_id!(
    /// The provider's id of an institution (Plaid: `institution_id`).
    InstitutionId
);
