//! The query language shared by every command that selects (cli.md, "Periods and queries").

use super::{dates::Period, transactions};

/// One condition; `not:` sets `negated`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Whether the match is turned round.
    pub negated: bool,
    /// What is matched.
    pub test: Test,
}

/// Comparison of an amount's absolute value (`amt:'>50'`), or of the signed one if a sign was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `=` or nothing
    Equal,
    /// `>=`
    GreaterOrEqual,
    /// `>`
    Greater,
}

/// What a term looks at. Text matches are substrings without case, unless said otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// Payee, description or note.
    Word(String),
    /// `acct:` exact id, mask, or part of the name.
    Account(String),
    /// `cat:` part of the category's id or name.
    Category(String),
    /// `payee:`
    Payee(String),
    /// `desc:`
    Description(String),
    /// `note:`
    Note(String),
    /// `tag:` whole tag, without case.
    Tag(String),
    /// `amt:`: decimal text kept exact, because the currency of a row decides its scale.
    Amount {
        /// How to compare.
        comparison: Comparison,
        /// Digits as written, without sign.
        decimal: String,
        /// Written with `+` or `-`: compare the signed amount.
        sign: Option<char>,
    },
    /// `cur:` currency code, without case.
    Currency(String),
    /// `date:` a period.
    Date(Period),
    /// `status:`
    Status(transactions::Status),
    /// `type:`
    Kind(transactions::Kind),
    /// `conn:` exact id or part of the connection's or institution's name.
    Connection(String),
    /// `id:` exact transaction id.
    Id(String),
}

/// A conjunction over kinds of disjunctions within a kind; empty selects everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// In the order written.
    pub terms: Vec<Term>,
}
