//! Which transactions are news: those of the last days, and those that came late.
//!
//! What comes days after its date (a bank was slow, nobody synced) is news when it comes; a history that comes as a whole is
//! not. Invariant: a list of news is read from an index and from the late ones, which are few, whatever the book holds.

use super::{Result, Store, StoreError, SyncMode, Tx, alerts, encode, names::Names, transactions};
use crate::domain::{
    alerts::NEWS_DAYS,
    dates::{Date, Timestamp},
    ids::ConnectionId,
    money::Money,
    sync::History,
    views::TransactionView,
};

/// Milliseconds of [`NEWS_DAYS`].
const NEWS_MS: i64 = NEWS_DAYS as i64 * 86_400_000;

/// More late ones than this in one sync are a history: of an account that the bank has given new ids.
const MOST: i64 = 1000;

/// Amounts of the last days, every column of which is in the index, and those that came late, which are looked up one by one:
/// CROSS JOIN keeps SQLite from walking through all transactions instead.
pub(crate) const NEWS: &str = "SELECT t.id, t.amount, t.currency FROM transactions t INDEXED BY transactions_by_date
       WHERE t.date >= ?1 AND t.state < 2
     UNION
     SELECT t.id, t.amount, t.currency FROM late_arrivals l CROSS JOIN transactions t
       WHERE t.id = l.transaction_id AND l.came_at > ?2 AND t.state < 2";

impl Store {
    /// The transactions that are news on a day, of amounts that are wanted.
    pub fn news(&self, now: Timestamp, today: Date, wanted: impl Fn(Money) -> bool) -> Result<Vec<TransactionView>> {
        let names = Names::new(&self.db)?;
        let since = encode::day(today.saturating_sub(jiff::Span::new().days(NEWS_DAYS)));
        let mut statement = self.db.prepare_cached(NEWS)?;
        let mut rows = statement.query((since, encode::millis(now) - NEWS_MS))?;
        let mut ids = Vec::new();
        while let Some(row) = rows.next()? {
            if wanted(Money::new(row.get(1)?, names.currency(row.get(2)?)?)) {
                ids.push(row.get(0)?);
            }
        }
        let mut news = Vec::with_capacity(ids.len());
        transactions::views(&self.db, &ids, |view| {
            news.push(view);
            Ok::<_, StoreError>(())
        })?;
        Ok(news)
    }
}

impl Tx<'_> {
    /// Notes which rows of a run, those with a greater id than `last`, came late; older notes go. A history is none: all of it
    /// read again, one of which more is to come, one of an account that is itself new.
    pub(crate) fn note_late(
        &mut self,
        connection: ConnectionId,
        last: i64,
        (mode, before): (SyncMode, History),
    ) -> Result<()> {
        let at = encode::millis(self.at);
        let complete = !matches!(before, History::NotReady | History::Initial);
        let late = if mode == SyncMode::Changes && complete { self.late(connection, last)? } else { Vec::new() };
        let late = if i64::try_from(late.len()).is_ok_and(|count| count > MOST) { Vec::new() } else { late };
        let old: bool = self
            .db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM late_arrivals WHERE came_at <= ?1)")?
            .query_row([at - NEWS_MS], |row| row.get(0))?;
        if late.is_empty() && !old {
            return Ok(());
        }
        self.cover_alerts(alerts::LATE, |tx| {
            tx.db.prepare_cached("DELETE FROM late_arrivals WHERE came_at <= ?1")?.execute([at - NEWS_MS])?;
            let sql = "INSERT INTO late_arrivals (transaction_id, came_at) VALUES (?1, ?2)";
            let mut statement = tx.db.prepare_cached(sql)?;
            late.iter().try_for_each(|id| statement.execute((id, at)).map(drop))?;
            Ok(())
        })
    }

    /// Rows that came so late that their date alone will not make them news for long. Days begin at different hours, so a day more
    /// than that counts.
    fn late(&self, connection: ConnectionId, last: i64) -> Result<Vec<i64>> {
        let today = self.at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let before = encode::day(today.saturating_sub(jiff::Span::new().days(NEWS_DAYS - 1)));
        let mut statement = self.db.prepare_cached(
            "SELECT t.id FROM transactions t JOIN accounts a ON a.id = t.account
             WHERE t.id > ?1 AND t.date < ?2 AND t.state < 2 AND a.connection = ?3 AND a.created_at <= ?4 LIMIT ?5",
        )?;
        let since = encode::millis(self.at) - NEWS_MS;
        let ids = statement.query_map((last, before, connection.0, since, MOST + 1), |row| row.get(0))?;
        Ok(ids.collect::<std::result::Result<_, _>>()?)
    }
}
