//! Connections that ended and whose accounts stand a second time under one that lives, as after a new link: until they are joined
//! everything of them counts twice.
//!
//! Invariant: no transaction is read, so that it costs the same whatever the history.

use serde::Serialize;

use super::{Known, Which, accounts, can_be, same};
use crate::{
    domain::ids::{AccountId, ConnectionId},
    store::{Result, Store, encode},
};

/// Two connections that look like one bank twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Unjoined {
    /// The connection that ended.
    pub old: ConnectionId,
    /// Its name.
    pub name: String,
    /// The connection that lives.
    pub new: ConnectionId,
    /// Accounts that both have.
    pub accounts: u64,
}

impl Unjoined {
    /// The command that joins them.
    pub fn command(&self) -> String {
        format!("bursar connections adopt {} {}", self.old, self.new)
    }

    /// What it means, for a screen.
    pub fn words(&self) -> String {
        let stand = if self.accounts == 1 { "1 account counts" } else { &format!("{} accounts count", self.accounts) };
        format!("{stand} twice, here and in {}", self.new)
    }
}

impl Store {
    /// The connections that ended and were never joined to one of the same bank that has accounts like theirs. What their owner parted
    /// is left alone.
    pub fn unjoined(&self) -> Result<Vec<Unjoined>> {
        let sql = "SELECT o.id, coalesce(o.name, o.institution, o.item_id), n.id FROM connections o JOIN connections n ON n.id <> o.id
                   WHERE (o.removed_at IS NOT NULL OR o.state = 'gone') AND n.removed_at IS NULL AND n.state <> 'gone'
                     AND o.institution_id IS n.institution_id
                     AND (o.institution_id IS NOT NULL OR (o.provider = n.provider AND o.institution IS n.institution))
                   ORDER BY o.id, n.id";
        let mut statement = self.db.prepare_cached(sql)?;
        let pairs =
            statement.query_map([], |row| Ok((ConnectionId(row.get(0)?), row.get(1)?, ConnectionId(row.get(2)?))))?;
        let pairs = pairs.collect::<std::result::Result<Vec<(_, String, _)>, _>>()?;
        let mut found = Vec::new();
        for (old, name, new) in pairs {
            let count = self.alike(old, new)?;
            if count > 0 {
                found.push(Unjoined { old, name, new, accounts: count });
            }
        }
        Ok(found)
    }

    fn alike(&self, old: ConnectionId, new: ConnectionId) -> Result<u64> {
        let (theirs, ours) = (accounts(&self.db, old, Which::All)?, accounts(&self.db, new, Which::All)?);
        let pairs = theirs.iter().flat_map(|one| ours.iter().map(move |other| (one, other)));
        let mut pairs: Vec<_> = pairs.filter(|(one, other)| is_alike(one, other)).collect();
        if !pairs.is_empty() {
            let parted = self.entries("connection.part", old, new)?;
            pairs.retain(|(one, other)| {
                let ids = serde_json::json!([AccountId(one.id).to_string(), AccountId(other.id).to_string()]);
                !parted.iter().any(|pairs| pairs.as_array().is_some_and(|pairs| pairs.contains(&ids)))
            });
        }
        pairs.dedup_by_key(|(one, _)| one.id);
        Ok(pairs.len() as u64)
    }
}

/// Whether two accounts are one by what their bank says of them.
fn is_alike(old: &Known, new: &Known) -> bool {
    let named = same(old.mask.as_ref(), new.mask.as_ref()) && encode::fold(&old.name) == encode::fold(&new.name);
    can_be(old, new) && (named || same(old.persistent_id.as_ref(), new.persistent_id.as_ref()))
}
