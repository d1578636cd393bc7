//! Keyed digests of the book's contents, one a place (transactions of an account and month, a dictionary, the balances
//! of an account …), so that an old page put back into a newer file is found and named.
//!
//! A digest is the sum of HMAC-SHA256 over each of its rows (two 128-bit lanes, wrapping): adding or taking away a row
//! costs one HMAC, whatever the size of the place. Invariant: every statement that writes a covered row goes
//! through [`Digests::add`] and [`Digests::take`] in the same transaction.

use std::collections::HashMap;

use hmac::{Hmac, Mac as _, digest::generic_array::GenericArray};
use rusqlite::{Connection, Params, Row, types::ValueRef};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Result;
use crate::vault::Key;

/// What a digest covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Area {
    /// Transactions of an account and month (tombstones included).
    Transactions,
    /// Owners' edits and tags.
    Edits,
    /// The dictionaries: categories, payees, merchants, phrases, words, documents, currencies, tags.
    Dictionaries,
    /// The daily balances of an account.
    Balances,
    /// Superseded provider ids.
    Aliases,
    /// Connections and accounts, whole.
    Register,
    /// Debts and holdings of an account; securities under account 0.
    Products,
    /// What is told, and what was.
    Alerts,
}

impl Area {
    pub(crate) const ALL: [Self; 8] = [
        Self::Transactions,
        Self::Edits,
        Self::Dictionaries,
        Self::Balances,
        Self::Aliases,
        Self::Register,
        Self::Products,
        Self::Alerts,
    ];

    /// The number in the database.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Transactions => 1,
            Self::Edits => 2,
            Self::Dictionaries => 3,
            Self::Balances => 4,
            Self::Aliases => 5,
            Self::Register => 6,
            Self::Products => 7,
            Self::Alerts => 8,
        }
    }
}

/// A place: what, which account (0 for none), which month (`yyyymm`, 0 for none).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) area: Area,
    pub(crate) account: i64,
    pub(crate) month: i64,
}

impl Place {
    pub(crate) fn of(area: Area) -> Self {
        Self { area, account: 0, month: 0 }
    }
}

/// The sum over the rows of one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sum {
    pub(crate) rows: i64,
    lanes: [u128; 2],
}

impl Sum {
    fn shift(&mut self, element: [u128; 2], sign: i64) {
        self.rows += sign;
        for (lane, part) in self.lanes.iter_mut().zip(element) {
            *lane = if sign > 0 { lane.wrapping_add(part) } else { lane.wrapping_sub(part) };
        }
    }

    fn merge(self, other: Self) -> Self {
        Self {
            rows: self.rows + other.rows,
            lanes: [self.lanes[0].wrapping_add(other.lanes[0]), self.lanes[1].wrapping_add(other.lanes[1])],
        }
    }

    fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&self.lanes[0].to_le_bytes());
        bytes[16..].copy_from_slice(&self.lanes[1].to_le_bytes());
        bytes
    }

    fn from_parts(rows: i64, bytes: [u8; 32]) -> Self {
        let lane = |at: usize| {
            let mut part = [0; 16];
            part.copy_from_slice(&bytes[at..at + 16]);
            u128::from_le_bytes(part)
        };
        Self { rows, lanes: [lane(0), lane(16)] }
    }
}

/// One row in the order and form that is hashed: each value with its kind and length, so that no two rows look alike.
#[derive(Debug, Default)]
pub(crate) struct Canonical(Vec<u8>);

impl Canonical {
    /// Starts with the name of the table.
    pub(crate) fn of(table: &str) -> Self {
        Self(Vec::with_capacity(192)).text(Some(table))
    }

    pub(crate) fn int(mut self, value: impl Into<Option<i64>>) -> Self {
        match value.into() {
            Some(value) => {
                self.0.push(1);
                self.0.extend_from_slice(&value.to_le_bytes());
            }
            None => self.0.push(0),
        }
        self
    }

    pub(crate) fn text(self, value: Option<&str>) -> Self {
        self.bytes(3, value.map(str::as_bytes))
    }

    fn bytes(mut self, kind: u8, value: Option<&[u8]>) -> Self {
        match value {
            Some(value) => {
                self.0.push(kind);
                self.0.extend_from_slice(&(value.len() as u64).to_le_bytes());
                self.0.extend_from_slice(value);
            }
            None => self.0.push(0),
        }
        self
    }

    fn value(self, value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => self.int(None),
            ValueRef::Integer(value) => self.int(value),
            ValueRef::Real(value) => self.bytes(2, Some(&value.to_le_bytes())),
            ValueRef::Text(value) => self.bytes(3, Some(value)),
            ValueRef::Blob(value) => self.bytes(4, Some(value)),
        }
    }
}

/// The changes of one transaction to the digests, kept in memory until they are written at its end.
#[derive(Clone)]
pub(crate) struct Digests {
    mac: Hmac<Sha256>,
    changes: HashMap<Place, Sum>,
}

impl Digests {
    pub(crate) fn new(key: &Key) -> Self {
        Self { mac: keyed(key), changes: HashMap::new() }
    }

    /// A row is there now.
    pub(crate) fn add(&mut self, place: Place, row: &Canonical) {
        let element = self.element(row);
        self.changes.entry(place).or_default().shift(element, 1);
    }

    /// A row is gone.
    pub(crate) fn take(&mut self, place: Place, row: &Canonical) {
        let element = self.element(row);
        self.changes.entry(place).or_default().shift(element, -1);
    }

    fn element(&self, row: &Canonical) -> [u128; 2] {
        let mut mac = self.mac.clone();
        mac.update(&row.0);
        let bytes: [u8; 32] = mac.finalize().into_bytes().into();
        Sum::from_parts(0, bytes).lanes
    }

    /// The sums gathered so far.
    pub(crate) fn sums(&self) -> &HashMap<Place, Sum> {
        &self.changes
    }

    /// Adds all rows of a statement to one place.
    pub(crate) fn add_table(&mut self, connection: &Connection, place: Place, table: &str, sql: &str) -> Result<()> {
        self.add_rows(connection, table, sql, |_| Ok(place))
    }

    /// Adds all rows of a statement, each to its place.
    pub(crate) fn add_rows(
        &mut self,
        connection: &Connection,
        table: &str,
        sql: &str,
        place: impl Fn(&Row<'_>) -> Result<Place>,
    ) -> Result<()> {
        let mut statement = connection.prepare_cached(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let mut canonical = Canonical::of(table);
            for column in 0..columns {
                canonical = canonical.value(row.get_ref(column)?);
            }
            self.add(place(row)?, &canonical);
        }
        Ok(())
    }

    /// Takes away all rows of a statement, before they are deleted.
    pub(crate) fn take_rows(
        &mut self,
        connection: &Connection,
        (place, table): (Place, &str),
        sql: &str,
        params: impl Params,
    ) -> Result<()> {
        let mut statement = connection.prepare_cached(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query(params)?;
        while let Some(row) = rows.next()? {
            let mut canonical = Canonical::of(table);
            for column in 0..columns {
                canonical = canonical.value(row.get_ref(column)?);
            }
            self.take(place, &canonical);
        }
        Ok(())
    }

    /// Writes the gathered changes, and the root over all digests comes back.
    pub(crate) fn flush(&self, connection: &Connection) -> Result<[u8; 32]> {
        let register = self.register(connection)?;
        for (place, change) in &self.changes {
            if *change != Sum::default() {
                let sum = read(connection, *place)?.merge(*change);
                write(connection, *place, sum)?;
            }
        }
        write(connection, Place::of(Area::Register), register)?;
        self.root(connection)
    }

    /// The digest of connections and accounts, which are few and digested whole.
    pub(crate) fn register(&self, connection: &Connection) -> Result<Sum> {
        let mut fresh = Self { mac: self.mac.clone(), changes: HashMap::new() };
        let place = Place::of(Area::Register);
        fresh.add_table(connection, place, "connections", "SELECT * FROM connections")?;
        fresh.add_table(connection, place, "accounts", "SELECT * FROM accounts")?;
        Ok(fresh.changes.remove(&place).unwrap_or_default())
    }

    /// One keyed value over all digests, put into the audit entry of the change.
    pub(crate) fn root(&self, connection: &Connection) -> Result<[u8; 32]> {
        self.over(connection, "SELECT area, account, month, entries, sum FROM digests ORDER BY area, account, month")
    }

    /// One keyed value over the digests of all transactions: another one after every change of them.
    pub(crate) fn of_transactions(&self, connection: &Connection) -> Result<[u8; 32]> {
        self.over(
            connection,
            "SELECT area, account, month, entries, sum FROM digests WHERE area = 1 ORDER BY area, account, month",
        )
    }

    fn over(&self, connection: &Connection, sql: &str) -> Result<[u8; 32]> {
        let mut mac = self.mac.clone();
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..4 {
                mac.update(&row.get::<_, i64>(column)?.to_le_bytes());
            }
            mac.update(&row.get::<_, [u8; 32]>(4)?);
        }
        Ok(mac.finalize().into_bytes().into())
    }
}

fn keyed(key: &Key) -> Hmac<Sha256> {
    // RFC 2104: a key shorter than the block is padded with zeros, which is what `Hmac::new` takes.
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key.expose());
    Hmac::new(GenericArray::from_slice(&*block))
}

fn read(connection: &Connection, place: Place) -> Result<Sum> {
    use rusqlite::OptionalExtension as _;
    let found = connection
        .prepare_cached("SELECT entries, sum FROM digests WHERE area = ?1 AND account = ?2 AND month = ?3")?
        .query_row((place.area.number(), place.account, place.month), |row| {
            Ok(Sum::from_parts(row.get(0)?, row.get(1)?))
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

pub(crate) fn write(connection: &Connection, place: Place, sum: Sum) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO digests (area, account, month, entries, sum) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (area, account, month) DO UPDATE SET entries = excluded.entries, sum = excluded.sum
             WHERE entries <> excluded.entries OR sum <> excluded.sum",
        )?
        .execute((place.area.number(), place.account, place.month, sum.rows, sum.to_bytes()))?;
    Ok(())
}

/// All digests as stored.
pub(crate) fn stored(connection: &Connection) -> Result<HashMap<Place, Sum>> {
    let mut statement = connection.prepare("SELECT area, account, month, entries, sum FROM digests")?;
    let rows = statement.query_map([], |row| {
        let area = row.get::<_, i64>(0)?;
        let area = Area::ALL.into_iter().find(|known| known.number() == area);
        let sum = Sum::from_parts(row.get(3)?, row.get(4)?);
        Ok((area, row.get(1)?, row.get(2)?, sum))
    })?;
    let mut sums = HashMap::new();
    for row in rows {
        let (area, account, month, sum) = row?;
        if let Some(area) = area {
            sums.insert(Place { area, account, month }, sum);
        }
    }
    sums.retain(|_, sum| *sum != Sum::default());
    Ok(sums)
}
