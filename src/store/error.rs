//! What can go wrong in the book, with enough structure for an exit code and a hint.

use crate::{
    domain::money::{Currency, MoneyError},
    vault::VaultError,
};

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database was written by a newer bursar; nothing was touched.
    #[error("the vault's book has format {found}, this bursar knows up to {supported}")]
    TooNew {
        /// The version found.
        found: i64,
        /// The newest version that this program reads.
        supported: i64,
    },
    /// Contents contradict each other or the format.
    #[error("the vault's book is damaged: {0}")]
    Damaged(String),
    /// Nothing of that name.
    #[error("no {noun} {text:?}")]
    NotFound {
        /// `account`, `connection`, `transaction` …
        noun: &'static str,
        /// What was asked for.
        text: String,
    },
    /// Several things answer to that name.
    #[error("{text:?} is more than one {noun}: {}", candidates.join(", "))]
    Ambiguous {
        /// `account`, `connection` …
        noun: &'static str,
        /// What was asked for.
        text: String,
        /// Each candidate's id and name.
        candidates: Vec<String>,
    },
    /// It is there already.
    #[error("{noun} {text:?} exists already")]
    Exists {
        /// `connection` …
        noun: &'static str,
        /// What was to be made.
        text: String,
    },
    /// Another process moved the connection's cursor in the meantime.
    #[error("another sync of this connection was saved in the meantime")]
    CursorMoved,
    /// A sum left the range of 64 bits.
    #[error("the sum of these amounts of {0} is larger than bursar can hold exactly")]
    Overflow(Currency),
    /// An amount or currency could not be read.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The store was opened for reading.
    #[error("the vault was opened for reading only")]
    ReadOnly,
    /// The vault said no: busy, rolled back, damaged …
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The database said no.
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    /// A text of the book is not the JSON it should be.
    #[error("the vault's book is damaged: a stored document cannot be read")]
    Json(#[from] serde_json::Error),
}

/// How the database failed, for exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Another process holds it.
    Busy,
    /// No space left.
    Full,
    /// It cannot be written or read where it lies.
    Io,
    /// Its pages are not what they were.
    Damaged,
    /// Anything else: a defect.
    Other,
}

impl StoreError {
    /// What kind of trouble the database reported, if it did.
    pub fn trouble(&self) -> Option<Trouble> {
        use rusqlite::ErrorCode as Code;
        let Self::Sql(error) = self else { return None };
        let code = match error {
            rusqlite::Error::SqlInputError { error, .. } => Some(error.code),
            error => error.sqlite_error_code(),
        };
        Some(match code {
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => Trouble::Busy,
            Some(Code::DiskFull) => Trouble::Full,
            Some(Code::SystemIoFailure | Code::CannotOpen | Code::ReadOnly | Code::PermissionDenied) => Trouble::Io,
            Some(Code::DatabaseCorrupt | Code::NotADatabase) => Trouble::Damaged,
            _ => Trouble::Other,
        })
    }
}

/// Result of the store.
pub type Result<T> = std::result::Result<T, StoreError>;
