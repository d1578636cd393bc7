//! Whether a new connection shows accounts that the book already has.
//!
//! Linking a login twice makes a second Item with new ids: every account and transaction twice, and a second bill.
//! Invariant: pure; sure means the bank's own persistent id, or the same institution, name and mask.

use crate::{
    domain::{accounts::ProviderAccount, ids::ConnectionId},
    store::{KnownAccount, KnownBank, Store, StoreError},
};

/// An account of the new connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate<'a> {
    pub(super) name: &'a str,
    pub(super) mask: Option<&'a str>,
    pub(super) persistent_id: Option<&'a str>,
}

impl<'a> From<&'a (String, Option<String>)> for Candidate<'a> {
    fn from((name, mask): &'a (String, Option<String>)) -> Self {
        Self { name, mask: mask.as_deref(), persistent_id: None }
    }
}

impl<'a> Candidate<'a> {
    /// The account of a new connection.
    pub(super) fn of(account: &'a ProviderAccount) -> Self {
        Self { name: &account.name, mask: account.mask.as_deref(), persistent_id: account.persistent_id.as_deref() }
    }
}

/// What makes a new connection a second one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sameness {
    /// The same accounts.
    Accounts,
    /// The same bank, and other accounts, which the first connection can have too.
    Bank,
    /// The same bank, and nobody knows the first connection's accounts yet.
    Unread,
}

/// A connection that is there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// In what it is the same.
    pub sameness: Sameness,
    /// The connection that has them.
    pub connection: ConnectionId,
    /// Its name.
    pub connection_name: String,
    /// The accounts that are the same, or all that it has, as the book names them.
    pub accounts: Vec<String>,
}

/// What lives in the book.
pub(super) struct Living {
    accounts: Vec<KnownAccount>,
    banks: Vec<KnownBank>,
}

impl Living {
    /// Reads it.
    pub(super) fn read(book: &Store) -> Result<Self, StoreError> {
        Ok(Self { accounts: book.known_accounts()?, banks: book.known_banks()? })
    }

    /// The connection with accounts among these, else one of the same bank. While nobody knows the accounts of the new one (none are
    /// given), another that has some may have others.
    pub(super) fn find(&self, institution_id: Option<&str>, candidates: &[Candidate<'_>]) -> Option<Duplicate> {
        let same = find(institution_id, candidates, &self.accounts);
        same.or_else(|| {
            self.of_bank(institution_id).find(|one| one.sameness == Sameness::Unread || !candidates.is_empty())
        })
    }

    /// A connection of the same bank.
    pub(super) fn neighbour(&self, institution_id: Option<&str>) -> Option<Duplicate> {
        self.of_bank(institution_id).next()
    }

    fn of_bank<'a>(&'a self, institution_id: Option<&'a str>) -> impl Iterator<Item = Duplicate> + 'a {
        let same = self.banks.iter().filter(move |bank| Some(bank.institution_id.as_str()) == institution_id);
        same.map(|bank| {
            let accounts = self.accounts.iter().filter(|account| account.connection == bank.connection);
            let accounts: Vec<String> = accounts.map(|account| account.name.clone()).collect();
            let sameness = if accounts.is_empty() { Sameness::Unread } else { Sameness::Bank };
            let (connection, connection_name) = (bank.connection, bank.connection_name.clone());
            Duplicate { sameness, connection, connection_name, accounts }
        })
    }
}

/// The connection with the most accounts in common, if any has one.
pub(super) fn find(
    institution_id: Option<&str>,
    candidates: &[Candidate<'_>],
    known: &[KnownAccount],
) -> Option<Duplicate> {
    let mut found: Vec<Duplicate> = Vec::new();
    for account in known {
        if !candidates.iter().any(|candidate| is_same(institution_id, candidate, account)) {
            continue;
        }
        match found.iter_mut().find(|duplicate| duplicate.connection == account.connection) {
            Some(duplicate) => duplicate.accounts.push(account.name.clone()),
            None => found.push(Duplicate {
                sameness: Sameness::Accounts,
                connection: account.connection,
                connection_name: account.connection_name.clone(),
                accounts: vec![account.name.clone()],
            }),
        }
    }
    found.into_iter().max_by_key(|duplicate| duplicate.accounts.len())
}

fn is_same(institution_id: Option<&str>, candidate: &Candidate<'_>, known: &KnownAccount) -> bool {
    if let (Some(new), Some(old)) = (candidate.persistent_id, known.persistent_id.as_deref()) {
        return new == old;
    }
    let institution = institution_id.is_some() && institution_id == known.institution_id.as_deref();
    let mask = candidate.mask == known.mask.as_deref();
    institution && mask && candidate.name.to_lowercase() == known.name.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(connection: i64, name: &str, mask: Option<&str>, persistent: Option<&str>) -> KnownAccount {
        KnownAccount {
            connection: ConnectionId(connection),
            connection_name: format!("Bank {connection}"),
            institution_id: Some("ins_1".to_owned()),
            name: name.to_owned(),
            mask: mask.map(str::to_owned),
            persistent_id: persistent.map(str::to_owned),
        }
    }

    fn candidate<'a>(name: &'a str, mask: Option<&'a str>, persistent_id: Option<&'a str>) -> Candidate<'a> {
        Candidate { name, mask, persistent_id }
    }

    #[test]
    fn the_same_bank_name_and_mask_is_the_same_account() {
        let book = [known(1, "Checking", Some("0000"), None), known(1, "Saving", Some("1111"), None)];
        let new = [candidate("checking", Some("0000"), None), candidate("Card", Some("3333"), None)];
        let duplicate = find(Some("ins_1"), &new, &book).unwrap();
        assert_eq!((duplicate.connection, duplicate.accounts), (ConnectionId(1), vec!["Checking".to_owned()]));
        assert_eq!(find(Some("ins_2"), &new, &book), None, "another bank");
        assert_eq!(find(None, &new, &book), None, "an unknown bank");
        assert_eq!(find(Some("ins_1"), &[candidate("Checking", Some("0001"), None)], &book), None, "another mask");
    }

    #[test]
    fn the_banks_persistent_id_decides_where_both_have_one() {
        let book = [known(1, "Checking", Some("0000"), Some("p1"))];
        assert!(find(None, &[candidate("Renamed", Some("9999"), Some("p1"))], &book).is_some());
        assert_eq!(find(Some("ins_1"), &[candidate("Checking", Some("0000"), Some("p2"))], &book), None);
    }

    #[test]
    fn another_connection_to_the_same_bank_is_found_where_no_account_tells() {
        let bank = |connection| KnownBank {
            connection: ConnectionId(connection),
            connection_name: format!("Bank {connection}"),
            institution_id: "ins_1".to_owned(),
        };
        let living = |banks: &[i64]| Living {
            accounts: vec![known(1, "Checking", Some("0000"), None)],
            banks: banks.iter().copied().map(bank).collect(),
        };
        let found = |living: &Living, institution, candidates: &[Candidate<'_>]| {
            living.find(Some(institution), candidates).map(|one| (one.sameness, one.connection.0, one.accounts))
        };
        let (same, other) = ([candidate("Checking", Some("0000"), None)], [candidate("Saving", Some("1111"), None)]);
        let checking = || vec!["Checking".to_owned()];
        assert_eq!(found(&living(&[1]), "ins_1", &same), Some((Sameness::Accounts, 1, checking())));
        assert_eq!(found(&living(&[1]), "ins_1", &other), Some((Sameness::Bank, 1, checking())));
        assert_eq!(found(&living(&[1]), "ins_2", &other), None);
        assert_eq!(found(&living(&[1]), "ins_1", &[]), None, "nobody knows which accounts");
        assert_eq!(found(&living(&[1, 2]), "ins_1", &[]), Some((Sameness::Unread, 2, Vec::new())));
        assert_eq!(living(&[1]).neighbour(Some("ins_1")).map(|one| one.sameness), Some(Sameness::Bank));
        assert_eq!(living(&[1]).neighbour(None), None);
    }

    #[test]
    fn the_connection_with_most_in_common_is_named() {
        let book = [known(1, "A", None, None), known(2, "A", None, None), known(2, "B", None, None)];
        let new = [candidate("A", None, None), candidate("B", None, None)];
        assert_eq!(find(Some("ins_1"), &new, &book).unwrap().connection, ConnectionId(2));
    }
}
