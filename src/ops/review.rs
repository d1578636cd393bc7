//! The review of access: every key, member, connection and age, and what of it should not stay.
//!
//! Uses the vault and the store. Invariant: a finding names the command that mends it.

use jiff::SignedDuration;

use super::{keys, members, totp};
use crate::{
    domain::{
        dates::Timestamp,
        standing::ConnectionState,
        views::{AccessView, Finding, KeyView, Review},
    },
    store::{Event, Store, StoreError},
    vault::{KdfParams, Unlocked},
};

/// What a sign-off is in the audit log.
pub const SIGNED_OFF: &str = "review.sign-off";

/// What trying out a recovery code is in the audit log.
pub const RECOVERY_TRIED: &str = "keys.recovery-test";

/// After this long a review is due again.
const QUARTER: SignedDuration = SignedDuration::from_hours(24 * 91);

/// Keys and tokens older than this should be new.
const OLD_DAYS: i64 = 90;

/// Looks at everything that reaches the vault or a bank.
pub fn review(vault: &Unlocked, book: &Store, now: Timestamp) -> Result<Review, StoreError> {
    let (ledger, bank) = vault.keys_made();
    let mut review = Review {
        keys: keys::list(vault, book, now)?,
        members: members::list(vault, book)?,
        connections: connections(book, now)?,
        ledger_key_since: ledger,
        bank_key_since: bank,
        one_time_codes: totp::enabled(book)?,
        findings: Vec::new(),
        last_signed_off_at: book.last_entry_at(SIGNED_OFF)?,
        due: is_due(vault, book, now)?,
    };
    let tried = book.last_entry_at(RECOVERY_TRIED)?;
    let mut findings: Vec<Finding> = review.keys.iter().flat_map(|key| of_key(key, tried, now)).collect();
    if !review.keys.iter().any(|key| key.kind == "recovery") {
        findings.push(finding(
            "recovery",
            "there is no recovery code: losing the other keys is losing the vault",
            "keys recovery",
        ));
    }
    findings.extend(ages(&review, now));
    findings.extend(review.connections.iter().filter_map(of_connection));
    review.findings = findings;
    Ok(review)
}

/// Whether the last sign-off, or else the vault's making, is more than a quarter ago.
pub fn is_due(vault: &Unlocked, book: &Store, now: Timestamp) -> Result<bool, StoreError> {
    let since = book.last_entry_at(SIGNED_OFF)?.unwrap_or_else(|| vault.created());
    Ok(now.duration_since(since) > QUARTER)
}

/// Enters that the owner has looked at a review, and how much of it was left to mend.
pub fn sign_off(book: &mut Store, review: &Review, event: Event) -> Result<(), StoreError> {
    book.write(&Event { action: SIGNED_OFF.to_owned(), ..event }, |tx| {
        tx.note("keys", review.keys.len());
        tx.note("members", review.members.len());
        tx.note("connections", review.connections.len());
        tx.note("findings", review.findings.len());
        Ok(())
    })
}

fn connections(book: &Store, now: Timestamp) -> Result<Vec<AccessView>, StoreError> {
    let (made, consents) = (book.tokens_made()?, book.consents()?);
    let mut all = book.connections_at(now)?;
    all.retain(|connection| connection.state != ConnectionState::Removed);
    let view = |connection: crate::domain::views::ConnectionView| AccessView {
        token_since: made.iter().find(|(id, _)| *id == connection.id).map(|(_, since)| *since),
        consented_at: consents
            .iter()
            .filter(|given| given.connection == Some(connection.id))
            .map(|given| given.given_at)
            .max(),
        consent_expires_at: connection.consent_expires_at,
        state: connection.state,
        name: connection.name,
        id: connection.id,
    };
    Ok(all.into_iter().map(view).collect())
}

fn finding(about: &str, sentence: impl Into<String>, command: &str) -> Finding {
    Finding { about: about.to_owned(), finding: sentence.into(), command: format!("bursar {command}") }
}

fn days(since: Timestamp, now: Timestamp) -> i64 {
    now.duration_since(since).as_hours() / 24
}

fn of_key(key: &KeyView, recovery_tried: Option<Timestamp>, now: Timestamp) -> Vec<Finding> {
    let (id, mut found) = (key.id.as_str(), Vec::new());
    let about = format!("key {:?}", key.label);
    let mut add = |sentence: String, command: String| found.push(finding(&about, sentence, &command));
    if key.expired {
        add("its time is over, and it is still in the key file".to_owned(), format!("keys remove {id}"));
    }
    if key.roles.iter().any(|role| role == "sync") && key.expires_at.is_none() {
        add("a key for unattended syncs never expires".to_owned(), format!("keys expire {id} 365d"));
    }
    let weak = |kdf: &crate::domain::views::KdfView| {
        KdfParams { memory_kib: kdf.memory_kib, passes: kdf.passes, lanes: kdf.lanes }.is_below_floor()
    };
    if key.kdf.as_ref().is_some_and(weak) {
        add("a guess at its passphrase costs less than bursar asks for today".to_owned(), format!("keys passwd {id}"));
    }
    if key.kind == "recovery" {
        let since = recovery_tried.unwrap_or(key.created_at).max(key.created_at);
        if days(since, now) > 365 {
            add("nobody has tried the recovery code for a year".to_owned(), "keys recovery --test".to_owned());
        }
    } else {
        let idle = days(key.last_used_at.unwrap_or(key.created_at), now);
        if idle > OLD_DAYS && !key.in_use && !key.expired {
            add(format!("it was not used to change anything for {idle} days"), format!("keys remove {id}"));
        }
    }
    found
}

/// Keys and tokens that have become old.
fn ages(review: &Review, now: Timestamp) -> Vec<Finding> {
    let old = |since: Timestamp| Some(days(since, now)).filter(|age| *age > OLD_DAYS);
    let keys = [("the ledger's key", Some(review.ledger_key_since)), ("the banks' key", review.bank_key_since)];
    let keys = keys.into_iter().filter_map(|(name, since)| Some((name, old(since?)?)));
    let keys = keys.map(|(name, age)| {
        finding(name, format!("it is {age} days old"), "keys rotate --ledger --bank --if-older 90d")
    });
    let tokens = review.connections.iter().filter_map(|connection| {
        let age = old(connection.token_since?)?;
        let command = format!("connections rotate {}", connection.id);
        Some(finding(&format!("connection {}", connection.id), format!("its access token is {age} days old"), &command))
    });
    keys.chain(tokens).collect()
}

fn of_connection(connection: &AccessView) -> Option<Finding> {
    let about = format!("connection {}", connection.id);
    match connection.state {
        ConnectionState::Gone => {
            Some(finding(&about, "the bank's side of it is gone", &format!("connections remove {}", connection.id)))
        }
        ConnectionState::ConsentEnding => {
            Some(finding(&about, "the consent to it ends soon", &format!("link --repair {}", connection.id)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(kind: &str, role: &str) -> KeyView {
        KeyView {
            id: "3f2a".to_owned(),
            kind: kind.to_owned(),
            label: "mine".to_owned(),
            roles: vec![role.to_owned()],
            created_at: Timestamp::UNIX_EPOCH,
            last_used_at: None,
            expires_at: None,
            expired: false,
            kdf: None,
            in_use: false,
        }
    }

    fn after(days: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * days)
    }

    fn commands(key: &KeyView, tried: Option<Timestamp>, now: Timestamp) -> Vec<String> {
        of_key(key, tried, now).into_iter().map(|finding| finding.command).collect()
    }

    #[test]
    fn each_weakness_of_a_key_has_its_command() {
        let young = after(10);
        assert!(commands(&key("passphrase", "owner"), None, young).is_empty());
        assert_eq!(commands(&key("passphrase", "owner"), None, after(91)), ["bursar keys remove 3f2a"]);
        assert!(commands(&KeyView { in_use: true, ..key("passphrase", "owner") }, None, after(91)).is_empty());
        assert_eq!(commands(&key("key-file", "sync"), None, young), ["bursar keys expire 3f2a 365d"]);
        let over = KeyView { expired: true, expires_at: Some(young), ..key("key-file", "sync") };
        assert_eq!(commands(&over, None, after(400)), ["bursar keys remove 3f2a"]);
        let recovery = key("recovery", "owner");
        assert_eq!(commands(&recovery, None, after(366)), ["bursar keys recovery --test"]);
        assert!(commands(&recovery, Some(after(300)), after(366)).is_empty());
    }
}
