//! Errors of the book: the store, money, and what was typed to select.

use crate::{
    domain::{money::MoneyError, syntax::SyntaxError},
    error::{Error, Kind},
    render::RenderError,
    reports::ReportError,
    store::{StoreError, Trouble},
};

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        use StoreError as S;
        let sentence = error.to_string();
        let trouble = error.trouble();
        match error {
            S::Vault(error) => error.into(),
            S::TooNew { .. } => {
                Self::new(Kind::TooNew, "too_new", format!("{sentence}; nothing was touched")).hint("bursar --version")
            }
            S::Damaged(_) | S::Json(_) => Self::new(Kind::Integrity, "damaged", sentence).hint("bursar vault check"),
            S::NotFound { noun, .. } => Self::new(Kind::NotFound, "not_found", sentence).hint(list_of(noun)),
            S::Ambiguous { noun, .. } => Self::new(Kind::NotFound, "ambiguous", sentence).hint(list_of(noun)),
            S::Exists { .. } => Self::new(Kind::Conflict, "exists", sentence).hint("bursar connections"),
            S::CursorMoved => Self::new(Kind::Busy, "cursor_moved", sentence).hint("bursar sync"),
            S::Overflow(_) => Self::new(Kind::Refused, "overflow", sentence).hint("bursar help queries"),
            S::Money(error) => error.into(),
            S::ReadOnly => Self::new(Kind::Unexpected, "read_only", sentence).hint("bursar doctor"),
            S::Sql(_) => match trouble {
                Some(Trouble::Busy) => Self::new(Kind::Busy, "busy", "another bursar is writing to the vault")
                    .again_with("--lock-timeout 60s"),
                Some(Trouble::Full) => Self::new(Kind::Io, "disk_full", "the disk is full; nothing half-done was kept")
                    .hint("bursar doctor"),
                Some(Trouble::Io) => Self::new(
                    Kind::Io,
                    "io",
                    format!("the disk refuses the vault (full, read-only or failing): {sentence}"),
                )
                .hint("bursar doctor"),
                Some(Trouble::Damaged) => {
                    Self::new(Kind::Integrity, "damaged", "vault.db is damaged or not of this vault")
                        .hint("bursar vault inspect")
                }
                Some(Trouble::Other) | None => {
                    Self::new(Kind::Unexpected, "database", format!("the database refused: {sentence}"))
                        .hint("bursar vault check")
                }
            },
        }
    }
}

fn list_of(noun: &str) -> String {
    match noun {
        "account" => "bursar accounts --all".to_owned(),
        "audit entry" | "audit day" => "bursar audit list".to_owned(),
        "connection" => "bursar connections".to_owned(),
        _ => "bursar transactions".to_owned(),
    }
}

impl From<MoneyError> for Error {
    fn from(error: MoneyError) -> Self {
        Self::new(Kind::Refused, "money", error.to_string()).hint("bursar help queries")
    }
}

impl From<SyntaxError> for Error {
    fn from(error: SyntaxError) -> Self {
        let topic = if error.period { "bursar help periods" } else { "bursar help queries" };
        Self::new(Kind::Usage, "syntax", error.to_string()).hint(topic)
    }
}

impl From<ReportError> for Error {
    fn from(error: ReportError) -> Self {
        let sentence = error.to_string();
        match error {
            ReportError::Money(error) => error.into(),
            ReportError::TooManyColumns { .. } => {
                Self::new(Kind::Usage, "too_many_columns", sentence).hint("bursar help periods")
            }
            ReportError::Grouping { .. } => Self::new(Kind::Usage, "grouping", sentence).hint("bursar help report"),
            ReportError::Stray(_) => Self::new(Kind::Unexpected, "stray_sum", sentence).hint("bursar vault check"),
        }
    }
}

impl From<RenderError> for Error {
    fn from(error: RenderError) -> Self {
        match error {
            RenderError::UnknownField { .. } => {
                Self::new(Kind::Usage, "unknown_field", error.to_string()).hint("bursar schema")
            }
            RenderError::Json(error) => error.into(),
            RenderError::Io(error) => error.into(),
        }
    }
}
