//! Who reads banks for their owner, by the word in the book: what is known of each with nobody to be asked.
//!
//! Pure. Invariant: whoever handles a linked connection asks this table how its provider is, and never who it is.

use super::views::{Source, TypeSource};

/// The word for Plaid in the book.
pub const PLAID: &str = "plaid";
/// The word for SimpleFIN in the book.
pub const SIMPLEFIN: &str = "simplefin";
/// Who it was before there was another: what was written down without a word is theirs.
pub const FIRST: &str = PLAID;

/// What is known of a provider by its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// What people call it.
    pub name: &'static str,
    /// Where its user gives access and takes it back, if bursar cannot: no token is replaced and no connection ended by a call.
    pub by_hand: Option<&'static str>,
    /// Whether it reads a bank when it is asked to: live balances, new transactions.
    pub on_demand: bool,
    /// Whether it answers only those who have keys of their own.
    pub keys: bool,
    /// Whether its plan counts every connection that was ever made.
    pub plan: bool,
    /// Calls a day that it lets happen; none if nobody counts them.
    pub calls_per_day: Option<u64>,
    /// What whoever links it agrees to have read.
    pub scope: &'static str,
    /// What its rows are marked with.
    pub source: Source,
    /// Who says what kind of account one is.
    pub type_source: TypeSource,
    /// How long an account keeps its persistent id.
    pub account_ids: IdLife,
    /// Whether a posted row may say which pending one it replaces.
    pub posting: Posting,
}

/// How a pending row becomes a posted one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posting {
    /// The posted row mostly says which pending one it was.
    Told,
    /// It never does, and is often worded a little differently.
    Untold,
}

/// How long an id stays that of its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdLife {
    /// For good: another id is another account.
    ForGood,
    /// For as long as its server likes: another id may be the same account.
    Passing,
}

/// The manner of the provider of this word; of an unknown one nothing can be asked.
pub fn manner(word: &str) -> Manner {
    match word {
        PLAID => Manner {
            name: "Plaid",
            by_hand: None,
            on_demand: true,
            keys: true,
            plan: true,
            calls_per_day: None,
            scope: "transactions liabilities investments",
            source: Source::Plaid,
            type_source: TypeSource::Bank,
            account_ids: IdLife::ForGood,
            posting: Posting::Told,
        },
        SIMPLEFIN => Manner {
            name: "SimpleFIN",
            by_hand: Some("at the SimpleFIN server (My Account, Connected apps)"),
            on_demand: false,
            keys: false,
            plan: false,
            calls_per_day: Some(24),
            scope: "transactions",
            source: Source::SimpleFin,
            type_source: TypeSource::Name,
            account_ids: IdLife::Passing,
            posting: Posting::Untold,
        },
        _ => Manner {
            name: "an unknown provider",
            by_hand: Some("at that provider"),
            on_demand: false,
            keys: false,
            plan: false,
            calls_per_day: None,
            scope: "transactions",
            source: Source::Plaid,
            type_source: TypeSource::Bank,
            account_ids: IdLife::Passing,
            posting: Posting::Untold,
        },
    }
}
