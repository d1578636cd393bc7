//! Accounts: what the bank says of them, what the owner says of them, how they are found by name.
//!
//! Invariant: a vanished account keeps its row and its history; the owner's own columns are never written by a sync, and go
//! before the bank's.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{
    Result, Store, StoreError, Tx, balances,
    digests::{Area, Canonical, Place},
    encode, pairing,
};
use crate::domain::{
    accounts::{AccountType, ProviderAccount},
    ids::{AccountId, ConnectionId, ProviderAccountId},
    money::{Currency, Money},
    provider::manner,
    views::{AccountMoves, AccountStatus, AccountView, BalanceView, NamedAccount, TypeSource},
};

/// An account as the sync writer needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AccountRef {
    pub(crate) id: i64,
    pub(crate) kind: AccountType,
}

impl AccountRef {
    /// An account by its number.
    pub(crate) fn of(db: &Connection, id: i64) -> Result<Self> {
        let sql = "SELECT coalesce(s.kind, a.kind) FROM accounts a LEFT JOIN account_types s ON s.account = a.id
                   WHERE a.id = ?1";
        let kind: String = db.prepare_cached(sql)?.query_row([id], |row| row.get(0))?;
        Ok(Self { id, kind: AccountType::from_word(&kind) })
    }
}

/// What the owner says of an account; `None` leaves a field as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountEdit {
    /// The owner's name; an empty one goes back to the bank's.
    pub name: Option<String>,
    /// What it is; `Some(None)` goes back to what the bank says or the name suggests.
    pub kind: Option<Option<AccountType>>,
    /// Leave it out of lists.
    pub hidden: Option<bool>,
    /// No longer counted.
    pub closed: Option<bool>,
}

/// What the digest of the owner's types covers.
pub(crate) const COVERED_TYPES: &str = "SELECT account, kind FROM account_types";

const VIEW: &str =
    "SELECT a.id, coalesce(a.user_name, a.name), a.official_name, a.mask, coalesce(s.kind, a.kind), a.subtype,
     a.connection, coalesce(c.institution, c.name), a.hidden, a.closed OR a.vanished_at IS NOT NULL,
     y.code, y.exponent, y.official, a.current, a.available, a.credit_limit, a.as_of,
     s.kind IS NOT NULL, c.provider
     FROM accounts a JOIN currencies y ON y.id = a.currency LEFT JOIN connections c ON c.id = a.connection
     LEFT JOIN account_types s ON s.account = a.id";

fn view(row: &Row<'_>) -> Result<AccountView> {
    let currency = encode::currency(&row.get::<_, String>(10)?, row.get(11)?, row.get(12)?)?;
    let money = |column| -> Result<Option<Money>> {
        Ok(row.get::<_, Option<i64>>(column)?.map(|minor| Money::new(minor, currency)))
    };
    let status = match (row.get(8)?, row.get(9)?) {
        (_, true) => AccountStatus::Closed,
        (true, false) => AccountStatus::Hidden,
        (false, false) => AccountStatus::Open,
    };
    let provider: Option<String> = row.get(18)?;
    let by_provider = provider.map_or(TypeSource::Bank, |word| manner(&word).type_source);
    let kind_source = if row.get(17)? { TypeSource::User } else { by_provider };
    Ok(AccountView {
        id: AccountId(row.get(0)?),
        name: row.get(1)?,
        official_name: row.get(2)?,
        mask: row.get(3)?,
        kind: AccountType::from_word(&row.get::<_, String>(4)?),
        kind_source,
        subtype: row.get(5)?,
        connection: row.get::<_, Option<i64>>(6)?.map(ConnectionId),
        institution: row.get(7)?,
        status,
        currency,
        balance: BalanceView {
            current: money(13)?,
            available: money(14)?,
            limit: money(15)?,
            as_of: encode::instant_opt(row.get(16)?)?,
        },
    })
}

impl Store {
    /// All accounts, closed ones last, by connection and id.
    pub fn accounts(&self) -> Result<Vec<AccountView>> {
        let sql = format!(
            "{VIEW} WHERE a.placeholder < 2 ORDER BY a.closed OR a.vanished_at IS NOT NULL, a.connection IS NULL, a.connection, a.id"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        let mut accounts = Vec::new();
        while let Some(row) = rows.next()? {
            accounts.push(view(row)?);
        }
        Ok(accounts)
    }

    /// One account.
    pub fn account(&self, id: AccountId) -> Result<AccountView> {
        let mut statement = self.db.prepare_cached(&format!("{VIEW} WHERE a.placeholder < 2 AND a.id = ?1"))?;
        let mut rows = statement.query([id.0])?;
        match rows.next()? {
            Some(row) => view(row),
            None => Err(StoreError::NotFound { noun: "account", text: id.to_string() }),
        }
    }

    /// The one account that a text means.
    pub fn find_account(&self, text: &str) -> Result<AccountView> {
        let mut found = select(&self.accounts()?, text);
        match found.len() {
            0 => Err(StoreError::NotFound { noun: "account", text: text.to_owned() }),
            1 => Ok(found.remove(0)),
            _ => Err(StoreError::Ambiguous {
                noun: "account",
                text: text.to_owned(),
                candidates: found.iter().map(|a| format!("{} {}", a.id, a.name)).collect(),
            }),
        }
    }
}

/// The accounts a text means: an exact id, else an exact mask, else an exact name, else a part of a name.
pub(crate) fn select(accounts: &[AccountView], text: &str) -> Vec<AccountView> {
    let folded = encode::fold(text);
    let id = text.parse::<AccountId>().ok();
    let names = |account: &AccountView| {
        [Some(&account.name), account.official_name.as_ref()]
            .into_iter()
            .flatten()
            .map(|name| encode::fold(name))
            .collect::<Vec<_>>()
    };
    let tests: [&dyn Fn(&AccountView) -> bool; 4] = [
        &|account| Some(account.id) == id,
        &|account| account.mask.as_deref() == Some(text),
        &|account| names(account).contains(&folded),
        &|account| names(account).iter().any(|name| name.contains(&folded)),
    ];
    for test in tests {
        let found: Vec<_> = accounts.iter().filter(|account| test(account)).cloned().collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

impl Tx<'_> {
    /// Writes what the bank says of an account, and its balance into the history, on the day that it is of. The same balances once more, as
    /// of an earlier time, make what is known no older.
    pub(crate) fn upsert_account(&mut self, connection: i64, account: &ProviderAccount) -> Result<AccountRef> {
        let currency = self.dictionary.currency(self.db, &mut self.digests, account.currency)?;
        let at = encode::millis(self.at);
        let as_of = account.as_of.map_or(at, |as_of| encode::millis(as_of).min(at));
        let minor = |money: Option<Money>| money.map(|money| money.minor);
        let b = &account.balances;
        let mut statement = self.db.prepare_cached(
            "INSERT INTO accounts (connection, provider_id, persistent_id, name, official_name, mask, kind, subtype,
               currency, current, available, credit_limit, as_of, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
             ON CONFLICT (connection, provider_id) DO UPDATE SET persistent_id = ?3, name = ?4, official_name = ?5,
               mask = ?6, kind = ?7, subtype = ?8, currency = ?9, current = ?10, available = ?11, credit_limit = ?12,
               as_of = CASE WHEN as_of > ?13 AND current IS ?10 AND available IS ?11 AND credit_limit IS ?12 THEN as_of ELSE ?13 END,
               placeholder = 0, vanished_at = NULL
             RETURNING id, as_of",
        )?;
        let (id, as_of): (i64, i64) = statement.query_row(
            params![
                connection,
                account.id.as_str(),
                account.persistent_id,
                account.name,
                account.official_name,
                account.mask,
                account.kind.as_str(),
                account.subtype,
                currency,
                minor(b.current),
                minor(b.available),
                minor(b.limit),
                as_of,
                at
            ],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        if let Some(current) = b.current {
            let seen = balances::Seen {
                account: id,
                currency,
                current: current.minor,
                available: minor(b.available),
                credit_limit: minor(b.limit),
            };
            balances::record(self, &seen, encode::instant(as_of)?)?;
        }
        AccountRef::of(self.db, id)
    }

    /// The account of a provider's id, known or not: rows of an unknown one are kept under a placeholder, so that
    /// nothing is lost until the bank names it.
    pub(crate) fn account_or_placeholder(
        &mut self,
        connection: i64,
        id: &ProviderAccountId,
        currency: Currency,
    ) -> Result<(AccountRef, bool)> {
        let sql = "SELECT a.id, coalesce(s.kind, a.kind) FROM accounts a LEFT JOIN account_types s ON s.account = a.id
                   WHERE a.connection = ?1 AND a.provider_id = ?2";
        let found = self.db.prepare_cached(sql)?.query_row((connection, id.as_str()), |row| {
            Ok(AccountRef { id: row.get(0)?, kind: AccountType::from_word(&row.get::<_, String>(1)?) })
        });
        if let Some(found) = found.optional()? {
            return Ok((found, false));
        }
        let currency = self.dictionary.currency(self.db, &mut self.digests, currency)?;
        self.db
            .prepare_cached(
                "INSERT INTO accounts (connection, provider_id, name, kind, currency, placeholder, created_at)
                 VALUES (?1, ?2, 'Unknown account', 'other', ?3, 1, ?4)",
            )?
            .execute((connection, id.as_str(), currency, encode::millis(self.at)))?;
        Ok((AccountRef { id: self.db.last_insert_rowid(), kind: AccountType::Other }, true))
    }

    /// Writes the bank's whole list of accounts: those it no longer names are marked as vanished, with their history.
    pub fn set_accounts(&mut self, connection: ConnectionId, accounts: &[ProviderAccount]) -> Result<AccountMoves> {
        let before = self.named_accounts(connection)?;
        self.write_accounts(connection, accounts)?;
        let named: HashSet<&str> = accounts.iter().map(|account| account.id.as_str()).collect();
        let mut statement = self
            .db
            .prepare_cached("SELECT id, provider_id FROM accounts WHERE connection = ?1 AND vanished_at IS NULL")?;
        let known = statement.query_map([connection.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let known = known.collect::<std::result::Result<Vec<(i64, String)>, _>>()?;
        for (id, _) in known.into_iter().filter(|(_, id)| !named.contains(id.as_str())) {
            self.db
                .prepare_cached("UPDATE accounts SET vanished_at = ?1 WHERE id = ?2")?
                .execute((encode::millis(self.at), id))?;
        }
        let mut moves = AccountMoves::between(&before, &self.named_accounts(connection)?);
        // One that comes under another id is not gone: the two are joined, or their owner is asked.
        let sql = "SELECT NOT EXISTS (SELECT 1 FROM accounts o JOIN accounts n ON n.connection = o.connection AND n.id <> o.id
                   AND n.created_at = ?2 AND (n.persistent_id = o.persistent_id OR n.name = o.name) WHERE o.id = ?1)";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut gone = Vec::new();
        for account in std::mem::take(&mut moves.gone) {
            if statement.query_row((account.id.0, encode::millis(self.at)), |row| row.get(0))? {
                gone.push(account);
            }
        }
        Ok(AccountMoves { gone, ..moves })
    }

    /// The accounts that a bank has named, and whether it still does; what their owner closed stays closed, and is not among them.
    fn named_accounts(&self, connection: ConnectionId) -> Result<Vec<(NamedAccount, bool)>> {
        let sql = "SELECT id, coalesce(user_name, name), vanished_at IS NULL FROM accounts
                   WHERE connection = ?1 AND placeholder = 0 AND NOT closed ORDER BY id";
        let mut statement = self.db.prepare_cached(sql)?;
        let read = |row: &Row<'_>| Ok((NamedAccount { id: AccountId(row.get(0)?), name: row.get(1)? }, row.get(2)?));
        Ok(statement.query_map([connection.0], read)?.collect::<std::result::Result<_, _>>()?)
    }

    /// Writes accounts with fresh balances; those that are not among them stay as they are.
    pub fn set_balances(&mut self, connection: ConnectionId, accounts: &[ProviderAccount]) -> Result<()> {
        self.write_accounts(connection, accounts)?;
        self.note("accounts", accounts.len());
        Ok(())
    }

    /// Writes accounts of a list that may not be whole: those it does not name stay as they are.
    pub fn add_accounts(&mut self, connection: ConnectionId, accounts: &[ProviderAccount]) -> Result<AccountMoves> {
        let before = self.named_accounts(connection)?;
        self.write_accounts(connection, accounts)?;
        Ok(AccountMoves::between(&before, &self.named_accounts(connection)?))
    }

    fn write_accounts(&mut self, connection: ConnectionId, accounts: &[ProviderAccount]) -> Result<()> {
        accounts.iter().try_for_each(|account| self.upsert_account(connection.0, account).map(|_| ()))
    }

    /// Writes what the owner says of an account.
    pub fn edit_account(&mut self, id: AccountId, edit: &AccountEdit) -> Result<()> {
        let name = edit.name.as_deref().map(|name| Some(name).filter(|name| !name.is_empty()));
        let sql = "UPDATE accounts SET user_name = CASE WHEN ?2 THEN ?3 ELSE user_name END,
                   hidden = coalesce(?4, hidden), closed = coalesce(?5, closed) WHERE id = ?1 AND placeholder < 2";
        let changed =
            self.db.prepare_cached(sql)?.execute((id.0, name.is_some(), name.flatten(), edit.hidden, edit.closed))?;
        if changed == 0 {
            return Err(StoreError::NotFound { noun: "account", text: id.to_string() });
        }
        self.about(id);
        if let Some(kind) = edit.kind {
            self.forget_type(id.0)?;
            if let Some(kind) = kind {
                let sql = "INSERT INTO account_types (account, kind) VALUES (?1, ?2)";
                self.db.prepare_cached(sql)?.execute((id.0, kind.as_str()))?;
                let row = Canonical::of("account_types").int(id.0).text(Some(kind.as_str()));
                self.digests.add(Place::of(Area::Edits), &row);
            }
            self.note("type", kind.map(AccountType::as_str));
            self.pair_again(id.0)?;
        }
        Ok(())
    }

    /// Takes back what the owner said of an account's type.
    pub(crate) fn forget_type(&mut self, id: i64) -> Result<()> {
        let covered = format!("{COVERED_TYPES} WHERE account = ?1");
        self.digests.take_rows(self.db, (Place::of(Area::Edits), "account_types"), &covered, [id])?;
        self.db.prepare_cached("DELETE FROM account_types WHERE account = ?1")?.execute([id])?;
        Ok(())
    }

    /// Decides anew which transactions are income, spending or transfers, in all days of an account.
    fn pair_again(&mut self, id: i64) -> Result<()> {
        let sql = "SELECT min(date), max(date) FROM transactions WHERE account = ?1";
        let days: (Option<i64>, Option<i64>) =
            self.db.prepare_cached(sql)?.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        match days {
            (Some(first), Some(last)) => pairing::refresh(self, first, last),
            _ => Ok(()),
        }
    }
}
