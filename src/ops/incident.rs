//! The bad day: what has been done of the plan, as the audit trail tells.
//!
//! Each step is entered in the trail in the transaction that makes it, or right after it where it can be repeated.
//! Invariant: the trail is the only memory, so a run that was killed goes on where it stopped.

use std::collections::BTreeSet;

use crate::{
    domain::{dates::Timestamp, views::Limit},
    store::{AuditFilter, Event, Store, StoreError},
};

/// The action of the entry that begins an incident; the others lie below it.
pub const BEGIN: &str = "incident.begin";
/// A connection's token was replaced, or its connection removed.
pub const TOKEN: &str = "incident.token";
/// A new way into the vault.
pub const SLOT: &str = "incident.slot";
/// All other ways in were removed and the keys replaced.
pub const KEYS: &str = "incident.keys";
/// The end.
pub const END: &str = "incident.end";

/// What has been done since an incident began.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// When it began; none if none is going on.
    pub since: Option<Timestamp>,
    /// The connections whose tokens are new or gone.
    pub tokens: BTreeSet<String>,
    /// The new ways into the vault.
    pub slots: BTreeSet<String>,
    /// Whether the keys are new.
    pub keys: bool,
}

/// Reads what has been done.
pub fn progress(book: &Store) -> Result<Progress, StoreError> {
    let filter = AuditFilter { action: Some("incident".to_owned()), ..AuditFilter::default() };
    let entries = book.audit(&filter, Limit::default())?.items;
    Ok(of_entries(entries.into_iter().map(|entry| (entry.action, entry.resource, entry.at))))
}

/// Enters that something was done.
pub fn enter(book: &mut Store, event: &Event, facts: &[(&str, &str)]) -> Result<(), StoreError> {
    book.write(event, |tx| {
        for (name, value) in facts {
            tx.note(name, *value);
        }
        Ok(())
    })
}

/// From entries, newest first.
fn of_entries(entries: impl Iterator<Item = (String, Option<String>, Timestamp)>) -> Progress {
    let mut found = Progress::default();
    for (action, resource, at) in entries {
        match action.as_str() {
            END => break,
            BEGIN => {
                found.since = Some(at);
                return found;
            }
            TOKEN => found.tokens.extend(resource),
            SLOT => found.slots.extend(resource),
            KEYS => found.keys = true,
            _ => {}
        }
    }
    Progress::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(entries: &[(&str, Option<&str>)]) -> Progress {
        let owned = entries
            .iter()
            .rev()
            .map(|(action, resource)| ((*action).to_owned(), resource.map(str::to_owned), Timestamp::UNIX_EPOCH));
        of_entries(owned)
    }

    #[test]
    fn only_what_came_after_the_last_beginning_counts() {
        let first = [(BEGIN, None), (TOKEN, Some("c1")), (SLOT, Some("aa")), (KEYS, None)];
        let found = of(&first);
        assert_eq!((found.since, found.keys), (Some(Timestamp::UNIX_EPOCH), true));
        assert_eq!((found.tokens.len(), found.slots.len()), (1, 1));
        let ended = [&first[..], &[(END, None)]].concat();
        assert_eq!(of(&ended), Progress::default());
        let again = [&ended[..], &[(BEGIN, None), (TOKEN, Some("c2"))]].concat();
        assert_eq!(of(&again).tokens, BTreeSet::from(["c2".to_owned()]));
        assert!(!of(&again).keys);
        assert_eq!(of(&[]), Progress::default());
    }
}
