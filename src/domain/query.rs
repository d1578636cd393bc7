//! The query language shared by every command that selects (cli.md, "Periods and queries").
//!
//! Terms of the same kind are alternatives, terms of different kinds must all hold, and every `not:` must hold.
//! Invariant: what a query prints parses to the same query.

mod parse;

use std::fmt;

use super::{
    dates::{Date, Period},
    syntax::SyntaxError,
    transactions::{Kind, Status},
};

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
    /// `amt:50..100`, both ends included; decimal text kept exact.
    AmountRange {
        /// The lower end, with its sign if `signed`.
        low: String,
        /// The upper end, with its sign if `signed`.
        high: String,
        /// Whether a sign was written at either end: compare the signed amount, else the absolute value.
        signed: bool,
    },
    /// `cur:` currency code, without case.
    Currency(String),
    /// `date:` a period.
    Date(Period),
    /// `status:`
    Status(Status),
    /// `type:`
    Kind(Kind),
    /// `conn:` exact id or part of the connection's or institution's name.
    Connection(String),
    /// `id:` exact transaction id.
    Id(String),
}

impl Test {
    /// The prefix it is written with; `any:` may be left out.
    pub fn prefix(&self) -> &'static str {
        match self {
            Self::Word(_) => "any",
            Self::Account(_) => "acct",
            Self::Category(_) => "cat",
            Self::Payee(_) => "payee",
            Self::Description(_) => "desc",
            Self::Note(_) => "note",
            Self::Tag(_) => "tag",
            Self::Amount { .. } | Self::AmountRange { .. } => "amt",
            Self::Currency(_) => "cur",
            Self::Date(_) => "date",
            Self::Status(_) => "status",
            Self::Kind(_) => "type",
            Self::Connection(_) => "conn",
            Self::Id(_) => "id",
        }
    }
}

impl Comparison {
    fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Equal => "",
            Self::GreaterOrEqual => ">=",
            Self::Greater => ">",
        }
    }
}

/// The term as one word, without quotes for a shell.
impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negated {
            f.write_str("not:")?;
        }
        match &self.test {
            Test::Word(text) if !parse::has_prefix(text) => f.write_str(text),
            test => write!(f, "{}:{}", test.prefix(), test.value()),
        }
    }
}

impl Test {
    fn value(&self) -> String {
        match self {
            Self::Word(text)
            | Self::Account(text)
            | Self::Category(text)
            | Self::Payee(text)
            | Self::Description(text)
            | Self::Note(text)
            | Self::Tag(text)
            | Self::Currency(text)
            | Self::Connection(text)
            | Self::Id(text) => text.clone(),
            Self::Amount { comparison, decimal, sign } => {
                format!("{}{}{decimal}", comparison.as_str(), sign.map(String::from).unwrap_or_default())
            }
            Self::AmountRange { low, high, .. } => format!("{low}..{high}"),
            Self::Date(period) => period.to_string(),
            Self::Status(status) => status.as_str().to_owned(),
            Self::Kind(kind) => kind.as_str().to_owned(),
        }
    }
}

/// A conjunction over kinds of disjunctions within a kind; empty selects everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// In the order written.
    pub terms: Vec<Term>,
}

impl Query {
    /// Reads the words of a command line, one term each; blank words are nothing.
    pub fn from_words<S: AsRef<str>>(words: &[S], today: Date) -> Result<Self, SyntaxError> {
        let words = words.iter().map(|word| word.as_ref().trim()).filter(|word| !word.is_empty());
        let terms = words.map(|word| parse::term(word, today)).collect::<Result<_, _>>()?;
        Ok(Self { terms })
    }

    /// Reads one line, split into words as a shell would (rules, config): `payee:'whole foods' not:cat:rent`.
    pub fn parse(line: &str, today: Date) -> Result<Self, SyntaxError> {
        let words = shell_words::split(line).map_err(|_| SyntaxError::at(line, line, "a quote is not closed"))?;
        Self::from_words(&words, today)
    }

    /// Whether it selects everything.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Takes the period out that `date:` words name, where they name one only.
    pub fn take_period(&mut self) -> Option<Period> {
        let period = |term: &Term| match term.test {
            Test::Date(period) if !term.negated => Some(period),
            _ => None,
        };
        let [only] = self.terms.iter().filter_map(period).collect::<Vec<_>>()[..] else { return None };
        self.terms.retain(|term| period(term).is_none());
        Some(only)
    }

    /// The same query with one more term that has to hold, of a kind that the user did not ask for.
    #[must_use]
    pub fn and(mut self, test: Test) -> Self {
        self.terms.push(Term { negated: false, test });
        self
    }
}

/// One line that [`Query::parse`] reads as the same query.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.terms.iter().map(Term::to_string).collect();
        f.write_str(&shell_words::join(words))
    }
}

#[cfg(test)]
mod tests;
