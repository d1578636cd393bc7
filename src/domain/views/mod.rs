//! What the book shows: one struct for each JSON object of cli.md ("Shapes of the daily commands").
//!
//! Plain values that `store` and `ops` fill, `reports` read and `render` prints; they use the domain only.
//! Invariant: a field's name and meaning here is the contract with scripts; fields are added, never renamed.

mod accounts;
mod alerts;
mod audit;
mod checks;
mod connections;
mod keys;
mod members;
mod products;
mod review;
mod sessions;
mod sums;
mod transactions;

pub use accounts::{
    AccountMoves, AccountStatus, AccountView, Accounts, BalanceView, CurrencyTotals, NamedAccount, TypeSource,
    main_currencies,
};
pub use alerts::AlertView;
pub use audit::{AuditAnchor, AuditDetail, AuditEntry, Verdict};
pub use checks::{CheckItem, CheckReport, Level};
pub use connections::{ConnectionView, OutcomeKind, RefusedRow, SyncLine, SyncOutcome};
pub use keys::{KdfView, KeyView};
pub use members::MemberView;
pub use products::{BankStreamView, HoldingView, LiabilityView, ProductView, TradeView};
pub use review::{AccessView, Finding, Review};
use serde::Serialize;
pub use sessions::{Ended, SessionView};
pub use sums::{BalancePoint, DailyFlow, Flows, Group, Grouping, Sum, SumRequest};
pub use transactions::{CategorySource, CategoryView, Source, TransactionView};

/// Which slice of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limit {
    /// At most so many; `None` for all.
    pub limit: Option<u64>,
    /// How many of the first to leave out.
    pub offset: u64,
}

/// A slice of a list, and how long the whole list is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Listing<T> {
    /// The wanted slice, in order.
    pub items: Vec<T>,
    /// How many there are without limit and offset.
    pub total: u64,
    /// The limit that applied; `null` for none.
    pub limit: Option<u64>,
    /// How many were left out before the first item.
    pub offset: u64,
}

impl<T> Listing<T> {
    /// A whole list.
    pub fn all(items: Vec<T>) -> Self {
        let total = items.len() as u64;
        Self { items, total, limit: None, offset: 0 }
    }

    /// The slice that `limit` asked for, out of `total`.
    pub fn slice(items: Vec<T>, total: u64, limit: Limit) -> Self {
        Self { items, total, limit: limit.limit, offset: limit.offset }
    }
}
