//! Queries as SQL: the terms of `domain::query` become conditions with bound parameters only.
//!
//! Names are resolved to row numbers first (there are few accounts, categories and currencies), so that the conditions of
//! a report stay within a covering index. Invariant: nothing a user types ever becomes part of a statement's text.

use rusqlite::{Connection, functions::FunctionFlags, types::Value};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};

use super::{Result, Store, StoreError, accounts, balances, connections, encode, phrase, sums};
use crate::domain::{
    categories,
    dates::Period,
    ids::TransactionId,
    money::Currency,
    query::{Comparison, Query, Test},
};

/// A condition on `transactions t`, with its parameters in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Clause {
    pub(crate) sql: String,
    pub(crate) params: Vec<Value>,
}

impl Clause {
    fn new(sql: impl Into<String>, params: impl IntoIterator<Item = Value>) -> Self {
        Self { sql: sql.into(), params: params.into_iter().collect() }
    }

    fn never() -> Self {
        Self::new("0", [])
    }

    fn joined(clauses: impl IntoIterator<Item = Self>, word: &str) -> Self {
        let mut sql = String::new();
        let mut params = Vec::new();
        for clause in clauses {
            if !sql.is_empty() {
                sql.push_str(word);
            }
            sql.push('(');
            sql.push_str(&clause.sql);
            sql.push(')');
            params.extend(clause.params);
        }
        Self { sql, params }
    }

    /// Adds a condition that must hold too.
    pub(crate) fn and(&mut self, other: Self) {
        if !self.sql.is_empty() {
            self.sql.push_str(" AND ");
        }
        self.sql.push_str(&other.sql);
        self.params.extend(other.params);
    }
}

/// A text condition in the parts that let an index find its rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text {
    /// A SELECT of phrase ids: every match outside of `extra` has one of these.
    pub(crate) phrases: Clause,
    /// A SELECT of transaction ids that match by what the owner wrote.
    pub(crate) extra: Clause,
    /// What each row must hold besides, where the phrase alone does not decide.
    pub(crate) exact: Option<Clause>,
}

impl Text {
    /// The same as one condition.
    fn clause(&self) -> Clause {
        let mut by_phrase = Clause::new(format!("t.phrase IN ({})", self.phrases.sql), self.phrases.params.clone());
        if let Some(exact) = &self.exact {
            by_phrase.and(exact.clone());
        }
        let by_owner = Clause::new(format!("t.id IN ({})", self.extra.sql), self.extra.params.clone());
        Clause::joined([by_phrase, by_owner], " OR ")
    }
}

/// A compiled query.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Filter {
    /// What every row must hold, the text below excepted.
    pub(crate) clause: Clause,
    /// A text condition to start from.
    pub(crate) text: Option<Text>,
    /// Whether every row of the book that is not a tombstone passes.
    pub(crate) everything: bool,
}

impl Filter {
    /// One condition with everything in it, for a scan.
    pub(crate) fn whole(&self) -> Clause {
        let mut clause = self.clause.clone();
        if let Some(text) = &self.text {
            let text = text.clause();
            clause.and(Clause { sql: format!("({})", text.sql), params: text.params });
        }
        clause
    }
}

impl Store {
    /// Compiles a query and a period.
    pub(crate) fn filter(&self, query: &Query, period: Period) -> Result<Filter> {
        let mut filter = Filter { clause: Clause::new("t.state < 2", []), text: None, everything: query.is_empty() };
        if period.begin.is_some() || period.end.is_some() {
            filter.clause.and(days(period));
            filter.everything = false;
        }
        let mut rest: Vec<_> = query.terms.iter().collect();
        while let Some(prefix) = rest.first().map(|term| term.test.prefix()) {
            let (group, others) = rest.into_iter().partition::<Vec<_>, _>(|term| term.test.prefix() == prefix);
            rest = others;
            let (negated, positive): (Vec<_>, Vec<_>) = group.into_iter().partition(|term| term.negated);
            for term in negated {
                let clause = self.clause(&term.test)?;
                filter.clause.and(Clause { sql: format!("({}) IS NOT TRUE", clause.sql), params: clause.params });
            }
            match positive.as_slice() {
                [] => {}
                [only] if filter.text.is_none() && text(&only.test).is_some() => filter.text = text(&only.test),
                several => {
                    let clauses = several.iter().map(|term| self.clause(&term.test)).collect::<Result<Vec<_>>>()?;
                    let any = Clause::joined(clauses, " OR ");
                    filter.clause.and(Clause { sql: format!("({})", any.sql), params: any.params });
                }
            }
        }
        Ok(filter)
    }

    fn clause(&self, test: &Test) -> Result<Clause> {
        if let Some(text) = text(test) {
            return Ok(text.clause());
        }
        Ok(match test {
            Test::Account(name) => {
                let found = accounts::select(&self.accounts()?, name);
                if found.is_empty() {
                    return Err(StoreError::NotFound { noun: "account", text: name.clone() });
                }
                one_of("t.account", found.iter().map(|account| account.id.0))
            }
            Test::Connection(name) => self.connection_clause(name)?,
            Test::Category(word) => self.category_clause(word)?,
            Test::Currency(code) => {
                let known = sums::currencies(&self.db)?;
                let same = known.iter().filter(|(_, currency)| currency.code().eq_ignore_ascii_case(code));
                one_of("t.currency", same.map(|(id, _)| *id))
            }
            Test::Amount { comparison, decimal, sign } => {
                let signed = format!("{}{decimal}", sign.map(String::from).unwrap_or_default());
                self.amounts(sign.is_some(), &[(*comparison, &signed)])?
            }
            Test::AmountRange { low, high, signed } => {
                self.amounts(*signed, &[(Comparison::GreaterOrEqual, low), (Comparison::LessOrEqual, high)])?
            }
            Test::Note(word) => Clause::new(
                "t.id IN (SELECT transaction_id FROM edits WHERE instr(folded_note, ?) > 0)",
                [encode::fold(word).into()],
            ),
            Test::Tag(name) => Clause::new(
                "t.id IN (SELECT g.transaction_id FROM transaction_tags g JOIN tags n ON n.id = g.tag WHERE n.folded = ?)",
                [encode::fold(name).into()],
            ),
            Test::Date(period) => days(*period),
            Test::Status(status) => Clause::new("t.state = ?", [encode::state(*status).into()]),
            Test::Kind(kind) => Clause::new("t.kind = ?", [encode::kind_number(*kind).into()]),
            Test::Id(id) => id.parse::<TransactionId>().map_or_else(|_| Clause::never(), |id| one_of("t.id", [id.0])),
            Test::Word(_) | Test::Payee(_) | Test::Description(_) => Clause::never(),
        })
    }

    fn connection_clause(&self, name: &str) -> Result<Clause> {
        let found = connections::select(&self.connections()?, name);
        if found.is_empty() {
            return Err(StoreError::NotFound { noun: "connection", text: name.to_owned() });
        }
        let ids: Vec<_> = found.iter().map(|connection| Some(connection.id)).collect();
        let accounts = self.accounts()?;
        Ok(one_of("t.account", accounts.iter().filter(|a| ids.contains(&a.connection)).map(|a| a.id.0)))
    }

    fn category_clause(&self, word: &str) -> Result<Clause> {
        let mut statement = self.db.prepare_cached("SELECT id, code FROM categories")?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
        let mut ids = Vec::new();
        for row in rows {
            let (id, code) = row?;
            if categories::matches(Some(&code), word) {
                ids.push(id);
            }
        }
        let known = one_of("t.category", ids);
        if categories::matches(None, word) {
            return Ok(Clause::joined([known, Clause::new("t.category IS NULL", [])], " OR "));
        }
        Ok(known)
    }

    /// Comparisons that all must hold, in the scale of each currency of the book.
    fn amounts(&self, signed: bool, tests: &[(Comparison, &str)]) -> Result<Clause> {
        // The smallest integer has no absolute value.
        let column = if signed { "t.amount" } else { "abs(max(t.amount, -9223372036854775807))" };
        let per_currency = sums::currencies(&self.db)?.into_iter().map(|(id, currency)| {
            let mut clause = Clause::new("t.currency = ?", [id.into()]);
            for (comparison, decimal) in tests {
                clause.and(compare(column, *comparison, decimal, currency));
            }
            clause
        });
        let any = Clause::joined(per_currency, " OR ");
        Ok(if any.sql.is_empty() { Clause::never() } else { any })
    }
}

fn days(period: Period) -> Clause {
    let (begin, end) = balances::borders(period);
    Clause::new("t.date >= ? AND t.date < ?", [begin.into(), end.into()])
}

fn one_of(column: &str, ids: impl IntoIterator<Item = i64>) -> Clause {
    let params: Vec<Value> = ids.into_iter().map(Value::from).collect();
    if params.is_empty() {
        return Clause::never();
    }
    let marks = vec!["?"; params.len()].join(", ");
    Clause::new(format!("{column} IN ({marks})"), params)
}

/// Compares exactly, whatever decimals the user wrote: a bound between two minor units is rounded to the side that
/// keeps the meaning.
fn compare(column: &str, comparison: Comparison, decimal: &str, currency: Currency) -> Clause {
    let Ok(number) = Decimal::from_str_exact(decimal) else { return Clause::never() };
    let scale = 10_i64.checked_pow(currency.exponent().into()).map(Decimal::from);
    let scaled = scale.and_then(|scale| number.checked_mul(scale));
    let beyond = if number.is_sign_negative() { i64::MIN } else { i64::MAX };
    let whole = |number: Decimal| number.to_i64().unwrap_or(beyond);
    let (floor, ceil) = scaled.map_or((beyond, beyond), |scaled| (whole(scaled.floor()), whole(scaled.ceil())));
    let (operator, bound) = match comparison {
        Comparison::Less => ("<", ceil),
        Comparison::LessOrEqual => ("<=", floor),
        Comparison::Equal if floor != ceil => return Clause::never(),
        Comparison::Equal => ("=", floor),
        Comparison::GreaterOrEqual => (">=", ceil),
        Comparison::Greater => (">", floor),
    };
    Clause::new(format!("{column} {operator} ?"), [bound.into()])
}

/// The parts of a text condition; `None` for other tests.
fn text(test: &Test) -> Option<Text> {
    let payees = "SELECT id FROM payees WHERE instr(folded, ?) > 0";
    let of_payee = format!("SELECT id FROM phrases WHERE payee IN ({payees})");
    match test {
        Test::Description(word) => {
            let (phrases, exact) = stems(&encode::fold(word));
            Some(Text { phrases, extra: Clause::new("SELECT 0 WHERE 0", []), exact })
        }
        Test::Payee(word) => {
            let folded = Value::from(encode::fold(word));
            // A payee of the owner's own hides the provider's.
            let hidden = format!("SELECT transaction_id FROM edits WHERE payee NOT IN ({payees})");
            let extra = format!("SELECT transaction_id FROM edits WHERE payee IN ({payees})");
            Some(Text {
                phrases: Clause::new(of_payee, [folded.clone()]),
                extra: Clause::new(extra, [folded.clone()]),
                exact: Some(Clause::new(format!("t.id NOT IN ({hidden})"), [folded])),
            })
        }
        Test::Word(word) => {
            let folded = encode::fold(word);
            let value = Value::from(folded.clone());
            let (stems, exact) = stems(&folded);
            let mut phrases = Clause::new(format!("{} UNION {of_payee}", stems.sql), stems.params);
            phrases.params.push(value.clone());
            let exact = exact.map(|exact| {
                let by_payee = Clause::new(format!("t.phrase IN ({of_payee})"), [value.clone()]);
                let either = Clause::joined([exact, by_payee], " OR ");
                Clause { sql: format!("({})", either.sql), params: either.params }
            });
            let extra =
                format!("SELECT transaction_id FROM edits WHERE instr(folded_note, ?) > 0 OR payee IN ({payees})");
            Some(Text { phrases, extra: Clause::new(extra, [value.clone(), value]), exact })
        }
        _ => None,
    }
}

/// The phrases whose text may contain a word, and the check that decides where the word has digits in it.
fn stems(folded: &str) -> (Clause, Option<Clause>) {
    let pieces = phrase::pieces(folded);
    let tests = pieces.iter().map(|piece| Clause::new("instr(folded, ?) > 0", [Value::from((*piece).to_owned())]));
    let all = Clause::joined(tests, " AND ");
    let condition = if all.sql.is_empty() { "1".to_owned() } else { all.sql };
    let phrases = Clause::new(format!("SELECT id FROM phrases WHERE {condition}"), all.params);
    let has_digits = folded.bytes().any(|b| b.is_ascii_digit());
    let exact = has_digits.then(|| {
        Clause::new(
            "bursar_contains((SELECT folded FROM phrases WHERE id = t.phrase), t.digits, ?)",
            [Value::from(folded.to_owned())],
        )
    });
    (phrases, exact)
}

/// Gives a connection the function that looks for a word in a description put together again.
pub(crate) fn register(db: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    db.create_scalar_function("bursar_contains", 3, flags, |context| {
        let text =
            |at| context.get_raw(at).as_str_or_null().map_err(|error| rusqlite::Error::UserFunctionError(error.into()));
        let (stem, digits, word) = (text(0)?.unwrap_or_default(), text(1)?, text(2)?.unwrap_or_default());
        Ok(phrase::join(stem, digits).contains(word))
    })?;
    Ok(())
}
